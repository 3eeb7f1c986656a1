// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
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

enum { N = 65536 };
static float x[N + 8192], y[N + 8192];

static void sine(double hz, double sr, double amp)
{
    for (uint32_t n = 0; n < N + 8192; n++)
        x[n] = (float)(amp * sin(2 * M_PI * hz * n / sr));
}

static struct rig *plain(const char *mode, float drive)
{
    struct rig *const r = rig_new("distortion", 48000, 1, 1, NULL);
    rig_choose(r, "mode", mode);
    rig_set(r, "drive", drive);
    rig_set(r, "level", 0);
    return r;
}

static void distortion_has_unit_gain_for_small_signals(void **state)
{
    (void)state;
    static const char *const modes[] = {"soft", "hard", "fold", "tube"};
    const double hz[] = {50, 1000, 10000, 18000};
    for (int m = 0; m < 4; m++)
        for (int i = 0; i < 4; i++)
            for (int drive = 0; drive <= 20; drive += 20) {
                struct rig *const r = plain(modes[m], (float)drive);
                sine(hz[i], 48000, 1e-3 / (drive ? 10 : 1));
                rig_run(r, x, y, N + 8192, 0);
                const double a = rig_tone(y + 8192, N, hz[i], 48000, NULL);
                assert_near(rig_db(a / 1e-3), 0, 0.12);
                rig_destroy(r);
            }
}

// Largest line that is no multiple of f, relative to the fundamental.
static double alias_db(double f, double sr)
{
    static double s[N / 2 + 1];
    rig_spectrum(y + 8192, N, s);
    double fundamental = 0, worst = 0;
    for (uint32_t k = 8; k <= N / 2; k++) {
        const double h = k * sr / N / f, off = fabs(h - round(h)) * f * N / sr;
        if (off < 8 && round(h) >= 1) {
            if ((int)round(h) == 1)
                fundamental = fmax(fundamental, s[k]);
        } else {
            worst = fmax(worst, s[k]);
        }
    }
    return rig_db(worst / fundamental);
}

static void distortion_does_not_alias(void **state)
{
    (void)state;
    static const struct {
        const char *mode;
        float drive;
        double limit;
    } cases[] = {{"soft", 24, -75}, {"tube", 24, -68}, {"hard", 24, -70}, {"fold", 18, -80}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rig *const r = plain(cases[i].mode, cases[i].drive);
        sine(5003.3, 48000, 1);
        rig_run(r, x, y, N + 8192, 0);
        const double db = alias_db(5003.3, 48000);
        print_message("%s, %g dB drive, 5 kHz: alias %.1f dB\n", cases[i].mode,
                      (double)cases[i].drive, db);
        assert_true(db < cases[i].limit);
        rig_destroy(r);
    }
}

static double harmonic_db(uint32_t n)
{
    return rig_db(rig_tone(y + 8192, N, 500.0 * n, 48000, NULL) /
                  rig_tone(y + 8192, N, 500, 48000, NULL));
}

static void distortion_makes_even_harmonics_only_when_asymmetric(void **state)
{
    (void)state;
    sine(500, 48000, 0.5);
    struct rig *r = plain("soft", 12);
    rig_run(r, x, y, N + 8192, 0);
    assert_true(harmonic_db(2) < -110 && harmonic_db(3) > -30);
    rig_set(r, "bias", 0.4f);
    for (int i = 0; i < 2; i++) // the step of bias is long gone the second time
        rig_run(r, x, y, N + 8192, 0);
    assert_true(harmonic_db(2) > -35);
    double mean = 0;
    for (uint32_t n = 8192; n < 8192 + 48000; n++)
        mean += (double)y[n] / 48000;
    assert_true(fabs(mean) < 1e-4); // DC blocked
    rig_destroy(r);
    r = plain("tube", 6);
    rig_run(r, x, y, N + 8192, 0);
    assert_true(harmonic_db(2) > -35);
    rig_destroy(r);
}

static void distortion_clips_at_one(void **state)
{
    (void)state;
    struct rig *const r = plain("hard", 40);
    sine(100, 48000, 1);
    rig_run(r, x, y, N + 8192, 0);
    // a square of height 1: fundamental 4 / pi
    assert_near(rig_tone(y + 8192, N, 100, 48000, NULL), 4 / M_PI, 0.01);
    rig_destroy(r);
}

static void distortion_mixes_in_phase_and_is_dry_at_zero(void **state)
{
    (void)state;
    const double hz[] = {200, 5000, 15000};
    for (int i = 0; i < 3; i++) {
        struct rig *const r = plain("soft", 0);
        rig_set(r, "mix", 0.5f);
        sine(hz[i], 48000, 1e-3);
        rig_run(r, x, y, N + 8192, 0);
        assert_near(rig_db(rig_tone(y + 8192, N, hz[i], 48000, NULL) / 1e-3), 0, 0.05);
        rig_set(r, "mix", 0);
        rig_run(r, x, y, N, 0);
        assert_memory_equal(x, y, N * sizeof *x);
        rig_destroy(r);
    }
}

static void distortion_tone_tilts_by_6_db(void **state)
{
    (void)state;
    struct rig *const r = plain("soft", 0);
    rig_set(r, "tone", 1);
    const double hz[] = {40, 700, 12000}, want[] = {-6, 0, 6};
    for (int i = 0; i < 3; i++) {
        sine(hz[i], 48000, 1e-3);
        rig_run(r, x, y, N + 8192, 0);
        const double db = rig_db(rig_tone(y + 8192, N, hz[i], 48000, NULL) / 1e-3);
        print_message("tilt at %g Hz: %.2f dB\n", hz[i], db);
        assert_near(db, want[i], 0.2);
    }
    rig_destroy(r);
}

static void bitcrush_is_transparent_at_full_resolution(void **state)
{
    (void)state;
    const float rates[] = {44100, 48000};
    for (int i = 0; i < 2; i++) {
        struct rig *const r = rig_new("bitcrush", rates[i], 1, 1, NULL);
        rig_set(r, "bits", 24);
        rig_set(r, "rate", 48000);
        sine(997, 48000, 0.7);
        rig_run(r, x, y, N, 0);
        assert_memory_equal(x, y, N * sizeof *x);
        rig_destroy(r);
    }
}

static void bitcrush_quantises_to_its_bits(void **state)
{
    (void)state;
    for (int bits = 4; bits <= 12; bits += 4) {
        struct rig *const r = rig_new("bitcrush", 48000, 1, 1, NULL);
        rig_set(r, "bits", (float)bits);
        rig_set(r, "rate", 48000);
        sine(997.13, 48000, 0.9);
        const double lsb = pow(2, 1 - bits);
        for (int dither = 0; dither < 2; dither++) {
            rig_set(r, "dither", (float)dither);
            rig_run(r, x, y, N, 0);
            double noise = 0;
            for (uint32_t n = 0; n < N; n++) {
                const double q = (double)y[n] / lsb, e = (double)y[n] - (double)x[n];
                assert_true(fabs(q - round(q)) < 1e-6);
                noise += e * e / N;
            }
            // uniform error: lsb^2 / 12; with TPDF dither three times that
            assert_near(noise / (lsb * lsb / 12), dither ? 3 : 1, 0.15);
        }
        rig_destroy(r);
    }
}

static void bitcrush_holds_at_its_rate(void **state)
{
    (void)state;
    struct rig *const r = rig_new("bitcrush", 48000, 1, 1, NULL);
    rig_set(r, "bits", 24);
    rig_set(r, "rate", 7000);
    for (uint32_t n = 0; n < 48000; n++)
        x[n] = (float)n * 1e-5f;
    rig_run(r, x, y, 48000, 0);
    uint32_t changes = 1;
    for (uint32_t n = 1; n < 48000; n++)
        changes += y[n] != y[n - 1];
    print_message("values a second at 7000 Hz: %u\n", changes);
    assert_in_range(changes, 6999, 7001);
    rig_set(r, "mix", 0);
    rig_run(r, x, y, 48000, 0);
    assert_memory_equal(x, y, 48000 * sizeof *x);
    rig_destroy(r);
}

static void distortion_survives_torture(void **state)
{
    (void)state;
    rig_torture("distortion");
    rig_torture("bitcrush");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distortion_has_unit_gain_for_small_signals),
        cmocka_unit_test(distortion_does_not_alias),
        cmocka_unit_test(distortion_makes_even_harmonics_only_when_asymmetric),
        cmocka_unit_test(distortion_clips_at_one),
        cmocka_unit_test(distortion_mixes_in_phase_and_is_dry_at_zero),
        cmocka_unit_test(distortion_tone_tilts_by_6_db),
        cmocka_unit_test(bitcrush_is_transparent_at_full_resolution),
        cmocka_unit_test(bitcrush_quantises_to_its_bits),
        cmocka_unit_test(bitcrush_holds_at_its_rate),
        cmocka_unit_test(distortion_survives_torture),
    };
    return cmocka_run_group_tests_name("distortion", tests, NULL, NULL);
}
