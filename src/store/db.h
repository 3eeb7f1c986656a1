// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The databases: SQLite files. Write-ahead log with an fsync
// a commit, so what was told to be stored survives a kill and a power cut; several processes may
// have it open. A handle belongs to one thread at a time.
#ifndef VY_STORE_DB_H
#define VY_STORE_DB_H

#include "base/status.h"
#include "base/text.h"
#include "store/schema.h"

#include <stdint.h>

struct vy_db;

enum vy_db_mode {
    VY_DB_CREATE, ///< make it when it is not there
    VY_DB_USE,    ///< it must be there
};

/// $XDG_DATA_HOME/veery/library.db or studio.db, or below ~/.local/share.
/// @return VY_TOO_BIG, VY_NOT_FOUND
VY_MUST_CHECK vy_status vy_db_default_path(const struct vy_db_kind *kind, char *path, size_t size,
                                           struct vy_err *err);

/// Open and bring the tables up to date.
/// @return VY_NOT_FOUND, VY_BAD_FILE (damaged, of another kind, or of a newer Veery), VY_IO,
/// VY_BUSY
VY_MUST_CHECK vy_status vy_db_open(const struct vy_db_kind *kind, const char *path,
                                   enum vy_db_mode mode, struct vy_db **db, struct vy_err *err);
/// The same at its usual place (file NULL) or another; VY_DB_CREATE makes the folders above, too.
VY_MUST_CHECK vy_status vy_db_open_usual(const struct vy_db_kind *kind, const char *file,
                                         enum vy_db_mode mode, struct vy_db **db,
                                         struct vy_err *err);
void vy_db_close(struct vy_db *db); ///< NULL is fine; an open transaction is dropped

const char *vy_db_path(const struct vy_db *db);

/// Everything between begin and commit happens or does not. They nest; the outermost commits.
VY_MUST_CHECK vy_status vy_db_begin(struct vy_db *db, struct vy_err *err);
VY_MUST_CHECK vy_status vy_db_commit(struct vy_db *db, struct vy_err *err);
/// Drop the outermost transaction. Does nothing when none is open.
void vy_db_rollback(struct vy_db *db);
/// Commit when `status` is fine, else roll back. @return status, or why it could not be committed
VY_MUST_CHECK vy_status vy_db_end(struct vy_db *db, vy_status status, struct vy_err *err);

/// SQLite's own integrity check and the rules between the tables; one line a problem, none when all
/// is well. @return an error only when it could not be checked
VY_MUST_CHECK vy_status vy_db_check(struct vy_db *db, struct vy_buf *problems, struct vy_err *err);

#endif
