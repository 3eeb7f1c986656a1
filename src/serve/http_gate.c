// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Who may come in. In this order: was it led here by a foreign name (Host), or sent by a foreign
// page (Origin, Sec-Fetch-Site); does it ask too often; is there such a route; whose key is it and
// what may it; is the body of the right kind and size.
#include "serve/http_inside.h"

#include "base/log.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOGGED_A_SECOND 50
#define WRONG_KEYS 10.0 ///< at once; one more a second

const char *vy_http_refusal_name(enum vy_http_refusal why)
{
    static const char *const names[] = {"host", "origin", "key",  "scope",
                                        "rate", "size",   "path", "full"};
    return names[why];
}

// Under attack the log stays readable; /metrics counts all of them.
static void log_refusal(struct vy_http_request *request, enum vy_http_refusal why, int status)
{
    struct vy_http *const http = request->http;
    const uint64_t now = vy_now_ns();
    if (now - http->logged_ns >= 1000000000ull) {
        if (http->logged > LOGGED_A_SECOND)
            vy_log(VY_LOG_WARNING, "http", "refused %u more",
                   (unsigned)(http->logged - LOGGED_A_SECOND));
        http->logged_ns = now;
        http->logged = 0;
    }
    char path[128] = "";
    if (http->logged++ < LOGGED_A_SECOND) {
        if (!vy_http_target_path(&request->target, path, sizeof path))
            vy_text_copy(path + sizeof path - 4, 4, "...");
        vy_log(VY_LOG_WARNING, "http", "refused %s %s from %s: %d %s: %s", request->method, path,
               request->peer->address, status, vy_http_refusal_name(why), request->err.message);
    }
}

int vy_http_refuse(struct vy_http_request *request, enum vy_http_refusal why, int status)
{
    request->http->counts.refused[why]++;
    log_refusal(request, why, status);
    return status;
}

static int refuse(struct vy_http_request *request, enum vy_http_refusal why, int status,
                  vy_status code, const char *message)
{
    vy_fail(&request->err, code, -1, "%s", message);
    return vy_http_refuse(request, why, status);
}

// ---- foreign names and pages --------------------------------------------------------------------

static bool mutates(const struct vy_http_request *request)
{
    return strcmp(request->method, "GET") != 0 && strcmp(request->method, "HEAD") != 0;
}

static int check_names(struct vy_http_request *request)
{
    const struct vy_http_headers *const h = &request->header;
    if (h->twice)
        return refuse(request, VY_REFUSED_HOST, 400, VY_BAD_ARG, "a header stands there twice");
    if (!vy_http_host_ok(h->host, request->peer->here, request->http->set.names))
        return refuse(request, VY_REFUSED_HOST, 421, VY_DENIED,
                      "this studio is not called what the Host header says; setting http.hosts "
                      "has its names");
    const bool foreign = h->origin && !vy_http_origin_ok(h->origin, h->host);
    if (foreign && mutates(request))
        return refuse(request, VY_REFUSED_ORIGIN, 403, VY_DENIED,
                      "a page from elsewhere may not change anything here");
    const bool cross = h->site && strcmp(h->site, "cross-site") == 0;
    const bool goes_there = h->mode && strcmp(h->mode, "navigate") == 0 && !mutates(request);
    if (cross && !goes_there)
        return refuse(request, VY_REFUSED_ORIGIN, 403, VY_DENIED,
                      "a page from elsewhere may not use this studio");
    return 0;
}

// ---- rates --------------------------------------------------------------------------------------

static uint64_t hash_of(const char *text)
{
    uint64_t hash = 14695981039346656037ull; // FNV-1a
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211ull;
    return hash | 1;
}

// The bucket of a client: its own, or the one of those it could have that was used longest ago.
static struct vy_http_bucket *bucket_of(struct vy_http *http, const char *who, uint64_t now)
{
    const uint64_t hash = hash_of(who);
    struct vy_http_bucket *best = NULL;
    for (uint64_t i = 0; i < 8; i++) {
        struct vy_http_bucket *const b = &http->bucket[(hash + i) % VY_HTTP_BUCKETS];
        if (b->who == hash) {
            const double seconds = 1e-9 * (double)(now - b->at_ns);
            b->tokens = fmin(http->set.rate, b->tokens + seconds * http->set.rate);
            b->wrong = fmin(WRONG_KEYS, b->wrong + seconds);
            b->at_ns = now;
            return b;
        }
        if (!best || b->at_ns < best->at_ns)
            best = b;
    }
    *best = (struct vy_http_bucket){hash, now, http->set.rate, WRONG_KEYS};
    return best;
}

// ---- keys ---------------------------------------------------------------------------------------

static int check_key(struct vy_http_request *request, struct vy_http_bucket *bucket)
{
    struct vy_http *const http = request->http;
    const char *const given = request->header.authorization;
    if (given) {
        if (bucket->wrong < 1)
            return refuse(request, VY_REFUSED_RATE, 429, VY_BUSY, "too many wrong keys; wait");
        const struct vy_key *const key = vy_http_key_find(http, given);
        if (!key) {
            bucket->wrong -= 1;
            return refuse(request, VY_REFUSED_KEY, 401, VY_DENIED, "there is no such key");
        }
        request->scope = key->scope;
        vy_text_copy(request->author, sizeof request->author, key->name);
    } else if (request->peer->local && !http->set.require_key) {
        request->scope = VY_SCOPE_ADMIN; // whoever is on this machine has the socket too
    }
    const enum vy_scope wanted = request->route->scope;
    if (request->scope >= wanted)
        return 0;
    if (request->scope == VY_SCOPE_NONE)
        return refuse(request, VY_REFUSED_KEY, 401, VY_DENIED,
                      "this needs a key: Authorization: Bearer vk_...; veery key new makes one");
    vy_fail(&request->err, VY_DENIED, -1, "this needs a key of scope %s, this one has %s",
            vy_scope_name(wanted), vy_scope_name(request->scope));
    return vy_http_refuse(request, VY_REFUSED_SCOPE, 403);
}

// ---- route and body -----------------------------------------------------------------------------

static int check_route(struct vy_http_request *request)
{
    struct vy_buf allow = {0};
    request->route = vy_http_route_find(request->method, &request->target, &allow, &request->err);
    if (allow.text && !request->route)
        vy_text_copy(request->allow, sizeof request->allow, allow.text);
    vy_buf_clear(&allow);
    if (!request->route)
        return vy_http_refuse(request, VY_REFUSED_PATH, request->allow[0] ? 405 : 404);
    if (vy_http_params_check(request->route, &request->target, &request->err))
        return vy_http_refuse(request, VY_REFUSED_PATH, 400);
    return 0;
}

static int check_body(struct vy_http_request *request)
{
    const struct vy_http_headers *const h = &request->header;
    if (h->length && strtoull(h->length, NULL, 10) > request->http->set.max_body) {
        vy_fail(&request->err, VY_TOO_BIG, -1, "a body has at most %llu bytes",
                (unsigned long long)request->http->set.max_body);
        return vy_http_refuse(request, VY_REFUSED_SIZE, 413);
    }
    // a form of a foreign page can send anything but this
    if (request->route->request && !vy_http_type_is(h->type, "application/json", false))
        return refuse(request, VY_REFUSED_PATH, 415, VY_BAD_ARG,
                      "the body must be Content-Type: application/json");
    return 0;
}

int vy_http_admit(struct vy_http_request *request)
{
    vy_text_copy(request->author, sizeof request->author, "http");
    const uint64_t now = vy_now_ns();
    int status = check_names(request);
    if (status)
        return status;
    struct vy_http_bucket *const bucket = bucket_of(request->http, request->peer->address, now);
    if (request->http->set.rate > 0 && bucket->tokens < 1)
        return refuse(request, VY_REFUSED_RATE, 429, VY_BUSY,
                      "too many requests; setting http.rate");
    bucket->tokens -= 1;
    status = check_route(request);
    if (!status)
        status = check_key(request, bucket);
    return status ? status : check_body(request);
}
