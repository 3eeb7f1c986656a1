// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "jobs/job_json.h"

#include "base/json.h"

#include <math.h>

#define LEAST_PROGRESS 0.01 // before that the pace says nothing

// Whole seconds: replies have nine digits.
static json_t *moment(double unix_s)
{
    return isfinite(unix_s) ? json_integer((json_int_t)floor(unix_s)) : json_null();
}

// Bytes that may not be UTF-8: a path, or what a library printed.
static json_t *text(const char *bytes)
{
    json_t *const json = json_string(bytes);
    if (json)
        return json;
    json_t *plain = NULL;
    struct vy_buf copy = {0};
    for (; *bytes; bytes++)
        vy_buf_add(&copy, "%c", *bytes & 0x80 ? '?' : *bytes);
    plain = json_string(copy.text ? copy.text : "");
    vy_buf_clear(&copy);
    return plain;
}

double vy_job_eta(const struct vy_job *job, double now)
{
    if (job->state != VY_JOB_RUNNING || job->progress < LEAST_PROGRESS || isnan(job->started))
        return (double)NAN;
    const double spent = now > job->started ? now - job->started : 0;
    return spent * (1 - job->progress) / job->progress;
}

static json_t *error(const struct vy_job *job)
{
    return *job->error ? json_pack("{s:s,s:o}", "code", job->error, "message", text(job->message))
                       : json_null();
}

json_t *vy_job_json(const struct vy_job *job, double now)
{
    json_t *const json = json_object(), *const after = json_array();
    json_t *const answer = *job->result ? json_loads(job->result, 0, NULL) : NULL;
    for (uint32_t i = 0; i < job->afters; i++)
        json_array_append_new(after, json_integer(job->after[i]));
    json_object_set_new(json, "id", json_integer(job->id));
    json_object_set_new(json, "line", text(job->line));
    json_object_set_new(json, "class", json_string(job->class));
    json_object_set_new(json, "state", json_string(vy_job_state_name(job->state)));
    json_object_set_new(json, "priority", json_integer(job->priority));
    json_object_set_new(json, "progress", json_real(job->progress));
    json_object_set_new(json, "stage", text(job->stage));
    json_object_set_new(json, "eta_s", vy_json_number(vy_job_eta(job, now)));
    json_object_set_new(json, "author", text(job->author));
    json_object_set_new(json, "created", moment(job->created));
    json_object_set_new(json, "started", moment(job->started));
    json_object_set_new(json, "ended", moment(job->ended));
    json_object_set_new(json, "waited_s", vy_json_number(job->started - job->created));
    json_object_set_new(
        json, "took_s",
        vy_json_number((job->state == VY_JOB_RUNNING ? now : job->ended) - job->started));
    json_object_set_new(json, "after", after);
    json_object_set_new(json, "tries", json_integer(job->tries));
    json_object_set_new(json, "folder", text(job->folder));
    json_object_set_new(json, "error", error(job));
    json_object_set_new(json, "log", text(job->log));
    json_object_set_new(json, "take", job->take ? json_integer(job->take) : json_null());
    static const char *const parts[] = {"result", "text", "warnings"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        json_t *const part = json_object_get(answer, parts[i]);
        json_object_set_new(json, parts[i], part ? json_incref(part) : json_null());
    }
    json_decref(answer);
    return json;
}
