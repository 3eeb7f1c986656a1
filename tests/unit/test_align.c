// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Sounds that were shifted, turned up and spoilt by known amounts are found so.
#include "listen/align.h"

#include "ears.h"

#define N 40000
#define LAG 4800

static float wave[2][N];

// b is a, later by `lag`, times `gain`, with noise of `noise` in it.
static void make(int64_t lag, double gain, double noise)
{
    for (int64_t i = 0; i < N; i++) {
        wave[0][i] = (float)(0.5 * noise_at(1, (uint64_t)(i + LAG)));
        wave[1][i] = (float)(gain * 0.5 * noise_at(1, (uint64_t)(i + LAG - lag)) +
                             noise * noise_at(2, (uint64_t)i));
    }
}

static struct vy_align_found found_at(int64_t lag)
{
    struct vy_align_sums sums = {0};
    struct vy_align_found found;
    const size_t a = lag < 0 ? (size_t)-lag : 0, b = lag > 0 ? (size_t)lag : 0;
    vy_align_add(&sums, wave[0] + a, wave[1] + b, N - LAG);
    vy_align_result(&sums, &found);
    return found;
}

static void shifts_are_found_to_the_frame(void **state)
{
    (void)state;
    static const int64_t lags[] = {0, 1, -1, 17, -333, LAG, -LAG};
    for (size_t i = 0; i < sizeof lags / sizeof *lags; i++) {
        int64_t lag = 99;
        make(lags[i], 0.25, 0);
        assert_int_equal(vy_align(wave[0], wave[1], N, LAG, &lag), VY_OK);
        assert_int_equal(lag, lags[i]);
        const struct vy_align_found f = found_at(lag);
        assert_near(f.gain, 0.25, 1e-6);
        assert_near(f.correlation, 1, 1e-9);
        assert_true(f.residual_db < -100);
    }
}

static void a_side_upside_down_is_found(void **state)
{
    (void)state;
    int64_t lag;
    make(50, -2, 0);
    assert_int_equal(vy_align(wave[0], wave[1], N, LAG, &lag), VY_OK);
    assert_int_equal(lag, 50);
    assert_near(found_at(lag).gain, -2, 1e-5);
    assert_near(found_at(lag).correlation, -1, 1e-9);
}

static void what_is_left_is_what_was_added(void **state)
{
    (void)state;
    int64_t lag;
    make(-20, 1, 0.05); // 20 dB below the sound
    assert_int_equal(vy_align(wave[0], wave[1], N, LAG, &lag), VY_OK);
    assert_int_equal(lag, -20);
    assert_near(found_at(lag).residual_db, -20.04, 0.2); // 1 / 101 of the whole
}

static void sounds_that_share_nothing_are_told_so(void **state)
{
    (void)state;
    int64_t lag;
    make(0, 0, 0.5);
    assert_int_equal(vy_align(wave[0], wave[1], N, LAG, &lag), VY_OK);
    assert_true(fabs(found_at(lag).correlation) < 0.05);
    make(0, 0, 0);
    assert_int_equal(vy_align(wave[0], wave[1], N, LAG, &lag), VY_OK);
    assert_true(isnan(found_at(lag).correlation));
    assert_int_equal(vy_align(wave[0], wave[1], VY_ALIGN_MOST, 1, &lag), VY_BAD_ARG);
    assert_int_equal(vy_align(wave[0], wave[1], 0, LAG, &lag), VY_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shifts_are_found_to_the_frame),
        cmocka_unit_test(a_side_upside_down_is_found),
        cmocka_unit_test(what_is_left_is_what_was_added),
        cmocka_unit_test(sounds_that_share_nothing_are_told_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
