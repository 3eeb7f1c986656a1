// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Hearing while the session is played live: a child process renders, so that the studio keeps its
// appointments, and a user module that crashes there takes nothing else down.
#include "command/handlers.h"
#include "command/hear.h"
#include "command/stage.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOOK_MS 5

// What the child has to say. Warnings follow as JSON text.
struct answer {
    vy_status status;
    struct vy_heard heard;
    struct vy_err err;
};

static void put(int fd, const void *bytes, size_t n)
{
    const char *at = bytes;
    while (n > 0) {
        const ssize_t done = write(fd, at, n);
        if (done <= 0)
            _exit(1);
        at += done;
        n -= (size_t)done;
    }
}

// Never returns: nothing that belongs to the studio is cleaned up here.
static void be_child(int fd, const struct vy_listen *what)
{
    struct answer answer = {.err = {.at = -1}};
    signal(SIGPIPE, SIG_DFL);
    answer.status = vy_hear(what, &answer.heard, &answer.err);
    put(fd, &answer, sizeof answer);
    char *const warnings = json_dumps(what->warnings, 0);
    if (warnings)
        put(fd, warnings, strlen(warnings));
    _exit(0);
}

static void add_warnings(json_t *to, const char *text, size_t length)
{
    json_t *const list = json_loadb(text, length, 0, NULL);
    if (json_is_array(list)) {
        json_array_clear(to); // the child began with what was there
        json_array_extend(to, list);
    }
    json_decref(list);
}

// Read all the child writes; the studio is looked after meanwhile.
static void collect(const struct vy_stage *stage, int fd, struct vy_buf *all)
{
    char bytes[4096];
    for (;;) {
        struct pollfd fds = {.fd = fd, .events = POLLIN};
        if (poll(&fds, 1, LOOK_MS) == 1) {
            const ssize_t n = read(fd, bytes, sizeof bytes);
            if (n <= 0 && errno != EINTR)
                return;
            if (n > 0)
                vy_buf_put(all, bytes, (size_t)n);
        }
        if (stage->wait)
            stage->wait(stage->arg);
    }
}

vy_status vy_hear_aside(const struct vy_stage *stage, const struct vy_listen *what,
                        struct vy_heard *heard, struct vy_err *err)
{
    int pipe_fd[2], how = 0;
    if (!stage)
        return vy_hear(what, heard, err);
    if (pipe(pipe_fd) != 0)
        return vy_fail(err, VY_IO, -1, "no pipe: %s", strerror(errno));
    const pid_t pid = fork();
    if (pid == 0)
        be_child(pipe_fd[1], what);
    close(pipe_fd[1]);
    struct vy_buf all = {0};
    if (pid > 0)
        collect(stage, pipe_fd[0], &all);
    close(pipe_fd[0]);
    if (pid < 0 || waitpid(pid, &how, 0) != pid) {
        vy_buf_clear(&all);
        return vy_fail(err, VY_IO, -1, "no process to render in: %s", strerror(errno));
    }
    struct answer answer = {.status = VY_INTERNAL};
    if (all.length >= sizeof answer) {
        memcpy(&answer, all.text, sizeof answer);
        add_warnings(what->warnings, all.text + sizeof answer, all.length - sizeof answer);
        *heard = answer.heard;
        *err = answer.err;
    } else {
        vy_fail(err, VY_INTERNAL, -1, "rendering ended by %s; a user module may be at fault",
                WIFSIGNALED(how) ? strsignal(WTERMSIG(how)) : "itself");
    }
    vy_buf_clear(&all);
    return answer.status;
}
