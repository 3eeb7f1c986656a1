// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Edits while it sounds. Timers change the document in the middle of a render; what must not change
// stays bit by bit, what changes does so without a click, and a module that goes wrong is alone.
#include "cm.h"
#include "piece.h"
#include "rig.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SWAP = 24000, FRAMES = 48000 }; // beat 1 at 120 BPM

static struct piece_take stems_of(struct vy_doc *doc, double frames)
{
    struct piece_take t = {0};
    piece_render_as(doc, &(struct vy_render){.frames = frames, .stems = true}, &t);
    vy_doc_destroy(doc);
    return t;
}

static uint32_t bits(float x)
{
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}

static void assert_same_stem(const struct piece_take *a, const struct piece_take *b,
                             const char *name)
{
    const struct piece_stem *const x = piece_stem(a, name), *const y = piece_stem(b, name);
    assert_int_equal(x->frames, y->frames);
    assert_true(rig_rms(x->x, (uint32_t)(2 * x->frames)) > 1e-3);
    for (size_t n = 0; n < 2 * x->frames; n++)
        if (bits(x->x[n]) != bits(y->x[n]))
            fail_msg("%s differs from frame %zu on: %.9g, not %.9g", name, n / 2, (double)x->x[n],
                     (double)y->x[n]);
}

// ---- what is not touched ------------------------------------------------------------------------

#define TWO                                                                        \
    "create a osc shape=sine freq=443.7Hz", "set a.gain -12dB", "create s analog", \
        "set s.gain -6dB", "melody s: C3 Eb3 G3 Bb3", "add reverb s"

static void unrelated_edits_leave_the_rest_bit_equal(void **state)
{
    (void)state;
    struct piece_take plain = stems_of(PIECE(TWO), FRAMES * 2);
    static const char *const lines[] = {
        "at 1 0 create b noise gain=-40dB",
        "at 1 0 create b osc shape=saw freq=100Hz gain=-40dB",
        "at 1 0 bus room",
        "at 1 0.25 set out.pan 0.001", // eleven swaps
        "at 1.3 0 create l lfo",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct vy_doc *const doc = PIECE(TWO, lines[i]);
        struct piece_take t = stems_of(doc, FRAMES * 2);
        assert_true(t.result.plans > plain.result.plans);
        // stems are before the master; its limiter does nothing to a quiet piece
        assert_same_stem(&t, &plain, "a");
        assert_same_stem(&t, &plain, "s");
        piece_drop(&t);
    }
    piece_drop(&plain);
    piece_figure("stems that change by unrelated swaps, of 10", 0, "0");
}

// ---- clicks -------------------------------------------------------------------------------------

// Largest second difference of the left channel.
static double bend(const struct piece_take *t, size_t from, size_t until)
{
    double most = 0;
    for (size_t n = from; n + 2 < until; n++)
        most = fmax(most, fabs((double)t->x[2 * n] - 2 * (double)t->x[2 * n + 2] +
                               (double)t->x[2 * n + 4]));
    return most;
}

// The most a swap bends the wave, over the most it bends on either side of it.
static double click(const char *line)
{
    struct vy_doc *const doc =
        PIECE("create a osc shape=sine freq=200Hz", "set a.gain -12dB", "create f svf cutoff=20000",
              "create d osc shape=sine freq=320Hz", "set d.gain -12dB", line);
    struct piece_take t = piece_render(doc, FRAMES);
    vy_doc_destroy(doc);
    const double steady = fmax(bend(&t, 4800, SWAP - 200), bend(&t, SWAP + 4800, FRAMES));
    const double at = bend(&t, SWAP - 200, SWAP + 4800);
    piece_drop(&t);
    return at / steady;
}

static void no_edit_clicks(void **state)
{
    (void)state;
    // a step of the whole wave bends a 200 Hz sine by 1 / (2 pi 200 / 48000)^2 = 1459 times its own
    static const char *const lines[] = {
        "at 1 0 set a.gain -30dB",
        "at 1 0 set a.pan 0.8",
        "at 1 0 set a.freq 250Hz",
        "at 1 0 mute a",
        "at 1 0 remove a",
        "at 1 0 patch a f out",
        "at 1 0 add svf a cutoff=20000",
        "at 1 0 add delay a mix=0",
        "at 1 0 add reverb a mix=0.2",
        "at 1 0 add eq a",
        "at 1 0 unpatch a out",
        "at 1 0 add utility out",
        "at 1 0 bus b",
        "at 1 0 set d.freq 300Hz",
        "at 1 0 remove d",
    };
    double worst = 0;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        const double c = click(lines[i]);
        print_message("  %-34s bends %.3g times its own\n", lines[i], c);
        worst = fmax(worst, c);
    }
    piece_figure("largest bend at a swap, times that of the wave", worst, "< 4");
    assert_true(worst < 4);
}

// Effects taken out or put aside.
static void leaving_effects_do_not_click(void **state)
{
    (void)state;
    static const char *const lines[] = {"at 1 0 drop svf a", "at 1 0 bypass a.svf"};
    double worst = 0;
    for (int i = 0; i < 2; i++) {
        struct vy_doc *const doc = PIECE("create a osc shape=sine freq=200Hz", "set a.gain -12dB",
                                         "add svf a cutoff=400", lines[i]);
        struct piece_take t = piece_render(doc, FRAMES);
        vy_doc_destroy(doc);
        const double steady = fmax(bend(&t, 4800, SWAP - 200), bend(&t, SWAP + 4800, FRAMES));
        worst = fmax(worst, bend(&t, SWAP - 200, SWAP + 4800) / steady);
        piece_drop(&t);
    }
    piece_figure("largest bend when an effect leaves", worst, "< 4");
    assert_true(worst < 4);
}

// ---- the fade -----------------------------------------------------------------------------------

static void a_removed_unit_fades_out_in_10_ms(void **state)
{
    (void)state;
    struct vy_doc *const doc =
        PIECE("create a osc shape=sine freq=0.01Hz phase=90", "set a.gain -6dB", "at 1 0 remove a");
    struct piece_take t = piece_render(doc, FRAMES);
    vy_doc_destroy(doc);
    const double before = (double)t.x[2 * (SWAP - 128)];
    assert_true(before > 0.1);
    int begin = 0, end = 0;
    double worst = 0;
    for (int n = SWAP - 128; n < FRAMES; n++) {
        const double g = (double)t.x[2 * n] / before;
        if (!begin && g < 0.9999)
            begin = n;
        if (g > 1e-6)
            end = n;
    }
    for (int n = begin; n < begin + 448; n++) // the last tick is drawn out to its end
        worst = fmax(worst, fabs((double)t.x[2 * n] / before - cos(M_PI / 2 * (n - begin) / 480)));
    piece_drop(&t);
    piece_figure("fade of a removed unit, ms", (end - begin) / 48.0, "10, up to a tick more");
    piece_figure("its distance from equal power", worst, "< 0.02");
    assert_true(abs(begin - SWAP) <= 64);
    assert_true(end - begin > 440 && end - begin <= 480 + 64);
    assert_true(worst < 0.02);
}

// A wave that changes its way is in both for a while: cos + sin of the same turn, 1.414 halfway,
// which keeps the power of signals that differ.
static void a_new_way_fades_in_as_the_old_fades_out(void **state)
{
    (void)state;
    struct vy_doc *const doc =
        PIECE("create a osc shape=sine freq=0.01Hz phase=90", "set a.gain -12dB",
              "create f utility", "at 1 0 patch a f out");
    struct piece_take t = piece_render(doc, FRAMES);
    vy_doc_destroy(doc);
    const double before = (double)t.x[2 * (SWAP - 128)];
    double most = 0;
    for (int n = SWAP - 128; n < SWAP + 1024; n++)
        most = fmax(most, (double)t.x[2 * n] / before);
    const double after = (double)t.x[2 * (SWAP + 1024)] / before;
    piece_drop(&t);
    piece_figure("crossfade of one wave, highest level", most, "1.414");
    assert_true(fabs(most - sqrt(2)) < 0.02);
    assert_true(fabs(after - 1) < 0.01);
}

// Fades must not eat the attack of what is new.
static void a_new_unit_keeps_its_attack(void **state)
{
    (void)state;
    struct vy_doc *const doc = PIECE("create a osc freq=100Hz gain=-60dB",
                                     "at 1 0 create c sampler file=impulse vel=0 gain=-6dB",
                                     "at 1 0 add utility c", "at 1 0 sequence c: x...");
    struct piece_take t = stems_of(doc, FRAMES);
    const struct piece_stem *const c = piece_stem(&t, "c");
    const double full = pow(10, -6.0 / 20), got = (double)c->x[(size_t)2 * SWAP];
    if (fabs(got - full) > 1e-3)
        print_error("the attack is %g, not %g\n", got, full);
    assert_true(fabs(got - full) < 1e-3);
    for (int n = 0; n < SWAP; n++)
        assert_true(c->x[2 * n] == 0.0f);
    piece_drop(&t);
    piece_figure("first frame of a unit made in mid-air, level", got, "0.501");
}

// ---- feedback -----------------------------------------------------------------------------------

static void feedback_costs_one_tick(void **state)
{
    (void)state;
    struct vy_doc *const doc =
        PIECE("create c sampler file=impulse vel=0", "set c.gain -6dB", "sequence c div=0.25: x",
              "bus one", "bus two", "patch c one two out", "patch two one depth=0.5");
    struct vy_err err;
    assert_int_equal(piece_try(doc, "patch two one", &err), VY_CYCLE);
    struct piece_take t = piece_render(doc, 4800);
    vy_doc_destroy(doc);
    const double first = (double)t.x[0];
    assert_true(first > 0.1);
    double worst = 0;
    for (int n = 0; n < 4800; n++) {
        const double want = n % 64 ? 0 : first * pow(0.5, n / 64);
        worst = fmax(worst, fabs((double)t.x[2 * n] - want));
    }
    piece_drop(&t);
    piece_figure("feedback 0.5: distance from 0.5^k every 64 frames", worst, "< 1e-6");
    assert_true(worst < 1e-6);
}

// ---- modules gone wrong -------------------------------------------------------------------------

// A source that writes `bad` from its hundredth tick on; a constant before.
static float bad_value;

static size_t broken_size(const struct vy_cfg *cfg)
{
    (void)cfg;
    return 64;
}

static int broken_init(void *mem, const struct vy_cfg *cfg)
{
    (void)mem;
    (void)cfg;
    return 0;
}

static void broken_reset(void *mem)
{
    *(int *)mem = 0;
}

static void broken_process(void *mem, const struct vy_io *io)
{
    int *const ticks = mem;
    const float y = (*ticks)++ < 100 ? 0.25f : bad_value;
    for (uint32_t n = 0; n < io->shape.groups * VY_TICK; n++)
        io->out[0][n] = (vy_f8){y, y, y, y, y, y, y, y};
}

static const struct vy_port broken_out[] = {{"out", 0, "trouble"}};
static const struct vy_module broken = {.abi = VY_MODULE_ABI,
                                        .id = "broken",
                                        .name = "Broken",
                                        .text = "goes wrong",
                                        .words = "",
                                        .out = broken_out,
                                        .outs = 1,
                                        .get_size = broken_size,
                                        .init = broken_init,
                                        .reset = broken_reset,
                                        .process = broken_process};

static struct piece_take render_broken(float value)
{
    const struct vy_kernels *const real = piece_catalog.kernels;
    const uint32_t rows = *real->module_rows + 1;
    const struct vy_module **const all = calloc(rows, sizeof *all);
    memcpy(all, real->modules, (rows - 1) * sizeof *all);
    all[rows - 1] = &broken;
    const struct vy_kernels more = {real->isa, all, &rows, real->tick};
    piece_catalog.kernels = &more;
    bad_value = value;
    struct piece_take t =
        stems_of(PIECE(TWO, "create x broken", "set x.gain -6dB", "add delay x"), FRAMES);
    piece_catalog.kernels = real;
    free(all);
    return t;
}

static void a_broken_module_is_muted_alone(void **state)
{
    (void)state;
    struct piece_take plain = stems_of(PIECE(TWO), FRAMES);
    static const float bad[] = {NAN, INFINITY, -INFINITY};
    for (int i = 0; i < 3; i++) {
        struct piece_take t = render_broken(bad[i]);
        assert_same_stem(&t, &plain, "a");
        assert_same_stem(&t, &plain, "s");
        assert_int_equal(t.result.muted, 1);
        assert_int_equal(t.events, 1);
        assert_string_equal(t.event[0].what, "muted");
        assert_non_null(strstr(t.event[0].text, "broken in x"));
        assert_true(t.event[0].frame >= 6400 && t.event[0].frame <= 6464);
        for (size_t n = 0; n < 2 * t.frames; n++)
            assert_true(isfinite(t.x[n]));
        // what it wrote before was heard
        assert_true(fabsf(piece_stem(&t, "x")->x[2 * 3000]) > 0.05f);
        piece_drop(&t);
    }
    piece_drop(&plain);
    piece_figure("NaN, inf, -inf: modules muted besides the broken one", 0, "0");
}

static void denormals_and_huge_numbers_pass(void **state)
{
    (void)state;
    struct piece_take plain = stems_of(PIECE(TWO), FRAMES);
    struct piece_take t = render_broken(1e-40f);
    assert_int_equal(t.result.muted, 0);
    assert_same_stem(&t, &plain, "a");
    assert_same_stem(&t, &plain, "s");
    piece_drop(&t);
    // 1e30 is finite: nothing is muted, and the limiter keeps it out of the converters
    t = render_broken(1e30f);
    for (size_t n = 0; n < 2 * t.frames; n++)
        assert_true(isfinite(t.x[n]) && fabsf(t.x[n]) <= 1.0f);
    piece_drop(&t);
    piece_drop(&plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unrelated_edits_leave_the_rest_bit_equal),
        cmocka_unit_test(no_edit_clicks),
        cmocka_unit_test(leaving_effects_do_not_click),
        cmocka_unit_test(a_removed_unit_fades_out_in_10_ms),
        cmocka_unit_test(a_new_way_fades_in_as_the_old_fades_out),
        cmocka_unit_test(a_new_unit_keeps_its_attack),
        cmocka_unit_test(feedback_costs_one_tick),
        cmocka_unit_test(a_broken_module_is_muted_alone),
        cmocka_unit_test(denormals_and_huge_numbers_pass),
    };
    return cmocka_run_group_tests_name("swap", tests, piece_open, piece_close);
}
