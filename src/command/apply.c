// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Lines at work on a document without a session: replay, timers, files.
#include "command/handlers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FORWARD 64 ///< waiting lines tried ahead of a new one
#define MAX_NESTING 4  ///< every 4 bars at next bar every ...

static vy_status line_apply(const struct vy_catalog *catalog, struct vy_doc **doc, const char *line,
                            const char *author, int depth, struct vy_err *err);

void vy_bar_beat(const struct vy_doc *doc, double beat, double *bar, double *in_bar)
{
    const double length = vy_doc_bar_beats(doc);
    const double whole = floor(beat / length + 1e-9);
    *bar = whole + 1;
    *in_bar = fmax(0, beat - whole * length) * doc->meter_den / 4 + 1;
}

vy_status vy_bar_read(const struct vy_doc *doc, const char *text, int at, double *beat,
                      struct vy_err *err)
{
    double bar, in_bar = 1;
    const char *rest;
    if (!vy_lex_number(text, &bar, &rest) || bar != floor(bar) ||
        (*rest && (*rest != ':' || !vy_lex_number(rest + 1, &in_bar, NULL))))
        return vy_fail(err, VY_BAD_ARG, at, "a bar is like 9 or 9:2.5, not '%.40s'", text);
    const double beats_in_bar = vy_doc_bar_beats(doc) * doc->meter_den / 4;
    if (bar < 1 || bar > 100000)
        return vy_fail(err, VY_OUT_OF_RANGE, at, "bars go from 1 to 100000, not %g", bar);
    if (in_bar < 1 || in_bar >= beats_in_bar + 1)
        return vy_fail(err, VY_OUT_OF_RANGE, at, "beats of a bar go from 1 to below %g, not %g",
                       beats_in_bar + 1, in_bar);
    *beat = (bar - 1) * vy_doc_bar_beats(doc) + (in_bar - 1) * 4 / doc->meter_den;
    return VY_OK;
}

vy_status vy_when_beat(const struct vy_doc *doc, const struct vy_when *when, double *beat,
                       struct vy_err *err)
{
    const double bar = vy_doc_bar_beats(doc), unit = 4.0 / doc->meter_den;
    *beat = doc->beat;
    switch (when->kind) {
    case VY_WHEN_NONE:
    case VY_WHEN_NOW: return VY_OK;
    case VY_WHEN_BEAT: *beat = (floor(doc->beat / unit + 1e-9) + 1) * unit; return VY_OK;
    case VY_WHEN_BARS: *beat = (floor(doc->beat / bar + 1e-9) + when->bars) * bar; return VY_OK;
    case VY_WHEN_BAR:
        *beat = (when->bar - 1) * bar + (when->beat - 1) * unit;
        if (*beat < doc->beat) {
            double now, in_bar;
            vy_bar_beat(doc, doc->beat, &now, &in_bar);
            return vy_fail(err, VY_OUT_OF_RANGE, when->at, "bar %g is past; now is bar %g",
                           when->bar, now);
        }
        return VY_OK;
    }
    return VY_OK;
}

// The waiting line that comes next after (beat, order), in time and then in the order said.
static const struct vy_timer *next_timer(const struct vy_doc *doc, double *beat, int *order,
                                         double until)
{
    const struct vy_timer *next = NULL;
    double best = until;
    int best_order = 0;
    for (int t = 0; t < doc->timers; t++) {
        const struct vy_timer *const timer = &doc->timer[t];
        double due = timer->beat;
        const bool passed = due < *beat || (due == *beat && t <= *order);
        if (passed && timer->every > 0) {
            due += ceil((*beat - due) / timer->every) * timer->every;
            if (due < *beat || (due == *beat && t <= *order))
                due += timer->every;
        } else if (passed) {
            continue;
        }
        if (due < best || (due == best && !next)) {
            best = due;
            next = timer;
            best_order = t;
        }
    }
    *beat = best;
    *order = best_order;
    return next;
}

// Let what waits until `due` happen, as far as MAX_FORWARD lines go; false when that was not all.
static bool forward(const struct vy_catalog *catalog, struct vy_doc **doc, double due, int depth)
{
    if (depth > 0) // a line within a waiting line: its time will tell
        return false;
    double beat = (*doc)->beat;
    int order = -1;
    for (int i = 0; i < MAX_FORWARD; i++) {
        const struct vy_timer *const timer = next_timer(*doc, &beat, &order, due);
        if (!timer)
            return true;
        struct vy_doc *next = vy_doc_clone(*doc);
        if (!next)
            return false;
        next->beat = beat;
        struct vy_err why;
        if (line_apply(catalog, &next, timer->line, timer->author, depth + 1, &why)) {
            vy_doc_destroy(next); // it will fail when its time comes, and say so then
            continue;
        }
        vy_doc_destroy(*doc);
        *doc = next;
    }
    return false;
}

// Only lines that edit may wait; a cheap look when time does not allow to try them.
static vy_status may_wait(const char *line, int at, struct vy_err *err)
{
    struct vy_lex lex = {0};
    struct vy_line *const words = malloc(sizeof *words);
    if (!words)
        return vy_fail(err, VY_NO_MEMORY, -1, "memory");
    vy_status status = vy_lex_open(&lex, line, strlen(line), err);
    if (!status)
        status = vy_lex_next(&lex, words, err);
    const struct vy_verb *verb = NULL;
    if (!status && words->words == 0)
        status = vy_fail(err, VY_SYNTAX, 0, "a command is missing");
    if (!status) {
        verb = vy_verb_find(words->word[0].text, words->word[0].at, err);
        status = verb ? VY_OK : VY_UNKNOWN_VERB;
    }
    if (!status && words->dry)
        status = vy_fail(err, VY_BAD_ARG, 0, "'dry' cannot wait");
    if (!status && verb->absent)
        status =
            vy_fail(err, VY_ABSENT, words->begin, "%s is absent: %s", verb->name, verb->absent);
    if (!status && !(verb->flags & (VY_VERB_EDIT | VY_VERB_MACRO)) && strcmp(verb->name, "load"))
        status = vy_fail(err, VY_BAD_ARG, words->begin, "only editing commands can wait, not %s",
                         verb->name);
    free(words);
    vy_lex_close(&lex);
    if (status && err && err->at >= 0)
        err->at += at;
    return status;
}

static vy_status schedule(struct vy_call *call, double due, double every, const char *line, int at,
                          int depth, struct vy_err *err)
{
    vy_status status = may_wait(line, at, err);
    if (status)
        return status;
    struct vy_doc *trial = vy_doc_clone(call->doc);
    if (!trial)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    const bool all = forward(call->catalog, &trial, due, depth);
    trial->beat = due;
    struct vy_err why = {.at = -1};
    status = line_apply(call->catalog, &trial, line, call->author, depth + 1, &why);
    vy_doc_destroy(trial);
    if (status && all) {
        if (err)
            *err = why;
        if (err && err->at >= 0)
            err->at += at;
        return status;
    }
    status = vy_edit_timer(call->doc, due, every, line, call->author, err);
    double bar, beat;
    vy_bar_beat(call->doc, due, &bar, &beat);
    json_object_set_new(call->result, "due", json_pack("{s:f,s:f}", "bar", bar, "beat", beat));
    vy_buf_add(call->text, "waits for bar %g beat %g", bar, beat);
    if (every > 0)
        vy_buf_add(call->text, ", then every %g bars", every / vy_doc_bar_beats(call->doc));
    return status;
}

vy_status vy_schedule(struct vy_call *call, double due, double every, const char *line,
                      struct vy_err *err)
{
    const char *const found = call->lex ? strstr(call->lex->text, line) : NULL;
    return schedule(call, due, every, line, found ? (int)(found - call->lex->text) : 0,
                    call->nesting, err);
}

// A macro's lines, one after the other.
static vy_status expand(struct vy_call *call, struct vy_err *err)
{
    struct vy_buf lines = {0};
    call->expand = call->expand ? call->expand : &lines;
    vy_status status = call->verb->run(call, err);
    char *save = NULL, *const copy =
                           !status && call->expand->text ? strdup(call->expand->text) : NULL;
    for (char *line = copy ? strtok_r(copy, "\n", &save) : NULL; line && !status;
         line = strtok_r(NULL, "\n", &save))
        status = line_apply(call->catalog, &call->doc, line, call->author, call->nesting + 1, err);
    free(copy);
    if (call->expand == &lines)
        call->expand = NULL;
    vy_buf_clear(&lines);
    return status;
}

vy_status vy_call_run(struct vy_call *call, struct vy_err *err)
{
    const struct vy_line *const line = call->line;
    struct vy_args *const args = malloc(sizeof *args);
    if (!args)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    double due;
    vy_status status = vy_when_beat(call->doc, &line->when, &due, err);
    call->args = args;
    if (!status && due > call->doc->beat) {
        const char *const rest = vy_lex_rest(call->lex, line, line->begin);
        status = rest ? schedule(call, due, 0, rest, line->begin, call->nesting, err)
                      : vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    } else if (!status) {
        status = vy_args_read(call->verb, line, call->lex, call->doc, args, err);
        if (!status && call->verb->flags & VY_VERB_MACRO)
            status = expand(call, err);
        else if (!status)
            status = call->verb->run(call, err);
        if (status && err && !err->message[0]) // an error without details still says something
            vy_fail(err, status, err->at, "%s: %s", call->verb->name, vy_status_text(status));
        if (status && err && err->at < 0)
            err->at = args->value[0].given ? args->value[0].at : line->begin;
    }
    call->args = NULL;
    free(args);
    return status;
}

static vy_status apply_words(const struct vy_catalog *catalog, struct vy_doc **doc,
                             struct vy_lex *lex, const struct vy_line *line, const char *author,
                             int depth, struct vy_err *err)
{
    const struct vy_verb *const verb = vy_verb_find(line->word[0].text, line->word[0].at, err);
    if (!verb)
        return VY_UNKNOWN_VERB;
    if (verb->absent)
        return vy_fail(err, VY_ABSENT, line->begin, "%s is absent: %s", verb->name, verb->absent);
    if (!(verb->flags & (VY_VERB_EDIT | VY_VERB_MACRO)) && strcmp(verb->name, "load") != 0)
        return vy_fail(err, VY_BAD_ARG, line->begin, "%s edits nothing", verb->name);
    struct vy_buf text = {0};
    struct vy_call call = {.catalog = catalog,
                           .doc = *doc,
                           .verb = verb,
                           .author = author,
                           .text = &text,
                           .result = json_object(),
                           .warnings = json_array(),
                           .lex = lex,
                           .line = line,
                           .nesting = depth};
    const vy_status status = vy_call_run(&call, err);
    *doc = call.doc;
    if (!status && call.replace) {
        vy_doc_destroy(*doc);
        *doc = call.replace;
    }
    json_decref(call.result);
    json_decref(call.warnings);
    vy_buf_clear(&text);
    return status;
}

static vy_status line_apply(const struct vy_catalog *catalog, struct vy_doc **doc, const char *line,
                            const char *author, int depth, struct vy_err *err)
{
    if (depth > MAX_NESTING)
        return vy_fail(err, VY_TOO_BIG, -1, "commands wait inside commands too deeply");
    struct vy_lex lex = {0};
    struct vy_line *const words = malloc(sizeof *words);
    if (!words)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    vy_status status = vy_lex_open(&lex, line, strlen(line), err);
    while (!status) {
        status = vy_lex_next(&lex, words, err);
        if (status || words->words == 0)
            break;
        status = apply_words(catalog, doc, &lex, words, author, depth, err);
    }
    free(words);
    vy_lex_close(&lex);
    return status;
}

vy_status vy_line_apply(const struct vy_catalog *catalog, struct vy_doc **doc, const char *line,
                        const char *author, struct vy_err *err)
{
    return line_apply(catalog, doc, line, author, 0, err);
}

// NULL when nothing like it waits any more: what it came from was undone.
static struct vy_timer *find_timer(struct vy_doc *doc, double beat, const char *line)
{
    for (int t = 0; t < doc->timers; t++)
        if (doc->timer[t].beat == beat && strcmp(doc->timer[t].line, line) == 0)
            return &doc->timer[t];
    return NULL;
}

vy_status vy_timer_fire(const struct vy_catalog *catalog, struct vy_doc **doc, double beat,
                        const char *line, const char *author, struct vy_err *err)
{
    struct vy_timer *const timer = find_timer(*doc, beat, line);
    if (!timer)
        return VY_OK;
    (*doc)->beat = beat;
    if (timer->every > 0)
        timer->beat += timer->every;
    else
        VY_DOC_DROP((*doc)->timer, (*doc)->timers, timer - (*doc)->timer);
    struct vy_doc *const next = vy_line_due(catalog, *doc, line, author, err);
    if (!next)
        return err->code;
    vy_doc_destroy(*doc);
    *doc = next;
    return VY_OK;
}

struct vy_doc *vy_line_due(const struct vy_catalog *catalog, const struct vy_doc *doc,
                           const char *line, const char *author, struct vy_err *err)
{
    struct vy_doc *next = vy_doc_clone(doc);
    if (!next) {
        vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
        return NULL;
    }
    if (vy_line_apply(catalog, &next, line, author, err) == VY_OK)
        return next;
    vy_doc_destroy(next);
    return NULL;
}

vy_status vy_program_apply(const struct vy_catalog *catalog, struct vy_doc **doc,
                           const char *program, const char *author, struct vy_err *err)
{
    char *const copy = strdup(program);
    if (!copy)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    vy_status status = VY_OK;
    char *save = NULL;
    for (char *line = strtok_r(copy, "\n", &save); line && !status;
         line = strtok_r(NULL, "\n", &save))
        status = vy_line_apply(catalog, doc, line, author, err);
    free(copy);
    return status;
}
