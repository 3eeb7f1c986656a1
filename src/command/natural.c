// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Verbs in words: brighter, louder, faster. Each becomes a `set` line that is shown and logged.
#include "command/handlers.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// An amount: "20%", "2x", "3dB", "7st", "0.1".
struct amount {
    double number;
    char unit[8];
};

static vy_status read_amount(const char *text, int at, struct amount *amount, struct vy_err *err)
{
    const char *unit;
    if (!vy_lex_number(text, &amount->number, &unit) || amount->number <= 0)
        return vy_fail(err, VY_BAD_ARG, at,
                       "an amount is a number above 0, as 20%% or 2x, not '%.40s'", text);
    snprintf(amount->unit, sizeof amount->unit, "%.7s", unit);
    return VY_OK;
}

// The first of "a,b,c" that the thing has.
static bool first_found(const struct vy_doc *doc, const char *name, const char *params, char *path,
                        size_t size, struct vy_target *target)
{
    for (const char *p = params; *p;) {
        const size_t n = strcspn(p, ",");
        snprintf(path, size, "%.60s.%.*s", name, (int)n, p);
        if (vy_edit_find(doc, path, target, NULL) == VY_OK && !target->port && target->row)
            return true;
        p += n + (p[n] == ',');
    }
    return false;
}

static double current(const struct vy_doc *doc, const struct vy_target *t)
{
    const struct vy_unit *const unit = &doc->unit[t->unit];
    if (t->node >= 0)
        return (double)unit->rack[t->rack].node[t->node].value[t->param];
    switch ((enum vy_strip)t->param) {
    case VY_STRIP_GAIN: return (double)unit->gain_db;
    case VY_STRIP_PAN: return (double)unit->pan;
    case VY_STRIP_SPREAD: return (double)unit->spread;
    case VY_STRIP_VOICES: return unit->voices;
    case VY_STRIP_GLIDE: return (double)unit->glide_s;
    }
    return 0;
}

// Factor (true) or step in the parameter's unit (false) of an amount.
static vy_status step_of(const struct vy_param *row, const struct amount *amount, const char *path,
                         int direction, int at, bool *scales, double *step, struct vy_err *err)
{
    const char *const unit = amount->unit;
    const bool percent = strcmp(unit, "%") == 0, times = strcmp(unit, "x") == 0;
    const bool pitch = strcmp(unit, "st") == 0 && strcmp(row->unit, "Hz") == 0;
    *scales = pitch || times || (percent && row->curve == VY_EXP);
    if (*scales) {
        const double factor = pitch   ? pow(2, amount->number / 12)
                              : times ? amount->number
                                      : 1 + amount->number / 100;
        *step = direction > 0 ? factor : 1 / factor;
        return VY_OK;
    }
    *step = direction * amount->number;
    if (percent) // of the whole way
        *step *= ((double)row->max - (double)row->min) / 100;
    else if (*unit && strcmp(unit, row->unit) != 0)
        return vy_fail(err, VY_BAD_UNIT, at, "%s is in %s, not '%s'", path,
                       *row->unit ? row->unit : "plain numbers", unit);
    return VY_OK;
}

// What to write behind `set PATH`. At the end of the range it stops, with a warning.
static vy_status relative(struct vy_call *call, const char *path, const struct vy_target *target,
                          const struct amount *amount, int direction, int at, char *out,
                          size_t size, struct vy_err *err)
{
    const struct vy_param *const row = target->row;
    if (row->curve == VY_ENUM || row->curve == VY_BOOL)
        return vy_fail(err, VY_BAD_ARG, -1, "%s has no more or less; use set", path);
    bool scales;
    double step;
    const vy_status status = step_of(row, amount, path, direction, at, &scales, &step, err);
    if (status)
        return status;
    const double was = current(call->doc, target);
    double goal = scales ? was * step : was + step;
    if (row->curve == VY_INT)
        goal = direction > 0 ? ceil(goal) : floor(goal);
    const double kept = fmin(fmax(goal, (double)row->min), (double)row->max);
    if (kept == was)
        return vy_fail(err, VY_NO_EFFECT, -1, "%s is %g%s, the end of its range %g..%g", path, was,
                       row->unit, (double)row->min, (double)row->max);
    if (kept != goal)
        vy_warn(call, "%s: %g is outside %g..%g; it becomes %g", path, goal, (double)row->min,
                (double)row->max, kept);
    if (scales && kept == goal && row->curve != VY_INT)
        snprintf(out, size, "*%.6g", step);
    else
        snprintf(out, size, "%.6g%s", kept, row->unit);
    return VY_OK;
}

static vy_status turn(struct vy_call *call, const char *name, const char *params,
                      const struct vy_value *given, int direction, struct vy_err *err)
{
    struct amount amount;
    const char *const text = given->given ? given->text : call->verb->turn->amount;
    vy_status status = read_amount(text, given->at, &amount, err);
    if (status)
        return status;
    char path[160], value[64];
    struct vy_target target;
    if (!first_found(call->doc, name, params, path, sizeof path, &target)) {
        vy_fail(err, VY_UNKNOWN_PARAM, -1, "%.40s has none of: %s", name, params);
        const int unit = vy_doc_unit(call->doc, name);
        if (unit >= 0 && !strchr(params, ','))
            vy_err_suggest(err, params, vy_edit_name, &(struct vy_names){call->doc, unit});
        return VY_UNKNOWN_PARAM;
    }
    status = relative(call, path, &target, &amount, direction, given->at, value, sizeof value, err);
    if (!status)
        vy_buf_add(call->expand, "set %s %s\n", path, value);
    return status;
}

vy_status vy_do_turn(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    return turn(call, v[0].text, call->verb->turn->params, &v[1], call->verb->turn->direction, err);
}

// Faster means shorter times but higher rates.
vy_status vy_do_turn_time(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    const int faster = call->verb->turn->direction;
    return turn(call, v[1].text, v[0].text, &v[2],
                strcmp(v[0].text, "rate") == 0 ? faster : -faster, err);
}

vy_status vy_do_turn_param(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    return turn(call, v[1].text, v[0].text, &v[2], call->verb->turn->direction, err);
}
