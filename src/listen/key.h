// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The key of a piece: which of 24 explains its notes, its chords and its cadences best.
#ifndef VY_LISTEN_KEY_H
#define VY_LISTEN_KEY_H

#include "listen/chord.h"

struct vy_key {
    float share[VY_KEYS]; ///< sum 1
    int best;             ///< tonic, + 12 for minor
    float confidence;     ///< 0 = nothing here has a key
};

/// @param edge      [chords->slots + 1] seconds
/// @param from, to  the slots to look at, from < to; a piece's first and last chord count only when
///                  they are among them
void vy_key_find(const struct vy_chroma_view *chroma, const struct vy_chords *chords,
                 const double *edge, uint32_t from, uint32_t to, struct vy_key *key);

#endif
