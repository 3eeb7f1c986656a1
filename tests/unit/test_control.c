// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "cm.h"
#include "rig.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SR 48000.0f

// One tick with a trigger of one frame at `at` in the port.
static void pulse(struct rig *r, const char *port, uint32_t at, float *y)
{
    float x[VY_TICK] = {0};
    x[at] = 1;
    rig_feed(r, port, x);
    rig_run(r, NULL, y, VY_TICK, 0);
    rig_connect(r, port, 0);
}

static void ad_takes_its_times_at_every_curve(void **state)
{
    (void)state;
    enum { N = 48000 };
    static float y[N];
    const float curve[] = {0, 0.3f, 1};
    for (int c = 0; c < 3; c++) {
        struct rig *const r = rig_new("ad", SR, 1, 1, NULL);
        rig_set(r, "attack", 0.1f);
        rig_set(r, "decay", 0.4f);
        rig_set(r, "curve", curve[c]);
        pulse(r, "trig", 10, y);
        assert_true(y[9] == 0 && y[10] > 0);
        rig_run(r, NULL, y + VY_TICK, N - VY_TICK, 0);
        int top = 0, end = 0;
        for (int n = 0; n < N; n++) {
            if (y[n] > y[top])
                top = n;
            if (y[n] > 0)
                end = n;
        }
        assert_true(y[top] > 0.9999f && y[top] <= 1);
        assert_true(abs(top - (10 + 4800)) <= 2);
        assert_true(abs(end - (10 + 4800 + 19200)) <= 4);
        const float half = y[top + 9600]; // linear: 0.5, steep: -30 dB
        const float want[] = {0.5f, 0.26f, 0.0303f};
        assert_true(fabsf(half - want[c]) < 0.01f);
        rig_destroy(r);
    }
}

static void ad_is_exact_over_20_seconds(void **state)
{
    (void)state;
    enum { N = 48000 * 21 };
    float *const y = malloc(N * sizeof *y);
    struct rig *const r = rig_new("ad", SR, 1, 1, NULL);
    rig_set(r, "attack", 0.0001f);
    rig_set(r, "decay", 20);
    rig_set(r, "curve", 0);
    pulse(r, "trig", 0, y);
    rig_run(r, NULL, y + VY_TICK, N - VY_TICK, 0);
    int end = N - 1;
    while (end > 0 && y[end] == 0)
        end--;
    assert_true(fabs(end / 48000.0 - 20) < 0.02);
    rig_destroy(r);
    free(y);
}

static void ad_retriggers_without_a_jump_and_loops(void **state)
{
    (void)state;
    enum { N = 9600 };
    static float y[N];
    struct rig *const r = rig_new("ad", SR, 1, 1, NULL);
    rig_set(r, "attack", 0.05f);
    rig_set(r, "decay", 0.05f);
    for (uint32_t n = 0; n < N; n += VY_TICK) {
        if (n % 1280 == 0)
            pulse(r, "trig", 3, y + n);
        else
            rig_run(r, NULL, y + n, VY_TICK, 0);
    }
    for (int n = 1; n < N; n++)
        assert_true(fabsf(y[n] - y[n - 1]) < 0.01f);
    rig_reset(r);
    rig_set(r, "loop", 1);
    rig_set(r, "attack", 0.01f);
    rig_set(r, "decay", 0.01f);
    rig_connect(r, "gate", 1);
    rig_run(r, NULL, y, N, 0);
    int tops = 0;
    for (int n = 1; n < N - 1; n++)
        tops += y[n] > 0.99f && y[n] >= y[n - 1] && y[n] > y[n + 1];
    assert_int_equal(tops, 10); // 20 ms a cycle, 200 ms
    rig_destroy(r);
}

static void lfo_shapes_have_their_values(void **state)
{
    (void)state;
    static float y[48000];
    const struct {
        const char *shape;
        float at[4]; // at 0, 1/8, 3/8, 3/4 of the cycle
    } row[] = {
        {"sine", {0, 0.70711f, 0.70711f, -1}},
        {"triangle", {0, 0.5f, 0.5f, -1}},
        {"saw", {1, 0.75f, 0.25f, -0.5f}},
        {"ramp", {-1, -0.75f, -0.25f, 0.5f}},
        {"square", {1, 1, 1, -1}},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct rig *const r = rig_new("lfo", SR, 1, 1, NULL);
        rig_choose(r, "shape", row[i].shape);
        rig_set(r, "rate", 1);
        rig_set(r, "depth", 0.5f);
        rig_run(r, NULL, y, 48000, 0);
        const int at[] = {0, 6000, 18000, 36000};
        for (int k = 0; k < 4; k++)
            assert_true(fabsf(y[at[k]] - 0.5f * row[i].at[k]) < 1e-3f);
        rig_set(r, "unipolar", 1);
        rig_run(r, NULL, y, 48000, 0);
        for (int n = 0; n < 48000; n++)
            assert_true(y[n] >= 0 && y[n] <= 0.5f);
        rig_set(r, "depth", 0);
        rig_set(r, "offset", 0.7f);
        rig_run(r, NULL, y, 640, 0);
        assert_true(rig_peak(y, 640) == 0);
        rig_destroy(r);
    }
}

static void lfo_sync_is_locked_to_the_bars(void **state)
{
    (void)state;
    static float y[64];
    const struct {
        const char *word;
        double beats;
    } row[] = {{"4bars", 16},      {"1bar", 4},   {"1/4", 1},     {"1/8t", 1.0 / 3},
               {"1/16t", 1.0 / 6}, {"1/4d", 1.5}, {"1/8d", 0.75}, {"1/16", 0.25}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct rig *const r = rig_new("lfo", SR, 1, 1, NULL);
        rig_choose(r, "shape", "ramp");
        rig_choose(r, "sync", row[i].word);
        const double beats[] = {0, 3.1, 1000.7, 12345.6};
        for (int k = 0; k < 4; k++) {
            r->time.beat = beats[k]; // the transport jumps
            rig_run(r, NULL, y, 64, 0);
            const double want = fmod((beats[k] + 40 * r->time.beats_per_frame) / row[i].beats, 1);
            assert_true(fabs((double)y[40] - (2 * want - 1)) < 1e-4);
        }
        rig_destroy(r);
    }
}

static void lfo_runs_on_when_stopped(void **state)
{
    (void)state;
    static float y[48000];
    struct rig *const r = rig_new("lfo", SR, 1, 1, NULL);
    rig_choose(r, "shape", "ramp");
    rig_choose(r, "sync", "1/2"); // one second at 120
    r->time.playing = false;
    rig_run(r, NULL, y, 48000, 0);
    assert_true(fabsf(y[24000]) < 1e-3f && fabsf(y[47999] - 1) < 1e-3f);
    rig_destroy(r);
}

static void lfo_retriggers_one_lane_only_when_patched(void **state)
{
    (void)state;
    static float y[640];
    struct rig *const r = rig_new("lfo", SR, 1, 1, NULL);
    rig_choose(r, "shape", "ramp");
    rig_set(r, "rate", 10);
    rig_run(r, NULL, y, 640, 0);
    pulse(r, "trig", 20, y);
    assert_true(y[19] > -0.9f && fabsf(y[20] + 1) < 1e-6f);
    rig_set(r, "retrig", 0);
    pulse(r, "trig", 20, y);
    assert_true(y[20] > y[19]);
    rig_destroy(r);
}

static void lfo_random_repeats_with_the_bar(void **state)
{
    (void)state;
    static float a[64], b[64], c[48000];
    struct rig *const r = rig_new("lfo", SR, 8, 1, NULL);
    rig_choose(r, "shape", "random");
    rig_choose(r, "sync", "1/4");
    r->time.beat = 5;
    rig_run(r, NULL, a, 64, 3);
    r->time.beat = 6;
    rig_run(r, NULL, b, 64, 3);
    assert_true(a[0] != b[0]);
    r->time.beat = 5;
    rig_run(r, NULL, b, 64, 3);
    assert_memory_equal(a, b, sizeof a);
    assert_true(rig_at(r, 0, 0, 3) != rig_at(r, 0, 0, 4)); // lanes differ
    rig_choose(r, "shape", "smooth");
    rig_run(r, NULL, c, 48000, 0);
    for (int n = 1; n < 48000; n++)
        assert_true(fabsf(c[n] - c[n - 1]) < 2 * 1.5f / 24000 * 1.05f);
    rig_destroy(r);
}

static void sah_holds_what_it_saw(void **state)
{
    (void)state;
    float x[VY_TICK], t[VY_TICK] = {0}, y[VY_TICK];
    for (uint32_t n = 0; n < VY_TICK; n++)
        x[n] = (float)n;
    t[5] = t[6] = 1; // one trigger, two frames long
    t[30] = 0.2f;
    struct rig *const r = rig_new("sah", SR, 1, 1, NULL);
    rig_feed(r, "trig", t);
    rig_run(r, x, y, VY_TICK, 0);
    assert_true(y[4] == 0 && y[5] == 5 && y[6] == 5 && y[29] == 5 && y[30] == 30 && y[63] == 30);
    rig_destroy(r);
}

static void sah_clock_draws_uniform_noise(void **state)
{
    (void)state;
    enum { N = 48000 * 4 };
    float *const y = malloc(N * sizeof *y);
    struct rig *const r = rig_new("sah", SR, 1, 1, NULL);
    rig_set(r, "rate", 1000);
    rig_run(r, NULL, y, N, 0);
    int changes = 0;
    double sum = 0;
    for (int n = 1; n < N; n++)
        if (y[n] != y[n - 1]) {
            changes++;
            sum += (double)(y[n] * y[n]);
        }
    assert_true(abs(changes - 4000) <= 2);
    assert_true(fabs(sum / changes - 1.0 / 3) < 0.02); // variance of uniform -1..1
    assert_true(rig_peak(y, N) <= 1);
    rig_destroy(r);
    free(y);
}

static void slew_takes_its_times(void **state)
{
    (void)state;
    enum { N = 9600 };
    static float x[N], y[N];
    for (int n = 1; n < N; n++)
        x[n] = n < 4800 ? 1 : 0;
    struct rig *const r = rig_new("slew", SR, 1, 1, NULL);
    rig_set(r, "rise", 0.05f);
    rig_set(r, "fall", 0.02f);
    rig_run(r, x, y, N, 0);
    assert_true(fabsf(y[1200] - 0.5f) < 1e-3f && fabsf(y[2410] - 1) < 1e-5f);
    assert_true(fabsf(y[4800 + 479] - 0.5f) < 1e-3f && fabsf(y[4800 + 970]) < 1e-5f);
    rig_reset(r);
    rig_choose(r, "shape", "exp");
    rig_run(r, x, y, N, 0);
    assert_true(fabsf(y[2400] - 0.99f) < 1e-3f);
    assert_true(fabsf(y[4799 + 960] / y[4799] - 0.01f) < 1e-3f);
    rig_set(r, "rise", 20);
    rig_reset(r);
    rig_run(r, x, y, N, 0); // the long pole is exact: 1 - 0.01^(t / 20)
    assert_true(fabs((double)y[4799] / (1 - pow(0.01, 4799 / 960000.0)) - 1) < 1e-3);
    rig_destroy(r);
}

static float snapped(struct rig *r, double midi)
{
    rig_connect(r, "in", (float)(440 * pow(2, (midi - 69) / 12)));
    rig_tick(r);
    return (float)(69 + 12 * log2((double)rig_at(r, 0, 63, 0) / 440));
}

static void quantiser_snaps_to_scales(void **state)
{
    (void)state;
    struct rig *const r = rig_new("quantiser", SR, 1, 1, NULL);
    for (int m = 0; m < 128; m++) {
        assert_true(fabsf(snapped(r, m) - (float)m) < 1e-4f);
        assert_true(fabsf(snapped(r, m + 0.49) - (float)m) < 1e-4f);
        assert_true(fabsf(snapped(r, m + 0.5) - (float)m) < 1e-4f); // ties go down
        assert_true(fabsf(snapped(r, m + 0.51) - (float)m - 1) < 1e-4f);
    }
    rig_choose(r, "scale", "major");
    rig_choose(r, "root", "D"); // D E F# G A B C#
    const int in[] = {60, 61, 62, 63, 65, 68, 70, 72}, out[] = {59, 61, 62, 62, 64, 67, 69, 71};
    for (int i = 0; i < 8; i++)
        assert_true(fabsf(snapped(r, in[i]) - (float)out[i]) < 1e-4f);
    rig_connect(r, "in", 0);
    rig_tick(r);
    assert_true(rig_at(r, 0, 0, 0) == 0);
    rig_destroy(r);
}

static void attenuverter_scales_and_shifts(void **state)
{
    (void)state;
    struct rig *const r = rig_new("attenuverter", SR, 1, 1, NULL);
    rig_set(r, "scale", -0.5f);
    rig_set(r, "offset", 0.25f);
    rig_tick(r);
    assert_true(rig_at(r, 0, 0, 0) == 0.25f);
    rig_connect(r, "in", 1);
    rig_tick(r);
    assert_true(rig_at(r, 0, 0, 0) == -0.25f);
    rig_destroy(r);
}

static void ring_makes_sum_and_difference(void **state)
{
    (void)state;
    enum { N = 32768 };
    static float x[N], y[N];
    for (int n = 0; n < N; n++)
        x[n] = (float)sin(2 * M_PI * 1500 * n / 48000);
    struct rig *const r = rig_new("ring", SR, 1, 1, NULL);
    rig_set(r, "freq", 600);
    rig_run(r, x, y, N, 0);
    assert_true(fabs(rig_tone(y, N, 900, 48000, NULL) - 0.5) < 1e-3);
    assert_true(fabs(rig_tone(y, N, 2100, 48000, NULL) - 0.5) < 1e-3);
    assert_true(rig_tone(y, N, 1500, 48000, NULL) < 1e-4);
    rig_set(r, "mix", 0);
    rig_run(r, x, y, N, 0);
    assert_memory_equal(x, y, sizeof x);
    rig_destroy(r);
}

static void control_survives_torture(void **state)
{
    (void)state;
    static const char *const ids[] = {"ad",        "lfo",          "sah", "slew",
                                      "quantiser", "attenuverter", "ring"};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        rig_torture(ids[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ad_takes_its_times_at_every_curve),
        cmocka_unit_test(ad_is_exact_over_20_seconds),
        cmocka_unit_test(ad_retriggers_without_a_jump_and_loops),
        cmocka_unit_test(lfo_shapes_have_their_values),
        cmocka_unit_test(lfo_sync_is_locked_to_the_bars),
        cmocka_unit_test(lfo_runs_on_when_stopped),
        cmocka_unit_test(lfo_retriggers_one_lane_only_when_patched),
        cmocka_unit_test(lfo_random_repeats_with_the_bar),
        cmocka_unit_test(sah_holds_what_it_saw),
        cmocka_unit_test(sah_clock_draws_uniform_noise),
        cmocka_unit_test(slew_takes_its_times),
        cmocka_unit_test(quantiser_snaps_to_scales),
        cmocka_unit_test(attenuverter_scales_and_shifts),
        cmocka_unit_test(ring_makes_sum_and_difference),
        cmocka_unit_test(control_survives_torture),
    };
    return cmocka_run_group_tests_name("control", tests, NULL, NULL);
}
