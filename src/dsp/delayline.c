// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "dsp/delayline.h"

#include <math.h>

// Modified Bessel function of the first kind, order 0 (power series).
static double bessel_i0(double x)
{
    double sum = 1, term = 1;
    for (int k = 1; k < 40; k++) {
        term *= (x / 2 / k) * (x / 2 / k);
        sum += term;
    }
    return sum;
}

static double weight(double t)
{
    const double beta = 4.5, edge = 1 - t * t / 16;
    if (edge < 0)
        return 0;
    const double sinc = fabs(t) < 1e-9 ? 1 : sin(M_PI * t) / (M_PI * t);
    return sinc * bessel_i0(beta * sqrt(edge)) / bessel_i0(beta);
}

void vy_taps_build(void *table, const void *arg)
{
    (void)arg;
    struct vy_taps *const taps = table;
    for (uint32_t r = 0; r <= VY_TAPS_ROWS + 1; r++) {
        if (r == 0 || r >= VY_TAPS_ROWS) { // exactly the stored frame
            taps->row[r] = vy_set(0);
            taps->row[r][r ? 3 : 4] = 1.0f;
            continue;
        }
        double sum = 0;
        for (int k = 0; k < 8; k++)
            sum += weight(k - 4 + (double)r / VY_TAPS_ROWS);
        for (int k = 0; k < 8; k++)
            taps->row[r][k] = (float)(weight(k - 4 + (double)r / VY_TAPS_ROWS) / sum);
    }
}
