// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Takes: what was made and is kept, with a receipt of how. Behind the verbs `take` and `takes` and
// behind `veery takes`, `veery verify` and `veery replay`. docs/takes.md has the receipt.
#ifndef VY_COMMAND_TAKES_H
#define VY_COMMAND_TAKES_H

#include "command/hear.h"
#include "command/jobs.h"
#include "command/takes_folder.h"

/// What is asked of `takes`.
struct vy_takes_ask {
    const char *action;     ///< of vy_takes_action_at; NULL = ls
    const char *which;      ///< number or name of a take; verify: NULL = all
    const char *words;      ///< rate: a number; tag: words, -word takes one away; keep: yes or no;
                            ///< rename: the name; export: the file
    int64_t most;           ///< ls: the newest so many
    int rating;             ///< ls: at least
    const char *tag, *text; ///< ls: with this tag; with this in the name
    bool apply;             ///< gc: do it
    bool force;             ///< export: over what is there; rm: also what is to be kept
    bool beside;            ///< a studio plays on this thread: nothing long
    const struct vy_catalog *catalog; ///< replay
    const struct vy_work *work;       ///< replay, verify: who follows it; NULL = nobody
};

/// One line of the manual.
struct vy_takes_action {
    const char *name, *what, *text;
};
/// Row i, NULL after the last.
const struct vy_takes_action *vy_takes_action_at(size_t i);

/// Do it: text for people, result for programs ("takes", "take", "removed", ...). The desk's
/// database must be open.
VY_MUST_CHECK vy_status vy_takes_do(const struct vy_desk *desk, const struct vy_takes_ask *ask,
                                    struct vy_buf *text, json_t *result, struct vy_err *err);

/// Everything of a take; without its receipt in lists.
json_t *vy_take_json(const struct vy_take *take, const char *folder, bool receipt);
/// A take in one line, for people.
void vy_take_line(const json_t *take, struct vy_buf *text);

/// Where the sound of a take lies. *path is in the arena. @return VY_NOT_FOUND
VY_MUST_CHECK vy_status vy_take_place(const struct vy_desk *desk, const char *which,
                                      struct vy_arena *arena, struct vy_take *take,
                                      char path[VY_TAKES_PATH], struct vy_err *err);

/// The file that a word means where a sound is asked for: itself, or the take that is called so
/// when it looks like no file (no folder, no ending of a sound file) and there is none.
/// @return VY_NOT_FOUND, VY_CONFLICT when several takes are called so
VY_MUST_CHECK vy_status vy_sound_named(const struct vy_call *call, const char *word,
                                       char path[VY_TAKES_PATH], struct vy_err *err);

/// Keep what a maker wrote as a draft, within a transaction of the caller's: number, place, row.
/// For vy_runner_how.record, too: the second call for a job gives the same.
/// @param answer  "result" of the verb, which gets "take" when it has "made", and "warnings"
/// @param id      0 = it was none
VY_MUST_CHECK vy_status vy_take_keep_made(struct vy_db *db, const struct vy_settings *settings,
                                          const char *author, int64_t job, json_t *answer,
                                          int64_t *id, struct vy_err *err);

/// May a take be called this? Bounded, without control characters. @return VY_BAD_ARG, VY_TOO_BIG
VY_MUST_CHECK vy_status vy_take_name_check(const char *name, int at, struct vy_err *err);

/// The tags of a receipt, with the texts they need.
struct vy_take_tags {
    struct vy_sound_tags tags;
    char seed[24], comment[400];
};
/// Borrows from the receipt and the others.
void vy_take_tags_of(const json_t *receipt, const char *name, const char *author,
                     struct vy_take_tags *tags);

/// What is left of makers that have ended goes, their takes stay. For those who run jobs: in the
/// beginning, and after each that made a take; what cannot go then goes with the next.
VY_MUST_CHECK vy_status vy_takes_recover(struct vy_db *db, const struct vy_settings *settings,
                                         struct vy_err *err);

/// How a session is made into a take, and made again.
struct vy_take_how {
    const struct vy_catalog *catalog;
    const char *program;              ///< the session as a file
    uint64_t seed;                    ///< of the session it is read into
    const char *unit;                 ///< only this thing; NULL or "" = the master
    double beat;                      ///< from where
    double beats;                     ///< how long in musical time, or
    double seconds;                   ///< how long; both 0 = the whole piece
    const char *author, *file;        ///< file NULL: only the samples are hashed
    const struct vy_sound_tags *tags; ///< of the file, or NULL
    uint32_t sr_hz, block;
    const struct vy_work *work;
    json_t *warnings;
};
VY_MUST_CHECK vy_status vy_take_render(const struct vy_take_how *how, struct vy_heard *heard,
                                       json_t *inputs, struct vy_err *err);

// ---- actions that have files of their own -------------------------------------------------------

/// An action at work.
struct vy_takes_act {
    const struct vy_desk *desk;
    const struct vy_takes_ask *ask;
    char folder[VY_TAKES_PATH];
    struct vy_buf *text;
    json_t *result;
    struct vy_err *err;
};
vy_status vy_takes_verify(struct vy_takes_act *act);
vy_status vy_takes_replay(struct vy_takes_act *act);
vy_status vy_takes_gc(struct vy_takes_act *act);
vy_status vy_takes_export(struct vy_takes_act *act);
/// A take has changed: who follows is told.
void vy_takes_tell(const struct vy_desk *desk, int64_t id, const char *what);

#endif
