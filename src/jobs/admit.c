// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "jobs/admit.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// One broken file among many should not stop the rest: five in a row are the class's own fault.
static const struct vy_breaker_how patience = {
    .failures = 5, .first_s = 1, .max_s = 60, .probe_s = 86400};

void vy_admit_init(struct vy_admit *admit, const struct vy_settings *settings,
                   struct vy_ledger *ledger)
{
    memset(admit, 0, sizeof *admit);
    admit->settings = settings;
    admit->ledger = ledger ? ledger : &admit->own;
    if (!ledger)
        vy_ledger_init(&admit->own, (uint64_t)vy_settings_number(settings, "budget.ram"), 0);
}

static struct vy_ledger_model model_of(const struct vy_admit *admit,
                                       const struct vy_job_class *class, const char *name)
{
    return (struct vy_ledger_model){
        .name = name, .bytes = {(uint64_t)vy_settings_number(admit->settings, class->memory)}};
}

double vy_admit_rooms(struct vy_admit *admit, struct vy_job_room room[VY_JOB_CLASSES], double now)
{
    double again = INFINITY;
    admit->why[0] = '\0';
    for (size_t i = 0; i < VY_JOB_CLASSES; i++) {
        const struct vy_job_class *const class = vy_job_class_at(i);
        const struct vy_breaker *const breaker = &admit->breaker[i];
        const struct vy_ledger_model model = model_of(admit, class, class->name);
        struct vy_err err = {.at = -1};
        if (!vy_breaker_ready(breaker, now)) {
            room[i].most = 0;
            again = fmin(again, fmax(0, breaker->until - now));
            snprintf(admit->why, sizeof admit->why,
                     "%u workers of class %s crashed or ran out of time in a row; the next is "
                     "tried in %.0f s",
                     breaker->failures, class->name, ceil(fmax(0, breaker->until - now)));
        } else if (vy_ledger_fits(admit->ledger, &model, &err)) {
            room[i].most = 0;
            vy_text_copy(admit->why, sizeof admit->why, err.message);
        }
    }
    return again;
}

static size_t index_of(const char *class)
{
    size_t i = 0;
    while (i < VY_JOB_CLASSES && strcmp(vy_job_class_at(i)->name, class) != 0)
        i++;
    return i;
}

uint32_t vy_admit_begin(struct vy_admit *admit, const char *class, int64_t job, double now)
{
    const size_t i = index_of(class);
    char name[48];
    uint32_t held = 0;
    struct vy_err err = {.at = -1};
    if (i == VY_JOB_CLASSES)
        return 0;
    vy_breaker_allow(&admit->breaker[i], &patience, now);
    snprintf(name, sizeof name, "job %lld", (long long)job);
    const struct vy_ledger_model model = model_of(admit, vy_job_class_at(i), name);
    if (vy_ledger_reserve(admit->ledger, &model, &held, &err)) // it was asked for a moment ago
        vy_text_copy(admit->why, sizeof admit->why, err.message);
    return held;
}

bool vy_admit_end(struct vy_admit *admit, const char *class, uint32_t held, enum vy_admit_end how,
                  double now)
{
    const size_t i = index_of(class);
    vy_ledger_release(admit->ledger, held);
    if (i == VY_JOB_CLASSES)
        return false;
    switch (how) {
    case VY_ADMIT_WORKED: vy_breaker_success(&admit->breaker[i]); return false;
    case VY_ADMIT_VOID: vy_breaker_void(&admit->breaker[i], now); return false;
    case VY_ADMIT_FAILED: break;
    }
    admit->failures++;
    return vy_breaker_failure(&admit->breaker[i], &patience, now);
}
