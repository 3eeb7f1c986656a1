// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Reverb, measured on its impulse response.
#include "cm.h"
#include "rig.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SR = 48000, MOST = SR * 12 };

static float left[MOST], right[MOST];

static struct rig *open_reverb(float sr_hz)
{
    struct rig *const r = rig_new("reverb", sr_hz, 1, 2, NULL);
    rig_set(r, "mix", 1);
    return r;
}

// Impulse response to the same impulse in both channels.
static void respond(struct rig *r, uint32_t frames)
{
    float x[VY_TICK] = {1.0f};
    for (uint32_t at = 0; at < frames; at += VY_TICK) {
        rig_feed(r, "in", x);
        x[0] = 0;
        rig_tick(r);
        for (uint32_t n = 0; n < VY_TICK; n++) {
            left[at + n] = rig_at(r, 0, n, 0);
            right[at + n] = rig_at(r, 0, n, 1);
        }
    }
}

// Energy of h around `hz` (two resonators of a third of an octave), added to e [frames].
static void add_band(const float *h, uint32_t frames, double hz, double sr, double *e)
{
    const double w = 2 * M_PI * hz / sr, alpha = sin(w) / (2 * 4.3), a0 = 1 + alpha;
    double s[2][2] = {{0}};
    for (uint32_t n = 0; n < frames; n++) {
        double x = (double)h[n];
        for (int k = 0; k < 2; k++) {
            const double y = alpha / a0 * x + s[k][0];
            s[k][0] = 2 * cos(w) / a0 * y + s[k][1];
            s[k][1] = -alpha / a0 * x - (1 - alpha) / a0 * y;
            x = y;
        }
        e[n] += x * x;
    }
}

// Time to -60 dB around `hz`, of both channels and three bands within +-20 %: Schroeder's backward
// integral, and a straight line through -5 .. -35 dB.
static double rt60(uint32_t frames, double hz, double sr)
{
    double *const e = calloc(frames, sizeof *e);
    for (int k = -1; k <= 1; k++) {
        add_band(left, frames, hz * pow(1.2, k), sr, e);
        add_band(right, frames, hz * pow(1.2, k), sr, e);
    }
    double sum = 0;
    for (uint32_t n = frames; n-- > 0;)
        e[n] = sum += e[n];
    double sx = 0, sy = 0, sxx = 0, sxy = 0, count = 0;
    for (uint32_t n = 0; n < frames; n++) {
        const double db = 10 * log10(e[n] / sum + 1e-30), t = n / sr;
        if (db > -5 || db < -35)
            continue;
        sx += t;
        sy += db;
        sxx += t * t;
        sxy += t * db;
        count++;
    }
    free(e);
    return -60 * (count * sxx - sx * sx) / (count * sxy - sx * sy);
}

static void reverb_decays_as_told(void **state)
{
    (void)state;
    const float decays[] = {0.3f, 0.6f, 1.5f, 4, 10}, sizes[] = {0.1f, 0.5f, 1};
    for (int i = 0; i < 5; i++)
        for (int k = 0; k < 3; k++) {
            struct rig *const r = open_reverb(SR);
            rig_set(r, "decay", decays[i]);
            rig_set(r, "size", sizes[k]);
            rig_set(r, "early", 0);
            const uint32_t frames = (uint32_t)(SR * (0.5 + 0.95 * (double)decays[i])) / 64 * 64;
            respond(r, frames);
            const double t = rt60(frames, 1000, SR), high = rt60(frames, 8000, SR);
            print_message("decay %4.1f size %.1f: 1 kHz %.2f s, 125 Hz %.2f s, 8 kHz %.2f s\n",
                          (double)decays[i], (double)sizes[k], t, rt60(frames, 125, SR), high);
            assert_true(fabs(t / (double)decays[i] - 1) < 0.1);
            assert_true(high < 0.75 * t);
            rig_destroy(r);
        }
}

static void reverb_decays_alike_at_any_rate(void **state)
{
    (void)state;
    const float rates[] = {16000, 44100, 96000, 192000};
    for (int i = 0; i < 4; i++) {
        struct rig *const r = open_reverb(rates[i]);
        rig_set(r, "decay", 1.2f);
        const uint32_t frames = (uint32_t)(rates[i] * 1.7f) / 64 * 64;
        respond(r, frames);
        const double t = rt60(frames, 1000, (double)rates[i]);
        print_message("at %.0f Hz: %.3f s\n", (double)rates[i], t);
        assert_true(fabs(t / 1.2 - 1) < 0.1);
        rig_destroy(r);
    }
}

// Normalised echo density (Abel, Huang, "A simple, robust measure of reverberation echo density",
// 2006) in a window of 20 ms: the share of frames beyond one standard deviation, 1 for noise.
static double echo_density(const float *h, uint32_t centre)
{
    enum { HALF = SR / 100 };
    double power = 0, weights = 0, beyond = 0;
    for (int pass = 0; pass < 2; pass++)
        for (int n = -HALF; n <= HALF; n++) {
            const double w = 0.5 + 0.5 * cos(M_PI * n / (HALF + 1));
            const double x = (double)h[(int)centre + n];
            if (pass == 0) {
                power += w * x * x;
                weights += w;
            } else if (x * x > power / weights) {
                beyond += w;
            }
        }
    return beyond / weights / 0.3173105;
}

static void reverb_grows_dense_quickly(void **state)
{
    (void)state;
    struct rig *const r = open_reverb(SR);
    respond(r, SR);
    uint32_t dense = 0;
    for (uint32_t n = SR / 100; n < SR / 2 && !dense; n += SR / 1000)
        if (echo_density(left, n) >= 0.9)
            dense = n;
    double mean = 0;
    for (uint32_t n = SR * 15 / 100; n < SR * 35 / 100; n += 480)
        mean += echo_density(left, n) / 20;
    print_message("echo density 0.9 after %.0f ms, mean from 150 ms on %.3f\n", dense * 1e3 / SR,
                  mean);
    assert_true(dense && dense < SR * 15 / 100);
    assert_true(mean > 0.9);
    rig_destroy(r);
}

// No mode may ring over the others: the highest line of a piece of the late tail against the mean
// of its neighbourhood. For Gaussian noise the most of 20000 exponential powers is about 10 dB up.
static void reverb_does_not_ring(void **state)
{
    (void)state;
    enum { N = 65536 };
    static double s[N / 2 + 1];
    const float sizes[] = {0, 0.5f, 1};
    for (int i = 0; i < 3; i++) {
        struct rig *const r = open_reverb(SR);
        rig_set(r, "decay", 4);
        rig_set(r, "size", sizes[i]);
        respond(r, SR / 2 + N);
        rig_spectrum(left + SR / 2, N, s);
        double worst = 0;
        enum { SPAN = 200 };
        for (uint32_t k = 300; k < N / 4; k++) {
            double mean = 0;
            for (uint32_t j = k - SPAN; j <= k + SPAN; j++)
                mean += s[j] * s[j] / (2 * SPAN + 1);
            worst = fmax(worst, 10 * log10(s[k] * s[k] / mean));
        }
        print_message("size %.1f: strongest line of the tail %.1f dB over its neighbourhood\n",
                      (double)sizes[i], worst);
        assert_true(worst < 16);
        rig_destroy(r);
    }
}

static void reverb_tail_is_wide_from_mono(void **state)
{
    (void)state;
    struct rig *const r = open_reverb(SR);
    respond(r, SR * 2);
    double ll = 0, rr = 0, lr = 0;
    for (uint32_t n = SR / 10; n < SR * 2; n++) {
        ll += (double)left[n] * (double)left[n];
        rr += (double)right[n] * (double)right[n];
        lr += (double)left[n] * (double)right[n];
    }
    print_message("correlation %.3f, balance %.2f dB\n", lr / sqrt(ll * rr), 10 * log10(ll / rr));
    assert_true(fabs(lr / sqrt(ll * rr)) < 0.3);
    assert_true(fabs(10 * log10(ll / rr)) < 1);
    rig_set(r, "width", 0);
    rig_reset(r);
    respond(r, SR);
    assert_memory_equal(left, right, SR * sizeof *left);
    rig_destroy(r);
}

static void reverb_waits_for_the_predelay(void **state)
{
    (void)state;
    struct rig *const r = open_reverb(SR);
    rig_set(r, "predelay", 0.1f);
    respond(r, SR);
    uint32_t first = 0;
    while (first < SR && fabsf(left[first]) < 1e-6f)
        first++;
    assert_true(first >= SR / 10 && first < SR / 10 + SR / 100);
    rig_destroy(r);
}

static void reverb_is_dry_at_mix_0_and_as_loud_wet(void **state)
{
    (void)state;
    struct rig *const r = rig_new("reverb", SR, 1, 2, NULL);
    for (uint32_t n = 0; n < SR * 4; n++)
        right[n] = (float)((double)rand() / RAND_MAX - 0.5);
    rig_set(r, "mix", 0);
    rig_run(r, right, left, SR, 0);
    assert_memory_equal(left, right, SR * sizeof *left);
    rig_set(r, "mix", 1);
    rig_run(r, right, left, SR * 4, 0);
    const double db = rig_db(rig_rms(left + SR * 2, SR * 2) / rig_rms(right + SR * 2, SR * 2));
    print_message("noise comes out at %.1f dB\n", db);
    assert_true(db > -9 && db < 3);
    rig_destroy(r);
}

// The shelves are made up for at 1 kHz; whatever they are set to, no band may sustain or grow.
static void reverb_always_fades(void **state)
{
    (void)state;
    const float rates[] = {8000, 48000, 192000};
    for (int corner = 0; corner < 48; corner++) {
        const float sr = rates[corner / 16];
        struct rig *const r = open_reverb(sr);
        rig_set(r, "decay", corner & 1 ? 30 : 0.1f);
        rig_set(r, "damp", corner & 2 ? 1.0f : 0.0f);
        rig_set(r, "damp_freq", 2000);
        rig_set(r, "bass", corner & 4 ? 2 : 0.3f);
        rig_set(r, "bass_freq", 500);
        rig_set(r, "size", corner & 8 ? 1.0f : 0.0f);
        rig_set(r, "lowcut", 20);
        const uint32_t second = (uint32_t)sr / 64 * 64;
        respond(r, second * 3);
        const double early = rig_rms(left + second, second / 2);
        const double late = rig_rms(left + second * 5 / 2, second / 2);
        if (late > early * pow(10, -3 * 1.5 / 100) * 1.1)
            print_message("corner %d at %.0f Hz: %g then %g\n", corner & 15, (double)sr, early,
                          late);
        // bass x decay is 60 s at most, and the correction may stretch it by 1 / 0.6
        assert_true(late <= early * pow(10, -3 * 1.5 / 100) * 1.1);
        rig_destroy(r);
    }
}

// Turning the room's size crossfades: nothing jumps.
static void reverb_changes_size_without_clicks(void **state)
{
    (void)state;
    static float sine[SR * 2];
    for (uint32_t n = 0; n < SR * 2; n++)
        sine[n] = (float)(0.5 * sin(2 * M_PI * 200 * n / SR));
    struct rig *const r = open_reverb(SR);
    rig_set(r, "early", 1);
    rig_run(r, sine, left, SR * 2, 0);
    double calm = 0, turned = 0;
    for (uint32_t n = SR; n + 2 < SR * 2; n++)
        calm = fmax(calm, fabs((double)left[n] - 2 * (double)left[n + 1] + (double)left[n + 2]));
    for (int k = 0; k < 100; k++) {
        rig_set(r, "size", 0.5f + 0.4f * sinf((float)k * 0.1f));
        rig_set(r, "predelay", 0.01f + 0.001f * (float)k);
        rig_run(r, sine, left + k * 960, 960, 0);
    }
    for (uint32_t n = 0; n + 2 < 960 * 100; n++)
        turned =
            fmax(turned, fabs((double)left[n] - 2 * (double)left[n + 1] + (double)left[n + 2]));
    print_message("second difference at rest %.2g, while turning %.2g\n", calm, turned);
    assert_true(turned < 12 * calm);
    rig_destroy(r);
}

static void reverb_is_cheap(void **state)
{
    (void)state;
    struct rig *const r = rig_new("reverb", SR, 1, 2, NULL);
    rig_connect(r, "in", 0.1f);
    double best = 1e9;
    for (int round = 0; round < 20; round++) {
        struct timespec a, b;
        clock_gettime(CLOCK_MONOTONIC, &a);
        for (int i = 0; i < 200; i++)
            rig_tick(r);
        clock_gettime(CLOCK_MONOTONIC, &b);
        const double ns = (double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec);
        best = fmin(best, ns / (200 * VY_TICK));
    }
    print_message("%.1f ns a stereo frame\n", best); // a figure to read: machines differ
    rig_destroy(r);
}

static void reverb_survives_torture(void **state)
{
    (void)state;
    rig_torture("reverb");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reverb_decays_as_told),
        cmocka_unit_test(reverb_decays_alike_at_any_rate),
        cmocka_unit_test(reverb_grows_dense_quickly),
        cmocka_unit_test(reverb_does_not_ring),
        cmocka_unit_test(reverb_tail_is_wide_from_mono),
        cmocka_unit_test(reverb_waits_for_the_predelay),
        cmocka_unit_test(reverb_is_dry_at_mix_0_and_as_loud_wet),
        cmocka_unit_test(reverb_always_fades),
        cmocka_unit_test(reverb_changes_size_without_clicks),
        cmocka_unit_test(reverb_is_cheap),
        cmocka_unit_test(reverb_survives_torture),
    };
    return cmocka_run_group_tests_name("reverb", tests, NULL, NULL);
}
