// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Requests as lines of the language: what a line asks of who says it, saying it, and writing one
// from arguments in JSON.
#include "serve/http_inside.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define NESTING 4 // every 4 bars at next bar every ..

// ---- scopes -------------------------------------------------------------------------------------

static enum vy_scope verb_scope(const struct vy_verb *verb)
{
    const bool outside = (verb->flags & VY_VERB_OUTSIDE) && !(verb->flags & VY_VERB_OWN);
    if (outside || (verb->flags & VY_VERB_FILES))
        return VY_SCOPE_ADMIN;
    return verb->flags & VY_VERB_QUERY ? VY_SCOPE_READ : VY_SCOPE_PLAY;
}

static enum vy_scope line_scope(const char *text, size_t length, int depth);

static enum vy_scope command_scope(const struct vy_line *line, struct vy_lex *lex, int depth)
{
    struct vy_err err;
    const struct vy_verb *const verb = vy_verb_find(line->word[0].text, 0, &err);
    if (!verb)
        return VY_SCOPE_READ; // it will be refused
    enum vy_scope scope = verb_scope(verb);
    const struct vy_arg *rest = verb->arg;
    int at = 0;
    while (rest->name && rest->type != VY_ARG_REST) {
        rest++;
        at++;
    }
    if (!rest->name || verb->flags & VY_VERB_QUERY)
        return scope;
    struct vy_args *const args = malloc(sizeof *args);
    // a line within this one
    if (args && vy_args_read(verb, line, lex, NULL, args, &err) == VY_OK && args->value[at].given) {
        const char *const inner = args->value[at].text;
        const enum vy_scope wanted = line_scope(inner, strlen(inner), depth + 1);
        scope = wanted > scope ? wanted : scope;
    }
    free(args);
    return scope;
}

static enum vy_scope line_scope(const char *text, size_t length, int depth)
{
    struct vy_lex lex = {0};
    struct vy_err err;
    struct vy_line *const line = malloc(sizeof *line);
    enum vy_scope scope = VY_SCOPE_READ;
    if (!line || depth > NESTING) {
        free(line);
        return VY_SCOPE_ADMIN;
    }
    vy_status status = vy_lex_open(&lex, text, length, &err);
    while (!status) {
        status = vy_lex_next(&lex, line, &err);
        if (status || line->words == 0)
            break;
        const enum vy_scope wanted = command_scope(line, &lex, depth);
        scope = wanted > scope ? wanted : scope;
    }
    vy_lex_close(&lex);
    free(line);
    return scope;
}

enum vy_scope vy_http_line_scope(const char *line, size_t length)
{
    return line_scope(line, length, 0);
}

// ---- saying -------------------------------------------------------------------------------------

struct said {
    json_t *replies;
    struct vy_err first; ///< error
};

static void on_reply(void *arg, const struct vy_reply *reply)
{
    struct said *const said = arg;
    json_t *const object = vy_reply_object(reply);
    struct vy_buf text = {0};
    vy_reply_human(reply, &text);
    json_object_set_new(object, "text", json_stringn(text.text ? text.text : "", text.length));
    vy_buf_clear(&text);
    json_array_append_new(said->replies, object);
    if (!reply->ok && said->first.code == VY_OK)
        said->first = reply->err;
}

// What came with the request besides the line: "author", "if_version".
static struct vy_request request_of(const struct vy_http_request *request, const char *line,
                                    size_t length)
{
    const json_t *const author = json_object_get(request->json, "author");
    const json_t *const version = json_object_get(request->json, "if_version");
    return (struct vy_request){
        .line = line,
        .length = length,
        .author = json_is_string(author) ? json_string_value(author) : request->author,
        .if_version = json_is_integer(version) ? json_integer_value(version) : -1};
}

vy_status vy_http_may(struct vy_http_request *request, const char *line, size_t length,
                      struct vy_err *err)
{
    const enum vy_scope wanted = vy_http_line_scope(line, length);
    if (wanted <= request->scope)
        return VY_OK;
    vy_fail(err, VY_DENIED, -1, "this line needs a key of scope %s, this one has %s",
            vy_scope_name(wanted), vy_scope_name(request->scope));
    request->err = *err;
    vy_http_refuse(request, VY_REFUSED_SCOPE, 403);
    return VY_DENIED;
}

vy_status vy_http_say(struct vy_http_request *request, const char *line, size_t length,
                      json_t **replies, struct vy_err *err)
{
    struct said said = {.replies = json_array(), .first = {.code = VY_OK, .at = -1}};
    *replies = said.replies;
    const struct vy_request said_so = request_of(request, line, length);
    if (!vy_text_is_name(said_so.author))
        return vy_fail(err, VY_BAD_ARG, -1,
                       "an author has letters, digits, _ and -, at most 31, not '%.40s'",
                       said_so.author);
    const vy_status status = vy_live_do(request->http->live, &said_so, on_reply, &said);
    if (said.first.code)
        *err = said.first;
    else if (status)
        vy_fail(err, status, -1, "%s", vy_status_text(status));
    return said.first.code ? said.first.code : status;
}

json_t *vy_http_ask(struct vy_http_request *request, const char *line, struct vy_err *err)
{
    json_t *replies;
    const vy_status status = vy_http_say(request, line, strlen(line), &replies, err);
    json_t *const result = json_object_get(json_array_get(replies, 0), "result");
    json_t *const out = status ? NULL : result ? json_incref(result) : json_object();
    err->at = -1; // a byte of a line that the client has not said
    json_decref(replies);
    return out;
}

void vy_http_answer_line(struct vy_http_request *request, const char *line)
{
    struct vy_err err = {.at = -1};
    json_t *const result = vy_http_ask(request, line, &err);
    if (result)
        vy_http_send_json(request, request->route->status ? request->route->status : 200, result);
    else
        vy_http_fail(request, &err);
}

// ---- writing lines ------------------------------------------------------------------------------

void vy_http_word(struct vy_buf *line, const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_./+*-%^~@";
    if (*text && text[strspn(text, plain)] == '\0') {
        vy_buf_add(line, "%s", text);
        return;
    }
    vy_buf_add(line, "\"");
    for (; *text; text++)
        vy_buf_add(line, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
    vy_buf_add(line, "\"");
}

static vy_status wrong(const struct vy_arg *arg, const char *what, struct vy_err *err)
{
    return vy_fail(err, VY_BAD_ARG, -1, "\"%s\" must be %s", arg->name, what);
}

// A string, number or flag as a word.
static vy_status write_word(const struct vy_arg *arg, const json_t *value, struct vy_buf *line,
                            struct vy_err *err)
{
    if (json_is_string(value))
        vy_http_word(line, json_string_value(value));
    else if (json_is_integer(value))
        vy_buf_add(line, "%" PRId64, (int64_t)json_integer_value(value));
    else if (json_is_real(value))
        vy_buf_add(line, "%.9g", json_real_value(value));
    else if (json_is_boolean(value))
        vy_buf_add(line, json_is_true(value) ? "on" : "off");
    else
        return wrong(arg, "a string or a number", err);
    return VY_OK;
}

// Text that the language reads as it stands: it must stay inside its own command.
static vy_status write_raw(const struct vy_arg *arg, const json_t *value, struct vy_buf *line,
                           struct vy_err *err)
{
    const char *const text = json_string_value(value);
    if (!text)
        return wrong(arg, "a string", err);
    if (strpbrk(text, ";\n\r"))
        return wrong(arg, "one command: without ; and ends of lines", err);
    vy_buf_add(line, "%s", text);
    return VY_OK;
}

static vy_status write_list(const struct vy_arg *arg, const json_t *value, struct vy_buf *line,
                            struct vy_err *err)
{
    if (json_is_string(value))
        return write_word(arg, value, line, err);
    if (!json_is_array(value))
        return wrong(arg, "a list of names", err);
    size_t i;
    json_t *item;
    vy_status status = VY_OK;
    json_array_foreach((json_t *)(uintptr_t)value, i, item)
    {
        if (i)
            vy_buf_add(line, arg->type == VY_ARG_ROUTE ? " > " : " ");
        status = status ? status : write_word(arg, item, line, err);
    }
    return status;
}

static vy_status write_pairs(const struct vy_arg *arg, const json_t *value, struct vy_buf *line,
                             struct vy_err *err)
{
    const char *key;
    json_t *item;
    bool more = false;
    vy_status status = json_is_object(value) ? VY_OK : wrong(arg, "an object of key: value", err);
    json_object_foreach((json_t *)(uintptr_t)value, key, item)
    {
        if (!status && (!*key || key[strcspn(key, " =\";:#<>\n\r\t")]))
            status = vy_fail(err, VY_BAD_ARG, -1, "'%.40s' is no name of a parameter", key);
        if (status)
            break;
        vy_buf_add(line, "%s%s=", more ? " " : "", key);
        status = write_word(arg, item, line, err);
        more = true;
    }
    return status;
}

static vy_status write_arg(const struct vy_arg *arg, const json_t *value, struct vy_buf *line,
                           struct vy_err *err)
{
    vy_buf_add(line, arg->type == VY_ARG_PATTERN ? ": " : " ");
    if (arg->before)
        vy_buf_add(line, "%s ", arg->before);
    if (arg->keyed)
        vy_buf_add(line, "%s=", arg->name);
    vy_status status = VY_OK;
    switch (arg->type) {
    case VY_ARG_PAIRS: status = write_pairs(arg, value, line, err); break;
    case VY_ARG_PATTERN:
    case VY_ARG_OPERATOR:
    case VY_ARG_REST: status = write_raw(arg, value, line, err); break;
    case VY_ARG_NAMES:
    case VY_ARG_FILES:
    case VY_ARG_ROUTE: status = write_list(arg, value, line, err); break;
    case VY_ARG_NAME:
    case VY_ARG_NEW_NAME:
    case VY_ARG_WORD:
    case VY_ARG_NUMBER:
    case VY_ARG_TEXT:
    case VY_ARG_PATH:
    case VY_ARG_CHOICE:
    case VY_ARG_METRIC: status = write_word(arg, value, line, err); break;
    }
    if (arg->after && !(arg->type == VY_ARG_NUMBER && json_is_string(value)))
        vy_buf_add(line, " %.*s", (int)strcspn(arg->after, "|"), arg->after);
    return status;
}

vy_status vy_http_line(const struct vy_verb *verb, const json_t *args, struct vy_buf *line,
                       struct vy_err *err)
{
    vy_buf_add(line, "%s", verb->name);
    for (const struct vy_arg *arg = verb->arg; arg->name; arg++) {
        const json_t *const value = json_object_get(args, arg->name);
        if (!value && arg->optional)
            continue;
        if (!value)
            return vy_fail(err, VY_BAD_ARG, -1, "\"%s\" is missing: %s", arg->name, verb->help);
        const vy_status status = write_arg(arg, value, line, err);
        if (status)
            return status;
    }
    return line->failed ? vy_fail(err, VY_NO_MEMORY, -1, "out of memory") : VY_OK;
}
