// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/kweight.h"

#include "listen/simd.h"

#include <math.h>

void vy_k_design(struct vy_k_filter *filter, uint32_t sr_hz)
{
    // corner, gain and quality of the shelf; corner and quality of the high-pass
    const double shelf_hz = 1681.974450955533, shelf_db = 3.999843853973347;
    const double shelf_q = 0.7071752369554196, band_power = 0.4996667741545416;
    const double high_hz = 38.13547087602444, high_q = 0.5003270373238773;
    const double k = tan(M_PI * shelf_hz / sr_hz), high = pow(10.0, shelf_db / 20.0);
    const double band = pow(high, band_power), a0 = 1.0 + k / shelf_q + k * k;
    filter->b0 = (high + band * k / shelf_q + k * k) / a0;
    filter->b1 = 2.0 * (k * k - high) / a0;
    filter->b2 = (high - band * k / shelf_q + k * k) / a0;
    filter->a1 = 2.0 * (k * k - 1.0) / a0;
    filter->a2 = (1.0 - k / shelf_q + k * k) / a0;
    const double j = tan(M_PI * high_hz / sr_hz), d0 = 1.0 + j / high_q + j * j;
    filter->c1 = 2.0 * (j * j - 1.0) / d0;
    filter->c2 = (1.0 - j / high_q + j * j) / d0;
}

// Brackets are so that one multiplication and one subtraction lie between a value and the next.
VY_SIMD void vy_k_run(const struct vy_k_filter *filter, struct vy_k_group *group,
                      const vy_k_lanes *x, uint32_t n, vy_k_lanes *energy)
{
    const struct vy_k_filter f = *filter;
    struct vy_k_group g = *group;
    vy_k_lanes sum = *energy;
    for (uint32_t i = 0; i < n; i++) {
        const vy_k_lanes in = x[i];
        const vy_k_lanes u = (f.b0 * in + f.b1 * g.x1 + f.b2 * g.x2 - f.a2 * g.u2) - f.a1 * g.u1;
        const vy_k_lanes y = (u - 2.0 * g.u1 + g.u2 - f.c2 * g.y2) - f.c1 * g.y1;
        sum += y * y;
        g.x2 = g.x1;
        g.x1 = in;
        g.u2 = g.u1;
        g.u1 = u;
        g.y2 = g.y1;
        g.y1 = y;
    }
    *group = g;
    *energy = sum;
}

void vy_k_settle(struct vy_k_group *group)
{
    vy_k_lanes *const part[] = {&group->x1, &group->x2, &group->u1,
                                &group->u2, &group->y1, &group->y2};
    for (uint32_t c = 0; c < VY_K_LANES; c++) {
        double most = 0.0;
        for (size_t i = 0; i < sizeof part / sizeof *part; i++)
            most = fmax(most, fabs((*part[i])[c]));
        if (most > 1e-60)
            continue;
        for (size_t i = 0; i < sizeof part / sizeof *part; i++)
            (*part[i])[c] = 0.0;
    }
}
