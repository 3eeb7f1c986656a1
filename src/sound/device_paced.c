// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Blocks by the clock. Deadlines are absolute and computed from the number of frames since the
// start, so lateness never adds up: a late wake-up is followed by blocks without a pause until the
// clock is caught up with. What is more than the slack behind is given up and told as skipped.
#include "sound/device_paced.h"

#include "base/text.h"
#include "base/clock.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PRIORITY 80u     // below the kernel's own threads, above everything of a desktop
#define SLACK_PERIODS 4u // what is caught up with
#define SLACK_NS \
    20000000ll     // at least: short periods would otherwise skip at every hiccup of the host
#define MOST 8192u // frames in a block
#define BUFFERS 5u // two in, two out, and silence

enum owner { TIMER, SERVER };

struct vy_paced {
    struct vy_paced_how how;
    pthread_t thread;
    sem_t started;
    _Atomic bool quit, ended;
    _Atomic uint32_t period, sr_hz;
    _Atomic uint64_t xruns;
    // Whose turn it is, and the guarantee that never two threads are in `block`: it is called only
    // by who turned `busy` from 0 to 1 (acquire) and until it turns it back (release).
    _Atomic uint32_t owner, busy;
    _Atomic int64_t server_ns; // of the last vy_paced_enter
    uint32_t priority;         // written before `started` is posted
    char why[160];
    float *memory, *in[VY_DEVICE_CHANS], *out[VY_DEVICE_CHANS], *silence;
    // timer thread only
    int64_t base_ns;   // when frame 0 of `frame` was due
    uint64_t frame;    // next to make, since base_ns
    uint64_t made;     // since the start
    uint32_t skipped;  // not told yet
    uint32_t in_frame; // of how.in, next to come in
};

static void sleep_until(int64_t ns)
{
    const struct timespec until = {.tv_sec = (time_t)(ns / 1000000000), .tv_nsec = ns % 1000000000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR) {
    }
}

// In two parts, so that the product does not overflow after four days.
static int64_t frames_ns(uint64_t frames, uint32_t sr_hz)
{
    return (int64_t)(frames / sr_hz * 1000000000u + frames % sr_hz * 1000000000u / sr_hz);
}

static int64_t slack_ns(uint32_t period, uint32_t sr_hz)
{
    const int64_t ns = frames_ns((uint64_t)SLACK_PERIODS * period, sr_hz);
    return ns > SLACK_NS ? ns : SLACK_NS;
}

static int64_t patience_ns(const struct vy_paced *p, uint32_t period, uint32_t sr_hz)
{
    const int64_t ns = frames_ns((uint64_t)SLACK_PERIODS * period, sr_hz);
    const int64_t least = (int64_t)p->how.standby_ms * 1000000;
    return ns > least ? ns : least;
}

static void add_skipped(struct vy_paced *p, uint64_t frames)
{
    const uint64_t sum = p->skipped + frames;
    p->skipped = sum < UINT32_MAX ? (uint32_t)sum : UINT32_MAX;
    atomic_fetch_add_explicit(&p->xruns, 1, memory_order_relaxed);
}

// Whole periods that cannot be caught up with are lost.
static void give_up_late(struct vy_paced *p, uint32_t period, uint32_t sr_hz)
{
    const int64_t late = (int64_t)vy_now_ns() - (p->base_ns + frames_ns(p->frame, sr_hz));
    if (late <= slack_ns(period, sr_hz))
        return;
    const uint64_t lost = (uint64_t)(late / frames_ns(period, sr_hz)) * period;
    p->frame += lost;
    add_skipped(p, lost);
}

static void bring_in(struct vy_paced *p, const float *in[], uint32_t frames)
{
    const struct vy_sound *const sound = p->how.in;
    const uint32_t left = sound ? sound->frames - p->in_frame : 0;
    const uint32_t n = left < frames ? left : frames;
    for (uint32_t c = 0; c < VY_DEVICE_CHANS; c++) {
        if (n) {
            memcpy(p->in[c], sound->chan[c] + p->in_frame, n * sizeof(float));
            memset(p->in[c] + n, 0, (frames - n) * sizeof(float));
        }
        in[c] = n ? p->in[c] : p->silence;
    }
    p->in_frame += n;
}

static void make_block(struct vy_paced *p, uint32_t period, uint32_t sr_hz)
{
    struct vy_device_block block = {.frames = period, .sr_hz = sr_hz, .skipped = p->skipped};
    if (p->how.frames && p->how.frames - p->made < period)
        block.frames = (uint32_t)(p->how.frames - p->made);
    bring_in(p, block.in, block.frames);
    for (uint32_t c = 0; c < VY_DEVICE_CHANS; c++)
        block.out[c] = p->out[c];
    p->how.block(p->how.arg, &block);
    if (p->how.made)
        p->how.made(p->how.made_arg, &block);
    p->skipped = 0;
    p->frame += block.frames;
    p->made += block.frames;
}

// Standing by: has the server gone quiet? Then this thread takes the turn and begins a new clock.
static bool take_turn(struct vy_paced *p, uint32_t period, uint32_t sr_hz)
{
    if (atomic_load_explicit(&p->owner, memory_order_acquire) == TIMER)
        return true;
    const int64_t quiet =
        (int64_t)vy_now_ns() - atomic_load_explicit(&p->server_ns, memory_order_acquire);
    if (quiet <= patience_ns(p, period, sr_hz))
        return false;
    uint32_t expected = SERVER;
    if (!atomic_compare_exchange_strong(&p->owner, &expected, TIMER))
        return true;
    p->base_ns = (int64_t)vy_now_ns();
    p->frame = 0;
    add_skipped(p, (uint64_t)quiet / 1000 * sr_hz / 1000000);
    return true;
}

static void *run(void *arg)
{
    struct vy_paced *const p = arg;
    if (!p->how.no_realtime)
        p->priority = vy_realtime_ask(PRIORITY, p->why, sizeof p->why);
    else
        vy_text_copy(p->why, sizeof p->why, "not asked for");
    sem_post(&p->started);
    p->base_ns = (int64_t)vy_now_ns();
    while (!atomic_load_explicit(&p->quit, memory_order_acquire)) {
        const uint32_t period = atomic_load_explicit(&p->period, memory_order_relaxed);
        const uint32_t sr_hz = atomic_load_explicit(&p->sr_hz, memory_order_relaxed);
        if (p->how.standby_ms && !take_turn(p, period, sr_hz)) {
            sleep_until((int64_t)vy_now_ns() + patience_ns(p, period, sr_hz) / 2);
            continue;
        }
        sleep_until(p->base_ns + frames_ns(p->frame, sr_hz));
        give_up_late(p, period, sr_hz);
        uint32_t free_now = 0;
        if (atomic_compare_exchange_strong(&p->busy, &free_now, 1)) {
            // the server may have come back while this thread slept
            if (atomic_load_explicit(&p->owner, memory_order_acquire) == TIMER)
                make_block(p, period, sr_hz);
            atomic_store_explicit(&p->busy, 0, memory_order_release);
        }
        if (p->how.frames && p->made >= p->how.frames)
            break;
    }
    atomic_store_explicit(&p->ended, true, memory_order_release);
    return NULL;
}

static bool make_buffers(struct vy_paced *p)
{
    const size_t bytes = (size_t)BUFFERS * MOST * sizeof(float);
    p->memory = aligned_alloc(64, bytes);
    if (!p->memory)
        return false;
    memset(p->memory, 0, bytes); // touched here, not on the audio thread
    for (uint32_t c = 0; c < VY_DEVICE_CHANS; c++) {
        p->in[c] = p->memory + (size_t)c * MOST;
        p->out[c] = p->memory + (size_t)(VY_DEVICE_CHANS + c) * MOST;
    }
    p->silence = p->memory + (size_t)2 * VY_DEVICE_CHANS * MOST;
    return true;
}

vy_status vy_paced_new(const struct vy_paced_how *how, struct vy_paced **paced, struct vy_err *err)
{
    struct vy_paced *const p = calloc(1, sizeof *p);
    if (!p || !make_buffers(p)) {
        free(p);
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    }
    p->how = *how;
    atomic_init(&p->period, how->period);
    atomic_init(&p->sr_hz, how->sr_hz);
    atomic_init(&p->owner, how->standby_ms ? SERVER : TIMER);
    atomic_init(&p->server_ns, (int64_t)vy_now_ns());
    sem_init(&p->started, 0, 0);
    const int failed = pthread_create(&p->thread, NULL, run, p);
    if (failed) {
        sem_destroy(&p->started);
        free(p->memory);
        free(p);
        return vy_fail(err, VY_IO, -1, "no audio thread: %.80s", strerror(failed));
    }
    while (sem_wait(&p->started) != 0) {
    }
    *paced = p;
    return VY_OK;
}

void vy_paced_destroy(struct vy_paced *paced)
{
    if (!paced)
        return;
    atomic_store_explicit(&paced->quit, true, memory_order_release);
    pthread_join(paced->thread, NULL);
    sem_destroy(&paced->started);
    free(paced->memory);
    free(paced);
}

bool vy_paced_enter(struct vy_paced *paced, uint32_t frames, uint32_t sr_hz)
{
    atomic_store_explicit(&paced->server_ns, (int64_t)vy_now_ns(), memory_order_release);
    atomic_store_explicit(&paced->period, frames, memory_order_relaxed);
    atomic_store_explicit(&paced->sr_hz, sr_hz, memory_order_relaxed);
    atomic_store_explicit(&paced->owner, SERVER, memory_order_release);
    uint32_t free_now = 0;
    return atomic_compare_exchange_strong(&paced->busy, &free_now, 1);
}

void vy_paced_leave(struct vy_paced *paced)
{
    atomic_store_explicit(&paced->busy, 0, memory_order_release);
}

bool vy_paced_alone(const struct vy_paced *paced)
{
    return atomic_load_explicit(&paced->owner, memory_order_relaxed) == TIMER;
}

void vy_paced_facts(struct vy_paced *paced, struct vy_device_facts_now *facts)
{
    const bool ended = atomic_load_explicit(&paced->ended, memory_order_acquire);
    const bool stands_in =
        paced->how.standby_ms && atomic_load_explicit(&paced->owner, memory_order_relaxed) == TIMER;
    facts->state = ended ? VY_DEVICE_CLOSED : stands_in ? VY_DEVICE_LOST : VY_DEVICE_RUNNING;
    facts->sr_hz = atomic_load_explicit(&paced->sr_hz, memory_order_relaxed);
    facts->period = atomic_load_explicit(&paced->period, memory_order_relaxed);
    facts->priority = paced->priority;
    vy_text_copy(facts->priority_why, sizeof facts->priority_why, paced->why);
    facts->xruns = atomic_load_explicit(&paced->xruns, memory_order_relaxed);
}
