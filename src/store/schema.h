// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The tables of a database, as steps from one version to the next. A step that was released is
// never changed: what is new is a new step at the end.
#ifndef VY_STORE_SCHEMA_H
#define VY_STORE_SCHEMA_H

#include <stdint.h>

/// What SQLite cannot know: a rule between tables, and what it means when rows come back.
struct vy_db_rule {
    const char *sql, *problem;
};

/// A kind of database. Each is a file of its own: the studio's short writes never wait for a scan.
struct vy_db_kind {
    const char *name; ///< for people: "library"
    const char *file; ///< in the folder of vy_db_default_path
    int32_t mark;     ///< SQLite's application_id
    /// Step i leads from user_version i to i + 1; NULL after the last.
    const char *const *step;
    const struct vy_db_rule *rule; ///< sql NULL after the last
};

/// What was heard and learned (sounds.h, patterns.h, vectors.h).
extern const struct vy_db_kind vy_db_library;
/// Jobs, takes and keys of the studio (jobs.h, takes.h, keys.h).
extern const struct vy_db_kind vy_db_studio;

#endif
