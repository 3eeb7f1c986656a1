// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A job as everybody is told of it: replies, events, HTTP.
#ifndef VY_JOBS_JOB_JSON_H
#define VY_JOBS_JOB_JSON_H

#include "store/jobs.h"

#include <jansson.h>

/// The job object (docs/jobs.md). Caller decrefs; NULL when memory is out.
/// @param now  Unix seconds, for eta_s
json_t *vy_job_json(const struct vy_job *job, double now);

/// Seconds until it is done at the pace so far; NaN = not known.
double vy_job_eta(const struct vy_job *job, double now);

#endif
