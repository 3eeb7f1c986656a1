// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The routes that the plans have at the top: /generate, /status, /artifact, /session. They are
// another spelling of jobs, takes and the one session; where something is not there they say so.
#include "serve/http_inside.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static json_t *time_json(double seconds)
{
    char text[32];
    const time_t time = (time_t)seconds;
    struct tm tm;
    gmtime_r(&time, &tm);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    return json_string(text);
}

// ---- /generate, /status -------------------------------------------------------------------------

// Theirs are queued, running, succeeded, failed.
static json_t *status_json(const json_t *job)
{
    const char *state = json_string_value(json_object_get(job, "state"));
    const json_t *const error = json_object_get(json_object_get(job, "error"), "message");
    const json_t *const stage = json_object_get(job, "stage");
    const bool ended = json_is_number(json_object_get(job, "ended"));
    const char *message = json_string_value(json_is_string(error) ? error : stage);
    if (state && (strcmp(state, "cancelled") == 0 || strcmp(state, "interrupted") == 0)) {
        message = message && *message ? message : state;
        state = "failed";
    }
    const double at = json_number_value(
        json_object_get(job, ended                                             ? "ended"
                             : json_is_number(json_object_get(job, "started")) ? "started"
                                                                               : "created"));
    char id[24];
    snprintf(id, sizeof id, "%" JSON_INTEGER_FORMAT,
             json_integer_value(json_object_get(job, "id")));
    return json_pack("{s:s,s:s,s:f,s:s?,s:o}", "job_id", id, "state", state ? state : "failed",
                     "progress", json_number_value(json_object_get(job, "progress")), "message",
                     message && *message ? message : NULL, "updated_at", time_json(at));
}

// What a render of the session cannot heed is refused, not ignored.
static vy_status check_session_request(const json_t *body, struct vy_err *err)
{
    static const char *const fine[] = {"prompt", "duration_seconds", "model_id", "session_id",
                                       "mode"};
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)body, key, value)
    {
        bool known = json_is_null(value);
        for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
            known |= strcmp(fine[i], key) == 0;
        if (!known)
            return vy_fail(err, VY_BAD_ARG, -1,
                           "/%s has no effect with model_id session, which renders what plays",
                           key);
    }
    const char *const mode = json_string_value(json_object_get(body, "mode"));
    if (mode && strcmp(mode, "full_track") != 0)
        return vy_fail(err, VY_BAD_ARG, -1, "/mode %s needs a model that makes sound from words",
                       mode);
    return VY_OK;
}

static vy_status check_model(const json_t *body, struct vy_err *err)
{
    const char *const model = json_string_value(json_object_get(body, "model_id"));
    if (!model || strcmp(model, "session") == 0)
        return VY_OK;
    return vy_fail(err, VY_ABSENT, -1,
                   "no model %.60s: models that make sound from words come with the generator "
                   "(verb `generate`); model_id session renders what the studio plays",
                   model);
}

void vy_http_post_generate(struct vy_http_request *request)
{
    const json_t *const seconds = json_object_get(request->json, "duration_seconds");
    const struct vy_doc *const doc = vy_live_session(request->http->live)->doc;
    struct vy_err err = {.at = -1};
    struct vy_buf line = {0};
    vy_status status = check_model(request->json, &err);
    if (!status)
        status = check_session_request(request->json, &err);
    if (status) {
        vy_http_fail(request, &err);
        return;
    }
    const double bars =
        (seconds ? json_number_value(seconds) : 8) * doc->tempo / 60 / vy_doc_bar_beats(doc);
    vy_buf_add(&line, "job take %.9g bars ", bars);
    vy_http_word(&line, json_string_value(json_object_get(request->json, "prompt")));
    json_t *const result = line.text ? vy_http_ask(request, line.text, &err) : NULL;
    vy_buf_clear(&line);
    if (result)
        vy_http_send_json(request, 202, status_json(json_object_get(result, "job")));
    else
        vy_http_fail(request, &err);
    json_decref(result);
}

// The job a request names; NULL after an answer.
static json_t *find_job(struct vy_http_request *request)
{
    int64_t id;
    char line[48];
    struct vy_err err = {.at = -1};
    if (!vy_http_number_of(request, "job", &id))
        return NULL;
    snprintf(line, sizeof line, "jobs show %" PRId64, id);
    json_t *const result = vy_http_ask(request, line, &err);
    if (!result)
        vy_http_fail(request, &err);
    return result;
}

void vy_http_get_job_status(struct vy_http_request *request)
{
    json_t *const result = find_job(request);
    if (result)
        vy_http_send_json(request, 200, status_json(json_object_get(result, "job")));
    json_decref(result);
}

// ---- /session -----------------------------------------------------------------------------------

static json_t *summary_json(const struct vy_http *http)
{
    const struct vy_doc *const doc = vy_live_session(http->live)->doc;
    char meter[16];
    snprintf(meter, sizeof meter, "%u/%u", doc->meter_num, doc->meter_den);
    return json_pack("{s:s,s:o,s:o,s:s,s:f,s:s,s:s,s:n,s:s?,s:n,s:n,s:n,s:i,s:[]}", "session_id",
                     http->plan.id, "created_at", time_json(http->plan.created), "updated_at",
                     time_json(http->plan.updated), "name", http->plan.name, "tempo_bpm",
                     doc->tempo, "key", doc->key, "time_signature", meter, "seed_job_id",
                     "seed_prompt", http->plan.prompt[0] ? http->plan.prompt : NULL, "seed_plan",
                     "theme", "motif", "clip_count", 0, "clips");
}

void vy_http_plan_open(struct vy_http *http)
{
    uint8_t b[16];
    randombytes_buf(b, sizeof b);
    b[6] = (uint8_t)((b[6] & 0x0f) | 0x40); // UUID version 4
    b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
    char *to = http->plan.id + snprintf(http->plan.id, sizeof http->plan.id, "session-");
    for (int i = 0; i < 16; i++)
        to += snprintf(to, 4, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", b[i]);
    http->plan.created = http->plan.updated = (double)time(NULL);
    vy_text_copy(http->plan.name, sizeof http->plan.name, "studio");
}

void vy_http_post_session(struct vy_http_request *request)
{
    struct vy_http *const http = request->http;
    const json_t *const tempo = json_object_get(request->json, "tempo_bpm");
    const char *const key = json_string_value(json_object_get(request->json, "key"));
    const char *const meter = json_string_value(json_object_get(request->json, "time_signature"));
    const char *const name = json_string_value(json_object_get(request->json, "name"));
    const char *const prompt = json_string_value(json_object_get(request->json, "prompt"));
    struct vy_buf line = {0};
    struct vy_err err = {.at = -1};
    if (tempo)
        vy_buf_add(&line, "tempo %.9g; ", json_number_value(tempo));
    if (key) {
        vy_buf_add(&line, "key ");
        vy_http_word(&line, key);
        vy_buf_add(&line, "; ");
    }
    if (meter) {
        vy_buf_add(&line, "meter ");
        vy_http_word(&line, meter);
    }
    json_t *const result = line.length ? vy_http_ask(request, line.text, &err) : json_object();
    vy_buf_clear(&line);
    if (!result) {
        vy_http_fail(request, &err);
        return;
    }
    json_decref(result);
    if (name)
        vy_text_copy(http->plan.name, sizeof http->plan.name, name);
    if (prompt)
        vy_text_copy(http->plan.prompt, sizeof http->plan.prompt, prompt);
    http->plan.updated = (double)time(NULL);
    vy_http_send_json(request, 200, summary_json(http));
}

static bool is_session(struct vy_http_request *request)
{
    struct vy_err err = {.at = -1};
    if (strcmp(request->target.segment[1], request->http->plan.id) == 0)
        return true;
    vy_fail(&err, VY_NOT_FOUND, -1, "this studio has the session %s, not '%.60s'",
            request->http->plan.id, request->target.segment[1]);
    vy_http_fail(request, &err);
    return false;
}

void vy_http_get_plan_session(struct vy_http_request *request)
{
    if (is_session(request))
        vy_http_send_json(request, 200, summary_json(request->http));
}

void vy_http_get_plan(struct vy_http_request *request)
{
    vy_http_send_json(request, 200, summary_json(request->http));
}

// A clip of a layer is a take of the thing of that name. What is made from words is not there yet.
static vy_status write_clip(const struct vy_http_request *request, struct vy_buf *line,
                            struct vy_err *err)
{
    const char *const layer = json_string_value(json_object_get(request->json, "layer"));
    const char *const prompt = json_string_value(json_object_get(request->json, "prompt"));
    const json_t *const bars = json_object_get(request->json, "bars");
    const struct vy_doc *const doc = vy_live_session(request->http->live)->doc;
    static const char *const idle[] = {"scene_index", "generation"};
    for (size_t i = 0; i < sizeof idle / sizeof *idle; i++)
        if (json_is_integer(json_object_get(request->json, idle[i])) ||
            json_is_object(json_object_get(request->json, idle[i])))
            return vy_fail(err, VY_BAD_ARG, -1, "/%s has no effect: a clip is what plays", idle[i]);
    if (vy_doc_unit(doc, layer) < 0)
        return vy_fail(err, VY_ABSENT, -1,
                       "nothing in the session is called %s; clips from words come with the "
                       "generator (verb `generate`)",
                       layer);
    vy_buf_add(line, "job take %d bars of %s ",
               json_is_integer(bars) ? (int)json_integer_value(bars) : 4, layer);
    vy_http_word(line, prompt && *prompt ? prompt : layer);
    return line->text ? VY_OK : vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
}

void vy_http_post_clip(struct vy_http_request *request)
{
    struct vy_err err = {.at = -1};
    struct vy_buf line = {0};
    if (!is_session(request))
        return;
    json_t *const result =
        write_clip(request, &line, &err) ? NULL : vy_http_ask(request, line.text, &err);
    vy_buf_clear(&line);
    if (result)
        vy_http_send_json(request, 202, status_json(json_object_get(result, "job")));
    else
        vy_http_fail(request, &err);
    json_decref(result);
}
