// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Verbs that reach the sound itself: meters, record, shadow, and the latches of the guard.
#include "command/handlers.h"

const struct vy_stage *vy_stage_find(const struct vy_call *call, struct vy_err *err)
{
    if (call->session && call->session->stage)
        return call->session->stage;
    vy_fail(err, VY_ABSENT, call->line->begin,
            "%s needs sound that plays; start the studio: veery serve", call->verb->name);
    return NULL;
}

vy_status vy_do_meters(struct vy_call *call, struct vy_err *err)
{
    const struct vy_stage *const stage = vy_stage_find(call, err);
    return stage ? stage->meters(stage->arg, call->text, call->result, err) : VY_ABSENT;
}

vy_status vy_do_record(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    const bool start = v[0].choice == 0;
    if (start && !v[1].given)
        return vy_fail(err, VY_BAD_ARG, v[0].at,
                       "record start needs a file: record start \"x.wav\"");
    if (!start && v[1].given)
        return vy_fail(err, VY_BAD_ARG, v[1].at, "record stop takes no file");
    const struct vy_stage *const stage = vy_stage_find(call, err);
    return stage ? stage->record(stage->arg, start ? v[1].text : NULL, v[2].given, call->text,
                                 call->result, err)
                 : VY_ABSENT;
}

vy_status vy_do_shadow(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    const struct vy_stage *const stage = vy_stage_find(call, err);
    return stage ? stage->shadow(stage->arg, v[1].text, v[2].number, call->text, call->result, err)
                 : VY_ABSENT;
}

// The stage, when it has MIDI.
static const struct vy_stage *find_midi(const struct vy_call *call, struct vy_err *err)
{
    const struct vy_stage *const stage = vy_stage_find(call, err);
    if (stage && stage->midi)
        return stage;
    if (stage)
        vy_fail(err, VY_ABSENT, call->line->begin,
                "this studio has no MIDI; veery serve --midi opens ports, --midi-raw PATH takes "
                "bytes from a FIFO or device");
    return NULL;
}

vy_status vy_do_midi(struct vy_call *call, struct vy_err *err)
{
    const struct vy_stage *const stage = find_midi(call, err);
    return stage ? stage->midi(stage->midi_arg, call->text, call->result, err) : VY_ABSENT;
}

static vy_status learn(struct vy_call *call, bool on, struct vy_err *err)
{
    const struct vy_value *const path = call->args->value;
    const struct vy_stage *const stage = find_midi(call, err);
    const vy_status status =
        stage ? stage->midi_learn(stage->midi_arg, path->text, on, err) : VY_ABSENT;
    if (status && stage && err->at < 0)
        err->at = path->at;
    if (!status)
        vy_buf_add(call->text,
                   on ? "%s: move a controller, and it turns this" : "%s has no controller now",
                   path->text);
    return status;
}

vy_status vy_do_learn(struct vy_call *call, struct vy_err *err)
{
    return learn(call, true, err);
}

vy_status vy_do_unlearn(struct vy_call *call, struct vy_err *err)
{
    return learn(call, false, err);
}

vy_status vy_do_arm(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    const struct vy_stage *const stage = find_midi(call, err);
    const vy_status status =
        stage ? stage->midi_arm(stage->midi_arg, v[0].text, (int)v[1].number, err) : VY_ABSENT;
    if (!status)
        vy_buf_add(call->text, "the keys play %s", v[0].text);
    return status;
}

vy_status vy_do_send_midi(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    const struct vy_stage *const stage = find_midi(call, err);
    if (!stage)
        return VY_ABSENT;
    return stage->midi_send(stage->midi_arg, v[0].text, v[1].given ? -1 : (int)v[2].number,
                            (int)v[3].number, call->text, call->result, err);
}

// Switches are turned by a line that is said now: not by one that waits, is tried with `dry` or
// stands in a file.
static vy_status may_turn(const struct vy_call *call, struct vy_err *err)
{
    if (!call->session)
        return vy_fail(err, VY_BAD_ARG, call->line->begin, "%s of the studio cannot wait",
                       call->verb->name);
    if (call->line->dry)
        return vy_fail(err, VY_BAD_ARG, 0, "'dry' goes with editing commands, not with switches");
    return VY_OK;
}

vy_status vy_latch_panic(struct vy_call *call, bool on, struct vy_err *err)
{
    const bool quiet = !call->session || call->session->loading || call->line->dry;
    if (on && (quiet || !call->session->stage))
        return VY_OK;
    const vy_status status = may_turn(call, err);
    if (status || !call->session)
        return status;
    if (call->session->loading) {
        vy_warn(call, "panic off is not done while a file is read");
        return VY_OK;
    }
    const struct vy_stage *const stage = vy_stage_find(call, err);
    return stage ? stage->panic(stage->arg, on, err) : VY_ABSENT;
}

vy_status vy_latch_dry(struct vy_call *call, bool on, struct vy_err *err)
{
    const vy_status status = may_turn(call, err);
    if (status || !call->session)
        return status;
    if (call->session->loading) {
        vy_warn(call, "bypass studio is not done while a file is read");
        return VY_OK;
    }
    const struct vy_stage *const stage = vy_stage_find(call, err);
    return stage ? stage->dry(stage->arg, on, err) : VY_ABSENT;
}
