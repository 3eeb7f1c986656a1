// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// White, pink and brown noise, eight lanes at a time.
//
// White noise is a pure function of (stream, lane, frame), so it repeats whatever runs before it.
// Pink noise is white noise through alternating poles and zeros: a pole followed by a zero an
// octave above, every two octaves, falls by 3 dB an octave on average with a ripple of hundredths
// of a dB. Near Nyquist the spacing cannot hold; the two topmost pairs were fitted (minimax, up to
// 0.8 Nyquist, 0.065 dB peak to peak). Corners are relative to the sample rate, so the fit holds at
// any rate; pairs are added downwards until the last pole lies below LOW_HZ.
#ifndef VY_DSP_NOISE_H
#define VY_DSP_NOISE_H

#include "dsp/lanes.h"

#include "base/rng.h"

#define VY_NOISE_PAIRS 10

/// A chain of first-order sections (1 - zero / z) / (1 - pole / z) with a gain in front of it.
struct vy_noise_colour {
    float pole[VY_NOISE_PAIRS], zero[VY_NOISE_PAIRS];
    uint32_t pairs;
    float gain; ///< makes the result's RMS 1
};

/// Last input of each section and last output of the whole; zero it to start.
struct vy_noise_state {
    vy_f8 last[VY_NOISE_PAIRS + 1];
};

/// Two keys a lane.
struct vy_noise_stream {
    vy_u8 a, b;
};

VY_MAIN void vy_noise_white(struct vy_noise_colour *c);              ///< flat
VY_MAIN void vy_noise_pink(struct vy_noise_colour *c, float sr_hz);  ///< -3 dB an octave
VY_MAIN void vy_noise_brown(struct vy_noise_colour *c, float sr_hz); ///< -6 dB an octave

/// Keys of the eight lanes of group `group`.
VY_INLINE struct vy_noise_stream vy_noise_stream(uint64_t seed, uint32_t group)
{
    struct vy_noise_stream s = {0};
    for (uint32_t i = 0; i < VY_GROUP; i++) {
        const uint64_t key = vy_rng_u64(seed, (uint64_t)group * VY_GROUP + i);
        s.a[i] = (uint32_t)key;
        s.b[i] = (uint32_t)(key >> 32);
    }
    return s;
}

/// Uniform in -1..1 for one frame. Two rounds of the MurmurHash3 finaliser's multipliers (Appleby,
/// public domain) with a second key between them, so that no lane is another one shifted.
VY_INLINE vy_f8 vy_noise_at(const struct vy_noise_stream *s, uint32_t frame)
{
    vy_u8 x = (frame + s->a) * 0x85ebca6bu;
    x = (x ^ (x >> 13) ^ s->b) * 0xc2b2ae35u;
    x = (x ^ (x >> 16)) * 0x85ebca6bu;
    x = x ^ (x >> 15);
    return vy_to_float((vy_i8)x) * 0x1p-31f;
}

/// One frame of colour.
VY_INLINE vy_f8 vy_noise_filter(const struct vy_noise_colour *c, struct vy_noise_state *s, vy_f8 x)
{
    x = x * c->gain;
    for (uint32_t k = 0; k < c->pairs; k++) {
        const vy_f8 y = x - s->last[k] * c->zero[k] + s->last[k + 1] * c->pole[k];
        s->last[k] = x;
        x = y;
    }
    s->last[c->pairs] = x;
    return x;
}

#endif
