// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bare_exchange.h"

#include "base/exchange.h"
#include "sound/device.h"

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WAIT_NS 1000000000u
#define PRIORITY 80

struct words {
    _Alignas(64) _Atomic uint32_t asked;
    _Alignas(64) _Atomic uint32_t done;
};

static void settle(int cpu)
{
    char why[160];
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    sched_setaffinity(0, sizeof set, &set);
    vy_realtime_ask(PRIORITY, why, sizeof why);
}

static void answer(struct words *words)
{
    uint32_t done = 0;
    while (vy_futex_wait(&words->asked, done, WAIT_NS)) {
        done = words->asked;
        words->done = done;
        vy_futex_wake(&words->done);
    }
    _exit(0);
}

static double ask(struct words *words, uint32_t number)
{
    const uint64_t from = vy_now_ns();
    words->asked = number;
    vy_futex_wake(&words->asked);
    vy_futex_wait(&words->done, number - 1, WAIT_NS);
    return (double)(vy_now_ns() - from) / 1e3;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void ask_all(struct words *words, uint64_t period_ns, uint32_t n, double *us)
{
    uint64_t due = vy_now_ns();
    for (uint32_t i = 0; i < n; i++) {
        due += period_ns;
        const struct timespec at = {(time_t)(due / 1000000000u), (long)(due % 1000000000u)};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
        us[i] = ask(words, i + 1);
    }
    qsort(us, n, sizeof *us, by_size);
}

// In a child: real-time scheduling and the processor end with it.
static void measure(struct words *words, uint64_t period_ns, uint32_t n, double *us)
{
    const int cpu = sched_getcpu();
    const pid_t other = fork();
    settle(cpu);
    if (other == 0)
        answer(words);
    ask_all(words, period_ns, n, us);
    kill(other, SIGKILL);
    waitpid(other, NULL, 0);
    _exit(0);
}

bool bare_exchange(uint64_t period_ns, uint32_t n, double *p50_us, double *p99_us)
{
    const size_t bytes = sizeof(struct words) + n * sizeof(double);
    struct words *const words =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (words == MAP_FAILED)
        return false;
    double *const us = (double *)(words + 1);
    const pid_t child = fork();
    if (child == 0)
        measure(words, period_ns, n, us);
    int how = -1;
    const bool fine = child > 0 && waitpid(child, &how, 0) == child && how == 0;
    *p50_us = us[n / 2];
    *p99_us = us[n * 99 / 100];
    munmap(words, bytes);
    return fine;
}
