// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The guard against engines that write all over the shared memory, and against engines that run
// beside it for real.
#include "base/rng.h"
#include "cm.h"
#include "guard_world.h"

#include <math.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

// ---- hostile memory -----------------------------------------------------------------------------

static uint32_t roll(struct world *w, uint32_t sides)
{
    return (uint32_t)(vy_rng_u64(99, w->dice++) % sides);
}

static void noise(struct world *w, void *to, size_t bytes)
{
    for (size_t i = 0; i + 8 <= bytes; i += 8) {
        const uint64_t x = vy_rng_u64(98, w->dice++);
        memcpy((char *)to + i, &x, sizeof x);
    }
}

// An engine gone wild: bytes all over its slot, now and then over what is not its own, too.
static void scribble(struct world *w)
{
    struct vy_slot *const slot = &w->shared->slot[roll(w, VY_SLOTS)];
    const size_t head = offsetof(struct vy_slot, in), tail = offsetof(struct vy_slot, done);
    noise(w, slot, head);
    noise(w, (char *)slot + tail, offsetof(struct vy_slot, out) - tail);
    noise(w, slot->out[roll(w, 2)], 256);
    if (roll(w, 50) == 0) // the head of the memory, tap_frames and all counters with it
        noise(w, w->shared, offsetof(struct vy_shared, slot));
    w->shared->quit = 0; // or nothing would be heard of it
    w->shared->panic = roll(w, 30) == 0;
    w->shared->bypass = roll(w, 30) == 0;
    // so that it is asked at all, and now and then answers
    if (roll(w, 4))
        slot->state = VY_SLOT_READY;
    if (roll(w, 3) == 0)
        slot->done = slot->asked;
    else if (roll(w, 3) == 0)
        slot->done = w->guard.asked;
    if (roll(w, 3))
        return;
    w->fake[slot - w->shared->slot].pending = false; // its answer is what stands there
    const float loud = roll(w, 4) ? 64 : 65;         // just what may be heard, or just not
    for (uint32_t i = 0; i < w->period; i++)
        slot->out[0][i] = slot->out[1][i] = roll(w, 2) ? loud : -loud;
}

static void scribble_at_times(struct world *w)
{
    if (roll(w, 4) == 0)
        scribble(w);
}

static void wild_engines_do_not_hurt_the_guard(void **state)
{
    (void)state;
    const uint32_t blocks = 100000;
    struct world *const w = world_open(64, false);
    const uint64_t bytes = w->shared->bytes;
    float most = 0;
    w->room = 0; // nothing is kept
    w->interfere = scribble_at_times;
    for (uint32_t b = 0; b < blocks; b++) {
        static const uint32_t sizes[] = {64, 128, 480};
        w->period = sizes[b % 3];
        w->now = 1000000000u;
        w->block = 0;
        scribble(w);
        static float out[2][VY_BLOCK_MAX];
        const float *const in[2] = {w->in[0], w->in[1]};
        float *const to[2] = {out[0], out[1]};
        w->waits = 0;
        vy_guard_block(&w->guard, in, to, w->period, roll(w, 1000) == 0 ? roll(w, 10000) : 0);
        assert_true(w->now - 1000000000u < w->period * 1000000000ull / SR);
        for (uint32_t i = 0; i < w->period; i++)
            for (int c = 0; c < 2; c++)
                most = out[c][i] == out[c][i] ? fmaxf(most, fabsf(out[c][i])) : INFINITY;
    }
    print_message("  %u blocks, %u asked for, loudest %.3g\n", blocks, w->wakes, (double)most);
    assert_true(most <= 256);
    // the studio starts other engines: all is well again
    w->interfere = NULL;
    w->period = 64;
    w->room = 4 * SR;
    memset(w->shared, 0, offsetof(struct vy_shared, slot));
    w->shared->bytes = bytes;
    w->shared->active = VY_SLOTS;
    memset(w->shared->slot, 0, sizeof w->shared->slot);
    memset(w->fake, 0, sizeof w->fake);
    w->now = 1000000000u;
    world_run(w, SR / 100);
    w->shared->slot[1].state = VY_SLOT_READY;
    world_run(w, SR / 4);
    const int64_t shift = w->fake[1].position - w->frames;
    for (uint32_t i = SR / 8; i < w->frames; i++)
        assert_true(w->heard[i][0] == (float)world_sine((int64_t)i + shift));
    w->shared->bytes = bytes;
    world_close(w);
}

// ---- threads ------------------------------------------------------------------------------------

struct thread {
    struct vy_slot *slot;
    struct fake fake;
    uint32_t late; // of so many blocks one is late
    _Atomic bool leave;
    pthread_t id;
};

static void *play_along(void *arg)
{
    struct thread *const t = arg;
    uint32_t done = t->slot->asked;
    t->slot->done = done;
    t->slot->state = VY_SLOT_READY;
    for (uint32_t blocks = 0; !t->leave;) {
        if (t->slot->state == VY_SLOT_FAILED) { // as the studio would: another one comes
            done = t->slot->asked;
            t->slot->done = done;
            t->slot->state = VY_SLOT_READY;
        }
        if (!vy_futex_wait(&t->slot->asked, done, 1000000))
            continue;
        done = atomic_load_explicit(&t->slot->asked, memory_order_acquire);
        world_sound(&t->fake, t->slot, 0);
        if (++blocks % t->late == 0)
            usleep(8000);
        atomic_store_explicit(&t->slot->done, done, memory_order_release);
        vy_futex_wake(&t->slot->done);
    }
    return NULL;
}

// For the thread sanitizer: the same code with engines that run beside it.
static void real_engines_take_turns(void **state)
{
    (void)state;
    struct world *const w = world_open(256, false);
    static struct thread engine[VY_SLOTS];
    world_real(w, true);
    w->guard.sr_hz = 192000; // blocks of 1.3 ms
    for (uint32_t i = 0; i < VY_SLOTS; i++) {
        engine[i] = (struct thread){.slot = &w->shared->slot[i], .late = 40 + 13 * i};
        engine[i].slot->state = VY_SLOT_EMPTY;
        assert_int_equal(pthread_create(&engine[i].id, NULL, play_along, &engine[i]), 0);
    }
    static float out[2][VY_BLOCK_MAX];
    const float *const in[2] = {w->in[0], w->in[1]};
    float *const to[2] = {out[0], out[1]};
    for (uint32_t b = 0; b < 1500; b++) {
        const uint64_t end = vy_now_ns() + 1333333;
        vy_guard_block(&w->guard, in, to, 256, 0);
        for (uint32_t i = 0; i < 256; i++)
            assert_true(fabsf(out[0][i]) < 1);
        const uint64_t now = vy_now_ns();
        if (now < end)
            usleep((useconds_t)((end - now) / 1000));
    }
    print_message("  %u of 1500 blocks late, %u failovers\n", (unsigned)w->shared->late,
                  (unsigned)w->shared->failovers);
    assert_true(w->shared->late > 0);
    for (uint32_t i = 0; i < VY_SLOTS; i++) {
        engine[i].leave = true;
        pthread_join(engine[i].id, NULL);
    }
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wild_engines_do_not_hurt_the_guard),
        cmocka_unit_test(real_engines_take_turns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
