// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The panes of long work and of words: jobs, takes, conversation, log.
#include "app/tui.h"
#include "app/tui_text.h"
#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void say(const struct vy_tui *ui, const struct vy_tui_rect *room, const char *text)
{
    size_t at = 0, next;
    const size_t n = strlen(text);
    for (int y = 0; y < room->rows && at < n; y++, at += next) {
        const size_t bytes = vy_tui_row(text + at, n - at, room->cols - 2, &next);
        vy_tui_put(&ui->pen, room->y + y, room->x + 1, room->cols - 2, VY_TUI_DIM, text + at,
                   bytes);
    }
}

// ---- jobs ---------------------------------------------------------------------------------------

static void duration(double seconds, char *to, size_t size)
{
    if (seconds < 99.5)
        snprintf(to, size, "%.0f s", fmax(seconds, 0));
    else
        snprintf(to, size, "%.0f:%02.0f", floor(seconds / 60), fmod(floor(seconds), 60));
}

static const struct state {
    const char *name;
    enum vy_tui_glyph glyph;
    enum vy_tui_style style;
} states[] = {
    {"queued", VY_TUI_G_WAITS, VY_TUI_DIM},    {"running", VY_TUI_G_PLAYS, VY_TUI_LOW},
    {"succeeded", VY_TUI_G_DONE, VY_TUI_LOW},  {"failed", VY_TUI_G_WRONG, VY_TUI_HIGH},
    {"cancelled", VY_TUI_G_WRONG, VY_TUI_DIM}, {"interrupted", VY_TUI_G_WRONG, VY_TUI_MIDDLE}};
#define STATES (sizeof states / sizeof *states)

static const struct state *state_of(const json_t *job)
{
    for (size_t i = 0; i < STATES; i++)
        if (strcmp(states[i].name, vy_json_text(job, "state")) == 0)
            return &states[i];
    return &states[0];
}

static bool is_running(const json_t *job)
{
    return strcmp(vy_json_text(job, "state"), "running") == 0;
}

// What stands below a job: its progress, or why it failed.
static bool has_more(const json_t *job)
{
    return is_running(job) || *vy_json_text(json_object_get(job, "error"), "message");
}

static void draw_more(const struct vy_tui *ui, int y, int x, int cols, const json_t *job)
{
    char left[24] = "";
    const json_t *const eta = json_object_get(job, "eta_s");
    if (!is_running(job)) {
        vy_tui_puts(&ui->pen, y, x, cols, VY_TUI_HIGH,
                    vy_json_text(json_object_get(job, "error"), "message"));
        return;
    }
    const double progress = json_number_value(json_object_get(job, "progress"));
    const int bar = cols >= 50 ? 20 : cols / 3;
    if (json_is_number(eta))
        duration(json_number_value(eta), left, sizeof left);
    vy_tui_bar(&ui->pen, y, x, bar, VY_TUI_LOW, progress);
    x += bar + 1;
    x += vy_tui_putf(&ui->pen, y, x, 6, VY_TUI_STRONG, "%3.0f %% ", 100 * progress);
    vy_tui_putf(&ui->pen, y, x, cols - bar - 7, VY_TUI_DIM, "%s %s", left,
                vy_json_text(job, "stage"));
}

static void draw_job(const struct vy_tui *ui, int y, const struct vy_tui_rect *room,
                     const json_t *job, bool chosen)
{
    const struct state *const state = state_of(job);
    int x = room->x + 1;
    const int end = room->x + room->cols;
    char id[24];
    vy_tui_puts(&ui->pen, y, room->x, 1, VY_TUI_KEYCAP,
                chosen ? vy_tui_glyph(&ui->pen, VY_TUI_G_MARK) : " ");
    x += vy_tui_puts(&ui->pen, y, x, 1, state->style, vy_tui_glyph(&ui->pen, state->glyph)) + 1;
    snprintf(id, sizeof id, "%lld", (long long)json_integer_value(json_object_get(job, "id")));
    x += vy_tui_puts(&ui->pen, y, x, end - x, VY_TUI_DIM, id) + 1;
    const int right = (int)strlen(state->name) + 1;
    const bool told = end - x - right >= 16;
    vy_tui_puts(&ui->pen, y, x, end - x - (told ? right : 0),
                chosen ? VY_TUI_SELECTED : VY_TUI_PLAIN, vy_json_text(job, "line"));
    if (told)
        vy_tui_puts(&ui->pen, y, end - right, right, state->style, state->name);
}

void vy_tui_draw_jobs(struct vy_tui *ui, const struct vy_tui_rect *room)
{
    const json_t *const jobs = ui->model.jobs;
    const size_t count = json_array_size(jobs), chosen = ui->chosen[VY_TUI_JOBS];
    const bool focus = ui->focus == VY_TUI_JOBS;
    if (ui->link.attach.fd < 0)
        return;
    if (!jobs || count == 0) {
        say(ui, room,
            jobs ? "No jobs. One begins with: job render 8 bars \"groove.wav\""
                 : "This studio has no jobs.");
        return;
    }
    // the chosen one must be there, whatever the rows before it take
    size_t first = 0;
    const size_t fits = room->rows > 1 ? (size_t)room->rows / 2 : 1;
    if (chosen >= fits)
        first = chosen - fits + 1;
    int y = room->y;
    for (size_t i = first; i < count && y < room->y + room->rows; i++) {
        const json_t *const job = json_array_get(jobs, i);
        draw_job(ui, y++, room, job, focus && i == chosen);
        if (has_more(job) && y < room->y + room->rows)
            draw_more(ui, y++, room->x + 3, room->cols - 4, job);
    }
}

// ---- takes --------------------------------------------------------------------------------------

static void draw_stars(const struct vy_tui *ui, int y, int x, int rating)
{
    for (int i = 0; i < 5; i++)
        vy_tui_puts(&ui->pen, y, x + i, 1, i < rating ? VY_TUI_MIDDLE : VY_TUI_DIM,
                    vy_tui_glyph(&ui->pen, i < rating ? VY_TUI_G_STAR : VY_TUI_G_NO_STAR));
}

static void draw_take(const struct vy_tui *ui, int y, const struct vy_tui_rect *room,
                      const json_t *take, bool chosen)
{
    const json_int_t id = json_integer_value(json_object_get(take, "id"));
    const json_t *const tags = json_object_get(take, "tags");
    int x = room->x;
    const int end = room->x + room->cols;
    char length[24];
    duration(json_number_value(json_object_get(take, "duration_s")), length, sizeof length);
    vy_tui_puts(&ui->pen, y, x, 1, VY_TUI_KEYCAP,
                chosen ? vy_tui_glyph(&ui->pen, VY_TUI_G_MARK) : " ");
    x += 2;
    x += vy_tui_putf(&ui->pen, y, x, 8, VY_TUI_DIM, "%lld ", (long long)id);
    const int right = 5 + 1 + (int)strlen(length) + 1;
    draw_stars(ui, y, end - 6, (int)json_integer_value(json_object_get(take, "rating")));
    vy_tui_puts(&ui->pen, y, end - right, right - 6, VY_TUI_PLAIN, length);
    const int room_for_name = end - right - 1 - x;
    x += vy_tui_puts(&ui->pen, y, x, room_for_name, chosen ? VY_TUI_SELECTED : VY_TUI_STRONG,
                     vy_json_text(take, "name"));
    for (size_t i = 0; i < json_array_size(tags) && x < end - right - 4; i++)
        x += vy_tui_putf(&ui->pen, y, x, end - right - 1 - x, VY_TUI_OTHERS, " %s",
                         json_string_value(json_array_get(tags, i)));
}

static void draw_wave(const struct vy_tui *ui, int y, int x, int rows, int cols)
{
    const struct vy_tui_take_wave *const w = &ui->wave;
    if (w->why[0]) {
        vy_tui_puts(&ui->pen, y + rows / 2, x, cols, VY_TUI_DIM, w->why);
        return;
    }
    for (int c = 0; c < cols; c++) {
        const int from = c * VY_TUI_WAVE_COLUMNS / cols;
        const int to = (c + 1) * VY_TUI_WAVE_COLUMNS / cols;
        double low = (double)w->low[from], high = (double)w->high[from];
        for (int i = from + 1; i < to; i++) {
            low = fmin(low, (double)w->low[i]);
            high = fmax(high, (double)w->high[i]);
        }
        vy_tui_wave(&ui->pen, y, x + c, rows, VY_TUI_WAVE, low, high);
    }
}

void vy_tui_draw_takes(struct vy_tui *ui, const struct vy_tui_rect *room)
{
    const json_t *const takes = ui->model.takes;
    const size_t count = json_array_size(takes), chosen = ui->chosen[VY_TUI_TAKES];
    const bool focus = ui->focus == VY_TUI_TAKES;
    if (ui->link.attach.fd < 0)
        return;
    if (!takes || count == 0) {
        say(ui, room,
            takes ? "No takes. One is made by: job take 8 bars \"name\""
                  : "This studio keeps no takes.");
        return;
    }
    const int wave = room->rows >= 5 ? room->rows / 2 < 7 ? room->rows / 2 : 7 : 0;
    const size_t fits = (size_t)(room->rows - wave);
    const size_t first = chosen >= fits ? chosen - fits + 1 : 0;
    for (size_t i = first; i < count && i < first + fits; i++)
        draw_take(ui, room->y + (int)(i - first), room, json_array_get(takes, i),
                  focus && i == chosen);
    if (wave && ui->wave.id)
        draw_wave(ui, room->y + room->rows - wave, room->x + 1, wave, room->cols - 2);
}

// ---- words --------------------------------------------------------------------------------------

// Rows of one entry, drawn from row `y` on where they are in the room; y may be above it.
static int draw_entry(const struct vy_tui *ui, const struct vy_tui_line *line, int y,
                      const struct vy_tui_rect *room, bool times, bool draw)
{
    static const enum vy_tui_style styles[] = {[VY_TUI_SAID] = VY_TUI_STRONG,
                                               [VY_TUI_ANSWERED] = VY_TUI_PLAIN,
                                               [VY_TUI_FAILED] = VY_TUI_HIGH,
                                               [VY_TUI_NEWS] = VY_TUI_OTHERS,
                                               [VY_TUI_WARNED] = VY_TUI_MIDDLE};
    const size_t n = strlen(line->text);
    char who[VY_NAME_SIZE + 4] = "  ";
    struct tm when;
    if (line->who[0])
        snprintf(who, sizeof who, "%s> ", line->who);
    else if (times && localtime_r(&line->when, &when))
        strftime(who, sizeof who, room->cols >= 40 ? "%H:%M:%S " : "%H:%M ", &when);
    const int indent = vy_tui_columns(who, strlen(who));
    const int cols = room->cols - 2 - indent;
    size_t at = 0, next;
    int rows = 0;
    do {
        const size_t bytes = vy_tui_row(line->text + at, n - at, cols, &next);
        const int here = y + rows++;
        if (draw && here >= room->y && here < room->y + room->rows) {
            if (at == 0)
                vy_tui_puts(&ui->pen, here, room->x + 1, indent, VY_TUI_DIM, who);
            vy_tui_put(&ui->pen, here, room->x + 1 + indent, cols, styles[line->tone],
                       line->text + at, bytes);
        }
        at += next;
    } while (at < n);
    return rows;
}

static void draw_words(struct vy_tui *ui, const struct vy_tui_rect *room, enum vy_tui_pane pane,
                       const struct vy_tui_lines *lines)
{
    const int end = room->y + room->rows;
    const bool times = pane == VY_TUI_LOG;
    size_t above = 0, i = lines->count; // rows from the newest on
    while (i > 0 && above < ui->back[pane] + (size_t)room->rows)
        above += (size_t)draw_entry(ui, vy_tui_line_at(lines, --i), 0, room, times, false);
    if (i == 0 && above < ui->back[pane] + (size_t)room->rows) // no further back than the first
        ui->back[pane] = above > (size_t)room->rows ? above - (size_t)room->rows : 0;
    int y = end - (int)(above - ui->back[pane]);
    if (above < (size_t)room->rows)
        y = room->y;
    for (; i < lines->count && y < end; i++)
        y += draw_entry(ui, vy_tui_line_at(lines, i), y, room, times, true);
    if (ui->back[pane])
        vy_tui_putf(&ui->pen, end - 1, room->x + room->cols - 12, 12, VY_TUI_MIDDLE, " +%zu below",
                    ui->back[pane]);
}

void vy_tui_draw_talk(struct vy_tui *ui, const struct vy_tui_rect *room)
{
    if (ui->model.talk.count == 0)
        say(ui, room, "What is said at the prompt and by others stands here.");
    draw_words(ui, room, VY_TUI_TALK, &ui->model.talk);
}

void vy_tui_draw_log(struct vy_tui *ui, const struct vy_tui_rect *room)
{
    draw_words(ui, room, VY_TUI_LOG, &ui->model.log);
}
