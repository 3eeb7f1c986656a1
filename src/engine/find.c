// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Paths to parameters, and turning them.
#include "engine/edit.h"

#include "base/text.h"
#include "engine/value.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct vy_param strip_rows[] = {
    {"gain", "dB", -60, 24, 0, VY_LIN, 10, NULL, "level of the whole unit"},
    {"pan", "", -1, 1, 0, VY_LIN, 10, NULL, "place between left (-1) and right (1)"},
    {"spread", "", 0, 1, 0, VY_LIN, 10, NULL, "how far the voices stand apart in stereo"},
    {"voices", "", 1, 64, 1, VY_INT, 0, NULL, "notes that can sound at once"},
    {"glide", "s", 0, 10, 0, VY_LIN, 0, NULL, "time a slide takes"},
};
#define STRIP_ROWS 5

// A path cut at its dots.
struct parts {
    char text[4][VY_NAME_SIZE];
    int count;
};

static bool cut(const char *path, struct parts *parts)
{
    parts->count = 0;
    while (parts->count < 4) {
        const size_t n = strcspn(path, "./");
        if (n == 0 || n >= VY_NAME_SIZE)
            return false;
        memcpy(parts->text[parts->count], path, n);
        parts->text[parts->count++][n] = '\0';
        path += n;
        if (!*path)
            return true;
        path++;
    }
    return false;
}

static int param_of(const struct vy_module *m, const char *name)
{
    for (int p = 0; p < m->params; p++)
        if (strcmp(m->param[p].name, name) == 0)
            return p;
    return -1;
}

static int port_of(const struct vy_module *m, const char *name)
{
    for (int p = 0; p < m->ins; p++)
        if (strcmp(m->in[p].name, name) == 0)
            return p;
    return -1;
}

static bool find_knob(const struct vy_rack *rack, const char *name, struct vy_target *t)
{
    for (int k = 0; k < rack->knobs; k++)
        if (strcmp(rack->knob[k].name, name) == 0) {
            t->knob = &rack->knob[k];
            t->node = t->knob->node[0];
            t->param = t->knob->param[0];
            t->row = &rack->node[t->node].module->param[t->param];
            return true;
        }
    return false;
}

// A parameter or input by its bare name, when only one node of the rack has it.
// Returns how many have it.
static int find_bare(const struct vy_rack *rack, const char *name, struct vy_target *t)
{
    int found = 0;
    for (int n = 0; n < rack->nodes; n++) {
        const int p = param_of(rack->node[n].module, name);
        if (p < 0)
            continue;
        if (found++ == 0) {
            t->node = n;
            t->param = p;
            t->row = &rack->node[n].module->param[p];
        }
    }
    for (int n = 0; n < rack->nodes && !found; n++) {
        const int p = port_of(rack->node[n].module, name);
        if (p < 0)
            continue;
        t->node = n;
        t->param = p;
        t->port = true;
        return 1;
    }
    return found;
}

static bool find_in_node(const struct vy_rack *rack, const char *node, const char *name,
                         struct vy_target *t)
{
    for (int n = 0; n < rack->nodes; n++) {
        if (strcmp(rack->node[n].name, node) != 0)
            continue;
        int p = param_of(rack->node[n].module, name);
        t->port = p < 0;
        if (t->port)
            p = port_of(rack->node[n].module, name);
        if (p < 0)
            return false;
        t->node = n;
        t->param = p;
        t->row = t->port ? NULL : &rack->node[n].module->param[p];
        return true;
    }
    return false;
}

static bool find_strip(const char *name, struct vy_target *t)
{
    for (int s = 0; s < STRIP_ROWS; s++)
        if (strcmp(strip_rows[s].name, name) == 0) {
            t->rack = t->node = -1;
            t->param = s;
            t->row = &strip_rows[s];
            return true;
        }
    return false;
}

// The parameter `name` of a unit: a knob of its source, the strip, a bare name in its source, then
// the same in its inserts.
static int find_one(const struct vy_unit *unit, const char *name, struct vy_target *t)
{
    t->rack = 0;
    if (unit->racks && find_knob(&unit->rack[0], name, t))
        return 1;
    if (find_strip(name, t))
        return 1;
    for (int r = 0; r < unit->racks; r++) {
        t->rack = r;
        if (r > 0 && find_knob(&unit->rack[r], name, t))
            return 1;
        const int found = find_bare(&unit->rack[r], name, t);
        if (found)
            return found;
    }
    return 0;
}

static bool find_two(const struct vy_unit *unit, const char *first, const char *name,
                     struct vy_target *t)
{
    for (int r = 0; r < unit->racks; r++) {
        t->rack = r;
        if (strcmp(unit->rack[r].name, first) == 0 &&
            (r > 0 || unit->kind == VY_UNIT_OUT || unit->kind == VY_UNIT_BUS))
            return find_knob(&unit->rack[r], name, t) || find_bare(&unit->rack[r], name, t) == 1;
    }
    for (int r = 0; r < unit->racks; r++) {
        t->rack = r;
        if (find_in_node(&unit->rack[r], first, name, t))
            return true;
    }
    return false;
}

const char *vy_edit_name(void *names, size_t i)
{
    const struct vy_names *const n = names;
    if (n->unit < 0)
        return i < n->doc->units ? n->doc->unit[i].name : NULL;
    const struct vy_unit *const unit = &n->doc->unit[n->unit];
    if (i < STRIP_ROWS)
        return strip_rows[i].name;
    i -= STRIP_ROWS;
    for (int r = 0; r < unit->racks; r++) {
        const struct vy_rack *const rack = &unit->rack[r];
        if (i < rack->knobs)
            return rack->knob[i].name;
        i -= rack->knobs;
        for (int node = 0; node < rack->nodes; node++) {
            const struct vy_module *const m = rack->node[node].module;
            if (i < m->params)
                return m->param[i].name;
            i -= m->params;
        }
    }
    return NULL;
}

static vy_status no_unit(const struct vy_doc *doc, const char *name, struct vy_err *err)
{
    vy_fail(err, VY_UNKNOWN_NAME, -1, "nothing is called '%.40s'", name);
    vy_err_suggest(err, name, vy_edit_name, &(struct vy_names){doc, -1});
    return VY_UNKNOWN_NAME;
}

vy_status vy_edit_find(const struct vy_doc *doc, const char *path, struct vy_target *target,
                       struct vy_err *err)
{
    struct parts parts;
    *target = (struct vy_target){.node = -1};
    if (!cut(path, &parts) || parts.count < 2)
        return vy_fail(err, VY_BAD_ARG, -1, "'%.60s' is no path like bass.cutoff", path);
    target->unit = vy_doc_unit(doc, parts.text[0]);
    if (target->unit < 0)
        return no_unit(doc, parts.text[0], err);
    const struct vy_unit *const unit = &doc->unit[target->unit];
    int found = 0;
    if (parts.count == 2) {
        found = find_one(unit, parts.text[1], target);
    } else if (parts.count == 3) {
        found = find_two(unit, parts.text[1], parts.text[2], target);
    } else {
        for (int r = 0; r < unit->racks && !found; r++) {
            target->rack = r;
            found = strcmp(unit->rack[r].name, parts.text[1]) == 0 &&
                    find_in_node(&unit->rack[r], parts.text[2], parts.text[3], target);
        }
    }
    if (found == 1)
        return VY_OK;
    if (found > 1)
        return vy_fail(err, VY_UNKNOWN_PARAM, -1, "several parts of %s have '%s': say %s.%s.%s",
                       unit->name, parts.text[1], unit->name,
                       unit->rack[target->rack].node[target->node].name, parts.text[1]);
    const char *const last = parts.text[parts.count - 1];
    vy_fail(err, VY_UNKNOWN_PARAM, -1, "%s has no '%s'", unit->name,
            path + strcspn(path, "./") + 1);
    vy_err_suggest(err, last, vy_edit_name, &(struct vy_names){doc, target->unit});
    return VY_UNKNOWN_PARAM;
}

static float strip_value(const struct vy_unit *unit, int param)
{
    switch ((enum vy_strip)param) {
    case VY_STRIP_GAIN: return unit->gain_db;
    case VY_STRIP_PAN: return unit->pan;
    case VY_STRIP_SPREAD: return unit->spread;
    case VY_STRIP_VOICES: return unit->voices;
    case VY_STRIP_GLIDE: return unit->glide_s;
    }
    return 0;
}

static vy_status set_strip(struct vy_unit *unit, int param, float value, struct vy_err *err)
{
    switch ((enum vy_strip)param) {
    case VY_STRIP_GAIN: unit->gain_db = value; break;
    case VY_STRIP_PAN: unit->pan = value; break;
    case VY_STRIP_SPREAD: unit->spread = value; break;
    case VY_STRIP_GLIDE: unit->glide_s = value; break;
    case VY_STRIP_VOICES:
        for (int n = 0; unit->racks && n < unit->rack[0].nodes; n++)
            if ((unit->rack[0].node[n].module->flags & VY_WIDE) && value > 32)
                return vy_fail(err, VY_OUT_OF_RANGE, -1, "%s is stereo: voices goes up to 32",
                               unit->name);
        unit->voices = (uint16_t)value;
        break;
    }
    return VY_OK;
}

static float value_of(const struct vy_doc *doc, const struct vy_target *t)
{
    const struct vy_unit *const unit = &doc->unit[t->unit];
    return t->node < 0 ? strip_value(unit, t->param)
                       : unit->rack[t->rack].node[t->node].value[t->param];
}

// A sound file argument: file="kick.wav".
static bool set_file(struct vy_doc *doc, const char *path, const char *value)
{
    struct parts parts;
    if (!cut(path, &parts) || parts.count < 2)
        return false;
    const int u = vy_doc_unit(doc, parts.text[0]);
    for (int r = 0; u >= 0 && r < doc->unit[u].racks; r++) {
        struct vy_rack *const rack = &doc->unit[u].rack[r];
        if (parts.count == 3 && strcmp(rack->name, parts.text[1]) != 0)
            continue;
        for (int n = 0; n < rack->nodes; n++) {
            const char *const file = rack->node[n].module->file;
            if (!file || strcmp(file, parts.text[parts.count - 1]) != 0)
                continue;
            rack->node[n].file = vy_arena_text(&doc->arena, value);
            return rack->node[n].file != NULL;
        }
    }
    return false;
}

// What moved the parameter until now stops doing so.
static void drop_automation(struct vy_doc *doc, const struct vy_target *t)
{
    for (int i = doc->automations - 1; i >= 0; i--) {
        const struct vy_automation *const a = &doc->automation[i];
        if (a->unit == t->unit && a->rack == t->rack && a->node == t->node && a->param == t->param)
            VY_DOC_DROP(doc->automation, doc->automations, i);
    }
}

// A time or rate that is said in seconds or hertz takes its module off the beat: else it would do
// nothing while `sync` says a note length.
static void leave_sync(struct vy_node *node, int param)
{
    const char *const name = node->module->param[param].name;
    const int sync = param_of(node->module, "sync");
    if (sync >= 0 && (strcmp(name, "time") == 0 || strcmp(name, "rate") == 0))
        node->value[sync] = node->module->param[sync].min;
}

vy_status vy_edit_set(struct vy_doc *doc, const char *path, const char *value, char *was, char *now,
                      struct vy_err *err)
{
    if (set_file(doc, path, value)) {
        if (was && now) {
            vy_text_copy(was, 32, "");
            vy_text_copy(now, 32, value);
        }
        return VY_OK;
    }
    struct vy_target t;
    vy_status status = vy_edit_find(doc, path, &t, err);
    if (status)
        return status;
    if (t.port)
        return vy_fail(err, VY_BAD_ARG, -1, "%.60s is an input: patch something into it", path);
    float number = value_of(doc, &t);
    if (was)
        vy_value_write(t.row, number, was, 32);
    status = vy_value_read(t.row, value, number, doc, &number, err);
    if (status)
        return status;
    drop_automation(doc, &t);
    struct vy_unit *const unit = &doc->unit[t.unit];
    if (t.node < 0)
        status = set_strip(unit, t.param, number, err);
    else
        unit->rack[t.rack].node[t.node].value[t.param] = number;
    if (t.node >= 0)
        leave_sync(&unit->rack[t.rack].node[t.node], t.param);
    // further targets of a knob get the same value within their own ranges
    for (int k = 1; t.knob && k < t.knob->targets; k++) {
        struct vy_node *const node = &unit->rack[t.rack].node[t.knob->node[k]];
        const struct vy_param *const row = &node->module->param[t.knob->param[k]];
        node->value[t.knob->param[k]] = fminf(fmaxf(number, row->min), row->max);
    }
    if (now)
        vy_value_write(t.row, number, now, 32);
    return status;
}

vy_status vy_edit_get(const struct vy_doc *doc, const char *path, char *value, size_t size,
                      struct vy_err *err)
{
    struct vy_target t;
    const vy_status status = vy_edit_find(doc, path, &t, err);
    if (status)
        return status;
    if (t.port)
        return vy_fail(err, VY_BAD_ARG, -1, "%.60s is an input: it has no value", path);
    vy_value_write(t.row, value_of(doc, &t), value, size);
    return VY_OK;
}

vy_status vy_edit_automate(struct vy_doc *doc, const char *path, const char *from, const char *to,
                           double bars, const char *curve, struct vy_err *err)
{
    if (!(bars > 0 && bars <= 10000))
        return vy_fail(err, VY_OUT_OF_RANGE, -1, "an automation takes more than 0 bars");
    const bool exponential = curve && strcmp(curve, "exp") == 0;
    if (curve && !exponential && strcmp(curve, "lin") != 0 && strcmp(curve, "linear") != 0)
        return vy_fail(err, VY_BAD_ARG, -1, "curve is lin or exp, not '%.20s'", curve);
    static const struct vy_param tempo = {"tempo", "", 10, 400, 120, VY_LIN, 0, NULL, ""};
    struct vy_target t = {.unit = UINT16_MAX, .node = -1, .row = &tempo};
    const bool is_tempo = strcmp(path, "tempo") == 0;
    vy_status status = is_tempo ? VY_OK : vy_edit_find(doc, path, &t, err);
    if (status)
        return status;
    if (t.port || !t.row || t.row->curve == VY_ENUM || t.row->curve == VY_BOOL ||
        (!is_tempo && t.node < 0 && t.param > VY_STRIP_SPREAD))
        return vy_fail(err, VY_BAD_ARG, -1, "%.60s cannot be automated", path);
    float a = is_tempo ? (float)doc->tempo : value_of(doc, &t), b = 0;
    if (from)
        status = vy_value_read(t.row, from, a, doc, &a, err);
    if (!status)
        status = vy_value_read(t.row, to, a, doc, &b, err);
    if (status)
        return status;
    if (exponential && !(a * b > 0))
        return vy_fail(err, VY_BAD_ARG, -1, "curve=exp cannot pass 0");
    const int targets = t.knob ? t.knob->targets : 1;
    for (int k = 0; k < targets; k++) {
        struct vy_automation *const put =
            VY_DOC_APPEND(doc, doc->automation, doc->automations, 1024);
        if (!put)
            return vy_fail(err, VY_TOO_BIG, -1, "over 1024 automations");
        *put = (struct vy_automation){.unit = (uint16_t)t.unit,
                                      .rack = (int16_t)t.rack,
                                      .node = (int16_t)(t.knob ? t.knob->node[k] : t.node),
                                      .param = (uint16_t)(t.knob ? t.knob->param[k] : t.param),
                                      .from = a,
                                      .to = b,
                                      .beat = doc->beat,
                                      .beats = bars * vy_doc_bar_beats(doc),
                                      .exponential = exponential};
    }
    return VY_OK;
}
