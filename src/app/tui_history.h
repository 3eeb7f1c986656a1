// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What was said at the prompt, kept in a file: one entry a line, newlines as \n, backslashes
// doubled. Each entry is appended when it is made, so that nothing is lost when the program is
// killed, and two that run do not overwrite each other.
#ifndef VY_APP_TUI_HISTORY_H
#define VY_APP_TUI_HISTORY_H

#include "base/status.h"

#include <stddef.h>

#define VY_TUI_HISTORY_MAX 2000 ///< entries kept

struct vy_tui_history {
    char **entry; ///< [entries], oldest first, owned
    size_t entries, capacity;
    char path[4096]; ///< "" = not kept
};

/// Read it. A file that is not there is an empty history.
/// @param path  NULL or "": kept nowhere
VY_MUST_CHECK vy_status vy_tui_history_open(struct vy_tui_history *history, const char *path,
                                            struct vy_err *err);

/// Remember an entry, at once also in the file. Twice the same in a row is once.
vy_status vy_tui_history_add(struct vy_tui_history *history, const char *text, size_t n,
                             struct vy_err *err);

void vy_tui_history_close(struct vy_tui_history *history);

#endif
