// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// SQLite as the files of this room use it; nobody else knows it.
#ifndef VY_STORE_SQL_H
#define VY_STORE_SQL_H

#include "store/db.h"

#include <sqlite3.h>
#include <stdbool.h>

/// A statement, ready to bind. It is kept and belongs to the database; `sql` must be a literal.
VY_MUST_CHECK vy_status vy_sql(struct vy_db *db, const char *sql, sqlite3_stmt **statement,
                               struct vy_err *err);

/// Next row of a query. @return VY_OK with *row = false after the last; the statement is then reset
VY_MUST_CHECK vy_status vy_sql_next(struct vy_db *db, sqlite3_stmt *statement, bool *row,
                                    struct vy_err *err);

/// Run a statement that gives no rows.
VY_MUST_CHECK vy_status vy_sql_done(struct vy_db *db, sqlite3_stmt *statement, struct vy_err *err);

/// Run literal SQL without results.
VY_MUST_CHECK vy_status vy_sql_run(struct vy_db *db, const char *sql, struct vy_err *err);

/// A number that a query gives first; `none` when it gives no row or NULL.
VY_MUST_CHECK vy_status vy_sql_number(struct vy_db *db, const char *sql, int64_t none,
                                      int64_t *number, struct vy_err *err);

/// The first number of every row of a query, into a set.
struct vy_ids;
VY_MUST_CHECK vy_status vy_sql_ids(struct vy_db *db, sqlite3_stmt *statement, struct vy_ids *ids,
                                   struct vy_err *err);

/// What SQLite says of the last call, as an error.
vy_status vy_sql_fail(struct vy_db *db, int code, struct vy_err *err);

sqlite3 *vy_sql_handle(struct vy_db *db);

/// NaN becomes NULL, and NULL NaN.
void vy_sql_bind_real(sqlite3_stmt *statement, int at, double value);
double vy_sql_real(sqlite3_stmt *statement, int column);
/// NULL for NULL. The text lives until the arena goes.
struct vy_arena;
char *vy_sql_text(sqlite3_stmt *statement, int column, struct vy_arena *arena);

#endif
