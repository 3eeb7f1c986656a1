// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The form of a piece: the cuts that leave the stretches between them most alike in themselves, at
// a price for each cut, found by dynamic programming over the whole piece; then equal letters for
// stretches that sound alike. A cut inside a bar and a length that is no round number of bars cost
// extra. The held last chord is a section of its own, "end".
#ifndef VY_LISTEN_SECTION_H
#define VY_LISTEN_SECTION_H

#include "listen/music.h"
#include "listen/steps.h"

/// Puts sections and the novelty of every step into `found`; none where the piece is too short to
/// have a form.
/// @param scratch  for what is not needed later
/// @return VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_section_find(const struct vy_steps *steps, double end_s,
                                        struct vy_arena *scratch, struct vy_arena *arena,
                                        struct vy_music_found *found);

#endif
