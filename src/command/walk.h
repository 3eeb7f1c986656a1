// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// All sound files below a folder. Links are followed, each folder is entered once: a link to a
// folder above ends no walk.
#ifndef VY_COMMAND_WALK_H
#define VY_COMMAND_WALK_H

#include "base/arena.h"
#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

struct vy_walk_file {
    const char *path; ///< absolute, without links
    int64_t size, mtime_ns;
};

struct vy_walk {
    struct vy_arena arena; ///< of everything here
    char root[4096];       ///< the folder (or file) itself, absolute, without links
    struct vy_walk_file *file;
    uint64_t files;
    uint64_t closed; ///< folders that could not be read
};

/// @return VY_NOT_FOUND, VY_IO, VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_walk(const char *folder, bool (*wanted)(const char *name),
                                struct vy_walk *walk, struct vy_err *err);
void vy_walk_clear(struct vy_walk *walk);

#endif
