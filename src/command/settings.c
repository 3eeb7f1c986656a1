// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Settings told as text and JSON, as a schema and as a page.
#include "command/settings.h"

#include "command/describe.h"
#include "command/handlers.h"
#include "base/json.h"

#include <string.h>

static bool is_number(const struct vy_setting *row)
{
    return row->type == VY_SETTING_NUMBER || row->type == VY_SETTING_WHOLE;
}

// A value in the type JSON has for it; sizes stay as they are written.
static json_t *value_json(const struct vy_setting *row, const char *text, double number)
{
    json_t *value = NULL;
    switch (row->type) {
    case VY_SETTING_NUMBER: return json_real(number);
    case VY_SETTING_WHOLE: return json_integer((json_int_t)number);
    case VY_SETTING_FLAG: return json_boolean(number != 0);
    case VY_SETTING_SIZE:
    case VY_SETTING_CHOICE:
    case VY_SETTING_TEXT:
    case VY_SETTING_PATH:
    case VY_SETTING_WORDS: value = json_string(text);
    }
    return value ? value : json_string("(not UTF-8)"); // a path may be
}

static void add_limits(const struct vy_setting *row, json_t *object)
{
    if (is_number(row) || row->type == VY_SETTING_SIZE) {
        json_object_set_new(object, "min", json_real(row->min));
        json_object_set_new(object, "max", json_real(row->max));
    }
    if (*row->unit)
        json_object_set_new(object, "unit", json_string(row->unit));
    if (row->choices)
        json_object_set_new(object, "choices", vy_json_choices(row->choices));
}

static const char *const origin_name[] = {"default", "file", "environment", "flag"};

static json_t *row_json(const struct vy_settings *settings, const struct vy_setting *row)
{
    const char *where;
    const enum vy_setting_origin origin = vy_settings_origin(settings, row->name, &where);
    char variable[80];
    vy_setting_variable(row, variable, sizeof variable);
    json_t *const object =
        json_pack("{s:s,s:s,s:o,s:o,s:s,s:s,s:s,s:b,s:s}", "name", row->name, "type",
                  vy_setting_type_name(row->type), "value",
                  value_json(row, vy_settings_text(settings, row->name),
                             vy_settings_number(settings, row->name)),
                  "default", value_json(row, row->def, vy_settings_number(NULL, row->name)), "from",
                  origin_name[origin], "where", where, "variable", variable, "live", row->live,
                  "text", row->text);
    add_limits(row, object);
    return object;
}

static void row_text(const struct vy_settings *settings, const struct vy_setting *row,
                     struct vy_buf *text)
{
    const char *where, *const value = vy_settings_text(settings, row->name);
    const enum vy_setting_origin origin = vy_settings_origin(settings, row->name, &where);
    vy_buf_add(text, "%s%-24s %s%s%s", text->length ? "\n" : "", row->name, *value ? value : "\"\"",
               *row->unit ? " " : "", row->unit);
    if (origin != VY_BY_DEFAULT)
        vy_buf_add(text, "  (%s)", where);
}

static void row_help(const struct vy_setting *row, struct vy_buf *text)
{
    char variable[80];
    vy_setting_variable(row, variable, sizeof variable);
    vy_buf_add(text, "\n  %s", row->text);
    if (is_number(row))
        vy_buf_add(text, "\n  %.10g..%.10g%s%s", row->min, row->max, *row->unit ? " " : "",
                   row->unit);
    if (row->choices)
        vy_buf_add(text, "\n  one of %s", row->choices);
    vy_buf_add(text, "\n  default %s; %s; %s, --set %s=...", *row->def ? row->def : "\"\"",
               row->live ? "SIGHUP changes it" : "changed by a restart", variable, row->name);
}

static bool is_of(const struct vy_setting *row, const char *name)
{
    const size_t n = name ? strlen(name) : 0;
    return !name || strcmp(row->name, name) == 0 ||
           (strncmp(row->name, name, n) == 0 && row->name[n] == '.');
}

vy_status vy_settings_tell(const struct vy_settings *settings, const char *name,
                           struct vy_buf *text, json_t *result, struct vy_err *err)
{
    json_t *const array = json_array();
    const struct vy_setting *row;
    for (size_t i = 0; (row = vy_setting_at(i)); i++)
        if (is_of(row, name)) {
            row_text(settings, row, text);
            if (name && strcmp(row->name, name) == 0)
                row_help(row, text);
            json_array_append_new(array, row_json(settings, row));
        }
    const size_t told = json_array_size(array);
    json_object_set_new(result, "settings", array);
    json_t *const file = json_string(vy_settings_path(settings));
    json_object_set_new(result, "file", file ? file : json_string("(not UTF-8)"));
    if (told)
        return VY_OK;
    vy_setting_find(name, err);
    return VY_UNKNOWN_NAME;
}

vy_status vy_do_settings(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const name = &call->args->value[0];
    const vy_status status = vy_settings_tell(
        call->catalog->settings, name->given ? name->text : NULL, call->text, call->result, err);
    if (status && err)
        err->at = name->at;
    return status;
}

// ---- schema -------------------------------------------------------------------------------------

static json_t *type_schema(const struct vy_setting *row)
{
    switch (row->type) {
    case VY_SETTING_NUMBER:
        return json_pack("{s:s,s:f,s:f}", "type", "number", "minimum", row->min, "maximum",
                         row->max);
    case VY_SETTING_WHOLE:
        return json_pack("{s:s,s:I,s:I}", "type", "integer", "minimum", (json_int_t)row->min,
                         "maximum", (json_int_t)row->max);
    case VY_SETTING_SIZE:
        return json_pack("{s:[s,s],s:s}", "type", "string", "number", "pattern",
                         "^[0-9.]+ *([kKMGT]i?)?B?$");
    case VY_SETTING_FLAG: return json_pack("{s:s}", "type", "boolean");
    case VY_SETTING_CHOICE: return json_pack("{s:o}", "enum", vy_json_choices(row->choices));
    case VY_SETTING_PATH: return json_pack("{s:s,s:s}", "type", "string", "pattern", "^($|/|~/)");
    case VY_SETTING_WORDS:
        return json_pack("{s:[s,s],s:{s:s}}", "type", "string", "array", "items", "type", "string");
    case VY_SETTING_TEXT: break;
    }
    return json_pack("{s:s,s:i}", "type", "string", "maxLength", VY_SETTING_TEXT_MAX);
}

static json_t *new_group(void)
{
    return json_pack("{s:[s,s],s:b,s:{}}", "type", "object", "null", "additionalProperties", 0,
                     "properties");
}

// The object of a group's properties, made where it is missing. Borrowed.
static json_t *group_of(json_t *schema, const char *name, const char **last)
{
    json_t *group = json_object_get(schema, "properties");
    const char *dot;
    for (; (dot = strchr(name, '.')); name = dot + 1) {
        char word[64];
        snprintf(word, sizeof word, "%.*s", (int)(dot - name), name);
        if (!json_object_get(group, word))
            json_object_set_new(group, word, new_group());
        group = json_object_get(json_object_get(group, word), "properties");
    }
    *last = name;
    return group;
}

json_t *vy_settings_schema(void)
{
    json_t *const schema = new_group();
    json_object_set_new(schema, "$schema",
                        json_string("https://json-schema.org/draft/2020-12/schema"));
    json_object_set_new(schema, "title", json_string("veery.yaml"));
    const struct vy_setting *row;
    for (size_t i = 0; (row = vy_setting_at(i)); i++) {
        json_t *const type = type_schema(row);
        const char *last;
        json_object_set_new(type, "description", json_string(row->text));
        json_object_set_new(type, "default",
                            value_json(row, row->def, vy_settings_number(NULL, row->name)));
        json_object_set(json_object_get(schema, "properties"), row->name, type); // with dots
        json_t *const group = group_of(schema, row->name, &last);
        json_object_set_new(group, last, type);
    }
    return schema;
}

// ---- page ---------------------------------------------------------------------------------------

static void choice_cell(const char *p, struct vy_buf *buf)
{
    for (; *p; p += strspn(p, "|")) {
        const int n = (int)strcspn(p, "|");
        vy_buf_add(buf, " `%.*s`", n, p);
        p += n;
    }
    vy_buf_add(buf, " |");
}

static void range_cell(const struct vy_setting *row, struct vy_buf *buf)
{
    if (is_number(row))
        vy_buf_add(buf, " %.10g..%.10g%s%s |", row->min, row->max, *row->unit ? " " : "",
                   row->unit);
    else if (row->choices)
        choice_cell(row->choices, buf);
    else
        vy_docs_cell(buf, vy_setting_type_name(row->type));
}

void vy_settings_docs(struct vy_buf *buf)
{
    vy_docs_head(buf, "Settings");
    vy_buf_add(buf,
               "\n[settings.md](../settings.md) says where they are written. Live: "
               "`systemctl --user reload veery` (SIGHUP) changes it in a studio that runs; the "
               "others hold from its next start.\n");
    const char *group = "";
    const struct vy_setting *row;
    for (size_t i = 0; (row = vy_setting_at(i)); i++) {
        const size_t n = strcspn(row->name, ".");
        if (strncmp(group, row->name, n + 1) != 0)
            vy_buf_add(
                buf,
                "\n## %.*s\n\n| setting | default | values | live | |\n|---|---|---|---|---|\n",
                (int)n, row->name);
        group = row->name;
        vy_buf_add(buf, "| `%s` | `%s` |", row->name, *row->def ? row->def : "\"\"");
        range_cell(row, buf);
        vy_buf_add(buf, "%s", row->live ? " yes |" : " |");
        vy_docs_cell(buf, row->text);
        vy_buf_add(buf, "\n");
    }
}
