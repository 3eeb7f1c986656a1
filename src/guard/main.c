// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// veery-guard: the process that owns the sound device. It links the device layer and nothing that
// could fail: no engine, no parser, no user modules. Started by the studio; told `alone on` it
// outlives it: then the engine plays on until somebody ends the guard.
//
//   SIGTERM, SIGINT  fade out and leave
//   SIGUSR1          panic: silence until the studio lets go
//   SIGUSR2          bypass on or off
#include "guard/guard.h"
#include "sound/device.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SERVICE_MS 10
#define FADE_OUT_MS 500 // at most, when the device does not run

struct process {
    struct vy_guard guard;
    struct vy_shared *shared;
    struct vy_device *device;
    int signals, control; // control: the studio's end closes when it is gone
    pid_t studio;         // whose children the engines are
    int pid[VY_SLOTS];    // the pidfds belong to
    int old[VY_SLOTS];    // 1 + pidfd to be closed in the next round, 0 = none
    _Atomic bool open;    // the device's facts are known
    bool alone;           // the sound goes on when the studio is gone
    uint64_t deadline;    // CLOCK_MONOTONIC ns when a fade-out has to be over, 0 = none
    bool bound;
};

// The engine answers fastest on the processor that waits for it: the two are bound together.
static void bind_processor(struct process *p)
{
    cpu_set_t set;
    const int cpu = sched_getcpu();
    p->bound = true;
    if (cpu < 0 || !atomic_load_explicit(&p->shared->device.realtime, memory_order_relaxed))
        return;
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    if (pthread_setaffinity_np(pthread_self(), sizeof set, &set) == 0)
        p->guard.cpu = cpu + 1;
}

static void on_block(void *arg, const struct vy_device_block *block)
{
    struct process *const p = arg;
    if (!atomic_load_explicit(&p->open, memory_order_acquire)) {
        for (int c = 0; c < 2; c++)
            memset(block->out[c], 0, block->frames * sizeof(float));
        return;
    }
    if (!p->bound)
        bind_processor(p); // once, before the first engine is asked
    vy_guard_block(&p->guard, block->in, block->out, block->frames, block->skipped);
}

static void show_device(struct process *p)
{
    struct vy_device_facts_now now = {0};
    struct vy_device_facts *const to = &p->shared->device;
    p->device->backend->facts(p->device, &now);
    const uint32_t was = to->state;
    if (was != (uint32_t)now.state) {
        to->state = VY_DEVICE_CLOSED; // nobody reads the texts now
        snprintf(to->backend, sizeof to->backend, "%s", now.backend);
        snprintf(to->name, sizeof to->name, "%s", now.name);
    }
    to->sr_hz = now.sr_hz;
    to->period = now.period;
    to->ins = now.ins;
    to->outs = now.outs;
    to->latency = now.latency;
    to->realtime = now.priority;
    to->xruns = now.xruns;
    atomic_store_explicit(&to->state, (uint32_t)now.state, memory_order_release);
}

// The second word behind the name, which stands in brackets and may hold anything.
static pid_t parent_of(pid_t pid)
{
    char text[512];
    snprintf(text, sizeof text, "/proc/%d/stat", (int)pid);
    const int fd = open(text, O_RDONLY | O_CLOEXEC);
    const ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;
    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    const char *const behind = strrchr(text, ')');
    return behind && strlen(behind) > 4 ? (pid_t)strtol(behind + 4, NULL, 10) : 0;
}

// The guard will kill what it holds a descriptor of, and an engine gone wild may have written any
// number: only the studio's own children are taken.
static int watch_process(const struct process *p, pid_t pid)
{
    const bool other = pid > 1 && pid != getpid();
    const int fd = other ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
    if (fd < 0 || parent_of(pid) == p->studio)
        return fd;
    close(fd);
    return -1;
}

// A descriptor that becomes readable when the engine ends, for the device thread to look at. One
// that was replaced stays open for a round: the device thread may just be using it.
static void watch_engines(struct process *p)
{
    for (uint32_t i = 0; i < VY_SLOTS; i++) {
        if (p->old[i])
            close(p->old[i] - 1);
        p->old[i] = 0;
        const int pid = p->shared->slot[i].pid;
        if (pid == p->pid[i])
            continue;
        p->old[i] = atomic_exchange(&p->guard.pidfd[i], watch_process(p, pid) + 1);
        p->pid[i] = pid;
    }
}

static void on_signal(struct process *p)
{
    struct signalfd_siginfo info;
    if (read(p->signals, &info, sizeof info) != (ssize_t)sizeof info)
        return;
    if (info.ssi_signo == SIGUSR1)
        p->shared->panic = 1;
    else if (info.ssi_signo == SIGUSR2)
        p->shared->bypass = !p->shared->bypass;
    else
        p->shared->quit = 1;
}

static bool leaving(struct process *p)
{
    if (atomic_load(&p->shared->device.state) == VY_DEVICE_CLOSED)
        return true; // a file that has its length
    if (!p->shared->quit)
        return false;
    if (!p->deadline)
        p->deadline = vy_now_ns() + FADE_OUT_MS * 1000000ull;
    return vy_guard_silent(&p->guard) || vy_now_ns() > p->deadline;
}

static void studio_gone(struct process *p, struct pollfd *control)
{
    control->fd = -1;
    if (!p->alone || !atomic_load(&p->shared->findable)) // else nobody could end it
        p->shared->quit = 1;
}

static void run(struct process *p)
{
    struct pollfd fds[2] = {{.fd = p->signals, .events = POLLIN},
                            {.fd = p->control, .events = POLLIN}};
    while (!leaving(p)) {
        poll(fds, 2, SERVICE_MS);
        if (fds[0].revents)
            on_signal(p);
        if (fds[1].revents)
            studio_gone(p, &fds[1]);
        watch_engines(p);
        if (p->device->backend->service)
            p->device->backend->service(p->device);
        show_device(p);
    }
}

static vy_status open_device(struct process *p, struct vy_device_want *want, struct vy_err *err)
{
    want->block = on_block;
    want->arg = p;
    // the rate is known only when the device is open, and it calls back at once
    vy_guard_init(&p->guard, p->shared, want->sr_hz ? (float)want->sr_hz : 48000.0f);
    const vy_status status = vy_device_open(want, &p->device, err);
    if (status)
        return status;
    struct vy_device_facts_now now = {0};
    p->device->backend->facts(p->device, &now);
    p->guard.sr_hz = (float)now.sr_hz;
    if (now.priority_why[0])
        fprintf(stderr, "veery-guard: %s\n", now.priority_why);
    show_device(p);
    atomic_store_explicit(&p->open, true, memory_order_release);
    return VY_OK;
}

static bool catch_signals(struct process *p)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGUSR2);
    signal(SIGPIPE, SIG_IGN);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return false;
    p->signals = signalfd(-1, &set, SFD_CLOEXEC);
    return p->signals >= 0;
}

static int usage(void)
{
    fprintf(stderr, "veery-guard is started by `veery serve`, `veery play` and `veery mic`.\n");
    return 2;
}

// NAME VALUE pairs as the studio writes them (live/processes.c); false when one is unknown.
static bool read_words(int argc, char **argv, struct vy_device_want *want, int *memory,
                       int *control, bool *alone)
{
    for (int i = 1; i + 1 < argc; i += 2) {
        const char *const name = argv[i], *const value = argv[i + 1];
        const long number = strtol(value, NULL, 10);
        if (!strcmp(name, "memory"))
            *memory = (int)number;
        else if (!strcmp(name, "control"))
            *control = (int)number;
        else if (!strcmp(name, "device"))
            want->name = value;
        else if (!strcmp(name, "rate"))
            want->sr_hz = (uint32_t)number;
        else if (!strcmp(name, "period"))
            want->period = (uint32_t)number;
        else if (!strcmp(name, "ins"))
            want->ins = (uint32_t)number;
        else if (!strcmp(name, "source"))
            want->source = value;
        else if (!strcmp(name, "in_file"))
            want->in_file = value;
        else if (!strcmp(name, "seconds"))
            want->seconds = strtod(value, NULL);
        else if (!strcmp(name, "client"))
            want->client = value;
        else if (!strcmp(name, "media_class"))
            want->media_class = value;
        else if (!strcmp(name, "alone"))
            *alone = true;
        else
            return false;
    }
    return argc % 2 == 1 && *memory >= 0 && *control >= 0;
}

int main(int argc, char **argv)
{
    static struct process process; // large: not on the stack
    struct vy_device_want want = {.name = "auto", .client = "Veery"};
    struct vy_err err = {.at = -1};
    int memory = -1;
    process.control = -1;
    process.studio = getppid();
    if (!read_words(argc, argv, &want, &memory, &process.control, &process.alone))
        return usage();
    if (!catch_signals(&process) || vy_shared_open(memory, &process.shared, &err) ||
        open_device(&process, &want, &err)) {
        fprintf(stderr, "veery-guard: %s\n", err.message[0] ? err.message : strerror(errno));
        return 1;
    }
    mlockall(MCL_CURRENT); // without the right to it the pages are at least touched
    process.shared->guard_pid = getpid();
    run(&process);
    vy_device_close(process.device);
    process.shared->device.state = VY_DEVICE_CLOSED;
    process.shared->guard_pid = 0;
    return 0;
}
