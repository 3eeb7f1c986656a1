// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A low cut and a high cut of 6 dB an octave for the loops of delays and the doors of reverbs.
// Both fade out of the path at the ends of their ranges, where the pair becomes a wire.
// One-pole filters in trapezoidal form (Zavalishin, "The Art of VA Filter Design").
#ifndef VY_DSP_CUTS_H
#define VY_DSP_CUTS_H

#include "dsp/lanes.h"

#define VY_CUT_LOW_HZ 20.0f     ///< low cut is off here
#define VY_CUT_HIGH_HZ 20000.0f ///< high cut is off here

/// Coefficients, each with its step a frame.
struct vy_cuts {
    float low, low_step, low_in, low_in_step;       ///< low cut: pole, share in the path
    float high, high_step, high_off, high_off_step; ///< high cut: pole, share around it
};

/// One channel's memory.
struct vy_cuts_state {
    float low, high;
};

VY_INLINE float vy_cut_pole(float hz, float sr_hz)
{
    const float g = vy_tan_pi(vy_set(hz / sr_hz))[0];
    return g / (1.0f + g);
}

VY_INLINE float vy_cut_clip(float x)
{
    return x < 0.0f ? 0.0f : x > 1.0f ? 1.0f : x;
}

/// Coefficients for one tick from the cutoffs at its ends (Hz).
VY_INLINE struct vy_cuts vy_cuts_make(float low0, float low1, float high0, float high1, float sr_hz)
{
    const float per = 1.0f / (float)VY_TICK;
    struct vy_cuts c;
    c.low = vy_cut_pole(low0, sr_hz);
    c.low_step = (vy_cut_pole(low1, sr_hz) - c.low) * per;
    c.low_in = vy_cut_clip((low0 - VY_CUT_LOW_HZ) * 0.2f);
    c.low_in_step = (vy_cut_clip((low1 - VY_CUT_LOW_HZ) * 0.2f) - c.low_in) * per;
    c.high = vy_cut_pole(high0, sr_hz);
    c.high_step = (vy_cut_pole(high1, sr_hz) - c.high) * per;
    c.high_off = vy_cut_clip((high0 - 0.8f * VY_CUT_HIGH_HZ) * (5.0f / VY_CUT_HIGH_HZ));
    c.high_off_step =
        (vy_cut_clip((high1 - 0.8f * VY_CUT_HIGH_HZ) * (5.0f / VY_CUT_HIGH_HZ)) - c.high_off) * per;
    return c;
}

/// One frame of one channel; n is the frame in the tick.
VY_INLINE float vy_cuts_run(const struct vy_cuts *c, struct vy_cuts_state *s, float x, float n)
{
    // the states are advanced as s (1 - 2G) + 2G x: the shortest chain from frame to frame
    const float g = c->low + c->low_step * n, low = s->low + (x - s->low) * g;
    s->low = s->low * (1.0f - 2.0f * g) + 2.0f * g * x;
    const float y = x - low * (c->low_in + c->low_in_step * n);
    const float k = c->high + c->high_step * n, high = s->high + (y - s->high) * k;
    s->high = s->high * (1.0f - 2.0f * k) + 2.0f * k * y;
    return high + (y - high) * (c->high_off + c->high_off_step * n);
}

/// Gains of dry and wet at `mix`, for sounds that do not resemble each other: the ends are exact,
/// the middle keeps about equal power.
VY_INLINE float vy_mix_dry(float mix)
{
    return 1.0f - mix * mix;
}

VY_INLINE float vy_mix_wet(float mix)
{
    return mix * (2.0f - mix);
}

#endif
