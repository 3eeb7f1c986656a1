// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Levels of sounds whose levels are known from arithmetic.
#include "listen/level.h"

#include "ears.h"

#include <string.h>

enum { SR = 48000 };

static void push(void *ear, const float *const chan[], uint32_t chans, size_t n)
{
    vy_level_push(ear, chan, chans, n);
}

static struct vy_level_found hear(uint32_t sr_hz, uint32_t chans, double seconds, uint32_t piece,
                                  sound_fn *sound, const void *what)
{
    struct vy_level *ear;
    struct vy_level_found found;
    assert_int_equal(vy_level_new(sr_hz, chans, &ear), VY_OK);
    play(ear, push, chans, (uint64_t)(seconds * sr_hz), piece, sound, what);
    vy_level_result(ear, &found);
    vy_level_destroy(ear);
    return found;
}

// amplitude, Hz, dc, ceiling
struct tone {
    double level, hz, dc, ceiling;
};

static double tone_at(const void *what, uint32_t chan, uint64_t at)
{
    const struct tone *const t = what;
    const double y = t->level * sin(2 * M_PI * t->hz * (double)at / SR) + t->dc;
    (void)chan;
    return fmax(-t->ceiling, fmin(t->ceiling, y));
}

static void level_of_a_sine_is_known(void **state)
{
    (void)state;
    const struct tone t = {0.5, 1000, 0.01, 9};
    const struct vy_level_found f = hear(SR, 2, 2, 0, tone_at, &t);
    assert_near(f.rms_dbfs, 10 * log10(0.125 + 0.0001), 1e-4);
    assert_near(f.peak_dbfs, 20 * log10(0.51), 1e-4);
    assert_near(f.crest_db, f.peak_dbfs - f.rms_dbfs, 1e-9);
    assert_near(f.dc, 0.01, 1e-7);
    assert_near(f.chan[1].dc, 0.01, 1e-7);
    assert_int_equal(f.chan[0].peak_at, 12);
    assert_int_equal(f.frames, 2 * SR);
    assert_int_equal(f.clipped_runs, 0);
    assert_int_equal(f.full_scale, 0);
    assert_null(f.why);
}

static void level_does_not_depend_on_the_cut(void **state)
{
    (void)state;
    const struct tone t = {1.4, 441.3, 0.01, 1.0};
    const struct vy_level_found a = hear(SR, 3, 1.234, 0, tone_at, &t);
    const uint32_t piece[] = {1, 255, 256, 4096};
    for (size_t i = 0; i < sizeof piece / sizeof *piece; i++) {
        const struct vy_level_found b = hear(SR, 3, 1.234, piece[i], tone_at, &t);
        assert_memory_equal(&a, &b, sizeof a);
    }
}

static void slow_sine_is_not_clipped(void **state)
{
    (void)state;
    for (double hz = 15; hz < 2000; hz *= 1.3) {
        const struct tone t = {1.0, hz, 0, 9};
        assert_int_equal(hear(SR, 1, 1, 0, tone_at, &t).clipped_runs, 0);
    }
}

static void clipped_sine_has_two_runs_a_cycle(void **state)
{
    (void)state;
    const double ceiling[] = {1.0, 0.5};
    for (int i = 0; i < 2; i++) {
        const struct tone t = {1.2 * ceiling[i], 100, 0, ceiling[i]};
        const struct vy_level_found f = hear(SR, 1, 1, 0, tone_at, &t);
        // sine is over 1/1.2 for 1 - asin(1/1.2) / (pi/2) of the time: 89 or 90 of 240 samples
        assert_int_equal(f.clipped_runs, 200);
        assert_in_range(f.clipped_longest, 88, 91);
        assert_in_range(f.run[0].at, 75, 77);
        assert_false(f.run[0].below);
        assert_true(f.run[1].below);
        assert_int_equal(f.runs_kept, VY_LEVEL_PLACES);
        assert_near(f.clipped_confidence, i ? 0.6 : 1.0, 1e-6);
        assert_near(f.chan[0].ceiling, ceiling[i], 1e-7);
        assert_int_equal(f.full_scale > 0, i == 0);
    }
}

// noise 0.5 s, silence 0.3 s, noise 0.2 s, silence 0.01 s, noise 0.29 s, within 0.2 s of silence
static double gaps_at(const void *what, uint32_t chan, uint64_t at)
{
    const double s = (double)at / SR;
    const bool on = (s >= 0.2 && s < 0.7) || (s >= 1.0 && s < 1.2) || (s >= 1.21 && s < 1.5);
    (void)what, (void)chan;
    return on ? 0.3 + 0.1 * noise_at(1, at) : 0.0005 * noise_at(2, at);
}

static void silences_are_found_where_they_are(void **state)
{
    (void)state;
    const struct vy_level_found f = hear(SR, 2, 1.7, 0, gaps_at, NULL);
    assert_near(f.leading_s, 0.2, 1e-9);
    assert_near(f.trailing_s, 0.2, 1e-4);
    assert_int_equal(f.gaps, 1); // 10 ms are none
    assert_near(f.gap_longest_s, 0.3, 1e-4);
    assert_near((double)f.gap[0].at / SR, 0.7, 1e-4);
    assert_near(f.silence_share, 0.7 / 1.7, 1e-4);
    assert_near(f.quiet_share, 0.71 / 1.7, 1e-4);
}

static double wild_at(const void *what, uint32_t chan, uint64_t at)
{
    (void)what;
    if (at % 100 == 7 && chan == 1)
        return (double)NAN;
    if (at % 1000 == 8)
        return chan ? (double)INFINITY : -(double)INFINITY;
    return 0.25;
}

static void what_is_no_number_is_counted(void **state)
{
    (void)state;
    const struct vy_level_found f = hear(SR, 2, 1, 0, wild_at, NULL);
    assert_int_equal(f.nans, 480);
    assert_int_equal(f.infs, 96);
    assert_near(f.chan[0].dc, 0.25 * 0.999, 1e-6);
    assert_near(f.chan[1].dc, 0.25 * 0.989, 1e-6);
    assert_near(f.peak_dbfs, 20 * log10(0.25), 1e-6);
}

static double none_at(const void *what, uint32_t chan, uint64_t at)
{
    (void)what, (void)chan, (void)at;
    return 0.0;
}

static void silence_and_nothing_say_why(void **state)
{
    (void)state;
    const struct vy_level_found nothing = hear(SR, 2, 0, 0, none_at, NULL);
    assert_string_equal(nothing.why, "there is no sound");
    assert_true(isnan(nothing.rms_dbfs) && isnan(nothing.peak_dbfs) && isnan(nothing.crest_db));
    const struct vy_level_found silence = hear(SR, 2, 1, 0, none_at, NULL);
    assert_string_equal(silence.why, "all samples are 0");
    assert_near(silence.silence_share, 1, 0);
    assert_near(silence.leading_s, 1, 0);
    assert_int_equal(silence.gaps, 0);
    assert_int_equal(silence.clipped_runs, 0);
}

static void any_rate_and_up_to_8_channels(void **state)
{
    (void)state;
    const struct tone t = {0.5, 100, 0, 9};
    const uint32_t rate[] = {8000, 192000};
    for (int i = 0; i < 2; i++)
        for (uint32_t chans = 1; chans <= 8; chans++) {
            const struct vy_level_found f = hear(rate[i], chans, 0.5, 0, tone_at, &t);
            assert_near(f.chan[chans - 1].peak_dbfs, 20 * log10(0.5), 1e-3);
            assert_near(f.seconds, 0.5, 1e-9);
        }
    struct vy_level *ear;
    assert_int_equal(vy_level_new(SR, 9, &ear), VY_BAD_ARG);
    assert_int_equal(vy_level_new(SR, 0, &ear), VY_BAD_ARG);
    assert_int_equal(vy_level_new(0, 2, &ear), VY_BAD_ARG);
}

static void result_in_the_middle_changes_nothing(void **state)
{
    (void)state;
    struct vy_level *ear;
    struct vy_level_found middle, end;
    const struct tone t = {1.2, 100, 0, 1.0};
    assert_int_equal(vy_level_new(SR, 1, &ear), VY_OK);
    float wave[1000];
    const float *const chan[] = {wave};
    for (uint64_t at = 0; at < SR; at += 1000) {
        for (uint64_t i = 0; i < 1000; i++)
            wave[i] = (float)tone_at(&t, 0, at + i);
        vy_level_push(ear, chan, 1, 1000);
        vy_level_result(ear, &middle);
    }
    vy_level_result(ear, &end);
    vy_level_destroy(ear);
    const struct vy_level_found whole = hear(SR, 1, 1, 0, tone_at, &t);
    assert_memory_equal(&end, &whole, sizeof whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(level_of_a_sine_is_known),
        cmocka_unit_test(level_does_not_depend_on_the_cut),
        cmocka_unit_test(slow_sine_is_not_clipped),
        cmocka_unit_test(clipped_sine_has_two_runs_a_cycle),
        cmocka_unit_test(silences_are_found_where_they_are),
        cmocka_unit_test(what_is_no_number_is_counted),
        cmocka_unit_test(silence_and_nothing_say_why),
        cmocka_unit_test(any_rate_and_up_to_8_channels),
        cmocka_unit_test(result_in_the_middle_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
