// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Answers.
#include "serve/http_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JSON_TYPE "application/json"
#define PROBLEM_TYPE "application/problem+json"

void vy_http_dress(struct vy_http_request *request, struct MHD_Response *response, const char *type)
{
    static const char *const rows[][2] = {
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"X-Frame-Options", "DENY"},
    };
    const struct vy_mhd *const mhd = &request->http->mhd;
    mhd->add_response_header(response, "Content-Type", type);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        mhd->add_response_header(response, rows[i][0], rows[i][1]);
}

void vy_http_queue(struct vy_http_request *request, int status, struct MHD_Response *response)
{
    struct vy_http *const http = request->http;
    if (!response)
        return;
    if (status == 405 && request->allow[0])
        http->mhd.add_response_header(response, "Allow", request->allow);
    if (status == 401)
        http->mhd.add_response_header(response, "WWW-Authenticate", "Bearer realm=\"veery\"");
    if (status == 429 || status == 503)
        http->mhd.add_response_header(response, "Retry-After", "1");
    http->counts.by_class[status / 100 < 6 ? status / 100 : 5]++;
    request->result = http->mhd.queue_response(request->connection, (unsigned)status, response);
    http->mhd.destroy_response(response);
}

void vy_http_send(struct vy_http_request *request, int status, const char *type, const char *body,
                  size_t length)
{
    struct MHD_Response *const response = request->http->mhd.create_response_from_buffer(
        length, (void *)(uintptr_t)body, MHD_RESPMEM_MUST_COPY);
    if (!response)
        return;
    vy_http_dress(request, response, type);
    request->http->mhd.add_response_header(response, "Cache-Control", "no-store");
    vy_http_queue(request, status, response);
}

static void send_as(struct vy_http_request *request, int status, const char *type, json_t *json)
{
    char *const text = json ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    if (text)
        vy_http_send(request, status, type, text, strlen(text));
    free(text);
    json_decref(json);
}

void vy_http_send_json(struct vy_http_request *request, int status, json_t *json)
{
    send_as(request, status, JSON_TYPE, json);
}

static const char *title_of(int status)
{
    static const struct {
        int status;
        const char *title;
    } rows[] = {{400, "Bad Request"},
                {401, "Unauthorized"},
                {403, "Forbidden"},
                {404, "Not Found"},
                {405, "Method Not Allowed"},
                {409, "Conflict"},
                {413, "Content Too Large"},
                {414, "URI Too Long"},
                {415, "Unsupported Media Type"},
                {416, "Range Not Satisfiable"},
                {421, "Misdirected Request"},
                {422, "Unprocessable Content"},
                {429, "Too Many Requests"},
                {500, "Internal Server Error"},
                {503, "Service Unavailable"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].status == status)
            return rows[i].title;
    return "Error";
}

void vy_http_problem(struct vy_http_request *request, int status, const struct vy_err *err,
                     json_t *extra)
{
    char type[64];
    snprintf(type, sizeof type, "urn:veery:problem:%s", vy_status_name(err->code));
    json_t *const problem =
        json_pack("{s:s,s:s,s:i,s:s,s:s}", "type", type, "title", title_of(status), "status",
                  status, "detail", err->message[0] ? err->message : vy_status_text(err->code),
                  "code", vy_status_name(err->code));
    if (err->at >= 0)
        json_object_set_new(problem, "at", json_integer(err->at));
    if (err->hint[0])
        json_object_set_new(problem, "hint", json_string(err->hint));
    if (extra)
        json_object_update(problem, extra);
    json_decref(extra);
    send_as(request, status, PROBLEM_TYPE, problem);
}

int vy_http_status_of(vy_status code)
{
    static const struct {
        vy_status code;
        int status;
    } rows[] = {{VY_OK, 200},        {VY_SYNTAX, 400},     {VY_BAD_ARG, 400}, {VY_DENIED, 403},
                {VY_NOT_FOUND, 404}, {VY_NAME_TAKEN, 409}, {VY_STALE, 409},   {VY_CONFLICT, 409},
                {VY_TOO_BIG, 413},   {VY_BUSY, 503},       {VY_ABSENT, 503},  {VY_IO, 500},
                {VY_NO_MEMORY, 500}, {VY_INTERNAL, 500}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].code == code)
            return rows[i].status;
    return 422; // understood, but the session or the language says no
}

void vy_http_fail(struct vy_http_request *request, const struct vy_err *err)
{
    vy_http_problem(request, vy_http_status_of(err->code), err, NULL);
}
