// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The verb table: complete, consistent, and its examples are lines of the language.
#include "cm.h"

#include "command/library.h"
#include "command/measure.h"
#include "command/table.h"

#include <stdlib.h>
#include <string.h>

// Every verb of the language page.
static const char *const verbs[] = {"create",   "remove",
                                    "rename",   "copy",
                                    "set",      "get",
                                    "reset",    "gain",
                                    "pan",      "mute",
                                    "solo",     "patch",
                                    "unpatch",  "add",
                                    "bus",      "send",
                                    "sequence", "melody",
                                    "chords",   "arp",
                                    "automate", "clear",
                                    "every",    "tempo",
                                    "meter",    "swing",
                                    "key",      "play",
                                    "stop",     "seek",
                                    "panic",    "scene",
                                    "song",     "save",
                                    "load",     "undo",
                                    "redo",     "log",
                                    "diff",     "begin",
                                    "commit",   "abort",
                                    "modules",  "recipes",
                                    "describe", "generate_module",
                                    "reload",   "bypass",
                                    "listen",   "assert",
                                    "peek",     "meters",
                                    "shadow",   "render",
                                    "record",   "status",
                                    "help",     "who",
                                    "say",      "quit",
                                    "generate", "analyze",
                                    "similar",  "film",
                                    "bake",     "ask"};

static void table_has_every_verb(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        assert_non_null(vy_verb_find(verbs[i], 0, NULL));
    struct vy_err err;
    assert_null(vy_verb_find("seqence", 3, &err));
    assert_int_equal(err.code, VY_UNKNOWN_VERB);
    assert_int_equal(err.at, 3);
    assert_string_equal(err.hint, "sequence");
}

static void table_is_consistent(void **state)
{
    (void)state;
    for (size_t i = 0; vy_verb_at(i); i++) {
        const struct vy_verb *const verb = vy_verb_at(i);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(vy_verb_at(j)->name, verb->name);
        bool group = false;
        for (int g = 0; vy_verb_groups[g][0]; g++)
            group |= strcmp(vy_verb_groups[g][0], verb->group) == 0;
        assert_true(group);
        assert_true(verb->help && verb->help[0] && verb->help[strlen(verb->help) - 1] == '.');
        assert_non_null(verb->example[0]);
        assert_true((verb->run != NULL) != (verb->absent != NULL));
        assert_true(verb->flags & (VY_VERB_EDIT | VY_VERB_QUERY | VY_VERB_CONTROL | VY_VERB_MACRO));
        assert_int_equal(verb->turn != NULL, (verb->flags & VY_VERB_MACRO) != 0);
        int args = 0;
        for (const struct vy_arg *arg = verb->arg; arg->name; arg++, args++) {
            assert_true(arg->min <= arg->max);
            assert_true(arg->type != VY_ARG_CHOICE || arg->choices);
            assert_true(arg->type != VY_ARG_NUMBER || arg->unit);
            if (arg->def && arg->type == VY_ARG_NUMBER && arg->min < arg->max) {
                const double def = strtod(arg->def, NULL);
                assert_true(def >= arg->min && def <= arg->max);
            }
        }
        assert_true(args <= VY_MAX_ARGS);
    }
}

static void table_examples_parse(void **state)
{
    (void)state;
    struct vy_args *const args = malloc(sizeof *args);
    struct vy_line *const line = malloc(sizeof *line);
    for (size_t i = 0; vy_verb_at(i); i++)
        for (int e = 0; e < 2 && vy_verb_at(i)->example[e]; e++) {
            const char *const text = vy_verb_at(i)->example[e];
            struct vy_lex lex = {0};
            struct vy_err err = {.at = -1};
            assert_int_equal(vy_lex_open(&lex, text, strlen(text), &err), VY_OK);
            assert_int_equal(vy_lex_next(&lex, line, &err), VY_OK);
            assert_string_equal(line->word[0].text, vy_verb_at(i)->name);
            if (vy_args_read(vy_verb_at(i), line, &lex, NULL, args, &err))
                fail_msg("'%s': %s", text, err.message);
            vy_lex_close(&lex);
        }
    free(args);
    free(line);
}

static vy_status parse(const char *text, struct vy_args *args, struct vy_err *err)
{
    static struct vy_line line;
    struct vy_lex lex = {0};
    *err = (struct vy_err){.at = -1};
    assert_int_equal(vy_lex_open(&lex, text, strlen(text), err), VY_OK);
    assert_int_equal(vy_lex_next(&lex, &line, err), VY_OK);
    const struct vy_verb *const verb = vy_verb_find(line.word[0].text, 0, err);
    const vy_status status = vy_args_read(verb, &line, &lex, NULL, args, err);
    vy_lex_close(&lex);
    return status;
}

static void args_are_checked(void **state)
{
    (void)state;
    struct vy_args *const a = malloc(sizeof *a);
    struct vy_err err;
    assert_int_equal(parse("tempo 1000", a, &err), VY_OUT_OF_RANGE);
    assert_int_equal(err.at, 6);
    assert_non_null(strstr(err.message, "10..400"));
    assert_int_equal(parse("tempo 120bpm", a, &err), VY_OK);
    assert_int_equal(parse("tempo 120Hz", a, &err), VY_BAD_UNIT);
    assert_int_equal(parse("tempo fast", a, &err), VY_BAD_ARG);
    assert_int_equal(parse("swing 20%", a, &err), VY_OK);
    assert_true(a->value[0].number == 0.2);
    assert_int_equal(parse("tempo 120 130", a, &err), VY_BAD_ARG);
    assert_int_equal(err.at, 10);
    assert_int_equal(parse("tempo 120 a=3", a, &err), VY_UNKNOWN_PARAM);
    assert_int_equal(parse("tempo", a, &err), VY_BAD_ARG);
    assert_int_equal(parse("arp bass mode=upp", a, &err), VY_BAD_ARG);
    assert_string_equal(err.hint, "up");
    assert_int_equal(parse("arp bass octavs=2", a, &err), VY_UNKNOWN_PARAM);
    assert_string_equal(err.hint, "octaves");
    assert_int_equal(parse("arp bass mode=up mode=down", a, &err), VY_BAD_ARG);
    assert_int_equal(parse("peek 4", a, &err), VY_SYNTAX);
    assert_int_equal(parse("patch a >", a, &err), VY_SYNTAX);
    assert_int_equal(parse("patch a", a, &err), VY_SYNTAX);
    assert_int_equal(parse("add reverb bass", a, &err), VY_SYNTAX);
    assert_int_equal(parse("create 9lives", a, &err), VY_BAD_ARG);
    assert_int_equal(parse("automate a.b to 3 over 4 bars", a, &err), VY_OK);
    assert_false(a->value[1].given);
    assert_int_equal(parse("listen kick", a, &err), VY_OK);
    assert_true(!a->value[0].given && a->value[0].number == 4 && a->value[1].given);
    assert_int_equal(parse("listen 2s", a, &err), VY_OK);
    assert_int_equal(parse("every 4 bars sequence kick: x.x. div=8", a, &err), VY_OK);
    assert_int_equal(a->value[1].at, 13);
    free(a);
}

static void assert_takes_whatever_is_measured(void **state)
{
    (void)state;
    struct vy_args *const a = malloc(sizeof *a);
    struct vy_err err = {.at = -1};
    const struct vy_field *field;
    char line[128];
    for (size_t i = 0; vy_measure_at(i, &field); i++) {
        assert_non_null(field);
        snprintf(line, sizeof line, "assert %s < 0", vy_measure_at(i, &field));
        assert_int_equal(parse(line, a, &err), VY_OK);
    }
    for (size_t i = 0; (field = vy_field_at(i)); i++) {
        snprintf(line, sizeof line, "assert %s.%s >= 0", field->group, field->name);
        assert_int_equal(parse(line, a, &err), VY_OK);
        snprintf(line, sizeof line, "%s.%s", field->group, field->name);
        assert_ptr_equal(vy_measure_find(line, 0, &err), field);
    }
    assert_int_equal(parse("assert clipped_runs = 0", a, &err), VY_OK);
    free(a);
}

static void assert_says_what_was_meant(void **state)
{
    (void)state;
    struct vy_args *const a = malloc(sizeof *a);
    struct vy_err err = {.at = -1};
    assert_int_equal(parse("assert loudnes < -10", a, &err), VY_BAD_ARG);
    assert_string_equal(err.hint, "loudness");
    assert_int_equal(err.at, 7);
    assert_int_equal(parse("assert level.peak_dbf < -10", a, &err), VY_BAD_ARG);
    assert_string_equal(err.hint, "peak_dbfs");
    assert_int_equal(parse("assert confidence > 0", a, &err), VY_OK);        // one group has it
    assert_int_equal(parse("assert tuning_cents < 5", a, &err), VY_BAD_ARG); // two have it
    assert_non_null(strstr(err.message, "pitch.tuning_cents, music.tuning_cents"));
    free(a);
}

static void table_becomes_json(void **state)
{
    (void)state;
    json_t *const table = vy_table_json();
    assert_int_equal(json_array_size(table), vy_verb_count());
    json_decref(table);
}

static void table_knows_every_action_of_the_library(void **state)
{
    (void)state;
    const struct vy_verb *const verb = vy_verb_find("library", 0, NULL);
    const struct vy_library_action *action;
    struct vy_buf all = {0};
    assert_non_null(verb);
    for (size_t i = 0; (action = vy_library_action_at(i)); i++)
        vy_buf_add(&all, "%s%s", i ? "|" : "", action->name);
    assert_string_equal(verb->arg[0].choices, all.text);
    vy_buf_clear(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_has_every_verb),
        cmocka_unit_test(table_is_consistent),
        cmocka_unit_test(table_examples_parse),
        cmocka_unit_test(args_are_checked),
        cmocka_unit_test(assert_takes_whatever_is_measured),
        cmocka_unit_test(assert_says_what_was_meant),
        cmocka_unit_test(table_becomes_json),
        cmocka_unit_test(table_knows_every_action_of_the_library),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
