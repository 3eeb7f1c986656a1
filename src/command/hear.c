// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// listen, assert, peek, render, and what `dry` reports.
#include "command/hear.h"

#include "command/aside.h"
#include "command/handlers.h"
#include "command/measure.h"
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

// What a verb wants rendered, for the process it may run in.
struct hearing {
    struct vy_call *call;
    const struct vy_field *field; ///< assert
    double seconds;
};

/// @param heard  to be cleared when all went well
static vy_status hear(const struct hearing *how, const struct vy_doc *doc, const char *unit,
                      unsigned ears, struct vy_heard *heard, struct vy_err *err)
{
    struct vy_doc *const copy = vy_sounding(doc);
    if (!copy)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    const struct vy_listen what = {.doc = copy,
                                   .catalog = how->call->catalog,
                                   .beat = doc->beat,
                                   .seconds = how->seconds,
                                   .ears = ears,
                                   .unit = unit,
                                   .sr_hz = RATE,
                                   .block = BLOCK,
                                   .threads = 1,
                                   .warnings = how->call->warnings};
    const vy_status status = vy_hear(&what, heard, err);
    vy_doc_destroy(copy);
    return status;
}

static vy_status do_listen(void *arg, struct vy_buf *text, json_t *result, struct vy_err *err)
{
    const struct hearing *const how = arg;
    const struct vy_value *const v = how->call->args->value;
    struct vy_heard heard = {0};
    const vy_status status =
        hear(how, how->call->doc, v[1].text, VY_MEASURE_EARS | VY_EAR_MUSIC, &heard, err);
    if (status)
        return status;
    vy_buf_add(text, "%s, %.2f s", v[1].given ? v[1].text : "everything", heard.seconds);
    vy_heard_text(&heard, how->call->doc, text);
    vy_heard_json(&heard, how->call->doc, result);
    vy_heard_clear(&heard);
    return VY_OK;
}

vy_status vy_do_listen(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    struct hearing how = {.call = call, .seconds = v[0].number};
    const size_t n = v[0].given ? strlen(v[0].text) : 0;
    const bool in_seconds = v[0].given && ((v[0].after && strcmp(v[0].after, "s") == 0) ||
                                           (n && v[0].text[n - 1] == 's'));
    if (!in_seconds)
        how.seconds = bars_seconds(call->doc, v[0].number);
    if (how.seconds > 3600)
        return vy_fail(err, VY_TOO_BIG, v[0].at, "listen takes at most an hour");
    return vy_aside_call(call, do_listen, &how, err);
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

// The number as said, in the unit of the row. Levels may be given in plain dB.
// @param apart  the unit, where it is a word of its own
static vy_status read_bound(const struct vy_value *value, const struct vy_value *apart,
                            const struct vy_field *field, double *bound, struct vy_err *err)
{
    static const struct {
        const char *said, *unit;
        double factor;
    } units[] = {{"dB", "dBFS", 1},      {"dB", "dBTP", 1}, {"dB", "LUFS", 1},   {"dB", "LU", 1},
                 {"dB", "dB(A)", 1},     {"LU", "dB", 1},   {"kHz", "Hz", 1000}, {"ms", "s", 0.001},
                 {"dB", "dB/octave", 1}, {"%", "", 0.01}};
    const char *said;
    double number;
    *bound = value->number;
    if (!vy_lex_number(value->text, &number, &said))
        return VY_OK;
    if (apart->given && *said)
        return vy_fail(err, VY_BAD_UNIT, apart->at, "a number has one unit: '%.20s' or '%.20s'",
                       said, apart->text);
    if (apart->given)
        said = apart->text;
    if (!*said || strcmp(said, field->unit) == 0)
        return VY_OK;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(units[i].said, said) == 0 && strcmp(units[i].unit, field->unit) == 0) {
            *bound = value->number * units[i].factor;
            return VY_OK;
        }
    return vy_fail(err, VY_BAD_UNIT, value->at, "%s.%s is in %s, not %.20s", field->group,
                   field->name, *field->unit ? field->unit : "no unit", said);
}

static vy_status do_assert(void *arg, struct vy_buf *text, json_t *result, struct vy_err *err)
{
    const struct hearing *const how = arg;
    const struct vy_value *const v = how->call->args->value;
    const struct vy_field *const field = how->field;
    const char *const of = v[1].given ? " of " : "", *const name = v[1].given ? v[1].text : "";
    struct vy_heard heard = {0};
    double bound;
    vy_status status = read_bound(&v[3], &v[4], field, &bound, err);
    if (!status)
        status = hear(how, how->call->doc, v[1].text, field->ear | VY_EAR_LEVEL, &heard, err);
    if (status)
        return status;
    const double value = vy_measure_value(field, &heard.report);
    const char *const why = vy_field_why(field, &heard.report); // a constant
    vy_heard_clear(&heard);
    if (isnan(value))
        return vy_fail(err, VY_FAILED_ASSERT, v[0].at, "%s%s%s cannot be measured: %s", v[0].text,
                       of, name, why);
    if (!compare(value, v[2].text, bound))
        return vy_fail(err, VY_FAILED_ASSERT, v[2].at, "%s%s%s is %.4g%s%s, not %s %g", v[0].text,
                       of, name, value, *field->unit ? " " : "", field->unit, v[2].text, bound);
    vy_buf_add(text, "%s%s%s is %.4g %s", v[0].text, of, name, value, field->unit);
    json_object_set_new(result, v[0].text, isfinite(value) ? json_real(value) : json_null());
    return VY_OK;
}

vy_status vy_do_assert(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    struct hearing how = {.call = call,
                          .field = vy_measure_find(v[0].text, v[0].at, err),
                          .seconds = bars_seconds(call->doc, 4)};
    return how.field ? vy_aside_call(call, do_assert, &how, err) : err->code;
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

// How far a render is, in bars.
struct following {
    const struct vy_work *work;
    double bars, seconds;
};

static bool tell_bars(void *arg, double seconds)
{
    const struct following *const f = arg;
    const double part = f->seconds > 0 ? fmin(seconds / f->seconds, 1) : 1;
    vy_work_tell(f->work, part, "rendering bar %.0f of %.0f",
                 fmin(floor(part * f->bars) + 1, ceil(f->bars)), ceil(f->bars));
    return !vy_work_stop(f->work);
}

static vy_status do_render(void *arg, struct vy_buf *text, json_t *result, struct vy_err *err)
{
    const struct hearing *const how = arg;
    const struct vy_value *const v = how->call->args->value;
    char folder[4096] = "";
    const char *const dot = strrchr(v[1].text, '.');
    const int n = dot ? (int)(dot - v[1].text) : (int)strlen(v[1].text);
    snprintf(folder, sizeof folder, "%.*s-stems", n < 4000 ? n : 4000, v[1].text);
    struct vy_doc *const copy = vy_sounding(how->call->doc);
    if (!copy)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    struct following following = {how->call->work, v[0].number, how->seconds};
    const struct vy_listen what = {.doc = copy,
                                   .catalog = how->call->catalog,
                                   .beat = how->call->doc->beat,
                                   .seconds = how->seconds,
                                   .ears = VY_MEASURE_EARS,
                                   .progress = following.work ? tell_bars : NULL,
                                   .arg = &following,
                                   .whole = true,
                                   .file = v[1].text,
                                   .format = vy_sound_format_of(v[1].text),
                                   .stems = v[2].given ? folder : NULL,
                                   .sr_hz = RATE,
                                   .block = BLOCK,
                                   .threads = 1,
                                   .warnings = how->call->warnings};
    struct vy_heard heard = {0};
    const vy_status status = vy_hear(&what, &heard, err);
    vy_doc_destroy(copy);
    if (status)
        return status;
    vy_buf_add(text, "%s %.2f s, ", v[1].text, heard.seconds);
    vy_heard_loudness(&heard, text);
    vy_buf_add(text, ", %.0f x real time", heard.speed);
    json_object_set_new(result, "file", json_string(v[1].text));
    json_object_set_new(result, "pcm", json_string(heard.pcm));
    json_object_set_new(result, "measured", vy_measured_json(&heard.report));
    json_object_set_new(result, "speed", json_real(heard.speed));
    vy_heard_clear(&heard);
    return VY_OK;
}

vy_status vy_do_render(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    struct hearing how = {.call = call, .seconds = bars_seconds(call->doc, v[0].number)};
    if (how.seconds > 6 * 3600)
        return vy_fail(err, VY_TOO_BIG, v[0].at, "render makes at most 6 hours at once");
    return vy_aside_call(call, do_render, &how, err);
}

// What `dry` compares.
struct trial {
    struct vy_call *call;
    const struct vy_doc *doc[2]; ///< before, after
};

static json_t *heard_json(const struct vy_heard *heard)
{
    json_t *const row = vy_measured_json(&heard->report);
    json_object_set_new(row, "cost", json_real(heard->speed > 0 ? 1 / heard->speed : 0));
    return row;
}

static double core_percent(const struct vy_heard *heard)
{
    return heard->speed > 0 ? 100 / heard->speed : 0;
}

static void say_trial(const struct trial *trial, const struct vy_heard heard[2],
                      struct vy_buf *text, json_t *result)
{
    const struct vy_report *const was = &heard[0].report, *const is = &heard[1].report;
    vy_buf_add(text, "\ndry: nothing was changed; 2 bars before -> after");
    vy_buf_add(text, "\n  peak %.1f -> %.1f dBFS, true peak %.1f -> %.1f dBTP",
               was->level.peak_dbfs, is->level.peak_dbfs, was->loudness.true_peak_dbtp,
               is->loudness.true_peak_dbtp);
    vy_buf_add(text, "\n  loudness %.1f -> %.1f LUFS, cost %.2f -> %.2f %% of a core",
               was->loudness.integrated_lufs, is->loudness.integrated_lufs, core_percent(&heard[0]),
               core_percent(&heard[1]));
    if (is->loudness.true_peak_dbtp > 0)
        vy_warn(trial->call, "it would clip: true peak %.1f dBTP", is->loudness.true_peak_dbtp);
    json_object_set_new(result, "dry", json_true());
    json_object_set_new(result, "before", heard_json(&heard[0]));
    json_object_set_new(result, "after", heard_json(&heard[1]));
}

static vy_status do_trial(void *arg, struct vy_buf *text, json_t *result, struct vy_err *err)
{
    const struct trial *const trial = arg;
    const double beats = 2 * vy_doc_bar_beats(trial->doc[0]);
    struct vy_heard heard[2] = {0};
    struct vy_buf changes = {0};
    vy_status status = vy_diff(trial->doc[0], trial->doc[1], &changes, result, err);
    for (int i = 0; i < 2 && !status; i++) {
        const struct hearing how = {
            .call = trial->call,
            .seconds = vy_beats_seconds(trial->doc[i], trial->doc[i]->beat, beats)};
        status = hear(&how, trial->doc[i], NULL, VY_MEASURE_EARS, &heard[i], err);
    }
    if (!status) {
        say_trial(trial, heard, text, result);
        vy_buf_add(text, "%s%s", changes.length ? "\n" : "", changes.length ? changes.text : "");
        json_object_set_new(result, "events",
                            list_events(trial->call, trial->doc[1], beats, false));
    }
    vy_heard_clear(&heard[0]);
    vy_heard_clear(&heard[1]);
    vy_buf_clear(&changes);
    return status;
}

vy_status vy_dry_report(struct vy_call *call, const struct vy_doc *before,
                        const struct vy_doc *after, struct vy_err *err)
{
    struct trial trial = {call, {before, after}};
    return vy_aside_call(call, do_trial, &trial, err);
}
