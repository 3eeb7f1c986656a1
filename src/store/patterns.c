// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/patterns.h"

#include "store/sql.h"

#include <math.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define SAME_SHARE 0.8 // of time and band that two records of one pattern share

enum kind { TEXT, REAL, WHOLE };

// Columns in the order of FIELDS; what they are in the record.
#define FIELDS                                                                              \
    "type, start_s, end_s, low_hz, high_hz, confidence, name, description, category, tags," \
    " parameters, extractor, origin, starred, last_used, modified, region, used, seen,"     \
    " created, version"
#define CHANGED 17 // so many of them are set by vy_pattern_change

static const struct field {
    const char *name;
    enum kind kind;
    size_t at, size;
} field[] = {
#define ROW(kind, name)                                        \
    {                                                          \
#name, kind, offsetof(struct vy_pattern_record, name), \
            sizeof(((struct vy_pattern_record *)0)->name)      \
    }
    ROW(TEXT, type),     ROW(REAL, start_s),    ROW(REAL, end_s),      ROW(REAL, low_hz),
    ROW(REAL, high_hz),  ROW(REAL, confidence), ROW(TEXT, name),       ROW(TEXT, description),
    ROW(TEXT, category), ROW(TEXT, tags),       ROW(TEXT, parameters), ROW(TEXT, extractor),
    ROW(TEXT, origin),   ROW(WHOLE, starred),   ROW(WHOLE, last_used), ROW(WHOLE, modified),
    ROW(WHOLE, region),  ROW(WHOLE, used),      ROW(WHOLE, seen),      ROW(WHOLE, created),
    ROW(WHOLE, version),
#undef ROW
};
#define ALL_FIELDS (sizeof field / sizeof *field)
#define SELECT "SELECT id, hash, features, " FIELDS " FROM pattern"

static const void *place_const(const struct vy_pattern_record *record, const struct field *f)
{
    return (const char *)record + f->at;
}

static void *place(struct vy_pattern_record *record, const struct field *f)
{
    return (char *)record + f->at;
}

void vy_pattern_record_clear(struct vy_pattern_record *record)
{
    memset(record, 0, sizeof *record);
    record->low_hz = record->high_hz = record->confidence = (double)NAN;
    vy_text_copy(record->parameters, sizeof record->parameters, "{}");
    vy_text_copy(record->origin, sizeof record->origin, "system");
}

static void bind(sqlite3_stmt *statement, int first, const struct vy_pattern_record *record,
                 size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        const struct field *const f = &field[i];
        const void *const value = place_const(record, f);
        const int at = first + (int)(i - from);
        switch (f->kind) {
        case TEXT: sqlite3_bind_text(statement, at, value, -1, SQLITE_TRANSIENT); break;
        case REAL: vy_sql_bind_real(statement, at, *(const double *)value); break;
        case WHOLE:
            if (*(const int64_t *)value || f->at != offsetof(struct vy_pattern_record, region))
                sqlite3_bind_int64(statement, at, *(const int64_t *)value);
            break; // region 0 is NULL
        }
    }
}

static void read_record(sqlite3_stmt *statement, struct vy_pattern_record *record)
{
    vy_pattern_record_clear(record);
    record->id = sqlite3_column_int64(statement, 0);
    if (sqlite3_column_bytes(statement, 1) == VY_HASH_BYTES)
        memcpy(record->hash, sqlite3_column_blob(statement, 1), VY_HASH_BYTES);
    const int bytes = sqlite3_column_bytes(statement, 2);
    if (bytes > 0 && bytes <= (int)sizeof record->feature && bytes % (int)sizeof(float) == 0) {
        memcpy(record->feature, sqlite3_column_blob(statement, 2), (size_t)bytes);
        record->features = (uint32_t)bytes / sizeof(float);
    }
    for (size_t i = 0; i < ALL_FIELDS; i++) {
        void *const value = place(record, &field[i]);
        const int column = 3 + (int)i;
        const char *text;
        switch (field[i].kind) {
        case TEXT:
            text = (const char *)sqlite3_column_text(statement, column);
            vy_text_copy(value, field[i].size, text ? text : "");
            break;
        case REAL: *(double *)value = vy_sql_real(statement, column); break;
        case WHOLE: *(int64_t *)value = sqlite3_column_int64(statement, column); break;
        }
    }
}

json_t *vy_pattern_json(const struct vy_pattern_record *record)
{
    json_t *const object = json_object();
    char hex[2 * VY_HASH_BYTES + 1];
    sodium_bin2hex(hex, sizeof hex, record->hash, VY_HASH_BYTES);
    json_object_set_new(object, "id", json_integer(record->id));
    json_object_set_new(object, "hash", json_string(hex));
    for (size_t i = 0; i < ALL_FIELDS; i++) {
        const void *const value = place_const(record, &field[i]);
        json_t *json = NULL;
        switch (field[i].kind) {
        case TEXT: json = json_string(value); break;
        case REAL:
            json =
                isfinite(*(const double *)value) ? json_real(*(const double *)value) : json_null();
            break;
        case WHOLE: json = json_integer(*(const int64_t *)value); break;
        }
        json_object_set_new(object, field[i].name, json);
    }
    json_t *const parameters = json_loads(record->parameters, 0, NULL);
    if (json_is_object(parameters))
        json_object_set(object, "parameters", parameters);
    json_decref(parameters);
    return object;
}

static vy_status field_from_json(const json_t *json, const struct field *f,
                                 struct vy_pattern_record *record, struct vy_err *err)
{
    void *const value = place(record, f);
    bool fine = true;
    switch (f->kind) {
    case TEXT:
        if (json_is_object(json)) { // parameters
            char *const text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
            fine = text && vy_text_copy(value, f->size, text);
            free(text);
        } else {
            fine = json_is_string(json) && vy_text_copy(value, f->size, json_string_value(json));
        }
        break;
    case REAL:
        fine = json_is_number(json) || json_is_null(json);
        *(double *)value = json_is_number(json) ? json_number_value(json) : (double)NAN;
        break;
    case WHOLE:
        fine = json_is_integer(json) || json_is_boolean(json);
        *(int64_t *)value = json_is_true(json) ? 1 : json_integer_value(json);
        break;
    }
    return fine ? VY_OK
                : vy_fail(err, VY_BAD_FILE, -1, "a pattern's %s is of the wrong kind", f->name);
}

vy_status vy_pattern_from_json(const json_t *object, struct vy_pattern_record *record,
                               struct vy_err *err)
{
    const char *const hex = json_string_value(json_object_get(object, "hash"));
    size_t length = 0;
    if (!json_is_object(object))
        return vy_fail(err, VY_BAD_FILE, -1, "a pattern is not an object");
    if (hex &&
        (sodium_hex2bin(record->hash, VY_HASH_BYTES, hex, strlen(hex), NULL, &length, NULL) != 0 ||
         length != VY_HASH_BYTES))
        return vy_fail(err, VY_BAD_FILE, -1, "a pattern's hash is not 64 hex digits");
    for (size_t i = 0; i < ALL_FIELDS; i++) {
        const json_t *const json = json_object_get(object, field[i].name);
        const vy_status status = json ? field_from_json(json, &field[i], record, err) : VY_OK;
        if (status)
            return status;
    }
    return VY_OK;
}

static vy_status check(const struct vy_pattern_record *record, struct vy_err *err)
{
    static const char *const origins[] = {"ai", "system", "user"};
    bool known = false;
    for (size_t i = 0; i < sizeof origins / sizeof *origins; i++)
        known |= strcmp(origins[i], record->origin) == 0;
    if (!known)
        return vy_fail(err, VY_BAD_ARG, -1, "a pattern's origin is ai, system or user");
    if (!isfinite(record->start_s) || !isfinite(record->end_s) || record->end_s < record->start_s ||
        record->start_s < 0)
        return vy_fail(err, VY_BAD_ARG, -1, "a pattern ends before it begins");
    if (!record->type[0] || record->features > VY_PATTERN_FEATURES)
        return vy_fail(err, VY_BAD_ARG, -1, "a pattern needs a type and at most %d features",
                       VY_PATTERN_FEATURES);
    json_t *const parameters = json_loads(record->parameters, 0, NULL);
    const bool object = json_is_object(parameters);
    json_decref(parameters);
    return object ? VY_OK : vy_fail(err, VY_BAD_ARG, -1, "parameters are a JSON object");
}

vy_status vy_pattern_get(struct vy_db *db, int64_t id, struct vy_pattern_record *record,
                         struct vy_err *err)
{
    sqlite3_stmt *statement;
    bool row = false;
    vy_status status = vy_sql(db, SELECT " WHERE id = ?", &statement, err);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, id);
    status = vy_sql_next(db, statement, &row, err);
    if (row)
        read_record(statement, record);
    sqlite3_reset(statement);
    if (!status && !row)
        return vy_fail(err, VY_NOT_FOUND, -1, "there is no pattern %lld", (long long)id);
    return status;
}

// Share of two spans that is common to them, 0..1; a missing end is the end of the world.
static double shared(double a, double b, double c, double d)
{
    const double both = fmin(b, d) - fmax(a, c), either = fmax(b, d) - fmin(a, c);
    return either > 0 ? both / either : both >= 0;
}

static double at_least(double x, double none)
{
    return isnan(x) ? none : x;
}

static bool same_pattern(const struct vy_pattern_record *a, const struct vy_pattern_record *b)
{
    // bands are compared by octaves
    const double low_a = log2(fmax(at_least(a->low_hz, 1), 1));
    const double low_b = log2(fmax(at_least(b->low_hz, 1), 1));
    const double high_a = log2(fmax(at_least(a->high_hz, 1e6), 1));
    const double high_b = log2(fmax(at_least(b->high_hz, 1e6), 1));
    return shared(a->start_s, a->end_s, b->start_s, b->end_s) >= SAME_SHARE &&
           shared(low_a, high_a, low_b, high_b) >= SAME_SHARE;
}

// The stored pattern that `record` is; id 0 when there is none.
static vy_status find_same(struct vy_db *db, const struct vy_pattern_record *record,
                           struct vy_pattern_record *found, struct vy_err *err)
{
    sqlite3_stmt *statement;
    bool row = true, same = false;
    found->id = 0;
    vy_status status = vy_sql(
        db, SELECT " WHERE hash = ? AND start_s <= ? AND end_s >= ? ORDER BY id", &statement, err);
    if (status)
        return status;
    sqlite3_bind_blob(statement, 1, record->hash, VY_HASH_BYTES, SQLITE_TRANSIENT);
    sqlite3_bind_double(statement, 2, record->end_s);
    sqlite3_bind_double(statement, 3, record->start_s);
    while (!status && row && !same) {
        status = vy_sql_next(db, statement, &row, err);
        if (row) {
            read_record(statement, found);
            same = same_pattern(found, record);
        }
    }
    sqlite3_reset(statement);
    if (!same)
        found->id = 0;
    return status;
}

static vy_status insert(struct vy_db *db, const struct vy_pattern_record *record, int64_t *id,
                        struct vy_err *err)
{
    // the key keeps two processes from storing the same thing at once
    const double key[] = {record->start_s, record->end_s, at_least(record->low_hz, 0),
                          at_least(record->high_hz, 0)};
    uint8_t content[VY_HASH_BYTES];
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, sizeof content);
    crypto_generichash_update(&state, record->hash, VY_HASH_BYTES);
    crypto_generichash_update(&state, (const unsigned char *)key, sizeof key);
    crypto_generichash_final(&state, content, sizeof content);
    sqlite3_stmt *statement;
    vy_status status = vy_sql(db,
                              "INSERT INTO pattern (content, hash, features, " FIELDS
                              ") VALUES (?,?,?, ?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                              &statement, err);
    if (status)
        return status;
    sqlite3_bind_blob(statement, 1, content, sizeof content, SQLITE_TRANSIENT);
    sqlite3_bind_blob(statement, 2, record->hash, VY_HASH_BYTES, SQLITE_TRANSIENT);
    if (record->features)
        sqlite3_bind_blob(statement, 3, record->feature, (int)(record->features * sizeof(float)),
                          SQLITE_TRANSIENT);
    bind(statement, 4, record, 0, ALL_FIELDS);
    status = vy_sql_done(db, statement, err);
    *id = sqlite3_last_insert_rowid(vy_sql_handle(db));
    return status;
}

static vy_status keep_version(struct vy_db *db, const struct vy_pattern_record *before, int64_t now,
                              struct vy_err *err)
{
    sqlite3_stmt *statement = NULL;
    json_t *const object = vy_pattern_json(before);
    char *const text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(object);
    vy_status status = text ? vy_sql(db,
                                     "INSERT INTO pattern_version (pattern, version, time, origin,"
                                     " record) VALUES (?, ?, ?, ?, ?)",
                                     &statement, err)
                            : vy_fail(err, VY_INTERNAL, -1, "a pattern's text is not UTF-8");
    if (!status) {
        sqlite3_bind_int64(statement, 1, before->id);
        sqlite3_bind_int64(statement, 2, before->version);
        sqlite3_bind_int64(statement, 3, now);
        sqlite3_bind_text(statement, 4, before->origin, -1, SQLITE_TRANSIENT);
        sqlite3_bind_text(statement, 5, text, -1, SQLITE_TRANSIENT);
        status = vy_sql_done(db, statement, err);
    }
    free(text);
    return status;
}

static vy_status update(struct vy_db *db, const struct vy_pattern_record *record,
                        struct vy_err *err)
{
    sqlite3_stmt *statement;
    vy_status status = vy_sql(db,
                              "UPDATE pattern SET type = ?, start_s = ?, end_s = ?, low_hz = ?,"
                              " high_hz = ?, confidence = ?, name = ?, description = ?,"
                              " category = ?, tags = ?, parameters = ?, extractor = ?, origin = ?,"
                              " starred = ?, last_used = ?, modified = ?, region = ?,"
                              " features = ?, version = version + 1 WHERE id = ?",
                              &statement, err);
    if (status)
        return status;
    bind(statement, 1, record, 0, CHANGED);
    if (record->features)
        sqlite3_bind_blob(statement, CHANGED + 1, record->feature,
                          (int)(record->features * sizeof(float)), SQLITE_TRANSIENT);
    sqlite3_bind_int64(statement, CHANGED + 2, record->id);
    return vy_sql_done(db, statement, err);
}

// One statement with an id and a number.
static vy_status run_with(struct vy_db *db, const char *sql, int64_t id, int64_t number,
                          struct vy_err *err)
{
    sqlite3_stmt *statement;
    const vy_status status = vy_sql(db, sql, &statement, err);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, id);
    sqlite3_bind_int64(statement, 2, number);
    return vy_sql_done(db, statement, err);
}

vy_status vy_pattern_change(struct vy_db *db, const struct vy_pattern_record *record, int64_t now,
                            struct vy_err *err)
{
    struct vy_pattern_record before = {0}, after = *record;
    vy_status status = check(record, err);
    if (!status)
        status = vy_db_begin(db, err);
    if (status)
        return status;
    status = vy_pattern_get(db, record->id, &before, err);
    after.modified = now;
    if (!status)
        status = keep_version(db, &before, now, err);
    if (!status)
        status = update(db, &after, err);
    return vy_db_end(db, status, err);
}

vy_status vy_pattern_learn(struct vy_db *db, const struct vy_pattern_record *record, int64_t now,
                           int64_t *id, struct vy_err *err)
{
    struct vy_pattern_record known, fresh = *record;
    vy_status status = check(record, err);
    if (!status)
        status = vy_db_begin(db, err);
    if (status)
        return status;
    status = find_same(db, record, &known, err);
    if (!status && !known.id) {
        fresh.created = fresh.modified = now;
        fresh.seen = fresh.version = 1;
        status = insert(db, &fresh, id, err);
        return vy_db_end(db, status, err);
    }
    *id = known.id;
    const bool outranked = strcmp(known.origin, "user") == 0 && strcmp(record->origin, "user") != 0;
    if (!status && !outranked) {
        fresh.id = known.id;
        fresh.starred |= known.starred;
        fresh.last_used = known.last_used;
        // what the machine does not say, stays
        if (!fresh.name[0])
            vy_text_copy(fresh.name, sizeof fresh.name, known.name);
        if (!fresh.description[0])
            vy_text_copy(fresh.description, sizeof fresh.description, known.description);
        if (!fresh.tags[0])
            vy_text_copy(fresh.tags, sizeof fresh.tags, known.tags);
        status = vy_pattern_change(db, &fresh, now, err);
    }
    if (!status)
        status =
            run_with(db, "UPDATE pattern SET seen = seen + 1 WHERE id = ?1 AND ?2", *id, 1, err);
    return vy_db_end(db, status, err);
}

vy_status vy_pattern_forget(struct vy_db *db, int64_t id, struct vy_err *err)
{
    return run_with(db, "DELETE FROM pattern WHERE id = ?1 AND ?2", id, 1, err);
}

vy_status vy_pattern_used(struct vy_db *db, int64_t id, int64_t now, struct vy_err *err)
{
    return run_with(db, "UPDATE pattern SET used = used + 1, last_used = ?2 WHERE id = ?1", id, now,
                    err);
}

vy_status vy_pattern_locate(struct vy_db *db, int64_t id, int64_t region, struct vy_err *err)
{
    return run_with(db, "UPDATE pattern SET region = ?2 WHERE id = ?1", id, region, err);
}

vy_status vy_patterns_each(struct vy_db *db, const struct vy_pattern_wish_list *wish,
                           vy_pattern_record_fn *fn, void *arg, struct vy_err *err)
{
    sqlite3_stmt *statement;
    bool row = true, go_on = true;
    vy_status status = vy_sql(
        db,
        SELECT " WHERE (?1 IS NULL OR hash = ?1) AND (?2 IS NULL OR type = ?2)"
               " AND (?3 IS NULL OR category = ?3) AND (?4 IS NULL OR instr(lower(name || ' ' ||"
               " description || ' ' || tags), lower(?4))) AND coalesce(confidence, 0) >= ?5"
               " AND (?7 = 0 OR (start_s < ?7 AND end_s > ?6)) AND starred >= ?8"
               " ORDER BY hash, start_s, id",
        &statement, err);
    if (status)
        return status;
    if (wish->hash)
        sqlite3_bind_blob(statement, 1, wish->hash, VY_HASH_BYTES, SQLITE_TRANSIENT);
    sqlite3_bind_text(statement, 2, wish->type, -1, SQLITE_TRANSIENT); // NULL binds NULL
    sqlite3_bind_text(statement, 3, wish->category, -1, SQLITE_TRANSIENT);
    sqlite3_bind_text(statement, 4, wish->text, -1, SQLITE_TRANSIENT);
    sqlite3_bind_double(statement, 5, wish->least_confidence);
    sqlite3_bind_double(statement, 6, wish->from_s);
    sqlite3_bind_double(statement, 7, wish->to_s);
    sqlite3_bind_int(statement, 8, wish->starred);
    while (!status && row && go_on) {
        struct vy_pattern_record record;
        status = vy_sql_next(db, statement, &row, err);
        if (!row)
            break;
        read_record(statement, &record);
        go_on = fn(arg, &record);
    }
    sqlite3_reset(statement);
    return status;
}
