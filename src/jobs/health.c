// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "jobs/health.h"

#include <math.h>
#include <string.h>

#define GAP_S 10.0 // after a longer silence (a suspended machine) nothing is continuous

// clang-format off: a row reads as a row
static const struct vy_health_row rows[VY_INDICATORS] = {
    [VY_HEALTH_MISSED] = {"missed", "a minute", "deadlines of the sound device that were missed",
                          false, 60, 3, 600, 0, 0, 10, 0, VY_HEALTH_PAUSE},
    [VY_HEALTH_RESTARTS] = {"restarts", "in 10 minutes", "engines that had to be started again",
                            false, 600, 1, 4, 0, 0, 10, 0, 0},
    [VY_HEALTH_LATENCY] = {"latency", "ms", "from what comes in to what goes out", false, 0, 20.01,
                           100, 20, 4, 4, 0, 0},
    [VY_HEALTH_RAM] = {"ram", "MB free", "memory of this machine that programs can still get", true,
                       0, 500, 200, 700, 4, 10, VY_HEALTH_UNLOAD,
                       VY_HEALTH_UNLOAD | VY_HEALTH_PAUSE},
    [VY_HEALTH_RSS] = {"rss", "MB", "memory the studio itself has taken", false, 0, 1024, 4096, 900,
                       4, 10, VY_HEALTH_UNLOAD, VY_HEALTH_UNLOAD | VY_HEALTH_PAUSE},
    [VY_HEALTH_VRAM] = {"vram", "of the budget", "memory in use on the graphics card", false, 0,
                        0.9, 1.0001, 0.85, 2, 10, VY_HEALTH_UNLOAD,
                        VY_HEALTH_UNLOAD | VY_HEALTH_PAUSE},
    [VY_HEALTH_DISK] = {"disk", "MB free", "room where takes lie", true, 0, 2000, 200, 2200, 4, 4,
                        0, VY_HEALTH_PAUSE},
    [VY_HEALTH_QUEUE] = {"queue", "of its length", "jobs that wait", false, 0, 0.8, 0.95, 0.7, 2, 4,
                         0, 0},
    [VY_HEALTH_FAILURES] = {"failures", "in 10 minutes", "workers that crashed or ran out of time",
                            false, 600, 3, 20, 1, 0, 10, 0, 0},
};
// clang-format on

const struct vy_health_row *vy_health_row(enum vy_indicator i)
{
    return &rows[i];
}

const char *vy_health_state_name(enum vy_health_state state)
{
    switch (state) {
    case VY_HEALTHY: return "healthy";
    case VY_DEGRADED: return "degraded";
    case VY_UNHEALTHY: break;
    }
    return "unhealthy";
}

void vy_health_init(struct vy_health *health, const struct vy_health_row *row)
{
    memset(health, 0, sizeof *health);
    memcpy(health->row, row ? row : rows, sizeof rows);
    for (int i = 0; i < VY_INDICATORS; i++) {
        struct vy_health_level *const of = &health->of[i];
        of->value = of->window.last = of->back_since = NAN;
        of->up_since[0] = of->up_since[1] = NAN;
    }
}

// The increase of a total within the window. A total that falls was begun anew.
static double increase(struct vy_health_window *window, double window_s, double t, double total)
{
    const int64_t now = (int64_t)floor(t / (window_s / VY_HEALTH_BUCKETS));
    const int n = VY_HEALTH_BUCKETS + 1;
    int64_t passed = now - window->now;
    if (isnan(window->last) || passed > n || passed < 0)
        passed = n;
    for (int64_t i = 0; i < passed; i++)
        window->step[((now - i) % n + n) % n] = 0;
    window->now = now;
    const double more = isnan(window->last) ? 0 : total - window->last;
    window->step[(now % n + n) % n] += more >= 0 ? more : total;
    window->last = total;
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += window->step[i];
    return sum;
}

// Since when something has been so.
static void track(double *since, bool so, double t)
{
    if (!so)
        *since = NAN;
    else if (isnan(*since))
        *since = t;
}

static bool reached(const struct vy_health_row *row, double value, double limit)
{
    return row->falls ? value <= limit : value >= limit;
}

static bool is_back(const struct vy_health_row *row, double value, int level)
{
    if (isnan(value) || level == 0)
        return level > 0;
    const double limit = level == 2 ? 0.5 * (row->warning + row->critical) : row->recovery;
    return row->falls ? value >= limit : value <= limit;
}

// Where a critical indicator lands: straight at fine when the value is that good.
static int below(const struct vy_health_row *row, double value, int level)
{
    return level == 2 && !is_back(row, value, 1) ? 1 : 0;
}

static bool step_one(const struct vy_health_row *row, struct vy_health_level *of, double t,
                     double value)
{
    const int before = of->level;
    if (row->window_s > 0 && !isfinite(value))
        value = NAN; // infinity minus infinity would stay in the sums
    else if (row->window_s > 0)
        value = increase(&of->window, row->window_s, t, value);
    of->value = value;
    track(&of->up_since[0], !isnan(value) && reached(row, value, row->warning), t);
    track(&of->up_since[1], !isnan(value) && reached(row, value, row->critical), t);
    for (int up = 2; up > of->level; up--)
        if (t - of->up_since[up - 1] >= row->rise_s) // false for NAN
            of->level = up;
    if (of->level > before)
        of->back_since = NAN;
    track(&of->back_since, is_back(row, value, of->level), t);
    if (of->level > 0 && t - of->back_since >= row->hold_s) {
        of->level = below(row, value, of->level);
        of->back_since = NAN;
    }
    return of->level != before;
}

static void forget_times(struct vy_health *health)
{
    for (int i = 0; i < VY_INDICATORS; i++) {
        struct vy_health_level *const of = &health->of[i];
        of->up_since[0] = of->up_since[1] = of->back_since = NAN;
    }
}

bool vy_health_step(struct vy_health *health, double t, const double *value)
{
    if (!isfinite(t) || fabs(t) > 1e12 || (health->begun && t < health->t))
        t = health->t;
    if (health->begun && t - health->t > GAP_S)
        forget_times(health);
    if (!health->begun)
        health->since = t;
    health->begun = true;
    health->t = t;
    const enum vy_health_state before = health->state;
    const unsigned actions = health->actions;
    bool changed = false;
    int worst = 0;
    health->actions = 0;
    for (int i = 0; i < VY_INDICATORS; i++) {
        changed |= step_one(&health->row[i], &health->of[i], t, value[i]);
        const int level = health->of[i].level;
        health->actions |= level == 2   ? health->row[i].at_critical
                           : level == 1 ? health->row[i].at_warning
                                        : 0;
        worst = level > worst ? level : worst;
    }
    health->state = (enum vy_health_state)worst;
    if (health->state != before)
        health->since = t;
    return changed || health->actions != actions;
}
