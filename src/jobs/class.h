// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Classes of jobs: what may run at once, and what a worker of the class may use up.
#ifndef VY_JOBS_CLASS_H
#define VY_JOBS_CLASS_H

#include "store/jobs.h"

#include <stddef.h>
#include <stdint.h>

#define VY_JOB_QUEUE_MOST 20000 ///< queued jobs; setting jobs.queue_max
#define VY_JOB_KEPT 2000        ///< ended jobs that are remembered; setting jobs.keep
#define VY_JOB_CLASSES 4

/// A row.
struct vy_job_class {
    const char *name, *text;
    int most;             ///< running at once over all runners; 0 = as many as there are processors
    uint64_t memory_mib;  ///< address space
    uint64_t file_mib;    ///< the largest file
    uint32_t descriptors; ///< open at once
};

/// Row i, NULL after the last.
const struct vy_job_class *vy_job_class_at(size_t i);
/// NULL: there is no such class.
const struct vy_job_class *vy_job_class_find(const char *name);
/// How many of each class may run on this machine. @param room  [VY_JOB_CLASSES]
void vy_job_rooms(struct vy_job_room room[VY_JOB_CLASSES]);

#endif
