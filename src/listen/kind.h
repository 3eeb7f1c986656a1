// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What sort of sound a file is. Each kind has a line of rules; a rule compares one measured fact
// with a middle value and speaks for or against the kind, the more the further off it is, up to a
// limit. The sums are made probabilities (multinomial logistic). "Unknown" has a constant sum: it
// wins where nothing speaks for anything.
#ifndef VY_LISTEN_KIND_H
#define VY_LISTEN_KIND_H

#include "listen/envelope.h"

#include <stddef.h>
#include <stdint.h>

struct vy_report;

/// In alphabetical order of their names, unknown last.
enum vy_kind {
    VY_KIND_AMBIENCE,
    VY_KIND_LOOP,
    VY_KIND_MUSIC,
    VY_KIND_NOISE,
    VY_KIND_ONE_SHOT,
    VY_KIND_SPEECH,
    VY_KIND_UNKNOWN,
    VY_KINDS,
};

#define VY_KIND_REASONS 5

/// All single numbers about a sound that kinds and tags are judged by. NAN = not measured.
struct vy_kind_facts {
    float seconds, peak_db;
    float attack_s, body_s, decay_db_s, decay_fit, head_db, tail_db; ///< vy_envelope_found
    float attacks, attacks_s, attack_db, syllables, quiet_share, spread_db;
    float flatness_db, flatness_spread_db, contrast_db, contrast_spread_db; ///< of the spectrum
    float centroid_hz, rolloff_hz, slope_db_oct, flux, bass_share; ///< bass: power below 180 Hz
    float silence_share, crest_db, range_lu, width;
    float voiced_share; ///< pitch frames with a pitch, 0..1
    float onsets_s, drums_s, chords_s;
    float key_confidence, minor; ///< minor: 1, major: 0
    float tempo_bpm, pulse_confidence, beats_per_bar, swing;
    float whole_bars;                      ///< 0..1, how nearly the length is a number of bars
    float four_floor, backbeat, half_time; ///< of the drums, 0..1, least share of the beats in it
};

/// Facts by name ("centroid_hz"), for those who are made elsewhere: one is at an offset in the
/// struct. @return name of the fact i, NULL after the last
const char *vy_kind_fact_at(size_t i, size_t *offset);

/// A rule that spoke for the kind.
struct vy_kind_reason {
    const char *fact; ///< name and unit
    float value;
    float weight; ///< in units of the logarithm of odds
};

struct vy_kind_found {
    enum vy_kind kind;
    float confidence; ///< its probability
    float probability[VY_KINDS];
    struct vy_kind_reason reason[VY_KIND_REASONS]; ///< strongest first
    uint32_t reasons;
};

/// Facts from what the ears found. @param envelope  of the same sound, NULL = not measured
void vy_kind_gather(const struct vy_report *report, const struct vy_envelope_found *envelope,
                    struct vy_kind_facts *facts);

void vy_kind_find(const struct vy_kind_facts *facts, struct vy_kind_found *found);

/// "speech", "one-shot".
const char *vy_kind_name(enum vy_kind kind);

#endif
