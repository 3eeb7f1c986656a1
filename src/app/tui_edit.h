// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The editor behind the prompt: UTF-8 text of several lines with a cursor, what was cut last, and
// the way through the history. It knows no screen. Main thread.
#ifndef VY_APP_TUI_EDIT_H
#define VY_APP_TUI_EDIT_H

#include "app/tui_history.h"

#include <stdbool.h>
#include <stddef.h>

#define VY_TUI_EDIT_MAX 131072u ///< bytes of a prompt

struct vy_tui_edit {
    char *text; ///< [length], owned; NULL while empty
    size_t length, capacity, cursor;
    char *cut; ///< [cuts], owned: what was cut last
    size_t cuts;
    bool cutting;                   ///< the last thing done was a cut: the next one adds to it
    struct vy_tui_history *history; ///< borrowed, or NULL
    size_t back;                    ///< lines back in it, 0 = at what is being typed
    char *draft;                    ///< owned: what was being typed, while back > 0
};

enum vy_tui_move {
    VY_TUI_LEFT,
    VY_TUI_RIGHT,
    VY_TUI_WORD_LEFT,
    VY_TUI_WORD_RIGHT,
    VY_TUI_HOME, ///< of the line the cursor is in
    VY_TUI_END,
    VY_TUI_UP, ///< a line up, from the first one on back in the history
    VY_TUI_DOWN,
};

void vy_tui_edit_clear(struct vy_tui_edit *edit);

/// Put text where the cursor is. What cannot be typed into a line is left out: control characters,
/// bytes that are no UTF-8; a tab becomes a space, CR and CRLF a newline.
/// @return false: there is no room for it, nothing was put
bool vy_tui_edit_put(struct vy_tui_edit *edit, const char *text, size_t n);

/// Take this text instead of what is there, cursor behind it.
void vy_tui_edit_set(struct vy_tui_edit *edit, const char *text, size_t n);

/// @return false: there was no way to go
bool vy_tui_edit_move(struct vy_tui_edit *edit, enum vy_tui_move move);

/// Remove from the cursor to where the move would lead. @param cut  keep it for vy_tui_edit_yank
void vy_tui_edit_erase(struct vy_tui_edit *edit, enum vy_tui_move move, bool cut);

/// Put back what was cut last.
void vy_tui_edit_yank(struct vy_tui_edit *edit);

/// Replace text[at..cursor) by a word.
void vy_tui_edit_replace(struct vy_tui_edit *edit, size_t at, const char *word, size_t n);

/// Where the cursor's own line begins, and its bytes up to the cursor: what completion looks at.
size_t vy_tui_edit_line(const struct vy_tui_edit *edit);

/// The next older line of the history that begins with what stands before the cursor.
/// @return false: there is none
bool vy_tui_edit_search(struct vy_tui_edit *edit);

/// What was typed has been said or given up: nothing stands there, and the history begins at its
/// end again.
void vy_tui_edit_restart(struct vy_tui_edit *edit);

/// The next row when the text is broken into rows of `columns`, anywhere, as terminals do.
/// @param at  0 for the first row; moved on
/// @param from, n  the row's bytes. @return false: there is no more
bool vy_tui_edit_row(const struct vy_tui_edit *edit, int columns, size_t *at, size_t *from,
                     size_t *n);

/// Row and column of the cursor, which is at most `columns`. @return number of rows, at least 1
int vy_tui_edit_cursor(const struct vy_tui_edit *edit, int columns, int *row, int *column);

#endif
