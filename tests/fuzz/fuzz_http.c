// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Any bytes as a request: the first line is the target, the second a Host, Origin, Range and
// Content-Type, the rest a body for every schema and every verb.
#include "serve/http_inside.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_target(const char *text, size_t length)
{
    static struct vy_http_target target;
    struct vy_err err = {.at = -1};
    struct vy_buf allow = {0};
    if (vy_http_target_read(text, length, &target, &err) == VY_OK) {
        for (int i = 0; i < target.segments; i++)
            if (strchr(target.segment[i], '/') || strcmp(target.segment[i], "..") == 0)
                abort();
        const struct vy_http_route *const route = vy_http_route_find("GET", &target, &allow, &err);
        if (route && vy_http_params_check(route, &target, &err) && !err.message[0])
            abort();
        if (!route && !err.message[0])
            abort();
    }
    vy_buf_clear(&allow);
}

static void check_header(const char *text)
{
    uint64_t from = 0, length = 0;
    if (vy_http_range_read(text, 1000, &from, &length) == VY_RANGE_PART &&
        (from >= 1000 || length == 0 || length > 1000 - from))
        abort();
    if (vy_http_host_ok(text, "127.0.0.1", "studio.lan") && strstr(text, "evil"))
        abort();
    (void)!vy_http_origin_ok(text, "localhost");
    (void)!vy_http_type_is(text, "application/json", true);
}

static void check_body(const char *text, size_t length)
{
    struct vy_err err = {.at = -1};
    json_t *json;
    if (vy_http_json_read(text, length, &json, &err) != VY_OK)
        return;
    json_t *const schemas = vy_http_schemas();
    const char *name;
    json_t *schema;
    json_object_foreach(schemas, name,
                        schema) if (vy_http_schema_check(schemas, schema, json, &err) != VY_OK &&
                                    !err.message[0]) abort();
    for (size_t i = 0; vy_verb_at(i); i++) {
        struct vy_buf line = {0};
        if (vy_http_line(vy_verb_at(i), json, &line, &err) == VY_OK)
            (void)!vy_http_line_scope(line.text, line.length);
        vy_buf_clear(&line);
    }
    json_decref(schemas);
    json_decref(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *const text = (const char *)data;
    const char *const first = size ? memchr(text, '\n', size) : NULL;
    check_target(text, first ? (size_t)(first - text) : size);
    if (!first)
        return 0;
    const size_t left = size - (size_t)(first + 1 - text);
    const char *const second = left ? memchr(first + 1, '\n', left) : NULL;
    const size_t n = second ? (size_t)(second - first - 1) : left;
    char *const header = calloc(n + 1, 1); // what is fuzzed has no end of its own
    if (header) {
        memcpy(header, first + 1, n);
        check_header(header);
    }
    free(header);
    if (second)
        check_body(second + 1, size - (size_t)(second + 1 - text));
    return 0;
}
