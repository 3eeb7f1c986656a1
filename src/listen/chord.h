// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Which chord sounds when: a hidden Markov model over a grid of slots (beats, or parts of them).
// What a slot sounds like is compared with the notes that a chord has, in the middle register and
// in the bass; chords like to stay, to move by fifths and to belong to the key.
#ifndef VY_LISTEN_CHORD_H
#define VY_LISTEN_CHORD_H

#include "base/arena.h"
#include "listen/chroma.h"

enum vy_chord_kind {
    VY_CHORD_MAJ,
    VY_CHORD_MIN,
    VY_CHORD_7,
    VY_CHORD_MAJ7,
    VY_CHORD_MIN7,
    VY_CHORD_HDIM7,
    VY_CHORD_DIM,
    VY_CHORD_AUG,
    VY_CHORD_SUS4,
    VY_CHORD_SUS2
};
#define VY_CHORD_KINDS 10
#define VY_SEVENTHS_USUAL 0.25f             ///< share of chords of four notes when nothing is known
#define VY_CHORD_NONE (12 * VY_CHORD_KINDS) ///< the state without a chord
#define VY_CHORD_STATES (VY_CHORD_NONE + 1) ///< state = kind * 12 + root
#define VY_KEYS 24                          ///< key = tonic, + 12 for minor

/// Where chords may begin.
struct vy_chord_grid {
    const double *edge; ///< [slots + 1] seconds, ascending
    uint32_t slots;
    const float *weight; ///< [slots] how much likelier than usual a change is at edge i, as a
                         ///< natural logarithm; NULL = equal
    const float (*key)[VY_KEYS]; ///< [parts] share of each key, sum 1; NULL = not known
    double part_s;               ///< part i of the piece, from i * part_s on; the last has no end
    uint32_t parts;
    float sevenths; ///< share of chords of four notes in such music, 0..1
};

/// What was found, in the arena.
struct vy_chords {
    uint32_t slots;
    float sevenths;                  ///< share of the time with chords of four notes
    struct vy_chroma_frame *mean;    ///< [slots]
    uint8_t *state;                  ///< [slots] the likeliest path
    float *change;                   ///< [slots] chance that a chord begins at edge i
    float (*share)[VY_CHORD_STATES]; ///< [slots] chance of each state
};

/// @return VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_chord_find(const struct vy_chroma_view *chroma,
                                      const struct vy_chord_grid *grid, struct vy_arena *arena,
                                      struct vy_chords *chords);

/// How well a key explains a chord, as a natural logarithm of its share among all chords.
/// @param key  0..VY_KEYS - 1
float vy_chord_in_key(int state, int key);

/// "C:maj", "F#:min7", "N". @param text  [VY_CHORD_TEXT]
void vy_chord_name(int state, char *text);

#endif
