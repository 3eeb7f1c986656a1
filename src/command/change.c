// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Turning parameters and asking for them.
#include "command/handlers.h"

#include <stdio.h>
#include <string.h>

static vy_status set_one(struct vy_call *call, const char *path, const char *value, int at,
                         struct vy_err *err)
{
    char was[64] = "", now[64] = "";
    const vy_status status = vy_edit_set(call->doc, path, value, was, now, err);
    if (status) {
        if (err->at < 0)
            err->at = at;
        return status;
    }
    vy_buf_add(call->text, "%s%s %s -> %s", call->text->length ? ", " : "", path, was, now);
    json_object_set_new(call->result, path, json_pack("{s:s,s:s}", "was", was, "now", now));
    return VY_OK;
}

vy_status vy_do_set(struct vy_call *call, struct vy_err *err)
{
    const struct vy_args *const args = call->args;
    const struct vy_value *const path = &args->value[0], *const value = &args->value[1];
    if (!value->given && args->pairs == 0)
        return vy_fail(err, VY_BAD_ARG, call->line->end, "a value is missing: set %.60s VALUE",
                       path->text);
    vy_status status = VY_OK;
    if (value->given) {
        status = set_one(call, path->text, value->text, path->at, err);
        // the name or the value: point at what is wrong
        if (status == VY_OUT_OF_RANGE || status == VY_BAD_UNIT || status == VY_BAD_ARG)
            err->at = value->at;
    }
    for (int i = 0; i < args->pairs && !status; i++) {
        char full[256];
        snprintf(full, sizeof full, "%.127s.%.120s", path->text, args->pair[i].key);
        status = set_one(call, full, args->pair[i].value, args->pair[i].at, err);
    }
    return status;
}

static void get_row(struct vy_call *call, const char *path)
{
    char value[64];
    if (vy_edit_get(call->doc, path, value, sizeof value, NULL))
        return;
    vy_buf_add(call->text, "\n  %-28s %s", path, value);
    json_object_set_new(call->result, path, json_string(value));
}

static void get_all(struct vy_call *call, int u)
{
    const struct vy_unit *const unit = &call->doc->unit[u];
    static const char *const strip[] = {"gain", "pan", "spread", "voices", "glide"};
    char path[4 * VY_NAME_SIZE];
    vy_buf_add(call->text, "%s", unit->name);
    for (size_t i = 0; i < sizeof strip / sizeof *strip; i++) {
        snprintf(path, sizeof path, "%s.%s", unit->name, strip[i]);
        get_row(call, path);
    }
    for (int r = 0; r < unit->racks; r++) {
        const struct vy_rack *const rack = &unit->rack[r];
        const bool source = r == 0 && unit->kind != VY_UNIT_OUT && unit->kind != VY_UNIT_BUS;
        for (int k = 0; k < rack->knobs; k++) {
            snprintf(path, sizeof path, source ? "%s.%.0s%s" : "%s.%s.%s", unit->name, rack->name,
                     rack->knob[k].name);
            get_row(call, path);
        }
        for (int n = 0; n < rack->nodes; n++)
            for (int p = 0; p < rack->node[n].module->params; p++) {
                snprintf(path, sizeof path, "%s.%s.%s", unit->name, rack->node[n].name,
                         rack->node[n].module->param[p].name);
                get_row(call, path);
            }
    }
}

vy_status vy_do_get(struct vy_call *call, struct vy_err *err)
{
    const char *const path = call->args->value[0].text;
    const int unit = vy_doc_unit(call->doc, path);
    if (unit >= 0) {
        get_all(call, unit);
        return VY_OK;
    }
    if (strcmp(path, "tempo") == 0) {
        vy_buf_add(call->text, "%g bpm", call->doc->tempo);
        json_object_set_new(call->result, "value", json_real(call->doc->tempo));
        return VY_OK;
    }
    char value[64];
    if (!strpbrk(path, "./")) {
        vy_fail(err, VY_UNKNOWN_NAME, -1, "nothing here is called '%.40s'", path);
        vy_err_suggest(err, path, vy_edit_name, &(struct vy_names){call->doc, -1});
        return VY_UNKNOWN_NAME;
    }
    const vy_status status = vy_edit_get(call->doc, path, value, sizeof value, err);
    if (status)
        return status;
    vy_buf_add(call->text, "%s %s", path, value);
    json_object_set_new(call->result, "path", json_string(path));
    json_object_set_new(call->result, "value", json_string(value));
    return VY_OK;
}

vy_status vy_do_reset(struct vy_call *call, struct vy_err *err)
{
    const char *const name = call->args->value[0].text;
    const vy_status status = vy_edit_reset(call->doc, call->catalog, name, err);
    if (!status)
        vy_buf_add(call->text, "%s is as its recipe says", name);
    return status;
}

static vy_status set_strip(struct vy_call *call, const char *param, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    char path[2 * VY_NAME_SIZE + 8];
    snprintf(path, sizeof path, "%.60s.%s", v[0].text, param);
    return set_one(call, path, v[1].text, v[1].at, err);
}

vy_status vy_do_gain(struct vy_call *call, struct vy_err *err)
{
    return set_strip(call, "gain", err);
}

vy_status vy_do_pan(struct vy_call *call, struct vy_err *err)
{
    return set_strip(call, "pan", err);
}

static vy_status switch_unit(struct vy_call *call, const char *what, struct vy_err *err,
                             vy_status (*edit)(struct vy_doc *, const char *, bool,
                                               struct vy_err *))
{
    const struct vy_value *const v = call->args->value;
    const bool on = !v[1].given || v[1].choice == 0;
    const vy_status status = edit(call->doc, v[0].text, on, err);
    if (!status) {
        vy_buf_add(call->text, "%s %s %s", v[0].text, what, on ? "on" : "off");
        json_object_set_new(call->result, what, json_boolean(on));
    }
    return status;
}

vy_status vy_do_mute(struct vy_call *call, struct vy_err *err)
{
    return switch_unit(call, "mute", err, vy_edit_mute);
}

vy_status vy_do_solo(struct vy_call *call, struct vy_err *err)
{
    return switch_unit(call, "solo", err, vy_edit_solo);
}
