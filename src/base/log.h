// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The log of the processes that run for long: one JSON object a line in
// $XDG_STATE_HOME/veery/veery.log, put aside by size; the same as text on a terminal, and to the
// journal for a process that systemd started. One a process, because a log is where everything of
// it goes; several processes may share the file. Libraries do not log, they return a status.
#ifndef VY_BASE_LOG_H
#define VY_BASE_LOG_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum vy_log_level { VY_LOG_DEBUG, VY_LOG_INFO, VY_LOG_WARNING, VY_LOG_ERROR };

struct vy_log_how {
    const char *file; ///< NULL = the usual place
    enum vy_log_level level;
    uint64_t max_bytes; ///< a longer file is put aside
    unsigned backups;   ///< how many of those are kept, as veery.log.1 (the newest) and so on
    bool human;         ///< also as text on stderr when that is a terminal
};

/// $XDG_STATE_HOME/veery/veery.log, else ~/.local/state/veery/veery.log. @return false: nowhere
bool vy_log_place(char *path, size_t size);

/// Begin. Without it vy_log does nothing. On failure there is no file, and the rest works.
/// Main thread, before others log.
vy_status vy_log_open(const struct vy_log_how *how, struct vy_err *err);
void vy_log_close(void);

/// Change level and limits while it runs. Any thread.
void vy_log_set(enum vy_log_level level, uint64_t max_bytes, unsigned backups);

/// A level by its name in the settings: "debug", "info", "warning", "error".
enum vy_log_level vy_log_level_named(const char *name);

/// Write a line: {"timestamp":"2026-11-26T08:01:35.123Z","level":"info","logger":"veery.jobs",
/// "pid":12,"message":".."}. Newlines and bytes that are no UTF-8 are escaped; long messages are
/// cut and say so. Any thread but the audio threads: it locks and writes.
/// @param room  who says it: "jobs", "http", "app"
__attribute__((format(printf, 3, 4))) void vy_log(enum vy_log_level level, const char *room,
                                                  const char *format, ...);

#endif
