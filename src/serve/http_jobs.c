// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// /v1/jobs: the verbs `job` and `jobs`.
#include "serve/http_inside.h"

#include <inttypes.h>
#include <string.h>

bool vy_http_number_of(struct vy_http_request *request, const char *what, int64_t *number)
{
    const char *const text = request->target.segment[request->target.segments > 2 ? 2 : 1];
    const size_t n = strspn(text, "0123456789");
    struct vy_err err = {.at = -1};
    *number = 0;
    for (size_t i = 0; i < n && i < 15; i++)
        *number = *number * 10 + (text[i] - '0');
    if (n > 0 && n <= 15 && !text[n] && *number > 0)
        return true;
    vy_fail(&err, VY_NOT_FOUND, -1, "a %s has a number, not '%.40s'", what, text);
    vy_http_fail(request, &err);
    return false;
}

void vy_http_get_jobs(struct vy_http_request *request)
{
    const char *const state = vy_http_target_get(&request->target, "state");
    const char *const n = vy_http_target_get(&request->target, "n");
    struct vy_buf line = {0};
    vy_buf_add(&line, "jobs ls n=%s", n ? n : "50");
    if (state) {
        vy_buf_add(&line, " state=");
        vy_http_word(&line, state);
    }
    vy_http_answer_line(request, line.text ? line.text : "");
    vy_buf_clear(&line);
}

void vy_http_post_jobs(struct vy_http_request *request)
{
    const json_t *const after = json_object_get(request->json, "after");
    const json_t *const priority = json_object_get(request->json, "priority");
    const json_t *const timeout = json_object_get(request->json, "timeout_s");
    struct vy_err err = {.at = -1};
    struct vy_buf line = {0};
    vy_buf_add(&line, "job");
    if (priority)
        vy_buf_add(&line, " priority=%" PRId64, (int64_t)json_integer_value(priority));
    if (timeout)
        vy_buf_add(&line, " timeout=%.9g", json_number_value(timeout));
    for (size_t i = 0; i < json_array_size(after); i++)
        vy_buf_add(&line, "%s%" PRId64,
                   i ? "," : " after=", (int64_t)json_integer_value(json_array_get(after, i)));
    vy_buf_add(&line, " %s", json_string_value(json_object_get(request->json, "line")));
    if (!line.text || vy_http_may(request, line.text, line.length, &err))
        vy_http_fail(request, &err);
    else
        vy_http_answer_line(request, line.text);
    vy_buf_clear(&line);
}

static void look_after(struct vy_http_request *request, const char *action)
{
    int64_t id;
    struct vy_buf line = {0};
    if (!vy_http_number_of(request, "job", &id))
        return;
    vy_buf_add(&line, "jobs %s %" PRId64, action, id);
    vy_http_answer_line(request, line.text ? line.text : "");
    vy_buf_clear(&line);
}

void vy_http_get_job(struct vy_http_request *request)
{
    look_after(request, "show");
}

void vy_http_cancel_job(struct vy_http_request *request)
{
    look_after(request, "cancel");
}

void vy_http_retry_job(struct vy_http_request *request)
{
    look_after(request, "retry");
}
