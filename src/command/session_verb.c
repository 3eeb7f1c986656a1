// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The verb `session`: what there is, at a glance, and all of it for programs that show it.
#include "command/handlers.h"
#include "command/session_json.h"

// ---- for people ---------------------------------------------------------------------------------

static void say_part(const struct vy_part *part, struct vy_buf *text)
{
    vy_buf_add(text, "  %s: %s%s%s", part->verb, part->text, *part->options ? " " : "",
               part->options);
}

static void say_unit(const struct vy_unit *unit, struct vy_buf *text)
{
    const bool made = unit->racks && unit->kind != VY_UNIT_BUS && unit->kind != VY_UNIT_OUT;
    vy_buf_add(text, "\n  %-10s %-10s %+5.1f dB%s%s", unit->name,
               made                        ? unit->rack[0].recipe
               : unit->kind == VY_UNIT_BUS ? "bus"
                                           : "",
               (double)unit->gain_db, unit->mute ? ", muted" : "", unit->solo ? ", solo" : "");
    for (int p = 0; p < unit->parts; p++)
        if (unit->part[p].verb && unit->part[p].text)
            say_part(&unit->part[p], text);
}

// ---- for programs -------------------------------------------------------------------------------

// [at, length, velocity, note]: the lowest note, or null where it has none
static json_t *hits_json(const struct vy_pattern *pattern)
{
    json_t *const list = json_array();
    for (uint32_t h = 0; h < pattern->hits; h++) {
        const struct vy_hit *const hit = &pattern->hit[h];
        json_t *const note = hit->notes ? json_real((double)hit->note[0]) : json_null();
        json_array_append_new(
            list, json_pack("[f,f,f,o]", hit->at, hit->length, (double)hit->velocity, note));
    }
    return list;
}

// Patterns get their hits; what each knob stands at goes, `get NAME` has it. Rows stand in the
// order of the document.
static void refine(const struct vy_doc *doc, json_t *units)
{
    for (int u = 0; u < doc->units; u++) {
        const struct vy_unit *const unit = &doc->unit[u];
        json_t *const row = json_array_get(units, (size_t)u);
        size_t row_part = 0;
        json_object_del(row, "racks");
        for (int p = 0; p < unit->parts; p++) {
            const struct vy_part *const part = &unit->part[p];
            if (!part->verb || !part->text)
                continue;
            json_t *const to = json_array_get(json_object_get(row, "patterns"), row_part++);
            if (!part->pattern)
                continue;
            json_object_set_new(to, "beats", json_real(part->pattern->beats));
            json_object_set_new(to, "hits", hits_json(part->pattern));
        }
    }
}

vy_status vy_do_session(struct vy_call *call, struct vy_err *err)
{
    const struct vy_doc *const doc = call->session ? call->session->doc : call->doc;
    json_t *const json = call->session ? vy_session_json(call->session) : json_object();
    if (!json)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    vy_buf_add(call->text, "%d things, %g bpm, %u/%u, %s", doc->units - 1, doc->tempo,
               doc->meter_num, doc->meter_den, doc->key);
    for (int u = 0; u < doc->units; u++)
        if (doc->unit[u].kind != VY_UNIT_OUT)
            say_unit(&doc->unit[u], call->text);
    refine(doc, json_object_get(json, "units"));
    json_object_update(call->result, json);
    json_decref(json);
    return VY_OK;
}
