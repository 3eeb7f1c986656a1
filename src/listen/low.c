// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/low.h"

#include "listen/simd.h"
#include "listen/vectors.h"

#include <math.h>
#include <string.h>

#define BETA 7.86 ///< Kaiser's window for -80 dB

// I0, the modified Bessel function of order zero, by its power series.
static double bessel_i0(double x)
{
    double sum = 1, term = 1;
    for (int k = 1; k < 40; k++) {
        term *= (x / (2 * k)) * (x / (2 * k));
        sum += term;
    }
    return sum;
}

void vy_low_init(struct vy_low *low, uint32_t factor)
{
    memset(low, 0, sizeof *low);
    low->factor = factor;
    low->held = VY_LOW_TAPS / 2;
    const double cut = 0.5 / factor, middle = (VY_LOW_TAPS - 1) / 2.0;
    double h[VY_LOW_TAPS], sum = 0;
    for (int i = 0; i < VY_LOW_TAPS; i++) {
        const double x = i - middle, r = x / (middle + 0.5);
        h[i] = sin(2 * M_PI * cut * x) / (M_PI * x) * bessel_i0(BETA * sqrt(1 - r * r));
        sum += h[i];
    }
    for (int i = 0; i < VY_LOW_TAPS; i++)
        low->tap[i] = (float)(h[i] / sum);
}

VY_SIMD static void every(const float *restrict line, const float *restrict tap,
                          float *restrict out, uint32_t n, uint32_t factor)
{
    for (uint32_t j = 0; j < n; j += 8) {
        vy_f8 sum[8];
        for (uint32_t o = 0; o < 8; o++) {
            const float *const x = line + (size_t)(j + o) * factor;
            sum[o] = vy_load8(x) * vy_load8(tap);
            for (int i = 8; i < VY_LOW_TAPS; i += 8)
                sum[o] += vy_load8(x + i) * vy_load8(tap + i);
        }
        const vy_f8 eight = vy_sum_each(sum);
        memcpy(out + j, &eight, (n - j < 8 ? n - j : 8) * sizeof(float));
    }
}

uint32_t vy_low_push(struct vy_low *low, const float *in, uint32_t n, float *out)
{
    memcpy(low->line + low->held, in, n * sizeof(float));
    low->held += n;
    if (low->held < VY_LOW_TAPS)
        return 0;
    const uint32_t made = (low->held - VY_LOW_TAPS) / low->factor + 1;
    every(low->line, low->tap, out, made, low->factor);
    low->held -= made * low->factor;
    memmove(low->line, low->line + made * low->factor, low->held * sizeof(float));
    return made;
}
