// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/sounds.h"

#include "store/sql.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *name, *unit;
    size_t at;
} facts_list[] = {
#define X(name, unit, text) {#name, unit, offsetof(struct vy_facts, name)},
    VY_FACT_LIST(X)
#undef X
};
#define FACTS (sizeof facts_list / sizeof *facts_list)

// ", duration_s, rate_hz, ..." and ", ?, ?, ..." for SQL
#define X(name, unit, text) ", " #name
#define FACT_NAMES VY_FACT_LIST(X)
static const char select_row[] =
    "SELECT s.id, hash, (SELECT min(path) FROM file WHERE sound = s.id AND gone = 0) AS place,"
    " (SELECT count(*) FROM file WHERE sound = s.id AND gone = 0), heard_by, problem, user_tags,"
    " class, class_confidence, tags" FACT_NAMES " FROM sound AS s"
    " WHERE ?1 = 0 OR s.id = ?1 ORDER BY place, s.id";
#undef X
#define FIRST_FACT 10

#define X(name, unit, text) ", " #name " = ?"
static const char update_sound[] = "UPDATE sound SET heard_by = ?, problem = ?, class = ?, "
                                   "class_confidence = ?, tags = ?" VY_FACT_LIST(X) " WHERE id = ?";
#undef X

void vy_facts_clear(struct vy_facts *facts)
{
    *facts = (struct vy_facts){.kind_confidence = (double)NAN};
    double *value;
    for (uint32_t i = 0; vy_facts_at(facts, i, NULL, &value); i++)
        *value = (double)NAN;
}

const char *vy_facts_at(struct vy_facts *facts, uint32_t i, const char **unit, double **value)
{
    if (i >= FACTS)
        return NULL;
    if (unit)
        *unit = facts_list[i].unit;
    if (value)
        *value = facts ? (double *)(void *)((char *)facts + facts_list[i].at) : NULL;
    return facts_list[i].name;
}

vy_status vy_hash_file(const char *path, uint8_t hash[VY_HASH_BYTES], struct vy_err *err)
{
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); // a pipe must not hold us up
    if (file < 0)
        return vy_fail(err, errno == ENOENT ? VY_NOT_FOUND : VY_IO, -1, "%.150s: %.60s", path,
                       strerror(errno));
    posix_fadvise(file, 0, 0, POSIX_FADV_SEQUENTIAL);
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, VY_HASH_BYTES);
    unsigned char part[65536];
    ssize_t got;
    while ((got = read(file, part, sizeof part)) > 0 || (got < 0 && errno == EINTR))
        if (got > 0)
            crypto_generichash_update(&state, part, (unsigned long long)got);
    const int why = errno;
    close(file);
    if (got < 0)
        return vy_fail(err, VY_IO, -1, "%.150s: %.60s", path, strerror(why));
    crypto_generichash_final(&state, hash, VY_HASH_BYTES);
    return VY_OK;
}

vy_status vy_sound_find(struct vy_db *db, const uint8_t hash[VY_HASH_BYTES], int64_t *id,
                        char heard_by[64], struct vy_err *err)
{
    sqlite3_stmt *statement;
    bool row = false;
    *id = 0;
    heard_by[0] = '\0';
    vy_status status = vy_sql(db, "SELECT id, heard_by FROM sound WHERE hash = ?", &statement, err);
    if (status)
        return status;
    sqlite3_bind_blob(statement, 1, hash, VY_HASH_BYTES, SQLITE_TRANSIENT);
    status = vy_sql_next(db, statement, &row, err);
    if (row) {
        *id = sqlite3_column_int64(statement, 0);
        vy_text_copy(heard_by, 64, (const char *)sqlite3_column_text(statement, 1));
    }
    sqlite3_reset(statement);
    return status;
}

vy_status vy_sound_heard_by(struct vy_db *db, int64_t id, char heard_by[64], struct vy_err *err)
{
    sqlite3_stmt *statement;
    bool row = false;
    heard_by[0] = '\0';
    vy_status status = vy_sql(db, "SELECT heard_by FROM sound WHERE id = ?", &statement, err);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, id);
    status = vy_sql_next(db, statement, &row, err);
    if (row)
        vy_text_copy(heard_by, 64, (const char *)sqlite3_column_text(statement, 0));
    sqlite3_reset(statement);
    return status;
}

vy_status vy_sound_whole(struct vy_db *db, int64_t layout_id, const struct vy_layout *layout,
                         int64_t sound, struct vy_region *region, float *row, struct vy_err *err)
{
    sqlite3_stmt *statement;
    bool found = false;
    int64_t id = 0;
    vy_status status = vy_sql(db,
                              "SELECT id FROM region WHERE sound = ? AND layout = ?"
                              " ORDER BY end_s - start_s DESC, id LIMIT 1",
                              &statement, err);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, sound);
    sqlite3_bind_int64(statement, 2, layout_id);
    status = vy_sql_next(db, statement, &found, err);
    if (found)
        id = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return status ? status : vy_region_get(db, layout_id, layout, id, region, row, err);
}

// One statement with one number.
static vy_status run_with(struct vy_db *db, const char *sql, int64_t id, struct vy_err *err)
{
    sqlite3_stmt *statement;
    const vy_status status = vy_sql(db, sql, &statement, err);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, id);
    return vy_sql_done(db, statement, err);
}

vy_status vy_words_refresh(struct vy_db *db, int64_t id, struct vy_err *err)
{
    vy_status status = run_with(db, "DELETE FROM words WHERE rowid = ?1", id, err);
    if (!status)
        status = run_with(
            db,
            "INSERT INTO words (rowid, names, tags)"
            " SELECT id, coalesce((SELECT group_concat(path, ' ') FROM file WHERE sound = ?1), ''),"
            " coalesce(class, '') || ' ' || tags || ' ' || user_tags FROM sound WHERE id = ?1",
            id, err);
    return status;
}

static vy_status write_facts(struct vy_db *db, int64_t id, const struct vy_heard_sound *heard,
                             struct vy_err *err)
{
    sqlite3_stmt *statement;
    vy_status status = vy_sql(db, update_sound, &statement, err);
    if (status)
        return status;
    struct vy_facts facts = heard->facts;
    double *value;
    int at = 6;
    sqlite3_bind_text(statement, 1, heard->heard_by, -1, SQLITE_TRANSIENT);
    sqlite3_bind_text(statement, 2, heard->problem, -1, SQLITE_TRANSIENT); // NULL stays NULL
    if (facts.kind[0])
        sqlite3_bind_text(statement, 3, facts.kind, -1, SQLITE_TRANSIENT);
    vy_sql_bind_real(statement, 4, facts.kind_confidence);
    sqlite3_bind_text(statement, 5, facts.tags, -1, SQLITE_TRANSIENT);
    for (uint32_t i = 0; vy_facts_at(&facts, i, NULL, &value); i++)
        vy_sql_bind_real(statement, at++, *value);
    sqlite3_bind_int64(statement, at, id);
    return vy_sql_done(db, statement, err);
}

static vy_status write_regions(struct vy_db *db, int64_t id, const struct vy_heard_sound *heard,
                               struct vy_err *err)
{
    // what patterns point to is theirs
    vy_status status = run_with(db,
                                "DELETE FROM region WHERE sound = ? AND id NOT IN"
                                " (SELECT region FROM pattern WHERE region IS NOT NULL)",
                                id, err);
    const uint32_t floats = heard->regions ? vy_layout_floats(heard->layout) : 0;
    for (uint32_t r = 0; r < heard->regions && !status; r++) {
        struct vy_region region = heard->region[r];
        region.sound = id;
        status = vy_region_add(db, heard->layout_id, heard->layout, &region,
                               heard->row + (size_t)r * floats, NULL, err);
    }
    return status;
}

vy_status vy_sound_store(struct vy_db *db, const struct vy_heard_sound *heard, int64_t *id,
                         struct vy_err *err)
{
    char heard_by[64];
    sqlite3_stmt *statement;
    vy_status status = vy_db_begin(db, err);
    if (status)
        return status;
    status = vy_sound_find(db, heard->hash, id, heard_by, err);
    if (!status && *id == 0) {
        status = vy_sql(db, "INSERT INTO sound (hash) VALUES (?)", &statement, err);
        if (!status) {
            sqlite3_bind_blob(statement, 1, heard->hash, VY_HASH_BYTES, SQLITE_TRANSIENT);
            status = vy_sql_done(db, statement, err);
            *id = sqlite3_last_insert_rowid(vy_sql_handle(db));
        }
    }
    if (!status)
        status = write_facts(db, *id, heard, err);
    if (!status)
        status = write_regions(db, *id, heard, err);
    if (!status)
        status = vy_words_refresh(db, *id, err);
    return vy_db_end(db, status, err);
}

vy_status vy_sound_forget(struct vy_db *db, int64_t id, struct vy_err *err)
{
    vy_status status = vy_db_begin(db, err);
    if (status)
        return status;
    status = run_with(db, "DELETE FROM words WHERE rowid = ?", id, err);
    if (!status)
        status = run_with(db, "DELETE FROM sound WHERE id = ?", id, err);
    return vy_db_end(db, status, err);
}

vy_status vy_sounds_forget_lost(struct vy_db *db, uint64_t *count, struct vy_err *err)
{
#define LOST                                                         \
    "(SELECT id FROM sound WHERE id NOT IN (SELECT sound FROM file)" \
    " AND hash NOT IN (SELECT hash FROM pattern))"
    vy_status status = vy_db_begin(db, err);
    if (status)
        return status;
    status = vy_sql_run(db, "DELETE FROM words WHERE rowid IN " LOST, err);
    if (!status)
        status = vy_sql_run(db, "DELETE FROM sound WHERE id IN " LOST, err);
    *count = (uint64_t)sqlite3_changes64(vy_sql_handle(db));
#undef LOST
    return vy_db_end(db, status, err);
}

vy_status vy_sound_tag(struct vy_db *db, int64_t id, const char *tags, struct vy_err *err)
{
    sqlite3_stmt *statement;
    vy_status status = vy_db_begin(db, err);
    if (status)
        return status;
    status = vy_sql(db, "UPDATE sound SET user_tags = ? WHERE id = ?", &statement, err);
    if (!status) {
        sqlite3_bind_text(statement, 1, tags, -1, SQLITE_TRANSIENT);
        sqlite3_bind_int64(statement, 2, id);
        status = vy_sql_done(db, statement, err);
    }
    if (!status)
        status = vy_words_refresh(db, id, err);
    return vy_db_end(db, status, err);
}

static void read_row(sqlite3_stmt *statement, struct vy_sound_row *row)
{
    *row = (struct vy_sound_row){.id = sqlite3_column_int64(statement, 0),
                                 .path = (const char *)sqlite3_column_text(statement, 2),
                                 .places = sqlite3_column_int64(statement, 3),
                                 .heard_by = (const char *)sqlite3_column_text(statement, 4),
                                 .problem = (const char *)sqlite3_column_text(statement, 5),
                                 .user_tags = (const char *)sqlite3_column_text(statement, 6)};
    vy_facts_clear(&row->facts);
    if (sqlite3_column_bytes(statement, 1) == VY_HASH_BYTES)
        memcpy(row->hash, sqlite3_column_blob(statement, 1), VY_HASH_BYTES);
    const char *const kind = (const char *)sqlite3_column_text(statement, 7);
    const char *const tags = (const char *)sqlite3_column_text(statement, 9);
    vy_text_copy(row->facts.kind, sizeof row->facts.kind, kind ? kind : "");
    vy_text_copy(row->facts.tags, sizeof row->facts.tags, tags ? tags : "");
    row->facts.kind_confidence = vy_sql_real(statement, 8);
    double *value;
    for (uint32_t i = 0; vy_facts_at(&row->facts, i, NULL, &value); i++)
        *value = vy_sql_real(statement, FIRST_FACT + (int)i);
}

vy_status vy_sounds_each(struct vy_db *db, int64_t id, vy_sound_fn *fn, void *arg,
                         struct vy_err *err)
{
    sqlite3_stmt *statement;
    bool found = true, go_on = true;
    vy_status status = vy_sql(db, select_row, &statement, err);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, id);
    while (!status && found && go_on) {
        status = vy_sql_next(db, statement, &found, err);
        struct vy_sound_row row;
        if (!found)
            break;
        read_row(statement, &row);
        go_on = fn(arg, &row);
    }
    sqlite3_reset(statement);
    return status;
}

vy_status vy_sound_regions(struct vy_db *db, int64_t sound, struct vy_ids *ids, struct vy_err *err)
{
    sqlite3_stmt *statement;
    const vy_status status = vy_sql(db, "SELECT id FROM region WHERE sound = ?", &statement, err);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, sound);
    return vy_sql_ids(db, statement, ids, err);
}

bool vy_wish_met(const struct vy_sound_wish *wish, const struct vy_facts *facts)
{
    if (wish->bpm_high > 0) {
        static const double factor[] = {1, 0.5, 2};
        bool met = false;
        for (int i = 0; i < (wish->half_double ? 3 : 1); i++) {
            const double bpm = facts->bpm * factor[i];
            met |= bpm >= wish->bpm_low && bpm <= wish->bpm_high;
        }
        if (!met)
            return false;
    }
    if (!wish->has_key)
        return true;
    if (isnan(facts->key))
        return false;
    const int key = (int)facts->key, minor = facts->minor > 0.5;
    if (key == wish->key && (wish->minor < 0 || minor == wish->minor))
        return true;
    if (!wish->relative || (wish->minor >= 0 && minor == wish->minor))
        return false;
    // the same notes: a minor key begins three semitones below its major one
    return minor ? (key + 3) % 12 == wish->key : (key + 9) % 12 == wish->key;
}

struct wished {
    const struct vy_sound_wish *wish;
    struct vy_ids sounds;
    vy_status status;
};

static bool add_if_met(void *arg, const struct vy_sound_row *row)
{
    struct wished *const wished = arg;
    if (vy_wish_met(wished->wish, &row->facts))
        wished->status = vy_ids_add(&wished->sounds, row->id);
    return !wished->status;
}

vy_status vy_wish_regions(struct vy_db *db, const struct vy_sound_wish *wish, struct vy_ids *ids,
                          struct vy_err *err)
{
    struct wished wished = {.wish = wish};
    sqlite3_stmt *statement = NULL;
    bool row = true;
    vy_status status = vy_sounds_each(db, 0, add_if_met, &wished, err);
    if (!status)
        status = wished.status;
    if (!status)
        status = vy_sql(db, "SELECT id, sound FROM region", &statement, err);
    while (!status && row) {
        status = vy_sql_next(db, statement, &row, err);
        if (row && vy_ids_has(&wished.sounds, sqlite3_column_int64(statement, 1)) &&
            vy_ids_add(ids, sqlite3_column_int64(statement, 0)))
            status = vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    }
    vy_ids_clear(&wished.sounds);
    return status;
}

vy_status vy_words_find(struct vy_db *db, const char *word, struct vy_ids *ids, struct vy_err *err)
{
    // quoted, so that nothing in it is an operator; doubled quotes stay inside
    struct vy_buf match = {0};
    sqlite3_stmt *statement = NULL;
    vy_buf_put(&match, "\"", 1);
    for (const char *p = word; *p; p++)
        vy_buf_put(&match, *p == '"' ? "\"\"" : p, *p == '"' ? 2 : 1);
    vy_buf_put(&match, "\"*", 2);
    vy_status status =
        match.failed ? vy_fail(err, VY_NO_MEMORY, -1, "out of memory")
                     : vy_sql(db, "SELECT rowid FROM words WHERE words MATCH ?", &statement, err);
    if (!status) {
        sqlite3_bind_text(statement, 1, match.text, (int)match.length, SQLITE_TRANSIENT);
        status = vy_sql_ids(db, statement, ids, err);
    }
    vy_buf_clear(&match);
    return status;
}

vy_status vy_store_count(struct vy_db *db, struct vy_store_counts *counts, struct vy_err *err)
{
    const struct {
        const char *sql;
        int64_t *number;
    } rows[] = {
        {"SELECT count(*) FROM sound", &counts->sounds},
        {"SELECT count(*) FROM file", &counts->places},
        {"SELECT count(*) FROM file WHERE gone", &counts->gone},
        {"SELECT count(*) FROM sound WHERE problem IS NOT NULL", &counts->problems},
        {"SELECT count(*) FROM region", &counts->regions},
        {"SELECT count(*) FROM pattern", &counts->patterns},
        {"SELECT count(*) FROM (SELECT 1 FROM file WHERE NOT gone GROUP BY sound HAVING"
         " count(*) > 1)",
         &counts->duplicates},
    };
    vy_status status = VY_OK;
    for (size_t i = 0; i < sizeof rows / sizeof *rows && !status; i++)
        status = vy_sql_number(db, rows[i].sql, 0, rows[i].number, err);
    return status;
}
