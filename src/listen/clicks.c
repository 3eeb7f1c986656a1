// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Each block of about 20 ms has a predictor of its own (autocorrelation method, Levinson-Durbin);
// the residuals of three blocks lie in a row, and the middle one is judged.
#include "listen/clicks.h"

#include "listen/simd.h"
#include "listen/vectors.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define ORDER 15u        ///< lags 0..15 are four times four
#define LEAST_PEAK 1e-3f ///< -60 dBFS
#define OVER 12.0        ///< times the mean residual
#define PER_BLOCK 4      ///< peaks of a block that are judged

struct vy_clicks {
    uint32_t sr_hz, block, held, blocks;
    float *wave;     ///< [ORDER + block]: the end of the block before, the block under way
    float *window;   ///< [block]
    float *windowed; ///< [block + ORDER + 1], zeros at the end
    float *residual; ///< [3 * block]
    struct vy_clicks_found found;
};

vy_status vy_clicks_new(uint32_t sr_hz, struct vy_clicks **clicks)
{
    *clicks = NULL;
    if (sr_hz < 1000 || sr_hz > 768000)
        return VY_BAD_ARG;
    struct vy_clicks *const c = calloc(1, sizeof *c);
    if (!c)
        return VY_NO_MEMORY;
    c->sr_hz = sr_hz;
    c->block = 64;
    while (c->block * 1.5 < 0.02 * sr_hz)
        c->block *= 2;
    c->wave = calloc(ORDER + c->block, sizeof(float));
    c->window = calloc(c->block, sizeof(float));
    c->windowed = calloc(c->block + ORDER + 1, sizeof(float));
    c->residual = calloc(3 * (size_t)c->block, sizeof(float));
    if (!c->wave || !c->window || !c->windowed || !c->residual) {
        vy_clicks_destroy(c);
        return VY_NO_MEMORY;
    }
    for (uint32_t i = 0; i < c->block; i++)
        c->window[i] = (float)(0.5 - 0.5 * cos(2 * M_PI * (i + 0.5) / c->block));
    *clicks = c;
    return VY_OK;
}

void vy_clicks_destroy(struct vy_clicks *clicks)
{
    if (!clicks)
        return;
    free(clicks->wave);
    free(clicks->window);
    free(clicks->windowed);
    free(clicks->residual);
    free(clicks);
}

// r[k] = sum of x[i] x[i + k] for four neighbouring k: sums that need not wait for each other. n is
// a multiple of 8, x has ORDER + 1 zeros behind it.
VY_SIMD static void correlate_four(const float *restrict x, uint32_t n, uint32_t k,
                                   double *restrict r)
{
    vy_f8 a = vy_set(0), b = vy_set(0), c = vy_set(0), d = vy_set(0);
    for (uint32_t i = 0; i < n; i += 8) {
        const vy_f8 in = vy_load8(x + i);
        a += in * vy_load8(x + i + k);
        b += in * vy_load8(x + i + k + 1);
        c += in * vy_load8(x + i + k + 2);
        d += in * vy_load8(x + i + k + 3);
    }
    r[k] = (double)vy_sum(a);
    r[k + 1] = (double)vy_sum(b);
    r[k + 2] = (double)vy_sum(c);
    r[k + 3] = (double)vy_sum(d);
}

VY_SIMD static void apply_window(const float *restrict x, const float *restrict window,
                                 float *restrict out, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        out[i] = x[i] * window[i];
}

// Predictor a[1..ORDER] by Levinson and Durbin; x[n] is about -sum a[k] x[n - k].
static void predict(const double r[], float a[])
{
    double p[ORDER + 1] = {1.0}, error = r[0];
    for (uint32_t m = 1; m <= ORDER; m++) {
        double sum = r[m];
        for (uint32_t k = 1; k < m; k++)
            sum += p[k] * r[m - k];
        const double reflect = error > 0.0 ? -sum / error : 0.0;
        double next[ORDER + 1];
        for (uint32_t k = 1; k < m; k++)
            next[k] = p[k] + reflect * p[m - k];
        memcpy(p + 1, next + 1, (m - 1) * sizeof(double));
        p[m] = reflect;
        error *= 1.0 - reflect * reflect;
    }
    for (uint32_t k = 1; k <= ORDER; k++)
        a[k] = (float)p[k];
}

// @param x  ORDER samples before it are read
VY_SIMD static void filter(const float *restrict x, const float *restrict a, float *restrict e,
                           uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        float sum = x[i];
#pragma GCC unroll 15
        for (uint32_t k = 1; k <= ORDER; k++)
            sum += a[k] * *(x + i - k);
        e[i] = sum;
    }
}

static void make_residual(struct vy_clicks *c)
{
    double r[ORDER + 1];
    float a[ORDER + 1];
    float *const e = c->residual + 2 * (size_t)c->block;
    memmove(c->residual, c->residual + c->block, 2 * sizeof(float) * c->block);
    apply_window(c->wave + ORDER, c->window, c->windowed, c->block);
    for (uint32_t k = 0; k <= ORDER; k += 4)
        correlate_four(c->windowed, c->block, k, r);
    r[0] = r[0] * (1.0 + 1e-6) + 1e-12; // a little noise keeps the equations apart
    predict(r, a);
    filter(c->wave + ORDER, a, e, c->block);
    if (!c->blocks) // nothing foresees the very beginning
        memset(e, 0, ORDER * sizeof(float));
}

VY_SIMD static float sum_abs(const float *restrict e, uint32_t n)
{
    vy_f8 low = vy_set(0), high = vy_set(0);
    for (uint32_t i = 0; i < n; i += VY_SUM_LANES) {
        low += vy_abs(vy_load8(e + i));
        high += vy_abs(vy_load8(e + i + 8));
    }
    return vy_sum(low + high);
}

VY_SIMD static float largest(const float *restrict e, uint32_t n)
{
    vy_f8 low = vy_set(0), high = vy_set(0);
    for (uint32_t i = 0; i < n; i += VY_SUM_LANES) {
        low = vy_greater(vy_abs(vy_load8(e + i)), low);
        high = vy_greater(vy_abs(vy_load8(e + i + 8)), high);
    }
    const vy_f8 most = vy_greater(low, high);
    float top = 0;
    for (int i = 0; i < 8; i++)
        top = most[i] > top ? most[i] : top;
    return top;
}

// Is the peak at p of the three blocks a click? `near` is a millisecond.
// @param most  others like it that may be there
static bool is_click(const struct vy_clicks *c, uint32_t p, double mean, uint32_t near,
                     uint32_t most)
{
    const float *const e = c->residual;
    const float peak = fabsf(e[p]);
    const uint32_t n = 3 * c->block;
    uint32_t others = 0, skip = 0;
    if (peak < LEAST_PEAK || (double)peak < OVER * mean)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        if (i + near >= p && i <= p + near)
            continue;
        if (fabsf(e[i]) > 0.3f * peak && i >= skip) {
            others++;
            skip = i + near;
        }
    }
    double inside = 0.0, about = 0.0;
    for (uint32_t i = p - 4 * near; i <= p + 4 * near; i++) {
        const double energy = (double)(e[i] * e[i]);
        about += energy;
        inside += i + near / 2 >= p && i <= p + near / 2 + ORDER ? energy : 0.0;
    }
    return others <= most && inside >= 0.8 * about;
}

static void judge(struct vy_clicks *c)
{
    const uint32_t near = c->sr_hz / 1000, from = c->block, to = 2 * c->block;
    const float before = sum_abs(c->residual, from), here = sum_abs(c->residual + from, from);
    const float after = sum_abs(c->residual + to, from);
    const double mean = (double)(before + here + after) / (3.0 * c->block);
    if (!((double)largest(c->residual + from, from) >= OVER * mean))
        return; // the usual case
    // where the sound begins or ends, half of a row lies outside
    const uint32_t most = before > 0.1f * here && after > 0.1f * here;
    uint32_t begin = from;
    for (int turn = 0; turn < PER_BLOCK && begin < to; turn++) {
        uint32_t p = begin;
        while (p < to && !((double)fabsf(c->residual[p]) >= OVER * mean))
            p++;
        if (p == to)
            return;
        // the largest within the next millisecond
        uint32_t top = p;
        for (uint32_t i = p; i < to && i <= p + near; i++)
            top = fabsf(c->residual[i]) > fabsf(c->residual[top]) ? i : top;
        begin = top + near + 1;
        if (!is_click(c, top, mean, near, most))
            continue;
        if (c->found.clicks < VY_CLICK_PLACES)
            c->found.at[c->found.clicks] = (uint64_t)(c->blocks - 2) * c->block + (top - from);
        c->found.clicks++;
        c->found.ratio += (double)fabsf(c->residual[top]) / fmax(mean, 1e-9);
    }
}

static void end_block(struct vy_clicks *c)
{
    make_residual(c);
    c->blocks++;
    if (c->blocks >= 2)
        judge(c);
    memcpy(c->wave, c->wave + c->block, ORDER * sizeof(float));
    c->held = 0;
}

void vy_clicks_push(struct vy_clicks *clicks, const float *mono, size_t n)
{
    struct vy_clicks *const c = clicks;
    for (size_t at = 0; at < n;) {
        const size_t room = c->block - c->held, part = n - at < room ? n - at : room;
        memcpy(c->wave + ORDER + c->held, mono + at, part * sizeof(float));
        c->held += (uint32_t)part;
        at += part;
        if (c->held == c->block)
            end_block(c);
    }
}

void vy_clicks_result(const struct vy_clicks *clicks, struct vy_clicks_found *found)
{
    *found = clicks->found;
    if (found->clicks)
        found->ratio /= (double)found->clicks;
}
