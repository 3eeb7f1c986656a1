// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The one table of routes: what is not here is 404, what the OpenAPI document and docs/http.md say
// comes from here.
#include "serve/http_inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// clang-format off

static const struct vy_http_param complete_params[] = {
    {"line", VY_HTTP_TEXT, 0, 4000, NULL, "what has been typed", true},
    {"at", VY_HTTP_INTEGER, 0, 4000, NULL, "byte of the cursor; left out: the end", false},
    {NULL}};
static const struct vy_http_param jobs_params[] = {
    {"state", VY_HTTP_TEXT, 0, 20, NULL, "only these: queued, running, succeeded, failed, cancelled, interrupted", false},
    {"n", VY_HTTP_INTEGER, 1, 1000, "50", "the newest so many", false},
    {NULL}};
static const struct vy_http_param takes_params[] = {
    {"n", VY_HTTP_INTEGER, 1, 1000, "50", "the newest so many", false},
    {"tag", VY_HTTP_TEXT, 0, 40, NULL, "only with this tag", false},
    {"rating", VY_HTTP_INTEGER, 0, 5, "0", "so many stars at least", false},
    {"text", VY_HTTP_TEXT, 0, 120, NULL, "within the name", false},
    {NULL}};
static const struct vy_http_param take_audio_params[] = {
    {"download", VY_HTTP_TEXT, 0, 8, NULL, "1: to be kept as a file", false}, {NULL}};
static const struct vy_http_param peaks_params[] = {
    {"n", VY_HTTP_INTEGER, 1, 8192, "1000", "columns", false}, {NULL}};
static const struct vy_http_param library_params[] = {
    {"text", VY_HTTP_TEXT, 0, 500, NULL, "words, as of `find`", false},
    {"similar", VY_HTTP_TEXT, 0, 3000, NULL, "path of a sound of the library", false},
    {"n", VY_HTTP_INTEGER, 1, 1000, "50", "at most so many", false},
    {NULL}};
static const struct vy_http_param audio_params[] = {
    {"path", VY_HTTP_TEXT, 0, 4000, NULL, "as the library has it", true},
    {"download", VY_HTTP_TEXT, 0, 8, NULL, "1: to be kept as a file", false},
    {NULL}};
static const struct vy_http_param events_params[] = {
    {"since", VY_HTTP_TEXT, 0, 40, NULL, "an id: begin after it, as Last-Event-ID does", false},
    {"kinds", VY_HTTP_TEXT, 0, 200, NULL, "only these events, commas between", false},
    {NULL}};
static const struct vy_http_param meters_params[] = {
    {"rate", VY_HTTP_NUMBER, 0.1, 60, "20", "of a stream, Hz", false}, {NULL}};

const struct vy_http_route vy_http_routes[] = {
    {"GET", "/", VY_SCOPE_NONE, vy_http_get_page, "studio", "The page, and the files it needs.",
     NULL, NULL, "text/html; charset=utf-8"},
    // the language
    {"GET", "/v1/commands", VY_SCOPE_READ, vy_http_get_commands, "commands",
     "The table of commands: what the studio can be told.", NULL, "Commands"},
    {"POST", "/v1/commands", VY_SCOPE_READ, vy_http_post_commands, "commands",
     "Say a line of the language. The line's commands decide which scope it needs.", "Line",
     "Replies"},
    {"POST", "/v1/commands/{verb}", VY_SCOPE_READ, vy_http_post_verb, "commands",
     "Say one command with its arguments as JSON.", "Arguments", "Replies"},
    {"GET", "/v1/complete", VY_SCOPE_READ, vy_http_get_complete, "commands",
     "Words that could complete a line.", NULL, "Completion", .param = complete_params},
    // the session
    {"GET", "/v1/session", VY_SCOPE_READ, vy_http_get_session, "session",
     "The session: tempo, units with parameters and patterns, scenes, and where the music is.",
     NULL, "Session"},
    {"GET", "/v1/session/file", VY_SCOPE_READ, vy_http_get_session_file, "session",
     "The session as a file: the lines that make it.", NULL, NULL, "text/plain; charset=utf-8"},
    {"GET", "/v1/meters", VY_SCOPE_READ, vy_http_get_meters, "session",
     "Peaks since somebody last looked over HTTP, and loudness; a stream of events when text/event-stream is "
     "accepted.",
     NULL, "Meters", .param = meters_params},
    {"GET", "/v1/events", VY_SCOPE_READ, vy_http_get_events, "session",
     "What happens, as it happens (server-sent events). Ids rise; Last-Event-ID goes on where it "
     "stopped.",
     NULL, NULL, "text/event-stream", events_params},
    // jobs
    {"GET", "/v1/jobs", VY_SCOPE_READ, vy_http_get_jobs, "jobs",
     "The jobs, newest first.", NULL, "Jobs", .param = jobs_params},
    {"POST", "/v1/jobs", VY_SCOPE_PLAY, vy_http_post_jobs, "jobs",
     "Let a command be done beside the music. The command decides which scope it needs.",
     "JobRequest", "JobAnswer", .status = 202},
    {"GET", "/v1/jobs/{id}", VY_SCOPE_READ, vy_http_get_job, "jobs", "One job.", NULL, "JobAnswer"},
    {"POST", "/v1/jobs/{id}/cancel", VY_SCOPE_PLAY, vy_http_cancel_job, "jobs",
     "End a job, or do not begin it.", NULL, "JobAnswer"},
    {"POST", "/v1/jobs/{id}/retry", VY_SCOPE_PLAY, vy_http_retry_job, "jobs",
     "Do a job again that has failed.", NULL, "JobAnswer"},
    // takes
    {"GET", "/v1/takes", VY_SCOPE_READ, vy_http_get_takes, "takes",
     "The takes, newest first.", NULL, "Takes", .param = takes_params},
    {"POST", "/v1/takes", VY_SCOPE_PLAY, vy_http_post_takes, "takes",
     "Render what the session plays into a take, as a job.", "TakeRequest", "JobAnswer", .status = 202},
    {"GET", "/v1/takes/{id}", VY_SCOPE_READ, vy_http_get_take, "takes",
     "One take with its receipt.", NULL, "TakeAnswer"},
    {"PATCH", "/v1/takes/{id}", VY_SCOPE_PLAY, vy_http_patch_take, "takes",
     "Change its name, rating, tags or whether it is to be kept.", "TakeChange", "TakeAnswer"},
    {"DELETE", "/v1/takes/{id}", VY_SCOPE_PLAY, vy_http_delete_take, "takes",
     "Remove a take and its file.", NULL, "TakeGone"},
    {"GET", "/v1/takes/{id}/audio", VY_SCOPE_READ, vy_http_get_take_audio, "takes",
     "Its bytes, whole or a range.", NULL, NULL, "audio/wav", take_audio_params},
    {"GET", "/v1/takes/{id}/receipt", VY_SCOPE_READ, vy_http_get_take_receipt, "takes",
     "How it was made: docs/takes.md.", NULL, "Receipt"},
    {"GET", "/v1/takes/{id}/peaks", VY_SCOPE_READ, vy_http_get_take_peaks, "takes",
     "Least and greatest sample by channel and column.", NULL, "Peaks", .param = peaks_params},
    {"GET", "/v1/takes/{id}/spectrogram", VY_SCOPE_READ, vy_http_get_take_spectrogram, "takes",
     "Levels as bytes [frame][bin], bins equally wide in octaves; X-Frames, X-Bins, X-Low-Hz, "
     "X-High-Hz, X-Floor-Db and X-Top-Db say what they mean.",
     NULL, NULL, "application/octet-stream"},
    // library
    {"GET", "/v1/library", VY_SCOPE_READ, vy_http_get_library, "library",
     "Sounds by words, by likeness to one of them, or all by path.", NULL, "Sounds", .param = library_params},
    {"GET", "/v1/library/audio", VY_SCOPE_READ, vy_http_get_library_audio, "library",
     "The bytes of a sound that the library knows, whole or a range.", NULL, NULL,
     "application/octet-stream", audio_params},
    // the studio
    {"GET", "/v1/status", VY_SCOPE_READ, vy_http_get_status, "studio",
     "What is real, degraded or absent, and what plays.", NULL, "Status"},
    {"GET", "/v1/models", VY_SCOPE_READ, vy_http_get_models, "studio",
     "What can make sound from a request.", NULL, "Models"},
    {"GET", "/v1/settings", VY_SCOPE_READ, vy_http_get_settings, "studio",
     "What is set, and who decided it.", NULL, "Settings"},
    {"GET", "/v1/openapi.json", VY_SCOPE_NONE, vy_http_get_openapi, "studio", "This document.",
     NULL, "Document"},
    {"GET", "/health", VY_SCOPE_NONE, vy_http_get_health, "studio", "Is the studio well?", NULL,
     "Health"},
    {"GET", "/ready", VY_SCOPE_NONE, vy_http_get_ready, "studio",
     "200 when it sounds, 503 and why when it does not.", NULL, "Ready"},
    {"GET", "/metrics", VY_SCOPE_READ, vy_http_get_metrics, "studio",
     "Counters for Prometheus; JSON when application/json is accepted.", NULL, NULL,
     "text/plain; version=0.0.4; charset=utf-8"},
    // the routes of the plans
    {"POST", "/generate", VY_SCOPE_PLAY, vy_http_post_generate, "plans",
     "Make a take. model_id session renders what the studio plays.", "GenerationRequest",
     "GenerationStatus", .status = 202},
    {"GET", "/status/{id}", VY_SCOPE_READ, vy_http_get_job_status, "plans",
     "How far a job is.", NULL, "GenerationStatus"},
    {"GET", "/artifact/{id}", VY_SCOPE_READ, vy_http_get_artifact, "plans",
     "The sound that a job has made, whole or a range.", NULL, NULL, "audio/wav", take_audio_params},
    {"GET", "/session", VY_SCOPE_READ, vy_http_get_plan, "plans",
     "The studio's session in short.", NULL, "SessionSummary"},
    {"POST", "/session", VY_SCOPE_PLAY, vy_http_post_session, "plans",
     "Set name, tempo, key and meter of the studio's session.", "SessionRequest", "SessionSummary"},
    {"GET", "/session/{id}", VY_SCOPE_READ, vy_http_get_plan_session, "plans",
     "The same by its id.", NULL, "SessionSummary"},
    {"POST", "/session/{id}/clip", VY_SCOPE_PLAY, vy_http_post_clip, "plans",
     "Take some bars of the thing that is called like the layer.", "ClipRequest", "GenerationStatus", .status = 202},
    {NULL}};

// clang-format on

// ---- finding ------------------------------------------------------------------------------------

static bool fits(const char *path, const struct vy_http_target *target)
{
    int at = 0;
    while (*path) {
        path++; // the slash
        const size_t n = strcspn(path, "/");
        if (n == 0 && !*path) // "/"
            return target->segments == 0 || (target->segments == 1 && !target->segment[0][0]);
        if (at == target->segments)
            return false;
        const char *const word = target->segment[at++];
        const bool same = strlen(word) == n && memcmp(path, word, n) == 0;
        if (!same && !(path[0] == '{' && *word))
            return false;
        path += n;
    }
    return at == target->segments;
}

static const char *next_path(void *unused, size_t i)
{
    (void)unused;
    return vy_http_routes[i].path;
}

const struct vy_http_route *vy_http_route_find(const char *method,
                                               const struct vy_http_target *target,
                                               struct vy_buf *allow, struct vy_err *err)
{
    const bool head = strcmp(method, "HEAD") == 0;
    const bool get = head || strcmp(method, "GET") == 0;
    for (const struct vy_http_route *row = vy_http_routes; row->method; row++) {
        if (row->run == vy_http_get_page && get && vy_http_web_has(target))
            return row; // a file of the page
        if (!fits(row->path, target))
            continue;
        if (strcmp(row->method, head ? "GET" : method) == 0)
            return row;
        vy_buf_add(allow, "%s%s%s", allow->length ? ", " : "", row->method,
                   strcmp(row->method, "GET") == 0 ? ", HEAD" : "");
    }
    char path[64];
    if (!vy_http_target_path(target, path, sizeof path))
        vy_text_copy(path + sizeof path - 4, 4, "...");
    if (allow->length) {
        vy_fail(err, VY_BAD_ARG, -1, "%s is for %s", path, allow->text);
        return NULL;
    }
    vy_fail(err, VY_NOT_FOUND, -1, "there is no %s here; GET /v1/openapi.json has all routes",
            path);
    vy_err_suggest(err, path, next_path, NULL);
    return NULL;
}

// ---- queries ------------------------------------------------------------------------------------

static const char *next_param(void *params, size_t i)
{
    return ((const struct vy_http_param *)params)[i].name;
}

static vy_status check_param(const struct vy_http_param *row, const char *value, struct vy_err *err)
{
    double number;
    const char *rest;
    if (row->type == VY_HTTP_TEXT)
        return strlen(value) <= row->max
                   ? VY_OK
                   : vy_fail(err, VY_TOO_BIG, -1, "%s has at most %g bytes", row->name, row->max);
    if (!vy_lex_number(value, &number, &rest) || *rest ||
        (row->type == VY_HTTP_INTEGER && number != floor(number)))
        return vy_fail(err, VY_BAD_ARG, -1, "%s is a%s, not '%.40s'", row->name,
                       row->type == VY_HTTP_INTEGER ? " whole number" : " number", value);
    if (number < row->min || number > row->max)
        return vy_fail(err, VY_OUT_OF_RANGE, -1, "%s goes from %g to %g, not %g", row->name,
                       row->min, row->max, number);
    return VY_OK;
}

vy_status vy_http_params_check(const struct vy_http_route *route,
                               const struct vy_http_target *target, struct vy_err *err)
{
    static const struct vy_http_param none = {NULL};
    const struct vy_http_param *const params = route->param ? route->param : &none;
    for (int i = 0; i < target->pairs; i++) {
        const struct vy_http_param *row = params;
        while (row->name && strcmp(row->name, target->pair[i].name) != 0)
            row++;
        if (!row->name) {
            vy_fail(err, VY_BAD_ARG, -1, "%s takes no '%.40s'", route->path, target->pair[i].name);
            vy_err_suggest(err, target->pair[i].name, next_param, (void *)(uintptr_t)params);
            return VY_BAD_ARG;
        }
        const vy_status status = check_param(row, target->pair[i].value, err);
        if (status)
            return status;
    }
    for (const struct vy_http_param *row = params; row->name; row++)
        if (row->needed && !vy_http_target_get(target, row->name))
            return vy_fail(err, VY_BAD_ARG, -1, "%s needs ?%s=: %s", route->path, row->name,
                           row->text);
    return VY_OK;
}
