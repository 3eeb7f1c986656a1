// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What keys do. In the prompt a character is typed, whatever it means elsewhere.
#include "app/tui.h"
#include "app/tui_text.h"

#include "base/exchange.h"

#include <curses.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NOTE_NS 4000000000ull

void vy_tui_note(struct vy_tui *ui, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(ui->note, sizeof ui->note, format, args);
    va_end(args);
    ui->note_ns = vy_now_ns() + NOTE_NS;
    ui->model.changed = true;
}

// ---- saying -------------------------------------------------------------------------------------

// A line behind a key.
__attribute__((format(printf, 2, 3))) static void say(struct vy_tui *ui, const char *format, ...)
{
    char line[512];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (vy_tui_link_say(&ui->link, line, strlen(line), VY_TUI_FOR_LOG))
        vy_tui_note(ui, "%s", line);
    else
        vy_tui_note(ui, "not said, there is no studio: %s", line);
}

// The line begins at the prompt; the rest is typed by hand.
__attribute__((format(printf, 2, 3))) static void begin(struct vy_tui *ui, const char *format, ...)
{
    char text[4096];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    vy_tui_words_clear(&ui->words);
    vy_tui_edit_restart(&ui->edit);
    vy_tui_edit_set(&ui->edit, text, strlen(text));
    ui->focus = VY_TUI_PROMPT;
}

// ---- focus --------------------------------------------------------------------------------------

static void go(struct vy_tui *ui, enum vy_tui_pane pane)
{
    ui->focus = pane;
    if (pane != VY_TUI_PROMPT)
        ui->shown = pane;
}

// In the order of the panes; those that are not there for want of room are left out.
static void go_round(struct vy_tui *ui, int step)
{
    int pane = (int)ui->focus;
    for (int i = 0; i < VY_TUI_PANES; i++) {
        pane = (pane + step + VY_TUI_PANES) % VY_TUI_PANES;
        if (!ui->layout.columns || ui->layout.pane[pane].rows > 0)
            break;
    }
    go(ui, (enum vy_tui_pane)pane);
}

// ---- lists --------------------------------------------------------------------------------------

size_t vy_tui_rows_of(const struct vy_tui *ui, enum vy_tui_pane pane)
{
    return pane == VY_TUI_SESSION ? ui->model.units
           : pane == VY_TUI_JOBS  ? json_array_size(ui->model.jobs)
           : pane == VY_TUI_TAKES ? json_array_size(ui->model.takes)
                                  : 0;
}

static void scroll_words(struct vy_tui *ui, enum vy_tui_pane pane, long by)
{
    size_t *const back = &ui->back[pane];
    if (by < 0)
        *back += (size_t)-by; // drawing keeps it within what there is
    else
        *back = *back > (size_t)by ? *back - (size_t)by : 0;
}

static void move_list(struct vy_tui *ui, enum vy_tui_action action)
{
    const enum vy_tui_pane pane = ui->focus == VY_TUI_PROMPT ? VY_TUI_TALK : ui->focus;
    const int height = ui->layout.pane[pane].rows;
    const long page = height > 2 ? height - 2 : 1;
    const long far = 1L << 24;
    const long by = action == VY_TUI_LIST_UP          ? -1
                    : action == VY_TUI_LIST_DOWN      ? 1
                    : action == VY_TUI_LIST_PAGE_UP   ? -page
                    : action == VY_TUI_LIST_PAGE_DOWN ? page
                    : action == VY_TUI_LIST_FIRST     ? -far
                                                      : far;
    if (pane == VY_TUI_TALK || pane == VY_TUI_LOG) {
        scroll_words(ui, pane, by);
        return;
    }
    const long rows = (long)vy_tui_rows_of(ui, pane), to = (long)ui->chosen[pane] + by;
    ui->chosen[pane] = (size_t)(to < 0 || rows == 0 ? 0 : to >= rows ? rows - 1 : to);
}

static const struct vy_tui_unit *chosen_unit(const struct vy_tui *ui)
{
    const size_t i = ui->chosen[VY_TUI_SESSION];
    return i < ui->model.units ? &ui->model.unit[i] : NULL;
}

static json_t *chosen_row(const struct vy_tui *ui, enum vy_tui_pane pane)
{
    return json_array_get(pane == VY_TUI_JOBS ? ui->model.jobs : ui->model.takes, ui->chosen[pane]);
}

static long long id_of(const json_t *row)
{
    return (long long)json_integer_value(json_object_get(row, "id"));
}

// ---- what is done to the chosen thing -----------------------------------------------------------

static void act_on_unit(struct vy_tui *ui, enum vy_tui_action action)
{
    const struct vy_tui_unit *const unit = chosen_unit(ui);
    if (!unit)
        return;
    const double gain = round((double)unit->gain_db * 10) / 10;
    const double pan = round((double)unit->pan * 10) / 10;
    if (action == VY_TUI_MUTE)
        say(ui, "mute %s %s", unit->name, unit->muted ? "off" : "on");
    else if (action == VY_TUI_SOLO)
        say(ui, "solo %s %s", unit->name, unit->solo ? "off" : "on");
    else if (action == VY_TUI_LOUDER || action == VY_TUI_QUIETER)
        say(ui, "set %s.gain %g", unit->name, gain + (action == VY_TUI_LOUDER ? 1 : -1));
    else
        say(ui, "pan %s %g", unit->name,
            fmax(-1, fmin(1, pan + (action == VY_TUI_PAN_RIGHT ? 0.1 : -0.1))));
}

static void edit_pattern(struct vy_tui *ui)
{
    const struct vy_tui_unit *const unit = chosen_unit(ui);
    const struct vy_tui_part *const part = unit ? vy_tui_part_now(unit, ui->model.beat) : NULL;
    if (part && part->text && part->options)
        begin(ui, "%s %s: %s%s%s", part->verb, unit->name, part->text, part->options[0] ? " " : "",
              part->options);
    else if (unit)
        begin(ui, "sequence %s: ", unit->name);
    else
        ui->focus = VY_TUI_PROMPT;
}

static void open_chosen(struct vy_tui *ui)
{
    const json_t *const row = chosen_row(ui, ui->focus);
    if (ui->focus == VY_TUI_SESSION)
        edit_pattern(ui);
    else if ((ui->focus == VY_TUI_JOBS || ui->focus == VY_TUI_TAKES) && row) {
        char line[64];
        const int n = snprintf(line, sizeof line, "%s show %lld",
                               ui->focus == VY_TUI_JOBS ? "jobs" : "takes", id_of(row));
        vy_tui_say(ui, line, (size_t)n);
        go(ui, VY_TUI_TALK);
    } else {
        ui->focus = VY_TUI_PROMPT;
    }
}

// Shown at once, so that a second key goes on from it; the studio's word follows.
static void rate(struct vy_tui *ui, json_t *take, int rating)
{
    if (rating < 0 || rating > 5)
        return;
    json_object_set_new(take, "rating", json_integer(rating));
    say(ui, "takes rate %lld %d", id_of(take), rating);
}

static void act_on_take(struct vy_tui *ui, enum vy_tui_action action)
{
    json_t *const take = chosen_row(ui, VY_TUI_TAKES);
    const int rating_now = (int)json_integer_value(json_object_get(take, "rating"));
    if (!take)
        return;
    if (action == VY_TUI_AUDITION)
        say(ui, "takes play %lld", id_of(take));
    else if (action == VY_TUI_TAG)
        begin(ui, "takes tag %lld ", id_of(take));
    else if (action == VY_TUI_RATE_UP)
        rate(ui, take, rating_now + 1);
    else if (action == VY_TUI_RATE_DOWN)
        rate(ui, take, rating_now - 1);
}

static void act_on_job(struct vy_tui *ui, enum vy_tui_action action)
{
    const json_t *const job = chosen_row(ui, VY_TUI_JOBS);
    if (job)
        say(ui, "jobs %s %lld", action == VY_TUI_CANCEL ? "cancel" : "retry", id_of(job));
}

// ---- the prompt ---------------------------------------------------------------------------------

static void leave_prompt(struct vy_tui *ui)
{
    if (ui->words.count)
        vy_tui_words_clear(&ui->words);
    else
        go(ui, ui->shown);
}

// @return false: it is none of the prompt's
static bool edit_prompt(struct vy_tui *ui, enum vy_tui_action action)
{
    static const struct {
        enum vy_tui_action action;
        enum vy_tui_move move;
        enum { MOVE, ERASE, CUT } how;
    } rows[] = {
        {VY_TUI_CURSOR_LEFT, VY_TUI_LEFT, MOVE},
        {VY_TUI_CURSOR_RIGHT, VY_TUI_RIGHT, MOVE},
        {VY_TUI_CURSOR_UP, VY_TUI_UP, MOVE},
        {VY_TUI_CURSOR_DOWN, VY_TUI_DOWN, MOVE},
        {VY_TUI_CURSOR_HOME, VY_TUI_HOME, MOVE},
        {VY_TUI_CURSOR_END, VY_TUI_END, MOVE},
        {VY_TUI_CURSOR_WORD_LEFT, VY_TUI_WORD_LEFT, MOVE},
        {VY_TUI_CURSOR_WORD_RIGHT, VY_TUI_WORD_RIGHT, MOVE},
        {VY_TUI_ERASE_LEFT, VY_TUI_LEFT, ERASE},
        {VY_TUI_ERASE_RIGHT, VY_TUI_RIGHT, ERASE},
        {VY_TUI_CUT_WORD, VY_TUI_WORD_LEFT, CUT},
        {VY_TUI_CUT_WORD_RIGHT, VY_TUI_WORD_RIGHT, CUT},
        {VY_TUI_CUT_HOME, VY_TUI_HOME, CUT},
        {VY_TUI_CUT_END, VY_TUI_END, CUT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].action != action)
            continue;
        vy_tui_words_clear(&ui->words);
        if (rows[i].how == MOVE)
            vy_tui_edit_move(&ui->edit, rows[i].move);
        else
            vy_tui_edit_erase(&ui->edit, rows[i].move, rows[i].how == CUT);
        return true;
    }
    return false;
}

static void type(struct vy_tui *ui, const char *text, size_t n)
{
    vy_tui_words_clear(&ui->words);
    if (!vy_tui_edit_put(&ui->edit, text, n))
        vy_tui_note(ui, "the prompt holds at most %u bytes", VY_TUI_EDIT_MAX);
}

static size_t encode(int code, char *to)
{
    const unsigned c = (unsigned)code;
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    const size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = n - 1; i > 0; i--)
        to[i] = (char)(0x80 | ((c >> (6 * (n - 1 - i))) & 0x3F));
    to[0] = (char)(lead[n] | (c >> (6 * (n - 1))));
    return n;
}

static void type_code(struct vy_tui *ui, int code)
{
    char text[4];
    const size_t n = encode(code, text);
    if (ui->pasting)
        vy_buf_put(&ui->paste, text, n);
    else
        type(ui, text, n);
}

// ---- keys ---------------------------------------------------------------------------------------

static void act_anywhere(struct vy_tui *ui, enum vy_tui_action action)
{
    switch (action) {
    case VY_TUI_QUIT: ui->leave = true; break;
    case VY_TUI_HELP:
        ui->help = true;
        ui->help_top = 0;
        break;
    case VY_TUI_REDRAW: clearok(stdscr, TRUE); break;
    case VY_TUI_SUSPEND: vy_tui_screen_suspend(&ui->screen); break;
    case VY_TUI_GO_SESSION: go(ui, VY_TUI_SESSION); break;
    case VY_TUI_GO_TALK: go(ui, VY_TUI_TALK); break;
    case VY_TUI_GO_METERS: go(ui, VY_TUI_METERS); break;
    case VY_TUI_GO_JOBS: go(ui, VY_TUI_JOBS); break;
    case VY_TUI_GO_TAKES: go(ui, VY_TUI_TAKES); break;
    case VY_TUI_GO_LOG: go(ui, VY_TUI_LOG); break;
    case VY_TUI_GO_PROMPT: ui->focus = VY_TUI_PROMPT; break;
    case VY_TUI_FOCUS_NEXT: go_round(ui, 1); break;
    case VY_TUI_FOCUS_BACK: go_round(ui, -1); break;
    case VY_TUI_ZOOM: ui->zoomed = !ui->zoomed; break;
    case VY_TUI_OPEN: open_chosen(ui); break;
    case VY_TUI_PLAY_STOP: say(ui, "%s", ui->model.playing ? "stop" : "play"); break;
    case VY_TUI_UNDO: say(ui, "undo"); break;
    case VY_TUI_REDO: say(ui, "redo"); break;
    default: break; // the groups below
    }
}

static void act(struct vy_tui *ui, enum vy_tui_action action)
{
    if (action == VY_TUI_SAY)
        vy_tui_say_prompt(ui);
    else if (action == VY_TUI_NEWLINE)
        type(ui, "\n", 1);
    else if (action == VY_TUI_COMPLETE)
        vy_tui_complete(ui);
    else if (action == VY_TUI_LEAVE)
        leave_prompt(ui);
    else if (action == VY_TUI_YANK)
        vy_tui_edit_yank(&ui->edit);
    else if (action == VY_TUI_SEARCH && !vy_tui_edit_search(&ui->edit))
        vy_tui_note(ui, "nothing older begins like this");
    else if (action >= VY_TUI_LIST_UP && action <= VY_TUI_LIST_LAST)
        move_list(ui, action);
    else if (action >= VY_TUI_MUTE && action <= VY_TUI_PAN_RIGHT)
        act_on_unit(ui, action);
    else if (action == VY_TUI_CANCEL || action == VY_TUI_RETRY)
        act_on_job(ui, action);
    else if (action >= VY_TUI_AUDITION)
        act_on_take(ui, action);
    else if (!edit_prompt(ui, action))
        act_anywhere(ui, action);
}

static void end_paste(struct vy_tui *ui)
{
    ui->pasting = false;
    ui->focus = VY_TUI_PROMPT; // wherever the focus was: pasted text is never a command
    if (ui->paste.length)
        type(ui, ui->paste.text, ui->paste.length);
    vy_buf_clear(&ui->paste);
}

// @return true: the key was for the help
static bool help_key(struct vy_tui *ui, int code)
{
    const int page = ui->screen.rows - 3;
    if (!ui->help)
        return false;
    if (code == VY_TUI_KEY_DOWN || code == 'j')
        ui->help_top++;
    else if (code == VY_TUI_KEY_UP || code == 'k')
        ui->help_top--;
    else if (code == VY_TUI_KEY_PAGE_DOWN || code == ' ')
        ui->help_top += page;
    else if (code == VY_TUI_KEY_PAGE_UP)
        ui->help_top -= page;
    else if (code == 'C' - '@')
        ui->leave = true;
    else if (code != VY_TUI_KEY_RESIZE)
        ui->help = false;
    return true;
}

void vy_tui_key(struct vy_tui *ui, int code)
{
    ui->model.changed = true;
    if (code == VY_TUI_KEY_PASTE) {
        ui->pasting = true;
    } else if (code == VY_TUI_KEY_PASTED) {
        end_paste(ui);
    } else if (ui->pasting) {
        if (code < VY_TUI_KEY_UP)
            type_code(ui, code);
    } else if (!help_key(ui, code)) {
        // Esc and at once an arrow look like Alt and an arrow; letters stay Alt and a letter
        if (code >= VY_TUI_ALT + VY_TUI_KEY_UP && !vy_tui_key_find(ui->focus, code)) {
            vy_tui_key(ui, 27);
            code -= VY_TUI_ALT;
        }
        const enum vy_tui_action action = vy_tui_key_find(ui->focus, code);
        if (action != VY_TUI_NOTHING)
            act(ui, action);
        else if (ui->focus == VY_TUI_PROMPT && code >= 0x20 && code < VY_TUI_KEY_UP)
            type_code(ui, code);
    }
}
