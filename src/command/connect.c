// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Cables, effects, buses, sends.
#include "command/handlers.h"

vy_status vy_do_patch(struct vy_call *call, struct vy_err *err)
{
    const struct vy_args *const args = call->args;
    const vy_status status = vy_edit_patch(call->doc, call->catalog, args->list, args->lists,
                                           args->value[1].text, call->author, err);
    if (status)
        return status;
    json_t *const route = json_array();
    for (int i = 0; i < args->lists; i++) {
        vy_buf_add(call->text, "%s%s", i ? " > " : "", args->list[i]);
        json_array_append_new(route, json_string(args->list[i]));
    }
    json_object_set_new(call->result, "patched", route);
    return VY_OK;
}

vy_status vy_do_unpatch(struct vy_call *call, struct vy_err *err)
{
    const struct vy_args *const args = call->args;
    for (int i = 0; i + 1 < args->lists; i++) {
        const vy_status status = vy_edit_unpatch(call->doc, args->list[i], args->list[i + 1], err);
        if (status) {
            err->at = err->at < 0 ? args->list_at[i] : err->at;
            return status;
        }
    }
    vy_buf_add(call->text, "unpatched %s > %s", args->list[0], args->list[args->lists - 1]);
    return VY_OK;
}

vy_status vy_do_add(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    const vy_status status = vy_edit_add(call->doc, call->catalog, v[0].text, v[1].text,
                                         call->args->pair, call->args->pairs, err);
    if (status)
        return status;
    const struct vy_unit *const unit = &call->doc->unit[vy_doc_unit(call->doc, v[1].text)];
    const char *const made = unit->rack[unit->racks - 1].name;
    vy_buf_add(call->text, "added %s.%s", unit->name, made);
    json_object_set_new(call->result, "added", json_sprintf("%s.%s", unit->name, made));
    return VY_OK;
}

vy_status vy_do_bus(struct vy_call *call, struct vy_err *err)
{
    const char *const name = call->args->value[0].text;
    const vy_status status = vy_edit_bus(call->doc, name, call->author, err);
    if (!status)
        vy_buf_add(call->text, "bus %s", name);
    if (!status)
        json_object_set_new(call->result, "created", json_string(name));
    return status;
}

vy_status vy_do_send(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    const char *const amount = v[2].given ? v[2].text : "1";
    const vy_status status = vy_edit_send(call->doc, v[0].text, v[1].text, amount, err);
    if (!status)
        vy_buf_add(call->text, "%s to %s %s", v[0].text, v[1].text, amount);
    return status;
}
