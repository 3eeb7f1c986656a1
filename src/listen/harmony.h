// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Tuning, chords and key of one piece: gathers the notes as hops come, answers at the end in two
// steps, because bars are found with the help of chords and chords with the help of bars.
#ifndef VY_LISTEN_HARMONY_H
#define VY_LISTEN_HARMONY_H

#include "listen/chroma.h"
#include "listen/music.h"

struct vy_harmony;

/// @return VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_harmony_new(const struct vy_hop_shape *shape,
                                       struct vy_harmony **harmony);
VY_MUST_CHECK vy_status vy_harmony_hop(struct vy_harmony *harmony, const struct vy_hop *hop);

/// The sound is over: tune and find the notes. Comes before all below.
/// @param view  borrowed until vy_harmony_clear
VY_MUST_CHECK vy_status vy_harmony_finish(struct vy_harmony *harmony, struct vy_chroma_view *view);

/// How likely the harmony changes at each beat.
/// @param beat    [beats] seconds, ascending; none is fine
/// @param change  [beats] 0..1
VY_MUST_CHECK vy_status vy_harmony_change(const struct vy_harmony *harmony, const double *beat,
                                          uint32_t beats, float *change);

/// Chords and key. Without beats chords are told on a grid of a third of a second.
/// @param found  its beats and downbeats are read; tuning, key and chords are written, in `arena`
VY_MUST_CHECK vy_status vy_harmony_find(const struct vy_harmony *harmony, struct vy_arena *arena,
                                        struct vy_music_found *found);

/// Forget all sound: the next hop is the first of another piece.
void vy_harmony_clear(struct vy_harmony *harmony);

void vy_harmony_destroy(struct vy_harmony *harmony); ///< NULL is fine

#endif
