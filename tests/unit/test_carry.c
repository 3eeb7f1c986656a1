// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What must go on when a plan is swapped: locks and slides of notes that sound, fades that have not
// ended, and stems that add up to the master all the while.
#include "cm.h"
#include "piece.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FRAMES = 96000 };

static struct piece_take stems_of(struct vy_doc *doc)
{
    struct piece_take t = {0};
    piece_render_as(doc, &(struct vy_render){.frames = FRAMES, .stems = true}, &t);
    vy_doc_destroy(doc);
    return t;
}

static void assert_same(const char *unit, struct vy_doc *plain, struct vy_doc *swapped)
{
    struct piece_take a = stems_of(plain), b = stems_of(swapped);
    assert_true(b.result.plans > a.result.plans);
    const struct piece_stem *const x = piece_stem(&a, unit), *const y = piece_stem(&b, unit);
    assert_int_equal(x->frames, y->frames);
    assert_memory_equal(x->x, y->x, x->frames * 2 * sizeof(float));
    piece_drop(&a);
    piece_drop(&b);
}

static void locks_hold(void **state)
{
    (void)state;
#define LOCKED                                      \
    "create b analog voices=1", "set b.gain -20dB", \
        "sequence b gate=1: x{cutoff=4000}-------x-------"
    assert_same("b", PIECE(LOCKED),
                PIECE(LOCKED, "at 0.5 0 bus c", "at 1 0 bus d", "at 2.5 0 create z lfo"));
}

static void slides_hold(void **state)
{
    (void)state;
#define SLIDING \
    "create b analog voices=2 glide=50ms", "set b.gain -20dB", "melody b div=4: C2_ E2_ G2 C3_"
    assert_same("b", PIECE(SLIDING),
                PIECE(SLIDING, "at 0.5 0 bus c", "at 1.02 0 bus d", "at 3.5 0 bus e"));
}

// The largest difference between the master and its stems.
static double stems_off(struct vy_doc *doc)
{
    struct piece_take t = stems_of(doc);
    double most = 0;
    for (size_t n = 0; n < 2 * t.frames; n++) {
        double sum = 0;
        for (int s = 0; s < t.stems; s++)
            sum += (double)t.stem[s].x[n];
        most = fmax(most, fabs(sum - (double)t.x[n]));
    }
    piece_drop(&t);
    return most;
}

static void stems_add_up(void **state)
{
    (void)state;
#define QUIET "create a osc gain=-30dB", "create b analog", "melody b: C3 E3", "set b.gain -20dB"
    const double off[] = {
        stems_off(PIECE(QUIET, "at 1 0 remove a")),
        stems_off(PIECE(QUIET, "at 1 0 remove a", "at 1.01 0 remove b", "at 1.015 0 bus c")),
        stems_off(PIECE(QUIET, "patch a out", "patch a out depth=0.5", "at 1 0 unpatch a out")),
        stems_off(PIECE(QUIET, "at 1 0 patch a out depth=0.3", "bus c", "at 2 0 patch b c")),
        stems_off(PIECE("create s sampler file=sine gain=-12dB", "sequence s: x-------",
                        "at 1.1 0 remove s")),
    };
    double worst = 0;
    for (size_t i = 0; i < sizeof off / sizeof *off; i++) {
        if (off[i] >= 1e-6)
            print_error("case %zu is %g off\n", i, off[i]);
        worst = fmax(worst, off[i]);
    }
    piece_figure("stems against the master through swaps", worst, "< 1e-6");
    assert_true(worst < 1e-6);
}

// Another swap 2.5 ms after a removal does not cut the fade of what was removed.
static void fades_end(void **state)
{
    (void)state;
    struct piece_take t = stems_of(PIECE("create a osc shape=sine freq=1kHz gain=-20dB",
                                         "at 1 0 remove a", "at 1.005 0 bus c"));
    const struct piece_stem *const a = piece_stem(&t, "a");
    double late = 0, after = 0;
    for (int n = 24000 + 192; n < 24000 + 288; n++) // 4 to 6 ms after
        late = fmax(late, fabs((double)a->x[2 * n]));
    for (int n = 24000 + 700; n < FRAMES; n++)
        after = fmax(after, fabs((double)a->x[2 * n]));
    piece_drop(&t);
    assert_true(late > 0.03);
    assert_true(after == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(locks_hold),
        cmocka_unit_test(slides_hold),
        cmocka_unit_test(stems_add_up),
        cmocka_unit_test(fades_end),
    };
    return cmocka_run_group_tests(tests, piece_open, piece_close);
}
