// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "cm.h"
#include "listen/level_judge.h"

#include <stdlib.h>
#include <string.h>

#define HOP_S (512.0 / 44100)
#define HOPS 3000
#define BEATS 80

static float *curve[VY_PULSE_CHANNELS];
static struct vy_pulse_view view = {.hops = HOPS, .hop_s = HOP_S};
static double beat[BEATS];

static void at(double s, uint32_t channel, float height)
{
    const size_t hop = (size_t)(s / HOP_S + 0.5);
    for (size_t t = hop - 2; t <= hop + 2 && t < HOPS; t++)
        if (height > curve[channel][t])
            curve[channel][t] = height;
}

// Beats every `gap_s`; how loud each of the eight half-beats of a bar is, below and above.
static float odds_of(double gap_s, uint32_t beats, const float low[8], const float high[8])
{
    for (uint32_t c = 0; c < VY_PULSE_CHANNELS; c++) {
        memset(curve[c], 0, HOPS * sizeof(float));
        view.near[c] = view.wide[c] = curve[c];
    }
    for (uint32_t i = 0; i < beats; i++) {
        beat[i] = 0.2 + i * gap_s;
        for (uint32_t half = 0; half < 2; half++) {
            const uint32_t step = (2 * i + half) % 8;
            const double s = beat[i] + half * gap_s / 2;
            at(s, 1, low[step]);
            at(s, 3, high[step]);
            at(s, 4, high[step]);
            at(s, 0, (low[step] + high[step]) / 2);
        }
    }
    float odds;
    assert_int_equal(vy_level_twice(&view, beat, beats, &odds), VY_OK);
    return odds;
}

static const float kick[8] = {1.5F, 0, 0, 0, 0, 1.2F, 0, 0};
static const float snare[8] = {0.6F, 0, 1.6F, 0, 0.6F, 0.3F, 1.6F, 0};
static const float slow_kick[8] = {1.5F, 0, 0.2F, 0, 0.2F, 0, 0.4F, 0};
static const float slow_snare[8] = {0.6F, 0, 0.3F, 0, 1.6F, 0, 0.3F, 0};

static void off_beats_are_no_beats(void **state)
{
    (void)state;
    assert_true(odds_of(60.0 / 160, BEATS, slow_kick, slow_snare) > 0.3F);
    assert_int_equal(vy_level_phase(&view, beat, BEATS), 0);
}

static void a_fast_backbeat_stays(void **state)
{
    (void)state;
    const float fast = odds_of(60.0 / 160, BEATS, kick, snare);
    assert_true(fast < odds_of(60.0 / 160, BEATS, slow_kick, slow_snare));
}

static void few_or_slow_beats_stay(void **state)
{
    (void)state;
    assert_true(odds_of(60.0 / 160, 15, slow_kick, slow_snare) < -50);
    assert_true(odds_of(60.0 / 100, 40, slow_kick, slow_snare) < -50);
}

int main(void)
{
    for (uint32_t c = 0; c < VY_PULSE_CHANNELS; c++)
        curve[c] = calloc(HOPS, sizeof(float));
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(off_beats_are_no_beats),
        cmocka_unit_test(a_fast_backbeat_stays),
        cmocka_unit_test(few_or_slow_beats_stay),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    for (uint32_t c = 0; c < VY_PULSE_CHANNELS; c++)
        free(curve[c]);
    return failed;
}
