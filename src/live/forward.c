// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The session's log on its way to the engines: both apply the same lines in the same order, so that
// their documents are the session's. A line that waits for its time is fired here, a little ahead,
// with the beat at which it is to be heard; the engines have no clock of their own for that.
#include "live/inside.h"

#include <math.h>
#include <string.h>

#define AHEAD_S 0.08 // time for the engines to compile

static const struct vy_slot *playing_slot(const struct vy_live *live)
{
    const uint32_t active = atomic_load(&live->shared->active);
    return active < VY_SLOTS ? &live->shared->slot[active] : NULL;
}

double vy_live_beat(const struct vy_live *live)
{
    const struct vy_slot *const slot = playing_slot(live);
    // after a seek only what an engine says that has done it
    const bool known = slot && slot->says.plans && slot->says.version >= live->seek_version;
    return known ? slot->says.beat : live->session->doc->beat;
}

static json_t *entry_json(const struct vy_entry *entry)
{
    json_t *const json = json_pack("{s:f,s:s,s:s}", "beat", entry->beat, "line", entry->line,
                                   "author", entry->author);
    if (entry->program) {
        json_object_set_new(json, "program", json_string(entry->program));
        json_object_set_new(json, "seed", json_integer((json_int_t)entry->seed));
    }
    if (entry->fired)
        json_object_set_new(json, "fired", json_true());
    return json;
}

static json_t *entries_json(const struct vy_session *session, size_t from)
{
    json_t *const list = json_array();
    for (size_t i = from; i < session->entries; i++)
        if (!session->entry[i].note && !session->entry[i].undone)
            json_array_append_new(list, entry_json(&session->entry[i]));
    return list;
}

static json_t *message_of(const struct vy_live *live, size_t from, bool reset, double at)
{
    json_t *const message = json_pack(
        "{s:o,s:b,s:I,s:I}", "entries", entries_json(live->session, from), "reset", reset, "seed",
        (json_int_t)live->session->seed, "version", (json_int_t)live->session->version);
    if (at == at)
        json_object_set_new(message, "at", json_real(at));
    return message;
}

void vy_live_send_all(struct vy_live *live, struct vy_engine_child *to)
{
    json_t *const bound = vy_live_bindings_json(live);
    vy_live_send_modules(live, to);
    vy_link_send(&to->link, json_pack("{s:o}", "bind", bound));
    vy_link_send(&to->link, message_of(live, 0, true, (double)NAN));
}

void vy_live_send_each(struct vy_live *live, json_t *message)
{
    for (uint32_t i = 0; i < VY_SLOTS; i++)
        if (live->engine[i].process.pid)
            vy_link_send(&live->engine[i].link, json_incref(message));
    if (live->reserve.process.pid)
        vy_link_send(&live->reserve.link, json_incref(message));
    json_decref(message);
}

// Where new entries make the transport jump; NAN = nowhere. A loaded session begins at its start.
static double jump_of(const struct vy_session *session, size_t from)
{
    double to = (double)NAN;
    for (size_t i = from; i < session->entries; i++) {
        const struct vy_entry *const e = &session->entry[i];
        if (e->note || e->undone || e->fired)
            continue;
        if (e->program)
            to = 0;
        else if (e->after != e->beat)
            to = e->after;
    }
    return to;
}

void vy_live_send_new(struct vy_live *live, double at, const uint32_t *echo, uint32_t echoes)
{
    struct vy_session *const session = live->session;
    const struct vy_request *const said = live->request;
    const bool reset = session->rewrites != live->sent_rewrites;
    if (!reset && session->entries == live->sent_entries)
        return;
    const size_t from = live->sent_entries;
    json_t *const message = message_of(live, reset ? 0 : from, reset, at);
    const double to = jump_of(session, from);
    if (to == to) {
        json_object_set_new(message, "to", json_real(to));
        live->seek_version = session->version;
        session->doc->beat = to;
    }
    json_t *const list = json_array();
    for (uint32_t i = 0; i < echoes; i++)
        json_array_append_new(list, json_integer(echo[i]));
    json_object_set_new(message, "echo", list);
    vy_live_send_each(live, message);
    for (size_t i = from; i < session->entries; i++) {
        const struct vy_entry *const e = &session->entry[i];
        vy_live_event(live, json_pack("{s:s,s:s,s:s,s:I,s:f}", "event",
                                      e->note    ? "say"
                                      : e->fired ? "timer"
                                                 : "edit",
                                      "author", e->author, "line", e->line, "version",
                                      (json_int_t)e->version, "beat", e->beat));
    }
    if (reset) // undo, redo: the line itself is not in the log
        vy_live_event(live, json_pack("{s:s,s:s,s:s%,s:I,s:f}", "event", "edit", "author",
                                      said ? said->author : "", "line", said ? said->line : "",
                                      said ? said->length : (size_t)0, "version",
                                      (json_int_t)session->version, "beat", session->doc->beat));
    live->sent_entries = session->entries;
    live->sent_rewrites = session->rewrites;
    vy_live_check_bindings(live);
}

void vy_live_fire_timers(struct vy_live *live)
{
    const struct vy_slot *const slot = playing_slot(live);
    if (!slot || !slot->says.playing || !live->session->doc->timers)
        return;
    const double until = vy_live_beat(live) + AHEAD_S * slot->says.bpm / 60;
    struct vy_err err;
    while (vy_session_fire(live->session, until, &err)) {
        const double beat = live->session->entry[live->session->entries - 1].beat;
        if (err.code)
            vy_live_event(live, json_pack("{s:s,s:s}", "event", "failed", "text", err.message));
        vy_live_send_new(live, beat, NULL, 0);
    }
}
