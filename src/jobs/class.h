// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Classes of jobs: what may run at once, and what a worker of the class may use up.
#ifndef VY_JOBS_CLASS_H
#define VY_JOBS_CLASS_H

#include "base/settings.h"
#include "store/jobs.h"

#include <stddef.h>
#include <stdint.h>

#define VY_JOB_CLASSES 4

/// A row.
struct vy_job_class {
    const char *name, *text;
    const char *setting;  ///< how many may run at once over all runners: jobs.workers.render
    const char *memory;   ///< how much of budget.ram one has: jobs.memory.render
    uint64_t memory_mib;  ///< address space: more is a fault
    uint64_t file_mib;    ///< the largest file
    uint32_t descriptors; ///< open at once
};

/// Row i, NULL after the last.
const struct vy_job_class *vy_job_class_at(size_t i);
/// NULL: there is no such class.
const struct vy_job_class *vy_job_class_find(const char *name);
/// How many of each class may run at once. @param room  [VY_JOB_CLASSES]
void vy_job_rooms(const struct vy_settings *settings, struct vy_job_room room[VY_JOB_CLASSES]);

#endif
