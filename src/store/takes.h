// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The rows of takes, in studio.db. A take is a file that does not change and a receipt of how it
// was made; only its rating, tags, name and whether it is to be kept may change. The files
// themselves are command/takes_folder.h's.
#ifndef VY_STORE_TAKES_H
#define VY_STORE_TAKES_H

#include "base/arena.h"
#include "store/db.h"

#include <stdbool.h>
#include <stdint.h>

#define VY_TAKE_HASH 32      ///< BLAKE2b of the file (vy_hash_file)
#define VY_TAKE_NAME 120     ///< bytes with the 0
#define VY_TAKE_TAG 40       ///< bytes of a tag with the 0
#define VY_TAKE_TAGS_MOST 32 ///< of one take

/// A take. Texts live in the arena it was read into; none is NULL.
struct vy_take {
    int64_t id;
    uint8_t hash[VY_TAKE_HASH];
    const char *path; ///< relative to the folder of takes
    const char *name, *kind, *author;
    double created; ///< Unix seconds
    int64_t bytes;
    double duration_s; ///< NaN = not known
    uint32_t rate_hz, chans;
    int rating;          ///< 0..5
    bool kept;           ///< never removed by itself
    int64_t job;         ///< 0 = none
    const char *receipt; ///< JSON
    const char *tags;    ///< separated by spaces, in order
};

/// The number the next take will have; holds within a transaction.
VY_MUST_CHECK vy_status vy_take_next(struct vy_db *db, int64_t *id, struct vy_err *err);
/// Strings are borrowed for the call; `tags` is not looked at.
VY_MUST_CHECK vy_status vy_take_add(struct vy_db *db, const struct vy_take *take,
                                    struct vy_err *err);

/// @return VY_NOT_FOUND
VY_MUST_CHECK vy_status vy_take_get(struct vy_db *db, int64_t id, struct vy_arena *arena,
                                    struct vy_take *take, struct vy_err *err);
/// The take of this number or name. @return VY_NOT_FOUND, VY_CONFLICT when several have the name
VY_MUST_CHECK vy_status vy_take_find(struct vy_db *db, const char *which, int64_t *id,
                                     struct vy_err *err);
/// Is a file of the folder a take's?
VY_MUST_CHECK vy_status vy_take_at(struct vy_db *db, const char *path, bool *there,
                                   struct vy_err *err);

/// @return false to end
typedef bool vy_take_fn(void *arg, const struct vy_take *take);

/// Which takes; zero-initialised: all of them.
struct vy_take_wish {
    int64_t most;     ///< so many; 0 = all
    bool oldest;      ///< first; else the newest
    int rating;       ///< at least
    const char *tag;  ///< NULL = any
    const char *text; ///< within the name, NULL = any
};
VY_MUST_CHECK vy_status vy_takes_each(struct vy_db *db, const struct vy_take_wish *wish,
                                      vy_take_fn *fn, void *arg, struct vy_err *err);
VY_MUST_CHECK vy_status vy_takes_total(struct vy_db *db, int64_t *count, int64_t *bytes,
                                       struct vy_err *err);

/// What may change. @return VY_NOT_FOUND
VY_MUST_CHECK vy_status vy_take_rate(struct vy_db *db, int64_t id, int rating, struct vy_err *err);
VY_MUST_CHECK vy_status vy_take_keep(struct vy_db *db, int64_t id, bool kept, struct vy_err *err);
VY_MUST_CHECK vy_status vy_take_rename(struct vy_db *db, int64_t id, const char *name,
                                       struct vy_err *err);
/// @param on  false: take the tag away. @return VY_NOT_FOUND, VY_TOO_BIG
VY_MUST_CHECK vy_status vy_take_tag(struct vy_db *db, int64_t id, const char *tag, bool on,
                                    struct vy_err *err);
/// Forget it; jobs that made it keep its number. @return VY_NOT_FOUND
VY_MUST_CHECK vy_status vy_take_remove(struct vy_db *db, int64_t id, struct vy_err *err);

#endif
