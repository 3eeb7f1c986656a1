// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/keys.h"

#include "store/sql.h"
#include "base/clock.h"

#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const scopes[] = {"none", "read", "play", "admin"};
#define SCOPES 4

const char *vy_scope_name(enum vy_scope scope)
{
    return scopes[scope];
}

static const char *next_scope(void *unused, size_t i)
{
    (void)unused;
    return i + 1 < SCOPES ? scopes[i + 1] : NULL;
}

vy_status vy_scope_read(const char *name, enum vy_scope *scope, struct vy_err *err)
{
    for (int i = 1; i < SCOPES; i++)
        if (strcmp(scopes[i], name) == 0) {
            *scope = (enum vy_scope)i;
            return VY_OK;
        }
    vy_fail(err, VY_BAD_ARG, -1, "a scope is read, play or admin, not '%.40s'", name);
    vy_err_suggest(err, name, next_scope, NULL);
    return VY_BAD_ARG;
}

void vy_key_hash(const char *text, size_t length, uint8_t hash[VY_KEY_HASH])
{
    // a random key needs no slow hash: there is nothing to guess
    crypto_generichash(hash, VY_KEY_HASH, (const uint8_t *)text, length, NULL, 0);
}

static void make_text(char text[VY_KEY_TEXT])
{
    uint8_t bytes[32];
    randombytes_buf(bytes, sizeof bytes);
    vy_text_copy(text, VY_KEY_TEXT, "vk_");
    sodium_bin2base64(text + 3, VY_KEY_TEXT - 3, bytes, sizeof bytes,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(bytes, sizeof bytes);
}

static vy_status check_room(struct vy_db *db, const char *name, struct vy_err *err)
{
    int64_t keys;
    vy_status status =
        vy_sql_number(db, "SELECT count(*) FROM api_key WHERE revoked IS NULL", 0, &keys, err);
    if (!status && keys >= VY_KEYS_MOST)
        status = vy_fail(err, VY_TOO_BIG, -1, "there are %d keys; revoke one first", VY_KEYS_MOST);
    sqlite3_stmt *statement;
    bool row = false;
    if (!status)
        status = vy_sql(db, "SELECT 1 FROM api_key WHERE name = ?", &statement, err);
    if (status)
        return status;
    sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
    status = vy_sql_next(db, statement, &row, err);
    if (row)
        sqlite3_reset(statement);
    return row ? vy_fail(err, VY_NAME_TAKEN, -1, "a key was called '%s' already", name) : status;
}

static vy_status insert(struct vy_db *db, const struct vy_key *key, struct vy_err *err)
{
    sqlite3_stmt *statement;
    const vy_status status =
        vy_sql(db, "INSERT INTO api_key (name, hash, scope, created) VALUES (?, ?, ?, ?)",
               &statement, err);
    if (status)
        return status;
    sqlite3_bind_text(statement, 1, key->name, -1, SQLITE_STATIC);
    sqlite3_bind_blob(statement, 2, key->hash, VY_KEY_HASH, SQLITE_STATIC);
    sqlite3_bind_text(statement, 3, scopes[key->scope], -1, SQLITE_STATIC);
    sqlite3_bind_double(statement, 4, key->created);
    return vy_sql_done(db, statement, err);
}

vy_status vy_key_new(struct vy_db *db, const char *name, enum vy_scope scope,
                     char text[VY_KEY_TEXT], struct vy_key *key, struct vy_err *err)
{
    if (!vy_text_is_name(name))
        return vy_fail(err, VY_BAD_ARG, -1,
                       "a key's name has letters, digits, _ and -, at most 31, not '%.40s'", name);
    if (sodium_init() < 0)
        return vy_fail(err, VY_INTERNAL, -1, "libsodium has no random numbers");
    *key = (struct vy_key){.scope = scope, .created = vy_unix_s(), .used = NAN, .revoked = NAN};
    vy_text_copy(key->name, sizeof key->name, name);
    make_text(text);
    vy_key_hash(text, strlen(text), key->hash);
    vy_status status = vy_db_begin(db, err);
    if (!status)
        status = check_room(db, name, err);
    if (!status)
        status = insert(db, key, err);
    if (!status)
        key->id = sqlite3_last_insert_rowid(vy_sql_handle(db));
    return vy_db_end(db, status, err);
}

static void read_row(sqlite3_stmt *statement, struct vy_key *key)
{
    *key = (struct vy_key){.id = sqlite3_column_int64(statement, 0)};
    vy_text_copy(key->name, sizeof key->name, (const char *)sqlite3_column_text(statement, 1));
    const void *const hash = sqlite3_column_blob(statement, 2);
    if (hash && sqlite3_column_bytes(statement, 2) == VY_KEY_HASH)
        memcpy(key->hash, hash, VY_KEY_HASH);
    const char *const scope = (const char *)sqlite3_column_text(statement, 3);
    for (int i = 1; i < SCOPES && scope; i++)
        if (strcmp(scopes[i], scope) == 0)
            key->scope = (enum vy_scope)i;
    key->created = sqlite3_column_double(statement, 4);
    key->used = vy_sql_real(statement, 5);
    key->revoked = vy_sql_real(statement, 6);
}

vy_status vy_keys_each(struct vy_db *db, vy_key_fn *fn, void *arg, struct vy_err *err)
{
    sqlite3_stmt *statement;
    vy_status status =
        vy_sql(db, "SELECT id, name, hash, scope, created, used, revoked FROM api_key ORDER BY id",
               &statement, err);
    bool row = true;
    while (!status && row) {
        status = vy_sql_next(db, statement, &row, err);
        struct vy_key key;
        if (!row)
            break;
        read_row(statement, &key);
        if (!fn(arg, &key)) {
            sqlite3_reset(statement);
            break;
        }
    }
    return status;
}

struct wanted {
    const char *which;
    struct vy_key *key;
    struct vy_err *err;
    char name[VY_KEYS_MOST][VY_KEY_NAME]; // for a hint
    size_t names;
    bool found;
};

static bool look(void *arg, const struct vy_key *key)
{
    struct wanted *const wanted = arg;
    char number[24];
    snprintf(number, sizeof number, "%lld", (long long)key->id);
    wanted->found = strcmp(key->name, wanted->which) == 0 || strcmp(number, wanted->which) == 0;
    if (wanted->found)
        *wanted->key = *key;
    else if (wanted->names < VY_KEYS_MOST && isnan(key->revoked))
        vy_text_copy(wanted->name[wanted->names++], VY_KEY_NAME, key->name);
    return !wanted->found;
}

static const char *next_name(void *arg, size_t i)
{
    const struct wanted *const wanted = arg;
    return i < wanted->names ? wanted->name[i] : NULL;
}

vy_status vy_key_revoke(struct vy_db *db, const char *which, struct vy_key *key, struct vy_err *err)
{
    struct wanted wanted = {.which = which, .key = key};
    vy_status status = vy_keys_each(db, look, &wanted, err);
    if (status)
        return status;
    if (!wanted.found) {
        vy_fail(err, VY_NOT_FOUND, -1, "there is no key '%.40s'", which);
        vy_err_suggest(err, which, next_name, &wanted);
        return VY_NOT_FOUND;
    }
    if (!isnan(key->revoked))
        return vy_fail(err, VY_NO_EFFECT, -1, "the key '%s' was revoked already", key->name);
    sqlite3_stmt *statement;
    status = vy_sql(db, "UPDATE api_key SET revoked = ? WHERE id = ?", &statement, err);
    if (status)
        return status;
    key->revoked = vy_unix_s();
    sqlite3_bind_double(statement, 1, key->revoked);
    sqlite3_bind_int64(statement, 2, key->id);
    return vy_sql_done(db, statement, err);
}

vy_status vy_key_used(struct vy_db *db, int64_t id, struct vy_err *err)
{
    sqlite3_stmt *statement;
    const vy_status status =
        vy_sql(db, "UPDATE api_key SET used = ? WHERE id = ?", &statement, err);
    if (status)
        return status;
    sqlite3_bind_double(statement, 1, vy_unix_s());
    sqlite3_bind_int64(statement, 2, id);
    return vy_sql_done(db, statement, err);
}

vy_status vy_keys_mark(struct vy_db *db, int64_t *mark, struct vy_err *err)
{
    return vy_sql_number(db, "PRAGMA data_version", 0, mark, err);
}
