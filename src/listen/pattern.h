// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Patterns: regions of time and frequency that behave as one thing, with what they are and why.
//
// Time is cut where it is silent, where the texture changes (0.8 s before against 0.8 s after),
// and after 20 s. A stretch is then cut into low, middle and high where these
// move apart from each other. Each region is judged by measures with names (the evidence); a kind
// is a rule over them, so that a reader can see what spoke for it.
//
// These are patterns of sound; the patterns of notes of the language are engine/pattern.h.
// engine/pattern.h.
#ifndef VY_LISTEN_PATTERN_H
#define VY_LISTEN_PATTERN_H

#include "base/status.h"
#include "listen/embed.h"
#include "listen/hop.h"

#include <stdbool.h>
#include <stddef.h>

/// name, what it is
#define VY_EAR_KIND_LIST(X)                                                               \
    X(HARMONIC, harmonic, "several pitches at once, or one with many partials beside it") \
    X(PERCUSSIVE, percussive, "sharp attacks that die away, without a clear pitch")       \
    X(MELODIC, melodic, "one pitch at a time that moves in steps")                        \
    X(SPEECH, speech, "syllables, three to seven a second, voiced and unvoiced by turns") \
    X(NOISE, noise, "no pitch, a flat spectrum, no sharp attacks")                        \
    X(AMBIENT, ambient, "long, soft attacks, little change")                              \
    X(TONAL, tonal, "one steady pitch")                                                   \
    X(TRANSIENT, transient, "one sharp attack, over at once")

enum vy_ear_pattern_kind {
#define X(code, name, text) VY_EAR_##code,
    VY_EAR_KIND_LIST(X)
#undef X
};
#define VY_EAR_KINDS 8

/// name, unit, what it is
#define VY_EVIDENCE_LIST(X)                                                                     \
    X(DURATION, duration, "s", "length")                                                        \
    X(ONSET_RATE, onset_rate, "1/s", "attacks a second")                                        \
    X(ATTACK, attack, "s", "from -20 dB to -3 dB of an attack's peak, median")                  \
    X(FALL, fall, "dB/s", "steepest fall in the quarter second after an attack, median")        \
    X(LEVEL_RANGE, level_range, "dB", "90th less 10th percentile of the level")                 \
    X(STRENGTH, strength, "", "of the pitch: partials over the gaps between them, -1..1")       \
    X(PITCHED, pitched, "", "share of the sound that has a pitch, 0..1")                        \
    X(ONE_PITCH, one_pitch, "dB", "partials of the strongest pitch over all the rest")          \
    X(PITCH_RANGE, pitch_range, "st", "90th less 10th percentile of the pitch")                 \
    X(STEPS, steps, "1/s", "steps from one held pitch to another")                              \
    X(GLIDE, glide, "", "share of the pitched time in which the pitch slides, 0..1")            \
    X(FLATNESS, flatness, "dB", "of the spectrum where the energy is; 0 = white")               \
    X(SYLLABLES, syllables, "", "share of the envelope's movement at 2.5 to 8 Hz, 0..1")        \
    X(TURNS, turns, "1/s", "changes between pitched and unpitched sound")                       \
    X(STEADINESS, steadiness, "", "1 = the level stands still, 0 = it moves by 12 dB and more") \
    X(REGULARITY, regularity, "", "of the times between attacks, 0..1")                         \
    X(CENTRE, centre, "Hz", "centroid, mean over time")

enum vy_evidence {
#define X(code, name, unit, text) VY_EVIDENCE_##code,
    VY_EVIDENCE_LIST(X)
#undef X
};
#define VY_EVIDENCES 17

/// How brightness or pitch moves.
#define VY_MOTION_LIST(X)       \
    X(LINEAR, linear)           \
    X(PARABOLA, parabola)       \
    X(OSCILLATION, oscillation) \
    X(UNDULATION, undulation)   \
    X(ITERATION, iteration)     \
    X(TURBULENCE, turbulence)

enum vy_motion {
#define X(code, name) VY_MOTION_##code,
    VY_MOTION_LIST(X)
#undef X
};
#define VY_MOTIONS 6

enum vy_phase {
    VY_PHASE_ONSET, ///< loudest in the first quarter
    VY_PHASE_CONTINUANT,
    VY_PHASE_TERMINATION, ///< loudest in the last quarter
};
#define VY_PHASES 3

struct vy_ear_pattern {
    double start_s, end_s;
    float low_hz, high_hz;           ///< of the band it lies in
    enum vy_ear_pattern_kind kind;   ///< the likeliest
    float probability[VY_EAR_KINDS]; ///< sum 1
    float confidence;                ///< 0..1; low when two kinds are near, or it is short
    float evidence[VY_EVIDENCES];    ///< NaN = cannot be measured here
    enum vy_motion motion;
    float motion_intensity; ///< range of the curve that was judged: octaves
    float motion_rate_hz;   ///< turns a second; 0 = does not turn
    bool motion_of_pitch;   ///< the curve was the pitch; else the brightness
    enum vy_phase phase;
    float centroid_hz, spread_hz, rolloff_hz; ///< of its mean power; roll-off 85 %
    float level_db;                           ///< mean power, 0 = a full-scale sine
    struct vy_embedding embedding;
};

const char *vy_ear_pattern_kind_name(enum vy_ear_pattern_kind kind);
const char *vy_evidence_name(enum vy_evidence evidence);
const char *vy_evidence_unit(enum vy_evidence evidence);
const char *vy_motion_name(enum vy_motion motion);
const char *vy_phase_name(enum vy_phase phase);

/// What spoke for its kind, in words: "attack 0.02 s, fall 126 dB/s".
void vy_ear_pattern_reason(const struct vy_ear_pattern *pattern, char *text, size_t size);

/// Gets each pattern when it is complete; borrowed for the call. They come in the order of their
/// ends, low before high.
typedef void vy_ear_pattern_fn(void *arg, const struct vy_ear_pattern *pattern);

struct vy_ear_pattern_wish {
    bool one_region;       ///< classify all that comes as one region, up to 20 s, and cut nothing
    float low_hz, high_hz; ///< its band; 0, 0 = all
};

struct vy_ear_patterns;

/// @param wish  NULL = detect
/// @return VY_BAD_ARG, VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_ear_patterns_new(const struct vy_hop_shape *shape,
                                            const struct vy_ear_pattern_wish *wish,
                                            vy_ear_pattern_fn *fn, void *arg,
                                            struct vy_ear_patterns **patterns);
void vy_ear_patterns_hop(struct vy_ear_patterns *patterns, const struct vy_hop *hop); ///< no memory
void vy_ear_patterns_finish(struct vy_ear_patterns *patterns);
void vy_ear_patterns_destroy(struct vy_ear_patterns *patterns); ///< NULL is fine

// How two patterns of one sound, or of two, belong together.

#define VY_RELATION_LIST(X)     \
    X(SIMILAR, similar)         \
    X(SEQUENTIAL, sequential)   \
    X(OVERLAPPING, overlapping) \
    X(VARIANT, variant)         \
    X(COMPOSITE, composite)

enum vy_relation {
#define X(code, name) VY_RELATION_##code,
    VY_RELATION_LIST(X)
#undef X
};
#define VY_RELATIONS 5

struct vy_related {
    enum vy_relation relation;
    float score;      ///< 0..1
    char reason[160]; ///< in words, with the figures
};

const char *vy_relation_name(enum vy_relation relation);

/// @param one_sound  both are of the same sound, so that their times can be compared
/// @return how many of `related` are filled, at most VY_RELATIONS, strongest first
uint32_t vy_ear_pattern_relate(const struct vy_ear_pattern *a, const struct vy_ear_pattern *b,
                               bool one_sound, struct vy_related related[VY_RELATIONS]);

#endif
