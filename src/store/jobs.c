// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The queue as everybody sees it; jobs_run.c has what runners do.
#include "store/jobs_inside.h"

#include "base/clock.h"

#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HASH_BYTES 32

static const char *const state_names[] = {
#define X(code, name) name,
    VY_JOB_STATE_LIST(X)
#undef X
};

const char *vy_job_state_name(enum vy_job_state state)
{
    return state < VY_JOB_STATES ? state_names[state] : "?";
}

int vy_job_state_find(const char *name)
{
    for (int i = 0; i < VY_JOB_STATES; i++)
        if (strcmp(state_names[i], name) == 0)
            return i;
    return -1;
}

// ---- adding -------------------------------------------------------------------------------------

static vy_status check_room(struct vy_db *db, int64_t most, struct vy_err *err)
{
    int64_t queued;
    const vy_status status =
        vy_sql_number(db, "SELECT count(*) FROM job WHERE state = 'queued'", 0, &queued, err);
    if (status || queued < most)
        return status;
    return vy_fail(err, VY_BUSY, -1,
                   "%lld jobs are queued, and jobs.queue_max is %lld; let some end, or cancel some",
                   (long long)queued, (long long)most);
}

// Sessions are kept once, however many jobs are of them.
static vy_status keep_program(struct vy_db *db, const char *program, uint8_t hash[HASH_BYTES],
                              struct vy_err *err)
{
    sqlite3_stmt *statement;
    crypto_generichash(hash, HASH_BYTES, (const unsigned char *)program, strlen(program), NULL, 0);
    vy_status status =
        vy_sql(db, "INSERT OR IGNORE INTO job_program (hash, text) VALUES (?, ?)", &statement, err);
    if (status)
        return status;
    sqlite3_bind_blob(statement, 1, hash, HASH_BYTES, SQLITE_STATIC);
    sqlite3_bind_text(statement, 2, program, -1, SQLITE_STATIC);
    return vy_sql_done(db, statement, err);
}

// What a job it waits for has come to: *blocks when it has not succeeded yet.
static vy_status check_other(struct vy_db *db, int64_t other, bool *blocks, struct vy_err *err)
{
    sqlite3_stmt *statement;
    bool row;
    vy_status status = vy_sql(db, "SELECT state FROM job WHERE id = ?", &statement, err);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, other);
    status = vy_sql_next(db, statement, &row, err);
    if (status)
        return status;
    if (!row)
        return vy_fail(err, VY_NOT_FOUND, -1, "there is no job %lld to wait for", (long long)other);
    const int state = vy_job_state_find((const char *)sqlite3_column_text(statement, 0));
    sqlite3_reset(statement);
    *blocks = state != VY_JOB_SUCCEEDED;
    if (state == VY_JOB_QUEUED || state == VY_JOB_RUNNING || state == VY_JOB_SUCCEEDED)
        return VY_OK;
    return vy_fail(err, VY_CONFLICT, -1, "job %lld, which it would wait for, is %s; retry it first",
                   (long long)other, vy_job_state_name((enum vy_job_state)state));
}

static vy_status add_others(struct vy_db *db, const struct vy_job_new *job, int64_t id,
                            struct vy_err *err)
{
    sqlite3_stmt *statement;
    vy_status status = VY_OK;
    for (uint32_t i = 0; i < job->afters && !status; i++) {
        status = vy_sql(db, "INSERT OR IGNORE INTO job_after (job, other) VALUES (?, ?)",
                        &statement, err);
        if (status)
            return status;
        sqlite3_bind_int64(statement, 1, id);
        sqlite3_bind_int64(statement, 2, job->after[i]);
        status = vy_sql_done(db, statement, err);
    }
    return status;
}

static vy_status add_row(struct vy_db *db, const struct vy_job_new *job, const uint8_t *hash,
                         int64_t *id, struct vy_err *err)
{
    sqlite3_stmt *statement;
    int64_t blockers = 0;
    for (uint32_t i = 0; i < job->afters; i++) {
        bool blocks = false, again = false;
        const vy_status status = check_other(db, job->after[i], &blocks, err);
        if (status)
            return status;
        for (uint32_t k = 0; k < i; k++)
            again |= job->after[k] == job->after[i];
        blockers += blocks && !again;
    }
    const vy_status status =
        vy_sql(db,
               "INSERT INTO job (line, author, class, state, priority, blockers, program, beat,"
               " folder, timeout_s, tries_most, created)"
               " VALUES (?, ?, ?, 'queued', ?, ?, ?, ?, ?, ?, ?, ?)",
               &statement, err);
    if (status)
        return status;
    sqlite3_bind_text(statement, 1, job->line, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 2, job->author, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 3, job->class, -1, SQLITE_STATIC);
    sqlite3_bind_int(statement, 4, job->priority);
    sqlite3_bind_int64(statement, 5, blockers);
    if (hash)
        sqlite3_bind_blob(statement, 6, hash, HASH_BYTES, SQLITE_STATIC);
    sqlite3_bind_double(statement, 7, job->beat);
    sqlite3_bind_text(statement, 8, job->folder, -1, SQLITE_STATIC);
    sqlite3_bind_double(statement, 9, job->timeout_s);
    sqlite3_bind_int(statement, 10, job->tries_most);
    sqlite3_bind_double(statement, 11, vy_unix_s());
    const vy_status done = vy_sql_done(db, statement, err);
    *id = sqlite3_last_insert_rowid(vy_sql_handle(db));
    return done ? done : add_others(db, job, *id, err);
}

vy_status vy_job_add(struct vy_db *db, const struct vy_job_new *job, int64_t *id,
                     struct vy_err *err)
{
    uint8_t hash[HASH_BYTES];
    if (job->afters > VY_JOB_AFTER_MOST)
        return vy_fail(err, VY_TOO_BIG, -1, "a job waits for at most %d others", VY_JOB_AFTER_MOST);
    vy_status status = vy_db_begin(db, err);
    if (status)
        return status;
    status = check_room(db, job->queue_most, err);
    if (!status && *job->program)
        status = keep_program(db, job->program, hash, err);
    if (!status)
        status = add_row(db, job, *job->program ? hash : NULL, id, err);
    return vy_db_end(db, status, err);
}

vy_status vy_job_queued(struct vy_db *db, const char *line, bool *queued, struct vy_err *err)
{
    sqlite3_stmt *statement;
    vy_status status =
        vy_sql(db, "SELECT 1 FROM job WHERE state = 'queued' AND line = ?", &statement, err);
    if (status)
        return status;
    sqlite3_bind_text(statement, 1, line, -1, SQLITE_STATIC);
    status = vy_sql_next(db, statement, queued, err);
    if (!status && *queued)
        sqlite3_reset(statement);
    return status;
}

// ---- reading ------------------------------------------------------------------------------------

static const char *text_at(sqlite3_stmt *statement, int column, struct vy_arena *arena,
                           bool *failed)
{
    const char *const text = (const char *)sqlite3_column_text(statement, column);
    const char *const copy = vy_arena_text(arena, text ? text : "");
    *failed |= !copy;
    return copy ? copy : "";
}

vy_status vy_job_row(sqlite3_stmt *s, struct vy_arena *arena, struct vy_job *job,
                     struct vy_err *err)
{
    bool failed = false;
    const int state = vy_job_state_find((const char *)sqlite3_column_text(s, 1));
    *job = (struct vy_job){
        .id = sqlite3_column_int64(s, 0),
        .state = state < 0 ? VY_JOB_FAILED : (enum vy_job_state)state,
        .priority = sqlite3_column_int(s, 2),
        .line = text_at(s, 3, arena, &failed),
        .author = text_at(s, 4, arena, &failed),
        .class = text_at(s, 5, arena, &failed),
        .folder = text_at(s, 6, arena, &failed),
        .timeout_s = sqlite3_column_double(s, 7),
        .tries = sqlite3_column_int(s, 8),
        .tries_most = sqlite3_column_int(s, 9),
        .created = vy_sql_real(s, 10),
        .started = vy_sql_real(s, 11),
        .ended = vy_sql_real(s, 12),
        .progress = sqlite3_column_double(s, 13),
        .stage = text_at(s, 14, arena, &failed),
        .error = text_at(s, 15, arena, &failed),
        .message = text_at(s, 16, arena, &failed),
        .log = text_at(s, 17, arena, &failed),
        .result = text_at(s, 18, arena, &failed),
        .take = sqlite3_column_int64(s, 19),
        .cancel = sqlite3_column_int(s, 20) != 0,
        .runner = text_at(s, 21, arena, &failed),
        .worker = text_at(s, 22, arena, &failed),
        .beat = sqlite3_column_double(s, 23),
    };
    for (const char *after = (const char *)sqlite3_column_text(s, 24);
         after && *after && job->afters < VY_JOB_AFTER_MOST;) {
        char *end;
        job->after[job->afters++] = strtoll(after, &end, 10);
        after = *end ? end + 1 : end;
    }
    return failed ? vy_fail(err, VY_NO_MEMORY, -1, "out of memory") : VY_OK;
}

vy_status vy_job_get(struct vy_db *db, int64_t id, struct vy_arena *arena, struct vy_job *job,
                     struct vy_err *err)
{
    sqlite3_stmt *statement;
    bool row;
    vy_status status =
        vy_sql(db, "SELECT " VY_JOB_COLUMNS " FROM job WHERE id = ?", &statement, err);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, id);
    status = vy_sql_next(db, statement, &row, err);
    if (status)
        return status;
    if (!row)
        return vy_fail(err, VY_NOT_FOUND, -1, "there is no job %lld", (long long)id);
    status = vy_job_row(statement, arena, job, err);
    sqlite3_reset(statement);
    return status;
}

vy_status vy_job_program(struct vy_db *db, int64_t id, struct vy_arena *arena, char **program,
                         struct vy_err *err)
{
    sqlite3_stmt *statement;
    bool row;
    vy_status status = vy_sql(db,
                              "SELECT p.text FROM job j LEFT JOIN job_program p ON p.hash ="
                              " j.program WHERE j.id = ?",
                              &statement, err);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, id);
    status = vy_sql_next(db, statement, &row, err);
    if (status)
        return status;
    const char *const text = row ? (const char *)sqlite3_column_text(statement, 0) : NULL;
    *program = vy_arena_text(arena, text ? text : "");
    sqlite3_reset(statement);
    return *program ? VY_OK : vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
}

// Rows one by one; the arena is emptied between them.
static vy_status each_row(struct vy_db *db, sqlite3_stmt *statement, vy_job_fn *fn, void *arg,
                          struct vy_err *err)
{
    bool row = true;
    vy_status status = VY_OK;
    while (!status && row) {
        struct vy_arena arena = {0};
        struct vy_job job;
        status = vy_sql_next(db, statement, &row, err);
        if (!status && row)
            status = vy_job_row(statement, &arena, &job, err);
        if (!status && row)
            row = fn(arg, &job);
        vy_arena_clear(&arena);
    }
    sqlite3_reset(statement);
    return status;
}

vy_status vy_jobs_each(struct vy_db *db, const struct vy_job_wish *wish, vy_job_fn *fn, void *arg,
                       struct vy_err *err)
{
    static const char changed[] =
        "SELECT " VY_JOB_COLUMNS " FROM job WHERE change > ? ORDER BY change";
    static const char any[] =
        "SELECT " VY_JOB_COLUMNS " FROM job WHERE id < ? ORDER BY id DESC LIMIT ?";
    static const char one[] =
        "SELECT " VY_JOB_COLUMNS " FROM job WHERE id < ? AND state = ?3 ORDER BY id DESC LIMIT ?2";
    sqlite3_stmt *statement;
    const char *const sql = wish->changed > 0 ? changed : wish->state < 0 ? any : one;
    const vy_status status = vy_sql(db, sql, &statement, err);
    if (status)
        return status;
    if (wish->changed > 0) {
        sqlite3_bind_int64(statement, 1, wish->changed);
        return each_row(db, statement, fn, arg, err);
    }
    sqlite3_bind_int64(statement, 1, wish->below > 0 ? wish->below : INT64_MAX);
    sqlite3_bind_int64(statement, 2, wish->most > 0 ? wish->most : -1);
    if (wish->state >= 0)
        sqlite3_bind_text(statement, 3, vy_job_state_name((enum vy_job_state)wish->state), -1,
                          SQLITE_STATIC);
    return each_row(db, statement, fn, arg, err);
}

vy_status vy_jobs_elsewhere(struct vy_db *db, const char *runner, vy_job_fn *fn, void *arg,
                            struct vy_err *err)
{
    sqlite3_stmt *statement;
    const vy_status status =
        vy_sql(db,
               "SELECT " VY_JOB_COLUMNS " FROM job WHERE state = 'running' AND runner <> ?"
               " ORDER BY id",
               &statement, err);
    if (status)
        return status;
    sqlite3_bind_text(statement, 1, runner, -1, SQLITE_STATIC);
    return each_row(db, statement, fn, arg, err);
}

vy_status vy_jobs_count(struct vy_db *db, int64_t count[VY_JOB_STATES], struct vy_err *err)
{
    sqlite3_stmt *statement;
    bool row = true;
    memset(count, 0, VY_JOB_STATES * sizeof *count);
    vy_status status =
        vy_sql(db, "SELECT state, count(*) FROM job GROUP BY state", &statement, err);
    while (!status && row) {
        status = vy_sql_next(db, statement, &row, err);
        const int state = !status && row
                              ? vy_job_state_find((const char *)sqlite3_column_text(statement, 0))
                              : -1;
        if (state >= 0)
            count[state] = sqlite3_column_int64(statement, 1);
    }
    return status;
}

// ---- ending by hand -----------------------------------------------------------------------------

static vy_status state_of(struct vy_db *db, int64_t id, enum vy_job_state *state,
                          struct vy_err *err)
{
    struct vy_arena arena = {0};
    struct vy_job job = {0};
    const vy_status status = vy_job_get(db, id, &arena, &job, err);
    *state = job.state;
    vy_arena_clear(&arena);
    return status;
}

static vy_status cancel(struct vy_db *db, int64_t id, enum vy_job_state *state, struct vy_err *err)
{
    sqlite3_stmt *statement;
    vy_status status = state_of(db, id, state, err);
    if (status)
        return status;
    const bool runs = *state == VY_JOB_RUNNING;
    if (!runs && *state != VY_JOB_QUEUED)
        return vy_fail(err, VY_CONFLICT, -1, "job %lld is %s already", (long long)id,
                       vy_job_state_name(*state));
    const double now = vy_unix_s();
    if (runs)
        status = vy_sql(db, "UPDATE job SET cancel = 1 WHERE id = ?", &statement, err);
    else
        status = vy_sql(db, "UPDATE job SET state = 'cancelled', ended = ?2 WHERE id = ?1",
                        &statement, err);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, id);
    if (!runs)
        sqlite3_bind_double(statement, 2, now);
    status = vy_sql_done(db, statement, err);
    return status || runs ? status : vy_job_let_go(db, id, VY_JOB_CANCELLED, now, err);
}

vy_status vy_job_cancel(struct vy_db *db, int64_t id, enum vy_job_state *state, struct vy_err *err)
{
    const vy_status status = vy_db_begin(db, err);
    return status ? status : vy_db_end(db, cancel(db, id, state, err), err);
}

static vy_status retry(struct vy_db *db, int64_t id, int64_t queue_most, struct vy_err *err)
{
    struct vy_arena arena = {0};
    struct vy_job job = {0};
    sqlite3_stmt *statement;
    int64_t blockers = 0;
    vy_status status = vy_job_get(db, id, &arena, &job, err);
    if (!status && (job.state == VY_JOB_QUEUED || job.state == VY_JOB_RUNNING ||
                    job.state == VY_JOB_SUCCEEDED))
        status = vy_fail(err, VY_CONFLICT, -1, "job %lld is %s", (long long)id,
                         vy_job_state_name(job.state));
    if (!status)
        status = check_room(db, queue_most, err);
    for (uint32_t i = 0; i < job.afters && !status; i++) {
        bool blocks = false;
        status = check_other(db, job.after[i], &blocks, err);
        blockers += blocks;
    }
    vy_arena_clear(&arena);
    if (!status)
        status = vy_sql(db,
                        "UPDATE job SET state = 'queued', ended = NULL, started = NULL, tries = 0,"
                        " not_before = 0, progress = 0, stage = '', error = '', message = '',"
                        " log = '', result = '', blockers = ?2 WHERE id = ?1",
                        &statement, err);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, id);
    sqlite3_bind_int64(statement, 2, blockers);
    return vy_sql_done(db, statement, err);
}

vy_status vy_job_retry(struct vy_db *db, int64_t id, int64_t queue_most, struct vy_err *err)
{
    const vy_status status = vy_db_begin(db, err);
    return status ? status : vy_db_end(db, retry(db, id, queue_most, err), err);
}

vy_status vy_jobs_prune(struct vy_db *db, int64_t keep, struct vy_err *err)
{
    sqlite3_stmt *statement;
    vy_status status = vy_db_begin(db, err);
    if (status)
        return status;
    status = vy_sql(db,
                    "DELETE FROM job WHERE state NOT IN ('queued', 'running') AND id <="
                    " (SELECT id FROM job WHERE state NOT IN ('queued', 'running')"
                    "  ORDER BY id DESC LIMIT 1 OFFSET ?)"
                    " AND id NOT IN (SELECT a.other FROM job_after a JOIN job j ON j.id = a.job"
                    "  WHERE j.state = 'queued')",
                    &statement, err);
    if (!status) {
        sqlite3_bind_int64(statement, 1, keep);
        status = vy_sql_done(db, statement, err);
    }
    if (!status)
        status = vy_sql_run(db,
                            "DELETE FROM job_program WHERE hash NOT IN"
                            " (SELECT program FROM job WHERE program IS NOT NULL)",
                            err);
    return vy_db_end(db, status, err);
}
