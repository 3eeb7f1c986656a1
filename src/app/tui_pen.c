// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/tui_pen.h"

#include "app/tui_text.h"

#include <curses.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PIECE 256 // characters drawn at once

// ---- styles -------------------------------------------------------------------------------------

// Colours of middling lightness, that can be read on black and on white. -1: the terminal's own.
static const struct look {
    short fg, bg;       ///< of 256
    short fg8, bg8;     ///< of 8
    attr_t attrs, mono; ///< with colours, and without
} looks[] = {
    [VY_TUI_PLAIN] = {-1, -1, -1, -1, 0, 0},
    [VY_TUI_DIM] = {244, -1, -1, -1, 0, A_DIM},
    [VY_TUI_STRONG] = {-1, -1, -1, -1, A_BOLD, A_BOLD},
    [VY_TUI_TITLE] = {37, -1, COLOR_CYAN, -1, 0, 0},
    [VY_TUI_TITLE_FOCUS] = {231, 30, COLOR_WHITE, COLOR_CYAN, A_BOLD, A_REVERSE | A_BOLD},
    [VY_TUI_LINES_STYLE] = {240, -1, -1, -1, 0, A_DIM},
    [VY_TUI_BAR] = {252, 236, COLOR_WHITE, COLOR_BLUE, 0, A_REVERSE},
    [VY_TUI_BAR_STRONG] = {231, 236, COLOR_WHITE, COLOR_BLUE, A_BOLD, A_REVERSE | A_BOLD},
    [VY_TUI_LOW] = {71, -1, COLOR_GREEN, -1, 0, 0},
    [VY_TUI_MIDDLE] = {172, -1, COLOR_YELLOW, -1, 0, A_BOLD},
    [VY_TUI_HIGH] = {167, -1, COLOR_RED, -1, A_BOLD, A_BOLD},
    [VY_TUI_HIT] = {67, -1, COLOR_BLUE, -1, 0, 0},
    [VY_TUI_HIT_HARD] = {74, -1, COLOR_CYAN, -1, A_BOLD, A_BOLD},
    [VY_TUI_PLAYHEAD] = {231, 166, COLOR_BLACK, COLOR_YELLOW, A_BOLD, A_REVERSE},
    [VY_TUI_WAVE] = {74, -1, COLOR_CYAN, -1, 0, 0},
    [VY_TUI_OTHERS] = {133, -1, COLOR_MAGENTA, -1, 0, 0},
    [VY_TUI_KEYCAP] = {37, -1, COLOR_CYAN, -1, A_BOLD, A_BOLD},
    [VY_TUI_SELECTED] = {-1, 238, COLOR_WHITE, COLOR_BLUE, A_BOLD, A_REVERSE},
};
#define LOOKS (sizeof looks / sizeof *looks)

// The colours of 256 as red, green and blue.
static int rgb(int colour)
{
    if (colour < 16)
        return colour;
    if (colour >= 232) {
        const int grey = 8 + 10 * (colour - 232);
        return grey << 16 | grey << 8 | grey;
    }
    static const int level[] = {0, 95, 135, 175, 215, 255};
    const int cube = colour - 16;
    return level[cube / 36] << 16 | level[cube / 6 % 6] << 8 | level[cube % 6];
}

void vy_tui_pen_open(struct vy_tui_pen *pen, const struct vy_tui_screen *screen)
{
    *pen = (struct vy_tui_pen){.ascii = screen->ascii, .colours = screen->colours};
    for (size_t i = 1; pen->colours && i < LOOKS; i++) {
        const struct look *const l = &looks[i];
        if (pen->colours > 256)
            init_extended_pair((int)i, l->fg < 0 ? -1 : rgb(l->fg), l->bg < 0 ? -1 : rgb(l->bg));
        else if (pen->colours == 256)
            init_pair((short)i, l->fg, l->bg);
        else
            init_pair((short)i, l->fg8, l->bg8);
    }
}

static void dip(const struct vy_tui_pen *pen, enum vy_tui_style style)
{
    attr_t attrs = pen->colours ? looks[style].attrs : looks[style].mono;
    if (style == VY_TUI_DIM && pen->colours && pen->colours < 256)
        attrs = A_DIM;
    attr_set(attrs, pen->colours ? (short)style : 0, NULL);
}

// ---- glyphs -------------------------------------------------------------------------------------

const char *vy_tui_glyph(const struct vy_tui_pen *pen, enum vy_tui_glyph glyph)
{
    static const char *const glyphs[][2] = {
        [VY_TUI_G_ACROSS] = {"─", "-"},    [VY_TUI_G_DOWN] = {"│", "|"},
        [VY_TUI_G_MARK] = {"▸", ">"},      [VY_TUI_G_REST] = {"·", "."},
        [VY_TUI_G_HIT] = {"■", "x"},       [VY_TUI_G_HELD] = {"─", "-"},
        [VY_TUI_G_PLAYS] = {"▶", ">"},     [VY_TUI_G_STANDS] = {"■", "#"},
        [VY_TUI_G_STAR] = {"★", "*"},      [VY_TUI_G_NO_STAR] = {"☆", "."},
        [VY_TUI_G_MORE] = {"…", "~"},      [VY_TUI_G_DONE] = {"✓", "+"},
        [VY_TUI_G_WRONG] = {"✗", "!"},     [VY_TUI_G_WAITS] = {"◌", "o"},
        [VY_TUI_G_DOT] = {"·", "-"},       [VY_TUI_G_EMPTY] = {"░", "."},
        [VY_TUI_G_JOIN_LEFT] = {"┤", "|"}, [VY_TUI_G_JOIN_RIGHT] = {"├", "|"},
        [VY_TUI_G_JOIN_BOTH] = {"┼", "+"},
    };
    return glyphs[glyph][pen->ascii];
}

static const char *eighth(const struct vy_tui_pen *pen, bool up, int eighths)
{
    static const char *const ups[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const rights[] = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
    static const char *const ascii_ups[] = {" ", "_", ".", ":", "-", "=", "+", "*", "#"};
    if (pen->ascii)
        return up ? ascii_ups[eighths] : eighths >= 4 ? "#" : " ";
    return up ? ups[eighths] : rights[eighths];
}

// ---- text ---------------------------------------------------------------------------------------

int vy_tui_put(const struct vy_tui_pen *pen, int y, int x, int columns, enum vy_tui_style style,
               const char *text, size_t n)
{
    wchar_t piece[PIECE];
    int used = 0, wide = 0;
    dip(pen, style);
    move(y, x);
    for (size_t at = 0; at < n;) {
        uint32_t c;
        at += vy_tui_decode(text + at, n - at, &c);
        if (pen->ascii && c >= 0x80 && vy_tui_char_columns(c) > 0)
            c = '?';
        const int more = vy_tui_char_columns(c);
        if (used + more > columns)
            break;
        if (c < 0x20 || (c >= 0x7F && c < 0xA0) || (pen->ascii && c >= 0x80))
            continue;
        used += more;
        piece[wide++] = (wchar_t)c;
        if (wide == PIECE) {
            addnwstr(piece, wide);
            wide = 0;
        }
    }
    addnwstr(piece, wide);
    return used;
}

int vy_tui_puts(const struct vy_tui_pen *pen, int y, int x, int columns, enum vy_tui_style style,
                const char *text)
{
    const size_t n = strlen(text);
    if (columns <= 0)
        return 0;
    if (vy_tui_columns(text, n) <= columns)
        return vy_tui_put(pen, y, x, columns, style, text, n);
    const int used = vy_tui_put(pen, y, x, columns - 1, style, text, n);
    const char *const more = vy_tui_glyph(pen, VY_TUI_G_MORE);
    return used + vy_tui_put(pen, y, x + used, 1, style, more, strlen(more));
}

int vy_tui_putf(const struct vy_tui_pen *pen, int y, int x, int columns, enum vy_tui_style style,
                const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return vy_tui_puts(pen, y, x, columns, style, text);
}

void vy_tui_fill(const struct vy_tui_pen *pen, int y, int x, int columns, enum vy_tui_style style)
{
    dip(pen, style);
    mvhline(y, x, ' ', columns);
}

// ---- bars ---------------------------------------------------------------------------------------

static double share_of(double share)
{
    return share > 0 ? fmin(share, 1) : 0;
}

// Columns from..to of a bar that is `eighths` long.
static void bar_piece(const struct vy_tui_pen *pen, int y, int x, int from, int to,
                      enum vy_tui_style style, int eighths)
{
    for (int c = from; c < to; c++) {
        const int here = eighths - 8 * c;
        if (here <= 0)
            return;
        const char *const glyph = eighth(pen, false, here < 8 ? here : 8);
        vy_tui_put(pen, y, x + c, 1, style, glyph, strlen(glyph));
    }
}

void vy_tui_bar(const struct vy_tui_pen *pen, int y, int x, int columns, enum vy_tui_style style,
                double share)
{
    const int eighths = (int)(share_of(share) * columns * 8 + 0.5);
    const char *const empty = vy_tui_glyph(pen, VY_TUI_G_EMPTY);
    for (int c = (eighths + 7) / 8; c < columns; c++)
        vy_tui_put(pen, y, x + c, 1, VY_TUI_DIM, empty, strlen(empty));
    bar_piece(pen, y, x, 0, columns, style, eighths);
}

void vy_tui_meter(const struct vy_tui_pen *pen, int y, int x, int columns, float db)
{
    const int yellow = columns * 42 / 60, red = columns * 57 / 60;
    const int eighths = (int)(share_of(((double)db + 60) / 60) * columns * 8);
    const char *const empty = vy_tui_glyph(pen, VY_TUI_G_REST);
    for (int c = (eighths + 7) / 8; c < columns; c++)
        vy_tui_put(pen, y, x + c, 1, VY_TUI_DIM, empty, strlen(empty));
    bar_piece(pen, y, x, 0, yellow, VY_TUI_LOW, eighths);
    bar_piece(pen, y, x, yellow, red, VY_TUI_MIDDLE, eighths);
    bar_piece(pen, y, x, red, columns, VY_TUI_HIGH, eighths);
}

void vy_tui_pillar(const struct vy_tui_pen *pen, int y, int x, int rows, enum vy_tui_style style,
                   double share)
{
    const int eighths = (int)(share_of(share) * rows * 8 + 0.5);
    for (int r = 0; r < rows; r++) {
        const int here = eighths - 8 * r;
        const char *const glyph = eighth(pen, true, here <= 0 ? 0 : here < 8 ? here : 8);
        if (here > 0)
            vy_tui_put(pen, y - r, x, 1, style, glyph, strlen(glyph));
    }
}

void vy_tui_wave(const struct vy_tui_pen *pen, int y, int x, int rows, enum vy_tui_style style,
                 double low, double high)
{
    // halves of rows, from the top; silence is a thin line
    const double middle = rows;
    const int from = (int)floor(middle - share_of(high) * rows + 0.5 - 1e-9);
    int to = (int)floor(middle + share_of(-low) * rows + 0.5 - 1e-9);
    if (to <= from)
        to = from + 1;
    for (int r = 0; r < rows; r++) {
        const bool top = from <= 2 * r && to > 2 * r;
        const bool bottom = from <= 2 * r + 1 && to > 2 * r + 1;
        const char *const glyph = pen->ascii      ? top && bottom ? "#"
                                                    : top         ? "'"
                                                                  : "."
                                  : top && bottom ? "█"
                                  : top           ? "▀"
                                                  : "▄";
        if (top || bottom)
            vy_tui_put(pen, y + r, x, 1, style, glyph, strlen(glyph));
    }
}

void vy_tui_step_cell(const struct vy_tui_pen *pen, int y, int x, enum vy_tui_style style,
                      int height)
{
    const char *const glyph = eighth(pen, true, height < 1 ? 1 : height > 8 ? 8 : height);
    vy_tui_put(pen, y, x, 1, style, glyph, strlen(glyph));
}
