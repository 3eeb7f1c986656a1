// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Guard and engines: starting, watching, starting again, ending.
#include "live/inside.h"

#include "base/program.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILD_MEMORY 198 // descriptors in the child: far from any that is in use
#define CHILD_CONTROL 199
#define SOON_NS 1000000000u    // a crash so soon after the start counts against the next start
#define GUARD_NS 200000000u    // for the guard to notice that an engine is gone
#define RESERVE_NS 1000000000u // after an engine in reserve ended, until the next
#define CALM_NS 400000000u     // after an engine was given a slot: it has the processor first
#define READY_NS 60000000000u  // an engine that is not ready by then hangs, also on a slow machine
#define WORDS 32

extern char **environ;

static vy_status spawn(struct vy_live *live, const char *program, char *const *words, int control,
                       struct vy_child *child, struct vy_err *err)
{
    char path[4096];
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    vy_program_path(program, path, sizeof path);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, live->memory, CHILD_MEMORY);
    posix_spawn_file_actions_adddup2(&actions, control, CHILD_CONTROL);
    vy_program_attr(&attr);
    const int failed = posix_spawn(&child->pid, path, &actions, &attr, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attr);
    if (failed) {
        child->pid = 0;
        return vy_fail(err, VY_IO, -1, "%.200s: %s", path, strerror(failed));
    }
    child->pidfd = (int)syscall(SYS_pidfd_open, child->pid, 0);
    struct epoll_event event = {.events = EPOLLIN};
    epoll_ctl(live->epoll, EPOLL_CTL_ADD, child->pidfd, &event);
    return VY_OK;
}

static bool add_word(struct vy_live *live, int *n, const char *name, const char *value)
{
    if (!value || !*value)
        return true;
    if (*n + 2 >= WORDS)
        return false;
    live->guard_words[*n] = strdup(name);
    live->guard_words[*n + 1] = strdup(value);
    *n += 2;
    return live->guard_words[*n - 2] && live->guard_words[*n - 1];
}

static bool add_number(struct vy_live *live, int *n, const char *name, double value)
{
    char text[32];
    snprintf(text, sizeof text, "%.15g", value);
    return value == 0 || add_word(live, n, name, text);
}

vy_status vy_live_guard_words(struct vy_live *live, const struct vy_live_how *how,
                              struct vy_err *err)
{
    int n = 1;
    live->guard_words = calloc(WORDS, sizeof *live->guard_words);
    bool fine = live->guard_words && (live->guard_words[0] = strdup("veery-guard"));
    fine = fine && add_number(live, &n, "memory", CHILD_MEMORY);
    fine = fine && add_number(live, &n, "control", CHILD_CONTROL);
    fine = fine && add_word(live, &n, "device", how->device);
    fine = fine && add_number(live, &n, "rate", how->sr_hz);
    fine = fine && add_number(live, &n, "period", how->period);
    fine = fine && add_number(live, &n, "ins", how->source || how->in_file || how->dry ? 2 : 0);
    fine = fine && add_word(live, &n, "source", how->source);
    fine = fine && add_word(live, &n, "in_file", how->in_file);
    fine = fine && add_number(live, &n, "seconds", how->seconds);
    fine = fine && add_word(live, &n, "client", how->client);
    fine = fine && add_word(live, &n, "media_class", how->media_class);
    fine = fine && add_word(live, &n, "alone", how->survive ? "on" : NULL);
    return fine ? VY_OK : vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
}

vy_status vy_live_start_guard(struct vy_live *live, struct vy_err *err)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return vy_fail(err, VY_IO, -1, "no socket: %s", strerror(errno));
    const vy_status status =
        spawn(live, "veery-guard", live->guard_words, pair[1], &live->guard, err);
    close(pair[1]);
    if (live->control >= 0)
        close(live->control);
    live->control = pair[0];
    return status;
}

static void clear_slot(struct vy_slot *slot)
{
    atomic_store(&slot->pid, 0);
    atomic_store(&slot->running, 0);
    atomic_store(&slot->control.tail, atomic_load(&slot->control.head));
    memset(&slot->says, 0, sizeof slot->says);
}

static vy_status start_reserve(struct vy_live *live, struct vy_err *err)
{
    struct vy_engine_child *const e = &live->reserve;
    char memory[16], control[16];
    int pair[2];
    snprintf(memory, sizeof memory, "%d", CHILD_MEMORY);
    snprintf(control, sizeof control, "%d", CHILD_CONTROL);
    char *const words[] = {"veery", "engine", memory, control, NULL};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return vy_fail(err, VY_IO, -1, "no socket: %s", strerror(errno));
    const vy_status status = spawn(live, "veery", words, pair[1], &e->process, err);
    close(pair[1]);
    if (status) {
        close(pair[0]);
        return status;
    }
    fcntl(pair[0], F_SETFL, O_NONBLOCK);
    e->link = (struct vy_link){.fd = pair[0]};
    struct epoll_event event = {.events = EPOLLIN};
    epoll_ctl(live->epoll, EPOLL_CTL_ADD, pair[0], &event);
    vy_live_send_all(live, e);
    return VY_OK;
}

vy_status vy_live_start_engine(struct vy_live *live, uint32_t index, struct vy_err *err)
{
    struct vy_engine_child *const e = &live->engine[index], *const reserve = &live->reserve;
    const vy_status status = reserve->process.pid ? VY_OK : start_reserve(live, err);
    if (status)
        return status;
    clear_slot(&live->shared->slot[index]);
    e->process = reserve->process;
    e->link = reserve->link;
    reserve->process = (struct vy_child){0};
    reserve->link = (struct vy_link){.fd = -1};
    e->seen_ready = e->writes_stems = false;
    e->since_ns = vy_now_ns();
    atomic_store(&live->shared->slot[index].pid, e->process.pid);
    vy_link_send(&e->link, json_pack("{s:i}", "slot", (int)index));
    vy_live_send_stems(live, index);
    return VY_OK;
}

static void close_child(struct vy_child *child)
{
    if (child->pidfd > 0)
        close(child->pidfd);
    *child = (struct vy_child){0};
}

static bool has_ended(const struct vy_child *child)
{
    siginfo_t info = {0};
    return child->pid > 0 &&
           waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == child->pid;
}

// Take the engine out of the exchange before its process number can mean another one.
static void bury_engine(struct vy_live *live, uint32_t index)
{
    struct vy_engine_child *const e = &live->engine[index];
    struct vy_slot *const slot = &live->shared->slot[index];
    int how = 0;
    const uint32_t mark = atomic_load(&slot->running);
    atomic_store_explicit(&slot->state, VY_SLOT_EMPTY, memory_order_release);
    atomic_store(&slot->pid, 0);
    const pid_t pid = waitpid(e->process.pid, &how, 0);
    const uint64_t lived = vy_now_ns() - e->since_ns;
    e->crashes = lived < SOON_NS ? e->crashes + 1 : 0;
    // 0, 0, 0, 50, 100, 200 ... 2000 ms
    const uint64_t pause =
        e->crashes < 3 ? 0 : 50000000ull << (e->crashes - 3 < 6 ? e->crashes - 3 : 6);
    e->again_ns = vy_now_ns() + (pause < 2000000000u ? pause : 2000000000u);
    live->restarts++;
    vy_live_unbind_slot(live, index);
    close_child(&e->process);
    vy_link_close(&e->link);
    vy_live_event(live, json_pack("{s:s,s:i,s:i,s:s,s:i}", "event", "engine", "slot", (int)index,
                                  "pid", (int)pid, "state",
                                  WIFSIGNALED(how) ? strsignal(WTERMSIG(how)) : "ended", "mark",
                                  (int)mark));
}

// The guard must have seen whom to blame before the slot is used again.
static bool guard_has_moved_on(const struct vy_live *live, uint32_t index)
{
    return atomic_load(&live->shared->active) != index ||
           vy_now_ns() > live->engine[index].again_ns + GUARD_NS;
}

// Nothing that it could still do is worth waiting for.
static bool is_lost(const struct vy_live *live, const struct vy_engine_child *e)
{
    const struct vy_slot *const slot = &live->shared->slot[e - live->engine];
    return atomic_load(&slot->state) == VY_SLOT_FAILED || // the guard has given it up
           (!e->seen_ready && vy_now_ns() > e->since_ns + READY_NS);
}

static void look_after_engine(struct vy_live *live, uint32_t index)
{
    struct vy_engine_child *const e = &live->engine[index];
    struct vy_slot *const slot = &live->shared->slot[index];
    struct vy_err err = {.at = -1};
    if (e->process.pid && is_lost(live, e))
        kill(e->process.pid, SIGKILL);
    if (e->process.pid && e->link.broken && e->link.fd > 0) {
        close(e->link.fd); // it ends, or does not listen any more
        e->link.fd = -1;
        kill(e->process.pid, SIGKILL);
    }
    if (has_ended(&e->process))
        bury_engine(live, index);
    if (!e->process.pid && !live->closing && vy_now_ns() >= e->again_ns &&
        guard_has_moved_on(live, index) && vy_live_start_engine(live, index, &err)) {
        e->again_ns = vy_now_ns() + 1000000000u;
        vy_live_event(live, json_pack("{s:s,s:s}", "event", "failed", "text", err.message));
    }
    if (!e->seen_ready && atomic_load(&slot->state) == VY_SLOT_READY) {
        e->seen_ready = true;
        e->ready_ns = vy_now_ns() - e->since_ns;
        vy_live_event(live, json_pack("{s:s,s:i,s:i,s:s,s:f}", "event", "engine", "slot",
                                      (int)index, "pid", (int)e->process.pid, "state", "ready",
                                      "ms", (double)e->ready_ns / 1e6));
    }
}

// Started when nothing more urgent wants the processor.
static void look_after_reserve(struct vy_live *live)
{
    struct vy_engine_child *const e = &live->reserve;
    struct vy_err err = {.at = -1};
    if (e->process.pid && e->link.broken)
        kill(e->process.pid, SIGKILL); // it does not listen any more
    if (has_ended(&e->process)) {
        waitpid(e->process.pid, NULL, 0);
        close_child(&e->process);
        vy_link_close(&e->link);
        e->again_ns = vy_now_ns() + RESERVE_NS;
    }
    bool calm = !live->closing && !e->process.pid && vy_now_ns() >= e->again_ns;
    for (uint32_t i = 0; i < VY_SLOTS; i++)
        calm = calm && live->engine[i].seen_ready && live->engine[i].process.pid &&
               vy_now_ns() > live->engine[i].since_ns + CALM_NS;
    if (!calm || start_reserve(live, &err) == VY_OK)
        return;
    e->again_ns = vy_now_ns() + RESERVE_NS;
    vy_live_event(live, json_pack("{s:s,s:s}", "event", "failed", "text", err.message));
}

void vy_live_supervise(struct vy_live *live)
{
    struct vy_err err = {.at = -1};
    for (uint32_t i = 0; i < VY_SLOTS; i++)
        look_after_engine(live, i);
    look_after_reserve(live);
    if (!has_ended(&live->guard))
        return;
    int how = 0;
    waitpid(live->guard.pid, &how, 0);
    close_child(&live->guard);
    // one that left by itself had nothing more to do; any other end was a fault
    if (live->closing || (WIFEXITED(how) && WEXITSTATUS(how) == 0))
        return;
    vy_live_event(live, json_pack("{s:s,s:s}", "event", "failed", "text",
                                  "the guard ended; it is started again"));
    if (vy_live_start_guard(live, &err))
        vy_live_event(live, json_pack("{s:s,s:s}", "event", "failed", "text", err.message));
}

static void end_child(struct vy_child *child, int timeout_ms)
{
    struct pollfd fds = {.fd = child->pidfd, .events = POLLIN};
    if (child->pid <= 0)
        return;
    if (poll(&fds, 1, timeout_ms) != 1)
        kill(child->pid, SIGKILL);
    waitpid(child->pid, NULL, 0);
    close_child(child);
}

void vy_live_end_processes(struct vy_live *live)
{
    live->closing = true;
    if (live->shared)
        live->shared->quit = 1; // a fade first
    end_child(&live->guard, 2000);
    for (uint32_t i = 0; i < VY_SLOTS; i++) {
        struct vy_engine_child *const e = &live->engine[i];
        if (e->process.pid > 0)
            kill(e->process.pid, SIGKILL); // nothing of it is worth keeping
        end_child(&e->process, 1000);
        if (e->link.fd > 0)
            vy_link_close(&e->link);
        json_decref(e->units);
        e->units = NULL;
    }
    if (live->reserve.process.pid > 0)
        kill(live->reserve.process.pid, SIGKILL);
    end_child(&live->reserve.process, 1000);
    if (live->reserve.link.fd > 0)
        vy_link_close(&live->reserve.link);
    if (live->control >= 0)
        close(live->control);
    for (int i = 0; live->guard_words && i < WORDS; i++)
        free(live->guard_words[i]);
    free(live->guard_words);
}
