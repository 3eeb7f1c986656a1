// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/bands.h"

#include "listen/simd.h"

#include <math.h>
#include <stdlib.h>

#define LOW_HZ 30.0
#define HIGH_HZ 16000.0
#define PER_OCTAVE 24
#define FIRST_ROOM 2048

struct triangle {
    uint32_t first, count; ///< bins
    uint32_t weight;       ///< index of the first one
    float hz;
};

struct vy_bands {
    struct vy_hop_shape shape;
    struct triangle triangle[VY_BANDS_MOST];
    uint32_t count;
    float *weight;
    int16_t *level; ///< [room][count]
    size_t hops, room, hops_max;
};

// Bins that the corners of the triangles fall on; a corner that falls on the bin before is dropped.
static uint32_t corners(const struct vy_hop_shape *shape, uint32_t *corner)
{
    const double bin_hz = (double)shape->sr_hz / shape->n_fft;
    const double top = fmin(HIGH_HZ, 0.45 * shape->sr_hz);
    uint32_t n = 0;
    for (uint32_t i = 0; n < VY_BANDS_MOST + 2; i++) {
        const double hz = LOW_HZ * exp2((double)i / PER_OCTAVE);
        const uint32_t bin = (uint32_t)lrint(hz / bin_hz);
        if (hz > top || bin + 1 >= shape->bins)
            break;
        if (!n || bin > corner[n - 1])
            corner[n++] = bin;
    }
    return n;
}

static vy_status make_triangles(struct vy_bands *b)
{
    uint32_t corner[VY_BANDS_MOST + 2] = {0}, total = 0;
    const uint32_t n = corners(&b->shape, corner);
    b->count = n - 2;
    for (uint32_t i = 0; i < b->count; i++)
        total += corner[i + 2] - corner[i] - 1;
    b->weight = calloc(total + 1, sizeof *b->weight);
    if (!b->weight)
        return VY_NO_MEMORY;
    // Hann spreads a sine of full scale, n_fft / 4 high, over a power of 1.5 times its square.
    const double full = 1.5 * b->shape.n_fft / 4 * b->shape.n_fft / 4;
    uint32_t at = 0;
    for (uint32_t i = 0; i < b->count; i++) {
        const uint32_t low = corner[i], mid = corner[i + 1], high = corner[i + 2];
        b->triangle[i] = (struct triangle){low + 1, high - low - 1, at,
                                           (float)((double)mid * b->shape.sr_hz / b->shape.n_fft)};
        for (uint32_t k = low + 1; k < high; k++)
            b->weight[at++] = (float)((k <= mid ? (double)(k - low) / (mid - low)
                                                : (double)(high - k) / (high - mid)) /
                                      full);
    }
    return VY_OK;
}

vy_status vy_bands_new(const struct vy_hop_shape *shape, size_t hops_max, struct vy_bands **bands)
{
    *bands = NULL;
    struct vy_bands *const b = calloc(1, sizeof *b);
    if (!b)
        return VY_NO_MEMORY;
    b->shape = *shape;
    b->hops_max = hops_max;
    if (make_triangles(b) != VY_OK) {
        vy_bands_destroy(b);
        return VY_NO_MEMORY;
    }
    *bands = b;
    return VY_OK;
}

void vy_bands_destroy(struct vy_bands *bands)
{
    if (!bands)
        return;
    free(bands->weight);
    free(bands->level);
    free(bands);
}

VY_SIMD static float weighted(const float *restrict power, const float *restrict weight, uint32_t n)
{
    float lane[VY_SUM_LANES] = {0};
    uint32_t i = 0;
    for (; i + VY_SUM_LANES <= n; i += VY_SUM_LANES)
        for (uint32_t k = 0; k < VY_SUM_LANES; k++)
            lane[k] += power[i + k] * weight[i + k];
    for (uint32_t k = 0; i + k < n; k++)
        lane[k] += power[i + k] * weight[i + k];
    float sum = 0;
    for (uint32_t k = 0; k < VY_SUM_LANES; k++)
        sum += lane[k];
    return sum;
}

static vy_status make_room(struct vy_bands *b)
{
    if (b->hops >= b->hops_max)
        return VY_TOO_BIG;
    if (b->hops < b->room)
        return VY_OK;
    const size_t room = b->room ? b->room * 2 : FIRST_ROOM;
    int16_t *const level = realloc(b->level, room * b->count * sizeof *level);
    if (!level)
        return VY_NO_MEMORY;
    b->level = level;
    b->room = room;
    return VY_OK;
}

vy_status vy_bands_hop(struct vy_bands *bands, const struct vy_hop *hop)
{
    const vy_status status = make_room(bands);
    if (status != VY_OK)
        return status;
    int16_t *const level = bands->level + bands->hops * bands->count;
    for (uint32_t i = 0; i < bands->count; i++) {
        const struct triangle *const t = &bands->triangle[i];
        const float power = weighted(hop->power + t->first, bands->weight + t->weight, t->count);
        const float db = 10 * log10f(power + 1e-12f) - VY_BAND_FLOOR_DB;
        level[i] = (int16_t)lrintf(fminf(fmaxf(db, 0), 240) * VY_BAND_STEPS);
    }
    bands->hops++;
    return VY_OK;
}

size_t vy_bands_hops(const struct vy_bands *bands)
{
    return bands->hops;
}

uint32_t vy_bands_count(const struct vy_bands *bands)
{
    return bands->count;
}

float vy_bands_hz(const struct vy_bands *bands, uint32_t band)
{
    return bands->triangle[band].hz;
}

const int16_t *vy_bands_level(const struct vy_bands *bands, size_t hop)
{
    return bands->level + hop * bands->count;
}

void vy_bands_clear(struct vy_bands *bands)
{
    bands->hops = 0;
}
