// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Planar sound of any block size, gathered to chunks of one size: what an ear finds does not depend
// on how the sound was cut. What is no number becomes 0 and is counted.
#ifndef VY_LISTEN_CHUNKS_H
#define VY_LISTEN_CHUNKS_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

#define VY_EAR_CHANS 8 ///< most channels of a sound

/// Chunk `at` its own place: the frames before it, `past` of them, stay readable.
struct vy_chunks {
    float *wave;     ///< owned; [chans][past + size + past], the last part always zeros
    uint32_t chans;  ///< 1..VY_EAR_CHANS
    uint32_t size;   ///< frames in a chunk
    uint32_t past;   ///< frames kept before it, 0..size
    uint32_t held;   ///< frames of the next chunk
    uint64_t frames; ///< all that were pushed
    uint64_t nans, infs;
};

/// Gets every full chunk: chunks->size frames at vy_chunks_chan().
typedef void vy_chunks_fn(void *arg);

/// @return VY_BAD_ARG, VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_chunks_init(struct vy_chunks *chunks, uint32_t chans, uint32_t size,
                                       uint32_t past);
void vy_chunks_clear(struct vy_chunks *chunks); ///< gives the memory back; a zeroed one is fine

/// The chunk of a channel; `past` frames before it and as many after `held` may be read.
static inline float *vy_chunks_chan(const struct vy_chunks *chunks, uint32_t c)
{
    return chunks->wave + (size_t)c * (chunks->past + chunks->size + chunks->past) + chunks->past;
}

/// @param chan  [chans][n] planar f32; channels the ear has not are left out, missing ones are 0
void vy_chunks_push(struct vy_chunks *chunks, const float *const chan[], uint32_t chans, size_t n,
                    vy_chunks_fn *fn, void *arg);

/// Zeros from `held` on, so that the frames after the last may be read. Does no harm in between.
void vy_chunks_pad(const struct vy_chunks *chunks);

#endif
