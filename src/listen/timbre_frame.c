// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Pitch: the comb of Camacho & Harris, "A sawtooth waveform inspired pitch estimator" (2008), in
// small: square roots of magnitudes, partials counted with 1 / sqrt(n), the gaps between them
// against; on a logarithmic grid, where all candidates are one loop. All floors are relative to the
// energy of the hop, so that level does not matter.
#include "listen/timbre_frame.h"

#include "listen/simd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FLOOR 1e-7f // of the energy of the hop: -70 dB
#define PER_OCTAVE 96
#define PITCHES 528 // candidates: 45 Hz and 5.5 octaves
#define COMB 10     // partials that vote for a pitch
#define GRID 864    // of the logarithmic spectrum: 22.5 Hz and 9 octaves
#define GRID_LOW_HZ 22.5
#define COMB_TOP_HZ 5000 // partials above it do not vote
#define LOWEST_HZ 30
#define HIGHEST_HZ 16000

static const float region_top_hz[VY_TIMBRE_REGIONS] = {200, 400, 800, 1600, 4800, HIGHEST_HZ};

struct vy_timbre_ear {
    struct vy_hop_shape shape;
    float bin_hz;
    uint32_t first, last;                   // bins within the range
    uint32_t edge[VY_TIMBRE_BANDS + 2];     // of the triangles
    uint32_t region_end[VY_TIMBRE_REGIONS]; // one past the last bin
    float dct[VY_TIMBRE_BANDS][VY_TIMBRE_CEPSTRUM];
    int32_t grid_bin[GRID];                // the lower of two neighbours
    float grid_low[GRID], grid_high[GRID]; // what they weigh; 0 where nothing votes
    uint32_t tooth[COMB], gap[COMB];       // places on the grid, from the candidate's
    float tooth_weight[COMB];
    float grid[GRID + 1];
    float on[PITCHES], off[PITCHES];
    float *slope; // [bins] place of a bin between two edges, 0..1
    float *power; // [bins] without what lies outside the range
    float *root;  // [bins] power^(1/4)
    float *log2p; // [bins]
};

static double mel_of(double hz)
{
    return 1127.0 * log1p(hz / 700.0);
}

static double hz_of(double mel)
{
    return 700.0 * expm1(mel / 1127.0);
}

static uint32_t bin_of(const struct vy_timbre_ear *ear, double hz)
{
    const double bin = hz / (double)ear->bin_hz;
    return bin >= ear->shape.bins - 1 ? ear->shape.bins - 1 : (uint32_t)lrint(bin);
}

static void make_bands(struct vy_timbre_ear *ear)
{
    const double low = mel_of(40), high = mel_of(HIGHEST_HZ);
    for (uint32_t b = 0; b < VY_TIMBRE_BANDS + 2; b++) {
        ear->edge[b] = bin_of(ear, hz_of(low + (high - low) * b / (VY_TIMBRE_BANDS + 1)));
        // narrow ones at the bottom get a bin each
        if (b && ear->edge[b] <= ear->edge[b - 1])
            ear->edge[b] = ear->edge[b - 1] + (ear->edge[b - 1] + 1 < ear->shape.bins);
    }
    for (uint32_t b = 0; b <= VY_TIMBRE_BANDS; b++)
        for (uint32_t k = ear->edge[b]; k < ear->edge[b + 1]; k++)
            ear->slope[k] = (float)(k - ear->edge[b]) / (float)(ear->edge[b + 1] - ear->edge[b]);
    for (uint32_t r = 0; r < VY_TIMBRE_REGIONS; r++)
        ear->region_end[r] = bin_of(ear, (double)region_top_hz[r]) + 1;
    for (uint32_t b = 0; b < VY_TIMBRE_BANDS; b++)
        for (uint32_t c = 0; c < VY_TIMBRE_CEPSTRUM; c++)
            ear->dct[b][c] = (float)(cos(M_PI * (c + 1) * (b + 0.5) / VY_TIMBRE_BANDS) *
                                     sqrt(2.0 / VY_TIMBRE_BANDS));
}

static double pitch_hz(double candidate)
{
    return 2 * GRID_LOW_HZ * exp2(candidate / PER_OCTAVE);
}

static void make_comb(struct vy_timbre_ear *ear)
{
    const double top = fmin(COMB_TOP_HZ / (double)ear->bin_hz, ear->shape.bins - 2);
    for (uint32_t g = 0; g < GRID; g++) {
        const double bin = GRID_LOW_HZ * exp2((double)g / PER_OCTAVE) / (double)ear->bin_hz;
        if (bin >= top)
            continue;
        ear->grid_bin[g] = (int32_t)bin;
        ear->grid_high[g] = (float)(bin - floor(bin));
        ear->grid_low[g] = 1 - ear->grid_high[g];
    }
    for (uint32_t n = 0; n < COMB; n++) {
        ear->tooth[n] = (uint32_t)lrint(PER_OCTAVE * (1 + log2(n + 1.0)));
        ear->gap[n] = (uint32_t)lrint(PER_OCTAVE * (1 + log2(n + 0.5)));
        ear->tooth_weight[n] = (float)(1 / sqrt(n + 1));
    }
}

vy_status vy_timbre_ear_new(const struct vy_hop_shape *shape, float low_hz, float high_hz,
                            struct vy_timbre_ear **made)
{
    *made = NULL;
    if (shape->sr_hz < VY_TIMBRE_RATE || shape->n_fft < 512 || !(low_hz < high_hz))
        return VY_BAD_ARG;
    struct vy_timbre_ear *const ear = calloc(1, sizeof *ear);
    if (!ear)
        return VY_NO_MEMORY;
    ear->shape = *shape;
    ear->bin_hz = (float)shape->sr_hz / (float)shape->n_fft;
    ear->slope = calloc(shape->bins, sizeof(float));
    ear->power = calloc(shape->bins, sizeof(float));
    ear->root = calloc(shape->bins, sizeof(float));
    ear->log2p = calloc(shape->bins, sizeof(float));
    if (!ear->slope || !ear->power || !ear->root || !ear->log2p) {
        vy_timbre_ear_destroy(ear);
        return VY_NO_MEMORY;
    }
    ear->first = bin_of(ear, (double)fmaxf(low_hz, LOWEST_HZ));
    ear->last = bin_of(ear, (double)fminf(high_hz, HIGHEST_HZ));
    make_bands(ear);
    make_comb(ear);
    *made = ear;
    return VY_OK;
}

void vy_timbre_ear_destroy(struct vy_timbre_ear *ear)
{
    if (!ear)
        return;
    free(ear->slope);
    free(ear->power);
    free(ear->root);
    free(ear->log2p);
    free(ear);
}

// log2 of a positive normal number to 1e-4: exponent, and a polynomial for the mantissa
static inline float fast_log2(float x)
{
    int32_t bits;
    memcpy(&bits, &x, sizeof bits);
    const int32_t mantissa_bits = (bits & 0x7fffff) | 0x3f800000;
    float m;
    memcpy(&m, &mantissa_bits, sizeof m);
    m -= 1;
    return (float)((bits >> 23) - 127) +
           m * (1.44179f + m * (-0.70943f + m * (0.41456f + m * (-0.19276f + m * 0.04584f))));
}

static float db(float ratio)
{
    return 3.0103f * fast_log2(ratio);
}

VY_SIMD static void roots_and_logs(const float *restrict power, float floor_power,
                                   float *restrict root, float *restrict log2p, uint32_t n)
{
    for (uint32_t k = 0; k < n; k++)
        root[k] = sqrtf(sqrtf(power[k]));
    for (uint32_t k = 0; k < n; k++)
        log2p[k] = fast_log2(power[k] + floor_power);
}

struct sums {
    float power, moment, logs, top;
};

// Over n bins, the first of which counts as `first` in the moment.
VY_SIMD static struct sums sum_up(const float *restrict power, const float *restrict log2p,
                                  uint32_t first, uint32_t n)
{
    float s[VY_SUM_LANES] = {0}, m[VY_SUM_LANES] = {0}, l[VY_SUM_LANES] = {0};
    float t[VY_SUM_LANES] = {0};
    uint32_t k = 0;
    for (; k + VY_SUM_LANES <= n; k += VY_SUM_LANES)
        for (uint32_t i = 0; i < VY_SUM_LANES; i++) {
            s[i] += power[k + i];
            m[i] += power[k + i] * (float)(int32_t)(first + k + i);
            l[i] += log2p[k + i];
            t[i] = power[k + i] > t[i] ? power[k + i] : t[i];
        }
    for (uint32_t i = 0; k < n; k++, i++) {
        s[i] += power[k];
        m[i] += power[k] * (float)(first + k);
        l[i] += log2p[k];
        t[i] = power[k] > t[i] ? power[k] : t[i];
    }
    struct sums all = {0};
    for (uint32_t i = 0; i < VY_SUM_LANES; i++) {
        all.power += s[i];
        all.moment += m[i];
        all.logs += l[i];
        all.top = t[i] > all.top ? t[i] : all.top;
    }
    return all;
}

static void hear_envelope(const struct vy_timbre_ear *ear, struct vy_timbre_frame *f)
{
    float up[VY_TIMBRE_BANDS + 1] = {0}, down[VY_TIMBRE_BANDS + 1] = {0};
    for (uint32_t b = 0; b <= VY_TIMBRE_BANDS; b++) {
        if (ear->edge[b + 1] <= ear->first || ear->edge[b] > ear->last)
            continue;
        for (uint32_t k = ear->edge[b]; k < ear->edge[b + 1]; k++) {
            up[b] += ear->power[k] * ear->slope[k];
            down[b] += ear->power[k];
        }
        down[b] -= up[b];
    }
    for (uint32_t b = 0; b < VY_TIMBRE_BANDS; b++) {
        const float band = db((up[b] + down[b + 1]) / f->energy + FLOOR);
        for (uint32_t c = 0; c < VY_TIMBRE_CEPSTRUM; c++)
            f->cepstrum[c] += ear->dct[b][c] * band;
    }
}

static void hear_regions(const struct vy_timbre_ear *ear, struct vy_timbre_frame *f)
{
    const float floor_power = f->energy * FLOOR;
    uint32_t k = ear->first;
    for (uint32_t r = 0; r < VY_TIMBRE_REGIONS; r++) {
        const uint32_t end =
            ear->region_end[r] < ear->last + 1 ? ear->region_end[r] : ear->last + 1;
        f->region_db[r] = db(FLOOR);
        if (end <= k)
            continue;
        const struct sums sum = sum_up(ear->power + k, ear->log2p + k, k, end - k);
        const float n = (float)(end - k), mean_db = db(sum.power / n + floor_power);
        f->region[r] = sum.power / f->energy;
        f->region_db[r] = db(f->region[r] + FLOOR);
        f->flatness_db[r] = 3.0103f * sum.logs / n - mean_db;
        f->crest_db[r] = db(sum.top + floor_power) - mean_db;
        k = end;
    }
}

VY_SIMD static void comb_all(const float *restrict grid, const uint32_t *tooth, const uint32_t *gap,
                             const float *weight, float *restrict on, float *restrict off)
{
    memset(on, 0, PITCHES * sizeof(float));
    memset(off, 0, PITCHES * sizeof(float));
    for (uint32_t n = 0; n < COMB; n++) {
        // candidates whose tooth lies above the grid have none
        const uint32_t most = tooth[n] + PITCHES <= GRID ? PITCHES : GRID - tooth[n];
        const float *const t = grid + tooth[n], *const g = grid + gap[n];
        for (uint32_t p = 0; p < most; p++) {
            on[p] += weight[n] * t[p];
            off[p] += weight[n] * g[p];
        }
    }
}

VY_SIMD static void to_grid(const float *restrict root, const int32_t *restrict bin,
                            const float *restrict low, const float *restrict high,
                            float *restrict grid)
{
    for (uint32_t g = 0; g < GRID; g++)
        grid[g] = root[bin[g]] * low[g] + root[bin[g] + 1] * high[g];
}

VY_SIMD static float highest(const float *restrict on, const float *restrict off)
{
    float top[VY_SUM_LANES], best = -INFINITY;
    _Static_assert(PITCHES % VY_SUM_LANES == 0, "whole groups");
    for (uint32_t i = 0; i < VY_SUM_LANES; i++)
        top[i] = on[i] - off[i];
    for (uint32_t p = VY_SUM_LANES; p < PITCHES; p += VY_SUM_LANES)
        for (uint32_t i = 0; i < VY_SUM_LANES; i++) {
            const float x = on[p + i] - off[p + i];
            top[i] = x > top[i] ? x : top[i];
        }
    for (uint32_t i = 0; i < VY_SUM_LANES; i++)
        best = top[i] > best ? top[i] : best;
    return best;
}

static void hear_pitch(struct vy_timbre_ear *ear, struct vy_timbre_frame *f)
{
    to_grid(ear->root, ear->grid_bin, ear->grid_low, ear->grid_high, ear->grid);
    comb_all(ear->grid, ear->tooth, ear->gap, ear->tooth_weight, ear->on, ear->off);
    const float top = highest(ear->on, ear->off);
    uint32_t best = 0;
    while (best < PITCHES - 1 && ear->on[best] - ear->off[best] < top)
        best++;
    const float both = ear->on[best] + ear->off[best];
    f->f0_hz = (float)pitch_hz(best);
    f->strength = both > 0 ? (ear->on[best] - ear->off[best]) / both : 0;
}

// The bin of the highest value near `at`, between bins by a parabola over the fourth roots.
static float peak_near(const struct vy_timbre_ear *ear, float at, float *power)
{
    uint32_t best = (uint32_t)(at + 0.5f);
    for (uint32_t k = best - 1, end = best + 1; k <= end; k++)
        best = ear->power[k] > ear->power[best] ? k : best;
    *power = ear->power[best];
    const float a = ear->root[best - 1], b = ear->root[best], c = ear->root[best + 1];
    const float bend = a - 2 * b + c;
    return (float)best + (bend < 0 ? 0.5f * (a - c) / bend : 0);
}

static void hear_partials(const struct vy_timbre_ear *ear, struct vy_timbre_frame *f)
{
    float odd = 0, even = 0, all = 0, stretch = 0, stretched = 0, sharp = 0;
    const float step = f->f0_hz / ear->bin_hz;
    for (uint32_t n = 1; n <= VY_TIMBRE_PARTIALS; n++) {
        f->partial_db[n - 1] = db(FLOOR);
        if (step * (float)n > (float)ear->shape.bins - 4 || step * (float)n < 0.5f)
            continue; // beyond the windows, or below what coarse ones tell apart
        float power;
        const float place = peak_near(ear, step * (float)n, &power);
        // a Hann window spreads a partial: its bins sum to 1.5 times the highest
        const float share = fminf(1.5f * power / f->energy, 1);
        f->partial_db[n - 1] = db(share + FLOOR);
        all += share;
        if (n > 1)
            *(n % 2 ? &odd : &even) += share;
        const float off = place / (step * (float)n) - 1;
        if (n == 1)
            sharp = off;
        if (n > 1 && n <= 8) {
            stretch += share * (off - sharp);
            stretched += share;
        }
    }
    f->harmonic_db = db((fminf(all, 1) + 1e-3f) / (1 - fminf(all, 1) + 1e-3f));
    f->odd_db = db((odd + 1e-4f) / (even + 1e-4f));
    f->stretch = stretched > 1e-4f ? 1000 * stretch / stretched : 0;
}

void vy_timbre_ear_hear(struct vy_timbre_ear *ear, const struct vy_hop *hop,
                        struct vy_timbre_frame *frame)
{
    const uint32_t first = ear->first, n = ear->last - first + 1;
    memset(frame, 0, sizeof *frame);
    memcpy(ear->power + first, hop->power + first, n * sizeof(float));
    const struct sums sums = sum_up(ear->power + first, ear->log2p + first, first, n);
    if (!(sums.power > 1e-18f))
        return;
    frame->energy = sums.power;
    frame->centre_hz = ear->bin_hz * sums.moment / sums.power;
    roots_and_logs(ear->power + first, sums.power * FLOOR, ear->root + first, ear->log2p + first,
                   n);
    hear_envelope(ear, frame);
    hear_regions(ear, frame);
    hear_pitch(ear, frame);
    hear_partials(ear, frame);
}
