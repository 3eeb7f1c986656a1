// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The colour of a sound, whatever its pitch and level, as one vector: measures of every hop are
// averaged, each hop weighted by the fourth root of its energy, and projected to the directions in
// which instruments differ from each other more than notes of one instrument do (linear
// discriminant analysis; tools/train-timbre makes the table and says from what).
#ifndef VY_LISTEN_TIMBRE_H
#define VY_LISTEN_TIMBRE_H

#include "listen/timbre_frame.h"

#define VY_TIMBRE_RAW 151 ///< measures before the projection
#define VY_TIMBRE_DIM 64

struct vy_timbre;

VY_MUST_CHECK vy_status vy_timbre_new(const struct vy_hop_shape *shape, float low_hz, float high_hz,
                                      struct vy_timbre **timbre);

/// What a hop says, and taking it in: two steps, so that the second can come later.
void vy_timbre_hear(struct vy_timbre *timbre, const struct vy_hop *hop,
                    struct vy_timbre_frame *frame);
void vy_timbre_take(struct vy_timbre *timbre, const struct vy_timbre_frame *frame);

/// The measures so far. NaN = the sound does not say (no pitch, too short).
/// @return how many seconds of sound they rest on, silence left out
float vy_timbre_raw(const struct vy_timbre *timbre, float raw[VY_TIMBRE_RAW]);

/// @param vector  not of unit length yet
void vy_timbre_project(const float raw[VY_TIMBRE_RAW], float vector[VY_TIMBRE_DIM]);

/// Forget everything.
void vy_timbre_reset(struct vy_timbre *timbre);

void vy_timbre_destroy(struct vy_timbre *timbre); ///< NULL is fine

#endif
