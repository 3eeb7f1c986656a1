// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// How the studio is: the one place that says healthy, degraded or unhealthy, and what is to be done
// about it. A pure function of (time, values): no clock, no files, so that a trace in a test is the
// whole truth. health_watch.h feeds it.
//
// Every indicator has a level: fine, warning, critical. It rises when the value has been beyond a
// limit for `rise_s`, by as many levels as that takes. It falls when the value has been back for
// `hold_s`: from warning below `recovery`, from critical below the middle of the two limits.
// Nothing else is remembered, so values that are fine for `hold_s` always end in fine. A value that
// is not known (NaN) for `hold_s` counts as no trouble, and is told as unknown.
#ifndef VY_JOBS_HEALTH_H
#define VY_JOBS_HEALTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum vy_health_state { VY_HEALTHY, VY_DEGRADED, VY_UNHEALTHY };

/// What to do while an indicator is bad.
enum vy_health_action {
    VY_HEALTH_PAUSE = 1,  ///< start no more jobs; those that run go on
    VY_HEALTH_UNLOAD = 2, ///< give back the memory of what is loaded and idle
    VY_HEALTH_BYPASS = 4, ///< the dry path of the guard
};

/// What is watched.
enum vy_indicator {
    VY_HEALTH_MISSED,   ///< deadlines and xruns, a minute
    VY_HEALTH_RESTARTS, ///< of engines, ten minutes
    VY_HEALTH_LATENCY,  ///< ms from input to output
    VY_HEALTH_RAM,      ///< MB that programs can still get
    VY_HEALTH_RSS,      ///< MB this process has in memory
    VY_HEALTH_VRAM,     ///< part of the budget that is in use on the fullest card
    VY_HEALTH_DISK,     ///< MB free where takes lie
    VY_HEALTH_QUEUE,    ///< part of the queue that is full
    VY_HEALTH_FAILURES, ///< of workers, ten minutes
};
#define VY_INDICATORS 9

/// How an indicator is judged.
struct vy_health_row {
    const char *name, *unit, *text; ///< text: what it means, for people
    bool falls;                     ///< trouble is when the value is low
    double window_s;                ///< > 0: the value is a running total, judged by its increase
    double warning, critical;       ///< reached = beyond
    double recovery;                ///< reached = back
    double rise_s, hold_s;
    unsigned at_warning, at_critical; ///< enum vy_health_action
};

#define VY_HEALTH_BUCKETS 16

/// A running total over a window that moves, in steps of a sixteenth of it.
struct vy_health_window {
    double last;                        ///< total, NAN before the first
    double step[VY_HEALTH_BUCKETS + 1]; ///< increase within each step of time
    int64_t now;                        ///< step that is being filled
};

struct vy_health_level {
    int level;          ///< 0 fine, 1 warning, 2 critical
    double value;       ///< as judged; NAN = not known
    double up_since[2]; ///< beyond warning, critical; NAN = not now
    double back_since;  ///< value has been such that the level may fall; NAN = not
    struct vy_health_window window;
};

/// Visible so that it can be placed; read `state`, `actions` and `of`.
struct vy_health {
    struct vy_health_row row[VY_INDICATORS];
    struct vy_health_level of[VY_INDICATORS];
    enum vy_health_state state;
    unsigned actions;
    double t, since; ///< of the last step; since when this state holds
    bool begun;
};

/// The rows as they are without any setting.
const struct vy_health_row *vy_health_row(enum vy_indicator i);

/// Begin, healthy. @param row  [VY_INDICATORS], copied; NULL = the usual ones
void vy_health_init(struct vy_health *health, const struct vy_health_row *row);

/// Take the values of a moment. A moment before the last one is taken as the last one; after a gap
/// of more than ten seconds no time counts as continuous.
/// @param t      seconds, of any clock that does not go back
/// @param value  [VY_INDICATORS], NAN = not known
/// @return true: state, actions or a level is another than before
bool vy_health_step(struct vy_health *health, double t, const double *value);

/// "healthy", "degraded", "unhealthy".
const char *vy_health_state_name(enum vy_health_state state);

#endif
