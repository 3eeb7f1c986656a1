// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Patterns of sound: what is found in signals whose answers are known.
#include "listen/pattern.h"
#include "listen/stft.h"

#include "cm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SR 48000
#define PI 3.14159265358979
#define MOST 32

struct found {
    struct vy_ear_pattern pattern[MOST];
    uint32_t n;
};

// A signal in the making.
struct tape {
    float *x;
    size_t n;
    uint32_t seed;
};

static struct tape tape_of(double seconds)
{
    struct tape t = {.n = (size_t)(seconds * SR), .seed = 5};
    t.x = calloc(t.n, sizeof(float));
    assert_non_null(t.x);
    return t;
}

static float noise(struct tape *t)
{
    t->seed = t->seed * 1664525u + 1013904223u;
    return (float)(int32_t)t->seed / 2147483648.0f;
}

static void tone(struct tape *t, double from, double to, double f0_hz, double gain)
{
    const size_t a = (size_t)(from * SR), b = (size_t)(to * SR);
    for (size_t i = a; i < b && i < t->n; i++) {
        const double s = (double)(i - a) / SR, left = (double)(b - i) / SR;
        const double edge = fmin(fmin(s / 0.02, left / 0.02), 1);
        for (int p = 1; p <= 8; p++)
            t->x[i] += (float)(gain / p * edge * sin(2 * PI * p * f0_hz * s));
    }
}

static void hiss(struct tape *t, double from, double to, double gain)
{
    for (size_t i = (size_t)(from * SR); i < (size_t)(to * SR) && i < t->n; i++)
        t->x[i] += (float)gain * noise(t);
}

static void hit(struct tape *t, double at, double fade_s, double gain)
{
    for (size_t i = (size_t)(at * SR); i < t->n; i++) {
        const double s = (double)i / SR - at;
        t->x[i] += (float)(gain * exp(-s / fade_s)) * noise(t);
    }
}

static void take_pattern(void *arg, const struct vy_ear_pattern *pattern)
{
    struct found *const f = arg;
    assert_true(f->n < MOST);
    f->pattern[f->n++] = *pattern;
}

static void take_hop(void *arg, const struct vy_hop *hop)
{
    vy_ear_patterns_hop(arg, hop);
}

static struct found hear(struct tape *t, const struct vy_ear_pattern_wish *wish, size_t piece)
{
    const struct vy_hop_shape shape = {SR, 2048, 512, 1025};
    struct found f = {.n = 0};
    struct vy_ear_patterns *patterns;
    struct vy_stft *stft;
    assert_int_equal(vy_ear_patterns_new(&shape, wish, take_pattern, &f, &patterns), VY_OK);
    assert_int_equal(vy_stft_new(SR, 2048, 512, take_hop, patterns, &stft), VY_OK);
    for (size_t at = 0; at < t->n; at += piece)
        vy_stft_push(stft, t->x + at, piece < t->n - at ? piece : t->n - at);
    vy_stft_finish(stft);
    vy_ear_patterns_finish(patterns);
    vy_stft_destroy(stft);
    vy_ear_patterns_destroy(patterns);
    return f;
}

static void assert_one(struct tape *t, enum vy_ear_pattern_kind kind)
{
    const struct vy_ear_pattern_wish wish = {.one_region = true};
    const struct found f = hear(t, &wish, 4096);
    assert_int_equal(f.n, 1);
    assert_string_equal(vy_ear_pattern_kind_name(f.pattern[0].kind),
                        vy_ear_pattern_kind_name(kind));
    float sum = 0;
    for (uint32_t k = 0; k < VY_EAR_KINDS; k++)
        sum += f.pattern[0].probability[k];
    assert_true(fabsf(sum - 1) < 1e-4f);
    assert_true(f.pattern[0].confidence > 0.3f);
    free(t->x);
}

static void a_held_note_is_tonal(void **state)
{
    (void)state;
    struct tape t = tape_of(1.5);
    tone(&t, 0.1, 1.4, 330, 0.2);
    assert_one(&t, VY_EAR_TONAL);
}

static void notes_one_after_the_other_are_melodic(void **state)
{
    (void)state;
    struct tape t = tape_of(2);
    const double note[] = {262, 294, 330, 392, 330, 294};
    for (int i = 0; i < 6; i++)
        tone(&t, 0.3 * i, 0.3 * i + 0.28, note[i], 0.2);
    assert_one(&t, VY_EAR_MELODIC);
}

static void a_chord_is_harmonic(void **state)
{
    (void)state;
    struct tape t = tape_of(2);
    const double note[] = {196, 247, 294, 370};
    for (int i = 0; i < 4; i++)
        tone(&t, 0.1, 1.9, note[i], 0.1);
    assert_one(&t, VY_EAR_HARMONIC);
}

static void bursts_that_die_away_are_percussive(void **state)
{
    (void)state;
    struct tape t = tape_of(2);
    for (int i = 0; i < 8; i++)
        hit(&t, 0.25 * i, 0.03, 0.5);
    assert_one(&t, VY_EAR_PERCUSSIVE);
}

static void one_click_is_transient(void **state)
{
    (void)state;
    struct tape t = tape_of(0.15);
    hit(&t, 0.01, 0.008, 0.8);
    assert_one(&t, VY_EAR_TRANSIENT);
}

static void hiss_is_noise(void **state)
{
    (void)state;
    struct tape t = tape_of(1.5);
    hiss(&t, 0, 1.5, 0.2);
    assert_one(&t, VY_EAR_NOISE);
}

// Syllables of 0.2 s: hiss, then a voice whose pitch falls; formants by two resonances.
static void syllables_of_voice_and_hiss_are_speech(void **state)
{
    (void)state;
    struct tape t = tape_of(4);
    double phase = 0;
    for (size_t i = 0; i < t.n; i++) {
        const double s = (double)i / SR;
        // syllables of 0.2 and 0.31 s, and each third a pause
        const double word = fmod(s, 0.66);
        const int syllable = 3 * (int)(s / 0.66) + (word > 0.2) + (word > 0.51);
        const double in = word > 0.51 ? 1 : word > 0.2 ? word - 0.2 : word;
        const double f0 = 110 + 15 * ((syllable * 5) % 4) + 25 * sin(2 * PI * in / 0.4);
        const double formant = 500 + 150 * ((syllable * 3) % 4);
        phase += f0 / SR;
        if (in < 0.05)
            t.x[i] = 0.03f * noise(&t);
        else if (in < 0.19)
            for (int p = 1; p < 30; p++) {
                const double d = (p * f0 - formant) / 200, e = (p * f0 - 1800) / 300;
                t.x[i] += (float)(0.1 * sin(PI * (in - 0.05) / 0.14) *
                                  (1 / (1 + d * d) + 0.3 / (1 + e * e)) * sin(2 * PI * p * phase));
            }
    }
    assert_one(&t, VY_EAR_SPEECH);
}

static void a_slow_swell_of_many_voices_is_ambient(void **state)
{
    (void)state;
    struct tape t = tape_of(8);
    for (size_t i = 0; i < t.n; i++) {
        const double s = (double)i / SR, swell = fmin(fmin(s / 2, (8 - s) / 2), 1);
        for (int v = 0; v < 10; v++)
            t.x[i] += (float)(0.04 * swell * sin(2 * PI * 150 * pow(1.37, v) * s + v));
        t.x[i] += (float)(0.0005 * swell) * noise(&t);
    }
    const struct vy_ear_pattern_wish wish = {.one_region = true};
    const struct found f = hear(&t, &wish, 4096);
    const float *const p = f.pattern[0].probability;
    assert_true(p[VY_EAR_AMBIENT] + p[VY_EAR_HARMONIC] > 0.8f);
    assert_true(p[VY_EAR_AMBIENT] > 0.3f);
    free(t.x);
}

static struct tape three_things(void)
{
    struct tape t = tape_of(8);
    tone(&t, 0.5, 2.5, 440, 0.2);
    hiss(&t, 3.5, 5, 0.2);
    for (int i = 0; i < 8; i++)
        hit(&t, 6 + 0.2 * i, 0.03, 0.5);
    return t;
}

static void silence_parts_what_sounds(void **state)
{
    (void)state;
    struct tape t = three_things();
    const struct found f = hear(&t, NULL, 4096);
    static const enum vy_ear_pattern_kind kind[] = {VY_EAR_TONAL, VY_EAR_NOISE, VY_EAR_PERCUSSIVE};
    static const double start_s[] = {0.5, 3.5, 6}, end_s[] = {2.5, 5, 7.55};
    assert_int_equal(f.n, 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(f.pattern[i].kind, kind[i]);
        assert_true(fabs(f.pattern[i].start_s - start_s[i]) < 0.05);
        assert_true(fabs(f.pattern[i].end_s - end_s[i]) < 0.15);
        assert_true(f.pattern[i].embedding.has & 1u << VY_ASPECT_TIMBRE);
    }
    free(t.x);
}

static void a_change_of_texture_parts_what_goes_on(void **state)
{
    (void)state;
    struct tape t = tape_of(6);
    tone(&t, 0, 3, 440, 0.2);
    hiss(&t, 3, 6, 0.2);
    const struct found f = hear(&t, NULL, 4096);
    assert_int_equal(f.n, 2);
    assert_true(fabs(f.pattern[1].start_s - 3) < 0.1);
    free(t.x);
}

static void bands_that_move_apart_are_two_patterns(void **state)
{
    (void)state;
    struct tape t = tape_of(4);
    for (size_t i = 0; i < t.n; i++) {
        const double s = (double)i / SR;
        const double low = fabs(sin(PI * s * 0.9)), high = fmod(s, 0.31);
        t.x[i] = (float)(0.3 * low * sin(2 * PI * 110 * s) +
                         0.1 * exp(-high / 0.03) * sin(2 * PI * 6000 * s) +
                         0.1 * (0.5 + 0.5 * sin(2 * PI * 2.3 * s)) * sin(2 * PI * 900 * s));
    }
    const struct found f = hear(&t, NULL, 4096);
    assert_true(f.n >= 2);
    assert_true(f.pattern[0].high_hz <= f.pattern[f.n - 1].low_hz + 1);
    free(t.x);
}

static void pieces_of_any_size_give_the_same(void **state)
{
    (void)state;
    struct tape t = three_things();
    const struct found a = hear(&t, NULL, t.n), b = hear(&t, NULL, 113);
    assert_int_equal(a.n, b.n);
    for (uint32_t i = 0; i < a.n; i++) {
        assert_true(a.pattern[i].start_s == b.pattern[i].start_s);
        assert_memory_equal(a.pattern[i].evidence, b.pattern[i].evidence,
                            sizeof a.pattern[i].evidence);
        assert_memory_equal(a.pattern[i].embedding.v, b.pattern[i].embedding.v,
                            sizeof a.pattern[i].embedding.v);
    }
    free(t.x);
}

static void silence_has_no_patterns(void **state)
{
    (void)state;
    struct tape t = tape_of(3);
    assert_int_equal(hear(&t, NULL, 4096).n, 0);
    free(t.x);
}

static enum vy_motion motion_of(double (*semitones)(double s))
{
    struct tape t = tape_of(3);
    double phase = 0;
    for (size_t i = 0; i < t.n; i++) {
        phase += 440 * exp2(semitones((double)i / SR) / 12) / SR;
        for (int p = 1; p <= 6; p++)
            t.x[i] += (float)(0.15 / p * sin(2 * PI * p * phase));
    }
    const struct vy_ear_pattern_wish wish = {.one_region = true};
    const struct found f = hear(&t, &wish, 4096);
    free(t.x);
    assert_true(f.pattern[0].motion_of_pitch);
    return f.pattern[0].motion;
}

static double rising(double s)
{
    return 3 * s;
}
static double arching(double s)
{
    return 9 - 4 * (s - 1.5) * (s - 1.5);
}
static double swinging(double s)
{
    return 2 * sin(2 * PI * 2 * s);
}

static void motion_is_named_after_the_curve(void **state)
{
    (void)state;
    assert_int_equal(motion_of(rising), VY_MOTION_LINEAR);
    assert_int_equal(motion_of(arching), VY_MOTION_PARABOLA);
    assert_int_equal(motion_of(swinging), VY_MOTION_OSCILLATION);
}

static void relations_say_why(void **state)
{
    (void)state;
    struct tape t = tape_of(6);
    tone(&t, 0.1, 1.5, 440, 0.2);
    tone(&t, 2.1, 3.5, 440, 0.1);
    tone(&t, 4.1, 5.5, 660, 0.2);
    const struct found f = hear(&t, NULL, 4096);
    struct vy_related r[VY_RELATIONS];
    assert_int_equal(f.n, 3);
    assert_true(vy_ear_pattern_relate(&f.pattern[0], &f.pattern[1], true, r) >= 1);
    assert_int_equal(r[0].relation, VY_RELATION_SIMILAR);
    assert_non_null(strstr(r[0].reason, "timbre"));
    const uint32_t n = vy_ear_pattern_relate(&f.pattern[0], &f.pattern[2], true, r);
    bool variant = false;
    for (uint32_t i = 0; i < n; i++)
        variant |= r[i].relation == VY_RELATION_VARIANT && strstr(r[i].reason, "pitch") != NULL;
    assert_true(variant);
    free(t.x);
}

static void neighbours_in_time_are_sequential_and_bands_of_one_thing_composite(void **state)
{
    (void)state;
    struct vy_ear_pattern a = {.start_s = 0, .end_s = 2, .low_hz = 30, .high_hz = 250}, b = a;
    struct vy_related r[VY_RELATIONS];
    b.start_s = 2.1;
    b.end_s = 4;
    assert_int_equal(vy_ear_pattern_relate(&a, &b, true, r), 1);
    assert_int_equal(r[0].relation, VY_RELATION_SEQUENTIAL);
    assert_int_equal(vy_ear_pattern_relate(&a, &b, false, r), 0);
    b = a;
    b.low_hz = 250;
    b.high_hz = 2500;
    assert_int_equal(vy_ear_pattern_relate(&a, &b, true, r), 2);
    assert_true(r[0].relation == VY_RELATION_COMPOSITE || r[1].relation == VY_RELATION_COMPOSITE);
    b.start_s = 1;
    assert_int_equal(vy_ear_pattern_relate(&a, &b, true, r), 1);
    assert_int_equal(r[0].relation, VY_RELATION_OVERLAPPING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_held_note_is_tonal),
        cmocka_unit_test(notes_one_after_the_other_are_melodic),
        cmocka_unit_test(a_chord_is_harmonic),
        cmocka_unit_test(bursts_that_die_away_are_percussive),
        cmocka_unit_test(one_click_is_transient),
        cmocka_unit_test(hiss_is_noise),
        cmocka_unit_test(syllables_of_voice_and_hiss_are_speech),
        cmocka_unit_test(a_slow_swell_of_many_voices_is_ambient),
        cmocka_unit_test(silence_parts_what_sounds),
        cmocka_unit_test(a_change_of_texture_parts_what_goes_on),
        cmocka_unit_test(bands_that_move_apart_are_two_patterns),
        cmocka_unit_test(pieces_of_any_size_give_the_same),
        cmocka_unit_test(silence_has_no_patterns),
        cmocka_unit_test(motion_is_named_after_the_curve),
        cmocka_unit_test(relations_say_why),
        cmocka_unit_test(neighbours_in_time_are_sequential_and_bands_of_one_thing_composite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
