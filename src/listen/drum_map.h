// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Where in the bar the low and the bright drums fall: what tells four on the floor from a back-beat
// and a back-beat from half time.
#ifndef VY_LISTEN_DRUM_MAP_H
#define VY_LISTEN_DRUM_MAP_H

#include "listen/music.h"
#include "listen/onset.h"

/// Puts drum_map into `found`; its beats stay 0 where bars are not known.
/// @return VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_drum_map_find(const struct vy_onset_curves *curves,
                                         struct vy_arena *scratch, struct vy_music_found *found);

#endif
