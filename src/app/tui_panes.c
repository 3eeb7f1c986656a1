// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The panes of the music: things with their patterns, levels, spectrum.
#include "app/tui.h"
#include "app/tui_text.h"

#include <math.h>
#include <string.h>

#define NAME_COLS 9
#define RECIPE_COLS 9
#define METER_COLS 10
#define HEAD_COLS (2 + NAME_COLS + 1 + RECIPE_COLS + 1 + 6 + 1 + METER_COLS + 2)
#define ONE_ROW_COLS (HEAD_COLS + 16) // from here on a pattern stands beside its thing

// ---- session ------------------------------------------------------------------------------------

static void step_cell(const struct vy_tui_pen *pen, int y, int x, const struct vy_tui_steps *steps,
                      int cell, bool playhead)
{
    const bool hit = steps->hit[cell] > 0, held = steps->held[cell] > 0;
    const enum vy_tui_style style = playhead                ? VY_TUI_PLAYHEAD
                                    : steps->hit[cell] >= 7 ? VY_TUI_HIT_HARD
                                    : hit || held           ? VY_TUI_HIT
                                                            : VY_TUI_DIM;
    if (hit && steps->height[cell]) {
        vy_tui_step_cell(pen, y, x, style, steps->height[cell]);
        return;
    }
    vy_tui_puts(pen, y, x, 1, style,
                vy_tui_glyph(pen, hit    ? VY_TUI_G_HIT
                                  : held ? VY_TUI_G_HELD
                                         : VY_TUI_G_REST));
}

static void draw_part(const struct vy_tui *ui, int y, int x, int cols,
                      const struct vy_tui_part *part)
{
    const struct vy_tui_model *const model = &ui->model;
    const double bar = model->bar_beats > 0 ? model->bar_beats : 4;
    const double anchor = floor(part->from / bar + 1e-9) * bar;
    const int now = model->playing ? vy_tui_steps_at(&part->steps, model->beat, anchor) : -1;
    const int from = now >= cols ? now / cols * cols : 0; // the page the playhead is on
    if (part->steps.cells == 0) {
        vy_tui_putf(&ui->pen, y, x, cols, VY_TUI_DIM, "%s %s", part->verb,
                    part->text ? part->text : "");
        return;
    }
    for (int c = 0; c < cols && from + c < part->steps.cells; c++)
        step_cell(&ui->pen, y, x + c, &part->steps, from + c, from + c == now);
    if (from + cols < part->steps.cells)
        vy_tui_puts(&ui->pen, y, x + cols - 1, 1, VY_TUI_DIM,
                    vy_tui_glyph(&ui->pen, VY_TUI_G_MORE));
}

static void draw_unit(const struct vy_tui *ui, const struct vy_tui_rect *room, int y,
                      const struct vy_tui_unit *unit, bool chosen, bool beside)
{
    const struct vy_tui_pen *const pen = &ui->pen;
    const enum vy_tui_style name = chosen        ? VY_TUI_SELECTED
                                   : unit->muted ? VY_TUI_DIM
                                                 : VY_TUI_STRONG;
    int x = room->x;
    const int end = room->x + room->cols;
    vy_tui_puts(pen, y, x, 1, VY_TUI_KEYCAP, chosen ? vy_tui_glyph(pen, VY_TUI_G_MARK) : " ");
    x += 2;
    vy_tui_puts(pen, y, x, NAME_COLS, name, unit->name);
    x += NAME_COLS + 1;
    if (room->cols >= 38) {
        vy_tui_puts(pen, y, x, RECIPE_COLS, VY_TUI_DIM,
                    unit->recipe[0] ? unit->recipe : unit->kind);
        x += RECIPE_COLS + 1;
    }
    vy_tui_putf(pen, y, x, end - x, VY_TUI_PLAIN, "%+5.1f", (double)unit->gain_db);
    x += 6;
    const int meter = beside ? METER_COLS : end - x - 1 < 24 ? end - x - 1 : 24;
    if (unit->muted)
        vy_tui_puts(pen, y, x, meter, VY_TUI_MIDDLE, "muted");
    else if (meter > 0)
        vy_tui_meter(pen, y, x, meter, unit->level_db);
    if (unit->solo && !unit->muted)
        vy_tui_puts(pen, y, x, 4, VY_TUI_MIDDLE, "solo");
    const struct vy_tui_part *const part = vy_tui_part_now(unit, ui->model.beat);
    if (part && beside)
        draw_part(ui, y, x + meter + 1, end - x - meter - 1, part);
    else if (part)
        draw_part(ui, y + 1, room->x + 2, room->cols - 2, part);
}

static void draw_absent(const struct vy_tui *ui, const struct vy_tui_rect *room)
{
    const char *const rows[] = {
        ui->link.why[0] ? ui->link.why : "Joining the studio",
        "",
        "Start one in another terminal:",
        "  veery serve",
        "or leave (Ctrl-C) and let this one start it:",
        "  veery tui --start",
        "It is joined as soon as it is there.",
    };
    int y = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows && y < room->rows; i++) {
        size_t next = 0;
        const char *const text = rows[i];
        const size_t n = strlen(text);
        do { // the reason may be long
            size_t row_next;
            const size_t bytes = vy_tui_row(text + next, n - next, room->cols - 2, &row_next);
            vy_tui_put(&ui->pen, room->y + y++, room->x + 1, room->cols - 2,
                       i == 0           ? VY_TUI_MIDDLE
                       : text[0] == ' ' ? VY_TUI_STRONG
                                        : VY_TUI_PLAIN,
                       text + next, bytes);
            next += row_next;
        } while (next < n && y < room->rows);
    }
}

static void draw_nothing_yet(const struct vy_tui *ui, const struct vy_tui_rect *room)
{
    static const char *const rows[] = {"Nothing sounds yet. Say at the prompt:", "  create kick",
                                       "  sequence kick: x...x...x...x...", "  play"};
    for (int i = 0; i < 4 && i < room->rows; i++)
        vy_tui_puts(&ui->pen, room->y + i, room->x + 1, room->cols - 1,
                    i ? VY_TUI_STRONG : VY_TUI_DIM, rows[i]);
}

void vy_tui_draw_session(struct vy_tui *ui, const struct vy_tui_rect *room)
{
    const struct vy_tui_model *const model = &ui->model;
    if (ui->link.attach.fd < 0) {
        draw_absent(ui, room);
        return;
    }
    if (model->units == 0) {
        draw_nothing_yet(ui, room);
        return;
    }
    const bool beside = room->cols >= ONE_ROW_COLS;
    const int each = beside ? 1 : 2;
    const size_t fits = room->rows >= each ? (size_t)(room->rows / each) : 1;
    const size_t chosen = ui->chosen[VY_TUI_SESSION];
    const size_t first = chosen >= fits ? chosen - fits + 1 : 0;
    for (size_t i = 0; i < fits && first + i < model->units; i++)
        draw_unit(ui, room, room->y + (int)i * each, &model->unit[first + i],
                  first + i == chosen && ui->focus == VY_TUI_SESSION, beside);
}

// ---- meters -------------------------------------------------------------------------------------

static int number(const struct vy_tui *ui, int y, int x, int end, double value, const char *format,
                  const char *unit)
{
    if (x >= end)
        return x;
    if (isnan(value))
        x += vy_tui_puts(&ui->pen, y, x, end - x, VY_TUI_DIM, "  -  ");
    else
        x += vy_tui_putf(&ui->pen, y, x, end - x, VY_TUI_STRONG, format, value);
    return x + vy_tui_putf(&ui->pen, y, x, end - x, VY_TUI_DIM, " %s  ", unit);
}

static void draw_loudness(const struct vy_tui *ui, int y, int x, int cols)
{
    const struct vy_tui_loudness *const l = &ui->model.loudness;
    const int end = x + cols;
    x = number(ui, y, x, end, l->momentary_lufs, "%.1f", "LUFS");
    x = number(ui, y, x, end, l->short_term_lufs, "%.1f", "3 s");
    x = number(ui, y, x, end, l->true_peak_dbtp, "%.1f", "dBTP");
    number(ui, y, x, end, l->correlation, "%.2f", "corr");
}

// Names of frequencies under the pillars.
static void draw_axis(const struct vy_tui *ui, int y, int x, int cols)
{
    static const struct {
        double hz;
        const char *name;
    } marks[] = {{50, "50"},   {100, "100"}, {200, "200"}, {500, "500"},
                 {1000, "1k"}, {2000, "2k"}, {5000, "5k"}, {10000, "10k"}};
    const struct vy_tui_model *const m = &ui->model;
    int free_from = 0;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (marks[i].hz <= m->low_hz || marks[i].hz >= m->high_hz)
            continue;
        const int at = (int)(log(marks[i].hz / m->low_hz) / log(m->high_hz / m->low_hz) * cols);
        const int length = (int)strlen(marks[i].name);
        if (at < free_from || at + length > cols)
            continue;
        vy_tui_puts(&ui->pen, y, x + at, length, VY_TUI_DIM, marks[i].name);
        free_from = at + length + 2;
    }
}

static void draw_spectrum(const struct vy_tui *ui, int y, int x, int rows, int cols)
{
    const struct vy_tui_model *const m = &ui->model;
    const bool axis = rows >= 3;
    const int high = rows - axis;
    for (int c = 0; c < cols; c++) {
        const double share = ((double)m->band_db[c * m->bands / cols] + 60) / 60;
        const enum vy_tui_style style = share > 0.95   ? VY_TUI_HIGH
                                        : share > 0.75 ? VY_TUI_MIDDLE
                                                       : VY_TUI_WAVE;
        vy_tui_pillar(&ui->pen, y + high - 1, x + c, high, style, share);
    }
    if (axis)
        draw_axis(ui, y + rows - 1, x, cols);
}

void vy_tui_draw_meters(struct vy_tui *ui, const struct vy_tui_rect *room)
{
    const struct vy_tui_model *const model = &ui->model;
    const int x = room->x + 1, cols = room->cols - 2;
    for (int c = 0; c < 2 && c < room->rows; c++) {
        vy_tui_puts(&ui->pen, room->y + c, x, 1, VY_TUI_STRONG, c ? "R" : "L");
        vy_tui_meter(&ui->pen, room->y + c, x + 2, cols - 9, model->master_db[c]);
        if (model->master_db[c] > -96)
            vy_tui_putf(&ui->pen, room->y + c, x + cols - 6, 6, VY_TUI_PLAIN, "%6.1f",
                        (double)model->master_db[c]);
        else
            vy_tui_puts(&ui->pen, room->y + c, x + cols - 6, 6, VY_TUI_DIM, "     -");
    }
    if (room->rows > 2)
        draw_loudness(ui, room->y + 2, x, cols);
    if (room->rows > 4 && model->bands > 0)
        draw_spectrum(ui, room->y + 3, x, room->rows - 3, cols);
}
