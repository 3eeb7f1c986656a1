// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rt/user.h"

#include "base/exchange.h"
#include "engine/rt/fence.h"
#include "engine/rt/mix.h"

#include <string.h>

void vy_fault_add(struct vy_engine *engine, const struct vy_plan_node *node,
                  enum vy_fault_kind kind)
{
    for (uint32_t i = 0; i < VY_PLAN_FAULTS; i++) {
        struct vy_fault *const fault = &engine->fault[i];
        uint32_t free_place = 0; // two threads may look for one
        if (!atomic_compare_exchange_strong_explicit(&fault->kind, &free_place, VY_FAULT_WRITING,
                                                     memory_order_acquire, memory_order_relaxed))
            continue;
        fault->plan = engine->plan;
        fault->node = node;
        // whoever sees the kind sees the node, too
        atomic_store_explicit(&fault->kind, kind, memory_order_release);
        break;
    }
    atomic_fetch_add_explicit(&engine->faults, 1, memory_order_relaxed);
}

static bool is_blamed(const struct vy_engine *engine, uint32_t mark)
{
    if (!engine->blames || !engine->blamed)
        return false;
    uint32_t n = atomic_load_explicit(engine->blames, memory_order_acquire);
    if (n > VY_BLAMES) // another process wrote it
        n = VY_BLAMES;
    for (uint32_t i = 0; i < n; i++)
        if (atomic_load_explicit(&engine->blamed[i], memory_order_relaxed) == mark)
            return true;
    return false;
}

static void pass_by(const struct vy_plan_node *node, const struct vy_io *io)
{
    const size_t bytes = (size_t)io->shape.groups * VY_TICK * sizeof(vy_f8);
    for (uint32_t o = 0; o < node->module->outs; o++)
        memset(node->out[o], 0, bytes);
    if (!(node->module->flags & VY_EFFECT) || node->module->ins == 0 || !io->in[0])
        return;
    const struct vy_shape from = io->in_shape[0];
    if (from.voices == io->shape.voices && from.chans == io->shape.chans)
        memcpy(node->out[0], io->in[0], bytes);
    else
        vy_mix_add(node->out[0], io->shape, io->in[0], from, 1, 1);
}

// What is wrong after a tick, 0 = nothing.
static uint32_t find_fault(const struct vy_plan_node *node)
{
    const struct vy_instance *const inst = node->instance;
    if (!vy_fence_whole(inst->mem, inst->size))
        return VY_FAULT_MEMORY;
    for (uint32_t o = 0; o < node->module->outs; o++)
        if (!vy_mix_finite(node->out[o], inst->shape.groups))
            return VY_FAULT_NAN;
    return 0;
}

// If it never comes back, the last thing written here tells the guard whom to blame.
static void say_running(const struct vy_engine *engine, uint32_t mark)
{
    if (engine->running)
        atomic_store_explicit(engine->running, mark, memory_order_seq_cst);
}

void vy_user_process(struct vy_engine *engine, const struct vy_plan_node *node,
                     const struct vy_io *io)
{
    struct vy_instance *const inst = node->instance;
    if (inst->muted || is_blamed(engine, inst->mark)) {
        pass_by(node, io);
        return;
    }
    say_running(engine, inst->mark);
    node->module->process(inst->mem, io);
    say_running(engine, 0);
    const uint32_t fault = find_fault(node);
    if (!fault)
        return;
    inst->muted = true;
    vy_fault_add(engine, node, (enum vy_fault_kind)fault);
    pass_by(node, io);
}

void vy_user_carry(struct vy_engine *engine)
{
    struct vy_plan *const plan = engine->plan;
    for (uint32_t i = 0; i < plan->carries; i++) {
        const struct vy_plan_carry *const carry = &plan->carry[i];
        // what went wrong begins anew; what already ran keeps its own
        if (atomic_load_explicit(&carry->to->fresh, memory_order_relaxed) && !carry->from->muted &&
            !is_blamed(engine, carry->from->mark))
            memcpy(carry->to->mem, carry->from->mem, carry->to->size);
    }
    plan->carries = 0;
}
