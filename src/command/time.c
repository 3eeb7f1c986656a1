// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Tempo, meter, swing, key, transport.
#include "command/handlers.h"

vy_status vy_do_tempo(struct vy_call *call, struct vy_err *err)
{
    const vy_status status = vy_edit_tempo(call->doc, call->args->value[0].number, err);
    if (!status) {
        vy_buf_add(call->text, "tempo %g bpm", call->doc->tempo);
        json_object_set_new(call->result, "tempo", json_real(call->doc->tempo));
    }
    return status;
}

vy_status vy_do_meter(struct vy_call *call, struct vy_err *err)
{
    const vy_status status = vy_edit_meter(call->doc, call->args->value[0].text, err);
    if (!status)
        vy_buf_add(call->text, "meter %u/%u", call->doc->meter_num, call->doc->meter_den);
    return status;
}

vy_status vy_do_swing(struct vy_call *call, struct vy_err *err)
{
    const double swing = call->args->value[0].number;
    const vy_status status = vy_edit_swing(call->doc, swing, err);
    if (!status)
        vy_buf_add(call->text, "swing %g", swing);
    return status;
}

vy_status vy_do_key(struct vy_call *call, struct vy_err *err)
{
    const vy_status status = vy_edit_key(call->doc, call->args->value[0].text, err);
    if (!status)
        vy_buf_add(call->text, "key %s", call->doc->key);
    return status;
}

static vy_status play(struct vy_call *call, bool on, struct vy_err *err)
{
    const struct vy_args *const args = call->args;
    const vy_status status = vy_edit_play(call->doc, args->list, args->lists, on, err);
    if (status)
        return status;
    vy_buf_add(call->text, "%s", on ? "plays" : "stopped");
    for (int i = 0; i < args->lists; i++)
        vy_buf_add(call->text, " %s", args->list[i]);
    json_object_set_new(call->result, "playing", json_boolean(call->doc->playing));
    return VY_OK;
}

vy_status vy_do_play(struct vy_call *call, struct vy_err *err)
{
    return play(call, true, err);
}

vy_status vy_do_stop(struct vy_call *call, struct vy_err *err)
{
    return play(call, false, err);
}

vy_status vy_do_seek(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    double beat;
    const vy_status status = vy_bar_read(call->doc, v[0].text, v[0].at, &beat, err);
    if (status)
        return status;
    call->doc->beat = beat;
    vy_buf_add(call->text, "at bar %s", v[0].text);
    return VY_OK;
}

vy_status vy_do_panic(struct vy_call *call, struct vy_err *err)
{
    const bool on = call->args->value[0].choice == 0;
    vy_status status = vy_latch_panic(call, on, err);
    if (!on) {
        call->aside = true;
        if (!status)
            vy_buf_add(call->text, "the output is open again; say play");
        return status;
    }
    if (!status)
        status = vy_edit_play(call->doc, NULL, 0, false, err);
    if (!status)
        vy_buf_add(call->text, "all stopped");
    if (!status && call->session && call->session->stage && !call->line->dry)
        vy_buf_add(call->text, ", and silent until panic off");
    return status;
}
