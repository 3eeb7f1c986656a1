// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Below about 700 Hz the bands are narrower than the bins of the transform: their power is read
// between two bins. Above, a band adds up the bins it covers.
#include "listen/overview.h"

#include "listen/bank.h"
#include "listen/simd.h"
#include "listen/vectors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct vy_overview {
    struct vy_hop_shape shape;
    struct vy_bank bank;
    struct vy_overview_column *column; ///< sums until the end
    uint32_t columns;                  ///< complete ones; the one being filled is behind them
    uint32_t hops;                     ///< in the column being filled
    uint32_t per;                      ///< hops in a column
};

static vy_status make_bands(struct vy_overview *o)
{
    const double step = log2(VY_OVERVIEW_HIGH_HZ / VY_OVERVIEW_LOW_HZ) / (VY_OVERVIEW_BANDS - 1);
    const double bin_hz = (double)o->shape.sr_hz / o->shape.n_fft;
    struct vy_bank_span span[VY_OVERVIEW_BANDS] = {{0}};
    double between[VY_OVERVIEW_BANDS]; // narrower than a bin: the part of the second one; or -1
    for (uint32_t b = 0; b < VY_OVERVIEW_BANDS; b++) {
        const double at = VY_OVERVIEW_LOW_HZ * exp2(step * b) / bin_hz;
        const double low = at * exp2(-step / 2), high = at * exp2(step / 2);
        between[b] = high - low < 1 ? at - floor(at) : -1;
        if (at >= o->shape.bins - 1)
            continue;
        const uint32_t first = (uint32_t)(between[b] < 0 ? lround(low) : (long)at);
        const uint32_t end = between[b] < 0 ? (uint32_t)lround(high) : first + 2;
        span[b] = (struct vy_bank_span){first, (end < o->shape.bins ? end : o->shape.bins) - first};
    }
    if (vy_bank_init(&o->bank, span, VY_OVERVIEW_BANDS, o->shape.bins) != VY_OK)
        return VY_NO_MEMORY;
    // Hann: a sine peaks at n_fft / 4
    const double scale = 16 / ((double)o->shape.n_fft * o->shape.n_fft);
    for (uint32_t b = 0; b < VY_OVERVIEW_BANDS; b++)
        for (uint32_t i = 0; i < span[b].count; i++)
            *vy_bank_weight(&o->bank, b, span[b].first + i) =
                (float)(scale * (between[b] < 0 ? 1
                                 : i            ? between[b]
                                                : 1 - between[b]));
    return VY_OK;
}

vy_status vy_overview_new(const struct vy_hop_shape *shape, struct vy_overview **overview)
{
    *overview = NULL;
    struct vy_overview *const o = calloc(1, sizeof *o);
    if (!o)
        return VY_NO_MEMORY;
    o->shape = *shape;
    o->per = 1;
    o->column = calloc(VY_OVERVIEW_MOST + 1, sizeof *o->column);
    if (!o->column || make_bands(o) != VY_OK) {
        vy_overview_destroy(o);
        return VY_NO_MEMORY;
    }
    *overview = o;
    return VY_OK;
}

void vy_overview_destroy(struct vy_overview *overview)
{
    if (!overview)
        return;
    vy_bank_clear(&overview->bank);
    free(overview->column);
    free(overview);
}

VY_SIMD static void join(struct vy_overview_column *restrict to,
                         const struct vy_overview_column *restrict from)
{
    to->low = from->low < to->low ? from->low : to->low;
    to->high = from->high > to->high ? from->high : to->high;
    to->square += from->square;
    for (uint32_t b = 0; b < VY_OVERVIEW_BANDS; b++)
        to->power[b] += from->power[b];
}

static void join_neighbours(struct vy_overview *o)
{
    for (uint32_t c = 0; c < VY_OVERVIEW_MOST / 2; c++) {
        o->column[c] = o->column[2 * c];
        join(&o->column[c], &o->column[2 * c + 1]);
    }
    o->columns = VY_OVERVIEW_MOST / 2;
    o->per *= 2;
}

VY_SIMD static void add_wave(struct vy_overview_column *column, const float *wave, uint32_t n)
{
    float low = column->low, high = column->high, square = 0;
    vy_f8 least = vy_set(low), most = vy_set(high), squares = vy_set(0);
    uint32_t i = 0;
    for (; i + 8 <= n; i += 8) {
        const vy_f8 x = vy_load8(wave + i);
        least = vy_select(x < least, x, least);
        most = vy_greater(x, most);
        squares += x * x;
    }
    for (uint32_t k = 0; k < 8; k++) {
        low = least[k] < low ? least[k] : low;
        high = most[k] > high ? most[k] : high;
    }
    for (; i < n; i++) {
        low = wave[i] < low ? wave[i] : low;
        high = wave[i] > high ? wave[i] : high;
        square += wave[i] * wave[i];
    }
    column->low = low;
    column->high = high;
    column->square += (vy_sum(squares) + square) / (float)n;
}

VY_SIMD static void add_bands(struct vy_overview_column *restrict column,
                              const float *restrict power)
{
    _Static_assert(VY_OVERVIEW_BANDS % 8 == 0, "the bank has no more rows");
    for (uint32_t b = 0; b < VY_OVERVIEW_BANDS; b++)
        column->power[b] += power[b];
}

void vy_overview_hop(struct vy_overview *overview, const struct vy_hop *hop)
{
    struct vy_overview *const o = overview;
    if (o->hops == o->per) {
        o->hops = 0;
        if (++o->columns == VY_OVERVIEW_MOST)
            join_neighbours(o);
        memset(&o->column[o->columns], 0, sizeof *o->column);
    }
    struct vy_overview_column *const column = &o->column[o->columns];
    add_wave(column, hop->wave + (o->shape.n_fft - o->shape.hop) / 2, o->shape.hop);
    float power[VY_OVERVIEW_BANDS];
    vy_bank_run(&o->bank, hop->power, power);
    add_bands(column, power);
    o->hops++;
}

static void divide(struct vy_overview_column *column, uint32_t hops)
{
    column->square /= (float)hops;
    for (uint32_t b = 0; b < VY_OVERVIEW_BANDS; b++)
        column->power[b] /= (float)hops;
}

const struct vy_overview_column *vy_overview_columns(struct vy_overview *overview,
                                                     uint32_t *columns, double *column_s)
{
    struct vy_overview *const o = overview;
    for (uint32_t c = 0; c < o->columns; c++)
        divide(&o->column[c], o->per);
    if (o->hops)
        divide(&o->column[o->columns], o->hops);
    *columns = o->columns + (o->hops > 0);
    *column_s = (double)o->per * o->shape.hop / o->shape.sr_hz;
    return o->column;
}
