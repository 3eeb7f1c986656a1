// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// /v1/commands, /v1/complete: the language itself.
#include "command/complete.h"
#include "serve/http_inside.h"

#include <stdlib.h>
#include <string.h>

void vy_http_get_commands(struct vy_http_request *request)
{
    json_t *const groups = json_array();
    for (size_t i = 0; vy_verb_groups[i][0]; i++)
        json_array_append_new(groups, json_pack("{s:s,s:s}", "name", vy_verb_groups[i][0], "title",
                                                vy_verb_groups[i][1]));
    json_t *const list = json_array();
    for (size_t i = 0; vy_verb_at(i); i++) {
        json_t *const row = vy_verb_json(vy_verb_at(i));
        const char *const name = vy_verb_at(i)->name;
        json_object_set_new(row, "scope",
                            json_string(vy_scope_name(vy_http_line_scope(name, strlen(name)))));
        json_array_append_new(list, row);
    }
    vy_http_send_json(request, 200, json_pack("{s:o,s:o}", "groups", groups, "commands", list));
}

// Say it and answer with all replies; the first that failed makes it a problem.
static void say(struct vy_http_request *request, const char *line, size_t length)
{
    struct vy_err err = {.at = -1};
    if (vy_http_may(request, line, length, &err)) {
        vy_http_fail(request, &err);
        return;
    }
    json_t *replies;
    const vy_status status = vy_http_say(request, line, length, &replies, &err);
    const json_int_t version = (json_int_t)vy_live_session(request->http->live)->version;
    if (status)
        vy_http_problem(request, vy_http_status_of(err.code), &err,
                        json_pack("{s:O,s:I}", "replies", replies, "version", version));
    else
        vy_http_send_json(request, 200,
                          json_pack("{s:O,s:I}", "replies", replies, "version", version));
    json_decref(replies);
}

void vy_http_post_commands(struct vy_http_request *request)
{
    const json_t *const line = json_object_get(request->json, "line");
    say(request, json_string_value(line), json_string_length(line));
}

void vy_http_post_verb(struct vy_http_request *request)
{
    struct vy_err err = {.at = -1};
    struct vy_buf line = {0};
    const struct vy_verb *const verb = vy_verb_find(request->target.segment[2], -1, &err);
    if (!verb) {
        vy_http_problem(request, 404, &err, NULL);
        return;
    }
    json_t *const schema = vy_http_verb_schema(verb);
    vy_status status = vy_http_schema_check(request->http->schemas, schema, request->json, &err);
    json_decref(schema);
    if (!status && json_is_true(json_object_get(request->json, "dry")))
        vy_buf_add(&line, "dry ");
    const char *const when = json_string_value(json_object_get(request->json, "when"));
    if (!status && when && strpbrk(when, ";\n\r\""))
        status = vy_fail(&err, VY_BAD_ARG, -1, "\"when\" is like \"next bar\" or \"bar 9\"");
    if (!status && when)
        vy_buf_add(&line, "at %s ", when);
    if (!status)
        status = vy_http_line(verb, request->json, &line, &err);
    if (status)
        vy_http_fail(request, &err);
    else
        say(request, line.text, line.length);
    vy_buf_clear(&line);
}

void vy_http_get_complete(struct vy_http_request *request)
{
    const char *const line = vy_http_target_get(&request->target, "line");
    const char *const at = vy_http_target_get(&request->target, "at");
    const size_t length = strlen(line);
    const size_t cursor = at ? strtoul(at, NULL, 10) : length;
    vy_http_send_json(request, 200,
                      vy_complete_json(vy_live_session(request->http->live), line,
                                       cursor < length ? cursor : length));
}
