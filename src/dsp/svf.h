// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// State-variable filter, trapezoidal integrators, eight lanes wide, one to four groups in flight.
//
// After Zavalishin, "The Art of VA Filter Design" (rev. 2.1.2, chapters 3-4) and Simper, "Linear
// trapezoidal integrated SVF" (Cytomic, 2013). With g = tan(pi fc / fs) and k = 1 / Q the implicit
// equations of the two integrators solve to increments of their states s1, s2:
//
//     a = 1 / (1 + g (g + k)),  v3 = x - s2
//     s1 += 2 g a (v3 - (g + k) s1)        s2 += 2 g a (s1 + g v3)
//
// and the band and low outputs are the means of old and new state. Increments are kept apart from
// the states so that 20 Hz at 384 kHz does not drown in rounding. One step is the Cayley transform
// of g [[-k, -1], [1, 0]], whose symmetric part is never positive for k >= 0: |s| cannot grow on
// its own however g and k move from frame to frame, which is what makes the filter safe to
// modulate at audio rate and lets the damping depend on the signal (drive).
//
// Output y = m0 x + m1 band + m2 low gives every mode from the same states.
#ifndef VY_DSP_SVF_H
#define VY_DSP_SVF_H

#include "dsp/lanes.h"

enum vy_svf_mode {
    VY_SVF_LOWPASS,
    VY_SVF_HIGHPASS,
    VY_SVF_BANDPASS, ///< 0 dB at its peak
    VY_SVF_NOTCH,
    VY_SVF_PEAK, ///< low - high: 2 Q at the cutoff
    VY_SVF_LOWSHELF,
    VY_SVF_HIGHSHELF,
    VY_SVF_BELL,
    VY_SVF_ALLPASS,
};

/// What one second-order section does. g == tan(pi w) * scale.
struct vy_svf_design {
    vy_f8 w, scale; ///< cutoff / sample rate; factor on g (shelves)
    vy_f8 g, k;
    vy_f8 m0, m1, m2;
};

/// State of one section.
struct vy_svf {
    vy_f8 s1, s2;
};

/// Nonlinear part of one section: band-dependent damping k + damp * s1^2, and an input saturator.
struct vy_svf_drive {
    vy_f8 gain, level, wet, damp; ///< into and out of the saturator; 0..1; >= 0
};

/// Design of a mode.
/// @param w     cutoff / sample rate; clamped to 0..0.49
/// @param k     1 / Q, > 0
/// @param root  sqrt of the shelf's or bell's gain factor, 10^(dB / 40); else not used
VY_INLINE struct vy_svf_design vy_svf_design(enum vy_svf_mode mode, vy_f8 w, vy_f8 k, vy_f8 root)
{
    struct vy_svf_design d = {.w = w, .scale = vy_set(1), .k = k};
    const vy_f8 one = vy_set(1);
    switch (mode) {
    case VY_SVF_LOWPASS: d.m2 = one; break;
    case VY_SVF_HIGHPASS: d.m0 = one, d.m1 = -k, d.m2 = -one; break;
    case VY_SVF_BANDPASS: d.m1 = k; break;
    case VY_SVF_NOTCH: d.m0 = one, d.m1 = -k; break;
    case VY_SVF_PEAK: d.m0 = -one, d.m1 = k, d.m2 = 2.0f * one; break;
    case VY_SVF_LOWSHELF:
        d.scale = 1.0f / vy_sqrt(root);
        d.m0 = one, d.m1 = k * (root - 1.0f), d.m2 = root * root - 1.0f;
        break;
    case VY_SVF_HIGHSHELF:
        d.scale = vy_sqrt(root);
        d.m0 = root * root, d.m1 = k * (1.0f - root) * root, d.m2 = 1.0f - root * root;
        break;
    case VY_SVF_BELL:
        d.k = k / root;
        d.m0 = one, d.m1 = d.k * (root * root - 1.0f);
        break;
    case VY_SVF_ALLPASS: d.m0 = one, d.m1 = -2.0f * k; break;
    }
    d.g = vy_tan_pi(w) * d.scale;
    return d;
}

/// True when the two differ in any lane.
VY_INLINE bool vy_svf_differs(const struct vy_svf_design *a, const struct vy_svf_design *b)
{
    return vy_any((a->g != b->g) | (a->k != b->k) | (a->m0 != b->m0) | (a->m1 != b->m1) |
                  (a->m2 != b->m2));
}

// Factors of the increments.
struct vy__svf_step {
    vy_f8 b1, b2, b3;
};

VY_INLINE struct vy__svf_step vy__svf_step(vy_f8 g, vy_f8 k)
{
    const vy_f8 b2 = (g + g) / (1.0f + g * (g + k));
    return (struct vy__svf_step){b2 * (g + k), b2, b2 * g};
}

VY_INLINE vy_f8 vy__svf_frame(struct vy_svf *s, const struct vy__svf_step *b, vy_f8 m0, vy_f8 half1,
                              vy_f8 half2, vy_f8 x)
{
    const vy_f8 v3 = x - s->s2;
    const vy_f8 s1 = s->s1 + (b->b2 * v3 - b->b1 * s->s1);
    const vy_f8 s2 = s->s2 + (b->b2 * s->s1 + b->b3 * v3);
    const vy_f8 y = m0 * x + (half1 * (s->s1 + s1) + half2 * (s->s2 + s2));
    s->s1 = s1;
    s->s2 = s2;
    return y;
}

/// One tick with nothing moving. `ng` (1, 2 or 4) is a constant at the call; in[i] may be out[i].
VY_INLINE void vy_svf_run_steady(struct vy_svf *const *state, const struct vy_svf_design *const *d,
                                 const vy_f8 *const *in, vy_f8 *const *out, const int ng)
{
    struct vy_svf s[4];
    struct vy__svf_step b[4];
    vy_f8 m0[4], m1[4], m2[4];
#pragma GCC unroll 4
    for (int i = 0; i < ng; i++) {
        s[i] = *state[i];
        b[i] = vy__svf_step(d[i]->g, d[i]->k);
        m0[i] = d[i]->m0;
        m1[i] = 0.5f * d[i]->m1;
        m2[i] = 0.5f * d[i]->m2;
    }
    for (uint32_t n = 0; n < VY_TICK; n++) {
#pragma GCC unroll 4
        for (int i = 0; i < ng; i++)
            out[i][n] = vy__svf_frame(&s[i], &b[i], m0[i], m1[i], m2[i], in[i][n]);
    }
#pragma GCC unroll 4
    for (int i = 0; i < ng; i++)
        *state[i] = s[i];
}

/// One tick on the way from one design to another: g, k and the mix move in straight lines, the
/// step is solved anew each frame (interpolated steps would not be passive).
/// `ng` (1 or 2) is a constant at the call; in[i] may be out[i].
VY_INLINE void vy_svf_run_moving(struct vy_svf *const *state,
                                 const struct vy_svf_design *const *from,
                                 const struct vy_svf_design *const *to, const vy_f8 *const *in,
                                 vy_f8 *const *out, const int ng)
{
    const float slice = 1.0f / (float)VY_TICK;
    struct vy_svf s[2];
    struct vy_svf_design at[2], step[2];
#pragma GCC unroll 2
    for (int i = 0; i < ng; i++) {
        s[i] = *state[i];
        at[i] = *from[i];
        at[i].m1 = 0.5f * at[i].m1;
        at[i].m2 = 0.5f * at[i].m2;
        step[i].g = (to[i]->g - from[i]->g) * slice;
        step[i].k = (to[i]->k - from[i]->k) * slice;
        step[i].m0 = (to[i]->m0 - from[i]->m0) * slice;
        step[i].m1 = (to[i]->m1 - from[i]->m1) * (0.5f * slice);
        step[i].m2 = (to[i]->m2 - from[i]->m2) * (0.5f * slice);
    }
    for (uint32_t n = 0; n < VY_TICK; n++) {
#pragma GCC unroll 2
        for (int i = 0; i < ng; i++) {
            at[i].g += step[i].g;
            at[i].k += step[i].k;
            at[i].m0 += step[i].m0;
            at[i].m1 += step[i].m1;
            at[i].m2 += step[i].m2;
            const struct vy__svf_step b = vy__svf_step(at[i].g, at[i].k);
            out[i][n] = vy__svf_frame(&s[i], &b, at[i].m0, at[i].m1, at[i].m2, in[i][n]);
        }
    }
#pragma GCC unroll 2
    for (int i = 0; i < ng; i++)
        *state[i] = s[i];
}

/// Input saturator x / sqrt(1 + x^2) with its aliasing reduced by the mean over each frame
/// (antiderivative method, Parker, Zavalishin, Le Bivic, DAFx 2016). For this curve the quotient
/// of differences simplifies to (a + b) / (sqrt(1 + a^2) + sqrt(1 + b^2)), which is never 0 / 0.
/// Adds half a frame of delay.
VY_INLINE vy_f8 vy_svf_saturate(vy_f8 *last, vy_f8 *last_root, vy_f8 x)
{
    const vy_f8 root = vy_sqrt(1.0f + x * x);
    const vy_f8 y = (x + *last) / (root + *last_root);
    *last = x;
    *last_root = root;
    return y;
}

/// One tick with everything that costs: cutoff modulation per frame and signal-dependent damping.
/// @param fm     octaves, or NULL
/// @param drive  [2] at the start and the end of the tick; only damp is used here
VY_INLINE void vy_svf_run_exact(struct vy_svf *state, const struct vy_svf_design *from,
                                const struct vy_svf_design *to, const struct vy_svf_drive *drive,
                                const vy_f8 *fm, const vy_f8 *in, vy_f8 *out)
{
    struct vy_svf s = *state;
    for (uint32_t n = 0; n < VY_TICK; n++) {
        const float t = (float)(n + 1) * (1.0f / (float)VY_TICK);
        vy_f8 g = from->g + (to->g - from->g) * t;
        if (fm) {
            const vy_f8 w = from->w + (to->w - from->w) * t;
            const vy_f8 scale = from->scale + (to->scale - from->scale) * t;
            g = vy_tan_pi(w * vy_exp2(fm[n])) * scale;
        }
        const vy_f8 damp = drive[0].damp + (drive[1].damp - drive[0].damp) * t;
        const vy_f8 bent = damp * vy_min(s.s1 * s.s1, vy_set(1e4f));
        const struct vy__svf_step b = vy__svf_step(g, from->k + (to->k - from->k) * t + bent);
        out[n] = vy__svf_frame(&s, &b, from->m0 + (to->m0 - from->m0) * t,
                               0.5f * (from->m1 + (to->m1 - from->m1) * t),
                               0.5f * (from->m2 + (to->m2 - from->m2) * t), in[n]);
    }
    *state = s;
}

#endif
