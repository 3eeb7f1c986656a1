// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// How the pulse is played: tempo from beat to beat, swing, and where in the bar players are early,
// late, loud.
#ifndef VY_LISTEN_GROOVE_H
#define VY_LISTEN_GROOVE_H

#include "base/arena.h"
#include "base/status.h"
#include "listen/music.h"
#include "listen/onset.h"

/// Writes tempo_curve of `found`, in `arena`; reads its beats.
VY_MUST_CHECK vy_status vy_groove_tempo(struct vy_arena *arena, struct vy_music_found *found);

/// Writes swing and groove of `found`, in `arena`; reads its beats and metre.
/// @param position  [found->beats] of each beat in its bar, from 0; NULL = bars are not known
VY_MUST_CHECK vy_status vy_groove_find(const struct vy_onset *onset, uint32_t onsets,
                                       const uint8_t *position, struct vy_arena *arena,
                                       struct vy_music_found *found);

#endif
