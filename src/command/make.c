// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Making, removing, renaming, copying.
#include "command/handlers.h"

static void say(struct vy_call *call, const char *what, const char *name)
{
    vy_buf_add(call->text, "%s %s", what, name);
    json_object_set_new(call->result, what, json_string(name));
}

vy_status vy_do_create(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    const vy_status status = vy_edit_create(call->doc, call->catalog, v[0].text, v[1].text,
                                            call->args->pair, call->args->pairs, call->author, err);
    // what could not be found stands at WHAT when that was given
    if (status == VY_UNKNOWN_MODULE && v[1].given && err->at < 0)
        err->at = v[1].at;
    if (!status)
        say(call, "created", v[0].text);
    return status;
}

vy_status vy_do_remove(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    const vy_status status = v[1].given
                                 ? vy_edit_remove_effect(call->doc, v[0].text, v[1].text, err)
                                 : vy_edit_remove(call->doc, v[0].text, err);
    if (!status)
        say(call, "removed", v[0].text);
    if (!status && v[1].given)
        vy_buf_add(call->text, " from %s", v[1].text);
    return status;
}

vy_status vy_do_rename(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    const vy_status status = vy_edit_rename(call->doc, v[0].text, v[1].text, err);
    if (status == VY_NAME_TAKEN)
        err->at = v[1].at;
    if (!status)
        say(call, "renamed", v[1].text);
    return status;
}

vy_status vy_do_copy(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    const vy_status status = vy_edit_copy(call->doc, v[0].text, v[1].text, err);
    if (status == VY_NAME_TAKEN)
        err->at = v[1].at;
    if (!status)
        say(call, "created", v[1].text);
    return status;
}
