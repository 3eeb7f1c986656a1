// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// True peak: the largest value of the sound between its samples too, by four-times polyphase
// interpolation after ITU-R BS.1770-4 annex 2, with a longer filter (24 taps a phase, within
// 0.04 dB to 0.42 of the rate; the annex has 12). Stretches that cannot exceed what was found so
// far, by the largest sample near them times the filter's largest gain, are passed over: the
// reading is the same, the work is not done. The limiter has a filter of its own (dsp/truepeak.h),
// which must answer for each frame and not for the whole sound.
#ifndef VY_LISTEN_TRUE_PEAK_H
#define VY_LISTEN_TRUE_PEAK_H

#include <stdint.h>

#define VY_TRUE_PEAK_TAPS 24u
#define VY_TRUE_PEAK_PAST (VY_TRUE_PEAK_TAPS - 1u) ///< frames that are read before the first
#define VY_TRUE_PEAK_LATE (VY_TRUE_PEAK_TAPS / 2u) ///< frames from a sample to its reading
#define VY_TRUE_PEAK_STEP 16u                      ///< frames that are read or passed over at once

struct vy_true_peak_filter {
    float tap[VY_TRUE_PEAK_TAPS][3]; ///< oldest frame first; 1/4, 1/2, 3/4 of a frame on
    float most;                      ///< no reading exceeds the largest sample times this
};

void vy_true_peak_design(struct vy_true_peak_filter *filter);

/// The larger of `so_far` and the readings of `n` frames, samples themselves among them.
/// @param x  VY_TRUE_PEAK_PAST frames before it are read; finite
/// @param n  a multiple of VY_TRUE_PEAK_STEP
float vy_true_peak_run(const struct vy_true_peak_filter *filter, const float *x, uint32_t n,
                       float so_far);

#endif
