// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// `veery shadow save FILE`: asks the microphone or the studio that runs to keep what it just heard.
#include "app/mic.h"

#include "app/app.h"
#include "base/text.h"
#include "serve/attach.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ASK_MS 20000

// The studio has a folder of its own: the path goes there whole.
static vy_status make_line(const char *file, const char *seconds, struct vy_buf *line,
                           struct vy_err *err)
{
    char folder[3000] = "";
    if (*file != '/' && !getcwd(folder, sizeof folder - 1))
        return vy_fail(err, VY_IO, -1, "this folder has no path: %s", strerror(errno));
    if (strpbrk(file, "\"\n\\") || strpbrk(folder, "\"\n\\"))
        return vy_fail(err, VY_BAD_ARG, -1,
                       "a path with quotes, backslashes or line ends is not "
                       "possible here");
    vy_buf_add(line, "shadow save \"%s%s%s\"", folder, *folder ? "/" : "", file);
    if (seconds)
        vy_buf_add(line, " seconds=%s", seconds);
    return line->failed ? vy_fail(err, VY_NO_MEMORY, -1, "out of memory") : VY_OK;
}

static void print_reply(void *arg, json_t *object)
{
    int *const code = arg;
    const json_t *const error = json_object_get(object, "error");
    const char *const text = json_string_value(json_object_get(object, "text"));
    if (!json_object_get(object, "request"))
        return;
    *code = json_is_true(json_object_get(object, "ok")) ? EXIT_FINE : EXIT_COMMAND;
    if (*code == EXIT_FINE && text)
        puts(text);
    else if (*code != EXIT_FINE)
        fprintf(stderr, "veery: %s: %s\n", json_string_value(json_object_get(error, "code")),
                json_string_value(json_object_get(error, "message")));
}

// --socket, else the microphone when it is on, else the studio.
static vy_status attach_to(const char *path, struct vy_attach *attach, struct vy_err *err)
{
    struct vy_mic_place place;
    const vy_status status = path ? VY_OK : vy_mic_place(&place, err);
    if (status)
        return status;
    if (!path && vy_mic_holder(&place))
        path = place.socket;
    return vy_attach_open(attach, path, NULL, true, ASK_MS, err);
}

int vy_main_shadow(int argc, char **argv)
{
    const char *seconds = NULL, *socket = NULL;
    const struct vy_option options[] = {
        {"--seconds", &seconds, NULL}, {"--socket", &socket, NULL}, {NULL, NULL, NULL}};
    const int words = vy_options(argc, argv, options);
    if (words < 0)
        return EXIT_USAGE;
    char *end = NULL;
    const double wish = seconds ? strtod(seconds, &end) : 5.0;
    if (words != 3 || strcmp(argv[1], "save") != 0 || (end && *end) ||
        !(wish >= 0.1 && wish <= 30.0)) {
        fprintf(stderr, "usage: veery shadow save FILE.wav [--seconds 0.1..30] [--socket PATH]\n");
        return EXIT_USAGE;
    }
    struct vy_err err = {.at = -1};
    struct vy_buf line = {0};
    struct vy_attach attach;
    int code = EXIT_COMMAND;
    vy_status status = make_line(argv[2], seconds, &line, &err);
    if (!status)
        status = attach_to(socket, &attach, &err);
    if (!status) {
        status = vy_attach_ask(&attach, json_pack("{s:s}", "line", line.text), ASK_MS, print_reply,
                               &code, &err);
        vy_attach_close(&attach);
    }
    vy_buf_clear(&line);
    return status ? vy_complain(&err) : code;
}
