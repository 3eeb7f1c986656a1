// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// midi, arm, send_midi, learn, unlearn.
#include "serve/midi_parts.h"

#include <stdio.h>
#include <string.h>

static int find_learned(const struct vy_midi_face *face, const char *path)
{
    for (int i = 0; i < face->learns; i++)
        if (strcmp(face->learned[i].path, path) == 0)
            return i;
    return -1;
}

vy_status vy_midi_learn(struct vy_midi_face *face, const char *path, struct vy_err *err)
{
    struct vy_target target;
    const vy_status status = vy_edit_find(vy_live_session(face->live)->doc, path, &target, err);
    if (status)
        return status;
    if (target.port || !target.row)
        return vy_fail(err, VY_BAD_ARG, -1, "%.60s is an input, not a parameter", path);
    struct vy_midi_learned now = {
        .number = -1, .min = target.row->min, .max = target.row->max, .curve = target.row->curve};
    if (!vy_text_copy(now.path, sizeof now.path, path))
        return vy_fail(err, VY_TOO_BIG, -1, "the path is too long");
    pthread_mutex_lock(&face->lock);
    int i = find_learned(face, path);
    if (i < 0 && face->learns < VY_MIDI_LEARNED)
        i = face->learns++;
    if (i >= 0)
        face->learned[i] = now;
    pthread_mutex_unlock(&face->lock);
    return i >= 0 ? VY_OK
                  : vy_fail(err, VY_TOO_BIG, -1, "%d are learned already; `unlearn` one",
                            VY_MIDI_LEARNED);
}

vy_status vy_midi_unlearn(struct vy_midi_face *face, const char *path, struct vy_err *err)
{
    pthread_mutex_lock(&face->lock);
    const int i = find_learned(face, path);
    if (i >= 0)
        face->learned[i] = face->learned[--face->learns];
    pthread_mutex_unlock(&face->lock);
    return i >= 0 ? VY_OK
                  : vy_fail(err, VY_UNKNOWN_NAME, -1, "no controller has learned %.60s", path);
}

vy_status vy_midi_arm(struct vy_midi_face *face, const char *unit, int chan, struct vy_err *err)
{
    if (chan < 0 || chan > VY_MIDI_CHANS)
        return vy_fail(err, VY_OUT_OF_RANGE, -1, "channels are 1..16, 0 is all");
    if (unit && *unit) {
        const vy_status status = vy_live_bind(face->live, unit, err);
        if (status)
            return status;
    }
    pthread_mutex_lock(&face->lock);
    for (int i = 0; i < VY_MIDI_CHANS; i++)
        if (chan == 0 || chan == i + 1)
            vy_text_copy(face->armed[i], sizeof face->armed[i], unit ? unit : "");
    pthread_mutex_unlock(&face->lock);
    return VY_OK;
}

vy_status vy_midi_send_notes(struct vy_midi_face *face, const char *unit, int chan, int note,
                             struct vy_buf *text, json_t *result, struct vy_err *err)
{
    if (chan < 0) {
        const vy_status status = vy_notes_unsend(face->notes_out, unit, err);
        if (!status)
            vy_buf_add(text, "notes of %s are not sent any more", unit);
        return status;
    }
    const int given = vy_notes_send(face->notes_out, unit, chan, note, err);
    if (!given)
        return err->code;
    vy_buf_add(text, "notes of %s are sent on channel %d", unit, given);
    json_object_set_new(result, "channel", json_integer(given));
    return VY_OK;
}

static void source_name(const struct vy_midi_learned *l, char *to, size_t size)
{
    if (l->number < 0)
        snprintf(to, size, "waits for a move");
    else if (l->number >= VY_MIDI_FROM_BEND)
        snprintf(to, size, "%s, channel %d", l->number == VY_MIDI_FROM_BEND ? "bend" : "pressure",
                 l->chan + 1);
    else
        snprintf(to, size, "controller %d, channel %d", l->number, l->chan + 1);
}

static void list_learned(struct vy_midi_face *face, struct vy_buf *text, json_t *result)
{
    json_t *const list = json_array();
    for (int i = 0; i < face->learns; i++) {
        char source[48];
        const struct vy_midi_learned *const l = &face->learned[i];
        source_name(l, source, sizeof source);
        vy_buf_add(text, "\n  %-24s %s", l->path, source);
        json_array_append_new(list, json_pack("{s:s,s:s,s:i,s:i}", "path", l->path, "source",
                                              source, "controller", l->number, "channel",
                                              l->number < 0 ? 0 : l->chan + 1));
    }
    json_object_set_new(result, "learned", list);
}

static void list_armed(struct vy_midi_face *face, struct vy_buf *text, json_t *result)
{
    json_t *const list = json_array();
    for (int i = 0; i < VY_MIDI_CHANS; i++)
        json_array_append_new(list, json_string(face->armed[i]));
    for (int from = 0, to; from < VY_MIDI_CHANS; from = to) {
        for (to = from + 1; to < VY_MIDI_CHANS && !strcmp(face->armed[from], face->armed[to]);)
            to++;
        if (*face->armed[from])
            vy_buf_add(text, "\n  channel %d..%d plays %s", from + 1, to, face->armed[from]);
    }
    json_object_set_new(result, "armed", list);
}

vy_status vy_midi_list(struct vy_midi_face *face, struct vy_buf *text, json_t *result,
                       struct vy_err *err)
{
    (void)err;
    pthread_mutex_lock(&face->lock);
    const uint64_t ticks = face->sender ? vy_clock_sender_ticks(face->sender) : 0;
    vy_buf_add(text, "%s; %llu events, %llu notes, %llu lost", vy_midi_name(face->midi),
               (unsigned long long)face->events, (unsigned long long)face->notes,
               (unsigned long long)face->lost);
    if (face->clock_in)
        vy_buf_add(text, "\n  follows a clock: %.2f BPM", face->bpm);
    if (face->sender)
        vy_buf_add(text, "\n  sends a clock: %llu ticks", (unsigned long long)ticks);
    json_object_set_new(result, "port", json_string(vy_midi_name(face->midi)));
    json_object_set_new(result, "events", json_integer((json_int_t)face->events));
    json_object_set_new(result, "notes", json_integer((json_int_t)face->notes));
    json_object_set_new(result, "lost", json_integer((json_int_t)face->lost));
    json_object_set_new(result, "priority", json_integer(vy_midi_priority(face->midi)));
    if (face->clock_in)
        json_object_set_new(result, "clock_bpm", json_real(face->bpm));
    if (face->sender)
        json_object_set_new(result, "clock_ticks", json_integer((json_int_t)ticks));
    list_armed(face, text, result);
    vy_notes_list(face->notes_out, text, result);
    list_learned(face, text, result);
    pthread_mutex_unlock(&face->lock);
    return VY_OK;
}

static vy_status stage_list(void *arg, struct vy_buf *text, json_t *result, struct vy_err *err)
{
    return vy_midi_list(arg, text, result, err);
}

static vy_status stage_learn(void *arg, const char *path, bool on, struct vy_err *err)
{
    return on ? vy_midi_learn(arg, path, err) : vy_midi_unlearn(arg, path, err);
}

static vy_status stage_arm(void *arg, const char *unit, int chan, struct vy_err *err)
{
    return vy_midi_arm(arg, unit, chan, err);
}

static vy_status stage_send(void *arg, const char *unit, int chan, int note, struct vy_buf *text,
                            json_t *result, struct vy_err *err)
{
    return vy_midi_send_notes(arg, unit, chan, note, text, result, err);
}

// The verbs of MIDI find the face through the session's stage.
void vy_midi_join_stage(struct vy_midi_face *face)
{
    struct vy_session *const session = vy_live_session(face->live);
    face->below = session->stage;
    if (face->below)
        face->stage = *face->below;
    face->stage.midi_arg = face;
    face->stage.midi = stage_list;
    face->stage.midi_learn = stage_learn;
    face->stage.midi_arm = stage_arm;
    face->stage.midi_send = stage_send;
    session->stage = &face->stage;
}
