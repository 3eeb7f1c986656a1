// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The main thread's side of a live engine: documents become plans, and what the audio thread hands
// back is freed.
//
// Each plan is compiled against the one before it in the queue, also when that one does not sound
// yet. Instances that only an older plan uses stay until that plan has come back.
#include "engine/player.h"

#include "base/text.h"
#include "engine/compile.h"
#include "engine/host.h"
#include "engine/rt/play.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct vy_player {
    struct vy_play play; // first: 64-byte aligned
    const struct vy_kernels *kernels;
    struct vy_player_events events;
    struct vy_host host;
    struct vy_doc *doc;     // newest
    struct vy_plan *newest; // last in the queue, or the one that sounds
    uint32_t plans;         // alive
    uint64_t version;
    bool swept, rebind;
    struct vy_stem_ring *stems;
    const char *unit[VY_METERS];
};

struct vy_player *vy_player_new(const struct vy_catalog *catalog, double sr_hz,
                                const struct vy_player_events *events)
{
    struct vy_player *const p = aligned_alloc(64, (sizeof *p + 63u) & ~(size_t)63u);
    if (!p)
        return NULL;
    memset(p, 0, sizeof *p);
    p->kernels = catalog->kernels;
    p->play.tick = catalog->kernels->tick;
    p->events = *events;
    vy_host_open(&p->host, catalog, sr_hz, 1);
    return p;
}

void vy_player_warm(struct vy_player *p)
{
    static const char *const id[] = {"osc", "delay"};
    for (size_t i = 0; i < sizeof id / sizeof *id; i++) {
        const struct vy_module *const module = vy_kernels_module(p->kernels, id[i]);
        if (module)
            vy_host_warm(&p->host, module);
    }
}

static void report_faults(struct vy_player *p)
{
    char text[120];
    while (vy_fault_next(&p->play.engine, text, sizeof text))
        if (p->events.event)
            p->events.event(p->events.arg, "muted", text);
}

static void free_returned(struct vy_player *p)
{
    struct vy_plan_order order;
    while (vy_plan_pop(&p->play.out, &order)) {
        report_faults(p); // they point into the plan, and it has brought all of them along
        vy_plan_destroy(order.plan);
        p->plans--;
    }
}

void vy_player_destroy(struct vy_player *p)
{
    if (!p)
        return;
    struct vy_plan_order order;
    free_returned(p);
    while (vy_plan_pop(&p->play.in, &order))
        vy_plan_destroy(order.plan);
    vy_plan_destroy(p->play.engine.plan);
    vy_host_close(&p->host);
    vy_doc_destroy(p->doc);
    free(p->stems);
    free(p);
}

static vy_status queue(struct vy_player *p, const struct vy_plan_order *how, struct vy_err *err)
{
    struct vy_plan_order order = *how;
    if (p->plans >= VY_PLAN_QUEUE / 2)
        return vy_fail(err, VY_TOO_BIG, -1, "%u edits wait for their time already", p->plans);
    vy_host_mark_none(&p->host);
    const vy_status status = vy_compile(&p->host, p->doc, p->newest, &order.plan, err);
    p->swept = false;
    if (status)
        return status;
    // transport only by `play`: a live studio does not begin by itself
    order.plan->playing = p->doc->playing;
    if (!vy_plan_push(&p->play.in, &order)) {
        vy_plan_destroy(order.plan);
        return vy_fail(err, VY_TOO_BIG, -1, "too many edits wait for their time");
    }
    p->newest = order.plan;
    p->plans++;
    p->rebind = false;
    return VY_OK;
}

bool vy_player_full(struct vy_player *p)
{
    free_returned(p);
    return p->plans >= VY_PLAN_QUEUE / 2;
}

vy_status vy_player_play(struct vy_player *p, const struct vy_doc *doc,
                         const struct vy_player_when *when, struct vy_err *err)
{
    struct vy_doc *const copy = vy_doc_clone(doc), *const old = p->doc;
    if (!copy)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    free_returned(p);
    for (uint32_t i = 0; i < when->echoes; i++)
        if (when->echo[i] < p->host.bindings)
            p->host.binding[when->echo[i]].echo = true;
    p->doc = copy;
    const struct vy_plan_order order = {
        .beat = when->beat, .seek = when->seek, .to = when->to, .version = when->version};
    const vy_status status = queue(p, &order, err);
    p->doc = status ? old : copy;
    vy_doc_destroy(status ? copy : old);
    if (!status)
        p->version = when->version;
    return status;
}

vy_status vy_player_bind(struct vy_player *p, uint32_t handle, const char *path, struct vy_err *err)
{
    if (handle >= VY_BINDINGS)
        return vy_fail(err, VY_TOO_BIG, -1, "at most %u things are bound", VY_BINDINGS);
    p->rebind = true;
    return vy_host_bind(&p->host, handle, path, err);
}

bool vy_player_binds(const struct vy_player *p)
{
    return p->rebind;
}

static void deliver_stems(struct vy_player *p)
{
    struct vy_stem_ring *const ring = p->stems;
    if (!ring)
        return;
    uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    while (tail != atomic_load_explicit(&ring->head, memory_order_acquire)) {
        const struct vy_stem_tick *const t = &ring->item[tail % VY_STEM_QUEUE];
        if (p->events.stem)
            p->events.stem(p->events.arg, t->unit, t->frame, t->stereo, VY_TICK);
        atomic_store_explicit(&ring->tail, ++tail, memory_order_release);
    }
}

vy_status vy_player_service(struct vy_player *p, struct vy_err *err)
{
    deliver_stems(p);
    report_faults(p);
    free_returned(p);
    if (p->plans > 1 || !p->doc)
        return VY_OK;
    if (!p->swept) {
        vy_host_sweep(&p->host); // only the newest plan is left, and it marked what it uses
        p->swept = true;
    }
    const bool settled = p->newest && p->newest->leftovers &&
                         atomic_load_explicit(&p->play.settled, memory_order_acquire) == p->newest;
    if (!settled && !p->rebind)
        return VY_OK;
    const struct vy_plan_order order = {.beat = (double)NAN, .version = p->version};
    return queue(p, &order, err);
}

void vy_player_stems(struct vy_player *p, bool on)
{
    if (on && !p->stems)
        p->stems = calloc(1, sizeof *p->stems);
    if (!on)
        deliver_stems(p);
    atomic_store_explicit(&p->play.stems, on ? p->stems : NULL, memory_order_release);
}

uint32_t vy_player_units(const struct vy_player *player, const char *const **name)
{
    struct vy_player *const p = (struct vy_player *)player;
    uint32_t n = 0;
    for (; p->newest && n < p->newest->stems && n < VY_METERS; n++)
        p->unit[n] = p->newest->stem[n].name;
    *name = p->unit;
    return n;
}

void vy_player_block(struct vy_player *p, struct vy_slot *slot)
{
    p->kernels->play(&p->play, slot, vy_now_ns());
}

void vy_player_idle(struct vy_player *p, struct vy_slot *slot)
{
    p->kernels->idle(&p->play, slot);
}
