// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "dsp/convolve.h"

#include <string.h>

#define SMALL VY_TICK
#define BIG VY_CONV_BLOCK
#define SMALL_BINS 72u // 65, padded to whole vectors
#define BIG_BINS 1032u // 1025
#define SLOTS (BIG / SMALL)
#define FIRST_BIG (SMALL * VY_CONV_HEAD)

_Static_assert(FIRST_BIG == 2 * BIG, "a big answer is due two blocks after its block began");

static uint32_t head_of(uint32_t frames)
{
    const uint32_t n = (frames + SMALL - 1) / SMALL;
    return n > VY_CONV_HEAD ? VY_CONV_HEAD : n ? n : 1;
}

static uint32_t tail_of(uint32_t frames)
{
    return frames > FIRST_BIG ? (frames - FIRST_BIG + BIG - 1) / BIG : 0;
}

// Hands out the memory in 64-byte steps; with base NULL it only counts.
struct arena {
    float *base;
    size_t used; // floats
};

static float *take(struct arena *a, size_t floats)
{
    float *const p = a->base ? a->base + a->used : NULL;
    a->used += vy_align64(floats * sizeof(float)) / sizeof(float);
    return p;
}

static void place(struct vy_conv *v, struct arena *a, uint32_t frames)
{
    v->head = head_of(frames);
    v->tail = tail_of(frames);
    for (int c = 0; c < 2; c++) {
        v->head_h[c] = take(a, (size_t)v->head * 2 * SMALL_BINS);
        v->head_x[c] = take(a, (size_t)v->head * 2 * SMALL_BINS);
        v->tail_h[c] = take(a, (size_t)v->tail * 2 * BIG_BINS);
        v->tail_x[c] = take(a, (size_t)v->tail * 2 * BIG_BINS);
        v->window[c] = take(a, 2 * BIG);
        v->heard[c] = take(a, BIG);
        v->play[c] = take(a, BIG);
        v->ready[c] = take(a, BIG);
        v->acc[c] = take(a, 2 * BIG_BINS);
        v->recent[c] = take(a, 2 * SMALL);
    }
    v->time = take(a, 2 * BIG);
    v->bins = take(a, 2 * BIG_BINS);
}

size_t vy_conv_bytes(uint32_t frames)
{
    struct vy_conv v;
    struct arena a = {NULL, 0};
    place(&v, &a, frames);
    return a.used * sizeof(float);
}

// FFTW's pairs to a row of real parts and a row of imaginary ones.
static void split(const float *restrict pairs, float *restrict rows, uint32_t bins, uint32_t stride)
{
    for (uint32_t k = 0; k < bins; k++) {
        rows[k] = pairs[2 * k];
        rows[stride + k] = pairs[2 * k + 1];
    }
}

static void join(const float *restrict rows, float *restrict pairs, uint32_t bins, uint32_t stride)
{
    for (uint32_t k = 0; k < bins; k++) {
        pairs[2 * k] = rows[k];
        pairs[2 * k + 1] = rows[stride + k];
    }
}

// acc += h x, complex, whole vectors.
static void multiply_add(float *restrict acc, const float *restrict h, const float *restrict x,
                         uint32_t stride)
{
    vy_f8 *const re = (vy_f8 *)acc, *const im = (vy_f8 *)(acc + stride);
    const vy_f8 *const hr = (const vy_f8 *)h, *const hi = (const vy_f8 *)(h + stride);
    const vy_f8 *const xr = (const vy_f8 *)x, *const xi = (const vy_f8 *)(x + stride);
    for (uint32_t k = 0; k < stride / 8; k++) {
        re[k] = re[k] + (hr[k] * xr[k] - hi[k] * xi[k]);
        im[k] = im[k] + (hr[k] * xi[k] + hi[k] * xr[k]);
    }
}

// Spectra of all partitions of the response, scaled by FFTW's missing 1/n.
static void load(struct vy_conv *v, uint32_t frames, vy_conv_ir *ir, const void *arg)
{
    for (uint32_t c = 0; c < 2; c++)
        for (uint32_t j = 0; j < v->head + v->tail; j++) {
            const bool big = j >= v->head;
            const uint32_t size = big ? BIG : SMALL, stride = big ? BIG_BINS : SMALL_BINS;
            const uint32_t from = big ? FIRST_BIG + (j - v->head) * BIG : j * SMALL;
            memset(v->time, 0, 2 * BIG * sizeof(float));
            for (uint32_t n = 0; n < size && from + n < frames; n++)
                v->time[n] = ir(arg, c, from + n) * (0.5f / (float)size);
            fftwf_execute_dft_r2c(v->forth[big], v->time, (fftwf_complex *)v->bins);
            float *const rows = big ? v->tail_h[c] + (size_t)(j - v->head) * 2 * BIG_BINS
                                    : v->head_h[c] + (size_t)j * 2 * SMALL_BINS;
            split(v->bins, rows, size + 1, stride);
        }
    memset(v->time, 0, 2 * BIG * sizeof(float));
}

int vy_conv_init(struct vy_conv *v, void *mem, uint32_t frames, vy_conv_ir *ir, const void *arg)
{
    struct arena a = {mem, 0};
    place(v, &a, frames);
    fftwf_complex *const bins = (fftwf_complex *)v->bins;
    for (int i = 0; i < 2; i++) {
        const int size = 2 * (i ? (int)BIG : (int)SMALL);
        v->forth[i] = fftwf_plan_dft_r2c_1d(size, v->time, bins, FFTW_ESTIMATE);
        v->back[i] = fftwf_plan_dft_c2r_1d(size, bins, v->time, FFTW_ESTIMATE);
    }
    if (!v->forth[0] || !v->forth[1] || !v->back[0] || !v->back[1]) {
        vy_conv_deinit(v);
        return -1;
    }
    load(v, frames, ir, arg);
    return 0;
}

void vy_conv_deinit(struct vy_conv *v)
{
    for (int i = 0; i < 2; i++) {
        if (v->forth[i])
            fftwf_destroy_plan(v->forth[i]);
        if (v->back[i])
            fftwf_destroy_plan(v->back[i]);
        v->forth[i] = v->back[i] = NULL;
    }
}

void vy_conv_reset(struct vy_conv *v)
{
    for (int c = 0; c < 2; c++) {
        memset(v->head_x[c], 0, (size_t)v->head * 2 * SMALL_BINS * sizeof(float));
        memset(v->window[c], 0, 2 * BIG * sizeof(float));
        memset(v->play[c], 0, BIG * sizeof(float));
        memset(v->ready[c], 0, BIG * sizeof(float));
        memset(v->recent[c], 0, 2 * SMALL * sizeof(float));
    }
    v->head_at = v->tail_at = v->tail_known = v->slot = 0;
    v->job = false;
}

static void run_head(struct vy_conv *v, int c, const float *restrict in, float *restrict out)
{
    memmove(v->recent[c], v->recent[c] + SMALL, SMALL * sizeof *in);
    memcpy(v->recent[c] + SMALL, in, SMALL * sizeof *in);
    fftwf_execute_dft_r2c(v->forth[0], v->recent[c], (fftwf_complex *)v->bins);
    split(v->bins, v->head_x[c] + (size_t)v->head_at * 2 * SMALL_BINS, SMALL + 1, SMALL_BINS);
    float acc[2 * SMALL_BINS] __attribute__((aligned(64))) = {0};
    for (uint32_t j = 0; j < v->head; j++) {
        const uint32_t past = v->head_at >= j ? v->head_at - j : v->head_at + v->head - j;
        multiply_add(acc, v->head_h[c] + (size_t)j * 2 * SMALL_BINS,
                     v->head_x[c] + (size_t)past * 2 * SMALL_BINS, SMALL_BINS);
    }
    join(acc, v->bins, SMALL + 1, SMALL_BINS);
    fftwf_execute_dft_c2r(v->back[0], (fftwf_complex *)v->bins, v->time);
    memcpy(out, v->time + SMALL, SMALL * sizeof *out);
}

// Products `from`..`to` of 2 * known: first the left channel's, then the right one's.
static void run_products(struct vy_conv *v, uint32_t from, uint32_t to)
{
    for (uint32_t u = from; u < to; u++) {
        const uint32_t c = u / v->tail_known, j = u % v->tail_known;
        const uint32_t past = v->tail_at >= j ? v->tail_at - j : v->tail_at + v->tail - j;
        multiply_add(v->acc[c], v->tail_h[c] + (size_t)j * 2 * BIG_BINS,
                     v->tail_x[c] + (size_t)past * 2 * BIG_BINS, BIG_BINS);
    }
}

// This tick's share of the work on the last big block.
static void run_slot(struct vy_conv *v)
{
    if (v->slot < 2) {
        const uint32_t c = v->slot;
        fftwf_execute_dft_r2c(v->forth[1], v->window[c], (fftwf_complex *)v->bins);
        split(v->bins, v->tail_x[c] + (size_t)v->tail_at * 2 * BIG_BINS, BIG + 1, BIG_BINS);
        memset(v->acc[c], 0, 2 * BIG_BINS * sizeof(float));
    } else if (v->slot < SLOTS - 2) {
        const uint32_t all = 2 * v->tail_known, i = v->slot - 2, shares = SLOTS - 4;
        run_products(v, all * i / shares, all * (i + 1) / shares);
    } else {
        const uint32_t c = v->slot - (SLOTS - 2);
        join(v->acc[c], v->bins, BIG + 1, BIG_BINS);
        fftwf_execute_dft_c2r(v->back[1], (fftwf_complex *)v->bins, v->time);
        memcpy(v->ready[c], v->time + BIG, BIG * sizeof(float));
    }
}

// A big block is complete: its predecessor's answer begins to play, and work on it begins.
static void turn_over(struct vy_conv *v)
{
    for (int c = 0; c < 2; c++) {
        float *const played = v->play[c];
        v->play[c] = v->ready[c];
        v->ready[c] = played;
        memmove(v->window[c], v->window[c] + BIG, BIG * sizeof(float));
        memcpy(v->window[c] + BIG, v->heard[c], BIG * sizeof(float));
    }
    v->slot = 0;
    v->job = true;
    v->tail_at = v->tail_at + 1 < v->tail ? v->tail_at + 1 : 0;
    v->tail_known += v->tail_known < v->tail;
}

void vy_conv_tick(struct vy_conv *v, const float (*restrict in)[VY_TICK],
                  float (*restrict out)[VY_TICK])
{
    for (int c = 0; c < 2; c++)
        run_head(v, c, in[c], out[c]);
    v->head_at = v->head_at + 1 < v->head ? v->head_at + 1 : 0;
    if (!v->tail)
        return;
    const uint32_t at = v->slot * SMALL;
    for (int c = 0; c < 2; c++) {
        for (uint32_t n = 0; n < SMALL; n++)
            out[c][n] += v->play[c][at + n];
        memcpy(v->heard[c] + at, in[c], SMALL * sizeof(float));
    }
    if (v->job)
        run_slot(v);
    if (++v->slot == SLOTS)
        turn_over(v);
}
