// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A piece in chapters of ten seconds: is it one piece, with every beat once, and does memory stay
// what a chapter needs?
#include "ears.h"

#include "listen/chapters.h"
#include "listen/stft.h"

#include <malloc.h>
#include <string.h>

#define SR 44100u
#define CHAPTER_S 10.0

// A kick on each beat, a noise on every other, a low note that changes by the bar; 120 bpm. Beats
// are at 0.25 s and every half second from there.
static double band(const void *what, uint32_t chan, uint64_t at)
{
    (void)what, (void)chan;
    static const double bass[4] = {65.41, 87.31, 98.0, 65.41};
    const double s = (double)at / SR - 0.25;
    if (s < 0)
        return 0;
    const double beat = fmod(s, 0.5), bar = fmod(s, 2);
    const int count = (int)(bar / 0.5);
    double sum = count % 2 ? 0.25 * exp(-30 * beat) * noise_at(1, at)
                           : 0.6 * exp(-25 * beat) * sin(2 * M_PI * 55 * beat);
    const double hz = bass[(int)(s / 2) % 4];
    for (int k = 1; k <= 6; k++)
        sum += 0.1 / k * exp(-bar) * (sin(2 * M_PI * k * hz * s) + sin(6 * M_PI * k * hz * s));
    return sum + 0.05 * exp(-60 * fmod(s, 0.25)) * noise_at(2, at);
}

struct listening {
    struct vy_stft *stft;
    struct vy_music *music;
    vy_status status;
};

static void take(void *arg, const struct vy_hop *hop)
{
    struct listening *const l = arg;
    if (!l->status)
        l->status = vy_music_hop(l->music, hop);
}

static void push(void *ear, const float *const chan[], uint32_t chans, size_t n)
{
    (void)chans;
    vy_stft_push(((struct listening *)ear)->stft, chan[0], n);
}

static void open_listening(struct listening *l, double chapter_s)
{
    const struct vy_hop_shape shape = {SR, 2048, 512, 1025};
    memset(l, 0, sizeof *l);
    assert_int_equal(vy_music_new(&shape, chapter_s, &l->music), VY_OK);
    assert_int_equal(vy_stft_new(SR, 2048, 512, take, l, &l->stft), VY_OK);
}

static void close_listening(struct listening *l, struct vy_arena *arena,
                            struct vy_music_found *found)
{
    vy_stft_finish(l->stft);
    assert_int_equal(l->status, VY_OK);
    assert_int_equal(vy_music_finish(l->music, arena, found), VY_OK);
    vy_stft_destroy(l->stft);
    vy_music_destroy(l->music);
}

static void hear(double seconds, double chapter_s, struct vy_arena *arena,
                 struct vy_music_found *found)
{
    struct listening l;
    open_listening(&l, chapter_s);
    play(&l, push, 1, (uint64_t)(seconds * SR), 4096, band, NULL);
    close_listening(&l, arena, found);
}

static void beats_and_bars_go_on_over_the_seams(void **state)
{
    (void)state;
    struct vy_arena arena = {0};
    struct vy_music_found found;
    hear(36.3, CHAPTER_S, &arena, &found);
    assert_near((double)found.tempo_bpm, 120, 0.5);
    assert_in_range(found.beats, 71, 73);
    for (uint32_t i = 1; i < found.beats; i++)
        assert_near(found.beat[i] - found.beat[i - 1], 0.5, 0.04);
    assert_int_equal(found.beats_per_bar, 4);
    for (uint32_t i = 1; i < found.downbeats; i++)
        assert_near(found.downbeat[i] - found.downbeat[i - 1], 2, 0.08);
    vy_arena_clear(&arena);
}

static void lists_are_in_order_and_nothing_counts_twice(void **state)
{
    (void)state;
    struct vy_arena arena = {0};
    struct vy_music_found one, many;
    hear(36.3, 1200, &arena, &one);
    hear(36.3, CHAPTER_S, &arena, &many);
    for (uint32_t i = 1; i < many.onsets; i++)
        assert_true(many.onset[i] - many.onset[i - 1] >= 0.03);
    assert_near(many.onsets, one.onsets, 0.05 * one.onsets);
    for (uint32_t i = 1; i < many.chords; i++)
        assert_true(many.chord[i].start_s >= many.chord[i - 1].end_s - 0.06);
    assert_true(many.chord[many.chords - 1].end_s <= 36.4);
    assert_int_equal(many.key, one.key);
    assert_int_equal(many.mode, one.mode);
    vy_arena_clear(&arena);
}

static void a_label_means_the_same_in_all_chapters(void **state)
{
    (void)state;
    struct vy_arena arena = {0};
    struct vy_music_found found;
    hear(25, CHAPTER_S, &arena, &found);
    for (uint32_t i = 0; i < found.sections; i++) {
        const uint32_t chapter = (uint32_t)((found.section[i].start_s + 0.05) / CHAPTER_S) + 1;
        const char *const label = found.section[i].label;
        if (strcmp(label, "end") != 0)
            assert_int_equal(chapter == 1, label[0] < '0' || label[0] > '9');
    }
    vy_arena_clear(&arena);
}

static void the_key_is_what_most_of_the_time_says(void **state)
{
    (void)state;
    struct vy_arena arena = {0};
    struct vy_chapters *chapters;
    struct vy_music_found all = {.key = -1};
    assert_int_equal(vy_chapters_new(&chapters), VY_OK);
    const struct vy_music_found part[] = {
        {.key = 0, .key_confidence = 0.5F, .tuning_cents = 4, .tuning_confidence = 0.5F},
        {.key = 7, .key_confidence = 0.9F, .tuning_cents = 30, .tuning_confidence = 0.9F},
        {.key = 0, .key_confidence = 0.5F, .tuning_cents = 6, .tuning_confidence = 0.5F},
        {.key = -1}};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(vy_chapters_join(chapters, &part[i], 100.0 * (double)i, 100, &arena, &all),
                         VY_OK);
    assert_int_equal(all.key, 0);
    assert_near((double)all.key_confidence, 0.25, 1e-6);
    assert_near((double)all.tuning_cents, 6, 1e-6);
    vy_chapters_destroy(chapters);
    vy_arena_clear(&arena);
}

static void memory_is_that_of_a_chapter(void **state)
{
    (void)state;
    struct vy_arena arena = {0};
    struct vy_music_found found;
    struct listening l;
    open_listening(&l, 5);
    size_t early = 0;
    for (int part = 0; part < 6; part++) { // three chapters a part
        play(&l, push, 1, 15 * SR, 4096, band, NULL);
        const size_t used = mallinfo2().uordblks + mallinfo2().hblkhd;
        if (part == 1)
            early = used;
        if (part > 1 && early > 4096)
            assert_true(used < early + 300000);
    }
    close_listening(&l, &arena, &found);
    vy_arena_clear(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(beats_and_bars_go_on_over_the_seams),
        cmocka_unit_test(lists_are_in_order_and_nothing_counts_twice),
        cmocka_unit_test(a_label_means_the_same_in_all_chapters),
        cmocka_unit_test(the_key_is_what_most_of_the_time_says),
        cmocka_unit_test(memory_is_that_of_a_chapter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
