// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/tui_link.h"

#include "base/exchange.h"
#include "base/home.h"
#include "base/program.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define HELLO_MS 400 // the screen stands still meanwhile; a busy studio is asked again
#define AGAIN_NS 1000000000ull
#define METERS_HZ 15.0

extern char **environ;

static void forget_asked(struct vy_tui_link *link)
{
    memset(link->asked, 0, sizeof link->asked);
}

static void lost(struct vy_tui_link *link)
{
    vy_attach_close(&link->attach);
    forget_asked(link);
    link->again_ns = vy_now_ns() + AGAIN_NS / 4;
    link->joined(link->arg, false);
}

// Where a studio that we start prints to: it stays when we leave, so that no pipe will do.
static bool find_log(struct vy_tui_link *link)
{
    return vy_home_path(VY_HOME_STATE, "serve.log", link->log, sizeof link->log, NULL) == VY_OK &&
           vy_make_parents(link->log, NULL) == VY_OK;
}

// `veery serve` in a session of its own: Ctrl-C and the end of the terminal do not reach it.
static void start_studio(struct vy_tui_link *link)
{
    char self[4096];
    vy_program_self(self, sizeof self);
    const char *const log = find_log(link) ? link->log : "/dev/null";
    char *words[] = {"veery", "serve", "--socket", (char *)(uintptr_t)link->socket, NULL};
    if (!link->socket)
        words[2] = NULL;
    posix_spawnattr_t how;
    posix_spawn_file_actions_t files;
    posix_spawnattr_init(&how);
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSID);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_TRUNC,
                                     0600);
    posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
    const int code = posix_spawn(&link->started, self, &files, &how, words, environ);
    if (code) {
        link->started = 0;
        snprintf(link->why, sizeof link->why, "cannot start a studio: %s", strerror(code));
    }
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&how);
    link->start = false; // once
}

static void say_why_it_ended(struct vy_tui_link *link, int code)
{
    char *text = NULL;
    size_t n = 0;
    const vy_status status = vy_file_read(link->log, 1u << 20, &text, &n, NULL);
    while (!status && n > 0 && text[n - 1] == '\n')
        text[--n] = '\0';
    const char *const line = status || n == 0 ? "" : memrchr(text, '\n', n);
    snprintf(link->why, sizeof link->why, "the studio that was started has ended (%d): %s", code,
             line ? line + (*line == '\n') : text);
    free(text);
}

// @return true: it is what keeps us waiting, or why we wait in vain
static bool look_after_started(struct vy_tui_link *link)
{
    int status = 0;
    if (link->started <= 0)
        return false;
    if (waitpid(link->started, &status, WNOHANG) != link->started) {
        snprintf(link->why, sizeof link->why, "the studio is starting");
        return true;
    }
    link->started = 0;
    if (!link->was_joined)
        say_why_it_ended(link, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return !link->was_joined;
}

static void join(struct vy_tui_link *link)
{
    struct vy_err err = {.at = -1};
    link->again_ns = vy_now_ns() + AGAIN_NS;
    const vy_status status =
        vy_attach_open(&link->attach, link->socket, link->author, true, HELLO_MS, &err);
    if (status == VY_NOT_FOUND && link->start)
        start_studio(link);
    if (status && look_after_started(link))
        link->again_ns = vy_now_ns() + AGAIN_NS / 10;
    else if (status && !(link->why[0] && !link->was_joined && link->log[0]))
        vy_text_copy(link->why, sizeof link->why, err.message);
    if (status)
        return;
    link->why[0] = '\0';
    link->was_joined = true;
    json_t *const wish =
        json_pack("{s:[s,s],s:f}", "subscribe", "events", "meters", "rate", METERS_HZ);
    if (wish && vy_attach_send(&link->attach, wish))
        link->joined(link->arg, true);
    else
        lost(link);
}

static void take(struct vy_tui_link *link, json_t *object)
{
    if (json_object_get(object, "event")) {
        link->event(link->arg, object);
        return;
    }
    const json_int_t id = json_integer_value(json_object_get(object, "request"));
    for (int i = 0; id && i < VY_TUI_ASKED; i++) {
        if (link->asked[i].id != id)
            continue;
        if (!json_is_true(json_object_get(object, "more")))
            link->asked[i].id = 0;
        link->answer(link->arg, link->asked[i].what, link->asked[i].mark, object);
        return;
    }
}

int vy_tui_link_wait(const struct vy_tui_link *link)
{
    if (link->attach.fd >= 0)
        return -1;
    const uint64_t now = vy_now_ns();
    return link->again_ns <= now ? 0 : (int)((link->again_ns - now) / 1000000) + 1;
}

void vy_tui_link_service(struct vy_tui_link *link)
{
    json_t *object;
    if (link->attach.fd < 0 && vy_now_ns() >= link->again_ns)
        join(link);
    if (link->attach.fd < 0)
        return;
    while ((object = vy_attach_next(&link->attach, 0))) {
        take(link, object);
        json_decref(object);
    }
    if (link->attach.fd < 0)
        lost(link);
}

bool vy_tui_link_ask(struct vy_tui_link *link, json_t *request, enum vy_tui_asked what,
                     uint64_t mark)
{
    int i = 0;
    while (i < VY_TUI_ASKED && link->asked[i].id)
        i++;
    if (!request || link->attach.fd < 0 || i == VY_TUI_ASKED) {
        json_decref(request);
        return false;
    }
    if (!vy_attach_send(&link->attach, request)) {
        lost(link);
        return false;
    }
    link->asked[i].id = link->attach.asked;
    link->asked[i].what = what;
    link->asked[i].mark = mark;
    return true;
}

bool vy_tui_link_say(struct vy_tui_link *link, const char *line, size_t n, enum vy_tui_asked what)
{
    return vy_tui_link_ask(link, json_pack("{s:s%}", "line", line, n), what, 0);
}

int vy_tui_link_waiting(const struct vy_tui_link *link)
{
    int waiting = 0;
    for (int i = 0; i < VY_TUI_ASKED; i++)
        waiting += link->asked[i].id && link->asked[i].what <= VY_TUI_FOR_LOG;
    return waiting;
}

void vy_tui_link_close(struct vy_tui_link *link)
{
    vy_attach_close(&link->attach);
    forget_asked(link);
}
