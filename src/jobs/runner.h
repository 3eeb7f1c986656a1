// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The runner takes jobs from the queue and lets worker processes do them: one process a job, as
// many as there is room for. It sleeps in the caller's loop and never blocks on a worker. Several
// runners may work on one queue; what a dead one left is taken up by the others.
#ifndef VY_JOBS_RUNNER_H
#define VY_JOBS_RUNNER_H

#include "jobs/breaker.h"
#include "jobs/ledger.h"
#include "store/jobs.h"

#include <jansson.h>

#define VY_RUNNER_WORKERS 64 ///< at once, at most

struct vy_runner;

/// How to open. Strings are borrowed during vy_runner_open only.
struct vy_runner_how {
    struct vy_db *db;                   ///< borrowed until it is closed; used by this thread only
    const char *program;                ///< the veery to be started as worker; NULL = this program
    uint32_t workers;                   ///< at once; 0 = as many as the settings let
    const struct vy_settings *settings; ///< borrowed until it is closed; NULL = the defaults
    struct vy_ledger *ledger; ///< whose memory workers take; borrowed; NULL = one of its own
    /// A job has changed, or is further: {"event":"job","job":{..}}. Borrowed for the call. May be
    /// NULL.
    void (*event)(void *arg, json_t *event);
    /// Record what a job made, in the transaction that ends it: an error fails the job. `result`
    /// has "result", "text" and "warnings" and may be changed. It is called again for the same job
    /// when the transaction does not come about. May be NULL.
    /// @param take  number of the take it made, 0 = none
    vy_status (*record)(void *arg, struct vy_db *db, const struct vy_job *job, json_t *result,
                        int64_t *take, struct vy_err *err);
    void *arg;
};

/// Jobs of runners that have died are queued again, or are interrupted.
VY_MUST_CHECK vy_status vy_runner_open(const struct vy_runner_how *how, struct vy_runner **runner,
                                       struct vy_err *err);
/// Workers are ended within a second; their jobs are queued again and lose no try. NULL is fine.
void vy_runner_close(struct vy_runner *runner);

/// Readable when there is something to do.
int vy_runner_fd(const struct vy_runner *runner);
/// How long nothing needs to be done unless the descriptor says so, in ms.
int vy_runner_wait_ms(const struct vy_runner *runner);
/// Do what is to be done. Never waits.
void vy_runner_service(struct vy_runner *runner);
/// The queue has changed: look at it at the next service. Any number of times.
void vy_runner_wake(struct vy_runner *runner);

/// No new jobs are taken while it is paused; those that run go on.
void vy_runner_pause(struct vy_runner *runner, bool paused);

/// How it is: for `status`.
struct vy_runner_facts {
    uint32_t running, workers;
    bool paused;
    const char *problem; ///< why it cannot work at the moment, "" = it can
    const char *waits;   ///< what waits though there are workers, and for what; "" = nothing does
    uint64_t failures;   ///< workers that crashed or ran out of time, so far
};
struct vy_runner_facts vy_runner_facts(const struct vy_runner *runner);
/// The breaker of class i, see vy_job_class_at.
const struct vy_breaker *vy_runner_breaker(const struct vy_runner *runner, size_t i);

#endif
