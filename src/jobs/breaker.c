// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "jobs/breaker.h"

#include <math.h>

const char *vy_breaker_state_name(enum vy_breaker_state state)
{
    switch (state) {
    case VY_BREAKER_CLOSED: return "closed";
    case VY_BREAKER_OPEN: return "open";
    case VY_BREAKER_HALF_OPEN: break;
    }
    return "half-open";
}

static double or_else(double value, double usual)
{
    return value > 0 ? value : usual;
}

static void open_it(struct vy_breaker *breaker, const struct vy_breaker_how *how, double now)
{
    const double wait = ldexp(or_else(how->first_s, 2), (int)breaker->opened);
    const double most = or_else(how->max_s, 300);
    breaker->state = VY_BREAKER_OPEN;
    breaker->until = now + (wait < most ? wait : most);
    if (breaker->opened < 30)
        breaker->opened++;
}

bool vy_breaker_allow(struct vy_breaker *breaker, const struct vy_breaker_how *how, double now)
{
    if (breaker->state == VY_BREAKER_CLOSED)
        return true;
    if (breaker->state == VY_BREAKER_HALF_OPEN && now >= breaker->until)
        open_it(breaker, how, now); // the try never came back
    if (now < breaker->until)
        return false;
    breaker->state = VY_BREAKER_HALF_OPEN;
    breaker->until = now + or_else(how->probe_s, 600);
    return true;
}

bool vy_breaker_ready(const struct vy_breaker *breaker, double now)
{
    return breaker->state == VY_BREAKER_CLOSED ||
           (breaker->state == VY_BREAKER_OPEN && now >= breaker->until);
}

void vy_breaker_success(struct vy_breaker *breaker)
{
    *breaker = (struct vy_breaker){0};
}

bool vy_breaker_failure(struct vy_breaker *breaker, const struct vy_breaker_how *how, double now)
{
    breaker->failures++;
    if (breaker->state == VY_BREAKER_OPEN) // one that had begun before
        return false;
    if (breaker->state == VY_BREAKER_CLOSED &&
        breaker->failures < (how->failures ? how->failures : 3))
        return false;
    open_it(breaker, how, now);
    return true;
}

void vy_breaker_void(struct vy_breaker *breaker, double now)
{
    if (breaker->state != VY_BREAKER_HALF_OPEN)
        return;
    breaker->state = VY_BREAKER_OPEN;
    breaker->until = now;
}
