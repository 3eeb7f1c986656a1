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

// Windowed sinc at a fraction of a frame, scaled to unit gain at DC; Hann when beta is 0.
static void design(double *h, uint32_t taps, double phase, double beta)
{
    const double half = 0.5 * taps;
    double sum = 0.0;
    for (uint32_t i = 0; i < taps; i++) {
        // reading point: frame half - 1 of the window plus the phase
        const double d = (double)i - (half - 1.0) - phase, u = fmin(fabs(d / half), 1.0);
        const double hann = 0.5 + 0.5 * cos(M_PI * u);
        const double w = beta > 0.0 ? bessel0(beta * sqrt(1.0 - u * u)) / bessel0(beta) : hann;
        h[i] = (d == 0.0 ? 1.0 : sin(M_PI * d) / (M_PI * d)) * w;
        sum += h[i];
    }
    for (uint32_t i = 0; i < taps; i++)
        h[i] /= sum;
}

void vy_truepeak_init(struct vy_truepeak *t)
{
    for (uint32_t phase = 0; phase < 4; phase++) {
        double h[VY_TRUEPEAK_TAPS];
        // images at -41 dB are no matter for a peak reading; the width of the band is
        design(h, VY_TRUEPEAK_TAPS, phase / 4.0, 3.6);
        for (uint32_t i = 0; i < VY_TRUEPEAK_TAPS; i++)
            t->tap[i][phase] = t->tap[i][phase + 4] = phase ? (float)h[i] : i == HALF - 1;
        design(h, VY_TRUEPEAK_SHORT, phase / 4.0, 0.0);
        for (uint32_t i = 0; i < VY_TRUEPEAK_SHORT; i++)
            t->meter[i][phase] = t->meter[i][phase + 4] = (float)h[i];
    }
    double most = 0.0;
    for (uint32_t phase = 0; phase < 4; phase++) {
        double sum = 0.0, shown = 0.0;
        for (uint32_t i = 0; i < VY_TRUEPEAK_TAPS; i++)
            sum += fabs((double)t->tap[i][phase]);
        for (uint32_t i = 0; i < VY_TRUEPEAK_SHORT; i++)
            shown += fabs((double)t->meter[i][phase]);
        most = fmax(most, fmax(sum, shown));
    }
    t->most = (float)(most * 1.25); // a parabola through three points rises by 1/8 at most
    vy_truepeak_reset(t);
}

void vy_truepeak_reset(struct vy_truepeak *t)
{
    memset(t->past, 0, sizeof t->past);
    t->before = t->last = t->shown = vy_set(0);
    t->large = 0.0f;
}

// Vertex of the parabola through an extremum and its neighbours, else the point itself.
VY_INLINE vy_f8 vertex(vy_f8 a, vy_f8 y, vy_f8 b)
{
    const vy_f8 up = y - a, down = y - b, bend = up + down, slope = b - a;
    const vy_i8 extremum = (up * down > 0.0f) & (vy_abs(bend) > 1e-9f);
    const vy_f8 v = y + slope * slope / (8.0f * vy_select(extremum, bend, vy_set(1.0f)));
    return vy_abs(vy_select(extremum, v, y));
}

// Largest sample of this tick and the one before, which the filters still see.
static float largest(struct vy_truepeak *t, const struct vy_stereo *x)
{
    vy_f8 most = vy_set(0);
    for (uint32_t i = 0; i < VY_TICK_VECTORS; i++)
        most = vy_max(most, vy_max(vy_abs(x->left.v[i]), vy_abs(x->right.v[i])));
    float now = 0.0f;
    for (int i = 0; i < 8; i++)
        now = most[i] > now ? most[i] : now;
    const float both = now > t->large ? now : t->large;
    t->large = now;
    return both;
}

// Readings of frames first..VY_TICK - 1.
static void read_frames(struct vy_truepeak *t, const vy_f8 *line, uint32_t first,
                        union vy_tick *peak)
{
    vy_f8 before = t->before, last = t->last, shown = t->shown;
    for (uint32_t n = first; n < VY_TICK; n++) {
        vy_f8 even = vy_set(0), odd = vy_set(0);
        for (uint32_t i = 0; i < VY_TRUEPEAK_TAPS; i += 2) {
            even = vy_fma(t->tap[i], line[n + i], even);
            odd = vy_fma(t->tap[i + 1], line[n + i + 1], odd);
        }
        const vy_f8 now = even + odd;
        vy_f8 meter = vy_set(0);
        for (uint32_t i = 0; i < VY_TRUEPEAK_SHORT; i++)
            meter = vy_fma(t->meter[i], line[n + HALF - VY_TRUEPEAK_SHORT / 2 + i], meter);
        // neighbours of `last` a quarter frame away
        const vy_f8 a = __builtin_shufflevector(before, last, 3, 8, 9, 10, 7, 12, 13, 14);
        const vy_f8 b = __builtin_shufflevector(last, now, 1, 2, 3, 8, 5, 6, 7, 12);
        const vy_f8 v = vy_max(vertex(a, last, b), vy_abs(shown));
        float most = 0.0f;
        for (int i = 0; i < 8; i++)
            most = v[i] > most ? v[i] : most;
        peak->f[n] = most;
        before = last;
        last = now;
        shown = meter;
    }
    t->before = before;
    t->last = last;
    t->shown = shown;
}

void vy_truepeak_run(struct vy_truepeak *t, const struct vy_stereo *x, float enough,
                     union vy_tick *peak)
{
    vy_f8 line[VY_TRUEPEAK_TAPS - 1 + VY_TICK];
    memcpy(line, t->past, sizeof t->past);
    for (uint32_t n = 0; n < VY_TICK; n++) {
        const float l = x->left.f[n], r = x->right.f[n];
        line[VY_TRUEPEAK_TAPS - 1 + n] = (vy_f8){l, l, l, l, r, r, r, r};
    }
    const float bound = largest(t, x) * t->most;
    if (bound < enough) { // the last two frames only, for what the next tick begins with
        read_frames(t, line, VY_TICK - 2, peak);
        for (uint32_t i = 0; i < VY_TICK_VECTORS; i++)
            peak->v[i] = vy_set(bound);
    } else {
        read_frames(t, line, 0, peak);
    }
    memcpy(t->past, line + VY_TICK, sizeof t->past);
}
