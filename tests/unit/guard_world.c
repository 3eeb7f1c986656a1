// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "guard_world.h"

#include "cm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// ---- simulated time -----------------------------------------------------------------------------

static struct world *simulated; // NULL: real time

uint64_t __wrap_vy_now_ns(void);
uint64_t __real_vy_now_ns(void);
bool __wrap_vy_futex_wait(_Atomic uint32_t *word, uint32_t seen, uint64_t ns);
bool __real_vy_futex_wait(_Atomic uint32_t *word, uint32_t seen, uint64_t ns);
void __wrap_vy_futex_wake(_Atomic uint32_t *word);
void __real_vy_futex_wake(_Atomic uint32_t *word);

double world_sine(int64_t position)
{
    return LEVEL * sin(2 * M_PI * fmod(HZ * (double)position / SR, 1));
}

void world_sound(struct fake *f, struct vy_slot *slot, float bad)
{
    if (slot->takeover != f->takeover) {
        f->takeover = slot->takeover;
        f->skipped = slot->skipped;
        f->position = slot->position;
    }
    f->position += (int64_t)(slot->skipped - f->skipped);
    f->skipped = slot->skipped;
    for (uint32_t i = 0; i < slot->frames && i < VY_BLOCK_MAX; i++)
        slot->out[0][i] = slot->out[1][i] = bad != 0 ? bad : (float)world_sine(f->position + i);
    f->position += slot->frames;
    slot->says.position = f->position;
    slot->says.playing = 1;
}

static void settle(struct world *w)
{
    for (uint32_t i = 0; i < VY_SLOTS; i++) {
        struct fake *const f = &w->fake[i];
        struct vy_slot *const slot = &w->shared->slot[i];
        if (!f->pending || f->due > w->now || slot->state != VY_SLOT_READY)
            continue;
        const bool odd = f->asks >= f->slow_from && f->asks < f->slow_to;
        f->pending = false;
        world_sound(f, slot, odd ? f->bad : 0);
        slot->done = slot->asked;
    }
}

uint64_t __wrap_vy_now_ns(void)
{
    if (!simulated)
        return __real_vy_now_ns();
    simulated->now += 50;
    settle(simulated);
    return simulated->now;
}

void __wrap_vy_futex_wake(_Atomic uint32_t *word)
{
    struct world *const w = simulated;
    if (!w) {
        __real_vy_futex_wake(word);
        return;
    }
    w->wakes++;
    for (uint32_t i = 0; i < VY_SLOTS; i++) {
        struct fake *const f = &w->fake[i];
        if (word != &w->shared->slot[i].asked)
            continue;
        f->asks++;
        f->pending = true;
        const bool slow = f->asks >= f->slow_from && f->asks < f->slow_to && f->slow_ns;
        f->due = w->now + (slow ? f->slow_ns : USUAL);
    }
}

bool __wrap_vy_futex_wait(_Atomic uint32_t *word, uint32_t seen, uint64_t ns)
{
    struct world *const w = simulated;
    if (!w)
        return __real_vy_futex_wait(word, seen, ns);
    w->waits++;
    assert_true(w->waits < 1000); // in one block
    if (w->interfere)
        w->interfere(w);
    const uint64_t until = w->now + ns;
    uint64_t next = until;
    for (uint32_t i = 0; i < VY_SLOTS; i++)
        if (word == &w->shared->slot[i].done && w->fake[i].pending && w->fake[i].due < next)
            next = w->fake[i].due;
    if (*word == seen && next > w->now)
        w->now = next;
    w->now += w->stall;
    w->stall = 0;
    settle(w);
    return *word != seen;
}

// ---- a world ------------------------------------------------------------------------------------

struct world *world_open(uint32_t period, bool dry)
{
    struct world *const w = calloc(1, sizeof *w);
    struct vy_err err = {.at = -1};
    int fd;
    assert_non_null(w);
    assert_int_equal(vy_shared_new(SR, dry, &w->shared, &fd, &err), VY_OK);
    close(fd);
    vy_guard_init(&w->guard, w->shared, SR);
    w->period = period;
    w->now = 1000000000u;
    w->room = 4 * SR;
    w->heard = calloc(w->room, sizeof *w->heard);
    assert_non_null(w->heard);
    for (uint32_t i = 0; i < VY_SLOTS; i++)
        w->shared->slot[i].state = VY_SLOT_READY;
    simulated = w;
    return w;
}

void world_close(struct world *w)
{
    simulated = NULL;
    vy_shared_close(w->shared);
    free(w->heard);
    free(w);
}

void world_block(struct world *w, uint32_t skipped)
{
    static float out[2][VY_BLOCK_MAX];
    const float *const in[2] = {w->in[0], w->in[1]};
    float *const to[2] = {out[0], out[1]};
    const uint64_t period_ns = w->period * 1000000000ull / SR;
    const uint64_t start = 1000000000u + w->block * period_ns;
    w->now = w->now > start ? w->now : start;
    settle(w);
    w->waits = 0;
    vy_guard_block(&w->guard, in, to, w->period, skipped);
    assert_true(w->now <= start + period_ns); // whatever happens
    w->block++;
    for (uint32_t i = 0; i < w->period && w->frames < w->room; i++, w->frames++)
        for (int c = 0; c < 2; c++)
            w->heard[w->frames][c] = out[c][i];
}

void world_run(struct world *w, uint32_t frames)
{
    for (const uint32_t until = w->frames + frames; w->frames < until;)
        world_block(w, 0);
}

void world_slow(struct world *w, uint32_t slot, uint32_t count, uint64_t ns)
{
    struct fake *const f = &w->fake[slot];
    f->slow_from = f->asks + 1;
    f->slow_to = f->slow_from + count;
    f->slow_ns = ns;
}

uint32_t world_gap(const struct world *w, uint32_t from)
{
    uint32_t begin = 0, end = 0, longest = 0;
    for (uint32_t i = from; i < w->frames; i++) {
        if (i > from)
            assert_true(fabsf(w->heard[i][0] - w->heard[i - 1][0]) < STEP);
        if (fabs((double)w->heard[i][0] - world_sine(i)) <= 1e-7)
            continue;
        if (end == 0 || i - end > FADE)
            begin = i;
        end = i + 1;
        longest = end - begin > longest ? end - begin : longest;
    }
    assert_true(w->frames - end > FADE);
    return longest;
}

void world_real(struct world *w, bool real)
{
    simulated = real ? NULL : w;
}
