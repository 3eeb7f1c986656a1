// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Where a user's files lie, after the XDG Base Directory Specification, and the folders they need.
#ifndef VY_BASE_HOME_H
#define VY_BASE_HOME_H

#include "base/status.h"

#include <stdbool.h>
#include <sys/types.h>

enum vy_home {
    VY_HOME_DATA,   ///< $XDG_DATA_HOME/veery, or ~/.local/share/veery
    VY_HOME_STATE,  ///< $XDG_STATE_HOME/veery, or ~/.local/state/veery
    VY_HOME_CONFIG, ///< $XDG_CONFIG_HOME/veery, or ~/.config/veery
    VY_HOME_CACHE,  ///< $XDG_CACHE_HOME/veery, or ~/.cache/veery
};

/// The path of something of ours ("library.db"); name NULL = the folder itself. As the
/// specification has it, a variable that holds no absolute path counts as not set: jobs run in
/// other folders and must find the same files.
/// @return VY_NOT_FOUND when the environment names no home, VY_TOO_BIG; path is then ""
VY_MUST_CHECK vy_status vy_home_path(enum vy_home home, const char *name, char *path, size_t size,
                                     struct vy_err *err);

/// Make the folders above a file, with this mode. @return VY_IO, VY_TOO_BIG
VY_MUST_CHECK vy_status vy_make_folders(const char *path, mode_t mode, struct vy_err *err);

/// The same, for files that others may read where the umask lets them.
VY_MUST_CHECK vy_status vy_make_parents(const char *path, struct vy_err *err);

#endif
