// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a worker may use up and reach. It confines itself before it reads a file of anybody's.
#ifndef VY_JOBS_CONFINE_H
#define VY_JOBS_CONFINE_H

#include "base/text.h"
#include "jobs/class.h"

#include <stdbool.h>

/// Limits of memory, time, file size and descriptors; the last to get the processor and the first
/// to go when memory is short; no new privileges; no network unless `network`.
/// Works as any user and as root. Call it before a second thread is started.
/// @param seconds  of processor time, on all processors together
/// @param log      what could not be had, a line each: the job goes on without it
void vy_confine(const struct vy_job_class *class, double seconds, bool network, struct vy_buf *log);

#endif
