// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Where the energy of a piece turns. A drop: level, bass and beat come in at once. A break: they
// fall away. A build: level, treble or the number of notes rises steadily up to a drop or to the
// next section.
#ifndef VY_LISTEN_TURNING_H
#define VY_LISTEN_TURNING_H

#include "listen/music.h"
#include "listen/steps.h"

/// Puts turnings into `found`, in order of start_s. @param found  with its sections
/// @return VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_turning_find(const struct vy_steps *steps, struct vy_arena *scratch,
                                        struct vy_arena *arena, struct vy_music_found *found);

/// "build", "drop", "break".
const char *vy_turning_name(enum vy_turning_kind kind);

#endif
