// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// status, help, who, say, quit.
#include "base/web_files.h"
#include "command/handlers.h"
#include "command/jobs.h"
#include "command/takes_folder.h"
#include "engine/user_module.h"
#include "infer/model.h"

#include <inttypes.h>
#include <string.h>
#include <stdlib.h>
#include <time.h>

// What this build can do. Honest: a row says real only when the thing works and is tested.
static const struct capability {
    const char *name, *state, *why;
} capabilities[] = {
    {"language", "real", "commands, patterns, undo, transactions, dry runs"},
    {"offline render", "real", "WAV and FLAC, the same samples for any block size and threads"},
    {"listening", "real", "analyze, listen, assert, compare, masking, meters"},
    {"live sound", "real", "veery serve, veery play: a guard and two engines behind it"},
    {"user modules", "real", "generate_module, reload: C, tried in the spare engine first"},
    {"shared sessions", "real", "many authors at once over a socket, OSC and MIDI"},
    {"MIDI", "real", "keys, controllers, clock in and out, notes of patterns out, by ALSA or raw"},
    {"style tags", "real", "rules, tags of your own sounds that are like it, a trained tag head"},
    {"library", "real", "veery library, similar, find: sounds by likeness and by words"},
    {"jobs", "real", "job, jobs, veery jobs: long work in processes of its own, kept on disk"},
    {"web page", "real", "veery serve --http: session, library and jobs in a browser"},
    {"takes", "real", "take, takes, veery verify, veery replay: kept renders with receipts"},
    {"models", "absent", "generate, film, bake, ask come later"},
};

vy_status vy_do_status(struct vy_call *call, struct vy_err *err)
{
    const struct vy_doc *const doc = call->doc;
    vy_buf_add(call->text, "%d things, %g bpm, %u/%u, %s, seed %" PRIu64 ", %u waiting, %s build",
               doc->units - 1, doc->tempo, doc->meter_num, doc->meter_den,
               doc->playing ? "playing" : "stopped", doc->seed, doc->timers,
               call->catalog->kernels->isa);
    const struct vy_settings *const settings =
        call->session ? vy_desk_settings(call) : call->catalog->settings;
    struct vy_err problem = {.at = -1};
    json_t *const rows = json_array();
    for (size_t i = 0; i < sizeof capabilities / sizeof *capabilities; i++) {
        struct capability row = capabilities[i];
        const struct capability *const c = &row;
        if (strcmp(row.name, "web page") == 0 && *vy_web_absent) {
            row.state = "absent";
            row.why = vy_web_absent;
        }
        if (strcmp(row.name, "style tags") == 0 && !vy_infer_found()) {
            row.state = "degraded";
            row.why = "by rules and your own tags; ONNX Runtime is not here: see veery doctor";
        }
        if (strcmp(row.name, "takes") == 0 && vy_takes_writable(settings, &problem)) {
            row.state = "degraded";
            row.why = problem.message;
        }
        if (vy_user_problem(call->catalog) && strcmp(row.name, "user modules") == 0) {
            row.state = "degraded";
            row.why = vy_user_problem(call->catalog)->message;
        }
        vy_buf_add(call->text, "\n  %-16s %-9s %s", c->name, c->state, c->why);
        json_array_append_new(
            rows, json_pack("{s:s,s:s,s:s}", "name", c->name, "state", c->state, "why", c->why));
    }
    const char *state = "real", *why = "all could be read";
    if (call->catalog->recipes == 0) {
        state = "absent";
        why = "no recipe was found; see $VEERY_RECIPES";
    } else if (call->catalog->problem.code) {
        state = "degraded";
        why = call->catalog->problem.message;
    }
    vy_buf_add(call->text, "\n  %-16s %-9s %u: %s", "recipes", state, call->catalog->recipes, why);
    json_array_append_new(
        rows, json_pack("{s:s,s:s,s:s}", "name", "recipes", "state", state, "why", why));
    json_object_set_new(call->result, "capabilities", rows);
    json_object_set_new(call->result, "session",
                        json_pack("{s:i,s:f,s:b,s:I,s:i,s:s}", "things", doc->units - 1, "tempo",
                                  doc->tempo, "playing", doc->playing, "seed",
                                  (json_int_t)doc->seed, "waiting", (int)doc->timers, "isa",
                                  call->catalog->kernels->isa));
    const struct vy_stage *const stage = call->session ? call->session->stage : NULL;
    if (!stage) {
        vy_buf_add(call->text, "\n  nothing plays it: veery serve, then veery sh");
        return VY_OK;
    }
    const vy_status status = stage->status(stage->arg, call->text, call->result, err);
    if (status || !stage->health)
        return status;
    return stage->health(stage->health_arg, call->text, call->result, err);
}

void vy_verb_help(const struct vy_verb *verb, struct vy_buf *buf)
{
    vy_verb_usage(verb, buf);
    vy_buf_add(buf, "\n  %s", verb->help);
    if (verb->more)
        vy_buf_add(buf, "\n  %s", verb->more);
    if (verb->absent)
        vy_buf_add(buf, "\n  Absent: %s.", verb->absent);
    for (const struct vy_arg *arg = verb->arg; arg->name; arg++) {
        if (!arg->text && !arg->def && !(arg->min < arg->max))
            continue;
        vy_buf_add(buf, "\n    %-10s %s", arg->name, arg->text ? arg->text : "");
        if (arg->min < arg->max)
            vy_buf_add(buf, " %g..%g%s%s", arg->min, arg->max, arg->unit && *arg->unit ? " " : "",
                       arg->unit ? arg->unit : "");
        if (arg->def)
            vy_buf_add(buf, " (default %s)", arg->def);
    }
    for (int i = 0; i < 2 && verb->example[i]; i++)
        vy_buf_add(buf, "\n  > %s", verb->example[i]);
}

vy_status vy_do_help(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    if (v[0].given) {
        const struct vy_verb *const verb = vy_verb_find(v[0].text, v[0].at, err);
        if (!verb)
            return VY_UNKNOWN_VERB;
        vy_verb_help(verb, call->text);
        json_object_set_new(call->result, "command", vy_verb_json(verb));
        return VY_OK;
    }
    for (int g = 0; vy_verb_groups[g][0]; g++) {
        vy_buf_add(call->text, "%s%s", g ? "\n" : "", vy_verb_groups[g][1]);
        for (size_t i = 0; vy_verb_at(i); i++)
            if (strcmp(vy_verb_at(i)->group, vy_verb_groups[g][0]) == 0)
                vy_buf_add(call->text, "\n  %-16s %s%s", vy_verb_at(i)->name, vy_verb_at(i)->help,
                           vy_verb_at(i)->absent ? " (absent)" : "");
    }
    vy_buf_add(call->text,
               "\nBefore a command: dry (try it), at next bar, at next 4 bars, at bar 9.");
    json_object_set_new(call->result, "commands", vy_table_json());
    return VY_OK;
}

vy_status vy_do_who(struct vy_call *call, struct vy_err *err)
{
    (void)err;
    json_t *const authors = json_object();
    json_object_set_new(authors, call->author, json_integer(0));
    for (size_t i = 0; i < call->session->entries; i++) {
        const char *const name = call->session->entry[i].author;
        const json_int_t lines = json_integer_value(json_object_get(authors, name));
        json_object_set_new(authors, name, json_integer(lines + 1));
    }
    const char *name;
    json_t *lines;
    json_object_foreach(authors, name, lines)
        vy_buf_add(call->text, "%s%s (%d lines)", call->text->length ? ", " : "", name,
                   (int)json_integer_value(lines));
    json_object_set_new(call->result, "authors", authors);
    return VY_OK;
}

vy_status vy_do_say(struct vy_call *call, struct vy_err *err)
{
    struct vy_entry entry = {.id = call->session->replies,
                             .group = ++call->session->groups,
                             .version = call->session->version,
                             .time = time(NULL),
                             .note = true,
                             .beat = call->doc->beat,
                             .after = call->doc->beat,
                             .line = strdup(call->args->value[0].text)};
    vy_text_copy(entry.author, sizeof entry.author, call->author);
    if (!entry.line)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    const vy_status status = vy_log_add(call->session, &entry, err);
    if (status)
        vy_entry_clear(&entry);
    else
        vy_buf_add(call->text, "%s: %s", call->author, call->args->value[0].text);
    return status;
}

vy_status vy_do_quit(struct vy_call *call, struct vy_err *err)
{
    (void)err;
    call->quit = true;
    vy_buf_add(call->text, "bye");
    return VY_OK;
}
