// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The arithmetic of a search. A vector x is kept as 8-bit numbers times a scale, x = s x' + e, and
// a query q as 16-bit ones, q = t q' + d. Then q.x = s t q'.x' + (q - d).e + d.x, and as |x| = 1
// the scanned score is off by at most |q| |e| + |d|. Integer sums are exact, everything else is one
// operation an element, so all instruction sets agree.
#include "store/rows.h"

#include "base/simd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WIDE_MAX 32767.0f
#define SMALL_MAX 127.0f
#define PREFETCH_BYTES 2048u
#define MANY 8               // from one row in so many on, a block is scored whole
#define FLOAT_SLACK 4e-6f    // float rounding of the sums themselves
#define NOTHING_SHARED -3.0f // no space in which both have a vector

static float length_of(const float *x, uint32_t dims)
{
    double sum = 0;
    for (uint32_t i = 0; i < dims; i++)
        sum += (double)x[i] * (double)x[i];
    return (float)sqrt(sum);
}

static float largest(const float *x, uint32_t dims)
{
    float most = 0;
    for (uint32_t i = 0; i < dims; i++)
        most = fmaxf(most, fabsf(x[i]));
    return most;
}

static void set_small(const struct vy_space *space, const struct vy_column *column, uint64_t at,
                      const float *x)
{
    const uint32_t stride = vy_row_stride(space);
    int8_t *const small = column->small + at * stride;
    float left[VY_SPACE_DIMS];
    memset(small, 0, stride);
    column->scale[at] = column->slack[at] = 0;
    if (isnan(x[0]))
        return;
    const float scale = largest(x, space->dims) / SMALL_MAX;
    if (!(scale > 0))
        return;
    for (uint32_t i = 0; i < space->dims; i++) {
        small[i] = (int8_t)lrintf(x[i] / scale);
        left[i] = x[i] - scale * (float)small[i];
    }
    column->scale[at] = scale;
    column->slack[at] = length_of(left, space->dims) * 1.0001f;
}

void vy_rows_set(const struct vy_layout *layout, struct vy_rows *rows, uint64_t at, int64_t id,
                 const float *row)
{
    rows->id[at] = id;
    for (uint32_t s = 0; s < layout->spaces; s++) {
        const struct vy_space *const space = &layout->space[s];
        if (space->metric == VY_METRIC_COSINE)
            set_small(space, &rows->column[s], at, row);
        else
            memcpy(rows->column[s].exact + at * space->dims, row, space->dims * sizeof *row);
        row += space->dims;
    }
}

// realloc that keeps the old memory when it fails
static bool more(void **memory, size_t bytes)
{
    void *const moved = realloc(*memory, bytes);
    if (moved)
        *memory = moved;
    return moved != NULL;
}

vy_status vy_rows_append(const struct vy_layout *layout, struct vy_rows *rows, int64_t id,
                         const float *row)
{
    if (rows->count == rows->room) {
        const uint64_t room = rows->room ? rows->room * 2 : 256;
        bool fine = more((void **)&rows->id, room * sizeof *rows->id);
        for (uint32_t s = 0; s < layout->spaces && fine; s++) {
            const struct vy_space *const space = &layout->space[s];
            struct vy_column *const c = &rows->column[s];
            if (space->metric == VY_METRIC_COSINE)
                fine = more((void **)&c->small, room * vy_row_stride(space)) &&
                       more((void **)&c->scale, room * sizeof(float)) &&
                       more((void **)&c->slack, room * sizeof(float));
            else
                fine = more((void **)&c->exact, room * space->dims * sizeof(float));
        }
        if (!fine)
            return VY_NO_MEMORY;
        rows->room = room;
    }
    vy_rows_set(layout, rows, rows->count++, id, row);
    return VY_OK;
}

void vy_rows_clear(const struct vy_layout *layout, struct vy_rows *rows)
{
    free(rows->id);
    for (uint32_t s = 0; s < layout->spaces; s++) {
        free(rows->column[s].small);
        free(rows->column[s].scale);
        free(rows->column[s].slack);
        free(rows->column[s].exact);
    }
    *rows = (struct vy_rows){0};
}

void vy_probe_make(struct vy_probe *probe, const struct vy_search *search,
                   const struct vy_layout *layout)
{
    double sum = 0;
    const float *row = search->row;
    memset(probe, 0, sizeof *probe);
    probe->layout = layout;
    probe->row = search->row;
    for (uint32_t s = 0; s < layout->spaces; row += layout->space[s++].dims)
        if (search->weight[s] > 0 && !isnan(*row))
            sum += (double)(probe->weight[s] = search->weight[s]);
    row = search->row;
    for (uint32_t s = 0; s < layout->spaces; row += layout->space[s++].dims) {
        const uint32_t dims = layout->space[s].dims;
        probe->at[s] = (uint32_t)(row - search->row);
        if (probe->weight[s] <= 0)
            continue;
        probe->weight[s] = (float)((double)probe->weight[s] / sum);
        if (probe->weight[s] > probe->weight[probe->main])
            probe->main = s;
        if (layout->space[s].metric != VY_METRIC_COSINE)
            continue;
        float left[VY_SPACE_DIMS];
        const float scale = fmaxf(largest(row, dims), 1e-20f) / WIDE_MAX;
        for (uint32_t i = 0; i < dims; i++) {
            probe->wide[s][i] = (int16_t)lrintf(row[i] / scale);
            left[i] = row[i] - scale * (float)probe->wide[s][i];
        }
        probe->scale[s] = scale;
        probe->slack[s] = length_of(left, dims) * 1.0001f + FLOAT_SLACK;
    }
}

// The loop all time goes into. 256 products of 127 * 32767 fit 31 bits.
static inline __attribute__((always_inline)) void dot_rows(const int8_t *restrict small,
                                                           const int16_t *restrict wide,
                                                           uint32_t stride, uint32_t n,
                                                           int32_t *restrict dot)
{
    for (uint32_t r = 0; r < n; r++, small += stride) {
        for (uint32_t line = 0; line < stride; line += 64)
            __builtin_prefetch(small + PREFETCH_BYTES + line); // measured: a fifth faster
        int32_t sum = 0;
        for (uint32_t i = 0; i < stride; i++)
            sum += (int32_t)(int16_t)small[i] * (int32_t)wide[i];
        dot[r] = sum;
    }
}

VY_SIMD static void dots(const int8_t *restrict small, const int16_t *restrict wide,
                         uint32_t stride, uint32_t n, int32_t *restrict dot)
{
    switch (stride) { // the usual lengths unrolled
    case 16: dot_rows(small, wide, 16, n, dot); break;
    case 32: dot_rows(small, wide, 32, n, dot); break;
    case 64: dot_rows(small, wide, 64, n, dot); break;
    case 128: dot_rows(small, wide, 128, n, dot); break;
    default: dot_rows(small, wide, stride, n, dot); break;
    }
}

// Sums over the spaces, for the rows of a block.
struct sums {
    float score[VY_SCAN_ROWS], slack[VY_SCAN_ROWS], weight[VY_SCAN_ROWS];
};

VY_SIMD static void add_cosine(const int32_t *restrict dot, const float *restrict row_scale,
                               const float *restrict row_slack, float scale, float slack,
                               float weight, uint32_t n, float *restrict sum_score,
                               float *restrict sum_slack, float *restrict sum_weight)
{
    for (uint32_t r = 0; r < n; r++) {
        const float here = row_scale[r] > 0 ? weight : 0; // else the row has no such vector
        sum_score[r] += here * ((float)dot[r] * (row_scale[r] * scale));
        sum_slack[r] += here * (row_slack[r] + slack);
        sum_weight[r] += here;
    }
}

VY_SIMD static void add_distance(const float *restrict exact, const float *restrict query,
                                 uint32_t dims, float weight, uint32_t n, float *restrict sum_score,
                                 float *restrict sum_weight)
{
    for (uint32_t r = 0; r < n; r++) {
        float squared = 0;
        for (uint32_t i = 0; i < dims; i++) {
            const float d = exact[r * dims + i] - query[i];
            squared += d * d;
        }
        const bool here = squared == squared; // NaN: no such vector
        sum_score[r] += here ? weight * (1 / (1 + squared)) : 0;
        sum_weight[r] += here ? weight : 0;
    }
}

// One space, for n rows from `at` of the block that begins with row `first`.
static void add_space(const struct vy_probe *probe, const struct vy_rows *rows, uint32_t s,
                      uint64_t first, uint32_t at, uint32_t n, struct sums *sums)
{
    const struct vy_space *const space = &probe->layout->space[s];
    const struct vy_column *const column = &rows->column[s];
    const uint64_t row = first + at;
    if (space->metric == VY_METRIC_DISTANCE) {
        add_distance(column->exact + row * space->dims, probe->row + probe->at[s], space->dims,
                     probe->weight[s], n, sums->score + at, sums->weight + at);
        return;
    }
    int32_t dot[VY_SCAN_ROWS];
    const uint32_t stride = vy_row_stride(space);
    dots(column->small + row * stride, probe->wide[s], stride, n, dot);
    add_cosine(dot, column->scale + row, column->slack + row, probe->scale[s], probe->slack[s],
               probe->weight[s], n, sums->score + at, sums->slack + at, sums->weight + at);
}

static void add_others(const struct vy_probe *probe, const struct vy_rows *rows, uint64_t first,
                       uint32_t at, uint32_t n, struct sums *sums)
{
    for (uint32_t s = 0; s < probe->layout->spaces; s++)
        if (probe->weight[s] > 0 && s != probe->main)
            add_space(probe, rows, s, first, at, n, sums);
}

// How many rows could still reach `least` if all other spaces were 1. The weights' sum is 1, and a
// mean over fewer spaces is less, so that this holds also where some are absent.
VY_SIMD static uint32_t count_able(const struct sums *restrict sums, uint32_t n, float rest,
                                   float least)
{
    uint32_t able = 0;
    for (uint32_t r = 0; r < n; r++) {
        const float reach = sums->score[r] + sums->slack[r] + rest;
        able += sums->weight[r] > 0 ? reach >= least : 1;
    }
    return able;
}

VY_SIMD static void divide(const struct sums *restrict sums, uint32_t n, float *restrict score,
                           float *restrict slack)
{
    for (uint32_t r = 0; r < n; r++) {
        const bool any = sums->weight[r] > 0;
        const float one = any ? 1 / sums->weight[r] : 0;
        score[r] = any ? sums->score[r] * one : NOTHING_SHARED;
        slack[r] = sums->slack[r] * one + FLOAT_SLACK;
    }
}

bool vy_scan_rows(const struct vy_probe *probe, const struct vy_rows *rows, uint64_t first,
                  uint32_t n, float least, float *restrict score, float *restrict slack)
{
    const float rest = 1 - probe->weight[probe->main] + FLOAT_SLACK;
    struct sums sums;
    for (uint32_t r = 0; r < n; r++)
        sums.score[r] = sums.slack[r] = sums.weight[r] = 0;
    add_space(probe, rows, probe->main, first, 0, n, &sums);
    const uint32_t able = count_able(&sums, n, rest, least);
    if (able == 0)
        return false;
    if (able > n / MANY) {
        add_others(probe, rows, first, 0, n, &sums);
    } else {
        for (uint32_t r = 0; r < n; r++) {
            const bool here = sums.weight[r] > 0;
            if (!here || sums.score[r] + sums.slack[r] + rest >= least)
                add_others(probe, rows, first, r, 1, &sums);
            else
                sums.weight[r] = 0; // it has lost already
        }
    }
    divide(&sums, n, score, slack);
    return true;
}

float vy_score_exact(const struct vy_space *space, const float *a, const float *b)
{
    if (isnan(a[0]) || isnan(b[0]))
        return NAN;
    double sum = 0;
    for (uint32_t i = 0; i < space->dims; i++)
        sum += space->metric == VY_METRIC_COSINE
                   ? (double)a[i] * (double)b[i]
                   : ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
    if (space->metric == VY_METRIC_DISTANCE)
        return (float)(1 / (1 + sum));
    return (float)fmin(sum, 1);
}
