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

/// States of eight lanes: half of Zavalishin's, so that a pole's output is its state before plus
/// its state after.
struct vy_ladder {
    vy_f8 s1, s2, s3, s4;
};

/// Coefficients of one frame.
struct vy_ladder_at {
    vy_f8 g;    ///< pole gain
    vy_f8 k;    ///< see vy_ladder_feedback
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

/// Feedback k = 0..4.2 times loop, for the sum of half states that vy_ladder_step makes.
VY_INLINE vy_f8 vy_ladder_feedback(vy_f8 g, vy_f8 k)
{
    return 2.0f * (1.0f - g) * k * vy_ladder_loop(g, k);
}

/// Smooth limiting at +-2, exactly linear around 0: x - (4/27) x^3 scaled.
VY_INLINE vy_f8 vy_ladder_saturate(vy_f8 x)
{
    const vy_f8 c = vy_clamp(x, -3.0f, 3.0f);
    return vy_fma(c * c, c * (-1.0f / 27.0f), c);
}

enum vy_ladder_mode { VY_LADDER_LP24, VY_LADDER_LP12, VY_LADDER_BP, VY_LADDER_HP24 };

/// One frame. `mode` is a constant at every call, so that only one mix is compiled in.
///
/// The poles are written out in u: y1 = g u + 2 h p1, y2 = g^2 u + 2 h p2, ... with h = 1 - g and
/// sums p of the states alone: p1 = s1, p2 = g p1 + s2, ... (p4 with fewer steps to wait for). The
/// states follow as s' = y - s. That leaves little to wait for between one frame's u and the next.
VY_INLINE vy_f8 vy_ladder_step(struct vy_ladder *f, const struct vy_ladder_at *at, vy_f8 x,
                               enum vy_ladder_mode mode)
{
    const vy_f8 g = at->g, g2 = g * g, h = 1.0f - g, h2 = h + h;
    const vy_f8 p1 = f->s1, p2 = vy_fma(g, p1, f->s2), p3 = vy_fma(g, p2, f->s3);
    const vy_f8 p4 = vy_fma(g2, p2, vy_fma(g, f->s3, f->s4));
    const vy_f8 u = vy_ladder_saturate(vy_fma(-at->k, p4, x * at->gain));
    const struct vy_ladder was = *f;
    f->s1 = vy_fma(g, u, vy_fma(h2, p1, -was.s1));
    f->s2 = vy_fma(g2, u, vy_fma(h2, p2, -was.s2));
    f->s3 = vy_fma(g * g2, u, vy_fma(h2, p3, -was.s3));
    f->s4 = vy_fma(g2 * g2, u, vy_fma(h2, p4, -was.s4));
    const vy_f8 y1 = f->s1 + was.s1, y2 = f->s2 + was.s2, y3 = f->s3 + was.s3, y4 = f->s4 + was.s4;
    switch (mode) {
    case VY_LADDER_LP24: return y4;
    case VY_LADDER_LP12: return y2;
    case VY_LADDER_BP: return 4.0f * (y2 - 2.0f * y3 + y4);
    case VY_LADDER_HP24: return u - 4.0f * (y1 + y3) + 6.0f * y2 + y4;
    }
    return y4;
}

#ifdef __AVX512F__
/// Two groups at once.
struct vy_ladder_pair {
    vy_f16 s1, s2, s3, s4;
};

struct vy_ladder_pair_at {
    vy_f16 g, k, gain;
};

/// vy_ladder_step as VY_LADDER_LP24, operation by operation.
VY_INLINE vy_f16 vy_ladder_step_pair(struct vy_ladder_pair *f, const struct vy_ladder_pair_at *at,
                                     vy_f16 x)
{
    const vy_f16 g = at->g, g2 = g * g, h = 1.0f - g, h2 = h + h;
    const vy_f16 p1 = f->s1, p2 = vy_fma16(g, p1, f->s2), p3 = vy_fma16(g, p2, f->s3);
    const vy_f16 p4 = vy_fma16(g2, p2, vy_fma16(g, f->s3, f->s4));
    const vy_f16 c = vy_clamp16(vy_fma16(-at->k, p4, x * at->gain), -3.0f, 3.0f);
    const vy_f16 u = vy_fma16(c * c, c * (-1.0f / 27.0f), c);
    const struct vy_ladder_pair was = *f;
    f->s1 = vy_fma16(g, u, vy_fma16(h2, p1, -was.s1));
    f->s2 = vy_fma16(g2, u, vy_fma16(h2, p2, -was.s2));
    f->s3 = vy_fma16(g * g2, u, vy_fma16(h2, p3, -was.s3));
    f->s4 = vy_fma16(g2 * g2, u, vy_fma16(h2, p4, -was.s4));
    const vy_f16 y4 = f->s4 + was.s4;
    return y4;
}
#endif

#endif
