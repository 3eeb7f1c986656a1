// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A sound, or a region of one, as 128 numbers in which like things lie close: five aspects side by
// side, each of unit length, so that likeness is the cosine of each aspect and a weighted mean over
// them. The numbers of different names (VY_EMBED_NAME) must not be compared.
#ifndef VY_LISTEN_EMBED_H
#define VY_LISTEN_EMBED_H

#include "base/status.h"
#include "listen/hop.h"
#include "listen/timbre_frame.h"

#include <stdbool.h>

#define VY_EMBED_NAME "embed/1"
#define VY_EMBED_DIM 128
#define VY_EMBED_ALL_HZ 20000.0F     ///< high_hz of a region that is all of the spectrum
#define VY_EMBED_RATE VY_TIMBRE_RATE ///< Hz, the lowest sample rate

enum vy_aspect {
    VY_ASPECT_TIMBRE,     ///< colour, whatever the pitch and the level
    VY_ASPECT_RHYTHM,     ///< accents, whatever the tempo
    VY_ASPECT_PITCH,      ///< pitch classes and register
    VY_ASPECT_BRIGHTNESS, ///< centroid
    VY_ASPECT_LENGTH,     ///< of what is audible
};
#define VY_ASPECTS 5

/// One aspect: where it lies in the vector, and how much it counts unless asked otherwise.
struct vy_aspect_row {
    const char *name;
    uint32_t at, n;
    float weight;
};
extern const struct vy_aspect_row vy_aspects[VY_ASPECTS];

struct vy_embedding {
    float v[VY_EMBED_DIM]; ///< each aspect of unit length, or zeros where it is absent
    uint32_t has;          ///< bit 1 << aspect: the sound has this aspect (a drum has no pitch)
    float heard_s;         ///< seconds that were not silent; 0 = nothing is known
};

struct vy_embed;

/// @param shape  n_fft from 512; 2048 and 512 at 44.1 or 48 kHz is what the table was made with
/// @param low_hz, high_hz  of the region; 0 and VY_EMBED_ALL_HZ for all
/// @return VY_BAD_ARG, VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_embed_new(const struct vy_hop_shape *shape, float low_hz, float high_hz,
                                     struct vy_embed **embed);

/// Takes no memory.
void vy_embed_hop(struct vy_embed *embed, const struct vy_hop *hop);

/// The same in two steps, for an ear that learns later where a region ended: what the hop says,
/// and taking it in. @param mag  [bins] of the hop
void vy_embed_hear(struct vy_embed *embed, const struct vy_hop *hop, struct vy_timbre_frame *frame);
void vy_embed_take(struct vy_embed *embed, const struct vy_timbre_frame *frame, const float *mag);

/// The vector of what was heard so far; more may follow.
void vy_embed_read(const struct vy_embed *embed, struct vy_embedding *embedding);

/// Forget everything, for the next region.
void vy_embed_reset(struct vy_embed *embed);

void vy_embed_destroy(struct vy_embed *embed); ///< NULL is fine

/// Likeness of two sounds.
/// @param weight  [VY_ASPECTS] >= 0; NULL for those of vy_aspects
/// @param aspect  [VY_ASPECTS] cosine of each, -1..1; NaN where one of them lacks it; NULL is fine
/// @return weighted mean of the aspects that both have, -1..1; NaN when there is none
float vy_embed_score(const struct vy_embedding *a, const struct vy_embedding *b,
                     const float weight[VY_ASPECTS], float aspect[VY_ASPECTS]);

#endif
