// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Pattern slots: a slot is a saved patch, and its tracks as JSON beside it.
#include "serve/chronus_table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// The file of a slot's tracks, beside the patch.
static vy_status slot_path(int slot, char *path, size_t size, struct vy_err *err)
{
    char name[32];
    snprintf(name, sizeof name, "chronus_%03d", slot);
    const vy_status status = vy_session_path("patch", name, path, size - 8, err);
    char *const dot = status ? NULL : strrchr(path, '.');
    if (dot)
        snprintf(dot, size - (size_t)(dot - path), ".json");
    return status;
}

static vy_status read_slot(const struct vy_chronus_call *call, int most, int *slot,
                           struct vy_err *err)
{
    const struct vy_osc_message *const m = call->message;
    if (m->args < 1 || m->args > most || !m->arg[0].is_number)
        return vy_fail(err, VY_BAD_ARG, -1, "%s takes a slot (i)", m->path);
    const double number = m->arg[0].number;
    if (number != rint(number) || number < 1 || number > VY_CHRONUS_SLOTS)
        return vy_fail(err, VY_OUT_OF_RANGE, -1, "slots are 1..%d", VY_CHRONUS_SLOTS);
    *slot = (int)number;
    return VY_OK;
}

vy_status vy_chronus_save(struct vy_chronus_call *call, struct vy_err *err)
{
    int slot = 0;
    char path[4096];
    vy_status status = read_slot(call, 1, &slot, err);
    if (!status)
        status = slot_path(slot, path, sizeof path, err);
    if (!status)
        status = vy_make_parents(path, err);
    if (status)
        return status;
    char *const text = json_dumps(vy_chronus_tracks(call->chronus), JSON_INDENT(1));
    status = text ? vy_file_write(path, text, strlen(text), err)
                  : vy_fail(err, VY_NO_MEMORY, -1, "no memory for the tracks");
    free(text);
    vy_buf_add(&call->lines, "save patch \"chronus_%03d\"", slot);
    return status;
}

static bool says_now(const struct vy_osc_message *message)
{
    const struct vy_osc_arg *const arg = &message->arg[1];
    return message->args == 2 &&
           (arg->is_number ? arg->number > 0
                           : !strcmp(arg->text, "true") || !strcmp(arg->text, "now") ||
                                 !strcmp(arg->text, "immediate"));
}

static bool is_track(json_t *track)
{
    const char *name, *voice, *pattern;
    return json_unpack(track, "{s:s,s:s,s:s}", "track", &name, "voice", &voice, "pattern",
                       &pattern) == 0;
}

vy_status vy_chronus_load(struct vy_chronus_call *call, struct vy_err *err)
{
    int slot = 0;
    char path[4096];
    vy_status status = read_slot(call, 2, &slot, err);
    if (!status)
        status = slot_path(slot, path, sizeof path, err);
    if (status)
        return status;
    json_t *tracks = json_load_file(path, 0, NULL), *track;
    if (!tracks)
        return vy_fail(err, VY_NOT_FOUND, -1, "slot %d is empty", slot);
    size_t i;
    bool good = json_is_array(tracks);
    json_array_foreach(tracks, i, track) good &= is_track(track);
    if (!good) {
        json_decref(tracks);
        return vy_fail(err, VY_BAD_FILE, -1, "the tracks of slot %d are damaged", slot);
    }
    const struct vy_session *const session = vy_live_session(vy_chronus_live(call->chronus));
    const bool wait = session->doc->playing && !says_now(call->message);
    vy_buf_add(&call->lines, "load patch \"chronus_%03d\" %s", slot, wait ? "next bar" : "now");
    vy_chronus_set_tracks(call->chronus, tracks);
    return VY_OK;
}

vy_status vy_chronus_slots(struct vy_chronus_call *call, struct vy_err *err)
{
    json_t *const slots = json_array();
    (void)err;
    for (int slot = 1; slot <= VY_CHRONUS_SLOTS; slot++) {
        char path[4096];
        if (slot_path(slot, path, sizeof path, NULL) == VY_OK && access(path, R_OK) == 0)
            json_array_append_new(slots, json_integer(slot));
    }
    json_object_set_new(call->result, "slots", slots);
    return VY_OK;
}
