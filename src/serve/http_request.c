// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The life of a request. The library calls: on_target with the bytes of the request line,
// on_request when the headers are there, then for every piece of the body, then when all is there.
// A request that is refused is still read to its end, as far as that is not long, because who
// sends hears the answer only then.
#include "serve/http_inside.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

void *vy_http_on_target(void *arg, const char *uri, struct MHD_Connection *connection)
{
    struct vy_http *const http = arg;
    const union MHD_ConnectionInfo *const context =
        http->mhd.get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct vy_http_peer *const peer = context ? context->socket_context : NULL;
    struct vy_http_request *const request = peer ? calloc(1, sizeof *request) : NULL;
    if (!request)
        return NULL;
    request->http = http;
    request->connection = connection;
    request->peer = peer;
    request->result = MHD_NO;
    peer->request = request;
    peer->since_ns = vy_now_ns();
    request->err.at = -1;
    const vy_status status = vy_http_target_read(uri, strlen(uri), &request->target, &request->err);
    if (status)
        request->status = status == VY_TOO_BIG ? 414 : status == VY_NOT_FOUND ? 404 : 400;
    return request;
}

void vy_http_on_end(void *arg, struct MHD_Connection *connection, void **context,
                    enum MHD_RequestTerminationCode why)
{
    (void)connection;
    (void)why;
    struct vy_http *const http = arg;
    struct vy_http_request *const request = *context;
    if (!request)
        return;
    request->peer->request = NULL;
    vy_http_peer_rest(http, request->peer);
    json_decref(request->json);
    vy_buf_clear(&request->body);
    free(request);
    *context = NULL;
}

static enum MHD_Result take_header(void *arg, enum MHD_ValueKind kind, const char *key,
                                   const char *value)
{
    (void)kind;
    struct vy_http_headers *const h = arg;
    const struct {
        const char *name, **to;
    } rows[] = {{"Host", &h->host},
                {"Origin", &h->origin},
                {"Authorization", &h->authorization},
                {"Content-Type", &h->type},
                {"Content-Length", &h->length},
                {"Accept", &h->accept},
                {"Range", &h->range},
                {"If-Range", &h->if_range},
                {"If-None-Match", &h->match},
                {"Last-Event-ID", &h->last_event},
                {"Sec-Fetch-Site", &h->site},
                {"Sec-Fetch-Mode", &h->mode}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcasecmp(rows[i].name, key) == 0) {
            h->twice |= *rows[i].to != NULL;
            *rows[i].to = value ? value : "";
        }
    return MHD_YES;
}

static void begin(struct vy_http_request *request, const char *method)
{
    struct vy_http *const http = request->http;
    request->begun = true;
    vy_text_copy(request->method, sizeof request->method, method);
    http->mhd.get_connection_values(request->connection, MHD_HEADER_KIND, take_header,
                                    &request->header);
    if (request->status)
        vy_http_refuse(request, VY_REFUSED_PATH, request->status);
    else
        request->status = vy_http_admit(request);
}

static bool is_long(const struct vy_http_request *request)
{
    const char *const length = request->header.length;
    return length && strtoull(length, NULL, 10) > request->http->set.max_body;
}

static void refuse(struct vy_http_request *request)
{
    json_t *const extra = request->allow[0] ? json_pack("{s:s}", "allow", request->allow) : NULL;
    vy_http_problem(request, request->status, &request->err, extra);
}

// A piece of the body. @return false: it has gone on for too long
static bool take_piece(struct vy_http_request *request, const char *data, size_t size)
{
    request->got += size;
    if (request->got > request->http->set.max_body && !request->status) {
        vy_fail(&request->err, VY_TOO_BIG, -1, "a body has at most %llu bytes",
                (unsigned long long)request->http->set.max_body);
        request->status = vy_http_refuse(request, VY_REFUSED_SIZE, 413);
        vy_buf_clear(&request->body);
    }
    if (!request->status)
        vy_buf_put(&request->body, data, size);
    return request->got <= request->http->set.max_body + VY_HTTP_DISCARD_MAX;
}

static vy_status read_body(struct vy_http_request *request, struct vy_err *err)
{
    const char *const name = request->route->request;
    if (!name)
        return VY_OK;
    const vy_status status = vy_http_json_read(request->body.text ? request->body.text : "",
                                               request->body.length, &request->json, err);
    const json_t *const schema = json_object_get(request->http->schemas, name);
    return status ? status
                  : vy_http_schema_check(request->http->schemas, schema, request->json, err);
}

static void run(struct vy_http_request *request)
{
    struct vy_err err = {.at = -1};
    request->whole = true;
    if (request->status)
        refuse(request);
    else if (request->body.failed)
        vy_http_problem(request, 503, &(struct vy_err){.code = VY_NO_MEMORY, .at = -1}, NULL);
    else if (read_body(request, &err))
        vy_http_fail(request, &err);
    else
        request->route->run(request);
}

enum MHD_Result vy_http_on_request(void *arg, struct MHD_Connection *connection, const char *url,
                                   const char *method, const char *version, const char *data,
                                   size_t *size, void **context)
{
    (void)arg;
    (void)connection;
    (void)url;
    (void)version;
    struct vy_http_request *const request = *context;
    if (!request)
        return MHD_NO;
    if (!request->begun) {
        begin(request, method);
        if (!request->status || !is_long(request))
            return MHD_YES;
        refuse(request); // it will not be read: the connection ends after this
        return request->result;
    }
    if (*size) {
        const bool goes_on = take_piece(request, data, *size);
        *size = 0;
        return goes_on ? MHD_YES : MHD_NO;
    }
    run(request);
    return request->result;
}
