// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "cm.h"
#include "rig.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// A panner or mixer that gets `voices` x `chans`, silence in all lanes of its first input.
static struct rig *mixing_rig(const char *id, uint32_t voices, uint32_t chans)
{
    struct rig *const r = rig_new(id, 48000, 1, 2, NULL);
    r->in_voices = voices;
    r->in_chans = chans;
    rig_connect(r, r->module->in[0].name, 0);
    return r;
}

static void set_lane(struct rig *r, uint32_t lane, float value)
{
    for (uint32_t n = 0; n < VY_TICK; n++)
        r->in[0][lane / 8 * VY_TICK + n][lane % 8] = value;
}

// Left and right gain of one input lane, after the gains have settled.
static void gains_of(struct rig *r, uint32_t lane, double *left, double *right)
{
    set_lane(r, lane, 1);
    rig_tick(r);
    rig_tick(r);
    *left = (double)rig_at(r, 0, 63, 0);
    *right = (double)rig_at(r, 0, 63, 1);
    assert_true(rig_at(r, 0, 63, 0) == rig_at(r, 0, 2, 0)); // settled
    set_lane(r, lane, 0);
}

static void pan_is_equal_power(void **state)
{
    (void)state;
    for (int i = -4; i <= 4; i++) {
        struct rig *const r = mixing_rig("pan", 1, 1);
        rig_set(r, "pan", (float)i / 4);
        double left, right;
        gains_of(r, 0, &left, &right);
        assert_true(fabs(left - cos((i / 4.0 + 1) * M_PI / 4)) < 1e-6);
        assert_true(fabs(left * left + right * right - 1) < 1e-6);
        rig_destroy(r);
    }
}

static void pan_spreads_voices_evenly(void **state)
{
    (void)state;
    const uint32_t counts[] = {2, 5, 8, 16, 64};
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        struct rig *const r = mixing_rig("pan", counts[c], 1);
        rig_set(r, "spread", 0.9f);
        for (uint32_t i = 0; i < counts[c]; i++) {
            double left, right;
            gains_of(r, i, &left, &right);
            const double place = atan2(right, left) * 4 / M_PI - 1;
            assert_true(fabs(place - 0.9 * (2.0 * i / (counts[c] - 1) - 1)) < 1e-5);
            assert_true(fabs(left * left + right * right - 1) < 1e-6);
        }
        rig_destroy(r);
    }
}

static void pan_keeps_stereo_as_it_is_at_full_width(void **state)
{
    (void)state;
    struct rig *const r = mixing_rig("pan", 3, 2);
    for (uint32_t lane = 0; lane < 6; lane++) {
        double left, right;
        gains_of(r, lane, &left, &right);
        assert_true(fabs(left - (lane % 2 ? 0 : 1)) < 1e-6);
        assert_true(fabs(right - (lane % 2 ? 1 : 0)) < 1e-6);
    }
    rig_set(r, "width", 0);
    for (uint32_t lane = 0; lane < 6; lane++) {
        double left, right;
        gains_of(r, lane, &left, &right);
        assert_true(fabs(left - M_SQRT1_2) < 1e-6 && fabs(right - M_SQRT1_2) < 1e-6);
    }
    rig_destroy(r);
}

static void pan_ignores_lanes_beyond_its_voices(void **state)
{
    (void)state;
    struct rig *const r = mixing_rig("pan", 3, 1);
    set_lane(r, 3, 1000);
    set_lane(r, 7, 1000);
    rig_tick(r);
    assert_true(rig_at(r, 0, 0, 0) == 0 && rig_at(r, 0, 63, 1) == 0);
    rig_destroy(r);
}

static void pan_moves_without_steps(void **state)
{
    (void)state;
    struct rig *const r = mixing_rig("pan", 1, 1);
    rig_set(r, "pan", -1);
    set_lane(r, 0, 1);
    rig_tick(r);
    rig_set(r, "pan", 1); // a jump of the knob
    float last = rig_at(r, 0, 63, 1);
    rig_tick(r);
    for (uint32_t n = 0; n < VY_TICK; n++) {
        const float now = rig_at(r, 0, n, 1);
        assert_true(fabsf(now - last) < 1.1f / 64);
        last = now;
    }
    assert_true(fabsf(last - 1) < 1e-6f);
    rig_destroy(r);
}

static void mixer_sums_with_levels(void **state)
{
    (void)state;
    struct rig *const r = mixing_rig("mixer", 16, 1);
    rig_connect(r, "in1", 0.25f); // 16 voices of it: 4
    rig_connect(r, "in8", 1);     // 16
    rig_set(r, "level1", -6.0206f);
    rig_set(r, "pan1", -1);
    rig_set(r, "pan8", 1);
    rig_tick(r);
    assert_true(fabsf(rig_at(r, 0, 10, 0) - 2) < 1e-4f);
    assert_true(fabsf(rig_at(r, 0, 10, 1) - 16) < 1e-4f);
    assert_true(rig_at(r, 0, 10, 2) == 0);
    rig_set(r, "level8", -60);
    rig_tick(r);
    rig_tick(r);
    assert_true(fabsf(rig_at(r, 0, 10, 1)) < 1e-6f);
    rig_destroy(r);
}

static void passes_are_exact_at_0_db_and_scale(void **state)
{
    (void)state;
    static const char *const ids[] = {"bus", "input", "output"};
    for (int i = 0; i < 3; i++) {
        struct rig *const r = rig_new(ids[i], 48000, 1, 2, NULL);
        rig_tick(r);
        assert_true(rig_at(r, 0, 0, 0) == 0); // nothing connected
        rig_connect(r, "in", 0.3f);
        rig_tick(r);
        assert_true(rig_at(r, 0, 5, 0) == 0.3f && rig_at(r, 0, 5, 1) == 0.3f);
        rig_set(r, "gain", 6.0206f);
        rig_tick(r);
        assert_true(fabsf(rig_at(r, 0, 5, 1) - 0.6f) < 1e-5f);
        rig_set(r, "gain", -60);
        rig_tick(r);
        assert_true(rig_at(r, 0, 5, 1) == 0);
        rig_destroy(r);
    }
}

static void meter_measures_peak_and_rms(void **state)
{
    (void)state;
    enum { N = 48000 * 3 };
    float *const x = malloc(N * sizeof *x), *const y = malloc(N * sizeof *y);
    for (int n = 0; n < N; n++)
        x[n] = 0.5f * (float)sin(2 * M_PI * 997 * n / 48000);
    struct rig *const r = rig_new("meter", 48000, 1, 2, NULL);
    rig_run(r, x, y, N, 0);
    assert_memory_equal(x, y, N * sizeof *x);
    const float *data;
    assert_int_equal(r->module->probe(r->mem, &data), 4);
    assert_true(fabsf(data[0] - 0.5f) < 2e-3f && fabsf(data[1] - 0.5f) < 2e-3f);
    assert_true(fabsf(data[2] - 0.35355f) < 2e-3f && data[3] == data[2]);
    assert_true(rig_at(r, 1, 63, 1) == data[1] && rig_at(r, 2, 63, 0) == data[2]);
    memset(x, 0, N * sizeof *x);
    rig_run(r, x, y, 14400, 0); // 300 ms: one time constant of the power, -6 dB of the peak
    r->module->probe(r->mem, &data);
    assert_true(fabs(rig_db((double)data[0] / 0.5) + 6) < 0.1);
    assert_true(fabs(rig_db((double)data[2] / 0.35355) + 4.343) < 0.1);
    rig_destroy(r);
    free(x);
    free(y);
}

static void scope_starts_at_a_rising_crossing(void **state)
{
    (void)state;
    enum { N = 16384 };
    static float x[N], y[N];
    for (int n = 0; n < N; n++)
        x[n] = (float)cos(2 * M_PI * 331 * n / 48000);
    struct rig *const r = rig_new("scope", 48000, 1, 2, NULL);
    rig_run(r, x, y, N, 1);
    assert_memory_equal(x, y, sizeof x);
    const float *data;
    assert_int_equal(r->module->probe(r->mem, &data), 4096);
    const double step = 2 * M_PI * 331 / 48000;
    assert_true(data[0] > 0 && (double)data[0] <= step && data[2048] == data[0]);
    for (int n = 0; n < 2048; n++) // one unbroken stretch of the sine
        assert_true(fabs((double)data[n] - sin(asin((double)data[0]) + step * n)) < 1e-3);
    rig_destroy(r);
}

static void routing_survives_torture(void **state)
{
    (void)state;
    static const char *const ids[] = {"pan", "mixer", "bus", "input", "output", "meter", "scope"};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        rig_torture(ids[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pan_is_equal_power),
        cmocka_unit_test(pan_spreads_voices_evenly),
        cmocka_unit_test(pan_keeps_stereo_as_it_is_at_full_width),
        cmocka_unit_test(pan_ignores_lanes_beyond_its_voices),
        cmocka_unit_test(pan_moves_without_steps),
        cmocka_unit_test(mixer_sums_with_levels),
        cmocka_unit_test(passes_are_exact_at_0_db_and_scale),
        cmocka_unit_test(meter_measures_peak_and_rms),
        cmocka_unit_test(scope_starts_at_a_rising_crossing),
        cmocka_unit_test(routing_survives_torture),
    };
    return cmocka_run_group_tests_name("routing", tests, NULL, NULL);
}
