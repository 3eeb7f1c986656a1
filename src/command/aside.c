// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "command/aside.h"

#include "command/session.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOOK_MS 5

void vy_aside_put(int fd, const void *bytes, size_t n)
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

static void collect(const struct vy_stage *stage, int fd, struct vy_buf *out)
{
    char bytes[4096];
    for (;;) {
        struct pollfd fds = {.fd = fd, .events = POLLIN};
        if (poll(&fds, 1, LOOK_MS) == 1) {
            const ssize_t n = read(fd, bytes, sizeof bytes);
            if (n == 0 || (n < 0 && errno != EINTR))
                return;
            if (n > 0)
                vy_buf_put(out, bytes, (size_t)n);
        }
        if (stage->wait)
            stage->wait(stage->arg);
    }
}

vy_status vy_aside(const struct vy_stage *stage, void (*work)(void *arg, int fd), void *arg,
                   struct vy_buf *out, struct vy_err *err)
{
    int ends[2], how = 0;
    if (pipe(ends) != 0)
        return vy_fail(err, VY_IO, -1, "no pipe: %s", strerror(errno));
    const pid_t pid = fork();
    if (pid == 0) {
        signal(SIGPIPE, SIG_DFL); // nobody listens any more: no reason to go on
        work(arg, ends[1]);
        _exit(0); // nothing that belongs to the studio is cleaned up here
    }
    close(ends[1]);
    if (pid > 0)
        collect(stage, ends[0], out);
    close(ends[0]);
    if (pid < 0 || waitpid(pid, &how, 0) != pid)
        return vy_fail(err, VY_IO, -1, "no process for it: %s", strerror(errno));
    if (WIFSIGNALED(how))
        return vy_fail(err, VY_INTERNAL, -1, "it ended by %s; a user module may be at fault",
                       strsignal(WTERMSIG(how)));
    return VY_OK;
}

// What the child says first; its text, its result and the warnings as JSON follow.
struct heading {
    vy_status status;
    struct vy_err err;
    size_t text, json, warnings;
};

struct long_work {
    vy_long_fn *fn;
    void *arg;
    json_t *warnings; ///< in the child, a copy of the call's
};

static void work_long(void *arg, int fd)
{
    const struct long_work *const work = arg;
    struct vy_buf text = {0};
    json_t *const result = json_object();
    struct heading heading = {.err = {.at = -1}};
    heading.status = work->fn(work->arg, &text, result, &heading.err);
    char *const json = json_dumps(result, JSON_COMPACT);
    char *const warnings = json_dumps(work->warnings, JSON_COMPACT);
    heading.text = text.length;
    heading.json = json ? strlen(json) : 0;
    heading.warnings = warnings ? strlen(warnings) : 0;
    vy_aside_put(fd, &heading, sizeof heading);
    vy_aside_put(fd, text.text, text.length);
    vy_aside_put(fd, json, heading.json);
    vy_aside_put(fd, warnings, heading.warnings);
}

// The child began with the warnings that were there.
static void take_warnings(json_t *to, const char *text, size_t length)
{
    json_t *const list = json_loadb(text, length, 0, NULL);
    if (json_is_array(list)) {
        json_array_clear(to);
        json_array_extend(to, list);
    }
    json_decref(list);
}

static vy_status read_answer(struct vy_call *call, const struct vy_buf *all, struct vy_err *err)
{
    struct heading heading;
    if (all->length < sizeof heading)
        return vy_fail(err, VY_INTERNAL, -1, "the working process said nothing");
    memcpy(&heading, all->text, sizeof heading);
    if (heading.text + heading.json + heading.warnings != all->length - sizeof heading)
        return vy_fail(err, VY_INTERNAL, -1, "the working process was cut short");
    const char *const text = all->text + sizeof heading;
    vy_buf_put(call->text, text, heading.text);
    json_t *const result = json_loadb(text + heading.text, heading.json, 0, NULL);
    if (result)
        json_object_update(call->result, result);
    json_decref(result);
    take_warnings(call->warnings, text + heading.text + heading.json, heading.warnings);
    if (heading.status)
        *err = heading.err;
    return heading.status;
}

vy_status vy_aside_call(struct vy_call *call, vy_long_fn *fn, void *arg, struct vy_err *err)
{
    const struct vy_stage *const stage = call->session ? call->session->stage : NULL;
    if (!stage)
        return fn(arg, call->text, call->result, err);
    struct vy_buf all = {0};
    struct long_work work = {fn, arg, call->warnings};
    vy_status status = vy_aside(stage, work_long, &work, &all, err);
    if (!status)
        status = read_answer(call, &all, err);
    vy_buf_clear(&all);
    return status;
}
