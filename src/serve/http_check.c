// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Bodies against their schemas: the same schemas that the OpenAPI document shows, so what is said
// there is what holds. Of JSON Schema 2020-12 it knows what http_schema.c uses: $ref, type, enum,
// const, minimum, maximum, minLength, maxLength, required, properties, additionalProperties, items,
// minItems, maxItems.
#include "serve/http_inside.h"

#include <stdio.h>
#include <string.h>

#define DEPTH 16

struct place {
    const json_t *schemas;
    struct vy_err *err;
    char path[96]; ///< "/generation/seed"
    int depth;
};

static vy_status check(struct place *place, const json_t *schema, const json_t *value);

static const char *where(const struct place *place)
{
    return place->path[0] ? place->path : "the body";
}

static bool has_type(const json_t *value, const char *type)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT: return strcmp(type, "object") == 0;
    case JSON_ARRAY: return strcmp(type, "array") == 0;
    case JSON_STRING: return strcmp(type, "string") == 0;
    case JSON_INTEGER: return strcmp(type, "integer") == 0 || strcmp(type, "number") == 0;
    case JSON_REAL: return strcmp(type, "number") == 0;
    case JSON_TRUE:
    case JSON_FALSE: return strcmp(type, "boolean") == 0;
    case JSON_NULL: return strcmp(type, "null") == 0;
    }
    return false;
}

static vy_status check_type(struct place *place, const json_t *type, const json_t *value)
{
    struct vy_buf names = {0};
    size_t i;
    json_t *one;
    if (json_is_string(type)) {
        if (has_type(value, json_string_value(type)))
            return VY_OK;
        return vy_fail(place->err, VY_BAD_ARG, -1, "%s must be of type %s", where(place),
                       json_string_value(type));
    }
    json_array_foreach((json_t *)(uintptr_t)type, i, one)
    {
        if (has_type(value, json_string_value(one)))
            break;
        vy_buf_add(&names, "%s%s", i ? " or " : "", json_string_value(one));
    }
    vy_status status = VY_OK;
    if (i == json_array_size(type))
        status = vy_fail(place->err, VY_BAD_ARG, -1, "%s must be of type %s", where(place),
                         names.text ? names.text : "");
    vy_buf_clear(&names);
    return status;
}

static const char *next_choice(void *choices, size_t i)
{
    const json_t *choice = json_array_get(choices, i);
    while (choice && !json_is_string(choice))
        choice = json_array_get(choices, ++i);
    return json_string_value(choice);
}

static vy_status check_choice(struct place *place, const json_t *choices, const json_t *value)
{
    struct vy_buf names = {0};
    size_t i;
    json_t *one;
    json_array_foreach((json_t *)(uintptr_t)choices, i, one)
    {
        if (json_equal(one, value))
            break;
        if (json_is_string(one))
            vy_buf_add(&names, "%s%s", names.length ? ", " : "", json_string_value(one));
    }
    const bool found = i < json_array_size(choices);
    vy_status status = VY_OK;
    if (!found)
        status = vy_fail(place->err, VY_BAD_ARG, -1, "%s is one of %.150s", where(place),
                         names.text ? names.text : "");
    if (!found && json_is_string(value))
        vy_err_suggest(place->err, json_string_value(value), next_choice,
                       (void *)(uintptr_t)choices);
    vy_buf_clear(&names);
    return status;
}

static vy_status check_number(struct place *place, const json_t *schema, const json_t *value)
{
    const json_t *const min = json_object_get(schema, "minimum");
    const json_t *const max = json_object_get(schema, "maximum");
    const double number = json_number_value(value);
    if ((!min || number >= json_number_value(min)) && (!max || number <= json_number_value(max)))
        return VY_OK;
    if (!max)
        return vy_fail(place->err, VY_OUT_OF_RANGE, -1, "%s is at least %g, not %g", where(place),
                       json_number_value(min), number);
    if (!min)
        return vy_fail(place->err, VY_OUT_OF_RANGE, -1, "%s is at most %g, not %g", where(place),
                       json_number_value(max), number);
    return vy_fail(place->err, VY_OUT_OF_RANGE, -1, "%s goes from %g to %g, not %g", where(place),
                   json_number_value(min), json_number_value(max), number);
}

// Characters, as JSON Schema counts them.
static json_int_t length_of(const json_t *string)
{
    const char *const text = json_string_value(string);
    json_int_t n = 0;
    for (size_t i = 0; i < json_string_length(string); i++)
        n += ((unsigned char)text[i] & 0xc0) != 0x80;
    return n;
}

static vy_status check_length(struct place *place, const json_t *schema, const json_t *value)
{
    const bool list = json_is_array(value);
    const json_t *const min = json_object_get(schema, list ? "minItems" : "minLength");
    const json_t *const max = json_object_get(schema, list ? "maxItems" : "maxLength");
    const json_int_t n = list ? (json_int_t)json_array_size(value) : length_of(value);
    const char *const what = list ? "items" : "characters";
    if (min && n < json_integer_value(min))
        return vy_fail(place->err, VY_OUT_OF_RANGE, -1, "%s has at least %lld %s", where(place),
                       (long long)json_integer_value(min), what);
    if (max && n > json_integer_value(max))
        return vy_fail(place->err, VY_OUT_OF_RANGE, -1, "%s has at most %lld %s", where(place),
                       (long long)json_integer_value(max), what);
    return VY_OK;
}

// Go into a member: its path is longer.
static vy_status check_inside(struct place *place, const char *key, const json_t *schema,
                              const json_t *value)
{
    const size_t length = strlen(place->path);
    snprintf(place->path + length, sizeof place->path - length, "/%.40s", key);
    const vy_status status = check(place, schema, value);
    place->path[length] = '\0';
    return status;
}

struct keys {
    json_t *properties;
};

static const char *next_property(void *arg, size_t i)
{
    const struct keys *const keys = arg;
    void *iter = json_object_iter(keys->properties);
    for (; iter && i > 0; i--)
        iter = json_object_iter_next(keys->properties, iter);
    return iter ? json_object_iter_key(iter) : NULL;
}

static vy_status check_object(struct place *place, const json_t *schema, const json_t *value)
{
    json_t *const properties = json_object_get(schema, "properties");
    const json_t *const more = json_object_get(schema, "additionalProperties");
    const char *key;
    json_t *item;
    size_t i;
    json_array_foreach(
        json_object_get(schema, "required"), i,
        item) if (!json_object_get(value,
                                   json_string_value(
                                       item))) return vy_fail(place->err, VY_BAD_ARG, -1,
                                                              "%s needs \"%s\"", where(place),
                                                              json_string_value(item));
    json_object_foreach((json_t *)(uintptr_t)value, key, item)
    {
        const json_t *const row = json_object_get(properties, key);
        if (!row && json_is_false(more)) {
            vy_fail(place->err, VY_BAD_ARG, -1, "%s has no \"%.40s\"", where(place), key);
            vy_err_suggest(place->err, key, next_property, &(struct keys){properties});
            return VY_BAD_ARG;
        }
        const json_t *const inner = row ? row : more;
        const vy_status status =
            json_is_object(inner) ? check_inside(place, key, inner, item) : VY_OK;
        if (status)
            return status;
    }
    return VY_OK;
}

static vy_status check_items(struct place *place, const json_t *schema, const json_t *value)
{
    const json_t *const items = json_object_get(schema, "items");
    size_t i;
    json_t *item;
    vy_status status = VY_OK;
    json_array_foreach((json_t *)(uintptr_t)value, i, item)
    {
        char key[24];
        snprintf(key, sizeof key, "%zu", i);
        if (!status && items)
            status = check_inside(place, key, items, item);
    }
    return status;
}

static vy_status check_kind(struct place *place, const json_t *schema, const json_t *value)
{
    if (json_is_number(value))
        return check_number(place, schema, value);
    vy_status status = VY_OK;
    if (json_is_string(value) || json_is_array(value))
        status = check_length(place, schema, value);
    if (!status && json_is_array(value))
        status = check_items(place, schema, value);
    if (!status && json_is_object(value))
        status = check_object(place, schema, value);
    return status;
}

static vy_status check(struct place *place, const json_t *schema, const json_t *value)
{
    const char *const ref = json_string_value(json_object_get(schema, "$ref"));
    if (ref && strrchr(ref, '/'))
        schema = json_object_get(place->schemas, strrchr(ref, '/') + 1);
    if (!schema || ++place->depth > DEPTH)
        return vy_fail(place->err, VY_INTERNAL, -1, "%s: its schema leads nowhere", where(place));
    const json_t *const type = json_object_get(schema, "type");
    const json_t *const choices = json_object_get(schema, "enum");
    const json_t *const only = json_object_get(schema, "const");
    vy_status status = type ? check_type(place, type, value) : VY_OK;
    if (!status && choices)
        status = check_choice(place, choices, value);
    if (!status && only && !json_equal(only, value))
        status =
            vy_fail(place->err, VY_BAD_ARG, -1, "%s has another value than it must", where(place));
    if (!status)
        status = check_kind(place, schema, value);
    place->depth--;
    return status;
}

vy_status vy_http_schema_check(const json_t *schemas, const json_t *schema, const json_t *value,
                               struct vy_err *err)
{
    struct place place = {.schemas = schemas, .err = err};
    return check(&place, schema, value);
}
