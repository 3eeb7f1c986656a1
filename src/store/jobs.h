// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The queue of jobs, in studio.db. A job is a line of the language that a worker process does. What
// is told to be queued is on the disk; a job ends once, and what it made is recorded in the same
// transaction. Any number of processes may queue, cancel and run at once.
#ifndef VY_STORE_JOBS_H
#define VY_STORE_JOBS_H

#include "base/arena.h"
#include "store/db.h"

#include <stdbool.h>
#include <stdint.h>

#define VY_JOB_AFTER_MOST 64        ///< jobs that one waits for
#define VY_JOB_LOG_BYTES 4096       ///< last bytes of what a worker said
#define VY_JOB_RESULT_BYTES 1000000 ///< of JSON

/// Values and names are an interface. Append only.
#define VY_JOB_STATE_LIST(X)  \
    X(QUEUED, "queued")       \
    X(RUNNING, "running")     \
    X(SUCCEEDED, "succeeded") \
    X(FAILED, "failed")       \
    X(CANCELLED, "cancelled") \
    X(INTERRUPTED, "interrupted")
enum vy_job_state {
#define X(code, name) VY_JOB_##code,
    VY_JOB_STATE_LIST(X)
#undef X
};
#define VY_JOB_STATES 6

const char *vy_job_state_name(enum vy_job_state state); ///< never NULL
/// @return -1: there is no such state
int vy_job_state_find(const char *name);

/// A job. Texts live in the arena it was read into; none is NULL.
struct vy_job {
    int64_t id;
    enum vy_job_state state;
    int priority; ///< higher comes first
    const char *line, *author, *class, *folder;
    double timeout_s;               ///< of one try
    int tries, tries_most;          ///< begun so far; how many may be
    double created, started, ended; ///< Unix seconds; NaN = not yet
    double progress;                ///< 0..1
    const char *stage;              ///< what is being done
    const char *error, *message;    ///< name of a vy_status and a sentence, "" = none
    const char *log;                ///< the end of what the worker said on stderr
    const char *result;             ///< JSON object of "result", "text", "warnings"; "" = none
    int64_t take;                   ///< 0 = none
    bool cancel;                    ///< it runs, and is to be ended
    const char *runner, *worker;    ///< marks of the processes that have it, "" = none does
    double beat;                    ///< where in the session it begins
    uint32_t afters;
    int64_t after[VY_JOB_AFTER_MOST]; ///< jobs that must succeed first
};

/// What is queued. Strings are borrowed for the call.
struct vy_job_new {
    const char *line, *author, *class;
    const char *program; ///< the session as a file; "" = it needs none
    double beat;         ///< where in it
    const char *folder;  ///< absolute: what relative paths are relative to
    int priority;
    double timeout_s;
    int tries_most;
    uint32_t afters;
    const int64_t *after;
    int64_t queue_most; ///< queued jobs there may be; setting jobs.queue_max
};

/// @return VY_BUSY when the queue is full, VY_NOT_FOUND or VY_CONFLICT when a job it waits for is
/// not there or has not succeeded
VY_MUST_CHECK vy_status vy_job_add(struct vy_db *db, const struct vy_job_new *job, int64_t *id,
                                   struct vy_err *err);

/// Is a job with this very line queued?
VY_MUST_CHECK vy_status vy_job_queued(struct vy_db *db, const char *line, bool *queued,
                                      struct vy_err *err);

/// @return VY_NOT_FOUND
VY_MUST_CHECK vy_status vy_job_get(struct vy_db *db, int64_t id, struct vy_arena *arena,
                                   struct vy_job *job, struct vy_err *err);
/// The session that a job is of; "" = none.
VY_MUST_CHECK vy_status vy_job_program(struct vy_db *db, int64_t id, struct vy_arena *arena,
                                       char **program, struct vy_err *err);

/// @return false to end
typedef bool vy_job_fn(void *arg, const struct vy_job *job);

/// Which jobs.
struct vy_job_wish {
    int state;       ///< enum vy_job_state, -1 = any
    int64_t most;    ///< the newest so many; 0 = all
    int64_t below;   ///< only ids below this; 0 = all
    int64_t changed; ///< > 0: only those changed after this, in order of change
};
VY_MUST_CHECK vy_status vy_jobs_each(struct vy_db *db, const struct vy_job_wish *wish,
                                     vy_job_fn *fn, void *arg, struct vy_err *err);
VY_MUST_CHECK vy_status vy_jobs_count(struct vy_db *db, int64_t count[VY_JOB_STATES],
                                      struct vy_err *err);

/// A queued job is cancelled at once, and fails those that wait for it; one that runs is marked for
/// its runner. *state is what it was. @return VY_NOT_FOUND, VY_CONFLICT when it has ended
VY_MUST_CHECK vy_status vy_job_cancel(struct vy_db *db, int64_t id, enum vy_job_state *state,
                                      struct vy_err *err);
/// An ended job that did not succeed is queued again. @return VY_NOT_FOUND, VY_CONFLICT, VY_BUSY
VY_MUST_CHECK vy_status vy_job_retry(struct vy_db *db, int64_t id, int64_t queue_most,
                                     struct vy_err *err);
/// Forget all but the newest `keep` ended jobs, apart from those that others wait for.
VY_MUST_CHECK vy_status vy_jobs_prune(struct vy_db *db, int64_t keep, struct vy_err *err);

// ---- for runners --------------------------------------------------------------------------------

/// What a class of jobs may have running at once, over all runners.
struct vy_job_room {
    const char *class;
    int most;
};

/// Take the queued job that comes first, for a worker that waits for it.
/// @param runner, worker  marks of the processes (jobs/mark.h)
/// @param job  id 0: there is none
VY_MUST_CHECK vy_status vy_job_claim(struct vy_db *db, const struct vy_job_room *room, uint32_t n,
                                     const char *runner, const char *worker, double now,
                                     struct vy_arena *arena, struct vy_job *job,
                                     struct vy_err *err);
/// Is there one to be taken? If not, *next is when one may be (Unix seconds), NaN = not known.
VY_MUST_CHECK vy_status vy_job_waiting(struct vy_db *db, const struct vy_job_room *room, uint32_t n,
                                       double now, bool *waiting, double *next, struct vy_err *err);

/// How a try went.
struct vy_job_end {
    int64_t id;
    const char *runner, *worker; ///< who had it
    enum vy_job_state state;     ///< VY_JOB_QUEUED: again, not before `again`
    double again;
    bool uncounted; ///< the try does not count
    const char *error, *message, *log, *result;
    int64_t take;
};

/// Record it, within a transaction of the caller's if one is open. *mine = false: somebody else had
/// the job by then, and nothing was changed. Those that wait for it are let go, or fail.
VY_MUST_CHECK vy_status vy_job_finish(struct vy_db *db, const struct vy_job_end *end, bool *mine,
                                      struct vy_err *err);

/// Note how far a job is. This alone is not waited for to reach the disk.
VY_MUST_CHECK vy_status vy_job_progress(struct vy_db *db, int64_t id, const char *worker,
                                        double progress, const char *stage, struct vy_err *err);

/// Jobs that run for runners other than this one.
VY_MUST_CHECK vy_status vy_jobs_elsewhere(struct vy_db *db, const char *runner, vy_job_fn *fn,
                                          void *arg, struct vy_err *err);

/// A number that changes when another process has written; for cheap looks.
VY_MUST_CHECK vy_status vy_jobs_stamp(struct vy_db *db, int64_t *stamp, struct vy_err *err);
/// How many changes of state there have been: vy_job_wish.changed.
VY_MUST_CHECK vy_status vy_jobs_changes(struct vy_db *db, int64_t *changes, struct vy_err *err);

#endif
