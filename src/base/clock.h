// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The two clocks: one that only ever runs on, for spans; one that people read, for moments. A read
// through the vDSO, no system call: any thread.
#ifndef VY_BASE_CLOCK_H
#define VY_BASE_CLOCK_H

#include <stdint.h>

uint64_t vy_now_ns(void); ///< CLOCK_MONOTONIC
double vy_now_s(void);    ///< the same in seconds

int64_t vy_unix_ns(void); ///< CLOCK_REALTIME, since 1970
double vy_unix_s(void);   ///< the same in seconds

#endif
