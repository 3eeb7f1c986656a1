// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Delay, chorus, flanger and phaser, measured.
#include "base/rng.h"
#include "cm.h"
#include "rig.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SR = 48000 };

static float left[SR * 4], right[SR * 4], dry[SR * 4];

// Runs a stereo signal through the module; xr NULL = the same in both channels, xl NULL = silence.
static void run(struct rig *r, const float *xl, const float *xr, uint32_t frames)
{
    rig_connect(r, "in", 0);
    r->in_steady[0] = false;
    for (uint32_t at = 0; at < frames; at += VY_TICK) {
        for (uint32_t n = 0; n < VY_TICK; n++) {
            const float l = xl ? xl[at + n] : 0.0f;
            r->in[0][n] = (vy_f8){l, xr ? xr[at + n] : l};
        }
        rig_tick(r);
        for (uint32_t n = 0; n < VY_TICK; n++) {
            left[at + n] = rig_at(r, 0, n, 0);
            right[at + n] = rig_at(r, 0, n, 1);
        }
    }
}

static void make_noise(uint32_t frames)
{
    for (uint32_t n = 0; n < frames; n++)
        dry[n] = (float)(2 * vy_rng_unit(3, n) - 1) * 0.5f;
}

static void make_sine(double hz, double level, uint32_t frames)
{
    for (uint32_t n = 0; n < frames; n++)
        dry[n] = (float)(level * sin(2 * M_PI * hz * n / SR));
}

static void make_impulse(uint32_t frames)
{
    memset(dry, 0, frames * sizeof *dry);
    dry[0] = 1.0f;
}

static struct rig *open_delay(void)
{
    struct rig *const r = rig_new("delay", SR, 1, 2, NULL);
    rig_set(r, "mix", 1);
    rig_set(r, "feedback", 0);
    rig_set(r, "lowcut", 20);
    rig_set(r, "highcut", 20000);
    return r;
}

static void delay_is_exact_to_the_frame(void **state)
{
    (void)state;
    const double times[] = {0.001, 0.0123456, 0.1, 0.33333, 1.0, 2.7};
    make_impulse(SR * 3);
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        struct rig *const r = open_delay();
        rig_set(r, "time", (float)times[i]);
        run(r, dry, NULL, SR * 3);
        const long at = lround((double)(float)times[i] * SR);
        for (long n = 0; n < SR * 3; n++) {
            const double want = n == at ? 1.0 : 0.0;
            assert_true(fabs((double)left[n] - want) < 1e-6);
            assert_true(fabs((double)right[n] - want) < 1e-6);
        }
        rig_destroy(r);
    }
}

static void delay_follows_the_tempo(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        long frames;
    } rows[] = {{"1/4", 24000}, {"1/8", 12000}, {"1/8d", 18000}, {"1/4t", 16000}, {"1/16", 6000}};
    make_impulse(SR * 2);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rig *const r = open_delay();
        rig_choose(r, "sync", rows[i].word); // the rig runs at 120 BPM
        run(r, dry, NULL, SR * 2);
        long at = 0;
        for (long n = 0; n < SR * 2; n++)
            if (fabsf(left[n]) > 0.5f)
                at = n;
        assert_int_equal(at, rows[i].frames);
        rig_destroy(r);
    }
}

static void delay_repeats_fall_by_feedback_and_bounce(void **state)
{
    (void)state;
    make_impulse(SR);
    for (uint32_t n = 0; n < SR; n++)
        dry[n] *= 0.1f; // below the saturator
    struct rig *r = open_delay();
    rig_set(r, "time", 0.1f);
    rig_set(r, "feedback", 0.5f);
    run(r, dry, NULL, SR);
    for (int k = 1; k < 9; k++)
        assert_true(fabs((double)left[k * 4800] - 0.1 * pow(0.5, k - 1)) < 1e-5);
    rig_destroy(r);

    r = open_delay();
    rig_set(r, "time", 0.1f);
    rig_set(r, "feedback", 0.5f);
    rig_set(r, "pingpong", 1);
    run(r, dry, NULL, SR);
    for (int k = 1; k < 9; k++) {
        const double want = 0.1 * pow(0.5, k - 1);
        assert_true(fabs((double)left[k * 4800] - (k % 2 ? want : 0)) < 1e-5);
        assert_true(fabs((double)right[k * 4800] - (k % 2 ? 0 : want)) < 1e-5);
    }
    rig_destroy(r);
}

static void delay_never_explodes(void **state)
{
    (void)state;
    make_noise(SR * 4);
    struct rig *const r = open_delay();
    rig_set(r, "time", 0.05f);
    rig_set(r, "feedback", 1.1f);
    run(r, dry, NULL, SR * 4);
    run(r, NULL, NULL, SR * 4);
    const double late = rig_rms(left + SR * 3, SR);
    print_message("delay at feedback 1.1: rms %.2f, peak %.2f\n", late, rig_peak(left, SR * 4));
    assert_true(late > 0.05 && rig_peak(left, SR * 4) < 2.2); // input + 1.1 x ceiling
    rig_destroy(r);
}

static void delay_glides_without_clicks(void **state)
{
    (void)state;
    make_sine(500, 0.5, SR * 2);
    struct rig *const r = open_delay();
    rig_set(r, "time", 0.2f);
    run(r, dry, NULL, SR * 2);
    rig_set(r, "time", 0.3f);
    run(r, dry, NULL, SR * 2);
    // a 500 Hz sine bent to at most 1.75 times its pitch cannot accelerate faster than this
    const double w = 2 * M_PI * 500 * 1.75 / SR;
    double most = 0;
    for (uint32_t n = 1; n + 1 < SR * 2; n++)
        most = fmax(most, fabs((double)left[n + 1] - 2.0 * (double)left[n] + (double)left[n - 1]));
    print_message("delay glide: second difference %.5f, limit %.5f\n", most, 0.5 * w * w * 1.1);
    assert_true(most < 0.5 * w * w * 1.1);
    // and it arrives: silence, then an impulse at the new place
    run(r, NULL, NULL, SR);
    make_impulse(SR);
    run(r, dry, NULL, SR);
    assert_true(fabs((double)left[14400] - 1) < 1e-6);
    rig_destroy(r);
}

static void delay_cuts_inside_the_loop(void **state)
{
    (void)state;
    struct rig *r = open_delay();
    rig_set(r, "time", 0.01f);
    rig_set(r, "highcut", 2000);
    make_sine(2000, 0.1, SR);
    run(r, dry, NULL, SR);
    assert_true(fabs(rig_db(rig_tone(left + SR / 2, 24000, 2000, SR, NULL) / 0.1) + 3.01) < 0.05);
    rig_destroy(r);
    r = open_delay();
    rig_set(r, "time", 0.01f);
    rig_set(r, "lowcut", 500);
    make_sine(500, 0.1, SR);
    run(r, dry, NULL, SR);
    assert_true(fabs(rig_db(rig_tone(left + SR / 2, 24000, 500, SR, NULL) / 0.1) + 3.01) < 0.05);
    rig_destroy(r);
}

static void mix_0_is_dry_everywhere(void **state)
{
    (void)state;
    const char *const ids[] = {"delay", "chorus", "flanger", "phaser"};
    make_noise(SR);
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        struct rig *const r = rig_new(ids[i], SR, 1, 2, NULL);
        rig_set(r, "mix", 0);
        run(r, dry, NULL, SR);
        assert_memory_equal(left, dry, SR * sizeof *dry);
        assert_memory_equal(right, dry, SR * sizeof *dry);
        rig_destroy(r);
    }
}

static void chorus_at_rest_is_its_delay(void **state)
{
    (void)state;
    struct rig *const r = rig_new("chorus", SR, 1, 2, NULL);
    rig_set(r, "depth", 0);
    rig_set(r, "mix", 1);
    rig_set(r, "voices", 4);
    rig_set(r, "delay", 0.01f);
    make_impulse(4800);
    run(r, dry, NULL, 4800);
    for (int n = 0; n < 4800; n++) // four voices in step: 4 / sqrt(4)
        assert_true(fabs((double)left[n] - (n == 480 ? 2.0 : 0.0)) < 2e-3);
    rig_destroy(r);
}

static void chorus_is_wide_and_as_loud_as_dry(void **state)
{
    (void)state;
    struct rig *const r = rig_new("chorus", SR, 1, 2, NULL);
    rig_set(r, "mix", 1);
    make_noise(SR * 4);
    run(r, dry, NULL, SR * 4);
    double ll = 0, rr = 0, lr = 0;
    for (uint32_t n = SR / 4; n < SR * 4; n++) {
        ll += (double)left[n] * (double)left[n];
        rr += (double)right[n] * (double)right[n];
        lr += (double)left[n] * (double)right[n];
    }
    const double loud = rig_db(rig_rms(left + SR / 4, SR * 3) / rig_rms(dry + SR / 4, SR * 3));
    print_message("chorus: correlation %.3f, wet level %.2f dB\n", lr / sqrt(ll * rr), loud);
    assert_true(lr / sqrt(ll * rr) < 0.5);
    assert_true(fabs(loud) < 1.5);
    rig_destroy(r);
}

// Interpolation noise: a swept high sine must keep only its FM sidebands, and its level.
static void chorus_interpolates_cleanly(void **state)
{
    (void)state;
    enum { N = 65536 };
    static double s[N / 2 + 1];
    struct rig *const r = rig_new("chorus", SR, 1, 2, NULL);
    rig_set(r, "mix", 1);
    rig_set(r, "voices", 2);
    rig_set(r, "depth", 0.1f);
    make_sine(10000, 0.5, N + SR);
    run(r, dry, NULL, N + SR / 16 * 16);
    rig_spectrum(left + 4800, N, s);
    double most = 0, worst = 0;
    for (uint32_t k = 8; k <= N / 2; k++) {
        const double hz = (double)k * SR / N;
        if (fabs(hz - 10000) < 300)
            most = fmax(most, s[k]);
        else
            worst = fmax(worst, s[k]);
    }
    print_message("chorus: strongest stray partial of a 10 kHz sine %.1f dB\n",
                  rig_db(worst / most));
    assert_true(rig_db(worst / most) < -60);
    rig_destroy(r);
}

// Gain of a module at rest at one frequency.
static double gain_db(struct rig *r, double hz)
{
    make_sine(hz, 0.25, SR * 2);
    run(r, dry, NULL, SR * 2);
    return rig_db(rig_tone(left + SR, SR, hz, SR, NULL) / 0.25);
}

static void flanger_combs_where_the_delay_says(void **state)
{
    (void)state;
    struct rig *const r = rig_new("flanger", SR, 1, 2, NULL);
    rig_set(r, "depth", 0);
    rig_set(r, "feedback", 0);
    rig_set(r, "manual", 0.00105f); // 50.4 frames: notches at odd multiples of 476.19 Hz
    const double notch = 0.5 / 0.00105;
    for (int k = 1; k < 22; k += 4)
        assert_true(gain_db(r, k * notch) < -35);
    assert_true(fabs(gain_db(r, 2 * notch)) < 0.05);
    assert_true(fabs(gain_db(r, 24 * notch)) < 0.1);
    print_message("flanger: peak at %.0f Hz %.2f dB, at %.0f Hz %.2f dB\n", 24 * notch,
                  gain_db(r, 24 * notch), 36 * notch, gain_db(r, 36 * notch));
    assert_true(fabs(gain_db(r, 32 * notch)) < 0.5);
    // feedback k raises the peaks of the wet part to 1 / (1 - k)
    rig_set(r, "mix", 1);
    rig_set(r, "feedback", 0.75f);
    assert_true(fabs(gain_db(r, 2 * notch) - rig_db(4)) < 0.1);
    rig_set(r, "feedback", -0.75f);
    assert_true(fabs(gain_db(r, notch) - rig_db(4)) < 0.1);
    rig_destroy(r);
}

static void phaser_notches_where_theory_says(void **state)
{
    (void)state;
    for (int choice = 0; choice < 5; choice++) {
        struct rig *const r = rig_new("phaser", SR, 1, 2, NULL);
        const int stages = 4 + 2 * choice;
        rig_set(r, "stages", (float)choice);
        rig_set(r, "depth", 0);
        rig_set(r, "feedback", 0);
        rig_set(r, "center", 1000);
        // total phase -stages * 2 atan(w / wc) passes an odd multiple of pi
        const double wc = tan(M_PI * 1000 / SR);
        for (int k = 0; k < stages / 2; k++) {
            const double t = tan((2 * k + 1) * M_PI / (2 * stages));
            const double hz = atan(t * wc) * SR / M_PI;
            assert_true(gain_db(r, hz) < -50);
        }
        rig_set(r, "mix", 1); // alone, the chain passes everything
        assert_true(fabs(gain_db(r, 100)) < 0.01);
        assert_true(fabs(gain_db(r, 1000)) < 0.01);
        assert_true(fabs(gain_db(r, 10000)) < 0.01);
        // the loop solves to 1 / |1 - k e^(-j phase)|
        rig_set(r, "feedback", 0.5f);
        for (double hz = 100; hz < 12000; hz *= 3) {
            const double phase = stages * 2 * atan(tan(M_PI * hz / SR) / wc);
            const double want = -10 * log10(1.25 - cos(phase));
            assert_true(fabs(gain_db(r, hz) - want) < 0.02);
        }
        rig_destroy(r);
    }
}

static void phaser_sweeps_in_time(void **state)
{
    (void)state;
    struct rig *const r = rig_new("phaser", SR, 1, 2, NULL);
    rig_choose(r, "sync", "1/4"); // two sweeps a second at 120 BPM
    rig_set(r, "spread", 0);
    make_noise(SR * 4);
    run(r, dry, NULL, SR * 4);
    // wet power in a band changes with the sweep: the envelope repeats every half second
    double same = 0, power = 0;
    static double env[400];
    make_sine(700, 0.5, SR * 4);
    run(r, dry, NULL, SR * 4);
    for (int i = 0; i < 400; i++)
        env[i] = rig_rms(left + i * 480, 480);
    for (int i = 200; i < 350; i++) {
        same += (env[i] - env[i + 50]) * (env[i] - env[i + 50]);
        power += (env[i] - 0.3) * (env[i] - 0.3);
    }
    assert_true(same < 0.01 * power);
    rig_destroy(r);
}

static void time_effects_survive_torture(void **state)
{
    (void)state;
    rig_torture("delay");
    rig_torture("chorus");
    rig_torture("flanger");
    rig_torture("phaser");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(delay_is_exact_to_the_frame),
        cmocka_unit_test(delay_follows_the_tempo),
        cmocka_unit_test(delay_repeats_fall_by_feedback_and_bounce),
        cmocka_unit_test(delay_never_explodes),
        cmocka_unit_test(delay_glides_without_clicks),
        cmocka_unit_test(delay_cuts_inside_the_loop),
        cmocka_unit_test(mix_0_is_dry_everywhere),
        cmocka_unit_test(chorus_at_rest_is_its_delay),
        cmocka_unit_test(chorus_is_wide_and_as_loud_as_dry),
        cmocka_unit_test(chorus_interpolates_cleanly),
        cmocka_unit_test(flanger_combs_where_the_delay_says),
        cmocka_unit_test(phaser_notches_where_theory_says),
        cmocka_unit_test(phaser_sweeps_in_time),
        cmocka_unit_test(time_effects_survive_torture),
    };
    return cmocka_run_group_tests_name("delays", tests, NULL, NULL);
}
