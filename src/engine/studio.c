// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The offline engine: ticks as fast as they go, commands at their musical time, blocks of any size.
#include "engine/studio.h"

#include "base/ftz.h"
#include "base/text.h"
#include "engine/compile.h"
#include "engine/host.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TAIL_S 10.0       // a piece without stated length rings out for at most this long
#define TAIL_QUIET 3e-5f  // -90 dBFS: it has rung out
#define TAIL_QUIET_S 0.25 // for this long
#define MAX_LATENCY 8192u

// A stem on its way to its file: delayed as the master is by its limiter.
struct stem {
    struct stem *next;
    char name[VY_NAME_SIZE];
    float now[VY_TICK][2]; // the tick just made
    float (*delay)[2];     // [latency]
    float *block;          // [block][2]
};

struct renderer {
    const struct vy_render *how;
    const struct vy_kernels *kernels;
    struct vy_host host;
    struct vy_engine engine;
    struct vy_doc *doc; // own copy: timers move on in it
    struct vy_render_result *result;
    struct vy_err *err;
    struct stem *stem;
    float *block; // [how->block][2]
    uint32_t filled, latency, delay_at;
    uint64_t skip;      // frames of latency still to throw away
    uint64_t delivered; // frames given to block_done
    uint32_t faults;    // reported
    bool settling;      // a swap's leftovers are still fading
    struct vy_crew crew;
    pthread_t helper;
    bool helping;
    bool stopped;
};

static void report(struct renderer *r, const char *what, const char *text)
{
    if (!r->how->event)
        return;
    struct vy_event event = {.frame = r->engine.frame, .what = what};
    vy_text_copy(event.text, sizeof event.text, text);
    r->how->event(r->how->arg, &event);
}

// ---- plans --------------------------------------------------------------------------------------

static vy_status swap_plan(struct renderer *r)
{
    struct vy_plan *const old = r->engine.plan;
    struct vy_plan *plan = NULL;
    vy_host_mark_none(&r->host);
    const vy_status status = vy_compile(&r->host, r->doc, old, &plan, r->err);
    if (status)
        return status;
    r->engine.plan = plan;
    r->settling = plan->fades > 0;
    vy_plan_destroy(old);
    vy_host_sweep(&r->host);
    r->result->plans++;
    if (r->host.bytes > r->result->memory)
        r->result->memory = r->host.bytes;
    return VY_OK;
}

// The timer due before `beat` that comes first, -1 when none is.
static int due_timer(const struct vy_doc *doc, double beat)
{
    int first = -1;
    for (int t = 0; t < doc->timers; t++)
        if (doc->timer[t].beat < beat - 1e-9 &&
            (first < 0 || doc->timer[t].beat < doc->timer[first].beat))
            first = t;
    return first;
}

static vy_status run_timers(struct renderer *r, double until)
{
    bool changed = false;
    for (int t; (t = due_timer(r->doc, until)) >= 0;) {
        char author[VY_NAME_SIZE];
        struct vy_timer *const timer = &r->doc->timer[t];
        r->doc->beat = timer->beat;
        char *const line = strdup(timer->line); // the document it is in may go
        if (!line)
            return vy_fail(r->err, VY_NO_MEMORY, -1, "out of memory");
        vy_text_copy(author, sizeof author, timer->author ? timer->author : "");
        if (timer->every > 0)
            timer->beat += timer->every;
        else
            VY_DOC_DROP(r->doc->timer, r->doc->timers, t);
        struct vy_doc *const next =
            r->how->line ? r->how->line(r->how->arg, r->doc, line, author) : NULL;
        free(line);
        if (!next)
            continue;
        vy_doc_destroy(r->doc);
        r->doc = next;
        changed = true;
    }
    return changed ? swap_plan(r) : VY_OK;
}

// ---- output -------------------------------------------------------------------------------------

static struct stem *find_stem(struct renderer *r, const char *name)
{
    struct stem **at = &r->stem;
    for (; *at; at = &(*at)->next)
        if (strcmp((*at)->name, name) == 0)
            return *at;
    struct stem *const s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    vy_text_copy(s->name, sizeof s->name, name);
    s->delay = calloc(r->latency + 1u, sizeof *s->delay);
    s->block = calloc((size_t)r->how->block * 2, sizeof *s->block);
    if (!s->delay || !s->block) {
        free(s->delay);
        free(s->block);
        free(s);
        return NULL;
    }
    // a stem that joins later was silent until now: its file must not be shorter
    for (uint64_t at_frame = 0; at_frame < r->delivered && !r->stopped;) {
        const uint64_t left = r->delivered - at_frame;
        const uint32_t n = left < r->how->block ? (uint32_t)left : r->how->block;
        r->stopped = !r->how->stem_done(r->how->arg, name, s->block, n);
        at_frame += n;
    }
    *at = s;
    return s;
}

static vy_status flush(struct renderer *r)
{
    if (r->filled == 0 || r->stopped)
        return VY_OK;
    if (r->how->block_done && !r->how->block_done(r->how->arg, r->block, r->filled))
        r->stopped = true;
    for (struct stem *s = r->stem; s && !r->stopped; s = s->next)
        if (!r->how->stem_done(r->how->arg, s->name, s->block, r->filled))
            r->stopped = true;
    r->delivered += r->filled;
    r->filled = 0;
    return VY_OK;
}

// What the tick brought to each stem; cables of one name are one stem.
static void gather_stems(struct renderer *r)
{
    const struct vy_plan *const plan = r->engine.plan;
    for (struct stem *s = r->stem; s; s = s->next)
        memset(s->now, 0, sizeof s->now);
    for (uint32_t i = 0; i < plan->stems && !r->stopped; i++) {
        struct stem *const s = find_stem(r, plan->stem[i].name);
        if (!s) {
            r->stopped = true;
            return;
        }
        for (uint32_t n = 0; n < VY_TICK; n++) {
            s->now[n][0] += plan->stem[i].buffer[n][0];
            s->now[n][1] += plan->stem[i].buffer[n][1];
        }
    }
}

// Hand out one tick, `frames` of it at most (after latency).
static uint64_t deliver(struct renderer *r, uint64_t frames)
{
    const struct vy_plan *const plan = r->engine.plan;
    uint64_t given = 0;
    if (r->how->stems)
        gather_stems(r);
    for (uint32_t n = 0; n < VY_TICK && given < frames && !r->stopped; n++) {
        const bool audible = r->skip == 0;
        const float gain = plan->gain ? plan->gain[n][0] : 1.0f;
        for (struct stem *s = r->stem; s; s = s->next) {
            const float *const now = s->now[n];
            // written now, read when the master has caught up with the stems' own lateness
            const uint32_t ahead = plan->stem_latency < r->latency ? plan->stem_latency : 0;
            float out[2] = {now[0], now[1]};
            if (r->latency) {
                const float *const then = s->delay[(r->delay_at + ahead) % r->latency];
                out[0] = then[0];
                out[1] = then[1];
                memcpy(s->delay[r->delay_at], now, sizeof out);
            }
            for (uint32_t c = 0; audible && c < 2; c++)
                s->block[2 * r->filled + c] = out[c] * gain;
        }
        r->delay_at = r->latency ? (r->delay_at + 1) % r->latency : 0;
        if (!audible) {
            r->skip--;
            continue;
        }
        r->block[2 * r->filled] = plan->out[n][0];
        r->block[2 * r->filled + 1] = plan->out[n][1];
        r->filled++;
        given++;
        if (r->filled == r->how->block)
            flush(r);
    }
    return given;
}

static float tick_peak(const struct vy_plan *plan)
{
    float most = 0;
    for (uint32_t n = 0; n < VY_TICK; n++)
        for (int c = 0; c < 2; c++)
            most = fmaxf(most, fabsf(plan->out[n][c]));
    return most;
}

static void read_faults(struct renderer *r)
{
    char text[120];
    r->faults = r->engine.faults;
    while (vy_fault_next(&r->engine, text, sizeof text)) {
        report(r, "muted", text);
        r->result->muted++;
    }
}

// ---- the loop -----------------------------------------------------------------------------------

static vy_status run_tick(struct renderer *r)
{
    const struct vy_tempo_map *const map = &r->engine.plan->map;
    if (r->engine.plan->playing && r->doc->timers) {
        const vy_status status =
            run_timers(r, vy_tempo_beat(map, (double)(r->engine.position + VY_TICK)));
        if (status)
            return status;
    }
    if (r->settling && r->engine.plan->fades == 0) {
        const vy_status status = swap_plan(r);
        if (status)
            return status;
        r->settling = false;
    }
    r->kernels->tick(&r->engine);
    if (r->engine.faults != r->faults)
        read_faults(r);
    return VY_OK;
}

// Frames there are to render, by the tempo map as it is now: a timer may have changed it.
static uint64_t frames_wanted(const struct renderer *r, double beats)
{
    if (r->how->frames > 0)
        return (uint64_t)r->how->frames;
    const struct vy_tempo_map *const map = &r->engine.plan->map;
    const double from = round(vy_tempo_frame(map, r->how->beat));
    return (uint64_t)fmax(round(vy_tempo_frame(map, r->how->beat + beats)) - from, 1);
}

static vy_status run(struct renderer *r, double beats, bool ring_out)
{
    vy_status status = VY_OK;
    for (uint64_t done = 0; done < frames_wanted(r, beats) && !status && !r->stopped;) {
        status = run_tick(r);
        const uint64_t wanted = frames_wanted(r, beats);
        if (!status && done < wanted)
            done += deliver(r, wanted - done);
    }
    if (!ring_out || status)
        return status;
    // no new notes; go on until nothing is heard
    r->engine.plan->playing = false;
    const double sr = r->how->sr_hz;
    double quiet = 0;
    for (double t = 0; t < TAIL_S * sr && quiet < TAIL_QUIET_S * sr && !r->stopped && !status;
         t += VY_TICK) {
        r->kernels->tick(&r->engine);
        quiet = tick_peak(r->engine.plan) < TAIL_QUIET ? quiet + VY_TICK : 0;
        deliver(r, VY_TICK);
    }
    return status;
}

static vy_status check(const struct vy_render *how, struct vy_err *err)
{
    if (!(how->sr_hz >= 8000 && how->sr_hz <= 192000))
        return vy_fail(err, VY_OUT_OF_RANGE, -1, "the rate goes from 8000 to 192000 Hz");
    if (how->block < 1 || how->block > 65536)
        return vy_fail(err, VY_OUT_OF_RANGE, -1, "the block goes from 1 to 65536 frames");
    if (how->threads > 2)
        return vy_fail(err, VY_OUT_OF_RANGE, -1, "threads is 1 or 2");
    if (!(how->frames >= 0 && how->frames <= 4e9 && how->beats >= 0 && how->beats <= 1e6))
        return vy_fail(err, VY_OUT_OF_RANGE, -1, "that is too long to render");
    return VY_OK;
}

static void *help(void *arg)
{
    struct renderer *const r = arg;
    vy_ftz_enter();
    r->kernels->help(&r->engine);
    return NULL;
}

// A second thread, when there is one to be had; without it everything still works.
static void start_helper(struct renderer *r)
{
    if (r->how->threads < 2)
        return;
    r->engine.crew = &r->crew;
    r->helping = pthread_create(&r->helper, NULL, help, r) == 0;
    if (!r->helping)
        r->engine.crew = NULL;
}

static void close_renderer(struct renderer *r)
{
    if (r->helping) {
        atomic_store_explicit(&r->crew.leave, true, memory_order_release);
        pthread_join(r->helper, NULL);
    }
    vy_plan_destroy(r->engine.plan);
    vy_host_close(&r->host);
    vy_doc_destroy(r->doc);
    free(r->block);
    for (struct stem *s = r->stem; s;) {
        struct stem *const next = s->next;
        free(s->delay);
        free(s->block);
        free(s);
        s = next;
    }
}

static vy_status start(struct renderer *r, const struct vy_doc *doc)
{
    r->doc = vy_doc_clone(doc);
    r->block = calloc((size_t)r->how->block * 2, sizeof *r->block);
    if (!r->doc || !r->block)
        return vy_fail(r->err, VY_NO_MEMORY, -1, "out of memory");
    const vy_status status = swap_plan(r);
    if (status)
        return status;
    r->latency = r->engine.plan->latency < MAX_LATENCY ? r->engine.plan->latency : MAX_LATENCY;
    r->skip = r->latency;
    r->engine.position = llround(vy_tempo_frame(&r->engine.plan->map, r->how->beat));
    r->engine.stems = r->how->stems;
    start_helper(r);
    return VY_OK;
}

vy_status vy_studio_render(const struct vy_doc *doc, const struct vy_catalog *catalog,
                           const struct vy_render *how, struct vy_render_result *result,
                           struct vy_err *err)
{
    vy_status status = check(how, err);
    if (status)
        return status;
    *result = (struct vy_render_result){.tempo = doc->tempo};
    struct renderer r = {.how = how, .kernels = catalog->kernels, .result = result, .err = err};
    vy_host_open(&r.host, catalog, how->sr_hz, how->threads);
    const unsigned mode = vy_ftz_enter();
    status = start(&r, doc);
    if (!status) {
        const double bar = vy_doc_bar_beats(doc);
        const bool whole = how->frames == 0 && how->beats == 0;
        const double beats = whole ? fmax(vy_studio_length(doc) - how->beat, bar) : how->beats;
        const double from = (double)r.engine.position;
        status = run(&r, beats, whole);
        const double end = from + (double)(r.delivered + r.filled);
        const double heard = vy_tempo_beat(&r.engine.plan->map, end) - how->beat;
        result->bars = (how->frames == 0 && !r.stopped ? beats : heard) / bar;
    }
    if (!status)
        status = flush(&r);
    vy_ftz_leave(mode);
    result->frames = r.delivered;
    result->dropped = r.engine.dropped;
    close_renderer(&r);
    return status;
}
