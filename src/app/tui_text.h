// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Text as a terminal shows it: characters of UTF-8, how many columns they take, where lines break.
// Widths are the locale's (wcwidth), so LC_CTYPE must be set before.
#ifndef VY_APP_TUI_TEXT_H
#define VY_APP_TUI_TEXT_H

#include <stddef.h>
#include <stdint.h>

#define VY_TUI_BAD 0xFFFDu ///< stands for bytes that are no UTF-8

/// The character at the start of text[0..n), n > 0. @return its bytes, 1..4
size_t vy_tui_decode(const char *text, size_t n, uint32_t *c);

/// Columns of a character: 0 for combining and control characters, else 1 or 2.
int vy_tui_char_columns(uint32_t c);

/// Columns of text[0..n).
int vy_tui_columns(const char *text, size_t n);

/// Bytes from `at` to the next place a cursor may stand: a character and what combines with it.
size_t vy_tui_step(const char *text, size_t n, size_t at);

/// Bytes from `at` back to the one before.
size_t vy_tui_step_back(const char *text, size_t at);

/// Bytes of text[0..n) that fit into `columns`. @param used  the columns they take; may be NULL
size_t vy_tui_fit(const char *text, size_t n, int columns, int *used);

/// Bytes of the line at the start of text[0..n) that fit into `columns`, at least one character of
/// it. It looks no further than that: one line may be all of a long text.
size_t vy_tui_fit_line(const char *text, size_t n, int columns);

/// Bytes of the first row when text[0..n) is broken into rows of `columns` at newlines, else at
/// spaces, else anywhere. @param next  bytes up to the next row, n when there is none
size_t vy_tui_row(const char *text, size_t n, int columns, size_t *next);

#endif
