// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Telemetry for those who asked: levels and position at their rate, events as they come.
#include "serve/osc_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_same(const struct vy_osc_subscriber *subscriber, const struct vy_osc_peer *peer)
{
    return subscriber->length == peer->length &&
           memcmp(&subscriber->address, &peer->address, peer->length) == 0;
}

static struct vy_osc_subscriber *place_for(struct vy_osc *osc, const struct vy_osc_peer *peer)
{
    struct vy_osc_subscriber *empty = NULL;
    for (int i = 0; i < VY_OSC_SUBSCRIBERS; i++) {
        struct vy_osc_subscriber *const s = &osc->subscriber[i];
        if (s->length > 0 && is_same(s, peer))
            return s;
        if (s->length == 0 && !empty)
            empty = s;
    }
    return empty;
}

vy_status vy_osc_subscribe(struct vy_osc *osc, const struct vy_osc_peer *peer,
                           const struct vy_osc_act *act, struct vy_err *err)
{
    struct vy_osc_subscriber *const s = place_for(osc, peer);
    if (!s)
        return vy_fail(err, VY_TOO_BIG, -1, "%d others have subscribed already",
                       VY_OSC_SUBSCRIBERS);
    memcpy(&s->address, &peer->address, peer->length);
    s->length = peer->length;
    s->until_ns = vy_now_ns() + VY_OSC_SUBSCRIBED_NS;
    if (strcmp(act->text, "events") == 0)
        s->events = act->value > 0;
    else
        s->period_ns = act->value > 0 ? (uint64_t)(1e9 / (double)act->value) : 0;
    s->due_ns = vy_now_ns();
    if (!s->events && s->period_ns == 0)
        memset(s, 0, sizeof *s);
    return VY_OK;
}

static void send_to(struct vy_osc *osc, const struct vy_osc_subscriber *s, size_t n)
{
    if (n > 0)
        sendto(osc->socket, osc->out, n, MSG_DONTWAIT, (const struct sockaddr *)&s->address,
               s->length);
}

// What is not measured is not sent.
static void send_loudness(struct vy_osc *osc, const struct vy_osc_subscriber *s,
                          const json_t *loudness)
{
    static const char *const rows[][2] = {{"/veery/loudness/momentary", "momentary_lufs"},
                                          {"/veery/loudness/short_term", "short_term_lufs"},
                                          {"/veery/loudness/true_peak", "true_peak_dbtp"},
                                          {"/veery/loudness/correlation", "correlation"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const json_t *const value = json_object_get(loudness, rows[i][1]);
        if (json_is_number(value))
            send_to(osc, s,
                    vy_osc_message_write(osc->out, sizeof osc->out, rows[i][0], "f",
                                         json_number_value(value)));
    }
}

static void send_meters(struct vy_osc *osc, const struct vy_osc_subscriber *s, const json_t *meters)
{
    const json_t *const master = json_object_get(meters, "master");
    send_to(osc, s,
            vy_osc_message_write(osc->out, sizeof osc->out, "/veery/meters/master", "ff",
                                 json_number_value(json_array_get(master, 0)),
                                 json_number_value(json_array_get(master, 1))));
    send_loudness(osc, s, json_object_get(meters, "loudness"));
    const char *name;
    json_t *peak;
    json_object_foreach(json_object_get(meters, "units"), name, peak)
    {
        char path[VY_NAME_SIZE + 16];
        snprintf(path, sizeof path, "/veery/meters/%s", name);
        send_to(
            osc, s,
            vy_osc_message_write(osc->out, sizeof osc->out, path, "f", json_number_value(peak)));
    }
}

static void send_position(struct vy_osc *osc, const struct vy_osc_subscriber *s)
{
    const struct vy_shared *const shared = vy_live_shared(osc->live);
    const uint32_t slot = atomic_load(&shared->active);
    if (slot >= VY_SLOTS)
        return;
    const double beats = vy_doc_bar_beats(vy_live_session(osc->live)->doc);
    const double beat = shared->slot[slot].says.beat;
    const double bar = floor(beat / beats);
    send_to(osc, s,
            vy_osc_message_write(osc->out, sizeof osc->out, "/veery/position", "iff", (int)bar + 1,
                                 beat - bar * beats + 1, shared->slot[slot].says.bpm));
}

// The peaks are those since the last look of anybody, so one look serves all who are due.
void vy_osc_feed(struct vy_osc *osc)
{
    const uint64_t now = vy_now_ns();
    json_t *meters = NULL;
    for (int i = 0; i < VY_OSC_SUBSCRIBERS; i++) {
        struct vy_osc_subscriber *const s = &osc->subscriber[i];
        if (s->length > 0 && now >= s->until_ns)
            memset(s, 0, sizeof *s);
        if (s->length == 0 || s->period_ns == 0 || now < s->due_ns)
            continue;
        s->due_ns += s->period_ns;
        if (s->due_ns < now)
            s->due_ns = now + s->period_ns;
        if (!meters)
            meters = vy_live_meters(osc->live, VY_READER_OSC);
        if (meters)
            send_meters(osc, s, meters);
        send_position(osc, s);
    }
    json_decref(meters);
}

void vy_osc_event(struct vy_osc *osc, const json_t *event)
{
    char *text = NULL;
    for (int i = 0; i < VY_OSC_SUBSCRIBERS; i++) {
        if (!osc->subscriber[i].events)
            continue;
        if (!text)
            text = json_dumps(event, JSON_COMPACT);
        if (text)
            send_to(osc, &osc->subscriber[i],
                    vy_osc_message_write(osc->out, sizeof osc->out, "/veery/event", "s", text));
    }
    free(text);
}
