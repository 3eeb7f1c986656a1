// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The verbs `job` and `jobs`.
#include "command/jobs.h"

#include "command/handlers.h"
#include "jobs/job_json.h"
#include "base/clock.h"
#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

// ---- for people ---------------------------------------------------------------------------------

// "42 %, 3 s left: rendering bar 9 of 32"
static void say_progress(const json_t *job, struct vy_buf *text)
{
    const json_t *const eta = json_object_get(job, "eta_s");
    vy_buf_add(text, " %3.0f %%", 100 * json_number_value(json_object_get(job, "progress")));
    if (json_is_number(eta))
        vy_buf_add(text, ", %.0f s left", ceil(json_number_value(eta)));
    if (*vy_json_text(job, "stage"))
        vy_buf_add(text, ": %s", vy_json_text(job, "stage"));
}

void vy_job_line(const json_t *job, struct vy_buf *text)
{
    const char *const state = vy_json_text(job, "state");
    const json_t *const error = json_object_get(job, "error");
    const json_t *const take = json_object_get(job, "take");
    vy_buf_add(text, "%5lld  %-11s %-8s %s",
               (long long)json_integer_value(json_object_get(job, "id")), state,
               vy_json_text(job, "author"), vy_json_text(job, "line"));
    if (strcmp(state, "running") == 0)
        say_progress(job, text);
    if (json_is_object(error))
        vy_buf_add(text, "\n         %s: %s", vy_json_text(error, "code"),
                   vy_json_text(error, "message"));
    if (json_is_integer(take))
        vy_buf_add(text, "; take %lld", (long long)json_integer_value(take));
}

static void say_all(const json_t *job, struct vy_buf *text)
{
    const json_t *const after = json_object_get(job, "after");
    vy_job_line(job, text);
    vy_buf_add(
        text, "\n         class %s, priority %lld, tries %lld, in %s", vy_json_text(job, "class"),
        (long long)json_integer_value(json_object_get(job, "priority")),
        (long long)json_integer_value(json_object_get(job, "tries")), vy_json_text(job, "folder"));
    for (size_t i = 0; i < json_array_size(after); i++)
        vy_buf_add(text, "%s%lld", i ? ", " : "\n         after ",
                   (long long)json_integer_value(json_array_get(after, i)));
    if (*vy_json_text(job, "log"))
        vy_buf_add(text, "\n  its log ends:\n%s", vy_json_text(job, "log"));
    while (text->length && text->text[text->length - 1] == '\n')
        text->text[--text->length] = '\0';
}

// ---- actions ------------------------------------------------------------------------------------

struct list {
    json_t *jobs;
    double now;
};

static bool add_job(void *arg, const struct vy_job *job)
{
    struct list *const list = arg;
    json_array_append_new(list->jobs, vy_job_json(job, list->now));
    return true;
}

static vy_status list(struct vy_db *db, const struct vy_jobs_ask *ask, struct vy_buf *text,
                      json_t *result, struct vy_err *err)
{
    struct list all = {json_array(), vy_unix_s()};
    int64_t count[VY_JOB_STATES];
    const struct vy_job_wish wish = {.state = ask->state ? vy_job_state_find(ask->state) : -1,
                                     .most = ask->most};
    vy_status status = vy_jobs_each(db, &wish, add_job, &all, err);
    if (!status)
        status = vy_jobs_count(db, count, err);
    if (status) {
        json_decref(all.jobs);
        return status;
    }
    json_t *const counts = json_object();
    for (int i = 0; i < VY_JOB_STATES; i++) {
        const char *const name = vy_job_state_name((enum vy_job_state)i);
        json_object_set_new(counts, name, json_integer(count[i]));
        vy_buf_add(text, "%s%lld %s", i ? ", " : "", (long long)count[i], name);
    }
    size_t i;
    json_t *job;
    json_array_foreach(all.jobs, i, job)
    {
        vy_buf_add(text, "\n");
        vy_job_line(job, text);
    }
    json_object_set_new(result, "jobs", all.jobs);
    json_object_set_new(result, "counts", counts);
    return VY_OK;
}

static vy_status show(struct vy_db *db, int64_t id, bool all, struct vy_buf *text, json_t *result,
                      struct vy_err *err)
{
    struct vy_arena arena = {0};
    struct vy_job job;
    const vy_status status = vy_job_get(db, id, &arena, &job, err);
    if (!status) {
        json_t *const json = vy_job_json(&job, vy_unix_s());
        (all ? say_all : vy_job_line)(json, text);
        json_object_set_new(result, "job", json);
    }
    vy_arena_clear(&arena);
    return status;
}

vy_status vy_jobs_do(struct vy_db *db, const struct vy_settings *settings,
                     const struct vy_jobs_ask *ask, struct vy_buf *text, json_t *result,
                     struct vy_err *err)
{
    const char *const action = ask->action ? ask->action : ask->id ? "show" : "ls";
    vy_status status = VY_OK;
    if (strcmp(action, "ls") == 0)
        return list(db, ask, text, result, err);
    if (ask->id <= 0)
        return vy_fail(err, VY_BAD_ARG, -1, "jobs %s needs the number of a job: jobs %s 12", action,
                       action);
    if (strcmp(action, "cancel") == 0) {
        enum vy_job_state was;
        status = vy_job_cancel(db, ask->id, &was, err);
    } else if (strcmp(action, "retry") == 0) {
        status =
            vy_job_retry(db, ask->id, (int64_t)vy_settings_number(settings, "jobs.queue_max"), err);
    }
    return status ? status : show(db, ask->id, strcmp(action, "show") == 0, text, result, err);
}

// ---- verbs --------------------------------------------------------------------------------------

vy_status vy_desk_open(const struct vy_call *call, struct vy_db **db, bool *ours,
                       struct vy_err *err)
{
    const struct vy_desk *const desk = call->session->desk;
    *ours = !desk || !desk->db;
    if (!*ours) {
        *db = desk->db;
        return VY_OK;
    }
    return vy_db_open_usual(&vy_db_studio, NULL, VY_DB_CREATE, db, err);
}

const struct vy_settings *vy_desk_settings(const struct vy_call *call)
{
    const struct vy_desk *const desk = call->session->desk;
    return desk ? desk->settings : call->catalog->settings;
}

void vy_desk_tell(const struct vy_call *call)
{
    const struct vy_desk *const desk = call->session->desk;
    if (desk && desk->changed)
        desk->changed(desk->arg);
}

vy_status vy_do_job(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    const struct vy_job_ask ask = {.line = v[4].text,
                                   .author = call->author,
                                   .priority = (int)lrint(v[0].number),
                                   .after = v[1].text,
                                   .timeout_s = v[2].given ? v[2].number : 0,
                                   .folder = v[3].text,
                                   .at = v[4].at};
    struct vy_db *db;
    bool ours;
    vy_status status = vy_desk_open(call, &db, &ours, err);
    if (status)
        return status;
    status = vy_job_queue(call->session, db, vy_desk_settings(call), &ask, call->result, err);
    if (ours)
        vy_db_close(db);
    if (status)
        return status;
    const json_t *const job = json_object_get(call->result, "job");
    vy_buf_add(call->text, "job %lld is queued",
               (long long)json_integer_value(json_object_get(job, "id")));
    if (!call->session->desk || !call->session->desk->changed)
        vy_buf_add(call->text, "; `veery serve` or `veery jobs run` does it");
    vy_desk_tell(call);
    return VY_OK;
}

static vy_status run_now(struct vy_call *call, struct vy_err *err)
{
    const struct vy_desk *const desk = call->session->desk;
    if (!desk || !desk->changed)
        return vy_fail(err, VY_ABSENT, call->line->begin,
                       "nothing here runs jobs; `veery jobs run` does, and so does a studio");
    desk->changed(desk->arg);
    vy_buf_add(call->text, "looking at the queue");
    return VY_OK;
}

vy_status vy_do_jobs(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    const struct vy_jobs_ask ask = {.action = v[0].text,
                                    .id = v[1].given ? (int64_t)v[1].number : 0,
                                    .state = v[2].text,
                                    .most = (int64_t)v[3].number};
    struct vy_db *db;
    bool ours;
    if (ask.action && strcmp(ask.action, "run") == 0)
        return run_now(call, err);
    vy_status status = vy_desk_open(call, &db, &ours, err);
    if (status)
        return status;
    status = vy_jobs_do(db, vy_desk_settings(call), &ask, call->text, call->result, err);
    if (ours)
        vy_db_close(db);
    if (!status && ask.action && strcmp(ask.action, "ls") != 0)
        vy_desk_tell(call);
    return status;
}
