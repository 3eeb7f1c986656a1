// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a live studio has to say: events and status.
#include "live/inside.h"

#include "sound/device.h"

#include <string.h>
#include <unistd.h>

void vy_live_event(struct vy_live *live, json_t *event)
{
    if (live->how.event && event)
        live->how.event(live->how.arg, event);
    json_decref(event);
}

static const char *state_name(uint32_t state)
{
    return state == VY_DEVICE_RUNNING ? "running" : state == VY_DEVICE_LOST ? "lost" : "closed";
}

static json_t *guard_event_json(const struct vy_guard_event *e)
{
    const json_int_t frame = (json_int_t)e->frame;
    switch ((enum vy_event_kind)e->kind) {
    case VY_EVENT_LATE:
        return json_pack("{s:s,s:i,s:I}", "event", "late", "slot", (int)e->a, "frame", frame);
    case VY_EVENT_FAILOVER:
        return json_pack("{s:s,s:i,s:i,s:I}", "event", "failover", "slot", (int)e->a, "lost_frames",
                         (int)e->b, "frame", frame);
    case VY_EVENT_FAILED:
        return json_pack("{s:s,s:i,s:i,s:I,s:s}", "event", "failed", "slot", (int)e->a, "mark",
                         (int)e->b, "frame", frame, "text",
                         e->b ? "an engine was given up in a user module, which is bypassed now"
                              : "an engine was given up");
    case VY_EVENT_BAD:
        return json_pack("{s:s,s:s,s:I}", "event", "muted", "text",
                         "an engine sent samples that are no numbers", "frame", frame);
    }
    return NULL;
}

// State that changes without an event of its own: whoever changed it, a line, a signal or a plug.
static void tell_changes(struct vy_live *live)
{
    const struct vy_shared *const s = live->shared;
    const uint32_t device = atomic_load_explicit(&s->device.state, memory_order_acquire);
    const bool bypass = atomic_load(&s->bypass) != 0, panic = atomic_load(&s->panic) != 0;
    if (device != live->told.device)
        vy_live_event(live, json_pack("{s:s,s:s,s:s}", "event", "device", "state",
                                      state_name(device), "name", s->device.name));
    if (bypass != live->told.bypass)
        vy_live_event(live, json_pack("{s:s,s:s,s:b}", "event", "switch", "what", "bypass", "on",
                                      (int)bypass));
    if (panic != live->told.panic)
        vy_live_event(
            live, json_pack("{s:s,s:s,s:b}", "event", "switch", "what", "panic", "on", (int)panic));
    live->told.device = device;
    live->told.bypass = bypass;
    live->told.panic = panic;
}

void vy_live_guard_events(struct vy_live *live)
{
    const uint32_t there = atomic_load_explicit(&live->shared->events, memory_order_acquire);
    if (there - live->guard_events > VY_EVENTS)
        live->guard_events = there - VY_EVENTS;
    for (; live->guard_events != there; live->guard_events++) {
        const struct vy_guard_event e = live->shared->event[live->guard_events % VY_EVENTS];
        vy_live_event(live, guard_event_json(&e));
    }
    tell_changes(live);
}

static json_t *process_json(const char *role, int pid)
{
    return json_pack("{s:s,s:i}", "role", role, "pid", pid);
}

static json_t *processes_json(const struct vy_live *live)
{
    json_t *const list = json_array();
    const uint32_t active = atomic_load(&live->shared->active);
    json_array_append_new(list, process_json("studio", (int)getpid()));
    if (live->guard.pid)
        json_array_append_new(list, process_json("guard", live->guard.pid));
    for (uint32_t i = 0; i < VY_SLOTS; i++)
        if (live->engine[i].process.pid)
            json_array_append_new(list, process_json(i == active ? "engine"
                                                     : atomic_load(&live->shared->slot[i].state)
                                                         ? "standby"
                                                         : "starting",
                                                     live->engine[i].process.pid));
    if (live->reserve.process.pid)
        json_array_append_new(list, process_json("reserve", live->reserve.process.pid));
    return list;
}

static json_t *times_json(const _Atomic uint32_t *bucket)
{
    return json_pack("{s:f,s:f}", "p50_us", (double)vy_wait_quantile(bucket, 0.5) / 1e3, "p99_us",
                     (double)vy_wait_quantile(bucket, 0.99) / 1e3);
}

vy_status vy_live_status(void *arg, struct vy_buf *text, json_t *result, struct vy_err *err)
{
    (void)err;
    const struct vy_live *const live = arg;
    const struct vy_shared *const s = live->shared;
    const struct vy_device_facts *const d = &s->device;
    const uint32_t active = atomic_load(&s->active);
    const bool plays = active < VY_SLOTS;
    const struct vy_slot *const slot = &s->slot[plays ? active : 0];
    const struct vy_engine_says *const says = &slot->says;
    const int latency = plays ? (int)says->latency : 0;
    json_t *const processes = processes_json(live);
    vy_buf_add(text, "\n  %s %s, %u Hz, %u frames, %s%s%s; late %llu, failovers %llu, xruns %llu",
               d->backend, d->name, d->sr_hz, d->period, state_name(d->state),
               s->bypass ? ", bypassed" : "", s->panic ? ", silenced by panic" : "",
               (unsigned long long)s->late, (unsigned long long)s->failovers,
               (unsigned long long)d->xruns);
    size_t i;
    json_t *p;
    json_array_foreach(processes, i, p)
        vy_buf_add(text, "\n  %-9s %lld", json_string_value(json_object_get(p, "role")),
                   json_integer_value(json_object_get(p, "pid")));
    json_object_set_new(result, "processes", processes);
    json_object_set_new(result, "device",
                        json_pack("{s:s,s:s,s:s,s:i,s:i}", "backend", d->backend, "name", d->name,
                                  "state", state_name(d->state), "ins", (int)d->ins, "priority",
                                  (int)d->realtime));
    json_object_set_new(result, "rate", json_integer(d->sr_hz));
    json_object_set_new(result, "period", json_integer(d->period));
    json_object_set_new(result, "xruns", json_integer((json_int_t)d->xruns));
    json_object_set_new(result, "late", json_integer((json_int_t)s->late));
    json_object_set_new(result, "late_steal", json_integer((json_int_t)s->late_steal));
    json_object_set_new(result, "failovers", json_integer((json_int_t)s->failovers));
    json_object_set_new(result, "restarts", json_integer(live->restarts));
    json_object_set_new(result, "blocks", json_integer((json_int_t)s->blocks));
    json_object_set_new(result, "frame", json_integer((json_int_t)s->frame));
    json_object_set_new(result, "latency", json_integer(latency));
    json_object_set_new(result, "bypass", json_boolean(s->bypass));
    json_object_set_new(result, "panic", json_boolean(s->panic));
    json_object_set_new(result, "clients", json_integer(live->clients));
    json_object_set_new(result, "exchange", times_json(s->wait));
    json_object_set_new(result, "work", times_json(s->work));
    if (plays)
        json_object_set_new(result, "controls", times_json(slot->control_wait));
    if (plays)
        json_object_set_new(result, "transport",
                            json_pack("{s:b,s:f,s:f,s:I,s:I}", "playing", (int)says->playing,
                                      "beat", (double)says->beat, "bpm", (double)says->bpm,
                                      "version", (json_int_t)says->version, "controls",
                                      (json_int_t)says->controls));
    return VY_OK;
}
