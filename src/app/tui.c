// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// `veery tui`: the studio on a terminal. One loop waits for keys, for the studio and for what
// libraries print, and draws at most 20 times a second, only when something has changed.
#include "app/tui.h"

#include "app/app.h"
#include "app/attached.h"
#include "base/exchange.h"
#include "base/home.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FRAME_NS 50000000ull
#define ASK_NS 30000000ull // edits that come together are asked about once
#define DEAF_TURNS 100     // a terminal that is readable and says nothing has gone

// ---- what the studio says -----------------------------------------------------------------------

static void want(struct vy_tui *ui, unsigned what)
{
    if (what && !ui->ask)
        ui->ask_ns = vy_now_ns() + ASK_NS;
    ui->ask |= what;
}

static const struct question {
    unsigned bit;
    enum vy_tui_asked asked;
    const char *line;
    void (*answer)(struct vy_tui_model *model, const json_t *result);
} questions[] = {
    {VY_TUI_ASK_SESSION, VY_TUI_FOR_SESSION, "session", vy_tui_model_session},
    {VY_TUI_ASK_JOBS, VY_TUI_FOR_JOBS, "jobs ls n=50", vy_tui_model_jobs},
    {VY_TUI_ASK_TAKES, VY_TUI_FOR_TAKES, "takes ls n=100", vy_tui_model_takes},
    {VY_TUI_ASK_STATUS, VY_TUI_FOR_STATUS, "status", vy_tui_model_status},
};
#define QUESTIONS (sizeof questions / sizeof *questions)

static void ask_due(struct vy_tui *ui)
{
    if (!ui->ask || vy_now_ns() < ui->ask_ns)
        return;
    for (size_t i = 0; i < QUESTIONS; i++) {
        const struct question *const q = &questions[i];
        if (!(ui->ask & q->bit) || ui->asked & q->bit) // one at a time
            continue;
        if (vy_tui_link_say(&ui->link, q->line, strlen(q->line), q->asked)) {
            ui->asked |= q->bit;
            ui->ask &= ~q->bit;
        }
    }
    ui->ask_ns = vy_now_ns() + ASK_NS;
}

static bool is_absent(const json_t *object)
{
    const json_t *const error = json_object_get(object, "error");
    const char *const code = json_string_value(json_object_get(error, "code"));
    return code && strcmp(code, "unknown_verb") == 0;
}

static void answer_question(struct vy_tui *ui, enum vy_tui_asked what, json_t *object)
{
    for (size_t i = 0; i < QUESTIONS; i++) {
        if (questions[i].asked != what)
            continue;
        ui->asked &= ~questions[i].bit;
        const bool ok = json_is_true(json_object_get(object, "ok"));
        questions[i].answer(&ui->model, ok ? json_object_get(object, "result") : NULL);
        if (!ok && !is_absent(object)) // that is said in its pane
            vy_tui_tell_error(ui, &ui->model.log, object);
    }
    for (int p = 0; p < VY_TUI_PANES; p++) {
        const size_t rows = vy_tui_rows_of(ui, (enum vy_tui_pane)p);
        if (ui->chosen[p] >= rows)
            ui->chosen[p] = rows ? rows - 1 : 0;
    }
}

static void on_answer(void *arg, enum vy_tui_asked what, uint64_t mark, json_t *object)
{
    struct vy_tui *const ui = arg;
    ui->model.changed = true;
    if (what == VY_TUI_FOR_WORDS)
        vy_tui_words_came(ui, mark, json_object_get(object, "complete"));
    else if (what == VY_TUI_FOR_TALK)
        vy_tui_answered(ui, object);
    else if (what != VY_TUI_FOR_LOG)
        answer_question(ui, what, object);
    else if (!json_is_true(json_object_get(object, "ok"))) {
        vy_tui_tell_error(ui, &ui->model.log, object);
        const char *const why =
            json_string_value(json_object_get(json_object_get(object, "error"), "message"));
        vy_tui_note(ui, "%s", why ? why : "that failed");
    }
}

static void on_event(void *arg, json_t *event)
{
    struct vy_tui *const ui = arg;
    want(ui, vy_tui_model_event(&ui->model, event, ui->link.attach.author));
}

static void on_joined(void *arg, bool joined)
{
    struct vy_tui *const ui = arg;
    char text[200];
    ui->ask = ui->asked = 0;
    if (!joined && ui->queue.lines)
        vy_tui_note(ui, "%zu lines were not said: the studio has gone", ui->queue.lines);
    vy_tui_say_clear(ui);
    vy_tui_model_lost(&ui->model);
    if (joined)
        want(ui, VY_TUI_ASK_SESSION | VY_TUI_ASK_JOBS | VY_TUI_ASK_TAKES | VY_TUI_ASK_STATUS);
    const int n =
        snprintf(text, sizeof text, joined ? "joined %s as %s" : "the studio on %s has gone",
                 ui->link.attach.path, ui->link.attach.author);
    vy_tui_model_add(&ui->model, &ui->model.log, joined ? VY_TUI_ANSWERED : VY_TUI_FAILED, NULL,
                     text, n < (int)sizeof text ? (size_t)n : sizeof text - 1);
}

// ---- the loop -----------------------------------------------------------------------------------

static void read_printed(struct vy_tui *ui)
{
    struct vy_buf text = {0};
    vy_tui_screen_printed(&ui->screen, &text);
    while (text.length && text.text[text.length - 1] == '\n')
        text.length--;
    if (text.length)
        vy_tui_model_add(&ui->model, &ui->model.log, VY_TUI_WARNED, NULL, text.text, text.length);
    vy_buf_clear(&text);
}

static int ms_until(uint64_t when)
{
    const uint64_t now = vy_now_ns();
    return when <= now ? 0 : (int)((when - now) / 1000000) + 1;
}

static int sooner(int a, int b)
{
    return a < 0 ? b : b < 0 ? a : a < b ? a : b;
}

static int wait_ms(const struct vy_tui *ui, uint64_t drawn_ns)
{
    int wait = vy_tui_link_wait(&ui->link);
    if (ui->ask && ui->link.attach.fd >= 0)
        wait = sooner(wait, ms_until(ui->ask_ns));
    if (ui->model.changed)
        wait = sooner(wait, ms_until(drawn_ns + FRAME_NS));
    if (ui->note[0])
        wait = sooner(wait, ms_until(ui->note_ns));
    return wait;
}

// @return false: the terminal has gone
static bool read_keys(struct vy_tui *ui, const struct pollfd *fd, int *deaf)
{
    int code;
    bool any = false;
    while (!ui->leave && vy_tui_screen_key(&ui->screen, &code)) {
        vy_tui_key(ui, code);
        any = true;
    }
    *deaf = any || !fd->revents ? 0 : *deaf + 1;
    return !(fd->revents & (POLLERR | POLLNVAL)) && *deaf < DEAF_TURNS;
}

static void run(struct vy_tui *ui)
{
    uint64_t drawn_ns = 0;
    int deaf = 0;
    bool reading = false; // of a take there is more
    while (!ui->leave && !vy_tui_screen_leave()) {
        struct pollfd fds[3] = {{.fd = STDIN_FILENO, .events = POLLIN},
                                {.fd = ui->link.attach.fd, .events = POLLIN},
                                {.fd = ui->screen.printed, .events = POLLIN}};
        if (poll(fds, 3, reading ? 0 : wait_ms(ui, drawn_ns)) < 0)
            fds[0].revents = fds[2].revents =
                0; // a signal: the screen has another size, or it is over
        if (!read_keys(ui, &fds[0], &deaf))
            return;
        vy_tui_link_service(&ui->link);
        if (fds[2].revents)
            read_printed(ui);
        ask_due(ui);
        vy_tui_say_next(ui);
        reading = vy_tui_wave_turn(ui);
        if (ui->note[0] && vy_now_ns() >= ui->note_ns) {
            ui->note[0] = '\0';
            ui->model.changed = true;
        }
        if (ui->model.changed && vy_now_ns() >= drawn_ns + FRAME_NS) {
            drawn_ns = vy_now_ns();
            vy_tui_draw(ui);
        }
    }
}

static int open_and_run(struct vy_tui *ui, bool ascii)
{
    struct vy_err err = {.at = -1};
    char path[sizeof ui->history.path];
    vy_status status = vy_tui_screen_open(&ui->screen, ascii, &err);
    if (status)
        return vy_complain(&err);
    (void)!vy_home_path(VY_HOME_STATE, "tui_history", path, sizeof path, NULL); // "": kept nowhere
    if (vy_tui_history_open(&ui->history, path, &err))
        vy_tui_note(ui, "the history cannot be read: %.100s", err.message);
    vy_tui_pen_open(&ui->pen, &ui->screen);
    ui->edit.history = &ui->history;
    run(ui);
    vy_tui_screen_close();
    return EXIT_FINE;
}

int vy_main_tui(int argc, char **argv)
{
    struct vy_join join = {0};
    bool start = false, ascii = false;
    const struct vy_option options[] = {{"--socket", &join.socket, NULL},
                                        {"--author", &join.author, NULL},
                                        {"--start", NULL, &start},
                                        {"--ascii", NULL, &ascii},
                                        {NULL, NULL, NULL}};
    const int words = vy_options(argc, argv, options);
    if (words > 1)
        fprintf(stderr, "usage: veery tui [--socket PATH] [--author NAME] [--start] [--ascii]\n");
    if (words != 1)
        return EXIT_USAGE;
    struct vy_tui *const ui = calloc(1, sizeof *ui);
    if (!ui)
        return EXIT_COMMAND;
    ui->link = (struct vy_tui_link){.socket = join.socket,
                                    .author = join.author,
                                    .start = start,
                                    .attach = {.fd = -1},
                                    .answer = on_answer,
                                    .event = on_event,
                                    .joined = on_joined,
                                    .arg = ui};
    ui->focus = VY_TUI_PROMPT;
    ui->shown = VY_TUI_SESSION;
    vy_tui_words_clear(&ui->words);
    vy_tui_model_lost(&ui->model);
    const int code = open_and_run(ui, ascii);
    vy_tui_link_close(&ui->link);
    vy_tui_model_clear(&ui->model);
    vy_tui_words_clear(&ui->words);
    vy_tui_say_clear(ui);
    vy_tui_wave_close(&ui->wave);
    ui->edit.history = NULL;
    vy_tui_edit_clear(&ui->edit);
    vy_tui_history_close(&ui->history);
    vy_buf_clear(&ui->paste);
    free(ui);
    return code;
}
