// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/spectral_sums.h"

#include "listen/simd.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define LEVELS VY_SPECTRAL_GATE_DB
#define STEPS 256 // of a histogram

enum measure {
    CENTROID,
    BANDWIDTH,
    ROLLOFF,
    FLATNESS,
    SLOPE,
    SKEWNESS,
    KURTOSIS,
    FLUX,
    CONTRAST,
    CROSSINGS,
    ONSET,
};
#define MEASURES 11

/// What a histogram spans; what lies outside counts for its ends.
static const struct scale {
    float low, high;
    bool octaves; ///< low and high are log2
} scales[MEASURES] = {
    [CENTROID] = {0, 19, true},    [BANDWIDTH] = {0, 19, true}, [ROLLOFF] = {0, 19, true},
    [FLATNESS] = {-100, 0, false}, [SLOPE] = {-40, 24, false},  [SKEWNESS] = {-10, 54, false},
    [KURTOSIS] = {0, 12, true},    [FLUX] = {0, 1, false},      [CONTRAST] = {0, 100, false},
    [CROSSINGS] = {0, 19, true},   [ONSET] = {0, 64, false},
};

/// The windows of one level.
struct level {
    uint64_t count;
    double sum[MEASURES], square[MEASURES];
    double mfcc[VY_MFCC], mfcc_square[VY_MFCC];
    double part[VY_MEL_PARTS], part_square[VY_MEL_PARTS]; ///< onset strengths
    uint32_t step[MEASURES][STEPS];
};

struct vy_spectral_sums {
    struct vy_hop_shape shape;
    uint64_t windows;
    bool any;
    int loudest;                    ///< level of the loudest window so far, whole dB rounded down
    struct level level[LEVELS + 1]; ///< by level modulo LEVELS; the last one is their total
    double *power;                  ///< [LEVELS + 1][bins], in the same order
    float *mean;                    ///< [bins] the last one of these
};

vy_status vy_spectral_sums_new(const struct vy_hop_shape *shape, struct vy_spectral_sums **sums)
{
    struct vy_spectral_sums *const s = *sums = calloc(1, sizeof *s);
    if (!s)
        return VY_NO_MEMORY;
    s->shape = *shape;
    s->power = calloc((size_t)(LEVELS + 1) * shape->bins, sizeof(double));
    s->mean = calloc(shape->bins, sizeof(float));
    if (!s->power || !s->mean) {
        vy_spectral_sums_destroy(s);
        *sums = NULL;
        return VY_NO_MEMORY;
    }
    return VY_OK;
}

void vy_spectral_sums_destroy(struct vy_spectral_sums *sums)
{
    if (!sums)
        return;
    free(sums->mean);
    free(sums->power);
    free(sums);
}

static uint32_t place_of(int level)
{
    return (uint32_t)((level % LEVELS + LEVELS) % LEVELS);
}

static void forget(struct vy_spectral_sums *s, uint32_t place)
{
    if (!s->level[place].count)
        return;
    memset(&s->level[place], 0, sizeof s->level[place]);
    memset(s->power + (size_t)place * s->shape.bins, 0, s->shape.bins * sizeof(double));
}

/// Make room for a window louder than all before.
static void rise_to(struct vy_spectral_sums *s, int level)
{
    const int steps = s->any && level - s->loudest < LEVELS ? level - s->loudest : LEVELS;
    for (int i = 0; i < steps; i++)
        forget(s, place_of(level - i));
    s->loudest = level;
    s->any = true;
}

VY_SIMD static void add_power(double *restrict sum, const float *restrict power, uint32_t bins)
{
    for (uint32_t k = 0; k < bins; k++)
        sum[k] += (double)power[k];
}

static void take_measures(const struct vy_spectral_frame *f, uint32_t sr_hz, float *x)
{
    float contrast = 0;
    int bands = 0;
    for (int b = 0; b < VY_CONTRAST_BANDS; b++) {
        const float height = f->contrast_peak_db[b] - f->contrast_valley_db[b];
        contrast += height;
        bands += f->contrast_peak_db[b] > -99.9f; // not absent, not silent
    }
    x[CENTROID] = f->centroid_hz;
    x[BANDWIDTH] = f->bandwidth_hz;
    x[ROLLOFF] = f->rolloff_hz;
    x[FLATNESS] = 10 * log10f(fmaxf(f->flatness, 1e-10f));
    x[SLOPE] = f->slope_db_oct;
    x[SKEWNESS] = f->skewness;
    x[KURTOSIS] = f->kurtosis;
    x[FLUX] = f->flux_share;
    x[CONTRAST] = bands ? contrast / (float)bands : 0;
    x[CROSSINGS] = f->zero_crossing_rate * (float)sr_hz;
    x[ONSET] = f->onset_strength;
}

static uint32_t step_of(const struct scale *scale, float x)
{
    const float on = scale->octaves ? log2f(fmaxf(x, 1)) : x;
    const float step = (on - scale->low) / (scale->high - scale->low) * STEPS;
    return (uint32_t)fminf(fmaxf(step, 0), STEPS - 1);
}

void vy_spectral_sums_add(struct vy_spectral_sums *sums, const struct vy_spectral_frame *frame,
                          const float *power)
{
    sums->windows++;
    const float db = 20 * log10f(fmaxf(frame->rms, 1e-10f));
    if (db < VY_SPECTRAL_GATE_DBFS)
        return;
    const int level = (int)floorf(db);
    if (!sums->any || level > sums->loudest)
        rise_to(sums, level);
    if (level <= sums->loudest - LEVELS)
        return;
    const uint32_t place = place_of(level);
    struct level *const l = &sums->level[place];
    float x[MEASURES];
    take_measures(frame, sums->shape.sr_hz, x);
    l->count++;
    for (int i = 0; i < MEASURES; i++) {
        l->sum[i] += (double)x[i];
        l->square[i] += (double)x[i] * (double)x[i];
        l->step[i][step_of(&scales[i], x[i])]++;
    }
    for (int i = 0; i < VY_MFCC; i++) {
        l->mfcc[i] += (double)frame->mfcc[i];
        l->mfcc_square[i] += (double)frame->mfcc[i] * (double)frame->mfcc[i];
    }
    for (int p = 0; p < VY_MEL_PARTS; p++) {
        l->part[p] += (double)frame->onset_part[p];
        l->part_square[p] += (double)frame->onset_part[p] * (double)frame->onset_part[p];
    }
    add_power(sums->power + (size_t)place * sums->shape.bins, power, sums->shape.bins);
}

static void add_level(struct level *total, const struct level *l)
{
    total->count += l->count;
    for (int i = 0; i < MEASURES; i++) {
        total->sum[i] += l->sum[i];
        total->square[i] += l->square[i];
        for (int j = 0; j < STEPS; j++)
            total->step[i][j] += l->step[i][j];
    }
    for (int i = 0; i < VY_MFCC; i++) {
        total->mfcc[i] += l->mfcc[i];
        total->mfcc_square[i] += l->mfcc_square[i];
    }
    for (int p = 0; p < VY_MEL_PARTS; p++) {
        total->part[p] += l->part[p];
        total->part_square[p] += l->part_square[p];
    }
}

static float deviation(double sum, double square, uint64_t count)
{
    const double n = (double)count, mean = sum / n;
    return (float)sqrt(fmax(0, square / n - mean * mean));
}

/// Where `share` of the counted windows lie below.
static float percentile(const struct level *total, int measure, double share)
{
    const struct scale *const scale = &scales[measure];
    double rest = share * (double)total->count;
    int j = 0;
    for (; j < STEPS - 1 && rest > total->step[measure][j]; j++)
        rest -= total->step[measure][j];
    const double inside = total->step[measure][j] ? rest / total->step[measure][j] : 0;
    const double at =
        (double)scale->low + (double)(scale->high - scale->low) * (j + fmin(inside, 1)) / STEPS;
    return (float)(scale->octaves ? exp2(at) : at);
}

static struct vy_spectral_stat stat_of(const struct level *total, int measure)
{
    if (!total->count)
        return (struct vy_spectral_stat){NAN, NAN, NAN, NAN, NAN};
    return (struct vy_spectral_stat){
        .mean = (float)(total->sum[measure] / (double)total->count),
        .std = deviation(total->sum[measure], total->square[measure], total->count),
        .p10 = percentile(total, measure, 0.1),
        .p50 = percentile(total, measure, 0.5),
        .p90 = percentile(total, measure, 0.9),
    };
}

static void fill_stats(const struct level *total, struct vy_spectral_found *found)
{
    found->centroid_hz = stat_of(total, CENTROID);
    found->bandwidth_hz = stat_of(total, BANDWIDTH);
    found->rolloff_hz = stat_of(total, ROLLOFF);
    found->flatness_db = stat_of(total, FLATNESS);
    found->slope_db_oct = stat_of(total, SLOPE);
    found->skewness = stat_of(total, SKEWNESS);
    found->kurtosis = stat_of(total, KURTOSIS);
    found->flux = stat_of(total, FLUX);
    found->contrast_db = stat_of(total, CONTRAST);
    found->zero_crossings_s = stat_of(total, CROSSINGS);
    found->onset_strength = stat_of(total, ONSET);
    for (int i = 0; i < VY_MFCC; i++) {
        const bool some = total->count > 0;
        found->mfcc_mean[i] = some ? (float)(total->mfcc[i] / (double)total->count) : NAN;
        found->mfcc_std[i] =
            some ? deviation(total->mfcc[i], total->mfcc_square[i], total->count) : NAN;
    }
}

static void fill_parts(const struct level *total, const struct vy_mel *mel,
                       struct vy_spectral_found *found)
{
    for (int p = 0; p < VY_MEL_PARTS; p++) {
        const bool some = total->count > 0 && vy_mel_part(mel, p + 1) > vy_mel_part(mel, p);
        found->onset_part_mean[p] = some ? (float)(total->part[p] / (double)total->count) : NAN;
        found->onset_part_std[p] =
            some ? deviation(total->part[p], total->part_square[p], total->count) : NAN;
    }
}

/// Mean power of the counted windows, behind the levels' own.
static const double *take_mean_power(struct vy_spectral_sums *s, uint64_t count)
{
    const uint32_t bins = s->shape.bins;
    double *const mean = s->power + (size_t)LEVELS * bins;
    memset(mean, 0, bins * sizeof *mean);
    for (size_t l = 0; l < LEVELS; l++)
        for (uint32_t k = 0; k < bins; k++)
            mean[k] += s->power[l * bins + k] / (double)count;
    for (uint32_t k = 0; k < bins; k++)
        s->mean[k] = (float)mean[k];
    return mean;
}

void vy_spectral_sums_finish(struct vy_spectral_sums *sums, const struct vy_mel *mel,
                             struct vy_spectral_found *found)
{
    struct level *const total = &sums->level[LEVELS];
    memset(total, 0, sizeof *total);
    for (int l = 0; l < LEVELS; l++)
        add_level(total, &sums->level[l]);
    *found = (struct vy_spectral_found){.windows = sums->windows, .counted = total->count};
    fill_stats(total, found);
    fill_parts(total, mel, found);
    const double *const power = total->count ? take_mean_power(sums, total->count) : NULL;
    vy_ltas_of(VY_LTAS_THIRD, &sums->shape, power, &found->third);
    vy_ltas_of(VY_LTAS_BARK, &sums->shape, power, &found->bark);
    vy_ltas_of(VY_LTAS_ERB, &sums->shape, power, &found->erb);
    for (int m = 0; m < VY_MEL_BANDS; m++)
        found->mel_db[m] = NAN;
    if (!power)
        return;
    float band[VY_MEL_BANDS];
    vy_mel_bands(mel, sums->mean, band);
    vy_mel_db(band, found->mel_db);
}
