// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A session: a document, and the log of lines that made it. Undo is the log played again without a
// line; a saved session is the log's effective lines, a program that makes the document again.
#ifndef VY_COMMAND_SESSION_H
#define VY_COMMAND_SESSION_H

#include "base/home.h"
#include "base/text.h"
#include "command/stage.h"
#include "engine/catalog.h"

#include <jansson.h>
#include <stdint.h>

#define VY_SESSION_FILE_MAX (4u << 20) ///< bytes
#define VY_SESSION_LINES_MAX 100000
#define VY_KEPT_VERSIONS 128 ///< documents kept for diff
#define VY_MAX_TIMERS 4096

/// One line of the log.
struct vy_entry {
    uint64_t id, group;          ///< a transaction or macro is one group: undone together
    uint64_t version;            ///< the version it made
    int64_t time;                ///< Unix seconds
    double beat, after;          ///< playhead when it was said and after it
    double bar_beats, beat_unit; ///< of the meter then: a bar and a beat in quarter notes
    bool note;                   ///< `say`: changes nothing
    bool fired;                  ///< a waiting line whose time had come
    char *line;
    char *program; ///< load: the lines of the file, so that replay needs no file
    uint64_t seed; ///< load: the file's seed
    char author[VY_NAME_SIZE];
    uint64_t undone; ///< when it was undone (rising number), 0 = it holds
    bool dead;       ///< undone and overtaken: cannot be redone
};

/// Lines said between begin and commit.
struct vy_transaction {
    char author[VY_NAME_SIZE];
    struct vy_doc *doc; ///< as it would be
    struct vy_entry *entry;
    size_t entries;
    struct vy_transaction *next;
};

struct vy_desk;

struct vy_session {
    const struct vy_catalog *catalog;
    struct vy_doc *doc;
    struct vy_entry *entry;
    size_t entries, capacity;
    uint64_t replies, groups, undos, version;
    struct {
        uint64_t version;
        struct vy_doc *doc;
    } kept[VY_KEPT_VERSIONS];
    struct vy_transaction *transaction;
    uint64_t seed;
    uint64_t rewrites;            ///< how often the past has changed (undo, redo)
    bool loading;                 ///< reading a file: no copies, nothing that reaches outside
    uint64_t skipped;             ///< loading: lines with absent verbs
    const struct vy_stage *stage; ///< what plays it, borrowed; NULL = nothing does
    const struct vy_desk *desk; ///< where its jobs go (command/jobs.h), borrowed; NULL = see there
    const struct vy_work *work; ///< who follows what is said in it, borrowed; NULL = nobody
};

/// What is asked.
struct vy_request {
    const char *line;
    size_t length;
    const char *author;
    int64_t if_version; ///< -1 = whatever
};

/// What is answered. Borrowed for the call of the receiver.
struct vy_reply {
    uint64_t id, version;
    bool ok, quit;
    double bar, beat;  ///< where editing happens, both from 1
    const char *text;  ///< for people, "" when there is nothing to say
    json_t *result;    ///< object
    json_t *warnings;  ///< array of strings
    struct vy_err err; ///< when not ok
};

typedef void (*vy_reply_to)(void *arg, const struct vy_reply *reply);

/// An empty session. NULL when memory is out.
VY_MAIN struct vy_session *vy_session_new(const struct vy_catalog *catalog, uint64_t seed);
VY_MAIN void vy_session_destroy(struct vy_session *session);

/// Do a line: one reply a command. @return the first error
VY_MAIN vy_status vy_session_do(struct vy_session *session, const struct vy_request *request,
                                vy_reply_to reply, void *arg);

/// Do the first waiting line that is due before `until` beats, in a live studio: the session moves
/// on, and the log has the line as fired. @return false: none is due. err: why the line itself
/// failed, VY_OK when it did not
VY_MAIN bool vy_session_fire(struct vy_session *session, double until, struct vy_err *err);

/// Read a session file's text. On any error the session stays as it was; message and position say
/// where ("7:12: ...", err->at is the byte in that line).
/// @param warnings  array of strings, filled
VY_MAIN VY_MUST_CHECK vy_status vy_session_load(struct vy_session *session, const char *text,
                                                size_t length, const char *author, json_t *warnings,
                                                struct vy_err *err);

/// The session as a file: header and effective lines. Caller clears `buf`.
VY_MAIN VY_MUST_CHECK vy_status vy_session_write(const struct vy_session *session,
                                                 struct vy_buf *buf, struct vy_err *err);

/// Replies as text and as one JSON object (no newline).
VY_MAIN void vy_reply_human(const struct vy_reply *reply, struct vy_buf *buf);
VY_MAIN void vy_reply_json(const struct vy_reply *reply, struct vy_buf *buf);
/// The same object, for those who add to it. Caller decrefs.
VY_MAIN json_t *vy_reply_object(const struct vy_reply *reply);

/// The document an author sees: his open transaction's, else the session's.
VY_MAIN struct vy_doc *vy_session_doc(const struct vy_session *session, const char *author);

/// Run an edit line on a document in place, as replay and timers do: the document is ruined when
/// it fails, and replaced when the line loads another. No log, no session.
VY_MAIN VY_MUST_CHECK vy_status vy_line_apply(const struct vy_catalog *catalog, struct vy_doc **doc,
                                              const char *line, const char *author,
                                              struct vy_err *err);

/// A timer's line at its time: a new document, or NULL with `err` filled. The document given has
/// its beat at the line's time. For vy_render.line.
VY_MAIN struct vy_doc *vy_line_due(const struct vy_catalog *catalog, const struct vy_doc *doc,
                                   const char *line, const char *author, struct vy_err *err);

/// Make every line of a program happen in an empty document, seeks included.
VY_MAIN VY_MUST_CHECK vy_status vy_program_apply(const struct vy_catalog *catalog,
                                                 struct vy_doc **doc, const char *program,
                                                 const char *author, struct vy_err *err);

/// $XDG_DATA_HOME/veery/sessions/NAME.veery; a name with '/' or ending in .veery is a path.
/// @param kind  "session" or "patch"
VY_MUST_CHECK vy_status vy_session_path(const char *kind, const char *name, char *path, size_t size,
                                        struct vy_err *err);

#endif
