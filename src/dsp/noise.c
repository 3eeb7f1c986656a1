// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "dsp/noise.h"

#include <math.h>

#define LOW_HZ 12.0 // the lowest pole of pink, the only pole of brown

// |1 - a e^-jw|^2
static double distance(double a, double w)
{
    return 1.0 - 2.0 * a * cos(w) + a * a;
}

// Set the gain for an RMS of 1: the mean of |H|^2 over 0..pi, integrated over log w because the
// power sits in the lowest octaves.
static void calibrate(struct vy_noise_colour *c)
{
    enum { POINTS = 6000 };
    const double low = log(1e-6), step = (log(M_PI) - low) / POINTS;
    double sum = 0;
    for (int i = 0; i < POINTS; i++) {
        const double w = exp(low + (i + 0.5) * step);
        double power = w;
        for (uint32_t k = 0; k < c->pairs; k++)
            power *= distance((double)c->zero[k], w) / distance((double)c->pole[k], w);
        sum += power;
    }
    c->gain = (float)sqrt(3.0 * M_PI / (sum * step)); // uniform -1..1 has a variance of 1/3
}

void vy_noise_white(struct vy_noise_colour *c)
{
    *c = (struct vy_noise_colour){.gain = sqrtf(3.0f)};
}

void vy_noise_pink(struct vy_noise_colour *c, float sr_hz)
{
    const double low = 2 * M_PI * LOW_HZ / (double)sr_hz;
    *c = (struct vy_noise_colour){
        .pole = {0.1256560f, 0.6754146f}, .zero = {-0.1068320f, 0.4443223f}, .pairs = 2};
    for (double w = 0.0978963; c->pairs < VY_NOISE_PAIRS; w *= 0.25) {
        c->pole[c->pairs] = (float)exp(-w);
        c->zero[c->pairs++] = (float)exp(-2 * w);
        if (w < low)
            break;
    }
    calibrate(c);
}

void vy_noise_brown(struct vy_noise_colour *c, float sr_hz)
{
    // a leaky sum rises above 1/w towards Nyquist; the zero pulls it back (0.3 dB up to 0.75
    // Nyquist)
    *c = (struct vy_noise_colour){
        .pole = {(float)exp(-2 * M_PI * LOW_HZ / (double)sr_hz)}, .zero = {-0.145f}, .pairs = 1};
    calibrate(c);
}
