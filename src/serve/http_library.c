// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// /v1/library: sounds by words, by likeness to one of them, or all; and their bytes.
#include "command/library.h"
#include "serve/http_inside.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

static vy_status find_similar(const char *path, uint32_t most, struct vy_buf *text, json_t *result,
                              struct vy_err *err)
{
    int fd;
    // only what the library knows: others would have to be listened to first, and may be secret
    vy_status status = vy_library_file_open(NULL, path, &fd, err);
    if (status)
        return status;
    close(fd);
    struct vy_similar_ask ask = {.what = path, .most = most, .threads = 1};
    for (int i = 0; i < VY_SPACES; i++)
        ask.weight[i] = (double)NAN;
    return vy_similar(&ask, text, result, err);
}

static vy_status list_all(uint32_t most, struct vy_buf *text, json_t *result, struct vy_err *err)
{
    const struct vy_library_ask ask = {.action = "list"};
    const vy_status status = vy_library_do(&ask, text, result, err);
    json_t *const sounds = json_object_get(result, "sounds");
    while (json_array_size(sounds) > most)
        json_array_remove(sounds, json_array_size(sounds) - 1);
    return status;
}

void vy_http_get_library(struct vy_http_request *request)
{
    const char *const words = vy_http_target_get(&request->target, "text");
    const char *const like = vy_http_target_get(&request->target, "similar");
    const char *const n = vy_http_target_get(&request->target, "n");
    const uint32_t most = n ? (uint32_t)strtoul(n, NULL, 10) : 50;
    struct vy_buf text = {0};
    struct vy_err err = {.at = -1};
    json_t *const result = json_object();
    vy_status status;
    if (words && like)
        status = vy_fail(&err, VY_BAD_ARG, -1, "either ?text= or ?similar=");
    else if (like)
        status = find_similar(like, most, &text, result, &err);
    else if (words && *words)
        status = vy_find(NULL, words, most, &text, result, &err);
    else
        status = list_all(most, &text, result, &err);
    json_t *const found = json_object_get(result, "results");
    if (found) {
        json_object_set(result, "sounds", found);
        json_object_del(result, "results");
    }
    if (!status && !json_object_get(result, "sounds"))
        json_object_set_new(result, "sounds", json_array());
    if (status == VY_NOT_FOUND && !like) { // no library yet: no sounds
        json_object_set_new(result, "sounds", json_array());
        status = VY_OK;
    }
    if (status)
        vy_http_fail(request, &err);
    else
        vy_http_send_json(request, 200, json_incref(result));
    json_decref(result);
    vy_buf_clear(&text);
}

void vy_http_get_library_audio(struct vy_http_request *request)
{
    const char *const path = vy_http_target_get(&request->target, "path");
    struct vy_err err = {.at = -1};
    int fd;
    const vy_status status = vy_library_file_open(NULL, path, &fd, &err);
    if (!status) {
        vy_http_send_file(request, fd, path);
        return;
    }
    if (status == VY_DENIED || status == VY_NOT_FOUND) {
        request->err = err;
        vy_http_refuse(request, VY_REFUSED_PATH, vy_http_status_of(status));
    }
    vy_http_fail(request, &err);
}
