// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A guard in simulated time: the linker sends its clock and its futex calls here. The engines play
// a sine by the position of the music, so that every frame put out is known, and what a fault costs
// is counted to the frame.
#ifndef VY_TESTS_GUARD_WORLD_H
#define VY_TESTS_GUARD_WORLD_H

#include "guard/guard.h"

#define SR 48000u
#define HZ 220.0
#define LEVEL 0.35
#define FADE 480u  // 10 ms
#define STEP 0.05f // the sine itself steps by 0.01
#define NEVER (1ull << 60)
#define USUAL 100000u // ns an engine takes

/// An engine that only plays a sine.
struct fake {
    bool pending;
    uint64_t due; ///< when the block is there
    uint32_t asks;
    uint64_t slow_ns; ///< asks [slow_from, slow_to) take this long
    uint32_t slow_from, slow_to;
    float bad; ///< what those blocks hold instead of sound, 0 = sound
    uint32_t takeover;
    uint64_t skipped;
    int64_t position;
};

/// A guard and its engines.
struct world {
    struct vy_shared *shared;
    struct vy_guard guard;
    struct fake fake[VY_SLOTS];
    uint32_t period, block;
    uint64_t now, stall; ///< ns; the next wait oversleeps by `stall`
    uint32_t waits, wakes;
    float (*heard)[2];
    uint32_t frames, room;
    float in[2][VY_BLOCK_MAX];
    void (*interfere)(struct world *w); ///< called in every wait
    uint64_t dice;
};

/// Both engines are ready. Time is simulated until world_close, or while world_real(true).
struct world *world_open(uint32_t period, bool dry);
void world_close(struct world *w);
void world_real(struct world *w, bool real);

/// One block at its time, of w->in; `skipped` frames were lost before it.
void world_block(struct world *w, uint32_t skipped);
void world_run(struct world *w, uint32_t frames);

/// The next `count` blocks that engine `slot` is asked for take `ns` each (0: as usual).
void world_slow(struct world *w, uint32_t slot, uint32_t count, uint64_t ns);

/// What an engine does with a block, as rt/play.c: begin anew after a takeover, skip what the
/// others heard without it. bad: instead of the sine, 0 = the sine.
void world_sound(struct fake *fake, struct vy_slot *slot, float bad);

/// The sine at a frame of the music.
double world_sine(int64_t position);

/// Longest stretch from `from` on in which the sine is not what it must be; neighbours closer than
/// a fade are one. Fails at steps and at what does not come back.
uint32_t world_gap(const struct world *w, uint32_t from);

#endif
