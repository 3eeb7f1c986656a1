// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A tick of a VY_STEREO module as two plain arrays. Detectors and gain curves are vectorised over
// time (eight frames a vector) instead of over lanes, of which there are only two.
#ifndef VY_DSP_STEREO_H
#define VY_DSP_STEREO_H

#include "dsp/lanes.h"

#define VY_TICK_VECTORS (VY_TICK / 8u)

/// One value a frame, readable as floats and as vectors of eight frames.
union vy_tick {
    float f[VY_TICK];
    vy_f8 v[VY_TICK_VECTORS];
};

struct vy_stereo {
    union vy_tick left, right;
};

/// Lanes 0 and 1 of a cable; silence when not connected.
VY_INLINE void vy_stereo_read(struct vy_stereo *s, const vy_f8 *in)
{
    for (uint32_t n = 0; n < VY_TICK; n++) {
        s->left.f[n] = in ? in[n][0] : 0.0f;
        s->right.f[n] = in ? in[n][1] : 0.0f;
    }
}

VY_INLINE void vy_stereo_write(vy_f8 *out, const struct vy_stereo *s)
{
    for (uint32_t n = 0; n < VY_TICK; n++)
        out[n] = (vy_f8){s->left.f[n], s->right.f[n]};
}

/// A curve that is the same for both channels.
VY_INLINE void vy_stereo_write_both(vy_f8 *out, const union vy_tick *x)
{
    for (uint32_t n = 0; n < VY_TICK; n++)
        out[n] = (vy_f8){x->f[n], x->f[n]};
}

/// A parameter of lane 0 as a curve over time: frames 8i..8i+7.
VY_INLINE vy_f8 vy_ramp_over_time(const struct vy_io *io, uint32_t param, uint32_t i)
{
    const struct vy_ramp r = vy_ramp_of(io, param, 0);
    return vy_set(r.v[0]) + r.dv[0] * (vy_iota() + (float)(8 * i));
}

/// 1 - exp(-1 / frames): step of a one-pole that covers 63 % of its way in `frames`. Written so
/// that long times keep full precision.
VY_INLINE vy_f8 vy_pole_step(vy_f8 frames)
{
    const vy_f8 u = 1.0f / vy_max(frames, vy_set(1e-3f));
    const vy_f8 series = u * (1.0f - u * (0.5f - u * (1.0f / 6.0f - u * (1.0f / 24.0f))));
    return vy_select(u < 0.1f, series, 1.0f - vy_exp2(u * -1.44269504f));
}

VY_INLINE float vy_pole_step1(float frames)
{
    return vy_pole_step(vy_set(frames))[0];
}

#endif
