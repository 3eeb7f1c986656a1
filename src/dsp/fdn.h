// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A feedback delay network of sixteen lines: the tail of a reverb.
//
// Lines are read and written a tick at a time, mixed by a Hadamard matrix (energy-preserving, every
// line feeds every other) and absorbed so that each loses, per frame of its length, what the wanted
// decay asks for at each frequency (Jot, Chaigne, "Digital delay networks for designing artificial
// reverberators", 1991): a low shelf, a high shelf and a gain, scaled to be exact at 1 kHz. Half of
// the lines breathe slowly, which blurs the modes. Lengths are primes around a geometric series,
// made for every size beforehand; a change of size crossfades.
#ifndef VY_DSP_FDN_H
#define VY_DSP_FDN_H

#include "dsp/delayline.h"

#define VY_FDN_LINES 16u
#define VY_FDN_SIZES 33u ///< steps of size

/// Knobs of one tick.
struct vy_fdn_knobs {
    float size;      ///< 0..1
    float decay_s;   ///< time to -60 dB at 1 kHz
    float bass;      ///< decay of the lows, times decay_s
    float bass_hz;   ///< where lows begin
    float treble;    ///< decay of the highs, times decay_s
    float treble_hz; ///< where highs begin
    float rate_hz;   ///< speed of the breathing
    float depth;     ///< 0..1
};

/// The network. Host places it in zeroed memory, followed by vy_fdn_line_bytes.
struct vy_fdn {
    vy_f8 b0[2], b1[2], b2[2], a1[2], a2[2], s1[2], s2[2]; // high shelf
    vy_f8 c0[2], c1[2], d1[2], t[2];                       // low shelf, gain
    vy_f8 phase, sway; // breathing of lines 8..15: turns, frames
    struct vy_ring line[VY_FDN_LINES];
    struct vy_hop hop[VY_FDN_LINES];
    uint32_t length[VY_FDN_SIZES][VY_FDN_LINES]; // frames
    struct vy_fdn_knobs made;                    // what the coefficients are for
    float sr_hz;
    uint32_t step; // of size
    bool running;
};

/// Scale of the room at a size 0..1: 0.35 .. 1.75.
VY_RT float vy_fdn_scale(float size);

/// Bytes of delay memory at a sample rate.
VY_MAIN size_t vy_fdn_line_bytes(float sr_hz);

/// Prepare zeroed memory; `lines` has vy_fdn_line_bytes and 64-byte alignment.
VY_MAIN void vy_fdn_init(struct vy_fdn *fdn, float sr_hz, void *lines);

/// Back to the state after init.
VY_RT void vy_fdn_reset(struct vy_fdn *fdn);

/// One tick.
/// @param in   [2][VY_TICK] left, right
/// @param out  [2][VY_TICK]
VY_RT void vy_fdn_tick(struct vy_fdn *fdn, const struct vy_fdn_knobs *knobs,
                       const float (*restrict in)[VY_TICK], float (*restrict out)[VY_TICK]);

#endif
