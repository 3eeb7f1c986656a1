// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The limiter against two referees: libebur128's true peak and a long 8x sinc interpolation.
#include "base/rng.h"
#include "cm.h"
#include "rig.h"

#include <ebur128.h>
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

enum { N = 48000, LATENCY = 72, TAPS = 64 };

static double ebur_peak(const float *y, uint32_t n, double sr)
{
    ebur128_state *st = ebur128_init(1, (unsigned long)sr, EBUR128_MODE_TRUE_PEAK);
    double peak = 0;
    assert_non_null(st);
    ebur128_add_frames_float(st, y, n);
    ebur128_true_peak(st, 0, &peak);
    ebur128_destroy(&st);
    return peak;
}

// Largest |y| on a grid of eighths of a frame: Hann-windowed sinc over 2 x 64 frames.
static double sinc_peak(const float *y, uint32_t n)
{
    static double h[8][2 * TAPS];
    for (int p = 0; p < 8; p++)
        for (int i = 0; i < 2 * TAPS; i++) {
            const double d = i - TAPS + 1 - p / 8.0, w = 0.5 + 0.5 * cos(M_PI * d / TAPS);
            h[p][i] = d == 0 ? 1 : sin(M_PI * d) / (M_PI * d) * w;
        }
    double most = 0;
    for (uint32_t k = 0; k + 2 * TAPS < n; k++)
        for (int p = 0; p < 8; p++) {
            double sum = 0;
            for (int i = 0; i < 2 * TAPS; i++)
                sum += h[p][i] * (double)y[k + i];
            most = fmax(most, fabs(sum));
        }
    return most;
}

enum { SQUARES, NOISE, QUARTER, BURSTS, HIGH, CLICKS, CHORD, BAND, SIGNALS };
static const char *const names[] = {"square bursts", "noise",  "fs/4 at 45 deg", "noise bursts",
                                    "19 kHz",        "clicks", "chord",          "noise to 20 kHz"};

// Noise without anything above 20 kHz: 61 sines.
static float band_noise(uint32_t n)
{
    double y = 0;
    for (uint64_t i = 0; i < 61; i++)
        y += sin(2 * M_PI * ((20 + 327.7 * (double)i) / 48000 * n + vy_rng_unit(9, i)));
    return (float)(0.4 * y);
}

static float signal_at(int kind, uint32_t n)
{
    const double t = n;
    const float noise = (float)(2 * vy_rng_unit(3, n) - 1);
    switch (kind) {
    case SQUARES: return (n / 4800) % 2 ? ((n / 37) % 2 ? 3.0f : -3.0f) : 0.01f;
    case NOISE: return 4 * noise;
    case QUARTER: return (n / 2400) % 2 ? (float)(2.5 * sin(M_PI / 2 * t + M_PI / 4)) : 0;
    case BURSTS: return (n / 1000) % 3 ? 0.05f * noise : 5 * noise;
    case HIGH: return (float)(3 * sin(2 * M_PI * 19000.3 / 48000 * t));
    case CLICKS: return n % 701 == 0 ? 8.0f : n % 997 == 0 ? -6.0f : 0.2f * noise;
    case CHORD:
        return (float)(1.5 * sin(0.013 * t) + sin(0.31 * t) + 0.8 * sin(1.7 * t) +
                       0.5 * sin(2.1 * t));
    default: return band_noise(n);
    }
}

static void limiter_holds_the_true_peak(void **state)
{
    (void)state;
    float *const x = malloc(N * sizeof *x), *const y = malloc(N * sizeof *y);
    const float release[] = {0.005f, 0.1f};
    for (int kind = 0; kind < SIGNALS; kind++)
        for (int i = 0; i < 2; i++) {
            struct rig *const r = rig_new("limiter", 48000, 1, 2, NULL);
            rig_set(r, "release", release[i]);
            for (uint32_t n = 0; n < N; n++)
                x[n] = signal_at(kind, n);
            rig_run(r, x, y, N, 0);
            const double a = rig_db(ebur_peak(y, N, 48000)), b = rig_db(sinc_peak(y, N / 3));
            print_message("%s, release %g s: ebur128 %.3f dBTP, 8x %.3f dBTP\n", names[kind],
                          (double)release[i], a, b);
            assert_true(a < -0.95);
            // white noise has peaks between 0.48 and 0.5 of the rate that only a longer sinc finds
            assert_true(b < (kind == NOISE || kind == BURSTS ? -0.65 : -0.95));
            assert_true(fmax(a, b) > -1.3); // no more reduction than needed
            rig_destroy(r);
        }
    free(x);
    free(y);
}

static void limiter_is_bit_exact_below_the_ceiling(void **state)
{
    (void)state;
    float *const x = malloc(N * sizeof *x), *const y = malloc(N * sizeof *y);
    struct rig *const r = rig_new("limiter", 48000, 1, 2, NULL);
    assert_int_equal(r->module->latency_frames, LATENCY);
    for (uint32_t n = 0; n < N; n++)
        x[n] = 0.3f * (float)(2 * vy_rng_unit(5, n) - 1) + 0.3f * sinf(0.05f * (float)n);
    rig_run(r, x, y, N, 1);
    assert_memory_equal(x, y + LATENCY, (N - LATENCY) * sizeof *x);
    for (uint32_t n = 0; n < LATENCY; n++)
        assert_true(y[n] == 0);
    // and again a while after a burst
    rig_set(r, "release", 0.05f);
    for (uint32_t n = 0; n < N; n++)
        x[n] = n < 4000 ? 3 : 0.2f * sinf(0.05f * (float)n);
    rig_run(r, x, y, N, 0);
    rig_run(r, x + N / 2, y, N / 2, 0);
    assert_memory_equal(x + N / 2, y + LATENCY, (N / 2 - LATENCY) * sizeof *x);
    rig_destroy(r);
    free(x);
    free(y);
}

static void limiter_gain_output_is_what_it_applies(void **state)
{
    (void)state;
    enum { M = 6400 };
    static float x[M + 64], y[M], g[M];
    struct rig *const r = rig_new("limiter", 44100, 1, 2, NULL);
    rig_set(r, "gain", 9);
    for (uint32_t n = 0; n < M; n++)
        x[n] = signal_at(BURSTS, n);
    for (uint32_t n = 0; n < M; n += VY_TICK) {
        rig_run(r, x + n, y + n, VY_TICK, 0);
        for (uint32_t i = 0; i < VY_TICK; i++) {
            g[n + i] = rig_at(r, 1, i, 0);
            assert_true(g[n + i] == rig_at(r, 1, i, 1));
        }
    }
    double least = 9;
    for (uint32_t n = LATENCY; n < M; n++) {
        assert_true(y[n] == x[n - LATENCY] * g[n]);
        least = fmin(least, (double)g[n]);
    }
    assert_true(least < 0.3);
    rig_destroy(r);
}

// A steady tone 12 dB over: settles at the ceiling; 63 % of the way back after `release`.
static void limiter_releases_in_its_time(void **state)
{
    (void)state;
    static float x[N], y[N];
    struct rig *const r = rig_new("limiter", 48000, 1, 2, NULL);
    rig_set(r, "release", 0.2f);
    rig_set(r, "ceiling", -6);
    for (uint32_t n = 0; n < N; n++)
        x[n] = (n < 24000 ? 4.0f : 0.01f) * sinf(0.1309f * (float)n);
    rig_run(r, x, y, 24000, 0);
    double g[24000];
    for (uint32_t n = 0; n < 24000; n += VY_TICK) {
        rig_run(r, x + 24000 + n, y, VY_TICK, 0);
        for (uint32_t i = 0; i < VY_TICK; i++)
            g[n + i] = (double)rig_at(r, 1, i, 0);
    }
    const double low = g[0];
    assert_near(rig_db(low), -18.04, 0.1);
    uint32_t n = 0;
    while (g[n] < low + (1 - low) * 0.632)
        n++;
    print_message("release %.4f s (0.2 asked)\n", (n - LATENCY) / 48000.0);
    assert_near((n - LATENCY) / 48000.0, 0.2, 0.004);
    rig_destroy(r);
}

static void limiter_survives_torture(void **state)
{
    (void)state;
    rig_torture("limiter");
    rig_torture("clipper");
}

static void clipper_stays_linear_below_its_knee_and_flat_above(void **state)
{
    (void)state;
    static float x[N], y[N];
    struct rig *const r = rig_new("clipper", 48000, 1, 1, NULL);
    rig_set(r, "ceiling", -6);
    for (uint32_t n = 0; n < N; n++)
        x[n] = 0.3f * sinf(0.02f * (float)n);
    rig_run(r, x, y, N, 0);
    assert_near(rig_rms(y + 4800, 40000) / rig_rms(x + 4800, 40000), 1, 1e-3);
    for (uint32_t n = 0; n < N; n++)
        x[n] = 4 * sinf(0.002f * (float)n);
    rig_run(r, x, y, N, 0);
    double sum = 0;
    for (uint32_t n = 0; n < 100; n++) // around a top
        sum += fabs((double)y[24000 + n + (uint32_t)(0.5 * M_PI / 0.002) - 50]) / 100;
    assert_true(rig_peak(y + 4800, 40000) < 0.501187 * 1.03);
    assert_true(sum < 0.52);
    rig_set(r, "mix", 0);
    rig_run(r, x, y, N, 0);
    assert_memory_equal(x, y, N * sizeof *x);
    rig_destroy(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limiter_holds_the_true_peak),
        cmocka_unit_test(limiter_is_bit_exact_below_the_ceiling),
        cmocka_unit_test(limiter_gain_output_is_what_it_applies),
        cmocka_unit_test(limiter_releases_in_its_time),
        cmocka_unit_test(clipper_stays_linear_below_its_knee_and_flat_above),
        cmocka_unit_test(limiter_survives_torture),
    };
    return cmocka_run_group_tests_name("limiter", tests, NULL, NULL);
}
