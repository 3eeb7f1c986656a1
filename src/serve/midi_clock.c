// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Measuring: least squares over the window, so that the trembling of single ticks hardly matters
// (0.5 ms of it make 0.01 BPM at 120). Sending: a thread that sleeps until each tick.
#include "serve/midi_clock.h"

#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TICKS 24.0          // a quarter note
#define PAUSE_NS 250000000u // longer than a tick at 10 BPM
#define JUMP 0.04           // share by which a beat may differ from the window
#define IDLE_NS 2000000u    // how often a stopped transport is looked at
#define DRAW 0.03           // share of a small difference taken in at once
#define LEAP_BEATS 0.05     // what is more is a jump
#define PRIORITY 30

void vy_clock_reset(struct vy_clock_meter *meter)
{
    meter->ticks = meter->next = 0;
}

// Tick i back from the newest.
static uint64_t back(const struct vy_clock_meter *meter, uint32_t i)
{
    return meter->tick_ns[(meter->next + 2 * VY_CLOCK_WINDOW - 1 - i) % VY_CLOCK_WINDOW];
}

// Slope of a line through the last n ticks, in ns a tick.
static double slope(const struct vy_clock_meter *meter, uint32_t n)
{
    const double middle = (n - 1) / 2.0;
    const uint64_t newest = back(meter, 0);
    double sum = 0, squares = 0;
    for (uint32_t i = 0; i < n; i++) {
        const double x = middle - i;
        sum -= x * (double)(newest - back(meter, i));
        squares += x * x;
    }
    return sum / squares;
}

double vy_clock_tick(struct vy_clock_meter *meter, uint64_t ns)
{
    if (meter->ticks > 0 && (ns < back(meter, 0) || ns - back(meter, 0) > PAUSE_NS))
        vy_clock_reset(meter);
    meter->tick_ns[meter->next] = ns;
    meter->next = (meter->next + 1) % VY_CLOCK_WINDOW;
    meter->ticks += meter->ticks < VY_CLOCK_WINDOW;
    if (meter->ticks < 25)
        return 0;
    const double all = slope(meter, meter->ticks), latest = slope(meter, 25);
    if (fabs(latest / all - 1) > JUMP)
        meter->ticks = 25; // what was before is another tempo
    const double per_tick = meter->ticks == 25 ? latest : all;
    return per_tick > 0 ? 60e9 / (TICKS * per_tick) : 0;
}

double vy_clock_beat(const struct vy_clock_follower *clock, uint64_t ns)
{
    return clock->beat + ((double)ns - (double)clock->ns) * clock->bpm / 60e9;
}

bool vy_clock_follow(struct vy_clock_follower *clock, double beat, double bpm, uint64_t said_ns)
{
    const double off = clock->running ? beat - vy_clock_beat(clock, said_ns) : (double)INFINITY;
    const bool jump = !(fabs(off) < LEAP_BEATS);
    clock->beat = jump ? beat : beat - (1 - DRAW) * off;
    clock->ns = said_ns;
    clock->bpm = bpm;
    if (jump)
        clock->tick = (int64_t)ceil(beat * TICKS - 1e-6);
    clock->running = true;
    return jump;
}

uint64_t vy_clock_due(const struct vy_clock_follower *clock)
{
    const double ahead = (double)clock->tick / TICKS - clock->beat;
    return clock->ns + (uint64_t)(int64_t)(ahead * 60e9 / clock->bpm);
}

struct vy_clock_sender {
    struct vy_live *live;
    struct vy_midi *midi;
    pthread_t thread;
    _Atomic bool quit;
    _Atomic uint64_t ticks, late_ns;
    struct vy_clock_follower clock;
    uint64_t seen; ///< engine's ticks at the last look
};

static void send(struct vy_clock_sender *sender, enum vy_midi_kind kind, uint16_t value)
{
    const struct vy_midi_event event = {.kind = kind, .value = value};
    (void)vy_midi_send(sender->midi, &event); // a full port loses ticks, and nothing else helps
}

void vy_clock_sleep(uint64_t ns)
{
    const struct timespec until = {(time_t)(ns / 1000000000u), (long)(ns % 1000000000u)};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

// Start from bar 1, or say where and go on from there.
static void begin(struct vy_clock_sender *sender, bool was_running)
{
    const int64_t sixteenth = (sender->clock.tick + 5) / 6;
    if (was_running)
        send(sender, VY_MIDI_STOP, 0);
    if (sixteenth == 0) {
        send(sender, VY_MIDI_START, 0);
    } else {
        send(sender, VY_MIDI_SONG, (uint16_t)(sixteenth & 0x3FFF));
        send(sender, VY_MIDI_CONTINUE, 0);
        sender->clock.tick = sixteenth * 6; // the position is told in sixteenths
    }
}

// The engine writes while we read: each field is whole, and together they are at most a block
// apart.
struct vy_clock_said vy_clock_hear(const struct vy_shared *shared)
{
    const uint32_t slot = atomic_load(&shared->active);
    const struct vy_engine_says *const says = &shared->slot[slot % VY_SLOTS].says;
    const uint32_t sr_hz = atomic_load(&shared->device.sr_hz);
    struct vy_clock_said said = {
        .beat = atomic_load_explicit(&says->beat, memory_order_relaxed),
        .bpm = atomic_load_explicit(&says->bpm, memory_order_relaxed),
        .playing = atomic_load_explicit(&says->playing, memory_order_relaxed) != 0,
        .ticks = atomic_load_explicit(&says->ticks, memory_order_relaxed),
        .period_ns = atomic_load(&shared->device.period) * 1000000000ull / (sr_hz ? sr_hz : 48000),
    };
    said.playing = said.playing && slot < VY_SLOTS && said.bpm > 1;
    // it tells the beat behind its block, which is heard when the next block begins
    said.ns = atomic_load(&shared->block_ns) + said.period_ns;
    return said;
}

// What the engine says now. @return false: it stands
static bool look(struct vy_clock_sender *sender)
{
    const struct vy_clock_said says = vy_clock_hear(vy_live_shared(sender->live));
    const bool was = sender->clock.running;
    if (!says.playing) {
        if (was)
            send(sender, VY_MIDI_STOP, 0);
        sender->clock.running = false;
        return false;
    }
    if (was && says.ticks == sender->seen)
        return true; // the same word as before
    sender->seen = says.ticks;
    if (vy_clock_follow(&sender->clock, says.beat, says.bpm, says.ns)) {
        // the first word comes behind the first block: bar 1 has just begun
        if (!was && says.beat <= 2e-9 * (double)says.period_ns * says.bpm / 60)
            sender->clock.tick = 0;
        begin(sender, was);
    }
    return true;
}

static void *run(void *arg)
{
    struct vy_clock_sender *const sender = arg;
    const struct sched_param how = {.sched_priority = PRIORITY};
    (void)pthread_setschedparam(pthread_self(), SCHED_FIFO, &how); // or as exact as it gets
    while (!sender->quit) {
        const uint64_t now = vy_now_ns();
        if (!look(sender)) {
            vy_clock_sleep(now + IDLE_NS);
            continue;
        }
        const uint64_t due = vy_clock_due(&sender->clock);
        if (due > now + IDLE_NS) { // look again on the way: the tempo may change
            vy_clock_sleep(due - now > 2 * IDLE_NS ? now + IDLE_NS : due - IDLE_NS);
            continue;
        }
        vy_clock_sleep(due);
        const uint64_t late = vy_now_ns() - due;
        if ((int64_t)late > (int64_t)sender->late_ns)
            sender->late_ns = late;
        send(sender, VY_MIDI_CLOCK, 0);
        sender->clock.tick++;
        sender->ticks++;
    }
    if (sender->clock.running)
        send(sender, VY_MIDI_STOP, 0);
    return NULL;
}

struct vy_clock_sender *vy_clock_sender_new(struct vy_live *live, struct vy_midi *midi)
{
    struct vy_clock_sender *const sender = calloc(1, sizeof *sender);
    if (!sender)
        return NULL;
    sender->live = live;
    sender->midi = midi;
    if (pthread_create(&sender->thread, NULL, run, sender)) {
        free(sender);
        return NULL;
    }
    return sender;
}

void vy_clock_sender_destroy(struct vy_clock_sender *sender)
{
    if (!sender)
        return;
    sender->quit = true;
    pthread_join(sender->thread, NULL);
    free(sender);
}

uint64_t vy_clock_sender_ticks(const struct vy_clock_sender *sender)
{
    return sender->ticks;
}

double vy_clock_sender_late_us(struct vy_clock_sender *sender)
{
    return (double)atomic_exchange(&sender->late_ns, 0) * 1e-3;
}
