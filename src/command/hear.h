// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A render with ears: bars of a document, measured, and written to files when asked.
#ifndef VY_COMMAND_HEAR_H
#define VY_COMMAND_HEAR_H

#include "engine/studio.h"
#include "listen/report.h"
#include "base/text.h"
#include "sound/tags.h"

#include <jansson.h>

#define VY_HASH_TEXT 65 ///< SHA-256 in hexadecimal

/// What to render.
struct vy_listen {
    const struct vy_doc *doc;
    const struct vy_catalog *catalog;
    double beat, seconds; ///< from where, how long; seconds 0 = see beats
    double beats;         ///< how long in musical time; 0 too = the whole piece
    unsigned ears;        ///< of enum vy_ear, or-ed; 0 = neither measure nor hash the master
    const char *unit;     ///< only this thing, or NULL
    const char *file;     ///< write here, or NULL
    enum vy_sound_format format;
    const struct vy_sound_tags *tags; ///< of a WAV file, or NULL
    const char *stems;                ///< folder for one file a thing, or NULL
    uint32_t sr_hz, block, threads;
    json_t *warnings; ///< array of strings, filled
    /// Called now and then with the seconds made; false stops. May be NULL.
    bool (*progress)(void *arg, double seconds);
    void *arg;
    bool whole; ///< when it is stopped no file is kept, and it fails with VY_BUSY
};

struct vy_listener;

/// What came of it. vy_heard_clear gives back what it holds.
struct vy_heard {
    struct vy_report report;      ///< its arrays live as long as the listener
    struct vy_listener *listener; ///< NULL when nobody listened
    double seconds;
    struct vy_render_result render;
    double render_seconds;  ///< time the engine took, without measuring and writing the master
    double speed;           ///< seconds of sound a second
    bool stopped;           ///< by progress
    char pcm[VY_HASH_TEXT]; ///< SHA-256 of the samples as interleaved little-endian floats
};

VY_MAIN VY_MUST_CHECK vy_status vy_hear(const struct vy_listen *what, struct vy_heard *heard,
                                        struct vy_err *err);
void vy_heard_clear(struct vy_heard *heard);

/// What was heard, against what is set in the document: for people, and as members of `result`.
void vy_heard_text(const struct vy_heard *heard, const struct vy_doc *doc, struct vy_buf *text);
void vy_heard_json(const struct vy_heard *heard, const struct vy_doc *doc, json_t *result);

/// "-14.3 LUFS, -1.3 dBTP", or why there is no loudness.
void vy_heard_loudness(const struct vy_heard *heard, struct vy_buf *text);

/// A copy of a document that plays, also where nobody has said play. NULL when memory is out.
struct vy_doc *vy_sounding(const struct vy_doc *doc);

/// Seconds from `beat` to `beat + beats`, tempo changes included.
double vy_beats_seconds(const struct vy_doc *doc, double beat, double beats);

#endif
