// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The patterns of a sound file.
#ifndef VY_COMMAND_PATTERN_FILE_H
#define VY_COMMAND_PATTERN_FILE_H

#include "base/status.h"
#include "base/work.h"
#include "listen/pattern.h"

/// Patterns by time. Zero-initialise; vy_pattern_list_clear gives the array back.
struct vy_pattern_list {
    struct vy_ear_pattern *pattern;
    uint32_t n, room;
    double length_s; ///< of the sound, or of the stretch
};

/// Listen to a file, or to a stretch of it (end_s 0 = to its end). Times are those of the file.
/// @param wish  NULL = detect
/// @param work  to be told how far it is, NULL = nobody; VY_BUSY when it stops it
/// @return VY_NOT_FOUND, VY_IO, VY_BAD_FILE, VY_OUT_OF_RANGE (below 8 kHz), VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_pattern_file_hear(const char *path, double start_s, double end_s,
                                             const struct vy_ear_pattern_wish *wish,
                                             const struct vy_work *work,
                                             struct vy_pattern_list *list, struct vy_err *err);
void vy_pattern_list_clear(struct vy_pattern_list *list);

#endif
