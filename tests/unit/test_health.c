// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Health as a function of scripted traces: what rises and when, what falls and when, that it always
// can, and that no value is a trap.
#include "jobs/health.h"

#include "base/rng.h"
#include "cm.h"

#include <math.h>
#include <string.h>

// Indicators as a machine without trouble has them.
static void fine(double value[VY_INDICATORS])
{
    static const double usual[VY_INDICATORS] = {
        [VY_HEALTH_MISSED] = 7, // a total: never mind
        [VY_HEALTH_RESTARTS] = 0, [VY_HEALTH_LATENCY] = 12, [VY_HEALTH_RAM] = 8000,
        [VY_HEALTH_RSS] = 40,     [VY_HEALTH_VRAM] = 0.2,   [VY_HEALTH_DISK] = 50000,
        [VY_HEALTH_QUEUE] = 0.01, [VY_HEALTH_FAILURES] = 3};
    memcpy(value, usual, sizeof usual);
}

struct script {
    double until; // seconds
    double value; // of the indicator that is scripted
    int level;    // at the end of this stretch
};

// Steps every 2 s. @return the last state
static enum vy_health_state play(struct vy_health *health, enum vy_indicator i, double from,
                                 const struct script *line)
{
    double t = from;
    for (; line->until > 0; line++) {
        for (; t < line->until; t += 2) {
            double value[VY_INDICATORS];
            fine(value);
            value[i] = line->value;
            vy_health_step(health, t, value);
        }
        if (health->of[i].level != line->level)
            fail_msg("%s is at level %d at %g s, not %d", health->row[i].name, health->of[i].level,
                     t, line->level);
    }
    return health->state;
}

static void healthy_without_trouble(void **state)
{
    (void)state;
    struct vy_health health;
    vy_health_init(&health, NULL);
    const struct script script[] = {{100, 12, 0}, {0}};
    assert_int_equal(play(&health, VY_HEALTH_LATENCY, 0, script), VY_HEALTHY);
    assert_int_equal(health.actions, 0);
    assert_true(health.since == 0);
}

static void latency_over_the_limit_degrades_after_a_while(void **state)
{
    (void)state;
    struct vy_health health;
    vy_health_init(&health, NULL);
    const struct script script[] = {{10, 12, 0}, {13, 25, 0}, {20, 12, 0}, // too short
                                    {30, 25, 1}, {60, 20, 0}, {0}};
    assert_int_equal(play(&health, VY_HEALTH_LATENCY, 0, script), VY_HEALTHY);
}

static void value_between_the_limits_keeps_the_level(void **state)
{
    (void)state;
    struct vy_health health;
    vy_health_init(&health, NULL);
    const struct script script[] = {{10, 0.86, 0}, // above recovery: not yet a warning
                                    {20, 0.91, 1},  {60, 0.86, 1},  // not back yet
                                    {70, 1.2, 2},   {100, 0.97, 2}, // not below the middle
                                    {120, 0.93, 1}, {140, 0.8, 0},  {0}};
    assert_int_equal(play(&health, VY_HEALTH_VRAM, 0, script), VY_HEALTHY);
}

static void critical_at_once_and_fine_at_once(void **state)
{
    (void)state;
    struct vy_health health;
    vy_health_init(&health, NULL);
    const struct script up[] = {{10, 0.1, 0}, {14, 3, 2}, {0}};
    assert_int_equal(play(&health, VY_HEALTH_VRAM, 0, up), VY_UNHEALTHY);
    assert_int_equal(health.actions, VY_HEALTH_UNLOAD | VY_HEALTH_PAUSE);
    const struct script down[] = {{23, 0.1, 2}, {28, 0.1, 0}, {0}};
    assert_int_equal(play(&health, VY_HEALTH_VRAM, 14, down), VY_HEALTHY);
    assert_int_equal(health.actions, 0);
}

static void low_is_bad_where_it_falls(void **state)
{
    (void)state;
    struct vy_health health;
    vy_health_init(&health, NULL);
    const struct script script[] = {{10, 2001, 0},
                                    {20, 2000, 1},
                                    {40, 2100, 1},
                                    {50, 100, 2},
                                    {60, 1500, 1},
                                    {70, 2200, 0},
                                    {0}};
    play(&health, VY_HEALTH_DISK, 0, script);
}

// Misses count within a minute, and what was before the studio began does not.
static void totals_are_judged_by_their_increase(void **state)
{
    (void)state;
    struct vy_health health;
    vy_health_init(&health, NULL);
    const struct script script[] = {
        {10, 1000, 0}, {12, 1002, 0},  {14, 1003, 1},
        {60, 1003, 1}, {96, 1003, 0},               // a minute and the hold later
        {98, 1700, 2}, {180, 1700, 0}, {190, 2, 0}, // begun anew: two since
        {192, 5, 1},   {300, 5, 0},    {0}};
    play(&health, VY_HEALTH_MISSED, 0, script);
}

// ---- faults of the earlier plan (grym-synth 4.3): each is a trace -------------------------------

static void recovers_as_often_as_it_degrades(void **state)
{
    (void)state;
    struct vy_health health;
    vy_health_init(&health, NULL);
    for (int i = 0; i < 50; i++) {
        const double t = 60.0 * i;
        const double bad = i % 2 ? 2 : 0.95;
        const struct script script[] = {{t + 20, bad, i % 2 ? 2 : 1}, {t + 60, 0.1, 0}, {0}};
        assert_int_equal(play(&health, VY_HEALTH_VRAM, t, script), VY_HEALTHY);
    }
}

static void jitter_is_no_trouble_however_it_is_shaped(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct vy_health health;
        vy_health_init(&health, NULL);
        for (int i = 0; i < 1000; i++) {
            double value[VY_INDICATORS];
            fine(value);
            value[VY_HEALTH_LATENCY] = 5 + 14 * vy_rng_unit(seed, (uint64_t)i);
            vy_health_step(&health, 2.0 * i, value);
            assert_int_equal(health.state, VY_HEALTHY);
        }
    }
}

// A value that jumps over the limit and back at every look neither flaps nor hides.
static void flapping_value_changes_at_most_once_a_hold(void **state)
{
    (void)state;
    struct vy_health health;
    vy_health_init(&health, NULL);
    int changes = 0;
    for (int i = 0; i < 3000; i++) {
        double value[VY_INDICATORS];
        fine(value);
        value[VY_HEALTH_VRAM] = i % 2 ? 1.5 : 0.1;
        const enum vy_health_state before = health.state;
        vy_health_step(&health, 0.5 * i, value);
        changes += health.state != before;
    }
    assert_true(changes <= 1500 / 10 + 1);
}

static void not_a_number_is_no_trap(void **state)
{
    (void)state;
    static const double odd[] = {NAN, INFINITY, -INFINITY, -1e300, 1e300, 0, -0.0};
    for (int i = 0; i < VY_INDICATORS; i++)
        for (size_t k = 0; k < sizeof odd / sizeof *odd; k++) {
            struct vy_health health;
            vy_health_init(&health, NULL);
            double value[VY_INDICATORS], t = 0;
            for (; t < 30; t += 2) {
                fine(value);
                value[i] = odd[k];
                vy_health_step(&health, t, value);
            }
            for (; t < 30 + 700; t += 2) { // the longest window and hold
                fine(value);
                vy_health_step(&health, t, value);
            }
            if (health.state != VY_HEALTHY)
                fail_msg("%s does not recover from %g", health.row[i].name, odd[k]);
        }
}

static void unknown_value_counts_as_no_trouble_after_its_hold(void **state)
{
    (void)state;
    struct vy_health health;
    vy_health_init(&health, NULL);
    const struct script script[] = {{10, 2, 2}, {19, NAN, 2}, {26, NAN, 0}, {0}};
    play(&health, VY_HEALTH_VRAM, 0, script);
    assert_true(isnan(health.of[VY_HEALTH_VRAM].value));
}

static void time_that_jumps_proves_nothing(void **state)
{
    (void)state;
    struct vy_health health;
    vy_health_init(&health, NULL);
    double value[VY_INDICATORS];
    fine(value);
    value[VY_HEALTH_VRAM] = 2;
    vy_health_step(&health, 0, value);
    vy_health_step(&health, 3600, value); // asleep: not an hour of trouble
    assert_int_equal(health.state, VY_HEALTHY);
    vy_health_step(&health, 3602, value);
    assert_int_equal(health.state, VY_UNHEALTHY);
    fine(value);
    vy_health_step(&health, 3604, value);
    vy_health_step(&health, 10, value); // backwards
    vy_health_step(&health, NAN, value);
    assert_int_equal(health.state, VY_UNHEALTHY);
    for (double t = 3606; t < 3620; t += 2)
        vy_health_step(&health, t, value);
    assert_int_equal(health.state, VY_HEALTHY);
}

// Whatever went before: values that are fine for the longest hold and window end in healthy.
static void any_trace_recovers(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 300; seed++) {
        struct vy_health health;
        vy_health_init(&health, NULL);
        double value[VY_INDICATORS], t = 0;
        for (uint64_t i = 0; i < 200; i++) {
            fine(value);
            for (uint64_t k = 0; k < VY_INDICATORS; k++) {
                const double u = vy_rng_unit(vy_rng_key(seed, k), 2 * i),
                             scale = vy_rng_unit(vy_rng_key(seed, k), 2 * i + 1);
                value[k] = u < 0.1 ? (double)NAN : value[k] * pow(10, 6 * scale - 3);
            }
            t += 5 * vy_rng_unit(vy_rng_key(seed, 99), i);
            vy_health_step(&health, t, value);
        }
        fine(value);
        for (const double end = t + 700; t < end; t += 2)
            vy_health_step(&health, t, value);
        assert_int_equal(health.state, VY_HEALTHY);
        assert_int_equal(health.actions, 0);
    }
}

static void rows_are_in_form(void **state)
{
    (void)state;
    for (int i = 0; i < VY_INDICATORS; i++) {
        const struct vy_health_row *const row = vy_health_row((enum vy_indicator)i);
        assert_non_null(row->name);
        const double way = row->falls ? -1 : 1;
        assert_true(way * row->recovery < way * row->warning);
        assert_true(way * row->warning < way * row->critical);
        assert_true(row->hold_s > 0 && row->rise_s >= 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(healthy_without_trouble),
        cmocka_unit_test(latency_over_the_limit_degrades_after_a_while),
        cmocka_unit_test(value_between_the_limits_keeps_the_level),
        cmocka_unit_test(critical_at_once_and_fine_at_once),
        cmocka_unit_test(low_is_bad_where_it_falls),
        cmocka_unit_test(totals_are_judged_by_their_increase),
        cmocka_unit_test(recovers_as_often_as_it_degrades),
        cmocka_unit_test(jitter_is_no_trouble_however_it_is_shaped),
        cmocka_unit_test(flapping_value_changes_at_most_once_a_hold),
        cmocka_unit_test(not_a_number_is_no_trap),
        cmocka_unit_test(unknown_value_counts_as_no_trouble_after_its_hold),
        cmocka_unit_test(time_that_jumps_proves_nothing),
        cmocka_unit_test(any_trace_recovers),
        cmocka_unit_test(rows_are_in_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
