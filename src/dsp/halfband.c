// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Design of elliptic half-band allpass pairs: the poles of an elliptic half-band filter lie on the
// imaginary axis, and Jacobi's theta series in the nome q give them directly (Valenzuela,
// Constantinides 1983, section III; q from the selectivity by the series of the modular equation).
#include "dsp/halfband.h"

#include <math.h>

void vy_halfband_design(double *c, int count, double width)
{
    const double t = tan((1.0 - 2.0 * width) * (M_PI / 4.0)), k = t * t;
    const double root = pow(1.0 - k * k, 0.25);
    const double e = 0.5 * (1.0 - root) / (1.0 + root), e4 = e * e * e * e;
    const double q = e * (1.0 + e4 * (2.0 + e4 * (15.0 + e4 * 150.0)));
    const int order = 2 * count + 1;
    for (int i = 0; i < count; i++) {
        const double angle = M_PI * (i + 1) / order;
        double up = 0.0, down = 0.5, sign = 1.0;
        for (int m = 0; m < 8; m++) { // q < 0.5, so eight terms exceed double precision
            up += sign * pow(q, m * (m + 1)) * sin((2 * m + 1) * angle);
            sign = -sign;
            down += sign * pow(q, (m + 1) * (m + 1)) * cos(2 * (m + 1) * angle);
        }
        const double w = pow(q, 0.25) * up / down, w2 = w * w;
        const double x = sqrt((1.0 - w2 * k) * (1.0 - w2 / k)) / (1.0 + w2);
        c[i] = (1.0 - x) / (1.0 + x);
    }
}

static void design(struct vy_halfband_coefs *k, int count, double width)
{
    double c[VY_HALFBAND_MAX];
    vy_halfband_design(c, count, width);
    for (int i = 0; i < count; i++)
        k->c[i] = (float)c[i];
}

void vy_over8_design(struct vy_over8_coefs *k)
{
    design(&k->first, VY_OVER8_FIRST, 0.018);
    design(&k->second, VY_OVER8_SECOND, 0.27);
    design(&k->third, VY_OVER8_THIRD, 0.386);
}
