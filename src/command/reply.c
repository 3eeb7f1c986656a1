// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Replies, for people and for programs.
#include "command/user_modules.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void vy_reply_human(const struct vy_reply *reply, struct vy_buf *buf)
{
    if (reply->ok) {
        vy_buf_add(buf, "ok %" PRIu64, reply->version);
        if (reply->text && *reply->text)
            vy_buf_add(buf, strchr(reply->text, '\n') ? "\n%s" : " %s", reply->text);
    } else {
        vy_buf_add(buf, "error %s", vy_status_name(reply->err.code));
        if (reply->err.at >= 0)
            vy_buf_add(buf, " at %d", reply->err.at);
        vy_buf_add(buf, ": %s", reply->err.message);
        if (reply->err.hint[0])
            vy_buf_add(buf, "; did you mean '%s'?", reply->err.hint);
        const json_t *const diagnostics = json_object_get(reply->result, "diagnostics");
        if (json_array_size(diagnostics) > 1) // the first error is the message already
            vy_diagnostics_write(diagnostics, buf);
    }
    size_t i;
    json_t *warning;
    json_array_foreach(reply->warnings, i, warning)
        vy_buf_add(buf, "\nwarning: %s", json_string_value(warning));
}

static json_t *error_json(const struct vy_err *err)
{
    json_t *const error = json_object();
    json_object_set_new(error, "code", json_string(vy_status_name(err->code)));
    if (err->at >= 0)
        json_object_set_new(error, "at", json_integer(err->at));
    json_object_set_new(error, "message", json_string(err->message));
    if (err->hint[0])
        json_object_set_new(error, "hint", json_string(err->hint));
    return error;
}

json_t *vy_reply_object(const struct vy_reply *reply)
{
    json_t *const root = json_object();
    json_object_set_new(root, "id", json_integer((json_int_t)reply->id));
    json_object_set_new(root, "ok", json_boolean(reply->ok));
    json_object_set_new(root, "version", json_integer((json_int_t)reply->version));
    if (reply->ok) {
        json_object_set_new(root, "at",
                            json_pack("{s:f,s:f}", "bar", reply->bar, "beat", reply->beat));
        json_object_set(root, "result", reply->result);
    } else {
        json_object_set_new(root, "error", error_json(&reply->err));
        json_t *const diagnostics = json_object_get(reply->result, "diagnostics");
        if (diagnostics)
            json_object_set_new(root, "result", json_pack("{s:O}", "diagnostics", diagnostics));
    }
    if (reply->ok || json_array_size(reply->warnings))
        json_object_set(root, "warnings", reply->warnings);
    return root;
}

void vy_reply_json(const struct vy_reply *reply, struct vy_buf *buf)
{
    json_t *const root = vy_reply_object(reply);
    char *const text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(9));
    if (text)
        vy_buf_put(buf, text, strlen(text));
    free(text);
    json_decref(root);
}
