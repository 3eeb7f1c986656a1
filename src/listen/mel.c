// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/mel.h"

#include "listen/bank.h"
#include "listen/simd.h"
#include "listen/vectors.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#define COLS 24 // VY_MFCC rounded up to groups
#define SLOPE_FROM_HZ 50.0
#define SLOPE_TO_HZ 10000.0

struct vy_mel {
    struct vy_bank bank;
    bool heard[VY_MEL_BANDS]; ///< holds a bin; at high rates the lowest do not
    double edge_hz[VY_MEL_BANDS + 2];
    uint32_t part[VY_MEL_PARTS + 1]; ///< first band of each
    float slope[VY_MEL_BANDS];       ///< the slope is the sum of these times the levels
    float dct[VY_MEL_BANDS][COLS];   ///< [band][coefficient]
};

static double mel_of(double hz)
{
    return hz < 1000 ? hz * 3 / 200 : 15 + 27 * log(hz / 1000) / log(6.4);
}

static double hz_of(double mel)
{
    return mel < 15 ? mel * 200 / 3 : 1000 * exp(log(6.4) * (mel - 15) / 27);
}

static double triangle(const double *edge, double hz)
{
    const double up = (hz - edge[0]) / (edge[1] - edge[0]);
    const double down = (edge[2] - hz) / (edge[2] - edge[1]);
    return fmax(0, fmin(up, down)) * 2 / (edge[2] - edge[0]);
}

static vy_status make_triangles(struct vy_mel *mel, const struct vy_hop_shape *shape)
{
    const double step_hz = (double)shape->sr_hz / shape->n_fft;
    struct vy_bank_span span[VY_MEL_BANDS] = {{0}};
    for (int m = 0; m < VY_MEL_BANDS; m++) {
        const double *const edge = mel->edge_hz + m;
        const uint32_t first = (uint32_t)ceil(edge[0] / step_hz);
        const uint32_t last = (uint32_t)fmin(floor(edge[2] / step_hz), shape->bins - 1);
        span[m] = (struct vy_bank_span){first, last >= first ? last - first + 1 : 0};
    }
    if (vy_bank_init(&mel->bank, span, VY_MEL_BANDS, shape->bins) != VY_OK)
        return VY_NO_MEMORY;
    for (uint32_t m = 0; m < VY_MEL_BANDS; m++)
        for (uint32_t k = span[m].first; k < span[m].first + span[m].count; k++) {
            float *const w = vy_bank_weight(&mel->bank, m, k);
            *w = (float)triangle(mel->edge_hz + m, (double)k * shape->sr_hz / shape->n_fft);
            mel->heard[m] |= *w > 0;
        }
    return VY_OK;
}

static void fill_slope(struct vy_mel *mel)
{
    double weight = 0, mean = 0, spread = 0;
    for (int pass = 0; pass < 3; pass++)
        for (int m = 0; m < VY_MEL_BANDS; m++) {
            const double *const edge = mel->edge_hz + m;
            if (edge[0] < SLOPE_FROM_HZ || edge[2] > SLOPE_TO_HZ || !mel->heard[m])
                continue;
            const double octave = log2(edge[1]), w = log2(edge[2] / edge[0]);
            if (pass == 0) {
                weight += w;
                mean += w * octave;
            } else if (pass == 1) {
                spread += w * (octave - mean / weight) * (octave - mean / weight);
            } else {
                mel->slope[m] = (float)(w * (octave - mean / weight) / spread);
            }
        }
}

static void fill_parts(struct vy_mel *mel)
{
    uint32_t m = 0;
    for (int p = 1; p < VY_MEL_PARTS; p++) {
        while (m < VY_MEL_BANDS && mel->edge_hz[m + 1] < (50 << p))
            m++;
        mel->part[p] = m;
    }
    mel->part[VY_MEL_PARTS] = VY_MEL_BANDS;
}

static void fill_dct(struct vy_mel *mel)
{
    for (int m = 0; m < VY_MEL_BANDS; m++)
        for (int i = 0; i < VY_MFCC; i++)
            mel->dct[m][i] = (float)(cos(M_PI * i * (2 * m + 1) / (2.0 * VY_MEL_BANDS)) *
                                     sqrt((i ? 2.0 : 1.0) / VY_MEL_BANDS));
}

vy_status vy_mel_new(const struct vy_hop_shape *shape, struct vy_mel **mel)
{
    *mel = NULL;
    struct vy_mel *const b = calloc(1, sizeof *b);
    if (!b)
        return VY_NO_MEMORY;
    const double top = mel_of(shape->sr_hz / 2.0);
    for (int i = 0; i < VY_MEL_BANDS + 2; i++)
        b->edge_hz[i] = hz_of(top * i / (VY_MEL_BANDS + 1));
    if (make_triangles(b, shape) != VY_OK) {
        vy_mel_destroy(b);
        return VY_NO_MEMORY;
    }
    fill_slope(b);
    fill_parts(b);
    fill_dct(b);
    *mel = b;
    return VY_OK;
}

void vy_mel_destroy(struct vy_mel *mel)
{
    if (!mel)
        return;
    vy_bank_clear(&mel->bank);
    free(mel);
}

double vy_mel_centre_hz(const struct vy_mel *mel, int band)
{
    return mel->edge_hz[band + 1];
}

void vy_mel_bands(const struct vy_mel *mel, const float *power, float *band)
{
    vy_bank_run(&mel->bank, power, band);
}

VY_SIMD void vy_mel_db(const float *power, float *db)
{
    for (int m = 0; m < VY_MEL_BANDS; m += 8)
        vy_store8(db + m,
                  VY_DB_OF_LOG2 * vy_log2(vy_greater(vy_load8(power + m), vy_set(VY_MEL_LEAST))));
}

VY_SIMD void vy_mel_mfcc(const struct vy_mel *mel, const float *db, float floor_db, float *mfcc)
{
    vy_f8 a = {0}, b = {0}, c = {0};
    for (int m = 0; m < VY_MEL_BANDS; m++) {
        const float x = db[m] > floor_db ? db[m] : floor_db;
        const float *const row = mel->dct[m];
        a += x * vy_load8(row);
        b += x * vy_load8(row + 8);
        c += x * vy_load8(row + 16);
    }
    vy_store8(mfcc, a);
    vy_store8(mfcc + 8, b);
    memcpy(mfcc + 16, &c, (VY_MFCC - 16) * sizeof(float));
}

VY_SIMD float vy_mel_rise(const float *db, const float *before_db, float floor_db)
{
    const vy_f8 low = vy_set(floor_db);
    vy_f8 sum = {0};
    for (int m = 0; m < VY_MEL_BANDS; m += 8)
        sum += vy_positive(vy_greater(vy_load8(db + m), low) -
                           vy_greater(vy_load8(before_db + m), low));
    return vy_sum(sum) / VY_MEL_BANDS;
}

uint32_t vy_mel_part(const struct vy_mel *mel, int part)
{
    return mel->part[part];
}

VY_SIMD void vy_mel_part_rises(const struct vy_mel *mel, const float *db, const float *before_db,
                               float floor_db, float *rise)
{
    float up[VY_MEL_BANDS];
    const vy_f8 low = vy_set(floor_db);
    for (int m = 0; m < VY_MEL_BANDS; m += 8)
        vy_store8(up + m, vy_positive(vy_greater(vy_load8(db + m), low) -
                                      vy_greater(vy_load8(before_db + m), low)));
    for (int p = 0; p < VY_MEL_PARTS; p++) {
        float sum = 0;
        for (uint32_t m = mel->part[p]; m < mel->part[p + 1]; m++)
            sum += up[m];
        const uint32_t bands = mel->part[p + 1] - mel->part[p];
        rise[p] = bands ? sum / (float)bands : 0;
    }
}

VY_SIMD float vy_mel_slope(const struct vy_mel *mel, const float *db, float floor_db)
{
    const vy_f8 low = vy_set(floor_db);
    vy_f8 sum = {0};
    for (int m = 0; m < VY_MEL_BANDS; m += 8)
        sum += vy_greater(vy_load8(db + m), low) * vy_load8(mel->slope + m);
    return vy_sum(sum);
}
