// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The engine end to end: documents made by edits, rendered, looked at.
#include "cm.h"

#include "engine/edit.h"
#include "engine/studio.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct take {
    float *x; // interleaved stereo
    size_t frames, room;
};

static bool keep(void *arg, const float *stereo, uint32_t frames)
{
    struct take *const t = arg;
    if (t->frames + frames > t->room) {
        t->room = (t->frames + frames) * 2;
        t->x = realloc(t->x, t->room * 2 * sizeof *t->x);
    }
    memcpy(t->x + 2 * t->frames, stereo, (size_t)frames * 2 * sizeof *stereo);
    t->frames += frames;
    return true;
}

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

#define OK(call)                                                   \
    do {                                                           \
        struct vy_err err = {0};                                   \
        if ((call) != VY_OK)                                       \
            fail_msg("%s: %s (%s)", #call, err.message, err.hint); \
    } while (0)

static struct take render(const struct vy_doc *doc, double frames, uint32_t block)
{
    struct take t = {0};
    struct vy_render_result result;
    const struct vy_render how = {.sr_hz = 48000,
                                  .block = block,
                                  .threads = 1,
                                  .frames = frames,
                                  .block_done = keep,
                                  .arg = &t};
    OK(vy_studio_render(doc, &catalog, &how, &result, &err));
    return t;
}

static void engine_plays_a_sine_in_tune_and_clean(void **state)
{
    (void)state;
    struct vy_doc *const doc = vy_doc_new(1);
    const struct vy_pair pair[] = {{"shape", "sine", 0}, {"freq", "375Hz", 0}};
    OK(vy_edit_create(doc, &catalog, "vco", "osc", pair, 2, "me", &err));
    OK(vy_edit_set(doc, "vco.gain", "-6dB", NULL, NULL, &err));
    struct take t = render(doc, 48000, 64);
    assert_int_equal(t.frames, 48000);
    // one voice in the middle: -3 dB by equal power, -6 dB by gain
    const double amp = pow(10, -6.0 / 20) / sqrt(2);
    double worst = 0;
    for (size_t n = 0; n < t.frames; n++)
        worst = fmax(worst, fabs((double)t.x[2 * n] - amp * sin(2 * M_PI * (double)n / 128)));
    assert_true(worst < 1e-6); // a 128th of the rate: its step is rounded nowhere
    free(t.x);
    vy_doc_destroy(doc);
}

static void engine_does_not_depend_on_the_block(void **state)
{
    (void)state;
    struct vy_doc *const doc = vy_doc_new(1);
    OK(vy_edit_create(doc, &catalog, "a", "analog", NULL, 0, "me", &err));
    OK(vy_edit_pattern(doc, "melody", "a", "C3 Eb3 G3 Bb3", NULL, 0, &err));
    OK(vy_edit_create(doc, &catalog, "k", "kick", NULL, 0, "me", &err));
    OK(vy_edit_pattern(doc, "sequence", "k", "x...x?..x{decay=0.2}...X...", NULL, 0, &err));
    OK(vy_edit_add(doc, &catalog, "reverb", "a", NULL, 0, &err));
    const uint32_t blocks[] = {64, 1, 128, 480, 1000, 4096};
    struct take first = render(doc, 96000, blocks[0]);
    double sum = 0;
    for (size_t n = 0; n < 2 * first.frames; n++)
        sum += fabs((double)first.x[n]);
    assert_true(sum > 1000);
    for (size_t b = 1; b < sizeof blocks / sizeof *blocks; b++) {
        struct take t = render(doc, 96000, blocks[b]);
        assert_int_equal(t.frames, first.frames);
        assert_memory_equal(t.x, first.x, t.frames * 2 * sizeof *t.x);
        free(t.x);
    }
    free(first.x);
    vy_doc_destroy(doc);
}

static void engine_runs_64_voices(void **state)
{
    (void)state;
    struct vy_doc *const doc = vy_doc_new(1);
    OK(vy_edit_create(doc, &catalog, "v", "analog", NULL, 0, "me", &err));
    OK(vy_edit_set(doc, "v.voices", "64", NULL, NULL, &err));
    char text[4096] = "";
    for (int i = 0; i < 64; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%.3fHz ", 55 * pow(2, i / 16.0));
    const struct vy_pair pair[] = {{"div", "256", 0}, {"gate", "32", 0}};
    OK(vy_edit_pattern(doc, "melody", "v", text, pair, 2, &err));
    struct timespec a, b;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
    struct take t = render(doc, 480000, 64);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
    const double s = (double)(b.tv_sec - a.tv_sec) + 1e-9 * (double)(b.tv_nsec - a.tv_nsec);
    print_message("64 voices, 10 s: %.3f s, %.2f ns a voice and frame\n", s, s / 480000 / 64 * 1e9);
    free(t.x);
    vy_doc_destroy(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(engine_plays_a_sine_in_tune_and_clean),
        cmocka_unit_test(engine_does_not_depend_on_the_block),
        cmocka_unit_test(engine_runs_64_voices),
    };
    return cmocka_run_group_tests_name("engine", tests, open_catalog, close_catalog);
}
