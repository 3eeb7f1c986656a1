// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What runners do with the queue. A job is taken within a write transaction, so only one runner has
// it; and its end is recorded only while it is still that runner's and that worker's.
#include "store/jobs_inside.h"

#include "base/clock.h"

#include <math.h>
#include <string.h>

static vy_status running_of(struct vy_db *db, const char *class, int64_t *count, struct vy_err *err)
{
    sqlite3_stmt *statement;
    bool row;
    vy_status status = vy_sql(db, "SELECT count(*) FROM job WHERE state = 'running' AND class = ?",
                              &statement, err);
    if (status)
        return status;
    sqlite3_bind_text(statement, 1, class, -1, SQLITE_STATIC);
    status = vy_sql_next(db, statement, &row, err);
    *count = !status && row ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_reset(statement);
    return status;
}

// The first of a class that may begin, when it comes before *best.
static vy_status first_of(struct vy_db *db, const char *class, double now, int64_t *best,
                          int *priority, struct vy_err *err)
{
    sqlite3_stmt *statement;
    bool row;
    vy_status status = vy_sql(db,
                              "SELECT id, priority FROM job WHERE class = ? AND state = 'queued'"
                              " AND blockers = 0 AND not_before <= ?"
                              " ORDER BY priority DESC, id LIMIT 1",
                              &statement, err);
    if (status)
        return status;
    sqlite3_bind_text(statement, 1, class, -1, SQLITE_STATIC);
    sqlite3_bind_double(statement, 2, now);
    status = vy_sql_next(db, statement, &row, err);
    if (status || !row)
        return status;
    const int64_t id = sqlite3_column_int64(statement, 0);
    const int its = sqlite3_column_int(statement, 1);
    sqlite3_reset(statement);
    if (*best == 0 || its > *priority || (its == *priority && id < *best)) {
        *best = id;
        *priority = its;
    }
    return VY_OK;
}

static vy_status find_first(struct vy_db *db, const struct vy_job_room *room, uint32_t n,
                            double now, int64_t *id, struct vy_err *err)
{
    vy_status status = VY_OK;
    int priority = 0;
    *id = 0;
    for (uint32_t i = 0; i < n && !status; i++) {
        int64_t running;
        status = running_of(db, room[i].class, &running, err);
        if (!status && running < room[i].most)
            status = first_of(db, room[i].class, now, id, &priority, err);
    }
    return status;
}

vy_status vy_job_waiting(struct vy_db *db, const struct vy_job_room *room, uint32_t n, double now,
                         bool *waiting, double *next, struct vy_err *err)
{
    int64_t id;
    sqlite3_stmt *statement;
    bool row;
    *next = (double)NAN;
    vy_status status = find_first(db, room, n, now, &id, err);
    *waiting = id != 0;
    if (status || id)
        return status;
    status = vy_sql(db,
                    "SELECT min(not_before) FROM job WHERE state = 'queued' AND blockers = 0"
                    " AND not_before > ?",
                    &statement, err);
    if (status)
        return status;
    sqlite3_bind_double(statement, 1, now);
    status = vy_sql_next(db, statement, &row, err);
    if (!status && row)
        *next = vy_sql_real(statement, 0);
    sqlite3_reset(statement);
    return status;
}

static vy_status take_row(struct vy_db *db, int64_t id, const char *runner, const char *worker,
                          double now, struct vy_err *err)
{
    sqlite3_stmt *statement;
    const vy_status status = vy_sql(db,
                                    "UPDATE job SET state = 'running', runner = ?, worker = ?,"
                                    " started = ?, ended = NULL, tries = tries + 1, progress = 0,"
                                    " stage = '', cancel = 0, error = '', message = '', log = '',"
                                    " result = '' WHERE id = ?",
                                    &statement, err);
    if (status)
        return status;
    sqlite3_bind_text(statement, 1, runner, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 2, worker, -1, SQLITE_STATIC);
    sqlite3_bind_double(statement, 3, now);
    sqlite3_bind_int64(statement, 4, id);
    return vy_sql_done(db, statement, err);
}

vy_status vy_job_claim(struct vy_db *db, const struct vy_job_room *room, uint32_t n,
                       const char *runner, const char *worker, double now, struct vy_arena *arena,
                       struct vy_job *job, struct vy_err *err)
{
    int64_t id = 0;
    *job = (struct vy_job){0};
    vy_status status = vy_db_begin(db, err);
    if (status)
        return status;
    status = find_first(db, room, n, now, &id, err);
    if (!status && id)
        status = take_row(db, id, runner, worker, now, err);
    if (!status && id)
        status = vy_job_get(db, id, arena, job, err);
    return vy_db_end(db, status, err);
}

// ---- ending -------------------------------------------------------------------------------------

static vy_status unblock(struct vy_db *db, int64_t id, struct vy_err *err)
{
    sqlite3_stmt *statement;
    const vy_status status =
        vy_sql(db,
               "UPDATE job SET blockers = blockers - 1 WHERE state = 'queued' AND id IN"
               " (SELECT job FROM job_after WHERE other = ?)",
               &statement, err);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, id);
    return vy_sql_done(db, statement, err);
}

vy_status vy_job_let_go(struct vy_db *db, int64_t id, enum vy_job_state state, double now,
                        struct vy_err *err)
{
    sqlite3_stmt *statement;
    if (state == VY_JOB_SUCCEEDED)
        return unblock(db, id, err);
    // all that wait for it, and all that wait for those, by way of the job each waits for directly
    const vy_status status =
        vy_sql(db,
               "WITH RECURSIVE lost(job, other) AS ("
               " SELECT job, other FROM job_after WHERE other = ?1"
               " UNION SELECT a.job, a.other FROM job_after a JOIN lost ON a.other = lost.job)"
               "UPDATE job SET state = 'failed', ended = ?2, error = 'conflict', message ="
               " 'job ' || (SELECT min(other) FROM lost WHERE lost.job = job.id) ||"
               " CASE (SELECT min(other) FROM lost WHERE lost.job = job.id) WHEN ?1"
               "  THEN ', which it waits for, is ' || ?3 ELSE ', which it waits for, is failed' END"
               " WHERE state = 'queued' AND id IN (SELECT job FROM lost)",
               &statement, err);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, id);
    sqlite3_bind_double(statement, 2, now);
    sqlite3_bind_text(statement, 3, vy_job_state_name(state), -1, SQLITE_STATIC);
    return vy_sql_done(db, statement, err);
}

static vy_status end_row(struct vy_db *db, const struct vy_job_end *end, double now,
                         struct vy_err *err)
{
    sqlite3_stmt *statement;
    const vy_status status =
        vy_sql(db,
               "UPDATE job SET state = ?1, ended = ?2, not_before = ?3, tries = tries - ?4,"
               " error = ?5, message = ?6, log = ?7, result = ?8, take = ?9, runner = '',"
               " worker = '', cancel = 0,"
               " stage = CASE ?1 WHEN 'succeeded' THEN '' ELSE stage END,"
               " progress = CASE ?1 WHEN 'succeeded' THEN 1 WHEN 'queued' THEN 0 ELSE progress END"
               " WHERE id = ?10 AND state = 'running' AND runner = ?11 AND worker = ?12",
               &statement, err);
    if (status)
        return status;
    sqlite3_bind_text(statement, 1, vy_job_state_name(end->state), -1, SQLITE_STATIC);
    if (end->state != VY_JOB_QUEUED)
        sqlite3_bind_double(statement, 2, now);
    sqlite3_bind_double(statement, 3, end->state == VY_JOB_QUEUED ? end->again : 0);
    sqlite3_bind_int(statement, 4, end->uncounted);
    sqlite3_bind_text(statement, 5, end->error ? end->error : "", -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 6, end->message ? end->message : "", -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 7, end->log ? end->log : "", -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 8, end->result ? end->result : "", -1, SQLITE_STATIC);
    if (end->take && end->state == VY_JOB_SUCCEEDED)
        sqlite3_bind_int64(statement, 9, end->take);
    sqlite3_bind_int64(statement, 10, end->id);
    sqlite3_bind_text(statement, 11, end->runner, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 12, end->worker, -1, SQLITE_STATIC);
    return vy_sql_done(db, statement, err);
}

vy_status vy_job_finish(struct vy_db *db, const struct vy_job_end *end, bool *mine,
                        struct vy_err *err)
{
    const double now = vy_unix_s();
    vy_status status = vy_db_begin(db, err);
    if (status)
        return status;
    status = end_row(db, end, now, err);
    *mine = sqlite3_changes(vy_sql_handle(db)) > 0;
    if (!status && *mine && end->state != VY_JOB_QUEUED)
        status = vy_job_let_go(db, end->id, end->state, now, err);
    return vy_db_end(db, status, err);
}

vy_status vy_job_progress(struct vy_db *db, int64_t id, const char *worker, double progress,
                          const char *stage, struct vy_err *err)
{
    sqlite3_stmt *statement;
    // a kill loses none of it; a power cut may, and then the job is begun again anyway
    vy_status status = vy_sql_run(db, "PRAGMA synchronous = NORMAL", err);
    if (!status)
        status = vy_sql(db, "UPDATE job SET progress = ?, stage = ? WHERE id = ? AND worker = ?",
                        &statement, err);
    if (!status) {
        sqlite3_bind_double(statement, 1, progress);
        sqlite3_bind_text(statement, 2, stage, -1, SQLITE_STATIC);
        sqlite3_bind_int64(statement, 3, id);
        sqlite3_bind_text(statement, 4, worker, -1, SQLITE_STATIC);
        status = vy_sql_done(db, statement, err);
    }
    const vy_status back = vy_sql_run(db, "PRAGMA synchronous = FULL", status ? NULL : err);
    return status ? status : back;
}

vy_status vy_jobs_stamp(struct vy_db *db, int64_t *stamp, struct vy_err *err)
{
    return vy_sql_number(db, "PRAGMA data_version", 0, stamp, err);
}

vy_status vy_jobs_changes(struct vy_db *db, int64_t *changes, struct vy_err *err)
{
    return vy_sql_number(db, "SELECT changes FROM job_clock", 0, changes, err);
}
