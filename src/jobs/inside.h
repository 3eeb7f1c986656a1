// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the files of the runner share.
#ifndef VY_JOBS_INSIDE_H
#define VY_JOBS_INSIDE_H

#include "jobs/admit.h"
#include "jobs/class.h"
#include "jobs/mark.h"
#include "jobs/runner.h"

#include <sys/types.h>

/// Why a worker was told to end.
enum vy_why { VY_WHY_NOT, VY_WHY_CANCEL, VY_WHY_TIME, VY_WHY_CLOSING };

/// A worker and its job.
struct vy_workplace {
    pid_t pid; ///< 0 = nobody works here
    char mark[VY_MARK_SIZE];
    int pidfd, channel, log; ///< -1 = none
    int task;                ///< file in memory
    struct vy_arena arena;   ///< of `job`
    struct vy_job job;       ///< as it was taken
    struct vy_buf in;        ///< a message that has not ended yet
    struct vy_buf said;      ///< the end of its standard error
    json_t *last;            ///< its last word
    double progress;
    char stage[120];
    uint64_t deadline_ns, told_ns, stored_ns;
    bool news; ///< progress that was not told yet
    enum vy_why why;
    uint32_t held;    ///< of the ledger
    uint64_t kill_ns; ///< when it is ended by force, 0 = it was not told to end
    bool ended;       ///< the process has gone; its end is to be recorded
    int how;          ///< status of waitpid
};

struct vy_runner {
    struct vy_runner_how how;
    char program[4096], scratch[4200], mark[VY_MARK_SIZE];
    int epoll;
    struct vy_job_room room[VY_JOB_CLASSES];
    struct vy_admit admit;
    struct vy_workplace place[VY_RUNNER_WORKERS];
    uint32_t places;
    bool woken, paused, closing;
    int64_t stamp, changes;                   ///< of the database, as last seen
    uint64_t look_ns, elsewhere_ns, start_ns; ///< not before
    double next;                              ///< when a job that pauses may begin; NaN = none
    uint32_t since_prune;
    char problem[240];
};

// workplace.c
/// Start a worker that waits for its task.
VY_MUST_CHECK vy_status vy_workplace_start(struct vy_runner *runner, struct vy_workplace *place,
                                           struct vy_err *err);
/// Hand it the job in place->job.
VY_MUST_CHECK vy_status vy_workplace_go(struct vy_runner *runner, struct vy_workplace *place,
                                        const char *program, struct vy_err *err);
/// Read what it says; notice that it has ended.
void vy_workplace_read(struct vy_workplace *place);
/// Tell it to end; by force if it does not within half a second.
void vy_workplace_stop(struct vy_workplace *place, enum vy_why why);
/// Collect the process and all that it started. Blocks when it still runs.
void vy_workplace_clear(struct vy_workplace *place);

// outcome.c
/// Record how the job of a worker that has ended went. @return false: it could not be recorded yet
bool vy_outcome_record(struct vy_runner *runner, struct vy_workplace *place);

// recover.c
/// Take up what dead runners left.
void vy_recover(struct vy_runner *runner);
/// Remove the scratch folders of jobs that do not run.
void vy_scratch_sweep(struct vy_runner *runner);
void vy_scratch_remove(const struct vy_runner *runner, int64_t job);
/// Folder for one job's temporary files.
void vy_scratch_path(const struct vy_runner *runner, int64_t job, char *path, size_t size);

#endif
