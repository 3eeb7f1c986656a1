// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What can be done with the library, behind `veery library`, `veery similar`, `veery find` and the
// verbs of the same names.
#ifndef VY_COMMAND_LIBRARY_H
#define VY_COMMAND_LIBRARY_H

#include "base/text.h"
#include "command/scan.h"

#include <jansson.h>

/// What the usual library is from now on: setting library.file; "" = where such files are kept.
/// Before threads begin. @return false: the path is too long
bool vy_library_use(const char *file);

/// Open the library at `file` (NULL = the usual one).
VY_MUST_CHECK vy_status vy_library_open(const char *file, enum vy_db_mode mode, struct vy_db **db,
                                        struct vy_err *err);

/// What is asked of `veery library`.
struct vy_library_ask {
    const char *library; ///< NULL = the usual one
    const char *action;  ///< of vy_library_actions
    const char *what;    ///< folder, path, words: as the action wants; NULL = not given
    const char *tags;    ///< action tag
    double near;         ///< duplicates: least score of near ones; 0 = only equal files
    struct vy_scan scan; ///< action scan: jobs, again, tell, stop, arg
};

/// One line of the manual.
struct vy_library_action {
    const char *name, *what, *text;
    bool needs_what; ///< it cannot do without
    bool makes;      ///< it makes the library when there is none
};
/// Row i, NULL after the last.
const struct vy_library_action *vy_library_action_at(size_t i);

/// Do it: text for people, result for programs.
VY_MUST_CHECK vy_status vy_library_do(const struct vy_library_ask *ask, struct vy_buf *text,
                                      json_t *result, struct vy_err *err);

/// What is asked of `veery similar`.
struct vy_similar_ask {
    const char *library;
    const char *what;         ///< FILE, FILE:START-END (seconds or m:ss) or pN, a pattern
    double weight[VY_SPACES]; ///< by space of vy_ears_layout; NaN = as usual
    const char *key, *bpm;    ///< NULL = any
    bool related;             ///< the relative key, half and double tempo are fine too
    bool parts;               ///< parts of one sound are answers of their own
    uint32_t most;            ///< 1..VY_SEARCH_MOST
    double least;             ///< least score, 0..1
    uint32_t threads;
};
VY_MUST_CHECK vy_status vy_similar(const struct vy_similar_ask *ask, struct vy_buf *text,
                                   json_t *result, struct vy_err *err);

/// Answers of `veery find`.
VY_MUST_CHECK vy_status vy_find(const char *library, const char *words, uint32_t most,
                                struct vy_buf *text, json_t *result, struct vy_err *err);

/// Write all of a library into a folder: library.json and vectors.npz (docs/library.md); and take
/// such a folder in, beside what is there.
VY_MUST_CHECK vy_status vy_library_export(struct vy_db *db, const char *folder, struct vy_buf *text,
                                          json_t *result, struct vy_err *err);
VY_MUST_CHECK vy_status vy_library_import(struct vy_db *db, const char *folder, struct vy_buf *text,
                                          json_t *result, struct vy_err *err);

/// Open a sound file that the library knows, and no other: not one behind a symbolic link, nothing
/// but a regular file. The caller closes *fd.
/// @return VY_NOT_FOUND, VY_DENIED, VY_IO
VY_MUST_CHECK vy_status vy_library_file_open(const char *library, const char *path, int *fd,
                                             struct vy_err *err);

/// Everything known of a sound.
json_t *vy_sound_row_json(const struct vy_sound_row *row);
/// "C# minor"; "" when the key is not known.
void vy_key_name(const struct vy_facts *facts, char *to, size_t size);

#endif
