// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What looks after a studio: reads its counters and the machine, says how it is, and acts.
#ifndef VY_APP_HEALTH_H
#define VY_APP_HEALTH_H

#include "jobs/ledger.h"
#include "live/live.h"

struct vy_settings;
struct vy_carer;

/// What is known of the queue of jobs, NAN = not.
struct vy_carer_jobs {
    double queue_part; ///< of its length that is full
    double failures;   ///< workers that crashed or ran out of time, in all
};

struct vy_carer_how {
    struct vy_live *live;
    const struct vy_settings *settings;      ///< borrowed; live ones are read again at every look
    bool has_input;                          ///< the dry path has something to let through
    struct vy_carer_jobs (*jobs)(void *arg); ///< NULL: there is no queue here
    void (*pause)(void *arg, bool paused);   ///< jobs; NULL: there are none
    /// {"event":"health","state":..,"was":..,"why":[..],"doing":[..]}. Borrowed.
    void (*event)(void *arg, json_t *event);
    void *arg;
};

/// Begin; `status` of the live session has "health" from then on. Close in reverse order of what
/// else changes the session's stage.
VY_MUST_CHECK vy_status vy_carer_open(const struct vy_carer_how *how, struct vy_carer **carer,
                                      struct vy_err *err);
/// NULL is fine.
void vy_carer_close(struct vy_carer *carer);

/// Look when it is time (setting health.poll_s). Never waits.
void vy_carer_service(struct vy_carer *carer);

/// Who has how much memory, for the runner.
struct vy_ledger *vy_carer_ledger(struct vy_carer *carer);

#endif
