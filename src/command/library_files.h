// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The open form of a library, for library_export.c, library_import.c and the fuzz target.
#ifndef VY_COMMAND_LIBRARY_FILES_H
#define VY_COMMAND_LIBRARY_FILES_H

#include "store/npz.h"
#include "store/patterns.h"

#define VY_LIBRARY_FORMAT "veery-library/1"
#define VY_LIBRARY_JSON_MAX (1u << 30) ///< bytes of library.json

struct vy_taken {
    uint64_t sounds, files, regions, patterns, relations; ///< new ones
    uint64_t known;                                       ///< sounds that were there already
};

/// Take a parsed library.json in, in one transaction. What is there stays as it is.
/// @param vectors  [spaces of vy_ears_layout], each (numbers, columns); NULL = none
/// @return VY_BAD_FILE, with what is wrong; nothing was changed then
VY_MUST_CHECK vy_status vy_library_take(struct vy_db *db, const json_t *root,
                                        const struct vy_npz_data *vectors, struct vy_taken *taken,
                                        struct vy_err *err);

#endif
