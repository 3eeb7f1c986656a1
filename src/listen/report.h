// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What all the ears say of one sound, and a table of its single numbers: JSON, text, comparisons
// and the manual are made from its rows. Numbers that could not be measured are NAN.
#ifndef VY_LISTEN_REPORT_H
#define VY_LISTEN_REPORT_H

#include "listen/kind.h"
#include "listen/level.h"
#include "listen/loudness.h"
#include "listen/music.h"
#include "listen/overview.h"
#include "listen/room.h"
#include "listen/pitch.h"
#include "listen/spectral.h"
#include "listen/stereo.h"
#include "listen/tags.h"

/// Which ears listen.
enum vy_ear {
    VY_EAR_LEVEL = 1,
    VY_EAR_LOUDNESS = 2,
    VY_EAR_SPECTRUM = 4,
    VY_EAR_OVERVIEW = 8,
    VY_EAR_MUSIC = 16,
    VY_EAR_STEREO = 32, ///< of two channels
    VY_EAR_ROOM = 64,   ///< noise, hum, clicks, reverberation
    VY_EAR_ALL = 127,
};

struct vy_report {
    unsigned ears; ///< those that listened; the parts of others hold nothing
    uint32_t sr_hz, chans;
    uint64_t frames;
    double seconds;
    struct vy_level_found level;
    struct vy_loudness_found loudness;
    struct vy_spectral_found spectrum;
    struct vy_music_found music;
    struct vy_stereo_found stereo;
    struct vy_room_found room;
    struct vy_pitch_summary pitch; ///< heard by VY_EAR_MUSIC
    struct vy_kind_facts facts;    ///< these three with VY_EAR_SPECTRUM; full with all ears
    struct vy_kind_found kind;
    struct vy_tags tags;
    const struct vy_overview_column *column;
    uint32_t columns;
    double column_s;
};

enum vy_field_type { VY_FIELD_DOUBLE, VY_FIELD_FLOAT, VY_FIELD_U32, VY_FIELD_U64 };

/// A row.
struct vy_field {
    unsigned ear; ///< of enum vy_ear
    const char *group, *name, *unit, *text;
    enum vy_field_type type;
    size_t offset; ///< in struct vy_report
    size_t why;    ///< where a const char * says why it is missing; 0 = nowhere
    size_t sure;   ///< where a float says how sure it is, 0 = not found; 0 = always
};

/// Row i, NULL after the last; rows of a group stand together.
const struct vy_field *vy_field_at(size_t i);

/// The number; NAN when it was not measured.
double vy_field_value(const struct vy_field *field, const struct vy_report *report);

/// Why it was not measured. Never NULL.
const char *vy_field_why(const struct vy_field *field, const struct vy_report *report);

#endif
