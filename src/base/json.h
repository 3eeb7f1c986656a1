// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Small things that every room which speaks JSON needs.
#ifndef VY_BASE_JSON_H
#define VY_BASE_JSON_H

#include <jansson.h>
#include <math.h>
#include <string.h>

/// A number; null where there is none: JSON knows no NaN.
static inline json_t *vy_json_number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

/// "a|b|c" as an array; NULL is an empty one.
static inline json_t *vy_json_choices(const char *list)
{
    json_t *const array = json_array();
    for (const char *p = list; p;) {
        const size_t n = strcspn(p, "|");
        json_array_append_new(array, json_stringn(p, n));
        p = p[n] ? p + n + 1 : NULL;
    }
    return array;
}

#endif
