// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Golden event lists, written by hand. One hit reads, in steps:
//   at+length=velocity:note/note  then, where they differ from the usual,
//   ?chance#index  %phase/every  @nudge  s (slid to)  l (slides on)  {locks}
#include "cm.h"

#include "base/text.h"
#include "engine/pattern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void show_hit(struct vy_buf *b, const struct vy_hit *h, double step)
{
    vy_buf_add(b, "%s%.5g+%.5g=%.3g", b->length ? " " : "", h->at / step, h->length / step,
               (double)h->velocity);
    for (int i = 0; i < h->notes; i++)
        vy_buf_add(b, "%c%g", i ? '/' : ':', (double)h->note[i]);
    if (h->chance < 1)
        vy_buf_add(b, "?%.3g#%u", (double)h->chance, h->index);
    if (h->every > 1)
        vy_buf_add(b, "%%%u/%u", h->phase, h->every);
    if (h->nudge_s != 0)
        vy_buf_add(b, "@%.3g", (double)h->nudge_s);
    if (h->slide)
        vy_buf_add(b, "s");
    if (h->legato)
        vy_buf_add(b, "l");
    for (int i = 0; i < h->locks; i++)
        vy_buf_add(b, "{%s=%s}", h->lock[i].param, h->lock[i].value);
}

static void assert_hits(enum vy_pattern_kind kind, const char *text, double steps, const char *want)
{
    struct vy_arena arena = {0};
    struct vy_err err = {0};
    struct vy_pattern *p = NULL;
    struct vy_pattern_options o = vy_pattern_defaults(kind);
    o.key_scale = 1; // C minor
    o.gate = 1;
    if (vy_pattern_parse(text, &o, &arena, &p, &err))
        fail_msg("'%s': %s at %d", text, err.message, err.at);
    struct vy_buf b = {0};
    vy_buf_put(&b, "", 0);
    const double step = 4.0 / o.div;
    for (uint32_t i = 0; i < p->hits; i++) {
        show_hit(&b, &p->hit[i], step);
        assert_true(i == 0 || p->hit[i].at >= p->hit[i - 1].at);
    }
    if (strcmp(b.text, want) || p->beats != steps * step)
        fail_msg("'%s' gives %g steps\n%s\nnot %g\n%s", text, p->beats / step, b.text, steps, want);
    vy_buf_clear(&b);
    vy_arena_clear(&arena);
}

#define STEPS(text, n, want) assert_hits(VY_PATTERN_STEPS, text, n, want)
#define MELODY(text, n, want) assert_hits(VY_PATTERN_MELODY, text, n, want)
#define CHORDS(text, n, want) assert_hits(VY_PATTERN_CHORDS, text, n, want)

static void steps_have_their_signs(void **state)
{
    (void)state;
    STEPS("x...x...x...x...", 16, "0+1=0.6 4+1=0.6 8+1=0.6 12+1=0.6");
    STEPS("..x...x...x...x.", 16, "2+1=0.6 6+1=0.6 10+1=0.6 14+1=0.6");
    STEPS("xX9~", 4, "0+1=0.6 1+1=1 2+1=1");
    STEPS("1 | 3 |", 2, "0+1=0.111 1+1=0.333");
    STEPS("x--.x-", 6, "0+3=0.6 4+2=0.6");
    STEPS("[xx][x.x]x", 3, "0+0.5=0.6 0.5+0.5=0.6 1+0.33333=0.6 1.6667+0.33333=0.6 2+1=0.6");
    STEPS("x*3 .", 2, "0+0.33333=0.6 0.33333+0.33333=0.6 0.66667+0.33333=0.6");
    STEPS("x?x?30x?100", 3, "0+1=0.6?0.5#0 1+1=0.6?0.3#1 2+1=0.6");
    STEPS("x!4.!2", 6, "0+1=0.6 1+1=0.6 2+1=0.6 3+1=0.6");
    STEPS("x@-10ms x@0.02s x@5.5ms", 3, "0+1=0.6@-0.01 1+1=0.6@0.02 2+1=0.6@0.0055");
    STEPS("x{cutoff=900}x{a.b=-3dB, c=Eb2 d=30%}", 2,
          "0+1=0.6{cutoff=900} 1+1=0.6{a.b=-3dB}{c=Eb2}{d=30%}");
    STEPS("....", 4, "");
}

static void steps_play_euclid(void **state)
{
    (void)state;
    STEPS("x(3,8)", 8, "0+1=0.6 3+1=0.6 6+1=0.6");
    STEPS("(3,8)", 8, "0+1=0.6 3+1=0.6 6+1=0.6");
    STEPS("x(3,8,2)", 8, "1+1=0.6 4+1=0.6 6+1=0.6"); // begins at step 2 of x..x..x.
    STEPS("x(3,8,-1)", 8, "1+1=0.6 4+1=0.6 7+1=0.6");
    STEPS("X(5,8)", 8, "0+1=1 2+1=1 3+1=1 5+1=1 6+1=1");
    STEPS("x(5,16)", 16, "0+1=0.6 3+1=0.6 6+1=0.6 9+1=0.6 12+1=0.6");
    STEPS("x(4,4) x(0,2) x(1,1)", 7, "0+1=0.6 1+1=0.6 2+1=0.6 3+1=0.6 6+1=0.6");
    STEPS("x(5,13)", 13, "0+1=0.6 3+1=0.6 5+1=0.6 8+1=0.6 10+1=0.6");
    STEPS("[x(3,8)]", 1, "0+0.125=0.6 0.375+0.125=0.6 0.75+0.125=0.6");
    STEPS("x(2,4)!2", 8, "0+1=0.6 2+1=0.6 4+1=0.6 6+1=0.6");
    STEPS("[xx](2,4)", 4, "0+0.5=0.6 0.5+0.5=0.6 2+0.5=0.6 2.5+0.5=0.6");
}

static void steps_alternate_per_cycle(void **state)
{
    (void)state;
    STEPS("<x .>x", 2, "0+1=0.6%0/2 1+1=0.6");
    STEPS("<x X 9>", 1, "0+1=0.6%0/3 0+1=1%1/3 0+1=1%2/3");
    // independent phases
    STEPS("<x .><. x .>", 2, "0+1=0.6%0/2 1+1=0.6%1/3");
    // the inner one goes on each time the outer one comes round: x . X . (cycles 0 1 2 3)
    STEPS("<<x X> .>", 1, "0+1=0.6%0/4 0+1=1%2/4");
    STEPS("<x!2 .>", 1, "0+1=0.6%0/3 0+1=0.6%1/3");
    STEPS("<[x x] .>*2", 1, "0+0.25=0.6%0/2 0.25+0.25=0.6%0/2 0.5+0.25=0.6%0/2 0.75+0.25=0.6%0/2");
    STEPS("x<- .>", 2, "0+2=0.6%0/2 0+1=0.6%1/2");
    STEPS("<x .>-", 2, "0+2=0.6%0/2");
}

static void steps_combine_modifiers(void **state)
{
    (void)state;
    const char *const want = "0+0.5=0.6?0.3#0@0.001{a=1} 0.5+0.5=0.6?0.3#0@0.001{a=1} "
                             "2+0.5=0.6?0.3#2@0.001{a=1} 2.5+0.5=0.6?0.3#2@0.001{a=1}";
    STEPS("x*2?30@1ms{a=1}(2,4)", 4, want);
    STEPS("x(2,4){a=1}@1ms?30*2", 4, want);
    // a ratchet or group sounds or rests as one; an inner chance draws for itself
    STEPS(".[x x?]?", 2, "1+0.5=0.6?0.5#1 1.5+0.5=0.6?0.25#2");
    STEPS("[x{a=1} x{b=2}]{a=5,c=3}@2ms", 1,
          "0+0.5=0.6@0.002{c=3}{a=1} 0.5+0.5=0.6@0.002{a=5}{c=3}{b=2}");
    STEPS("x^", 1, "0+1=1");
}

static void ties_hold_what_ends_there(void **state)
{
    (void)state;
    STEPS("[x -]-x", 3, "0+2=0.6 2+1=0.6");
    STEPS("x[- x]", 2, "0+1.5=0.6 1.5+0.5=0.6");
    STEPS("x*2-", 2, "0+0.5=0.6 0.5+1.5=0.6");
    STEPS("-.x-", 4, "2+3=0.6"); // held over the end of the cycle
    STEPS("--x-", 4, "2+4=0.6");
    STEPS("x-!3", 4, "0+4=0.6");
}

static void melodies_have_notes(void **state)
{
    (void)state;
    MELODY("C2 C2 G2 Eb2", 4, "0+1=0.8:36 1+1=0.8:36 2+1=0.8:43 3+1=0.8:39");
    MELODY("F#3 m60 55Hz . ~ C-1", 6, "0+1=0.8:54 1+1=0.8:60 2+1=0.8:33 5+1=0.8:0");
    MELODY("1 b3 5 #4 8 -6 0", 7,
           "0+1=0.8:60 1+1=0.8:62 2+1=0.8:67 3+1=0.8:66 4+1=0.8:72 5+1=0.8:48 6+1=0.8:58");
    MELODY("Cm7 Eb/G C7", 3, "0+1=0.8:48/51/55/58 1+1=0.8:43/51/55/58 2+1=0.8:96"); // C7 is a note
    MELODY("C2 - - . | [C2 G2] <C2 E2>", 6,
           "0+3=0.8:36 4+0.5=0.8:36 4.5+0.5=0.8:43 5+1=0.8:36%0/2 5+1=0.8:40%1/2");
    MELODY("C2(3,8)", 8, "0+1=0.8:36 3+1=0.8:36 6+1=0.8:36");
    MELODY("C2^ C2*2 C2?20 C2!2 C2@-5ms C2{cutoff=1kHz}", 7,
           "0+1=1:36 1+0.5=0.8:36 1.5+0.5=0.8:36 2+1=0.8:36?0.2#2 3+1=0.8:36 4+1=0.8:36 "
           "5+1=0.8:36@-0.005 6+1=0.8:36{cutoff=1kHz}");
    MELODY("C2 --.. ", 5, "0+3=0.8:36");
}

static void melodies_slide(void **state)
{
    (void)state;
    MELODY("C2 _ G2 .", 4, "0+2=0.8:36l 2+1=0.8:43s");
    MELODY("C2_ G2 .", 3, "0+1=0.8:36l 1+1=0.8:43s");
    MELODY("C2_ - G2 .", 4, "0+2=0.8:36l 2+1=0.8:43s");
    MELODY("C2_ G2_", 2, "0+1=0.8:36sl 1+1=0.8:43sl"); // round the cycle
    MELODY("C2 _ _ G2 .", 5, "0+3=0.8:36l 3+1=0.8:43s");
    MELODY("<C2_ E2> G2 .", 3, "0+1=0.8:36%0/2l 0+1=0.8:40%1/2 1+1=0.8:43%0/2s 1+1=0.8:43%1/2");
    MELODY("C2?30_ G2 .", 3, "0+1=0.8:36?0.3#0l 1+1=0.8:43s");
}

static void chords_last_a_bar(void **state)
{
    (void)state;
    CHORDS("Cm7 C7", 2, "0+1=0.8:48/51/55/58 1+1=0.8:48/52/55/58");
    CHORDS("Cm - | Fm .", 4, "0+2=0.8:48/51/55 2+1=0.8:53/56/60");
    CHORDS("1 4", 2, "0+1=0.8:48/51/55 1+1=0.8:53/56/60"); // triads of C minor
}

static void gate_and_defaults_apply(void **state)
{
    (void)state;
    struct vy_arena arena = {0};
    struct vy_pattern *p;
    struct vy_pattern_options o = vy_pattern_defaults(VY_PATTERN_STEPS);
    assert_int_equal(vy_pattern_parse("x-.x*2@-0.25s", &o, &arena, &p, NULL), VY_OK);
    assert_float_equal(p->beats, 1, 0);
    assert_float_equal(p->hit[0].length, 0.375, 0); // a step and half a step
    assert_float_equal(p->hit[1].length, 0.0625, 0);
    assert_float_equal(p->max_nudge_s, 0.25, 0);
    assert_true(p->swing < 0 && p->probability == 1);
    o = vy_pattern_defaults(VY_PATTERN_CHORDS);
    assert_int_equal(vy_pattern_parse("Cm7", &o, &arena, &p, NULL), VY_OK);
    assert_float_equal(p->beats, 4, 0);
    o.div = 0.001;
    assert_int_equal(vy_pattern_parse("Cm7", &o, &arena, &p, NULL), VY_OUT_OF_RANGE);
    vy_arena_clear(&arena);
}

static void assert_error(enum vy_pattern_kind kind, const char *text, int at, const char *hint)
{
    struct vy_arena arena = {0};
    struct vy_err err = {0};
    struct vy_pattern *p = NULL;
    const struct vy_pattern_options o = vy_pattern_defaults(kind);
    const vy_status status = vy_pattern_parse(text, &o, &arena, &p, &err);
    if (status != VY_BAD_PATTERN || p || err.code != status || !err.message[0])
        fail_msg("'%s': status %d", text, status);
    if (err.at != at || strcmp(err.hint, hint))
        fail_msg("'%s': at %d, hint '%s' (%s)", text, err.at, err.hint, err.message);
    assert_int_equal(arena.bytes, 0); // a refused pattern leaves nothing behind
    vy_arena_clear(&arena);
}

static void step_errors_name_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *hint;
        int at;
    } row[] = {
        {"", "", 0},
        {"  | ", "", 0},
        {"x..q", "x", 3},
        {"x 0", ".", 2},
        {"C2", "melody", 0},
        {"x_", "-", 1},
        {"x[x", "", 1},
        {"x]", "", 1},
        {"[x>", "", 2},
        {"[]", "", 0},
        {"<>", "", 0},
        {"x*", "", 1},
        {"x*0", "", 2},
        {"x*65", "", 2},
        {"x!0", "", 2},
        {"x?101", "", 2},
        {"x(9,8)", "", 1},
        {"x(3,65)", "", 1},
        {"x(3,0)", "", 1},
        {"x(3)", "(3,8)", 3},
        {"x(3,8", "(3,8)", 1},
        {"x(,8)", "(3,8)", 2},
        {"x(3,8,1,1)", "(3,8)", 8},
        {"x{cutoff}", "x{cutoff=900}", 8},
        {"x{a=}", "x{cutoff=900}", 4},
        {"x{a=1", "", 1},
        {"x{}", "x{cutoff=900}", 1},
        {"x{a=1,a=2}", "", 6},
        {"x@10", "ms", 4},
        {"x@ms", "@-10ms", 1},
        {"x@2s", "", 1},
        {"x*2*3", "", 3},
        {".*2", "", 1},
        {"-?", "", 1},
        {"*3", "", 0},
        {".-", ".", 1},
        {"-", ".", 0},
        {"x\x01", "", 1},
        {"x\xff", "", 1},
        {"x ?", "", 2},
        {"[[[[[[[[[x]]]]]]]]]", "", 8},
        {"x!4096x", "", 6},
        {"[x!64]!64x*2", "", 9},
        {"x!4097", "", 2},
        {"[[.!64]*64]*64", "", 2},
        {"[[[[x!65]!64]]]", "", 4},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        assert_error(VY_PATTERN_STEPS, row[i].text, row[i].at, row[i].hint);
}

static void melody_errors_name_their_place(void **state)
{
    (void)state;
    assert_error(VY_PATTERN_MELODY, "C2 440", 3, "440Hz");
    assert_error(VY_PATTERN_MELODY, "16", 0, "16Hz");
    assert_error(VY_PATTERN_MELODY, "55.5", 0, "55.5Hz");
    assert_error(VY_PATTERN_MELODY, "c2", 0, "C2");
    assert_error(VY_PATTERN_MELODY, "C2G2", 0, "");
    assert_error(VY_PATTERN_MELODY, "C2 H3", 3, "");
    assert_error(VY_PATTERN_MELODY, "x.x.", 0, "");
    assert_error(VY_PATTERN_MELODY, "C2.", 2, "");
    assert_error(VY_PATTERN_MELODY, "(3,8)", 0, "");
    assert_error(VY_PATTERN_MELODY, "C2_ .", 0, "");
    assert_error(VY_PATTERN_MELODY, "_ C2 .", 0, ".");
    assert_error(VY_PATTERN_MELODY, "[C2 E2]_ G2", 7, "");
    assert_error(VY_PATTERN_MELODY, "C2 \xc3\xa9", 3, "");
    assert_error(VY_PATTERN_CHORDS, "Cm7 Cblah", 4, "Cm7");
    assert_error(VY_PATTERN_CHORDS, "C2", 0, "Cm7");
}

static void huge_and_binary_input_fails_fast(void **state)
{
    (void)state;
    enum { SIZE = 1 << 20 };
    char *const text = malloc(SIZE + 1);
    static const char fills[] = {'x', '.', '-', '[', '<', ' ', '1', '(', '?', 'C', '\xff', '\x01'};
    const clock_t begin = clock();
    for (size_t f = 0; f < sizeof fills; f++) {
        for (int kind = 0; kind < 3; kind++) {
            memset(text, fills[f], SIZE);
            text[SIZE] = '\0';
            struct vy_arena arena = {0};
            struct vy_err err;
            struct vy_pattern *p;
            const struct vy_pattern_options o = vy_pattern_defaults((enum vy_pattern_kind)kind);
            assert_int_equal(vy_pattern_parse(text, &o, &arena, &p, &err), VY_BAD_PATTERN);
            vy_arena_clear(&arena);
        }
    }
    assert_true(clock() - begin < CLOCKS_PER_SEC);
    free(text);
}

static void arpeggios_run_over_chords(void **state)
{
    (void)state;
    static const struct {
        enum vy_arp_mode mode;
        int octaves;
        const char *notes;
    } row[] = {
        {VY_ARP_UP, 1, "48 51 55 48 51 55 48 51 "},
        {VY_ARP_DOWN, 1, "55 51 48 55 51 48 55 51 "},
        {VY_ARP_UPDOWN, 1, "48 51 55 51 48 51 55 51 "},
        {VY_ARP_UP, 2, "48 51 55 60 63 67 48 51 "},
        {VY_ARP_ORDER, 1, "48 51 55 48 51 55 48 51 "},
    };
    struct vy_arena arena = {0};
    struct vy_pattern *from, *arp, *again;
    const struct vy_pattern_options o = vy_pattern_defaults(VY_PATTERN_CHORDS);
    assert_int_equal(vy_pattern_parse("Cm{a=1}", &o, &arena, &from, NULL), VY_OK);
    for (size_t r = 0; r < sizeof row / sizeof *row; r++) {
        assert_int_equal(
            vy_pattern_arp(from, row[r].mode, 0.5, row[r].octaves, 0.5f, 7, &arena, &arp), VY_OK);
        char text[200] = "";
        assert_int_equal(arp->hits, 8);
        for (uint32_t i = 0; i < arp->hits; i++) {
            sprintf(text + strlen(text), "%g ", (double)arp->hit[i].note[0]);
            assert_true(arp->hit[i].at == i * 0.5);
            assert_float_equal(arp->hit[i].length, 0.25, 0);
            assert_string_equal(arp->hit[i].lock[0].param, "a");
        }
        assert_string_equal(text, row[r].notes);
        assert_float_equal(arp->beats, 4, 0);
    }
    assert_int_equal(vy_pattern_arp(from, VY_ARP_RANDOM, 0.25, 2, 1, 7, &arena, &arp), VY_OK);
    assert_int_equal(vy_pattern_arp(from, VY_ARP_RANDOM, 0.25, 2, 1, 7, &arena, &again), VY_OK);
    for (uint32_t i = 0; i < arp->hits; i++)
        assert_float_equal(arp->hit[i].note[0], again->hit[i].note[0], 0);
    assert_int_equal(vy_pattern_arp(from, VY_ARP_CHORD, 1, 1, 1, 7, &arena, &arp), VY_OK);
    assert_int_equal(arp->hit[3].notes, 3);
    assert_int_equal(vy_pattern_arp(from, VY_ARP_UP, 0, 1, 1, 7, &arena, &arp), VY_OUT_OF_RANGE);
    vy_arena_clear(&arena);
}

static void clones_share_nothing(void **state)
{
    (void)state;
    struct vy_arena first = {0}, second = {0};
    struct vy_pattern *p;
    const struct vy_pattern_options o = vy_pattern_defaults(VY_PATTERN_STEPS);
    assert_int_equal(vy_pattern_parse("x{a=1}*2x.", &o, &first, &p, NULL), VY_OK);
    struct vy_pattern *const copy = vy_pattern_clone(p, &second);
    vy_arena_clear(&first);
    assert_int_equal(copy->hits, 3);
    assert_string_equal(copy->hit[1].lock[0].value, "1");
    assert_float_equal(copy->hit[2].at, 0.25, 0);
    vy_arena_clear(&second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_have_their_signs),
        cmocka_unit_test(steps_play_euclid),
        cmocka_unit_test(steps_alternate_per_cycle),
        cmocka_unit_test(steps_combine_modifiers),
        cmocka_unit_test(ties_hold_what_ends_there),
        cmocka_unit_test(melodies_have_notes),
        cmocka_unit_test(melodies_slide),
        cmocka_unit_test(chords_last_a_bar),
        cmocka_unit_test(gate_and_defaults_apply),
        cmocka_unit_test(step_errors_name_their_place),
        cmocka_unit_test(melody_errors_name_their_place),
        cmocka_unit_test(huge_and_binary_input_fails_fast),
        cmocka_unit_test(arpeggios_run_over_chords),
        cmocka_unit_test(clones_share_nothing),
    };
    return cmocka_run_group_tests_name("pattern", tests, NULL, NULL);
}
