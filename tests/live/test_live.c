// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The live studio does what was said, when it was said.
#include "cm.h"
#include "rig_live.h"

#include "base/rng.h"
#include "sound/file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct vy_engine_says *says(const struct live_rig *rig)
{
    const struct vy_shared *const s = vy_live_shared(rig->live);
    return &s->slot[s->active].says;
}

static void transport_stands_until_play(void **state)
{
    (void)state;
    struct live_rig rig;
    rig_open(&rig, 256, NULL);
    rig_run(&rig, 0.1);
    assert_int_equal(says(&rig)->position, 0);
    rig_say(&rig, "play");
    rig_run(&rig, 0.3);
    assert_true(says(&rig)->beat > 0.3 && says(&rig)->beat < 0.8);
    rig_say(&rig, "stop");
    rig_run(&rig, 0.1);
    const double stood = says(&rig)->beat;
    rig_run(&rig, 0.1);
    assert_true(says(&rig)->beat == stood);
    rig_say(&rig, "seek bar 9");
    rig_run(&rig, 0.1);
    assert_true(fabs(says(&rig)->beat - 32) < 1e-9);
    rig_end(&rig);
    rig_free(&rig);
}

static void a_line_for_the_next_bar_happens_there_exactly(void **state)
{
    (void)state;
    struct live_rig rig;
    rig_open(&rig, 256, NULL);
    rig_say(&rig, "tempo 240"); // a bar is one second
    rig_say(&rig, "create hat hihat decay=0.02");
    rig_say(&rig, "sequence hat: x...............");
    rig_say(&rig, "mute hat");
    rig_run(&rig, 0.05); // the mute is a fade: bar 1 would be heard in it
    rig_say(&rig, "play");
    rig_say(&rig, "at bar 2 mute hat off");
    rig_say(&rig, "at bar 3:3 sequence hat: x...x...");
    rig_run(&rig, 3.3);
    rig_end(&rig);
    uint32_t at[8] = {0}, n = 0;
    for (uint32_t i = 0, quiet = 0; i < rig.frames && n < 8; i++) {
        quiet++;
        if (fabsf(rig.heard[i][0]) < 0.01f)
            continue;
        if (quiet > 2400)
            at[n++] = i;
        quiet = 0;
    }
    print_message("hits at %u +%u +%u +%u\n", at[0], at[1] - at[0], at[2] - at[1], at[3] - at[2]);
    assert_in_range(n, 5, 8);
    assert_in_range(at[1] - at[0], 48000 - 240, 48000 + 240); // the mute lets go within 10 ms
    assert_in_range(at[2] - at[1], 24000 - 10, 24000 + 10);   // 3:3
    assert_in_range(at[3] - at[2], 12000 - 10, 12000 + 10);
    rig_free(&rig);
}

static void turns_are_heard_at_once_and_known_soon(void **state)
{
    (void)state;
    struct live_rig rig;
    struct vy_err err = {.at = -1};
    rig_open(&rig, 128, NULL);
    rig_say(&rig, "create tone osc shape=sine freq=200Hz");
    assert_false(vy_live_turn(rig.live, "tone.freq", 400, 0, 0, "hand")); // not bound yet
    assert_int_equal(vy_live_bind(rig.live, "nobody", NULL), VY_UNKNOWN_NAME);
    assert_int_equal(vy_live_bind(rig.live, "tone.nothing", NULL), VY_UNKNOWN_PARAM);
    assert_int_equal(vy_live_bind(rig.live, "tone.freq", &err), VY_OK);
    assert_int_equal(vy_live_bind(rig.live, "tone.frequ", &err), VY_UNKNOWN_PARAM);
    rig_run(&rig, 0.1);
    const uint64_t plans = says(&rig)->plans;
    assert_true(vy_live_turn(rig.live, "tone.freq", 400, 0, 0, "hand"));
    assert_false(vy_live_turn(rig.live, "tone.freq", 1e9f, 0, 0, "hand"));
    rig_run(&rig, 0.05);
    assert_int_equal(says(&rig)->controls, 1);
    assert_int_equal(says(&rig)->plans, plans); // no edit was needed
    rig_run(&rig, 0.5);
    rig_say(&rig, "get tone.freq");
    assert_non_null(strstr(rig.reply, "400"));
    rig_say(&rig, "set tone.freq 300"); // a word weighs more than the hand before it
    rig_run(&rig, 0.3);
    rig_end(&rig);
    uint32_t rises = 0;
    for (uint32_t i = rig.frames - 9600 - 2400; i < rig.frames - 2400; i++)
        rises += rig.heard[i][0] > 0 && rig.heard[i - 1][0] <= 0;
    assert_in_range(rises, 59, 61); // 300 Hz in 0.2 s
    rig_free(&rig);
}

static double peak_of(struct live_rig *rig, enum vy_live_reader reader)
{
    json_t *const meters = vy_live_meters(rig->live, reader);
    const double peak = json_real_value(json_object_get(json_object_get(meters, "units"), "lead"));
    json_decref(meters);
    return peak;
}

static void notes_by_hand_sound_and_end(void **state)
{
    (void)state;
    struct live_rig rig;
    struct vy_err err = {.at = -1};
    rig_open(&rig, 128, NULL);
    rig_say(&rig, "create lead");
    assert_int_equal(vy_live_bind(rig.live, "lead", &err), VY_OK);
    rig_run(&rig, 0.1);
    json_decref(vy_live_meters(rig.live, VY_READER_LINE));
    assert_true(vy_live_note(rig.live, "lead", 440, 0.8f, 0, 0));
    double heard = 0;
    for (int i = 0; i < 50 && heard <= 0.01; i++) {
        rig_run(&rig, 0.1);
        heard = peak_of(&rig, VY_READER_SOCKET);
    }
    assert_true(heard > 0.01);
    assert_true(peak_of(&rig, VY_READER_LINE) >= heard); // nobody took it
    assert_true(vy_live_note(rig.live, "lead", 440, 0, 0, 0));
    rig_run(&rig, 3);
    json_decref(vy_live_meters(rig.live, VY_READER_LINE));
    rig_run(&rig, 0.2);
    json_t *const meters = vy_live_meters(rig.live, VY_READER_LINE);
    assert_true(json_real_value(json_array_get(json_object_get(meters, "master"), 0)) < 0.003);
    json_decref(meters);
    rig_end(&rig);
    rig_free(&rig);
}

static double loudness(struct live_rig *rig, const char *key)
{
    json_t *const meters = vy_live_meters(rig->live, VY_READER_LINE);
    const json_t *const value = json_object_get(json_object_get(meters, "loudness"), key);
    const double number = json_is_number(value) ? json_number_value(value) : (double)NAN;
    json_decref(meters);
    return number;
}

// A held tone is as loud to the meters as to `listen` of what it rendered.
static void meters_tell_the_loudness_of_the_master(void **state)
{
    (void)state;
    struct live_rig rig;
    struct vy_err err = {.at = -1};
    rig_open(&rig, 256, NULL);
    rig_say(&rig, "create tone lead");
    assert_int_equal(vy_live_bind(rig.live, "tone", &err), VY_OK);
    rig_run(&rig, 0.5);
    assert_true(isnan(loudness(&rig, "momentary_lufs"))); // silence has none, and says so
    assert_true(vy_live_note(rig.live, "tone", 440, 0.8f, 0, 0));
    rig_run(&rig, 4);
    const double now = loudness(&rig, "momentary_lufs"), three = loudness(&rig, "short_term_lufs");
    assert_true(now > -60 && now < 0 && fabs(now - three) < 6);
    assert_true(loudness(&rig, "true_peak_dbtp") > now && loudness(&rig, "true_peak_dbtp") <= 0);
    assert_true(loudness(&rig, "correlation") <= 1);
    rig_say(&rig, "meters");
    assert_non_null(strstr(rig.reply, "LUFS"));
    rig_end(&rig);
    rig_free(&rig);
}

static void undo_of_one_author_keeps_what_fired(void **state)
{
    (void)state;
    struct live_rig rig;
    rig_open(&rig, 256, NULL);
    rig_say(&rig, "tempo 300");
    rig_say(&rig, "create hat hihat");
    rig_say(&rig, "play");
    rig_say(&rig, "at next bar gain hat -7");
    rig_run(&rig, 1.2);
    rig_say(&rig, "get hat.gain");
    assert_non_null(strstr(rig.reply, "-7"));
    rig_say(&rig, "pan hat 0.5");
    rig_say(&rig, "undo");
    rig_say(&rig, "get hat.gain");
    assert_non_null(strstr(rig.reply, "-7"));
    rig_say(&rig, "undo"); // now what waited, and with it what it did
    rig_say(&rig, "get hat.gain");
    assert_null(strstr(rig.reply, "-7"));
    rig_end(&rig);
    rig_free(&rig);
}

// Noise that comes in, from the first frame of the device on.
static void write_noise(const char *path, float *noise, uint32_t frames)
{
    struct vy_err err = {.at = -1};
    struct vy_sound_writer *writer;
    for (uint32_t i = 0; i < frames; i++)
        noise[i] = (float)(vy_rng_unit(7, i) - 0.5) * 0.5f;
    assert_int_equal(vy_sound_create(path, VY_SOUND_FLOAT, 48000, 1, &writer, &err), VY_OK);
    assert_int_equal(vy_sound_write(writer, noise, frames, &err), VY_OK);
    assert_int_equal(vy_sound_close(writer, true, &err), VY_OK);
}

// Frames by which what was heard at `at` is behind what came in, -1 when it is not the same sound.
static int delay_of(const struct live_rig *rig, const float *noise, uint32_t at, bool exact)
{
    for (uint32_t d = 0; d < 2000; d++) {
        double xy = 0, xx = 0, yy = 0;
        bool same = true;
        for (uint32_t i = at; i < at + 2400; i++) {
            const double x = (double)noise[i - d], y = (double)rig->heard[i][0];
            xy += x * y;
            xx += x * x;
            yy += y * y;
            same &= noise[i - d] == rig->heard[i][0];
        }
        if (exact ? same : xy > 0.999 * sqrt(xx * yy) && yy > 1)
            return (int)d;
    }
    return -1;
}

static void sound_from_outside_is_late_by_the_limiter_and_no_more(void **state)
{
    (void)state;
    enum { FRAMES = 6 * 48000 };
    static float noise[FRAMES];
    struct live_rig rig;
    write_noise("/tmp/veery-live-noise.wav", noise, FRAMES);
    rig_open(&rig, 128, "/tmp/veery-live-noise.wav");
    rig_say(&rig, "create mic input");
    rig_run(&rig, 0.5);
    const uint32_t latency = says(&rig)->latency, wet = (uint32_t)vy_live_shared(rig.live)->frame;
    rig_run(&rig, 0.4);
    rig_say(&rig, "bypass studio on");
    rig_run(&rig, 0.4);
    const uint32_t dry = (uint32_t)vy_live_shared(rig.live)->frame;
    rig_run(&rig, 0.4);
    rig_end(&rig);
    print_message("through the engine %d frames, through the dry path %d, declared %u\n",
                  delay_of(&rig, noise, wet, false), delay_of(&rig, noise, dry, true), latency);
    assert_int_equal(delay_of(&rig, noise, wet, false), latency);
    assert_int_equal(delay_of(&rig, noise, dry, true), latency); // bit for bit
    unlink("/tmp/veery-live-noise.wav");
    rig_free(&rig);
}

static void the_last_of_many_edits_is_heard(void **state)
{
    (void)state;
    struct live_rig rig;
    char line[64];
    rig_open(&rig, 256, NULL);
    rig_say(&rig, "create tone osc shape=sine freq=200Hz");
    rig_say(&rig, "add reverb to tone");
    rig_say(&rig, "play");
    for (int i = 0; i < 400; i++) {
        snprintf(line, sizeof line, "gain tone -%d", i % 19);
        rig_say(&rig, line);
        rig_say(&rig, "say \"a note is no edit\"");
    }
    rig_say(&rig, "mute tone");
    rig_say(&rig, "remove reverb from tone");
    rig_run(&rig, 1.5);
    assert_int_equal(rig_count(&rig, "failed"), 0);
    assert_int_equal(says(&rig)->version, vy_live_session(rig.live)->version);
    rig_end(&rig);
    for (uint32_t i = rig.frames - 9600; i < rig.frames - 2400; i++)
        assert_true(fabsf(rig.heard[i][0]) < 0.001f);
    rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transport_stands_until_play),
        cmocka_unit_test(a_line_for_the_next_bar_happens_there_exactly),
        cmocka_unit_test(turns_are_heard_at_once_and_known_soon),
        cmocka_unit_test(notes_by_hand_sound_and_end),
        cmocka_unit_test(meters_tell_the_loudness_of_the_master),
        cmocka_unit_test(sound_from_outside_is_late_by_the_limiter_and_no_more),
        cmocka_unit_test(the_last_of_many_edits_is_heard),
        cmocka_unit_test(undo_of_one_author_keeps_what_fired),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
