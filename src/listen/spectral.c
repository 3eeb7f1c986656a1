// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The spectrum is gone through twice: once for all plain sums, once for the moments about the
// centroid. Sums are kept in sixteen lanes, whose totals after each sixteen bins are kept too: that
// is where the roll-off is looked up.
#include "listen/spectral.h"

#include "listen/chroma_stft.h"
#include "listen/simd.h"
#include "listen/spectral_sums.h"
#include "listen/vectors.h"

#include <math.h>
#include <stdlib.h>

#define LEAST_POWER 1e-10f
#define LEAST_SUM 1e-30f
#define ROLLOFF 0.85f
#define MANTISSAS 64 // in [1, 2): more of them in a product might overflow
#define QUIET 1e-10f // counts as 0 where signs are asked

struct vy_spectral {
    struct vy_hop_shape shape;
    int want;
    struct vy_mel *mel;
    struct vy_chroma_stft *chroma;
    struct vy_contrast contrast;
    struct vy_spectral_sums *sums;
    float *before;  ///< [bins] magnitude of the last window
    float *running; ///< [bins / 16][16] lane sums of magnitude
    float mel_db_before[VY_MEL_BANDS];
    bool begun;
    struct vy_spectral_frame frame;
};

struct plain_sums {
    float mag, rise;
    double mag_bin;   ///< sum of bin * magnitude
    double power;     ///< sum of max(LEAST_POWER, power)
    double log_power; ///< sum of log2 of the same
};

vy_status vy_spectral_new(const struct vy_hop_shape *shape, int want, double tuning,
                          struct vy_spectral **spectral)
{
    *spectral = NULL;
    if (shape->sr_hz < 1000 || shape->sr_hz > 768000 || shape->n_fft < 256 ||
        shape->bins != shape->n_fft / 2 + 1)
        return VY_BAD_ARG;
    struct vy_spectral *const s = calloc(1, sizeof *s);
    if (!s)
        return VY_NO_MEMORY;
    s->shape = *shape;
    s->want = want;
    if (want & VY_SPECTRAL_SUMMARY)
        s->want |= VY_SPECTRAL_SHAPE | VY_SPECTRAL_MEL | VY_SPECTRAL_CONTRAST;
    vy_contrast_init(&s->contrast, shape);
    s->before = calloc(shape->bins, sizeof(float));
    s->running = calloc(shape->bins, sizeof(float));
    vy_status status = s->before && s->running ? VY_OK : VY_NO_MEMORY;
    if (!status)
        status = vy_mel_new(shape, &s->mel);
    if (!status && want & VY_SPECTRAL_CHROMA)
        status = vy_chroma_stft_new(shape, tuning, &s->chroma);
    if (!status && want & VY_SPECTRAL_SUMMARY)
        status = vy_spectral_sums_new(shape, &s->sums);
    if (status) {
        vy_spectral_destroy(s);
        return status;
    }
    *spectral = s;
    return VY_OK;
}

void vy_spectral_destroy(struct vy_spectral *spectral)
{
    if (!spectral)
        return;
    vy_spectral_sums_destroy(spectral->sums);
    vy_chroma_stft_destroy(spectral->chroma);
    vy_mel_destroy(spectral->mel);
    free(spectral->running);
    free(spectral->before);
    free(spectral);
}

const struct vy_mel *vy_spectral_mel(const struct vy_spectral *spectral)
{
    return spectral->mel;
}

VY_SIMD static float root_mean_square(const float *wave, uint32_t n)
{
    vy_f8 a = {0}, b = {0};
    for (uint32_t i = 0; i < n; i += 16) {
        const vy_f8 x = vy_load8(wave + i), y = vy_load8(wave + i + 8);
        a += x * x;
        b += y * y;
    }
    return sqrtf(vy_sum(a + b) / (float)n);
}

/// Places i of first + 1 .. end - 1 where the sign changes from i - 1 to i.
VY_SIMD static uint32_t count_crossings(const float *wave, uint32_t first, uint32_t end)
{
    vy_i8 sum = {0};
    uint32_t i = first + 1, rest = 0;
    for (; i + 8 <= end; i += 8) {
        const vy_i8 here = vy_load8(wave + i) < -QUIET, before = vy_load8(wave + i - 1) < -QUIET;
        sum -= here ^ before;
    }
    for (; i < end; i++)
        rest += (wave[i] < -QUIET) != (wave[i - 1] < -QUIET);
    for (int lane = 0; lane < 8; lane++)
        rest += (uint32_t)sum[lane];
    return rest;
}

/// The sum of log2 of up to MANTISSAS powers a lane: exponents are added, mantissas multiplied.
VY_INLINE void add_logs(const vy_i8 *exponent, const vy_f8 *product, double *sum)
{
    const vy_f8 a = vy_log2(product[0]), b = vy_log2(product[1]);
    const vy_i8 e = exponent[0] + exponent[1];
    int32_t whole = 0;
    for (int i = 0; i < 8; i++)
        whole += e[i];
    *sum += (double)vy_sum(a + b) + whole;
}

/// @param n  bins without the last, a multiple of 16; @param running  f32 [n]
VY_SIMD static void sum_plain(const float *restrict mag, const float *restrict power,
                              float *restrict before, float *restrict running, uint32_t n,
                              struct plain_sums *sums)
{
    vy_f8 m[2] = {{0}}, mk[2] = {{0}}, up[2] = {{0}}, p[2] = {{0}};
    vy_f8 bin[2] = {vy_iota(), vy_iota() + 8};
    double logs = 0;
    for (uint32_t chunk = 0; chunk < n; chunk += 16 * MANTISSAS) {
        const uint32_t end = n < chunk + 16 * MANTISSAS ? n : chunk + 16 * MANTISSAS;
        vy_i8 exponent[2] = {{0}};
        vy_f8 product[2] = {vy_set(1), vy_set(1)};
        for (uint32_t k = chunk; k < end; k += 16)
            for (uint32_t j = 0; j < 2; j++) {
                const vy_f8 x = vy_load8(mag + k + 8 * j);
                m[j] += x;
                mk[j] += x * bin[j];
                bin[j] += 16;
                up[j] += vy_positive(x - vy_load8(before + k + 8 * j));
                vy_store8(before + k + 8 * j, x);
                vy_store8(running + k + 8 * j, m[j]);
                const vy_f8 y = vy_greater(vy_load8(power + k + 8 * j), vy_set(LEAST_POWER));
                p[j] += y;
                exponent[j] += ((vy_i8)y >> 23) - 127;
                product[j] *= (vy_f8)(((vy_i8)y & 0x7fffff) | 0x3f800000);
            }
        add_logs(exponent, product, &logs);
    }
    const float top = power[n] > LEAST_POWER ? power[n] : LEAST_POWER, risen = mag[n] - before[n];
    before[n] = mag[n];
    *sums = (struct plain_sums){
        .mag = vy_sum(m[0] + m[1]) + mag[n],
        .rise = vy_sum(up[0] + up[1]) + (risen > 0 ? risen : 0),
        .mag_bin = (double)vy_sum(mk[0] + mk[1]) + (double)mag[n] * n,
        .power = (double)vy_sum(p[0] + p[1]) + (double)top,
        .log_power = logs + log2((double)top),
    };
}

/// @param centre  in bins; @param moment  f32 [3]: sums of mag * (bin - centre)^2, ^3, ^4
VY_SIMD static void sum_moments(const float *mag, uint32_t n, float centre, float *moment)
{
    vy_f8 two[2] = {{0}}, three[2] = {{0}}, four[2] = {{0}};
    vy_f8 away[2] = {vy_iota() - centre, vy_iota() + 8 - centre};
    for (uint32_t k = 0; k < n; k += 16)
        for (uint32_t j = 0; j < 2; j++) {
            const vy_f8 d = away[j], square = d * d, x = vy_load8(mag + k + 8 * j) * square;
            two[j] += x;
            three[j] += x * d;
            four[j] += x * square;
            away[j] += 16;
        }
    const float d = (float)n - centre, x = mag[n] * d * d;
    moment[0] = vy_sum(two[0] + two[1]) + x;
    moment[1] = vy_sum(three[0] + three[1]) + x * d;
    moment[2] = vy_sum(four[0] + four[1]) + x * d * d;
}

VY_INLINE float running_sum(const float *running, uint32_t group)
{
    return vy_sum(vy_load8(running + 16 * (size_t)group) + vy_load8(running + 16 * group + 8));
}

/// The first bin up to which there is `wanted` of the magnitude.
static uint32_t find_rolloff(const float *mag, const float *running, uint32_t n, float wanted)
{
    uint32_t low = 0, high = n / 16; // groups before `low` have less
    while (low < high) {
        const uint32_t middle = (low + high) / 2;
        if (running_sum(running, middle) < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    float sum = low ? running_sum(running, low - 1) : 0;
    uint32_t k = 16 * low;
    for (; k < n; k++) {
        sum += mag[k];
        if (sum >= wanted)
            break;
    }
    return k;
}

static void measure_shape(struct vy_spectral *s, const struct vy_hop *hop)
{
    const uint32_t n = s->shape.bins - 1;
    const double step_hz = (double)s->shape.sr_hz / s->shape.n_fft;
    struct vy_spectral_frame *const f = &s->frame;
    struct plain_sums sum;
    sum_plain(hop->mag, hop->power, s->before, s->running, n, &sum);
    f->rms = root_mean_square(hop->wave, s->shape.n_fft);
    f->zero_crossing_rate =
        (float)count_crossings(hop->wave, hop->lead, s->shape.n_fft - hop->tail) /
        (float)s->shape.n_fft;
    f->flatness = (float)(exp2(sum.log_power / s->shape.bins) / (sum.power / s->shape.bins));
    f->flux = s->begun ? sum.rise : 0;
    f->centroid_hz = f->bandwidth_hz = f->rolloff_hz = f->flux_share = 0;
    f->skewness = f->kurtosis = 0;
    if (sum.mag <= LEAST_SUM)
        return;
    const double centre = sum.mag_bin / (double)sum.mag;
    float moment[3];
    sum_moments(hop->mag, n, (float)centre, moment);
    const double square = (double)(moment[0] / sum.mag), width = sqrt(square);
    f->centroid_hz = (float)(centre * step_hz);
    f->bandwidth_hz = (float)(width * step_hz);
    f->flux_share = f->flux / sum.mag;
    f->rolloff_hz = (float)(find_rolloff(hop->mag, s->running, n, ROLLOFF * sum.mag) * step_hz);
    if (square > 1e-6) {
        f->skewness = (float)((double)(moment[1] / sum.mag) / (square * width));
        f->kurtosis = (float)((double)(moment[2] / sum.mag) / (square * square));
    }
}

static void measure_mel(struct vy_spectral *s, const struct vy_hop *hop)
{
    struct vy_spectral_frame *const f = &s->frame;
    memcpy(s->mel_db_before, f->mel_db, sizeof f->mel_db);
    vy_mel_bands(s->mel, hop->power, f->mel);
    vy_mel_db(f->mel, f->mel_db);
    vy_mel_mfcc(s->mel, f->mel_db, VY_SPECTRAL_FLOOR_DB, f->mfcc);
    f->slope_db_oct = vy_mel_slope(s->mel, f->mel_db, VY_SPECTRAL_FLOOR_DB);
    f->onset_strength =
        s->begun ? vy_mel_rise(f->mel_db, s->mel_db_before, VY_SPECTRAL_FLOOR_DB) : 0;
    if (s->begun)
        vy_mel_part_rises(s->mel, f->mel_db, s->mel_db_before, VY_SPECTRAL_FLOOR_DB, f->onset_part);
}

/// 10 log10 of sixteen magnitudes, -100 at least.
VY_SIMD static void to_db(float *level)
{
    for (int i = 0; i < 16; i += 8) {
        const vy_f8 x = vy_greater(vy_load8(level + i), vy_set(VY_MEL_LEAST));
        vy_store8(level + i, VY_DB_OF_LOG2 * vy_log2(x));
    }
}

static void measure_contrast(struct vy_spectral *s, const struct vy_hop *hop)
{
    float level[16] = {0};
    vy_contrast_of(&s->contrast, hop->mag, level, level + 8);
    to_db(level);
    memcpy(s->frame.contrast_peak_db, level, sizeof s->frame.contrast_peak_db);
    memcpy(s->frame.contrast_valley_db, level + 8, sizeof s->frame.contrast_valley_db);
}

const struct vy_spectral_frame *vy_spectral_hop(struct vy_spectral *spectral,
                                                const struct vy_hop *hop)
{
    struct vy_spectral_frame *const f = &spectral->frame;
    if (spectral->want & VY_SPECTRAL_SHAPE)
        measure_shape(spectral, hop);
    if (spectral->want & VY_SPECTRAL_MEL)
        measure_mel(spectral, hop);
    if (spectral->want & VY_SPECTRAL_CONTRAST)
        measure_contrast(spectral, hop);
    if (spectral->chroma) {
        vy_chroma_stft_of(spectral->chroma, hop->power, f->chroma);
        vy_tonnetz_of(f->chroma, f->tonnetz);
    }
    if (spectral->sums)
        vy_spectral_sums_add(spectral->sums, f, hop->power);
    spectral->begun = true;
    return f;
}

void vy_spectral_finish(struct vy_spectral *spectral, struct vy_spectral_found *found)
{
    vy_spectral_sums_finish(spectral->sums, spectral->mel, found);
}
