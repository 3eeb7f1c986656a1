// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "cm.h"
#include "listen/pitch.h"
#include "listen/stft.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SR 44100u
#define MOST 2000

struct track {
    uint32_t frames;
    float hz[MOST], confidence[MOST];
    struct vy_pitch_summary all;
    struct vy_pitch *pitch;
};

static void take_frame(void *arg, const struct vy_pitch_frame *frame)
{
    struct track *const t = arg;
    assert_true(frame->index == t->frames && t->frames < MOST);
    assert_true(frame->confidence >= 0 && frame->confidence <= 1);
    t->hz[t->frames] = frame->hz;
    t->confidence[t->frames++] = frame->confidence;
}

static void take_hop(void *arg, const struct vy_hop *hop)
{
    vy_pitch_hop(((struct track *)arg)->pitch, hop);
}

static struct track *hear(const float *wave, uint32_t n, uint32_t piece)
{
    struct track *const t = calloc(1, sizeof *t);
    struct vy_stft *stft;
    const struct vy_hop_shape shape = {SR, 2048, 512, 1025};
    assert_int_equal(vy_pitch_new(&shape, take_frame, t, &t->pitch), VY_OK);
    assert_int_equal(vy_stft_new(SR, 2048, 512, take_hop, t, &stft), VY_OK);
    for (uint32_t i = 0; i < n; i += piece)
        vy_stft_push(stft, wave + i, n - i < piece ? n - i : piece);
    vy_stft_finish(stft);
    vy_pitch_finish(t->pitch, &t->all);
    assert_true(t->all.frames == t->frames && t->frames == 1 + n / 1024);
    vy_stft_destroy(stft);
    vy_pitch_destroy(t->pitch);
    return t;
}

static double cents(double a, double b)
{
    return 1200 * log2(a / b);
}

// Partials first .. last, each 1 / h, around a pitch that swings.
static float *tone(uint32_t n, double hz, int first, int last, double swing_cents)
{
    float *const wave = calloc(n, sizeof *wave);
    double phase = 0;
    for (uint32_t i = 0; i < n; i++) {
        const double now = hz * exp2(swing_cents / 1200 * sin(2 * M_PI * 5.5 * i / SR));
        phase += 2 * M_PI * now / SR;
        for (int h = first; h <= last; h++)
            wave[i] += (float)(0.2 / h * sin(h * phase + h * h));
    }
    return wave;
}

// Voiced all through, and nowhere further than `most` cents from hz.
static void holds_pitch(const struct track *t, double hz, double most)
{
    double worst = 0;
    for (uint32_t f = 2; f + 3 < t->frames; f++) {
        assert_true(t->confidence[f] >= VY_PITCH_VOICED);
        worst = fmax(worst, fabs(cents((double)t->hz[f], hz)));
    }
    print_message("%.1f Hz: worst frame %.2f cents, median %+.2f\n", hz, worst,
                  cents((double)t->all.median_hz, hz));
    assert_true(worst < most);
    assert_true(fabs(cents((double)t->all.median_hz, hz)) < 2.5);
}

static void sines_are_found_to_a_few_cents(void **state)
{
    (void)state;
    static const double hz[] = {55, 82.41, 110, 196, 440, 523.25, 987.8, 1480};
    for (size_t i = 0; i < sizeof hz / sizeof *hz; i++) {
        float *const wave = tone(SR, hz[i], 1, 1, 0);
        struct track *const t = hear(wave, SR, 4096);
        holds_pitch(t, hz[i], 4);
        free(t);
        free(wave);
    }
}

static void harmonic_tones_are_found_from_50_to_1500_hz(void **state)
{
    (void)state;
    for (double hz = 50; hz < 1500; hz *= 1.27) {
        float *const wave = tone(SR, hz, 1, 12, 0);
        struct track *const t = hear(wave, SR, 4096);
        holds_pitch(t, hz, 5);
        free(t);
        free(wave);
    }
}

static void a_missing_fundamental_is_heard(void **state)
{
    (void)state;
    for (double hz = 80; hz < 500; hz *= 1.6) {
        float *const wave = tone(SR, hz, 3, 8, 0);
        struct track *const t = hear(wave, SR, 4096);
        holds_pitch(t, hz, 5);
        free(t);
        free(wave);
    }
}

static void vibrato_is_followed(void **state)
{
    (void)state;
    const uint32_t n = 3 * SR;
    float *const wave = tone(n, 330, 1, 8, 50);
    struct track *const t = hear(wave, n, 4096);
    double widest = 0;
    for (uint32_t f = 2; f + 3 < t->frames; f++) {
        assert_true(t->confidence[f] >= VY_PITCH_VOICED);
        const double real = 330 * exp2(50.0 / 1200 * sin(2 * M_PI * 5.5 * f * 1024.0 / SR));
        assert_true(fabs(cents((double)t->hz[f], real)) < 25);
        widest = fmax(widest, fabs(cents((double)t->hz[f], 330)));
    }
    print_message("swing of 50 cents heard as %.1f, median %.2f Hz\n", widest,
                  (double)t->all.median_hz);
    assert_true(widest > 25 && widest < 60);
    assert_true(fabs(cents((double)t->all.median_hz, 330)) < 8);
    assert_true((double)t->all.low_hz < 326 && (double)t->all.high_hz > 334);
    free(t);
    free(wave);
}

static void noise_and_silence_have_no_pitch(void **state)
{
    (void)state;
    float *const wave = calloc(4 * SR, sizeof *wave);
    struct track *quiet = hear(wave, 4 * SR, 4096);
    uint32_t seed = 3;
    for (uint32_t i = 0; i < 4 * SR; i++) {
        seed = seed * 1664525u + 1013904223u;
        wave[i] = (float)((double)(seed >> 8) / 8388608.0 - 1);
    }
    struct track *noise = hear(wave, 4 * SR, 4096);
    assert_true(quiet->all.voiced == 0 && isnan(quiet->all.median_hz) && quiet->all.why);
    assert_true(quiet->all.tuning_confidence == 0);
    assert_true(noise->all.voiced == 0);
    free(quiet);
    free(noise);
    free(wave);
}

// Not a major triad: it has a common fundamental.
static void chords_are_less_sure_than_notes(void **state)
{
    (void)state;
    float *const wave = tone(SR, 220, 1, 8, 0), *const second = tone(SR, 311.13, 1, 8, 0);
    float *const third = tone(SR, 415.3, 1, 8, 0);
    struct track *const one = hear(wave, SR, 4096);
    for (uint32_t i = 0; i < SR; i++)
        wave[i] += second[i] + third[i];
    struct track *const three = hear(wave, SR, 4096);
    double sure_one = 0, sure_three = 0;
    for (uint32_t f = 2; f + 3 < one->frames; f++) {
        sure_one += (double)one->confidence[f];
        sure_three += (double)three->confidence[f];
    }
    assert_true(sure_three < 0.8 * sure_one);
    free(one);
    free(three);
    free(wave);
    free(second);
    free(third);
}

static void tuning_of_a_tone_is_told(void **state)
{
    (void)state;
    float *const wave = tone(SR, 432, 1, 8, 0);
    struct track *const t = hear(wave, SR, 4096);
    assert_true(fabs((double)t->all.tuning_cents + 31.77) < 1.5);
    assert_true(t->all.tuning_confidence > 0.9f);
    free(t);
    free(wave);
}

static void pieces_of_any_size_give_the_same_track(void **state)
{
    (void)state;
    float *const wave = tone(SR, 147, 1, 8, 30);
    struct track *const first = hear(wave, SR, 64);
    static const uint32_t piece[] = {333, 512, 100000};
    for (size_t i = 0; i < sizeof piece / sizeof *piece; i++) {
        struct track *const t = hear(wave, SR, piece[i]);
        assert_int_equal(t->frames, first->frames);
        assert_memory_equal(t->hz, first->hz, sizeof t->hz);
        assert_memory_equal(t->confidence, first->confidence, sizeof t->confidence);
        free(t);
    }
    free(first);
    free(wave);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sines_are_found_to_a_few_cents),
        cmocka_unit_test(harmonic_tones_are_found_from_50_to_1500_hz),
        cmocka_unit_test(a_missing_fundamental_is_heard),
        cmocka_unit_test(vibrato_is_followed),
        cmocka_unit_test(noise_and_silence_have_no_pitch),
        cmocka_unit_test(chords_are_less_sure_than_notes),
        cmocka_unit_test(tuning_of_a_tone_is_told),
        cmocka_unit_test(pieces_of_any_size_give_the_same_track),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
