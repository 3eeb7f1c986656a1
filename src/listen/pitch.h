// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The pitch of one voice over time: how well a stretch of sound fits itself a period later
// (McLeod, Wyvill, "A smarter way to find pitch", ICMC 2005). A missing fundamental is heard, as
// by people. Of several voices at once it says that it is not sure.
#ifndef VY_LISTEN_PITCH_H
#define VY_LISTEN_PITCH_H

#include "base/status.h"
#include "listen/hop.h"

#define VY_PITCH_EVERY 2     ///< hops from one frame to the next
#define VY_PITCH_LOW_HZ 45.0 ///< lowest pitch told
#define VY_PITCH_HIGH_HZ 2000.0
#define VY_PITCH_VOICED 0.5f ///< a frame of at least this confidence has a pitch

struct vy_pitch_frame {
    uint64_t index;   ///< its centre is at index * VY_PITCH_EVERY hops
    float hz;         ///< the best guess; 0 = none
    float confidence; ///< 0..1
};

/// Gets every frame, in order.
typedef void vy_pitch_fn(void *arg, const struct vy_pitch_frame *frame);

/// All frames together. Pitches are NAN when no frame is voiced.
struct vy_pitch_summary {
    uint64_t frames, voiced;
    float share;             ///< voiced part of the frames, 0..1
    float median_hz;         ///< of the voiced frames
    float low_hz, high_hz;   ///< 5 % of them lie below, 5 % above
    float confidence;        ///< their mean, 0 when there are none
    float tuning_cents;      ///< of A4 = 440 Hz, -50 .. 50
    float tuning_confidence; ///< how well they agree on it
    const char *why;         ///< NAN: the reason
};

struct vy_pitch;

/// @param fn  may be NULL
/// @return VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_pitch_new(const struct vy_hop_shape *shape, vy_pitch_fn *fn, void *arg,
                                     struct vy_pitch **pitch);
void vy_pitch_hop(struct vy_pitch *pitch, const struct vy_hop *hop);

/// The frames that reach over the end. Nothing may be pushed after it.
void vy_pitch_finish(struct vy_pitch *pitch, struct vy_pitch_summary *summary);

void vy_pitch_destroy(struct vy_pitch *pitch); ///< NULL is fine

#endif
