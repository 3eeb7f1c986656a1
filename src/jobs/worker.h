// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The worker's end. It is started by a runner as `veery worker RUNNER`: descriptor 0 is a file in
// memory that will hold its task, VY_WORKER_CHANNEL a socket to the runner. "go" on it says that
// the task is there and the job is its own. It answers in lines of JSON, the last with "ok".
// It dies with its runner.
#ifndef VY_JOBS_WORKER_H
#define VY_JOBS_WORKER_H

#include "base/text.h"
#include "base/work.h"

#include <jansson.h>

#define VY_WORKER_CHANNEL 198

/// What is to be done. Zero-initialise; vy_worker_close gives it back.
struct vy_worker {
    json_t *task;
    int64_t job;
    const char *line, *author, *class, *folder, *program, *scratch; ///< in `task`
    double beat, timeout_s;
    struct vy_work work; ///< to be followed by
    double told_s;       ///< when something was told last
    char stage[120];
};

/// Wait for a task. @return false: there is none, and nobody to tell
bool vy_worker_open(struct vy_worker *worker, int runner_pid);
void vy_worker_close(struct vy_worker *worker);

/// Send an object to the runner; its reference is taken.
void vy_worker_say(json_t *object);
/// The last word: how it went.
void vy_worker_fail(const struct vy_err *err);

/// Has the runner said that it is enough?
bool vy_worker_stopped(void);

#endif
