// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Each reading is summed in the order of the taps, so all instruction sets agree.
#include "listen/true_peak.h"

#include "listen/simd.h"
#include "listen/vectors.h"

#include <math.h>
#include <string.h>

#define TAPS VY_TRUE_PEAK_TAPS
#define STEP VY_TRUE_PEAK_STEP
#define BETA 4.6 ///< of the Kaiser window: ripples of 0.04 dB

// Modified Bessel function of order 0 by its power series.
static double bessel0(double x)
{
    double sum = 1.0, term = 1.0;
    for (int k = 1; k < 40; k++) {
        term *= x * x / (4.0 * k * k);
        sum += term;
    }
    return sum;
}

void vy_true_peak_design(struct vy_true_peak_filter *filter)
{
    filter->most = 1.0f;
    for (int phase = 0; phase < 3; phase++) {
        double h[TAPS], sum = 0.0, most = 0.0;
        for (uint32_t i = 0; i < TAPS; i++) {
            const double half = 0.5 * TAPS, d = i - (half - 1.0) - (phase + 1) / 4.0;
            const double u = d / half;
            h[i] = sin(M_PI * d) / (M_PI * d) * bessel0(BETA * sqrt(fmax(0.0, 1.0 - u * u)));
            sum += h[i];
        }
        for (uint32_t i = 0; i < TAPS; i++) {
            filter->tap[i][phase] = (float)(h[i] / sum);
            most += fabs(h[i] / sum);
        }
        filter->most = fmaxf(filter->most, (float)(most * 1.00001)); // rounding of the sums
    }
}

// In line, which fmaxf is not.
static inline float larger(float a, float b)
{
    return a > b ? a : b;
}

// Largest |x| of each step of `n` frames.
VY_SIMD static void steps_largest(const float *restrict x, uint32_t n, float *restrict most)
{
    for (uint32_t s = 0; s < n / STEP; s++) {
        const vy_f8 a = vy_abs(vy_load8(x + s * STEP)), b = vy_abs(vy_load8(x + s * STEP + 8));
        const vy_f8 c = vy_greater(a, b);
        const vy_f8 d = vy_greater(c, __builtin_shufflevector(c, c, 4, 5, 6, 7, 0, 1, 2, 3));
        most[s] = larger(larger(d[0], d[1]), larger(d[2], d[3]));
    }
}

// Largest reading of one step: x[-(TAPS - 1)] is the oldest frame of the first. The compiler puts
// the frames side by side once the loop over the taps is unrolled.
VY_SIMD static float read_step(const struct vy_true_peak_filter *restrict filter,
                               const float *restrict x)
{
    float top[STEP], most = 0.0f;
    for (uint32_t n = 0; n < STEP; n++) {
        const float *const in = x + n - (TAPS - 1);
        float a = 0.0f, b = 0.0f, c = 0.0f;
#pragma GCC unroll 24
        for (uint32_t i = 0; i < TAPS; i++) {
            a += in[i] * filter->tap[i][0];
            b += in[i] * filter->tap[i][1];
            c += in[i] * filter->tap[i][2];
        }
        top[n] = larger(larger(fabsf(a), fabsf(b)), fabsf(c));
    }
    for (uint32_t n = 0; n < STEP; n++)
        most = larger(most, top[n]);
    return most;
}

float vy_true_peak_run(const struct vy_true_peak_filter *filter, const float *x, uint32_t n,
                       float so_far)
{
    enum { AT_ONCE = 16, BEFORE = (TAPS - 1 + STEP - 1) / STEP }; // steps
    float most[BEFORE + AT_ONCE];
    float past[BEFORE * STEP] = {0};
    memcpy(past + BEFORE * STEP - (TAPS - 1), x - (TAPS - 1), (TAPS - 1) * sizeof(float));
    steps_largest(past, BEFORE * STEP, most);
    for (uint32_t at = 0; at < n; at += AT_ONCE * STEP) {
        const uint32_t part = n - at < AT_ONCE * STEP ? n - at : AT_ONCE * STEP;
        steps_largest(x + at, part, most + BEFORE);
        for (uint32_t s = 0; s < part / STEP; s++) {
            float near = 0.0f;
            for (uint32_t k = s; k <= s + BEFORE; k++)
                near = larger(near, most[k]);
            so_far = larger(so_far, most[s + BEFORE]);
            if (near * filter->most > so_far)
                so_far = larger(so_far, read_step(filter, x + at + (size_t)s * STEP));
        }
        memmove(most, most + part / STEP, BEFORE * sizeof(float));
    }
    return so_far;
}
