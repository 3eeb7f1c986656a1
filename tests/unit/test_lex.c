// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Lines into words: what is a comment, a pair, a pattern; what is refused, and where.
#include "cm.h"

#include "command/lex.h"

#include <stdlib.h>
#include <string.h>

static struct vy_lex lex;
static struct vy_line line;
static struct vy_err err;

static void read_line(const char *text)
{
    vy_lex_close(&lex);
    err = (struct vy_err){.at = -1};
    assert_int_equal(vy_lex_open(&lex, text, strlen(text), &err), VY_OK);
    assert_int_equal(vy_lex_next(&lex, &line, &err), VY_OK);
}

static void refuse(const char *text, vy_status status, int at)
{
    vy_lex_close(&lex);
    err = (struct vy_err){.at = -1};
    vy_status got = vy_lex_open(&lex, text, strlen(text), &err);
    if (!got)
        got = vy_lex_next(&lex, &line, &err);
    assert_int_equal(got, status);
    assert_int_equal(err.at, at);
}

static void word(int i, enum vy_word_kind kind, const char *text, int at)
{
    assert_true(i < line.words);
    assert_int_equal(line.word[i].kind, kind);
    assert_string_equal(line.word[i].text, text);
    assert_int_equal(line.word[i].at, at);
}

static void lex_reads_words_pairs_and_strings(void **state)
{
    (void)state;
    read_line("create bass osc=saw file=\"my kick.wav\" \"a \\\"b\\\"\" ");
    assert_int_equal(line.words, 5);
    word(0, VY_WORD_PLAIN, "create", 0);
    word(2, VY_WORD_PAIR, "saw", 12);
    assert_string_equal(line.word[2].key, "osc");
    assert_int_equal(line.word[2].text_at, 16);
    word(3, VY_WORD_PAIR, "my kick.wav", 20);
    word(4, VY_WORD_STRING, "a \"b\"", 39);
}

static void lex_knows_comments_from_sharps(void **state)
{
    (void)state;
    read_line("melody bass: F#3 C#2 #4 # the end");
    assert_int_equal(line.words, 3);
    word(2, VY_WORD_PATTERN, "F#3 C#2 #4", 13);
    read_line("key F# dorian #comment");
    assert_int_equal(line.words, 3);
    read_line("# only a comment");
    assert_int_equal(line.words, 0);
}

static void lex_takes_trailing_options_from_patterns(void **state)
{
    (void)state;
    read_line("sequence kick: x{cutoff=900}..x div=8  swing=0.1");
    assert_int_equal(line.words, 5);
    word(2, VY_WORD_PATTERN, "x{cutoff=900}..x", 15);
    word(3, VY_WORD_PAIR, "8", 32);
    word(4, VY_WORD_PAIR, "0.1", 39);
    read_line("sequence kick: x div=8 x"); // not trailing: part of the pattern, refused there
    word(2, VY_WORD_PATTERN, "x div=8 x", 15);
}

static void lex_separates_commands(void **state)
{
    (void)state;
    read_line("> sequence a: <x ;>..; play; ;stop");
    word(2, VY_WORD_PATTERN, "<x", 14); // < > do not hide a separator, [ ] { } ( ) do
    assert_int_equal(vy_lex_next(&lex, &line, &err), VY_OK);
    read_line("sequence a: [x;x] ; play ; ; stop all");
    word(2, VY_WORD_PATTERN, "[x;x]", 12);
    assert_int_equal(vy_lex_next(&lex, &line, &err), VY_OK);
    word(0, VY_WORD_PLAIN, "play", 20);
    assert_int_equal(vy_lex_next(&lex, &line, &err), VY_OK);
    word(1, VY_WORD_PLAIN, "all", 34);
    assert_int_equal(vy_lex_next(&lex, &line, &err), VY_OK);
    assert_int_equal(line.words, 0);
}

static void lex_splits_arrows_and_comparisons(void **state)
{
    (void)state;
    read_line("patch a.x>b.y > out depth=-0.4");
    assert_int_equal(line.words, 7);
    word(2, VY_WORD_OPERATOR, ">", 9);
    word(6, VY_WORD_PAIR, "-0.4", 20);
    read_line("assert peak >= -1");
    word(2, VY_WORD_OPERATOR, ">=", 12);
    read_line("assert peak == -1");
    word(2, VY_WORD_OPERATOR, "=", 12);
}

static void lex_reads_prefixes(void **state)
{
    (void)state;
    read_line("dry at next 4 bars set a.b 1");
    assert_true(line.dry);
    assert_int_equal(line.when.kind, VY_WHEN_BARS);
    assert_true(line.when.bars == 4);
    word(0, VY_WORD_PLAIN, "set", 19);
    read_line("at bar 9:2.5 play");
    assert_int_equal(line.when.kind, VY_WHEN_BAR);
    assert_true(line.when.bar == 9 && line.when.beat == 2.5);
    read_line("at next beat play");
    assert_int_equal(line.when.kind, VY_WHEN_BEAT);
    read_line("at now play");
    assert_int_equal(line.when.kind, VY_WHEN_NOW);
    refuse("at noon play", VY_SYNTAX, 3);
    refuse("at next 1.5 bars play", VY_SYNTAX, 8);
    refuse("at bar 0 play", VY_SYNTAX, 7);
    refuse("at next bar", VY_SYNTAX, 11);
    refuse("dry", VY_SYNTAX, 3);
}

static void lex_refuses_what_is_no_text(void **state)
{
    (void)state;
    refuse("play \x01", VY_SYNTAX, 5);
    refuse("say \xff", VY_SYNTAX, 4);
    refuse("say \xc0\xaf", VY_SYNTAX, 4);     // overlong
    refuse("say \xed\xa0\x80", VY_SYNTAX, 4); // surrogate
    refuse("say \"open", VY_SYNTAX, 4);
    refuse("set a.b x\"y\"", VY_SYNTAX, 9);
    refuse("set a cutoff=", VY_SYNTAX, 13);
    refuse("set a 9x=3", VY_SYNTAX, 6);
    vy_lex_close(&lex);
    assert_int_equal(vy_lex_open(&lex, "a\0b", 3, &err), VY_SYNTAX);
    assert_int_equal(err.at, 1);
    char *const big = malloc(VY_LINE_MAX + 2);
    memset(big, 'a', VY_LINE_MAX + 1);
    assert_int_equal(vy_lex_open(&lex, big, VY_LINE_MAX + 1, &err), VY_TOO_BIG);
    assert_int_equal(vy_lex_open(&lex, big, VY_LINE_MAX, &err), VY_OK);
    for (int i = 0; i < VY_LINE_MAX; i += 2)
        big[i] = ' ';
    vy_lex_close(&lex);
    assert_int_equal(vy_lex_open(&lex, big, VY_LINE_MAX, &err), VY_OK);
    assert_int_equal(vy_lex_next(&lex, &line, &err), VY_TOO_BIG);
    free(big);
}

static void lex_reads_plain_numbers_only(void **state)
{
    (void)state;
    double number;
    const char *rest;
    assert_true(vy_lex_number("-.5dB", &number, &rest) && number == -0.5);
    assert_string_equal(rest, "dB");
    assert_true(vy_lex_number("1e3", &number, NULL) && number == 1000);
    assert_false(vy_lex_number("0x10", &number, NULL));
    assert_false(vy_lex_number("nan", &number, NULL));
    assert_false(vy_lex_number("inf", &number, NULL));
    assert_false(vy_lex_number("1e999", &number, NULL));
    assert_false(vy_lex_number("", &number, NULL));
    assert_false(vy_lex_number("1 ", &number, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lex_reads_words_pairs_and_strings),
        cmocka_unit_test(lex_knows_comments_from_sharps),
        cmocka_unit_test(lex_takes_trailing_options_from_patterns),
        cmocka_unit_test(lex_separates_commands),
        cmocka_unit_test(lex_splits_arrows_and_comparisons),
        cmocka_unit_test(lex_reads_prefixes),
        cmocka_unit_test(lex_refuses_what_is_no_text),
        cmocka_unit_test(lex_reads_plain_numbers_only),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    vy_lex_close(&lex);
    return failed;
}
