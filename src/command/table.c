// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What is generated from the rows: look-up, usage lines, JSON.
#include "command/table.h"

#include "base/text.h"
#include "command/rows.h"
#include "base/json.h"

#include <string.h>

const char *const vy_verb_groups[][2] = {
    {"make", "Make things"},
    {"change", "Change them"},
    {"shade", "Change them in words"},
    {"connect", "Connect them"},
    {"music", "Write music"},
    {"time", "Time"},
    {"song", "Song"},
    {"keep", "Keep and go back"},
    {"grow", "Look up and grow"},
    {"hear", "Hear"},
    {"studio", "The studio"},
    {"jobs", "Long work"},
    {NULL, NULL},
};

static const struct vy_verb_rows *const parts[] = {&vy_session_rows, &vy_sound_rows};
#define PARTS (sizeof parts / sizeof *parts)

const struct vy_verb *vy_verb_at(size_t i)
{
    for (size_t p = 0; p < PARTS; i -= parts[p++]->n)
        if (i < parts[p]->n)
            return &parts[p]->row[i];
    return NULL;
}

size_t vy_verb_count(void)
{
    size_t n = 0;
    for (size_t p = 0; p < PARTS; p++)
        n += parts[p]->n;
    return n;
}

const char *vy_verb_name(void *unused, size_t i)
{
    (void)unused;
    return vy_verb_at(i) ? vy_verb_at(i)->name : NULL;
}

const struct vy_verb *vy_verb_find(const char *name, int at, struct vy_err *err)
{
    for (size_t i = 0; vy_verb_at(i); i++)
        if (strcmp(vy_verb_at(i)->name, name) == 0)
            return vy_verb_at(i);
    vy_fail(err, VY_UNKNOWN_VERB, at, "there is no command '%.40s'", name);
    vy_err_suggest(err, name, vy_verb_name, NULL);
    return NULL;
}

static void arg_usage(const struct vy_arg *arg, struct vy_buf *buf)
{
    if (arg->before)
        vy_buf_add(buf, "%s ", arg->before);
    if (arg->keyed)
        vy_buf_add(buf, "%s=", arg->name);
    switch (arg->type) {
    case VY_ARG_CHOICE: vy_buf_add(buf, "%s", arg->choices); break;
    case VY_ARG_PAIRS: vy_buf_add(buf, "KEY=VALUE..."); break;
    case VY_ARG_NAMES: vy_buf_add(buf, "NAME..."); break;
    case VY_ARG_FILES: vy_buf_add(buf, "FILE..."); break;
    case VY_ARG_ROUTE: vy_buf_add(buf, "A > B > ..."); break;
    case VY_ARG_OPERATOR: vy_buf_add(buf, "< <= = >= >"); break;
    case VY_ARG_TEXT: vy_buf_add(buf, "\"%s\"", arg->name); break;
    case VY_ARG_NAME:
    case VY_ARG_NEW_NAME:
    case VY_ARG_WORD:
    case VY_ARG_NUMBER:
    case VY_ARG_PATH:
    case VY_ARG_PATTERN:
    case VY_ARG_METRIC:
    case VY_ARG_REST: vy_buf_add(buf, "%s", arg->keyed ? "VALUE" : arg->name); break;
    }
    if (arg->after)
        vy_buf_add(buf, " %s", arg->after);
}

void vy_verb_usage(const struct vy_verb *verb, struct vy_buf *buf)
{
    vy_buf_add(buf, "%s", verb->name);
    for (const struct vy_arg *arg = verb->arg; arg->name; arg++) {
        const bool colon = arg->type == VY_ARG_PATTERN;
        vy_buf_add(buf, colon ? ": " : " ");
        vy_buf_add(buf, arg->optional ? "[" : "");
        arg_usage(arg, buf);
        vy_buf_add(buf, arg->optional ? "]" : "");
    }
}

static const char *const type_names[] = {"name",  "new_name", "word",     "number", "text",
                                         "path",  "pairs",    "pattern",  "choice", "rest",
                                         "names", "route",    "operator", "files",  "metric"};

static json_t *arg_json(const struct vy_arg *arg)
{
    json_t *const row = json_object();
    json_object_set_new(row, "name", json_string(arg->name));
    json_object_set_new(row, "type", json_string(type_names[arg->type]));
    json_object_set_new(row, "optional", json_boolean(arg->optional));
    if (arg->keyed)
        json_object_set_new(row, "key", json_true());
    if (arg->before)
        json_object_set_new(row, "before", json_string(arg->before));
    if (arg->after)
        json_object_set_new(row, "after", vy_json_choices(arg->after));
    if (arg->unit)
        json_object_set_new(row, "unit", json_string(arg->unit));
    if (arg->min < arg->max) {
        json_object_set_new(row, "min", json_real(arg->min));
        json_object_set_new(row, "max", json_real(arg->max));
    }
    if (arg->def)
        json_object_set_new(row, "default", json_string(arg->def));
    if (arg->choices)
        json_object_set_new(row, "choices", vy_json_choices(arg->choices));
    if (arg->text)
        json_object_set_new(row, "text", json_string(arg->text));
    return row;
}

static json_t *work_json(const struct vy_verb_work *work)
{
    return json_pack("{s:s,s:f,s:i,s:b,s:o}", "class", work->class, "timeout_s", work->timeout_s,
                     "tries", work->tries, "network", work->network, "only",
                     work->only ? vy_json_choices(work->only) : json_null());
}

json_t *vy_verb_json(const struct vy_verb *verb)
{
    json_t *const row = json_object(), *const args = json_array(), *const examples = json_array();
    struct vy_buf usage = {0};
    vy_verb_usage(verb, &usage);
    for (const struct vy_arg *arg = verb->arg; arg->name; arg++)
        json_array_append_new(args, arg_json(arg));
    for (int i = 0; i < 2 && verb->example[i]; i++)
        json_array_append_new(examples, json_string(verb->example[i]));
    json_object_set_new(row, "name", json_string(verb->name));
    json_object_set_new(row, "group", json_string(verb->group));
    json_object_set_new(row, "usage", json_string(usage.text ? usage.text : ""));
    json_object_set_new(row, "help", json_string(verb->help));
    if (verb->more)
        json_object_set_new(row, "more", json_string(verb->more));
    json_object_set_new(row, "kind",
                        json_string(verb->flags & VY_VERB_EDIT    ? "edit"
                                    : verb->flags & VY_VERB_MACRO ? "macro"
                                    : verb->flags & VY_VERB_QUERY ? "query"
                                                                  : "control"));
    json_object_set_new(row, "status", json_string(verb->absent ? "absent" : "real"));
    if (verb->absent)
        json_object_set_new(row, "absent", json_string(verb->absent));
    if (verb->work)
        json_object_set_new(row, "job", work_json(verb->work));
    json_object_set_new(row, "args", args);
    json_object_set_new(row, "examples", examples);
    vy_buf_clear(&usage);
    return row;
}

json_t *vy_table_json(void)
{
    json_t *const list = json_array();
    for (size_t i = 0; vy_verb_at(i); i++)
        json_array_append_new(list, vy_verb_json(vy_verb_at(i)));
    return list;
}
