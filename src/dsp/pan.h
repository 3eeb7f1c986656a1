// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Lanes to stereo: every lane gets a left and a right gain, all lanes are summed.
//
// Equal power: position p in -1..1 gives cos and sin of (p + 1) pi / 4, so that L^2 + R^2 = 1. The
// horizontal sums are the only awkward part; they are done for four frames at a time, where a tree
// of pairwise adds leaves exactly one vector holding L and R of all four.
#ifndef VY_DSP_PAN_H
#define VY_DSP_PAN_H

#include "dsp/lanes.h"

#define VY_PAN_GROUPS (VY_MAX_LANES / VY_GROUP)

/// Gains of all lanes of one cable.
struct vy_pan_gains {
    vy_f8 left[VY_PAN_GROUPS], right[VY_PAN_GROUPS];
};

/// Where a cable's lanes go.
struct vy_pan_place {
    float pan, spread, width; ///< -1..1, 0..1, 0..1
    float gain;               ///< factor
    struct vy_shape shape;
};

VY_INLINE bool vy_pan_same_place(const struct vy_pan_place *a, const struct vy_pan_place *b)
{
    return a->pan == b->pan && a->spread == b->spread && a->width == b->width &&
           a->gain == b->gain && a->shape.voices == b->shape.voices &&
           a->shape.chans == b->shape.chans;
}

/// Gains of a place. Voice i of N stands at pan + spread * (2 i / (N - 1) - 1). The channels of a
/// stereo voice stand at its left and right, `width` apart as far as the edges leave room.
VY_INLINE void vy_pan_gains(struct vy_pan_gains *to, const struct vy_pan_place *at)
{
    const uint32_t voices = at->shape.voices, chans = at->shape.chans;
    const float apart = voices > 1 ? 2.0f / (float)(voices - 1) : 0.0f;
    for (uint32_t g = 0; g < at->shape.groups && g < VY_PAN_GROUPS; g++) {
        const vy_f8 lane = vy_iota() + (float)(g * VY_GROUP);
        const vy_f8 voice = chans == 2 ? vy_floor(lane * 0.5f) : lane;
        const vy_f8 side = chans == 2 ? (lane - 2.0f * voice) * 2.0f - 1.0f : vy_set(0);
        vy_f8 p = vy_set(at->pan);
        if (voices > 1)
            p = p + at->spread * (voice * apart - 1.0f);
        p = vy_clamp(p, -1.0f, 1.0f);
        p = p + side * at->width * (1.0f - vy_abs(p));
        const vy_f8 level = vy_select(lane < (float)(voices * chans), vy_set(at->gain), vy_set(0));
        const vy_f8 turns = (p + 1.0f) * 0.125f;
        to->left[g] = vy_sin_quarter(0.25f - turns) * level;
        to->right[g] = vy_sin_quarter(turns) * level;
    }
}

// a0+a1 a2+a3 b0+b1 b2+b3 of each half
VY_INLINE vy_f8 vy__pan_pairs(vy_f8 a, vy_f8 b)
{
    return __builtin_shufflevector(a, b, 0, 2, 8, 10, 4, 6, 12, 14) +
           __builtin_shufflevector(a, b, 1, 3, 9, 11, 5, 7, 13, 15);
}

// Sums of v[0..7], in order.
VY_INLINE vy_f8 vy__pan_sums(const vy_f8 v[8])
{
    const vy_f8 a = vy__pan_pairs(vy__pan_pairs(v[0], v[1]), vy__pan_pairs(v[2], v[3]));
    const vy_f8 b = vy__pan_pairs(vy__pan_pairs(v[4], v[5]), vy__pan_pairs(v[6], v[7]));
    return __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11) +
           __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
}

// Four frames [L0 R0 .. L3 R3] to four vectors of which lanes 0 and 1 count.
VY_INLINE void vy__pan_write(vy_f8 y, vy_f8 *out, bool add)
{
    const vy_f8 z = vy_set(0);
    const vy_f8 y0 = __builtin_shufflevector(y, z, 0, 1, 8, 8, 8, 8, 8, 8);
    const vy_f8 y1 = __builtin_shufflevector(y, z, 2, 3, 8, 8, 8, 8, 8, 8);
    const vy_f8 y2 = __builtin_shufflevector(y, z, 4, 5, 8, 8, 8, 8, 8, 8);
    const vy_f8 y3 = __builtin_shufflevector(y, z, 6, 7, 8, 8, 8, 8, 8, 8);
    out[0] = add ? out[0] + y0 : y0;
    out[1] = add ? out[1] + y1 : y1;
    out[2] = add ? out[2] + y2 : y2;
    out[3] = add ? out[3] + y3 : y3;
}

VY_INLINE void vy__pan_run(const struct vy_pan_gains *from, const struct vy_pan_gains *to,
                           const vy_f8 *in, uint32_t groups, bool moving, bool add, vy_f8 *out)
{
    for (uint32_t n = 0; n < VY_TICK; n += 4) {
        vy_f8 v[8] = {0};
        for (uint32_t g = 0; g < groups; g++) {
            const vy_f8 *const x = in + (size_t)g * VY_TICK + n;
            const vy_f8 dl = to->left[g] - from->left[g], dr = to->right[g] - from->right[g];
#pragma GCC unroll 4
            for (uint32_t i = 0; i < 4; i++) {
                const float t = (float)(n + i + 1) * (1.0f / (float)VY_TICK);
                v[2 * i] = vy_fma(x[i], moving ? from->left[g] + dl * t : to->left[g], v[2 * i]);
                v[2 * i + 1] =
                    vy_fma(x[i], moving ? from->right[g] + dr * t : to->right[g], v[2 * i + 1]);
            }
        }
        vy__pan_write(vy__pan_sums(v), out + n, add);
    }
}

/// A cable on its way to stereo; keeps the gains of the last tick to move from.
struct vy_pan {
    struct vy_pan_gains gains[2]; ///< [now] is valid after the first tick
    struct vy_pan_place place;
    uint32_t now;
    bool known;
};

/// Pan and sum one tick of a cable into lanes 0 and 1 of out (other lanes 0).
/// @param in   [groups][VY_TICK], or NULL for silence
/// @param add  add to out instead of writing it
VY_INLINE void vy_pan_run(struct vy_pan *s, const struct vy_pan_place *place, const vy_f8 *in,
                          bool add, vy_f8 *out)
{
    if (!in) {
        for (uint32_t n = 0; n < VY_TICK && !add; n++)
            out[n] = vy_set(0);
        s->known = false;
        return;
    }
    const bool still = s->known && vy_pan_same_place(&s->place, place);
    const bool jump = !s->known || s->place.shape.voices != place->shape.voices ||
                      s->place.shape.chans != place->shape.chans;
    const struct vy_pan_gains *const from = &s->gains[s->now];
    if (!still) {
        s->now ^= 1u;
        vy_pan_gains(&s->gains[s->now], place);
        s->place = *place;
        s->known = true;
    }
    const struct vy_pan_gains *const to = &s->gains[s->now];
    if (still || jump)
        vy__pan_run(to, to, in, place->shape.groups, false, add, out);
    else
        vy__pan_run(from, to, in, place->shape.groups, true, add, out);
}

#endif
