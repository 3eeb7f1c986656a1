// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a client of the HTTP face sends, taken apart: the target of the request line, the Host and
// Origin headers, byte ranges, JSON bodies. Pure: bytes in, words out.
#ifndef VY_SERVE_HTTP_TARGET_H
#define VY_SERVE_HTTP_TARGET_H

#include "base/status.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define VY_HTTP_TARGET_MAX 4096 ///< bytes of a target
#define VY_HTTP_SEGMENTS 8
#define VY_HTTP_PAIRS 16
#define VY_HTTP_DEPTH 32 ///< brackets within brackets of a JSON body

/// "/v1/takes/7?n=500": decoded. Strings lie in `text`.
struct vy_http_target {
    char text[VY_HTTP_TARGET_MAX + 2 * VY_HTTP_PAIRS + VY_HTTP_SEGMENTS];
    const char *segment[VY_HTTP_SEGMENTS]; ///< "v1", "takes", "7"; "/" has none
    int segments;
    struct {
        const char *name, *value;
    } pair[VY_HTTP_PAIRS];
    int pairs;
};

/// Take a target apart. Refused: what does not begin with '/', bad escapes, control
/// characters, bytes that are no UTF-8, the segments "." and "..", an escaped '/' in the path.
/// @return VY_BAD_ARG, VY_TOO_BIG
VY_MUST_CHECK vy_status vy_http_target_read(const char *text, size_t length,
                                            struct vy_http_target *target, struct vy_err *err);

/// A parameter of the query, NULL when it is not there.
const char *vy_http_target_get(const struct vy_http_target *target, const char *name);

/// The decoded path as one text. @return false: it does not fit
bool vy_http_target_path(const struct vy_http_target *target, char *path, size_t size);

/// May a request with this Host be answered? Names of this machine's loopback, the address the
/// connection came in at, and `names`; whoever reached us by another name was led here (DNS
/// rebinding). A port may follow.
/// @param local  address the connection came in at: "127.0.0.1", "::1"
/// @param names  more names, separated by commas or spaces
bool vy_http_host_ok(const char *host, const char *local, const char *names);

/// Is an Origin header the same place as the Host header?
bool vy_http_origin_ok(const char *origin, const char *host);

enum vy_http_range {
    VY_RANGE_NONE, ///< all of it: none was asked for, or several, or it cannot be read
    VY_RANGE_PART, ///< *from and *length
    VY_RANGE_BAD,  ///< outside the file: 416
};
/// Read a Range header ("bytes=0-99", "bytes=100-", "bytes=-50"). text may be NULL.
enum vy_http_range vy_http_range_read(const char *text, uint64_t size, uint64_t *from,
                                      uint64_t *length);

/// Is a media type in a Content-Type or Accept header? Parameters do not matter, "x/*" is found too
/// where `stars` are allowed.
bool vy_http_type_is(const char *header, const char *type, bool stars);

/// Read a body: one JSON value, no name twice, at most VY_HTTP_DEPTH deep. Caller decrefs.
/// @return VY_SYNTAX, VY_TOO_BIG
VY_MUST_CHECK vy_status vy_http_json_read(const char *text, size_t length, json_t **json,
                                          struct vy_err *err);

#endif
