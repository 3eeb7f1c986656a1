// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/sql.h"

#include "base/arena.h"
#include "base/home.h"
#include "store/schema.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUSY_MS 10000     ///< how long another process may hold the library
#define STATEMENTS 64     ///< prepared statements kept
#define PROBLEMS_SHOWN 50 ///< lines of a check

struct vy_db {
    const struct vy_db_kind *kind;
    sqlite3 *handle;
    int depth; ///< of nested transactions
    int statements;
    struct {
        const char *sql;
        sqlite3_stmt *statement;
    } kept[STATEMENTS];
    char path[4096];
};

vy_status vy_db_default_path(const struct vy_db_kind *kind, char *path, size_t size,
                             struct vy_err *err)
{
    return vy_home_path(VY_HOME_DATA, kind->file, path, size, err);
}

const char *vy_db_path(const struct vy_db *db)
{
    return db->path;
}

sqlite3 *vy_sql_handle(struct vy_db *db)
{
    return db->handle;
}

vy_status vy_sql_fail(struct vy_db *db, int code, struct vy_err *err)
{
    static const struct {
        int code;
        vy_status status;
        const char *text;
    } known[] = {
        {SQLITE_BUSY, VY_BUSY, "another program is writing to it"},
        {SQLITE_LOCKED, VY_BUSY, "another program is writing to it"},
        {SQLITE_NOTADB, VY_BAD_FILE, "it is not a database"},
        {SQLITE_CORRUPT, VY_BAD_FILE, "it is damaged"},
        {SQLITE_FULL, VY_IO, "the disk is full"},
        {SQLITE_IOERR, VY_IO, "it cannot be read or written"},
        {SQLITE_CANTOPEN, VY_IO, "it cannot be opened"},
        {SQLITE_READONLY, VY_IO, "it may not be written"},
        {SQLITE_PERM, VY_IO, "it may not be opened"},
        {SQLITE_NOMEM, VY_NO_MEMORY, "out of memory"},
        {SQLITE_TOOBIG, VY_TOO_BIG, "a value is too long"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].code == (code & 0xff))
            return vy_fail(err, known[i].status, -1, "%.150s: %s", db->path, known[i].text);
    return vy_fail(err, VY_INTERNAL, -1, "%.80s: %.140s", db->path, sqlite3_errmsg(db->handle));
}

vy_status vy_sql_run(struct vy_db *db, const char *sql, struct vy_err *err)
{
    const int code = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? VY_OK : vy_sql_fail(db, code, err);
}

vy_status vy_sql(struct vy_db *db, const char *sql, sqlite3_stmt **statement, struct vy_err *err)
{
    for (int i = 0; i < db->statements; i++)
        if (strcmp(db->kept[i].sql, sql) == 0) {
            *statement = db->kept[i].statement;
            sqlite3_reset(*statement);
            sqlite3_clear_bindings(*statement);
            return VY_OK;
        }
    if (db->statements == STATEMENTS)
        return vy_fail(err, VY_INTERNAL, -1, "more than %d statements", STATEMENTS);
    const int code =
        sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL);
    if (code != SQLITE_OK)
        return vy_sql_fail(db, code, err);
    db->kept[db->statements].sql = sql;
    db->kept[db->statements++].statement = *statement;
    return VY_OK;
}

vy_status vy_sql_next(struct vy_db *db, sqlite3_stmt *statement, bool *row, struct vy_err *err)
{
    const int code = sqlite3_step(statement);
    *row = code == SQLITE_ROW;
    if (*row)
        return VY_OK;
    const vy_status status = code == SQLITE_DONE ? VY_OK : vy_sql_fail(db, code, err);
    sqlite3_reset(statement);
    return status;
}

vy_status vy_sql_done(struct vy_db *db, sqlite3_stmt *statement, struct vy_err *err)
{
    bool row = true;
    vy_status status = VY_OK;
    while (row && !status)
        status = vy_sql_next(db, statement, &row, err);
    return status;
}

vy_status vy_sql_number(struct vy_db *db, const char *sql, int64_t none, int64_t *number,
                        struct vy_err *err)
{
    sqlite3_stmt *statement;
    bool row = false;
    *number = none;
    vy_status status = vy_sql(db, sql, &statement, err);
    if (!status)
        status = vy_sql_next(db, statement, &row, err);
    if (row && sqlite3_column_type(statement, 0) != SQLITE_NULL)
        *number = sqlite3_column_int64(statement, 0);
    if (row)
        sqlite3_reset(statement);
    return status;
}

void vy_sql_bind_real(sqlite3_stmt *statement, int at, double value)
{
    if (isfinite(value))
        sqlite3_bind_double(statement, at, value);
    else
        sqlite3_bind_null(statement, at);
}

double vy_sql_real(sqlite3_stmt *statement, int column)
{
    return sqlite3_column_type(statement, column) == SQLITE_NULL
               ? (double)NAN
               : sqlite3_column_double(statement, column);
}

char *vy_sql_text(sqlite3_stmt *statement, int column, struct vy_arena *arena)
{
    return vy_arena_text(arena, (const char *)sqlite3_column_text(statement, column));
}

// Is it of this kind, and how far is it? An empty file is one that is yet to be.
static vy_status recognise(struct vy_db *db, int64_t *version, struct vy_err *err)
{
    int64_t mark, tables;
    vy_status status = vy_sql_number(db, "PRAGMA application_id", 0, &mark, err);
    if (!status)
        status = vy_sql_number(db, "SELECT count(*) FROM sqlite_master", 0, &tables, err);
    if (!status)
        status = vy_sql_number(db, "PRAGMA user_version", 0, version, err);
    if (status)
        return status;
    int64_t newest = 0;
    while (db->kind->step[newest])
        newest++;
    if (mark != db->kind->mark && (tables || *version))
        return vy_fail(err, VY_BAD_FILE, -1, "%.150s: a database, but not a %s of Veery", db->path,
                       db->kind->name);
    if (*version < 0 || *version > newest)
        return vy_fail(err, VY_BAD_FILE, -1, "%.150s: a newer Veery made it (version %lld)",
                       db->path, (long long)*version);
    return VY_OK;
}

static vy_status take_steps(struct vy_db *db, int64_t version, struct vy_err *err)
{
    vy_status status = VY_OK;
    for (; !status && db->kind->step[version]; version++) {
        char mark[96];
        snprintf(mark, sizeof mark, "PRAGMA application_id = %d; PRAGMA user_version = %d",
                 (int)db->kind->mark, (int)version + 1);
        status = vy_sql_run(db, db->kind->step[version], err);
        if (!status)
            status = vy_sql_run(db, mark, err);
    }
    return status;
}

static vy_status prepare(struct vy_db *db, struct vy_err *err)
{
    int64_t version = 0, newest = 0;
    sqlite3_busy_timeout(db->handle, BUSY_MS);
    vy_status status = recognise(db, &version, err);
    if (!status) // the log first: making the tables is a write like any other
        status = vy_sql_run(db,
                            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                            "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;"
                            "PRAGMA recursive_triggers = ON",
                            err);
    while (db->kind->step[newest])
        newest++;
    if (status || version == newest)
        return status;
    status = vy_db_begin(db, err);
    if (!status) // somebody else may have been quicker
        status = recognise(db, &version, err);
    if (!status)
        status = take_steps(db, version, err);
    return vy_db_end(db, status, err);
}

vy_status vy_db_open(const struct vy_db_kind *kind, const char *path, enum vy_db_mode mode,
                     struct vy_db **db, struct vy_err *err)
{
    *db = NULL;
    if (mode == VY_DB_USE && access(path, F_OK) != 0)
        return vy_fail(err, VY_NOT_FOUND, -1, "there is no %s %.150s", kind->name, path);
    struct vy_db *const d = calloc(1, sizeof *d);
    if (!d)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    d->kind = kind;
    vy_status status = VY_OK;
    if (!vy_text_copy(d->path, sizeof d->path, path))
        status = vy_fail(err, VY_TOO_BIG, -1, "the path is too long");
    if (!status) {
        const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
                          (mode == VY_DB_CREATE ? SQLITE_OPEN_CREATE : 0);
        const int code = sqlite3_open_v2(path, &d->handle, flags, NULL);
        status = code == SQLITE_OK ? prepare(d, err) : vy_sql_fail(d, code, err);
    }
    if (status) {
        vy_db_close(d);
        return status;
    }
    *db = d;
    return VY_OK;
}

vy_status vy_db_open_usual(const struct vy_db_kind *kind, const char *file, enum vy_db_mode mode,
                           struct vy_db **db, struct vy_err *err)
{
    char path[4096];
    *db = NULL;
    vy_status status = VY_OK;
    if (!file)
        status = vy_db_default_path(kind, path, sizeof path, err);
    if (!status && mode == VY_DB_CREATE)
        status = vy_make_parents(file ? file : path, err);
    return status ? status : vy_db_open(kind, file ? file : path, mode, db, err);
}

void vy_db_close(struct vy_db *db)
{
    if (!db)
        return;
    for (int i = 0; i < db->statements; i++)
        sqlite3_finalize(db->kept[i].statement);
    sqlite3_close(db->handle);
    free(db);
}

vy_status vy_db_begin(struct vy_db *db, struct vy_err *err)
{
    const vy_status status = db->depth ? VY_OK : vy_sql_run(db, "BEGIN IMMEDIATE", err);
    if (!status)
        db->depth++;
    return status;
}

vy_status vy_db_commit(struct vy_db *db, struct vy_err *err)
{
    if (db->depth > 1) {
        db->depth--;
        return VY_OK;
    }
    const vy_status status = vy_sql_run(db, "COMMIT", err);
    if (status)
        vy_db_rollback(db);
    db->depth = 0;
    return status;
}

void vy_db_rollback(struct vy_db *db)
{
    if (db->depth && !sqlite3_get_autocommit(db->handle))
        sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
    db->depth = 0;
}

vy_status vy_db_end(struct vy_db *db, vy_status status, struct vy_err *err)
{
    if (!status)
        return vy_db_commit(db, err);
    vy_db_rollback(db);
    return status;
}

static vy_status check_rows(struct vy_db *db, const char *sql, const char *problem,
                            struct vy_buf *problems, struct vy_err *err)
{
    sqlite3_stmt *statement;
    vy_status status = vy_sql(db, sql, &statement, err);
    bool row = true;
    for (int shown = 0; !status && row && shown < PROBLEMS_SHOWN; shown++) {
        status = vy_sql_next(db, statement, &row, err);
        const char *const text = row ? (const char *)sqlite3_column_text(statement, 0) : NULL;
        if (text && !problem && strcmp(text, "ok") != 0)
            vy_buf_add(problems, "%s\n", text);
        else if (text && problem)
            vy_buf_add(problems, "%s: %s\n", problem, text);
    }
    sqlite3_reset(statement);
    return status;
}

vy_status vy_db_check(struct vy_db *db, struct vy_buf *problems, struct vy_err *err)
{
    vy_status status = check_rows(db, "PRAGMA integrity_check", NULL, problems, err);
    if (!status)
        status = check_rows(db, "SELECT \"table\" FROM pragma_foreign_key_check",
                            "a row that refers to nothing in", problems, err);
    for (const struct vy_db_rule *rule = db->kind->rule; !status && rule->sql; rule++)
        status = check_rows(db, rule->sql, rule->problem, problems, err);
    return status;
}
