// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What comes again: stretches whose harmony and timbre run alike, step by step. The longest and
// most alike are told first and each moment repeats at most one other, so that a loop that comes
// sixty times is sixty short entries and not two thousand.
#ifndef VY_LISTEN_REPEAT_H
#define VY_LISTEN_REPEAT_H

#include "listen/music.h"
#include "listen/steps.h"

/// Puts repeat and repeats into `found`, in order of again_s.
/// @return VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_repeat_find(const struct vy_steps *steps, struct vy_arena *scratch,
                                       struct vy_arena *arena, struct vy_music_found *found);

#endif
