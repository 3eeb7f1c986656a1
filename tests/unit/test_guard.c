// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The guard's block against engines that are late, dead, mad or fine, at every length of block.
#include "cm.h"
#include "guard_world.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

enum { PERIODS = 4 };
static const uint32_t periods[PERIODS] = {64, 128, 480, 1024};

// Two engines, half a second of sound, then what `hurt` does, and as long again.
static struct world *after(uint32_t period, void (*hurt)(struct world *w))
{
    struct world *const w = world_open(period, false);
    world_run(w, SR / 2);
    assert_int_equal(w->guard.active, 0);
    assert_in_range(world_gap(w, FADE), 0, 0);
    hurt(w);
    world_run(w, SR / 2);
    return w;
}

// ---- in time and late ---------------------------------------------------------------------------

static void nothing(struct world *w)
{
    (void)w;
}

static void in_time_is_bit_for_bit(void **state)
{
    (void)state;
    for (int p = 0; p < PERIODS; p++) {
        struct world *const w = after(periods[p], nothing);
        for (uint32_t i = FADE; i < w->frames; i++) {
            assert_true(w->heard[i][0] == (float)world_sine(i));
            assert_true(w->heard[i][1] == w->heard[i][0]);
        }
        assert_int_equal(w->shared->late + w->shared->failovers + w->shared->bad, 0);
        assert_int_equal(w->shared->frame, w->frames);
        assert_int_equal(w->shared->tapped, w->frames);
        world_close(w);
    }
}

static void late_by_a_bit(struct world *w)
{
    world_slow(w, 0, 1, w->period * 900000000ull / SR); // 0.9 of the period
}

static void late_once_is_a_short_fade(void **state)
{
    (void)state;
    for (int p = 0; p < PERIODS; p++) {
        struct world *const w = after(periods[p], late_by_a_bit);
        const uint32_t g = world_gap(w, FADE);
        // blocks longer than a fade leave no second chance
        assert_int_equal(w->shared->failovers, periods[p] >= 480);
        assert_int_equal(w->shared->late, 1);
        print_message("  period %4u: %u frames\n", periods[p], g);
        assert_in_range(g, 1, FADE);
        world_close(w);
    }
}

static void late_by_blocks(struct world *w)
{
    world_slow(w, 0, 1, w->period * 2300000000ull / SR);
}

// It makes the blocks it owes first: the music must have skipped the rest.
static void late_by_two_blocks_skips_what_was_missed(void **state)
{
    (void)state;
    struct world *const w = after(64, late_by_blocks);
    assert_int_equal(w->shared->late, 2);
    assert_int_equal(w->shared->failovers, 0);
    assert_int_equal(w->shared->slot[0].skipped, 64);
    assert_in_range(world_gap(w, FADE), 1, FADE);
    world_close(w);
}

static void late_for_ever(struct world *w)
{
    world_slow(w, 0, 1000000, NEVER);
}

static void hung_engine_is_a_short_fade(void **state)
{
    (void)state;
    for (int p = 0; p < PERIODS; p++) {
        struct world *const w = after(periods[p], late_for_ever);
        const uint32_t g = world_gap(w, FADE);
        print_message("  period %4u: %u frames, %u late blocks\n", periods[p], g,
                      (unsigned)w->shared->late);
        assert_in_range(g, 1, FADE);
        assert_int_equal(w->shared->failovers, 1);
        assert_int_equal(w->shared->slot[0].state, VY_SLOT_FAILED);
        assert_int_equal(w->shared->active, 1);
        assert_int_equal(w->shared->slot[1].takeover, 1);
        world_close(w);
    }
}

// The guard itself was held up: that is no fault of the engine.
static void a_machine_that_stands_still_blames_nobody(void **state)
{
    (void)state;
    const uint32_t long_enough[] = {128, 480, 1024};
    for (int p = 0; p < 3; p++) {
        struct world *const w = world_open(long_enough[p], false);
        world_run(w, SR / 4);
        world_slow(w, 0, 1, long_enough[p] * 620000000ull / SR);
        w->stall = 320000; // beyond the deadline by more than STALL_NS
        world_run(w, SR / 4);
        assert_int_equal(w->shared->failovers + w->shared->late, 0);
        // with 128 and 480 frames the block is there when the guard wakes
        assert_int_equal(w->shared->late_steal, long_enough[p] == 1024);
        assert_int_equal(world_gap(w, FADE), 0);
        world_close(w);
    }
}

// ---- dead and mad -------------------------------------------------------------------------------

static void slot_emptied(struct world *w)
{
    w->shared->slot[0].state = VY_SLOT_EMPTY; // by the studio, which saw it end
}

static void dead_slot_is_a_short_fade(void **state)
{
    (void)state;
    for (int p = 0; p < PERIODS; p++) {
        struct world *const w = after(periods[p], slot_emptied);
        assert_in_range(world_gap(w, FADE), 1, FADE);
        assert_int_equal(w->shared->late, 0);
        assert_int_equal(w->shared->failovers, 1);
        world_close(w);
    }
}

static int ended[2]; // a pipe that is readable, as the descriptor of a process that has ended

static void process_ended(struct world *w)
{
    w->guard.pidfd[0] = 1 + ended[0];
    world_slow(w, 0, 1000000, NEVER);
}

static void dead_process_gets_no_second_chance(void **state)
{
    (void)state;
    assert_int_equal(pipe(ended), 0);
    assert_int_equal(write(ended[1], "x", 1), 1);
    for (int p = 0; p < PERIODS; p++) {
        struct world *const w = after(periods[p], process_ended);
        assert_in_range(world_gap(w, FADE), 1, FADE);
        assert_int_equal(w->shared->late, 1);
        assert_int_equal(w->shared->failovers, 1);
        world_close(w);
    }
    close(ended[0]);
    close(ended[1]);
}

static void nan_once(struct world *w)
{
    world_slow(w, 0, 1, 0);
    w->fake[0].bad = NAN;
}

static void no_numbers_once_is_one_block(void **state)
{
    (void)state;
    for (int p = 0; p < PERIODS; p++) {
        struct world *const w = after(periods[p], nan_once);
        const uint32_t fade_in = 145; // 3 ms at least
        assert_in_range(world_gap(w, FADE), 1,
                        periods[p] + fade_in > FADE ? periods[p] + fade_in : FADE);
        assert_int_equal(w->shared->bad, 1);
        assert_int_equal(w->shared->failovers, 0);
        world_close(w);
    }
}

static void too_loud_for_ever(struct world *w)
{
    world_slow(w, 0, 1000000, 0);
    w->fake[0].bad = 65;
}

static void madness_is_given_up_and_the_music_stays_in_time(void **state)
{
    (void)state;
    for (int p = 0; p < PERIODS; p++) {
        struct world *const w = after(periods[p], too_loud_for_ever);
        assert_in_range(world_gap(w, FADE), 8 * periods[p], 8 * periods[p] + FADE);
        assert_int_equal(w->shared->bad, 8);
        assert_int_equal(w->shared->failovers, 1);
        world_close(w);
    }
}

static void both_dead(struct world *w)
{
    w->shared->slot[0].state = w->shared->slot[1].state = VY_SLOT_EMPTY;
    world_run(w, SR / 2);
    for (uint32_t i = w->frames - SR / 4; i < w->frames; i++)
        assert_true(w->heard[i][0] == 0);
    w->fake[1] = (struct fake){0}; // another process
    w->shared->slot[1].state = VY_SLOT_READY;
}

static void music_goes_on_where_it_would_be_after_silence(void **state)
{
    (void)state;
    for (int p = 0; p < PERIODS; p++) {
        struct world *const w = after(periods[p], both_dead);
        const uint32_t g = world_gap(w, FADE);
        assert_in_range(g, SR / 2, SR / 2 + periods[p] + FADE);
        const uint32_t last = w->shared->events - 1;
        assert_int_equal(w->shared->event[last].kind, VY_EVENT_FAILOVER);
        assert_in_range(w->shared->event[last].b, SR / 2, SR / 2 + periods[p]);
        world_close(w);
    }
}

static void blame_goes_to_the_next_engine(void **state)
{
    (void)state;
    struct world *const w = world_open(128, false);
    for (uint32_t i = 0; i < 20; i++) {
        world_run(w, SR / 50);
        const uint32_t active = w->shared->active;
        assert_in_range(active, 0, VY_SLOTS - 1);
        w->shared->slot[active].running = i < 2 ? 77 : 100 + i; // the same one twice
        world_slow(w, active, 1000000, NEVER);
        world_run(w, SR / 50);
        assert_int_equal(w->shared->active, 1 - active);
        const struct vy_slot *const next = &w->shared->slot[1 - active];
        const uint32_t marks = i < 2 ? 1 : i < VY_BLAMES ? i : VY_BLAMES;
        assert_int_equal(next->blames, marks);
        assert_int_equal(next->blamed[0], 77);
        if (i >= 2 && i < VY_BLAMES)
            assert_int_equal(next->blamed[i - 1], 100 + i);
        w->fake[active] = (struct fake){0};
        w->shared->slot[active].running = 0;
        w->shared->slot[active].done = w->shared->slot[active].asked;
        w->shared->slot[active].state = VY_SLOT_READY;
    }
    world_close(w);
}

// ---- switches -----------------------------------------------------------------------------------

// Frames from a switch until `fits` holds for good.
static uint32_t settled_after(const struct world *w, uint32_t from,
                              bool (*fits)(const struct world *w, uint32_t i))
{
    uint32_t last = from;
    for (uint32_t i = from; i < w->frames; i++) {
        assert_true(fabsf(w->heard[i][0] - w->heard[i - 1][0]) < STEP);
        if (!fits(w, i))
            last = i + 1;
    }
    return last - from;
}

static float input_at(uint32_t frame)
{
    return (float)(0.3 * sin(2 * M_PI * 330.0 * frame / SR + 1));
}

static void run_with_input(struct world *w, uint32_t frames)
{
    for (const uint32_t until = w->frames + frames; w->frames < until;) {
        for (uint32_t i = 0; i < w->period; i++)
            w->in[0][i] = w->in[1][i] = input_at(w->frames + i);
        world_block(w, 0);
    }
}

#define LATENCY 70u

static bool is_input(const struct world *w, uint32_t i)
{
    return w->heard[i][0] == input_at(i - LATENCY) && w->heard[i][1] == w->heard[i][0];
}

static bool is_engine(const struct world *w, uint32_t i)
{
    return w->heard[i][0] == (float)world_sine(i);
}

static bool is_silent(const struct world *w, uint32_t i)
{
    return w->heard[i][0] == 0 && w->heard[i][1] == 0;
}

static void bypass_is_the_late_input_bit_for_bit(void **state)
{
    (void)state;
    for (int p = 0; p < PERIODS; p++) {
        struct world *const w = world_open(periods[p], false);
        w->shared->slot[0].says.latency = LATENCY;
        run_with_input(w, SR / 4);
        uint32_t at = w->frames;
        w->shared->bypass = 1;
        run_with_input(w, SR / 4);
        assert_in_range(settled_after(w, at, is_input), 1, FADE);
        w->shared->slot[0].says.latency = 500; // must not jump while it is heard
        run_with_input(w, SR / 4);
        assert_in_range(settled_after(w, at, is_input), 1, FADE);
        at = w->frames;
        w->shared->bypass = 0;
        run_with_input(w, SR / 4);
        assert_in_range(settled_after(w, at, is_engine), 1, FADE);
        world_close(w);
    }
}

static bool is_dry(const struct world *w, uint32_t i)
{
    return w->heard[i][0] == input_at(i);
}

static void microphone_without_an_engine_is_heard(void **state)
{
    (void)state;
    for (int p = 0; p < PERIODS; p++) {
        struct world *const w = world_open(periods[p], true);
        w->shared->slot[0].state = w->shared->slot[1].state = VY_SLOT_EMPTY;
        run_with_input(w, SR / 4);
        assert_in_range(settled_after(w, 1, is_dry), 1, FADE);
        world_close(w);
    }
}

static void panic_and_quit_fade_to_nothing(void **state)
{
    (void)state;
    for (int p = 0; p < PERIODS; p++) {
        struct world *const w = world_open(periods[p], false);
        world_run(w, SR / 4);
        uint32_t at = w->frames;
        w->shared->panic = 1;
        world_run(w, SR / 4);
        assert_in_range(settled_after(w, at, is_silent), 1, FADE);
        assert_true(vy_guard_silent(&w->guard));
        at = w->frames;
        w->shared->panic = 0;
        world_run(w, SR / 4);
        assert_in_range(settled_after(w, at, is_engine), 1, FADE);
        assert_false(vy_guard_silent(&w->guard));
        at = w->frames;
        w->shared->quit = 1;
        world_run(w, SR / 4);
        assert_in_range(settled_after(w, at, is_silent), 1, FADE);
        assert_true(vy_guard_silent(&w->guard));
        world_close(w);
    }
}

static void frames_the_device_lost_are_silence_in_the_tap(void **state)
{
    (void)state;
    struct world *const w = world_open(128, false);
    static float copy[4 * 128][4];
    world_run(w, SR / 4);
    const uint64_t before = w->shared->frame;
    world_block(w, 128);
    world_block(w, 0);
    assert_int_equal(w->shared->frame, before + 3 * 128u);
    assert_int_equal(vy_tap_copy(w->shared, 4 * 128, copy), 4 * 128);
    for (uint32_t i = 0; i < 4 * 128; i++) {
        const bool lost = i >= 128 && i < 256;
        assert_true(copy[i][2] == (lost ? 0
                                        : w->heard[w->frames - 384 + i -
                                                   (lost      ? 0
                                                    : i < 128 ? 0
                                                              : 128)][0]));
    }
    world_block(w, 10 * SR); // more than the tap holds
    assert_int_equal(w->shared->frame, before + 4 * 128u + 10 * SR);
    world_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_time_is_bit_for_bit),
        cmocka_unit_test(late_once_is_a_short_fade),
        cmocka_unit_test(late_by_two_blocks_skips_what_was_missed),
        cmocka_unit_test(hung_engine_is_a_short_fade),
        cmocka_unit_test(a_machine_that_stands_still_blames_nobody),
        cmocka_unit_test(dead_slot_is_a_short_fade),
        cmocka_unit_test(dead_process_gets_no_second_chance),
        cmocka_unit_test(no_numbers_once_is_one_block),
        cmocka_unit_test(madness_is_given_up_and_the_music_stays_in_time),
        cmocka_unit_test(music_goes_on_where_it_would_be_after_silence),
        cmocka_unit_test(blame_goes_to_the_next_engine),
        cmocka_unit_test(bypass_is_the_late_input_bit_for_bit),
        cmocka_unit_test(microphone_without_an_engine_is_heard),
        cmocka_unit_test(panic_and_quit_fade_to_nothing),
        cmocka_unit_test(frames_the_device_lost_are_silence_in_the_tap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
