// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// How the studio is: /health, /ready, /metrics, /v1/status, /v1/models.
#include "command/settings.h"
#include "serve/http_inside.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#define RUNNING 1 ///< of enum vy_device_state

static json_t *now_json(void)
{
    char text[32];
    const time_t now = time(NULL);
    struct tm tm;
    gmtime_r(&now, &tm);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    return json_string(text);
}

static double uptime_s(const struct vy_http *http)
{
    return 1e-9 * (double)(vy_now_ns() - http->began_ns);
}

static void list_issues(struct vy_http *http, json_t *issues)
{
    const struct vy_shared *const shared = vy_live_shared(http->live);
    if (atomic_load(&shared->active) >= VY_SLOTS)
        json_array_append_new(issues, json_string("no engine plays"));
    if (atomic_load(&shared->device.state) != RUNNING)
        json_array_append_new(issues, json_string("the sound device does not run"));
    if (atomic_load(&shared->panic))
        json_array_append_new(issues, json_string("silenced by panic"));
    if (atomic_load(&shared->bypass))
        json_array_append_new(issues, json_string("the whole studio is bypassed"));
}

// What the studio's own judge says, whose states hold for a while; its reasons are added.
static const char *judged(const struct vy_http *http, json_t *why)
{
    const struct vy_stage *const stage = vy_live_session(http->live)->stage;
    struct vy_buf text = {0};
    struct vy_err err = {.at = -1};
    json_t *const result = json_object();
    const char *status = "ok";
    if (stage && stage->health && stage->health(stage->health_arg, &text, result, &err) == VY_OK) {
        const json_t *const health = json_object_get(result, "health");
        const char *const state = json_string_value(json_object_get(health, "state"));
        if (state && strcmp(state, "healthy") != 0)
            status = strcmp(state, "unhealthy") == 0 ? "unhealthy" : "degraded";
        json_array_extend(why, json_object_get(health, "why"));
    }
    json_decref(result);
    vy_buf_clear(&text);
    return status;
}

void vy_http_get_health(struct vy_http_request *request)
{
    struct vy_http *const http = request->http;
    json_t *const why = json_array();
    list_issues(http, why);
    const bool now = json_array_size(why) == 0; // what is so at this moment is not waited for
    const bool sounds = atomic_load(&vy_live_shared(http->live)->active) < VY_SLOTS;
    const char *status = judged(http, why);
    if (!sounds)
        status = "unhealthy";
    else if (!now && strcmp(status, "ok") == 0)
        status = "degraded";
    vy_http_send_json(request, 200,
                      json_pack("{s:s,s:o,s:f,s:o,s:s,s:[s],s:b,s:i}", "status", status,
                                "timestamp", now_json(), "uptime_s", uptime_s(http), "why", why,
                                "default_model_id", "session", "available_backends", "session",
                                "warmup_complete", (int)sounds, "session_count", 1));
}

void vy_http_get_ready(struct vy_http_request *request)
{
    struct vy_http *const http = request->http;
    const struct vy_shared *const shared = vy_live_shared(http->live);
    json_t *const issues = json_array();
    list_issues(http, issues);
    const bool ready =
        atomic_load(&shared->active) < VY_SLOTS && atomic_load(&shared->device.state) == RUNNING;
    vy_http_send_json(request, ready ? 200 : 503,
                      json_pack("{s:b,s:o,s:o,s:s}", "ready", (int)ready, "issues", issues,
                                "timestamp", now_json(), "device", shared->device.name));
}

void vy_http_get_status(struct vy_http_request *request)
{
    vy_http_answer_line(request, "status");
}

void vy_http_get_models(struct vy_http_request *request)
{
    // models that make sound from words come with the verb `generate`
    vy_http_send_json(
        request, 200,
        json_pack("{s:[],s:s}", "models", "session", "renders what the studio plays"));
}

void vy_http_get_settings(struct vy_http_request *request)
{
    struct vy_buf text = {0};
    struct vy_err err = {.at = -1};
    json_t *const result = json_object();
    if (vy_settings_tell(request->http->settings, NULL, &text, result, &err))
        vy_http_fail(request, &err);
    else
        vy_http_send_json(request, 200, json_incref(result));
    json_decref(result);
    vy_buf_clear(&text);
}

// ---- metrics ------------------------------------------------------------------------------------

struct metric {
    const char *name, *label, *type, *help; ///< label: {key="value"} or ""
    double value;
};

static size_t read_metrics(const struct vy_http *http, struct metric *to)
{
    const struct vy_shared *const s = vy_live_shared(http->live);
    const struct vy_http_counts *const c = &http->counts;
    static const char *const classes[] = {"",
                                          "{class=\"1xx\"}",
                                          "{class=\"2xx\"}",
                                          "{class=\"3xx\"}",
                                          "{class=\"4xx\"}",
                                          "{class=\"5xx\"}"};
    size_t n = 0;
    const struct metric fixed[] = {
        {"uptime_seconds", "", "gauge", "since the HTTP face was opened", uptime_s(http)},
        {"blocks_total", "", "counter", "blocks of sound", (double)s->blocks},
        {"late_blocks_total", "", "counter", "blocks that missed their deadline", (double)s->late},
        {"failovers_total", "", "counter", "times the other engine took over",
         (double)s->failovers},
        {"xruns_total", "", "counter", "by the sound device's own count", (double)s->device.xruns},
        {"engine_wait_seconds", "{quantile=\"0.99\"}", "gauge", "exchange with the engine",
         1e-9 * (double)vy_wait_quantile(s->wait, 0.99)},
        {"engine_work_seconds", "{quantile=\"0.99\"}", "gauge", "the engine's work on a block",
         1e-9 * (double)vy_wait_quantile(s->work, 0.99)},
        {"session_version", "", "gauge", "of the session",
         (double)vy_live_session(http->live)->version},
        {"http_connections", "", "gauge", "open now", http->peers},
        {"http_streams", "", "gauge", "followers of events and meters", vy_http_feed_streams(http)},
        {"http_connections_total", "", "counter", "so far", (double)c->connections},
        {"http_evicted_total", "", "counter", "idle connections ended for others",
         (double)c->evicted},
        {"http_events_total", "", "counter", "events told", (double)c->events},
        {"http_streams_dropped_total", "", "counter", "followers that were too slow",
         (double)c->dropped},
    };
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        to[n++] = fixed[i];
    for (size_t i = 2; i < 6; i++)
        to[n++] = (struct metric){"http_requests_total", classes[i], "counter", "answers by class",
                                  (double)c->by_class[i]};
    return n;
}

static void write_metrics(const struct vy_http *http, struct vy_buf *buf)
{
    struct metric metric[24];
    const size_t n = read_metrics(http, metric);
    const char *last = "";
    for (size_t i = 0; i < n; i++) {
        const struct metric *const m = &metric[i];
        if (strcmp(last, m->name) != 0)
            vy_buf_add(buf, "# HELP veery_%s %s\n# TYPE veery_%s %s\n", m->name, m->help, m->name,
                       m->type);
        vy_buf_add(buf, "veery_%s%s %.10g\n", m->name, m->label, m->value);
        last = m->name;
    }
    vy_buf_add(buf, "# HELP veery_http_refused_total refusals by reason\n"
                    "# TYPE veery_http_refused_total counter\n");
    for (int i = 0; i <= VY_REFUSED_FULL; i++)
        vy_buf_add(buf, "veery_http_refused_total{why=\"%s\"} %" PRIu64 "\n",
                   vy_http_refusal_name((enum vy_http_refusal)i), http->counts.refused[i]);
}

static json_t *metrics_json(const struct vy_http *http)
{
    struct metric metric[24];
    json_t *const out = json_object(), *const refused = json_object();
    double classes = 0;
    for (size_t i = 0, n = read_metrics(http, metric); i < n; i++)
        if (strcmp(metric[i].name, "http_requests_total") != 0)
            json_object_set_new(out, metric[i].name, json_real(metric[i].value));
    for (int i = 2; i < 6; i++)
        classes += (double)http->counts.by_class[i];
    json_object_set_new(out, "http_requests_total", json_real(classes));
    for (int i = 0; i <= VY_REFUSED_FULL; i++)
        json_object_set_new(refused, vy_http_refusal_name((enum vy_http_refusal)i),
                            json_integer((json_int_t)http->counts.refused[i]));
    json_object_set_new(out, "http_refused", refused);
    json_object_set_new(out, "timestamp", now_json());
    return out;
}

void vy_http_get_metrics(struct vy_http_request *request)
{
    struct vy_buf text = {0};
    if (vy_http_type_is(request->header.accept, "application/json", false)) {
        vy_http_send_json(request, 200, metrics_json(request->http));
        return;
    }
    write_metrics(request->http, &text);
    vy_http_send(request, 200, request->route->type, text.text ? text.text : "", text.length);
    vy_buf_clear(&text);
}
