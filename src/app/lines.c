// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// `veery do`, the lists, and the manual.
#include "app/app.h"
#include "app/attached.h"
#include "app/tui_keys.h"

#include "command/describe.h"
#include "command/jobs.h"
#include "command/table.h"
#include "serve/osc_docs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// How replies are printed.
struct printer {
    bool json, plain; ///< plain: only the text, for lists
    vy_status status; ///< first error
    bool quit;
};

static void print(void *arg, const struct vy_reply *reply)
{
    struct printer *const printer = arg;
    struct vy_buf buf = {0};
    if (printer->json && printer->plain && reply->ok) {
        char *const text = json_dumps(reply->result, JSON_COMPACT | JSON_REAL_PRECISION(9));
        puts(text ? text : "{}");
        free(text);
    } else if (printer->json) {
        vy_reply_json(reply, &buf);
    } else if (printer->plain && reply->ok) {
        puts(reply->text);
    } else {
        vy_reply_human(reply, &buf);
    }
    if (buf.text) {
        FILE *const to = printer->plain && !reply->ok && !printer->json ? stderr : stdout;
        fprintf(to, "%s\n", buf.text);
    }
    vy_buf_clear(&buf);
    if (!reply->ok && !printer->status)
        printer->status = reply->err.code;
    printer->quit |= reply->quit;
}

static int load_file(struct vy_session *session, const char *path, bool may_miss)
{
    char *text;
    size_t length;
    struct vy_err err = {.at = -1};
    const vy_status read = vy_file_read(path, VY_SESSION_FILE_MAX, &text, &length, &err);
    if (read == VY_NOT_FOUND && may_miss)
        return EXIT_FINE;
    if (read)
        return vy_complain(&err);
    json_t *const warnings = json_array();
    const vy_status status = vy_session_load(session, text, length, "file", warnings, &err);
    free(text);
    size_t i;
    json_t *warning;
    json_array_foreach(warnings, i, warning)
        fprintf(stderr, "warning: %s\n", json_string_value(warning));
    json_decref(warnings);
    if (status)
        fprintf(stderr, "%s:%s (%s)\n", path, err.message, vy_status_name(status));
    return status ? EXIT_USAGE : EXIT_FINE;
}

static int save_file(const struct vy_session *session, const char *path)
{
    struct vy_buf buf = {0};
    struct vy_err err = {.at = -1};
    vy_status status = vy_session_write(session, &buf, &err);
    if (!status)
        status = vy_file_write(path, buf.text, buf.length, &err);
    vy_buf_clear(&buf);
    return status ? vy_complain(&err) : EXIT_FINE;
}

static int do_attached(struct vy_attach *attach, char **line, int lines, bool json)
{
    int code = EXIT_FINE;
    bool quit = false;
    for (int i = 0; i < lines && !code && !quit; i++)
        code = vy_say_line(attach, line[i], strlen(line[i]), json, false, &quit);
    vy_attach_close(attach);
    return code;
}

static int do_local(char **line, int lines, const char *file, bool save, const char *author,
                    bool json)
{
    struct vy_catalog catalog;
    int code = vy_open_catalog(&catalog);
    if (code)
        return code;
    struct vy_session *const session = vy_session_new(&catalog, 1);
    const struct vy_desk desk = {.settings = vy_app_settings()};
    if (session)
        session->desk = &desk;
    if (session && file)
        code = load_file(session, file, save);
    struct printer printer = {.json = json};
    for (int i = 0; session && i < lines && !code && !printer.status && !printer.quit; i++) {
        const struct vy_request request = {line[i], strlen(line[i]), author, -1};
        vy_session_do(session, &request, print, &printer);
    }
    if (!code && printer.status)
        code = EXIT_COMMAND;
    if (session && !code && save)
        code = save_file(session, file);
    vy_session_destroy(session);
    vy_catalog_close(&catalog);
    return session ? code : EXIT_COMMAND;
}

int vy_say_once(char *line, const char *file, const struct vy_join *join, bool json)
{
    struct vy_attach attach;
    int code = EXIT_FINE;
    if (!file && vy_join_studio(join, &attach, &code))
        return do_attached(&attach, &line, 1, json);
    return code ? code : do_local(&line, 1, file, false, join->author ? join->author : "you", json);
}

int vy_main_do(int argc, char **argv)
{
    const char *file = NULL;
    struct vy_join join = {.human = true};
    bool json = false, save = false;
    const struct vy_option options[] = {{"--session", &file, NULL},
                                        {"--author", &join.author, NULL},
                                        {"--socket", &join.socket, NULL},
                                        {"--local", NULL, &join.local},
                                        {"--json", NULL, &json},
                                        {"--save", NULL, &save},
                                        {NULL, NULL, NULL}};
    const int words = vy_options(argc, argv, options);
    if (words < 0)
        return EXIT_USAGE;
    if (words < 2 || (save && !file)) {
        fprintf(stderr, words < 2 ? "usage: veery do \"LINE\"...\n"
                                  : "veery: --save needs --session FILE\n");
        return EXIT_USAGE;
    }
    struct vy_attach attach;
    int code = EXIT_FINE;
    join.local |= file != NULL;
    if (vy_join_studio(&join, &attach, &code))
        return do_attached(&attach, argv + 1, words - 1, json);
    return code
               ? code
               : do_local(argv + 1, words - 1, file, save, join.author ? join.author : "you", json);
}

// The words become one line: veery modules filter -> "modules filter".
// What the shell took apart becomes one line again.
static void add_word(struct vy_buf *line, const char *word)
{
    const bool plain = *word && !strpbrk(word, " \t;#\"\\><");
    vy_buf_add(line, "%s%s", line->length ? " " : "", plain ? word : "\"");
    for (; !plain && *word; word++)
        vy_buf_add(line, "%s%c", *word == '"' || *word == '\\' ? "\\" : "", *word);
    if (!plain)
        vy_buf_add(line, "\"");
}

int vy_main_list(int argc, char **argv)
{
    bool json = false;
    const struct vy_option options[] = {{"--json", NULL, &json}, {NULL, NULL, NULL}};
    const int words = vy_options(argc, argv, options);
    if (words < 0)
        return EXIT_USAGE;
    struct vy_catalog catalog;
    const int code = vy_open_catalog(&catalog);
    if (code)
        return code;
    struct vy_session *const session = vy_session_new(&catalog, 1);
    struct vy_buf line = {0};
    for (int i = 0; i < words; i++)
        add_word(&line, argv[i]);
    struct printer printer = {.json = json, .plain = true};
    const struct vy_request request = {line.text, line.length, "you", -1};
    if (session && line.text)
        vy_session_do(session, &request, print, &printer);
    vy_buf_clear(&line);
    vy_session_destroy(session);
    vy_catalog_close(&catalog);
    return printer.status ? EXIT_COMMAND : EXIT_FINE;
}

int vy_main_docs(int argc, char **argv)
{
    const struct vy_option options[] = {{NULL, NULL, NULL}};
    const int words = vy_options(argc, argv, options);
    if (words >= 0 && words != 2)
        fprintf(stderr, "usage: veery docs DIR\n");
    if (words != 2)
        return EXIT_USAGE;
    struct vy_catalog catalog;
    const int code = vy_open_catalog(&catalog);
    if (code)
        return code;
    struct vy_err err = {.at = -1};
    vy_status status = vy_docs_write(&catalog, argv[1], &err);
    if (!status)
        status = vy_osc_docs_write(argv[1], &err);
    if (!status)
        status = vy_tui_docs_write(argv[1], &err);
    vy_catalog_close(&catalog);
    return status ? vy_complain(&err) : EXIT_FINE;
}
