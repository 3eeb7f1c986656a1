// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The least that a block exchange can cost on this machine: two processes on one processor that
// wake each other with nothing to do.
#ifndef VY_BENCH_BARE_EXCHANGE_H
#define VY_BENCH_BARE_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

/// One exchange a period, `n` times; microseconds from asking to answer.
/// @return false when there is no process or no memory for it
bool bare_exchange(uint64_t period_ns, uint32_t n, double *p50_us, double *p99_us);

#endif
