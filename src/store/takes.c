// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/takes.h"

#include "store/sql.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS                                                                                  \
    "id, hash, path, name, kind, author, created, bytes, duration_s, rate_hz, channels, rating," \
    " kept, job, receipt,"                                                                       \
    " (SELECT group_concat(tag, ' ') FROM (SELECT tag FROM take_tag WHERE take = id ORDER BY "   \
    "tag))"

static vy_status read_row(sqlite3_stmt *statement, struct vy_arena *arena, struct vy_take *take,
                          struct vy_err *err)
{
    *take = (struct vy_take){.id = sqlite3_column_int64(statement, 0),
                             .created = sqlite3_column_double(statement, 6),
                             .bytes = sqlite3_column_int64(statement, 7),
                             .duration_s = vy_sql_real(statement, 8),
                             .rate_hz = (uint32_t)sqlite3_column_int64(statement, 9),
                             .chans = (uint32_t)sqlite3_column_int64(statement, 10),
                             .rating = sqlite3_column_int(statement, 11),
                             .kept = sqlite3_column_int(statement, 12) != 0,
                             .job = sqlite3_column_int64(statement, 13)};
    const void *const hash = sqlite3_column_blob(statement, 1);
    if (hash && sqlite3_column_bytes(statement, 1) == VY_TAKE_HASH)
        memcpy(take->hash, hash, VY_TAKE_HASH);
    const struct {
        int column;
        const char **to;
    } texts[] = {{2, &take->path},   {3, &take->name},     {4, &take->kind},
                 {5, &take->author}, {14, &take->receipt}, {15, &take->tags}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *const text = (const char *)sqlite3_column_text(statement, texts[i].column);
        *texts[i].to = vy_arena_text(arena, text ? text : "");
        if (!*texts[i].to)
            return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    }
    return VY_OK;
}

// ---- making -------------------------------------------------------------------------------------

vy_status vy_take_next(struct vy_db *db, int64_t *id, struct vy_err *err)
{
    const vy_status status = vy_sql_number(
        db, "SELECT seq FROM sqlite_sequence WHERE name = 'take'", 0, id, err); // never used twice
    *id += 1;
    return status;
}

vy_status vy_take_add(struct vy_db *db, const struct vy_take *take, struct vy_err *err)
{
    sqlite3_stmt *statement;
    const vy_status status =
        vy_sql(db,
               "INSERT INTO take (id, hash, path, name, kind, author, created, bytes, duration_s,"
               " rate_hz, channels, rating, kept, job, receipt)"
               " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
               &statement, err);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, take->id);
    sqlite3_bind_blob(statement, 2, take->hash, VY_TAKE_HASH, SQLITE_STATIC);
    sqlite3_bind_text(statement, 3, take->path, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 4, take->name, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 5, take->kind, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 6, take->author, -1, SQLITE_STATIC);
    sqlite3_bind_double(statement, 7, take->created);
    sqlite3_bind_int64(statement, 8, take->bytes);
    vy_sql_bind_real(statement, 9, take->duration_s);
    sqlite3_bind_int64(statement, 10, take->rate_hz);
    sqlite3_bind_int64(statement, 11, take->chans);
    sqlite3_bind_int(statement, 12, take->rating);
    sqlite3_bind_int(statement, 13, take->kept);
    if (take->job)
        sqlite3_bind_int64(statement, 14, take->job);
    else
        sqlite3_bind_null(statement, 14);
    sqlite3_bind_text(statement, 15, take->receipt, -1, SQLITE_STATIC);
    return vy_sql_done(db, statement, err);
}

// ---- finding ------------------------------------------------------------------------------------

static vy_status missing(const char *which, struct vy_err *err)
{
    return vy_fail(err, VY_NOT_FOUND, -1, "there is no take %.80s", which);
}

static vy_status missing_id(int64_t id, struct vy_err *err)
{
    return vy_fail(err, VY_NOT_FOUND, -1, "there is no take %lld", (long long)id);
}

vy_status vy_take_get(struct vy_db *db, int64_t id, struct vy_arena *arena, struct vy_take *take,
                      struct vy_err *err)
{
    sqlite3_stmt *statement;
    bool row;
    vy_status status = vy_sql(db, "SELECT " COLUMNS " FROM take WHERE id = ?", &statement, err);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, id);
    status = vy_sql_next(db, statement, &row, err);
    if (status)
        return status;
    if (!row)
        return missing_id(id, err);
    status = read_row(statement, arena, take, err);
    sqlite3_reset(statement);
    return status;
}

vy_status vy_take_find(struct vy_db *db, const char *which, int64_t *id, struct vy_err *err)
{
    char *end;
    errno = 0;
    const long long number = strtoll(which, &end, 10);
    const bool numbered = end != which && !*end && number > 0 && !errno;
    sqlite3_stmt *statement;
    vy_status status = vy_sql(db,
                              "SELECT min(id), count(*) FROM take WHERE"
                              " CASE WHEN ?1 > 0 THEN id = ?1 ELSE name = ?2 END",
                              &statement, err);
    bool row = false;
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, numbered ? number : 0);
    sqlite3_bind_text(statement, 2, which, -1, SQLITE_STATIC);
    status = vy_sql_next(db, statement, &row, err);
    if (status || !row)
        return status ? status : missing(which, err);
    const int64_t count = sqlite3_column_int64(statement, 1);
    *id = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    if (count > 1)
        return vy_fail(err, VY_CONFLICT, -1, "%lld takes are called '%.80s'; say the number",
                       (long long)count, which);
    return count ? VY_OK : missing(which, err);
}

vy_status vy_take_at(struct vy_db *db, const char *path, bool *there, struct vy_err *err)
{
    sqlite3_stmt *statement;
    vy_status status = vy_sql(db, "SELECT 1 FROM take WHERE path = ?", &statement, err);
    if (status)
        return status;
    sqlite3_bind_text(statement, 1, path, -1, SQLITE_STATIC);
    status = vy_sql_next(db, statement, there, err);
    if (!status && *there)
        sqlite3_reset(statement);
    return status;
}

vy_status vy_takes_each(struct vy_db *db, const struct vy_take_wish *wish, vy_take_fn *fn,
                        void *arg, struct vy_err *err)
{
#define WHICH                                                                           \
    "SELECT " COLUMNS " FROM take WHERE rating >= ?1"                                   \
    " AND (?2 IS NULL OR EXISTS (SELECT 1 FROM take_tag WHERE take = id AND tag = ?2))" \
    " AND (?3 IS NULL OR instr(lower(name), lower(?3)) > 0)"
    sqlite3_stmt *statement;
    vy_status status = wish->oldest
                           ? vy_sql(db, WHICH " ORDER BY id LIMIT ?4", &statement, err)
                           : vy_sql(db, WHICH " ORDER BY id DESC LIMIT ?4", &statement, err);
#undef WHICH
    if (status)
        return status;
    sqlite3_bind_int(statement, 1, wish->rating);
    sqlite3_bind_text(statement, 2, wish->tag, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 3, wish->text, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 4, wish->most > 0 ? wish->most : -1);
    for (bool row = true; !status && row;) {
        struct vy_arena arena = {0};
        struct vy_take take;
        status = vy_sql_next(db, statement, &row, err);
        if (!status && row)
            status = read_row(statement, &arena, &take, err);
        if (!status && row)
            row = fn(arg, &take);
        vy_arena_clear(&arena);
    }
    sqlite3_reset(statement);
    return status;
}

vy_status vy_takes_total(struct vy_db *db, int64_t *count, int64_t *bytes, struct vy_err *err)
{
    const vy_status status = vy_sql_number(db, "SELECT count(*) FROM take", 0, count, err);
    return status ? status : vy_sql_number(db, "SELECT sum(bytes) FROM take", 0, bytes, err);
}

// ---- changing -----------------------------------------------------------------------------------

// Run what has the id as its last parameter; nothing touched = there is no such take.
static vy_status change(struct vy_db *db, sqlite3_stmt *statement, int64_t id, struct vy_err *err)
{
    const vy_status status = vy_sql_done(db, statement, err);
    if (status)
        return status;
    return sqlite3_changes(vy_sql_handle(db)) > 0 ? VY_OK : missing_id(id, err);
}

static vy_status set_number(struct vy_db *db, const char *sql, int64_t id, int number,
                            struct vy_err *err)
{
    sqlite3_stmt *statement;
    const vy_status status = vy_sql(db, sql, &statement, err);
    if (status)
        return status;
    sqlite3_bind_int(statement, 1, number);
    sqlite3_bind_int64(statement, 2, id);
    return change(db, statement, id, err);
}

vy_status vy_take_rate(struct vy_db *db, int64_t id, int rating, struct vy_err *err)
{
    if (rating < 0 || rating > 5)
        return vy_fail(err, VY_OUT_OF_RANGE, -1, "a rating is 0..5");
    return set_number(db, "UPDATE take SET rating = ? WHERE id = ?", id, rating, err);
}

vy_status vy_take_keep(struct vy_db *db, int64_t id, bool kept, struct vy_err *err)
{
    return set_number(db, "UPDATE take SET kept = ? WHERE id = ?", id, kept, err);
}

vy_status vy_take_rename(struct vy_db *db, int64_t id, const char *name, struct vy_err *err)
{
    sqlite3_stmt *statement;
    const vy_status status = vy_sql(db, "UPDATE take SET name = ? WHERE id = ?", &statement, err);
    if (status)
        return status;
    sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 2, id);
    return change(db, statement, id, err);
}

static vy_status check_tags(struct vy_db *db, int64_t id, struct vy_err *err)
{
    sqlite3_stmt *statement;
    bool row;
    vy_status status = vy_sql(db,
                              "SELECT (SELECT count(*) FROM take_tag WHERE take = take.id)"
                              " FROM take WHERE id = ?",
                              &statement, err);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, id);
    status = vy_sql_next(db, statement, &row, err);
    if (status || !row)
        return status ? status : missing_id(id, err);
    const int count = sqlite3_column_int(statement, 0);
    sqlite3_reset(statement);
    return count < VY_TAKE_TAGS_MOST
               ? VY_OK
               : vy_fail(err, VY_TOO_BIG, -1, "a take has at most %d tags", VY_TAKE_TAGS_MOST);
}

vy_status vy_take_tag(struct vy_db *db, int64_t id, const char *tag, bool on, struct vy_err *err)
{
    sqlite3_stmt *statement;
    vy_status status = check_tags(db, id, err);
    if (status == VY_TOO_BIG && !on)
        status = VY_OK;
    if (!status)
        status =
            on ? vy_sql(db, "INSERT OR IGNORE INTO take_tag VALUES (?, ?)", &statement, err)
               : vy_sql(db, "DELETE FROM take_tag WHERE take = ? AND tag = ?", &statement, err);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, id);
    sqlite3_bind_text(statement, 2, tag, -1, SQLITE_STATIC);
    return vy_sql_done(db, statement, err);
}

vy_status vy_take_remove(struct vy_db *db, int64_t id, struct vy_err *err)
{
    sqlite3_stmt *statement;
    const vy_status status = vy_sql(db, "DELETE FROM take WHERE id = ?", &statement, err);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, id);
    return change(db, statement, id, err);
}
