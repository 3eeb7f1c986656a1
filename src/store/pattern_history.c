// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Earlier versions of patterns, and how patterns belong together.
#include "store/patterns.h"
#include "store/sql.h"

#include <string.h>

vy_status vy_pattern_version(struct vy_db *db, int64_t id, int64_t version,
                             struct vy_pattern_record *record, struct vy_err *err)
{
    sqlite3_stmt *statement;
    bool row = false;
    vy_status status =
        vy_sql(db, "SELECT record FROM pattern_version WHERE pattern = ? AND version = ?",
               &statement, err);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, id);
    sqlite3_bind_int64(statement, 2, version);
    status = vy_sql_next(db, statement, &row, err);
    if (!status && !row)
        status = vy_fail(err, VY_NOT_FOUND, -1, "pattern %lld has no earlier version %lld",
                         (long long)id, (long long)version);
    if (!status) {
        json_t *const object = json_loads((const char *)sqlite3_column_text(statement, 0), 0, NULL);
        vy_pattern_record_clear(record);
        status = vy_pattern_from_json(object, record, err);
        json_decref(object);
    }
    sqlite3_reset(statement);
    return status;
}

vy_status vy_pattern_restore(struct vy_db *db, int64_t id, int64_t version, int64_t now,
                             struct vy_err *err)
{
    struct vy_pattern_record present, before;
    vy_status status = vy_pattern_get(db, id, &present, err);
    if (!status)
        status = vy_pattern_version(db, id, version, &before, err);
    if (status)
        return status;
    before.id = id;
    before.region = present.region; // the earlier one may be gone
    before.features = present.features;
    memcpy(before.feature, present.feature, sizeof before.feature);
    return vy_pattern_change(db, &before, now, err);
}

vy_status vy_pattern_regions(struct vy_db *db, struct vy_ids *ids, struct vy_err *err)
{
    sqlite3_stmt *statement;
    const vy_status status =
        vy_sql(db, "SELECT region FROM pattern WHERE region IS NOT NULL", &statement, err);
    return status ? status : vy_sql_ids(db, statement, ids, err);
}

vy_status vy_pattern_of_region(struct vy_db *db, int64_t region, int64_t *id, struct vy_err *err)
{
    sqlite3_stmt *statement;
    bool row = false;
    *id = 0;
    vy_status status = vy_sql(db, "SELECT id FROM pattern WHERE region = ?", &statement, err);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, region);
    status = vy_sql_next(db, statement, &row, err);
    if (row)
        *id = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return status;
}

vy_status vy_pattern_relation_store(struct vy_db *db, const struct vy_pattern_relation *relation,
                                    struct vy_err *err)
{
    static const char *const types[] = {"similar", "sequential", "overlapping", "variant",
                                        "composite"};
    bool known = false;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        known |= strcmp(types[i], relation->type) == 0;
    if (!known || relation->pattern == relation->other)
        return vy_fail(err, VY_BAD_ARG, -1, "there is no relation '%.20s' between %lld and %lld",
                       relation->type, (long long)relation->pattern, (long long)relation->other);
    sqlite3_stmt *statement;
    vy_status status = vy_sql(db,
                              "INSERT INTO pattern_relation (pattern, other, type, score, reason)"
                              " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET"
                              " score = ?4, reason = ?5",
                              &statement, err);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, relation->pattern);
    sqlite3_bind_int64(statement, 2, relation->other);
    sqlite3_bind_text(statement, 3, relation->type, -1, SQLITE_TRANSIENT);
    sqlite3_bind_double(statement, 4, relation->score);
    sqlite3_bind_text(statement, 5, relation->reason, -1, SQLITE_TRANSIENT);
    return vy_sql_done(db, statement, err);
}

vy_status vy_pattern_relations(struct vy_db *db, int64_t id, vy_pattern_relation_fn *fn, void *arg,
                               struct vy_err *err)
{
    sqlite3_stmt *statement;
    bool row = true, go_on = true;
    vy_status status = vy_sql(db,
                              "SELECT pattern, other, type, score, reason FROM pattern_relation"
                              " WHERE ?1 = 0 OR pattern = ?1 ORDER BY pattern, score DESC, other",
                              &statement, err);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, id);
    while (!status && row && go_on) {
        status = vy_sql_next(db, statement, &row, err);
        if (!row)
            break;
        struct vy_pattern_relation relation = {.pattern = sqlite3_column_int64(statement, 0),
                                               .other = sqlite3_column_int64(statement, 1),
                                               .score = sqlite3_column_double(statement, 3)};
        vy_text_copy(relation.type, sizeof relation.type,
                     (const char *)sqlite3_column_text(statement, 2));
        vy_text_copy(relation.reason, sizeof relation.reason,
                     (const char *)sqlite3_column_text(statement, 4));
        go_on = fn(arg, &relation);
    }
    sqlite3_reset(statement);
    return status;
}
