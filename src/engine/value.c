// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/value.h"

#include "base/text.h"
#include "engine/notes.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool vy_number_read(const char *text, double *number, const char **unit)
{
    // strtod would take "inf", "nan" and hexadecimal: only plain decimals are numbers here
    size_t n = text[0] == '+' || text[0] == '-';
    size_t digits = 0;
    for (; isdigit((unsigned char)text[n]) || text[n] == '.'; n++)
        digits += text[n] != '.';
    if (digits == 0 || digits > 30)
        return false;
    char plain[40];
    if (n >= sizeof plain)
        return false;
    memcpy(plain, text, n);
    plain[n] = '\0';
    char *end;
    *number = strtod(plain, &end);
    if (*end)
        return false;
    if (unit)
        *unit = text + n;
    return true;
}

// Factors from written units to a parameter's unit.
static const struct {
    const char *to, *from;
    double factor;
} units[] = {
    {"Hz", "Hz", 1},       {"Hz", "kHz", 1000},   {"s", "s", 1},         {"s", "ms", 0.001},
    {"s", "us", 0.000001}, {"dB", "dB", 1},       {"st", "st", 1},       {"st", "oct", 12},
    {"st", "ct", 0.01},    {"st", "cents", 0.01}, {"cents", "ct", 1},    {"cents", "cents", 1},
    {"cents", "st", 100},  {"deg", "deg", 1},     {"deg", "turns", 360}, {"bits", "bits", 1},
    {"beats", "beats", 1}, {"beats", "beat", 1},  {"", "%", 0.01},       {"", "x", 1},
};

// Factor of a written unit, 0 when it does not fit.
static double factor_of(const struct vy_param *row, const char *unit, const struct vy_doc *doc)
{
    if (!*unit || strcasecmp(row->unit, unit) == 0)
        return 1;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(units[i].to, row->unit) == 0 && strcasecmp(units[i].from, unit) == 0)
            return units[i].factor;
    if (strcmp(row->unit, "s") == 0 && doc) {
        if (strcmp(unit, "beats") == 0 || strcmp(unit, "beat") == 0)
            return 60 / doc->tempo;
        if (strcmp(unit, "bars") == 0 || strcmp(unit, "bar") == 0)
            return vy_doc_bar_beats(doc) * 60 / doc->tempo;
    }
    return 0;
}

static const char *next_choice(void *arg, size_t i)
{
    return ((const char *const *)arg)[i];
}

static vy_status read_choice(const struct vy_param *row, const char *text, float *value,
                             struct vy_err *err)
{
    int near = -1, nears = 0; // an unambiguous beginning is enough: "low" for "lowpass"
    for (int i = 0; row->choices[i]; i++) {
        if (strcasecmp(row->choices[i], text) == 0) {
            *value = (float)i;
            return VY_OK;
        }
        if (strlen(text) >= 3 && strncasecmp(row->choices[i], text, strlen(text)) == 0) {
            near = i;
            nears++;
        }
    }
    if (nears == 1) {
        *value = (float)near;
        return VY_OK;
    }
    char list[160] = "";
    for (int i = 0; row->choices[i]; i++)
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", i ? " " : "",
                 row->choices[i]);
    vy_fail(err, VY_BAD_ARG, -1, "%s is one of: %s", row->name, list);
    vy_err_suggest(err, text, next_choice, (void *)row->choices);
    return VY_BAD_ARG;
}

static vy_status read_switch(const struct vy_param *row, const char *text, float *value,
                             struct vy_err *err)
{
    static const char *const words[] = {"off", "on", "false", "true", "0", "1", "no", "yes"};
    for (int i = 0; i < 8; i++)
        if (strcasecmp(text, words[i]) == 0) {
            *value = (float)(i % 2);
            return VY_OK;
        }
    return vy_fail(err, VY_BAD_ARG, -1, "%s is on or off, not '%.40s'", row->name, text);
}

static vy_status in_range(const struct vy_param *row, double number, float *value,
                          struct vy_err *err)
{
    // a rounding error beyond the edge is the edge
    const double slack = 1e-6 * fmax(fabs((double)row->min), fabs((double)row->max));
    if (!(number >= (double)row->min - slack && number <= (double)row->max + slack)) {
        char low[32], high[32];
        vy_value_write(row, row->min, low, sizeof low);
        vy_value_write(row, row->max, high, sizeof high);
        char said[32];
        snprintf(said, sizeof said, "%g", number);
        return vy_fail(err, VY_OUT_OF_RANGE, -1, "%s goes from %s to %s, not %s", row->name, low,
                       high, said);
    }
    *value = fminf(fmaxf((float)number, row->min), row->max);
    return VY_OK;
}

static vy_status read_number(const struct vy_param *row, const char *text, const struct vy_doc *doc,
                             double *number, struct vy_err *err)
{
    const char *unit;
    double note;
    size_t used;
    if (strcmp(row->unit, "Hz") == 0 && isalpha((unsigned char)text[0]) &&
        vy_note_read(text, strlen(text), &note, &used) && text[used] == '\0') {
        *number = vy_note_hz(note);
        return VY_OK;
    }
    if (!vy_number_read(text, number, &unit))
        return vy_fail(err, VY_BAD_ARG, -1, "%s wants a number%s%s, not '%.40s'", row->name,
                       *row->unit ? " in " : "", row->unit, text);
    const double factor = factor_of(row, unit, doc);
    if (factor == 0)
        return vy_fail(err, VY_BAD_UNIT, -1, "%s is %s%s, not in '%.20s'", row->name,
                       *row->unit ? "in " : "a plain number", row->unit, unit);
    *number *= factor;
    return VY_OK;
}

vy_status vy_value_read(const struct vy_param *row, const char *text, float now,
                        const struct vy_doc *doc, float *value, struct vy_err *err)
{
    if (row->curve == VY_BOOL)
        return read_switch(row, text, value, err);
    if (row->curve == VY_ENUM)
        return read_choice(row, text, value, err);
    double number = 0;
    const char sign = text[0];
    const bool scaled = sign == '*' || sign == '/';
    const bool relative = scaled || sign == '+' || (sign == '-' && row->min >= 0);
    if (scaled) {
        const char *unit;
        if (!vy_number_read(text + 1, &number, &unit) || *unit)
            return vy_fail(err, VY_BAD_ARG, -1, "'%.40s' is no factor", text);
        if (sign == '/' && number == 0)
            return vy_fail(err, VY_BAD_ARG, -1, "cannot divide by 0");
        number = sign == '*' ? (double)now * number : (double)now / number;
    } else {
        const vy_status status = read_number(row, text, doc, &number, err);
        if (status)
            return status;
        if (relative)
            number += (double)now;
    }
    if (row->curve == VY_INT && number != floor(number))
        return vy_fail(err, VY_BAD_ARG, -1, "%s is a whole number", row->name);
    return in_range(row, number, value, err);
}

void vy_value_write(const struct vy_param *row, float value, char *text, size_t size)
{
    if (row->curve == VY_BOOL) {
        snprintf(text, size, "%s", value > 0.5f ? "on" : "off");
        return;
    }
    if (row->curve == VY_ENUM) {
        const int i = (int)value;
        snprintf(text, size, "%s", row->choices[i]);
        return;
    }
    const double v = (double)value;
    if (strcmp(row->unit, "s") == 0 && fabs(v) < 1 && v != 0)
        snprintf(text, size, "%.6gms", v * 1000);
    else
        snprintf(text, size, "%.6g%s", v, row->unit);
}

vy_status vy_depth_read(const struct vy_param *row, const char *text, float *depth, uint8_t *kind,
                        struct vy_err *err)
{
    double number;
    const char *unit;
    if (!vy_number_read(text, &number, &unit))
        return vy_fail(err, VY_BAD_ARG, -1, "'%.40s' is no depth (0.4, 30%%, 2st, 300Hz)", text);
    if (fabs(number) > 1e6)
        return vy_fail(err, VY_OUT_OF_RANGE, -1, "a depth goes from -1000000 to 1000000, not %.40s",
                       text);
    *kind = VY_DEPTH_TRAVEL;
    if (!*unit || strcmp(unit, "%") == 0) {
        *depth = (float)(*unit ? number / 100 : number);
        return VY_OK;
    }
    if (!row) { // into an input: a gain
        if (strcasecmp(unit, "dB") != 0)
            return vy_fail(err, VY_BAD_UNIT, -1, "a cable into an input has a gain (0.4, -6dB)");
        if (number > 60)
            return vy_fail(err, VY_OUT_OF_RANGE, -1, "a cable's gain goes up to 60dB, not %gdB",
                           number);
        *depth = (float)pow(10, number / 20);
        return VY_OK;
    }
    static const struct vy_param pitch = {.name = "depth", .unit = "st"};
    const double semitones = factor_of(&pitch, unit, NULL);
    if (semitones != 0 && row->min > 0 && strcmp(row->unit, "st") != 0) {
        *kind = VY_DEPTH_PITCH;
        *depth = (float)(number * semitones);
        return VY_OK;
    }
    const double factor = factor_of(row, unit, NULL);
    if (factor == 0)
        return vy_fail(err, VY_BAD_UNIT, -1, "%s is in '%s', the depth is in '%.20s'", row->name,
                       row->unit, unit);
    *kind = VY_DEPTH_LINEAR;
    *depth = (float)(number * factor);
    return VY_OK;
}
