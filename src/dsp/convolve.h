// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Stereo convolution with long impulse responses, without latency and with an even load.
//
// Two sizes of uniform partitions (W. G. Gardner, "Efficient convolution without input-output
// delay", 1995): the first 2048 frames in blocks of one tick, done at once; the rest in blocks of
// 1024. A big block's answer is due 2048 - 1024 frames after the block is complete, so its work is
// dealt out to the sixteen ticks in between: two transforms forward, the products, two back. Both
// use overlap-save with a line of past spectra.
#ifndef VY_DSP_CONVOLVE_H
#define VY_DSP_CONVOLVE_H

#include "dsp/lanes.h"

#include <fftw3.h>

#define VY_CONV_HEAD 32u    ///< small partitions at most
#define VY_CONV_BLOCK 1024u ///< frames of a big one

/// A stereo convolver. Host places it in zeroed memory, followed by vy_conv_bytes.
struct vy_conv {
    uint32_t head, tail; ///< partitions of each size
    uint32_t head_at;    ///< newest small spectrum
    uint32_t tail_at;    ///< newest big spectrum
    uint32_t tail_known; ///< big spectra since reset: older ones are silence and not even cleared
    uint32_t slot;       ///< tick within a big block
    bool job;            ///< a big block is being worked on
    fftwf_plan forth[2], back[2]; ///< small, big
    float *head_h[2], *head_x[2]; ///< [head][2][72]: real, imaginary
    float *tail_h[2], *tail_x[2]; ///< [tail][2][1032]
    float *window[2];             ///< [2048] last two big blocks
    float *heard[2];              ///< [1024] big block being collected
    float *play[2], *ready[2];    ///< [1024] answer being played, answer being made
    float *acc[2];                ///< [2][1032] products
    float *recent[2];             ///< [128] last two ticks
    float *time, *bins;           ///< scratch: [2048], [1025][2]
};

/// One frame of an impulse response: channel 0 or 1.
typedef float vy_conv_ir(const void *arg, uint32_t chan, uint32_t frame);

/// Bytes for an impulse response of `frames`.
VY_MAIN size_t vy_conv_bytes(uint32_t frames);

/// Prepare zeroed memory. Main thread only: FFTW plans are made here.
/// @return 0, or -1 when FFTW gave no plan
VY_MAIN int vy_conv_init(struct vy_conv *conv, void *mem, uint32_t frames, vy_conv_ir *ir,
                         const void *arg);
VY_MAIN void vy_conv_deinit(struct vy_conv *conv);

/// Back to the state after init.
VY_RT void vy_conv_reset(struct vy_conv *conv);

/// One tick; out must not be in.
VY_RT void vy_conv_tick(struct vy_conv *conv, const float (*restrict in)[VY_TICK],
                        float (*restrict out)[VY_TICK]);

#endif
