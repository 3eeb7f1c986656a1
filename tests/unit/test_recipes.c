// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Every recipe that comes with Veery: it loads, sounds, keeps below full scale, carries no DC,
// falls silent after its note, and stays finite with any knob at its ends. Measured on stems, which
// are taken before the limiter.
#include "cm.h"

#include "engine/edit.h"
#include "engine/studio.h"
#include "engine/value.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SR 48000
#define NOTE_S 2.0
#define WINDOW (SR / 2)

static struct vy_catalog catalog;

static int open_catalog(void **state)
{
    (void)state;
    struct vy_err err = {0};
    return vy_catalog_open(&catalog, &err);
}

static int close_catalog(void **state)
{
    (void)state;
    vy_catalog_close(&catalog);
    return 0;
}

#define OK(what, call)                                                       \
    do {                                                                     \
        struct vy_err err = {0};                                             \
        if ((call) != VY_OK)                                                 \
            fail_msg("%s: %s: %s (%s)", what, #call, err.message, err.hint); \
    } while (0)

// What a stem measures as it comes.
struct ear {
    double peak, loudest, last; ///< RMS of the loudest and of the last window
    double sum[2], window;
    uint64_t frames, in_window, quiet_from; ///< frame from which on all windows were below -70 dB
    bool broken;
};

static bool hear(void *arg, const char *unit, const float *stereo, uint32_t frames)
{
    struct ear *const ear = arg;
    if (strcmp(unit, "x") != 0)
        return true;
    for (uint32_t n = 0; n < frames; n++) {
        for (int c = 0; c < 2; c++) {
            const double v = (double)stereo[2 * n + c];
            ear->broken |= !isfinite(v);
            ear->peak = fmax(ear->peak, fabs(v));
            ear->sum[c] += v;
            ear->window += v * v / 2;
        }
        ear->frames++;
        if (++ear->in_window < WINDOW)
            continue;
        ear->last = sqrt(ear->window / WINDOW);
        ear->loudest = fmax(ear->loudest, ear->last);
        if (ear->last > pow(10, -70.0 / 20))
            ear->quiet_from = ear->frames;
        ear->window = 0;
        ear->in_window = 0;
    }
    return true;
}

static bool swallow(void *arg, const float *stereo, uint32_t frames)
{
    (void)arg;
    (void)stereo;
    (void)frames;
    return true;
}

static void render(const struct vy_doc *doc, const char *what, double seconds, struct ear *ear)
{
    struct vy_render_result result;
    const struct vy_render how = {.sr_hz = SR,
                                  .block = 4096,
                                  .threads = 1,
                                  .stems = true,
                                  .frames = seconds * SR,
                                  .block_done = swallow,
                                  .stem_done = hear,
                                  .arg = ear};
    *ear = (struct ear){0};
    OK(what, vy_studio_render(doc, &catalog, &how, &result, &err));
    if (ear->broken)
        fail_msg("%s: not finite", what);
}

static double db(double amplitude)
{
    return 20 * log10(fmax(amplitude, 1e-12));
}

static bool is_drum(const struct vy_recipe *recipe)
{
    return strstr(recipe->words, "drum machine") || strstr(recipe->words, "percussion") ||
           strstr(recipe->words, "cymbal");
}

// An instrument with one note of velocity 0.8 and two seconds, or noise through an effect: unit x.
static struct vy_doc *stage(const struct vy_recipe *recipe)
{
    struct vy_doc *const doc = vy_doc_new(1);
    const char *const name = recipe->name;
    if (recipe->effect) {
        const struct vy_pair soft = {"level", "0.4", 0};
        OK(name, vy_edit_create(doc, &catalog, "x", "noise", &soft, 1, "me", &err));
        OK(name, vy_edit_add(doc, &catalog, name, "x", NULL, 0, &err));
        return doc;
    }
    OK(name, vy_edit_create(doc, &catalog, "x", name, NULL, 0, "me", &err));
    // sixteenths at 120 are an eighth of a second: 16 steps make two seconds, 30 s until the next
    const bool drum = is_drum(recipe);
    OK(name, vy_edit_pattern(doc, drum ? "sequence" : "melody", "x",
                             drum ? "7 .!255" : "C3 -!15 .!240", NULL, 0, &err));
    return doc;
}

static void recipes_all_load(void **state)
{
    (void)state;
    if (catalog.problem.code != VY_OK)
        fail_msg("%s", catalog.problem.message);
    assert_true(catalog.recipes >= 50);
    for (int i = 0; i < catalog.recipes; i++) {
        const struct vy_recipe *const recipe = &catalog.recipe[i];
        assert_true(strlen(recipe->text) > 10);
        assert_true(strlen(recipe->words) > 5);
        for (int k = 0; k < recipe->rack.knobs; k++)
            assert_true(strlen(recipe->rack.knob[k].text) > 2);
    }
}

static void recipes_sound_and_fall_silent(void **state)
{
    (void)state;
    for (int i = 0; i < catalog.recipes; i++) {
        const struct vy_recipe *const recipe = &catalog.recipe[i];
        struct vy_doc *const doc = stage(recipe);
        struct ear ear;
        const double seconds = recipe->effect ? 4 : NOTE_S + (is_drum(recipe) ? 3 : 12);
        render(doc, recipe->name, seconds, &ear);
        const double dc = fmax(fabs(ear.sum[0]), fabs(ear.sum[1])) / (double)ear.frames;
        const double quiet_s = (double)ear.quiet_from / SR - NOTE_S;
        print_message("%-11s peak %6.1f  loudest %6.1f  dc %6.1f dB  quiet %.1f s\n", recipe->name,
                      db(ear.peak), db(ear.loudest), db(dc), quiet_s);
        if (db(ear.loudest) < -50)
            fail_msg("%s is not heard: %.1f dB", recipe->name, db(ear.loudest));
        if (db(ear.peak) >= 0)
            fail_msg("%s clips: %.1f dB", recipe->name, db(ear.peak));
        if (db(dc) > -60)
            fail_msg("%s has DC: %.1f dB", recipe->name, db(dc));
        if (!recipe->effect && db(ear.last) >= -70)
            fail_msg("%s does not fall silent: %.1f dB", recipe->name, db(ear.last));
        vy_doc_destroy(doc);
    }
}

static void recipes_stand_their_knobs_at_the_ends(void **state)
{
    (void)state;
    for (int i = 0; i < catalog.recipes; i++) {
        const struct vy_recipe *const recipe = &catalog.recipe[i];
        struct vy_doc *const doc = stage(recipe);
        for (int k = 0; k < 2 * recipe->rack.knobs; k++) {
            char path[128], value[32], was[32];
            struct vy_target target;
            snprintf(path, sizeof path, "x.%s%s%s", recipe->effect ? recipe->name : "",
                     recipe->effect ? "." : "", recipe->rack.knob[k / 2].name);
            OK(path, vy_edit_find(doc, path, &target, &err));
            const float end = k % 2 ? target.row->max : target.row->min;
            OK(path, vy_edit_get(doc, path, was, sizeof was, &err));
            vy_value_write(target.row, end, value, sizeof value);
            OK(path, vy_edit_set(doc, path, value, NULL, NULL, &err));
            struct ear ear;
            render(doc, path, 0.06, &ear);
            if (ear.peak > 30)
                fail_msg("%s=%s: peak %.1f dB", path, value, db(ear.peak));
            OK(path, vy_edit_set(doc, path, was, NULL, NULL, &err));
        }
        vy_doc_destroy(doc);
    }
}

static void recipes_are_found_by_words(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"warm pad", "pad"},       {"acid bass", "acid"},        {"electric piano", "keys"},
        {"dub echo", "dub"},       {"808 bass drum", "kick808"}, {"closed hi-hat", "hihat"},
        {"concert hall", "hall"},  {"fm bell", "bell"},          {"vowel choir", "choir"},
        {"sub bass", "subbass"},   {"sidechain", "compressor"},  {"tape wow", "tape"},
        {"909 snare", "snare909"}, {"noise wind", "wind"},       {"hammond", "organ"},
    };
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        int best = 0;
        const char *name = "nothing";
        for (int i = 0; i < catalog.recipes; i++) {
            const struct vy_recipe *const recipe = &catalog.recipe[i];
            const int score =
                vy_catalog_match(rows[r][0], recipe->name, recipe->text, recipe->words);
            if (score > best) {
                best = score;
                name = recipe->name;
            }
        }
        if (strcmp(name, rows[r][1]) != 0)
            fail_msg("'%s' finds %s, not %s", rows[r][0], name, rows[r][1]);
    }
}

static void recipes_know_the_kit(void **state)
{
    (void)state;
    int found = 0;
    for (int i = 0; i < catalog.recipes; i++)
        found += vy_catalog_match("kit808", catalog.recipe[i].name, catalog.recipe[i].text,
                                  catalog.recipe[i].words) > 0;
    assert_true(found >= 12);
}

static void recipes_take_the_words_of_the_plan(void **state)
{
    (void)state;
    struct vy_doc *const doc = vy_doc_new(1);
    const struct vy_pair kick[] = {{"freq", "60", 0}, {"decay", "0.5", 0}};
    const struct vy_pair hat[] = {{"noise", "white", 0}, {"decay", "0.05", 0}};
    const struct vy_pair bass[] = {
        {"osc", "saw", 0}, {"filter", "lowpass", 0}, {"cutoff", "500", 0}};
    const struct vy_pair wet[] = {{"amount", "0.3", 0}};
    OK("kick", vy_edit_create(doc, &catalog, "kick", NULL, kick, 2, "me", &err));
    OK("hihat", vy_edit_create(doc, &catalog, "hihat", NULL, hat, 2, "me", &err));
    OK("bass", vy_edit_create(doc, &catalog, "bass", NULL, bass, 3, "me", &err));
    OK("reverb", vy_edit_add(doc, &catalog, "reverb", "bass", wet, 1, &err));
    OK("bus", vy_edit_bus(doc, "space", "me", &err));
    OK("bus", vy_edit_add(doc, &catalog, "hall", "space", wet, 1, &err));
    char value[32];
    OK("amount", vy_edit_get(doc, "bass.reverb.mix", value, sizeof value, &err));
    assert_string_equal(value, "0.3");
    vy_doc_destroy(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recipes_all_load),
        cmocka_unit_test(recipes_sound_and_fall_silent),
        cmocka_unit_test(recipes_stand_their_knobs_at_the_ends),
        cmocka_unit_test(recipes_are_found_by_words),
        cmocka_unit_test(recipes_know_the_kit),
        cmocka_unit_test(recipes_take_the_words_of_the_plan),
    };
    return cmocka_run_group_tests_name("recipes", tests, open_catalog, close_catalog);
}
