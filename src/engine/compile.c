// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Graph -> plan: instances, buffers, cables, parameters and notes, laid out for the audio thread.
#include "engine/compile.h"

#include "base/rng.h"
#include "engine/edit.h"
#include "engine/graph.h"
#include "engine/value.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FADE_S 0.010 // of a plan swap

// What is being made: the plan, its arena and the graph it comes from, freed together.
struct made {
    struct vy_plan plan; // first: a plan is destroyed through its address
    struct vy_arena arena;
    struct vy_graph graph;
    struct vy_host *host;
    const struct vy_doc *doc;
    struct vy_err *err;
    uint32_t *plan_of; // graph node -> plan node
    uint32_t *unit_of; // graph unit -> plan unit (the same index)
    bool *carries;     // graph nodes that are new, but hear what sounded before
    bool *replaces;    // graph nodes that are another build of what was in their place
    uint32_t *late;    // frames each graph node's output is behind musical time
    bool first;        // nothing sounded before
};

static vy_status no_memory(struct made *m)
{
    return vy_fail(m->err, VY_NO_MEMORY, -1, "out of memory");
}

// ---- instances and buffers ----------------------------------------------------------------------

static vy_status make_instances(struct made *m)
{
    const struct vy_graph *const g = &m->graph;
    struct vy_plan *const plan = &m->plan;
    plan->nodes = g->nodes;
    plan->node = vy_arena_take(&m->arena, (g->nodes + 1u) * sizeof *plan->node);
    m->plan_of = vy_arena_take(&m->arena, (g->nodes + 1u) * sizeof *m->plan_of);
    if (!plan->node || !m->plan_of)
        return no_memory(m);
    for (uint32_t i = 0; i < g->nodes; i++) {
        const struct vy_gnode *const from = &g->node[g->order[i]];
        struct vy_plan_node *const node = &plan->node[i];
        m->plan_of[g->order[i]] = i;
        node->module = from->module;
        node->unit = from->unit < 0 ? UINT16_MAX : (uint16_t)from->unit;
        const struct vy_host_want want = {.key = from->key,
                                          .seed = vy_rng_key(m->doc->seed, from->id),
                                          .module = from->module,
                                          .shape = from->shape,
                                          .mark = from->mark,
                                          .file = from->file,
                                          .value = from->value};
        const vy_status status = vy_host_instance(m->host, &want, &node->instance, m->err);
        if (status)
            return status;
    }
    return VY_OK;
}

// ---- reloaded modules ---------------------------------------------------------------------------

static bool same_file(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

// The build that was in this place until now, NULL when there was none.
static const struct vy_gnode *build_before(const struct vy_graph *g, const struct vy_gnode *now)
{
    for (uint32_t n = 0; n < g->nodes; n++) // the youngest of those that leave comes first
        if (g->node[n].leaving && g->node[n].mark && g->node[n].mark != now->mark &&
            g->node[n].id == now->id && strcmp(g->node[n].module->id, now->module->id) == 0)
            return &g->node[n];
    return NULL;
}

// A new build goes on with the state of the old one where both mean the same by it.
static vy_status make_carries(struct made *m)
{
    const struct vy_graph *const g = &m->graph;
    m->replaces = vy_arena_take(&m->arena, g->nodes + 1u);
    m->plan.carry = vy_arena_take(&m->arena, (g->nodes + 1u) * sizeof *m->plan.carry);
    if (!m->replaces || !m->plan.carry)
        return no_memory(m);
    for (uint32_t n = 0; n < g->nodes; n++) {
        const struct vy_gnode *const now = &g->node[n];
        struct vy_instance *const to = m->plan.node[m->plan_of[n]].instance;
        const struct vy_gnode *const was =
            now->mark && !now->leaving && to->fresh ? build_before(g, now) : NULL;
        if (!was)
            continue;
        m->replaces[n] = true;
        const struct vy_instance *const from = m->plan.node[m->plan_of[was - g->node]].instance;
        if (to->portable && from->portable && to->size == from->size &&
            to->module->layout == from->module->layout && to->shape.voices == from->shape.voices &&
            to->shape.chans == from->shape.chans && same_file(now->file, was->file))
            m->plan.carry[m->plan.carries++] = (struct vy_plan_carry){to, from};
    }
    return VY_OK;
}

// Buffers are given back after their last reader and used again, so that a plan stays in cache.
struct pool {
    vy_f8 *free[VY_MAX_LANES / VY_GROUP + 1][256];
    uint32_t frees[VY_MAX_LANES / VY_GROUP + 1];
};

static vy_f8 *take_buffer(struct made *m, struct pool *pool, uint32_t groups)
{
    if (pool->frees[groups])
        return pool->free[groups][--pool->frees[groups]];
    return vy_arena_take(&m->arena, (size_t)groups * VY_TICK * sizeof(vy_f8));
}

static void give_buffer(struct pool *pool, uint32_t groups, vy_f8 *buffer)
{
    if (pool->frees[groups] < 256)
        pool->free[groups][pool->frees[groups]++] = buffer;
}

// Position of the last reader of every node's outputs; UINT32_MAX when it must outlive the tick.
static uint32_t *last_readers(struct made *m)
{
    const struct vy_graph *const g = &m->graph;
    uint32_t *const last = vy_arena_take(&m->arena, (g->nodes + 1u) * sizeof *last);
    if (!last)
        return NULL;
    for (uint32_t n = 0; n < g->nodes; n++)
        last[n] = m->plan_of[n];
    for (uint32_t i = 0; i < g->edges; i++) {
        const struct vy_gedge *const e = &g->edge[i];
        if (e->from < 0)
            continue;
        if (e->feedback)
            last[e->from] = UINT32_MAX;
        else if (last[e->from] < m->plan_of[e->to])
            last[e->from] = m->plan_of[e->to];
    }
    for (uint32_t i = g->first[g->master_in]; i < g->first[g->master_in + 1]; i++)
        if (g->edge[g->incoming[i]].from >= 0) // stems are mixed after all nodes
            last[g->edge[g->incoming[i]].from] = UINT32_MAX;
    last[g->out] = UINT32_MAX;
    return last;
}

static bool make_scratch(struct made *m, uint32_t thread, uint32_t ports)
{
    vy_f8 **const scratch = vy_arena_take(&m->arena, VY_PLAN_PORTS * sizeof *scratch);
    m->plan.scratch[thread] = scratch;
    for (uint32_t p = 0; scratch && p < ports && p < VY_PLAN_PORTS; p++) {
        scratch[p] = vy_arena_take(&m->arena, (VY_MAX_LANES / VY_GROUP) * VY_TICK * sizeof(vy_f8));
        if (!scratch[p])
            return false;
    }
    return scratch != NULL;
}

static vy_status make_buffers(struct made *m)
{
    const struct vy_graph *const g = &m->graph;
    struct pool *const pool = calloc(1, sizeof *pool);
    const uint32_t *const last = last_readers(m);
    // plan nodes by the place of their last reader: heads and links, UINT32_MAX ends
    uint32_t *const done_at = vy_arena_take(&m->arena, (g->nodes + 1u) * sizeof *done_at);
    uint32_t *const done_next = vy_arena_take(&m->arena, (g->nodes + 1u) * sizeof *done_next);
    uint32_t most_ins = 1;
    bool ok = pool && last && done_at && done_next;
    if (ok)
        memset(done_at, 0xff, (g->nodes + 1u) * sizeof *done_at);
    for (uint32_t i = m->plan.nodes; ok && i-- > 0;) {
        const uint32_t end = last[g->order[i]];
        if (end == UINT32_MAX)
            continue;
        done_next[i] = done_at[end];
        done_at[end] = i;
    }
    for (uint32_t i = 0; i < m->plan.nodes && ok; i++) {
        struct vy_plan_node *const node = &m->plan.node[i];
        const uint32_t groups = node->instance->shape.groups;
        node->out = vy_arena_take(&m->arena, (node->module->outs + 1u) * sizeof *node->out);
        for (int o = 0; node->out && o < node->module->outs; o++)
            ok = (node->out[o] = take_buffer(m, pool, groups)) && ok;
        ok = ok && node->out;
        most_ins = node->module->ins > most_ins ? node->module->ins : most_ins;
        // with two threads the order is not known: every output keeps its own buffer
        if (!ok || m->host->threads > 1)
            continue;
        for (uint32_t before = done_at[i]; before != UINT32_MAX; before = done_next[before]) {
            const struct vy_plan_node *const done = &m->plan.node[before];
            for (int o = 0; o < done->module->outs; o++)
                give_buffer(pool, done->instance->shape.groups, done->out[o]);
        }
    }
    free(pool);
    for (uint32_t t = 0; ok && t < (m->host->threads > 1 ? 2 : 1); t++)
        ok = make_scratch(m, t, most_ins);
    return ok ? VY_OK : no_memory(m);
}

// ---- latency ------------------------------------------------------------------------------------

static bool carries_sound(const struct vy_gedge *e)
{
    return e->from >= 0 && !e->to_param && !e->feedback;
}

// A node is as late as the latest sound it hears, plus its own delay.
static vy_status find_latency(struct made *m)
{
    const struct vy_graph *const g = &m->graph;
    m->late = vy_arena_take(&m->arena, (g->nodes + 1u) * sizeof *m->late);
    if (!m->late)
        return no_memory(m);
    bool any = false;
    for (uint32_t n = 0; n < g->nodes; n++)
        any |= g->node[n].module->latency_frames > 0;
    for (uint32_t i = 0; any && i < g->nodes; i++) {
        const uint32_t n = g->order[i];
        for (uint32_t k = g->first[n]; k < g->first[n + 1]; k++) {
            const struct vy_gedge *const e = &g->edge[g->incoming[k]];
            if (carries_sound(e) && m->late[e->from] > m->late[n])
                m->late[n] = m->late[e->from];
        }
        m->late[n] += g->node[n].module->latency_frames;
    }
    return VY_OK;
}

// Frames a cable has to wait for the latest of those that meet at its end.
static uint32_t delay_of(const struct made *m, const struct vy_gedge *e)
{
    const uint32_t own = m->graph.node[e->to].module->latency_frames;
    return carries_sound(e) ? m->late[e->to] - own - m->late[e->from] : 0;
}

// ---- cables -------------------------------------------------------------------------------------

static bool is_fresh(const struct made *m, int node)
{
    return node >= 0 && m->plan.node[m->plan_of[node]].instance->fresh;
}

// A new effect in an old way: what comes out of it sounds at once and must fade in.
static vy_status find_carriers(struct made *m)
{
    const struct vy_graph *const g = &m->graph;
    m->carries = vy_arena_take(&m->arena, (g->nodes + 1u) * sizeof *m->carries);
    if (!m->carries)
        return no_memory(m);
    for (uint32_t i = 0; i < g->nodes; i++) { // in order of execution: sources come first
        const int node = (int)g->order[i];
        m->carries[node] =
            m->replaces[node]; // also a source: the old build sounds until it is gone
        for (uint32_t e = g->first[node]; is_fresh(m, node) && e < g->first[node + 1]; e++) {
            const struct vy_gedge *const edge = &g->edge[g->incoming[e]];
            if (edge->from >= 0 && !edge->to_param)
                m->carries[node] |= !is_fresh(m, edge->from) || m->carries[edge->from];
        }
    }
    return VY_OK;
}

static vy_status fill_edge(struct made *m, const struct vy_gedge *from, struct vy_plan_edge *e)
{
    // what begins with a new source begins in silence anyway and must not lose its attack
    const bool begins = is_fresh(m, from->from) && !m->carries[from->from];
    const bool at_once = m->first || begins || from->leaving || m->graph.node[from->to].leaving ||
                         is_fresh(m, from->to);
    struct vy_shape shape = {1, 1, 1};
    if (from->from >= 0)
        shape = m->graph.node[from->from].shape;
    e->delay = delay_of(m, from);
    // a cable whose delay changes is another cable: it cannot go on where it was
    const uint64_t key = e->delay ? vy_rng_key(from->key, e->delay) : from->key;
    e->wire = vy_host_wire(m->host, key, at_once ? 1.0f : 0.0f,
                           from->feedback || e->delay ? shape.groups : 0, e->delay);
    if (!e->wire)
        return no_memory(m);
    e->target = from->leaving ? 0.0f : 1.0f;
    e->depth = from->depth;
    e->pitch = from->pitch;
    if (from->from >= 0) {
        const struct vy_plan_node *const node = &m->plan.node[m->plan_of[from->from]];
        e->source = node->out[from->from_port];
        e->shape = shape;
        if (from->feedback) {
            e->copy_from = e->source;
            e->source = e->wire->hold;
        }
        return VY_OK;
    }
    struct vy_notes *const notes = m->plan.unit[from->unit].notes;
    vy_f8 *const signal[] = {notes->freq, notes->gate, notes->trig, notes->vel};
    const bool *const steady[] = {&notes->freq_steady, &notes->gate_steady, &notes->trig_steady,
                                  &notes->vel_steady};
    e->source = signal[-1 - from->from];
    e->steady = steady[-1 - from->from];
    e->shape = (struct vy_shape){(uint16_t)notes->voices, 1, (uint16_t)notes->groups};
    return VY_OK;
}

// All edges into one port or parameter, next to each other in the plan.
static vy_status collect(struct made *m, int node, bool param, uint16_t port, uint32_t *first,
                         uint32_t *count)
{
    const struct vy_graph *const g = &m->graph;
    *first = m->plan.edges;
    *count = 0;
    for (uint32_t i = g->first[node]; i < g->first[node + 1]; i++) {
        const struct vy_gedge *const from = &g->edge[g->incoming[i]];
        if (from->to_param != param || from->to_port != port)
            continue;
        const vy_status status = fill_edge(m, from, &m->plan.edge[m->plan.edges]);
        if (status)
            return status;
        m->plan.edges++;
        (*count)++;
    }
    return VY_OK;
}

static struct vy_shape input_shape(const struct made *m, const struct vy_plan_node *node,
                                   const struct vy_plan_input *in)
{
    struct vy_shape s = node->instance->shape;
    if (!(node->module->flags & VY_MIXES) || in->edges == 0)
        return s;
    s = (struct vy_shape){1, 1, 1};
    for (uint32_t i = 0; i < in->edges; i++) {
        const struct vy_shape e = m->plan.edge[in->first + i].shape;
        s.voices = e.voices > s.voices ? e.voices : s.voices;
        s.chans = e.chans > s.chans ? e.chans : s.chans;
    }
    if (s.voices * s.chans > (int)VY_MAX_LANES)
        s.voices = (uint16_t)(VY_MAX_LANES / s.chans);
    s.groups = (uint16_t)((s.voices * s.chans + 7) / 8);
    return s;
}

static vy_status connect_node(struct made *m, uint32_t i)
{
    struct vy_plan_node *const node = &m->plan.node[i];
    const int gnode = (int)m->graph.order[i];
    const struct vy_module *const mod = node->module;
    node->input = vy_arena_take(&m->arena, (mod->ins + 1u) * sizeof *node->input);
    node->param = vy_arena_take(&m->arena, (mod->params + 1u) * sizeof *node->param);
    if (!node->input || !node->param)
        return no_memory(m);
    for (uint16_t p = 0; p < mod->ins; p++) {
        struct vy_plan_input *const in = &node->input[p];
        const vy_status status = collect(m, gnode, false, p, &in->first, &in->edges);
        if (status)
            return status;
        in->shape = input_shape(m, node, in);
    }
    const double ticks_per_ms = m->host->sr_hz / 1000.0 / VY_TICK;
    for (uint16_t p = 0; p < mod->params; p++) {
        struct vy_plan_param *const param = &node->param[p];
        const vy_status status = collect(m, gnode, true, p, &param->first, &param->edges);
        if (status)
            return status;
        param->target = m->graph.node[gnode].value[p];
        param->smooth_ticks =
            (uint32_t)fmax(1, round((double)mod->param[p].smooth_ms * ticks_per_ms));
        param->lock = -1;
    }
    return VY_OK;
}

static vy_status make_cables(struct made *m)
{
    m->plan.edge = vy_arena_take(&m->arena, (m->graph.edges + 1u) * sizeof *m->plan.edge);
    if (!m->plan.edge || find_carriers(m))
        return no_memory(m);
    for (uint32_t i = 0; i < m->plan.nodes; i++) {
        const vy_status status = connect_node(m, i);
        if (status)
            return status;
    }
    // how far its fade is does not count: it goes on until this plan begins
    for (uint32_t e = 0; e < m->plan.edges; e++)
        if (m->plan.edge[e].target == 0)
            m->plan.fades = (uint32_t)ceil(FADE_S * m->host->sr_hz / VY_TICK) + 1;
    for (uint32_t n = 0; n < m->graph.nodes && !m->plan.fades; n++)
        if (m->graph.node[n].leaving)
            m->plan.fades = 1;
    m->plan.leftovers = m->plan.fades > 0;
    return VY_OK;
}

// ---- notes and locks ----------------------------------------------------------------------------

static vy_status make_units(struct made *m)
{
    const struct vy_graph *const g = &m->graph;
    m->plan.units = g->units;
    m->plan.unit = vy_arena_take(&m->arena, (g->units + 1u) * sizeof *m->plan.unit);
    if (!m->plan.unit)
        return no_memory(m);
    for (uint32_t u = 0; u < g->units; u++) {
        struct vy_plan_unit *const unit = &m->plan.unit[u];
        unit->name = vy_arena_text(&m->arena, g->unit[u].name);
        if (!g->unit[u].plays_notes)
            continue;
        unit->notes = vy_host_voices(m->host, g->unit[u].voices_key, g->unit[u].voices);
        if (!unit->notes)
            return no_memory(m);
        if (g->unit[u].index < 0)
            continue;
        const struct vy_unit *const from = &m->doc->unit[g->unit[u].index];
        unit->glide_s = from->glide_s;
        if (!from->playing)
            continue;
        struct vy_seq_part *part;
        if (vy_compile_parts(m->doc, from, &m->arena, &part))
            return no_memory(m);
        unit->part = part;
        unit->parts = from->parts;
    }
    return VY_OK;
}

#define MAX_LOCKS 4096u

// The lock of a parameter, made when there is none; -1 when memory is out.
static int lock_of(struct made *m, int node, int param)
{
    struct vy_plan_node *const n = &m->plan.node[m->plan_of[node]];
    if (n->param[param].lock >= 0)
        return n->param[param].lock;
    const uint32_t groups = n->instance->shape.groups;
    if (m->plan.locks == MAX_LOCKS)
        return -1;
    const struct vy_param_lock *const kept = vy_host_lock(n->instance, (uint16_t)param);
    if (!kept)
        return -1;
    m->plan.lock[m->plan.locks] = (struct vy_plan_lock){
        kept->value, kept->held, groups, n->instance->shape.chans, n->instance->shape.voices};
    n->param[param].lock = (int32_t)m->plan.locks;
    return (int)m->plan.locks++;
}

static vy_status lock_hit(struct made *m, const struct vy_unit *unit, const struct vy_hit *hit,
                          const struct vy_lock *from, struct vy_plan_hit *to, uint32_t *count)
{
    char path[160];
    struct vy_target t;
    snprintf(path, sizeof path, "%s.%s", unit->name, from->param);
    if (vy_edit_find(m->doc, path, &t, NULL) || t.node < 0 || t.port)
        return VY_OK; // was there when the pattern was written; a reload may have taken it away
    const int targets = t.knob ? t.knob->targets : 1;
    for (int k = 0; k < targets; k++) {
        const int doc_node = t.knob ? t.knob->node[k] : t.node;
        const int param = t.knob ? t.knob->param[k] : t.param;
        const int node = vy_graph_find(&m->graph, t.unit, t.rack, doc_node);
        if (node < 0)
            continue;
        const struct vy_gnode *const g = &m->graph.node[node];
        float value;
        if (vy_value_read(&g->module->param[param], from->value, g->value[param], m->doc, &value,
                          NULL))
            continue; // a reload may have changed its range
        const int lock = lock_of(m, node, param);
        if (lock < 0)
            return no_memory(m);
        to[(*count)++] = (struct vy_plan_hit){hit, (uint32_t)lock, value};
    }
    return VY_OK;
}

static int by_hit(const void *a, const void *b)
{
    const uintptr_t x = (uintptr_t)((const struct vy_plan_hit *)a)->hit;
    const uintptr_t y = (uintptr_t)((const struct vy_plan_hit *)b)->hit;
    return (x > y) - (x < y);
}

static vy_status make_locks(struct made *m)
{
    m->plan.lock = vy_arena_take(&m->arena, MAX_LOCKS * sizeof *m->plan.lock);
    if (!m->plan.lock)
        return no_memory(m);
    for (uint32_t u = 0; u < m->plan.units; u++) {
        struct vy_plan_unit *const unit = &m->plan.unit[u];
        uint32_t most = 0, count = 0;
        for (uint32_t p = 0; p < unit->parts; p++)
            for (uint32_t h = 0; h < unit->part[p].pattern->hits; h++)
                most += unit->part[p].pattern->hit[h].locks * 4u;
        struct vy_plan_hit *const table = vy_arena_take(&m->arena, (most + 1u) * sizeof *table);
        if (!table)
            return no_memory(m);
        unit->lock_first = m->plan.locks;
        for (uint32_t p = 0; most && p < unit->parts; p++)
            for (uint32_t h = 0; h < unit->part[p].pattern->hits; h++) {
                const struct vy_hit *const hit = &unit->part[p].pattern->hit[h];
                for (int l = 0; l < hit->locks; l++) {
                    const vy_status status = lock_hit(m, &m->doc->unit[m->graph.unit[u].index], hit,
                                                      &hit->lock[l], table, &count);
                    if (status)
                        return status;
                }
            }
        unit->locks = m->plan.locks - unit->lock_first;
        qsort(table, count, sizeof *table, by_hit);
        unit->hit = table;
        unit->hits = count;
    }
    return VY_OK;
}

// ---- automation and taps ------------------------------------------------------------------------

static vy_status make_automation(struct made *m)
{
    struct vy_plan *const plan = &m->plan;
    plan->automation =
        vy_arena_take(&m->arena, (m->doc->automations + 1u) * sizeof *plan->automation);
    if (!plan->automation)
        return no_memory(m);
    for (int i = 0; i < m->doc->automations; i++) {
        const struct vy_automation *const a = &m->doc->automation[i];
        if (a->unit == UINT16_MAX)
            continue;
        uint32_t param = a->param;
        const int node = a->node < 0 ? vy_graph_strip(&m->graph, a->unit, a->param, &param)
                                     : vy_graph_find(&m->graph, a->unit, a->rack, a->node);
        if (node < 0)
            continue;
        plan->automation[plan->automations++] = (struct vy_plan_automation){
            m->plan_of[node], param, a->from, a->to, a->beat, a->beats, a->exponential};
    }
    return VY_OK;
}

static vy_status make_taps(struct made *m)
{
    const struct vy_graph *const g = &m->graph;
    struct vy_plan *const plan = &m->plan;
    const struct vy_plan_node *const out = &plan->node[m->plan_of[g->out]];
    plan->out = out->out[0];
    plan->gain = g->gain_port >= 0 ? out->out[g->gain_port] : NULL;
    plan->latency = m->late[g->out];
    plan->stem_latency = m->late[g->master_in];
    const uint32_t first = g->first[g->master_in], end = g->first[g->master_in + 1];
    plan->stem = vy_arena_take(&m->arena, (end - first + 1u) * sizeof *plan->stem);
    if (!plan->stem)
        return no_memory(m);
    uint32_t edge = plan->node[m->plan_of[g->master_in]].input[0].first; // in the same order
    for (uint32_t i = first; i < end; i++) {
        const struct vy_gedge *const e = &g->edge[g->incoming[i]];
        if (e->to_param || e->to_port != 0)
            continue;
        struct vy_plan_stem *const stem = &plan->stem[plan->stems];
        *stem = (struct vy_plan_stem){.edge = edge};
        edge++;
        if (e->from < 0)
            continue;
        const struct vy_gnode *const from = &g->node[e->from];
        stem->name = vy_arena_text(&m->arena, from->stem ? from->stem : g->unit[from->unit].name);
        stem->buffer = vy_arena_take(&m->arena, VY_TICK * sizeof(vy_f8));
        if (!stem->name || !stem->buffer)
            return no_memory(m);
        stem->into = plan->stems;
        for (uint32_t k = 0; k < plan->stems && stem->into == plan->stems; k++)
            if (strcmp(plan->stem[k].name, stem->name) == 0)
                stem->into = k;
        plan->stems++;
    }
    return VY_OK;
}

// ---- jobs for two threads -----------------------------------------------------------------------

// A unit is a job when none of its nodes hears another unit.
static vy_status make_jobs(struct made *m)
{
    const struct vy_graph *const g = &m->graph;
    struct vy_plan *const plan = &m->plan;
    if (m->host->threads < 2)
        return VY_OK;
    bool *const tied = vy_arena_take(&m->arena, g->units + 1u);
    plan->job = vy_arena_take(&m->arena, (g->units + 1u) * sizeof *plan->job);
    plan->job_node = vy_arena_take(&m->arena, (g->nodes + 1u) * sizeof *plan->job_node);
    plan->rest = vy_arena_take(&m->arena, (g->nodes + 1u) * sizeof *plan->rest);
    if (!tied || !plan->job || !plan->job_node || !plan->rest)
        return no_memory(m);
    for (uint32_t i = 0; i < g->edges; i++) {
        const struct vy_gedge *const e = &g->edge[i];
        const int to = g->node[e->to].unit;
        if (to >= 0 && e->from >= 0 && g->node[e->from].unit != to)
            tied[to] = true;
    }
    uint32_t placed = 0;
    for (uint32_t u = 0; u < g->units; u++) {
        const uint32_t first = placed;
        for (uint32_t n = 0; n < plan->nodes && !tied[u]; n++)
            if (plan->node[n].unit == u)
                plan->job_node[placed++] = n;
        if (placed > first)
            plan->job[plan->jobs++] = (struct vy_plan_job){first, placed - first};
    }
    for (uint32_t n = 0; n < plan->nodes; n++)
        if (plan->node[n].unit == UINT16_MAX || tied[plan->node[n].unit])
            plan->rest[plan->rests++] = n;
    return VY_OK;
}

// ---- handles ------------------------------------------------------------------------------------

static vy_status make_turns(struct made *m)
{
    const struct vy_turn_places places = {m->doc, &m->graph, m->plan_of};
    return vy_compile_turns(m->host, &places, &m->arena, &m->plan) ? no_memory(m) : VY_OK;
}

// ---- all of it ----------------------------------------------------------------------------------

static vy_status make(struct made *m, const struct vy_plan *old)
{
    vy_status status = vy_graph_build(&m->graph, m->doc, m->host->catalog, m->err);
    if (!status && old)
        status = vy_graph_keep(&m->graph, old->graph, old->fades > 0, m->err);
    if (!status)
        status = vy_graph_sort(&m->graph, m->err);
    if (!status && vy_compile_tempo(m->doc, m->host->sr_hz, &m->arena, &m->plan.map))
        status = no_memory(m);
    static vy_status (*const steps[])(struct made *) = {
        find_latency, make_instances,  make_carries, make_buffers, make_units, make_cables,
        make_locks,   make_automation, make_taps,    make_jobs,    make_turns};
    for (size_t i = 0; !status && i < sizeof steps / sizeof *steps; i++)
        status = steps[i](m);
    return status;
}

vy_status vy_compile(struct vy_host *host, const struct vy_doc *doc, const struct vy_plan *old,
                     struct vy_plan **plan, struct vy_err *err)
{
    struct made *const m = calloc(1, sizeof *m);
    if (!m)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    m->host = host;
    m->doc = doc;
    m->err = err;
    m->first = !old;
    m->plan.sr_hz = host->sr_hz;
    m->plan.playing = doc->playing || !doc->play_said;
    m->plan.fade_step = (float)(VY_TICK / (FADE_S * host->sr_hz));
    m->plan.graph = &m->graph;
    const vy_status status = make(m, old);
    if (status) {
        vy_plan_destroy(&m->plan);
        return status;
    }
    *plan = &m->plan;
    return VY_OK;
}

static void fault_text(const struct vy_fault *fault, uint32_t kind, char *text, size_t size)
{
    const struct vy_plan *const plan = fault->plan;
    const struct vy_plan_node *const node = fault->node;
    const bool passes = node->instance->mark && (node->module->flags & VY_EFFECT);
    snprintf(text, size, "%s in %s wrote %s; it is %s", node->module->id,
             node->unit < plan->units ? plan->unit[node->unit].name : "something removed",
             kind == VY_FAULT_MEMORY ? "outside its memory" : "a number that is not finite",
             passes ? "bypassed" : "muted");
}

bool vy_fault_next(struct vy_engine *engine, char *text, size_t size)
{
    for (uint32_t i = 0; i < VY_PLAN_FAULTS; i++) {
        struct vy_fault *const fault = &engine->fault[i];
        const uint32_t kind = atomic_load_explicit(&fault->kind, memory_order_acquire);
        if (!kind || kind == VY_FAULT_WRITING)
            continue;
        fault_text(fault, kind, text, size);
        atomic_store_explicit(&fault->kind, 0, memory_order_release);
        return true;
    }
    return false;
}

void vy_plan_destroy(struct vy_plan *plan)
{
    if (!plan)
        return;
    struct made *const m = (struct made *)plan;
    vy_graph_clear(&m->graph);
    vy_arena_clear(&m->arena);
    free(m);
}
