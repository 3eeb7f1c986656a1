// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Everything that can be done to a document. Each function changes the document it is given (a
// clone: see document.h) or fails with details and leaves it in an undefined but destroyable state,
// to be thrown away. Values come as text with optional units, so that units, ranges and choices are
// checked in one place, against the table of the parameter.
#ifndef VY_ENGINE_EDIT_H
#define VY_ENGINE_EDIT_H

#include "engine/catalog.h"
#include "engine/document.h"

/// One k=v of a line, as typed. `at` is the byte of the value in the line.
struct vy_pair {
    const char *key, *value;
    int at;
};

/// A parameter found by its path.
struct vy_target {
    int unit, rack, node, param; ///< node -1: strip value `param` (enum vy_strip); rack -1 then too
    const struct vy_knob *knob;  ///< found through a knob (may turn several parameters), or NULL
    const struct vy_param *row;  ///< name, unit, range, choices
    bool port;                   ///< an input port instead of a parameter: row is NULL
};

/// Parameters every unit has (rows in edit.c): gain dB, pan -1..1, spread 0..1, voices, glide s.
enum vy_strip { VY_STRIP_GAIN, VY_STRIP_PAN, VY_STRIP_SPREAD, VY_STRIP_VOICES, VY_STRIP_GLIDE };

/// `create NAME [WHAT] k=v...`: WHAT is a recipe or module; without it NAME is.
vy_status vy_edit_create(struct vy_doc *doc, const struct vy_catalog *catalog, const char *name,
                         const char *what, const struct vy_pair *pair, int pairs,
                         const char *author, struct vy_err *err);
vy_status vy_edit_bus(struct vy_doc *doc, const char *name, const char *author, struct vy_err *err);
vy_status vy_edit_remove(struct vy_doc *doc, const char *name, struct vy_err *err);
vy_status vy_edit_rename(struct vy_doc *doc, const char *from, const char *to, struct vy_err *err);
vy_status vy_edit_copy(struct vy_doc *doc, const char *from, const char *to, struct vy_err *err);

/// Find a path: UNIT.PARAM, UNIT.RACK.PARAM, UNIT.NODE.PARAM, UNIT.RACK.NODE.PARAM ('.' or '/').
vy_status vy_edit_find(const struct vy_doc *doc, const char *path, struct vy_target *target,
                       struct vy_err *err);

/// Turn a parameter. Text: number with unit, choice, on/off, note for pitches, or relative with a
/// leading +, -, * or / ("+2dB", "*1.2"; a plain negative number is absolute where the range is).
/// @param was, now  when not NULL: values before and after as text, 32 bytes each
/// @return also OUT_OF_RANGE with the range in the message, BAD_UNIT, BAD_ARG with a hint
vy_status vy_edit_set(struct vy_doc *doc, const char *path, const char *value, char *was, char *now,
                      struct vy_err *err);
vy_status vy_edit_get(const struct vy_doc *doc, const char *path, char *value, size_t size,
                      struct vy_err *err);
/// All parameters of a unit to their recipe's values.
vy_status vy_edit_reset(struct vy_doc *doc, const struct vy_catalog *catalog, const char *name,
                        struct vy_err *err);
vy_status vy_edit_mute(struct vy_doc *doc, const char *name, bool on, struct vy_err *err);
vy_status vy_edit_solo(struct vy_doc *doc, const char *name, bool on, struct vy_err *err);
vy_status vy_edit_bypass(struct vy_doc *doc, const char *path, bool on, struct vy_err *err);

/// `patch a > b > out`: names or paths; unknown first parts are created from the recipe or module
/// of that name. depth as text ("0.4", "2st", "300Hz"), NULL = full.
vy_status vy_edit_patch(struct vy_doc *doc, const struct vy_catalog *catalog,
                        const char *const *path, int paths, const char *depth, const char *author,
                        struct vy_err *err);
vy_status vy_edit_unpatch(struct vy_doc *doc, const char *from, const char *to, struct vy_err *err);
/// `add EFFECT to NAME k=v...`; the rack gets the effect's name (numbered when taken: reverb2).
vy_status vy_edit_add(struct vy_doc *doc, const struct vy_catalog *catalog, const char *effect,
                      const char *name, const struct vy_pair *pair, int pairs, struct vy_err *err);
vy_status vy_edit_remove_effect(struct vy_doc *doc, const char *effect, const char *name,
                                struct vy_err *err);
/// `send NAME to BUS amount=`; amount 0 removes the send.
vy_status vy_edit_send(struct vy_doc *doc, const char *name, const char *bus, const char *amount,
                       struct vy_err *err);

/// `sequence|melody|chords NAME: text`. From beat doc->beat on; replaces what is there from then.
/// err->at is the byte within `text` for BAD_PATTERN.
vy_status vy_edit_pattern(struct vy_doc *doc, const char *verb, const char *name, const char *text,
                          const struct vy_pair *pair, int pairs, struct vy_err *err);
/// `arp NAME mode= rate= octaves= gate=`: turns the unit's chords or melody into an arpeggio.
vy_status vy_edit_arp(struct vy_doc *doc, const char *name, const struct vy_pair *pair, int pairs,
                      struct vy_err *err);
vy_status vy_edit_clear(struct vy_doc *doc, const char *name, struct vy_err *err);
/// from NULL = the present value; curve "lin" or "exp". path "tempo" moves the tempo.
vy_status vy_edit_automate(struct vy_doc *doc, const char *path, const char *from, const char *to,
                           double bars, const char *curve, struct vy_err *err);

vy_status vy_edit_tempo(struct vy_doc *doc, double bpm, struct vy_err *err);        ///< 10..400
vy_status vy_edit_meter(struct vy_doc *doc, const char *meter, struct vy_err *err); ///< "3/4"
vy_status vy_edit_swing(struct vy_doc *doc, double swing, struct vy_err *err);      ///< 0..1
vy_status vy_edit_key(struct vy_doc *doc, const char *key, struct vy_err *err);
/// names 0 = all.
vy_status vy_edit_play(struct vy_doc *doc, const char *const *name, int names, bool on,
                       struct vy_err *err);
vy_status vy_edit_scene_store(struct vy_doc *doc, const char *name, struct vy_err *err);
vy_status vy_edit_scene_play(struct vy_doc *doc, const char *name, struct vy_err *err);
/// `song: intro*4 verse*8`: scenes and bars.
vy_status vy_edit_song(struct vy_doc *doc, const char *text, struct vy_err *err);
/// A command for later: first at `beat`, then every `every` beats (0 = once).
vy_status vy_edit_timer(struct vy_doc *doc, double beat, double every, const char *line,
                        const char *author, struct vy_err *err);

/// Candidates for "did you mean": units, or parameters of a unit. arg: struct vy_names.
struct vy_names {
    const struct vy_doc *doc;
    int unit; ///< -1 = names of units
};
const char *vy_edit_name(void *names, size_t i);

#endif
