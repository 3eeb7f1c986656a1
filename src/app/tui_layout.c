// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/tui_layout.h"

#define TWO_COLUMNS 70 // columns from which on there are two
#define TWO_ROWS 17    // rows from which on they hold what they must

static int clamp(int value, int min, int max)
{
    return value < min ? min : value > max ? max : value;
}

// One above the other; each has a title.
static void stack(struct vy_tui_layout *layout, const struct vy_tui_rect *room,
                  const enum vy_tui_pane *pane, const int *rows, int panes)
{
    int y = room->y;
    for (int i = 0; i < panes; i++) {
        layout->pane[pane[i]] = (struct vy_tui_rect){y, room->x, rows[i], room->cols};
        y += rows[i];
    }
}

static void left(struct vy_tui_layout *layout, const struct vy_tui_rect *room)
{
    static const enum vy_tui_pane panes[] = {VY_TUI_SESSION, VY_TUI_TALK};
    const int session = clamp(room->rows / 2, 5, room->rows - 5);
    const int rows[] = {session, room->rows - session};
    stack(layout, room, panes, rows, 2);
}

// Loudness must stay readable; the log goes first where there is no room.
static void right(struct vy_tui_layout *layout, const struct vy_tui_rect *room)
{
    static const enum vy_tui_pane panes[] = {VY_TUI_METERS, VY_TUI_JOBS, VY_TUI_TAKES, VY_TUI_LOG};
    const int meters = clamp(room->rows * 3 / 10, 6, 13);
    const int log = room->rows >= 18 ? clamp(room->rows / 6, 3, 9) : 0;
    const int rest = room->rows - meters - log, jobs = clamp(rest * 2 / 5, 3, rest - 3);
    const int rows[] = {meters, jobs, rest - jobs, log};
    stack(layout, room, panes, rows, 4);
}

void vy_tui_lay_out(const struct vy_tui_wish *wish, struct vy_tui_layout *layout)
{
    *layout = (struct vy_tui_layout){.tiny = wish->rows < VY_TUI_MIN_ROWS ||
                                             wish->cols < VY_TUI_MIN_COLS};
    if (layout->tiny)
        return;
    const int cols = wish->cols, most = clamp(wish->rows / 3, 1, 12);
    const int prompt = clamp(wish->prompt_rows, 1, most);
    const int hints = wish->rows >= 8 ? 1 : 0;
    struct vy_tui_rect room = {1, 0, wish->rows - 1 - prompt - hints, cols};
    layout->bar = (struct vy_tui_rect){0, 0, 1, cols};
    layout->pane[VY_TUI_PROMPT] = (struct vy_tui_rect){1 + room.rows, 0, prompt, cols};
    layout->hints = (struct vy_tui_rect){wish->rows - 1, 0, hints, cols};
    layout->columns =
        cols >= TWO_COLUMNS && wish->rows >= TWO_ROWS && room.rows >= 12 && !wish->zoomed;
    if (!layout->columns) {
        layout->tabs = (struct vy_tui_rect){1, 0, 1, cols};
        layout->pane[wish->shown] = (struct vy_tui_rect){2, 0, room.rows - 1, cols};
        return;
    }
    const int wide = clamp(cols * 11 / 20, 38, 120);
    struct vy_tui_rect side = {room.y, wide + 1, room.rows, cols - wide - 1};
    room.cols = wide;
    left(layout, &room);
    right(layout, &side);
}
