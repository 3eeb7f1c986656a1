// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Which classes of jobs may begin another one now: those whose workers do not crash again and again
// (jobs/breaker.h), and for whose memory there is room (jobs/ledger.h).
#ifndef VY_JOBS_ADMIT_H
#define VY_JOBS_ADMIT_H

#include "jobs/breaker.h"
#include "jobs/class.h"
#include "jobs/ledger.h"

/// How a worker ended, as far as its class is concerned.
enum vy_admit_end {
    VY_ADMIT_WORKED, ///< it answered; also that the command is wrong
    VY_ADMIT_FAILED, ///< it crashed, or ran out of time
    VY_ADMIT_VOID,   ///< it was told to end, or killed from outside
};

/// Visible so that it can be placed and read.
struct vy_admit {
    const struct vy_settings *settings; ///< borrowed
    struct vy_ledger *ledger;           ///< borrowed, or `own`
    struct vy_ledger own;
    struct vy_breaker breaker[VY_JOB_CLASSES];
    uint64_t failures; ///< so far
    char why[240];     ///< what waits and for what, "" = nothing does
};

/// @param ledger  shared with others of this process; NULL = its own, of setting budget.ram
void vy_admit_init(struct vy_admit *admit, const struct vy_settings *settings,
                   struct vy_ledger *ledger);

/// Take the room away from classes that may not begin one. Seconds of a clock that does not go
/// back.
/// @return in how many seconds to ask again, INFINITY = when a worker ends
double vy_admit_rooms(struct vy_admit *admit, struct vy_job_room room[VY_JOB_CLASSES], double now);

/// A job of a class begins. @return what it holds, for vy_admit_end
uint32_t vy_admit_begin(struct vy_admit *admit, const char *class, int64_t job, double now);
/// Its worker has ended.
/// @return true: that has closed the class off for a while; admit->breaker says how long
bool vy_admit_end(struct vy_admit *admit, const char *class, uint32_t held, enum vy_admit_end how,
                  double now);

#endif
