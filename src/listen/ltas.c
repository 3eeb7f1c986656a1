// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/ltas.h"

#include <math.h>

#define LOW_HZ 20.0
#define HIGH_HZ 20000.0
#define LEAST_POWER 1e-20 // -200 dB

static double bark_of(double hz)
{
    return 13 * atan(0.00076 * hz) + 3.5 * atan(hz / 7500 * (hz / 7500));
}

static double erb_of(double hz)
{
    return 21.4 * log10(1 + 0.00437 * hz);
}

/// The frequency where a rising scale has a value, by bisection.
static double hz_where(double (*scale)(double), double value)
{
    double low = LOW_HZ, high = HIGH_HZ;
    for (int i = 0; i < 50; i++) {
        const double middle = (low + high) / 2;
        if (scale(middle) < value)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

static void fill_edges(double (*scale)(double), uint32_t bands, float *edge_hz)
{
    const double low = scale(LOW_HZ), high = scale(HIGH_HZ);
    for (uint32_t i = 0; i <= bands; i++)
        edge_hz[i] = (float)hz_where(scale, low + (high - low) * i / bands);
}

static void set_edges(enum vy_ltas_scale scale, struct vy_ltas *ltas)
{
    switch (scale) {
    case VY_LTAS_THIRD:
        ltas->bands = 31;
        for (int i = 0; i <= 31; i++)
            ltas->edge_hz[i] = (float)(1000 * pow(10, (i - 17.5) / 10));
        break;
    case VY_LTAS_BARK:
        ltas->bands = 64;
        fill_edges(bark_of, 64, ltas->edge_hz);
        break;
    case VY_LTAS_ERB:
        ltas->bands = 40;
        fill_edges(erb_of, 40, ltas->edge_hz);
        break;
    }
}

/// Sum of the power between two places, in bins.
static double power_between(const double *power, uint32_t bins, double from, double to)
{
    double sum = 0;
    for (uint32_t k = (uint32_t)fmax(0, floor(from + 0.5)); k < bins && k - 0.5 < to; k++)
        sum += power[k] * fmax(0, fmin(to, k + 0.5) - fmax(from, k - 0.5));
    return sum;
}

void vy_ltas_of(enum vy_ltas_scale scale, const struct vy_hop_shape *shape, const double *power,
                struct vy_ltas *ltas)
{
    *ltas = (struct vy_ltas){0};
    set_edges(scale, ltas);
    const double step_hz = (double)shape->sr_hz / shape->n_fft;
    // mean square: both halves of the spectrum, over the energy of the Hann window, 3/8 n
    const double to_square = 2 / (0.375 * shape->n_fft * shape->n_fft);
    double sum = 0, square[VY_LTAS_MOST];
    for (uint32_t b = 0; b < ltas->bands; b++) {
        square[b] = NAN;
        if (!power || (double)ltas->edge_hz[b + 1] > shape->sr_hz / 2.0)
            continue;
        square[b] =
            to_square * power_between(power, shape->bins, (double)ltas->edge_hz[b] / step_hz,
                                      (double)ltas->edge_hz[b + 1] / step_hz);
        sum += square[b];
    }
    for (uint32_t b = 0; b < VY_LTAS_MOST; b++) {
        ltas->level_db[b] = ltas->shape_db[b] = NAN;
        if (b >= ltas->bands || isnan(square[b]))
            continue;
        ltas->level_db[b] = (float)(10 * log10(fmax(square[b], LEAST_POWER)));
        ltas->shape_db[b] =
            (float)(10 * log10(fmax(square[b] / fmax(sum, LEAST_POWER), LEAST_POWER)));
    }
}
