// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Compressor, gate, transient shaper; and the stereo tools that go with them.
#include "base/rng.h"
#include "cm.h"
#include "rig.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// cmocka 1.1.5 only compares floats
#define assert_near(a, b, most) near(a, b, most, #a, __FILE__, __LINE__)
static void near(double a, double b, double most, const char *what, const char *file, int line)
{
    if (fabs(a - b) > most)
        print_error("%s is %.9g, not %.9g\n", what, a, b);
    _assert_true(fabs(a - b) <= most, what, file, line);
}

enum { N = 96000 };
static float x[N], y[N], gain[N];

static void sine(double hz, double db)
{
    for (uint32_t n = 0; n < N; n++)
        x[n] = (float)(pow(10, db / 20) * sin(2 * M_PI * hz * n / 48000));
}

// Run x, keep lane 0 of out in y and lane 0 of the gain output.
static void run(struct rig *r, uint32_t frames)
{
    for (uint32_t n = 0; n < frames; n += VY_TICK) {
        rig_run(r, x + n, y + n, VY_TICK, 0);
        for (uint32_t i = 0; i < VY_TICK && r->module->outs > 1; i++)
            gain[n + i] = rig_at(r, 1, i, 0);
    }
}

static struct rig *compressor(void)
{
    struct rig *const r = rig_new("compressor", 48000, 1, 2, NULL);
    rig_set(r, "attack", 0.001f);
    rig_set(r, "release", 0.05f);
    rig_set(r, "threshold", -20);
    rig_set(r, "ratio", 4);
    rig_set(r, "knee", 0);
    return r;
}

// The textbook curve: out level for an in level, both dB.
static double curve(double in, double threshold, double slope, double knee)
{
    const double over = in - threshold;
    if (over <= -knee / 2)
        return in;
    if (over < knee / 2)
        return in - slope * (over + knee / 2) * (over + knee / 2) / (2 * knee);
    return in - slope * over;
}

static void compressor_follows_its_static_curve(void **state)
{
    (void)state;
    double worst = 0;
    const double hz[] = {40, 1000, 9000};
    for (int rms = 0; rms < 2; rms++)
        for (int knee = 0; knee <= 12; knee += 12)
            for (int f = rms; f < 3; f++)
                for (double in = -36; in <= 0; in += 4) {
                    struct rig *const r = compressor();
                    rig_set(r, "knee", (float)knee);
                    rig_choose(r, "detector", rms ? "rms" : "peak");
                    sine(hz[f], in);
                    run(r, 48000);
                    const double seen = in - (rms ? 3.0103 : 0);
                    const double want = in - seen + curve(seen, -20, 0.75, knee);
                    const double out = rig_db(rig_tone(y + 24000, 24000, hz[f], 48000, NULL));
                    worst = fmax(worst, fabs(out - want));
                    rig_destroy(r);
                }
    print_message("static curve: worst error %.3f dB\n", worst);
    assert_true(worst < 0.1);
}

// A step of level from -30 to -10 dB and back: the reduction goes 0 .. 7.5 .. 0 dB.
static void compressor_takes_its_times(void **state)
{
    (void)state;
    const float times[][2] = {{0.002f, 0.05f}, {0.02f, 0.2f}, {0.1f, 0.3f}};
    for (int i = 0; i < 3; i++) {
        struct rig *const r = compressor();
        rig_set(r, "attack", times[i][0]);
        rig_set(r, "release", times[i][1]);
        for (uint32_t n = 0; n < N; n++)
            x[n] = (n >= 12000 && n < 60000 ? 0.316228f : 0.0316228f) * sinf(0.3f * (float)n);
        run(r, N);
        uint32_t a = 12000, b = 60000;
        while (gain[a] > -7.5f * 0.6321f)
            a++;
        while (gain[b] < -7.5f * 0.3679f)
            b++;
        const double attack = (a - 12000) / 48000.0, release = (b - 60000) / 48000.0;
        print_message("attack %.5f s (%g), release %.4f s (%g)\n", attack, (double)times[i][0],
                      release, (double)times[i][1]);
        assert_true(fabs(attack - (double)times[i][0]) < 0.0003 + 0.02 * (double)times[i][0]);
        assert_true(fabs(release - (double)times[i][1]) < 0.001 + 0.02 * (double)times[i][1]);
        rig_destroy(r);
    }
}

static void compressor_listens_to_its_sidechain(void **state)
{
    (void)state;
    struct rig *const r = compressor();
    sine(1000, -6);
    rig_connect(r, "sidechain", 0);
    run(r, 9600);
    assert_near(rig_db(rig_tone(y + 4800, 4800, 1000, 48000, NULL)), -6, 0.01);
    float side[VY_TICK];
    for (uint32_t n = 0; n < 48000; n += VY_TICK) {
        for (uint32_t i = 0; i < VY_TICK; i++)
            side[i] = 1.0f * sinf(2 * 3.14159265f * 60 / 48000 * (float)(n + i));
        rig_feed(r, "sidechain", side);
        rig_run(r, x + n, y + n, VY_TICK, 0);
    }
    // key at 0 dB, 20 over, 4:1 -> 15 dB less
    assert_near(rig_db(rig_tone(y + 24000, 24000, 1000, 48000, NULL)), -21, 0.1);
    rig_set(r, "highpass", 480); // 36 dB down at 60 Hz: below the threshold
    for (uint32_t n = 0; n < 48000; n += VY_TICK) {
        for (uint32_t i = 0; i < VY_TICK; i++)
            side[i] = 1.0f * sinf(2 * 3.14159265f * 60 / 48000 * (float)(n + i));
        rig_feed(r, "sidechain", side);
        rig_run(r, x + n, y + n, VY_TICK, 0);
    }
    assert_near(rig_db(rig_tone(y + 24000, 24000, 1000, 48000, NULL)), -6, 0.1);
    rig_destroy(r);
}

static void compressor_limit_auto_and_mix(void **state)
{
    (void)state;
    struct rig *const r = compressor();
    sine(1000, 0);
    rig_set(r, "limit", 1);
    run(r, 48000);
    assert_near(rig_db(rig_tone(y + 24000, 24000, 1000, 48000, NULL)), -20, 0.1);
    rig_set(r, "auto", 1);
    run(r, 48000);
    assert_near(rig_db(rig_tone(y + 24000, 24000, 1000, 48000, NULL)), -10, 0.1);
    rig_set(r, "mix", 0);
    run(r, 9600);
    assert_memory_equal(x, y, 9600 * sizeof *x);
    rig_destroy(r);
}

static void gate_opens_holds_and_closes(void **state)
{
    (void)state;
    struct rig *const r = rig_new("gate", 48000, 1, 2, NULL);
    rig_set(r, "attack", 0.001f);
    rig_set(r, "hold", 0.1f);
    rig_set(r, "release", 0.05f);
    rig_set(r, "range", 40);
    // -46 dB (closed), -34 (open), -43 (open: within the hysteresis of 4), -50 (closes)
    const double level[] = {-46, -34, -43, -50};
    for (uint32_t n = 0; n < N; n++)
        x[n] = (float)pow(10, level[n / 24000] / 20) * sinf(0.2f * (float)n);
    run(r, N);
    assert_near((double)gain[23000], -40, 0.2);
    uint32_t a = 24000;
    while (gain[a] < 20 * log10f(0.6321f + 0.3679f * 0.01f))
        a++;
    print_message("gate attack %.5f s (0.001)\n", (a - 24000) / 48000.0);
    assert_true(fabs((a - 24000) / 48000.0 - 0.001) < 0.0003);
    assert_near((double)gain[47000], 0, 0.01);
    rig_destroy(r);
}

static void gate_hysteresis_hold_and_release_are_measured(void **state)
{
    (void)state;
    struct rig *const r = rig_new("gate", 48000, 1, 2, NULL);
    rig_set(r, "hold", 0.1f);
    rig_set(r, "release", 0.05f);
    const double level[] = {-30, -43, -50, -43};
    for (uint32_t n = 0; n < N; n++)
        x[n] = (float)pow(10, level[n / 24000] / 20) * sinf(0.2f * (float)n);
    run(r, N);
    assert_near((double)gain[47000], 0, 0.01); // -43 keeps it open ...
    assert_true(gain[95000] < -55);            // ... but does not open it
    uint32_t b = 48000;
    while (gain[b] > -0.1f)
        b++;
    uint32_t c = b;
    while (gain[c] > 20 * log10f(0.3679f))
        c++;
    print_message("gate hold %.4f s (0.1), release %.4f s (0.05)\n", (b - 48000) / 48000.0,
                  (c - b) / 48000.0);
    assert_true(fabs((b - 48000) / 48000.0 - 0.1) < 0.003);
    assert_true(fabs((c - b) / 48000.0 - 0.05) < 0.002);
    rig_set(r, "mix", 0);
    run(r, 4800);
    assert_memory_equal(x, y, 4800 * sizeof *x);
    rig_destroy(r);
}

// A drum-like hit every half second.
static void hits(float level)
{
    for (uint32_t n = 0; n < N; n++) {
        const float t = (float)(n % 24000) / 48000;
        x[n] = level * expf(-t * 12) * sinf(1200 * t);
    }
}

// Gain of the loudest 10 ms and of 150..300 ms after the second hit.
static void shape_gains(float attack, float sustain, float level, double *start, double *tail)
{
    struct rig *const r = rig_new("transient", 48000, 1, 2, NULL);
    rig_set(r, "attack", attack);
    rig_set(r, "sustain", sustain);
    hits(level);
    run(r, N);
    *start = rig_db(rig_rms(y + 24000, 480) / rig_rms(x + 24000, 480));
    *tail = rig_db(rig_rms(y + 31200, 7200) / rig_rms(x + 31200, 7200));
    rig_destroy(r);
}

static void transient_shapes_attack_and_sustain_at_any_level(void **state)
{
    (void)state;
    double a, s, a2, s2;
    shape_gains(1, 0, 0.5f, &a, &s);
    print_message("attack 1: start %.2f dB, tail %.2f dB\n", a, s);
    assert_true(a > 4 && fabs(s) < 1.5);
    shape_gains(1, 0, 0.02f, &a2, &s2);
    assert_near(a, a2, 0.3);
    shape_gains(-1, 0, 0.5f, &a, &s);
    assert_true(a < -4 && fabs(s) < 1.5);
    shape_gains(0, 1, 0.5f, &a, &s);
    print_message("sustain 1: start %.2f dB, tail %.2f dB\n", a, s);
    assert_true(fabs(a) < 2 && s > 4);
    shape_gains(0, 1, 0.02f, &a2, &s2);
    assert_near(s, s2, 0.6);
    shape_gains(0, -1, 0.5f, &a, &s);
    assert_true(fabs(a) < 1.5 && s < -4);
    shape_gains(0, 0, 0.5f, &a, &s);
    assert_true(fabs(a) < 1e-5 && fabs(s) < 1e-5);
}

static void transient_leaves_a_steady_tone_alone(void **state)
{
    (void)state;
    struct rig *const r = rig_new("transient", 48000, 1, 2, NULL);
    rig_set(r, "attack", 1);
    rig_set(r, "sustain", 1);
    sine(300, -12);
    run(r, N);
    assert_near(rig_db(rig_tone(y + 48000, 48000, 300, 48000, NULL)), -12, 0.1);
    rig_destroy(r);
}

static void stereo_tools_do_their_sums(void **state)
{
    (void)state;
    struct rig *r = rig_new("utility", 48000, 1, 2, NULL);
    for (uint32_t n = 0; n < N; n++)
        x[n] = (float)(2 * vy_rng_unit(1, n) - 1);
    run(r, 9600);
    assert_memory_equal(x, y, 9600 * sizeof *x); // exact at its defaults
    rig_set(r, "gain", -6);
    rig_choose(r, "invert", "left");
    run(r, 9600);
    for (uint32_t n = 640; n < 9600; n++)
        assert_near((double)y[n], -0.501187 * (double)x[n], 1e-6);
    rig_set(r, "mono", 1); // left is inverted, right is not: nothing is left
    run(r, 9600);
    assert_true(rig_peak(y + 640, 8000) < 1e-6);
    rig_destroy(r);
    r = rig_new("widener", 48000, 1, 2, NULL);
    rig_set(r, "width", 0);
    rig_connect(r, "in", 0);
    for (uint32_t n = 0; n < VY_TICK; n++)
        r->in[0][n] = (vy_f8){0.5f, -0.1f};
    rig_tick(r);
    assert_near((double)rig_at(r, 0, 9, 0), 0.2, 1e-6);
    assert_near((double)rig_at(r, 0, 9, 1), 0.2, 1e-6);
    rig_set(r, "width", 2);
    rig_tick(r);
    assert_near((double)rig_at(r, 0, 9, 0), 0.8, 1e-6);
    assert_near((double)rig_at(r, 0, 9, 1), -0.4, 1e-6);
    rig_destroy(r);
}

static void tremolo_falls_by_its_depth_in_step_with_the_song(void **state)
{
    (void)state;
    struct rig *const r = rig_new("tremolo", 48000, 1, 1, NULL);
    rig_set(r, "depth", 0.5f);
    rig_choose(r, "sync", "1/8"); // 120 BPM: 12000 frames a cycle
    for (uint32_t n = 0; n < N; n++)
        x[n] = 1;
    run(r, N);
    assert_near((double)y[12000 * 3 + 48], 1, 0.01); // 1 ms of rounding later
    assert_near((double)y[12000 * 3 + 6048], 0.5, 0.01);
    assert_near((double)y[12000 * 3 + 3048], 0.75, 0.01);
    rig_set(r, "depth", 0);
    run(r, N);
    assert_near((double)y[N - 1], 1, 1e-5);
    rig_destroy(r);
}

static void dynamics_survive_torture(void **state)
{
    (void)state;
    static const char *const ids[] = {"compressor", "gate",    "transient",
                                      "widener",    "tremolo", "utility"};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        rig_torture(ids[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compressor_follows_its_static_curve),
        cmocka_unit_test(compressor_takes_its_times),
        cmocka_unit_test(compressor_listens_to_its_sidechain),
        cmocka_unit_test(compressor_limit_auto_and_mix),
        cmocka_unit_test(gate_opens_holds_and_closes),
        cmocka_unit_test(gate_hysteresis_hold_and_release_are_measured),
        cmocka_unit_test(transient_shapes_attack_and_sustain_at_any_level),
        cmocka_unit_test(transient_leaves_a_steady_tone_alone),
        cmocka_unit_test(stereo_tools_do_their_sums),
        cmocka_unit_test(tremolo_falls_by_its_depth_in_step_with_the_song),
        cmocka_unit_test(dynamics_survive_torture),
    };
    return cmocka_run_group_tests_name("dynamics", tests, NULL, NULL);
}
