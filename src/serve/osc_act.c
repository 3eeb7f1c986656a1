// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Addresses: /veery/..., /tempo, /gate/NAME, /NAME/PARAM with up to four names, and those of Music
// Chronus. First names that begin another address cannot be used for a thing over OSC; it is
// reached by /veery/do.
#include "serve/osc_act.h"

#include "base/text.h"
#include "command/lex.h"
#include "serve/chronus.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define TAKES_LINE "a line (s), or a number of the request and a line (i s)"
#define TAKES_FEED "\"meters\" or \"events\" and a rate (s i)"
#define TAKES_TEMPO "one number, beats a minute (f)"
#define TAKES_GATE "one number: above 0 the velocity of a note, 0 its end (f)"
#define TAKES_VALUE "one number (f) and perhaps when it was sent (h), or a word of the language (s)"

// Also some of Music Chronus, whose own table is in chronus_table.c.
static const char *next_address(void *unused, size_t i)
{
    static const char *const others[] = {"/seq/add",      "/engine/status", "/mod/voice1/freq",
                                         "/pattern/save", "/patch/create",  "/record/start"};
    (void)unused;
    const struct vy_osc_row *const row = vy_osc_row_at(i);
    if (row)
        return row->address;
    i -= VY_OSC_ROWS;
    return i < sizeof others / sizeof *others ? others[i] : NULL;
}

static vy_status unknown(const char *path, struct vy_err *err)
{
    vy_fail(err, VY_UNKNOWN_NAME, -1,
            "no address %.60s; there are /veery/do, /veery/subscribe, /tempo, /gate/NAME and "
            "/NAME/PARAM",
            path);
    vy_err_suggest(err, path, next_address, NULL);
    return VY_UNKNOWN_NAME;
}

static vy_status wants(const struct vy_osc_message *message, const char *what, struct vy_err *err)
{
    return vy_fail(err, VY_BAD_ARG, -1, "%.60s takes %s", message->path, what);
}

// Names of a path with dots between: "/bass/reverb/mix" is "bass.reverb.mix".
static vy_status read_names(const char *from, char *to, size_t size, struct vy_err *err)
{
    size_t n = 0, names = 1;
    for (const char *c = from; *c; c++) {
        const bool slash = *c == '/';
        if (strchr("*?[]{},", *c))
            return vy_fail(err, VY_BAD_ARG, -1, "an address names one thing; '%c' is no name", *c);
        const bool letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
                            (*c >= '0' && *c <= '9') || strchr("_-#.", *c);
        if ((!slash && !letter) || (slash && (n == 0 || to[n - 1] == '.')))
            return vy_fail(err, VY_BAD_ARG, -1, "'%.60s' is no address", from);
        if (n + 2 > size || (slash && ++names > 4))
            return vy_fail(err, VY_TOO_BIG, -1, "an address has at most four names of 31 letters");
        to[n++] = slash ? '.' : *c;
    }
    to[n] = '\0';
    return n > 0 && to[n - 1] != '.' ? VY_OK
                                     : vy_fail(err, VY_BAD_ARG, -1, "'%.60s' is no address", from);
}

static vy_status read_do(const struct vy_osc_message *message, struct vy_osc_act *act,
                         struct vy_err *err)
{
    const struct vy_osc_arg *arg = message->arg;
    const bool numbered = message->args == 2 && !arg->text && arg->number == rint(arg->number) &&
                          fabs(arg->number) < 0x1p31;
    if (numbered)
        act->id = (int32_t)arg++->number;
    if (message->args != 1 + numbered || !arg->text)
        return wants(message, TAKES_LINE, err);
    act->kind = VY_OSC_LINE;
    act->text = arg->text;
    return VY_OK;
}

static vy_status read_subscribe(const struct vy_osc_message *message, struct vy_osc_act *act,
                                struct vy_err *err)
{
    const struct vy_osc_arg *const arg = message->arg;
    const bool rated = message->args == 2 && arg[1].is_number;
    if ((message->args != 1 && !rated) || !arg[0].text ||
        (strcmp(arg[0].text, "meters") != 0 && strcmp(arg[0].text, "events") != 0))
        return wants(message, TAKES_FEED, err);
    act->kind = VY_OSC_SUBSCRIBE;
    act->text = arg[0].text;
    act->value = rated ? (float)arg[1].number : 10;
    if (act->value != 0 && !(act->value >= 1 && act->value <= 100))
        return vy_fail(err, VY_OUT_OF_RANGE, -1, "a rate is 1..100 a second, or 0 to end it");
    return VY_OK;
}

static vy_status read_tempo(const struct vy_osc_message *message, struct vy_osc_act *act,
                            struct vy_err *err)
{
    if (message->args != 1 || !message->arg[0].is_number)
        return wants(message, TAKES_TEMPO, err);
    act->kind = VY_OSC_LINE;
    act->direct = true;
    snprintf(act->line, sizeof act->line, "tempo %.9g", message->arg[0].number);
    act->text = act->line;
    return VY_OK;
}

// One argument, and perhaps the moment it was sent.
static bool read_stamp(const struct vy_osc_message *message, struct vy_osc_act *act)
{
    const struct vy_osc_arg *const stamp = &message->arg[1];
    const bool stamped = message->args == 2 && stamp->type == 'h' && stamp->number > 0;
    act->sent_ns = stamped ? (uint64_t)stamp->number : 0;
    return message->args == 1 + stamped;
}

static vy_status read_gate(const struct vy_osc_message *message, struct vy_osc_act *act,
                           struct vy_err *err)
{
    const char *const name = message->path + strlen("/gate/");
    if (!read_stamp(message, act) || !message->arg[0].is_number)
        return wants(message, TAKES_GATE, err);
    if (strchr(name, '/'))
        return unknown(message->path, err);
    act->kind = VY_OSC_NOTE;
    act->direct = true;
    const double value = message->arg[0].number;
    act->value = value > 1 ? 1 : value > 0 ? (float)value : 0;
    return read_names(name, act->path, sizeof act->path, err);
}

// A word or "500Hz" is a value of the language.
static vy_status read_word(const struct vy_osc_message *message, struct vy_osc_act *act,
                           struct vy_err *err)
{
    const char *const text = message->arg[0].text;
    for (const char *c = text; *c; c++)
        if (*c == '"' || *c == '\\' || (unsigned char)*c < ' ')
            return wants(message, TAKES_VALUE, err);
    if (!*text || strlen(text) > 100)
        return wants(message, TAKES_VALUE, err);
    act->kind = VY_OSC_LINE;
    snprintf(act->line, sizeof act->line, "set %s \"%s\"", act->path, text);
    act->text = act->line;
    return VY_OK;
}

static vy_status read_turn(const struct vy_osc_message *message, struct vy_osc_act *act,
                           struct vy_err *err)
{
    const vy_status status = read_names(message->path + 1, act->path, sizeof act->path, err);
    if (status)
        return status;
    if (!strchr(act->path, '.'))
        return unknown(message->path, err);
    if (!read_stamp(message, act))
        return wants(message, TAKES_VALUE, err);
    act->direct = true;
    if (!message->arg[0].is_number)
        return read_word(message, act, err);
    act->kind = VY_OSC_TURN;
    act->value = (float)message->arg[0].number;
    return isfinite(act->value) ? VY_OK : wants(message, "one finite number (f)", err);
}

static vy_status read_facts(const struct vy_osc_message *message, struct vy_osc_act *act,
                            struct vy_err *err)
{
    act->kind = VY_OSC_FACTS;
    return message->args ? wants(message, "no arguments", err) : VY_OK;
}

static const struct vy_osc_row rows[VY_OSC_ROWS] = {
    {"/NAME/PARAM", TAKES_VALUE, "the parameter's own unit and range",
     "turns a parameter; effects have one name more: `/bass/reverb/mix`", "/bass/cutoff f 500",
     read_turn},
    {"/gate/NAME", TAKES_GATE, "0..1", "begins and ends a note of an instrument",
     "/gate/bass f 0.8", read_gate},
    {"/tempo", TAKES_TEMPO, "10..400", "sets the tempo", "/tempo f 124", read_tempo},
    {"/veery/do", TAKES_LINE, "", "says a line of the language; answered by `/veery/reply`",
     "/veery/do s \"gain kick -3\"", read_do},
    {"/veery/subscribe", TAKES_FEED, "1..100 a second, 0 ends it",
     "sends levels and position, or events, to where this came from; for 60 seconds",
     "/veery/subscribe si meters 20", read_subscribe},
    {"/veery/osc", "nothing", "",
     "answers how many messages came, went at once, waited, were refused", "/veery/osc",
     read_facts},
};

const struct vy_osc_row *vy_osc_row_at(size_t i)
{
    return i < VY_OSC_ROWS ? &rows[i] : NULL;
}

vy_status vy_osc_act_read(const struct vy_osc_message *message, struct vy_osc_act *act,
                          struct vy_err *err)
{
    act->id = -1;
    act->direct = act->legacy = false;
    act->text = NULL;
    act->path[0] = '\0';
    act->value = 0;
    act->sent_ns = 0;
    const char *const path = message->path;
    for (size_t i = 0; i < VY_OSC_ROWS; i++)
        if (strcmp(path, rows[i].address) == 0)
            return rows[i].read(message, act, err);
    if (strncmp(path, "/veery/", 7) == 0)
        return unknown(path, err);
    if (vy_chronus_is(path)) {
        if (!vy_chronus_act(message, act))
            act->kind = VY_OSC_CHRONUS;
        return VY_OK;
    }
    if (strncmp(path, "/gate/", 6) == 0)
        return read_gate(message, act, err);
    return read_turn(message, act, err);
}
