// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A prompt on a terminal: editing, history, completion, and news that come while a line is typed.
#ifndef VY_APP_TERMINAL_H
#define VY_APP_TERMINAL_H

#include "base/text.h"

#include <histedit.h>

struct vy_terminal {
    // set by the caller
    const char *prompt;
    /// Words for the line; see vy_complete.
    char **(*complete)(void *arg, const char *line, size_t length, size_t *count, size_t *word_at);
    /// What there is to say above the prompt, lines with newlines. Called when `news_fd` is
    /// readable.
    /// @return false: nothing more will come, the prompt ends. May be NULL.
    bool (*news)(void *arg, struct vy_buf *lines);
    int news_fd; ///< -1 = none
    void *arg;
    // the terminal's own
    EditLine *edit;
    History *history;
    char history_path[4096];
};

/// @return false when the terminal cannot do it
bool vy_terminal_open(struct vy_terminal *terminal);
/// Keeps the history.
void vy_terminal_close(struct vy_terminal *terminal);

/// The next line with its newline, borrowed until the next call; NULL at the end.
const char *vy_terminal_line(struct vy_terminal *terminal, size_t *length);

#endif
