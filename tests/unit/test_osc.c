// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "cm.h"
#include "rig.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void osc_is_in_tune_within_a_tenth_of_a_cent(void **state)
{
    (void)state;
    enum { N = 48000 * 4 };
    float *const y = malloc(N * sizeof *y);
    const double pitch[] = {20, 27.5, 110, 440, 1000, 3520, 10000};
    for (int shape = 0; shape < 4; shape++)
        for (size_t i = 0; i < sizeof pitch / sizeof *pitch; i++) {
            struct rig *const r = rig_new("osc", 48000, 1, 1, NULL);
            rig_set(r, "shape", (float)shape);
            rig_set(r, "freq", (float)pitch[i]);
            rig_run(r, NULL, y, N, 0);
            const double hz = rig_frequency(y, N, pitch[i], 48000);
            assert_true(fabs(1200 * log2(hz / pitch[i])) < 0.1);
            rig_destroy(r);
        }
    free(y);
}

// Largest partial that is no multiple of f, relative to the fundamental.
static double alias_db(const float *y, uint32_t n, double f, double sr)
{
    double *const s = malloc((n / 2 + 1) * sizeof *s);
    rig_spectrum(y, n, s);
    double fundamental = 0, worst = 0;
    for (uint32_t k = 8; k <= n / 2; k++) {
        const double h = k * sr / n / f, off = fabs(h - round(h)) * f * n / sr;
        if (off < 8 && round(h) >= 1) {
            if ((int)round(h) == 1)
                fundamental = fmax(fundamental, s[k]);
        } else {
            worst = fmax(worst, s[k]);
        }
    }
    free(s);
    return rig_db(worst / fundamental);
}

static void osc_does_not_alias(void **state)
{
    (void)state;
    enum { N = 65536 };
    float *const y = malloc(N * sizeof *y);
    const double pitch[] = {61.3, 1000.7, 5003.3, 9001.1};
    for (int shape = 1; shape < 4; shape++)
        for (size_t i = 0; i < sizeof pitch / sizeof *pitch; i++) {
            struct rig *const r = rig_new("osc", 48000, 1, 1, NULL);
            rig_set(r, "shape", (float)shape);
            rig_set(r, "freq", (float)pitch[i]);
            rig_run(r, NULL, y, N, 0);
            const double db = alias_db(y, N, (float)pitch[i], 48000);
            print_message("alias shape %d %g Hz: %.1f dB\n", shape, pitch[i], db);
            assert_true(db < -80);
            rig_destroy(r);
        }
    free(y);
}

// Phase of a sine after ten minutes, in turns. `moving` takes the loop that works its pitch out
// every frame.
static double phase_after_ten_minutes(const char *id, double hz, float sr_hz, bool moving)
{
    const uint32_t n = (uint32_t)sr_hz;
    float *const y = malloc(n * sizeof *y);
    struct rig *const r = rig_new(id, sr_hz, 1, 1, NULL);
    if (strcmp(id, "osc") == 0)
        rig_choose(r, "shape", "sine");
    rig_set(r, "freq", (float)hz);
    if (moving)
        rig_connect(r, "pwm", 0);
    for (uint32_t tick = 0; tick < 599 * n / VY_TICK; tick++)
        rig_tick(r);
    rig_run(r, NULL, y, n, 0);
    double turns;
    rig_tone(y, n, hz, sr_hz, &turns);
    rig_destroy(r);
    free(y);
    return turns + 0.25; // a sine is a cosine a quarter late
}

static void check_octave(const char *id, double hz, float sr_hz, bool moving)
{
    double d = 2 * phase_after_ten_minutes(id, hz, sr_hz, moving) -
               phase_after_ten_minutes(id, 2 * hz, sr_hz, moving);
    d -= round(d);
    print_message("%s: %g against %g Hz at %g kHz after 10 minutes: %.7f turns\n", id, hz, 2 * hz,
                  (double)sr_hz / 1000, d);
    assert_true(fabs(d) < 1e-5);
}

static void osc_octaves_stay_locked_for_ten_minutes(void **state)
{
    (void)state;
    const double low[] = {27.5, 55, 61.735413, 110, 440};
    for (size_t i = 0; i < sizeof low / sizeof *low; i++)
        check_octave("osc", low[i], 48000, false);
    check_octave("osc", 55, 192000, false);
    check_octave("osc", 27.5, 48000, true);
    check_octave("osc", 61.735413, 48000, true);
    check_octave("wavetable", 61.735413, 48000, false);
}

static void osc_survives_torture(void **state)
{
    (void)state;
    rig_torture("osc");
    rig_torture("vca");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(osc_is_in_tune_within_a_tenth_of_a_cent),
        cmocka_unit_test(osc_does_not_alias),
        cmocka_unit_test(osc_octaves_stay_locked_for_ten_minutes),
        cmocka_unit_test(osc_survives_torture),
    };
    return cmocka_run_group_tests_name("osc", tests, NULL, NULL);
}
