// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The studio over HTTP: docs/http.md. Routes, their checks and the OpenAPI document come from one
// table (http_routes.c) and the table of verbs; what a request wants is said to the session as a
// line of the language, like on every other face.
//
// Everything happens in vy_http_service on the studio's thread and nothing waits: a client that is
// slow, silent or rude costs its own connection and no more.
#ifndef VY_SERVE_HTTP_H
#define VY_SERVE_HTTP_H

#include "base/settings.h"
#include "live/live.h"

struct vy_http;

/// How to open. Strings are borrowed during vy_http_open only.
struct vy_http_how {
    struct vy_live *live;
    const char *where; ///< "7777", "127.0.0.1:7777", "[::1]:0"; port 0 = any that is free
    const char *keys;  ///< the studio's database with the keys; NULL = the usual one
    const struct vy_settings *settings; ///< http.*; kept, and asked again; NULL = as usual
};

/// Listen.
/// @return VY_ABSENT (libmicrohttpd is not installed), VY_BAD_ARG (where; or off loopback without a
/// single key), VY_IO (taken)
VY_MAIN VY_MUST_CHECK vy_status vy_http_open(const struct vy_http_how *how, struct vy_http **http,
                                             struct vy_err *err);
/// End all connections. NULL is fine.
VY_MAIN void vy_http_close(struct vy_http *http);

/// Poll this for reading; when it is readable, and every 10 ms, call vy_http_service.
VY_MAIN int vy_http_fd(const struct vy_http *http);
VY_MAIN void vy_http_service(struct vy_http *http);

/// Tell an event of the studio to those who follow /v1/events. Borrowed.
VY_MAIN void vy_http_event(struct vy_http *http, const json_t *event);

/// "http://127.0.0.1:7777", with the port that was found.
VY_MAIN const char *vy_http_where(const struct vy_http *http);

#endif
