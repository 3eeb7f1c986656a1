// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Scenes and the song.
#include "command/handlers.h"

vy_status vy_do_scene(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    const vy_status status = v[1].given ? vy_edit_scene_play(call->doc, v[0].text, err)
                                        : vy_edit_scene_store(call->doc, v[0].text, err);
    if (!status)
        vy_buf_add(call->text, "scene %s %s", v[0].text, v[1].given ? "plays" : "stored");
    return status;
}

vy_status vy_do_song(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    const vy_status status = vy_edit_song(call->doc, v[0].text, err);
    if (status == VY_BAD_PATTERN || (status && err->at >= 0))
        err->at = v[0].at + (err->at > 0 ? err->at : 0);
    if (status)
        return status;
    double bars = 0;
    for (int i = 0; i < call->doc->sections; i++)
        bars += call->doc->section[i].bars;
    vy_buf_add(call->text, "%u sections, %g bars", call->doc->sections, bars);
    json_object_set_new(call->result, "sections", json_integer(call->doc->sections));
    json_object_set_new(call->result, "bars", json_real(bars));
    return VY_OK;
}
