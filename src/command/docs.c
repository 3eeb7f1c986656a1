// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The reference manual, written from the tables. The same tables give the same bytes.
#include "command/describe.h"

#include "command/handlers.h"
#include "engine/value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void head(struct vy_buf *buf, const char *title)
{
    vy_buf_add(buf, "<!-- Written by `veery docs`; edit the tables, not this file. -->\n# %s\n",
               title);
}

// A cell of a table: no bar may end it.
static void cell(struct vy_buf *buf, const char *text)
{
    for (; *text; text++)
        vy_buf_add(buf, *text == '|' ? "\\%c" : "%c", *text);
    vy_buf_add(buf, " | ");
}

static void command(struct vy_buf *buf, const struct vy_verb *verb)
{
    struct vy_buf usage = {0};
    vy_verb_usage(verb, &usage);
    vy_buf_add(buf, "\n### %s\n\n    %s\n\n%s\n", verb->name, usage.text ? usage.text : "",
               verb->help);
    vy_buf_clear(&usage);
    if (verb->more)
        vy_buf_add(buf, "%s\n", verb->more);
    if (verb->absent)
        vy_buf_add(buf, "\n**Absent:** %s.\n", verb->absent);
    bool first = true;
    for (const struct vy_arg *arg = verb->arg; arg->name; arg++) {
        if (!arg->text && !arg->def && !(arg->min < arg->max))
            continue;
        vy_buf_add(buf, "%s- `%s` %s", first ? "\n" : "", arg->name, arg->text ? arg->text : "");
        first = false;
        if (arg->min < arg->max)
            vy_buf_add(buf, ", %g..%g %s", arg->min, arg->max, arg->unit ? arg->unit : "");
        if (arg->def)
            vy_buf_add(buf, ", default %s", arg->def);
        vy_buf_add(buf, "\n");
    }
    vy_buf_add(buf, "\n```\n");
    for (int i = 0; i < 2 && verb->example[i]; i++)
        vy_buf_add(buf, "%s\n", verb->example[i]);
    vy_buf_add(buf, "```\n");
}

static void commands(struct vy_buf *buf)
{
    head(buf, "Commands");
    vy_buf_add(buf, "\nBefore an editing command: `dry` tries it and changes nothing; `at next "
                    "beat`, `at next bar`, `at next 4 bars`, `at bar 9`, `at bar 9:2.5` let "
                    "it wait. `;` separates commands, `#` begins a comment.\n");
    for (int g = 0; vy_verb_groups[g][0]; g++) {
        vy_buf_add(buf, "\n## %s\n", vy_verb_groups[g][1]);
        for (int i = 0; i < vy_verb_table_rows; i++)
            if (strcmp(vy_verb_table[i].group, vy_verb_groups[g][0]) == 0)
                command(buf, &vy_verb_table[i]);
    }
}

static void param(struct vy_buf *buf, const char *name, const struct vy_param *row, float def,
                  const char *text)
{
    struct vy_buf range = {0};
    char value[64];
    vy_param_range(row, &range);
    vy_value_write(row, def, value, sizeof value);
    vy_buf_add(buf, "| `%s` | ", name);
    cell(buf, range.text ? range.text : "");
    cell(buf, value);
    cell(buf, text);
    vy_buf_add(buf, "\n");
    vy_buf_clear(&range);
}

static const char param_head[] = "\n| parameter | range | default | |\n|---|---|---|---|\n";

static int by_id(const void *a, const void *b)
{
    return strcmp((*(const struct vy_module *const *)a)->id,
                  (*(const struct vy_module *const *)b)->id);
}

static void modules(struct vy_buf *buf, const struct vy_catalog *catalog)
{
    size_t count;
    const struct vy_module **const found = vy_modules_find(catalog, NULL, &count);
    head(buf, "Modules");
    if (found && count)
        qsort(found, count, sizeof *found, by_id);
    for (size_t i = 0; found && i < count; i++) {
        const struct vy_module *const m = found[i];
        vy_buf_add(buf, "\n## %s\n\n%s%s\n", m->id, m->text,
                   m->flags & VY_EFFECT ? " (effect)" : "");
        for (int p = 0; p < m->ins; p++)
            vy_buf_add(buf, "%s- in `%s` %s\n", p ? "" : "\n", m->in[p].name, m->in[p].text);
        for (int p = 0; p < m->outs; p++)
            vy_buf_add(buf, "%s- out `%s` %s\n", p || m->ins ? "" : "\n", m->out[p].name,
                       m->out[p].text);
        vy_buf_add(buf, "%s", m->params ? param_head : "");
        for (int p = 0; p < m->params; p++)
            param(buf, m->param[p].name, &m->param[p], m->param[p].def, m->param[p].text);
    }
    free(found);
}

static void recipes(struct vy_buf *buf, const struct vy_catalog *catalog)
{
    head(buf, "Recipes");
    for (int i = 0; i < catalog->recipes; i++) {
        const struct vy_recipe *const r = &catalog->recipe[i];
        vy_buf_add(buf, "\n## %s\n\n%s%s\n\nMade of", r->name, r->text ? r->text : "",
                   r->effect ? " (effect)" : "");
        for (int n = 0; n < r->rack.nodes; n++)
            vy_buf_add(buf, "%s `%s`", n ? "," : "", r->rack.node[n].module->id);
        vy_buf_add(buf, ".\n%s", r->rack.knobs ? param_head : "");
        for (int k = 0; k < r->rack.knobs; k++) {
            const struct vy_knob *const knob = &r->rack.knob[k];
            const struct vy_node *const node = &r->rack.node[knob->node[0]];
            const struct vy_param *const row = &node->module->param[knob->param[0]];
            param(buf, knob->name, row, node->value[knob->param[0]],
                  knob->text && *knob->text ? knob->text : row->text);
        }
    }
}

static void errors(struct vy_buf *buf)
{
    head(buf, "Errors");
    vy_buf_add(buf, "\n| code | |\n|---|---|\n");
#define X(code, number, name, text) vy_buf_add(buf, "| `%s` | %s |\n", name, text);
    VY_STATUS_LIST(X)
#undef X
}

static vy_status write_page(const char *folder, const char *name, struct vy_buf *buf,
                            struct vy_err *err)
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
    vy_status status = write_page(folder, "commands.md", &buf, err);
    if (!status) {
        modules(&buf, catalog);
        status = write_page(folder, "modules.md", &buf, err);
    }
    if (!status) {
        recipes(&buf, catalog);
        status = write_page(folder, "recipes.md", &buf, err);
    }
    if (!status) {
        errors(&buf);
        status = write_page(folder, "errors.md", &buf, err);
    }
    return status;
}
