// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "command/session_json.h"

#include "engine/value.h"
#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const curves[] = {"lin", "exp", "int", "enum", "bool"};
static const char *const kinds[] = {"instrument", "effect", "bus", "out"};

// As many digits as a float has, and no more: 0.02, not 0.0199999996.
static json_t *float_json(float value)
{
    char text[24];
    snprintf(text, sizeof text, "%.7g", (double)value);
    return json_real(strtod(text, NULL));
}

static json_t *param_json(const char *name, const char *path, const struct vy_param *row,
                          float value)
{
    char text[64];
    vy_value_write(row, value, text, sizeof text);
    json_t *const out = json_pack("{s:s,s:s,s:o,s:s,s:s,s:s,s:o,s:o,s:o}", "name", name, "path",
                                  path, "value", float_json(value), "text", text, "unit", row->unit,
                                  "curve", curves[row->curve], "min", float_json(row->min), "max",
                                  float_json(row->max), "default", float_json(row->def));
    if (row->choices) {
        json_t *const choices = json_array();
        for (int i = 0; row->choices[i]; i++)
            json_array_append_new(choices, json_string(row->choices[i]));
        json_object_set_new(out, "choices", choices);
    }
    return out;
}

// The knobs of a rack; the parameters of its modules when it has none.
static json_t *params_json(const struct vy_unit *unit, const struct vy_rack *rack, bool source)
{
    json_t *const list = json_array();
    char path[4 * VY_NAME_SIZE];
    for (int k = 0; k < rack->knobs; k++) {
        const struct vy_knob *const knob = &rack->knob[k];
        const struct vy_node *const node = &rack->node[knob->node[0]];
        if (source)
            snprintf(path, sizeof path, "%s.%s", unit->name, knob->name);
        else
            snprintf(path, sizeof path, "%s.%s.%s", unit->name, rack->name, knob->name);
        json_array_append_new(list,
                              param_json(knob->name, path, &node->module->param[knob->param[0]],
                                         node->value[knob->param[0]]));
    }
    for (int n = 0; n < rack->nodes && rack->knobs == 0; n++)
        for (int p = 0; p < rack->node[n].module->params; p++) {
            const struct vy_param *const row = &rack->node[n].module->param[p];
            snprintf(path, sizeof path, "%s.%s.%s", unit->name, rack->node[n].name, row->name);
            json_array_append_new(list, param_json(row->name, path, row, rack->node[n].value[p]));
        }
    return list;
}

static json_t *racks_json(const struct vy_unit *unit)
{
    json_t *const list = json_array();
    for (int r = 0; r < unit->racks; r++) {
        const struct vy_rack *const rack = &unit->rack[r];
        const bool source = r == 0 && unit->kind != VY_UNIT_OUT && unit->kind != VY_UNIT_BUS;
        json_array_append_new(list, json_pack("{s:s,s:s,s:b,s:b,s:o}", "name", rack->name, "recipe",
                                              rack->recipe, "source", (int)source, "bypass",
                                              (int)rack->bypass, "params",
                                              params_json(unit, rack, source)));
    }
    return list;
}

static json_t *part_json(const struct vy_part *part)
{
    return json_pack("{s:s,s:s,s:s,s:o,s:o}", "verb", part->verb, "text", part->text, "options",
                     part->options, "from", vy_json_number(part->from), "until",
                     vy_json_number(part->until));
}

static json_t *unit_json(const struct vy_unit *unit)
{
    json_t *const patterns = json_array();
    for (int p = 0; p < unit->parts; p++)
        if (unit->part[p].verb && unit->part[p].text)
            json_array_append_new(patterns, part_json(&unit->part[p]));
    const char *const recipe = unit->racks && unit->kind != VY_UNIT_OUT && unit->kind != VY_UNIT_BUS
                                   ? unit->rack[0].recipe
                                   : "";
    return json_pack(
        "{s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:i,s:b,s:b,s:b,s:b,s:s,s:o,s:o}", "name", unit->name, "kind",
        kinds[unit->kind], "recipe", recipe, "gain", float_json(unit->gain_db), "pan",
        float_json(unit->pan), "spread", float_json(unit->spread), "glide",
        float_json(unit->glide_s), "voices", (int)unit->voices, "muted", (int)unit->mute, "solo",
        (int)unit->solo, "playing", (int)unit->playing, "detached", (int)unit->detached, "author",
        unit->author ? unit->author : "", "racks", racks_json(unit), "patterns", patterns);
}

static json_t *units_json(const struct vy_doc *doc)
{
    json_t *const list = json_array();
    for (int u = 0; u < doc->units; u++)
        json_array_append_new(list, unit_json(&doc->unit[u]));
    return list;
}

// A cable as `patch` would say it: "lfo.out" > "bass.cutoff".
static json_t *route_json(const struct vy_doc *doc, const struct vy_route *route)
{
    const struct vy_unit *const from = &doc->unit[route->from], *const to = &doc->unit[route->to];
    json_t *const out = json_pack("{s:s,s:s,s:b,s:o}", "from", from->name, "to", to->name, "send",
                                  (int)route->send, "amount", float_json(route->depth));
    if (route->to_rack >= 0 && route->to_node >= 0 && route->to_param) {
        const struct vy_node *const node = &to->rack[route->to_rack].node[route->to_node];
        json_object_set_new(
            out, "param",
            json_sprintf("%s.%s", node->name, node->module->param[route->to_port].name));
    }
    return out;
}

static json_t *routes_json(const struct vy_doc *doc)
{
    json_t *const list = json_array();
    for (int r = 0; r < doc->routes; r++)
        json_array_append_new(list, route_json(doc, &doc->route[r]));
    return list;
}

static json_t *scenes_json(const struct vy_doc *doc)
{
    json_t *const list = json_array();
    for (int s = 0; s < doc->scenes; s++) {
        const struct vy_scene *const scene = &doc->scene[s];
        json_t *const units = json_array();
        for (int u = 0; u < scene->units; u++)
            if (scene->unit[u].part.pattern && !scene->unit[u].mute)
                json_array_append_new(units, json_string(scene->unit[u].unit));
        json_array_append_new(list, json_pack("{s:s,s:o}", "name", scene->name, "units", units));
    }
    return list;
}

static json_t *song_json(const struct vy_doc *doc)
{
    json_t *const list = json_array();
    for (int s = 0; s < doc->sections; s++)
        json_array_append_new(list, json_pack("{s:s,s:i}", "scene", doc->section[s].scene, "bars",
                                              (int)doc->section[s].bars));
    return list;
}

static json_t *waiting_json(const struct vy_doc *doc)
{
    json_t *const list = json_array();
    for (int t = 0; t < doc->timers; t++)
        json_array_append_new(list, json_pack("{s:f,s:f,s:s,s:s}", "beat", doc->timer[t].beat,
                                              "every", doc->timer[t].every, "line",
                                              doc->timer[t].line, "author", doc->timer[t].author));
    return list;
}

json_t *vy_session_json(const struct vy_session *session)
{
    const struct vy_doc *const doc = session->doc;
    char meter[16];
    snprintf(meter, sizeof meter, "%u/%u", doc->meter_num, doc->meter_den);
    return json_pack("{s:I,s:I,s:f,s:s,s:f,s:o,s:s,s:o,s:o,s:o,s:o,s:o}", "version",
                     (json_int_t)session->version, "seed", (json_int_t)session->seed, "tempo",
                     doc->tempo, "meter", meter, "bar_beats", vy_doc_bar_beats(doc), "swing",
                     float_json(doc->swing), "key", doc->key, "units", units_json(doc), "routes",
                     routes_json(doc), "scenes", scenes_json(doc), "song", song_json(doc),
                     "waiting", waiting_json(doc));
}
