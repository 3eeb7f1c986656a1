// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Words of a line become the typed arguments of a verb, as its row says.
#include "command/table.h"

#include "base/text.h"
#include "command/measure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// One walk over the words.
struct walk {
    const struct vy_verb *verb;
    const struct vy_line *line;
    struct vy_lex *lex;
    const struct vy_doc *doc;
    struct vy_args *args;
    struct vy_err *err;
    int next; ///< word to look at
};

static int here(const struct walk *walk)
{
    return walk->next < walk->line->words ? walk->line->word[walk->next].at : walk->line->end;
}

static void skip_pairs(struct walk *walk)
{
    while (walk->next < walk->line->words && walk->line->word[walk->next].kind == VY_WORD_PAIR)
        walk->next++;
}

static vy_status missing(struct walk *walk, const struct vy_arg *arg)
{
    struct vy_buf usage = {0};
    vy_verb_usage(walk->verb, &usage);
    const vy_status status = vy_fail(walk->err, VY_BAD_ARG, here(walk), "%s is missing: %s",
                                     arg->name, usage.text ? usage.text : "");
    vy_buf_clear(&usage);
    return status;
}

static vy_status read_number(struct walk *walk, const struct vy_arg *arg, const char *text,
                             struct vy_value *value)
{
    const char *unit;
    if (!vy_lex_number(text, &value->number, &unit))
        return vy_fail(walk->err, VY_BAD_ARG, value->at, "%s is a number, not '%.40s'", arg->name,
                       text);
    const bool percent = strcmp(unit, "%") == 0 && arg->unit && !*arg->unit;
    if (percent)
        value->number /= 100;
    else if (*unit && (!arg->unit || vy_choice_find(arg->unit, unit) < 0))
        return vy_fail(walk->err, VY_BAD_UNIT, value->at, "%s takes %s, not '%.20s'", arg->name,
                       arg->unit && *arg->unit ? arg->unit : "no unit", unit);
    if (arg->min < arg->max && (value->number < arg->min || value->number > arg->max))
        return vy_fail(walk->err, VY_OUT_OF_RANGE, value->at, "%s is %g..%g%s%s, not %g", arg->name,
                       arg->min, arg->max, arg->unit && *arg->unit ? " " : "",
                       arg->unit ? arg->unit : "", value->number);
    return VY_OK;
}

static vy_status unknown_name(struct walk *walk, const char *name, int at)
{
    vy_fail(walk->err, VY_UNKNOWN_NAME, at, "nothing here is called '%.40s'", name);
    struct vy_names names = {walk->doc, -1};
    vy_err_suggest(walk->err, name, vy_edit_name, &names);
    return VY_UNKNOWN_NAME;
}

// The value of a word, checked by the type of its argument.
static vy_status check(struct walk *walk, const struct vy_arg *arg, struct vy_value *value)
{
    switch (arg->type) {
    case VY_ARG_NUMBER: return read_number(walk, arg, value->text, value);
    case VY_ARG_NAME:
        if (walk->doc && vy_doc_unit(walk->doc, value->text) < 0)
            return unknown_name(walk, value->text, value->at);
        return VY_OK;
    case VY_ARG_NEW_NAME:
        if (!vy_text_is_name(value->text))
            return vy_fail(walk->err, VY_BAD_ARG, value->at,
                           "'%.40s' cannot be a name: letters, digits, _ and -, at most 31, a "
                           "letter first",
                           value->text);
        return VY_OK;
    case VY_ARG_CHOICE:
        value->choice = vy_choice_find(arg->choices, value->text);
        if (value->choice < 0) {
            vy_fail(walk->err, VY_BAD_ARG, value->at, "%s is one of %s, not '%.40s'", arg->name,
                    arg->choices, value->text);
            vy_err_suggest(walk->err, value->text, vy_choice_at,
                           &(struct vy_choices){.list = arg->choices});
            return VY_BAD_ARG;
        }
        return VY_OK;
    case VY_ARG_METRIC:
        return vy_measure_find(value->text, value->at, walk->err) ? VY_OK : walk->err->code;
    case VY_ARG_WORD:
    case VY_ARG_TEXT:
    case VY_ARG_PATH:
    case VY_ARG_PAIRS:
    case VY_ARG_PATTERN:
    case VY_ARG_REST:
    case VY_ARG_NAMES:
    case VY_ARG_FILES:
    case VY_ARG_ROUTE:
    case VY_ARG_OPERATOR: return VY_OK;
    }
    return VY_OK;
}

static bool is_literal(const struct walk *walk, const char *choices)
{
    return walk->next < walk->line->words && walk->line->word[walk->next].kind == VY_WORD_PLAIN &&
           vy_choice_find(choices, walk->line->word[walk->next].text) >= 0;
}

// Is the next word the literal of a later argument? Then an optional one before it is not there.
static bool belongs_later(const struct walk *walk, const struct vy_arg *arg)
{
    for (const struct vy_arg *later = arg + 1; later->name; later++)
        if (later->before && is_literal(walk, later->before))
            return true;
    return false;
}

static vy_status read_names(struct walk *walk, const struct vy_arg *arg, struct vy_value *value)
{
    value->at = here(walk);
    for (; walk->next < walk->line->words; walk->next++) {
        const struct vy_word *const word = &walk->line->word[walk->next];
        if (word->kind != VY_WORD_PLAIN && word->kind != VY_WORD_STRING)
            break;
        if (walk->args->lists == VY_MAX_LIST)
            return vy_fail(walk->err, VY_TOO_BIG, word->at, "more than %d names", VY_MAX_LIST);
        const bool any = arg->type == VY_ARG_FILES || strcmp(word->text, "all") == 0;
        if (!any && walk->doc && vy_doc_unit(walk->doc, word->text) < 0)
            return unknown_name(walk, word->text, word->at);
        walk->args->list_at[walk->args->lists] = word->at;
        walk->args->list[walk->args->lists++] = word->text;
        value->given = true;
    }
    return value->given || arg->optional ? VY_OK : missing(walk, arg);
}

static vy_status read_route(struct walk *walk, const struct vy_arg *arg, struct vy_value *value)
{
    value->at = here(walk);
    for (bool part = true;; part = !part) {
        const struct vy_word *const word = &walk->line->word[walk->next];
        const bool there = walk->next < walk->line->words && word->kind != VY_WORD_PAIR;
        const bool arrow = there && word->kind == VY_WORD_OPERATOR && word->text[0] == '>';
        if (part && (!there || word->kind == VY_WORD_OPERATOR))
            return walk->args->lists
                       ? vy_fail(walk->err, VY_SYNTAX, here(walk), "a name is missing after '>'")
                       : missing(walk, arg);
        if (!part && !arrow)
            break;
        if (part) {
            if (walk->args->lists == VY_MAX_LIST)
                return vy_fail(walk->err, VY_TOO_BIG, word->at, "more than %d parts", VY_MAX_LIST);
            walk->args->list_at[walk->args->lists] = word->at;
            walk->args->list[walk->args->lists++] = word->text;
        }
        walk->next++;
    }
    value->given = true;
    if (walk->args->lists < 2)
        return vy_fail(walk->err, VY_SYNTAX, here(walk), "a cable is written a > b");
    return VY_OK;
}

static vy_status read_rest(struct walk *walk, const struct vy_arg *arg, struct vy_value *value)
{
    if (walk->next >= walk->line->words)
        return arg->optional ? VY_OK : missing(walk, arg);
    const struct vy_word *const word = &walk->line->word[walk->next];
    value->at = word->at;
    const bool single = walk->next + 1 == walk->line->words && word->kind == VY_WORD_STRING;
    value->text = arg->type == VY_ARG_TEXT && single ? word->text
                                                     : vy_lex_rest(walk->lex, walk->line, word->at);
    if (!value->text)
        return vy_fail(walk->err, VY_NO_MEMORY, -1, "out of memory");
    value->given = true;
    walk->next = walk->line->words;
    return VY_OK;
}

static vy_status read_after(struct walk *walk, const struct vy_arg *arg, struct vy_value *value)
{
    if (!arg->after)
        return VY_OK;
    if (is_literal(walk, arg->after)) {
        value->after = walk->line->word[walk->next++].text;
        return VY_OK;
    }
    if (arg->loose)
        return VY_OK;
    return vy_fail(walk->err, VY_SYNTAX, here(walk), "after %s comes %s", arg->name, arg->after);
}

// An optional number or choice only takes a word that can be one.
static bool fits(const struct walk *walk, const struct vy_arg *arg, const struct vy_word *word)
{
    double number;
    const char *unit;
    if (arg->type == VY_ARG_NUMBER)
        return word->kind == VY_WORD_PLAIN && vy_lex_number(word->text, &number, &unit);
    if (arg->type == VY_ARG_CHOICE && arg[1].name && !arg[1].keyed)
        return vy_choice_find(arg->choices, word->text) >= 0;
    return !belongs_later(walk, arg);
}

static vy_status read_one(struct walk *walk, const struct vy_arg *arg, struct vy_value *value)
{
    const bool begins = arg->before && is_literal(walk, arg->before);
    if (begins)
        walk->next++;
    else if (arg->before && !arg->loose)
        return arg->optional ? VY_OK
                             : vy_fail(walk->err, VY_SYNTAX, here(walk),
                                       "'%s' is missing before %s", arg->before, arg->name);
    if (arg->type == VY_ARG_NAMES || arg->type == VY_ARG_FILES)
        return read_names(walk, arg, value);
    if (arg->type == VY_ARG_ROUTE)
        return read_route(walk, arg, value);
    if (arg->type == VY_ARG_REST || arg->type == VY_ARG_TEXT)
        return read_rest(walk, arg, value);
    skip_pairs(walk);
    if (walk->next >= walk->line->words)
        return arg->optional && !begins ? VY_OK : missing(walk, arg);
    const struct vy_word *const word = &walk->line->word[walk->next];
    const bool fitting = arg->type == VY_ARG_PATTERN ? word->kind == VY_WORD_PATTERN
                         : arg->type == VY_ARG_OPERATOR
                             ? word->kind == VY_WORD_OPERATOR
                             : word->kind == VY_WORD_PLAIN || word->kind == VY_WORD_STRING;
    if (arg->optional && !begins && (!fitting || !fits(walk, arg, word)))
        return VY_OK;
    if (!fitting)
        return missing(walk, arg);
    *value = (struct vy_value){.given = true, .at = word->text_at, .text = word->text};
    const vy_status status = check(walk, arg, value);
    if (status)
        return status;
    walk->next++;
    return read_after(walk, arg, value);
}

static vy_status take_pair(struct walk *walk, const struct vy_word *word, bool any)
{
    struct vy_args *const args = walk->args;
    for (int i = 0; walk->verb->arg[i].name; i++) {
        const struct vy_arg *const arg = &walk->verb->arg[i];
        if (!arg->keyed || strcmp(arg->name, word->key) != 0)
            continue;
        if (args->value[i].given)
            return vy_fail(walk->err, VY_BAD_ARG, word->at, "%s is given twice", word->key);
        args->value[i] = (struct vy_value){.given = true, .at = word->text_at, .text = word->text};
        const vy_status status = check(walk, arg, &args->value[i]);
        if (status)
            return status;
        any = true;
    }
    if (!any)
        return VY_UNKNOWN_PARAM;
    if (args->pairs == VY_MAX_PAIRS)
        return vy_fail(walk->err, VY_TOO_BIG, word->at, "more than %d key=value", VY_MAX_PAIRS);
    args->pair[args->pairs++] = (struct vy_pair){word->key, word->text, word->text_at};
    return VY_OK;
}

static const char *key_name(void *arg, size_t index)
{
    const struct vy_verb *const verb = arg;
    for (int i = 0; verb->arg[i].name; i++)
        if (verb->arg[i].keyed && index-- == 0)
            return verb->arg[i].name;
    return NULL;
}

static vy_status read_pairs(struct walk *walk)
{
    bool any = false, keyed = false, rest = false;
    for (int i = 0; walk->verb->arg[i].name; i++) {
        any |= walk->verb->arg[i].type == VY_ARG_PAIRS;
        keyed |= walk->verb->arg[i].keyed;
        rest |= walk->verb->arg[i].type == VY_ARG_REST;
    }
    if (rest && !keyed)
        return VY_OK; // belong to the text
    for (int i = 1; i < walk->line->words; i++) {
        const struct vy_word *const word = &walk->line->word[i];
        if (word->kind != VY_WORD_PAIR && rest)
            break; // from here on they belong to the text
        if (word->kind != VY_WORD_PAIR)
            continue;
        walk->next += rest; // the text begins behind them
        const vy_status status = take_pair(walk, word, any);
        if (status == VY_UNKNOWN_PARAM && !any) {
            vy_fail(walk->err, VY_UNKNOWN_PARAM, word->at, "%s takes no '%.40s='%s",
                    walk->verb->name, word->key, keyed ? "" : ", nor any key=value");
            vy_err_suggest(walk->err, word->key, key_name, (void *)(uintptr_t)walk->verb);
        }
        if (status)
            return status;
    }
    return VY_OK;
}

vy_status vy_args_read(const struct vy_verb *verb, const struct vy_line *line, struct vy_lex *lex,
                       const struct vy_doc *doc, struct vy_args *args, struct vy_err *err)
{
    *args = (struct vy_args){0};
    struct walk walk = {verb, line, lex, doc, args, err, 1};
    vy_status status = read_pairs(&walk);
    for (int i = 0; !status && verb->arg[i].name; i++) {
        const struct vy_arg *const arg = &verb->arg[i];
        if (arg->type == VY_ARG_PAIRS)
            continue;
        if (!arg->keyed)
            status = read_one(&walk, arg, &args->value[i]);
        else if (!arg->optional && !args->value[i].given)
            status = missing(&walk, arg);
        if (!args->value[i].given && arg->def && arg->type == VY_ARG_NUMBER)
            args->value[i].number = strtod(arg->def, NULL);
    }
    if (status)
        return status;
    skip_pairs(&walk);
    if (walk.next < line->words) {
        const struct vy_word *const word = &line->word[walk.next];
        struct vy_buf usage = {0};
        vy_verb_usage(verb, &usage);
        status = vy_fail(err, VY_BAD_ARG, word->at, "'%.40s' is too much: %s", word->text,
                         usage.text ? usage.text : "");
        vy_buf_clear(&usage);
    }
    return status;
}
