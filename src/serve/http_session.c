// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// /v1/session. What a version of the session looks like is written once; where the music is, is
// added for each who asks.
#include "command/session_json.h"
#include "serve/http_inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool write_version(struct vy_http *http, const struct vy_session *session)
{
    json_t *const json = vy_session_json(session);
    char *const text = json ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(json);
    vy_buf_clear(&http->session.text);
    if (text)
        vy_buf_put(&http->session.text, text, strlen(text) - 1);
    free(text);
    http->session.version = session->version;
    http->session.there = text && !http->session.text.failed;
    return http->session.there;
}

void vy_http_position(struct vy_http *http, struct vy_buf *buf)
{
    const struct vy_doc *const doc = vy_live_session(http->live)->doc;
    const struct vy_shared *const shared = vy_live_shared(http->live);
    const uint32_t active = atomic_load(&shared->active);
    const struct vy_engine_says *const says =
        active < VY_SLOTS && shared->slot[active].says.plans ? &shared->slot[active].says : NULL;
    const double beat = says ? says->beat : doc->beat, bar_beats = vy_doc_bar_beats(doc);
    const double bar = floor(beat / bar_beats + 1e-9);
    const bool playing = says ? says->playing != 0 : doc->playing;
    vy_buf_add(buf,
               ",\"playing\":%s,\"position\":{\"beats\":%.4f,\"bar\":%.0f,\"beat\":%.4f,"
               "\"bpm\":%.6g,\"heard\":%llu}}",
               playing ? "true" : "false", beat, bar + 1,
               fmax(0, beat - bar * bar_beats) * doc->meter_den / 4 + 1,
               says ? (double)says->bpm : doc->tempo,
               says ? (unsigned long long)says->version : 0ull);
}

void vy_http_get_session(struct vy_http_request *request)
{
    struct vy_http *const http = request->http;
    const struct vy_session *const session = vy_live_session(http->live);
    const bool fresh = http->session.there && http->session.version == session->version;
    if (!fresh && !write_version(http, session)) {
        vy_http_fail(request, &(struct vy_err){.code = VY_NO_MEMORY, .at = -1});
        return;
    }
    struct vy_buf *const text = &http->session.text;
    const size_t length = text->length;
    vy_http_position(http, text);
    vy_http_send(request, 200, "application/json", text->text, text->length);
    text->length = length;
}

void vy_http_get_session_file(struct vy_http_request *request)
{
    struct vy_buf text = {0};
    struct vy_err err = {.at = -1};
    if (vy_session_write(vy_live_session(request->http->live), &text, &err))
        vy_http_fail(request, &err);
    else
        vy_http_send(request, 200, request->route->type, text.text ? text.text : "", text.length);
    vy_buf_clear(&text);
}
