// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Reading requests: every key is known, every value has its type, or the request is refused.
#include "serve/protocol.h"

#include "base/text.h"

#include <string.h>

static const char *const request_keys[] = {"line",      "author", "if_version", "id", "hello",
                                           "subscribe", "rate",   "complete",   NULL};
static const char *const hello_keys[] = {"author", "insist", "human", NULL};
static const char *const complete_keys[] = {"line", "at", NULL};

static const char *next_key(void *arg, size_t i)
{
    return ((const char *const *)arg)[i];
}

static vy_status check_keys(json_t *object, const char *const *keys, const char *what,
                            struct vy_err *err)
{
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        size_t i = 0;
        while (keys[i] && strcmp(keys[i], key) != 0)
            i++;
        if (keys[i])
            continue;
        vy_fail(err, VY_BAD_ARG, -1, "%s has no '%.40s'", what, key);
        vy_err_suggest(err, key, next_key, (void *)(uintptr_t)keys);
        return VY_BAD_ARG;
    }
    return VY_OK;
}

static vy_status wrong(struct vy_err *err, const char *key, const char *type)
{
    return vy_fail(err, VY_BAD_ARG, -1, "\"%s\" must be %s", key, type);
}

static vy_status read_name(const json_t *value, const char **name, struct vy_err *err)
{
    if (!value)
        return VY_OK;
    const char *const text = json_string_value(value);
    if (!text || !vy_text_is_name(text))
        return wrong(err, "author", "a name: letters, digits, _ and -, at most 31");
    *name = text;
    return VY_OK;
}

static vy_status read_flag(const json_t *object, const char *key, bool *flag, struct vy_err *err)
{
    const json_t *const value = json_object_get(object, key);
    if (value && !json_is_boolean(value))
        return wrong(err, key, "true or false");
    *flag = json_is_true(value);
    return VY_OK;
}

static vy_status read_line(const json_t *value, struct vy_want *want, struct vy_err *err)
{
    if (!json_is_string(value))
        return wrong(err, "line", "a string");
    want->line = json_string_value(value);
    want->length = json_string_length(value);
    return VY_OK;
}

static vy_status read_hello(json_t *value, struct vy_want *want, struct vy_err *err)
{
    want->kind = VY_WANT_HELLO;
    if (!json_is_object(value))
        return wrong(err, "hello", "an object");
    vy_status status = check_keys(value, hello_keys, "hello", err);
    if (!status)
        status = read_name(json_object_get(value, "author"), &want->author, err);
    if (!status)
        status = read_flag(value, "insist", &want->insist, err);
    if (!status)
        status = read_flag(value, "human", &want->human, err);
    if (!status && want->insist && !want->author)
        status = vy_fail(err, VY_BAD_ARG, -1, "\"insist\" needs an \"author\"");
    return status;
}

static vy_status read_subscribe(const json_t *list, const json_t *rate, struct vy_want *want,
                                struct vy_err *err)
{
    want->kind = VY_WANT_SUBSCRIBE;
    if (!json_is_array(list))
        return wrong(err, "subscribe", "a list of \"events\" and \"meters\"");
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item)
    {
        const char *const word = json_string_value(item);
        if (word && strcmp(word, "events") == 0)
            want->events = true;
        else if (word && strcmp(word, "meters") == 0)
            want->meters = true;
        else
            return wrong(err, "subscribe", "a list of \"events\" and \"meters\"");
    }
    want->rate_hz = 10;
    if (rate && !json_is_number(rate))
        return wrong(err, "rate", "a number in Hz");
    if (rate)
        want->rate_hz = json_number_value(rate);
    if (!(want->rate_hz >= 0.1 && want->rate_hz <= VY_METER_RATE_MAX))
        return vy_fail(err, VY_OUT_OF_RANGE, -1, "\"rate\" is 0.1..%g Hz", VY_METER_RATE_MAX);
    return VY_OK;
}

static vy_status read_complete(json_t *value, struct vy_want *want, struct vy_err *err)
{
    want->kind = VY_WANT_COMPLETE;
    if (!json_is_object(value))
        return wrong(err, "complete", "an object");
    vy_status status = check_keys(value, complete_keys, "complete", err);
    if (!status)
        status = read_line(json_object_get(value, "line"), want, err);
    if (status)
        return status;
    const json_t *const at = json_object_get(value, "at");
    want->at = want->length;
    if (!at)
        return VY_OK;
    if (!json_is_integer(at) || json_integer_value(at) < 0 ||
        (uint64_t)json_integer_value(at) > want->length)
        return wrong(err, "at", "a byte of the line");
    want->at = (size_t)json_integer_value(at);
    return VY_OK;
}

static vy_status read_command(const json_t *root, struct vy_want *want, struct vy_err *err)
{
    vy_status status = read_line(json_object_get(root, "line"), want, err);
    if (!status)
        status = read_name(json_object_get(root, "author"), &want->author, err);
    const json_t *const version = json_object_get(root, "if_version");
    if (status || !version)
        return status;
    if (!json_is_integer(version) || json_integer_value(version) < 0)
        return wrong(err, "if_version", "a version: 0, 1, 2 ...");
    want->if_version = json_integer_value(version);
    return VY_OK;
}

static vy_status read_object(json_t *root, struct vy_want *want, struct vy_err *err)
{
    json_t *const line = json_object_get(root, "line"),
                  *const hello = json_object_get(root, "hello"),
                  *const subscribe = json_object_get(root, "subscribe"),
                  *const complete = json_object_get(root, "complete");
    const vy_status status = check_keys(root, request_keys, "a request", err);
    if (status)
        return status;
    if (!!line + !!hello + !!subscribe + !!complete != 1)
        return vy_fail(err, VY_BAD_ARG, -1,
                       "a request has one of \"line\", \"hello\", \"subscribe\", \"complete\"");
    if (!line && (json_object_get(root, "author") || json_object_get(root, "if_version")))
        return vy_fail(err, VY_BAD_ARG, -1, "\"author\" and \"if_version\" go with \"line\"");
    if (!subscribe && json_object_get(root, "rate"))
        return vy_fail(err, VY_BAD_ARG, -1, "\"rate\" goes with \"subscribe\"");
    if (hello)
        return read_hello(hello, want, err);
    if (subscribe)
        return read_subscribe(subscribe, json_object_get(root, "rate"), want, err);
    return complete ? read_complete(complete, want, err) : read_command(root, want, err);
}

vy_status vy_want_read(const char *text, size_t length, struct vy_want *want, struct vy_err *err)
{
    *want = (struct vy_want){.if_version = -1};
    if (length > VY_REQUEST_MAX)
        return vy_fail(err, VY_TOO_BIG, -1, "a request has at most %u bytes", VY_REQUEST_MAX);
    size_t from = 0;
    while (from < length && (text[from] == ' ' || text[from] == '\t'))
        from++;
    if (from == length || text[from] != '{') {
        want->plain = true;
        want->line = text;
        want->length = length;
        return VY_OK;
    }
    json_error_t error;
    want->root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    if (!want->root)
        return vy_fail(err, VY_SYNTAX, error.position > 0 ? error.position - 1 : 0,
                       "this is no JSON: %.150s", error.text);
    want->id = json_object_get(want->root, "id");
    return read_object(want->root, want, err);
}

void vy_want_clear(struct vy_want *want)
{
    json_decref(want->root);
    *want = (struct vy_want){.if_version = -1};
}
