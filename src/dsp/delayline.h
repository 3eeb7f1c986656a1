// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Delay lines: power-of-two rings with a mirrored head, so that any short run of frames can be read
// as one vector, whole ticks at a time or with an eight-point windowed-sinc interpolator.
//
// A ring is written either frame by frame (push) or tick by tick (write_tick); the latter needs
// nothing else to have moved the write position off multiples of VY_TICK.
// Interpolation: ideal fractional delay under a Kaiser window (Laakso, Valimaki, Karjalainen,
// Laine, "Splitting the unit delay", 1996); at whole delays it is exactly the stored frame.
#ifndef VY_DSP_DELAYLINE_H
#define VY_DSP_DELAYLINE_H

#include "dsp/lanes.h"

#include <string.h>

#define VY_RING_GUARD 128u ///< mirrored frames after the end
#define VY_TAPS_ROWS 256u  ///< fractions in the interpolation table
#define VY_TAPS_MIN 4u     ///< shortest delay vy_ring_read can make, frames

/// Eight floats at any address.
typedef float vy_f8u __attribute__((vector_size(32), aligned(4), may_alias));

/// A delay line; memory is the caller's: vy_ring_bytes(mask + 1).
struct vy_ring {
    float *data;
    uint32_t mask; ///< frames - 1
    uint32_t at;   ///< where the next frame goes
};

/// Interpolation weights: row r is for a fraction of r / VY_TAPS_ROWS frames. Shared table.
struct vy_taps {
    vy_f8 row[VY_TAPS_ROWS + 2];
};

/// Build the table (key "delay.taps"); for vy_cfg.shared.
VY_MAIN void vy_taps_build(void *table, const void *arg);

/// Frames of a ring that can delay by `most` frames, with room for a tick and the interpolator.
static inline uint32_t vy_ring_frames(double most)
{
    uint32_t frames = 2 * VY_RING_GUARD;
    while ((double)frames < most + 2.0 * VY_TICK)
        frames *= 2;
    return frames;
}

static inline size_t vy_ring_bytes(uint32_t frames)
{
    return vy_align64((frames + VY_RING_GUARD) * sizeof(float));
}

/// Place a ring in zeroed memory; returns the memory after it.
static inline void *vy_ring_place(struct vy_ring *ring, void *mem, uint32_t frames)
{
    *ring = (struct vy_ring){mem, frames - 1, 0};
    return (char *)mem + vy_ring_bytes(frames);
}

static inline void vy_ring_clear(struct vy_ring *ring)
{
    memset(ring->data, 0, vy_ring_bytes(ring->mask + 1));
    ring->at = 0;
}

VY_INLINE void vy_ring_push(struct vy_ring *ring, float x)
{
    const uint32_t at = ring->at;
    ring->data[at] = x;
    if (at < VY_RING_GUARD)
        ring->data[at + ring->mask + 1] = x;
    ring->at = (at + 1) & ring->mask;
}

/// The frame `delay` before the one that is written next, whole + fraction 0..1; whole >= 4.
VY_INLINE float vy_ring_read(const struct vy_ring *ring, const struct vy_taps *taps, uint32_t whole,
                             float fraction)
{
    const float p = fraction * (float)VY_TAPS_ROWS;
    const uint32_t r = (uint32_t)p;
    const vy_f8 w = taps->row[r] + (taps->row[r + 1] - taps->row[r]) * (p - (float)r);
    const vy_f8 x = *(const vy_f8u *)(ring->data + ((ring->at - whole - 4u) & ring->mask));
    return vy_sum(x * w);
}

/// Append one tick.
VY_INLINE void vy_ring_write_tick(struct vy_ring *ring, const float *x)
{
    memcpy(ring->data + ring->at, x, VY_TICK * sizeof *x);
    if (ring->at < VY_RING_GUARD)
        memcpy(ring->data + ring->at + ring->mask + 1, x, VY_TICK * sizeof *x);
    ring->at = (ring->at + VY_TICK) & ring->mask;
}

/// The tick that began `delay` frames before the next write position, as VY_TICK contiguous frames.
VY_INLINE const float *vy_ring_tick(const struct vy_ring *ring, uint32_t delay)
{
    return ring->data + ((ring->at - delay) & ring->mask);
}

/// A whole-frame delay that changes by crossfading between two read positions.
struct vy_hop {
    uint32_t now, next; ///< frames
    float fade;         ///< 0..1 on the way to next
};

#define VY_HOP_STEP (1.0f / 16.0f) ///< a hop takes 16 ticks

/// Ask for a delay; a running hop is finished first. Call once a tick, before reading.
VY_INLINE void vy_hop_to(struct vy_hop *hop, uint32_t frames)
{
    if (hop->fade >= 1.0f)
        *hop = (struct vy_hop){hop->next, hop->next, 0.0f};
    if (hop->fade == 0.0f)
        hop->next = frames;
}

/// One tick, either straight from the ring or, during a hop, mixed into `room` [VY_TICK]. The last
/// tick written is delay 0 when `written` is VY_TICK.
VY_INLINE const float *vy_hop_view(struct vy_hop *hop, const struct vy_ring *ring, uint32_t written,
                                   float *restrict room)
{
    const float *const a = vy_ring_tick(ring, hop->now + written);
    if (hop->now == hop->next)
        return a;
    const float *const b = vy_ring_tick(ring, hop->next + written);
    for (uint32_t n = 0; n < VY_TICK; n++) {
        const float f = hop->fade + VY_HOP_STEP / (float)VY_TICK * (float)n;
        room[n] = a[n] + (b[n] - a[n]) * f;
    }
    hop->fade += VY_HOP_STEP;
    return room;
}

/// The same, always copied to y.
VY_INLINE void vy_hop_read(struct vy_hop *hop, const struct vy_ring *ring, uint32_t written,
                           float *restrict y)
{
    const float *const x = vy_hop_view(hop, ring, written, y);
    if (x != y)
        memcpy(y, x, VY_TICK * sizeof *y);
}

#endif
