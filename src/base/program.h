// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Where the running program lies, and how others are started from it.
#ifndef VY_BASE_PROGRAM_H
#define VY_BASE_PROGRAM_H

#include <spawn.h>
#include <stdbool.h>
#include <stddef.h>

/// The file of the running program. @return false, and "": the system does not say
bool vy_program_self(char *path, size_t size);

/// A program beside the running one; $VEERY_BIN_DIR says where else (tests).
void vy_program_path(const char *name, char *path, size_t size);

/// Where a library of the program's own lies ("veery-av.so"), and where what came with it does
/// ("recipes"): ../lib/veery and ../share/veery beside an installed one, the build folder and the
/// checkout for one that runs from there. Whether it is there is not looked at.
/// @return false, and "": the system does not say
bool vy_program_library(const char *file, char *path, size_t size);
bool vy_program_share(const char *name, char *path, size_t size);

/// For posix_spawn: signals as at login, none blocked, in a process group of its own, so that
/// Ctrl-C is for us, and what it starts ends with it. Destroy it afterwards.
void vy_program_attr(posix_spawnattr_t *attr);

#endif
