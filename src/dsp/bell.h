// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A bell for the state-variable filter that keeps its analog shape up to Nyquist.
//
// The plain bilinear bell is forced to 0 dB at Nyquist and so gets narrow and lopsided at high
// frequencies. As in Orfanidis, "Digital parametric equalizer design with prescribed Nyquist-
// frequency gain" (JAES 1997), the prototype over W = tan(w / 2)
//
//     |H|^2 = ((G1 W^2 - P)^2 + B^2 W^2) / ((W^2 - P)^2 + A^2 W^2)
//
// takes the analog bell's gain G1 at Nyquist and has its extreme, G, at the centre W0, which gives
// P = W0^2 sqrt((G^2 - G1^2) / (G^2 - 1)). Instead of a bandwidth (whose upper edge may lie beyond
// Nyquist) the gain sqrt(G) is matched at the lower edge W1. That and the gain at W0 are linear
// in A^2 and B^2. With the analog bell's t = Q^2 (r - 1/r)^2 at Nyquist, r = fs / (2 f0),
// everything divides by G - 1 on paper, so that small gains lose no precision and 0 dB is exactly
// transparent:
//
//     G1^2 = (t + G) / (t + 1 / G),   P = W0^2 sqrt(1 - 1 / (G t + 1)),
//     h = (G1 - 1) / (G - 1) = (G + 1) / ((G t + 1) (G1 + 1)).
#ifndef VY_DSP_BELL_H
#define VY_DSP_BELL_H

#include "dsp/svf.h"

// ((G^n u^2 - (u + (G - 1) h W)^2) / (G - 1)) / W with c = (G^n - 1) / (G - 1), W squared
VY_INLINE vy_f8 vy__bell_gap(vy_f8 c, vy_f8 u, vy_f8 h, vy_f8 less, vy_f8 w)
{
    return c * u * u / w - h * (2.0f * u + less * h * w);
}

/// Design of a bell.
/// @param w     centre / sample rate, clamped to 0..0.47
/// @param q     > 0: centre over the width at half the gain in dB
/// @param gain  factor at the centre, > 0
VY_INLINE struct vy_svf_design vy_bell_design(vy_f8 w, vy_f8 q, vy_f8 gain)
{
    w = vy_clamp(w, 1e-5f, 0.47f);
    const vy_f8 c = 0.5f / q, less = gain - 1.0f;
    const vy_f8 w1 = w / (vy_sqrt(1.0f + c * c) + c);
    const vy_f8 tan0 = vy_tan_pi(w), tan1 = vy_tan_pi(w1);
    const vy_f8 sq0 = tan0 * tan0, sq1 = tan1 * tan1;
    const vy_f8 r = 0.5f / w, x = q * (r - 1.0f / r), t = x * x;
    const vy_f8 nyquist = vy_sqrt((t + gain) / (t + 1.0f / gain));
    const vy_f8 small = 1.0f / (gain * t + 1.0f), root = vy_sqrt(1.0f - small);
    const vy_f8 p = sq0 * root;
    const vy_f8 u0 = sq0 * (small / (1.0f + root)); // W0^2 - P
    const vy_f8 u1 = (tan1 - tan0) * (tan1 + tan0) + u0;
    const vy_f8 h = (gain + 1.0f) * small / (nyquist + 1.0f);
    const vy_f8 gap0 = vy__bell_gap(gain + 1.0f, u0, h, less, sq0);
    const vy_f8 gap1 = vy__bell_gap(vy_set(1), u1, h, less, sq1);
    const vy_f8 a2 = vy_max((gap1 - gap0) / gain, 1e-8f * sq0);
    const vy_f8 b2 = vy_max(gain * gain * a2 + less * gap0, vy_set(0));
    const vy_f8 a = vy_sqrt(a2), b = vy_sqrt(b2), g = vy_sqrt(p);
    return (struct vy_svf_design){
        .w = w,
        .scale = g / tan0,
        .g = g,
        .k = a / g,
        .m0 = nyquist,
        .m1 = (b - nyquist * a) / g,
        .m2 = 1.0f - nyquist,
    };
}

#endif
