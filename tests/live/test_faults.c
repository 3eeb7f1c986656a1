// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Engines are killed, stopped and crashed while they play: what the guard put out never shows more
// than a 10 ms fade, no step, and the music goes on in time.
#include "cm.h"
#include "rig_live.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP 0.05f

static void hurt(struct live_rig *rig, int signal, int times)
{
    for (int i = 0; i < times; i++) {
        rig_until_spare(rig, 5);
        kill(rig_engine(rig, false), signal);
        rig_run(rig, 0.15);
    }
    rig_until_spare(rig, 5);
    rig_run(rig, 0.2);
}

static uint64_t lost(const struct live_rig *rig)
{
    return vy_live_shared(rig->live)->device.xruns;
}

// Where the machine stood still for so long that the device gave up frames, they are cut out of the
// file: such a run says nothing about fades. @return false: it was one
static bool try_fades(uint32_t period, int signal, bool last)
{
    struct live_rig rig;
    rig_open(&rig, period, NULL);
    rig_play_sine(&rig);
    rig_stall_begin();
    const uint64_t before = lost(&rig);
    hurt(&rig, signal, 3);
    const uint64_t failovers = vy_live_shared(rig.live)->failovers;
    const bool whole = lost(&rig) == before;
    rig_end(&rig);
    if (whole || last) {
        assert_int_equal(failovers, 3);
        rig_check_sine(&rig, RIG_FADE_MS);
    } else {
        print_message("the device gave up frames; the machine stood for %.1f ms: once more\n",
                      rig_stall_end());
    }
    rig_free(&rig);
    return whole;
}

static void fault_is_a_short_fade(uint32_t period, int signal)
{
    for (int i = 0; i < 5 && !try_fades(period, signal, i == 4); i++)
        continue;
}

static void engine_killed(void **state)
{
    (void)state;
    fault_is_a_short_fade(128, SIGKILL);
}

static void engine_killed_with_long_blocks(void **state)
{
    (void)state;
    fault_is_a_short_fade(1024, SIGKILL);
}

static void engine_stopped(void **state)
{
    (void)state;
    fault_is_a_short_fade(128, SIGSTOP);
}

static void engine_stopped_with_short_blocks(void **state)
{
    (void)state;
    fault_is_a_short_fade(64, SIGSTOP);
}

static void engine_segfaults(void **state)
{
    (void)state;
    fault_is_a_short_fade(256, SIGSEGV);
}

static void spare_engine_killed_is_not_heard(void **state)
{
    (void)state;
    struct live_rig rig;
    rig_open(&rig, 128, NULL);
    rig_play_sine(&rig);
    rig_stall_begin();
    for (int i = 0; i < 3; i++) {
        rig_until_spare(&rig, 5);
        kill(rig_engine(&rig, true), SIGKILL);
        rig_run(&rig, 0.1);
    }
    rig_end(&rig);
    rig_check_sine(&rig, 0);
    rig_free(&rig);
}

static int reserve_of(struct live_rig *rig)
{
    size_t i;
    json_t *p;
    rig_say(rig, "status");
    json_array_foreach(json_object_get(rig->result, "processes"), i, p)
    {
        if (strcmp(json_string_value(json_object_get(p, "role")), "reserve") == 0)
            return (int)json_integer_value(json_object_get(p, "pid"));
    }
    return 0;
}

// Edits and bindings before it was started, and while it waits.
static void the_reserve_knows_every_edit(void **state)
{
    (void)state;
    struct live_rig rig;
    struct vy_err err = {.at = -1};
    rig_open(&rig, 128, NULL);
    rig_say(&rig, "create tone osc shape=sine freq=200Hz");
    int reserve = 0;
    for (int i = 0; i < 100 && !reserve; i++, rig_run(&rig, 0.05))
        reserve = reserve_of(&rig);
    assert_int_not_equal(reserve, 0);
    rig_say(&rig, "set tone.freq 300");
    assert_int_equal(vy_live_bind(rig.live, "tone.freq", &err), VY_OK);
    for (int i = 0; i < 2; i++) { // the second time the one from the reserve takes over
        kill(rig_engine(&rig, false), SIGKILL);
        rig_run(&rig, 0.2);
        rig_until_spare(&rig, 5);
    }
    assert_int_equal(rig_engine(&rig, false), reserve);
    rig_run(&rig, 0.4);
    const uint64_t heard = atomic_load(&vy_live_shared(rig.live)->frame);
    assert_true(vy_live_turn(rig.live, "tone.freq", 600, 0, 0, "hand"));
    rig_run(&rig, 0.6);
    rig_end(&rig);
    // the file lacks what the device gave up while the machine stood still
    const uint32_t at = (uint32_t)heard - 4800, part = 9600;
    for (int half = 0; half < 2; half++) {
        const uint32_t from = half ? rig.frames - part - 4800 : at - part - 256;
        uint32_t rises = 0;
        for (uint32_t i = from; i < from + part; i++)
            rises += rig.heard[i][0] > 0 && rig.heard[i - 1][0] <= 0;
        assert_in_range(rises, half ? 119 : 59, half ? 121 : 61); // 300 Hz, then 600 Hz
    }
    rig_free(&rig);
}

// Frames at which clicks begin.
static uint32_t onsets(const struct live_rig *rig, uint32_t *at, uint32_t most)
{
    uint32_t n = 0, quiet = 0;
    for (uint32_t i = 0; i < rig->frames && n < most; i++) {
        if (fabsf(rig->heard[i][0]) < 0.02f) {
            quiet++;
            continue;
        }
        if (quiet > 2400)
            at[n++] = i;
        quiet = 0;
    }
    return n;
}

static void music_goes_on_in_time(void **state)
{
    (void)state;
    struct live_rig rig;
    uint32_t at[64] = {0};
    rig_open(&rig, 128, NULL);
    rig_say(&rig, "tempo 120");
    rig_say(&rig, "create hat hihat decay=0.03");
    rig_say(&rig, "sequence hat: x...x...x...x...");
    rig_say(&rig, "play");
    for (int i = 0; i < 4; i++) { // off the beats, so that each of them is heard
        rig_run(&rig, 0.73);
        rig_until_spare(&rig, 5);
        kill(rig_engine(&rig, false), SIGKILL);
    }
    rig_run(&rig, 1);
    rig_end(&rig);
    const uint32_t n = onsets(&rig, at, 64);
    assert_in_range(n, 7, 12);
    for (uint32_t i = 1; i < n; i++) {
        const uint32_t beats = (at[i] - at[0] + 12000) / 24000;
        // the fade-in of a new engine may hide the first samples of a hit
        assert_in_range(at[i] - at[0] + 480, beats * 24000 + 480 - 2, beats * 24000 + 480 + 480);
    }
    assert_int_equal((at[n - 1] - at[0] + 12000) / 24000, n - 1); // none is missing
    rig_free(&rig);
}

static void guard_killed_and_the_music_goes_on_where_it_was(void **state)
{
    (void)state;
    struct live_rig rig;
    rig_open(&rig, 128, NULL);
    rig_say(&rig, "tempo 240");
    rig_play_sine(&rig);
    rig_run(&rig, 0.6);
    kill(rig_engine(&rig, false), SIGKILL); // so that the other slot plays
    rig_run(&rig, 0.2);
    rig_until_spare(&rig, 5);
    const struct vy_shared *const s = vy_live_shared(rig.live);
    const uint32_t active = s->active;
    const double beat = s->slot[active].says.beat;
    assert_true(beat > 3);
    const int guard = s->guard_pid;
    kill(guard, SIGKILL);
    rig_stall_begin();
    rig_run(&rig, 1);
    assert_int_not_equal(s->guard_pid, guard);
    assert_int_equal(s->active, active); // with all it has going
    const double now = s->slot[active].says.beat;
    print_message("beat %.3f, a second later %.3f\n", beat, now);
    assert_true(now > beat + 2 && now < beat + 4.1);
    rig_end(&rig);
    rig_check_sine(&rig, 0); // of the file of the second guard
    rig_free(&rig);
}

static void guard_killed_in_a_panic_stays_silent(void **state)
{
    (void)state;
    struct live_rig rig;
    rig_open(&rig, 128, NULL);
    rig_play_sine(&rig);
    rig_say(&rig, "panic");
    rig_run(&rig, 0.1);
    kill(vy_live_shared(rig.live)->guard_pid, SIGKILL);
    rig_run(&rig, 0.5);
    rig_end(&rig);
    assert_true(rig.frames > 4800);
    assert_true(rig_level(&rig, 0, rig.frames) == 0);
    rig_free(&rig);
}

static void panic_is_silence_until_let_go(void **state)
{
    (void)state;
    struct live_rig rig;
    rig_open(&rig, 128, NULL);
    rig_play_sine(&rig);
    rig_say(&rig, "panic");
    rig_run(&rig, 0.3);
    const uint64_t quiet = vy_live_shared(rig.live)->frame;
    rig_run(&rig, 0.2);
    rig_say(&rig, "panic off");
    rig_run(&rig, 0.5);
    rig_end(&rig);
    assert_true(rig_step(&rig, 4800, rig.frames - 4800) < STEP);
    assert_true(rig_level(&rig, (uint32_t)quiet - 4800, (uint32_t)quiet + 4800) == 0);
    assert_true(rig_level(&rig, rig.frames - 9600, rig.frames - 4800) > 0.1f);
    rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(engine_killed),
        cmocka_unit_test(engine_killed_with_long_blocks),
        cmocka_unit_test(engine_stopped),
        cmocka_unit_test(engine_stopped_with_short_blocks),
        cmocka_unit_test(engine_segfaults),
        cmocka_unit_test(spare_engine_killed_is_not_heard),
        cmocka_unit_test(the_reserve_knows_every_edit),
        cmocka_unit_test(music_goes_on_in_time),
        cmocka_unit_test(guard_killed_and_the_music_goes_on_where_it_was),
        cmocka_unit_test(guard_killed_in_a_panic_stays_silent),
        cmocka_unit_test(panic_is_silence_until_let_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
