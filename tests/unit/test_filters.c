// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "cm.h"
#include "rig.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SR 48000.0

// Magnitude at one frequency from the impulse response of a rig at rest.
static double gain_at(const float *h, uint32_t n, double hz, double sr)
{
    const double c = cos(2 * M_PI * hz / sr), s = -sin(2 * M_PI * hz / sr);
    double re = 0, im = 0; // Horner's rule in z^-1
    for (uint32_t i = n; i-- > 0;) {
        const double next = re * c - im * s + (double)h[i];
        im = re * s + im * c;
        re = next;
    }
    return hypot(re, im);
}

static void impulse(struct rig *r, float *h, uint32_t n, uint32_t lane)
{
    float *const x = calloc(n, sizeof *x);
    x[0] = 1;
    rig_run(r, x, h, n, lane);
    free(x);
}

static void svf_lowpass_is_3_db_down_at_the_cutoff(void **state)
{
    (void)state;
    enum { N = 48000 };
    float *const h = malloc(N * sizeof *h);
    const float cutoff[] = {20, 100, 1000, 5000, 12000, 18000};
    for (int slope = 0; slope < 2; slope++)
        for (size_t i = 0; i < sizeof cutoff / sizeof *cutoff; i++) {
            struct rig *const r = rig_new("svf", (float)SR, 1, 1, NULL);
            rig_set(r, "cutoff", cutoff[i]);
            rig_set(r, "slope", (float)slope);
            impulse(r, h, N, 0);
            double low = (double)cutoff[i] * 0.9, high = (double)cutoff[i] * 1.1;
            for (int k = 0; k < 24; k++) { // bisection: the response falls
                const double mid = 0.5 * (low + high);
                if (gain_at(h, N, mid, SR) > M_SQRT1_2)
                    low = mid;
                else
                    high = mid;
            }
            const double off = low / (double)cutoff[i] - 1;
            print_message("%g Hz slope %d: -3 dB at %+.4f %%\n", (double)cutoff[i], slope,
                          off * 100);
            assert_true(fabs(off) < 0.005);
            rig_destroy(r);
        }
    free(h);
}

static void svf_slopes_fall_by_12_and_24_db_per_octave(void **state)
{
    (void)state;
    enum { N = 32768 };
    static float h[N];
    static const char *const mode[] = {"lowpass", "highpass"};
    for (int m = 0; m < 2; m++)
        for (int slope = 0; slope < 2; slope++) {
            struct rig *const r = rig_new("svf", (float)SR, 1, 1, NULL);
            rig_choose(r, "mode", mode[m]);
            rig_set(r, "cutoff", m ? 4000 : 100);
            rig_set(r, "slope", (float)slope);
            impulse(r, h, N, 0);
            const double near = m ? 500 : 800, far = m ? 250 : 1600;
            const double fall = rig_db(gain_at(h, N, near, SR) / gain_at(h, N, far, SR));
            assert_true(fabs(fall - (slope ? 24 : 12)) < 0.4);
            rig_destroy(r);
        }
}

// Gains at DC-ish, cutoff and high for every mode at cutoff 1 kHz, 12 dB gain, res 0 and 12/24 dB.
static void svf_modes_have_their_textbook_gains(void **state)
{
    (void)state;
    enum { N = 32768 };
    static float h[N];
    const double q = M_SQRT1_2, a = pow(10, 12.0 / 20);
    const struct {
        const char *mode;
        double low, mid, high;
    } row[] = {
        {"lowpass", 1, q, 0}, {"highpass", 0, q, 1},        {"bandpass", 0, 1, 0},
        {"notch", 1, 0, 1},   {"peak", 1, 2 * q, 1},        {"lowshelf", a, sqrt(a), 1},
        {"bell", 1, a, 1},    {"highshelf", 1, sqrt(a), a}, {"allpass", 1, 1, 1},
    };
    for (int slope = 0; slope < 2; slope++)
        for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
            struct rig *const r = rig_new("svf", (float)SR, 1, 1, NULL);
            rig_choose(r, "mode", row[i].mode);
            rig_set(r, "gain", 12);
            rig_set(r, "slope", (float)slope);
            impulse(r, h, N, 0);
            const double low = gain_at(h, N, 1, SR), mid = gain_at(h, N, 1000, SR),
                         high = gain_at(h, N, 23999, SR);
            if (fabs(low - row[i].low) > 5e-3 * a || fabs(mid - row[i].mid) > 5e-3 * a ||
                fabs(high - row[i].high) > 5e-3 * a)
                fail_msg("%s slope %d: %g %g %g", row[i].mode, slope, low, mid, high);
            rig_destroy(r);
        }
}

static void svf_resonance_reaches_q_40(void **state)
{
    (void)state;
    enum { N = 48000 };
    static float h[N];
    struct rig *const r = rig_new("svf", (float)SR, 1, 1, NULL);
    rig_set(r, "res", 1);
    impulse(r, h, N, 0);
    assert_true(fabs(gain_at(h, N, 1000, SR) - 40) < 0.2);
    rig_destroy(r);
}

static void svf_tracks_the_keyboard(void **state)
{
    (void)state;
    enum { N = 32768 };
    static float h[N];
    struct rig *const r = rig_new("svf", (float)SR, 1, 1, NULL);
    rig_set(r, "keytrack", 1);
    rig_connect(r, "freq", 2 * 261.625565f); // an octave above middle C
    impulse(r, h, N, 0);
    assert_true(fabs(gain_at(h, N, 2000, SR) - M_SQRT1_2) < 2e-3);
    rig_destroy(r);
}

static void svf_fm_moves_the_cutoff_by_octaves(void **state)
{
    (void)state;
    enum { N = 32768 };
    static float h[N];
    struct rig *const r = rig_new("svf", (float)SR, 1, 1, NULL);
    rig_connect(r, "fm", -1);
    impulse(r, h, N, 0);
    assert_true(fabs(gain_at(h, N, 500, SR) - M_SQRT1_2) < 2e-3);
    rig_destroy(r);
}

static void ladder_modes_have_their_textbook_gains_at_the_cutoff(void **state)
{
    (void)state;
    enum { N = 16384 };
    static float h[N];
    const double gain[] = {0.25, 0.5, 1, 0.25}; // of poles at -3 dB each; bandpass is times 4
    for (int mode = 0; mode < 4; mode++)
        for (float hz = 100; hz < 15000; hz *= 3) {
            struct rig *const r = rig_new("ladder", (float)SR, 1, 1, NULL);
            rig_set(r, "mode", (float)mode);
            rig_set(r, "res", 0);
            rig_set(r, "cutoff", hz);
            impulse(r, h, N, 0);
            // the saturation makes 26/27 of an impulse of 1
            const double db = rig_db(gain_at(h, N, (double)hz, SR) / (gain[mode] * 26 / 27));
            print_message("ladder mode %d at %g Hz: off by %.4f dB\n", mode, (double)hz, db);
            assert_true(fabs(db) < 0.01);
            rig_destroy(r);
        }
}

// One lane among many gets the bits it gets alone, whichever loop its group is in.
static void check_groups(const char *id, const char *knob, float value, bool move, uint32_t voices)
{
    enum { N = 512 };
    static float one[N], many[N], x[N];
    for (int n = 0; n < N; n++)
        x[n] = (float)(n * 37 % 64) / 64.0f - 0.5f;
    struct rig *const a = rig_new(id, (float)SR, 1, 1, NULL);
    struct rig *const b = rig_new(id, (float)SR, voices, 1, NULL);
    rig_set(a, knob, value);
    rig_set(b, knob, value);
    for (uint32_t n = 0; n < N; n += VY_TICK) {
        if (move) {
            rig_glide(a, "cutoff", 500 + (float)n);
            rig_glide(b, "cutoff", 500 + (float)n);
        }
        rig_run(a, x + n, one + n, VY_TICK, 0);
        rig_run(b, x + n, many + n, VY_TICK, voices - 1);
    }
    assert_memory_equal(one, many, sizeof one);
    rig_destroy(a);
    rig_destroy(b);
}

static void groups_in_flight_all_do_the_same(void **state)
{
    (void)state;
    for (int move = 0; move < 2; move++)
        for (uint32_t voices = 1; voices <= 64; voices += 9) {
            for (int slope = 0; slope < 2; slope++)
                check_groups("svf", "slope", (float)slope, move, voices);
            for (int mode = 0; mode < 4; mode++)
                check_groups("ladder", "mode", (float)mode, move, voices);
        }
}

// A sweep of the cutoff through a sine may not leave steps: the second difference stays near that
// of the sine itself.
static void svf_sweeps_without_zipper_noise(void **state)
{
    (void)state;
    enum { N = 9600 };
    static float x[N], y[N];
    for (int n = 0; n < N; n++)
        x[n] = (float)sin(2 * M_PI * 200 * n / SR);
    struct rig *const r = rig_new("svf", (float)SR, 1, 1, NULL);
    for (uint32_t n = 0; n < N; n += VY_TICK) {
        rig_glide(r, "cutoff", 200 * powf(40, (float)n / N));
        rig_run(r, x + n, y + n, VY_TICK, 0);
    }
    double worst = 0;
    for (int n = 500; n < N - 1; n++)
        worst = fmax(worst, fabs((double)(y[n + 1] - 2 * y[n] + y[n - 1])));
    const double sine = pow(2 * M_PI * 200 / SR, 2);
    print_message("second difference: %.2f times the sine's\n", worst / sine);
    assert_true(worst < 1.6 * sine);
    rig_destroy(r);
}

static void svf_switches_slope_and_mode_without_a_click(void **state)
{
    (void)state;
    enum { N = 9600 };
    static float x[N], y[N];
    for (int n = 0; n < N; n++)
        x[n] = (float)sin(2 * M_PI * 100 * n / SR);
    struct rig *const r = rig_new("svf", (float)SR, 1, 1, NULL);
    for (uint32_t n = 0; n < N; n += VY_TICK) {
        if (n % 960 == 0)
            rig_set(r, "slope", n % 1920 ? 1 : 0);
        if (n == 4800)
            rig_choose(r, "mode", "bandpass");
        rig_run(r, x + n, y + n, VY_TICK, 0);
    }
    double worst = 0;
    for (int n = 1; n < N; n++)
        worst = fmax(worst, fabs((double)(y[n] - y[n - 1])));
    print_message("largest step %.4f, the sine's own %.4f\n", worst, 2 * M_PI * 100 / SR);
    assert_true(worst < 3 * 2 * M_PI * 100 / SR);
    rig_destroy(r);
}

static void svf_drive_tames_the_resonance_and_is_linear_at_0(void **state)
{
    (void)state;
    enum { N = 48000 };
    static float x[N], y[N];
    for (int n = 0; n < N; n++)
        x[n] = (float)sin(2 * M_PI * 1000 * n / SR);
    double peak[2];
    for (int d = 0; d < 2; d++) {
        struct rig *const r = rig_new("svf", (float)SR, 1, 1, NULL);
        rig_set(r, "res", 1);
        rig_set(r, "drive", (float)d);
        rig_run(r, x, y, N, 0);
        peak[d] = rig_peak(y + N / 2, N / 2);
        rig_destroy(r);
    }
    print_message("ringing at Q 40: drive 0 %.2f, drive 1 %.2f\n", peak[0], peak[1]);
    assert_true(fabs(peak[0] - 40) < 0.3);
    assert_true(peak[1] < 3 && peak[1] > 0.2);
}

static void eq_is_transparent_when_flat(void **state)
{
    (void)state;
    enum { N = 256 };
    static float x[N], y[N];
    for (int n = 0; n < N; n++)
        x[n] = (float)(n * 37 % 64) / 64.0f - 0.5f;
    for (int flat = 0; flat < 2; flat++) {
        struct rig *const r = rig_new("eq", (float)SR, 1, 2, NULL);
        if (flat) { // bands on, at 0 dB
            rig_choose(r, "type1", "lowshelf");
            rig_choose(r, "type4", "bell");
            rig_choose(r, "type7", "bell");
            rig_choose(r, "type8", "highshelf");
        }
        rig_run(r, x, y, N, 1);
        assert_memory_equal(x, y, sizeof x);
        rig_destroy(r);
    }
}

// The analog bell: half the dB at the edges f0 / Q apart.
static double bell_db(double hz, double f0, double q, double db)
{
    const double gain = pow(10, db / 20), x = hz / f0 - f0 / hz;
    const double up = x * x + gain / (q * q), down = x * x + 1 / (gain * q * q);
    return 10 * log10(up / down);
}

static void eq_bells_follow_the_analog_curve_up_to_nyquist(void **state)
{
    (void)state;
    enum { LONG = 131072, SHORT = 8192 };
    static float h[LONG];
    const double f0[] = {30, 1000, 8000, 16000, 19500}, q[] = {0.3, 1, 8}, db[] = {-18, 0.1, 12};
    double worst = 0;
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < 3; j++)
            for (int k = 0; k < 3; k++) {
                const uint32_t n = f0[i] < 100 ? LONG : SHORT;
                struct rig *const r = rig_new("eq", (float)SR, 1, 1, NULL);
                rig_choose(r, "type3", "bell");
                rig_set(r, "freq3", (float)f0[i]);
                rig_set(r, "q3", (float)q[j]);
                rig_set(r, "gain3", (float)db[k]);
                impulse(r, h, n, 0);
                const double centre = rig_db(gain_at(h, n, f0[i], SR));
                if (fabs(centre - db[k]) > 0.05)
                    fail_msg("bell %g Hz Q %g: %g dB, not %g", f0[i], q[j], centre, db[k]);
                for (double hz = 25; hz < 23900; hz *= 1.1) {
                    const double want = bell_db(hz, f0[i], q[j], db[k]);
                    const double off = fabs(rig_db(gain_at(h, n, hz, SR)) - want);
                    worst = fmax(worst, off / fabs(db[k]));
                }
                rig_destroy(r);
            }
    print_message("bells: worst deviation %.2f %% of their gain\n", worst * 100);
    assert_true(worst < 0.08);
}

static void eq_cuts_shelves_and_gain_do_what_they_say(void **state)
{
    (void)state;
    enum { N = 32768 };
    static float h[N];
    struct rig *const r = rig_new("eq", (float)SR, 1, 1, NULL);
    rig_choose(r, "type1", "lowcut");
    rig_set(r, "freq1", 50);
    rig_choose(r, "type2", "lowshelf");
    rig_set(r, "freq2", 300);
    rig_set(r, "gain2", 6);
    rig_choose(r, "type7", "highshelf");
    rig_set(r, "freq7", 3000);
    rig_set(r, "gain7", -9);
    rig_set(r, "gain", 3);
    impulse(r, h, N, 0);
    // around 950 Hz both shelves leave a rest; reference: their analog curves add up by symmetry
    assert_true(fabs(rig_db(gain_at(h, N, 50, SR)) - (3 - 3.01 + 6)) < 0.1);
    assert_true(fabs(rig_db(gain_at(h, N, 23900, SR)) - (3 - 9)) < 0.1);
    assert_true(rig_db(gain_at(h, N, 5, SR)) < -30);
    rig_destroy(r);
}

static void eq_switches_bands_without_a_click(void **state)
{
    (void)state;
    enum { N = 9600 };
    static float x[N], y[N];
    for (int n = 0; n < N; n++)
        x[n] = (float)sin(2 * M_PI * 100 * n / SR);
    struct rig *const r = rig_new("eq", (float)SR, 1, 1, NULL);
    rig_set(r, "gain4", 6);
    for (uint32_t n = 0; n < N; n += VY_TICK) {
        if (n % 960 == 0)
            rig_set(r, "type4", n % 1920 ? 3 : 0);
        rig_run(r, x + n, y + n, VY_TICK, 0);
    }
    double worst = 0;
    for (int n = 1; n < N; n++)
        worst = fmax(worst, fabs((double)(y[n] - y[n - 1])));
    assert_true(worst < 3 * 2 * M_PI * 100 / SR);
    rig_destroy(r);
}

static void filters_survive_torture(void **state)
{
    (void)state;
    rig_torture("svf");
    rig_torture("ladder");
    rig_torture("eq");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(svf_lowpass_is_3_db_down_at_the_cutoff),
        cmocka_unit_test(svf_slopes_fall_by_12_and_24_db_per_octave),
        cmocka_unit_test(svf_modes_have_their_textbook_gains),
        cmocka_unit_test(svf_resonance_reaches_q_40),
        cmocka_unit_test(svf_tracks_the_keyboard),
        cmocka_unit_test(svf_fm_moves_the_cutoff_by_octaves),
        cmocka_unit_test(ladder_modes_have_their_textbook_gains_at_the_cutoff),
        cmocka_unit_test(groups_in_flight_all_do_the_same),
        cmocka_unit_test(svf_sweeps_without_zipper_noise),
        cmocka_unit_test(svf_switches_slope_and_mode_without_a_click),
        cmocka_unit_test(svf_drive_tames_the_resonance_and_is_linear_at_0),
        cmocka_unit_test(eq_is_transparent_when_flat),
        cmocka_unit_test(eq_bells_follow_the_analog_curve_up_to_nyquist),
        cmocka_unit_test(eq_cuts_shelves_and_gain_do_what_they_say),
        cmocka_unit_test(eq_switches_bands_without_a_click),
        cmocka_unit_test(filters_survive_torture),
    };
    return cmocka_run_group_tests_name("filters", tests, NULL, NULL);
}
