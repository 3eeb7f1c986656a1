// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What modules and recipes say about themselves.
#include "command/describe.h"

#include "engine/user_module.h"
#include "engine/value.h"

#include <stdlib.h>
#include <string.h>

void vy_param_range(const struct vy_param *row, struct vy_buf *buf)
{
    if (row->curve == VY_BOOL) {
        vy_buf_add(buf, "on|off");
    } else if (row->curve == VY_ENUM) {
        for (int i = 0; row->choices[i]; i++)
            vy_buf_add(buf, "%s%s", i ? "|" : "", row->choices[i]);
    } else {
        char low[64], high[64];
        vy_value_write(row, row->min, low, sizeof low);
        vy_value_write(row, row->max, high, sizeof high);
        vy_buf_add(buf, "%s..%s", low, high);
    }
}

static json_t *param_json(const struct vy_param *row)
{
    static const char *const curves[] = {"lin", "exp", "int", "enum", "bool"};
    char def[64];
    vy_value_write(row, row->def, def, sizeof def);
    json_t *const out = json_pack("{s:s,s:s,s:s,s:f,s:f,s:s,s:s}", "name", row->name, "unit",
                                  row->unit, "curve", curves[row->curve], "min", (double)row->min,
                                  "max", (double)row->max, "default", def, "text", row->text);
    for (int i = 0; row->choices && row->choices[i]; i++) {
        if (i == 0)
            json_object_set_new(out, "choices", json_array());
        json_array_append_new(json_object_get(out, "choices"), json_string(row->choices[i]));
    }
    return out;
}

static json_t *ports_json(const struct vy_port *port, int ports)
{
    json_t *const list = json_array();
    for (int i = 0; i < ports; i++)
        json_array_append_new(list, json_pack("{s:s,s:b,s:b,s:s}", "name", port[i].name, "note",
                                              (int)(port[i].flags & VY_PORT_NOTE) != 0, "control",
                                              (int)(port[i].flags & VY_PORT_CONTROL) != 0, "text",
                                              port[i].text));
    return list;
}

json_t *vy_module_json(const struct vy_catalog *catalog, const struct vy_module *module)
{
    json_t *const out = json_pack(
        "{s:s,s:s,s:s,s:s,s:b,s:i,s:b}", "id", module->id, "name", module->name, "text",
        module->text, "words", module->words, "effect", (module->flags & VY_EFFECT) != 0,
        "latency_frames", (int)module->latency_frames, "user", vy_user_mark(catalog, module) != 0);
    json_object_set_new(out, "inputs", ports_json(module->in, module->ins));
    json_object_set_new(out, "outputs", ports_json(module->out, module->outs));
    json_t *const params = json_array();
    for (int i = 0; i < module->params; i++)
        json_array_append_new(params, param_json(&module->param[i]));
    json_object_set_new(out, "params", params);
    if (module->file)
        json_object_set_new(out, "file", json_string(module->file));
    return out;
}

static void describe_param(const char *name, const struct vy_param *row, float value,
                           const char *text, struct vy_buf *buf)
{
    struct vy_buf range = {0};
    char def[64];
    vy_param_range(row, &range);
    vy_value_write(row, value, def, sizeof def);
    vy_buf_add(buf, "\n  %-14s %-24s %-10s %s", name, range.text ? range.text : "", def, text);
    vy_buf_clear(&range);
}

void vy_module_describe(const struct vy_catalog *catalog, const struct vy_module *module,
                        struct vy_buf *buf)
{
    const struct vy_user_module *const user = vy_catalog_user(catalog, module->id);
    vy_buf_add(buf, "%s (%s): %s", module->id, user ? "your module" : "module", module->text);
    if (user)
        vy_buf_add(buf, "\n  from %s", user->path);
    for (int i = 0; i < module->ins; i++)
        vy_buf_add(buf, "\n  in  %-10s %s", module->in[i].name, module->in[i].text);
    for (int i = 0; i < module->outs; i++)
        vy_buf_add(buf, "\n  out %-10s %s", module->out[i].name, module->out[i].text);
    if (module->params)
        vy_buf_add(buf, "\n  %-14s %-24s %-10s", "parameter", "range", "default");
    for (int i = 0; i < module->params; i++)
        describe_param(module->param[i].name, &module->param[i], module->param[i].def,
                       module->param[i].text, buf);
    if (module->file)
        vy_buf_add(buf, "\n  %s=\"sound file\"", module->file);
}

static const struct vy_param *knob_row(const struct vy_recipe *recipe, int k, float *value)
{
    const struct vy_knob *const knob = &recipe->rack.knob[k];
    const struct vy_node *const node = &recipe->rack.node[knob->node[0]];
    *value = node->value[knob->param[0]];
    return &node->module->param[knob->param[0]];
}

json_t *vy_recipe_json(const struct vy_recipe *recipe)
{
    json_t *const out =
        json_pack("{s:s,s:s,s:s,s:b,s:i}", "name", recipe->name, "text",
                  recipe->text ? recipe->text : "", "words", recipe->words ? recipe->words : "",
                  "effect", recipe->effect, "voices", (int)recipe->voices);
    json_t *const params = json_array();
    for (int k = 0; k < recipe->rack.knobs; k++) {
        float value;
        json_t *const row = param_json(knob_row(recipe, k, &value));
        char def[64];
        vy_value_write(knob_row(recipe, k, &value), value, def, sizeof def);
        json_object_set_new(row, "name", json_string(recipe->rack.knob[k].name));
        json_object_set_new(row, "default", json_string(def));
        json_array_append_new(params, row);
    }
    json_object_set_new(out, "params", params);
    json_t *const modules = json_array();
    for (int n = 0; n < recipe->rack.nodes; n++)
        json_array_append_new(modules, json_pack("{s:s,s:s}", "name", recipe->rack.node[n].name,
                                                 "module", recipe->rack.node[n].module->id));
    json_object_set_new(out, "modules", modules);
    return out;
}

void vy_recipe_describe(const struct vy_recipe *recipe, struct vy_buf *buf)
{
    vy_buf_add(buf, "%s (%s recipe): %s", recipe->name, recipe->effect ? "effect" : "instrument",
               recipe->text ? recipe->text : "");
    vy_buf_add(buf, "\n  made of");
    for (int n = 0; n < recipe->rack.nodes; n++)
        vy_buf_add(buf, " %s", recipe->rack.node[n].name);
    if (recipe->rack.knobs)
        vy_buf_add(buf, "\n  %-14s %-24s %-10s", "parameter", "range", "default");
    for (int k = 0; k < recipe->rack.knobs; k++) {
        float value;
        const struct vy_param *const row = knob_row(recipe, k, &value);
        const char *const text = recipe->rack.knob[k].text;
        describe_param(recipe->rack.knob[k].name, row, value, text && *text ? text : row->text,
                       buf);
    }
}

struct scored {
    const void *what;
    const char *name;
    int score;
};

static int better(const void *a, const void *b)
{
    const struct scored *const x = a, *const y = b;
    return x->score != y->score ? y->score - x->score : strcmp(x->name, y->name);
}

// Sort and strip the scores; returns an array of pointers.
static const void **best_first(struct scored *scored, size_t count)
{
    const void **const out = calloc(count + 1, sizeof *out);
    if (scored && count)
        qsort(scored, count, sizeof *scored, better);
    for (size_t i = 0; out && i < count; i++)
        out[i] = scored[i].what;
    free(scored);
    return out;
}

const struct vy_module **vy_modules_find(const struct vy_catalog *catalog, const char *words,
                                         size_t *count)
{
    const uint32_t rows = *catalog->kernels->module_rows;
    size_t users = 0;
    while (vy_catalog_user_at(catalog, users))
        users++;
    struct scored *const scored = calloc(rows + users + 1, sizeof *scored);
    *count = 0;
    for (uint32_t i = 0; scored && i < rows + users; i++) {
        const struct vy_module *const m =
            i < rows ? catalog->kernels->modules[i] : vy_catalog_user_at(catalog, i - rows)->module;
        const int score = words && *words ? vy_catalog_match(words, m->id, m->text, m->words) : 1;
        if (score && !(m->flags & VY_HIDDEN))
            scored[(*count)++] = (struct scored){m, m->id, score};
    }
    return (const struct vy_module **)best_first(scored, *count);
}

const struct vy_recipe **vy_recipes_find(const struct vy_catalog *catalog, const char *words,
                                         size_t *count)
{
    struct scored *const scored = calloc(catalog->recipes + 1u, sizeof *scored);
    *count = 0;
    for (int i = 0; scored && i < catalog->recipes; i++) {
        const struct vy_recipe *const r = &catalog->recipe[i];
        const int score = words && *words ? vy_catalog_match(words, r->name, r->text ? r->text : "",
                                                             r->words ? r->words : "")
                                          : 1;
        if (score)
            scored[(*count)++] = (struct scored){r, r->name, score};
    }
    return (const struct vy_recipe **)best_first(scored, *count);
}
