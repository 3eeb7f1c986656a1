// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// listen, assert, peek, render, and what `dry` reports.
#include "command/hear.h"

#include "command/handlers.h"
#include "engine/notes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RATE 48000
#define BLOCK 512

static double bars_seconds(const struct vy_doc *doc, double bars)
{
    return vy_beats_seconds(doc, doc->beat, bars * vy_doc_bar_beats(doc));
}

// The commands hear what would sound, also before anybody said play.
struct vy_doc *vy_sounding(const struct vy_doc *doc)
{
    struct vy_doc *const copy = vy_doc_clone(doc);
    if (copy && !copy->playing && !copy->play_said &&
        vy_edit_play(copy, NULL, 0, true, NULL) != VY_OK) {
        vy_doc_destroy(copy);
        return NULL;
    }
    return copy;
}

static vy_status hear(struct vy_call *call, const struct vy_doc *doc, double seconds,
                      const char *unit, struct vy_heard *heard, struct vy_err *err)
{
    struct vy_doc *const copy = vy_sounding(doc);
    if (!copy)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    const struct vy_listen what = {.doc = copy,
                                   .catalog = call->catalog,
                                   .beat = doc->beat,
                                   .seconds = seconds,
                                   .unit = unit,
                                   .sr_hz = RATE,
                                   .block = BLOCK,
                                   .threads = 1,
                                   .warnings = call->warnings};
    const vy_status status =
        vy_hear_aside(call->session ? call->session->stage : NULL, &what, heard, err);
    vy_doc_destroy(copy);
    return status;
}

static void say_measured(struct vy_buf *text, const struct vy_measured *m)
{
    for (size_t i = 0; vy_metric_at(i); i++) {
        const struct vy_metric *const metric = vy_metric_at(i);
        const double value = vy_metric_value(metric, m);
        if (isfinite(value))
            vy_buf_add(text, "\n  %-12s %9.4g %s", metric->name, value, metric->unit);
        else
            vy_buf_add(text, "\n  %-12s %9s (silent)", metric->name, "-");
    }
}

vy_status vy_do_listen(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    double seconds = v[0].number;
    const size_t n = v[0].given ? strlen(v[0].text) : 0;
    const bool in_seconds = v[0].given && ((v[0].after && strcmp(v[0].after, "s") == 0) ||
                                           (n && v[0].text[n - 1] == 's'));
    if (!in_seconds)
        seconds = bars_seconds(call->doc, v[0].number);
    if (seconds > 3600)
        return vy_fail(err, VY_TOO_BIG, v[0].at, "listen takes at most an hour");
    struct vy_heard heard = {0};
    const vy_status status = hear(call, call->doc, seconds, v[1].text, &heard, err);
    if (status)
        return status;
    vy_buf_add(call->text, "%s, %.2f s", v[1].given ? v[1].text : "everything",
               heard.measured.seconds);
    say_measured(call->text, &heard.measured);
    json_object_set_new(call->result, "measured", vy_measured_json(&heard.measured));
    json_object_set_new(call->result, "speed", json_real(heard.speed));
    return VY_OK;
}

static bool compare(double a, const char *op, double b)
{
    if (strcmp(op, "<") == 0)
        return a < b;
    if (strcmp(op, "<=") == 0)
        return a <= b;
    if (strcmp(op, ">") == 0)
        return a > b;
    if (strcmp(op, ">=") == 0)
        return a >= b;
    return a == b || fabs(a - b) <= 1e-6 * fmax(fabs(a), fabs(b));
}

vy_status vy_do_assert(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    const struct vy_metric *const metric = vy_metric_find(v[0].text);
    if (!metric)
        return vy_fail(err, VY_INTERNAL, v[0].at, "the metric %s has no row", v[0].text);
    struct vy_heard heard = {0};
    const vy_status status =
        hear(call, call->doc, bars_seconds(call->doc, 4), v[1].text, &heard, err);
    if (status)
        return status;
    const double value = vy_metric_value(metric, &heard.measured);
    const char *const of = v[1].given ? " of " : "", *const name = v[1].given ? v[1].text : "";
    if (isnan(value))
        return vy_fail(err, VY_FAILED_ASSERT, v[0].at, "%s%s%s cannot be measured: it is silent",
                       metric->name, of, name);
    if (!compare(value, v[2].text, v[3].number))
        return vy_fail(err, VY_FAILED_ASSERT, v[2].at, "%s%s%s is %.4g %s, not %s %g", metric->name,
                       of, name, value, metric->unit, v[2].text, v[3].number);
    vy_buf_add(call->text, "%s%s%s is %.4g %s", metric->name, of, name, value, metric->unit);
    json_object_set_new(call->result, metric->name,
                        isfinite(value) ? json_real(value) : json_null());
    return VY_OK;
}

static json_t *event_json(const struct vy_doc *doc, const struct vy_peek *event, char note[16])
{
    double bar, beat;
    vy_bar_beat(doc, event->beat, &bar, &beat);
    json_t *const row =
        json_pack("{s:s,s:f,s:f,s:f,s:f}", "name", event->unit, "bar", bar, "beat", beat,
                  "velocity", (double)event->velocity, "length", event->length);
    note[0] = '\0';
    if (event->note >= 0) {
        vy_note_name(event->note, note, 16);
        json_object_set_new(row, "note", json_string(note));
        json_object_set_new(row, "midi", json_real(event->note));
    }
    return row;
}

static json_t *list_events(struct vy_call *call, const struct vy_doc *doc, double beats, bool table)
{
    struct vy_arena arena = {0};
    const struct vy_peek *event = NULL;
    struct vy_doc *const copy = vy_sounding(doc);
    const uint32_t n = copy ? vy_studio_peek(copy, doc->beat, beats, &arena, &event) : 0;
    json_t *const rows = json_array();
    if (table)
        vy_buf_add(call->text, "%u events\n  %-10s %-16s %-6s %-8s %s", n, "bar:beat", "name",
                   "note", "velocity", "length");
    for (uint32_t i = 0; i < n && i < 10000; i++) {
        char note[16], when[32];
        double bar, beat;
        json_array_append_new(rows, event_json(doc, &event[i], note));
        vy_bar_beat(doc, event[i].beat, &bar, &beat);
        snprintf(when, sizeof when, "%g:%.4g", bar, beat);
        if (table)
            vy_buf_add(call->text, "\n  %-10s %-16s %-6s %-8.2f %.3g", when, event[i].unit,
                       *note ? note : "hit", (double)event[i].velocity, event[i].length);
    }
    if (n > 10000)
        vy_warn(call, "only the first 10000 of %u events are listed", n);
    vy_doc_destroy(copy);
    vy_arena_clear(&arena);
    return rows;
}

vy_status vy_do_peek(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    if (v[0].number > 1000)
        return vy_fail(err, VY_OUT_OF_RANGE, v[0].at, "peek goes up to 1000 bars");
    const double beats = v[0].number * vy_doc_bar_beats(call->doc);
    json_object_set_new(call->result, "events", list_events(call, call->doc, beats, true));
    return VY_OK;
}

vy_status vy_do_render(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    char folder[4096] = "";
    if (v[2].given) {
        const char *const dot = strrchr(v[1].text, '.');
        const int n = dot ? (int)(dot - v[1].text) : (int)strlen(v[1].text);
        snprintf(folder, sizeof folder, "%.*s-stems", n < 4000 ? n : 4000, v[1].text);
    }
    struct vy_doc *const copy = vy_sounding(call->doc);
    if (!copy)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    const struct vy_listen what = {.doc = copy,
                                   .catalog = call->catalog,
                                   .beat = call->doc->beat,
                                   .seconds = bars_seconds(call->doc, v[0].number),
                                   .file = v[1].text,
                                   .format = vy_sound_format_of(v[1].text),
                                   .stems = v[2].given ? folder : NULL,
                                   .sr_hz = RATE,
                                   .block = BLOCK,
                                   .threads = 1,
                                   .warnings = call->warnings};
    struct vy_heard heard = {0};
    vy_status status = VY_OK;
    if (what.seconds > 6 * 3600)
        status = vy_fail(err, VY_TOO_BIG, v[0].at, "render makes at most 6 hours at once");
    if (!status)
        status = vy_hear_aside(call->session ? call->session->stage : NULL, &what, &heard, err);
    vy_doc_destroy(copy);
    if (status)
        return status;
    vy_buf_add(call->text, "%s %.2f s, %.1f LUFS, %.1f dBTP, %.0f x real time", v[1].text,
               heard.measured.seconds, heard.measured.loudness, heard.measured.true_peak,
               heard.speed);
    json_object_set_new(call->result, "file", json_string(v[1].text));
    json_object_set_new(call->result, "pcm", json_string(heard.pcm));
    json_object_set_new(call->result, "measured", vy_measured_json(&heard.measured));
    json_object_set_new(call->result, "speed", json_real(heard.speed));
    return VY_OK;
}

static json_t *heard_json(const struct vy_heard *heard)
{
    json_t *const row = vy_measured_json(&heard->measured);
    json_object_set_new(row, "cost", json_real(heard->speed > 0 ? 1 / heard->speed : 0));
    return row;
}

vy_status vy_dry_report(struct vy_call *call, const struct vy_doc *before,
                        const struct vy_doc *after, struct vy_err *err)
{
    const double beats = 2 * vy_doc_bar_beats(before);
    struct vy_heard was = {0}, is = {0};
    struct vy_buf changes = {0};
    vy_status status = vy_diff(before, after, &changes, call->result, err);
    if (!status)
        status = hear(call, before, vy_beats_seconds(before, before->beat, beats), NULL, &was, err);
    if (!status)
        status = hear(call, after, vy_beats_seconds(after, after->beat, beats), NULL, &is, err);
    if (!status) {
        vy_buf_add(call->text, "\ndry: nothing was changed; 2 bars before -> after");
        vy_buf_add(call->text, "\n  peak %.1f -> %.1f dBFS, true peak %.1f -> %.1f dBTP",
                   was.measured.peak, is.measured.peak, was.measured.true_peak,
                   is.measured.true_peak);
        vy_buf_add(call->text, "\n  loudness %.1f -> %.1f LUFS, cost %.2f -> %.2f %% of a core",
                   was.measured.loudness, is.measured.loudness, was.speed > 0 ? 100 / was.speed : 0,
                   is.speed > 0 ? 100 / is.speed : 0);
        if (is.measured.true_peak > 0)
            vy_warn(call, "it would clip: true peak %.1f dBTP", is.measured.true_peak);
        vy_buf_add(call->text, "%s%s", changes.length ? "\n" : "",
                   changes.length ? changes.text : "");
        json_object_set_new(call->result, "dry", json_true());
        json_object_set_new(call->result, "before", heard_json(&was));
        json_object_set_new(call->result, "after", heard_json(&is));
        json_object_set_new(call->result, "events", list_events(call, after, beats, false));
    }
    vy_buf_clear(&changes);
    return status;
}
