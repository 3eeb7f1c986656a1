// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "enhance/biquad.h"

#include <math.h>

static struct vy_biquad normalised(double b0, double b1, double b2, double a0, double a1, double a2)
{
    return (struct vy_biquad){b0 / a0, b1 / a0, b2 / a0, a1 / a0, a2 / a0};
}

struct vy_biquad vy_biquad_bell(double sr_hz, double freq_hz, double q, double gain_db)
{
    const double w = 2 * M_PI * freq_hz / sr_hz, a = pow(10, gain_db / 40);
    const double alpha = sin(w) / (2 * q);
    return normalised(1 + alpha * a, -2 * cos(w), 1 - alpha * a, 1 + alpha / a, -2 * cos(w),
                      1 - alpha / a);
}

struct vy_biquad vy_biquad_highpass(double sr_hz, double freq_hz)
{
    const double w = 2 * M_PI * freq_hz / sr_hz, alpha = sin(w) / (2 * M_SQRT1_2);
    const double b = (1 + cos(w)) / 2;
    return normalised(b, -2 * b, b, 1 + alpha, -2 * cos(w), 1 - alpha);
}

static void run(const struct vy_biquad *q, float *x, size_t n, bool backwards)
{
    double z1 = 0, z2 = 0;
    for (size_t i = 0; i < n; i++) {
        float *const at = backwards ? &x[n - 1 - i] : &x[i];
        const double in = (double)*at, out = q->b0 * in + z1;
        z1 = q->b1 * in - q->a1 * out + z2;
        z2 = q->b2 * in - q->a2 * out;
        *at = (float)out;
    }
}

void vy_wave_filter(struct vy_wave *wave, const struct vy_biquad *biquad)
{
    for (uint32_t c = 0; c < wave->chans; c++) {
        run(biquad, wave->chan[c], wave->frames, false);
        run(biquad, wave->chan[c], wave->frames, true);
    }
}
