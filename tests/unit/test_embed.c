// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Vectors of likeness: what must not move them, and what must.
#include "listen/embed.h"
#include "listen/stft.h"

#include "cm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SR 48000
#define PI 3.14159265358979

// A note: partials that fall by `slope_db` an octave, only odd ones or all, with a decay.
struct note {
    double f0_hz, slope_db, decay_s, attack_s, vibrato_cents;
    int odd_only;
};
static const struct note plucked = {220, -6, 0.3, 0.003, 0, 0};
static const struct note bowed = {220, -4, 1e9, 0.15, 25, 0};
static const struct note reed = {220, -3, 1e9, 0.03, 0, 1};

static void add_note(float *x, size_t n, const struct note *note, double gain)
{
    double phase = 0;
    for (size_t i = 0; i < n; i++) {
        const double t = (double)i / SR, attack = 1 - exp(-t / note->attack_s);
        const double end = fmin(1, (double)(n - i) / (0.03 * SR));
        const double cents = note->vibrato_cents * sin(2 * PI * 5.5 * t);
        phase += note->f0_hz * exp2(cents / 1200) / SR;
        double sum = 0;
        for (int p = 1; p * note->f0_hz < 12000; p += note->odd_only ? 2 : 1)
            sum += pow(10, note->slope_db * log2(p) / 20) * sin(2 * PI * p * phase + p * p);
        x[i] += (float)(gain * attack * end * exp(-t / note->decay_s) * sum);
    }
}

static float noise(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (float)(int32_t)*state / 2147483648.0f;
}

static void take(void *arg, const struct vy_hop *hop)
{
    vy_embed_hop(arg, hop);
}

// In pieces of `piece` frames.
static struct vy_embedding embed_in(const float *x, size_t n, size_t piece)
{
    const struct vy_hop_shape shape = {SR, 2048, 512, 1025};
    struct vy_embed *embed;
    struct vy_stft *stft;
    struct vy_embedding e;
    assert_int_equal(vy_embed_new(&shape, 0, 20000, &embed), VY_OK);
    assert_int_equal(vy_stft_new(SR, 2048, 512, take, embed, &stft), VY_OK);
    for (size_t at = 0; at < n; at += piece)
        vy_stft_push(stft, x + at, piece < n - at ? piece : n - at);
    vy_stft_finish(stft);
    vy_embed_read(embed, &e);
    vy_stft_destroy(stft);
    vy_embed_destroy(embed);
    return e;
}

static struct vy_embedding of_note(const struct note *note, double gain, double lead_s)
{
    const size_t lead = (size_t)(lead_s * SR), n = SR;
    float *const x = calloc(lead + n, sizeof(float));
    assert_non_null(x);
    add_note(x + lead, n, note, gain);
    const struct vy_embedding e = embed_in(x, lead + n, 4096);
    free(x);
    return e;
}

static float likeness(const struct vy_embedding *a, const struct vy_embedding *b,
                      enum vy_aspect aspect)
{
    float each[VY_ASPECTS];
    (void)vy_embed_score(a, b, NULL, each);
    return each[aspect];
}

static void level_does_not_move_it(void **state)
{
    (void)state;
    const struct vy_embedding loud = of_note(&bowed, 0.2, 0), soft = of_note(&bowed, 0.002, 0);
    for (uint32_t a = 0; a < VY_ASPECTS; a++)
        if (loud.has >> a & 1)
            assert_true(likeness(&loud, &soft, a) > 0.999f);
    assert_int_equal(loud.has, soft.has);
}

static void silence_before_it_does_not_move_it(void **state)
{
    (void)state;
    const struct vy_embedding now = of_note(&plucked, 0.2, 0),
                              later = of_note(&plucked, 0.2, 0.512);
    assert_true(likeness(&now, &later, VY_ASPECT_TIMBRE) > 0.99f);
    assert_true(likeness(&now, &later, VY_ASPECT_LENGTH) > 0.99f);
    assert_true(likeness(&now, &later, VY_ASPECT_BRIGHTNESS) > 0.999f);
}

static void a_semitone_moves_the_pitch_and_not_the_colour(void **state)
{
    (void)state;
    struct note higher = bowed;
    higher.f0_hz *= exp2(1.0 / 12);
    const struct vy_embedding a = of_note(&bowed, 0.2, 0), b = of_note(&higher, 0.2, 0);
    assert_true(likeness(&a, &b, VY_ASPECT_TIMBRE) > 0.9f);
    assert_true(likeness(&a, &b, VY_ASPECT_PITCH) < 0.7f);
}

static void other_instruments_are_further_away_than_other_notes(void **state)
{
    (void)state;
    const struct note *const kind[3] = {&plucked, &bowed, &reed};
    for (int i = 0; i < 3; i++) {
        struct note fifth = *kind[i];
        fifth.f0_hz *= 1.5;
        const struct vy_embedding a = of_note(kind[i], 0.2, 0), same = of_note(&fifth, 0.1, 0);
        for (int k = 0; k < 3; k++) {
            if (k == i)
                continue;
            const struct vy_embedding other = of_note(kind[k], 0.2, 0);
            assert_true(likeness(&a, &same, VY_ASPECT_TIMBRE) >
                        likeness(&a, &other, VY_ASPECT_TIMBRE) + 0.1f);
        }
    }
}

static void blocks_of_any_size_give_the_same_bits(void **state)
{
    (void)state;
    const size_t n = SR;
    float *const x = calloc(n, sizeof(float));
    assert_non_null(x);
    add_note(x, n, &plucked, 0.3);
    const struct vy_embedding whole = embed_in(x, n, n), small = embed_in(x, n, 37);
    assert_memory_equal(whole.v, small.v, sizeof whole.v);
    assert_int_equal(whole.has, small.has);
    free(x);
}

// Bursts of noise at the times of a pattern, `step_s` apart.
static struct vy_embedding of_beat(const char *pattern, double step_s, uint32_t seed)
{
    const size_t n = 6 * SR, step = (size_t)(step_s * SR);
    float *const x = calloc(n, sizeof(float));
    assert_non_null(x);
    for (size_t i = 0; i < n; i++)
        if (pattern[i / step % strlen(pattern)] == 'x')
            x[i] = 0.5f * noise(&seed) * (float)exp(-(double)(i % step) / (0.02 * SR));
    const struct vy_embedding e = embed_in(x, n, 4096);
    free(x);
    return e;
}

static void a_rhythm_is_the_same_at_another_tempo(void **state)
{
    (void)state;
    const struct vy_embedding a = of_beat("x..x..x.", 0.125, 1), b = of_beat("x..x..x.", 0.14, 2);
    assert_true(likeness(&a, &b, VY_ASPECT_RHYTHM) > 0.8f);
    const struct vy_embedding tone = of_note(&bowed, 0.2, 0);
    assert_false(tone.has >> VY_ASPECT_RHYTHM & 1);
}

static void noise_has_no_pitch_and_silence_has_nothing(void **state)
{
    (void)state;
    static float x[SR];
    uint32_t seed = 7;
    const struct vy_embedding silence = embed_in(x, SR, 4096);
    for (size_t i = 0; i < SR; i++)
        x[i] = 0.3f * noise(&seed);
    const struct vy_embedding hiss = embed_in(x, SR, 4096);
    assert_false(hiss.has >> VY_ASPECT_PITCH & 1);
    assert_true(hiss.has >> VY_ASPECT_TIMBRE & 1);
    assert_int_equal(silence.has, 0);
    assert_true(isnan(vy_embed_score(&silence, &hiss, NULL, NULL)));
}

static void weights_choose_the_aspect(void **state)
{
    (void)state;
    struct note higher = plucked;
    higher.f0_hz *= exp2(7.0 / 12);
    const struct vy_embedding a = of_note(&plucked, 0.2, 0), b = of_note(&higher, 0.2, 0);
    float each[VY_ASPECTS];
    const float pitch_only[VY_ASPECTS] = {[VY_ASPECT_PITCH] = 1};
    const float score = vy_embed_score(&a, &b, pitch_only, each);
    assert_true(fabsf(score - each[VY_ASPECT_PITCH]) < 1e-6f);
    assert_true(fabsf(vy_embed_score(&a, &a, NULL, NULL) - 1) < 1e-5f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(level_does_not_move_it),
        cmocka_unit_test(silence_before_it_does_not_move_it),
        cmocka_unit_test(a_semitone_moves_the_pitch_and_not_the_colour),
        cmocka_unit_test(other_instruments_are_further_away_than_other_notes),
        cmocka_unit_test(blocks_of_any_size_give_the_same_bits),
        cmocka_unit_test(a_rhythm_is_the_same_at_another_tempo),
        cmocka_unit_test(noise_has_no_pitch_and_silence_has_nothing),
        cmocka_unit_test(weights_choose_the_aspect),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
