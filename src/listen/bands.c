// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/bands.h"

#include "listen/bank.h"
#include "listen/simd.h"
#include "listen/vectors.h"

#include <math.h>
#include <stdlib.h>

#define LOW_HZ 30.0
#define HIGH_HZ 16000.0
#define PER_OCTAVE 24
#define FIRST_ROOM 2048

struct vy_bands {
    struct vy_hop_shape shape;
    struct vy_bank bank;
    float hz[VY_BANDS_MOST];
    uint32_t count;
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
    uint32_t corner[VY_BANDS_MOST + 2] = {0};
    struct vy_bank_span span[VY_BANDS_MOST] = {{0}};
    b->count = corners(&b->shape, corner) - 2;
    for (uint32_t i = 0; i < b->count; i++)
        span[i] = (struct vy_bank_span){corner[i] + 1, corner[i + 2] - corner[i] - 1};
    if (vy_bank_init(&b->bank, span, b->count, b->shape.bins) != VY_OK)
        return VY_NO_MEMORY;
    // Hann spreads a sine of full scale, n_fft / 4 high, over a power of 1.5 times its square.
    const double full = 1.5 * b->shape.n_fft / 4 * b->shape.n_fft / 4;
    for (uint32_t i = 0; i < b->count; i++) {
        const uint32_t low = corner[i], mid = corner[i + 1], high = corner[i + 2];
        b->hz[i] = (float)((double)mid * b->shape.sr_hz / b->shape.n_fft);
        for (uint32_t k = low + 1; k < high; k++)
            *vy_bank_weight(&b->bank, i, k) =
                (float)((k <= mid ? (double)(k - low) / (mid - low)
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
    vy_bank_clear(&bands->bank);
    free(bands->level);
    free(bands);
}

// n is a multiple of eight.
VY_SIMD static void to_levels(const float *restrict power, uint32_t n, int16_t *restrict level)
{
    typedef int16_t i16x8 __attribute__((vector_size(16)));
    for (uint32_t i = 0; i < n; i += 8) {
        const vy_f8 db = VY_DB_OF_LOG2 * vy_log2(vy_load8(power + i) + 1e-12f) - VY_BAND_FLOOR_DB;
        const vy_f8 within = vy_positive(vy_select(db < 240, db, vy_set(240)));
        const i16x8 x = __builtin_convertvector(vy_to_int(within * VY_BAND_STEPS + 0.5f), i16x8);
        memcpy(level + i, &x, sizeof x);
    }
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
    float power[VY_BANDS_MOST];
    int16_t level[VY_BANDS_MOST];
    vy_bank_run(&bands->bank, hop->power, power);
    to_levels(power, bands->bank.rows, level);
    memcpy(bands->level + bands->hops * bands->count, level, bands->count * sizeof *level);
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
    return bands->hz[band];
}

const int16_t *vy_bands_level(const struct vy_bands *bands, size_t hop)
{
    return bands->level + hop * bands->count;
}

void vy_bands_clear(struct vy_bands *bands)
{
    bands->hops = 0;
}
