// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "dsp/sinc.h"

#include <math.h>
#include <string.h>

enum { PAD = VY_SINC_TAPS, HALF_BAND = 47 }; // half-band filter: 2 * 47 + 1 taps

#define BETA 9.0       // of the kernels: side lobes near -90 dB
#define HALF_BETA 10.0 // of the half-band filter: near -100 dB

// Modified Bessel function of the first kind, order 0, by its series.
static double bessel_i0(double x)
{
    double sum = 1, term = 1;
    for (int k = 1; k < 60; k++) {
        term *= (x / (2 * k)) * (x / (2 * k));
        sum += term;
    }
    return sum;
}

static double kaiser(double t, double half, double beta)
{
    const double r = t / half;
    return fabs(r) >= 1 ? 0 : bessel_i0(beta * sqrt(1 - r * r)) / bessel_i0(beta);
}

static double sinc(double t)
{
    return fabs(t) < 1e-12 ? 1 : sin(M_PI * t) / (M_PI * t);
}

void vy_sinc_build(void *sinc_table, const void *arg)
{
    (void)arg;
    struct vy_sinc *const s = sinc_table;
    for (int k = 0; k < VY_SINC_KERNELS; k++) {
        // 1 is all the band; faster kernels also step back by a little of the transition, so that
        // what folds falls above 0.42 of the sample rate
        const double band = k ? 0.96 * exp2(-k / 8.0) : 1.0;
        for (int phase = 0; phase <= VY_SINC_PHASES; phase++) {
            double tap[VY_SINC_TAPS], sum = 0;
            for (int i = 0; i < VY_SINC_TAPS; i++) {
                const double t = i - VY_SINC_BEFORE - (double)phase / VY_SINC_PHASES;
                tap[i] = band * sinc(band * t) * kaiser(t, VY_SINC_TAPS / 2.0, BETA);
                sum += tap[i];
            }
            for (int i = 0; i < VY_SINC_TAPS; i++) // exact at 0 Hz in every phase
                s->kernel[k][phase][i / 8][i % 8] = (float)(tap[i] / sum);
        }
    }
}

size_t vy_pyramid_floats(uint32_t frames)
{
    size_t floats = 0;
    for (int l = 0; l < VY_SINC_LEVELS; l++)
        floats += ((size_t)frames >> l) + 1 + 2 * PAD + VY_SINC_TAPS;
    return floats;
}

// y[n] = half-band(x)[2 n]
static void halve(const float *x, int64_t frames, float *y, int64_t out)
{
    double h[HALF_BAND + 1];
    double sum = 0;
    for (int i = 0; i <= HALF_BAND; i++) {
        h[i] = 0.48 * sinc(0.48 * i) * kaiser(i, HALF_BAND + 1, HALF_BETA);
        sum += i ? 2 * h[i] : h[i];
    }
    for (int i = 0; i <= HALF_BAND; i++)
        h[i] /= sum;
    for (int64_t n = 0; n < out; n++) {
        const int64_t at = 2 * n;
        double acc = h[0] * (at < frames ? (double)x[at] : 0);
        if (at >= HALF_BAND && at + HALF_BAND < frames) {
            for (int i = 1; i <= HALF_BAND; i++)
                acc += h[i] * ((double)x[at - i] + (double)x[at + i]);
        } else {
            for (int i = 1; i <= HALF_BAND; i++) {
                acc += h[i] * (at - i >= 0 && at - i < frames ? (double)x[at - i] : 0);
                acc += h[i] * (at + i < frames ? (double)x[at + i] : 0);
            }
        }
        y[n] = (float)acc;
    }
}

void vy_pyramid_build(struct vy_pyramid *p, const float *x, uint32_t frames, float *memory)
{
    memset(memory, 0, vy_pyramid_floats(frames) * sizeof *memory);
    int64_t count = frames;
    float *at = memory;
    for (int l = 0; l < VY_SINC_LEVELS; l++) {
        float *const to = at + PAD;
        if (l == 0)
            memcpy(to, x, (size_t)count * sizeof *x);
        else
            halve(p->level[l - 1], p->frames[l - 1], to, count);
        p->level[l] = to;
        p->frames[l] = count;
        at += count + 2 * PAD + VY_SINC_TAPS;
        count = (count + 1) / 2;
    }
}
