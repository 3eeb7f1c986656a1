// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "guard/guard.h"

#include <math.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LINE (2u * VY_BLOCK_MAX)
#define LOUDEST 64.0f // +36 dBFS: nothing honest is louder
#define BAD_BLOCKS 8u // not finite so often: given up
#define STALL_NS \
    300000u // woken so long after the deadline: the machine stood still, not the engine
#define POSITION_MAX ((int64_t)1 << 40) // frames: 66 days at 192 kHz
#define FADE_LEFT_S 0.003f              // a new engine fades in at least this long

// Before 0: within the tick of a jump there.
static bool can_be(int64_t position)
{
    return position >= -(int64_t)VY_BLOCK_MAX && position <= POSITION_MAX;
}

// A guard before this one may have been killed: the music goes on where it was, user modules it
// blamed stay out, and what was silenced stays silent.
static void inherit(struct vy_guard *guard)
{
    const struct vy_shared *const s = guard->shared;
    const uint32_t active = atomic_load(&s->active);
    if (atomic_load(&s->panic))
        guard->panic = (struct vy_slope){0, 0, 0};
    if (active >= VY_SLOTS)
        return;
    const struct vy_slot *const slot = &s->slot[active];
    const int64_t position = slot->says.position;
    guard->position = can_be(position) ? position : 0;
    guard->playing = slot->says.playing != 0;
    guard->prefer = active;
    const uint32_t blames = atomic_load(&slot->blames);
    for (guard->blames = 0; guard->blames < blames && guard->blames < VY_BLAMES; guard->blames++)
        guard->blamed[guard->blames] = atomic_load(&slot->blamed[guard->blames]);
}

void vy_guard_init(struct vy_guard *guard, struct vy_shared *shared, float sr_hz)
{
    memset(guard, 0, sizeof *guard);
    guard->shared = shared;
    guard->sr_hz = sr_hz;
    guard->tap_frames = shared->tap_frames;
    guard->active = VY_SLOTS;
    guard->panic = (struct vy_slope){1, 1, 0};
    inherit(guard);
}

// ---- gains --------------------------------------------------------------------------------------

static void slope_to(struct vy_slope *s, float goal, float seconds, float sr_hz)
{
    if (s->goal == goal)
        return;
    s->goal = goal;
    s->step = (goal - s->now) / fmaxf(seconds * sr_hz, 1.0f);
}

static float slope_next(struct vy_slope *s)
{
    if (s->now == s->goal)
        return s->now;
    s->now += s->step;
    if ((s->step > 0 && s->now >= s->goal) || (s->step <= 0 && s->now <= s->goal))
        s->now = s->goal;
    return s->now;
}

// ---- reports ------------------------------------------------------------------------------------

static void report(struct vy_guard *g, enum vy_event_kind kind, uint32_t a, uint32_t b)
{
    struct vy_shared *const s = g->shared;
    const uint32_t n = atomic_load_explicit(&s->events, memory_order_relaxed);
    s->event[n % VY_EVENTS] =
        (struct vy_guard_event){kind, a, b, atomic_load_explicit(&s->frame, memory_order_relaxed)};
    atomic_store_explicit(&s->events, n + 1, memory_order_release);
}

// From here on the engine's sound is missing: what was heard last is held and fades.
static void begin_trouble(struct vy_guard *g)
{
    if (g->trouble_ns)
        return;
    g->trouble_ns = vy_now_ns();
    g->lost = 0;
    memcpy(g->hold, g->last, sizeof g->hold);
    g->held = (struct vy_slope){1, 1, 0};
    slope_to(&g->held, 0, (float)VY_FADE_S, g->sr_hz);
    g->engine = (struct vy_slope){0, 0, 0};
}

// The sound is back: it fades in while the held sample still fades out.
static void end_trouble(struct vy_guard *g, bool bypass)
{
    if (!g->trouble_ns)
        return;
    const uint32_t latency =
        atomic_load_explicit(&g->shared->slot[g->active].says.latency, memory_order_relaxed);
    g->silent = g->fresh && latency < VY_BLOCK_MAX ? latency : 0;
    g->fresh = false;
    g->trouble_ns = 0;
    const float gone = (float)(g->lost + g->silent) / g->sr_hz;
    if (!bypass)
        slope_to(&g->engine, 1, fmaxf((float)VY_FADE_S - gone, FADE_LEFT_S), g->sr_hz);
}

// ---- engines ------------------------------------------------------------------------------------

static bool ready(const struct vy_guard *g, uint32_t slot)
{
    return slot < VY_SLOTS && atomic_load_explicit(&g->shared->slot[slot].state,
                                                   memory_order_acquire) == VY_SLOT_READY;
}

static bool dead(const struct vy_guard *g, uint32_t slot)
{
    const int fd = atomic_load_explicit(&g->pidfd[slot], memory_order_relaxed) - 1;
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    return !ready(g, slot) || (fd >= 0 && poll(&poll_fd, 1, 0) == 1);
}

// Without one, giving up an engine that is only late would make a gap longer, not shorter.
static bool spare_is_ready(const struct vy_guard *g)
{
    for (uint32_t i = 0; i < VY_SLOTS; i++)
        if (i != g->active && ready(g, i))
            return true;
    return false;
}

// The user module it was in may not run again in any engine.
static uint32_t blame(struct vy_guard *g, const struct vy_slot *slot)
{
    const uint32_t mark = atomic_load_explicit(&slot->running, memory_order_relaxed);
    for (uint32_t i = 0; i < g->blames; i++)
        if (g->blamed[i] == mark)
            return mark;
    if (mark && g->blames < VY_BLAMES)
        g->blamed[g->blames++] = mark;
    return mark;
}

// By its descriptor: a number in shared memory may mean anybody. The studio ends engines that the
// guard could not.
static void end_engine(struct vy_guard *g, uint32_t slot)
{
    const int fd = atomic_load_explicit(&g->pidfd[slot], memory_order_relaxed) - 1;
    if (fd >= 0)
        syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0);
}

static void give_up(struct vy_guard *g)
{
    struct vy_slot *const slot = &g->shared->slot[g->active];
    report(g, VY_EVENT_FAILED, g->active, blame(g, slot));
    if (ready(g, g->active))
        end_engine(g, g->active);
    uint32_t state = VY_SLOT_READY;
    atomic_compare_exchange_strong(&slot->state, &state, VY_SLOT_FAILED);
    g->active = VY_SLOTS;
    g->gave_up = true;
    g->waiting = false;
    g->late_row = g->bad_row = 0;
    atomic_store_explicit(&g->shared->active, VY_SLOTS, memory_order_relaxed);
}

static void tell_blames(const struct vy_guard *g, struct vy_slot *slot)
{
    for (uint32_t i = 0; i < g->blames; i++)
        atomic_store_explicit(&slot->blamed[i], g->blamed[i], memory_order_relaxed);
    atomic_store_explicit(&slot->blames, g->blames, memory_order_release);
}

// The first engine that is ready begins where the music is.
static bool take_over(struct vy_guard *g)
{
    for (uint32_t n = 0; n < VY_SLOTS; n++) {
        const uint32_t i = (g->prefer + n) % VY_SLOTS;
        if (!ready(g, i))
            continue;
        struct vy_slot *const slot = &g->shared->slot[i];
        begin_trouble(g); // its sound has nothing to do with what was heard last
        slot->takeover++;
        slot->position = g->position + (int64_t)(g->playing ? g->behind : 0);
        slot->playing = g->playing;
        tell_blames(g, slot);
        if (g->gave_up)
            atomic_fetch_add_explicit(&g->shared->failovers, 1, memory_order_relaxed);
        report(g, VY_EVENT_FAILOVER, i, g->lost);
        g->active = i;
        g->gave_up = false;
        g->fresh = true;
        atomic_store_explicit(&g->shared->active, i, memory_order_relaxed);
        return true;
    }
    return false;
}

static void ask(struct vy_guard *g, const float *const in[2], uint32_t frames)
{
    struct vy_slot *const slot = &g->shared->slot[g->active];
    // what it still made of the time it was late for, it need not skip
    if (g->late_row && g->behind > g->frames)
        slot->skipped += g->behind - g->frames;
    slot->frames = g->frames = frames;
    slot->frame = atomic_load_explicit(&g->shared->frame, memory_order_relaxed);
    atomic_store_explicit(&slot->cpu, (uint32_t)g->cpu, memory_order_relaxed);
    for (int c = 0; c < 2; c++)
        memcpy(slot->in[c], in[c], frames * sizeof(float));
    g->asked_ns = vy_now_ns();
    g->waiting = true;
    g->asked = atomic_fetch_add_explicit(&slot->asked, 1, memory_order_release) + 1;
    vy_futex_wake(&slot->asked);
}

// True when the block that was asked for is there before `until`.
static bool wait_for(struct vy_guard *g, uint64_t until)
{
    struct vy_slot *const slot = &g->shared->slot[g->active];
    for (uint64_t now; (now = vy_now_ns()) < until;) {
        const uint32_t done = atomic_load_explicit(&slot->done, memory_order_acquire);
        if (done == g->asked)
            break;
        vy_futex_wait(&slot->done, done, until - now);
    }
    if (atomic_load_explicit(&slot->done, memory_order_acquire) != g->asked)
        return false;
    g->waiting = false;
    return true;
}

// Wait to the deadline; when this thread itself was held up beyond it, the machine stood still and
// the engine gets the rest of the period.
static bool wait_patiently(struct vy_guard *g, uint64_t start, uint64_t period)
{
    const uint64_t deadline = start + (uint64_t)(VY_DEADLINE * (double)period);
    if (wait_for(g, deadline))
        return true;
    if (vy_now_ns() < deadline + STALL_NS)
        return false;
    atomic_fetch_add_explicit(&g->shared->late_steal, 1, memory_order_relaxed);
    return wait_for(g, vy_now_ns() + (period - (uint64_t)(VY_DEADLINE * (double)period)));
}

static void keep_times(struct vy_guard *g, uint64_t all)
{
    const uint64_t said =
        atomic_load_explicit(&g->shared->slot[g->active].work_ns, memory_order_relaxed);
    const uint64_t work = said < all ? said : all;
    atomic_fetch_add_explicit(&g->shared->wait[vy_wait_bucket(all - work)], 1,
                              memory_order_relaxed);
    atomic_fetch_add_explicit(&g->shared->work[vy_wait_bucket(work)], 1, memory_order_relaxed);
}

static bool is_sound(const float *x, uint32_t frames)
{
    bool fine = true;
    for (uint32_t i = 0; i < frames; i++)
        fine &= fabsf(x[i]) <= LOUDEST; // false for NaN too
    return fine;
}

// Where the music is, as the engine says; when that cannot be, by our own count.
static void follow(struct vy_guard *g, const struct vy_engine_says *says, uint32_t frames)
{
    const int64_t position = atomic_load_explicit(&says->position, memory_order_relaxed);
    g->playing = atomic_load_explicit(&says->playing, memory_order_relaxed) != 0;
    if (can_be(position))
        g->position = position;
    else if (g->playing)
        g->position += (int64_t)g->behind + frames;
    g->told = true;
}

// What the engine made is fit to be heard. It is copied first: one that has gone wild may still
// write.
static bool accept(struct vy_guard *g, uint32_t frames)
{
    const struct vy_slot *const slot = &g->shared->slot[g->active];
    follow(g, &slot->says, frames);
    for (int c = 0; c < 2; c++)
        memcpy(g->sound[c], slot->out[c], frames * sizeof(float));
    if (is_sound(g->sound[0], frames) && is_sound(g->sound[1], frames)) {
        g->bad_row = g->late_row = 0;
        return true;
    }
    atomic_fetch_add_explicit(&g->shared->bad, 1, memory_order_relaxed);
    report(g, VY_EVENT_BAD, g->active, g->bad_row);
    if (++g->bad_row >= BAD_BLOCKS)
        give_up(g);
    return false;
}

static void be_late(struct vy_guard *g, uint64_t period)
{
    atomic_fetch_add_explicit(&g->shared->late, 1, memory_order_relaxed);
    report(g, VY_EVENT_LATE, g->active, g->late_row);
    g->late_row++;
    // a second chance, unless it would last longer than a fade
    const bool chances = g->late_row < 2 && period < (uint64_t)(VY_FADE_S * 0.8e9);
    const uint64_t patience = spare_is_ready(g) ? VY_HUNG_NS : VY_ALONE_NS;
    if (dead(g, g->active) || (!chances && vy_now_ns() - g->asked_ns >= patience))
        give_up(g);
}

// Ask the engine that plays, else the spare one. True: g->sound holds the block.
static bool exchange(struct vy_guard *g, const float *const in[2], uint32_t frames, uint64_t start)
{
    const uint64_t period = (uint64_t)((double)frames * 1e9 / (double)g->sr_hz);
    const uint64_t last_call = start + period * 9 / 10;
    for (int tries = 0; tries < 2; tries++) {
        if (g->active < VY_SLOTS && !ready(g, g->active))
            give_up(g);
        if (g->active >= VY_SLOTS && !take_over(g))
            return false;
        if (g->waiting && !wait_patiently(g, start, period)) { // still owes the block before
            be_late(g, period);
        } else {
            ask(g, in, frames);
            const bool again = tries > 0; // the second one has what is left
            if (again ? wait_for(g, last_call) : wait_patiently(g, start, period)) {
                keep_times(g, vy_now_ns() - g->asked_ns);
                return accept(g, frames);
            }
            be_late(g, period);
        }
        if (g->active < VY_SLOTS || vy_now_ns() >= last_call)
            return false; // it may still come; or the next period
    }
    return false;
}

// ---- the dry path -------------------------------------------------------------------------------

static void store_dry(struct vy_guard *g, const float *const in[2], uint32_t frames)
{
    for (int c = 0; c < 2; c++)
        for (uint32_t i = 0; i < frames; i++)
            g->line[c][(g->written + i) % LINE] = in[c][i];
    // another delay would be a jump: only while the dry path is silent
    if (g->dry.now == 0 && g->active < VY_SLOTS) {
        const uint32_t latency =
            atomic_load_explicit(&g->shared->slot[g->active].says.latency, memory_order_relaxed);
        g->delay = latency < VY_BLOCK_MAX ? latency : VY_BLOCK_MAX;
    }
}

// ---- the block ----------------------------------------------------------------------------------

static void aim(struct vy_guard *g, bool sound)
{
    struct vy_shared *const s = g->shared;
    const bool bypass = atomic_load_explicit(&s->bypass, memory_order_relaxed) != 0;
    const bool panic = atomic_load_explicit(&s->panic, memory_order_relaxed) ||
                       atomic_load_explicit(&s->quit, memory_order_relaxed);
    const float fade = (float)VY_FADE_S;
    if (sound)
        end_trouble(g, bypass);
    else
        begin_trouble(g);
    if (!g->trouble_ns)
        slope_to(&g->engine, bypass ? 0 : 1, fade, g->sr_hz);
    slope_to(&g->dry, bypass || (s->dry && !sound) ? 1 : 0, fade, g->sr_hz);
    slope_to(&g->panic, panic ? 0 : 1, fade, g->sr_hz);
}

static void mix(struct vy_guard *g, bool sound, float *const out[2], uint32_t frames)
{
    const uint32_t from = g->written - g->delay + LINE;
    for (uint32_t i = 0; i < frames; i++) {
        const float h = slope_next(&g->held), d = slope_next(&g->dry), p = slope_next(&g->panic);
        const float e = g->silent ? 0 : slope_next(&g->engine);
        g->silent -= g->silent > 0;
        for (int c = 0; c < 2; c++) {
            float y = h > 0 ? h * g->hold[c] : 0;
            if (e > 0 && sound)
                y += e * g->sound[c][i];
            g->last[c] = y;
            if (d > 0) // alone it is the input, bit for bit
                y += d * g->line[c][(from + i) % LINE];
            out[c][i] = p == 1 ? y : p * y;
        }
    }
    g->written = (g->written + frames) % LINE;
}

static void keep_peak(_Atomic uint32_t *peak, const float *x, uint32_t frames)
{
    float most = 0;
    for (uint32_t i = 0; i < frames; i++)
        most = fmaxf(most, fabsf(x[i]));
    uint32_t bits, now = atomic_load_explicit(peak, memory_order_relaxed);
    memcpy(&bits, &most, sizeof bits); // positive floats order like their bits
    if (bits > now) // the reader may put 0 in between: one block's peak is lost at most
        atomic_store_explicit(peak, bits, memory_order_relaxed);
}

static void tap(struct vy_guard *g, const float *const in[2], float *const out[2], uint32_t frames)
{
    struct vy_shared *const s = g->shared;
    const uint64_t at = atomic_load_explicit(&s->frame, memory_order_relaxed);
    for (uint32_t i = 0; i < frames; i++) {
        float *const to = s->tap[(at + i) & (g->tap_frames - 1)];
        to[0] = in[0][i];
        to[1] = in[1][i];
        to[2] = out[0][i];
        to[3] = out[1][i];
    }
    atomic_store_explicit(&s->tapped, at + frames, memory_order_release);
}

// Frames the device lost: time goes on, and what is recorded has silence there.
static void skip(struct vy_guard *g, uint32_t frames)
{
    struct vy_shared *const s = g->shared;
    const uint64_t at = atomic_load_explicit(&s->frame, memory_order_relaxed);
    for (uint32_t i = 0; i < frames && i < g->tap_frames; i++)
        memset(s->tap[(at + i) & (g->tap_frames - 1)], 0, sizeof *s->tap);
    atomic_store_explicit(&s->frame, at + frames, memory_order_relaxed);
}

void vy_guard_block(struct vy_guard *g, const float *const in[2], float *const out[2],
                    uint32_t frames, uint32_t skipped)
{
    struct vy_shared *const s = g->shared;
    const uint64_t start = vy_now_ns();
    skip(g, skipped);
    atomic_store_explicit(&s->block_frame, atomic_load_explicit(&s->frame, memory_order_relaxed),
                          memory_order_relaxed);
    atomic_store_explicit(&s->block_ns, start, memory_order_release);
    g->told = false;
    const bool sound = exchange(g, in, frames, start);
    store_dry(g, in, frames);
    aim(g, sound);
    mix(g, sound, out, frames);
    g->lost = g->trouble_ns ? g->lost + frames : 0;
    g->behind = g->told ? 0 : g->behind + frames;
    keep_peak(&s->peak_out[0], out[0], frames);
    keep_peak(&s->peak_out[1], out[1], frames);
    tap(g, in, out, frames);
    atomic_store_explicit(&g->quiet, g->panic.now == 0, memory_order_relaxed);
    atomic_fetch_add_explicit(&s->frame, frames, memory_order_relaxed);
    atomic_fetch_add_explicit(&s->blocks, 1, memory_order_release);
}

bool vy_guard_silent(const struct vy_guard *guard)
{
    return atomic_load_explicit(&guard->quiet, memory_order_relaxed);
}
