// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Patterns: the text of a sequence, melody or chords line, compiled into hits in musical time.
#ifndef VY_ENGINE_PATTERN_H
#define VY_ENGINE_PATTERN_H

#include "base/arena.h"
#include "base/status.h"
#include "veery/module.h"

#define VY_CHORD_NOTES 8

/// A parameter lock of one hit: x{cutoff=900}.
struct vy_lock {
    const char *param; ///< as written, a path inside the unit
    const char *value; ///< as written, with its unit
};

/// One note or drum hit of a cycle.
struct vy_hit {
    double at;             ///< quarter notes from the start of the cycle, before swing
    double length;         ///< quarter notes the gate stays open, before swing
    float velocity;        ///< 0..1
    float chance;          ///< 0..1, 1 = always
    float nudge_s;         ///< seconds late (early when negative)
    uint16_t every, phase; ///< sounds in cycles c with c % every == phase (1, 0 = all)
    uint16_t index;        ///< counter of the step within the pattern: keys its chance, shared by
                           ///< the hits of a ratchet or group
    uint8_t notes;         ///< 0 = a hit without pitch
    bool slide;            ///< glide here from the note before, without a new attack
    float note[VY_CHORD_NOTES]; ///< MIDI numbers, fractions allowed (C4 = 60)
    const struct vy_lock *lock;
    uint16_t locks;
    bool legato; ///< the next note slides in: held until it comes
};

/// A compiled cycle. Everything lives in the arena given to the parser.
struct vy_pattern {
    const struct vy_hit *hit; ///< sorted by `at`
    uint32_t hits;
    double beats;      ///< length of the cycle, quarter notes
    float swing;       ///< own swing, or < 0: the session's
    float max_nudge_s; ///< largest |nudge_s|
    float probability; ///< multiplies every chance
};

enum vy_pattern_kind { VY_PATTERN_STEPS, VY_PATTERN_MELODY, VY_PATTERN_CHORDS };

/// How to read a pattern.
struct vy_pattern_options {
    enum vy_pattern_kind kind;
    double div; ///< steps a whole note: 16 = sixteenth notes; 0 = the kind's default
    float gate; ///< part of a step a note is held; 0 = 0.5 steps, 0.95 melody, 1 chords
    float swing, probability; ///< swing < 0: the session's; probability 0..1, 1 = always
    int key_root, key_scale;  ///< for scale degrees
};

/// What a pattern of this kind takes when nothing is said: key C major, swing of the session.
VY_ANY struct vy_pattern_options vy_pattern_defaults(enum vy_pattern_kind kind);

/// Compile the text of a pattern. Nothing but the pattern itself is left in the arena.
/// @return VY_BAD_PATTERN, VY_OUT_OF_RANGE (an option), VY_NO_MEMORY; *pattern is then untouched
/// @param err  BAD_PATTERN: err->at is the byte within `text`
VY_MAIN VY_MUST_CHECK vy_status vy_pattern_parse(const char *text,
                                                 const struct vy_pattern_options *options,
                                                 struct vy_arena *arena,
                                                 struct vy_pattern **pattern, struct vy_err *err);

enum vy_arp_mode {
    VY_ARP_UP,
    VY_ARP_DOWN,
    VY_ARP_UPDOWN,
    VY_ARP_RANDOM,
    VY_ARP_ORDER,
    VY_ARP_CHORD
};

/// An arpeggio over the chords (or notes) of a pattern: same cycle, one note every `rate_beats`
/// from each chord's start for as long as the chord is held.
/// @param octaves  1..8 the run climbs; VY_ARP_CHORD repeats the chord as it is
/// @param gate     part of `rate_beats` each note is held, > 0
/// @return VY_OUT_OF_RANGE (rate, octaves, gate), VY_TOO_BIG (over 4096 notes), VY_BAD_ARG (the
///         pattern has no pitches), VY_NO_MEMORY
VY_MAIN VY_MUST_CHECK vy_status vy_pattern_arp(const struct vy_pattern *from, enum vy_arp_mode mode,
                                               double rate_beats, int octaves, float gate,
                                               uint64_t seed, struct vy_arena *arena,
                                               struct vy_pattern **pattern);

/// A deep copy into another arena; NULL when memory is out.
VY_MAIN struct vy_pattern *vy_pattern_clone(const struct vy_pattern *pattern,
                                            struct vy_arena *arena);

#endif
