// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Patterns, arpeggios, automation, repeated commands.
#include "command/handlers.h"

vy_status vy_do_pattern(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    const vy_status status = vy_edit_pattern(call->doc, call->verb->name, v[0].text, v[1].text,
                                             call->args->pair, call->args->pairs, err);
    if (status == VY_BAD_PATTERN)
        err->at = v[1].at + (err->at > 0 ? err->at : 0);
    if (status)
        return status;
    const struct vy_unit *const unit = &call->doc->unit[vy_doc_unit(call->doc, v[0].text)];
    const struct vy_pattern *const pattern = unit->part[unit->parts - 1].pattern;
    vy_buf_add(call->text, "%s %u hits in %g beats", unit->name, pattern->hits, pattern->beats);
    json_object_set_new(call->result, "hits", json_integer(pattern->hits));
    json_object_set_new(call->result, "beats", json_real(pattern->beats));
    return VY_OK;
}

vy_status vy_do_arp(struct vy_call *call, struct vy_err *err)
{
    const char *const name = call->args->value[0].text;
    const vy_status status = vy_edit_arp(call->doc, name, call->args->pair, call->args->pairs, err);
    if (!status)
        vy_buf_add(call->text, "%s arpeggiates", name);
    return status;
}

vy_status vy_do_automate(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    const vy_status status = vy_edit_automate(call->doc, v[0].text, v[1].text, v[2].text,
                                              v[3].number, v[4].given ? v[4].text : "lin", err);
    if (!status)
        vy_buf_add(call->text, "%s moves to %s over %g bars", v[0].text, v[2].text, v[3].number);
    return status;
}

vy_status vy_do_clear(struct vy_call *call, struct vy_err *err)
{
    const char *const name = call->args->value[0].text;
    const vy_status status = vy_edit_clear(call->doc, name, err);
    if (!status)
        vy_buf_add(call->text, "%s has no pattern", name);
    return status;
}

vy_status vy_do_every(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    if (v[0].number != (double)(long)v[0].number)
        return vy_fail(err, VY_BAD_ARG, v[0].at, "every takes whole bars, not %g", v[0].number);
    const double period = v[0].number * vy_doc_bar_beats(call->doc);
    const double due = ((double)(long)(call->doc->beat / period + 1e-9) + 1) * period;
    return vy_schedule(call, due, period, v[1].text, err);
}
