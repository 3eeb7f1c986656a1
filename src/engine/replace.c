// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A new build of a module in the place of an old one, in documents and recipes: everything that
// points at its parameters and ports by number finds them again by name.
#include "engine/user_module.h"

#include <math.h>
#include <string.h>

// Where the rows of the old module are in the new one; -1 = gone.
struct change {
    const struct vy_module *from, *to;
};

static int param_now(const struct change *c, int param)
{
    for (int p = 0; p < c->to->params; p++)
        if (strcmp(c->to->param[p].name, c->from->param[param].name) == 0)
            return p;
    return -1;
}

static int port_now(const struct vy_port *from, int port, const struct vy_port *to, int ports)
{
    for (int p = 0; p < ports; p++)
        if (strcmp(to[p].name, from[port].name) == 0)
            return p;
    return port == 0 && ports > 0 ? 0 : -1; // the main way through may be called something else
}

static int out_now(const struct change *c, int port)
{
    return port_now(c->from->out, port, c->to->out, c->to->outs);
}

static int in_now(const struct change *c, int port, bool to_param)
{
    return to_param ? param_now(c, port) : port_now(c->from->in, port, c->to->in, c->to->ins);
}

static bool renew_node(struct vy_arena *arena, struct vy_node *node, const struct change *c)
{
    const struct vy_module *const to = c->to;
    float *const value = vy_arena_take(arena, (to->params + 1u) * sizeof *value);
    if (!value)
        return false;
    for (int p = 0; p < to->params; p++)
        value[p] = to->param[p].def;
    for (int p = 0; p < c->from->params; p++) {
        const int now = param_now(c, p);
        if (now >= 0)
            value[now] = fminf(fmaxf(node->value[p], to->param[now].min), to->param[now].max);
    }
    node->module = to;
    node->value = value;
    if (!to->file)
        node->file = NULL;
    return true;
}

static void renew_cables(struct vy_rack *rack, int node, const struct change *c)
{
    for (int i = rack->cables - 1; i >= 0; i--) {
        struct vy_cable *const cable = &rack->cable[i];
        const int from = cable->from == node ? out_now(c, cable->from_port) : cable->from_port;
        const int to =
            cable->to == node ? in_now(c, cable->to_port, cable->to_param) : cable->to_port;
        cable->from_port = (uint16_t)from;
        cable->to_port = (uint16_t)to;
        if (from < 0 || to < 0)
            VY_DOC_DROP(rack->cable, rack->cables, i);
    }
}

static void renew_knobs(struct vy_rack *rack, int node, const struct change *c)
{
    for (int i = rack->knobs - 1; i >= 0; i--) {
        struct vy_knob *const knob = &rack->knob[i];
        int kept = 0;
        for (int t = 0; t < knob->targets; t++) {
            const int param = knob->node[t] == node ? param_now(c, knob->param[t]) : knob->param[t];
            if (param < 0)
                continue;
            knob->node[kept] = knob->node[t];
            knob->param[kept++] = (int16_t)param;
        }
        knob->targets = (uint8_t)kept;
        if (kept == 0)
            VY_DOC_DROP(rack->knob, rack->knobs, i);
    }
}

static void renew_routes(struct vy_doc *doc, int unit, int rack, int node, const struct change *c)
{
    for (int i = doc->routes - 1; i >= 0; i--) {
        struct vy_route *const r = &doc->route[i];
        int from = r->from_port, to = r->to_port;
        if (r->from == unit && r->from_rack == rack && r->from_node == node)
            from = out_now(c, from);
        if (r->to == unit && r->to_rack == rack && r->to_node == node)
            to = in_now(c, to, r->to_param);
        r->from_port = (uint16_t)from;
        r->to_port = (uint16_t)to;
        if (from < 0 || to < 0)
            VY_DOC_DROP(doc->route, doc->routes, i);
    }
}

static void renew_automation(struct vy_doc *doc, int unit, int rack, int node,
                             const struct change *c)
{
    for (int i = doc->automations - 1; i >= 0; i--) {
        struct vy_automation *const a = &doc->automation[i];
        if (a->unit != unit || a->rack != rack || a->node != node)
            continue;
        const int param = param_now(c, a->param);
        if (param < 0) {
            VY_DOC_DROP(doc->automation, doc->automations, i);
            continue;
        }
        const struct vy_param *const row = &c->to->param[param];
        a->param = (uint16_t)param;
        a->from = fminf(fmaxf(a->from, row->min), row->max);
        a->to = fminf(fmaxf(a->to, row->min), row->max);
    }
}

static bool renew_in_rack(struct vy_arena *arena, struct vy_rack *rack, int node,
                          const struct change *c)
{
    if (!renew_node(arena, &rack->node[node], c))
        return false;
    renew_cables(rack, node, c);
    renew_knobs(rack, node, c);
    return true;
}

vy_status vy_rack_replace_module(struct vy_arena *arena, struct vy_rack *rack,
                                 const struct vy_module *from, const struct vy_module *to,
                                 uint32_t *nodes)
{
    const struct change c = {from, to};
    for (int n = 0; n < rack->nodes; n++) {
        if (rack->node[n].module != from)
            continue;
        if (!renew_in_rack(arena, rack, n, &c))
            return VY_NO_MEMORY;
        if (nodes)
            ++*nodes;
    }
    return VY_OK;
}

vy_status vy_doc_replace_module(struct vy_doc *doc, const struct vy_module *from,
                                const struct vy_module *to, uint32_t *nodes)
{
    const struct change c = {from, to};
    if (nodes)
        *nodes = 0;
    for (int u = 0; u < doc->units; u++)
        for (int r = 0; r < doc->unit[u].racks; r++)
            for (int n = 0; n < doc->unit[u].rack[r].nodes; n++) {
                if (doc->unit[u].rack[r].node[n].module != from)
                    continue;
                if (!renew_in_rack(&doc->arena, &doc->unit[u].rack[r], n, &c))
                    return VY_NO_MEMORY;
                renew_routes(doc, u, r, n, &c);
                renew_automation(doc, u, r, n, &c);
                if (nodes)
                    ++*nodes;
            }
    return VY_OK;
}
