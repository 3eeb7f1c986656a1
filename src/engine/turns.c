// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Handles of a live studio: which parameters and voices of a plan they lead to.
#include "engine/compile.h"
#include "engine/edit.h"
#include "engine/graph.h"

#include <string.h>

static void find_unit(const struct vy_turn_places *p, const char *name, const struct vy_plan *plan,
                      struct vy_plan_turn *turn)
{
    const int unit = vy_doc_unit(p->doc, name);
    for (uint32_t u = 0; unit >= 0 && u < p->graph->units; u++)
        if (p->graph->unit[u].index == unit && plan->unit[u].notes)
            turn->unit = u;
}

static void add_target(const struct vy_turn_places *p, int node, uint32_t param,
                       struct vy_plan_turn *turn)
{
    if (node < 0)
        return; // bypassed: nothing to turn
    turn->node[turn->targets] = p->plan_of[node];
    turn->param[turn->targets++] = param;
}

// False: there is no such parameter any more, or it cannot be turned while it sounds.
static bool find_param(const struct vy_turn_places *p, const char *path, struct vy_plan_turn *turn)
{
    struct vy_target t;
    struct vy_err why;
    if (vy_edit_find(p->doc, path, &t, &why) || t.port)
        return false;
    if (t.node < 0) {
        uint32_t param = 0;
        const int node = vy_graph_strip(p->graph, t.unit, t.param, &param);
        add_target(p, node, param, turn);
    }
    const int targets = t.node < 0 ? 0 : t.knob ? t.knob->targets : 1;
    for (int k = 0; k < targets; k++) {
        const int node = t.knob ? t.knob->node[k] : t.node;
        const int param = t.knob ? t.knob->param[k] : t.param;
        add_target(p, vy_graph_find(p->graph, t.unit, t.rack, node), (uint32_t)param, turn);
    }
    return turn->targets > 0;
}

static void fill(struct vy_host_binding *binding, const struct vy_turn_places *p,
                 const struct vy_plan *plan, struct vy_plan_turn *turn)
{
    turn->unit = UINT32_MAX;
    if (!binding->path)
        return;
    if (!strpbrk(binding->path, "./")) {
        find_unit(p, binding->path, plan, turn);
        return;
    }
    if (!find_param(p, binding->path, turn))
        return;
    turn->value = plan->node[turn->node[0]].param[turn->param[0]].target;
    turn->fresh = binding->known && binding->value != turn->value && !binding->echo;
    binding->echo = false;
    binding->known = true;
    binding->value = turn->value;
}

vy_status vy_compile_turns(struct vy_host *host, const struct vy_turn_places *places,
                           struct vy_arena *arena, struct vy_plan *plan)
{
    plan->turns = host->bindings < VY_BINDINGS ? host->bindings : VY_BINDINGS;
    plan->turn = vy_arena_take(arena, (plan->turns + 1u) * sizeof *plan->turn);
    if (!plan->turn)
        return VY_NO_MEMORY;
    for (uint32_t h = 0; h < plan->turns; h++)
        fill(&host->binding[h], places, plan, &plan->turn[h]);
    return VY_OK;
}
