// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Sampler and looper.
#include "cm.h"
#include "rig.h"

#include "base/rng.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SR 48000

static float *frames(uint32_t n)
{
    return calloc(n, sizeof(float));
}

static void fill_sine(float *x, uint32_t n, double hz, double amplitude)
{
    for (uint32_t i = 0; i < n; i++)
        x[i] = (float)(amplitude * sin(2 * M_PI * hz * i / SR));
}

// Strike a note at frame `at` of the first tick, hold the gate, and collect one lane.
static void play(struct rig *r, uint32_t at, float *y, uint32_t n, uint32_t lane)
{
    float trig[VY_TICK] = {0}, gate[VY_TICK];
    trig[at] = 1;
    for (uint32_t i = 0; i < VY_TICK; i++)
        gate[i] = i >= at;
    rig_feed(r, "trig", trig);
    rig_feed(r, "gate", gate);
    rig_run(r, NULL, y, VY_TICK, lane);
    rig_connect(r, "trig", 0);
    rig_connect(r, "gate", 1);
    rig_run(r, NULL, y + VY_TICK, n - VY_TICK, lane);
}

// Everything but one sine, in dB of it: least squares at its measured frequency.
static double residue_db(const float *y, uint32_t n, double guess_hz)
{
    const double hz = rig_frequency(y, n, guess_hz, SR);
    double cc = 0, ss = 0, cs = 0, yc = 0, ys = 0;
    for (uint32_t i = 0; i < n; i++) {
        const double c = cos(2 * M_PI * hz * i / SR), s = sin(2 * M_PI * hz * i / SR);
        cc += c * c, ss += s * s, cs += c * s;
        yc += (double)y[i] * c, ys += (double)y[i] * s;
    }
    const double det = cc * ss - cs * cs, a = (yc * ss - ys * cs) / det,
                 b = (ys * cc - yc * cs) / det;
    double left = 0;
    for (uint32_t i = 0; i < n; i++) {
        const double w = 2 * M_PI * hz * i / SR, d = (double)y[i] - a * cos(w) - b * sin(w);
        left += d * d;
    }
    return 10 * log10(left / n / ((a * a + b * b) / 2));
}

// ---- sampler ------------------------------------------------------------------------------------

static void sampler_without_a_file_is_silent(void **state)
{
    (void)state;
    float y[4096];
    struct rig *const r = rig_new("sampler", SR, 5, 2, NULL);
    play(r, 0, y, 4096, 8);
    assert_true(rig_peak(y, 4096) == 0);
    rig_destroy(r);
}

static void sampler_plays_the_root_note_bit_by_bit_from_the_exact_frame(void **state)
{
    (void)state;
    float x[2][1000], y[2048];
    for (int n = 0; n < 1000; n++)
        for (int c = 0; c < 2; c++)
            x[c][n] = (float)(2 * vy_rng_unit((uint64_t)c + 1, (uint64_t)n) - 1);
    const struct vy_sample sample = {{x[0], x[1]}, 1000, 2, SR};
    for (uint32_t lane = 0; lane < 10; lane += 9) { // left of the first voice, right of the fifth
        struct rig *const r = rig_new("sampler", SR, 5, 2, &sample);
        rig_connect(r, "freq", 261.625565f);
        play(r, 37, y, 2048, lane);
        assert_true(rig_peak(y, 37) == 0);
        for (int n = 0; n < 1000; n++)
            assert_true(fabsf(y[37 + n] - x[lane % 2][n]) < 1e-7f);
        rig_destroy(r);
    }
}

static void sampler_reverse_and_range_play_what_they_say(void **state)
{
    (void)state;
    float x[1000], y[2048];
    for (int n = 0; n < 1000; n++)
        x[n] = (float)(2 * vy_rng_unit(1, (uint64_t)n) - 1);
    const struct vy_sample sample = {{x, x}, 1000, 1, SR};
    struct rig *const r = rig_new("sampler", SR, 1, 2, &sample);
    rig_set(r, "reverse", 1);
    play(r, 0, y, 2048, 1);
    for (int n = 0; n < 1000; n++)
        assert_true(fabsf(y[n] - x[999 - n]) < 1e-7f);
    rig_reset(r);
    rig_set(r, "reverse", 0);
    rig_set(r, "start", 0.25f);
    rig_set(r, "end", 0.75f);
    play(r, 0, y, 2048, 0);
    for (int n = 0; n < 430; n++) // before the fade of the cut edge
        assert_true(fabsf(y[n] - x[250 + n]) < 1e-7f);
    assert_true(rig_peak(y + 700, 1000) < 1e-3);
    rig_destroy(r);
}

static void sampler_transposes_cleanly(void **state)
{
    (void)state;
    enum { FILE_FRAMES = 144000, N = 24000 };
    float *const x = frames(FILE_FRAMES), *const y = frames(N + 4096);
    fill_sine(x, FILE_FRAMES, 1000, 0.8);
    const struct vy_sample sample = {{x, x}, FILE_FRAMES, 1, SR};
    const double st[] = {7, -5, 14.3, 24};
    for (int i = 0; i < 4; i++) {
        struct rig *const r = rig_new("sampler", SR, 1, 2, &sample);
        rig_set(r, "pitch", (float)st[i]);
        play(r, 0, y, N + 4096, 0);
        const double hz = 1000 * exp2(st[i] / 12), db = residue_db(y + 4096, N, hz);
        const double cents = 1200 * log2(rig_frequency(y + 4096, N, hz, SR) / hz);
        print_message("sampler %+g st: SNR %.1f dB, %.5f cents off, gain %.4f dB\n", st[i], -db,
                      cents, rig_db(rig_tone(y + 4096, N, hz, SR, NULL) / 0.8));
        assert_true(db < -90);
        assert_true(fabs(cents) < 0.01);
        assert_true(fabs(rig_db(rig_tone(y + 4096, N, hz, SR, NULL) / 0.8)) < 0.01);
        rig_destroy(r);
    }
    free(x);
    free(y);
}

static void sampler_loses_what_would_fold(void **state)
{
    (void)state;
    enum { FILE_FRAMES = 192000, N = 16384 };
    static const struct {
        double hz, st;
    } cases[] = {{20000, 7}, {9000, 24}, {16500, 12}, {5000, 31}};
    float *const x = frames(FILE_FRAMES), *const y = frames(N + 4096);
    for (int i = 0; i < 4; i++) {
        fill_sine(x, FILE_FRAMES, cases[i].hz, 1);
        const struct vy_sample sample = {{x, x}, FILE_FRAMES, 1, SR};
        struct rig *const r = rig_new("sampler", SR, 1, 2, &sample);
        rig_set(r, "pitch", (float)cases[i].st);
        play(r, 0, y, N + 4096, 0);
        const double db = rig_db(rig_rms(y + 4096, N) * M_SQRT2);
        print_message("sampler %g Hz %+g st: %.1f dB\n", cases[i].hz, cases[i].st, db);
        assert_true(db < -75);
        rig_destroy(r);
    }
    // and keeps what does not: 6 kHz up a fifth
    fill_sine(x, FILE_FRAMES, 6000, 1);
    const struct vy_sample sample = {{x, x}, FILE_FRAMES, 1, SR};
    struct rig *const r = rig_new("sampler", SR, 1, 2, &sample);
    rig_set(r, "pitch", 7);
    play(r, 0, y, N + 4096, 0);
    assert_true(fabs(rig_db(rig_rms(y + 4096, N) * M_SQRT2)) < 0.1);
    rig_destroy(r);
    free(x);
    free(y);
}

static void sampler_loops_without_a_seam(void **state)
{
    (void)state;
    // ten periods of 1 kHz between 0.25 and 0.73 of the file, noise around them
    enum { FILE_FRAMES = 1000, N = 24000 };
    float x[FILE_FRAMES], *const y = frames(N + 4096);
    for (int n = 0; n < FILE_FRAMES; n++)
        x[n] = (float)(2 * vy_rng_unit(3, (uint64_t)n) - 1);
    for (int n = 0; n < 480; n++)
        x[250 + n] = (float)(0.8 * sin(2 * M_PI * n / 48));
    const struct vy_sample sample = {{x, x}, FILE_FRAMES, 1, SR};
    for (int reverse = 0; reverse < 2; reverse++) {
        const double st[] = {0, 7, -3.3, 11.1};
        for (int i = 0; i < 4; i++) {
            struct rig *const r = rig_new("sampler", SR, 1, 2, &sample);
            rig_choose(r, "mode", "loop");
            rig_set(r, "loop_start", 0.25f);
            rig_set(r, "loop_end", 0.73f);
            rig_set(r, "reverse", (float)reverse);
            rig_set(r, "pitch", (float)st[i]);
            play(r, 0, y, N + 4096, 0);
            const double db = residue_db(y + 4096, N, 1000 * exp2(st[i] / 12));
            print_message("sampler loop %+g st: %.1f dB\n", st[i], db);
            assert_true(db < -80);
            rig_destroy(r);
        }
    }
    free(y);
}

static void sampler_gated_stops_with_the_note_and_one_shot_does_not(void **state)
{
    (void)state;
    enum { FILE_FRAMES = 48000 };
    float *const x = frames(FILE_FRAMES), y[6400];
    fill_sine(x, FILE_FRAMES, 3000, 1);
    const struct vy_sample sample = {{x, x}, FILE_FRAMES, 1, SR};
    for (int gated = 0; gated < 2; gated++) {
        struct rig *const r = rig_new("sampler", SR, 1, 2, &sample);
        rig_choose(r, "mode", gated ? "gated" : "one_shot");
        rig_set(r, "release", 0.05f);
        play(r, 0, y, 3200, 0);
        rig_connect(r, "gate", 0);
        rig_run(r, NULL, y, 6400, 0);
        assert_true(gated ? rig_peak(y + 2500, 3000) < 1e-4 : rig_peak(y + 2500, 3000) > 0.99);
        if (gated) // 60 dB in 2400 frames: 15 dB in 600
            assert_true(fabs(rig_db(rig_peak(y + 584, 32)) + 15) < 1);
        rig_destroy(r);
    }
    free(x);
}

// ---- looper -------------------------------------------------------------------------------------

static uint32_t run_ticks(struct rig *r, const float *x, float *y, uint32_t at, uint32_t ticks)
{
    rig_run(r, x + at, y + at, ticks * VY_TICK, 0);
    return at + ticks * VY_TICK;
}

static void looper_is_dry_at_mix_zero(void **state)
{
    (void)state;
    enum { N = 64 * 300 };
    float *const x = frames(N), *const y = frames(N);
    for (uint32_t n = 0; n < N; n++)
        x[n] = (float)(2 * vy_rng_unit(5, n) - 1);
    struct rig *const r = rig_new("looper", SR, 1, 2, NULL);
    rig_set(r, "mix", 0);
    rig_set(r, "record", 1);
    uint32_t at = run_ticks(r, x, y, 0, 100);
    rig_set(r, "record", 0);
    rig_set(r, "overdub", 1);
    run_ticks(r, x, y, at, 200);
    assert_memory_equal(x, y, N * sizeof *x);
    rig_destroy(r);
    free(x);
    free(y);
}

static void looper_repeats_what_was_recorded_to_the_frame_and_without_a_click(void **state)
{
    (void)state;
    enum { N = 64 * 1000, L = 64 * 151 };
    float *const x = frames(N), *const y = frames(N);
    fill_sine(x, N, 333.3, 0.5); // no whole number of periods fits the loop
    struct rig *const r = rig_new("looper", SR, 1, 2, NULL);
    rig_set(r, "mix", 1);
    rig_set(r, "record", 1);
    uint32_t at = run_ticks(r, x, y, 0, 151);
    assert_true(rig_peak(y, at) == 0);
    rig_set(r, "record", 0);
    run_ticks(r, x, y, at, 849);
    // the seam takes 240 frames of the first pass, then the loop is the recording
    for (uint32_t n = 241; n < L; n++)
        assert_true(y[L + n] == x[n]);
    for (uint32_t n = 2 * L; n + L < N; n++)
        assert_true(y[n + L] == y[n]);
    // a click would show as curvature: at most that of the sine and of its crossfade
    double most = 0;
    for (uint32_t n = L + 1; n + 1 < N; n++)
        most = fmax(most, fabs((double)y[n + 1] - 2 * (double)y[n] + (double)y[n - 1]));
    const double w = 2 * M_PI * 333.3 / SR;
    print_message("looper: curvature %.2f times that of the sine\n", most / (0.5 * w * w));
    assert_true(most < 2.0 * 0.5 * w * w);
    rig_destroy(r);
    free(x);
    free(y);
}

static void looper_length_counts_beats(void **state)
{
    (void)state;
    enum { N = 64 * 2000, BEAT = 24000 }; // 120 BPM
    float *const x = frames(N), *const y = frames(N);
    for (uint32_t n = 0; n < N; n++)
        x[n] = (float)(2 * vy_rng_unit(5, n) - 1);
    struct rig *const r = rig_new("looper", SR, 1, 2, NULL);
    rig_set(r, "mix", 1);
    rig_set(r, "length", 1);
    rig_set(r, "record", 1); // held on: the take ends by itself
    run_ticks(r, x, y, 0, 2000);
    for (uint32_t n = BEAT + 241; n < 2 * BEAT; n++)
        assert_true(y[n] == x[n - BEAT]);
    for (uint32_t n = 2 * BEAT; n + BEAT < N; n++)
        assert_true(y[n + BEAT] == y[n]);
    rig_destroy(r);
    free(x);
    free(y);
}

static void looper_overdubs_with_feedback(void **state)
{
    (void)state;
    enum { L = 64 * 150, N = 6 * L };
    float *const x = frames(N), *const y = frames(N);
    fill_sine(x, N, 500, 0.25); // 96 frames a period: fits the loop 100 times
    struct rig *const r = rig_new("looper", SR, 1, 2, NULL);
    rig_set(r, "mix", 1);
    rig_set(r, "feedback", 0.5f);
    rig_set(r, "record", 1);
    uint32_t at = run_ticks(r, x, y, 0, 150);
    rig_set(r, "record", 0);
    rig_set(r, "overdub", 1);
    run_ticks(r, x, y, at, 750);
    // layers in phase: 1, 1 + 1/2, 1 + 1/2 + 1/4 ...
    double expected = 0.25;
    for (uint32_t pass = 1; pass < 6; pass++) {
        const double a = rig_tone(y + pass * L + 960, 6720, 500, SR, NULL);
        assert_true(fabs(a / expected - 1) < 1e-3);
        expected = 0.25 + 0.5 * expected;
    }
    rig_destroy(r);
    free(x);
    free(y);
}

static void looper_stops_softly_and_starts_from_the_top(void **state)
{
    (void)state;
    enum { L = 64 * 150, N = 4 * L };
    float *const x = frames(N), *const y = frames(N);
    for (uint32_t n = 0; n < L; n++)
        x[n] = 0.5f + 0.4f * (float)n / L; // a ramp tells where the loop is
    struct rig *const r = rig_new("looper", SR, 1, 2, NULL);
    rig_set(r, "mix", 1);
    rig_set(r, "record", 1);
    uint32_t at = run_ticks(r, x, y, 0, 150);
    rig_set(r, "record", 0);
    at = run_ticks(r, x, y, at, 70);
    rig_set(r, "play", 0);
    const uint32_t stop = at;
    at = run_ticks(r, x, y, at, 30);
    double jump = 0;
    for (uint32_t n = stop - 64; n < at; n++)
        jump = fmax(jump, fabs((double)y[n + 1] - (double)y[n]));
    assert_true(jump < 0.01);
    assert_true(rig_peak(y + stop + 241, 1000) == 0);
    rig_set(r, "play", 1);
    run_ticks(r, x, y, at, 20);
    assert_true(fabsf(y[at + 1000] - x[1000]) < 1e-6f);
    rig_destroy(r);
    free(x);
    free(y);
}

static void sampler_and_looper_survive_torture(void **state)
{
    (void)state;
    rig_torture("sampler");
    rig_torture("looper");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sampler_without_a_file_is_silent),
        cmocka_unit_test(sampler_plays_the_root_note_bit_by_bit_from_the_exact_frame),
        cmocka_unit_test(sampler_reverse_and_range_play_what_they_say),
        cmocka_unit_test(sampler_transposes_cleanly),
        cmocka_unit_test(sampler_loses_what_would_fold),
        cmocka_unit_test(sampler_loops_without_a_seam),
        cmocka_unit_test(sampler_gated_stops_with_the_note_and_one_shot_does_not),
        cmocka_unit_test(looper_is_dry_at_mix_zero),
        cmocka_unit_test(looper_repeats_what_was_recorded_to_the_frame_and_without_a_click),
        cmocka_unit_test(looper_length_counts_beats),
        cmocka_unit_test(looper_overdubs_with_feedback),
        cmocka_unit_test(looper_stops_softly_and_starts_from_the_top),
        cmocka_unit_test(sampler_and_looper_survive_torture),
    };
    return cmocka_run_group_tests_name("sampler", tests, NULL, NULL);
}
