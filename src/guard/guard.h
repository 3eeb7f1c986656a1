// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The guard: what happens in one period of the sound device.
//
//   device --> block --> ask the engine that plays --> wait, at most 60 % of the period
//                          in time: its sound          (faded in after trouble)
//                          late:    hold the last sample and fade it out; dead or late for too
//                                   long: give it up and ask the spare engine, in the same
//                                   period when there is time left
//   out = panic * (engine + held + dry)                every gain is a ramp, never a step
//
// Nothing here allocates, locks or waits without a limit. System calls: futex for the exchange;
// poll and a signal on a pidfd only after an engine has missed its deadline.
//
// An engine that has gone wild may have written anywhere into the shared memory. Nothing read from
// there is an index or a length before it was checked, and its sound is copied before it is judged.
#ifndef VY_GUARD_GUARD_H
#define VY_GUARD_GUARD_H

#include "base/exchange.h"

#define VY_FADE_S 0.0095       ///< the longest any trouble is heard: below 10 ms
#define VY_DEADLINE 0.6        ///< of the period
#define VY_HUNG_NS 3000000u    ///< an engine that is late for two blocks and so long is hung
#define VY_ALONE_NS 250000000u ///< and for so long when no other is ready to take over

/// A gain on its way.
struct vy_slope {
    float now, goal, step;
};

/// State of the device thread. Zero-initialise; nothing but vy_guard_block touches it, except
/// `pidfd`, which the guard's main thread keeps.
struct vy_guard {
    struct vy_shared *shared;
    float sr_hz;
    uint32_t active;     ///< slot that plays, VY_SLOTS = none
    uint32_t tap_frames; ///< of the shared memory when it was whole
    uint32_t prefer;     ///< slot that is taken first: the one of a guard before this one
    bool waiting;        ///< the active engine still owes a block
    bool fresh;          ///< the active engine has just taken over
    bool gave_up;        ///< an engine failed and none has taken over yet
    uint32_t late_row;   ///< blocks in a row it has been late
    uint32_t bad_row;    ///< blocks in a row that were not finite
    uint64_t asked_ns;   ///< when it was asked
    uint32_t asked;      ///< number of that block
    uint32_t frames;     ///< in that block
    uint64_t trouble_ns; ///< when the sound went away, 0 = it is there
    uint32_t lost;       ///< frames since then
    int64_t position;    ///< where the music is, as last told by an engine: of its next frame
    bool told;           ///< in this block
    uint64_t behind;     ///< frames since then
    uint32_t playing;
    struct vy_slope engine, held, dry, panic;
    uint32_t silent;        ///< frames until what the new engine makes has come through it
    float last[2], hold[2]; ///< last sample of the engine's sound; what is held
    uint32_t blamed[VY_BLAMES], blames;
    _Atomic int pidfd[VY_SLOTS]; ///< 1 + descriptor, 0 = none
    _Atomic bool quiet;          ///< panic or quit have faded out
    int cpu;                     ///< 1 + processor the device thread is bound to, 0 = free
    uint32_t delay;              ///< frames the dry path is late, as the engine is
    uint32_t written;            ///< of the dry path's line
    float line[2][2 * VY_BLOCK_MAX];
    float sound[2][VY_BLOCK_MAX]; ///< what the engine made of this block
};

/// Prepare; memory is touched so that the device thread meets no first page. `shared` is as
/// vy_shared_new or vy_shared_open gave it.
void vy_guard_init(struct vy_guard *guard, struct vy_shared *shared, float sr_hz);

/// One period. @param in, out  [frames] each, planar; frames 1..VY_BLOCK_MAX
void vy_guard_block(struct vy_guard *guard, const float *const in[2], float *const out[2],
                    uint32_t frames, uint32_t skipped);

/// True when a fade-out after shared->quit has reached silence. Any thread.
bool vy_guard_silent(const struct vy_guard *guard);

#endif
