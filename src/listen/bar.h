// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Bars: which beats are counted as one, and in how many. Each beat is judged by what sounds around
// it; the count that goes on best through the whole piece is found (Viterbi). The count may start
// anew, and the kind of bar change, at a price.
#ifndef VY_LISTEN_BAR_H
#define VY_LISTEN_BAR_H

#include "base/arena.h"
#include "base/status.h"
#include "listen/bar_judge.h"

struct vy_bars {
    double *downbeat_s; ///< in the arena
    uint32_t count;
    uint32_t beats_per_bar; ///< 0 = not found
    const char *metre;      ///< "4/4"; two beats in a bar are dotted quarters, "6/8"
    float confidence;       ///< 0..1
    uint8_t *position;      ///< [beats] of each beat in its bar, from 0; in the arena
};

/// @return VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_bar_find(const struct vy_bar_view *view, struct vy_arena *arena,
                                    struct vy_bars *bars);

#endif
