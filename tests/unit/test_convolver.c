// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Convolver, against convolution done directly.
#include "base/rng.h"
#include "cm.h"
#include "rig.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SR = 48000, MOST = SR * 12 };

static float ir[2][MOST], dry[2][MOST], wet[2][MOST];

static void make_ir(uint32_t frames, double decay_frames)
{
    for (uint32_t c = 0; c < 2; c++)
        for (uint32_t n = 0; n < frames; n++)
            ir[c][n] =
                (float)((2 * vy_rng_unit(c + 10, n) - 1) * 0.1 * exp(-(double)n / decay_frames));
}

static struct rig *open_convolver(uint32_t frames, float ir_sr, float sr)
{
    struct vy_sample s = {{ir[0], ir[1]}, frames, 2, ir_sr};
    struct rig *const r = rig_new("convolver", sr, 1, 2, frames ? &s : NULL);
    rig_set(r, "mix", 1);
    return r;
}

static void run(struct rig *r, uint32_t frames)
{
    rig_connect(r, "in", 0);
    r->in_steady[0] = false;
    for (uint32_t at = 0; at < frames; at += VY_TICK) {
        for (uint32_t n = 0; n < VY_TICK; n++)
            r->in[0][n] = (vy_f8){dry[0][at + n], dry[1][at + n]};
        rig_tick(r);
        for (uint32_t n = 0; n < VY_TICK; n++)
            for (uint32_t c = 0; c < 2; c++)
                wet[c][at + n] = rig_at(r, 0, n, c);
    }
}

static double direct(uint32_t c, uint32_t frames, uint32_t at)
{
    double sum = 0;
    for (uint32_t k = 0; k < frames && k <= at; k++)
        sum += (double)ir[c][k] * (double)dry[c][at - k];
    return sum;
}

static void make_noise(uint32_t frames)
{
    for (uint32_t c = 0; c < 2; c++)
        for (uint32_t n = 0; n < frames; n++)
            dry[c][n] = (float)(2 * vy_rng_unit(c + 20, n) - 1);
}

static void convolver_equals_direct_convolution(void **state)
{
    (void)state;
    const uint32_t lengths[] = {1, 63, 64, 65, 2048, 2049, 3072, 3073, 5000, 30011};
    const uint32_t frames = 8192 * 5;
    make_noise(frames);
    make_ir(40000, 20000);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct rig *const r = open_convolver(lengths[i], SR, SR);
        run(r, frames);
        double worst = 0, power = 0;
        for (uint32_t c = 0; c < 2; c++)
            for (uint32_t n = 0; n < frames; n += n < 4096 ? 7 : 61) {
                const double want = direct(c, lengths[i], n);
                worst = fmax(worst, fabs((double)wet[c][n] - want));
                power = fmax(power, fabs(want));
            }
        print_message("%u frames: error %.1e of the peak\n", lengths[i], worst / power);
        assert_true(worst / power < 1e-5);
        rig_destroy(r);
    }
}

static void convolver_has_no_latency_and_keeps_all_of_10_s(void **state)
{
    (void)state;
    const uint32_t frames = SR * 10;
    make_ir(frames, 1e6);
    memset(dry, 0, sizeof dry);
    dry[0][5] = dry[1][5] = 1;
    struct rig *const r = open_convolver(frames, SR, SR);
    run(r, frames + 64 * 10);
    double worst = 0;
    for (uint32_t c = 0; c < 2; c++)
        for (uint32_t n = 0; n < frames + 64 * 10; n++) {
            const double want = n < 5 || n >= frames + 5 ? 0 : (double)ir[c][n - 5];
            worst = fmax(worst, fabs((double)wet[c][n] - want));
        }
    print_message("10 s: error %.1e\n", worst);
    assert_true(worst < 1e-6);
    rig_destroy(r);
}

static double ms_of_tick(struct rig *r)
{
    struct timespec a, b;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
    rig_tick(r);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
    return (double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) * 1e-6;
}

static int by_size(const void *a, const void *b)
{
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

// Sixteen kinds of tick; the median of each kind leaves out what other programs do.
static void convolver_spreads_its_load(void **state)
{
    (void)state;
    enum { ROUNDS = 41 };
    const double seconds[] = {0.5, 2, 10};
    make_ir(SR * 10, 1e6);
    for (int i = 0; i < 3; i++) {
        struct rig *const r = open_convolver((uint32_t)(seconds[i] * SR), SR, SR);
        rig_connect(r, "in", 0.1f);
        static double ms[16][ROUNDS];
        for (int k = 0; k < 16 * (int)(seconds[i] * 47 + 2); k++)
            rig_tick(r);
        for (int k = 0; k < 16 * ROUNDS; k++)
            ms[k % 16][k / 16] = ms_of_tick(r);
        double mean = 0, most = 0;
        for (int k = 0; k < 16; k++) {
            qsort(ms[k], ROUNDS, sizeof(double), by_size);
            mean += ms[k][ROUNDS / 2] / 16;
            most = fmax(most, ms[k][ROUNDS / 2]);
        }
        print_message("%4.1f s: %.1f us a tick (%.0f ns a frame), worst kind %.2f x mean\n",
                      seconds[i], mean * 1e3, mean * 1e6 / VY_TICK, most / mean);
        rig_destroy(r);
    }
}

static void convolver_resamples_the_response(void **state)
{
    (void)state;
    // a response at 44.1 kHz whose frequency response we know: two taps half a millisecond apart
    memset(ir, 0, sizeof ir);
    memset(dry, 0, sizeof dry);
    ir[0][441] = ir[1][441] = 1.0f;
    ir[0][463] = ir[1][463] = 0.5f;
    struct rig *const r = open_convolver(4410, 44100, SR);
    const double hz[] = {100, 1000, 5000, 15000};
    for (int i = 0; i < 4; i++) {
        for (uint32_t n = 0; n < SR; n++)
            dry[0][n] = (float)sin(2 * M_PI * hz[i] * n / SR);
        run(r, SR);
        double phase, in_phase;
        const double a = rig_tone(wet[0] + SR / 2, SR / 2, hz[i], SR, &phase);
        rig_tone(dry[0] + SR / 2, SR / 2, hz[i], SR, &in_phase);
        const double w = 2 * M_PI * hz[i] * 22 / 44100;
        const double want = hypot(1 + 0.5 * cos(w), 0.5 * sin(w));
        double lag =
            in_phase - phase - hz[i] * 0.01 - atan2(0.5 * sin(w), 1 + 0.5 * cos(w)) / 2 / M_PI;
        lag -= round(lag);
        print_message("resampled at %.0f Hz: %.4f dB, %.5f turns off\n", hz[i], rig_db(a / want),
                      lag);
        assert_true(fabs(rig_db(a / want)) < 0.02 && fabs(lag) < 1e-3);
    }
    rig_destroy(r);
}

static void convolver_has_a_room_of_its_own(void **state)
{
    (void)state;
    struct rig *const r = open_convolver(0, SR, SR);
    memset(dry, 0, sizeof dry);
    dry[0][0] = dry[1][0] = 1;
    run(r, SR);
    double ll = 0, rr = 0, lr = 0;
    for (uint32_t n = 0; n < SR; n++) {
        ll += (double)wet[0][n] * (double)wet[0][n];
        rr += (double)wet[1][n] * (double)wet[1][n];
        lr += (double)wet[0][n] * (double)wet[1][n];
    }
    print_message("room: power %.2f %.2f dB, correlation %.2f\n", 10 * log10(ll), 10 * log10(rr),
                  lr / sqrt(ll * rr));
    assert_true(fabs(10 * log10(ll)) < 3 && fabs(10 * log10(rr)) < 3);
    assert_true(fabs(lr / sqrt(ll * rr)) < 0.3);
    assert_true(rig_peak(wet[0] + SR / 2, SR / 2) < 1e-5);
    rig_set(r, "predelay", 0.1f);
    rig_reset(r);
    static float first[SR];
    memcpy(first, wet[0], sizeof first);
    run(r, SR);
    for (uint32_t n = 0; n < SR - 4800; n++)
        assert_true(fabsf(wet[0][n + 4800] - first[n]) < 1e-6f);
    rig_destroy(r);
}

static void convolver_is_dry_at_mix_0(void **state)
{
    (void)state;
    struct rig *const r = open_convolver(0, SR, SR);
    rig_set(r, "mix", 0);
    make_noise(SR);
    run(r, SR);
    assert_memory_equal(wet[0], dry[0], SR * sizeof(float));
    assert_memory_equal(wet[1], dry[1], SR * sizeof(float));
    rig_destroy(r);
}

// A reset in the middle of a big block leaves nothing behind.
static void convolver_forgets_on_reset(void **state)
{
    (void)state;
    static float first[SR];
    make_ir(30000, 20000);
    make_noise(SR);
    struct rig *const r = open_convolver(30000, SR, SR);
    run(r, SR / 64 * 64);
    memcpy(first, wet[1], sizeof first);
    for (int k = 0; k < 7; k++)
        rig_tick(r);
    rig_reset(r);
    run(r, SR / 64 * 64);
    assert_memory_equal(wet[1], first, sizeof first);
    rig_destroy(r);
}

static void convolver_survives_torture(void **state)
{
    (void)state;
    rig_torture("convolver");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(convolver_equals_direct_convolution),
        cmocka_unit_test(convolver_has_no_latency_and_keeps_all_of_10_s),
        cmocka_unit_test(convolver_spreads_its_load),
        cmocka_unit_test(convolver_resamples_the_response),
        cmocka_unit_test(convolver_has_a_room_of_its_own),
        cmocka_unit_test(convolver_is_dry_at_mix_0),
        cmocka_unit_test(convolver_forgets_on_reset),
        cmocka_unit_test(convolver_survives_torture),
    };
    return cmocka_run_group_tests_name("convolver", tests, NULL, NULL);
}
