// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// How levels move, what sort of sound a file is and which words fit it, on sounds made for it.
#include "listen/kind.h"
#include "listen/listener.h"
#include "listen/tags.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define SR 44100

struct sound {
    float *frame;
    size_t frames;
    uint32_t seed;
    struct vy_envelope_found envelope;
    struct vy_kind_facts facts;
    struct vy_kind_found kind;
    struct vy_tags tags;
};

static void setup(struct sound *s, double seconds)
{
    *s = (struct sound){.frames = (size_t)(seconds * SR), .seed = 7};
    s->frame = calloc(s->frames, sizeof *s->frame);
    assert_non_null(s->frame);
}

static void teardown(struct sound *s)
{
    free(s->frame);
}

static float noise(struct sound *s)
{
    s->seed = s->seed * 1664525u + 1013904223u;
    return (float)((double)(int32_t)s->seed / 2147483648.0);
}

static void hop(void *arg, const struct vy_hop *h)
{
    vy_envelope_hop(arg, h);
}

static void judge(struct sound *s)
{
    struct vy_listener *listener;
    struct vy_envelope *envelope;
    struct vy_report report;
    assert_int_equal(vy_listener_new(SR, 1, VY_EAR_ALL, &listener), VY_OK);
    assert_int_equal(vy_envelope_new(vy_listener_shape(listener), &envelope), VY_OK);
    vy_listener_on_hop(listener, hop, envelope);
    const float *const chan[] = {s->frame};
    assert_int_equal(vy_listener_push(listener, chan, s->frames), VY_OK);
    assert_int_equal(vy_listener_finish(listener, &report), VY_OK);
    vy_envelope_finish(envelope, &s->envelope);
    vy_kind_gather(&report, &s->envelope, &s->facts);
    vy_kind_find(&s->facts, &s->kind);
    vy_tags_find(&s->facts, &s->kind, &s->tags);
    vy_envelope_destroy(envelope);
    vy_listener_destroy(listener);
}

static bool tagged(const struct sound *s, const char *name)
{
    for (uint32_t i = 0; i < s->tags.count; i++)
        if (!strcmp(s->tags.tag[i].name, name))
            return true;
    return false;
}

static void is(const struct sound *s, enum vy_kind kind)
{
    if (s->kind.kind != kind)
        fail_msg("%s (%.2f) instead of %s (%.2f)", vy_kind_name(s->kind.kind),
                 (double)s->kind.confidence, vy_kind_name(kind), (double)s->kind.probability[kind]);
    float sum = 0;
    for (int k = 0; k < VY_KINDS; k++)
        sum += s->kind.probability[k];
    assert_true(fabsf(sum - 1) < 1e-4F);
}

// A tone or noise that dies away by `fall_db` a second.
static void strike(struct sound *s, double at_s, double hz, double fall_db, float level)
{
    const size_t from = (size_t)(at_s * SR);
    for (size_t i = 0; from + i < s->frames; i++) {
        const double t = (double)i / SR, fade = pow(10, -fall_db * t / 20);
        if (fade < 1e-5)
            break;
        const float x = hz > 0 ? (float)sin(2 * M_PI * hz * t) : noise(s);
        s->frame[from + i] += level * (float)fade * x;
    }
}

static void a_decay_is_measured(void **state)
{
    (void)state;
    struct sound s;
    setup(&s, 1);
    strike(&s, 0, 440, 60, 0.5F);
    judge(&s);
    assert_true(fabsf(s.envelope.decay_db_s - 60) < 3);
    assert_true(s.envelope.decay_fit > 0.98F);
    assert_true(s.envelope.attack_s < 0.03F);
    assert_int_equal((int)s.envelope.attacks, 1);
    teardown(&s);
}

static void attacks_are_counted(void **state)
{
    (void)state;
    struct sound s;
    setup(&s, 5);
    for (int i = 0; i < 10; i++)
        strike(&s, 0.1 + 0.45 * i, 300, 80, 0.4F);
    judge(&s);
    assert_int_equal((int)s.envelope.attacks, 10);
    assert_true(s.envelope.attack_db > 8);
    teardown(&s);
}

static void the_pace_of_syllables_is_told_from_others(void **state)
{
    (void)state;
    static const double hz[] = {0.3, 4, 18};
    float found[3];
    for (int k = 0; k < 3; k++) {
        struct sound s;
        setup(&s, 6);
        for (size_t i = 0; i < s.frames; i++)
            s.frame[i] =
                (float)(0.3 * (1 + 0.9 * sin(2 * M_PI * hz[k] * (double)i / SR))) * noise(&s);
        judge(&s);
        found[k] = s.envelope.syllables;
        teardown(&s);
    }
    assert_true(found[1] > 0.5F);
    assert_true(found[0] < 0.25F);
    assert_true(found[2] < 0.25F);
}

static void steady_noise_is_noise(void **state)
{
    (void)state;
    struct sound s;
    setup(&s, 6);
    for (size_t i = 0; i < s.frames; i++)
        s.frame[i] = 0.2F * noise(&s);
    judge(&s);
    is(&s, VY_KIND_NOISE);
    assert_true(s.kind.confidence > 0.6F);
    assert_true(s.kind.reasons > 0);
    assert_true(tagged(&s, "bright"));
    assert_true(tagged(&s, "noisy"));
    assert_false(tagged(&s, "tonal"));
    teardown(&s);
}

static void one_struck_sound_is_a_one_shot(void **state)
{
    (void)state;
    static const double hz[] = {60, 440, 0};
    for (int k = 0; k < 3; k++) {
        struct sound s;
        setup(&s, 0.6);
        strike(&s, 0, hz[k], 70, 0.7F);
        judge(&s);
        is(&s, VY_KIND_ONE_SHOT);
        teardown(&s);
    }
}

static void bars_of_drums_that_fill_the_file_are_a_loop(void **state)
{
    (void)state;
    struct sound s;
    setup(&s, 8);
    for (int i = 0; i < 32; i++) {
        strike(&s, 0.25 * i, 0, 250, 0.15F);
        if (i % 4 == 0)
            strike(&s, 0.25 * i, 55, 60, 0.7F);
        if (i % 4 == 2)
            strike(&s, 0.25 * i, 0, 70, 0.5F);
    }
    judge(&s);
    is(&s, VY_KIND_LOOP);
    assert_true(tagged(&s, "percussive"));
    teardown(&s);
}

static void nothing_is_said_of_silence(void **state)
{
    (void)state;
    struct sound s;
    setup(&s, 2);
    judge(&s);
    is(&s, VY_KIND_UNKNOWN);
    assert_int_equal(s.kind.reasons, 0);
    for (uint32_t i = 0; i < s.tags.count; i++)
        assert_null(strstr(s.tags.tag[i].reason, "nan"));
    teardown(&s);
}

static void without_facts_a_sound_is_unknown_and_has_no_tags(void **state)
{
    (void)state;
    struct vy_kind_facts facts;
    struct vy_kind_found found;
    struct vy_tags tags;
    for (size_t i = 0; i < sizeof facts / sizeof(float); i++)
        ((float *)&facts)[i] = NAN;
    vy_kind_find(&facts, &found);
    assert_int_equal(found.kind, VY_KIND_UNKNOWN);
    vy_tags_find(&facts, &found, &tags);
    assert_int_equal(tags.count, 0);
}

static void tags_from_elsewhere_join_the_others(void **state)
{
    (void)state;
    struct vy_tags tags = {0};
    vy_tags_add(&tags, "waltz", 0.7F, "a rule");
    vy_tags_add(&tags, "rock", 0.49F, "too little");
    vy_tags_add(&tags, "piano", 0.9F, "a head");
    vy_tags_add(&tags, "waltz", 0.6F, "a head, less sure");
    assert_int_equal(tags.count, 2);
    assert_string_equal(tags.tag[0].name, "piano");
    assert_string_equal(tags.tag[1].reason, "a rule");
    vy_tags_add(&tags, "waltz", 0.95F, "a head, surer");
    vy_tags_add(&tags, "silence", NAN, "no number");
    assert_int_equal(tags.count, 2);
    assert_string_equal(tags.tag[0].reason, "a head, surer");
    char name[2 * VY_TAGS_MOST][8];
    for (int i = 0; i < 2 * VY_TAGS_MOST; i++) {
        snprintf(name[i], sizeof *name, "t%d", i);
        vy_tags_add(&tags, name[i], 0.8F, "");
    }
    assert_int_equal(tags.count, VY_TAGS_MOST);
    assert_string_equal(tags.tag[2].name, "t0");
}

static void facts_have_names(void **state)
{
    (void)state;
    const struct vy_kind_facts facts = {.seconds = 3, .half_time = 0.25F};
    size_t offset, n = 0, first = 0, last = 0;
    const char *name;
    for (; (name = vy_kind_fact_at(n, &offset)); n++) {
        first = strcmp(name, "seconds") == 0 ? offset : first;
        last = strcmp(name, "half_time") == 0 ? offset : last;
    }
    assert_int_equal(n * sizeof(float), sizeof facts);
    assert_true(*(const float *)(const void *)((const char *)&facts + first) == 3);
    assert_true(*(const float *)(const void *)((const char *)&facts + last) == 0.25F);
}

static void tags_say_why_and_the_surest_comes_first(void **state)
{
    (void)state;
    struct vy_kind_facts facts;
    struct vy_tags tags;
    for (size_t i = 0; i < sizeof facts / sizeof(float); i++)
        ((float *)&facts)[i] = NAN;
    facts.tempo_bpm = 174;
    facts.drums_s = 6;
    facts.four_floor = 0.2F;
    facts.pulse_confidence = 0.8F;
    facts.beats_per_bar = 3;
    facts.swing = 0.64F;
    facts.centroid_hz = 950;
    vy_tags_find(&facts, NULL, &tags);
    static const char *const want[] = {"drum & bass", "waltz", "swung", "fast", "dark"};
    assert_int_equal(tags.count, 5);
    for (size_t k = 0; k < 5; k++) {
        bool there = false;
        for (uint32_t i = 0; i < tags.count; i++)
            there = there || !strcmp(tags.tag[i].name, want[k]);
        assert_true(there);
    }
    for (uint32_t i = 0; i < tags.count; i++) {
        assert_true(tags.tag[i].reason[0] != '\0');
        assert_true(!i || tags.tag[i].confidence <= tags.tag[i - 1].confidence);
    }
}

static void all_words_differ(void **state)
{
    (void)state;
    size_t n = 0;
    for (; vy_tags_name(n); n++)
        for (size_t k = 0; k < n; k++)
            assert_string_not_equal(vy_tags_name(n), vy_tags_name(k));
    assert_true(n > 20 && n < VY_TAGS_MOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_decay_is_measured),
        cmocka_unit_test(attacks_are_counted),
        cmocka_unit_test(the_pace_of_syllables_is_told_from_others),
        cmocka_unit_test(steady_noise_is_noise),
        cmocka_unit_test(one_struck_sound_is_a_one_shot),
        cmocka_unit_test(bars_of_drums_that_fill_the_file_are_a_loop),
        cmocka_unit_test(nothing_is_said_of_silence),
        cmocka_unit_test(without_facts_a_sound_is_unknown_and_has_no_tags),
        cmocka_unit_test(tags_from_elsewhere_join_the_others),
        cmocka_unit_test(facts_have_names),
        cmocka_unit_test(tags_say_why_and_the_surest_comes_first),
        cmocka_unit_test(all_words_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
