// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "command/musical.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool vy_mode_read(const char *text, int *minor)
{
    static const struct {
        const char *text;
        int minor;
    } modes[] = {{"minor", 1}, {"min", 1}, {"m", 1},   {"moll", 1},
                 {"major", 0}, {"maj", 0}, {"dur", 0}, {"M", 0}};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        const bool one = !modes[i].text[1]; // m and M differ
        if (one ? strcmp(text, modes[i].text) == 0 : strcasecmp(text, modes[i].text) == 0) {
            *minor = modes[i].minor;
            return true;
        }
    }
    return false;
}

bool vy_tonality_read(const char *text, int *key, int *minor)
{
    static const signed char note[] = {9, 11, 0, 2, 4, 5, 7}; // A .. G
    const char *p = text;
    const char letter = (char)toupper((unsigned char)*p);
    *minor = -1;
    if (letter < 'A' || letter > 'G')
        return false;
    int pitch = note[letter - 'A'];
    p++;
    if (*p == '#' || *p == 'b') {
        pitch += *p == '#' ? 1 : -1;
        p++;
    } else if (strncasecmp(p, "sharp", 5) == 0 || strncasecmp(p, "flat", 4) == 0) {
        const bool sharp = tolower((unsigned char)*p) == 's';
        pitch += sharp ? 1 : -1;
        p += sharp ? 5 : 4;
    }
    *key = (pitch + 12) % 12;
    while (*p == ' ' || *p == '-' || *p == '_')
        p++;
    return !*p || vy_mode_read(p, minor);
}

// A plain decimal number, no signs, names or hex.
static bool number(const char **p, double *value)
{
    char *end;
    if (!isdigit((unsigned char)**p) && **p != '.')
        return false;
    if (**p == '0' && tolower((unsigned char)(*p)[1]) == 'x')
        return false;
    // the dots of a range are not those of a number
    char part[32];
    size_t n = 0;
    bool dot = false;
    for (const char *q = *p; n + 1 < sizeof part; q++) {
        if (*q == '.' && (dot || q[1] == '.'))
            break;
        if (!isdigit((unsigned char)*q) && *q != '.')
            break;
        dot |= *q == '.';
        part[n++] = *q;
    }
    part[n] = '\0';
    *value = strtod(part, &end);
    if (end == part || !isfinite(*value))
        return false;
    *p += end - part;
    return true;
}

static bool at_end(const char *p, const char *unit)
{
    while (*p == ' ')
        p++;
    return !*p || strcasecmp(p, unit) == 0;
}

bool vy_range_read(const char *text, const char *unit, double share, double *low, double *high)
{
    const char *p = text;
    if (!number(&p, low))
        return false;
    if (at_end(p, unit)) {
        *high = *low * (1 + share);
        *low *= 1 - share;
        return *high > 0;
    }
    if (strncmp(p, "..", 2) == 0)
        p += 2;
    else if (*p == '-')
        p++;
    else
        return false;
    return number(&p, high) && at_end(p, unit) && *high >= *low && *high > 0;
}

bool vy_seconds_read(const char *text, double *seconds)
{
    static const struct {
        const char *text;
        double factor;
    } units[] = {{"", 1},        {"s", 1},        {"sec", 1},  {"second", 1},
                 {"seconds", 1}, {"ms", 0.001},   {"m", 60},   {"min", 60},
                 {"minute", 60}, {"minutes", 60}, {"h", 3600}, {"hour", 3600}};
    const char *p = text;
    double first, second;
    if (!number(&p, &first))
        return false;
    if (*p == ':') {
        p++;
        if (!number(&p, &second) || *p || second >= 60)
            return false;
        *seconds = first * 60 + second;
        return true;
    }
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcasecmp(p, units[i].text) == 0) {
            *seconds = first * units[i].factor;
            return true;
        }
    return false;
}
