// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The OpenAPI 3.1 document: from the table of routes, the schemas, and a path for every verb.
#include "serve/http_inside.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static json_t *ref(const char *name)
{
    return json_pack("{s:s+}", "$ref", "#/components/schemas/", name);
}

static json_t *content(const char *type, json_t *schema)
{
    return json_pack("{s:{s:o}}", type, "schema", schema);
}

static json_t *query_json(const struct vy_http_param *row)
{
    static const char *const types[] = {"string", "integer", "number"};
    json_t *const schema = json_pack("{s:s}", "type", types[row->type]);
    if (row->type == VY_HTTP_TEXT)
        json_object_set_new(schema, "maxLength", json_integer((json_int_t)row->max));
    else
        json_object_update_new(schema,
                               json_pack("{s:f,s:f}", "minimum", row->min, "maximum", row->max));
    if (row->def)
        json_object_set_new(schema, "default",
                            row->type == VY_HTTP_TEXT ? json_string(row->def)
                                                      : json_real(strtod(row->def, NULL)));
    return json_pack("{s:s,s:s,s:b,s:s,s:o}", "name", row->name, "in", "query", "required",
                     (int)row->needed, "description", row->text, "schema", schema);
}

static json_t *params_json(const struct vy_http_route *route)
{
    json_t *const list = json_array();
    for (const char *p = strchr(route->path, '{'); p; p = strchr(p + 1, '{')) {
        json_t *const name = json_stringn(p + 1, strcspn(p + 1, "}"));
        json_array_append_new(list, json_pack("{s:o,s:s,s:b,s:{s:s}}", "name", name, "in", "path",
                                              "required", 1, "schema", "type", "string"));
    }
    for (const struct vy_http_param *row = route->param; row && row->name; row++)
        json_array_append_new(list, query_json(row));
    return list;
}

static json_t *problem_json(void)
{
    return json_pack("{s:s,s:o}", "description", "What is wrong, as RFC 9457 has it.", "content",
                     content("application/problem+json", ref("Problem")));
}

static json_t *answer_json(const struct vy_http_route *route)
{
    json_t *const out = json_pack("{s:s}", "description", route->summary);
    if (route->response)
        json_object_set_new(out, "content", content("application/json", ref(route->response)));
    json_t *const all = json_object_get(out, "content");
    if (route->type && all)
        json_object_update_new(all, content(route->type, json_pack("{s:s}", "type", "string")));
    else if (route->type)
        json_object_set_new(out, "content",
                            content(route->type, json_pack("{s:s}", "type", "string")));
    return out;
}

// "get /v1/takes/{id}" -> "getV1TakesId"
static json_t *id_json(const char *method, const char *path)
{
    struct vy_buf id = {0};
    for (const char *p = method; *p; p++)
        vy_buf_add(&id, "%c", tolower((unsigned char)*p));
    bool up = false;
    for (const char *p = path; *p; p++) {
        if (isalnum((unsigned char)*p))
            vy_buf_add(&id, "%c", up ? toupper((unsigned char)*p) : *p);
        up = !isalnum((unsigned char)*p);
    }
    json_t *const string = json_string(id.text ? id.text : "");
    vy_buf_clear(&id);
    return string;
}

static json_t *operation_json(const struct vy_http_route *route)
{
    char status[8] = "200";
    if (route->status)
        status[1] = (char)('0' + route->status / 10 % 10),
        status[2] = (char)('0' + route->status % 10);
    json_t *const out = json_pack("{s:o,s:[s],s:s,s:s,s:o,s:{s:o,s:o}}", "operationId",
                                  id_json(route->method, route->path), "tags", route->tag,
                                  "summary", route->summary, "x-scope", vy_scope_name(route->scope),
                                  "parameters", params_json(route), "responses", status,
                                  answer_json(route), "default", problem_json());
    if (route->scope == VY_SCOPE_NONE)
        json_object_set_new(out, "security", json_array());
    if (route->request)
        json_object_set_new(out, "requestBody",
                            json_pack("{s:b,s:o}", "required", 1, "content",
                                      content("application/json", ref(route->request))));
    return out;
}

static void add_path(json_t *paths, const char *path, const char *method, json_t *operation)
{
    char lower[12] = "";
    for (size_t i = 0; method[i] && i + 1 < sizeof lower; i++)
        lower[i] = (char)tolower((unsigned char)method[i]);
    json_t *item = json_object_get(paths, path);
    if (!item) {
        item = json_object();
        json_object_set_new(paths, path, item);
    }
    json_object_set_new(item, lower, operation);
}

static void add_verb(json_t *paths, const struct vy_http_route *route, const struct vy_verb *verb)
{
    struct vy_buf path = {0};
    vy_buf_add(&path, "/v1/commands/%s", verb->name);
    if (!path.text)
        return;
    const struct vy_http_route row = {.method = "POST",
                                      .path = path.text,
                                      .scope = vy_http_line_scope(verb->name, strlen(verb->name)),
                                      .tag = route->tag,
                                      .summary = verb->help,
                                      .response = route->response};
    json_t *const operation = operation_json(&row);
    json_object_set_new(operation, "requestBody",
                        json_pack("{s:b,s:o}", "required", 1, "content",
                                  content("application/json", vy_http_verb_schema(verb))));
    struct vy_buf more = {0};
    if (verb->more)
        vy_buf_add(&more, "%s\n\n", verb->more);
    vy_buf_add(&more, "As a line: `");
    vy_verb_usage(verb, &more);
    vy_buf_add(&more, "`");
    if (verb->absent)
        vy_buf_add(&more, "\n\nAbsent: %s.", verb->absent);
    json_object_set_new(operation, "description", json_string(more.text ? more.text : ""));
    add_path(paths, path.text, "POST", operation);
    vy_buf_clear(&more);
    vy_buf_clear(&path);
}

static json_t *paths_json(void)
{
    json_t *const paths = json_object();
    for (const struct vy_http_route *row = vy_http_routes; row->method; row++) {
        if (strcmp(row->path, "/v1/commands/{verb}") != 0) {
            add_path(paths, row->path, row->method, operation_json(row));
            continue;
        }
        for (size_t i = 0; vy_verb_at(i); i++) // what {verb} may be, each with its arguments
            add_verb(paths, row, vy_verb_at(i));
    }
    return paths;
}

json_t *vy_http_openapi(const char *where)
{
    static const char text[] =
        "The studio over HTTP. Everything that can be said in the language can be said here; "
        "docs/http.md explains keys, scopes and limits.";
    json_t *const info =
        json_pack("{s:s,s:s,s:s,s:{s:s,s:s}}", "title", "Veery", "version", "1", "description",
                  text, "license", "name", "GPL-3.0-or-later", "identifier", "GPL-3.0-or-later");
    json_t *const key =
        json_pack("{s:s,s:s,s:s}", "type", "http", "scheme", "bearer", "description",
                  "A key of `veery key new`. On loopback none is needed, unless "
                  "the studio was told so.");
    return json_pack("{s:s,s:o,s:[{s:s}],s:[{s:[]},{}],s:o,s:{s:o,s:{s:o}}}", "openapi", "3.1.0",
                     "info", info, "servers", "url", where, "security", "key", "paths",
                     paths_json(), "components", "schemas", vy_http_schemas(), "securitySchemes",
                     "key", key);
}

void vy_http_get_openapi(struct vy_http_request *request)
{
    struct vy_http *const http = request->http;
    if (!http->openapi) {
        json_t *const document = vy_http_openapi(http->where);
        http->openapi = document ? json_dumps(document, JSON_COMPACT) : NULL;
        json_decref(document);
    }
    if (http->openapi)
        vy_http_send(request, 200, "application/json", http->openapi, strlen(http->openapi));
    else
        vy_http_fail(request, &(struct vy_err){.code = VY_NO_MEMORY, .at = -1});
}
