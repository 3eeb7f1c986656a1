// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Level of a stereo signal for dynamics processors: peak without ripple, or RMS.
//
// Peak: two chains of allpasses that stay 90 degrees apart make an analytic signal whose magnitude
// is the envelope: a steady sine reads as a steady level and there is no hold that would smear
// attacks. The chains are a half-band pair turned by 90 degrees (z -> jz: Regalia, "Special filter
// designs", in Mitra, Kaiser, "Handbook for digital signal processing", 1993). Below about 25 Hz
// the pair loses quadrature, and steps overshoot: the reading is kept between |x| now and the
// largest |x| of the last 30 ms. RMS: mean square through a one-pole, true RMS (a full-scale sine
// reads -3 dB). Channels are linked by their maximum.
#ifndef VY_DSP_ENVELOPE_FOLLOWER_H
#define VY_DSP_ENVELOPE_FOLLOWER_H

#include "dsp/stereo.h"

#define VY_PEAK_SECTIONS 5
#define VY_PEAK_TICKS 192 ///< 30 ms at 384 kHz

struct vy_peak {
    vy_f8 coef[VY_PEAK_SECTIONS];        ///< lanes: in-phase L, R, quadrature L, R
    vy_f8 node[VY_PEAK_SECTIONS + 1][2]; ///< between sections, even and odd frames
    vy_f8 late;                          ///< last frame, for the delayed chain
    float top[VY_PEAK_TICKS];            ///< largest |x| of past ticks
    uint32_t ticks, at;
};

void vy_peak_init(struct vy_peak *p, float sr_hz);
void vy_peak_reset(struct vy_peak *p);

VY_INLINE float vy__peak_square(struct vy_peak *p, float left, float right, int parity)
{
    vy_f8 x = {left, right, p->late[0], p->late[1]};
    p->late = x;
    for (int i = 0; i < VY_PEAK_SECTIONS; i++) {
        const vy_f8 y = p->coef[i] * (x + p->node[i + 1][parity]) - p->node[i][parity];
        p->node[i][parity] = x;
        x = y;
    }
    p->node[VY_PEAK_SECTIONS][parity] = x;
    const vy_f8 square = x * x;
    const float l = square[0] + square[2], r = square[1] + square[3];
    return l > r ? l : r;
}

/// Peak level of one tick, linear.
static inline void vy_peak_run(struct vy_peak *p, const struct vy_stereo *x, union vy_tick *level)
{
    for (uint32_t n = 0; n < VY_TICK; n += 2) {
        level->f[n] = vy__peak_square(p, x->left.f[n], x->right.f[n], 0);
        level->f[n + 1] = vy__peak_square(p, x->left.f[n + 1], x->right.f[n + 1], 1);
    }
    float most = 0.0f, top = 0.0f;
    for (uint32_t i = 0; i < p->ticks; i++)
        most = p->top[i] > most ? p->top[i] : most;
    for (uint32_t i = 0; i < VY_TICK_VECTORS; i++)
        level->v[i] = vy_sqrt(level->v[i]);
    for (uint32_t n = 0; n < VY_TICK; n++) {
        const float l = __builtin_fabsf(x->left.f[n]), r = __builtin_fabsf(x->right.f[n]);
        const float now = l > r ? l : r;
        top = now > top ? now : top;
        most = now > most ? now : most;
        float y = level->f[n];
        y = y < most ? y : most;
        level->f[n] = y > now ? y : now;
    }
    p->top[p->at] = top;
    p->at = p->at + 1 < p->ticks ? p->at + 1 : 0;
}

struct vy_rms {
    double left, right; // mean squares
};

/// RMS level of one tick, linear. `step` from vy_pole_step.
static inline void vy_rms_run(struct vy_rms *s, const struct vy_stereo *x, float step,
                              union vy_tick *level)
{
    for (uint32_t n = 0; n < VY_TICK; n++) {
        const double l = (double)x->left.f[n], r = (double)x->right.f[n];
        s->left += (double)step * (l * l - s->left);
        s->right += (double)step * (r * r - s->right);
        level->f[n] = (float)(s->left > s->right ? s->left : s->right);
    }
    for (uint32_t i = 0; i < VY_TICK_VECTORS; i++)
        level->v[i] = vy_sqrt(level->v[i]);
}

#endif
