// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The reference manual, written from the tables. The same tables give the same bytes.
#include "command/describe.h"

#include "command/analyze.h"
#include "command/handlers.h"
#include "command/measure.h"
#include "command/settings.h"
#include "engine/user_module.h"
#include "engine/value.h"
#include "listen/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void vy_docs_head(struct vy_buf *buf, const char *title)
{
    vy_buf_add(buf, "<!-- Written by `veery docs`; edit the tables, not this file. -->\n# %s\n",
               title);
}

// Help is plain text: what Markdown would take for its own signs is protected.
static void prose(struct vy_buf *buf, const char *text)
{
    bool code = false; // between backticks nothing is a sign but the bar of a table
    for (; *text; text++) {
        code ^= *text == '`';
        vy_buf_add(buf, *text == '|' || (!code && strchr("*<[", *text)) ? "\\%c" : "%c", *text);
    }
}

// A cell of a table.
void vy_docs_cell(struct vy_buf *buf, const char *text)
{
    vy_buf_add(buf, " ");
    prose(buf, text);
    vy_buf_add(buf, " |");
}

static void choices(struct vy_buf *buf, const char *text)
{
    vy_buf_add(buf, ": `");
    for (; *text; text++)
        vy_buf_add(buf, *text == '|' ? "` `" : "%c", *text);
    vy_buf_add(buf, "`");
}

static void argument(struct vy_buf *buf, const struct vy_arg *arg)
{
    vy_buf_add(buf, "- `%s`", arg->type == VY_ARG_PAIRS ? "KEY=VALUE" : arg->name);
    if (arg->text) {
        vy_buf_add(buf, " ");
        prose(buf, arg->text);
    }
    if (arg->choices)
        choices(buf, arg->choices);
    if (arg->min < arg->max)
        vy_buf_add(buf, "%s %g..%g%s%s", arg->text ? "," : "", arg->min, arg->max,
                   arg->unit && *arg->unit ? " " : "", arg->unit ? arg->unit : "");
    if (arg->def)
        vy_buf_add(buf, ", default %s", arg->def);
    vy_buf_add(buf, "\n");
}

static void command(struct vy_buf *buf, const struct vy_verb *verb)
{
    struct vy_buf usage = {0};
    vy_verb_usage(verb, &usage);
    vy_buf_add(buf, "\n### %s\n\n    %s\n\n", verb->name, usage.text ? usage.text : "");
    vy_buf_clear(&usage);
    prose(buf, verb->help);
    vy_buf_add(buf, "\n");
    if (verb->more) {
        vy_buf_add(buf, "\n");
        prose(buf, verb->more);
        vy_buf_add(buf, "\n");
    }
    if (verb->absent) {
        vy_buf_add(buf, "\n**Absent:** ");
        prose(buf, verb->absent);
        vy_buf_add(buf, ".\n");
    }
    if (verb->work) {
        vy_buf_add(buf, "\nMay be a [job](../jobs.md)");
        if (verb->work->only)
            choices(buf, verb->work->only);
        vy_buf_add(buf, " (class %s, at most %g s and %d tries%s).\n", verb->work->class,
                   verb->work->timeout_s, verb->work->tries,
                   verb->work->network ? ", with network" : "");
    }
    bool first = true;
    for (const struct vy_arg *arg = verb->arg; arg->name; arg++) {
        if (!arg->text && !arg->def && !arg->choices && !(arg->min < arg->max))
            continue;
        vy_buf_add(buf, "%s", first ? "\n" : "");
        argument(buf, arg);
        first = false;
    }
    vy_buf_add(buf, "\n```\n");
    for (int i = 0; i < 2 && verb->example[i]; i++)
        vy_buf_add(buf, "%s\n", verb->example[i]);
    vy_buf_add(buf, "```\n");
}

// Each group's verbs as links; `body` writes the chapters themselves.
static void group(struct vy_buf *buf, int g, bool body)
{
    vy_buf_add(buf, body ? "\n## %s\n" : "- %s:", vy_verb_groups[g][1]);
    for (size_t i = 0; vy_verb_at(i); i++) {
        const struct vy_verb *const verb = vy_verb_at(i);
        if (strcmp(verb->group, vy_verb_groups[g][0]) != 0)
            continue;
        if (body)
            command(buf, verb);
        else
            vy_buf_add(buf, " [%s](#%s)", verb->name, verb->name);
    }
    vy_buf_add(buf, body ? "" : "\n");
}

static void commands(struct vy_buf *buf)
{
    vy_docs_head(buf, "Commands");
    vy_buf_add(buf, "\nBefore an editing command: `dry` tries it and changes nothing; `at next "
                    "beat`, `at next bar`, `at next 4 bars`, `at bar 9`, `at bar 9:2.5` let "
                    "it wait. `;` separates commands, `#` begins a comment. "
                    "[language.md](../language.md) is the manual.\n\n");
    for (int g = 0; vy_verb_groups[g][0]; g++)
        group(buf, g, false);
    for (int g = 0; vy_verb_groups[g][0]; g++)
        group(buf, g, true);
}

static void param(struct vy_buf *buf, const char *name, const struct vy_param *row, float def,
                  const char *text)
{
    struct vy_buf range = {0};
    char value[64];
    vy_param_range(row, &range);
    vy_value_write(row, def, value, sizeof value);
    vy_buf_add(buf, "| `%s` |", name);
    vy_docs_cell(buf, range.text ? range.text : "");
    vy_docs_cell(buf, value);
    vy_docs_cell(buf, text);
    vy_buf_add(buf, "\n");
    vy_buf_clear(&range);
}

static const char param_head[] = "\n| parameter | range | default | |\n|---|---|---|---|\n";

static int by_id(const void *a, const void *b)
{
    return strcmp((*(const struct vy_module *const *)a)->id,
                  (*(const struct vy_module *const *)b)->id);
}

static void ports(struct vy_buf *buf, const char *way, const struct vy_port *port, int count)
{
    for (int p = 0; p < count; p++) {
        vy_buf_add(buf, "- %s `%s`%s ", way, port[p].name,
                   port[p].flags & VY_PORT_NOTE ? " (the instrument's notes, unless patched)" : "");
        prose(buf, port[p].text);
        vy_buf_add(buf, "\n");
    }
}

static void module(struct vy_buf *buf, const struct vy_module *m)
{
    vy_buf_add(buf, "\n## %s\n\n", m->id);
    prose(buf, m->text);
    vy_buf_add(buf, "%s%s%s\n", m->flags & VY_EFFECT ? " Effect." : "",
               m->flags & VY_CONTROL ? " Its output is a control signal." : "",
               m->flags & VY_STEREO ? " Stereo: voices are summed before it." : "");
    if (m->latency_frames)
        vy_buf_add(buf, "Its output is %u frames late.\n", m->latency_frames);
    vy_buf_add(buf, "\n");
    ports(buf, "in", m->in, m->ins);
    ports(buf, "out", m->out, m->outs);
    if (m->file)
        vy_buf_add(buf, "- `%s=\"...\"` a sound file\n", m->file);
    vy_buf_add(buf, "%s", m->params ? param_head : "");
    for (int p = 0; p < m->params; p++)
        param(buf, m->param[p].name, &m->param[p], m->param[p].def, m->param[p].text);
}

static void modules(struct vy_buf *buf, const struct vy_catalog *catalog)
{
    size_t count;
    const struct vy_module **const found = vy_modules_find(catalog, NULL, &count);
    size_t ours = 0; // the reference is the program's, whatever its user has made
    for (size_t i = 0; found && i < count; i++)
        if (!vy_user_mark(catalog, found[i]))
            found[ours++] = found[i];
    count = ours;
    vy_docs_head(buf, "Modules");
    if (found && count)
        qsort(found, count, sizeof *found, by_id);
    vy_buf_add(buf, "\n| module | |\n|---|---|\n");
    for (size_t i = 0; found && i < count; i++) {
        vy_buf_add(buf, "| [%s](#%s) |", found[i]->id, found[i]->id);
        vy_docs_cell(buf, found[i]->text);
        vy_buf_add(buf, "\n");
    }
    for (size_t i = 0; found && i < count; i++)
        module(buf, found[i]);
    free(found);
}

static void recipe(struct vy_buf *buf, const struct vy_recipe *r)
{
    vy_buf_add(buf, "\n## %s\n\n", r->name);
    prose(buf, r->text ? r->text : "");
    vy_buf_add(buf, ".%s", r->effect ? " Effect." : "");
    if (!r->effect)
        vy_buf_add(buf, " %u voice%s.", r->voices, r->voices == 1 ? "" : "s");
    if (r->words && *r->words)
        vy_buf_add(buf, " Found by: %s.", r->words);
    vy_buf_add(buf, "\n\nMade of");
    for (int n = 0; n < r->rack.nodes; n++) {
        const struct vy_module *const m = r->rack.node[n].module;
        int before = 0;
        while (r->rack.node[before].module != m)
            before++;
        if (before == n) // each module once
            vy_buf_add(buf, "%s [%s](modules.md#%s)", n ? "," : "", m->id, m->id);
    }
    vy_buf_add(buf, ".\n%s", r->rack.knobs ? param_head : "");
    for (int k = 0; k < r->rack.knobs; k++) {
        const struct vy_knob *const knob = &r->rack.knob[k];
        const struct vy_node *const node = &r->rack.node[knob->node[0]];
        const struct vy_param *const row = &node->module->param[knob->param[0]];
        param(buf, knob->name, row, node->value[knob->param[0]],
              knob->text && *knob->text ? knob->text : row->text);
    }
}

static void recipe_list(struct vy_buf *buf, const struct vy_catalog *catalog, bool effects)
{
    vy_buf_add(buf, "\n| %s | |\n|---|---|\n", effects ? "effect" : "instrument");
    for (int i = 0; i < catalog->recipes; i++) {
        const struct vy_recipe *const r = &catalog->recipe[i];
        if (r->effect != effects)
            continue;
        vy_buf_add(buf, "| [%s](#%s) |", r->name, r->name);
        vy_docs_cell(buf, r->text ? r->text : "");
        vy_buf_add(buf, "\n");
    }
}

static void recipes(struct vy_buf *buf, const struct vy_catalog *catalog)
{
    vy_docs_head(buf, "Recipes");
    vy_buf_add(buf, "\n`create NAME RECIPE` makes one, `add EFFECT to NAME` puts an effect behind "
                    "it. [recipes-how-to.md](../recipes-how-to.md) says how to write your own.\n");
    recipe_list(buf, catalog, false);
    recipe_list(buf, catalog, true);
    for (int i = 0; i < catalog->recipes; i++)
        recipe(buf, &catalog->recipe[i]);
}

static void errors(struct vy_buf *buf)
{
    vy_docs_head(buf, "Errors");
    vy_buf_add(buf, "\nWhat stands behind `error` in a reply, and in `error.code` of JSON.\n\n"
                    "| code | |\n|---|---|\n");
#define X(code, number, name, text)        \
    if (VY_##code != VY_OK) {              \
        vy_buf_add(buf, "| `%s` |", name); \
        vy_docs_cell(buf, text);           \
        vy_buf_add(buf, "\n");             \
    }
    VY_STATUS_LIST(X)
#undef X
}

static void metrics(struct vy_buf *buf)
{
    const struct vy_field *field;
    const char *name;
    vy_docs_head(buf, "Metrics");
    vy_buf_add(
        buf, "\nWhat `assert` takes, and `analyze` and `compare` tell. A plain name will do where "
             "one group has it. [listening.md](../listening.md) is the guide.\n\n"
             "| short name | stands for |\n|---|---|\n");
    for (size_t i = 0; (name = vy_measure_at(i, &field)); i++)
        vy_buf_add(buf, "| `%s` | `%s.%s` |\n", name, field->group, field->name);
    vy_buf_add(buf, "\n| metric | unit | |\n|---|---|---|\n");
    for (size_t i = 0; (field = vy_field_at(i)); i++) {
        vy_buf_add(buf, "| `%s.%s` |", field->group, field->name);
        vy_docs_cell(buf, field->unit);
        vy_docs_cell(buf, field->text);
        vy_buf_add(buf, "\n");
    }
}

// What `veery analyze` says: single numbers, a table a group, then the rest.
static void analysis(struct vy_buf *buf)
{
    vy_docs_head(buf, "Numbers of an analysis");
    vy_buf_add(buf,
               "\nWhat `veery analyze FILE --json` says in single numbers, by the groups they "
               "stand in. A number that could not be measured is null, and `why` says why "
               "under `GROUP.NAME`. The rest is at the end; `veery analyze --schema` prints all of "
               "it as a JSON schema.\n");
    const char *group = "";
    for (size_t i = 0; vy_field_at(i); i++) {
        const struct vy_field *const field = vy_field_at(i);
        if (strcmp(group, field->group) != 0)
            vy_buf_add(buf, "\n## %s\n\n| name | unit | |\n|---|---|---|\n", field->group);
        group = field->group;
        vy_buf_add(buf, "| `%s` |", field->name);
        vy_docs_cell(buf, field->unit);
        vy_docs_cell(buf, field->text);
        vy_buf_add(buf, "\n");
    }
    vy_buf_add(buf, "\n## The rest\n\n| key | members | |\n|---|---|---|\n");
    vy_analysis_parts(buf);
}

vy_status vy_docs_page(const char *folder, const char *name, struct vy_buf *buf, struct vy_err *err)
{
    char path[4096];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return vy_fail(err, VY_TOO_BIG, -1, "the path is too long");
    vy_status status =
        buf->failed ? vy_fail(err, VY_NO_MEMORY, -1, "out of memory") : vy_make_parents(path, err);
    if (!status)
        status = vy_file_write(path, buf->text, buf->length, err);
    vy_buf_clear(buf);
    return status;
}

vy_status vy_docs_write(const struct vy_catalog *catalog, const char *folder, struct vy_err *err)
{
    struct vy_buf buf = {0};
    commands(&buf);
    vy_status status = vy_docs_page(folder, "commands.md", &buf, err);
    if (!status) {
        modules(&buf, catalog);
        status = vy_docs_page(folder, "modules.md", &buf, err);
    }
    if (!status) {
        recipes(&buf, catalog);
        status = vy_docs_page(folder, "recipes.md", &buf, err);
    }
    if (!status) {
        errors(&buf);
        status = vy_docs_page(folder, "errors.md", &buf, err);
    }
    if (!status) {
        analysis(&buf);
        status = vy_docs_page(folder, "analysis.md", &buf, err);
    }
    if (!status) {
        vy_settings_docs(&buf);
        status = vy_docs_page(folder, "settings.md", &buf, err);
    }
    if (!status) {
        metrics(&buf);
        status = vy_docs_page(folder, "metrics.md", &buf, err);
    }
    return status;
}
