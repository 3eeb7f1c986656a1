// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/tuning.h"

#include <math.h>
#include <stdlib.h>

#define LOW_HZ 150.0
#define HIGH_HZ 4000.0
#define LEAST_SHARE 0.1F ///< of a window's greatest power
#define PLACES 100       ///< in a semitone
#define STEPS_OCTAVE 512 ///< of power
#define OCTAVES 44       ///< from 2^-24 on, 126 dB below a full-scale sine
#define LOWEST_OCTAVE (-24)
#define STEPS ((size_t)OCTAVES * STEPS_OCTAVE)

struct vy_tuning {
    struct vy_hop_shape shape;
    uint32_t first, last;      ///< bins that may be peaks
    uint32_t (*count)[PLACES]; ///< peaks by strength and place
};

vy_status vy_tuning_new(const struct vy_hop_shape *shape, struct vy_tuning **tuning)
{
    struct vy_tuning *const t = *tuning = calloc(1, sizeof *t);
    if (!t)
        return VY_NO_MEMORY;
    t->count = calloc(STEPS, sizeof *t->count);
    if (!t->count) {
        vy_tuning_destroy(t);
        *tuning = NULL;
        return VY_NO_MEMORY;
    }
    const double step_hz = (double)shape->sr_hz / shape->n_fft;
    const double high_hz = fmin(HIGH_HZ, shape->sr_hz / 2.0);
    t->shape = *shape;
    t->first = (uint32_t)ceil(LOW_HZ / step_hz);
    t->last = (uint32_t)ceil(high_hz / step_hz) - 1;
    if (t->last + 2 > shape->bins)
        t->last = shape->bins - 2;
    return VY_OK;
}

void vy_tuning_destroy(struct vy_tuning *tuning)
{
    if (!tuning)
        return;
    free(tuning->count);
    free(tuning);
}

static uint32_t place_of(double hz)
{
    const double semitones = 12 * log2(hz / 27.5), off = semitones - floor(semitones);
    const double from = off >= 0.5 ? off - 0.5 : off + 0.5; // 0 is half a semitone below
    const uint32_t place = (uint32_t)(from * PLACES);
    return place < PLACES ? place : PLACES - 1;
}

static size_t step_of(double power)
{
    const double step = (log2(fmax(power, 1e-30)) - LOWEST_OCTAVE) * STEPS_OCTAVE;
    return (size_t)fmin(fmax(step, 0), (double)(STEPS - 1));
}

// A parabola through the peak and its neighbours tells its place and height.
static void add_peak(struct vy_tuning *t, const float *power, uint32_t k)
{
    const double below = (double)power[k - 1], at = (double)power[k], above = (double)power[k + 1];
    const double bend = above + below - 2 * at, lean = (above - below) / 2;
    const double shift = fabs(lean) >= fabs(bend) ? 0 : -lean / bend;
    const double hz = (k + shift) * t->shape.sr_hz / t->shape.n_fft;
    t->count[step_of(at + 0.5 * lean * shift)][place_of(hz)]++;
}

void vy_tuning_hop(struct vy_tuning *tuning, const struct vy_hop *hop)
{
    const float *const power = hop->power;
    float least = 0;
    for (uint32_t k = 0; k < tuning->shape.bins; k++)
        least = power[k] > least ? power[k] : least;
    least *= LEAST_SHARE;
    for (uint32_t k = tuning->first; k <= tuning->last; k++)
        if (power[k] > least && power[k] > power[k - 1] && power[k] >= power[k + 1])
            add_peak(tuning, power, k);
}

static uint64_t row_sum(const struct vy_tuning *t, size_t step)
{
    uint64_t sum = 0;
    for (uint32_t p = 0; p < PLACES; p++)
        sum += t->count[step][p];
    return sum;
}

double vy_tuning_of(const struct vy_tuning *tuning)
{
    uint64_t all = 0, place[PLACES] = {0}, seen = 0;
    for (size_t s = 0; s < STEPS; s++)
        all += row_sum(tuning, s);
    if (!all)
        return 0;
    for (size_t s = STEPS; s-- > 0 && 2 * seen < all;) { // the stronger half
        seen += row_sum(tuning, s);
        for (uint32_t p = 0; p < PLACES; p++)
            place[p] += tuning->count[s][p];
    }
    uint32_t best = 0;
    for (uint32_t p = 1; p < PLACES; p++)
        best = place[p] > place[best] ? p : best;
    return (double)best / PLACES - 0.5;
}
