// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// `veery sh`: lines in, replies out. On a terminal with editing, history and completion; through a
// pipe or driven by another program exactly the lines and nothing else. Where a studio runs the
// lines go there (attached_shell.c), else into a session of the shell's own.
#include "app/app.h"
#include "app/attached.h"
#include "app/terminal.h"

#include "command/complete.h"
#include "command/lex.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct shell {
    struct vy_catalog catalog;
    struct vy_session *session;
    const char *author;
    bool json, tty, quit;
    vy_status status; ///< last error
};

static void print(void *arg, const struct vy_reply *reply)
{
    struct shell *const shell = arg;
    struct vy_buf buf = {0};
    if (shell->json)
        vy_reply_json(reply, &buf);
    else
        vy_reply_human(reply, &buf);
    printf("%s\n", buf.text ? buf.text : "");
    vy_buf_clear(&buf);
    shell->quit |= reply->quit;
    shell->status = reply->ok ? VY_OK : reply->err.code;
}

static void bad_request(struct shell *shell, const char *why, int at)
{
    json_t *const result = json_object(), *const warnings = json_array();
    struct vy_reply reply = {.id = ++shell->session->replies,
                             .version = shell->session->version,
                             .result = result,
                             .warnings = warnings};
    vy_fail(&reply.err, VY_SYNTAX, at, "%s", why);
    print(shell, &reply);
    json_decref(result);
    json_decref(warnings);
}

// {"line":"set bass.cutoff 500","author":"agent","if_version":42}
static void do_json(struct shell *shell, const char *text, size_t length)
{
    json_error_t error;
    json_t *const root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    const char *line = NULL, *author = shell->author;
    json_int_t version = -1;
    size_t n = 0;
    if (!root || json_unpack_ex(root, &error, 0, "{s:s%,s?s,s?I}", "line", &line, &n, "author",
                                &author, "if_version", &version) != 0) {
        char why[240];
        snprintf(why, sizeof why,
                 "a request is {\"line\":\"...\",\"author\":\"...\",\"if_version\":N}: %.120s",
                 error.text);
        bad_request(shell, why, error.position > 0 ? error.position - 1 : 0);
    } else {
        const struct vy_request request = {line, n, author, version};
        vy_session_do(shell->session, &request, print, shell);
    }
    json_decref(root);
}

static void do_line(struct shell *shell, const char *text, size_t length)
{
    if (shell->json && length > 0 && text[0] == '{') {
        do_json(shell, text, length);
    } else {
        const struct vy_request request = {text, length, shell->author, -1};
        vy_session_do(shell->session, &request, print, shell);
    }
    fflush(stdout);
}

// ---- terminal -----------------------------------------------------------------------------------

static char **complete(void *arg, const char *line, size_t length, size_t *count, size_t *word_at)
{
    const struct shell *const shell = arg;
    return vy_complete(shell->session, line, length, count, word_at);
}

// @return false: there is none to be had
static bool terminal(struct shell *shell)
{
    struct vy_terminal terminal = {
        .prompt = "> ", .complete = complete, .news_fd = -1, .arg = shell};
    if (!vy_terminal_open(&terminal))
        return false;
    const char *line;
    size_t length;
    while (!shell->quit && (line = vy_terminal_line(&terminal, &length)))
        do_line(shell, line, length);
    vy_terminal_close(&terminal);
    return true;
}

// ---- pipe ---------------------------------------------------------------------------------------

void vy_pipe_lines(bool (*line)(void *arg, const char *text, size_t length), void *arg)
{
    char *const text = malloc(VY_LINE_MAX + 3);
    size_t n = 0;
    bool more = text != NULL;
    for (int c; more && (c = getchar()) != EOF;) {
        if (c != '\n') {
            if (n < VY_LINE_MAX + 2)
                text[n++] = (char)c;
            continue;
        }
        more = line(arg, text, n);
        n = 0;
    }
    if (n > 0 && more)
        line(arg, text, n);
    free(text);
}

static bool on_pipe_line(void *arg, const char *text, size_t length)
{
    struct shell *const shell = arg;
    do_line(shell, text, length);
    return !shell->quit;
}

static int load_file(struct shell *shell, const char *path)
{
    char *text;
    size_t length;
    struct vy_err err = {.at = -1};
    if (vy_file_read(path, VY_SESSION_FILE_MAX, &text, &length, &err))
        return vy_complain(&err);
    json_t *const warnings = json_array();
    const vy_status status = vy_session_load(shell->session, text, length, "file", warnings, &err);
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

static int run_local(struct shell *shell, const char *file)
{
    int code = vy_open_catalog(&shell->catalog);
    if (code)
        return code;
    shell->session = vy_session_new(&shell->catalog, 1);
    if (!shell->session)
        code = EXIT_COMMAND;
    else if (file)
        code = load_file(shell, file);
    if (!code && !(shell->tty && !shell->json && terminal(shell))) {
        vy_pipe_lines(on_pipe_line, shell);
        code = shell->status ? EXIT_COMMAND : EXIT_FINE;
    }
    vy_session_destroy(shell->session);
    vy_catalog_close(&shell->catalog);
    return code;
}

int vy_main_sh(int argc, char **argv)
{
    struct shell shell = {.tty = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)};
    struct vy_join join = {0};
    const struct vy_option options[] = {{"--json", NULL, &shell.json},
                                        {"--local", NULL, &join.local},
                                        {"--socket", &join.socket, NULL},
                                        {"--author", &join.author, NULL},
                                        {NULL, NULL, NULL}};
    const int words = vy_options(argc, argv, options);
    if (words > 2)
        fprintf(stderr, "usage: veery sh [FILE] [--local] [--socket PATH] [--author NAME] "
                        "[--json]\n");
    if (words < 0 || words > 2)
        return EXIT_USAGE;
    const char *const file = words == 2 ? argv[1] : NULL;
    if (file && join.socket) {
        fprintf(stderr, "veery: a FILE is a session of its own; say load session in the studio\n");
        return EXIT_USAGE;
    }
    join.local |= file != NULL;
    join.human = !shell.json;
    struct vy_attach attach;
    int code;
    if (vy_join_studio(&join, &attach, &code)) {
        code = shell.json ? vy_pass_through(&attach) : vy_attached_shell(&attach, shell.tty);
        vy_attach_close(&attach);
        return code;
    }
    shell.author = join.author ? join.author : "you";
    return code ? code : run_local(&shell, file);
}
