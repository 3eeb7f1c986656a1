// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Form, repeats and turnings of pieces that are made of a few plain sounds.
#include "listen/music.h"
#include "listen/stft.h"
#include "listen/turning.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define SR 44100
#define BEAT_S 0.5
#define BAR_S 2.0
#define LEAD_S 0.25

// A piece under construction, and what is heard in it.
struct piece {
    float *sound;
    size_t frames;
    uint32_t seed;
    struct vy_arena arena;
    struct vy_music_found found;
};

static float noise(struct piece *p)
{
    p->seed = p->seed * 1664525u + 1013904223u;
    return (float)((double)(int32_t)p->seed / 2147483648.0);
}

static void setup(struct piece *p, double seconds)
{
    *p = (struct piece){.frames = (size_t)(seconds * SR), .seed = 1};
    p->sound = calloc(p->frames, sizeof *p->sound);
    assert_non_null(p->sound);
}

static void teardown(struct piece *p)
{
    free(p->sound);
    vy_arena_clear(&p->arena);
}

static void hop(void *arg, const struct vy_hop *h)
{
    assert_int_equal(vy_music_hop(arg, h), VY_OK);
}

static void listen_to(struct piece *p)
{
    const struct vy_hop_shape shape = {SR, 2048, 512, 1025};
    struct vy_music *music;
    struct vy_stft *stft;
    assert_int_equal(vy_music_new(&shape, VY_MUSIC_CHAPTER_S, &music), VY_OK);
    assert_int_equal(vy_stft_new(SR, 2048, 512, hop, music, &stft), VY_OK);
    vy_stft_push(stft, p->sound, p->frames);
    vy_stft_finish(stft);
    assert_int_equal(vy_music_finish(music, &p->arena, &p->found), VY_OK);
    vy_stft_destroy(stft);
    vy_music_destroy(music);
}

// A note with five partials that dies away.
static void note(struct piece *p, double at_s, double hz, double length_s, double level)
{
    const size_t from = (size_t)(at_s * SR), n = (size_t)(length_s * SR);
    for (size_t i = 0; i < n && from + i < p->frames; i++) {
        const double t = (double)i / SR;
        double x = 0;
        for (int k = 1; k <= 5; k++)
            x += sin(2 * M_PI * hz * k * t) / k;
        p->sound[from + i] +=
            (float)(level * x * exp(-2 * t / length_s) * fmin(1, (double)(n - i) / 400));
    }
}

static void kick(struct piece *p, double at_s)
{
    const size_t from = (size_t)(at_s * SR);
    for (size_t i = 0; i < SR / 5 && from + i < p->frames; i++) {
        const double t = (double)i / SR;
        p->sound[from + i] += (float)(0.6 * sin(2 * M_PI * 55 * t) * exp(-18 * t));
    }
}

static void hat(struct piece *p, double at_s, float level)
{
    const size_t from = (size_t)(at_s * SR);
    float last = 0;
    for (size_t i = 0; i < SR / 12 && from + i < p->frames; i++) {
        const float x = noise(p);
        p->sound[from + i] += level * (x - last) * expf(-60.0F * (float)i / SR);
        last = x;
    }
}

// Chords from a progression that differs between the two: low organ, or high bells with hats.
static void bar_of(struct piece *p, double at_s, int number, bool other)
{
    static const double root[2][4] = {{110, 146.83, 98, 164.81}, {523.25, 440, 587.33, 392}};
    const double hz = root[other][number % 4];
    for (int beat = 0; beat < 4; beat++) {
        note(p, at_s + beat * BEAT_S, hz, BEAT_S, 0.1);
        note(p, at_s + beat * BEAT_S, hz * 1.5, BEAT_S, 0.07);
        if (!other)
            kick(p, at_s + beat * BEAT_S);
        for (int k = 0; k < 2 && other; k++)
            hat(p, at_s + (beat + 0.5 * k) * BEAT_S, 0.2F);
    }
}

static void part(struct piece *p, double at_s, int bars, bool other)
{
    for (int b = 0; b < bars; b++)
        bar_of(p, at_s + b * BAR_S, b, other);
}

// A B A and a chord that is held; 4 bars each.
static void aba(struct piece *p)
{
    setup(p, LEAD_S + 12 * BAR_S + 3);
    part(p, LEAD_S, 4, false);
    part(p, LEAD_S + 4 * BAR_S, 4, true);
    part(p, LEAD_S + 8 * BAR_S, 4, false);
    for (int k = 0; k < 3; k++)
        note(p, LEAD_S + 12 * BAR_S, 110 * (1 + 0.5 * k), 2.5, 0.15);
    listen_to(p);
}

static void near_to(double found, double truth, double within)
{
    if (fabs(found - truth) > within)
        fail_msg("%.2f s instead of %.2f s", found, truth);
}

static void sections_begin_where_the_sound_changes(void **state)
{
    (void)state;
    struct piece p;
    aba(&p);
    const struct vy_section_span *const s = p.found.section;
    assert_int_equal(p.found.sections, 4);
    for (int i = 1; i < 4; i++) {
        near_to(s[i].start_s, LEAD_S + 4 * BAR_S * i, 0.2);
        near_to(s[i].start_s, s[i - 1].end_s, 1e-6);
    }
    assert_true(s[1].confidence > 0.6F);
    teardown(&p);
}

static void what_sounds_alike_has_one_letter_and_the_last_chord_is_the_end(void **state)
{
    (void)state;
    struct piece p;
    aba(&p);
    static const char *const label[] = {"A", "B", "A", "end"};
    assert_int_equal(p.found.sections, 4);
    for (int i = 0; i < 4; i++)
        assert_string_equal(p.found.section[i].label, label[i]);
    teardown(&p);
}

static void what_comes_again_is_told_with_its_place(void **state)
{
    (void)state;
    struct piece p;
    aba(&p);
    double again_s = 0;
    for (uint32_t i = 0; i < p.found.repeats; i++) {
        const struct vy_repeat *const r = &p.found.repeat[i];
        assert_true(r->end_s <= r->again_s + 1e-6);
        assert_in_range((int)(r->score * 100), 50, 100);
        if (r->again_s > LEAD_S + 7.5 * BAR_S && r->start_s < LEAD_S + BAR_S) {
            near_to(r->again_s - r->start_s, 8 * BAR_S, 0.3);
            again_s += r->again_end_s - r->again_s;
        }
    }
    assert_true(again_s > 3 * BAR_S);
    teardown(&p);
}

static void novelty_is_highest_at_a_change(void **state)
{
    (void)state;
    struct piece p;
    aba(&p);
    uint32_t top = 0;
    assert_true(p.found.novelties > 20);
    for (uint32_t i = 0; i < p.found.novelties; i++)
        if (p.found.novelty[i].value > p.found.novelty[top].value)
            top = i;
    const double at_s = p.found.novelty[top].at_s - LEAD_S;
    near_to(at_s, at_s < 6 * BAR_S ? 4 * BAR_S : 8 * BAR_S, 0.3);
    teardown(&p);
}

static void one_texture_is_one_section(void **state)
{
    (void)state;
    struct piece p;
    setup(&p, 40);
    part(&p, 0, 20, false);
    listen_to(&p);
    assert_true(p.found.sections <= 1);
    teardown(&p);
}

static void a_long_piece_has_its_parts(void **state)
{
    (void)state;
    struct piece p;
    setup(&p, 64 * BAR_S);
    static const bool other[] = {false, true, false, true, true, false, false, true};
    for (int i = 0; i < 8; i++)
        part(&p, i * 8 * BAR_S, 8, other[i]);
    listen_to(&p);
    static const double start[] = {0, 8, 16, 24, 40, 56};
    assert_int_equal(p.found.sections, 6);
    for (int i = 0; i < 6; i++) {
        near_to(p.found.section[i].start_s, start[i] * BAR_S, 0.3);
        assert_string_equal(p.found.section[i].label, i % 2 ? "B" : "A");
    }
    teardown(&p);
}

static void a_drop_and_a_break_are_heard(void **state)
{
    (void)state;
    struct piece p;
    setup(&p, 24 * BAR_S);
    for (int b = 0; b < 24; b++) {
        for (int beat = 0; beat < 4; beat++) {
            const double at_s = b * BAR_S + beat * BEAT_S;
            hat(&p, at_s, 0.03F);
            if (b < 8 || b >= 16)
                continue;
            kick(&p, at_s);
            hat(&p, at_s + 0.25, 0.3F);
            note(&p, at_s, 82.4, 0.45, 0.2);
        }
        note(&p, b * BAR_S, 659.26, BAR_S, 0.02);
    }
    listen_to(&p);
    bool drop = false, fall = false;
    for (uint32_t i = 0; i < p.found.turnings; i++) {
        const struct vy_turning *const t = &p.found.turning[i];
        drop = drop || (t->kind == VY_TURN_DROP && fabs(t->start_s - 8 * BAR_S) < 0.6);
        fall = fall || (t->kind == VY_TURN_BREAK && fabs(t->start_s - 16 * BAR_S) < 0.6);
        assert_true(t->strength > 0 && t->strength <= 1);
    }
    assert_true(drop);
    assert_true(fall);
    teardown(&p);
}

static void a_riser_before_the_drop_is_a_build(void **state)
{
    (void)state;
    struct piece p;
    setup(&p, 24 * BAR_S);
    part(&p, 16 * BAR_S, 8, false);
    for (int b = 0; b < 16; b++)
        note(&p, b * BAR_S, 659.26, BAR_S, 0.03);
    for (size_t i = (size_t)(8 * BAR_S * SR); i < (size_t)(16 * BAR_S * SR); i++) {
        const double x = ((double)i / SR / BAR_S - 8) / 8;
        p.sound[i] += (float)(0.003 * pow(30, x)) * noise(&p);
    }
    listen_to(&p);
    bool build = false;
    for (uint32_t i = 0; i < p.found.turnings; i++) {
        const struct vy_turning *const t = &p.found.turning[i];
        build = build || (t->kind == VY_TURN_BUILD && fabs(t->end_s - 16 * BAR_S) < 0.6 &&
                          t->end_s - t->start_s >= 2 * BAR_S);
    }
    assert_true(build);
    teardown(&p);
}

static void silence_and_a_short_sound_have_no_form(void **state)
{
    (void)state;
    static const double seconds[] = {0.01, 0.5, 20};
    for (int i = 0; i < 3; i++) {
        struct piece p;
        setup(&p, seconds[i]);
        if (i < 2)
            note(&p, 0, 220, seconds[i], 0.3);
        listen_to(&p);
        assert_int_equal(p.found.sections, 0);
        assert_int_equal(p.found.repeats, 0);
        assert_int_equal(p.found.turnings, 0);
        teardown(&p);
    }
}

static void kicks_on_every_beat_are_in_the_map_of_drums(void **state)
{
    (void)state;
    struct piece p;
    setup(&p, 20);
    for (int beat = 0; beat < 39; beat++) {
        kick(&p, LEAD_S + beat * BEAT_S);
        for (int k = 0; k < 2; k++)
            hat(&p, LEAD_S + (beat + 0.5 * k) * BEAT_S, 0.2F);
        if (beat % 4 == 0)
            note(&p, LEAD_S + beat * BEAT_S, beat % 8 ? 196 : 261.6, 4 * BEAT_S, 0.15);
    }
    listen_to(&p);
    const struct vy_drum_map *const map = &p.found.drum_map;
    assert_int_equal(map->beats, 4);
    for (uint32_t i = 0; i < map->beats; i++)
        assert_true(map->kick[i] > 0.8F);
    teardown(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sections_begin_where_the_sound_changes),
        cmocka_unit_test(what_sounds_alike_has_one_letter_and_the_last_chord_is_the_end),
        cmocka_unit_test(what_comes_again_is_told_with_its_place),
        cmocka_unit_test(novelty_is_highest_at_a_change),
        cmocka_unit_test(one_texture_is_one_section),
        cmocka_unit_test(a_long_piece_has_its_parts),
        cmocka_unit_test(a_drop_and_a_break_are_heard),
        cmocka_unit_test(a_riser_before_the_drop_is_a_build),
        cmocka_unit_test(silence_and_a_short_sound_have_no_form),
        cmocka_unit_test(kicks_on_every_beat_are_in_the_map_of_drums),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
