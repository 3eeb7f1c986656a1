// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The memory that the processes of a live studio share: guard, two engines, and the studio itself.
//
//   studio  -> guard    switches (bypass, panic, quit)          plain atomics
//   studio  -> engines  turns and notes that cannot wait        one ring an engine
//   guard  <-> engine   one block of sound, within one period   two futex words a slot
//   guard   -> studio   device facts, counters, events          atomics and a ring
//   guard   -> anybody  the last seconds of sound in and out    the tap
//
// One memfd, sealed against shrinking, inherited by all. Whatever another process wrote is only
// data: the guard clamps and checks it before it uses it. Frames count since the guard started.
#ifndef VY_BASE_EXCHANGE_H
#define VY_BASE_EXCHANGE_H

#include "base/clock.h"
#include "base/status.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define VY_SHARED_MAGIC 0x76797831u ///< changes with the layout
#define VY_BLOCK_MAX 8192u          ///< frames in one block
#define VY_SLOTS 2u                 ///< the engine that plays and the one that waits
#define VY_CONTROLS 16384u          ///< in one ring, a power of two
#define VY_EVENTS 256u              ///< in the guard's ring, a power of two
#define VY_BINDINGS 4096u           ///< handles of one studio
#define VY_METERS 256u              ///< units with a meter
#define VY_BLAMES 16u               ///< user modules the guard has ordered to be bypassed
#define VY_WAIT_BUCKETS 64u         ///< of the exchange-time histogram

/// What cannot wait for a plan.
enum vy_control_kind {
    VY_CONTROL_TURN = 1, ///< parameter `target` to `value` in its own unit
    VY_CONTROL_NOTE_ON,  ///< unit `target` plays `value` Hz (0 = its own pitch) with `velocity`
    VY_CONTROL_NOTE_OFF, ///< unit `target` lets `value` Hz go (0 = all it holds)
    VY_CONTROL_ALL_OFF,  ///< every unit lets everything go
};

struct vy_control {
    uint32_t kind;    ///< enum vy_control_kind
    uint32_t target;  ///< handle given by the studio (engine/player.h, vy_player_bind)
    float value;      ///< in the parameter's unit, or Hz
    float velocity;   ///< 0..1
    uint64_t frame;   ///< guard's frame at which it happens; 0 or past = at the next tick
    uint64_t sent_ns; ///< CLOCK_MONOTONIC when it arrived, for the latency histogram
};

/// Single producer (the studio holds a lock around it), single consumer (the engine's audio
/// thread).
struct vy_control_ring {
    _Alignas(64) _Atomic uint32_t head; ///< next to write
    _Alignas(64) _Atomic uint32_t tail; ///< next to read
    struct vy_control item[VY_CONTROLS];
};

enum vy_slot_state {
    VY_SLOT_EMPTY,  ///< no process, or not ready yet
    VY_SLOT_READY,  ///< the engine has a plan and waits for blocks (set by the engine)
    VY_SLOT_FAILED, ///< the guard has given it up (set by the guard; the studio kills and empties)
};

/// What an engine tells after every block. Written by its audio thread only, field by field
/// (relaxed): who reads while it writes gets whole numbers, of two blocks at most.
struct vy_engine_says {
    _Atomic int64_t position;  ///< transport, frames since bar 1, of the next frame to be heard
    _Atomic double beat, bpm;  ///< of the same moment
    _Atomic uint32_t playing;  ///< 0 or 1
    _Atomic uint32_t latency;  ///< frames from input to output inside the engine
    _Atomic uint64_t version;  ///< of the document that is heard
    _Atomic uint64_t plans;    ///< swapped in so far
    _Atomic uint64_t ticks;    ///< run so far
    _Atomic uint64_t controls; ///< taken from the ring so far
    _Atomic uint32_t units;    ///< meters in use
    /// Of unit i since the studio last looked (it writes 0), full scale 1.
    _Atomic float peak[VY_METERS];
};

/// The exchange with one engine.
struct vy_slot {
    _Atomic uint32_t state; ///< enum vy_slot_state
    _Atomic int32_t pid;
    // guard -> engine
    _Alignas(64) _Atomic uint32_t asked; ///< futex: number of the block that is wanted
    uint32_t frames;                     ///< 1..VY_BLOCK_MAX
    uint64_t frame;                      ///< guard's frame of the block's first
    uint64_t skipped;  ///< frames the music has gone on without this engine, in all
    uint32_t takeover; ///< counts: another value than last time = begin anew at `position`
    int64_t position;
    uint32_t playing;
    _Atomic uint32_t cpu;    ///< 1 + the processor the guard's device thread is bound to, 0 = free
    _Atomic uint32_t blames; ///< entries of `blamed` in force
    _Atomic uint32_t blamed[VY_BLAMES]; ///< marks of user modules that must not run
    float in[2][VY_BLOCK_MAX];
    // engine -> guard
    _Alignas(64) _Atomic uint32_t done; ///< futex: number of the block that is made
    _Atomic uint32_t running;           ///< mark of the user module that runs right now, 0 = none
    _Atomic uint64_t work_ns;           ///< it worked on the last block
    /// Controls without a frame of their own by the time from `sent_ns` to the block they began in.
    _Atomic uint32_t control_wait[VY_WAIT_BUCKETS];
    struct vy_engine_says says;
    float out[2][VY_BLOCK_MAX];
    // studio -> engine
    struct vy_control_ring control;
};

enum vy_event_kind {
    VY_EVENT_LATE = 1, ///< slot `a` missed a deadline; b = block
    VY_EVENT_FAILOVER, ///< slot `a` took over from the other; b = frames of sound lost
    VY_EVENT_FAILED,   ///< slot `a` given up; b = mark of the user module it was in
    VY_EVENT_BAD,      ///< slot `a` sent samples that are not finite; b = block
};

struct vy_guard_event {
    uint32_t kind, a, b;
    uint64_t frame;
};

/// Facts about the device, written by the guard. Text fields change only while `state` is not 1.
struct vy_device_facts {
    _Atomic uint32_t state; ///< enum vy_device_state of sound/device.h
    _Atomic uint32_t sr_hz, period, ins, outs;
    _Atomic uint32_t realtime; ///< priority of the device thread, 0 = ordinary scheduling
    _Atomic uint32_t latency;  ///< frames the device adds by its own word, besides one period
    _Atomic uint64_t xruns;    ///< the device's own count
    char backend[16], name[128];
};

struct vy_shared {
    uint32_t magic;
    uint64_t bytes;      ///< of the whole
    uint32_t tap_frames; ///< a power of two
    uint32_t dry;        ///< 1: without an engine the input goes through (microphones)
    _Atomic int32_t guard_pid;
    // studio -> guard
    _Alignas(64) _Atomic uint32_t bypass; ///< 1: the delay-matched input instead of the engine
    _Atomic uint32_t panic;               ///< 1: silence, latched
    _Atomic uint32_t findable; ///< 1: others can find the guard, so it may outlive the studio
    _Atomic uint32_t quit;     ///< 1: fade out and leave
    // guard -> studio
    _Alignas(64) struct vy_device_facts device;
    _Alignas(64) _Atomic uint32_t active; ///< slot that plays, VY_SLOTS = none
    _Atomic uint64_t frame;               ///< of the next block
    _Atomic uint64_t block_frame;         ///< first frame of the newest block
    _Atomic uint64_t block_ns;            ///< CLOCK_MONOTONIC when that block began
    _Atomic uint64_t blocks, late, failovers, bad;
    _Atomic uint64_t late_steal; ///< late blocks in which the guard itself had been held up
    _Atomic uint32_t events;     ///< written so far
    struct vy_guard_event event[VY_EVENTS];
    /// Exchanges by what they cost besides the engine's own work: two hand-overs between processes.
    _Atomic uint32_t wait[VY_WAIT_BUCKETS];
    _Atomic uint32_t work[VY_WAIT_BUCKETS]; ///< blocks by the time the engine worked on them
    _Atomic uint32_t peak_out[2];           ///< float bits, since the studio last looked
    struct vy_slot slot[VY_SLOTS];
    _Alignas(64) _Atomic uint64_t
        tapped;     ///< frame after the last one in the tap; frame f is at f % tap_frames
    float tap[][4]; ///< [tap_frames] in L, in R, out L, out R
};

/// Make the memory. @param tap_frames  at least this many are kept
/// @param fd  to inherit; the caller closes it
VY_MUST_CHECK vy_status vy_shared_new(uint32_t tap_frames, bool dry, struct vy_shared **shared,
                                      int *fd, struct vy_err *err);

/// Map memory made by another process; checks size and magic. fd stays the caller's.
VY_MUST_CHECK vy_status vy_shared_open(int fd, struct vy_shared **shared, struct vy_err *err);
void vy_shared_close(struct vy_shared *shared);

/// Put a control into a ring. Callers of one ring hold a common lock. @return false: it is full
static inline bool vy_control_push(struct vy_control_ring *ring, const struct vy_control *control)
{
    const uint32_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    const uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
    if (head - tail >= VY_CONTROLS)
        return false;
    ring->item[head % VY_CONTROLS] = *control;
    atomic_store_explicit(&ring->head, head + 1, memory_order_release);
    return true;
}

/// Take the next control. Audio thread. @return false: there is none
static inline bool vy_control_pop(struct vy_control_ring *ring, struct vy_control *control)
{
    const uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    const uint32_t head = atomic_load_explicit(&ring->head, memory_order_acquire);
    if (head == tail)
        return false;
    *control = ring->item[tail % VY_CONTROLS];
    atomic_store_explicit(&ring->tail, tail + 1, memory_order_release);
    return true;
}

/// Wait until *word is not `seen`, at most `ns`. Audio thread: the one system call it may make.
/// @return false: time is up
bool vy_futex_wait(_Atomic uint32_t *word, uint32_t seen, uint64_t ns);
void vy_futex_wake(_Atomic uint32_t *word);

/// Buckets of a duration: four to the octave from 1 us on, the last takes the rest.
uint32_t vy_wait_bucket(uint64_t ns);
/// Upper edge of a bucket in ns.
uint64_t vy_wait_edge(uint32_t bucket);
/// The edge under which a share (0..1) of the histogram's exchanges lies; 0 when it is empty.
uint64_t vy_wait_quantile(const _Atomic uint32_t *bucket, double share);

/// Copy the last `frames` frames of the tap, oldest first, into to[frames][4]. Any thread of any
/// process, while the guard writes. @return frames copied: less when there are not so many, or
/// some were overwritten meanwhile
uint32_t vy_tap_copy(const struct vy_shared *shared, uint32_t frames, float (*to)[4]);

#endif
