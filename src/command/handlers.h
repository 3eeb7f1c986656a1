// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The functions behind the rows, one file a group, and the few things they share.
#ifndef VY_COMMAND_HANDLERS_H
#define VY_COMMAND_HANDLERS_H

#include "command/session.h"
#include "command/table.h"

// make.c
vy_status vy_do_create(struct vy_call *call, struct vy_err *err);
vy_status vy_do_remove(struct vy_call *call, struct vy_err *err);
vy_status vy_do_rename(struct vy_call *call, struct vy_err *err);
vy_status vy_do_copy(struct vy_call *call, struct vy_err *err);
// change.c
vy_status vy_do_set(struct vy_call *call, struct vy_err *err);
vy_status vy_do_get(struct vy_call *call, struct vy_err *err);
vy_status vy_do_reset(struct vy_call *call, struct vy_err *err);
vy_status vy_do_gain(struct vy_call *call, struct vy_err *err);
vy_status vy_do_pan(struct vy_call *call, struct vy_err *err);
vy_status vy_do_mute(struct vy_call *call, struct vy_err *err);
vy_status vy_do_solo(struct vy_call *call, struct vy_err *err);
// natural.c
vy_status vy_do_turn(struct vy_call *call, struct vy_err *err);
vy_status vy_do_turn_time(struct vy_call *call, struct vy_err *err);
vy_status vy_do_turn_param(struct vy_call *call, struct vy_err *err);
// connect.c
vy_status vy_do_patch(struct vy_call *call, struct vy_err *err);
vy_status vy_do_unpatch(struct vy_call *call, struct vy_err *err);
vy_status vy_do_add(struct vy_call *call, struct vy_err *err);
vy_status vy_do_bus(struct vy_call *call, struct vy_err *err);
vy_status vy_do_send(struct vy_call *call, struct vy_err *err);
// music.c
vy_status vy_do_pattern(struct vy_call *call, struct vy_err *err);
vy_status vy_do_arp(struct vy_call *call, struct vy_err *err);
vy_status vy_do_automate(struct vy_call *call, struct vy_err *err);
vy_status vy_do_clear(struct vy_call *call, struct vy_err *err);
vy_status vy_do_every(struct vy_call *call, struct vy_err *err);
// time.c
vy_status vy_do_tempo(struct vy_call *call, struct vy_err *err);
vy_status vy_do_meter(struct vy_call *call, struct vy_err *err);
vy_status vy_do_swing(struct vy_call *call, struct vy_err *err);
vy_status vy_do_key(struct vy_call *call, struct vy_err *err);
vy_status vy_do_play(struct vy_call *call, struct vy_err *err);
vy_status vy_do_stop(struct vy_call *call, struct vy_err *err);
vy_status vy_do_seek(struct vy_call *call, struct vy_err *err);
vy_status vy_do_panic(struct vy_call *call, struct vy_err *err);
// song.c
vy_status vy_do_scene(struct vy_call *call, struct vy_err *err);
vy_status vy_do_song(struct vy_call *call, struct vy_err *err);
// keep.c
vy_status vy_do_save(struct vy_call *call, struct vy_err *err);
vy_status vy_do_load(struct vy_call *call, struct vy_err *err);
vy_status vy_do_undo(struct vy_call *call, struct vy_err *err);
vy_status vy_do_redo(struct vy_call *call, struct vy_err *err);
vy_status vy_do_log(struct vy_call *call, struct vy_err *err);
vy_status vy_do_diff(struct vy_call *call, struct vy_err *err);
vy_status vy_do_begin(struct vy_call *call, struct vy_err *err);
vy_status vy_do_commit(struct vy_call *call, struct vy_err *err);
vy_status vy_do_abort(struct vy_call *call, struct vy_err *err);
// grow.c
vy_status vy_do_modules(struct vy_call *call, struct vy_err *err);
vy_status vy_do_recipes(struct vy_call *call, struct vy_err *err);
vy_status vy_do_describe(struct vy_call *call, struct vy_err *err);
vy_status vy_do_bypass(struct vy_call *call, struct vy_err *err);
// user_modules.c
vy_status vy_do_generate_module(struct vy_call *call, struct vy_err *err);
vy_status vy_do_reload(struct vy_call *call, struct vy_err *err);
// hear.c
vy_status vy_do_listen(struct vy_call *call, struct vy_err *err);
vy_status vy_do_assert(struct vy_call *call, struct vy_err *err);
vy_status vy_do_peek(struct vy_call *call, struct vy_err *err);
vy_status vy_do_render(struct vy_call *call, struct vy_err *err);
vy_status vy_do_analyze(struct vy_call *call, struct vy_err *err);
vy_status vy_do_compare(struct vy_call *call, struct vy_err *err);
vy_status vy_do_enhance(struct vy_call *call, struct vy_err *err);
vy_status vy_do_process(struct vy_call *call, struct vy_err *err);
vy_status vy_do_masking(struct vy_call *call, struct vy_err *err);
// library_verbs.c
vy_status vy_do_library(struct vy_call *call, struct vy_err *err);
vy_status vy_do_similar(struct vy_call *call, struct vy_err *err);
vy_status vy_do_find(struct vy_call *call, struct vy_err *err);
// patterns_verb.c
vy_status vy_do_patterns(struct vy_call *call, struct vy_err *err);
// jobs.c
vy_status vy_do_job(struct vy_call *call, struct vy_err *err);
vy_status vy_do_jobs(struct vy_call *call, struct vy_err *err);
// take.c, takes_verb.c
vy_status vy_do_take(struct vy_call *call, struct vy_err *err);
vy_status vy_do_takes(struct vy_call *call, struct vy_err *err);
// stage.c
vy_status vy_do_meters(struct vy_call *call, struct vy_err *err);
vy_status vy_do_record(struct vy_call *call, struct vy_err *err);
vy_status vy_do_shadow(struct vy_call *call, struct vy_err *err);
vy_status vy_do_midi(struct vy_call *call, struct vy_err *err);
vy_status vy_do_learn(struct vy_call *call, struct vy_err *err);
vy_status vy_do_unlearn(struct vy_call *call, struct vy_err *err);
vy_status vy_do_arm(struct vy_call *call, struct vy_err *err);
vy_status vy_do_send_midi(struct vy_call *call, struct vy_err *err);
// studio.c
vy_status vy_do_session(struct vy_call *call, struct vy_err *err);
vy_status vy_do_status(struct vy_call *call, struct vy_err *err);
vy_status vy_do_settings(struct vy_call *call, struct vy_err *err); // settings.c
vy_status vy_do_help(struct vy_call *call, struct vy_err *err);
vy_status vy_do_who(struct vy_call *call, struct vy_err *err);
vy_status vy_do_say(struct vy_call *call, struct vy_err *err);
vy_status vy_do_quit(struct vy_call *call, struct vy_err *err);

/// What plays the session; NULL with `err` filled (VY_ABSENT) when nothing does.
const struct vy_stage *vy_stage_find(const struct vy_call *call, struct vy_err *err);

/// The guard's switches, by a line that is said now. Without a stage only to switch panic on is
/// fine: there is nothing to silence.
VY_MUST_CHECK vy_status vy_latch_panic(struct vy_call *call, bool on, struct vy_err *err);
VY_MUST_CHECK vy_status vy_latch_dry(struct vy_call *call, bool on, struct vy_err *err);

/// Add a warning to the reply.
__attribute__((format(printf, 2, 3))) void vy_warn(struct vy_call *call, const char *format, ...);

/// Bar and beat (both from 1) of a beat of the session.
void vy_bar_beat(const struct vy_doc *doc, double beat, double *bar, double *in_bar);

/// The beat of "9" or "9:2.5". @return VY_BAD_ARG
VY_MUST_CHECK vy_status vy_bar_read(const struct vy_doc *doc, const char *text, int at,
                                    double *beat, struct vy_err *err);

/// What differs between two documents, as removed and added lines of their programs.
VY_MUST_CHECK vy_status vy_diff(const struct vy_doc *from, const struct vy_doc *to,
                                struct vy_buf *text, json_t *result, struct vy_err *err);

/// Render before and after ahead of the playhead and report; changes nothing.
VY_MUST_CHECK vy_status vy_dry_report(struct vy_call *call, const struct vy_doc *before,
                                      const struct vy_doc *after, struct vy_err *err);

/// Help of a verb for people; used by `help VERB` and `describe VERB`.
void vy_verb_help(const struct vy_verb *verb, struct vy_buf *buf);

/// Read the arguments of call->line and run its verb, or store it when its time is later.
VY_MUST_CHECK vy_status vy_call_run(struct vy_call *call, struct vy_err *err);

/// Store `line` as a timer for `due` after trying it on a copy at that time.
VY_MUST_CHECK vy_status vy_schedule(struct vy_call *call, double due, double every,
                                    const char *line, struct vy_err *err);

/// When a `when` falls, in beats; the present for none and now.
VY_MUST_CHECK vy_status vy_when_beat(const struct vy_doc *doc, const struct vy_when *when,
                                     double *beat, struct vy_err *err);

/// Read a session file's text into a new document. program and warnings may be NULL.
VY_MUST_CHECK vy_status vy_file_parse(const struct vy_catalog *catalog, const char *text,
                                      size_t length, const char *author, struct vy_doc **doc,
                                      struct vy_buf *program, json_t *warnings, struct vy_err *err);

/// Read the file a load names. Caller frees *text.
VY_MUST_CHECK vy_status vy_saved_read(const char *kind, const char *name, char **text,
                                      size_t *length, struct vy_err *err);

// log.c, for keep.c and session.c
VY_MUST_CHECK vy_status vy_log_add(struct vy_session *session, const struct vy_entry *entry,
                                   struct vy_err *err);
/// Take a waiting line out of the document (or on to its next time) and run it; when it fails only
/// the waiting ends. `doc` may be replaced.
vy_status vy_timer_fire(const struct vy_catalog *catalog, struct vy_doc **doc, double beat,
                        const char *line, const char *author, struct vy_err *err);
void vy_entry_clear(struct vy_entry *entry);
VY_MUST_CHECK vy_status vy_entry_apply(const struct vy_catalog *catalog, struct vy_doc **doc,
                                       const struct vy_entry *entry, struct vy_err *err);
VY_MUST_CHECK vy_status vy_log_replay(const struct vy_session *session, struct vy_doc **doc,
                                      struct vy_err *err);
void vy_session_publish(struct vy_session *session, struct vy_doc *doc);
void vy_transaction_end(struct vy_session *session, struct vy_transaction *transaction);
struct vy_transaction *vy_transaction_of(const struct vy_session *session, const char *author);
VY_MUST_CHECK vy_status vy_log_program(const struct vy_session *session, struct vy_buf *buf,
                                       uint64_t *seed, struct vy_err *err);

#endif
