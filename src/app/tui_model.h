// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the studio has said so far, as the panes show it. Nothing here knows a screen or a socket.
// Main thread.
#ifndef VY_APP_TUI_MODEL_H
#define VY_APP_TUI_MODEL_H

#include "app/tui_steps.h"
#include "engine/document.h"

#include <time.h>

#define VY_TUI_BANDS 64 ///< of the spectrum, at most
#define VY_TUI_LINES 2000

/// A pattern of a thing.
struct vy_tui_part {
    char verb[16];
    char *text, *options; ///< as typed, owned
    double from, until;   ///< beats; INFINITY = open
    struct vy_tui_steps steps;
};

struct vy_tui_unit {
    char name[VY_NAME_SIZE], recipe[VY_NAME_SIZE], kind[12];
    float gain_db, pan;
    bool muted, solo;
    struct vy_tui_part *part;
    size_t parts;
    float level_db; ///< as the meter shows it: up at once, down slowly
};

enum vy_tui_tone { VY_TUI_SAID, VY_TUI_ANSWERED, VY_TUI_FAILED, VY_TUI_NEWS, VY_TUI_WARNED };

/// A line of the conversation or the log.
struct vy_tui_line {
    time_t when;
    enum vy_tui_tone tone;
    char who[VY_NAME_SIZE]; ///< "" = nobody
    char *text;             ///< may hold newlines; owned
};

/// Oldest first; the oldest go.
struct vy_tui_lines {
    struct vy_tui_line line[VY_TUI_LINES];
    size_t first, count;
    size_t added; ///< in all, so that a view knows what is new
};

struct vy_tui_loudness {
    double momentary_lufs, short_term_lufs, true_peak_dbtp, correlation; ///< NAN = not known
    char why[80];                                                        ///< "" or the reason
};

struct vy_tui_model {
    bool changed; ///< something is to be drawn anew; who draws clears it
    // session
    long long version;
    double tempo, bar_beats, beat;
    char meter[16], key[16];
    bool playing;
    struct vy_tui_unit *unit; ///< [units], owned; "out" is not among them
    size_t units;
    // meters
    float master_db[2]; ///< with the fall of a meter
    struct vy_tui_loudness loudness;
    float band_db[VY_TUI_BANDS];
    int bands;              ///< 0: this studio tells no spectrum
    double low_hz, high_hz; ///< edges of the first and the last band, which are even in log f
    // jobs and takes: as the studio tells them, newest first
    json_t *jobs, *takes; ///< arrays, or NULL: this studio has none
    char health[24], why[120];
    struct vy_tui_lines talk, log;
};

/// What an event makes worth asking for again.
enum { VY_TUI_ASK_SESSION = 1, VY_TUI_ASK_JOBS = 2, VY_TUI_ASK_TAKES = 4, VY_TUI_ASK_STATUS = 8 };

void vy_tui_model_clear(struct vy_tui_model *model);

/// What a studio said is forgotten, the conversation and the log are not.
void vy_tui_model_lost(struct vy_tui_model *model);

/// Results of `session`, `jobs`, `takes` and `status`; the latter two may be NULL for absent.
void vy_tui_model_session(struct vy_tui_model *model, const json_t *result);
void vy_tui_model_jobs(struct vy_tui_model *model, const json_t *result);
void vy_tui_model_takes(struct vy_tui_model *model, const json_t *result);
void vy_tui_model_status(struct vy_tui_model *model, const json_t *result);

/// An event. @param self  our own author: what it edits is in the conversation already
/// @return bits of VY_TUI_ASK_*
unsigned vy_tui_model_event(struct vy_tui_model *model, const json_t *event, const char *self);

/// A line for the conversation or the log. Tabs become spaces.
void vy_tui_model_add(struct vy_tui_model *model, struct vy_tui_lines *lines, enum vy_tui_tone tone,
                      const char *who, const char *text, size_t n);

/// Line i, 0 = oldest.
const struct vy_tui_line *vy_tui_line_at(const struct vy_tui_lines *lines, size_t i);

/// The part of a thing that sounds now, NULL when it has none.
const struct vy_tui_part *vy_tui_part_now(const struct vy_tui_unit *unit, double beat);

#endif
