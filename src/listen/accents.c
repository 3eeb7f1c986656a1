// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/accents.h"

#include "listen/simd.h"

#include <math.h>
#include <string.h>

#define SHORTEST_S 0.2
#define LONGEST_S 1.2
#define CENTRE_S 0.5 // the period that is likeliest before anything is heard
#define LEAST 0.12   // likeness one period later, below which there is none

void vy_accents_init(struct vy_accents *accents, float rate)
{
    memset(accents, 0, sizeof *accents);
    accents->rate = rate;
}

VY_SIMD static void multiply_in(const float *restrict line, double *restrict product)
{
    const double now = (double)line[0];
    for (uint32_t l = 0; l < VY_ACCENT_REACH; l++)
        product[l] += now * (double)line[l];
}

void vy_accents_hop(struct vy_accents *accents, const float root[VY_ACCENT_BANDS])
{
    // the newest comes first; the line moves back by a step a hop and starts anew at the end
    const uint64_t step = accents->hops % VY_ACCENT_REACH;
    for (uint32_t b = 0; b < VY_ACCENT_BANDS; b++) {
        float *const line = accents->line[b];
        if (step == 0)
            memmove(line + VY_ACCENT_REACH, line, VY_ACCENT_REACH * sizeof(float));
        float *const now = line + VY_ACCENT_REACH - 1 - step;
        *now = accents->hops ? fmaxf(root[b] - accents->before[b], 0) : 0;
        accents->before[b] = root[b];
        accents->sum[b] += (double)*now;
        multiply_in(now, accents->product[b]);
    }
    accents->hops++;
}

// Likeness of a band to itself `lag` hops later, mean removed; not normalised.
static double likeness(const struct vy_accents *a, uint32_t b, double lag)
{
    const uint32_t l = (uint32_t)lag;
    if (l + 1 >= VY_ACCENT_REACH || (uint64_t)l + 2 > a->hops)
        return 0;
    const double n = (double)a->hops, mean = a->sum[b] / n, part = lag - floor(lag);
    const double x = a->product[b][l] / (n - l), y = a->product[b][l + 1] / (n - l - 1);
    return x + part * (y - x) - mean * mean;
}

// Players are not exact: the best of the neighbourhood counts.
static double likeness_near(const struct vy_accents *a, uint32_t b, double lag)
{
    return fmax(likeness(a, b, lag), fmax(likeness(a, b, lag - 1), likeness(a, b, lag + 1)));
}

static double all_bands(const struct vy_accents *a, double lag)
{
    double sum = 0;
    for (uint32_t b = 0; b < VY_ACCENT_BANDS; b++)
        sum += likeness(a, b, lag);
    return sum;
}

float vy_accents_shape(const struct vy_accents *accents,
                       float shape[VY_ACCENT_BANDS][VY_ACCENT_LAGS], float *period_s)
{
    const struct vy_accents *const a = accents;
    const double rate = (double)a->rate, whole = all_bands(a, 0);
    const double longest =
        fmin(fmin(LONGEST_S * rate, (double)a->hops / 2.2), (VY_ACCENT_REACH - 4) / 2.0);
    double best = 0, period = 0;
    if (!(whole > 0))
        return 0;
    for (double lag = ceil(SHORTEST_S * rate); lag <= longest; lag++) {
        const double octaves = log2(lag / rate / CENTRE_S);
        const double score = all_bands(a, lag) * exp(-0.5 * octaves * octaves);
        if (score > best) {
            best = score;
            period = lag;
        }
    }
    const double strength = period > 0 ? all_bands(a, period) / whole : 0;
    if (!(strength > LEAST))
        return 0;
    for (uint32_t b = 0; b < VY_ACCENT_BANDS; b++)
        for (uint32_t l = 0; l < VY_ACCENT_LAGS; l++)
            shape[b][l] = (float)(likeness_near(a, b, period * (l + 1) / 4) / whole);
    *period_s = (float)(period / rate);
    return (float)fmin(strength, 1);
}
