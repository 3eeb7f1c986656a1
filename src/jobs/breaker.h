// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A circuit breaker: whoever fails again and again is left alone for a while, longer each time, and
// then tried once. The time is given, so that it repeats.
#ifndef VY_JOBS_BREAKER_H
#define VY_JOBS_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

enum vy_breaker_state { VY_BREAKER_CLOSED, VY_BREAKER_OPEN, VY_BREAKER_HALF_OPEN };

/// How patient. Zeroed: 3 failures, 2 s, 300 s, 600 s.
struct vy_breaker_how {
    uint32_t failures;     ///< in a row that open it
    double first_s, max_s; ///< closed off so long at first; doubled each time up to max_s
    double probe_s;        ///< a try that has not ended by then is counted as failed
};

/// Zeroed: closed.
struct vy_breaker {
    enum vy_breaker_state state;
    uint32_t failures; ///< in a row
    uint32_t opened;   ///< times in a row
    double until;      ///< open: until then. Half open: the try is given up then
};

/// May one go ahead now? Half open, one may; the next when that one has ended.
/// @param now  seconds of a clock that does not go back
bool vy_breaker_allow(struct vy_breaker *breaker, const struct vy_breaker_how *how, double now);
/// Would it be allowed? Changes nothing.
bool vy_breaker_ready(const struct vy_breaker *breaker, double now);
/// It worked: closed, all is forgotten.
void vy_breaker_success(struct vy_breaker *breaker);
/// It failed. @return true: that has opened it
bool vy_breaker_failure(struct vy_breaker *breaker, const struct vy_breaker_how *how, double now);
/// It ended without saying anything of the provider (cancelled): a try may be made again.
void vy_breaker_void(struct vy_breaker *breaker, double now);
/// "closed", "open", "half-open".
const char *vy_breaker_state_name(enum vy_breaker_state state);

#endif
