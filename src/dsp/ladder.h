// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Four-pole ladder low-pass, trapezoidal, zero-delay feedback, saturating.
//
// After Zavalishin, "The Art of VA Filter Design", 5.3: four one-poles y = g (x - s) + s in series,
// g = G / (1 + G), G = tan(pi fc / fs), inside a loop with gain -k. The loop is solved linearly for
// the input u of the first pole, u = (x - k S) / (1 + k g^4), S being what the states alone would
// give; u is then saturated, which bounds self-oscillation (k = 4) and gives the filter its growl.
#ifndef VY_DSP_LADDER_H
#define VY_DSP_LADDER_H

#include "dsp/lanes.h"

/// States of eight lanes.
struct vy_ladder {
    vy_f8 s1, s2, s3, s4;
};

/// Coefficients of one frame.
struct vy_ladder_at {
    vy_f8 g;    ///< pole gain
    vy_f8 k;    ///< feedback times loop: k / (1 + k g^4), k = 0..4.2
    vy_f8 gain; ///< in front, times loop
};

/// Pole gain of a cutoff given as fc / fs, up to 0.45.
VY_INLINE vy_f8 vy_ladder_g(vy_f8 ratio)
{
    const vy_f8 t = vy_tan_pi(vy_min(ratio, vy_set(0.45f)));
    return t / (1.0f + t);
}

VY_INLINE vy_f8 vy_ladder_loop(vy_f8 g, vy_f8 k)
{
    const vy_f8 g2 = g * g;
    return 1.0f / (1.0f + k * (g2 * g2));
}

/// Smooth limiting at +-2, exactly linear around 0: x - (4/27) x^3 scaled.
VY_INLINE vy_f8 vy_ladder_saturate(vy_f8 x)
{
    const vy_f8 c = vy_clamp(x, -3.0f, 3.0f);
    return c * vy_fma(c * (-1.0f / 27.0f), c, vy_set(1));
}

enum vy_ladder_mode { VY_LADDER_LP24, VY_LADDER_LP12, VY_LADDER_BP, VY_LADDER_HP24 };

/// One frame. `mode` is a constant at every call, so that only one mix is compiled in.
///
/// The poles are written out in u: y1 = g u + b1, y2 = g^2 u + b2, ... where the b depend on the
/// states alone. That leaves little to wait for between one frame's u and the next.
VY_INLINE vy_f8 vy_ladder_step(struct vy_ladder *f, const struct vy_ladder_at *at, vy_f8 x,
                               enum vy_ladder_mode mode)
{
    const vy_f8 g = at->g, h = 1.0f - g, g2 = g * g;
    const vy_f8 b1 = h * f->s1, b2 = vy_fma(g, b1, h * f->s2);
    const vy_f8 a3 = h * f->s3, a4 = vy_fma(g, a3, h * f->s4);
    const vy_f8 b3 = vy_fma(g, b2, a3), b4 = vy_fma(g2, b2, a4);
    const vy_f8 u = vy_ladder_saturate(vy_fma(-at->k, b4, x * at->gain));
    const vy_f8 y1 = vy_fma(g, u, b1), y2 = vy_fma(g2, u, b2);
    const vy_f8 y3 = vy_fma(g * g2, u, b3), y4 = vy_fma(g2 * g2, u, b4);
    f->s1 = y1 + (y1 - f->s1);
    f->s2 = y2 + (y2 - f->s2);
    f->s3 = y3 + (y3 - f->s3);
    f->s4 = y4 + (y4 - f->s4);
    switch (mode) {
    case VY_LADDER_LP24: return y4;
    case VY_LADDER_LP12: return y2;
    case VY_LADDER_BP: return 4.0f * (y2 - 2.0f * y3 + y4);
    case VY_LADDER_HP24: return u - 4.0f * (y1 + y3) + 6.0f * y2 + y4;
    }
    return y4;
}

#endif
