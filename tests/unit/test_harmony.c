// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "cm.h"
#include "listen/chord.h"
#include "listen/harmony.h"
#include "listen/low.h"
#include "listen/stft.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define SR 44100u
#define MOST_NOTES 6

// One chord: MIDI notes, ended by 0.
struct voicing {
    int note[MOST_NOTES];
};

struct song {
    float *wave;
    uint32_t n;
};

static struct song song_new(double s)
{
    const uint32_t n = (uint32_t)(s * SR);
    return (struct song){calloc(n, sizeof(float)), n};
}

// A plucked tone with eight partials. `cents` away from A4 = 440 Hz.
static void add_tone(struct song *song, double from_s, double long_s, double note, double cents)
{
    const double hz = 440 * exp2((note - 69 + cents / 100) / 12);
    const uint32_t from = (uint32_t)(from_s * SR);
    for (uint32_t i = 0; i < long_s * SR && from + i < song->n; i++) {
        const double t = (double)i / SR;
        const double ends = fmin(fmin(t / 0.005, (long_s - t) / 0.02), 1);
        // sines of all partials by Chebyshev's recurrence
        const double turn = 2 * M_PI * hz * t, twice = 2 * cos(turn), fade = exp(-0.3 * t);
        double before = 0, now = sin(turn), amp = 0.05 * exp(-0.6 * t) * ends;
        for (int h = 1; h <= 8; h++) {
            amp *= fade;
            song->wave[from + i] += (float)(amp / h * now);
            const double next = twice * now - before;
            before = now;
            now = next;
        }
    }
}

static void add_chord(struct song *song, double from_s, double long_s, struct voicing chord,
                      double cents)
{
    for (int i = 0; i < MOST_NOTES && chord.note[i]; i++)
        add_tone(song, from_s, long_s, chord.note[i], cents);
}

static uint32_t dice(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void add_noise(struct song *song, double amp)
{
    uint32_t seed = 7;
    for (uint32_t i = 0; i < song->n; i++)
        song->wave[i] += (float)(amp * ((double)dice(&seed) / 8388608.0 - 1));
}

static void take_hop(void *arg, const struct vy_hop *hop)
{
    assert_int_equal(vy_harmony_hop(arg, hop), VY_OK);
}

// Pushed in pieces of `piece` frames.
static struct vy_music_found hear(const struct song *song, uint32_t piece, struct vy_arena *arena)
{
    struct vy_harmony *harmony;
    struct vy_stft *stft;
    struct vy_chroma_view view;
    struct vy_music_found found = {.key = -1};
    const struct vy_hop_shape shape = {SR, 2048, 512, 1025};
    assert_int_equal(vy_harmony_new(&shape, &harmony), VY_OK);
    assert_int_equal(vy_stft_new(SR, 2048, 512, take_hop, harmony, &stft), VY_OK);
    for (uint32_t i = 0; i < song->n; i += piece)
        vy_stft_push(stft, song->wave + i, song->n - i < piece ? song->n - i : piece);
    vy_stft_finish(stft);
    assert_int_equal(vy_harmony_finish(harmony, &view), VY_OK);
    assert_int_equal(vy_harmony_find(harmony, arena, &found), VY_OK);
    vy_stft_destroy(stft);
    vy_harmony_destroy(harmony);
    return found;
}

static const char *label_at(const struct vy_music_found *found, double s)
{
    for (uint32_t i = 0; i < found->chords; i++)
        if (s >= found->chord[i].start_s && s < found->chord[i].end_s)
            return found->chord[i].label;
    return "";
}

// I IV V I vi ii V I and i iv V i VI iv V i, two seconds each, in close position with a bass.
static struct song cadences(int tonic, bool minor, double cents)
{
    static const int step[2][8] = {{0, 5, 7, 0, 9, 2, 7, 0}, {0, 5, 7, 0, 8, 5, 7, 0}};
    static const int third[2][8] = {{4, 4, 4, 4, 3, 3, 4, 4}, {3, 3, 4, 3, 4, 3, 4, 3}};
    struct song song = song_new(16);
    for (int i = 0; i < 8; i++) {
        const int root = (tonic + step[minor][i]) % 12;
        const struct voicing chord = {
            {36 + root, 60 + root, 60 + root + third[minor][i], 60 + root + 7}};
        add_chord(&song, i * 2, 2, chord, cents);
    }
    return song;
}

static void every_key_is_found(void **state)
{
    (void)state;
    for (int key = 0; key < 24; key += 5) {
        struct vy_arena arena = {0};
        const struct song song = cadences(key % 12, key >= 12, 0);
        const struct vy_music_found found = hear(&song, 44100, &arena);
        assert_int_equal(found.key, key % 12);
        assert_int_equal(found.mode, key >= 12 ? VY_MODE_MINOR : VY_MODE_MAJOR);
        assert_true(found.key_confidence > 0.6f);
        assert_true(fabsf(found.tuning_cents) < 2 && found.tuning_confidence > 0.5f);
        vy_arena_clear(&arena);
        free(song.wave);
    }
}

static void chords_are_named_by_kind(void **state)
{
    (void)state;
    static const struct {
        const char *label;
        struct voicing chord;
    } row[] = {
        {"C:maj", {{36, 60, 64, 67}}},      {"F#:min", {{42, 61, 66, 69}}},
        {"G:7", {{43, 59, 62, 65, 67}}},    {"F:maj7", {{41, 60, 64, 65, 69}}},
        {"D:min7", {{38, 57, 60, 62, 65}}}, {"B:hdim7", {{47, 62, 65, 69, 71}}},
        {"D#:maj", {{39, 58, 63, 67}}},     {"A:min", {{45, 60, 64, 69}}},
    };
    const int rows = sizeof row / sizeof *row;
    struct song song = song_new(2.0 * rows);
    for (int i = 0; i < rows; i++)
        add_chord(&song, 2 * i, 2, row[i].chord, 0);
    struct vy_arena arena = {0};
    const struct vy_music_found found = hear(&song, 44100, &arena);
    for (int i = 0; i < rows; i++) {
        print_message("%s heard as %s\n", row[i].label, label_at(&found, 2 * i + 1));
        assert_string_equal(label_at(&found, 2 * i + 1), row[i].label);
    }
    vy_arena_clear(&arena);
    free(song.wave);
}

static void spans_cover_the_piece_in_order(void **state)
{
    (void)state;
    struct vy_arena arena = {0};
    const struct song song = cadences(2, false, 0);
    const struct vy_music_found found = hear(&song, 44100, &arena);
    assert_true(found.chords >= 8);
    double at = 0;
    for (uint32_t i = 0; i < found.chords; i++) {
        assert_true(found.chord[i].start_s == at && found.chord[i].end_s > at);
        assert_true(found.chord[i].confidence >= 0 && found.chord[i].confidence <= 1);
        at = found.chord[i].end_s;
    }
    assert_true(fabs(at - 16) < 0.2);
    vy_arena_clear(&arena);
    free(song.wave);
}

static void tuning_is_told_in_cents(void **state)
{
    (void)state;
    static const double cents[] = {-45, -31.77, -12, 7, 20, 40}; // A4 = 432 Hz is -31.77
    for (size_t i = 0; i < sizeof cents / sizeof *cents; i++) {
        struct vy_arena arena = {0};
        const struct song song = cadences(7, false, cents[i]);
        const struct vy_music_found found = hear(&song, 44100, &arena);
        print_message("%+.1f cents heard as %+.1f, %.2f\n", cents[i], (double)found.tuning_cents,
                      (double)found.tuning_confidence);
        assert_true(fabs((double)found.tuning_cents - cents[i]) < 2);
        assert_int_equal(found.key, 7);
        assert_string_equal(label_at(&found, 3), "C:maj");
        vy_arena_clear(&arena);
        free(song.wave);
    }
}

// A falling sine and a burst of noise, twice a second in turn.
static void add_drums(struct song *song)
{
    uint32_t seed = 11;
    for (uint32_t i = 0; i < song->n; i++) {
        const uint32_t stroke = i / (SR / 4);
        const double t = (double)(i % (SR / 4)) / SR;
        const double kick = sin(2 * M_PI * (50 * t + 6 * (1 - exp(-t * 30)))) * exp(-t * 12);
        const double snare = ((double)dice(&seed) / 8388608.0 - 1) * exp(-t * 20);
        song->wave[i] += (float)(0.4 * (stroke % 2 ? snare : kick));
    }
}

static void no_notes_have_no_key_and_no_chord(void **state)
{
    (void)state;
    static const char *const what[] = {"silence", "noise", "drums"};
    for (int i = 0; i < 3; i++) {
        struct vy_arena arena = {0};
        struct song song = song_new(12);
        if (i == 1)
            add_noise(&song, 0.3);
        if (i == 2)
            add_drums(&song);
        const struct vy_music_found found = hear(&song, 44100, &arena);
        print_message("%s: key %d, tuning %.2f, %u chords, first %s\n", what[i], found.key,
                      (double)found.tuning_confidence, found.chords, found.chord[0].label);
        assert_int_equal(found.key, -1);
        assert_true(found.key_confidence == 0 && found.tuning_confidence == 0);
        assert_int_equal(found.chords, 1);
        assert_string_equal(found.chord[0].label, "N");
        vy_arena_clear(&arena);
        free(song.wave);
    }
}

static void music_under_drums_keeps_its_chords(void **state)
{
    (void)state;
    struct vy_arena arena = {0};
    struct song song = cadences(3, true, 0);
    add_drums(&song);
    const struct vy_music_found found = hear(&song, 44100, &arena);
    static const char *const label[] = {"D#:min", "G#:min", "A#:maj", "D#:min",
                                        "B:maj",  "G#:min", "A#:maj", "D#:min"};
    for (int i = 0; i < 8; i++)
        assert_string_equal(label_at(&found, 2 * i + 1), label[i]);
    assert_int_equal(found.key, 3);
    assert_int_equal(found.mode, VY_MODE_MINOR);
    vy_arena_clear(&arena);
    free(song.wave);
}

static void no_sound_at_all_is_no_fault(void **state)
{
    (void)state;
    struct vy_arena arena = {0};
    const struct song song = song_new(0);
    const struct vy_music_found found = hear(&song, 512, &arena);
    assert_int_equal(found.key, -1);
    vy_arena_clear(&arena);
    free(song.wave);
}

static void pieces_of_any_size_give_the_same_answer(void **state)
{
    (void)state;
    static const uint32_t piece[] = {97, 4096, 700000};
    struct vy_arena arena = {0};
    const struct song song = cadences(4, true, 10);
    const struct vy_music_found first = hear(&song, 64, &arena);
    for (size_t p = 0; p < sizeof piece / sizeof *piece; p++) {
        const struct vy_music_found found = hear(&song, piece[p], &arena);
        assert_int_equal(found.chords, first.chords);
        assert_memory_equal(found.chord, first.chord, first.chords * sizeof *first.chord);
        assert_true(found.tuning_cents == first.tuning_cents);
        assert_true(found.key_confidence == first.key_confidence);
    }
    vy_arena_clear(&arena);
    free(song.wave);
}

static void harmony_changes_where_chords_do(void **state)
{
    (void)state;
    struct vy_harmony *harmony;
    struct vy_stft *stft;
    struct vy_chroma_view view;
    const struct vy_hop_shape shape = {SR, 2048, 512, 1025};
    const struct song song = cadences(0, false, 0);
    assert_int_equal(vy_harmony_new(&shape, &harmony), VY_OK);
    assert_int_equal(vy_stft_new(SR, 2048, 512, take_hop, harmony, &stft), VY_OK);
    vy_stft_push(stft, song.wave, song.n);
    vy_stft_finish(stft);
    assert_int_equal(vy_harmony_finish(harmony, &view), VY_OK);
    double beat[32];
    float change[32];
    for (int b = 0; b < 32; b++)
        beat[b] = b * 0.5;
    assert_int_equal(vy_harmony_change(harmony, beat, 32, change), VY_OK);
    for (int b = 1; b < 32; b++)
        assert_true(b % 4 ? change[b] < 0.4f : change[b] > 0.6f);
    vy_stft_destroy(stft);
    vy_harmony_destroy(harmony);
    free(song.wave);
}

static void lower_rate_keeps_what_it_should(void **state)
{
    (void)state;
    static const double hz[] = {100, 1000, 4000, 7500, 12000, 20000};
    for (size_t i = 0; i < sizeof hz / sizeof *hz; i++) {
        struct vy_low low;
        vy_low_init(&low, 4);
        float in[VY_LOW_MOST], out[VY_LOW_MOST / 4 + 1];
        double power = 0;
        uint32_t count = 0;
        for (uint32_t block = 0; block < 8; block++) {
            for (uint32_t k = 0; k < VY_LOW_MOST; k++)
                in[k] = (float)sin(2 * M_PI * hz[i] / SR * (block * VY_LOW_MOST + k));
            const uint32_t made = vy_low_push(&low, in, VY_LOW_MOST, out);
            for (uint32_t k = 0; block && k < made; k++, count++)
                power += (double)(out[k] * out[k]);
        }
        const double db = 10 * log10(2 * power / count + 1e-30);
        print_message("%g Hz: %.2f dB\n", hz[i], db);
        assert_true(hz[i] < 4500 ? fabs(db) < 0.2 : db < -70);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_is_found),
        cmocka_unit_test(chords_are_named_by_kind),
        cmocka_unit_test(spans_cover_the_piece_in_order),
        cmocka_unit_test(tuning_is_told_in_cents),
        cmocka_unit_test(no_notes_have_no_key_and_no_chord),
        cmocka_unit_test(music_under_drums_keeps_its_chords),
        cmocka_unit_test(no_sound_at_all_is_no_fault),
        cmocka_unit_test(pieces_of_any_size_give_the_same_answer),
        cmocka_unit_test(harmony_changes_where_chords_do),
        cmocka_unit_test(lower_rate_keeps_what_it_should),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
