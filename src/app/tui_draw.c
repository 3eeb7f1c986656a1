// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The screen around the panes: bar, titles, prompt, completion, hints, help.
#include "app/tui.h"
#include "app/tui_text.h"

#include "base/exchange.h"

#include <curses.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *title, *tab;
    void (*draw)(struct vy_tui *ui, const struct vy_tui_rect *room);
} panes[VY_TUI_PANES] = {
    [VY_TUI_SESSION] = {"Session", "session", vy_tui_draw_session},
    [VY_TUI_TALK] = {"Conversation", "talk", vy_tui_draw_talk},
    [VY_TUI_METERS] = {"Meters", "meters", vy_tui_draw_meters},
    [VY_TUI_JOBS] = {"Jobs", "jobs", vy_tui_draw_jobs},
    [VY_TUI_TAKES] = {"Takes", "takes", vy_tui_draw_takes},
    [VY_TUI_LOG] = {"Log", "log", vy_tui_draw_log},
};

// ---- bar ----------------------------------------------------------------------------------------

static int draw_place(const struct vy_tui *ui, int x, int cols)
{
    const struct vy_tui_model *const m = &ui->model;
    const double bar = m->bar_beats > 0 ? m->bar_beats : 4;
    const int bars = (int)floor(m->beat / bar + 1e-9);
    x += vy_tui_putf(&ui->pen, 0, x, cols - x, VY_TUI_BAR_STRONG, " %s %d:%d",
                     vy_tui_glyph(&ui->pen, m->playing ? VY_TUI_G_PLAYS : VY_TUI_G_STANDS),
                     bars + 1, (int)floor(m->beat - bars * bar + 1e-9) + 1);
    return x + vy_tui_putf(&ui->pen, 0, x, cols - x, VY_TUI_BAR, "  %g bpm  %s  %s",
                           round(m->tempo * 10) / 10, m->meter, m->key);
}

static void draw_bar(const struct vy_tui *ui)
{
    const int cols = ui->layout.bar.cols;
    char right[128];
    vy_tui_fill(&ui->pen, 0, 0, cols, VY_TUI_BAR);
    int x = vy_tui_puts(&ui->pen, 0, 1, cols - 1, VY_TUI_BAR_STRONG, "veery") + 1;
    if (ui->link.attach.fd < 0) {
        vy_tui_puts(&ui->pen, 0, x, cols - x, VY_TUI_PLAYHEAD,
                    ui->link.was_joined ? "  the studio has gone; joining again  "
                                        : "  no studio  ");
        return;
    }
    x = draw_place(ui, x + 1, cols);
    const bool ill = ui->model.health[0] && strcmp(ui->model.health, "healthy") != 0;
    const int waiting = vy_tui_link_waiting(&ui->link);
    snprintf(right, sizeof right, "%s%s%s%s ", waiting ? "waiting  " : "", ui->link.attach.author,
             ui->model.health[0] ? "  " : "", ui->model.health);
    const int length = vy_tui_columns(right, strlen(right));
    if (cols - length > x)
        vy_tui_puts(&ui->pen, 0, cols - length, length, ill ? VY_TUI_PLAYHEAD : VY_TUI_BAR, right);
}

// ---- titles -------------------------------------------------------------------------------------

// What there is to say behind the title.
static void title_more(const struct vy_tui *ui, enum vy_tui_pane pane, char *to, size_t size)
{
    const struct vy_tui_model *const m = &ui->model;
    size_t running = 0;
    *to = '\0';
    for (size_t i = 0; pane == VY_TUI_JOBS && i < json_array_size(m->jobs); i++) {
        const char *const state =
            json_string_value(json_object_get(json_array_get(m->jobs, i), "state"));
        running += state && (strcmp(state, "running") == 0 || strcmp(state, "queued") == 0);
    }
    if (pane == VY_TUI_SESSION && m->units)
        snprintf(to, size, " %zu %s ", m->units, m->units == 1 ? "thing" : "things");
    else if (running)
        snprintf(to, size, " %zu under way ", running);
    else if (pane == VY_TUI_TAKES && json_array_size(m->takes))
        snprintf(to, size, " %zu ", json_array_size(m->takes));
}

static void draw_title(const struct vy_tui *ui, enum vy_tui_pane pane)
{
    const struct vy_tui_rect *const r = &ui->layout.pane[pane];
    const bool focus = ui->focus == pane;
    const char *const line = vy_tui_glyph(&ui->pen, VY_TUI_G_ACROSS);
    char more[48];
    for (int c = 0; c < r->cols; c++)
        vy_tui_puts(&ui->pen, r->y, r->x + c, 1, VY_TUI_LINES_STYLE, line);
    int x = r->x + 1;
    x += vy_tui_putf(&ui->pen, r->y, x, r->cols - 2, focus ? VY_TUI_TITLE_FOCUS : VY_TUI_TITLE,
                     " %s ", panes[pane].title);
    title_more(ui, pane, more, sizeof more);
    if (*more && x + 1 + (int)strlen(more) < r->x + r->cols)
        vy_tui_puts(&ui->pen, r->y, x + 1, (int)strlen(more), VY_TUI_DIM, more);
}

// The line between the columns, and where those of the titles meet it.
static void draw_divide(const struct vy_tui *ui)
{
    const struct vy_tui_rect *const top = &ui->layout.pane[VY_TUI_SESSION];
    for (int y = top->y; y < ui->layout.pane[VY_TUI_PROMPT].y; y++) {
        bool left = false, right = false;
        for (int p = VY_TUI_SESSION; p < VY_TUI_PANES; p++) {
            const struct vy_tui_rect *const r = &ui->layout.pane[p];
            left |= r->rows > 0 && r->y == y && r->x < top->cols;
            right |= r->rows > 0 && r->y == y && r->x > top->cols;
        }
        vy_tui_puts(&ui->pen, y, top->cols, 1, VY_TUI_LINES_STYLE,
                    vy_tui_glyph(&ui->pen, left && right ? VY_TUI_G_JOIN_BOTH
                                           : left        ? VY_TUI_G_JOIN_LEFT
                                           : right       ? VY_TUI_G_JOIN_RIGHT
                                                         : VY_TUI_G_DOWN));
    }
}

static void draw_tabs(const struct vy_tui *ui)
{
    const struct vy_tui_rect *const r = &ui->layout.tabs;
    const bool names = r->cols >= 44;
    int x = r->x;
    for (int p = VY_TUI_SESSION; p < VY_TUI_PANES && x < r->cols; p++) {
        const bool shown = ui->shown == (enum vy_tui_pane)p;
        const enum vy_tui_style style = shown && ui->focus == ui->shown ? VY_TUI_TITLE_FOCUS
                                        : shown                         ? VY_TUI_TITLE
                                                                        : VY_TUI_DIM;
        char tab[16];
        snprintf(tab, sizeof tab, names ? " %s " : shown ? " %s " : " %.1s ", panes[p].tab);
        x += vy_tui_puts(&ui->pen, r->y, x, r->cols - x, style, tab);
    }
}

static void draw_pane(struct vy_tui *ui, enum vy_tui_pane pane)
{
    struct vy_tui_rect room = ui->layout.pane[pane];
    if (room.rows <= 0)
        return;
    if (ui->layout.columns) {
        draw_title(ui, pane);
        room.y++;
        room.rows--;
    }
    panes[pane].draw(ui, &room);
}

// ---- prompt -------------------------------------------------------------------------------------

static int prompt_text(const struct vy_tui *ui, char *to, size_t size)
{
    const char *const author = ui->link.attach.author[0] ? ui->link.attach.author : "veery";
    snprintf(to, size, ui->layout.bar.cols < 50 ? "> " : "%s> ", author);
    return vy_tui_columns(to, strlen(to));
}

static void draw_prompt(const struct vy_tui *ui, int *cursor_y, int *cursor_x)
{
    const struct vy_tui_rect *const r = &ui->layout.pane[VY_TUI_PROMPT];
    const bool focus = ui->focus == VY_TUI_PROMPT;
    char text[VY_NAME_SIZE + 4];
    const int indent = prompt_text(ui, text, sizeof text), cols = r->cols - indent - 1;
    int row, column;
    vy_tui_edit_cursor(&ui->edit, cols, &row, &column);
    const int top = row >= r->rows ? row - r->rows + 1 : 0;
    size_t at = 0, from, n;
    for (int i = 0; vy_tui_edit_row(&ui->edit, cols, &at, &from, &n) && i < top + r->rows; i++) {
        if (i < top)
            continue;
        vy_tui_puts(&ui->pen, r->y + i - top, r->x, indent, focus ? VY_TUI_KEYCAP : VY_TUI_DIM,
                    i == 0 ? text : "  ");
        vy_tui_put(&ui->pen, r->y + i - top, r->x + indent, cols + 1,
                   focus ? VY_TUI_PLAIN : VY_TUI_DIM, n ? ui->edit.text + from : "", n);
    }
    if (!focus && ui->edit.length == 0)
        vy_tui_puts(&ui->pen, r->y, r->x + indent, cols, VY_TUI_DIM, "i: say something");
    *cursor_y = r->y + row - top;
    *cursor_x = r->x + indent + column;
}

// Words above the prompt, in columns.
static void draw_completion(const struct vy_tui *ui)
{
    const struct vy_tui_words *const words = &ui->words;
    const int bottom = ui->layout.pane[VY_TUI_PROMPT].y, cols = ui->layout.bar.cols;
    int widest = 1;
    for (int i = 0; i < words->count; i++) {
        const int n = vy_tui_columns(words->word[i], strlen(words->word[i]));
        widest = n > widest ? n : widest;
    }
    if (words->count < 2)
        return;
    const int across = cols / (widest + 2) > 0 ? cols / (widest + 2) : 1;
    const int all = (words->count + across - 1) / across;
    const int most = bottom / 2 < 8 ? bottom / 2 : 8, rows = all < most ? all : most;
    const int first = words->chosen >= 0 && words->chosen / across >= rows
                          ? words->chosen / across - rows + 1
                          : 0;
    for (int r = 0; r < rows; r++) {
        vy_tui_fill(&ui->pen, bottom - rows + r, 0, cols, VY_TUI_BAR);
        for (int c = 0; c < across; c++) {
            const int i = (first + r) * across + c;
            if (i < words->count)
                vy_tui_puts(&ui->pen, bottom - rows + r, 1 + c * (widest + 2), widest,
                            i == words->chosen ? VY_TUI_PLAYHEAD : VY_TUI_BAR, words->word[i]);
        }
    }
}

// ---- hints --------------------------------------------------------------------------------------

static void draw_hints(const struct vy_tui *ui)
{
    const struct vy_tui_rect *const r = &ui->layout.hints;
    int x = 1;
    if (r->rows == 0)
        return;
    if (ui->note[0] && vy_now_ns() < ui->note_ns) {
        vy_tui_puts(&ui->pen, r->y, x, r->cols - x, VY_TUI_MIDDLE, ui->note);
        return;
    }
    for (size_t i = 0; vy_tui_key_at(i); i++) {
        const struct vy_tui_key *const key = vy_tui_key_at(i);
        if (!key->hint || !(key->where & VY_TUI_IN(ui->focus)))
            continue;
        const int length = (int)(strcspn(key->label, ",") + strlen(key->hint)) + 3;
        const bool typed = key->hint[0] == key->label[0] && key->hint[1] == '/';
        if (x + length > r->cols)
            continue;
        if (!typed)
            x += vy_tui_putf(&ui->pen, r->y, x, r->cols - x, VY_TUI_KEYCAP, "%.*s ",
                             (int)strcspn(key->label, ","), key->label);
        x += vy_tui_putf(&ui->pen, r->y, x, r->cols - x, VY_TUI_DIM, "%s  ", key->hint);
    }
    if (x + 8 < r->cols && ui->focus == VY_TUI_PROMPT) {
        x += vy_tui_puts(&ui->pen, r->y, x, r->cols - x, VY_TUI_KEYCAP, "F1 ");
        vy_tui_puts(&ui->pen, r->y, x, r->cols - x, VY_TUI_DIM, "help");
    }
}

// ---- help ---------------------------------------------------------------------------------------

// Row i of the help: a title, a key, or an empty row. @return false after the last
static bool help_row(const struct vy_tui *ui, int i, int y, int x, int cols, bool draw)
{
    int row = 0;
    const char *group = "";
    for (size_t k = 0; vy_tui_key_at(k); k++) {
        const struct vy_tui_key *const key = vy_tui_key_at(k);
        if (strcmp(group, key->group) != 0) {
            row += k > 0; // an empty one before
            if (i == row && draw)
                vy_tui_puts(&ui->pen, y, x, cols, VY_TUI_TITLE, key->group);
            if (i <= row)
                return true;
            row++;
        }
        group = key->group;
        if (i == row++) {
            if (draw) {
                const int label = cols >= 60 ? 24 : 12;
                vy_tui_puts(&ui->pen, y, x + 2, label - 1, VY_TUI_KEYCAP, key->label);
                vy_tui_puts(&ui->pen, y, x + 2 + label, cols - label - 2, VY_TUI_PLAIN, key->text);
            }
            return true;
        }
    }
    return false;
}

static void draw_help(struct vy_tui *ui)
{
    const int rows = ui->screen.rows, cols = ui->screen.cols, room = rows - 2;
    int all = 0;
    while (help_row(ui, all, 0, 0, cols, false))
        all++;
    if (ui->help_top > all - room)
        ui->help_top = all - room;
    if (ui->help_top < 0)
        ui->help_top = 0;
    vy_tui_fill(&ui->pen, 0, 0, cols, VY_TUI_BAR);
    vy_tui_puts(&ui->pen, 0, 1, cols - 1, VY_TUI_BAR_STRONG, "Keys");
    for (int r = 0; r < room; r++)
        help_row(ui, ui->help_top + r, 1 + r, 1, cols - 2, true);
    const bool below = ui->help_top + room < all;
    vy_tui_putf(&ui->pen, rows - 1, 1, cols - 2, VY_TUI_DIM, "%s any other key goes back",
                below              ? "Down, PgDn: more;"
                : ui->help_top > 0 ? "Up, PgUp;"
                                   : "");
}

// ---- the whole ----------------------------------------------------------------------------------

static void lay_out(struct vy_tui *ui)
{
    char text[VY_NAME_SIZE + 4];
    int row, column;
    ui->layout.bar.cols = ui->screen.cols;
    const int cols = ui->screen.cols - prompt_text(ui, text, sizeof text) - 1;
    const struct vy_tui_wish wish = {
        .rows = ui->screen.rows,
        .cols = ui->screen.cols,
        .prompt_rows = vy_tui_edit_cursor(&ui->edit, cols > 1 ? cols : 1, &row, &column),
        .shown = ui->shown,
        .zoomed = ui->zoomed};
    vy_tui_lay_out(&wish, &ui->layout);
}

static void draw_all(struct vy_tui *ui)
{
    int y = 0, x = 0;
    lay_out(ui);
    erase();
    if (ui->layout.tiny) {
        vy_tui_puts(&ui->pen, 0, 0, ui->screen.cols, VY_TUI_PLAIN,
                    "veery: the screen is too small");
        curs_set(0);
        return;
    }
    if (ui->help) {
        draw_help(ui);
        curs_set(0);
        return;
    }
    draw_bar(ui);
    for (int p = VY_TUI_SESSION; p < VY_TUI_PANES; p++)
        draw_pane(ui, (enum vy_tui_pane)p);
    if (ui->layout.columns)
        draw_divide(ui);
    else
        draw_tabs(ui);
    draw_prompt(ui, &y, &x);
    draw_completion(ui);
    draw_hints(ui);
    curs_set(ui->focus == VY_TUI_PROMPT);
    move(y, x);
}

void vy_tui_draw(struct vy_tui *ui)
{
    draw_all(ui);
    refresh();
    ui->model.changed = false;
}
