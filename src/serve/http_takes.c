// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// /v1/takes: the verbs `take` and `takes`, the bytes of a take and what is drawn of it; and
// /artifact, the plans' name for the sound that a job has made.
#include "command/takes_picture.h"
#include "serve/http_inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// ---- many ---------------------------------------------------------------------------------------

static void add_pair(struct vy_http_request *request, const char *name, struct vy_buf *line)
{
    const char *const value = vy_http_target_get(&request->target, name);
    if (!value)
        return;
    vy_buf_add(line, " %s=", name);
    vy_http_word(line, value);
}

void vy_http_get_takes(struct vy_http_request *request)
{
    struct vy_buf line = {0};
    vy_buf_add(&line, "takes ls");
    add_pair(request, "n", &line);
    add_pair(request, "tag", &line);
    add_pair(request, "rating", &line);
    add_pair(request, "text", &line);
    vy_http_answer_line(request, line.text ? line.text : "");
    vy_buf_clear(&line);
}

// {"bars":8} or {"seconds":10} or nothing: the whole piece.
void vy_http_post_takes(struct vy_http_request *request)
{
    const json_t *const bars = json_object_get(request->json, "bars");
    const json_t *const seconds = json_object_get(request->json, "seconds");
    const json_t *const priority = json_object_get(request->json, "priority");
    const char *const name = json_string_value(json_object_get(request->json, "name"));
    struct vy_err err = {.at = -1};
    struct vy_buf line = {0};
    if (bars && seconds) {
        vy_fail(&err, VY_BAD_ARG, -1, "either /bars or /seconds");
        vy_http_fail(request, &err);
        return;
    }
    vy_buf_add(&line, "job");
    if (priority)
        vy_buf_add(&line, " priority=%" PRId64, (int64_t)json_integer_value(priority));
    vy_buf_add(&line, " take");
    if (bars)
        vy_buf_add(&line, " %.9g bars", json_number_value(bars));
    if (seconds)
        vy_buf_add(&line, " %.9g s", json_number_value(seconds));
    if (name) {
        vy_buf_add(&line, " ");
        vy_http_word(&line, name);
    }
    vy_http_answer_line(request, line.text ? line.text : "");
    vy_buf_clear(&line);
}

// ---- one ----------------------------------------------------------------------------------------

// What `takes ACTION ID` answers; NULL after an answer that says why not.
static json_t *ask(struct vy_http_request *request, const char *action, int64_t id)
{
    char line[64];
    struct vy_err err = {.at = -1};
    snprintf(line, sizeof line, "takes %s %" PRId64, action, id);
    json_t *const result = vy_http_ask(request, line, &err);
    if (!result)
        vy_http_fail(request, &err);
    return result;
}

void vy_http_get_take(struct vy_http_request *request)
{
    int64_t id;
    json_t *const result =
        vy_http_number_of(request, "take", &id) ? ask(request, "show", id) : NULL;
    if (result)
        vy_http_send_json(request, 200, result);
}

void vy_http_delete_take(struct vy_http_request *request)
{
    int64_t id;
    json_t *const result = vy_http_number_of(request, "take", &id) ? ask(request, "rm", id) : NULL;
    if (result)
        vy_http_send_json(request, 200, result);
}

// The words that make the tags of a take those of the list.
static void write_tags(const json_t *was, const json_t *list, struct vy_buf *line)
{
    size_t i, k;
    json_t *old, *tag;
    json_array_foreach(was, i, old)
    {
        bool stays = false;
        json_array_foreach(list, k, tag) stays |= json_equal(old, tag);
        if (!stays) {
            struct vy_buf word = {0};
            vy_buf_add(&word, "-%s", json_string_value(old));
            vy_buf_add(line, " ");
            vy_http_word(line, word.text);
            vy_buf_clear(&word);
        }
    }
    json_array_foreach(list, k, tag)
    {
        vy_buf_add(line, " \"+");
        for (const char *p = json_string_value(tag); *p; p++) // a tag is one word
            vy_buf_add(line, "%c", *p == ' ' || *p == ',' || *p == '"' || *p == '\\' ? '-' : *p);
        vy_buf_add(line, "\"");
    }
}

static void write_changes(const json_t *body, const json_t *take, int64_t id, struct vy_buf *line)
{
    const json_t *const rating = json_object_get(body, "rating");
    const json_t *const name = json_object_get(body, "name");
    const json_t *const kept = json_object_get(body, "kept");
    const json_t *const tags = json_object_get(body, "tags");
    struct vy_buf words = {0};
    if (rating)
        vy_buf_add(line, "takes rate %" PRId64 " %" JSON_INTEGER_FORMAT "; ", id,
                   json_integer_value(rating));
    if (kept)
        vy_buf_add(line, "takes keep %" PRId64 " %s; ", id, json_is_true(kept) ? "yes" : "no");
    if (name) {
        vy_buf_add(line, "takes rename %" PRId64 " ", id);
        vy_http_word(line, json_string_value(name));
        vy_buf_add(line, "; ");
    }
    if (tags)
        write_tags(json_object_get(take, "tags"), tags, &words);
    if (words.length)
        vy_buf_add(line, "takes tag %" PRId64 "%s; ", id, words.text);
    vy_buf_add(line, "takes show %" PRId64, id);
    vy_buf_clear(&words);
}

void vy_http_patch_take(struct vy_http_request *request)
{
    int64_t id;
    struct vy_err err = {.at = -1};
    struct vy_buf line = {0};
    json_t *replies = NULL;
    json_t *const before =
        vy_http_number_of(request, "take", &id) ? ask(request, "show", id) : NULL;
    if (!before)
        return;
    write_changes(request->json, json_object_get(before, "take"), id, &line);
    json_decref(before);
    if (vy_http_say(request, line.text ? line.text : "", line.length, &replies, &err)) {
        vy_http_fail(request, &err);
    } else {
        const json_t *const last = json_array_get(replies, json_array_size(replies) - 1);
        vy_http_send_json(request, 200, json_incref(json_object_get(last, "result")));
    }
    json_decref(replies);
    vy_buf_clear(&line);
}

// ---- its files ----------------------------------------------------------------------------------

// The take's own file: nothing behind a symbolic link. @return -1: after an answer
static int open_take(struct vy_http_request *request, int64_t id, char *path, size_t size)
{
    struct vy_err err = {.at = -1};
    json_t *const result = ask(request, "show", id);
    const char *const place =
        json_string_value(json_object_get(json_object_get(result, "take"), "path"));
    if (!result)
        return -1;
    vy_text_copy(path, size, place ? place : "");
    json_decref(result);
    int fd;
    const vy_status status = vy_file_open(path, &fd, &err);
    if (!status)
        return fd;
    if (status == VY_DENIED) {
        request->err = err;
        vy_http_refuse(request, VY_REFUSED_PATH, vy_http_status_of(VY_DENIED));
    } else {
        vy_fail(&err, VY_NOT_FOUND, -1, "the file of take %" PRId64 " has gone", id);
    }
    vy_http_fail(request, &err);
    return -1;
}

static void send_audio(struct vy_http_request *request, int64_t id)
{
    char path[4096];
    const int fd = open_take(request, id, path, sizeof path);
    if (fd >= 0)
        vy_http_send_file(request, fd, path);
}

void vy_http_get_take_audio(struct vy_http_request *request)
{
    int64_t id;
    if (vy_http_number_of(request, "take", &id))
        send_audio(request, id);
}

void vy_http_get_take_receipt(struct vy_http_request *request)
{
    int64_t id;
    json_t *const result =
        vy_http_number_of(request, "take", &id) ? ask(request, "show", id) : NULL;
    if (!result)
        return;
    vy_http_send_json(request, 200,
                      json_incref(json_object_get(json_object_get(result, "take"), "receipt")));
    json_decref(result);
}

// The file is held open while it is drawn, so that its name cannot come to mean another.
static bool open_picture(struct vy_http_request *request, int *fd, char place[32])
{
    int64_t id;
    char path[4096];
    *fd = vy_http_number_of(request, "take", &id) ? open_take(request, id, path, sizeof path) : -1;
    snprintf(place, 32, "/proc/self/fd/%d", *fd);
    return *fd >= 0;
}

void vy_http_get_take_peaks(struct vy_http_request *request)
{
    const char *const n = vy_http_target_get(&request->target, "n");
    struct vy_buf json = {0};
    struct vy_err err = {.at = -1};
    char place[32];
    int fd;
    if (!open_picture(request, &fd, place))
        return;
    if (vy_sound_peaks(vy_live_session(request->http->live)->stage, place,
                       n ? (uint32_t)strtoul(n, NULL, 10) : 1000, &json, &err))
        vy_http_fail(request, &err);
    else
        vy_http_send(request, 200, "application/json", json.text ? json.text : "{}", json.length);
    vy_buf_clear(&json);
    close(fd);
}

static void send_levels(struct vy_http_request *request, const struct vy_spectrogram *shape,
                        const struct vy_buf *levels)
{
    const struct vy_mhd *const mhd = &request->http->mhd;
    const struct {
        const char *name;
        double value;
    } rows[] = {{"X-Frames", shape->frames},     {"X-Bins", shape->bins},
                {"X-Low-Hz", shape->low_hz},     {"X-High-Hz", shape->high_hz},
                {"X-Floor-Db", shape->floor_db}, {"X-Top-Db", shape->top_db}};
    struct MHD_Response *const response =
        mhd->create_response_from_buffer(levels->length, levels->text, MHD_RESPMEM_MUST_COPY);
    if (!response)
        return;
    vy_http_dress(request, response, "application/octet-stream");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[32];
        snprintf(text, sizeof text, "%g", rows[i].value);
        mhd->add_response_header(response, rows[i].name, text);
    }
    mhd->add_response_header(response, "Cache-Control", "private, max-age=86400"); // never changes
    vy_http_queue(request, 200, response);
}

void vy_http_get_take_spectrogram(struct vy_http_request *request)
{
    struct vy_buf levels = {0};
    struct vy_spectrogram shape;
    struct vy_err err = {.at = -1};
    char place[32];
    int fd;
    if (!open_picture(request, &fd, place))
        return;
    if (vy_sound_spectrogram(vy_live_session(request->http->live)->stage, place, &shape, &levels,
                             &err))
        vy_http_fail(request, &err);
    else
        send_levels(request, &shape, &levels);
    vy_buf_clear(&levels);
    close(fd);
}

// ---- /artifact ----------------------------------------------------------------------------------

// The sound that a job has made.
void vy_http_get_artifact(struct vy_http_request *request)
{
    int64_t id;
    char line[48];
    struct vy_err err = {.at = -1};
    if (!vy_http_number_of(request, "job", &id))
        return;
    snprintf(line, sizeof line, "jobs show %" PRId64, id);
    json_t *const result = vy_http_ask(request, line, &err);
    const json_t *const job = json_object_get(result, "job");
    const json_t *const take = json_object_get(job, "take");
    const char *const state = json_string_value(json_object_get(job, "state"));
    if (result && json_is_integer(take)) {
        send_audio(request, json_integer_value(take));
    } else {
        if (result)
            vy_fail(&err, VY_NOT_FOUND, -1, "job %" PRId64 " is %.20s and has made no take", id,
                    state ? state : "unknown");
        vy_http_fail(request, &err);
    }
    json_decref(result);
}
