// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Two channels whose relation is known.
#include "listen/stereo.h"

#include "ears.h"

#include <string.h>

enum { SR = 44100 };

// Left is noise a; right is `same` times a plus `other` times noise b.
struct pair {
    double left, same, other;
    double from_s, to_s; ///< where the right side is upside down
};

static double pair_at(const void *what, uint32_t chan, uint64_t at)
{
    const struct pair *const p = what;
    const double a = noise_at(1, at), s = (double)at / SR;
    if (chan == 0)
        return 0.3 * p->left * a;
    const double turned = s >= p->from_s && s < p->to_s ? -1 : 1;
    return 0.3 * turned * (p->same * a + p->other * noise_at(2, at));
}

static void push(void *ear, const float *const chan[], uint32_t chans, size_t n)
{
    vy_stereo_push(ear, chan, chans, n);
}

static struct vy_stereo_found hear(uint32_t sr_hz, uint32_t chans, double seconds, uint32_t piece,
                                   sound_fn *sound, const void *what)
{
    struct vy_stereo_ear *ear;
    struct vy_stereo_found found;
    assert_int_equal(vy_stereo_new(sr_hz, chans, &ear), VY_OK);
    play(ear, push, chans, (uint64_t)(seconds * sr_hz), piece, sound, what);
    vy_stereo_result(ear, &found);
    vy_stereo_destroy(ear);
    return found;
}

static void same_sides_are_mono(void **state)
{
    (void)state;
    const struct vy_stereo_found f = hear(SR, 2, 2, 0, pair_at, &(struct pair){1, 1, 0, 0, 0});
    assert_near(f.correlation, 1, 1e-6);
    assert_near(f.correlation_min, 1, 1e-6);
    assert_near(f.width, 0, 1e-6);
    assert_near(f.balance_db, 0, 1e-6);
    assert_near(f.mono_loss_db, 0, 1e-6);
    for (int b = 0; b < VY_STEREO_BANDS; b++)
        assert_near(f.band_mono_loss_db[b], 0, 1e-4);
    assert_true(f.mono);
    assert_false(f.inverted);
    assert_null(f.why);
}

static void unrelated_sides_lose_3_db(void **state)
{
    (void)state;
    const struct vy_stereo_found f = hear(SR, 2, 10, 0, pair_at, &(struct pair){1, 0, 1, 0, 0});
    assert_near(f.correlation, 0, 0.01);
    assert_near(f.width, 0.5, 0.01);
    assert_near(f.mono_loss_db, 3.01, 0.1);
    for (int b = 2; b < VY_STEREO_BANDS; b++) // few bins lie in the lowest
        assert_near(f.band_mono_loss_db[b], 3.01, 0.6);
    assert_false(f.inverted);
    assert_false(f.mono);
}

static void upside_down_is_told(void **state)
{
    (void)state;
    const struct vy_stereo_found f = hear(SR, 2, 2, 0, pair_at, &(struct pair){1, -1, 0, 0, 0});
    assert_near(f.correlation, -1, 1e-6);
    assert_near(f.width, 1, 1e-6);
    assert_near(f.mono_loss_db, 60, 1e-6);
    assert_near(f.band_mono_loss_db[5], 60, 1e-6);
    assert_true(f.inverted);
    assert_near(f.inverted_confidence, 1, 1e-6);
}

static void least_correlation_is_found_in_time(void **state)
{
    (void)state;
    const struct vy_stereo_found f =
        hear(SR, 2, 10, 0, pair_at, &(struct pair){1, 1, 0.2, 6.0, 7.0});
    assert_near(f.correlation_min, -1 / sqrt(1.04), 0.01);
    assert_in_range((int)(f.correlation_min_at_s * 10), 59, 66);
    assert_near(f.correlation, 0.8 / sqrt(1.04), 0.01);
}

static void balance_is_right_over_left(void **state)
{
    (void)state;
    const struct vy_stereo_found f = hear(SR, 2, 1, 0, pair_at, &(struct pair){1, 0.5, 0, 0, 0});
    assert_near(f.balance_db, -6.02, 0.01);
    assert_near(f.correlation, 1, 1e-6);
    // L = 1, R = 0.5: mean square 0.625, mono 0.5625
    assert_near(f.mono_loss_db, 10 * log10(0.625 / 0.5625), 1e-3);
    const struct vy_stereo_found left = hear(SR, 2, 1, 0, pair_at, &(struct pair){1, 0, 0, 0, 0});
    assert_near(left.balance_db, -60, 0);
    assert_near(left.mono_loss_db, 3.01, 0.01);
    assert_true(isnan(left.correlation));
    assert_string_equal(left.correlation_why, "one side is silent");
}

// Right is upside down below 1 kHz only.
static double bass_at(const void *what, uint32_t chan, uint64_t at)
{
    const double t = 2 * M_PI * (double)at / SR;
    (void)what;
    return 0.2 * sin(125 * t) * (chan ? -1 : 1) + 0.2 * sin(4000 * t);
}

static void loss_is_told_by_band(void **state)
{
    (void)state;
    const struct vy_stereo_found f = hear(SR, 2, 2, 0, bass_at, NULL);
    assert_near(vy_stereo_band_hz(2), 125, 1e-9);
    assert_true(f.band_mono_loss_db[2] > 30);
    assert_near(f.band_mono_loss_db[7], 0, 0.01);
    assert_near(f.mono_loss_db, 3.01, 0.01);
}

static double none_at(const void *what, uint32_t chan, uint64_t at)
{
    (void)what, (void)chan, (void)at;
    return 0;
}

static void what_cannot_be_measured_says_why(void **state)
{
    (void)state;
    const struct pair p = {1, 1, 0, 0, 0};
    const struct vy_stereo_found mono = hear(SR, 1, 1, 0, pair_at, &p);
    assert_string_equal(mono.why, "the sound has one channel");
    assert_true(isnan(mono.width) && isnan(mono.correlation) && isnan(mono.mono_loss_db));
    assert_string_equal(hear(SR, 2, 0, 0, none_at, NULL).why, "there is no sound");
    assert_string_equal(hear(SR, 2, 1, 0, none_at, NULL).why, "all samples are 0");
    const struct vy_stereo_found brief = hear(SR, 2, 0.2, 0, pair_at, &p);
    assert_near(brief.correlation, 1, 1e-6);
    assert_true(isnan(brief.correlation_min));
    assert_non_null(brief.correlation_why);
}

static void any_rate_and_cut_and_8_channels(void **state)
{
    (void)state;
    const struct pair p = {1, 0.5, 0.5, 0, 0};
    const uint32_t rate[] = {8000, 44100, 192000};
    for (int i = 0; i < 3; i++) {
        const struct vy_stereo_found a = hear(rate[i], 8, 1.03, 0, pair_at, &p);
        const struct vy_stereo_found b = hear(rate[i], 8, 1.03, 441, pair_at, &p);
        assert_near(a.correlation, M_SQRT1_2, 0.03);
        assert_memory_equal(&a, &b, sizeof a);
        assert_int_equal(isnan(a.band_mono_loss_db[9]) != 0, rate[i] == 8000);
    }
    struct vy_stereo_ear *ear;
    assert_int_equal(vy_stereo_new(SR, 9, &ear), VY_BAD_ARG);
    assert_int_equal(vy_stereo_new(0, 2, &ear), VY_BAD_ARG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_sides_are_mono),
        cmocka_unit_test(unrelated_sides_lose_3_db),
        cmocka_unit_test(upside_down_is_told),
        cmocka_unit_test(least_correlation_is_found_in_time),
        cmocka_unit_test(balance_is_right_over_left),
        cmocka_unit_test(loss_is_told_by_band),
        cmocka_unit_test(what_cannot_be_measured_says_why),
        cmocka_unit_test(any_rate_and_cut_and_8_channels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
