// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The keys that open the HTTP face, as they stand in the studio's database: read anew when somebody
// has written to it, so a key that was revoked opens nothing a quarter of a second later.
#include "serve/http_inside.h"

#include "store/db.h"
#include "base/clock.h"

#include <math.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define LOOK_NS 250000000ull
#define USED_S 60.0 // a key's last use is noted once a minute

vy_status vy_http_keys_open(struct vy_http *http, const char *path, struct vy_err *err)
{
    struct vy_http_keys *const keys = &http->keys;
    keys->mark = -1;
    if (sodium_init() < 0)
        return vy_fail(err, VY_INTERNAL, -1, "libsodium could not begin");
    if (!path)
        return vy_db_default_path(&vy_db_studio, keys->path, sizeof keys->path, err);
    return vy_text_copy(keys->path, sizeof keys->path, path)
               ? VY_OK
               : vy_fail(err, VY_TOO_BIG, -1, "the path is too long");
}

void vy_http_keys_close(struct vy_http *http)
{
    vy_db_close(http->keys.db);
    free(http->keys.key);
    http->keys = (struct vy_http_keys){0};
}

static bool take(void *arg, const struct vy_key *key)
{
    struct vy_http_keys *const keys = arg;
    if (isnan(key->revoked) && keys->count < VY_KEYS_MOST)
        keys->key[keys->count++] = *key;
    return true;
}

static void look(struct vy_http_keys *keys)
{
    const uint64_t now = vy_now_ns();
    struct vy_err err;
    int64_t mark;
    if (keys->looked_ns && now - keys->looked_ns < LOOK_NS)
        return;
    keys->looked_ns = now;
    if (!keys->key)
        keys->key = calloc(VY_KEYS_MOST, sizeof *keys->key);
    if (!keys->key ||
        (!keys->db && vy_db_open(&vy_db_studio, keys->path, VY_DB_USE, &keys->db, &err)))
        return; // no database, no keys
    if (vy_keys_mark(keys->db, &mark, &err) || mark == keys->mark)
        return;
    keys->count = 0;
    if (vy_keys_each(keys->db, take, keys, &err) == VY_OK)
        keys->mark = mark;
    else
        keys->count = 0;
}

static void note_use(struct vy_http_keys *keys, struct vy_key *key)
{
    const double now = floor(vy_unix_s());
    struct vy_err err;
    if (!isnan(key->used) && now - key->used < USED_S)
        return;
    key->used = now;
    (void)!vy_key_used(keys->db, key->id, &err); // only to be looked at
}

const struct vy_key *vy_http_key_find(struct vy_http *http, const char *authorization)
{
    struct vy_http_keys *const keys = &http->keys;
    if (strncasecmp(authorization, "Bearer ", 7) != 0)
        return NULL;
    authorization += 7;
    authorization += strspn(authorization, " ");
    uint8_t hash[VY_KEY_HASH];
    vy_key_hash(authorization, strlen(authorization), hash);
    look(keys);
    struct vy_key *found = NULL;
    for (uint32_t i = 0; i < keys->count; i++) // all of them: the time says nothing
        if (sodium_memcmp(hash, keys->key[i].hash, VY_KEY_HASH) == 0)
            found = &keys->key[i];
    if (found)
        note_use(keys, found);
    return found;
}

bool vy_http_keys_any(struct vy_http *http)
{
    look(&http->keys);
    return http->keys.count > 0;
}
