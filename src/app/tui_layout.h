// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Where the panes stand on a screen of any size. A pure function.
//
//   wide: two columns          narrow, small or zoomed: one pane and the names of all
//   bar                        bar
//   session  | meters          session TALK meters ...
//   ---------| jobs            the pane
//   talk     | takes
//            | log
//   prompt                     prompt
//   hints                      hints
#ifndef VY_APP_TUI_LAYOUT_H
#define VY_APP_TUI_LAYOUT_H

#include <stdbool.h>

enum vy_tui_pane {
    VY_TUI_PROMPT,
    VY_TUI_SESSION,
    VY_TUI_TALK,
    VY_TUI_METERS,
    VY_TUI_JOBS,
    VY_TUI_TAKES,
    VY_TUI_LOG,
};
#define VY_TUI_PANES 7

#define VY_TUI_MIN_ROWS 5 ///< below, nothing but a word about it is shown
#define VY_TUI_MIN_COLS 20

/// What is drawn there; rows 0 = not shown. The first row of a pane in two columns is its title.
struct vy_tui_rect {
    int y, x, rows, cols;
};

struct vy_tui_wish {
    int rows, cols;         ///< of the screen
    int prompt_rows;        ///< the text in the prompt takes, at least 1
    enum vy_tui_pane shown; ///< the pane that is looked at, not the prompt
    bool zoomed;            ///< only this one
};

struct vy_tui_layout {
    struct vy_tui_rect bar, tabs, hints, pane[VY_TUI_PANES];
    bool columns; ///< two, with a line between them
    bool tiny;    ///< nothing fits
};

void vy_tui_lay_out(const struct vy_tui_wish *wish, struct vy_tui_layout *layout);

#endif
