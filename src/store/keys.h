// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Keys of the HTTP face. A key is 32 random bytes, told once; what is kept is its hash, so who
// reads the database has no keys.
#ifndef VY_STORE_KEYS_H
#define VY_STORE_KEYS_H

#include "store/db.h"

#define VY_KEY_TEXT 48   ///< "vk_" and 43 letters, with its end
#define VY_KEY_HASH 32   ///< bytes
#define VY_KEY_NAME 32   ///< as of an author, vy_text_is_name
#define VY_KEYS_MOST 256 ///< that are not revoked

/// What one may do; each may do what those before may.
enum vy_scope {
    VY_SCOPE_NONE,  ///< nothing
    VY_SCOPE_READ,  ///< look and listen
    VY_SCOPE_PLAY,  ///< change the music
    VY_SCOPE_ADMIN, ///< reach files, programs, settings
};

/// "read", "play", "admin"; "none".
const char *vy_scope_name(enum vy_scope scope);
/// @return VY_BAD_ARG with a hint
VY_MUST_CHECK vy_status vy_scope_read(const char *name, enum vy_scope *scope, struct vy_err *err);

/// A key as it is kept.
struct vy_key {
    int64_t id;
    char name[VY_KEY_NAME];
    enum vy_scope scope;
    uint8_t hash[VY_KEY_HASH];
    double created, used, revoked; ///< Unix seconds; NaN = never
};

/// The hash of a key's text.
void vy_key_hash(const char *text, size_t length, uint8_t hash[VY_KEY_HASH]);

/// Make a key. text [VY_KEY_TEXT] receives it; it can be had nowhere else.
/// @return VY_NAME_TAKEN, VY_BAD_ARG (name), VY_TOO_BIG (VY_KEYS_MOST)
VY_MUST_CHECK vy_status vy_key_new(struct vy_db *db, const char *name, enum vy_scope scope,
                                   char text[VY_KEY_TEXT], struct vy_key *key, struct vy_err *err);

/// @return false to end
typedef bool vy_key_fn(void *arg, const struct vy_key *key);
/// All keys, the oldest first.
VY_MUST_CHECK vy_status vy_keys_each(struct vy_db *db, vy_key_fn *fn, void *arg,
                                     struct vy_err *err);

/// Take a key back, by name or number. @return VY_NOT_FOUND with a hint, VY_NO_EFFECT
VY_MUST_CHECK vy_status vy_key_revoke(struct vy_db *db, const char *which, struct vy_key *key,
                                      struct vy_err *err);

/// Note that a key was used now.
VY_MUST_CHECK vy_status vy_key_used(struct vy_db *db, int64_t id, struct vy_err *err);

/// Changes when another connection has written to the database.
VY_MUST_CHECK vy_status vy_keys_mark(struct vy_db *db, int64_t *mark, struct vy_err *err);

#endif
