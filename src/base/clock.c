// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/clock.h"

#include <time.h>

static int64_t read_ns(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

uint64_t vy_now_ns(void)
{
    return (uint64_t)read_ns(CLOCK_MONOTONIC);
}

double vy_now_s(void)
{
    return 1e-9 * (double)read_ns(CLOCK_MONOTONIC);
}

int64_t vy_unix_ns(void)
{
    return read_ns(CLOCK_REALTIME);
}

double vy_unix_s(void)
{
    return 1e-9 * (double)read_ns(CLOCK_REALTIME);
}
