// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The conversation: lines that are typed, one after the other, and what is answered.
#include "app/tui.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

// ---- saying -------------------------------------------------------------------------------------

static bool is_quit(const char *line)
{
    const size_t n = strcspn(line, " ");
    return (n == 4 && (memcmp(line, "quit", 4) == 0 || memcmp(line, "exit", 4) == 0)) &&
           line[n + strspn(line + n, " ")] == '\0';
}

void vy_tui_say(struct vy_tui *ui, const char *line, size_t n)
{
    struct vy_tui_queue *const queue = &ui->queue;
    if (queue->lines == queue->capacity) {
        const size_t more = queue->capacity ? queue->capacity * 2 : 16;
        char **const grown = realloc(queue->line, more * sizeof *grown);
        if (!grown)
            return;
        queue->line = grown;
        queue->capacity = more;
    }
    queue->line[queue->lines] = vy_text_dup(line, n);
    queue->lines += queue->line[queue->lines] != NULL;
}

void vy_tui_say_next(struct vy_tui *ui)
{
    struct vy_tui_queue *const queue = &ui->queue;
    if (queue->lines == 0 || vy_tui_link_waiting(&ui->link) > 0)
        return;
    char *const line = queue->line[0];
    const size_t n = strlen(line);
    if (is_quit(line))
        ui->leave = true; // it ends this program, never the studio
    else if (!vy_tui_link_say(&ui->link, line, n, VY_TUI_FOR_TALK))
        return;
    else
        vy_tui_model_add(&ui->model, &ui->model.talk, VY_TUI_SAID, ui->link.attach.author, line, n);
    memmove(queue->line, queue->line + 1, --queue->lines * sizeof *queue->line);
    free(line);
    ui->back[VY_TUI_TALK] = 0;
}

void vy_tui_say_clear(struct vy_tui *ui)
{
    for (size_t i = 0; i < ui->queue.lines; i++)
        free(ui->queue.line[i]);
    free(ui->queue.line);
    ui->queue = (struct vy_tui_queue){0};
}

void vy_tui_say_prompt(struct vy_tui *ui)
{
    struct vy_tui_edit *const edit = &ui->edit;
    struct vy_err err;
    vy_tui_words_clear(&ui->words);
    if (ui->link.attach.fd < 0) {
        vy_tui_note(ui, "not said: there is no studio");
        return;
    }
    for (size_t at = 0; at < edit->length;) {
        size_t end = at;
        bool blank = true;
        for (; end < edit->length && edit->text[end] != '\n'; end++)
            blank &= edit->text[end] == ' ';
        if (!blank)
            vy_tui_say(ui, edit->text + at, end - at);
        at = end + 1;
    }
    if (edit->length && vy_tui_history_add(&ui->history, edit->text, edit->length, &err))
        vy_tui_note(ui, "the history is not kept: %.100s", err.message);
    vy_tui_edit_restart(edit);
    vy_tui_say_next(ui);
}

// ---- answers ------------------------------------------------------------------------------------

void vy_tui_tell_error(struct vy_tui *ui, struct vy_tui_lines *lines, const json_t *object)
{
    const json_t *const error = json_object_get(object, "error");
    const char *const hint = vy_json_text(error, "hint");
    struct vy_buf text = {0};
    vy_buf_add(&text, "%s: %s", vy_json_text(error, "code"), vy_json_text(error, "message"));
    if (*hint)
        vy_buf_add(&text, "; did you mean '%s'?", hint);
    if (text.text)
        vy_tui_model_add(&ui->model, lines, VY_TUI_FAILED, NULL, text.text, text.length);
    vy_buf_clear(&text);
}

// "ok 12 text" without what stands in front.
static const char *only_text(const char *text)
{
    if (strncmp(text, "ok ", 3) != 0)
        return text;
    text += 3;
    text += strspn(text, "0123456789");
    return *text ? text + 1 : text;
}

void vy_tui_answered(struct vy_tui *ui, json_t *object)
{
    struct vy_tui_model *const model = &ui->model;
    const json_t *const warnings = json_object_get(object, "warnings");
    const char *const text = only_text(vy_json_text(object, "text"));
    if (!json_is_true(json_object_get(object, "ok"))) {
        vy_tui_tell_error(ui, &model->talk, object);
        return;
    }
    if (*text && !json_object_get(object, "empty"))
        vy_tui_model_add(model, &model->talk, VY_TUI_ANSWERED, NULL, text, strlen(text));
    for (size_t i = 0; i < json_array_size(warnings); i++) {
        const char *const warning = json_string_value(json_array_get(warnings, i));
        if (warning && !strstr(text, warning)) // people's text has them already
            vy_tui_model_add(model, &model->talk, VY_TUI_WARNED, NULL, warning, strlen(warning));
    }
}
