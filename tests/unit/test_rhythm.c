// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Rhythm on drums made of noise and sines, of which tempo, bar and swing are known.
#include "listen/music.h"
#include "listen/stft.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define SR 44100
#define SECONDS 24
#define FRAMES (SR * SECONDS)

struct heard {
    float *sound;
    struct vy_arena arena;
    struct vy_music_found found;
};

static float noise(uint32_t *seed)
{
    *seed = *seed * 1664525U + 1013904223U;
    return (float)(int32_t)*seed / 2147483648.0F;
}

static void kick(float *sound, double at_s, float level)
{
    const size_t from = (size_t)(at_s * SR);
    for (size_t i = 0; i < SR / 5 && from + i < FRAMES; i++) {
        const double t = (double)i / SR;
        sound[from + i] +=
            level * (float)(sin(2 * M_PI * (50 * t - 3 * exp(-t * 40))) * exp(-t * 18));
    }
}

static void snare(float *sound, double at_s, float level)
{
    uint32_t seed = 7;
    const size_t from = (size_t)(at_s * SR);
    for (size_t i = 0; i < SR / 5 && from + i < FRAMES; i++) {
        const double t = (double)i / SR;
        sound[from + i] +=
            level *
            (float)((0.5 * (double)noise(&seed) + 0.5 * sin(2 * M_PI * 190 * t)) * exp(-t * 25));
    }
}

static void hat(float *sound, double at_s, float level)
{
    uint32_t seed = 99;
    float last = 0;
    const size_t from = (size_t)(at_s * SR);
    for (size_t i = 0; i < SR / 20 && from + i < FRAMES; i++) {
        const float x = noise(&seed);
        sound[from + i] += level * (x - last) * expf(-(float)i / SR * 90);
        last = x;
    }
}

static void bass(float *sound, double at_s, double hz, float level)
{
    const size_t from = (size_t)(at_s * SR);
    for (size_t i = 0; i < SR / 3 && from + i < FRAMES; i++) {
        const double t = (double)i / SR;
        sound[from + i] += level * (float)((sin(2 * M_PI * hz * t) + 0.4 * sin(4 * M_PI * hz * t)) *
                                           fmin(1, t * 200) * exp(-t * 6));
    }
}

// Three notes with overtones, held for the length of a bar.
static void chord(float *sound, double at_s, double root_hz, double length_s)
{
    static const double above[] = {1, 1.25, 1.5};
    const size_t from = (size_t)(at_s * SR), n = (size_t)(length_s * SR);
    for (size_t i = 0; i < n && from + i < FRAMES; i++) {
        const double t = (double)i / SR, swell = fmin(1, t * 100) * fmin(1, (length_s - t) * 50);
        for (int k = 0; k < 3; k++)
            for (int h = 1; h <= 4; h++)
                sound[from + i] += (float)(0.05 / h * swell * exp(-t) *
                                           sin(2 * M_PI * h * root_hz * above[k] * t));
    }
}

static void take_hop(void *arg, const struct vy_hop *hop)
{
    assert_int_equal(vy_music_hop(arg, hop), VY_OK);
}

static void listen_to(struct heard *h)
{
    const struct vy_hop_shape shape = {SR, 2048, 512, 1025};
    struct vy_music *music;
    struct vy_stft *stft;
    assert_int_equal(vy_music_new(&shape, VY_MUSIC_CHAPTER_S, &music), VY_OK);
    assert_int_equal(vy_stft_new(SR, 2048, 512, take_hop, music, &stft), VY_OK);
    vy_stft_push(stft, h->sound, FRAMES);
    vy_stft_finish(stft);
    assert_int_equal(vy_music_finish(music, &h->arena, &h->found), VY_OK);
    vy_stft_destroy(stft);
    vy_music_destroy(music);
}

static void start(struct heard *h)
{
    memset(h, 0, sizeof *h);
    h->sound = calloc(FRAMES, sizeof(float));
    assert_non_null(h->sound);
}

static void end(struct heard *h)
{
    vy_arena_clear(&h->arena);
    free(h->sound);
}

// Bars of drums, bass and a chord: kick on one, snare on every other beat or on the last, hats
// between. `beat_s` gives the length of a beat by the time.
static void play(struct heard *h, uint32_t beats_per_bar, double swing, double (*beat_s)(double),
                 double *beat, uint32_t *beats)
{
    static const double root[] = {55, 73.4, 82.4, 65.4};
    double at = 0.3;
    for (uint32_t i = 0; at < SECONDS - 1; i++) {
        const uint32_t place = i % beats_per_bar;
        const double length = beat_s(at);
        beat[(*beats)++] = at;
        if (place == 0 || (beats_per_bar == 4 && place == 2)) {
            kick(h->sound, at, place ? 0.35F : 0.5F);
            bass(h->sound, at, root[i / beats_per_bar % 4], 0.3F);
            if (!place)
                chord(h->sound, at, 4 * root[i / beats_per_bar % 4], beats_per_bar * length);
        } else {
            snare(h->sound, at, 0.35F);
        }
        hat(h->sound, at, 0.08F);
        hat(h->sound, at + swing * length, 0.06F);
        at += length;
    }
}

// Share of the true times after 5 s that were found within 50 ms.
static double share_found(const double *truth, uint32_t n, const double *found, uint32_t m)
{
    uint32_t asked = 0, hit = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (truth[i] < 5)
            continue;
        asked++;
        for (uint32_t k = 0; k < m; k++)
            if (fabs(found[k] - truth[i]) < 0.05) {
                hit++;
                break;
            }
    }
    return asked ? (double)hit / asked : 0;
}

static double steady_120(double t)
{
    (void)t;
    return 0.5;
}

static double steady_150(double t)
{
    (void)t;
    return 0.4;
}

static double faster(double t)
{
    return 60 / (100 + t);
}

static void pulse_of_rock_is_found(void **state)
{
    (void)state;
    struct heard h;
    double beat[200];
    uint32_t beats = 0;
    start(&h);
    play(&h, 4, 0.5, steady_120, beat, &beats);
    listen_to(&h);
    assert_true(h.found.tempo_confidence > 0.3F);
    assert_float_equal(h.found.tempo_bpm, 120, 1);
    assert_true(share_found(beat, beats, h.found.beat, h.found.beats) > 0.95);
    assert_true(h.found.beats < beats + 4);
    assert_int_equal(h.found.beats_per_bar, 4);
    assert_string_equal(h.found.metre, "4/4");
    assert_float_equal(h.found.tempo_curve[h.found.beats / 2], 120, 2);
    uint32_t right = 0;
    for (uint32_t i = 0; i < h.found.downbeats; i++)
        right += fabs(remainder(h.found.downbeat[i] - 0.3, 2)) < 0.05;
    assert_true(right >= 9);
    end(&h);
}

static void bars_of_three_are_found(void **state)
{
    (void)state;
    struct heard h;
    double beat[200];
    uint32_t beats = 0;
    start(&h);
    play(&h, 3, 0.5, steady_150, beat, &beats);
    listen_to(&h);
    assert_float_equal(h.found.tempo_bpm, 150, 2);
    assert_int_equal(h.found.beats_per_bar, 3);
    end(&h);
}

static void swing_is_measured(void **state)
{
    (void)state;
    static const double swing[] = {0.5, 0.58, 0.66};
    for (size_t i = 0; i < 3; i++) {
        struct heard h;
        double beat[200];
        uint32_t beats = 0;
        start(&h);
        play(&h, 4, swing[i], steady_120, beat, &beats);
        listen_to(&h);
        assert_true(h.found.swing_confidence > 0.2F);
        assert_float_equal(h.found.swing, swing[i], 0.02);
        end(&h);
    }
}

static void growing_tempo_is_followed(void **state)
{
    (void)state;
    struct heard h;
    double beat[200];
    uint32_t beats = 0;
    start(&h);
    play(&h, 4, 0.5, faster, beat, &beats);
    listen_to(&h);
    assert_true(share_found(beat, beats, h.found.beat, h.found.beats) > 0.9);
    const float *const curve = h.found.tempo_curve;
    assert_true(curve[h.found.beats - 3] > curve[3] + 10);
    end(&h);
}

static void late_off_beats_are_in_the_groove(void **state)
{
    (void)state;
    struct heard h;
    double beat[200];
    uint32_t beats = 0;
    start(&h);
    play(&h, 4, 0.54, steady_120, beat, &beats); // 20 ms after the middle
    listen_to(&h);
    assert_int_equal(h.found.groove_steps, 16);
    float late = 0, share = 0;
    for (uint32_t s = 2; s < 16; s += 4) {
        late += h.found.groove[s].late_ms / 4;
        share += h.found.groove[s].share / 4;
    }
    assert_float_equal(late, 20, 8);
    assert_true(share > 0.8F);
    assert_true(h.found.groove[0].strength > h.found.groove[2].strength);
    end(&h);
}

static void drums_are_told_from_tones(void **state)
{
    (void)state;
    struct heard h;
    start(&h);
    double drum[24], tone[24];
    for (int i = 0; i < 20; i++) {
        drum[i] = 0.5 + i;
        tone[i] = 1.0 + i;
        snare(h.sound, drum[i], 0.4F);
        bass(h.sound, tone[i], 220, 0.4F);
    }
    listen_to(&h);
    assert_true(share_found(drum, 20, h.found.onset, h.found.onsets) > 0.95);
    assert_true(share_found(tone, 20, h.found.onset, h.found.onsets) > 0.95);
    assert_true(share_found(drum, 20, h.found.onset_drum, h.found.onset_drums) > 0.95);
    assert_true(share_found(tone, 20, h.found.onset_drum, h.found.onset_drums) < 0.1);
    end(&h);
}

static void assert_no_pulse(const struct heard *h)
{
    assert_float_equal(h->found.tempo_confidence, 0, 0);
    assert_int_equal(h->found.beats, 0);
    assert_int_equal(h->found.beats_per_bar, 0);
    assert_null(h->found.metre);
}

// A note of strings: it takes 60 ms to grow and fades into the next.
static void bow(float *sound, double at_s, double hz, double length_s, float level)
{
    const size_t from = (size_t)(at_s * SR), n = (size_t)((length_s + 0.15) * SR);
    for (size_t i = 0; i < n && from + i < FRAMES; i++) {
        const double t = (double)i / SR;
        const double swell = fmin(1, t / 0.06) * fmin(1, (length_s + 0.15 - t) / 0.15);
        for (int h = 1; h <= 6; h++)
            sound[from + i] += level * (float)(swell / h * sin(2 * M_PI * h * hz * t));
    }
}

static void soft_chords_have_a_faint_pulse(void **state)
{
    (void)state;
    static const double root[] = {130.81, 174.61, 196.0, 130.81}; // C F G C
    static const double above[] = {1, 1.2599, 1.4983, 2, 2.5198};
    struct heard h;
    start(&h);
    uint32_t beats = 0;
    for (double at = 0.4; at < SECONDS - 1.3; at += 0.6, beats++) {
        const double hz = root[beats / 4 % 4];
        for (int k = 0; k < 3; k++)
            bow(h.sound, at, hz * above[k], 0.6, 0.04F);
        bow(h.sound, at, 2 * hz * above[(beats * 3) % 5], 0.6, 0.06F);
    }
    listen_to(&h);
    assert_true(h.found.key >= 0);
    assert_true(h.found.tempo_confidence >= 0.05F);
    assert_float_equal(h.found.tempo_bpm, 100, 3);
    assert_true(h.found.beats > beats - 4 && h.found.beats <= beats + 1);
    end(&h);
}

static void last_chord_is_the_last_beat(void **state)
{
    (void)state;
    struct heard h;
    double beat[200];
    uint32_t beats = 0;
    start(&h);
    play(&h, 4, 0.5, steady_120, beat, &beats);
    const size_t last = (size_t)(18.3 * SR); // a downbeat
    memset(h.sound + last, 0, (FRAMES - last) * sizeof(float));
    kick(h.sound, 18.3, 0.5F);
    chord(h.sound, 18.3, 220, 5);
    listen_to(&h);
    assert_true(h.found.beats > 0);
    assert_true(h.found.beat[h.found.beats - 1] < 18.4);
    end(&h);
}

// Syllables: a buzz of changing pitch, nearly but not quite even in time, with hisses before.
static void speech_has_no_pulse(void **state)
{
    (void)state;
    struct heard h;
    uint32_t seed = 5;
    start(&h);
    double at = 0.3;
    while (at < SECONDS - 1) {
        const double hz = 110 + 30 * (double)noise(&seed);
        const double length = 0.2 + 0.08 * (double)noise(&seed);
        const size_t from = (size_t)(at * SR), n = (size_t)(length * SR);
        for (size_t i = 0; i < n; i++) {
            const double t = (double)i / SR, up = sin(M_PI * t / length);
            for (int k = 1; k < 12; k++)
                h.sound[from + i] +=
                    (float)(0.1 / k * up * sin(2 * M_PI * k * (hz * t - 40 * t * t)));
        }
        hat(h.sound, at, 0.05F);
        at += length + (noise(&seed) > 0.4F ? 0.35 : 0.04);
    }
    listen_to(&h);
    assert_no_pulse(&h);
    end(&h);
}

static void silence_has_no_rhythm(void **state)
{
    (void)state;
    struct heard h;
    start(&h);
    listen_to(&h);
    assert_no_pulse(&h);
    assert_int_equal(h.found.onsets, 0);
    end(&h);
}

static void noise_and_a_held_tone_have_no_pulse(void **state)
{
    (void)state;
    struct heard h;
    uint32_t seed = 3;
    start(&h);
    for (size_t i = 0; i < FRAMES; i++)
        h.sound[i] = 0.2F * noise(&seed);
    listen_to(&h);
    assert_no_pulse(&h);
    end(&h);
    start(&h);
    for (size_t i = SR; i < FRAMES - SR; i++)
        h.sound[i] = 0.3F * (float)sin(2 * M_PI * 330 * (double)i / SR);
    listen_to(&h);
    assert_no_pulse(&h);
    assert_true(h.found.onsets <= 2);
    end(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pulse_of_rock_is_found),
        cmocka_unit_test(bars_of_three_are_found),
        cmocka_unit_test(swing_is_measured),
        cmocka_unit_test(growing_tempo_is_followed),
        cmocka_unit_test(late_off_beats_are_in_the_groove),
        cmocka_unit_test(drums_are_told_from_tones),
        cmocka_unit_test(last_chord_is_the_last_beat),
        cmocka_unit_test(soft_chords_have_a_faint_pulse),
        cmocka_unit_test(speech_has_no_pulse),
        cmocka_unit_test(silence_has_no_rhythm),
        cmocka_unit_test(noise_and_a_held_tone_have_no_pulse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
