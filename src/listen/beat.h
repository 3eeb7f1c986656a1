// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The pulse. Every onset, together with every beat length that it could have, is judged by what
// sounds around it at the quarters and thirds of that length; the best chain of such beats is
// found by dynamic programming, with the whole piece in view. A beat length may glide, and jump at
// a price. Where notes begin softly, as those of strings, a second reading takes a chain that is
// likely only in so far as there is a pulse at all, and says so with a low confidence; where
// nothing beats, there is no chain.
#ifndef VY_LISTEN_BEAT_H
#define VY_LISTEN_BEAT_H

#include "base/arena.h"
#include "base/status.h"
#include "listen/onset.h"
#include "listen/pulse.h"

#define VY_BEAT_FAINT 0.3F ///< a pulse that is no surer may be one of speech

/// The pulse that was found; count 0 = none.
struct vy_beats {
    double *at_s; ///< in the arena
    uint32_t count;
    float tempo_bpm;  ///< 60 / commonest beat
    float confidence; ///< 0..1, up to VY_BEAT_FAINT when the pulse is faint
};

/// @return VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_beat_find(const struct vy_pulse_view *view, const struct vy_onset *onset,
                                     uint32_t onsets, struct vy_arena *arena,
                                     struct vy_beats *beats);

#endif
