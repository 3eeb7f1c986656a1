// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fake_live.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

struct vy_live *fake_live_new(const struct vy_catalog *catalog)
{
    struct vy_live *const live = calloc(1, sizeof *live);
    live->session = vy_session_new(catalog, 1);
    pthread_mutex_init(&live->lock, NULL);
    live->shared.device.sr_hz = 48000;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    live->start_s = (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
    return live;
}

void fake_live_destroy(struct vy_live *live)
{
    vy_session_destroy(live->session);
    free(live);
}

static bool put(struct vy_live *live, char what, const char *path, float hz, float value,
                uint64_t frame, uint64_t sent_ns, const char *author)
{
    bool known = false;
    pthread_mutex_lock(&live->lock);
    for (int i = 0; i < live->binds; i++)
        known |=
            strcmp(live->bound[i], path) == 0 && vy_now_ns() >= live->bound_ns[i] + live->slow_ns;
    if (known && live->events < 65536) {
        struct fake_event *const e = &live->event[live->events];
        *e = (struct fake_event){
            .what = what, .hz = hz, .value = value, .frame = frame, .sent_ns = sent_ns};
        vy_text_copy(e->path, sizeof e->path, path);
        vy_text_copy(e->author, sizeof e->author, author);
        live->events++;
    }
    pthread_mutex_unlock(&live->lock);
    return known;
}

bool vy_live_turn(struct vy_live *live, const char *path, float value, uint64_t frame,
                  uint64_t sent_ns, const char *author)
{
    return put(live, 't', path, 0, value, frame, sent_ns, author);
}

bool vy_live_note(struct vy_live *live, const char *unit, float hz, float velocity, uint64_t frame,
                  uint64_t sent_ns)
{
    return put(live, 'n', unit, hz, velocity, frame, sent_ns, "");
}

vy_status vy_live_bind(struct vy_live *live, const char *path, struct vy_err *err)
{
    struct vy_target target;
    for (int i = 0; i < live->binds; i++)
        if (strcmp(live->bound[i], path) == 0)
            return VY_OK;
    if (strchr(path, '.')) {
        const vy_status status = vy_edit_find(live->session->doc, path, &target, err);
        if (status)
            return status;
        if (target.node < 0)
            return vy_fail(err, VY_BAD_ARG, -1, "%s cannot be turned", path);
    } else if (vy_doc_unit(live->session->doc, path) < 0) {
        return vy_fail(err, VY_UNKNOWN_NAME, -1, "no thing is called '%s'", path);
    }
    pthread_mutex_lock(&live->lock);
    live->bound_ns[live->binds] = vy_now_ns();
    vy_text_copy(live->bound[live->binds++], sizeof live->bound[0], path);
    pthread_mutex_unlock(&live->lock);
    return VY_OK;
}

vy_status vy_live_do(struct vy_live *live, const struct vy_request *request, vy_reply_to reply,
                     void *arg)
{
    return vy_session_do(live->session, request, reply, arg);
}

struct vy_session *vy_live_session(struct vy_live *live)
{
    return live->session;
}

const struct vy_shared *vy_live_shared(const struct vy_live *live)
{
    return &live->shared;
}

uint64_t vy_live_frame_at(const struct vy_live *live, double unix_seconds)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (unix_seconds <= (double)now.tv_sec + (double)now.tv_nsec * 1e-9)
        return 0;
    return (uint64_t)((unix_seconds - live->start_s) * 48000);
}

json_t *vy_live_meters(struct vy_live *live, enum vy_live_reader reader)
{
    (void)reader;
    (void)live;
    return json_pack("{s:[f,f],s:{s:f},s:{s:f,s:n,s:f,s:f,s:s}}", "master", 0.5, 0.25, "units",
                     "bass", 0.3, "loudness", "momentary_lufs", -14.5, "short_term_lufs",
                     "true_peak_dbtp", -1.5, "correlation", 0.75, "why",
                     "three seconds have not passed");
}
