// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// `veery sh` in a studio that runs: what is typed goes there, what others do is told in between.
#include "app/app.h"
#include "app/attached.h"
#include "app/terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct room {
    struct vy_attach *attach;
    int code; ///< of the last line
    bool quit, gone;
};

static bool say(void *arg, const char *text, size_t length)
{
    struct room *const room = arg;
    room->code = vy_say_line(room->attach, text, length, false, false, &room->quit);
    room->gone = room->attach->fd < 0 && !room->quit;
    fflush(stdout);
    return !room->quit && !room->gone;
}

static void on_words(void *arg, json_t *object)
{
    json_t **const words = arg;
    json_t *const complete = json_object_get(object, "complete");
    if (complete)
        *words = json_incref(complete);
}

static char **complete(void *arg, const char *line, size_t length, size_t *count, size_t *word_at)
{
    struct room *const room = arg;
    struct vy_err err;
    json_t *found = NULL;
    *count = 0;
    json_t *const request =
        json_pack("{s:{s:s%,s:I}}", "complete", "line", line, length, "at", (json_int_t)length);
    if (!request || vy_attach_ask(room->attach, request, 1000, on_words, &found, &err))
        return NULL;
    const json_t *const words = json_object_get(found, "words");
    const size_t n = json_array_size(words);
    char **const word = n ? calloc(n, sizeof *word) : NULL;
    for (size_t i = 0; word && i < n; i++) {
        const char *const text = json_string_value(json_array_get(words, i));
        word[*count] = text ? strdup(text) : NULL;
        *count += word[*count] != NULL;
    }
    *word_at = (size_t)json_integer_value(json_object_get(found, "at"));
    json_decref(found);
    return word;
}

static bool news(void *arg, struct vy_buf *lines)
{
    struct room *const room = arg;
    json_t *event;
    while ((event = vy_attach_next(room->attach, 0))) {
        const char *const author = json_string_value(json_object_get(event, "author"));
        const char *const kind = json_string_value(json_object_get(event, "event"));
        const bool own = author && strcmp(author, room->attach->author) == 0;
        if (kind && (!own || strcmp(kind, "timer") == 0)) {
            const size_t before = lines->length;
            vy_event_line(event, lines);
            if (lines->length > before)
                vy_buf_put(lines, "\n", 1);
        }
        json_decref(event);
    }
    room->gone = room->attach->fd < 0;
    return !room->gone;
}

// @return false: the terminal is none that can be edited on
static bool prompt(struct room *room)
{
    char text[VY_NAME_SIZE + 16];
    struct vy_err err;
    json_t *const events = json_pack("{s:[s]}", "subscribe", "events");
    if (vy_attach_ask(room->attach, events, -1, NULL, NULL, &err)) {
        room->gone = true;
        return true;
    }
    snprintf(text, sizeof text, "%s@studio> ", room->attach->author);
    struct vy_terminal terminal = {.prompt = text,
                                   .complete = complete,
                                   .news = news,
                                   .news_fd = room->attach->fd,
                                   .arg = room};
    if (!vy_terminal_open(&terminal))
        return false;
    const char *line;
    size_t length;
    while (!room->gone && (line = vy_terminal_line(&terminal, &length)) && say(room, line, length))
        continue;
    vy_terminal_close(&terminal);
    return true;
}

int vy_attached_shell(struct vy_attach *attach, bool tty)
{
    struct room room = {.attach = attach};
    if (!tty || !prompt(&room)) {
        vy_pipe_lines(say, &room);
        return room.code;
    }
    if (room.gone)
        fprintf(stderr, "veery: the studio on %s has ended\n", attach->path);
    return room.gone ? EXIT_FILE : EXIT_FINE;
}
