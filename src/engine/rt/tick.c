// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// One tick of the engine: notes, automation, then every module in order.
#include "engine/rt/plan.h"

#include "dsp/lanes.h"
#include "engine/rt/mix.h"
#include "engine/rt/user.h"

#include <stdatomic.h>
#include <string.h>

// ---- fades --------------------------------------------------------------------------------------

// Equal-power gain of a fade position 0..1.
static float fade_gain(float fade)
{
    return fade >= 1.0f ? 1.0f : vy_sin_quarter(vy_set(fade * 0.25f))[0];
}

static float fade_next(const struct vy_plan *plan, const struct vy_plan_edge *e)
{
    const float f = e->wire->fade;
    if (f < e->target)
        return f + plan->fade_step < e->target ? f + plan->fade_step : e->target;
    return f - plan->fade_step > e->target ? f - plan->fade_step : e->target;
}

// ---- inputs -------------------------------------------------------------------------------------

static bool same_lanes(struct vy_shape a, struct vy_shape b)
{
    return a.voices == b.voices && a.chans == b.chans;
}

// The source, late by the cable's delay.
static const vy_f8 *source_of(const struct vy_plan_edge *e)
{
    struct vy_wire *const w = e->wire;
    if (!e->delay || !w->line)
        return e->source;
    const size_t length = w->delay + VY_TICK;
    for (uint32_t g = 0; g < e->shape.groups; g++) {
        vy_f8 *const line = w->line + g * length;
        memmove(line, line + VY_TICK, w->delay * sizeof *line);
        memcpy(line + w->delay, e->source + (size_t)g * VY_TICK, VY_TICK * sizeof *line);
        memcpy(w->hold + (size_t)g * VY_TICK, line, VY_TICK * sizeof *line);
    }
    return w->hold;
}

// The buffer a module reads: the source itself when one whole cable arrives, else a mix.
static const vy_f8 *gather(const struct vy_plan *plan, const struct vy_plan_input *in, vy_f8 *mix,
                           bool *steady)
{
    *steady = false;
    if (in->edges == 0)
        return NULL;
    const struct vy_plan_edge *const first = &plan->edge[in->first];
    if (in->edges == 1 && first->wire->fade == 1.0f && first->target == 1.0f &&
        first->depth == 1.0f && same_lanes(first->shape, in->shape)) {
        *steady = first->steady && *first->steady;
        return source_of(first);
    }
    memset(mix, 0, (size_t)in->shape.groups * VY_TICK * sizeof *mix);
    for (uint32_t i = 0; i < in->edges; i++) {
        const struct vy_plan_edge *const e = &plan->edge[in->first + i];
        const float from = fade_gain(e->wire->fade) * e->depth;
        const float to = fade_gain(fade_next(plan, e)) * e->depth;
        vy_mix_add(mix, in->shape, source_of(e), e->shape, from, to);
    }
    return mix;
}

// ---- parameters ---------------------------------------------------------------------------------

static bool stepped(const struct vy_param *row)
{
    return row->curve == VY_INT || row->curve == VY_ENUM || row->curve == VY_BOOL;
}

// Bring the base value forward by one tick; returns its value at the end.
static float advance(struct vy_param_state *s, const struct vy_plan_param *p,
                     const struct vy_param *row)
{
    if (s->goal != p->target) {
        s->goal = p->target;
        s->left = stepped(row) ? 1 : p->smooth_ticks;
        s->step = (s->goal - s->now) / (float)s->left;
    }
    if (s->left == 0)
        return s->now;
    return --s->left == 0 ? s->goal : s->now + s->step;
}

// Cables, locks and limits: the value of one group at the end of the tick.
static vy_f8 modulated(const struct vy_plan *plan, const struct vy_plan_node *node,
                       const struct vy_plan_param *p, const struct vy_param *row, float base,
                       uint32_t g)
{
    vy_f8 v = vy_set(base), octaves = vy_set(0), units = vy_set(0);
    if (p->lock >= 0) {
        const struct vy_plan_lock *const lock = &plan->lock[p->lock];
        v = vy_select(lock->held[g], lock->value[g], v);
    }
    bool any_pitch = false;
    for (uint32_t i = 0; i < p->edges; i++) {
        const struct vy_plan_edge *const e = &plan->edge[p->first + i];
        const float depth = e->depth * fade_gain(fade_next(plan, e));
        const vy_f8 x =
            vy_mix_frame(e->source, e->shape, node->instance->shape, g, VY_TICK - 1) * depth;
        if (e->pitch)
            octaves += x;
        else
            units += x;
        any_pitch |= e->pitch;
    }
    if (any_pitch)
        v = v * vy_exp2(octaves);
    return vy_clamp(v + units, row->min, row->max);
}

static void ramp_modulated(const struct vy_plan *plan, const struct vy_plan_node *node, uint32_t p,
                           float base)
{
    const struct vy_instance *const inst = node->instance;
    const struct vy_param *const row = &node->module->param[p];
    struct vy_ramp *const ramp = inst->ramp + (size_t)p * inst->shape.groups;
    const bool fresh = atomic_load_explicit(&inst->fresh, memory_order_relaxed);
    for (uint32_t g = 0; g < inst->shape.groups; g++) {
        const vy_f8 end = modulated(plan, node, &node->param[p], row, base, g);
        if (stepped(row)) {
            ramp[g] = (struct vy_ramp){vy_floor(end + 0.5f), vy_set(0)};
            continue;
        }
        const vy_f8 start = fresh ? end : ramp[g].v + ramp[g].dv * (float)VY_TICK;
        ramp[g] = (struct vy_ramp){start, (end - start) * (1.0f / (float)VY_TICK)};
    }
    inst->state[p].flat = false;
}

static void make_ramps(const struct vy_plan *plan, const struct vy_plan_node *node,
                       const struct vy_ramp **table)
{
    const struct vy_instance *const inst = node->instance;
    const uint32_t groups = inst->shape.groups;
    for (uint32_t p = 0; p < node->module->params; p++) {
        struct vy_param_state *const s = &inst->state[p];
        const struct vy_plan_param *const plan_param = &node->param[p];
        struct vy_ramp *const ramp = inst->ramp + (size_t)p * groups;
        const bool driven = plan_param->edges || plan_param->lock >= 0;
        table[p] = ramp;
        if (s->flat && !driven && s->left == 0 && s->goal == plan_param->target)
            continue; // most knobs, most of the time
        const struct vy_param *const row = &node->module->param[p];
        const float start = s->now, end = advance(s, plan_param, row);
        s->now = end;
        if (driven) {
            ramp_modulated(plan, node, p, end);
        } else if (start != end || !s->flat) {
            const bool jump = stepped(row);
            const float v = jump ? end : start;
            const float dv = jump ? 0 : (end - start) * (1.0f / (float)VY_TICK);
            for (uint32_t g = 0; g < groups; g++)
                ramp[g] = (struct vy_ramp){vy_set(v), vy_set(dv)};
            s->flat = start == end || jump;
        }
    }
}

// ---- modules ------------------------------------------------------------------------------------

static void silence(const struct vy_plan_node *node)
{
    const size_t bytes = (size_t)node->instance->shape.groups * VY_TICK * sizeof(vy_f8);
    for (uint32_t o = 0; o < node->module->outs; o++)
        memset(node->out[o], 0, bytes);
}

static void check_output(struct vy_engine *engine, const struct vy_plan_node *node)
{
    for (uint32_t o = 0; o < node->module->outs; o++) {
        if (vy_mix_finite(node->out[o], node->instance->shape.groups))
            continue;
        node->instance->muted = true;
        silence(node);
        vy_fault_add(engine, node, VY_FAULT_NAN);
        return;
    }
}

// `thread` says whose scratch buffers to use: 0 the audio thread, 1 its helper.
static void run_node(struct vy_engine *engine, uint32_t index, const struct vy_time *time,
                     uint32_t thread)
{
    const struct vy_plan_node *const node = &engine->plan->node[index];
    struct vy_instance *const inst = node->instance;
    const struct vy_module *const m = node->module;
    if (inst->muted && !inst->mark) {
        silence(node);
        return;
    }
    const vy_f8 *in[VY_PLAN_PORTS];
    struct vy_shape in_shape[VY_PLAN_PORTS];
    const struct vy_ramp *ramp[256];
    uint32_t steady = 0;
    for (uint32_t p = 0; p < m->ins; p++) {
        bool still;
        in[p] = gather(engine->plan, &node->input[p], engine->plan->scratch[thread][p], &still);
        in_shape[p] = node->input[p].shape;
        steady |= (uint32_t)still << p;
    }
    make_ramps(engine->plan, node, ramp);
    const struct vy_io io = {.in = in,
                             .out = node->out,
                             .param = ramp,
                             .in_shape = in_shape,
                             .time = time,
                             .shape = inst->shape,
                             .in_steady = steady};
    if (inst->mark) {
        vy_user_process(engine, node, &io);
    } else {
        m->process(inst->mem, &io);
        check_output(engine, node);
    }
    atomic_store_explicit(&inst->fresh, false, memory_order_relaxed);
}

// ---- notes and automation -----------------------------------------------------------------------

static const struct vy_plan_hit *find_hit(const struct vy_plan_unit *unit, const struct vy_hit *hit)
{
    uint32_t low = 0, high = unit->hits;
    while (low < high) {
        const uint32_t mid = (low + high) / 2;
        if (unit->hit[mid].hit < hit)
            low = mid + 1;
        else
            high = mid;
    }
    return low < unit->hits && unit->hit[low].hit == hit ? &unit->hit[low] : NULL;
}

static void lock_lanes(const struct vy_plan_lock *lock, uint32_t voice, bool held, float value)
{
    // a unit's voices and a node's need not agree: one-voice nodes take every lock
    const uint32_t lanes = lock->voices * lock->chans;
    for (uint32_t lane = 0; lane < lanes; lane++) {
        if (lock->voices > 1 && lane / lock->chans != voice)
            continue;
        lock->held[lane / 8][lane % 8] = held ? -1 : 0;
        lock->value[lane / 8][lane % 8] = value;
    }
}

// A voice that starts anew takes its step's locks and drops those of the step before.
static void apply_locks(struct vy_plan *plan, const struct vy_plan_unit *unit, uint32_t voice,
                        const struct vy_hit *hit)
{
    for (uint32_t l = 0; l < unit->locks; l++)
        lock_lanes(&plan->lock[unit->lock_first + l], voice, false, 0);
    const struct vy_plan_hit *h = find_hit(unit, hit);
    for (; h && h < unit->hit + unit->hits && h->hit == hit; h++)
        lock_lanes(&plan->lock[h->lock], voice, true, h->value);
}

// Notes by hand join those of the patterns, in time order.
static uint32_t add_live(const struct vy_engine *engine, uint32_t index,
                         struct vy_note_event *event, uint32_t events)
{
    for (uint32_t n = 0; n < engine->notes && events < VY_TICK_EVENTS; n++) {
        if (engine->note[n].unit != index)
            continue;
        uint32_t at = events++;
        for (; at > 0 && event[at - 1].frame > engine->note[n].event.frame; at--)
            event[at] = event[at - 1];
        event[at] = engine->note[n].event;
    }
    return events;
}

static void play_notes(struct vy_engine *engine, uint32_t index)
{
    struct vy_plan *const plan = engine->plan;
    const struct vy_plan_unit *const unit = &plan->unit[index];
    struct vy_note_event event[VY_TICK_EVENTS];
    const struct vy_hit *started[VY_MAX_LANES] = {NULL};
    uint32_t events = 0;
    for (uint32_t p = 0; plan->playing && p < unit->parts; p++)
        events += (engine->chase ? vy_seq_chase : vy_seq_events)(
            &unit->part[p], &plan->map, engine->position, engine->frame, event + events,
            VY_TICK_EVENTS - events);
    if (engine->notes)
        events = add_live(engine, index, event, events);
    const uint32_t dropped = unit->notes->dropped;
    unit->notes->glide_s = unit->glide_s; // the voices outlive the plan
    vy_notes_tick(unit->notes, engine->frame, event, events, started);
    engine->dropped += unit->notes->dropped - dropped;
    for (uint32_t v = 0; unit->locks && v < unit->notes->voices; v++)
        if (started[v])
            apply_locks(plan, unit, v, started[v]);
}

static float automation_value(const struct vy_plan_automation *a, double beat)
{
    const double x = beat >= a->beat + a->beats ? 1.0 : (beat - a->beat) / a->beats;
    if (!a->exponential)
        return a->from + (a->to - a->from) * (float)x;
    // from * (to / from)^x
    const vy_f8 ratio = vy_log2(vy_set(a->to / a->from));
    return a->from * vy_exp2(ratio * (float)x)[0];
}

static void automate(struct vy_plan *plan, double beat)
{
    for (uint32_t i = 0; i < plan->automations; i++) {
        const struct vy_plan_automation *const a = &plan->automation[i];
        if (beat < a->beat)
            continue;
        const struct vy_plan_node *const node = &plan->node[a->node];
        struct vy_param_state *const s = &node->instance->state[a->param];
        const float value = automation_value(a, beat);
        node->param[a->param].target = s->goal = value;
        s->step = value - s->now;
        s->left = 1;
    }
}

// ---- two threads --------------------------------------------------------------------------------

// Take jobs until none is left. Which thread takes which does not matter for the result: jobs share
// no buffers, and everything that sums them runs afterwards.
static void work(struct vy_engine *engine, uint32_t ticket, uint32_t thread)
{
    struct vy_crew *const crew = engine->crew;
    uint64_t left = atomic_load_explicit(&crew->left, memory_order_acquire);
    while ((uint32_t)(left >> 32) == ticket && (uint32_t)left > 0) {
        if (!atomic_compare_exchange_weak_explicit(&crew->left, &left, left - 1,
                                                   memory_order_acq_rel, memory_order_acquire))
            continue;
        // the tick cannot end before this job has: plan and time hold still
        const struct vy_plan *const plan = engine->plan;
        const struct vy_plan_job *const job = &plan->job[(uint32_t)left - 1];
        for (uint32_t i = 0; i < job->nodes; i++)
            run_node(engine, plan->job_node[job->first + i], crew->time, thread);
        atomic_fetch_add_explicit(&crew->done, 1, memory_order_release);
        left = atomic_load_explicit(&crew->left, memory_order_acquire);
    }
}

static void pause_a_little(void)
{
#ifdef __SSE2__
    __builtin_ia32_pause();
#endif
}

static void run_shared(struct vy_engine *engine, const struct vy_time *time)
{
    struct vy_crew *const crew = engine->crew;
    const struct vy_plan *const plan = engine->plan;
    crew->time = time;
    atomic_store_explicit(&crew->done, 0, memory_order_relaxed);
    const uint32_t ticket = atomic_load_explicit(&crew->ticket, memory_order_relaxed) + 1;
    atomic_store_explicit(&crew->left, (uint64_t)ticket << 32 | plan->jobs, memory_order_release);
    atomic_store_explicit(&crew->ticket, ticket, memory_order_release);
    work(engine, ticket, 0);
    while (atomic_load_explicit(&crew->done, memory_order_acquire) < plan->jobs)
        pause_a_little();
    for (uint32_t i = 0; i < plan->rests; i++)
        run_node(engine, plan->rest[i], time, 0);
}

void vy_engine_help(struct vy_engine *engine)
{
    struct vy_crew *const crew = engine->crew;
    uint32_t seen = 0;
    while (!atomic_load_explicit(&crew->leave, memory_order_acquire)) {
        const uint32_t ticket = atomic_load_explicit(&crew->ticket, memory_order_acquire);
        if (ticket == seen) {
            pause_a_little();
            continue;
        }
        seen = ticket;
        work(engine, ticket, 1);
    }
}

// ---- the tick -----------------------------------------------------------------------------------

// The same sums as the master's input, cable by cable: fades included, they add up to it.
static void mix_stems(const struct vy_plan *plan)
{
    static const struct vy_shape stereo = {1, 2, 1};
    for (uint32_t s = 0; s < plan->stems; s++) {
        const struct vy_plan_edge *const e = &plan->edge[plan->stem[s].edge];
        memset(plan->stem[s].buffer, 0, VY_TICK * sizeof(vy_f8));
        // a delayed cable has left what it brought in its wire
        const vy_f8 *const source = e->delay && e->wire->line ? e->wire->hold : e->source;
        vy_mix_add(plan->stem[s].buffer, stereo, source, e->shape,
                   fade_gain(e->wire->fade) * e->depth, fade_gain(fade_next(plan, e)) * e->depth);
    }
}

static void finish_edges(struct vy_plan *plan)
{
    for (uint32_t i = 0; i < plan->edges; i++) {
        const struct vy_plan_edge *const e = &plan->edge[i];
        if (e->wire->fade != e->target)
            e->wire->fade = fade_next(plan, e);
        if (e->copy_from)
            memcpy(e->wire->hold, e->copy_from, (size_t)e->shape.groups * VY_TICK * sizeof(vy_f8));
    }
    const uint32_t fades = atomic_load_explicit(&plan->fades, memory_order_relaxed);
    if (fades)
        atomic_store_explicit(&plan->fades, fades - 1, memory_order_relaxed);
}

void vy_engine_arrive(struct vy_plan *plan)
{
    for (uint32_t n = 0; n < plan->nodes; n++) {
        const struct vy_plan_node *const node = &plan->node[n];
        for (uint32_t p = 0; p < node->module->params; p++) {
            struct vy_param_state *const s = &node->instance->state[p];
            s->now = s->goal = node->param[p].target;
            s->left = 0;
            s->flat = false;
        }
    }
    for (uint32_t e = 0; e < plan->edges; e++)
        plan->edge[e].wire->fade = plan->edge[e].target;
}

void vy_engine_tick(struct vy_engine *engine)
{
    struct vy_plan *const plan = engine->plan;
    if (plan->carries)
        vy_user_carry(engine);
    const double beat = vy_tempo_beat(&plan->map, (double)engine->position);
    const struct vy_time time = {
        .frame = engine->frame,
        .beat = beat,
        .beats_per_frame = vy_tempo_bpm(&plan->map, beat) / (60.0 * plan->sr_hz),
        .playing = plan->playing,
        .outside = engine->outside,
    };
    for (uint32_t u = 0; u < plan->units; u++)
        if (plan->unit[u].notes)
            play_notes(engine, u);
    automate(plan, beat + (plan->playing ? VY_TICK * time.beats_per_frame : 0));
    if (engine->crew && plan->jobs > 1)
        run_shared(engine, &time);
    else
        for (uint32_t n = 0; n < plan->nodes; n++)
            run_node(engine, n, &time, 0);
    if (engine->stems)
        mix_stems(plan);
    finish_edges(plan);
    engine->frame += VY_TICK;
    if (plan->playing)
        engine->position += VY_TICK;
}
