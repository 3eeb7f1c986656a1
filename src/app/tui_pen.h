// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Drawing on the screen: styles, text that stays within its columns, bars.
#ifndef VY_APP_TUI_PEN_H
#define VY_APP_TUI_PEN_H

#include "app/tui_layout.h"
#include "app/tui_screen.h"

enum vy_tui_style {
    VY_TUI_PLAIN,
    VY_TUI_DIM,
    VY_TUI_STRONG,
    VY_TUI_TITLE,
    VY_TUI_TITLE_FOCUS,
    VY_TUI_LINES_STYLE,
    VY_TUI_BAR,
    VY_TUI_BAR_STRONG,
    VY_TUI_LOW, ///< of meters, and what went well
    VY_TUI_MIDDLE,
    VY_TUI_HIGH, ///< of meters, and what went wrong
    VY_TUI_HIT,
    VY_TUI_HIT_HARD,
    VY_TUI_PLAYHEAD,
    VY_TUI_WAVE,
    VY_TUI_OTHERS, ///< what others say and do
    VY_TUI_KEYCAP,
    VY_TUI_SELECTED,
};

enum vy_tui_glyph {
    VY_TUI_G_ACROSS,
    VY_TUI_G_DOWN,
    VY_TUI_G_MARK,
    VY_TUI_G_REST,
    VY_TUI_G_HIT,
    VY_TUI_G_HELD,
    VY_TUI_G_PLAYS,
    VY_TUI_G_STANDS,
    VY_TUI_G_STAR,
    VY_TUI_G_NO_STAR,
    VY_TUI_G_MORE,
    VY_TUI_G_DONE,
    VY_TUI_G_WRONG,
    VY_TUI_G_WAITS,
    VY_TUI_G_DOT,
    VY_TUI_G_EMPTY,     ///< of a bar
    VY_TUI_G_JOIN_LEFT, ///< of lines: down, and across to the left; and so on
    VY_TUI_G_JOIN_RIGHT,
    VY_TUI_G_JOIN_BOTH,
};

struct vy_tui_pen {
    bool ascii;
    int colours;
};

/// Make the styles. After vy_tui_screen_open.
void vy_tui_pen_open(struct vy_tui_pen *pen, const struct vy_tui_screen *screen);

const char *vy_tui_glyph(const struct vy_tui_pen *pen, enum vy_tui_glyph glyph);

/// Draw text[0..n) at most `columns` wide; control characters are left out. @return columns drawn
int vy_tui_put(const struct vy_tui_pen *pen, int y, int x, int columns, enum vy_tui_style style,
               const char *text, size_t n);

/// The same of a string; what does not fit ends in an ellipsis.
int vy_tui_puts(const struct vy_tui_pen *pen, int y, int x, int columns, enum vy_tui_style style,
                const char *text);

/// The same, formatted.
__attribute__((format(printf, 6, 7))) int vy_tui_putf(const struct vy_tui_pen *pen, int y, int x,
                                                      int columns, enum vy_tui_style style,
                                                      const char *format, ...);

/// Fill with spaces.
void vy_tui_fill(const struct vy_tui_pen *pen, int y, int x, int columns, enum vy_tui_style style);

/// A bar of columns: share 0..1 of it in `style`, to an eighth of a column.
void vy_tui_bar(const struct vy_tui_pen *pen, int y, int x, int columns, enum vy_tui_style style,
                double share);

/// A meter from -60 to 0 dB: green, from -18 yellow, from -3 red.
void vy_tui_meter(const struct vy_tui_pen *pen, int y, int x, int columns, float db);

/// One column standing on row y, `rows` high: share 0..1, to an eighth of a row.
void vy_tui_pillar(const struct vy_tui_pen *pen, int y, int x, int rows, enum vy_tui_style style,
                   double share);

/// One column of a wave between two heights -1..1, in rows y..y+rows-1, to half a row.
void vy_tui_wave(const struct vy_tui_pen *pen, int y, int x, int rows, enum vy_tui_style style,
                 double low, double high);

/// One cell of height 1..8.
void vy_tui_step_cell(const struct vy_tui_pen *pen, int y, int x, enum vy_tui_style style,
                      int height);

#endif
