// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "dsp/truepeak.h"

#include <math.h>
#include <string.h>

#define HALF (VY_TRUEPEAK_TAPS / 2)

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

void vy_truepeak_init(struct vy_truepeak *t)
{
    const double beta = 4.6; // images at -48 dB are no matter for a peak reading; width is
    for (uint32_t phase = 0; phase < 4; phase++) {
        double h[VY_TRUEPEAK_TAPS], sum = 0.0;
        for (uint32_t i = 0; i < VY_TRUEPEAK_TAPS; i++) {
            // reading point: frame HALF - 1 of the window plus phase / 4
            const double d = (double)i - (HALF - 1) - phase / 4.0, u = d / HALF;
            const double w = bessel0(beta * sqrt(fmax(0.0, 1.0 - u * u))) / bessel0(beta);
            h[i] = (d == 0.0 ? 1.0 : sin(M_PI * d) / (M_PI * d)) * w;
            sum += h[i];
        }
        for (uint32_t i = 0; i < VY_TRUEPEAK_TAPS; i++)
            t->tap[i][phase] = t->tap[i][phase + 4] = phase ? (float)(h[i] / sum) : i == HALF - 1;
    }
    vy_truepeak_reset(t);
}

void vy_truepeak_reset(struct vy_truepeak *t)
{
    memset(t->past, 0, sizeof t->past);
    t->before = t->last = vy_set(0);
}

// Vertex of the parabola through an extremum and its neighbours, else the point itself.
VY_INLINE vy_f8 vertex(vy_f8 a, vy_f8 y, vy_f8 b)
{
    const vy_f8 up = y - a, down = y - b, bend = up + down, slope = b - a;
    const vy_i8 extremum = (up * down > 0.0f) & (vy_abs(bend) > 1e-9f);
    const vy_f8 v = y + slope * slope / (8.0f * vy_select(extremum, bend, vy_set(1.0f)));
    return vy_abs(vy_select(extremum, v, y));
}

void vy_truepeak_run(struct vy_truepeak *t, const struct vy_stereo *x, union vy_tick *peak)
{
    vy_f8 line[VY_TRUEPEAK_TAPS - 1 + VY_TICK];
    memcpy(line, t->past, sizeof t->past);
    for (uint32_t n = 0; n < VY_TICK; n++) {
        const float l = x->left.f[n], r = x->right.f[n];
        line[VY_TRUEPEAK_TAPS - 1 + n] = (vy_f8){l, l, l, l, r, r, r, r};
    }
    vy_f8 before = t->before, last = t->last;
    for (uint32_t n = 0; n < VY_TICK; n++) {
        vy_f8 even = vy_set(0), odd = vy_set(0);
        for (uint32_t i = 0; i < VY_TRUEPEAK_TAPS; i += 2) {
            even += t->tap[i] * line[n + i];
            odd += t->tap[i + 1] * line[n + i + 1];
        }
        const vy_f8 now = even + odd;
        // neighbours of `last` a quarter frame away
        const vy_f8 a = __builtin_shuffle(before, last, (vy_i8){3, 8, 9, 10, 7, 12, 13, 14});
        const vy_f8 b = __builtin_shuffle(last, now, (vy_i8){1, 2, 3, 8, 5, 6, 7, 12});
        const vy_f8 v = vertex(a, last, b);
        float most = 0.0f;
        for (int i = 0; i < 8; i++)
            most = v[i] > most ? v[i] : most;
        peak->f[n] = most;
        before = last;
        last = now;
    }
    t->before = before;
    t->last = last;
    memcpy(t->past, line + VY_TICK, sizeof t->past);
}
