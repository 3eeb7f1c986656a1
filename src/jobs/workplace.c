// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// One worker process: starting it, hearing what it says, ending it.
#include "jobs/inside.h"

#include "jobs/worker.h"
#include "base/clock.h"
#include "base/program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define FORCE_NS 500000000u                        // after it was asked to end
#define MESSAGE_MOST (VY_JOB_RESULT_BYTES + 65536) // bytes of one message

extern char **environ;

static vy_status spawn(struct vy_runner *runner, struct vy_workplace *place, int channel, int log,
                       struct vy_err *err)
{
    char runner_pid[16];
    snprintf(runner_pid, sizeof runner_pid, "%d", (int)getpid());
    char *const words[] = {"veery", "worker", runner_pid, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, channel, VY_WORKER_CHANNEL);
    posix_spawn_file_actions_adddup2(&actions, place->task, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, log, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, log, STDERR_FILENO);
    vy_program_attr(&attr);
    const int failed = posix_spawn(&place->pid, runner->program, &actions, &attr, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attr);
    if (!failed)
        return VY_OK;
    place->pid = 0;
    return vy_fail(err, VY_IO, -1, "%.150s: %s", runner->program, strerror(failed));
}

static void watch(const struct vy_runner *runner, int fd)
{
    struct epoll_event event = {.events = EPOLLIN};
    epoll_ctl(runner->epoll, EPOLL_CTL_ADD, fd, &event);
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

vy_status vy_workplace_start(struct vy_runner *runner, struct vy_workplace *place,
                             struct vy_err *err)
{
    int pair[2] = {-1, -1}, log[2] = {-1, -1};
    *place = (struct vy_workplace){.pidfd = -1, .channel = -1, .log = -1, .task = -1};
    place->task = memfd_create("veery-task", MFD_CLOEXEC);
    vy_status status = VY_OK;
    if (place->task < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0 ||
        pipe2(log, O_CLOEXEC) != 0)
        status = vy_fail(err, VY_IO, -1, "no pipes for a worker: %s", strerror(errno));
    if (!status)
        status = spawn(runner, place, pair[1], log[1], err);
    close_fd(&pair[1]);
    close_fd(&log[1]);
    place->channel = pair[0];
    place->log = log[0];
    if (!status) {
        place->pidfd = (int)syscall(SYS_pidfd_open, place->pid, 0);
        vy_mark_of(place->pid, place->mark);
        if (place->pidfd < 0 || !place->mark[0])
            status = vy_fail(err, VY_IO, -1, "the worker cannot be watched: %s", strerror(errno));
    }
    if (status) {
        vy_workplace_clear(place);
        return status;
    }
    fcntl(place->channel, F_SETFL, O_NONBLOCK);
    fcntl(place->log, F_SETFL, O_NONBLOCK);
    watch(runner, place->pidfd);
    watch(runner, place->channel);
    watch(runner, place->log);
    return VY_OK;
}

static json_t *task_json(const struct vy_runner *runner, const struct vy_job *job,
                         const char *program)
{
    char scratch[4300];
    vy_scratch_path(runner, job->id, scratch, sizeof scratch);
    return json_pack("{s:I,s:s,s:s,s:s,s:s,s:s,s:s,s:f,s:f}", "job", (json_int_t)job->id, "line",
                     job->line, "author", job->author, "class", job->class, "folder", job->folder,
                     "program", program, "scratch", scratch, "beat", job->beat, "timeout_s",
                     job->timeout_s);
}

vy_status vy_workplace_go(struct vy_runner *runner, struct vy_workplace *place, const char *program,
                          struct vy_err *err)
{
    json_t *const task = task_json(runner, &place->job, program);
    char *const text = task ? json_dumps(task, JSON_COMPACT) : NULL;
    const ssize_t length = text ? (ssize_t)strlen(text) : 0;
    const bool told = text && pwrite(place->task, text, (size_t)length, 0) == length &&
                      send(place->channel, "go\n", 3, MSG_NOSIGNAL) == 3;
    free(text);
    json_decref(task);
    if (!told)
        return vy_fail(err, VY_IO, -1, "the worker did not take its task");
    place->deadline_ns =
        vy_now_ns() + (uint64_t)(place->job.timeout_s < 1e9 ? place->job.timeout_s * 1e9 : 1e18);
    return VY_OK;
}

static void take_message(struct vy_workplace *place, const char *text, size_t length)
{
    json_t *const message = json_loadb(text, length, 0, NULL);
    const json_t *const progress = json_object_get(message, "progress");
    const char *const stage = json_string_value(json_object_get(message, "stage"));
    if (json_is_number(progress)) {
        place->progress = json_number_value(progress);
        vy_text_copy(place->stage, sizeof place->stage, stage ? stage : "");
        place->news = true;
    }
    if (json_object_get(message, "ok")) {
        json_decref(place->last);
        place->last = json_incref(message);
    }
    json_decref(message);
}

static void read_channel(struct vy_workplace *place)
{
    char bytes[8192];
    for (;;) {
        const ssize_t n = place->channel < 0 ? 0 : read(place->channel, bytes, sizeof bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return;
        if (n <= 0 || place->in.length > MESSAGE_MOST) {
            close_fd(&place->channel);
            return;
        }
        vy_buf_put(&place->in, bytes, (size_t)n);
        char *begin = place->in.text, *const end = begin + place->in.length;
        for (char *line; (line = memchr(begin, '\n', (size_t)(end - begin))); begin = line + 1)
            take_message(place, begin, (size_t)(line - begin));
        memmove(place->in.text, begin, (size_t)(end - begin));
        place->in.length = (size_t)(end - begin);
    }
}

// The last bytes of its log are enough.
static void read_log(struct vy_workplace *place)
{
    char bytes[4096];
    for (int i = 0; i < 256; i++) { // one that floods does not keep the others waiting
        const ssize_t n = place->log < 0 ? 0 : read(place->log, bytes, sizeof bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return;
        if (n <= 0) {
            close_fd(&place->log);
            return;
        }
        struct vy_buf *const said = &place->said;
        vy_buf_put(said, bytes, (size_t)n);
        if (said->failed || said->length <= VY_JOB_LOG_BYTES)
            continue;
        const size_t over = said->length - VY_JOB_LOG_BYTES;
        memmove(said->text, said->text + over, VY_JOB_LOG_BYTES + 1);
        said->length = VY_JOB_LOG_BYTES;
    }
}

void vy_workplace_read(struct vy_workplace *place)
{
    siginfo_t info = {0};
    // what it said before it ended lies in the pipes when its end is seen
    const bool gone = !place->ended &&
                      waitid(P_PID, (id_t)place->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
                      info.si_pid == place->pid;
    read_channel(place);
    read_log(place);
    if (!gone)
        return;
    kill(-place->pid, SIGKILL); // what it started; its number is still its own
    waitpid(place->pid, &place->how, 0);
    close_fd(&place->pidfd);
    place->ended = true;
}

void vy_workplace_stop(struct vy_workplace *place, enum vy_why why)
{
    if (place->pid <= 0 || place->ended || place->kill_ns)
        return;
    place->why = why;
    place->kill_ns = vy_now_ns() + FORCE_NS;
    kill(-place->pid, SIGTERM);
}

void vy_workplace_clear(struct vy_workplace *place)
{
    if (place->pid > 0 && !place->ended) {
        kill(-place->pid, SIGKILL);
        kill(place->pid, SIGKILL); // should it have no group yet
        waitpid(place->pid, NULL, 0);
    }
    close_fd(&place->pidfd);
    close_fd(&place->channel);
    close_fd(&place->log);
    close_fd(&place->task);
    vy_buf_clear(&place->in);
    vy_buf_clear(&place->said);
    vy_arena_clear(&place->arena);
    json_decref(place->last);
    *place = (struct vy_workplace){.pidfd = -1, .channel = -1, .log = -1, .task = -1};
}
