// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Mending: a clean sound is spoilt in a known way, and comes back closer to what it was. Nearness
// is the ratio of the sound to its difference from the clean one, after the best common gain.
#include "cm.h"

#include "base/rng.h"
#include "enhance/enhance.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define RATE 44100
#define FRAMES (8 * RATE)

static struct vy_wave clean, spoilt;

// Phrases of a gliding voice with ten harmonics and pauses between them.
static void make_clean(void)
{
    assert_int_equal(vy_wave_new(&clean, RATE, 1, FRAMES), VY_OK);
    double turn = 0;
    for (size_t i = 0; i < FRAMES; i++) {
        const double t = (double)i / RATE, in_phrase = fmod(t, 1.6);
        const double level = in_phrase < 1.1 ? sin(M_PI * in_phrase / 1.1) : 0;
        turn += (180 + 60 * sin(2 * M_PI * 0.37 * t)) / RATE;
        double x = 0;
        for (int h = 1; h <= 10; h++)
            x += sin(2 * M_PI * h * turn) / h;
        clean.chan[0][i] = (float)(0.15 * level * level * x);
    }
}

static double random_pm1(uint64_t stream, uint64_t i)
{
    return 2 * vy_rng_unit(stream, i) - 1;
}

static double nearness_db(const struct vy_wave *wave)
{
    double xx = 0, xc = 0, cc = 0;
    for (size_t i = 0; i < FRAMES; i++) {
        const double x = (double)wave->chan[0][i], c = (double)clean.chan[0][i];
        xx += x * x;
        xc += x * c;
        cc += c * c;
    }
    const double same = xc * xc / cc;
    return 10 * log10(same / (xx - same + 1e-30));
}

static int setup(void **state)
{
    (void)state;
    return vy_wave_copy(&spoilt, &clean);
}

static int teardown(void **state)
{
    (void)state;
    vy_wave_clear(&spoilt);
    return 0;
}

static const struct vy_mended *row_of(const struct vy_enhanced *e, const char *name)
{
    for (size_t i = 0; i < VY_MEND_STAGES; i++)
        if (strcmp(e->row[i].name, name) == 0)
            return &e->row[i];
    fail_msg("there is no stage %s", name);
    return NULL;
}

// Only the named stages were applied, and the sound came nearer by at least this.
static void mends(const char *name, double at_least_db, double strength)
{
    struct vy_enhanced e;
    const double before = nearness_db(&spoilt);
    assert_int_equal(vy_enhance(&spoilt, strength, 0, NULL, &e), VY_OK);
    printf("%s: %s; %s\n", name, row_of(&e, name)->why, row_of(&e, name)->did);
    assert_true(row_of(&e, name)->needed);
    assert_true(row_of(&e, name)->applied);
    assert_true(row_of(&e, name)->after < row_of(&e, name)->before);
    const double after = nearness_db(&spoilt);
    printf("%s: %.1f -> %.1f dB\n", name, before, after);
    if (after < before + at_least_db)
        fail_msg("%s: %.1f -> %.1f dB", name, before, after);
}

static void enhance_leaves_a_clean_sound_alone(void **state)
{
    (void)state;
    struct vy_enhanced e;
    assert_int_equal(vy_enhance(&spoilt, 1, 0, NULL, &e), VY_OK);
    assert_false(e.changed);
    for (size_t i = 0; i < VY_MEND_STAGES; i++) {
        assert_false(e.row[i].needed);
        assert_true(e.row[i].why[0] != 0);
    }
    assert_memory_equal(spoilt.chan[0], clean.chan[0], FRAMES * sizeof(float));
}

static void enhance_takes_an_offset_away(void **state)
{
    (void)state;
    for (size_t i = 0; i < FRAMES; i++)
        spoilt.chan[0][i] += 0.05f;
    mends("dc", 60, 0.5);
}

static void enhance_takes_hum_away(void **state)
{
    (void)state;
    for (size_t i = 0; i < FRAMES; i++)
        for (int h = 1; h <= 6; h++)
            spoilt.chan[0][i] +=
                (float)(0.02 / h * sin(2 * M_PI * 49.97 * h * (double)i / RATE + h));
    mends("hum", 8, 0.5); // the voice crosses three of the lines
}

static void enhance_knows_hum_from_a_bass_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < FRAMES; i++) { // G1 is 49 Hz, B1 61.7 Hz
        const double t = (double)i / RATE, hz = fmod(t, 2) < 1 ? 49.0 : 61.7;
        const double level = exp(-3 * fmod(t, 0.5));
        for (int h = 1; h <= 5; h++)
            spoilt.chan[0][i] += (float)(0.1 / h * level * sin(2 * M_PI * hz * h * t));
    }
    struct vy_enhanced e;
    assert_int_equal(vy_enhance(&spoilt, 1, 1u << 2, NULL, &e), VY_OK);
    assert_false(row_of(&e, "hum")->needed);
}

static void enhance_fills_clicks(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < 40; k++) {
        const size_t at = (size_t)(2000 + vy_rng_unit(1, k) * (FRAMES - 4000));
        const int n = 1 + (int)(4 * vy_rng_unit(2, k));
        for (int i = 0; i < n; i++)
            spoilt.chan[0][at + (size_t)i] += k % 2 ? 0.4f : -0.4f;
    }
    mends("click", 9, 0.8);
}

static void enhance_draws_clipped_peaks_again(void **state)
{
    (void)state;
    float most = 0;
    for (size_t i = 0; i < FRAMES; i++)
        most = fmaxf(most, fabsf(clean.chan[0][i]));
    for (size_t i = 0; i < FRAMES; i++)
        spoilt.chan[0][i] = fmaxf(-0.6f, fminf(0.6f, clean.chan[0][i] / most * 0.8f));
    mends("declip", 6, 0.5);
}

static void enhance_turns_steady_noise_down(void **state)
{
    (void)state;
    for (size_t i = 0; i < FRAMES; i++)
        spoilt.chan[0][i] += (float)(0.01 * random_pm1(3, i));
    mends("denoise", 4, 0.8);
}

static void enhance_keeps_true_peaks_below_the_ceiling(void **state)
{
    (void)state;
    double lufs, dbtp;
    vy_wave_gain(&spoilt, 14);
    struct vy_enhanced e;
    assert_int_equal(vy_wave_loudness(&spoilt, &lufs, &dbtp), VY_OK);
    assert_true(dbtp > -1);
    assert_int_equal(vy_enhance(&spoilt, 0.5, 0, NULL, &e), VY_OK);
    assert_true(row_of(&e, "limit")->applied);
    assert_int_equal(vy_wave_loudness(&spoilt, &lufs, &dbtp), VY_OK);
    assert_true(dbtp <= -1.0 + 0.01);
    assert_true(dbtp > -1.6);
}

static void enhance_keeps_the_loudness(void **state)
{
    (void)state;
    for (size_t i = 0; i < FRAMES; i++)
        spoilt.chan[0][i] += (float)(0.02 * sin(2 * M_PI * 60 * (double)i / RATE) +
                                     0.02 * sin(2 * M_PI * 180 * (double)i / RATE));
    struct vy_enhanced e;
    assert_int_equal(vy_enhance(&spoilt, 0.5, 0, NULL, &e), VY_OK);
    assert_true(e.changed);
    assert_true(fabs(e.loudness_after - e.loudness_before) < 0.05);
}

static void enhance_does_only_what_it_may(void **state)
{
    (void)state;
    for (size_t i = 0; i < FRAMES; i++)
        spoilt.chan[0][i] += 0.05f + (float)(0.01 * random_pm1(4, i));
    struct vy_enhanced e;
    assert_int_equal(vy_enhance(&spoilt, 0.5, 1u << 1, NULL, &e), VY_OK);
    assert_true(row_of(&e, "dc")->applied);
    assert_true(row_of(&e, "denoise")->needed);
    assert_false(row_of(&e, "denoise")->applied);
}

static void enhance_takes_short_and_silent_sounds(void **state)
{
    (void)state;
    static const size_t lengths[] = {1, 2, 31, 500, 5000};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct vy_wave wave;
        struct vy_enhanced e;
        assert_int_equal(vy_wave_new(&wave, RATE, 2, lengths[i]), VY_OK);
        assert_int_equal(vy_enhance(&wave, 1, 0, NULL, &e), VY_OK);
        assert_false(e.changed);
        for (size_t n = 0; n < lengths[i]; n++)
            wave.chan[1][n] = (float)random_pm1(5, n);
        assert_int_equal(vy_enhance(&wave, 1, 0, NULL, &e), VY_OK);
        for (size_t n = 0; n < lengths[i]; n++)
            assert_true(isfinite(wave.chan[0][n]) && isfinite(wave.chan[1][n]));
        vy_wave_clear(&wave);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    make_clean();
    const struct CMUnitTest tests[] = {
        CASE(enhance_leaves_a_clean_sound_alone),
        CASE(enhance_takes_an_offset_away),
        CASE(enhance_takes_hum_away),
        CASE(enhance_knows_hum_from_a_bass_line),
        CASE(enhance_fills_clicks),
        CASE(enhance_draws_clipped_peaks_again),
        CASE(enhance_turns_steady_noise_down),
        CASE(enhance_keeps_true_peaks_below_the_ceiling),
        CASE(enhance_keeps_the_loudness),
        CASE(enhance_does_only_what_it_may),
        CASE(enhance_takes_short_and_silent_sounds),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    vy_wave_clear(&clean);
    return failed;
}
