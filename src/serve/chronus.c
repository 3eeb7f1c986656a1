// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// From a row to lines, said as one edit, and one reply.
#include "serve/chronus.h"

#include "serve/chronus_table.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct vy_chronus {
    struct vy_live *live;
    json_t *tracks;
};

struct vy_chronus *vy_chronus_new(struct vy_live *live)
{
    struct vy_chronus *const chronus = calloc(1, sizeof *chronus);
    if (!chronus)
        return NULL;
    chronus->live = live;
    chronus->tracks = json_array();
    return chronus;
}

void vy_chronus_destroy(struct vy_chronus *chronus)
{
    if (!chronus)
        return;
    json_decref(chronus->tracks);
    free(chronus);
}

json_t *vy_chronus_tracks(struct vy_chronus *chronus)
{
    return chronus->tracks;
}

void vy_chronus_set_tracks(struct vy_chronus *chronus, json_t *tracks)
{
    json_decref(chronus->tracks);
    chronus->tracks = tracks;
}

struct vy_live *vy_chronus_live(struct vy_chronus *chronus)
{
    return chronus->live;
}

// -- saying lines --------------------------------------------------------------------------------

struct said {
    struct vy_err err;
    json_t *result, *warnings;
    bool ok;
};

static void on_reply(void *arg, const struct vy_reply *reply)
{
    struct said *const said = arg;
    said->ok = reply->ok;
    said->err = reply->err;
    json_array_extend(said->warnings, reply->warnings);
    json_decref(said->result);
    said->result = json_incref(reply->result);
}

static vy_status say(struct vy_chronus_call *call, const char *line, size_t length,
                     struct vy_err *err)
{
    struct said said = {.warnings = call->warnings};
    const struct vy_request request = {line, length, call->author, -1};
    const vy_status status = vy_live_do(call->chronus->live, &request, on_reply, &said);
    if (status && err)
        *err = said.err;
    if (said.result)
        json_object_set(call->result, "last", said.result);
    json_decref(said.result);
    return status;
}

static bool in_transaction(const struct vy_chronus_call *call)
{
    const struct vy_session *const session = vy_live_session(call->chronus->live);
    for (const struct vy_transaction *t = session->transaction; t; t = t->next)
        if (strcmp(t->author, call->author) == 0)
            return true;
    return false;
}

// Several lines are one edit: all of them happen, or none.
static vy_status say_lines(struct vy_chronus_call *call, struct vy_err *err)
{
    if (call->lines.length == 0)
        return VY_OK;
    const char *line = call->lines.text;
    const bool group = strchr(line, '\n') && !in_transaction(call);
    json_t *const said = json_array();
    json_object_set_new(call->result, "lines", said);
    vy_status status = group ? say(call, "begin", 5, err) : VY_OK;
    while (!status && line) {
        const char *const end = strchr(line, '\n');
        const size_t n = end ? (size_t)(end - line) : strlen(line);
        status = say(call, line, n, err);
        json_array_append_new(said, json_stringn(line, n));
        line = end ? end + 1 : NULL;
    }
    if (group && status)
        (void)say(call, "abort", 5, NULL); // the error is the one before
    else if (group)
        status = say(call, "commit", 6, err);
    return status;
}

__attribute__((format(printf, 2, 3))) static void add_line(struct vy_chronus_call *call,
                                                           const char *format, ...)
{
    char line[512];
    va_list list;
    va_start(list, format);
    vsnprintf(line, sizeof line, format, list);
    va_end(list);
    vy_buf_add(&call->lines, "%s%s", call->lines.length ? "\n" : "", line);
}

// -- things made on first use --------------------------------------------------------------------

bool vy_chronus_unit(const char *name, char *unit, size_t size)
{
    static const char *const same[][2] = {
        {"acid1", "voice2"}, {"lfo1", "voice2"},     {"lfo2", "voice3"},
        {"sine1", "voice1"}, {"filter1", "voice1"},  {"adsr1", "voice1"},
        {"dist1", "dist1"},  {"reverb1", "reverb1"}, {"delay1", "delay1"}};
    const size_t n = strcspn(name, "./");
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (strlen(same[i][0]) == n && strncmp(name, same[i][0], n) == 0)
            return vy_text_copy(unit, size, same[i][1]);
    if (n > 7 || strncmp(name, "voice", 5) != 0 || strspn(name + 5, "0123456789") != n - 5)
        return false;
    const int number = (int)strtol(name + 5, NULL, 10);
    snprintf(unit, size, "voice%d", number);
    return number >= 1 && number <= VY_CHRONUS_VOICES && strlen(unit) == n;
}

static bool is_there(const struct vy_chronus_call *call, const char *unit)
{
    const struct vy_session *const session = vy_live_session(call->chronus->live);
    return vy_doc_unit(vy_session_doc(session, call->author), unit) >= 0;
}

void vy_chronus_make(struct vy_chronus_call *call, const char *unit)
{
    if (is_there(call, unit))
        return;
    if (strcmp(unit, "dist1") == 0) {
        add_line(call, "create dist1 distortion mix=0 drive=0dB tone=0 level=0dB");
        for (int i = 1; i <= VY_CHRONUS_VOICES; i++) {
            char voice[16];
            snprintf(voice, sizeof voice, "voice%d", i);
            if (is_there(call, voice))
                add_line(call, "patch %s > dist1", voice);
        }
    } else if (strncmp(unit, "voice", 5) == 0) {
        add_line(call, "create %s chronus_%s", unit, strcmp(unit, "voice2") ? "voice" : "acid");
        if (is_there(call, "dist1"))
            add_line(call, "patch %s > dist1", unit);
    } else {
        add_line(call, "create %s chronus_%s", unit, unit[0] == 'r' ? "reverb" : "delay");
    }
}

vy_status vy_chronus_need(struct vy_chronus *chronus, const char *path, const char *author,
                          struct vy_err *err)
{
    char unit[16];
    struct vy_chronus_call call = {.chronus = chronus, .author = author};
    if (!vy_chronus_unit(path, unit, sizeof unit) || is_there(&call, unit))
        return VY_OK;
    call.result = json_object();
    call.warnings = json_array();
    vy_chronus_make(&call, unit);
    const vy_status status = say_lines(&call, err);
    json_decref(call.result);
    json_decref(call.warnings);
    vy_buf_clear(&call.lines);
    return status;
}

// -- rows ----------------------------------------------------------------------------------------

static const char *next_row(void *unused, size_t i)
{
    const struct vy_chronus_row *const row = vy_chronus_row(i);
    (void)unused;
    return row ? row->address : NULL;
}

static vy_status wants(const struct vy_chronus_row *row, struct vy_err *err)
{
    return vy_fail(err, VY_BAD_ARG, -1, "%s takes %s", row->address,
                   *row->takes ? row->takes : "nothing");
}

static double clamp_value(struct vy_chronus_call *call, const struct vy_chronus_row *row,
                          double given)
{
    const double value = given < row->min ? row->min : given > row->max ? row->max : given;
    char text[160];
    if (value != given) {
        snprintf(text, sizeof text, "%s: %.9g is outside %g..%g and became %.9g", row->address,
                 given, row->min, row->max, value);
        json_array_append_new(call->warnings, json_string(text));
    }
    return value;
}

// A line's {} is the value, {1-} what is missing to 1.
static void fill_line(struct vy_chronus_call *call, const char *line, double value)
{
    char to[128];
    size_t n = 0;
    for (; *line && n + 40 < sizeof to; line++) {
        if (strncmp(line, "{}", 2) == 0) {
            n += (size_t)snprintf(to + n, sizeof to - n, "%.9g", value);
            line += 1;
        } else if (strncmp(line, "{1-}", 4) == 0) {
            n += (size_t)snprintf(to + n, sizeof to - n, "%.9g", 1 - value);
            line += 3;
        } else if (*line == '#') {
            n += (size_t)snprintf(to + n, sizeof to - n, "%d", call->number);
        } else {
            to[n++] = *line;
        }
    }
    to[n] = '\0';
    add_line(call, "%s", to);
}

static vy_status do_row(struct vy_chronus_call *call, const struct vy_chronus_row *row,
                        struct vy_err *err)
{
    const struct vy_osc_message *const message = call->message;
    char text[VY_OSC_PATH_SIZE], unit[16] = "";
    if (row->run)
        return row->run(call, err);
    const bool valued = *row->takes;
    if (message->args != valued || (valued && !message->arg[0].is_number))
        return wants(row, err);
    double value = valued ? clamp_value(call, row, message->arg[0].number) : 0;
    if (vy_chronus_unit(message->path + strcspn(message->path + 1, "/") + 2, unit, sizeof unit))
        vy_chronus_make(call, unit);
    if (row->need && strcmp(row->need, unit) != 0)
        vy_chronus_make(call, row->need);
    if (row->line) {
        fill_line(call, row->line, value);
    } else {
        value = row->convert ? row->convert(value) : value;
        vy_chronus_fill(row->path, call->number, text, sizeof text);
        add_line(call, "set %s %.9g", text, value);
    }
    return VY_OK;
}

static vy_status find_and_do(struct vy_chronus_call *call, struct vy_err *err)
{
    const char *const address = call->message->path;
    const struct vy_chronus_row *const row = vy_chronus_find(address, &call->number);
    vy_status status;
    if (row) {
        status = do_row(call, row, err);
    } else {
        status = vy_fail(err, VY_UNKNOWN_NAME, -1, "no address %.60s", address);
        vy_err_suggest(err, address, next_row, NULL);
    }
    return status ? status : say_lines(call, err);
}

void vy_chronus_do(struct vy_chronus *chronus, const struct vy_osc_message *message,
                   const char *author, vy_reply_to reply_to, void *arg)
{
    struct vy_session *const session = vy_live_session(chronus->live);
    struct vy_chronus_call call = {.chronus = chronus,
                                   .message = message,
                                   .author = author,
                                   .result = json_object(),
                                   .warnings = json_array()};
    struct vy_reply reply = {.text = "", .bar = 1, .beat = 1};
    json_t *const before = json_copy(chronus->tracks);
    reply.ok = find_and_do(&call, &reply.err) == VY_OK;
    if (reply.ok)
        json_decref(before);
    else
        vy_chronus_set_tracks(chronus, before);
    reply.id = ++session->replies;
    reply.version = session->version;
    reply.result = call.result;
    reply.warnings = call.warnings;
    reply_to(arg, &reply);
    json_decref(call.result);
    json_decref(call.warnings);
    vy_buf_clear(&call.lines);
}

vy_status vy_chronus_wave(struct vy_chronus_call *call, struct vy_err *err)
{
    static const char *const kind[] = {"osc=sine tone=1 noise=0",   "osc=saw tone=1 noise=0",
                                       "osc=square tone=1 noise=0", "color=white tone=0 noise=1",
                                       "color=pink tone=0 noise=1", "color=brown tone=0 noise=1"};
    const struct vy_osc_arg *const arg = call->message->arg;
    if (call->message->args != 1 || !arg->is_number)
        return vy_fail(err, VY_BAD_ARG, -1, "%s takes one number (i)", call->message->path);
    if (!(arg->number >= 0 && arg->number < 6))
        return vy_fail(err, VY_OUT_OF_RANGE, -1,
                       "%g is no wave: 0 sine 1 saw 2 square 3 white 4 pink 5 brown", arg->number);
    char voice[16];
    snprintf(voice, sizeof voice, "voice%d", call->number);
    vy_chronus_make(call, voice);
    add_line(call, "set %s %s", voice, kind[(int)arg->number]);
    return VY_OK;
}

vy_status vy_chronus_absent(struct vy_chronus_call *call, struct vy_err *err)
{
    return vy_fail(err, VY_ABSENT, -1, "%s has never had an effect; /mod/acid1/accent has one",
                   call->message->path);
}

vy_status vy_chronus_status(struct vy_chronus_call *call, struct vy_err *err)
{
    (void)err;
    add_line(call, "status");
    return VY_OK;
}

vy_status vy_chronus_list(struct vy_chronus_call *call, struct vy_err *err)
{
    const struct vy_doc *const doc =
        vy_session_doc(vy_live_session(call->chronus->live), call->author);
    json_t *const names = json_array();
    (void)err;
    for (int i = 0; i < doc->units; i++)
        json_array_append_new(names, json_string(doc->unit[i].name));
    json_object_set_new(call->result, "modules", names);
    return VY_OK;
}

vy_status vy_chronus_schema(struct vy_chronus_call *call, struct vy_err *err)
{
    json_t *const list = json_array();
    const struct vy_chronus_row *row;
    (void)err;
    for (size_t i = 0; (row = vy_chronus_row(i)); i++) {
        json_t *const one = json_pack("{s:s,s:s}", "address", row->address, "takes", row->takes);
        if (row->max > row->min && row->max < 1e9)
            json_object_update_new(one, json_pack("{s:f,s:f}", "min", row->min, "max", row->max));
        json_array_append_new(list, one);
    }
    json_object_set_new(call->result, "addresses", list);
    return VY_OK;
}

// As ever, only the last part of the name counts: recordings stay in their folder.
vy_status vy_chronus_record(struct vy_chronus_call *call, struct vy_err *err)
{
    const struct vy_osc_message *const m = call->message;
    const char *name = m->args == 1 && m->arg[0].text ? m->arg[0].text : "take.wav";
    if (m->args > 1)
        return vy_fail(err, VY_BAD_ARG, -1, "%s takes a name or nothing", m->path);
    if (strrchr(name, '/'))
        name = strrchr(name, '/') + 1;
    if (!*name || name[0] == '.' || strlen(name) > 100 || strpbrk(name, "\"\\\n\r\t"))
        return vy_fail(err, VY_BAD_ARG, -1, "'%.40s' is no name for a file", name);
    const bool typed = strstr(name, ".wav") || strstr(name, ".flac");
    add_line(call, "record start \"recordings/%s%s\"", name, typed ? "" : ".wav");
    return VY_OK;
}

static vy_status two_names(const struct vy_osc_message *message, struct vy_err *err)
{
    if (message->args != 2 || !message->arg[0].text || !message->arg[1].text)
        return vy_fail(err, VY_BAD_ARG, -1, "%s takes two names (s s)", message->path);
    for (int i = 0; i < 2; i++)
        for (const char *c = message->arg[i].text; *c; c++)
            if (!strchr("_-.", *c) && !(*c >= '0' && *c <= '9') &&
                !((*c | 32) >= 'a' && (*c | 32) <= 'z'))
                return vy_fail(err, VY_BAD_ARG, -1, "'%.60s' is no name", message->arg[i].text);
    return VY_OK;
}

// A patch is gathered until it is committed, as it was.
vy_status vy_chronus_create(struct vy_chronus_call *call, struct vy_err *err)
{
    static const char *const kind[][2] = {{"simple_sine", "osc shape=sine"},
                                          {"sine", "osc shape=sine"},
                                          {"biquad_filter", "svf"},
                                          {"filter", "svf"},
                                          {"acid_filter", "ladder"}};
    const vy_status status = two_names(call->message, err);
    if (status)
        return status;
    const char *what = call->message->arg[1].text;
    for (size_t i = 0; i < sizeof kind / sizeof *kind; i++)
        if (strcmp(what, kind[i][0]) == 0) {
            what = kind[i][1];
            break;
        }
    vy_status begun = VY_OK;
    if (!in_transaction(call))
        begun = say(call, "begin", 5, err);
    add_line(call, "create %s %s", call->message->arg[0].text, what);
    return begun;
}

vy_status vy_chronus_connect(struct vy_chronus_call *call, struct vy_err *err)
{
    const vy_status status = two_names(call->message, err);
    if (!status)
        add_line(call, "patch %s > %s", call->message->arg[0].text, call->message->arg[1].text);
    return status;
}
