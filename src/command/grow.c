// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Looking up what there is.
#include "command/describe.h"

#include "command/handlers.h"
#include "engine/user_module.h"
#include "engine/value.h"

#include <stdlib.h>
#include <string.h>

vy_status vy_do_modules(struct vy_call *call, struct vy_err *err)
{
    size_t count;
    const struct vy_module **const found =
        vy_modules_find(call->catalog, call->args->value[0].text, &count);
    if (!found)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    json_t *const rows = json_array();
    vy_buf_add(call->text, "%zu modules", count);
    for (size_t i = 0; i < count; i++) {
        vy_buf_add(call->text, "\n  %-14s %s%s", found[i]->id, found[i]->text,
                   vy_user_mark(call->catalog, found[i]) ? " (yours)" : "");
        json_array_append_new(rows, vy_module_json(call->catalog, found[i]));
    }
    if (vy_user_problem(call->catalog))
        vy_warn(call, "a module was left out: %s", vy_user_problem(call->catalog)->message);
    json_object_set_new(call->result, "modules", rows);
    free(found);
    return VY_OK;
}

vy_status vy_do_recipes(struct vy_call *call, struct vy_err *err)
{
    size_t count;
    const struct vy_recipe **const found =
        vy_recipes_find(call->catalog, call->args->value[0].text, &count);
    if (!found)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    json_t *const rows = json_array();
    vy_buf_add(call->text, "%zu recipes", count);
    for (size_t i = 0; i < count; i++) {
        vy_buf_add(call->text, "\n  %-14s %s", found[i]->name,
                   found[i]->text ? found[i]->text : "");
        json_array_append_new(rows, vy_recipe_json(found[i]));
    }
    if (call->catalog->problem.code)
        vy_warn(call, "a recipe was left out: %s", call->catalog->problem.message);
    json_object_set_new(call->result, "recipes", rows);
    free(found);
    return VY_OK;
}

// One line and one row: a parameter with unit, range, default and value.
static void describe_value(struct vy_call *call, const struct vy_rack *rack, const char *path,
                           const struct vy_param *row, float value, const char *text, bool knob,
                           json_t *rows)
{
    char now[64], def[64];
    struct vy_buf range = {0};
    vy_value_write(row, value, now, sizeof now);
    vy_value_write(row, row->def, def, sizeof def);
    vy_param_range(row, &range);
    vy_buf_add(call->text, "\n  %-22s %-10s %-24s default %-10s %s", path, now,
               range.text ? range.text : "", def, text);
    json_array_append_new(rows,
                          json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:b}", "rack", rack->name, "path",
                                    path, "value", now, "range", range.text ? range.text : "",
                                    "default", def, "unit", row->unit, "knob", knob));
    vy_buf_clear(&range);
}

// "Current values" of a thing: the knobs its recipe offers first, then every parameter inside.
static void describe_rack(struct vy_call *call, const struct vy_rack *rack, json_t *rows)
{
    vy_buf_add(call->text, "\n %s (%s)%s", rack->name, rack->recipe,
               rack->bypass ? ", bypassed" : "");
    for (int k = 0; k < rack->knobs; k++) {
        const struct vy_knob *const knob = &rack->knob[k];
        const struct vy_node *const node = &rack->node[knob->node[0]];
        const int p = knob->param[0];
        describe_value(call, rack, knob->name, &node->module->param[p], node->value[p],
                       knob->text ? knob->text : "", true, rows);
    }
    if (rack->knobs)
        vy_buf_add(call->text, "\n  inside:");
    for (int n = 0; n < rack->nodes; n++) {
        const struct vy_node *const node = &rack->node[n];
        for (int p = 0; p < node->module->params; p++) {
            const struct vy_param *const row = &node->module->param[p];
            char path[3 * VY_NAME_SIZE];
            snprintf(path, sizeof path, "%s.%s", node->name, row->name);
            describe_value(call, rack, path, row, node->value[p], row->text, false, rows);
        }
    }
}

static void describe_unit(struct vy_call *call, const struct vy_unit *unit)
{
    static const char *const kinds[] = {"instrument", "effect", "bus", "out"};
    vy_buf_add(call->text, "%s (%s, %u voices)", unit->name, kinds[unit->kind], unit->voices);
    vy_buf_add(call->text, "\n  gain %gdB, pan %g, spread %g%s%s%s", (double)unit->gain_db,
               (double)unit->pan, (double)unit->spread, unit->mute ? ", muted" : "",
               unit->solo ? ", solo" : "", unit->playing ? "" : ", stopped");
    json_t *const rows = json_array(), *const parts = json_array(), *const racks = json_array();
    for (int i = 0; i < unit->parts; i++) {
        const struct vy_part *const part = &unit->part[i];
        vy_buf_add(call->text, "\n  %s: %s %s (from beat %g)", part->verb, part->text,
                   part->options, part->from);
        json_array_append_new(parts,
                              json_pack("{s:s,s:s,s:s,s:f}", "verb", part->verb, "text", part->text,
                                        "options", part->options, "from", part->from));
    }
    for (int r = 0; r < unit->racks; r++) {
        json_array_append_new(racks, json_string(unit->rack[r].name));
        describe_rack(call, &unit->rack[r], rows);
    }
    json_object_set_new(call->result, "name", json_string(unit->name));
    json_object_set_new(call->result, "kind", json_string(kinds[unit->kind]));
    json_object_set_new(call->result, "racks", racks);
    json_object_set_new(call->result, "patterns", parts);
    json_object_set_new(call->result, "params", rows);
}

struct all_names {
    struct vy_call *call;
};

static const char *any_name(void *arg, size_t i)
{
    struct vy_call *const call = ((struct all_names *)arg)->call;
    const size_t units = call->doc->units;
    if (i < units)
        return call->doc->unit[i].name;
    i -= units;
    if (vy_verb_at(i))
        return vy_verb_at(i)->name;
    return vy_catalog_name((void *)(uintptr_t)call->catalog, i - vy_verb_count());
}

vy_status vy_do_describe(struct vy_call *call, struct vy_err *err)
{
    const char *const name = call->args->value[0].text;
    const int unit = vy_doc_unit(call->doc, name);
    const struct vy_recipe *const recipe = vy_catalog_recipe(call->catalog, name);
    const struct vy_module *const module = vy_catalog_module(call->catalog, name);
    const struct vy_verb *const verb = vy_verb_find(name, -1, NULL);
    if (unit >= 0) {
        describe_unit(call, &call->doc->unit[unit]);
    } else if (recipe) {
        vy_recipe_describe(recipe, call->text);
        json_object_set_new(call->result, "recipe", vy_recipe_json(recipe));
    } else if (module) {
        vy_module_describe(call->catalog, module, call->text);
        json_object_set_new(call->result, "module", vy_module_json(call->catalog, module));
    } else if (verb) {
        vy_verb_help(verb, call->text);
        json_object_set_new(call->result, "command", vy_verb_json(verb));
    } else {
        vy_fail(err, VY_UNKNOWN_NAME, -1, "there is no thing, recipe, module or command '%.40s'",
                name);
        vy_err_suggest(err, name, any_name, &(struct all_names){call});
        return VY_UNKNOWN_NAME;
    }
    return VY_OK;
}

vy_status vy_do_bypass(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    const bool on = v[1].choice == 0;
    if (strcmp(v[0].text, "studio") == 0 && vy_doc_unit(call->doc, "studio") < 0) {
        const vy_status latched = vy_latch_dry(call, on, err);
        call->aside = true;
        if (!latched)
            vy_buf_add(call->text, on ? "what comes in goes out" : "the session sounds again");
        return latched;
    }
    const vy_status status = vy_edit_bypass(call->doc, v[0].text, on, err);
    if (!status)
        vy_buf_add(call->text, "%s bypass %s", v[0].text, on ? "on" : "off");
    return status;
}
