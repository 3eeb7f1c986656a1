// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Where sounds lie.
#include "store/sounds.h"
#include "store/sql.h"

#include <stdlib.h>

#define COLUMNS "SELECT id, sound, size, mtime_ns, gone, path FROM file"

static bool read_place(sqlite3_stmt *statement, struct vy_place *place)
{
    *place = (struct vy_place){.id = sqlite3_column_int64(statement, 0),
                               .sound = sqlite3_column_int64(statement, 1),
                               .size = sqlite3_column_int64(statement, 2),
                               .mtime_ns = sqlite3_column_int64(statement, 3),
                               .gone = sqlite3_column_int(statement, 4) != 0};
    const char *const path = (const char *)sqlite3_column_text(statement, 5);
    return vy_text_copy(place->path, sizeof place->path, path ? path : "");
}

vy_status vy_place_find(struct vy_db *db, const char *path, struct vy_place *place, bool *found,
                        struct vy_err *err)
{
    sqlite3_stmt *statement;
    *found = false;
    vy_status status = vy_sql(db, COLUMNS " WHERE path = ?", &statement, err);
    if (status)
        return status;
    sqlite3_bind_text(statement, 1, path, -1, SQLITE_TRANSIENT);
    status = vy_sql_next(db, statement, found, err);
    if (*found)
        read_place(statement, place);
    sqlite3_reset(statement);
    return status;
}

static vy_status write_place(struct vy_db *db, const struct vy_place *place, struct vy_err *err)
{
    static const char add[] = "INSERT INTO file (path, sound, size, mtime_ns, gone)"
                              " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (path) DO UPDATE SET"
                              " sound = ?2, size = ?3, mtime_ns = ?4, gone = ?5";
    static const char change[] = "UPDATE file SET path = ?1, sound = ?2, size = ?3, mtime_ns = ?4,"
                                 " gone = ?5 WHERE id = ?6";
    sqlite3_stmt *statement;
    vy_status status = vy_sql(db, place->id ? change : add, &statement, err);
    if (status)
        return status;
    sqlite3_bind_text(statement, 1, place->path, -1, SQLITE_TRANSIENT);
    sqlite3_bind_int64(statement, 2, place->sound);
    sqlite3_bind_int64(statement, 3, place->size);
    sqlite3_bind_int64(statement, 4, place->mtime_ns);
    sqlite3_bind_int(statement, 5, place->gone);
    if (place->id)
        sqlite3_bind_int64(statement, 6, place->id);
    return vy_sql_done(db, statement, err);
}

vy_status vy_place_store(struct vy_db *db, const struct vy_place *place, struct vy_err *err)
{
    struct vy_place before;
    bool known;
    vy_status status = vy_db_begin(db, err);
    if (status)
        return status;
    status = vy_place_find(db, place->path, &before, &known, err);
    if (!status)
        status = write_place(db, place, err);
    if (!status)
        status = vy_words_refresh(db, place->sound, err);
    if (!status && known && before.sound != place->sound) // the file holds something else now
        status = vy_words_refresh(db, before.sound, err);
    return vy_db_end(db, status, err);
}

static vy_status change(struct vy_db *db, const char *sql, int64_t id, int64_t value,
                        struct vy_err *err)
{
    sqlite3_stmt *statement;
    const vy_status status = vy_sql(db, sql, &statement, err);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, id);
    sqlite3_bind_int64(statement, 2, value);
    return vy_sql_done(db, statement, err);
}

vy_status vy_place_gone(struct vy_db *db, int64_t id, bool gone, struct vy_err *err)
{
    return change(db, "UPDATE file SET gone = ?2 WHERE id = ?1", id, gone, err);
}

vy_status vy_place_forget(struct vy_db *db, int64_t id, struct vy_err *err)
{
    return change(db, "DELETE FROM file WHERE id = ?1 AND ?2 = 1", id, 1, err);
}

// One place at a time, by path, so that `fn` may change the table under our feet.
static vy_status next_place(struct vy_db *db, int64_t sound, struct vy_place *place, bool *found,
                            struct vy_err *err)
{
    sqlite3_stmt *statement;
    vy_status status =
        vy_sql(db,
               sound ? COLUMNS " WHERE path > ?1 AND sound = ?2 ORDER BY path LIMIT 1"
                     : COLUMNS " WHERE path > ?1 ORDER BY path LIMIT 1",
               &statement, err);
    if (status)
        return status;
    sqlite3_bind_text(statement, 1, place->path, -1, SQLITE_TRANSIENT);
    if (sound)
        sqlite3_bind_int64(statement, 2, sound);
    status = vy_sql_next(db, statement, found, err);
    if (*found && !read_place(statement, place))
        status = vy_fail(err, VY_TOO_BIG, -1, "a path in the library is too long");
    sqlite3_reset(statement);
    return status;
}

vy_status vy_places_each(struct vy_db *db, int64_t sound, vy_place_fn *fn, void *arg,
                         struct vy_err *err)
{
    struct vy_place *const place = calloc(1, sizeof *place);
    bool found = true;
    if (!place)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    vy_status status = VY_OK;
    while (!status && found) {
        status = next_place(db, sound, place, &found, err);
        if (!status && found && !fn(arg, place))
            break;
    }
    free(place);
    return status;
}
