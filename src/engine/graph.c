// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Document -> graph.
//
// Around every unit the engine places strips: an instrument's voices meet in "#mix" (spread), run
// through its inserts as stereo, and leave by "#strip" (gain, pan, mute). Effects, buses and "out"
// begin with a summing point "#in". Behind the strip of "out" comes the master limiter.
#include "engine/graph.h"

#include "engine/edit.h"

#include "base/keymap.h"
#include "base/rng.h"
#include "engine/kernels.h"
#include "engine/user_module.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_GRAPH 65535u

// -1 dBTP is promised; the limiter's own detector reads up to 0.3 dB low on full-band noise.
#define MASTER_CEILING_DB -1.3f
#define MAX_SOURCES 256 // no fewer than the cables of a rack

// Sources that sound at one point of a unit's chain.
struct source {
    int node;
    uint16_t port;
    float depth;
};

struct builder {
    struct vy_graph *graph;
    const struct vy_doc *doc;
    const struct vy_catalog *catalog;
    const struct vy_module *strip, *limiter;
    int entry[VY_MAX_UNITS], raw[VY_MAX_UNITS]; // summing point; node heard before any strip
    uint16_t raw_port[VY_MAX_UNITS];
    bool any_solo, failed;
};

static void *append(struct vy_arena *arena, void **items, uint32_t *count, size_t bytes,
                    bool *failed)
{
    void *const grown = *count < MAX_GRAPH ? vy_arena_grow(arena, *items, *count, bytes) : NULL;
    if (!grown) {
        *failed = true;
        return NULL;
    }
    *items = grown;
    char *const item = (char *)grown + (size_t)(*count)++ * bytes;
    memset(item, 0, bytes);
    return item;
}

static int add_node(struct builder *b, uint64_t id, const struct vy_module *module,
                    const float *value, const char *file, int unit, int rack, int node)
{
    struct vy_graph *const g = b->graph;
    struct vy_gnode *const n =
        append(&g->arena, (void **)&g->node, &g->nodes, sizeof *n, &b->failed);
    float *const copy = vy_arena_take(&g->arena, (module->params + 1u) * sizeof *copy);
    if (!n || !copy) {
        b->failed = true;
        return 0;
    }
    for (int p = 0; p < module->params; p++)
        copy[p] = value ? value[p] : module->param[p].def;
    *n = (struct vy_gnode){
        .id = id, .module = module, .value = copy, .unit = unit, .rack = rack, .node = node};
    n->mark = vy_user_mark(b->catalog, module);
    n->file =
        vy_arena_text(&g->arena, file); // the next version looks at it when the document is gone
    b->failed |= file && !n->file;
    return (int)g->nodes - 1;
}

static struct vy_gedge *add_edge(struct builder *b, int from, uint16_t from_port, int to,
                                 uint16_t to_port, float depth)
{
    struct vy_graph *const g = b->graph;
    struct vy_gedge *const e =
        append(&g->arena, (void **)&g->edge, &g->edges, sizeof *e, &b->failed);
    static struct vy_gedge nowhere;
    if (!e)
        return &nowhere;
    *e = (struct vy_gedge){.from = from,
                           .from_port = from_port,
                           .to = to,
                           .to_port = to_port,
                           .depth = depth,
                           .unit = -1};
    return e;
}

// Depth as the audio thread wants it: octaves or units.
static void set_depth(struct vy_gedge *e, const struct vy_param *row, float depth, uint8_t kind)
{
    e->to_param = true;
    e->pitch = kind == VY_DEPTH_PITCH || (kind == VY_DEPTH_TRAVEL && row->curve == VY_EXP);
    switch ((enum vy_depth_kind)kind) {
    case VY_DEPTH_LINEAR: e->depth = depth; break;
    case VY_DEPTH_PITCH: e->depth = depth / 12.0f; break;
    case VY_DEPTH_TRAVEL:
        e->depth = depth * (e->pitch ? log2f(row->max / row->min) : row->max - row->min);
        break;
    }
}

// ---- one rack -----------------------------------------------------------------------------------

static void connect_all(struct builder *b, const struct source *source, int sources, int to,
                        uint16_t port, float depth)
{
    for (int i = 0; i < sources; i++)
        add_edge(b, source[i].node, source[i].port, to, port, source[i].depth * depth);
}

// Put a rack's nodes and cables in; `source` is what comes in and becomes what goes out.
static int add_rack(struct builder *b, int u, int r, struct source *source, int sources)
{
    const struct vy_rack *const rack = &b->doc->unit[u].rack[r];
    const int base = (int)b->graph->nodes;
    b->graph->unit[u].rack[r] = base;
    for (int n = 0; n < rack->nodes; n++)
        add_node(b, rack->node[n].id, rack->node[n].module, rack->node[n].value, rack->node[n].file,
                 u, r, n);
    struct source out[MAX_SOURCES];
    int outs = 0;
    for (int c = 0; c < rack->cables && !b->failed; c++) {
        const struct vy_cable *const cable = &rack->cable[c];
        if (cable->to < 0) {
            const bool dry = cable->from < 0; // in > out
            const int more = dry ? sources : 1;
            if (outs + more > MAX_SOURCES) {
                b->failed = true;
                return 0;
            }
            for (int i = 0; i < more; i++) {
                out[outs] =
                    dry ? source[i] : (struct source){base + cable->from, cable->from_port, 1};
                out[outs++].depth *= cable->depth;
            }
        } else if (cable->from < 0) {
            connect_all(b, source, sources, base + cable->to, cable->to_port, cable->depth);
        } else {
            struct vy_gedge *const e = add_edge(b, base + cable->from, cable->from_port,
                                                base + cable->to, cable->to_port, cable->depth);
            if (cable->to_param)
                set_depth(e, &rack->node[cable->to].module->param[cable->to_port], cable->depth,
                          cable->depth_kind);
        }
    }
    memcpy(source, out, (size_t)outs * sizeof *out);
    return outs;
}

// ---- one unit -----------------------------------------------------------------------------------

static const struct vy_port *note_ports(const struct vy_rack *rack, const char *name)
{
    for (int n = 0; n < rack->nodes; n++)
        for (int p = 0; p < rack->node[n].module->ins; p++) {
            const struct vy_port *const port = &rack->node[n].module->in[p];
            if ((port->flags & VY_PORT_NOTE) && strcmp(port->name, name) == 0)
                return port;
        }
    return NULL;
}

static bool is_control(const struct vy_rack *rack)
{
    bool any = false;
    for (int c = 0; c < rack->cables; c++) {
        if (rack->cable[c].to >= 0)
            continue;
        if (rack->cable[c].from < 0 ||
            !(rack->node[rack->cable[c].from].module->flags & VY_CONTROL))
            return false;
        any = true;
    }
    return any;
}

static int add_strip(struct builder *b, int u, const char *place)
{
    const uint64_t id = vy_rng_key(b->doc->unit[u].id, vy_hash_text(place));
    return add_node(b, id, b->strip, NULL, NULL, u, -1, 0);
}

enum { STRIP_GAIN, STRIP_PAN, STRIP_SPREAD, STRIP_MUTE, STRIP_VOICED };

static void add_unit(struct builder *b, int u)
{
    const struct vy_unit *const unit = &b->doc->unit[u];
    struct vy_graph *const g = b->graph;
    struct vy_gunit *const gu =
        append(&g->arena, (void **)&g->unit, &g->units, sizeof *gu, &b->failed);
    if (!gu)
        return;
    *gu = (struct vy_gunit){.id = unit->id,
                            .index = u,
                            .voices = unit->voices,
                            .strip = -1,
                            .voices_key = vy_rng_key(unit->id, unit->voices),
                            .name = unit->name};
    const int me = (int)g->units - 1;
    gu->rack = vy_arena_take(&g->arena, (unit->racks + 1u) * sizeof *gu->rack);
    if (!gu->rack) {
        b->failed = true;
        return;
    }
    for (int r = 0; r < unit->racks; r++)
        gu->rack[r] = -1;
    struct source source[MAX_SOURCES];
    int sources = 0, first = 0;
    if (unit->kind == VY_UNIT_INSTRUMENT) {
        sources = add_rack(b, u, 0, source, 0);
        first = 1;
        b->raw[u] = sources ? source[0].node : -1;
        b->raw_port[u] = sources ? source[0].port : 0;
        if (is_control(&unit->rack[0]))
            return;
        const int mix = add_strip(b, u, "#mix");
        if (b->failed)
            return;
        g->node[mix].value[STRIP_VOICED] = 1;
        g->node[mix].value[STRIP_SPREAD] = unit->spread;
        connect_all(b, source, sources, mix, 0, 1);
        if (unit->parts && !note_ports(&unit->rack[0], "gate") &&
            !note_ports(&unit->rack[0], "trig"))
            add_edge(b, -1 - VY_SIGNAL_GATE, 0, mix, 1, 1)->unit = me;
        source[0] = (struct source){mix, 0, 1};
    } else {
        b->entry[u] = add_strip(b, u, "#in");
        source[0] = (struct source){b->entry[u], 0, 1};
    }
    sources = 1;
    for (int r = first; r < unit->racks; r++)
        if (!unit->rack[r].bypass)
            sources = add_rack(b, u, r, source, sources);
    const int strip = add_strip(b, u, "#strip");
    if (b->failed)
        return;
    const bool hushed = b->any_solo && !unit->solo && unit->kind == VY_UNIT_INSTRUMENT;
    g->node[strip].value[STRIP_GAIN] = unit->gain_db;
    g->node[strip].value[STRIP_PAN] = unit->pan;
    g->node[strip].value[STRIP_MUTE] = unit->mute || hushed;
    connect_all(b, source, sources, strip, 0, 1);
    g->unit[me].strip = strip;
}

// ---- between units ------------------------------------------------------------------------------

int vy_graph_find(const struct vy_graph *graph, int unit, int rack, int node)
{
    const int first = graph->unit[unit].rack[rack];
    return first < 0 ? -1 : first + node;
}

static void add_route(struct builder *b, const struct vy_route *route)
{
    const struct vy_graph *const g = b->graph;
    int from = g->unit[route->from].strip;
    uint16_t port = 0;
    if (route->from_node >= 0) {
        from = vy_graph_find(g, route->from, route->from_rack, route->from_node);
        port = route->from_port;
    } else if (route->to_param || from < 0) { // modulation takes the signal itself, not its stereo
        from = b->raw[route->from] >= 0 ? b->raw[route->from] : from;
        port = b->raw[route->from] >= 0 ? b->raw_port[route->from] : 0;
    }
    const int to = route->to_node >= 0 ? vy_graph_find(g, route->to, route->to_rack, route->to_node)
                                       : b->entry[route->to];
    if (from < 0 || to < 0)
        return; // an end is bypassed
    struct vy_gedge *const e =
        add_edge(b, from, port, to, route->to_node >= 0 ? route->to_port : 0, route->depth);
    if (route->to_param)
        set_depth(e, &g->node[to].module->param[route->to_port], route->depth, route->depth_kind);
}

// Sound that goes nowhere else goes to out.
static void add_default_routes(struct builder *b)
{
    const struct vy_doc *const doc = b->doc;
    const int out = vy_doc_unit(doc, VY_OUT);
    for (int u = 0; u < doc->units; u++) {
        const struct vy_gunit *const gu = &b->graph->unit[u];
        bool own_way = doc->unit[u].detached || u == out || gu->strip < 0;
        for (int i = 0; i < doc->routes && !own_way; i++) {
            const struct vy_route *const r = &doc->route[i];
            own_way = r->from == u && r->from_node < 0 && r->to_node < 0 && !r->send;
        }
        if (!own_way)
            add_edge(b, gu->strip, 0, b->entry[out], 0, 1);
    }
}

static void name_stems(struct builder *b)
{
    struct vy_graph *const g = b->graph;
    for (uint32_t e = 0; e < g->edges; e++) {
        if (g->edge[e].to != g->master_in || g->edge[e].to_param || g->edge[e].from < 0)
            continue;
        struct vy_gnode *const from = &g->node[g->edge[e].from];
        from->stem = vy_arena_text(&g->arena, g->unit[from->unit].name);
        b->failed |= !from->stem;
    }
}

// ---- notes --------------------------------------------------------------------------------------

static int signal_of(const char *port)
{
    static const char *const names[VY_SIGNALS] = {"freq", "gate", "trig", "vel"};
    for (int s = 0; s < VY_SIGNALS; s++)
        if (strcmp(names[s], port) == 0)
            return s;
    return -1;
}

// Note ports nobody patched hear the unit's notes.
static void add_note_edges(struct builder *b)
{
    struct vy_graph *const g = b->graph;
    bool *const taken = calloc((size_t)g->nodes * 32u + 1u, 1);
    if (!taken) {
        b->failed = true;
        return;
    }
    for (uint32_t e = 0; e < g->edges; e++)
        if (!g->edge[e].to_param && g->edge[e].to_port < 32)
            taken[(uint32_t)g->edge[e].to * 32u + g->edge[e].to_port] = true;
    for (uint32_t n = 0; n < g->nodes && !b->failed; n++) {
        const struct vy_module *const m = g->node[n].module;
        for (int p = 0; p < m->ins && p < 32; p++) {
            const int signal = signal_of(m->in[p].name);
            if (!(m->in[p].flags & VY_PORT_NOTE) || taken[n * 32u + (uint32_t)p] || signal < 0)
                continue;
            add_edge(b, -1 - signal, 0, (int)n, (uint16_t)p, 1)->unit = g->node[n].unit;
        }
    }
    for (uint32_t e = 0; e < g->edges; e++)
        if (g->edge[e].from < 0)
            g->unit[g->edge[e].unit].plays_notes = true;
    free(taken);
}

// ---- shapes -------------------------------------------------------------------------------------

static uint16_t groups_of(uint32_t lanes)
{
    return (uint16_t)((lanes + VY_GROUP - 1) / VY_GROUP);
}

static struct vy_shape source_shape(const struct vy_graph *g, const struct vy_gedge *e)
{
    if (e->from >= 0)
        return g->node[e->from].shape;
    const uint16_t voices = g->unit[e->unit].voices;
    return (struct vy_shape){voices, 1, groups_of(voices)};
}

// Lane-wise modules take the widest shape that reaches them; grow until nothing grows any more.
static bool infer_shapes(struct vy_graph *g)
{
    for (uint32_t n = 0; n < g->nodes; n++) {
        const uint32_t flags = g->node[n].module->flags;
        const bool stereo = flags & (VY_STEREO | VY_MIXES | VY_WIDE);
        g->node[n].shape = (struct vy_shape){1, stereo ? 2 : 1, 1};
    }
    for (bool more = true; more;) {
        more = false;
        for (uint32_t i = 0; i < g->edges; i++) {
            const struct vy_gedge *const e = &g->edge[i];
            struct vy_gnode *const to = &g->node[e->to];
            const struct vy_shape s = source_shape(g, e);
            const uint32_t flags = to->module->flags;
            if (flags & (VY_STEREO | VY_MIXES | VY_MONO))
                continue;
            if (s.voices > to->shape.voices) {
                to->shape.voices = s.voices;
                more = true;
            }
            if (s.chans > to->shape.chans && !e->to_param) {
                to->shape.chans = s.chans;
                more = true;
            }
        }
    }
    for (uint32_t n = 0; n < g->nodes; n++) {
        struct vy_shape *const s = &g->node[n].shape;
        const uint32_t lanes = (uint32_t)s->voices * s->chans;
        if (lanes > VY_MAX_LANES)
            return false;
        s->groups = groups_of(lanes);
    }
    return true;
}

static bool make_keys(struct vy_graph *g)
{
    struct vy_keymap seen;
    if (!vy_keymap_open(&seen, g->edges))
        return false;
    for (uint32_t n = 0; n < g->nodes; n++) {
        struct vy_gnode *const node = &g->node[n];
        uint64_t key = vy_rng_key(node->id, vy_hash_text(node->module->id));
        key = vy_rng_key(key, (uint64_t)node->shape.voices << 16 | node->shape.chans);
        if (node->mark) // another build is another thing: it gets an instance of its own
            key = vy_rng_key(key, node->mark);
        node->key = node->file ? vy_rng_key(key, vy_hash_text(node->file)) : key;
    }
    for (uint32_t i = 0; i < g->edges; i++) {
        struct vy_gedge *const e = &g->edge[i];
        const uint64_t from = e->from < 0
                                  ? vy_rng_key(g->unit[e->unit].voices_key, (uint64_t)-e->from)
                                  : g->node[e->from].key;
        const uint64_t ports =
            (uint64_t)e->from_port << 32 | (uint64_t)e->to_port << 1 | e->to_param;
        e->key = vy_rng_key(vy_rng_key(from, g->node[e->to].key), ports);
        while (!vy_keymap_put(&seen, e->key, (int)i)) // two cables between the same ends stay two
            e->key = vy_rng_key(e->key, 1);
    }
    vy_keymap_close(&seen);
    return true;
}

vy_status vy_graph_build(struct vy_graph *graph, const struct vy_doc *doc,
                         const struct vy_catalog *catalog, struct vy_err *err)
{
    *graph = (struct vy_graph){.out = -1, .gain_port = -1};
    struct builder b = {.graph = graph,
                        .doc = doc,
                        .catalog = catalog,
                        .strip = vy_kernels_module(catalog->kernels, "strip"),
                        .limiter = vy_kernels_module(catalog->kernels, "limiter")};
    for (int u = 0; u < VY_MAX_UNITS; u++)
        b.entry[u] = b.raw[u] = -1;
    for (int u = 0; u < doc->units; u++)
        b.any_solo |= doc->unit[u].solo;
    for (int u = 0; u < doc->units && !b.failed; u++)
        add_unit(&b, u);
    if (b.failed)
        return vy_fail(err, VY_NO_MEMORY, -1, "the session is too big");
    for (int i = 0; i < doc->routes && !b.failed; i++)
        add_route(&b, &doc->route[i]);
    add_default_routes(&b);
    const int out = vy_doc_unit(doc, VY_OUT);
    graph->master_in = b.entry[out];
    name_stems(&b);
    graph->out = graph->unit[out].strip;
    if (b.limiter) {
        const uint64_t id = vy_rng_key(doc->unit[out].id, vy_hash_text("#limiter"));
        const int limiter = add_node(&b, id, b.limiter, NULL, NULL, out, -1, 1);
        add_edge(&b, graph->out, 0, limiter, 0, 1);
        for (int p = 0; p < b.limiter->params && !b.failed; p++)
            if (strcmp(b.limiter->param[p].name, "ceiling") == 0)
                graph->node[limiter].value[p] = MASTER_CEILING_DB;
        graph->out = limiter;
        for (int p = 0; p < b.limiter->outs; p++)
            if (strcmp(b.limiter->out[p].name, "gain") == 0)
                graph->gain_port = p;
    }
    add_note_edges(&b);
    if (b.failed)
        return vy_fail(err, VY_NO_MEMORY, -1, "the session is too big");
    if (!infer_shapes(graph))
        return vy_fail(err, VY_TOO_BIG, -1, "a cable would carry over %u lanes (voices x channels)",
                       VY_MAX_LANES);
    return make_keys(graph) ? VY_OK : vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
}

// ---- leaving things -----------------------------------------------------------------------------

static int unit_by_voices(struct vy_graph *g, const struct vy_gunit *old, bool *failed)
{
    for (uint32_t u = 0; u < g->units; u++)
        if (g->unit[u].voices_key == old->voices_key)
            return (int)u;
    struct vy_gunit *const ghost =
        append(&g->arena, (void **)&g->unit, &g->units, sizeof *ghost, failed);
    if (!ghost)
        return 0;
    *ghost = *old;
    ghost->index = ghost->strip = -1;
    ghost->rack = NULL;
    ghost->name = "";
    return (int)g->units - 1;
}

static void keep_nodes(struct vy_graph *graph, const struct vy_graph *old, bool fading, int *now,
                       bool *failed)
{
    struct vy_keymap here;
    if (!vy_keymap_open(&here, graph->nodes)) {
        *failed = true;
        return;
    }
    for (uint32_t n = 0; n < graph->nodes; n++)
        vy_keymap_put(&here, graph->node[n].key, (int)n);
    for (uint32_t n = 0; n < old->nodes && !*failed; n++) {
        now[n] = vy_keymap_get(&here, old->node[n].key);
        if (now[n] >= 0 || (old->node[n].leaving && !fading))
            continue;
        struct vy_gnode *const node =
            append(&graph->arena, (void **)&graph->node, &graph->nodes, sizeof *node, failed);
        if (!node)
            break;
        const struct vy_module *const m = old->node[n].module;
        *node = old->node[n];
        node->value = vy_arena_take(&graph->arena, (m->params + 1u) * sizeof(float));
        node->file = vy_arena_text(&graph->arena, old->node[n].file);
        node->stem = vy_arena_text(&graph->arena, old->node[n].stem);
        if (!node->value || !node->file != !old->node[n].file ||
            !node->stem != !old->node[n].stem) {
            *failed = true;
            break;
        }
        memcpy(node->value, old->node[n].value, m->params * sizeof(float));
        node->leaving = true;
        node->unit = -1; // its unit may be gone
        now[n] = (int)graph->nodes - 1;
    }
    vy_keymap_close(&here);
}

static void keep_edges(struct vy_graph *graph, const struct vy_graph *old, bool fading,
                       const int *now, bool *failed)
{
    struct vy_keymap here;
    if (!vy_keymap_open(&here, graph->edges)) {
        *failed = true;
        return;
    }
    for (uint32_t e = 0; e < graph->edges; e++)
        vy_keymap_put(&here, graph->edge[e].key, (int)e);
    for (uint32_t i = 0; i < old->edges && !*failed; i++) {
        const struct vy_gedge *const e = &old->edge[i];
        const int to = now[e->to], from = e->from < 0 ? e->from : now[e->from];
        if ((e->leaving && !fading) || to < 0 || (e->from >= 0 && from < 0) ||
            vy_keymap_get(&here, e->key) >= 0)
            continue;
        struct vy_gedge *const kept =
            append(&graph->arena, (void **)&graph->edge, &graph->edges, sizeof *kept, failed);
        if (!kept)
            break;
        *kept = *e;
        kept->from = from;
        kept->to = to;
        kept->feedback = false;
        if (e->from < 0)
            kept->unit = unit_by_voices(graph, &old->unit[e->unit], failed);
        kept->leaving = !graph->node[to].leaving;
    }
    vy_keymap_close(&here);
}

vy_status vy_graph_keep(struct vy_graph *graph, const struct vy_graph *old, bool fading,
                        struct vy_err *err)
{
    bool failed = false;
    int *const now = calloc(old->nodes + 1u, sizeof *now); // old node -> node here, -1 = gone
    if (!now)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    keep_nodes(graph, old, fading, now, &failed);
    if (!failed)
        keep_edges(graph, old, fading, now, &failed);
    free(now);
    return failed ? vy_fail(err, VY_NO_MEMORY, -1, "out of memory") : VY_OK;
}

// ---- order --------------------------------------------------------------------------------------

struct sorter {
    struct vy_graph *g;
    uint8_t *state; // 0 new, 1 on the way, 2 done
    uint32_t *stack, *next;
    uint32_t placed;
};

// Depth first from a node through what it hears, without recursion. A cable from a node that is
// still on the way closes a loop: it feeds back.
static void visit(struct sorter *s, uint32_t root)
{
    uint32_t depth = 0;
    s->stack[0] = root;
    s->next[0] = s->g->first[root];
    s->state[root] = 1;
    for (;;) {
        const uint32_t n = s->stack[depth];
        if (s->next[depth] == s->g->first[n + 1]) {
            s->state[n] = 2;
            s->g->order[s->placed++] = n;
            if (depth-- == 0)
                return;
            continue;
        }
        struct vy_gedge *const e = &s->g->edge[s->g->incoming[s->next[depth]++]];
        if (e->from < 0 || s->state[e->from] == 2)
            continue;
        if (s->state[e->from] == 1) {
            e->feedback = true;
            continue;
        }
        depth++;
        s->stack[depth] = (uint32_t)e->from;
        s->next[depth] = s->g->first[e->from];
        s->state[e->from] = 1;
    }
}

static bool index_edges(struct vy_graph *g)
{
    g->first = vy_arena_take(&g->arena, (g->nodes + 2u) * sizeof *g->first);
    g->incoming = vy_arena_take(&g->arena, (g->edges + 1u) * sizeof *g->incoming);
    if (!g->first || !g->incoming)
        return false;
    for (uint32_t e = 0; e < g->edges; e++)
        g->first[g->edge[e].to + 2]++;
    for (uint32_t i = 0; i < g->nodes; i++)
        g->first[i + 2] += g->first[i + 1];
    for (uint32_t e = 0; e < g->edges; e++)
        g->incoming[g->first[g->edge[e].to + 1]++] = e;
    return true;
}

vy_status vy_graph_sort(struct vy_graph *graph, struct vy_err *err)
{
    struct sorter s = {.g = graph};
    const uint32_t n = graph->nodes;
    graph->order = vy_arena_take(&graph->arena, (n + 1u) * sizeof *graph->order);
    s.state = calloc(n + 1u, 1);
    s.stack = calloc(n + 1u, sizeof *s.stack);
    s.next = calloc(n + 1u, sizeof *s.next);
    const bool ok = graph->order && index_edges(graph) && s.state && s.stack && s.next;
    for (uint32_t i = 0; ok && i < n; i++)
        if (s.state[i] == 0)
            visit(&s, i);
    free(s.state);
    free(s.stack);
    free(s.next);
    return ok ? VY_OK : vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
}

// Gain and pan live in the strip's node, spread in the unit's mix, its first engine node.
int vy_graph_strip(const struct vy_graph *g, int unit, int value, uint32_t *param)
{
    static const uint32_t params[] = {
        [VY_STRIP_GAIN] = 0, [VY_STRIP_PAN] = 1, [VY_STRIP_SPREAD] = 2};
    if (value > VY_STRIP_SPREAD)
        return -1;
    *param = params[value];
    if (value != VY_STRIP_SPREAD)
        return g->unit[unit].strip;
    for (uint32_t n = 0; n < g->nodes; n++)
        if (g->node[n].unit == unit && g->node[n].rack < 0 && !g->node[n].leaving)
            return (int)n;
    return -1;
}

void vy_graph_clear(struct vy_graph *graph)
{
    vy_arena_clear(&graph->arena);
    *graph = (struct vy_graph){0};
}
