// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The terminal: taken over, given back however the program ends, and its keys. What is printed
// meanwhile, by whatever library, does not reach the screen: it is read here.
#ifndef VY_APP_TUI_SCREEN_H
#define VY_APP_TUI_SCREEN_H

#include "base/text.h"

#include <stdbool.h>

struct vy_tui_screen {
    bool ascii;  ///< nothing but ASCII is drawn
    int colours; ///< 0 = none; 8, 16, 256, or 1 << 24
    int printed; ///< read what was printed from here
    int rows, cols;
};

/// Take the terminal. @param ascii  asked for; it is also so where the locale is not UTF-8
/// @return VY_BAD_ARG: there is no terminal, or none that can be drawn on
VY_MUST_CHECK vy_status vy_tui_screen_open(struct vy_tui_screen *screen, bool ascii,
                                           struct vy_err *err);
/// Give it back. Fine when it was not taken.
void vy_tui_screen_close(void);

/// The next key that is there. @return false: none is. code: see tui_keys.h
bool vy_tui_screen_key(struct vy_tui_screen *screen, int *code);

/// Give the terminal to the shell until we are continued.
void vy_tui_screen_suspend(struct vy_tui_screen *screen);

/// What was printed since, complete or not.
void vy_tui_screen_printed(struct vy_tui_screen *screen, struct vy_buf *text);

/// True when a signal says that it is time to leave.
bool vy_tui_screen_leave(void);

#endif
