// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Jobs in the language: behind the verbs `job` and `jobs` and behind `veery jobs`. Which verbs may
// be jobs is a column of the table of verbs.
#ifndef VY_COMMAND_JOBS_H
#define VY_COMMAND_JOBS_H

#include "base/settings.h"
#include "command/session.h"
#include "command/table.h"
#include "store/db.h"

/// What a session's jobs are written to. A session without one opens the usual database for each.
struct vy_desk {
    struct vy_db *db;                   ///< studio.db; NULL = the usual one is opened for each
    const struct vy_settings *settings; ///< NULL = the defaults
    /// The queue has changed: the runner of this process looks at it. NULL: there is none here.
    void (*changed)(void *arg);
    /// A take was "made", has "changed" or is "gone". NULL: nobody follows.
    void (*take)(void *arg, int64_t id, const char *what);
    /// Let a take be heard beside the music, in place of the one before; 0: be silent. NULL:
    /// cannot.
    vy_status (*play)(void *arg, int64_t id, struct vy_err *err);
    void *arg;
};

/// The database of the call's desk, or the usual one for this call: *ours, to be closed again.
VY_MUST_CHECK vy_status vy_desk_open(const struct vy_call *call, struct vy_db **db, bool *ours,
                                     struct vy_err *err);
const struct vy_settings *vy_desk_settings(const struct vy_call *call); ///< NULL = the defaults
void vy_desk_tell(const struct vy_call *call); ///< that the queue has changed

/// A line that is to be a job.
struct vy_job_ask {
    const char *line, *author;
    const char *folder; ///< absolute, NULL = the present one
    const char *after;  ///< "3,4", NULL = waits for none
    int priority;       ///< -100..100, higher comes first
    double timeout_s;   ///< 0 = as the verb's row says
    int at;             ///< byte of the whole line where `line` begins, for errors
};

/// Queue a line: it is read as it would be said, and refused where it would be refused. `result`
/// gets "job".
/// @return errors of the line, VY_BUSY when the queue is full
VY_MUST_CHECK vy_status vy_job_queue(const struct vy_session *session, struct vy_db *db,
                                     const struct vy_settings *settings,
                                     const struct vy_job_ask *ask, json_t *result,
                                     struct vy_err *err);

/// The verb of a line that is a job; NULL when it is none.
const struct vy_verb *vy_job_verb(const char *line);

/// What is asked of `jobs`.
struct vy_jobs_ask {
    const char *action; ///< ls, show, cancel, retry, wait; NULL = ls
    int64_t id;         ///< 0 = none
    const char *state;  ///< ls: only these; NULL = all
    int64_t most;       ///< ls: the newest so many
};

/// Do it: text for people, result for programs ("jobs" and "counts", or "job").
VY_MUST_CHECK vy_status vy_jobs_do(struct vy_db *db, const struct vy_settings *settings,
                                   const struct vy_jobs_ask *ask, struct vy_buf *text,
                                   json_t *result, struct vy_err *err);

/// A job in one line, for people.
void vy_job_line(const json_t *job, struct vy_buf *text);

#endif
