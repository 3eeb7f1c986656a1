// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Gains, corners, times and ceilings as the manual defines them, measured at the master's output.
// The test signal of linear things is one frame: a sampler that plays an impulse.
#include "cm.h"
#include "piece.h"
#include "rig.h"

#include <ebur128.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SR 48000.0
#define CLICK "create c sampler file=impulse vel=0", "set c.gain -6dB"

// cmocka 1.1.5 only compares floats
#define assert_near(a, b, most) near(a, b, most, #a, __FILE__, __LINE__)
static void near(double a, double b, double most, const char *what, const char *file, int line)
{
    if (!(fabs(a - b) <= most))
        print_error("%s is %.9g, not %.9g\n", what, a, b);
    _assert_true(fabs(a - b) <= most, what, file, line);
}

// Left channel of a document from its start on; caller frees.
static float *left_of(struct vy_doc *doc, uint32_t frames)
{
    struct piece_take t = piece_render(doc, frames);
    float *const x = piece_channel(&t, 0, 0, frames);
    piece_drop(&t);
    vy_doc_destroy(doc);
    return x;
}

static double response(const float *x, uint32_t frames, double hz)
{
    double re = 0, im = 0;
    for (uint32_t n = 0; n < frames; n++) {
        const double a = 2 * M_PI * hz * n / SR;
        re += (double)x[n] * cos(a);
        im -= (double)x[n] * sin(a);
    }
    return hypot(re, im);
}

// ---- filters ------------------------------------------------------------------------------------

enum { IMPULSE = 16384 };

// Frequency where the response passes 1/sqrt(2), between low and high.
static double corner(const float *x, double dry, double low, double high, bool falls)
{
    for (int i = 0; i < 40; i++) {
        const double mid = sqrt(low * high);
        const bool above = response(x, IMPULSE, mid) > dry * sqrt(0.5);
        if (above == falls)
            low = mid;
        else
            high = mid;
    }
    return low;
}

static void filters_are_3_db_down_at_their_cutoff(void **state)
{
    (void)state;
    static const double cutoff[] = {60, 440, 1000, 4000, 12000};
    float *const plain = left_of(PIECE(CLICK, "sequence c div=0.25: x"), IMPULSE);
    const double dry = response(plain, IMPULSE, 1000);
    free(plain);
    double worst = 0;
    for (int m = 0; m < 2; m++)
        for (int i = 0; i < 5; i++) {
            char line[80];
            snprintf(line, sizeof line, "add svf c mode=%s cutoff=%gHz", m ? "highpass" : "lowpass",
                     cutoff[i]);
            float *const x = left_of(PIECE(CLICK, "sequence c div=0.25: x", line), IMPULSE);
            const double hz = corner(x, dry, cutoff[i] * 0.7, cutoff[i] * 1.4, m == 0);
            worst = fmax(worst, fabs(hz / cutoff[i] - 1) * 100);
            free(x);
        }
    piece_figure("svf low and highpass, -3 dB point off by, %", worst, "< 0.5");
    assert_true(worst < 0.5);
}

static void gains_and_pans_are_exact(void **state)
{
    (void)state;
    double worst = 0;
    static const double gains[] = {-40, -12, -6, 0};
    for (int i = 0; i < 4; i++) {
        char line[48];
        snprintf(line, sizeof line, "set c.gain %gdB", gains[i]);
        struct vy_doc *const doc = PIECE("create c osc shape=sine freq=0.01Hz phase=90");
        piece_do(doc, line); // a voice in the middle: 3 dB down on each side
        float *const x = left_of(doc, 4800);
        worst = fmax(worst, fabs(rig_db((double)x[2400]) - gains[i] + 10 * log10(2)));
        free(x);
    }
    piece_figure("unit gain, error, dB", worst, "< 0.01");
    assert_true(worst < 0.01);
}

// ---- envelopes ----------------------------------------------------------------------------------

static const char voice[] = "recipe held \"constant under an envelope\" voices=1\n"
                            "create osc osc shape=sine freq=0.01 phase=90\n"
                            "create env adsr attack=10ms decay=100ms sustain=0.5 release=200ms\n"
                            "create amp vca vel=0\n"
                            "patch osc > amp > out\n"
                            "patch env > amp.cv\n"
                            "knob shape = env.shape \"curve\"\n";

static int crossing(const float *x, int from, int n, double level, bool up)
{
    for (int i = from; i < n; i++)
        if (up ? (double)x[i] >= level : (double)x[i] <= level)
            return i;
    return n;
}

static void envelopes_take_their_times(void **state)
{
    (void)state;
    struct vy_arena arena = {0};
    struct vy_err err = {0};
    struct vy_recipe *const all = calloc(piece_catalog.recipes + 1u, sizeof *all);
    struct vy_recipe *const was = piece_catalog.recipe;
    memcpy(all, was, piece_catalog.recipes * sizeof *all);
    if (vy_recipe_read(&piece_catalog, voice, strlen(voice), "test", &arena,
                       &all[piece_catalog.recipes], &err))
        fail_msg("%s", err.message);
    piece_catalog.recipe = all;
    piece_catalog.recipes++;
    int worst = 0;
    for (int shape = 0; shape < 2; shape++) {
        // one step lasts two seconds, its gate one
        float *const x = left_of(PIECE("create a held", shape ? "set a.shape linear" : "tempo 120",
                                       "sequence a div=1 gate=0.5: x."),
                                 96000);
        for (int n = 0; n < 96000; n++)
            x[n] /= (float)(sqrt(0.5) * cos(2 * M_PI * 0.01 * n / SR));
        const int peak = crossing(x, 0, 96000, 0.9999, true);
        const int settled = crossing(x, peak, 96000, 0.5001, false);
        const int silent = crossing(x, 48000, 96000, 2e-5, false);
        const int off[] = {abs(peak - 480), abs(settled - peak - 4800), abs(silent - 48000 - 9600)};
        for (int i = 0; i < 3; i++)
            worst = off[i] > worst ? off[i] : worst;
        assert_near((double)x[47000], 0.5, 1e-3);
        free(x);
    }
    piece_catalog.recipes--;
    piece_catalog.recipe = was;
    free(all);
    vy_arena_clear(&arena);
    piece_figure("ADSR stage times, largest error, frames", worst, "<= 64");
    assert_true(worst <= 64);
}

// ---- delay, reverb, limiter ---------------------------------------------------------------------

#define REPEATS "add delay c time=0.2501s feedback=0.5 lowcut=20 highcut=20000 mix=1 pingpong=off"
#define DOTTED "add delay c sync=1/8d feedback=0 lowcut=20 highcut=20000 mix=1"

static void delay_repeats_on_the_frame(void **state)
{
    (void)state;
    float *const x =
        left_of(PIECE(CLICK, "set c.level 0.2", "sequence c div=0.25: x", REPEATS), 96000);
    const int step = 12005; // 0.2501 s is 12004.8 frames
    const double first = (double)x[step];
    int stray = 0;
    double worst = 0;
    for (int n = 0; n < 96000; n++) {
        const bool on = n > 0 && n % step == 0;
        const double want = on ? first * pow(0.5, n / step - 1) : 0;
        worst = fmax(worst, fabs((double)x[n] - want) / first);
        stray += !on && fabsf(x[n]) > 1e-6f;
    }
    free(x);
    assert_true(first > 0.01);
    piece_figure("delay: frames between repeats that are not silent", stray, "0");
    piece_figure("delay: repeats against feedback^n, relative error", worst, "< 1e-4");
    assert_int_equal(stray, 0);
    assert_true(worst < 1e-4);
}

static void delay_in_beats_follows_the_tempo(void **state)
{
    (void)state;
    float *const x = left_of(
        PIECE("tempo 96", CLICK, "set c.level 0.2", "sequence c div=0.25: x", DOTTED), 48000);
    int at = 0;
    for (int n = 0; n < 48000; n++)
        if (fabsf(x[n]) > fabsf(x[at]))
            at = n;
    free(x);
    piece_figure("delay sync=1/8d at 96 BPM, frames", at, "22500");
    assert_int_equal(at, 22500);
}

// Schroeder's backward integral of a band around 1 kHz; line through -5 .. -35 dB.
static double rt60(const float *h, uint32_t frames)
{
    double *const e = calloc(frames, sizeof *e);
    for (int k = -1; k <= 1; k++) {
        const double w = 2 * M_PI * 1000 * pow(1.2, k) / SR, alpha = sin(w) / (2 * 4.3);
        double s[2][2] = {{0}};
        for (uint32_t n = 0; n < frames; n++) {
            double x = (double)h[n];
            for (int i = 0; i < 2; i++) {
                const double y = alpha / (1 + alpha) * x + s[i][0];
                s[i][0] = 2 * cos(w) / (1 + alpha) * y + s[i][1];
                s[i][1] = (-alpha * x - (1 - alpha) * y) / (1 + alpha);
                x = y;
            }
            e[n] += x * x;
        }
    }
    double sum = 0, sx = 0, sy = 0, sxx = 0, sxy = 0, count = 0;
    for (uint32_t n = frames; n-- > 0;)
        e[n] = sum += e[n];
    for (uint32_t n = 0; n < frames; n++) {
        const double db = 10 * log10(e[n] / sum + 1e-30), t = n / SR;
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

static void reverb_decays_in_its_time(void **state)
{
    (void)state;
    static const double decay[] = {0.8, 2, 4};
    for (int i = 0; i < 3; i++) {
        char line[96], what[64];
        snprintf(line, sizeof line, "add reverb c mix=1 decay=%gs depth=0", decay[i]);
        const uint32_t frames = (uint32_t)(decay[i] * 1.2 * SR);
        float *const x = left_of(PIECE(CLICK, "sequence c div=0.25: x", line), frames);
        const double t = rt60(x, frames);
        free(x);
        snprintf(what, sizeof what, "reverb decay=%g s: time to -60 dB at 1 kHz, s", decay[i]);
        piece_figure(what, t, "within 10 %");
        assert_true(fabs(t / decay[i] - 1) < 0.1);
    }
}

static void master_stays_under_its_ceiling(void **state)
{
    (void)state;
    struct vy_doc *const doc =
        PIECE("create a supersaw", "set a.gain 24dB", "melody a: C3 E3 G3 B3", "create k kick",
              "set k.gain 24dB", "sequence k: x.x.x.x.", "create s sampler file=impulse",
              "set s.gain 24dB", "sequence s: x..x..x.");
    struct piece_take t = piece_render(doc, 96000);
    ebur128_state *e = ebur128_init(2, 48000, EBUR128_MODE_TRUE_PEAK);
    double most = 0;
    ebur128_add_frames_float(e, t.x, t.frames);
    for (unsigned c = 0; c < 2; c++) {
        double peak = 0;
        ebur128_true_peak(e, c, &peak);
        most = fmax(most, peak);
    }
    ebur128_destroy(&e);
    piece_drop(&t);
    vy_doc_destroy(doc);
    piece_figure("true peak of an overloaded master (libebur128), dBTP", rig_db(most),
                 "<= -1 +0.1");
    assert_true(rig_db(most) <= -0.9);
    assert_true(rig_db(most) > -2); // and it is loud indeed
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filters_are_3_db_down_at_their_cutoff),
        cmocka_unit_test(gains_and_pans_are_exact),
        cmocka_unit_test(envelopes_take_their_times),
        cmocka_unit_test(delay_repeats_on_the_frame),
        cmocka_unit_test(delay_in_beats_follows_the_tempo),
        cmocka_unit_test(reverb_decays_in_its_time),
        cmocka_unit_test(master_stays_under_its_ceiling),
    };
    return cmocka_run_group_tests_name("definitions", tests, piece_open, piece_close);
}
