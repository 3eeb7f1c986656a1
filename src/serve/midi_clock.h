// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// MIDI clock, 24 ticks a quarter note: measuring what comes in, sending our own.
#ifndef VY_SERVE_MIDI_CLOCK_H
#define VY_SERVE_MIDI_CLOCK_H

#include "live/live.h"
#include "sound/midi.h"

#define VY_CLOCK_WINDOW 97 ///< ticks kept: four quarter notes

/// Tempo of the last four beats. Zero-initialise.
struct vy_clock_meter {
    uint64_t tick_ns[VY_CLOCK_WINDOW]; ///< a ring
    uint32_t ticks, next;
};

/// A tick came. @return the tempo by a straight line through the ticks of the window, in BPM; 0
/// while there are less than a beat of them. Starts anew after a pause or a jump of the tempo.
double vy_clock_tick(struct vy_clock_meter *meter, uint64_t ns);
void vy_clock_reset(struct vy_clock_meter *meter);

/// Where ticks fall, from where the engine says it is. Zero-initialise.
struct vy_clock_follower {
    bool running;
    double beat; ///< at `ns`
    uint64_t ns;
    double bpm;
    int64_t tick; ///< next to send: tick n falls on beat n / 24
};

/// Learn what the engine said at `said_ns`: small differences are drawn in slowly, since the
/// engine's moments tremble with its blocks; large ones are jumps.
/// @return true: it jumped, `tick` is new
bool vy_clock_follow(struct vy_clock_follower *clock, double beat, double bpm, uint64_t said_ns);
/// CLOCK_MONOTONIC moment of the next tick.
uint64_t vy_clock_due(const struct vy_clock_follower *clock);

/// Beat at a CLOCK_MONOTONIC moment.
double vy_clock_beat(const struct vy_clock_follower *clock, uint64_t ns);

/// What the engine that plays says.
struct vy_clock_said {
    double beat, bpm;
    bool playing;
    uint64_t ticks;     ///< another number: a new word
    uint64_t ns;        ///< CLOCK_MONOTONIC moment at which `beat` is heard
    uint64_t period_ns; ///< of one block
};
/// Any thread.
struct vy_clock_said vy_clock_hear(const struct vy_shared *shared);
/// Until a CLOCK_MONOTONIC moment.
void vy_clock_sleep(uint64_t ns);

struct vy_clock_sender;

/// Send clock, start, continue, stop and song position on a thread of its own. NULL when there is
/// no memory or thread. Both are borrowed.
VY_MAIN struct vy_clock_sender *vy_clock_sender_new(struct vy_live *live, struct vy_midi *midi);
VY_MAIN void vy_clock_sender_destroy(struct vy_clock_sender *sender);
VY_MAIN uint64_t vy_clock_sender_ticks(const struct vy_clock_sender *sender);
/// Latest wake-up after a due moment since the last call, in us.
VY_MAIN double vy_clock_sender_late_us(struct vy_clock_sender *sender);

#endif
