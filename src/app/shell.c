// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// `veery sh`: lines in, replies out. On a terminal with editing, history and completion (libedit);
// through a pipe or driven by another program exactly the lines and nothing else.
#include "app/app.h"

#include "command/complete.h"
#include "command/lex.h"

#include <histedit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HISTORY_LINES 2000

struct shell {
    struct vy_catalog catalog;
    struct vy_session *session;
    EditLine *edit;
    History *history;
    char history_path[4096];
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
    const char *line = NULL, *author = "you";
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
        const struct vy_request request = {text, length, "you", -1};
        vy_session_do(shell->session, &request, print, shell);
    }
    fflush(stdout);
}

// ---- terminal -----------------------------------------------------------------------------------

static char *prompt(EditLine *edit)
{
    (void)edit;
    static char text[] = "> ";
    return text;
}

// The longest beginning all candidates share.
static size_t common(char *const *word, size_t count)
{
    size_t n = strlen(word[0]);
    for (size_t i = 1; i < count; i++) {
        size_t same = 0;
        while (same < n && word[i][same] == word[0][same])
            same++;
        n = same;
    }
    return n;
}

static unsigned char on_tab(EditLine *edit, int key)
{
    (void)key;
    struct shell *shell = NULL;
    el_get(edit, EL_CLIENTDATA, &shell);
    const LineInfo *const info = el_line(edit);
    size_t count, at;
    const size_t length = (size_t)(info->cursor - info->buffer);
    char **const word = vy_complete(shell->session, info->buffer, length, &count, &at);
    unsigned char result = CC_ERROR;
    if (count > 0) {
        const size_t typed = length - at, same = common(word, count);
        word[0][count == 1 ? strlen(word[0]) : same] = '\0';
        if (count == 1 || same > typed) {
            if (el_insertstr(edit, word[0] + typed) == 0 && count == 1)
                el_insertstr(edit, " ");
            result = CC_REFRESH;
        } else {
            printf("\n");
            for (size_t i = 1; i < count && i < 60; i++)
                printf("%s  ", word[i]);
            printf("\n");
            result = CC_REDISPLAY;
        }
    }
    for (size_t i = 0; i < count; i++)
        free(word[i]);
    free(word);
    return result;
}

static void open_terminal(struct shell *shell)
{
    const char *const state = getenv("XDG_STATE_HOME"), *const home = getenv("HOME");
    HistEvent event;
    if (state && *state)
        snprintf(shell->history_path, sizeof shell->history_path, "%s/veery/history", state);
    else if (home && *home)
        snprintf(shell->history_path, sizeof shell->history_path, "%s/.local/state/veery/history",
                 home);
    shell->edit = el_init("veery", stdin, stdout, stderr);
    shell->history = history_init();
    if (!shell->edit || !shell->history)
        return;
    history(shell->history, &event, H_SETSIZE, HISTORY_LINES);
    history(shell->history, &event, H_SETUNIQUE, 1);
    if (shell->history_path[0] && vy_make_parents(shell->history_path, NULL) == VY_OK)
        history(shell->history, &event, H_LOAD, shell->history_path);
    el_set(shell->edit, EL_CLIENTDATA, shell);
    el_set(shell->edit, EL_PROMPT, prompt);
    el_set(shell->edit, EL_EDITOR, "emacs");
    el_set(shell->edit, EL_SIGNAL, 1);
    el_set(shell->edit, EL_HIST, history, shell->history);
    el_set(shell->edit, EL_ADDFN, "veery-complete", "complete words", on_tab);
    el_set(shell->edit, EL_BIND, "^I", "veery-complete", NULL);
    el_source(shell->edit, NULL);
}

static void close_terminal(struct shell *shell)
{
    HistEvent event;
    if (shell->history && shell->history_path[0])
        history(shell->history, &event, H_SAVE, shell->history_path);
    if (shell->history)
        history_end(shell->history);
    if (shell->edit)
        el_end(shell->edit);
}

static void terminal(struct shell *shell)
{
    HistEvent event;
    while (!shell->quit) {
        int length = 0;
        const char *const line = el_gets(shell->edit, &length);
        if (!line || length <= 0)
            break;
        if (line[0] != '\n')
            history(shell->history, &event, H_ENTER, line);
        do_line(shell, line, (size_t)length);
    }
}

// ---- pipe ---------------------------------------------------------------------------------------

// Longer lines than the language takes are read to their end and refused, not kept in memory.
static void pipe_in(struct shell *shell)
{
    char *const line = malloc(VY_LINE_MAX + 3);
    size_t n = 0;
    if (!line)
        return;
    for (int c; !shell->quit && (c = getchar()) != EOF;) {
        if (c != '\n') {
            if (n < VY_LINE_MAX + 2)
                line[n++] = (char)c;
            continue;
        }
        do_line(shell, line, n);
        n = 0;
    }
    if (n > 0 && !shell->quit)
        do_line(shell, line, n);
    free(line);
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

int vy_main_sh(int argc, char **argv)
{
    struct shell shell = {.tty = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)};
    const struct vy_option options[] = {{"--json", NULL, &shell.json}, {NULL, NULL, NULL}};
    const int words = vy_options(argc, argv, options);
    if (words > 2)
        fprintf(stderr, "usage: veery sh [FILE] [--json]\n");
    if (words < 0 || words > 2)
        return EXIT_USAGE;
    int code = vy_open_catalog(&shell.catalog);
    if (code)
        return code;
    shell.session = vy_session_new(&shell.catalog, 1);
    if (!shell.session)
        code = EXIT_COMMAND;
    else if (words == 2)
        code = load_file(&shell, argv[1]);
    if (!code && shell.tty && !shell.json) {
        open_terminal(&shell);
        if (shell.edit && shell.history)
            terminal(&shell);
        else
            pipe_in(&shell);
        close_terminal(&shell);
    } else if (!code) {
        pipe_in(&shell);
        code = shell.status ? EXIT_COMMAND : EXIT_FINE;
    }
    vy_session_destroy(shell.session);
    vy_catalog_close(&shell.catalog);
    return code;
}
