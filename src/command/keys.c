// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "command/keys.h"

#include "command/session.h"
#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static json_t *key_json(const struct vy_key *key)
{
    return json_pack("{s:I,s:s,s:s,s:o,s:o,s:o}", "id", (json_int_t)key->id, "name", key->name,
                     "scope", vy_scope_name(key->scope), "created", vy_json_number(key->created),
                     "used", vy_json_number(key->used), "revoked", vy_json_number(key->revoked));
}

// ---- new ----------------------------------------------------------------------------------------

static bool note_name(void *arg, const struct vy_key *key)
{
    unsigned *const number = arg;
    if (strncmp(key->name, "key", 3) != 0 || !strchr("123456789", key->name[3]))
        return true;
    char *end;
    const unsigned long n = strtoul(key->name + 3, &end, 10);
    if (!*end && n >= *number && n < 1000000)
        *number = (unsigned)n + 1;
    return true;
}

static vy_status make(struct vy_db *db, const struct vy_keys_ask *ask, struct vy_buf *text,
                      json_t *result, struct vy_err *err)
{
    enum vy_scope scope;
    char name[VY_KEY_NAME], secret[VY_KEY_TEXT];
    unsigned number = 1;
    struct vy_key key;
    if (!ask->scope)
        return vy_fail(err, VY_BAD_ARG, -1, "key new needs --scope read, play or admin");
    vy_status status = vy_scope_read(ask->scope, &scope, err);
    if (!status && !ask->name)
        status = vy_keys_each(db, note_name, &number, err);
    if (status)
        return status;
    snprintf(name, sizeof name, "key%u", number);
    status = vy_key_new(db, ask->name ? ask->name : name, scope, secret, &key, err);
    if (status)
        return status;
    vy_buf_add(text, "%s", secret);
    json_object_set_new(result, "key", key_json(&key));
    json_object_set_new(result, "secret", json_string(secret));
    return VY_OK;
}

// ---- ls, revoke ---------------------------------------------------------------------------------

struct listing {
    struct vy_buf *text;
    json_t *list;
};

static void when(double seconds, char text[24])
{
    const time_t time = isnan(seconds) ? 0 : (time_t)seconds;
    struct tm tm;
    if (isnan(seconds) || !localtime_r(&time, &tm))
        snprintf(text, 24, "never");
    else
        strftime(text, 24, "%Y-%m-%d %H:%M", &tm);
}

static bool list_one(void *arg, const struct vy_key *key)
{
    const struct listing *const listing = arg;
    char created[24], used[24];
    when(key->created, created);
    when(key->used, used);
    vy_buf_add(listing->text, "%s%-4lld %-20s %-6s made %s, used %s%s",
               listing->text->length ? "\n" : "", (long long)key->id, key->name,
               vy_scope_name(key->scope), created, used, isnan(key->revoked) ? "" : ", revoked");
    json_array_append_new(listing->list, key_json(key));
    return true;
}

static vy_status list(struct vy_db *db, struct vy_buf *text, json_t *result, struct vy_err *err)
{
    struct listing listing = {text, json_array()};
    const vy_status status = vy_keys_each(db, list_one, &listing, err);
    if (!status && text->length == 0)
        vy_buf_add(text, "there are no keys; veery key new --scope read|play|admin makes one");
    json_object_set_new(result, "keys", listing.list);
    return status;
}

static vy_status revoke(struct vy_db *db, const char *which, struct vy_buf *text, json_t *result,
                        struct vy_err *err)
{
    struct vy_key key;
    if (!which)
        return vy_fail(err, VY_BAD_ARG, -1, "key revoke needs a name or number of veery key ls");
    const vy_status status = vy_key_revoke(db, which, &key, err);
    if (status)
        return status;
    vy_buf_add(text, "%s opens nothing any more", key.name);
    json_object_set_new(result, "key", key_json(&key));
    return VY_OK;
}

vy_status vy_keys_do(const struct vy_keys_ask *ask, struct vy_buf *text, json_t *result,
                     struct vy_err *err)
{
    static const char *const actions[] = {"new", "ls", "revoke"};
    size_t action = 0;
    while (action < 3 && strcmp(actions[action], ask->action) != 0)
        action++;
    if (action == 3)
        return vy_fail(err, VY_BAD_ARG, -1, "key does new, ls or revoke, not '%.40s'", ask->action);
    struct vy_db *db = NULL;
    vy_status status = vy_db_open_usual(&vy_db_studio, ask->studio, VY_DB_CREATE, &db, err);
    if (status)
        return status;
    status = action == 0   ? make(db, ask, text, result, err)
             : action == 1 ? list(db, text, result, err)
                           : revoke(db, ask->which, text, result, err);
    vy_db_close(db);
    return status;
}
