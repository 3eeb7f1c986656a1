// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What can be turned and played without an edit. OSC and MIDI threads come here while the main
// thread edits: the table and the rings have one lock, held for a few instructions.
#include "live/inside.h"

#include "engine/edit.h"
#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BIND_MS 100        // for an engine to know a new instrument
#define ECHO_NS 100000000u // values turned by hand become lines so often at most

static int find(const struct vy_live *live, const char *path)
{
    for (uint32_t i = 0; i < live->bindings; i++)
        if (strcmp(live->binding[i].path, path) == 0)
            return (int)i;
    return -1;
}

// What a path is in the present document; an error: nothing that can be bound.
static vy_status resolve(const struct vy_doc *doc, struct vy_binding *b, struct vy_err *err)
{
    b->unit = !strpbrk(b->path, "./");
    if (b->unit) {
        const int unit = vy_doc_unit(doc, b->path);
        if (unit >= 0 && doc->unit[unit].kind == VY_UNIT_INSTRUMENT)
            return VY_OK;
        vy_fail(err, VY_UNKNOWN_NAME, -1, "no instrument is called '%.40s'", b->path);
        vy_err_suggest(err, b->path, vy_edit_name, &(struct vy_names){doc, -1});
        return VY_UNKNOWN_NAME;
    }
    struct vy_target t;
    const vy_status status = vy_edit_find(doc, b->path, &t, err);
    if (status)
        return status;
    if (t.port || (t.node < 0 && t.param > VY_STRIP_SPREAD))
        return vy_fail(err, VY_BAD_ARG, -1, "%.60s cannot be turned while it sounds; use set",
                       b->path);
    b->min = t.row->min;
    b->max = t.row->max;
    return VY_OK;
}

// The engine that plays knows the handle.
static bool is_heard(struct vy_live *live, uint32_t handle)
{
    const uint32_t active = atomic_load(&live->shared->active);
    pthread_mutex_lock(&live->lock);
    const bool heard = active < VY_SLOTS && (live->binding[handle].ready & 1u << active);
    pthread_mutex_unlock(&live->lock);
    return heard;
}

vy_status vy_live_bind(struct vy_live *live, const char *path, struct vy_err *err)
{
    struct vy_binding b = {.valid = true};
    if (find(live, path) >= 0) // only this thread adds: no lock to look
        return VY_OK;
    if (!vy_text_copy(b.path, sizeof b.path, path))
        return vy_fail(err, VY_TOO_BIG, -1, "that path is too long");
    const vy_status status = resolve(live->session->doc, &b, err);
    if (status)
        return status;
    if (live->bindings == VY_BINDINGS)
        return vy_fail(err, VY_TOO_BIG, -1, "at most %u things can be bound", VY_BINDINGS);
    pthread_mutex_lock(&live->lock);
    live->binding[live->bindings] = b;
    const uint32_t handle = live->bindings++;
    pthread_mutex_unlock(&live->lock);
    vy_live_send_each(live, json_pack("{s:[[i,s]]}", "bind", (int)handle, b.path));
    // the note somebody plays next must not be lost because its instrument is new
    for (int ms = 0; b.unit && ms < BIND_MS && !is_heard(live, handle); ms++) {
        vy_live_pump(live);
        usleep(1000);
    }
    return VY_OK;
}

json_t *vy_live_bindings_json(struct vy_live *live)
{
    json_t *const list = json_array();
    for (uint32_t i = 0; i < live->bindings; i++)
        json_array_append_new(list, json_pack("[i,s]", (int)i, live->binding[i].path));
    return list;
}

void vy_live_bound(struct vy_live *live, uint32_t slot, json_t *handles)
{
    pthread_mutex_lock(&live->lock);
    for (size_t i = 0; i < json_array_size(handles); i++) {
        const json_int_t handle = json_integer_value(json_array_get(handles, i));
        if (handle >= 0 && handle < (json_int_t)live->bindings)
            live->binding[handle].ready |= (uint8_t)(1u << slot);
    }
    pthread_mutex_unlock(&live->lock);
}

void vy_live_unbind_slot(struct vy_live *live, uint32_t slot)
{
    pthread_mutex_lock(&live->lock);
    for (uint32_t i = 0; i < live->bindings; i++)
        live->binding[i].ready &= (uint8_t) ~(1u << slot);
    pthread_mutex_unlock(&live->lock);
}

void vy_live_check_bindings(struct vy_live *live)
{
    for (uint32_t i = 0; i < live->bindings; i++) {
        struct vy_binding b = live->binding[i];
        b.valid = resolve(live->session->doc, &b, NULL) == VY_OK;
        pthread_mutex_lock(&live->lock);
        live->binding[i].valid = b.valid;
        live->binding[i].min = b.min;
        live->binding[i].max = b.max;
        pthread_mutex_unlock(&live->lock);
    }
}

// Every engine that knows the target gets it, the spare one too. Lock held. True: one that plays
// has it.
static bool push(struct vy_live *live, const struct vy_control *control, uint8_t ready)
{
    const uint32_t active = atomic_load(&live->shared->active);
    bool sent = false;
    for (uint32_t i = 0; i < VY_SLOTS; i++) {
        struct vy_slot *const slot = &live->shared->slot[i];
        if (!(ready & 1u << i) || atomic_load(&slot->state) != VY_SLOT_READY)
            continue;
        const bool fits = vy_control_push(&slot->control, control);
        sent |= fits && i == active;
    }
    return sent;
}

void vy_live_push(struct vy_live *live, const struct vy_control *control)
{
    pthread_mutex_lock(&live->lock);
    push(live, control, 0xff);
    pthread_mutex_unlock(&live->lock);
}

bool vy_live_turn(struct vy_live *live, const char *path, float value, uint64_t frame,
                  uint64_t sent_ns, const char *author)
{
    const uint64_t now = vy_now_ns();
    struct vy_control c = {.kind = VY_CONTROL_TURN,
                           .value = value,
                           .frame = frame,
                           .sent_ns = sent_ns ? sent_ns : now};
    pthread_mutex_lock(&live->lock);
    const int at = find(live, path);
    struct vy_binding *const b = at >= 0 ? &live->binding[at] : NULL;
    bool done = b && b->valid && !b->unit && value >= b->min && value <= b->max; // false for NaN
    c.target = (uint32_t)at;
    done = done && push(live, &c, b->ready);
    if (done) {
        b->value = value;
        b->turned_ns = now;
        b->turned = true;
        vy_text_copy(b->author, sizeof b->author, author);
    }
    pthread_mutex_unlock(&live->lock);
    return done;
}

bool vy_live_note(struct vy_live *live, const char *unit, float hz, float velocity, uint64_t frame,
                  uint64_t sent_ns)
{
    struct vy_control c = {.kind = velocity > 0 ? VY_CONTROL_NOTE_ON : VY_CONTROL_NOTE_OFF,
                           .value = hz,
                           .velocity = velocity < 1 ? velocity : 1,
                           .frame = frame,
                           .sent_ns = sent_ns ? sent_ns : vy_now_ns()};
    pthread_mutex_lock(&live->lock);
    const int at = find(live, unit);
    c.target = (uint32_t)at;
    const bool done = at >= 0 && live->binding[at].valid && live->binding[at].unit && hz >= 0 &&
                      hz <= 24000 && push(live, &c, live->binding[at].ready);
    pthread_mutex_unlock(&live->lock);
    return done;
}

uint64_t vy_live_frame_at(const struct vy_live *live, double unix_seconds)
{
    const struct vy_shared *const s = live->shared;
    const double ahead = unix_seconds - vy_unix_s();
    if (!(ahead > 0))
        return 0;
    const uint64_t began = atomic_load_explicit(&s->block_ns, memory_order_acquire);
    const double since = (double)(vy_now_ns() - began) * 1e-9;
    return atomic_load(&s->block_frame) +
           (uint64_t)((ahead + since) * (double)atomic_load(&s->device.sr_hz));
}

// One line a turned parameter: `set bass.cutoff 500.25`.
static void say(struct vy_live *live, const struct vy_binding *b, uint32_t handle)
{
    char line[VY_PATH_SIZE + 48];
    snprintf(line, sizeof line, "set %s %.9g", b->path, (double)b->value);
    const struct vy_request request = {line, strlen(line), b->author, -1};
    live->session->doc->beat = vy_live_beat(live);
    if (vy_session_do(live->session, &request, NULL, NULL) == VY_OK)
        vy_live_send_new(live, (double)__builtin_nan(""), &handle, 1);
}

void vy_live_echo(struct vy_live *live, bool all)
{
    const uint64_t now = vy_now_ns();
    if (!all && now - live->echoed_ns < ECHO_NS)
        return;
    live->echoed_ns = now;
    for (uint32_t i = 0; i < live->bindings; i++) {
        pthread_mutex_lock(&live->lock);
        const struct vy_binding b = live->binding[i];
        // a hand that is still turning is waited for, unless somebody asks now
        const bool due = b.turned && (all || now - b.turned_ns > 2 * (uint64_t)ECHO_NS);
        if (due)
            live->binding[i].turned = false;
        pthread_mutex_unlock(&live->lock);
        if (due)
            say(live, &b, i);
    }
}
