// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a musician hears: pulse, bars, key, chords, sections. Hops are gathered as they come; the
// answers are found at the end, because a bar is known by what follows it. The order of work is
//   onset -> beat -> chroma, chord (per beat) -> bar (beats, chord changes, drums) -> key ->
//   section
// and each of these is a pair of files. Sound is 32 to 50 kHz, 2048 frames a window, 512 a hop.
#ifndef VY_LISTEN_MUSIC_H
#define VY_LISTEN_MUSIC_H

#include "base/arena.h"
#include "base/status.h"
#include "listen/hop.h"

#define VY_CHORD_TEXT 12
#define VY_MUSIC_CHAPTER_S 1200 ///< longest stretch that is understood as one piece

enum vy_mode { VY_MODE_MAJOR, VY_MODE_MINOR };

/// A stretch with one chord, "C:maj", "F#:min7", "N" for none (names after Harte).
struct vy_chord_span {
    double start_s, end_s;
    char label[VY_CHORD_TEXT];
    float confidence; ///< 0..1
};

/// A stretch of the form. Equal labels sound alike.
struct vy_section_span {
    double start_s, end_s;
    char label[8]; ///< "A", "B"; "end" for a last chord that is held
    float confidence;
};

/// A stretch and where it comes again.
struct vy_repeat {
    double start_s, end_s;
    double again_s, again_end_s;
    float score; ///< 0..1, how alike
};

enum vy_turning_kind { VY_TURN_BUILD, VY_TURN_DROP, VY_TURN_BREAK };

/// Where the energy turns. Drops and breaks are moments, builds last.
struct vy_turning {
    double start_s, end_s;
    enum vy_turning_kind kind;
    float strength; ///< 0..1
};

/// How new what follows is, against what came before.
struct vy_novelty {
    double at_s;
    float value; ///< 0 = the same; 1 = as different as the bars of the piece are
};

#define VY_DRUM_MAP_BEATS 8 ///< longest bar that has a map

/// On how many of the bars there is a hit at each beat, 0..1.
struct vy_drum_map {
    uint32_t beats;                 ///< of a bar; 0 = not found
    float kick[VY_DRUM_MAP_BEATS];  ///< something rises below 200 Hz
    float snare[VY_DRUM_MAP_BEATS]; ///< a sharp noise with a body
};

/// A step of the bar, a quarter of a beat (a sixth of a dotted one), over all bars.
struct vy_groove_step {
    float late_ms;  ///< mean, after the even grid; negative = early
    float strength; ///< mean of the onsets there, 1 = of the strongest step
    float share;    ///< of the bars have an onset there, 0..1
};

/// All that was found. Arrays lie in the arena of vy_music_finish, times are seconds from the first
/// sample, in order. A confidence of 0 means that the thing beside it was not found and is not to
/// be shown.
struct vy_music_found {
    float tempo_bpm, tempo_confidence; ///< 60 / commonest beat
    double *beat, *downbeat;
    uint32_t beats, downbeats;
    uint32_t beats_per_bar; ///< 0 = not found
    const char *metre;      ///< "4/4", "6/8"; NULL = not found
    float metre_confidence;
    float swing, swing_confidence; ///< 0.5 straight .. 0.67 triplets
    float *tempo_curve;            ///< [beats] to the minute, around each beat
    struct vy_groove_step *groove; ///< [groove_steps] from the downbeat on
    uint32_t groove_steps;         ///< in a bar; 0 = not found
    double *onset, *onset_drum;    ///< every note; those of drums
    uint32_t onsets, onset_drums;
    int key; ///< tonic, 0 = C .. 11 = B; -1 = not found
    enum vy_mode mode;
    float key_confidence;
    float tuning_cents, tuning_confidence; ///< of A4 = 440 Hz
    struct vy_chord_span *chord;
    uint32_t chords;
    struct vy_section_span *section;
    uint32_t sections;
    struct vy_repeat *repeat;
    uint32_t repeats;
    struct vy_turning *turning;
    uint32_t turnings;
    struct vy_novelty *novelty;
    uint32_t novelties;
    struct vy_drum_map drum_map;
};

struct vy_music;

/// @param chapter_s  longest stretch understood as one, VY_MUSIC_CHAPTER_S (chapters.h)
/// @return VY_BAD_ARG when the shape is not one of those above
VY_MUST_CHECK vy_status vy_music_new(const struct vy_hop_shape *shape, double chapter_s,
                                     struct vy_music **music);
VY_MUST_CHECK vy_status vy_music_hop(struct vy_music *music, const struct vy_hop *hop);
VY_MUST_CHECK vy_status vy_music_finish(struct vy_music *music, struct vy_arena *arena,
                                        struct vy_music_found *found);
void vy_music_destroy(struct vy_music *music);

/// "C", "C#" .. "B".
const char *vy_pitch_class_name(int pitch_class);

#endif
