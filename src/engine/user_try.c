// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Loading and probing a user module in a process of its own: it may crash or never come back there.
#include "engine/user_module.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TRIAL_MS 5000
#define PROBE_HZ 48000
#define LAST_ALARM_S 10 // for a trial whose parent is gone

// Shared with the trial's process.
struct verdict {
    struct vy_err err;
    vy_status status;
    char doing[96];
};

static void try_it(const struct vy_catalog *catalog, const char *path, const char *name,
                   struct verdict *verdict)
{
    struct vy_module module;
    static const int deadly[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGALRM};
    for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++)
        signal(deadly[i], SIG_DFL);
    alarm(LAST_ALARM_S);
    vy_status status = vy_user_module_load(catalog, path, name, &module, &verdict->err);
    if (!status)
        status = vy_user_module_probe(catalog, &module, PROBE_HZ, verdict->doing, &verdict->err);
    verdict->status = status;
}

// Wait until the process has ended; false when it had to be killed.
static bool wait_for(pid_t pid, int ended, int *how)
{
    const uint64_t end = vy_now_ns() + TRIAL_MS * 1000000ull;
    bool in_time = false;
    for (;;) { // its end of the pipe closes when it ends, in whatever way
        const uint64_t now = vy_now_ns();
        struct pollfd p = {.fd = ended, .events = POLLIN};
        const int ready = now < end ? poll(&p, 1, (int)((end - now) / 1000000) + 1) : 0;
        in_time = ready > 0;
        if (ready >= 0 || errno != EINTR)
            break;
    }
    if (!in_time)
        kill(pid, SIGKILL);
    while (waitpid(pid, how, 0) < 0 && errno == EINTR)
        continue;
    return in_time;
}

static vy_status judge(const struct verdict *verdict, const char *name, bool in_time, int how,
                       struct vy_err *err)
{
    char doing[sizeof verdict->doing]; // the module may have written over it
    vy_text_copy(doing, sizeof doing, verdict->doing);
    if (!in_time)
        return vy_fail(err, VY_BAD_MODULE, -1, "%s does not come back within %d s, with %s", name,
                       TRIAL_MS / 1000, doing);
    if (WIFSIGNALED(how))
        return vy_fail(err, VY_BAD_MODULE, -1, "%s crashes (%s), with %s", name,
                       strsignal(WTERMSIG(how)), doing);
    if (!WIFEXITED(how) || WEXITSTATUS(how) != 0)
        return vy_fail(err, VY_BAD_MODULE, -1, "%s ends the process it runs in, with %s", name,
                       doing);
    if (verdict->status && err)
        *err = verdict->err;
    return verdict->status ? VY_BAD_MODULE : VY_OK;
}

vy_status vy_user_module_try(const struct vy_catalog *catalog, const char *path, const char *name,
                             struct vy_err *err)
{
    struct verdict *const verdict =
        mmap(NULL, sizeof *verdict, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int ends[2];
    if (verdict == MAP_FAILED)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    if (pipe2(ends, O_CLOEXEC)) {
        munmap(verdict, sizeof *verdict);
        return vy_fail(err, VY_IO, -1, "pipe: %s", strerror(errno));
    }
    // what holds when the module ends the process with a smile
    verdict->status =
        vy_fail(&verdict->err, VY_BAD_MODULE, -1, "%s ends the process it runs in", name);
    vy_text_copy(verdict->doing, sizeof verdict->doing, "its loading");
    const pid_t pid = fork();
    if (pid == 0) {
        try_it(catalog, path, name, verdict);
        _exit(0);
    }
    close(ends[1]);
    vy_status status;
    if (pid < 0) {
        status = vy_fail(err, VY_IO, -1, "fork: %s", strerror(errno));
    } else {
        int how = 0;
        const bool in_time = wait_for(pid, ends[0], &how);
        status = judge(verdict, name, in_time, how, err);
    }
    close(ends[0]);
    munmap(verdict, sizeof *verdict);
    return status;
}
