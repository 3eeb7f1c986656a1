// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/level_judge.h"

#include "listen/beat_judge.h"
#include "listen/level_net.h"

#include <math.h>
#include <stdlib.h>

#define BEATS_LEAST 16
#define BPM_LEAST 120 ///< half of less is slower than people tap
#define NEVER (-100.0F)
#define AROUND 8     ///< beats to either side of the mean that is taken off
#define WORST (-9.0) ///< odds of one beat cost no more
#define LEAST 0.05F  ///< added to the mean height of the beats
#define PARTS 5      ///< places between two beats

static const uint32_t lag[] = {1, 2, 3, 4, 6, 8};
#define LAGS (sizeof lag / sizeof *lag)

// Places between beats, and which mean each belongs to.
static const struct {
    double part;
    uint32_t group;
} between[PARTS] = {{0.5, 0}, {0.25, 1}, {0.75, 1}, {1.0 / 3, 2}, {2.0 / 3, 2}};

_Static_assert((LAGS + 4) * VY_PULSE_CHANNELS == VY_LEVEL_NET_IN, "all inputs are filled");

// One channel at the beats, its mean over the neighbourhood taken off. @return the mean height
static float read_beats(const struct vy_pulse_view *view, uint32_t c, const double *beat,
                        uint32_t beats, float *height, float *x)
{
    double sum = 0;
    for (uint32_t i = 0; i < beats; i++) {
        height[i] = vy_pulse_at(view, c, floor(beat[i] / view->hop_s + 0.5), 0);
        sum += (double)height[i];
    }
    for (uint32_t i = 0; i < beats; i++) {
        float near = 0;
        for (int k = -AROUND; k <= AROUND; k++) {
            const long j = (long)i + k;
            near += height[j < 0 ? 0 : j < (long)beats ? j : beats - 1];
        }
        x[i] = height[i] - near / (2 * AROUND + 1);
    }
    return (float)(sum / beats) + LEAST;
}

static void likeness(const float *x, uint32_t beats, uint32_t c, float mean, float *in)
{
    double power = 0, sum = 0;
    for (uint32_t i = 0; i < beats; i++) {
        power += (double)(x[i] * x[i]);
        sum += (double)x[i];
    }
    for (uint32_t l = 0; l < LAGS; l++) {
        double product = 0;
        for (uint32_t i = lag[l]; i < beats; i++)
            product += (double)(x[i] * x[i - lag[l]]);
        in[l * VY_PULSE_CHANNELS + c] =
            (float)(product / fmax(power, 1e-9) * beats / (beats - lag[l]));
    }
    const double spread = power / beats - sum / beats * (sum / beats);
    in[(LAGS + 3) * VY_PULSE_CHANNELS + c] = (float)sqrt(fmax(spread, 0)) / mean;
}

// How much there is between beats, over how much there is at them.
static void look_between(const struct vy_pulse_view *view, uint32_t c, const double *beat,
                         uint32_t beats, float mean, float *in)
{
    double sum[3] = {0};
    uint32_t n[3] = {0};
    for (uint32_t p = 0; p < PARTS; p++)
        for (uint32_t i = 0; i + 1 < beats; i++) {
            const double at = beat[i] + between[p].part * (beat[i + 1] - beat[i]);
            sum[between[p].group] += (double)vy_pulse_at(view, c, floor(at / view->hop_s + 0.5), 0);
            n[between[p].group]++;
        }
    for (uint32_t g = 0; g < 3; g++)
        in[(LAGS + g) * VY_PULSE_CHANNELS + c] = (float)(sum[g] / n[g]) / mean;
}

// How readily people tap at a tempo.
static double resonance(double bpm)
{
    const double f2 = bpm / 60 * (bpm / 60);
    return 1 / sqrt((4 - f2) * (4 - f2) + 1.12 * f2) - 1 / sqrt(16 + f2 * f2);
}

vy_status vy_level_twice(const struct vy_pulse_view *view, const double *beat, uint32_t beats,
                         float *odds)
{
    *odds = NEVER;
    if (beats < BEATS_LEAST)
        return VY_OK;
    const double bpm = 60 * (beats - 1) / (beat[beats - 1] - beat[0]);
    if (bpm < BPM_LEAST)
        return VY_OK;
    float *const line = malloc(2 * (size_t)beats * sizeof *line), in[VY_LEVEL_NET_IN];
    if (!line)
        return VY_NO_MEMORY;
    for (uint32_t c = 0; c < VY_PULSE_CHANNELS; c++) {
        const float mean = read_beats(view, c, beat, beats, line, line + beats);
        likeness(line + beats, beats, c, mean, in);
        look_between(view, c, beat, beats, mean, in);
    }
    free(line);
    *odds = (float)log(resonance(bpm / 2) / resonance(bpm)) + vy_level_net_bias;
    for (uint32_t i = 0; i < VY_LEVEL_NET_IN; i++)
        *odds += vy_level_net_in[i] * in[i];
    return VY_OK;
}

// The judge of beats hears the half that it takes for beats of twice the length.
uint32_t vy_level_phase(const struct vy_pulse_view *view, const double *beat, uint32_t beats)
{
    double sum[2] = {0};
    for (uint32_t i = 0; i + 2 < beats; i++) {
        float odds[VY_BEAT_LENGTHS];
        vy_beat_judge(view, beat[i], odds);
        const double length_s = beat[i + 2] - beat[i];
        uint32_t k = 0;
        while (k + 1 < VY_BEAT_LENGTHS && vy_beat_length_s(k + 1) <= length_s)
            k++;
        sum[i % 2] += fmax((double)odds[k], WORST);
    }
    return sum[1] > sum[0];
}
