// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Small things that every room which speaks JSON needs.
#ifndef VY_BASE_JSON_H
#define VY_BASE_JSON_H

#include "base/text.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

/// A number; null where there is none: JSON knows no NaN.
static inline json_t *vy_json_number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

/// A text of an object; "" where there is none.
static inline const char *vy_json_text(const json_t *object, const char *key)
{
    const char *const text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/// A path, also one that is not UTF-8.
static inline json_t *vy_path_json(const char *path)
{
    char plain[4096];
    json_t *const json = json_string(path);
    if (json)
        return json;
    vy_text_copy(plain, sizeof plain, path);
    for (char *p = plain; *p; p++)
        if (*p & 0x80)
            *p = '?';
    return json_string(plain);
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
