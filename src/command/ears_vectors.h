// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The vectors of a stretch of sound, from its hops. For ears.c.
#ifndef VY_COMMAND_EARS_VECTORS_H
#define VY_COMMAND_EARS_VECTORS_H

#include "listen/hop.h"
#include "store/vectors.h"

#define VY_EARS_VECTORS "mfcc/1" ///< who makes them

struct vy_ears_vectors;

VY_MUST_CHECK vy_status vy_ears_vectors_new(const struct vy_hop_shape *shape,
                                            struct vy_ears_vectors **vectors);
void vy_ears_vectors_hop(struct vy_ears_vectors *vectors, const struct vy_hop *hop);
/// @param row  f32 [vy_layout_floats] of vy_ears_layout
void vy_ears_vectors_read(struct vy_ears_vectors *vectors, float *row);
/// Forget what was heard.
void vy_ears_vectors_reset(struct vy_ears_vectors *vectors);
void vy_ears_vectors_destroy(struct vy_ears_vectors *vectors); ///< NULL is fine

#endif
