// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What jobs.c and jobs_run.c share.
#ifndef VY_STORE_JOBS_INSIDE_H
#define VY_STORE_JOBS_INSIDE_H

#include "store/jobs.h"
#include "store/sql.h"

/// The columns of a job, in the order vy_job_row reads them. The jobs it waits for are one text.
#define VY_JOB_COLUMNS                                                                         \
    "id, state, priority, line, author, class, folder, timeout_s, tries, tries_most, created," \
    " started, ended, progress, stage, error, message, log, result, take, cancel, runner,"     \
    " worker, beat, (SELECT group_concat(other) FROM job_after WHERE job = job.id)"

/// Read the row that a statement stands on. Texts go to the arena.
VY_MUST_CHECK vy_status vy_job_row(sqlite3_stmt *statement, struct vy_arena *arena,
                                   struct vy_job *job, struct vy_err *err);

/// A job has ended: those that wait for it go on, or fail, and those that wait for these too.
VY_MUST_CHECK vy_status vy_job_let_go(struct vy_db *db, int64_t id, enum vy_job_state state,
                                      double now, struct vy_err *err);

#endif
