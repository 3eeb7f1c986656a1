// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The cases of EBU Tech 3341 and Tech 3342, made here from their published definitions, at 48 and
// 44.1 kHz, against the published tolerances. Two signals of the EBU are film sound that no program
// can make: cases 3341-7 / 3342-5 and 3341-8 / 3342-6 are STAND-INS here, tones whose levels change
// as a film's do, set to the same targets by arithmetic on their levels alone (a stereo sine of
// 1 kHz at L dBFS is L LUFS). To pass them is no claim about the EBU's own material.
#include "listen/loudness.h"

#include "cm.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define PART 4096
#define MOST_PARTS 14
#define SILENT -999.0 ///< dBFS

static const uint32_t rates[] = {48000, 44100};

struct part {
    double db, seconds;
};

// An ear and the sine that it hears.
struct world {
    uint32_t sr_hz, chans;
    uint64_t at; ///< frame; the phase runs on
    struct vy_loudness *ear;
    uint32_t cycle; ///< frames after which 1 kHz repeats: 48, 441
    double sine[441];
    float least_s, least_m; ///< least short-term after 3 s, least momentary after 1 s
};

static void on_point(void *arg, double at_s, double momentary_lufs, double short_term_lufs)
{
    struct world *const w = arg;
    if (at_s > 2.99)
        w->least_s = fminf(w->least_s, (float)short_term_lufs);
    if (at_s > 0.99)
        w->least_m = fminf(w->least_m, (float)momentary_lufs);
}

static struct world begin(uint32_t sr_hz, uint32_t chans)
{
    struct world w = {.sr_hz = sr_hz, .chans = chans, .cycle = sr_hz % 1000 ? 441 : sr_hz / 1000};
    for (uint32_t i = 0; i < w.cycle; i++)
        w.sine[i] = sin(2 * M_PI * 1000 * i / sr_hz);
    return w;
}

static void start(struct world *w)
{
    w->at = 0;
    w->least_s = w->least_m = INFINITY;
    assert_int_equal(vy_loudness_new(w->sr_hz, w->chans, NULL, on_point, w, &w->ear), VY_OK);
}

static struct vy_loudness_found result(struct world *w)
{
    struct vy_loudness_found found;
    vy_loudness_result(w->ear, &found);
    return found;
}

static struct vy_loudness_found finish(struct world *w)
{
    const struct vy_loudness_found found = result(w);
    vy_loudness_destroy(w->ear);
    w->ear = NULL;
    return found;
}

// A sine of 1 kHz, each channel at its own level.
static void tone(struct world *w, const double db[], double seconds)
{
    static float wave[VY_EAR_CHANS][PART];
    const float *chan[VY_EAR_CHANS];
    double level[VY_EAR_CHANS];
    for (uint32_t c = 0; c < VY_EAR_CHANS; c++)
        chan[c] = wave[c];
    for (uint32_t c = 0; c < w->chans; c++)
        level[c] = db[c] > SILENT ? pow(10, db[c] / 20) : 0;
    for (uint64_t left = (uint64_t)llround(seconds * w->sr_hz); left;) {
        const uint64_t n = left < PART ? left : PART;
        for (uint64_t i = 0; i < n; i++) {
            const double y = w->sine[(w->at + i) % w->cycle];
            for (uint32_t c = 0; c < w->chans; c++)
                wave[c][i] = (float)(y * level[c]);
        }
        vy_loudness_push(w->ear, chan, w->chans, n);
        w->at += n;
        left -= n;
    }
}

static void stereo(struct world *w, double db, double seconds)
{
    tone(w, (double[]){db, db}, seconds);
}

static struct vy_loudness_found steps(struct world *w, const struct part *part, size_t parts,
                                      int times)
{
    start(w);
    for (int t = 0; t < times; t++)
        for (size_t i = 0; i < parts; i++)
            if (part[i].seconds > 0)
                stereo(w, part[i].db, part[i].seconds);
    return finish(w);
}

#define assert_within(value, target, minus, plus) \
    within(value, target, minus, plus, #value, w.sr_hz, __FILE__, __LINE__)
static void within(double value, double target, double minus, double plus, const char *what,
                   uint32_t sr_hz, const char *file, int line)
{
    const bool fits = value >= target - minus && value <= target + plus;
    if (!fits)
        print_error("%s at %u Hz is %.3f, not %g -%g +%g\n", what, sr_hz, value, target, minus,
                    plus);
    _assert_true(fits, what, file, line);
}

#define EACH_RATE(w)                                                   \
    for (size_t rate = 0; rate < sizeof rates / sizeof *rates; rate++) \
        for (struct world w = begin(rates[rate], 2); w.chans; w.chans = 0)

static void tech_3341_1_and_2_steady_tones(void **state)
{
    (void)state;
    EACH_RATE(w)
    {
        const double level[] = {-23, -33};
        for (int i = 0; i < 2; i++) {
            const struct vy_loudness_found f = steps(&w, &(struct part){level[i], 20}, 1, 1);
            assert_within(f.momentary_max_lufs, level[i], 0.1, 0.1);
            assert_within(f.short_term_max_lufs, level[i], 0.1, 0.1);
            assert_within(f.integrated_lufs, level[i], 0.1, 0.1);
        }
    }
}

// Cases 3 to 5, and the stand-ins 7 and 8: steps of level that the gates must tell apart.
static void tech_3341_3_4_5_7_8_gated_loudness(void **state)
{
    (void)state;
    static const struct {
        struct part part[MOST_PARTS];
        double scale, gain; ///< of the levels
        double range;       ///< of the cases of Tech 3342 that share the signal; 0 = none
    } with[] = {
        {{{-36, 10}, {-23, 60}, {-36, 10}}, 1, 0, 0},
        {{{-72, 10}, {-36, 10}, {-23, 60}, {-36, 10}, {-72, 10}}, 1, 0, 0},
        {{{-26, 20}, {-20, 20.1}, {-26, 20}}, 1, 0, 0},
        // stand-ins for 3341-7 = 3342-5 and for 3341-8 = 3342-6
        {{{0, 5},
          {-2, 4},
          {2, 6},
          {-4, 5},
          {1, 7},
          {-1, 4},
          {3, 5},
          {-3, 6},
          {0, 8},
          {2, 4},
          {-2, 6}},
         0.92,
         -23.11,
         5},
        {{{-8, 9},
          {1, 6},
          {-13, 8},
          {5, 9},
          {-6, 7},
          {-17, 6},
          {3, 8},
          {-13, 9},
          {6, 10},
          {-3, 7},
          {-14, 8},
          {2, 9},
          {-7, 8}},
         0.79,
         -24.17,
         15},
    };
    EACH_RATE(w)
    {
        for (size_t i = 0; i < sizeof with / sizeof *with; i++) {
            struct part part[MOST_PARTS];
            for (size_t k = 0; k < MOST_PARTS; k++)
                part[k] = (struct part){with[i].part[k].db * with[i].scale + with[i].gain,
                                        with[i].part[k].seconds};
            const struct vy_loudness_found f = steps(&w, part, MOST_PARTS, 1);
            assert_within(f.integrated_lufs, -23, 0.1, 0.1);
            if (with[i].range > 0)
                assert_within(f.range_lu, with[i].range, 1, 1);
        }
    }
}

static void tech_3341_6_five_channels(void **state)
{
    (void)state;
    EACH_RATE(w)
    {
        struct world five = begin(w.sr_hz, 5), six = begin(w.sr_hz, 6);
        start(&five);
        tone(&five, (double[]){-28, -28, -24, -30, -30}, 20);
        assert_within(finish(&five).integrated_lufs, -23, 0.1, 0.1);
        start(&six); // a loud LFE is not heard
        tone(&six, (double[]){-28, -28, -24, -6, -30, -30}, 20);
        assert_within(finish(&six).integrated_lufs, -23, 0.1, 0.1);
    }
}

static void tech_3341_9_steady_short_term(void **state)
{
    (void)state;
    EACH_RATE(w)
    {
        const struct part part[] = {{-20, 1.34}, {-30, 1.66}};
        const struct vy_loudness_found f = steps(&w, part, 2, 5);
        assert_within(f.short_term_max_lufs, -23, 0.1, 0.1);
        assert_within((double)w.least_s, -23, 0.1, 0.1);
    }
}

static void tech_3341_10_short_term_maximum_at_any_offset(void **state)
{
    (void)state;
    EACH_RATE(w)
    {
        for (int i = 0; i < 20; i++) {
            const struct part part[] = {{SILENT, i * 0.15}, {-23, 3}, {SILENT, 1}};
            assert_within(steps(&w, part, 3, 1).short_term_max_lufs, -23, 0.1, 0.1);
        }
    }
}

static void tech_3341_11_rising_short_term_maxima(void **state)
{
    (void)state;
    EACH_RATE(w)
    {
        start(&w);
        for (int i = 0; i < 20; i++) {
            stereo(&w, SILENT, i * 0.15);
            stereo(&w, i - 38, 3);
            stereo(&w, SILENT, 3 - i * 0.15);
            assert_within(result(&w).short_term_max_lufs, i - 38, 0.1, 0.1);
        }
        finish(&w);
    }
}

static void tech_3341_12_steady_momentary(void **state)
{
    (void)state;
    EACH_RATE(w)
    {
        const struct part part[] = {{-20, 0.18}, {-30, 0.22}};
        const struct vy_loudness_found f = steps(&w, part, 2, 25);
        assert_within(f.momentary_max_lufs, -23, 0.1, 0.1);
        assert_within((double)w.least_m, -23, 0.1, 0.1);
    }
}

static void tech_3341_13_momentary_maximum_at_any_offset(void **state)
{
    (void)state;
    EACH_RATE(w)
    {
        for (int i = 0; i < 20; i++) {
            const struct part part[] = {{SILENT, i * 0.02}, {-23, 0.4}, {SILENT, 1}};
            assert_within(steps(&w, part, 3, 1).momentary_max_lufs, -23, 0.1, 0.1);
        }
    }
}

static void tech_3341_14_rising_momentary_maxima(void **state)
{
    (void)state;
    EACH_RATE(w)
    {
        start(&w);
        for (int i = 0; i < 20; i++) {
            stereo(&w, SILENT, i * 0.02);
            stereo(&w, i - 38, 0.4);
            stereo(&w, SILENT, 0.4 - i * 0.02);
            assert_within(result(&w).momentary_max_lufs, i - 38, 0.1, 0.1);
        }
        finish(&w);
    }
}

// Both ends of a sound, so that they do not overshoot: 0.1 s of raised cosine.
static double faded(size_t i, size_t n, double fade)
{
    const double left = fmin((double)i + 0.5, (double)(n - i) - 0.5) / fade;
    return left < 1 ? 0.5 - 0.5 * cos(M_PI * left) : 1;
}

static double true_peak_of(struct world *w, const float *wave, size_t n)
{
    start(w);
    vy_loudness_push(w->ear, (const float *[]){wave, wave}, 2, n);
    return finish(w).true_peak_dbtp;
}

static void tech_3341_15_to_19_true_peak_of_tones(void **state)
{
    (void)state;
    static const struct {
        double part, level, degrees, dbtp;
    } with[] = {
        {4, 0.5, 0, -6}, {4, 0.5, 45, -6}, {6, 0.5, 60, -6}, {8, 0.5, 67.5, -6}, {4, 1.41, 45, 3},
    };
    static float wave[48000];
    EACH_RATE(w)
    {
        for (size_t k = 0; k < sizeof with / sizeof *with; k++) {
            for (size_t i = 0; i < w.sr_hz; i++)
                wave[i] = (float)(faded(i, w.sr_hz, 0.1 * w.sr_hz) * with[k].level *
                                  sin(2 * M_PI * (double)i / with[k].part +
                                      with[k].degrees * M_PI / 180));
            assert_within(true_peak_of(&w, wave, w.sr_hz), with[k].dbtp, 0.4, 0.2);
        }
    }
}

// Four times the rate, band-limited by a Hann-windowed sinc to 0.48 of the rate; every fourth
// frame.
static void bandlimit(const double *in, size_t n, size_t offset, float *out)
{
    enum { HALF = 256 };
    double h[2 * HALF + 1], sum = 0;
    for (int i = -HALF; i <= HALF; i++) {
        const double x = M_PI * 0.24 * i, window = 0.5 + 0.5 * cos(M_PI * i / (HALF + 1));
        h[i + HALF] = (i ? sin(x) / x : 1) * window;
        sum += h[i + HALF];
    }
    for (size_t i = 0; i < n / 4; i++) {
        double y = 0;
        for (int k = -HALF; k <= HALF; k++) {
            const int64_t from = (int64_t)(4 * i + offset) + k;
            y += from >= 0 && from < (int64_t)n ? in[from] * h[k + HALF] : 0;
        }
        out[i] = (float)(y / sum);
    }
}

// A sine of fs/6 at half level with one full-scale cycle of fs/4 in its middle; the four cases are
// the four places at which the samples may lie.
static void tech_3341_20_to_23_true_peak_of_a_burst(void **state)
{
    (void)state;
    enum { SIDE = 24 * 200, N = SIDE + 16 + SIDE };
    static double high[N];
    static float wave[N / 4];
    for (size_t i = 0; i < N; i++) {
        const bool burst = i >= SIDE && i < SIDE + 16;
        const size_t tone = i < SIDE ? i : i - 16;
        const double y = burst ? sin(2 * M_PI * (double)(i - SIDE) / 16)
                               : 0.5 * sin(2 * M_PI * (double)(tone % 24) / 24);
        high[i] = faded(i, N, 1200) * y;
    }
    EACH_RATE(w)
    {
        for (size_t offset = 0; offset < 4; offset++) {
            bandlimit(high, N, offset, wave);
            assert_within(true_peak_of(&w, wave, N / 4), 0, 0.4, 0.2);
        }
    }
}

static void tech_3342_1_to_4_loudness_range(void **state)
{
    (void)state;
    static const struct {
        struct part part[5];
        double range;
    } with[] = {
        {{{-20, 20}, {-30, 20}}, 10},
        {{{-20, 20}, {-15, 20}}, 5},
        {{{-40, 20}, {-20, 20}}, 20},
        {{{-50, 20}, {-35, 20}, {-20, 20}, {-35, 20}, {-50, 20}}, 15},
    };
    EACH_RATE(w)
    {
        for (size_t i = 0; i < sizeof with / sizeof *with; i++)
            assert_within(steps(&w, with[i].part, 5, 1).range_lu, with[i].range, 1, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tech_3341_1_and_2_steady_tones),
        cmocka_unit_test(tech_3341_3_4_5_7_8_gated_loudness),
        cmocka_unit_test(tech_3341_6_five_channels),
        cmocka_unit_test(tech_3341_9_steady_short_term),
        cmocka_unit_test(tech_3341_10_short_term_maximum_at_any_offset),
        cmocka_unit_test(tech_3341_11_rising_short_term_maxima),
        cmocka_unit_test(tech_3341_12_steady_momentary),
        cmocka_unit_test(tech_3341_13_momentary_maximum_at_any_offset),
        cmocka_unit_test(tech_3341_14_rising_momentary_maxima),
        cmocka_unit_test(tech_3341_15_to_19_true_peak_of_tones),
        cmocka_unit_test(tech_3341_20_to_23_true_peak_of_a_burst),
        cmocka_unit_test(tech_3342_1_to_4_loudness_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
