// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rt/mix.h"

#include "dsp/lanes.h"

static bool same(struct vy_shape a, struct vy_shape b)
{
    return a.voices == b.voices && a.chans == b.chans;
}

static void add_same(vy_f8 *to, const vy_f8 *from, uint32_t groups, float gain, float step)
{
    for (uint32_t g = 0; g < groups; g++)
        for (uint32_t n = 0; n < VY_TICK; n++)
            to[g * VY_TICK + n] += from[g * VY_TICK + n] * (gain + step * (float)n);
}

static void add_one_to_all(vy_f8 *to, const vy_f8 *from, uint32_t groups, float gain, float step)
{
    for (uint32_t g = 0; g < groups; g++)
        for (uint32_t n = 0; n < VY_TICK; n++)
            to[g * VY_TICK + n] += vy_set(from[n][0] * (gain + step * (float)n));
}

// Any voices and channels into one voice.
static void add_summed(vy_f8 *to, uint32_t to_chans, const vy_f8 *from, struct vy_shape s,
                       float gain, float step)
{
    // lanes beyond the last voice hold anything: only whole groups and the real lanes count
    const float lanes = (float)(s.voices * s.chans - (s.groups - 1u) * 8u);
    const vy_i8 real = vy_iota() < lanes;
    const vy_f8 *const last = from + (s.groups - 1u) * VY_TICK;
    for (uint32_t n = 0; n < VY_TICK; n++) {
        vy_f8 sum = vy_select(real, last[n], vy_set(0));
        for (uint32_t g = 0; g + 1 < s.groups; g++)
            sum += from[g * VY_TICK + n];
        float left = 0, right = 0;
        if (s.chans == 1) {
            left = right = vy_sum(sum);
        } else {
            left = (sum[0] + sum[4]) + (sum[2] + sum[6]);
            right = (sum[1] + sum[5]) + (sum[3] + sum[7]);
        }
        const float gain_now = gain + step * (float)n;
        if (to_chans == 1)
            to[n][0] += (s.chans == 1 ? left : 0.5f * (left + right)) * gain_now;
        else
            to[n] += (vy_f8){left, right} * gain_now;
    }
}

// Which lane of the source a lane of the destination hears, when neither side is summed.
static uint32_t source_lane(uint32_t lane, struct vy_shape from, struct vy_shape to)
{
    const uint32_t voice = lane / to.chans, chan = lane % to.chans;
    const uint32_t v = from.voices == 1 ? 0 : voice % from.voices;
    return v * from.chans + (from.chans == 1 ? 0 : chan);
}

static void add_lanes(vy_f8 *to, struct vy_shape to_shape, const vy_f8 *from,
                      struct vy_shape from_shape, float gain, float step)
{
    for (uint32_t lane = 0; lane < (uint32_t)to_shape.voices * to_shape.chans; lane++) {
        const uint32_t source = source_lane(lane, from_shape, to_shape);
        vy_f8 *const t = to + (size_t)(lane / 8) * VY_TICK;
        const vy_f8 *const f = from + (size_t)(source / 8) * VY_TICK;
        for (uint32_t n = 0; n < VY_TICK; n++)
            t[n][lane % 8] += f[n][source % 8] * (gain + step * (float)n);
    }
}

void vy_mix_add(vy_f8 *to, struct vy_shape to_shape, const vy_f8 *from, struct vy_shape from_shape,
                float gain, float gain_end)
{
    const float step = (gain_end - gain) * (1.0f / (float)VY_TICK);
    if (same(to_shape, from_shape))
        add_same(to, from, to_shape.groups, gain, step);
    else if (to_shape.voices == 1 && (from_shape.voices > 1 || to_shape.chans == 1))
        add_summed(to, to_shape.chans, from, from_shape, gain, step);
    else if (from_shape.voices == 1 && from_shape.chans == 1)
        add_one_to_all(to, from, to_shape.groups, gain, step);
    else
        add_lanes(to, to_shape, from, from_shape, gain, step);
}

vy_f8 vy_mix_frame(const vy_f8 *from, struct vy_shape from_shape, struct vy_shape to_shape,
                   uint32_t group, uint32_t frame)
{
    if (same(to_shape, from_shape))
        return from[group * VY_TICK + frame];
    if (from_shape.voices == 1 && from_shape.chans == 1)
        return vy_set(from[frame][0]);
    vy_f8 y = vy_set(0);
    for (uint32_t i = 0; i < 8; i++) {
        const uint32_t lane = group * 8 + i;
        if (lane >= (uint32_t)to_shape.voices * to_shape.chans)
            break;
        const uint32_t source = source_lane(lane, from_shape, to_shape);
        y[i] = from[source / 8 * VY_TICK + frame][source % 8];
    }
    return y;
}

// a + x * 0. Whether it is fused does not matter here: only NaN or not is asked.
VY_INLINE vy_f8 poison(vy_f8 a, vy_f8 x)
{
#ifdef __FMA__
    return (vy_f8)_mm256_fmadd_ps((__m256)x, _mm256_setzero_ps(), (__m256)a);
#else
    return a + x * 0.0f;
#endif
}

bool vy_mix_finite(const vy_f8 *x, uint32_t groups)
{
    // x * 0 is 0 for finite numbers and NaN for the rest; a sum keeps the NaN
    vy_f8 a = vy_set(0), b = a, c = a, d = a;
    for (const vy_f8 *const end = x + (size_t)groups * VY_TICK; x < end; x += 8) {
        a = poison(poison(a, x[0]), x[4]);
        b = poison(poison(b, x[1]), x[5]);
        c = poison(poison(c, x[2]), x[6]);
        d = poison(poison(d, x[3]), x[7]);
    }
    const vy_f8 sum = (a + b) + (c + d);
    return !vy_any(sum != sum);
}
