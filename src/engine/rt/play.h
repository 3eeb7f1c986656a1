// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The audio thread of a live engine: which plan runs, what is turned and played by hand, and blocks
// of any length out of ticks of 64 frames. Everything here is the audio thread's own, but for the
// rings at its edge.
#ifndef VY_ENGINE_RT_PLAY_H
#define VY_ENGINE_RT_PLAY_H

#include "base/exchange.h"
#include "engine/rt/plan.h"

#define VY_PLAN_QUEUE 64u   ///< plans on their way, a power of two
#define VY_LATER 256u       ///< controls that wait for their frame
#define VY_TICK_NOTES 256u  ///< notes by hand in one tick
#define VY_STEM_QUEUE 8192u ///< ticks of stems on their way to disk, a power of two

/// A plan and when it begins.
struct vy_plan_order {
    struct vy_plan *plan;
    double beat; ///< NAN = at the next tick
    double to;   ///< beat the transport jumps to, when `seek`
    bool seek;
    uint64_t version;
};

/// One way, one producer, one consumer.
struct vy_plan_ring {
    _Alignas(64) _Atomic uint32_t head;
    _Alignas(64) _Atomic uint32_t tail;
    struct vy_plan_order item[VY_PLAN_QUEUE];
};

/// A tick of one stem on its way to disk.
struct vy_stem_tick {
    uint64_t frame; ///< guard's frame of its first
    char unit[32];
    float stereo[2 * VY_TICK];
};

struct vy_stem_ring {
    _Alignas(64) _Atomic uint32_t head;
    _Alignas(64) _Atomic uint32_t tail;
    struct vy_stem_tick item[VY_STEM_QUEUE];
};

struct vy_play {
    struct vy_engine engine;
    void (*tick)(struct vy_engine *engine);
    struct vy_plan_ring in, out;        ///< orders, and plans that are done with
    _Atomic(struct vy_plan *) settled;  ///< plan whose leftovers have faded out
    struct vy_stem_ring *_Atomic stems; ///< NULL: nobody writes stems
    _Atomic uint64_t stems_lost;        ///< ticks that found the ring full
    // audio thread
    uint64_t version, plans, controls;
    uint32_t takeover;
    uint64_t skipped;
    uint32_t left;          ///< frames of the last tick not yet handed out
    float made[2][VY_TICK]; ///< the last tick
    vy_f8 outside[VY_TICK];
    vy_f8 heard[VY_TICK]; ///< the sound from outside of the tick being made
    struct vy_control later[VY_LATER];
    uint32_t laters;
    struct vy_live_note note[VY_TICK_NOTES];
    uint32_t notes;
    struct {
        float value;
        bool held;
    } turned[VY_BINDINGS]; ///< by handle: parameters that stand where a hand has put them
};

/// slot->frames frames from slot->in into slot->out. now_ns: CLOCK_MONOTONIC, for statistics.
VY_RT void vy_play_block(struct vy_play *play, struct vy_slot *slot, uint64_t now_ns);

/// No block is wanted: take plans and turns that have come.
VY_RT void vy_play_idle(struct vy_play *play, struct vy_slot *slot);

/// One producer and one consumer a ring. @return false: full, or empty
static inline bool vy_plan_push(struct vy_plan_ring *ring, const struct vy_plan_order *order)
{
    const uint32_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    if (head - atomic_load_explicit(&ring->tail, memory_order_acquire) >= VY_PLAN_QUEUE)
        return false;
    ring->item[head % VY_PLAN_QUEUE] = *order;
    atomic_store_explicit(&ring->head, head + 1, memory_order_release);
    return true;
}

static inline const struct vy_plan_order *vy_plan_next(const struct vy_plan_ring *ring)
{
    const uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    const bool empty = tail == atomic_load_explicit(&ring->head, memory_order_acquire);
    return empty ? NULL : &ring->item[tail % VY_PLAN_QUEUE];
}

static inline bool vy_plan_pop(struct vy_plan_ring *ring, struct vy_plan_order *order)
{
    const struct vy_plan_order *const next = vy_plan_next(ring);
    if (!next)
        return false;
    *order = *next;
    atomic_fetch_add_explicit(&ring->tail, 1, memory_order_release);
    return true;
}

#endif
