// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Runs of samples at one end of a channel (listen/level.h says what a clipped run is). When a
// larger value comes, what was found below it was no ceiling, and counting begins anew.
#ifndef VY_LISTEN_CLIP_H
#define VY_LISTEN_CLIP_H

#include <stddef.h>
#include <stdint.h>

#define VY_CLIP_PLACES 16
#define VY_CLIP_STEP 0x1p-15f ///< one step of 16 bits

/// One end of one channel; zeroed is before the first sample.
struct vy_clip {
    float top;                       ///< the ceiling, within a step: largest value so far
    float before;                    ///< last sample outside the run
    uint64_t run, at;                ///< length of the run under way, its first frame
    uint64_t samples, runs, longest; ///< of all runs
    uint64_t place[VY_CLIP_PLACES];  ///< first frames of the first runs
    uint64_t place_frames[VY_CLIP_PLACES];
};

/// @param x     [n]; @param sign  1 or -1: which end
/// @param most  largest value of sign * x, so that most chunks are passed over
/// @param at    frame of x[0]
void vy_clip_take(struct vy_clip *clip, const float *x, size_t n, float sign, float most,
                  uint64_t at);

/// Close a run that is under way when the sound ends.
void vy_clip_end(struct vy_clip *clip);

#endif
