// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Sources: supersaw, noise, wavetable, fm.
#include "cm.h"
#include "rig.h"

#include <math.h>
#include <stdlib.h>

enum { N = 65536 };

static float *frames(uint32_t n)
{
    return calloc(n, sizeof(float));
}

// Largest line further than 8 bins from every multiple of f, in dB of the strongest partial.
static double off_partials_db(const float *y, uint32_t n, double f, double sr)
{
    double *const s = malloc((n / 2 + 1) * sizeof *s);
    rig_spectrum(y, n, s);
    double strongest = 0, worst = 0;
    for (uint32_t k = 8; k <= n / 2; k++) {
        const double h = k * sr / n / f, off = fabs(h - round(h)) * f * n / sr;
        if (off < 8 && round(h) >= 1)
            strongest = fmax(strongest, s[k]);
        else
            worst = fmax(worst, s[k]);
    }
    free(s);
    return rig_db(worst / strongest);
}

// ---- supersaw -----------------------------------------------------------------------------------

static void supersaw_without_detune_is_in_tune_and_does_not_alias(void **state)
{
    (void)state;
    float *const y = frames(N);
    const double pitch[] = {61.3, 1000.7, 5003.3};
    for (int i = 0; i < 3; i++) {
        struct rig *const r = rig_new("supersaw", 48000, 1, 2, NULL);
        rig_set(r, "detune", 0);
        rig_set(r, "freq", (float)pitch[i]);
        rig_run(r, NULL, y, N, 0);
        assert_true(off_partials_db(y, N, (float)pitch[i], 48000) < -80);
        assert_true(fabs(1200 * log2(rig_frequency(y, N, pitch[i], 48000) / pitch[i])) < 0.1);
        rig_destroy(r);
    }
    free(y);
}

static void supersaw_at_full_detune_has_seven_lines(void **state)
{
    (void)state;
    const double offset[] = {-0.110, -0.0629, -0.0195, 0, 0.0199, 0.0622, 0.1075};
    float *const y = frames(N);
    struct rig *const r = rig_new("supersaw", 48000, 5, 2, NULL);
    rig_set(r, "detune", 1);
    rig_set(r, "width", 0);
    rig_set(r, "mix", 0.7533f); // tan = sqrt(6): all seven alike
    rig_set(r, "freq", 1000);
    rig_run(r, NULL, y, N, 8); // the fifth voice, in the second group
    for (int i = 0; i < 7; i++) {
        const double a = rig_tone(y, N, 1000 * (1 + offset[i]), 48000, NULL);
        // a saw's fundamental is 2 / pi; seven of equal power share it
        assert_true(fabs(rig_db(a / (2 / M_PI / sqrt(7)))) < 0.2);
    }
    rig_destroy(r);
    free(y);
}

static void supersaw_width_opens_the_stereo_field(void **state)
{
    (void)state;
    for (int wide = 0; wide < 2; wide++) {
        struct rig *const r = rig_new("supersaw", 48000, 1, 2, NULL);
        rig_set(r, "width", (float)wide);
        double ll = 0, rr = 0, lr = 0;
        for (int t = 0; t < 1500; t++) {
            rig_tick(r);
            for (uint32_t n = 0; n < VY_TICK; n++) {
                const double a = (double)rig_at(r, 0, n, 0), b = (double)rig_at(r, 0, n, 1);
                ll += a * a, rr += b * b, lr += a * b;
            }
        }
        const double c = lr / sqrt(ll * rr);
        print_message("supersaw width %d: correlation %.3f, balance %.2f dB\n", wide, c,
                      10 * log10(ll / rr));
        assert_true(wide ? c < 0.6 : c > 0.999999);
        assert_true(fabs(10 * log10(ll / rr)) < 1.5);
        rig_destroy(r);
    }
}

static void supersaw_follows_the_note_input(void **state)
{
    (void)state;
    float *const y = frames(N);
    struct rig *const r = rig_new("supersaw", 48000, 1, 2, NULL);
    rig_set(r, "mix", 0);
    rig_connect(r, "freq", 440);
    rig_set(r, "pitch", 12);
    rig_run(r, NULL, y, N, 1);
    assert_true(fabs(rig_frequency(y, N, 880, 48000) - 880) < 0.05);
    rig_destroy(r);
    free(y);
}

// ---- noise --------------------------------------------------------------------------------------

// Mean power between lo and hi over `n` frames, as density in dB.
static double density_db(const float *y, uint32_t n, double lo, double hi, double sr)
{
    enum { BLOCK = 32768 };
    static double sum[BLOCK / 2 + 1], one[BLOCK / 2 + 1];
    for (uint32_t k = 0; k <= BLOCK / 2; k++)
        sum[k] = 0;
    for (uint32_t at = 0; at + BLOCK <= n; at += BLOCK / 2) {
        rig_spectrum(y + at, BLOCK, one);
        for (uint32_t k = 0; k <= BLOCK / 2; k++)
            sum[k] += one[k] * one[k];
    }
    double power = 0;
    uint32_t bins = 0;
    for (uint32_t k = (uint32_t)(lo / sr * BLOCK); k <= (uint32_t)(hi / sr * BLOCK); k++, bins++)
        power += sum[k];
    return 10 * log10(power / bins / (n / (BLOCK / 2) - 1));
}

static void noise_has_its_slope_and_level(void **state)
{
    (void)state;
    enum { LONG = 1 << 20 };
    const char *const color[] = {"white", "pink", "brown"};
    float *const y = frames(LONG);
    for (int c = 0; c < 3; c++) {
        struct rig *const r = rig_new("noise", 44100, 1, 1, NULL);
        rig_choose(r, "color", color[c]);
        rig_run(r, NULL, y, LONG, 0);
        const double at = density_db(y, LONG, 900, 1100, 44100);
        double worst = 0;
        const double centre[] = {60, 125, 250, 500, 2000, 4000, 8000, 14000};
        for (int i = 0; i < 8; i++) {
            const double f = centre[i];
            const double slope = density_db(y, LONG, f * 0.85, f * 1.15, 44100) - at;
            worst = fmax(worst, fabs(slope + c * 10 * log10(f / 1000)));
        }
        const double rms = rig_rms(y, LONG);
        print_message("noise %s: RMS %.4f, worst off the slope %.2f dB\n", color[c], rms, worst);
        assert_true(worst < 0.7); // includes the scatter of the measurement
        assert_true(fabs(rig_db(rms / 0.25)) < 0.3);
        rig_destroy(r);
    }
    free(y);
}

// Exact response of the pink filter: a step of white noise tells little, an impulse all.
static void noise_pink_stays_within_half_a_db_at_any_rate(void **state)
{
    (void)state;
    enum { LONG = 1 << 18 };
    float *const white = frames(LONG), *const pink = frames(LONG);
    const float rate[] = {44100, 96000};
    for (int i = 0; i < 2; i++) {
        // both colors are made of the same white noise: dividing the spectra removes the scatter
        struct rig *const a = rig_new("noise", rate[i], 1, 1, NULL);
        struct rig *const b = rig_new("noise", rate[i], 1, 1, NULL);
        rig_choose(b, "color", "pink");
        rig_run(a, NULL, white, LONG, 0);
        rig_run(b, NULL, pink, LONG, 0);
        double least = 1e9, most = -1e9;
        for (double f = 30; f < 16001; f *= 1.37) {
            const double sr = (double)rate[i];
            const double width = fmax(f * 0.1, 8);
            const double d = density_db(pink, LONG, f - width, f + width, sr) -
                             density_db(white, LONG, f - width, f + width, sr) + 10 * log10(f);
            least = fmin(least, d);
            most = fmax(most, d);
        }
        print_message("pink at %g Hz: within +-%.2f dB\n", (double)rate[i], (most - least) / 2);
        assert_true(most - least < 1.0);
        rig_destroy(a);
        rig_destroy(b);
    }
    free(white);
    free(pink);
}

static void noise_lanes_are_independent(void **state)
{
    (void)state;
    struct rig *const r = rig_new("noise", 48000, 5, 2, NULL);
    double power[10] = {0}, cross[10][10] = {{0}};
    for (int t = 0; t < 2000; t++) {
        rig_tick(r);
        for (uint32_t n = 0; n < VY_TICK; n++)
            for (uint32_t a = 0; a < 10; a++) {
                const double x = (double)rig_at(r, 0, n, a);
                power[a] += x * x;
                for (uint32_t b = 0; b < a; b++)
                    cross[a][b] += x * (double)rig_at(r, 0, n, b);
            }
    }
    for (int a = 0; a < 10; a++)
        for (int b = 0; b < a; b++)
            assert_true(fabs(cross[a][b]) / sqrt(power[a] * power[b]) < 0.015);
    rig_destroy(r);
}

// ---- wavetable ----------------------------------------------------------------------------------

static void wavetable_does_not_alias(void **state)
{
    (void)state;
    const char *const table[] = {"basic", "vowel", "bell", "organ", "pwm", "sync"};
    const double pitch[] = {61.3, 1000.7, 5003.3};
    float *const y = frames(N);
    for (int t = 0; t < 6; t++) {
        double worst = -200;
        for (int p = 0; p < 3; p++) {
            struct rig *const r = rig_new("wavetable", 48000, 1, 1, NULL);
            rig_choose(r, "table", table[t]);
            rig_set(r, "freq", (float)pitch[p]);
            rig_set(r, "position", 0.7f);
            rig_run(r, NULL, y, N, 0);
            worst = fmax(worst, off_partials_db(y, N, (float)pitch[p], 48000));
            assert_true(fabs(1200 * log2(rig_frequency(y, N, pitch[p], 48000) / pitch[p])) < 0.1);
            rig_destroy(r);
        }
        print_message("wavetable %s: alias %.1f dB\n", table[t], worst);
        assert_true(worst < -80);
    }
    free(y);
}

static void wavetable_positions_are_the_waves_they_say(void **state)
{
    (void)state;
    // partials 2 and 3 relative to the first: sine, triangle, saw, square
    const double second[] = {0, 0, 1.0 / 2, 0}, third[] = {0, 1.0 / 9, 1.0 / 3, 1.0 / 3};
    float *const y = frames(N);
    for (int i = 0; i < 4; i++) {
        struct rig *const r = rig_new("wavetable", 48000, 1, 1, NULL);
        rig_choose(r, "table", "basic");
        rig_set(r, "freq", 400);
        rig_set(r, "position", (float)i / 3);
        rig_run(r, NULL, y, N, 0);
        const double one = rig_tone(y, N, 400, 48000, NULL);
        assert_true(fabs(rig_tone(y, N, 800, 48000, NULL) / one - second[i]) < 1e-4);
        assert_true(fabs(rig_tone(y, N, 1200, 48000, NULL) / one - third[i]) < 1e-4);
        rig_destroy(r);
    }
    free(y);
}

static void wavetable_moves_smoothly_through_its_positions(void **state)
{
    (void)state;
    float *const y = frames(N);
    struct rig *const r = rig_new("wavetable", 48000, 1, 1, NULL);
    rig_choose(r, "table", "vowel");
    rig_set(r, "freq", 100);
    rig_set(r, "position", 0);
    for (int t = 0; t < 750; t++) {
        rig_glide(r, "position", (float)(t + 1) / 750 / 16); // from one wave to the next
        rig_tick(r);
        for (uint32_t n = 0; n < VY_TICK; n++)
            y[t * 64 + (int)n] = rig_at(r, 0, n, 0);
    }
    // steps would leave lines between the partials
    double *const s = malloc((32768 / 2 + 1) * sizeof *s);
    rig_spectrum(y, 32768, s);
    double most = 0, high = 0;
    for (int k = 0; k <= 16384; k++) {
        const double h = k * 48000.0 / 32768 / 100;
        most = fmax(most, s[k]);
        if (fabs(h - round(h)) > 0.4)
            high = fmax(high, s[k]);
    }
    print_message("wavetable sweep: between partials %.1f dB\n", rig_db(high / most));
    assert_true(rig_db(high / most) < -80);
    free(s);
    free(y);
    rig_destroy(r);
}

static void wavetable_reads_a_file(void **state)
{
    (void)state;
    // two cycles: first and third partial
    float *const x = frames(4096), *const y = frames(N);
    for (int n = 0; n < 2048; n++) {
        x[n] = (float)(0.8 * sin(2 * M_PI * n / 2048));
        x[2048 + n] = (float)(0.4 * sin(2 * M_PI * 3 * n / 2048));
    }
    const struct vy_sample sample = {{x, x}, 4096, 1, 48000};
    struct rig *const r = rig_new("wavetable", 48000, 2, 1, &sample);
    rig_set(r, "freq", 500);
    rig_set(r, "position", 0.25f);
    rig_run(r, NULL, y, N, 1);
    assert_true(fabs(rig_tone(y, N, 500, 48000, NULL) - 0.6) < 1e-4);
    assert_true(fabs(rig_tone(y, N, 1500, 48000, NULL) - 0.1) < 1e-4);
    rig_destroy(r);
    free(x);
    free(y);
}

// ---- fm -----------------------------------------------------------------------------------------

static void hold_everything(struct rig *r)
{
    for (int i = 1; i <= 4; i++) {
        char name[] = "sustain0";
        name[7] = (char)('0' + i);
        rig_set(r, name, 1);
    }
    rig_set(r, "vel", 0);
}

static void fm_has_the_spectrum_of_bessel_functions(void **state)
{
    (void)state;
    float *const y = frames(N);
    struct rig *const r = rig_new("fm", 48000, 1, 1, NULL);
    hold_everything(r);
    rig_set(r, "algorithm", 1);
    rig_set(r, "level3", 0);
    rig_set(r, "level2", 0.5f); // index: 0.25 * 4 pi
    rig_set(r, "ratio2", 3);
    rig_set(r, "freq", 2000.0f / 3);
    rig_run(r, NULL, y, 4096, 0);
    rig_run(r, NULL, y, N, 0);
    const double f = (double)(2000.0f / 3);
    for (int k = 0; k <= 4; k++) {
        const double a = rig_tone(y, N, f * (1 + 3 * k), 48000, NULL);
        assert_true(fabs(a - fabs(jn(k, M_PI))) < 1e-3);
    }
    rig_destroy(r);
    free(y);
}

static void fm_brightness_zero_leaves_the_carriers(void **state)
{
    (void)state;
    float *const y = frames(N);
    const int carriers[] = {1, 1, 1, 1, 2, 3, 3, 4};
    for (int a = 1; a <= 8; a++) {
        struct rig *const r = rig_new("fm", 48000, 1, 1, NULL);
        hold_everything(r);
        for (int i = 1; i <= 4; i++) {
            char ratio[] = "ratio0", level[] = "level0";
            ratio[5] = level[5] = (char)('0' + i);
            rig_set(r, ratio, (float)i);
            rig_set(r, level, 1);
        }
        rig_set(r, "algorithm", (float)a);
        rig_set(r, "brightness", 0);
        rig_set(r, "freq", 500);
        rig_run(r, NULL, y, 4096, 0);
        rig_run(r, NULL, y, N, 0);
        int heard = 0;
        for (int i = 1; i <= 4; i++) {
            const double tone = rig_tone(y, N, 500.0 * i, 48000, NULL);
            if (tone > 1e-3) {
                heard++;
                assert_true(fabs(tone - 1.0 / carriers[a - 1]) < 1e-3);
            }
        }
        assert_int_equal(heard, carriers[a - 1]);
        rig_destroy(r);
    }
    free(y);
}

static void fm_envelopes_keep_their_times(void **state)
{
    (void)state;
    struct rig *const r = rig_new("fm", 48000, 1, 1, NULL);
    rig_set(r, "algorithm", 8);
    for (int i = 2; i <= 4; i++) {
        char level[] = "level0";
        level[5] = (char)('0' + i);
        rig_set(r, level, 0);
    }
    rig_set(r, "freq", 6000);
    rig_set(r, "attack1", 0.05f);
    rig_set(r, "decay1", 0.1f);
    rig_set(r, "sustain1", 0);
    float *const y = frames(12000);
    rig_run(r, NULL, y, 12000, 0);
    // 8 frames a cycle: peaks of short stretches are the envelope; one carrier of four is 1/4
    assert_true(fabs(rig_peak(y + 2380, 32) - 0.25) < 0.005); // arrived after 2400 frames
    assert_true(rig_peak(y + 1190, 16) > 0.10 && rig_peak(y + 1190, 16) < 0.19);
    const double fall = rig_db(rig_peak(y + 3600, 16) / rig_peak(y + 4800, 16));
    assert_true(fabs(fall - 15) < 1.0); // 60 dB in 4800 frames
    assert_true(rig_peak(y + 2400 + 4810, 4000) < 1e-6);
    rig_destroy(r);
    free(y);
}

static void fm_is_silent_without_a_note_and_scales_with_velocity(void **state)
{
    (void)state;
    struct rig *const r = rig_new("fm", 48000, 1, 1, NULL);
    float *const y = frames(9600);
    double rms[2];
    rig_set(r, "brightness", 0); // velocity turns modulators down too
    rig_connect(r, "gate", 0);
    rig_connect(r, "vel", 1);
    rig_run(r, NULL, y, 9600, 0);
    assert_true(rig_peak(y, 9600) < 1e-9);
    for (int i = 0; i < 2; i++) {
        rig_reset(r);
        rig_connect(r, "gate", 1);
        rig_connect(r, "vel", i ? 0.25f : 1.0f);
        rig_run(r, NULL, y, 9600, 0);
        rms[i] = rig_rms(y, 9600);
    }
    assert_true(fabs(rig_db(rms[1] / rms[0]) - rig_db(1 - 0.6 * 0.75)) < 0.5);
    rig_destroy(r);
    free(y);
}

static void fm_release_falls_60_db_in_its_time_from_the_exact_frame(void **state)
{
    (void)state;
    struct rig *const r = rig_new("fm", 48000, 1, 1, NULL);
    hold_everything(r);
    rig_set(r, "algorithm", 8);
    for (int i = 1; i <= 4; i++) {
        char ratio[] = "ratio0", level[] = "level0", release[] = "release0";
        ratio[5] = level[5] = release[7] = (char)('0' + i);
        rig_set(r, ratio, 1);
        rig_set(r, level, 1);
        rig_set(r, release, 0.1f);
    }
    rig_set(r, "freq", 6000); // 8 frames a cycle
    float y[6400], gate[VY_TICK];
    rig_connect(r, "gate", 1);
    rig_run(r, NULL, y, 3200, 0);
    for (uint32_t n = 0; n < VY_TICK; n++)
        gate[n] = n < 40;
    rig_feed(r, "gate", gate);
    rig_run(r, NULL, y, VY_TICK, 0);
    assert_true(fabs(rig_peak(y + 24, 16) - 1) < 1e-4);
    rig_connect(r, "gate", 0);
    rig_run(r, NULL, y, 6400, 0);
    // 2400 frames after the gate fell at frame 40 of the tick before: half of the 60 dB
    assert_true(fabs(rig_db(rig_peak(y + 2376 - 4, 8)) + 30) < 0.5);
    assert_true(rig_peak(y + 4800, 1600) < 1e-6);
    rig_destroy(r);
}

static void fm_feedback_is_tame(void **state)
{
    (void)state;
    // full feedback is saw-like: falling partials, none louder near Nyquist (no hunting)
    struct rig *const r = rig_new("fm", 48000, 1, 1, NULL);
    hold_everything(r);
    rig_set(r, "algorithm", 8);
    rig_set(r, "level1", 0);
    rig_set(r, "level2", 0);
    rig_set(r, "level3", 0);
    rig_set(r, "level4", 1);
    rig_set(r, "ratio4", 1);
    rig_set(r, "feedback", 1);
    rig_set(r, "freq", 220);
    float *const y = frames(N);
    rig_run(r, NULL, y, 4096, 0);
    rig_run(r, NULL, y, N, 0);
    const double one = rig_tone(y, N, 220, 48000, NULL);
    double *const s = malloc((N / 2 + 1) * sizeof *s);
    rig_spectrum(y, N, s);
    double top = 0;
    for (int k = N / 3; k <= N / 2; k++)
        top = fmax(top, s[k]);
    print_message("fm feedback: above 16 kHz %.1f dB\n", rig_db(top / one));
    assert_true(rig_tone(y, N, 440, 48000, NULL) / one > 0.2);
    assert_true(rig_db(top / one) < -45);
    free(s);
    free(y);
    rig_destroy(r);
}

static void sources_survive_torture(void **state)
{
    (void)state;
    rig_torture("supersaw");
    rig_torture("noise");
    rig_torture("wavetable");
    rig_torture("fm");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(supersaw_without_detune_is_in_tune_and_does_not_alias),
        cmocka_unit_test(supersaw_at_full_detune_has_seven_lines),
        cmocka_unit_test(supersaw_width_opens_the_stereo_field),
        cmocka_unit_test(supersaw_follows_the_note_input),
        cmocka_unit_test(noise_has_its_slope_and_level),
        cmocka_unit_test(noise_pink_stays_within_half_a_db_at_any_rate),
        cmocka_unit_test(noise_lanes_are_independent),
        cmocka_unit_test(wavetable_does_not_alias),
        cmocka_unit_test(wavetable_positions_are_the_waves_they_say),
        cmocka_unit_test(wavetable_moves_smoothly_through_its_positions),
        cmocka_unit_test(wavetable_reads_a_file),
        cmocka_unit_test(fm_has_the_spectrum_of_bessel_functions),
        cmocka_unit_test(fm_brightness_zero_leaves_the_carriers),
        cmocka_unit_test(fm_envelopes_keep_their_times),
        cmocka_unit_test(fm_is_silent_without_a_note_and_scales_with_velocity),
        cmocka_unit_test(fm_release_falls_60_db_in_its_time_from_the_exact_frame),
        cmocka_unit_test(fm_feedback_is_tame),
        cmocka_unit_test(sources_survive_torture),
    };
    return cmocka_run_group_tests_name("sources", tests, NULL, NULL);
}
