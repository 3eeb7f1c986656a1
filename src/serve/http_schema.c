// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The shapes of what goes in and out, as JSON Schema: shown in the OpenAPI document, and bodies are
// checked against them (http_check.c).
#include "serve/http_inside.h"

#include <math.h>
#include <string.h>

#define OBJECT(required, properties) \
    "{\"type\":\"object\",\"required\":[" required "],\"properties\":{" properties "}}"
#define CLOSED(required, properties)                                              \
    "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[" required \
    "],\"properties\":{" properties "}}"
#define STRING "{\"type\":\"string\"}"
#define NUMBER "{\"type\":\"number\"}"
#define INTEGER "{\"type\":\"integer\"}"
#define FLAG "{\"type\":\"boolean\"}"
#define MAYBE(type) "{\"type\":[\"" type "\",\"null\"]}"
#define LIST(items) "{\"type\":\"array\",\"items\":" items "}"
#define REF(name) "{\"$ref\":\"#/components/schemas/" name "\"}"
#define ANY_OBJECT "{\"type\":\"object\"}"
#define NAME "{\"type\":\"string\",\"minLength\":1,\"maxLength\":31}"

// clang-format off

static const struct {
    const char *name, *text;
} rows[] = {
    {"Problem",
     OBJECT("\"type\",\"title\",\"status\",\"detail\",\"code\"",
            "\"type\":" STRING ",\"title\":" STRING ",\"status\":" INTEGER ",\"detail\":" STRING
            ",\"code\":{\"type\":\"string\",\"description\":\"a name of docs/reference/errors.md\"}"
            ",\"at\":{\"type\":\"integer\",\"description\":\"byte of the line\"}"
            ",\"hint\":{\"type\":\"string\",\"description\":\"the nearest valid thing\"}"
            ",\"allow\":" STRING ",\"replies\":" LIST(REF("Reply")) ",\"version\":" INTEGER)},
    // commands
    {"Line",
     CLOSED("\"line\"", "\"line\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":65536,"
                        "\"examples\":[\"set bass.cutoff 500\"]}"
                        ",\"author\":" NAME ",\"if_version\":{\"type\":\"integer\",\"minimum\":0,"
                        "\"description\":\"fail unless the session is at this version\"}")},
    {"Arguments", "{\"type\":\"object\",\"description\":\"arguments by name; each command's own "
                  "path has its shape\"}"},
    {"Reply",
     OBJECT(
         "\"id\",\"ok\",\"version\"",
         "\"id\":" INTEGER ",\"ok\":" FLAG ",\"version\":" INTEGER
         ",\"text\":{\"type\":\"string\",\"description\":\"for people\"},\"result\":" ANY_OBJECT
         ",\"at\":" OBJECT(
             "\"bar\",\"beat\"",
             "\"bar\":" NUMBER
             ",\"beat\":" NUMBER) ",\"warnings\":" LIST(STRING) ",\"error\":" OBJECT("\"code\","
                                                                                     "\"message\"",
                                                                                     "\"code\""
                                                                                     ":" STRING
                                                                                     ",\"message\""
                                                                                     ":" STRING
                                                                                     ",\"at\""
                                                                                     ":" INTEGER
                                                                                     ",\"hint\""
                                                                                     ":" STRING))},
    {"Replies",
     OBJECT("\"replies\",\"version\"", "\"replies\":" LIST(REF("Reply")) ",\"version\":" INTEGER)},
    {"Argument",
     OBJECT("\"name\",\"type\",\"optional\"",
            "\"name\":" STRING ",\"type\":" STRING ",\"optional\":" FLAG ",\"key\":" FLAG
            ",\"before\":" STRING ",\"after\":" LIST(
                STRING) ",\"unit\":" STRING ",\"min\":" NUMBER ",\"max\":" NUMBER
                        ",\"default\":" STRING ",\"choices\":" LIST(STRING) ",\"text\":" STRING)},
    {"Command",
     OBJECT("\"name\",\"group\",\"usage\",\"help\",\"kind\",\"status\",\"args\",\"examples\","
            "\"scope\"",
            "\"name\":" STRING ",\"group\":" STRING ",\"usage\":" STRING ",\"help\":" STRING
            ",\"more\":" STRING ",\"kind\":{\"enum\":[\"edit\",\"macro\",\"query\",\"control\"]},"
            "\"status\":{\"enum\":[\"real\",\"absent\"]}"
            ",\"absent\":" STRING ",\"args\":" LIST(REF("Argument")) ",\"examples\":" LIST(
                STRING) ",\"scope\":" REF("Scope"))},
    {"Scope", "{\"enum\":[\"read\",\"play\",\"admin\"]}"},
    {"Commands",
     OBJECT("\"groups\",\"commands\"",
            "\"groups\":" LIST(OBJECT(
                "\"name\",\"title\"",
                "\"name\":" STRING ",\"title\":" STRING)) ",\"commands\":" LIST(REF("Command")))},
    {"Completion", OBJECT("\"at\",\"words\"", "\"at\":{\"type\":\"integer\",\"description\":\"byte "
                                              "where the word begins\"},\"words\":" LIST(STRING))},
    // session
    {"Param",
     OBJECT(
         "\"name\",\"path\",\"value\",\"text\",\"unit\",\"curve\",\"min\",\"max\",\"default\"",
         "\"name\":" STRING
         ",\"path\":{\"type\":\"string\",\"description\":\"as `set` takes it\"},\"value\":" NUMBER
         ",\"text\":" STRING ",\"unit\":" STRING
         ",\"curve\":{\"enum\":[\"lin\",\"exp\",\"int\",\"enum\",\"bool\"]},\"min\":" NUMBER
         ",\"max\":" NUMBER ",\"default\":" NUMBER ",\"choices\":" LIST(STRING))},
    {"Rack",
     OBJECT("\"name\",\"recipe\",\"source\",\"bypass\",\"params\"",
            "\"name\":" STRING ",\"recipe\":" STRING
            ",\"source\":{\"type\":\"boolean\",\"description\":\"false: an effect behind it\"}"
            ",\"bypass\":" FLAG ",\"params\":" LIST(REF("Param")))},
    {"Part", OBJECT("\"verb\",\"text\",\"options\",\"from\",\"until\"",
                    "\"verb\":" STRING ",\"text\":" STRING ",\"options\":" STRING
                    ",\"from\":" MAYBE("number") ",\"until\":" MAYBE("number"))},
    {"Unit",
     OBJECT("\"name\",\"kind\",\"recipe\",\"gain\",\"pan\",\"spread\",\"glide\",\"voices\","
            "\"muted\",\"solo\",\"playing\",\"detached\",\"author\",\"racks\",\"patterns\"",
            "\"name\":" STRING
            ",\"kind\":{\"enum\":[\"instrument\",\"effect\",\"bus\",\"out\"]},\"recipe\":" STRING
            ",\"gain\":{\"type\":\"number\",\"description\":\"dB\"},\"pan\":" NUMBER
            ",\"spread\":" NUMBER
            ",\"glide\":{\"type\":\"number\",\"description\":\"s\"},\"voices\":" INTEGER
            ",\"muted\":" FLAG ",\"solo\":" FLAG ",\"playing\":" FLAG ",\"detached\":" FLAG
            ",\"author\":" STRING
            ",\"racks\":" LIST(REF("Rack")) ",\"patterns\":" LIST(REF("Part")))},
    {"Route", OBJECT("\"from\",\"to\",\"send\",\"amount\"",
                     "\"from\":" STRING ",\"to\":" STRING ",\"send\":" FLAG ",\"amount\":" NUMBER
                     ",\"param\":" STRING)},
    {"Position",
     OBJECT("\"beats\",\"bar\",\"beat\",\"bpm\",\"heard\"",
            "\"beats\":{\"type\":\"number\",\"description\":\"quarter notes since the start\"}"
            ",\"bar\":{\"type\":\"number\",\"description\":\"from "
            "1\"},\"beat\":{\"type\":\"number\",\"description\":\"beat of the bar, from 1\"}"
            ",\"bpm\":" NUMBER
            ",\"heard\":{\"type\":\"integer\",\"description\":\"version that sounds\"}")},
    {"Session",
     OBJECT(
         "\"version\",\"seed\",\"tempo\",\"meter\",\"bar_beats\",\"swing\",\"key\",\"units\","
         "\"routes\",\"scenes\",\"song\",\"waiting\",\"playing\",\"position\"",
         "\"version\":" INTEGER ",\"seed\":" INTEGER ",\"tempo\":" NUMBER ",\"meter\":" STRING
         ",\"bar_beats\":{\"type\":\"number\",\"description\":\"quarter notes in a "
         "bar\"},\"swing\":" NUMBER ",\"key\":" STRING
         ",\"units\":" LIST(REF("Unit")) ",\"routes\":" LIST(REF("Route")) ",\"scenes\":" LIST(OBJECT(
             "\"name\",\"units\"",
             "\"name\":" STRING ",\"units\":" LIST(
                 STRING))) ",\"song\":" LIST(OBJECT("\"scene\",\"bars\"",
                                                    "\"scene\":" STRING
                                                    ",\"bars\":" INTEGER)) ",\"waiting\""
                                                                           ":" LIST(OBJECT(
                                                                               "\"beat\",\"every\","
                                                                               "\"line\","
                                                                               "\"author\"",
                                                                               "\"beat\":" NUMBER
                                                                               ",\"every\":" NUMBER
                                                                               ",\"line\":" STRING
                                                                               ",\"author\""
                                                                               ":" STRING)) ",\"pla"
                                                                                            "ying\""
                                                                                            ":" FLAG
                                                                                            ",\"pos"
                                                                                            "ition"
                                                                                            "\""
                                                                                            ":" REF(
                                                                                                "Po"
                                                                                                "si"
                                                                                                "ti"
                                                                                                "o"
                                                                                                "n"))},
    {"Meters",
     OBJECT("\"master\",\"units\",\"loudness\",\"playing\",\"position\"",
            "\"master\":{\"type\":\"array\",\"items\":" NUMBER
            ",\"minItems\":2,\"maxItems\":2,\"description\":\"peaks left and right, full scale 1\"}"
            ",\"units\":{\"type\":\"object\",\"additionalProperties\":" NUMBER
            "},\"loudness\":" ANY_OBJECT ",\"playing\":" FLAG ",\"position\":" REF("Position"))},
    // studio
    {"Status",
     OBJECT("\"capabilities\",\"session\"",
            "\"capabilities\":" LIST(OBJECT(
                "\"name\",\"state\",\"why\"",
                "\"name\":" STRING ",\"state\":{\"enum\":[\"real\",\"degraded\",\"absent\"]},"
                "\"why\":" STRING)) ",\"session\":" ANY_OBJECT ",\"device\":" ANY_OBJECT
                                    ",\"transport\":" ANY_OBJECT ",\"health\":" ANY_OBJECT)},
    {"Models",
     OBJECT("\"models\"",
            "\"models\":" LIST(OBJECT(
                "\"id\",\"kind\",\"state\",\"text\"",
                "\"id\":" STRING ",\"kind\":" STRING
                ",\"state\":{\"enum\":[\"real\",\"degraded\",\"absent\"]},\"text\":" STRING)))},
    {"Document", ANY_OBJECT},
    {"Health",
     OBJECT("\"status\",\"timestamp\",\"uptime_s\",\"default_model_id\",\"available_backends\","
            "\"warmup_complete\",\"session_count\"",
            "\"status\":{\"enum\":[\"ok\",\"degraded\",\"unhealthy\"]},\"timestamp\":" STRING
            ",\"uptime_s\":" NUMBER ",\"why\":" LIST(
                STRING) ",\"default_model_id\":" STRING
                        ",\"available_backends\":" LIST(STRING) ",\"warmup_complete\":" FLAG
                                                                ",\"session_count\":" INTEGER)},
    {"Ready", OBJECT("\"ready\",\"issues\",\"timestamp\"",
                     "\"ready\":" FLAG ",\"issues\":" LIST(STRING) ",\"timestamp\":" STRING
                                                                   ",\"device\":" STRING)},
};
#define ROWS (sizeof rows / sizeof *rows)

// clang-format on

const char *vy_http_schema_text(const char *name)
{
    for (size_t i = 0; i < ROWS; i++)
        if (strcmp(rows[i].name, name) == 0)
            return rows[i].text;
    return NULL;
}

const char *vy_http_schema_name(size_t i)
{
    return i < ROWS ? rows[i].name : NULL;
}

json_t *vy_http_schemas(void)
{
    json_t *const all = json_object();
    for (size_t i = 0; i < ROWS; i++)
        json_object_set_new(all, rows[i].name, json_loads(rows[i].text, 0, NULL));
    return all;
}

// ---- verbs --------------------------------------------------------------------------------------

static json_t *choices_json(const char *choices)
{
    json_t *const list = json_array();
    for (const char *p = choices; p;) {
        const char *const bar = strchr(p, '|');
        json_array_append_new(list, json_stringn(p, bar ? (size_t)(bar - p) : strlen(p)));
        p = bar ? bar + 1 : NULL;
    }
    return list;
}

static json_t *number_json(const struct vy_arg *arg)
{
    json_t *const out = json_pack("{s:[s,s]}", "type", "number", "string");
    if (arg->min < arg->max)
        json_object_update_new(out,
                               json_pack("{s:f,s:f}", "minimum", arg->min, "maximum", arg->max));
    return out;
}

static json_t *type_json(const struct vy_arg *arg)
{
    switch (arg->type) {
    case VY_ARG_NAME:
    case VY_ARG_NEW_NAME:
    case VY_ARG_PATH:
    case VY_ARG_PATTERN:
    case VY_ARG_REST:
    case VY_ARG_TEXT:
    case VY_ARG_METRIC: return json_pack("{s:s}", "type", "string");
    case VY_ARG_WORD: return json_pack("{s:[s,s,s]}", "type", "string", "number", "boolean");
    case VY_ARG_NUMBER: return number_json(arg);
    case VY_ARG_CHOICE: return json_pack("{s:o}", "enum", choices_json(arg->choices));
    case VY_ARG_OPERATOR: return json_pack("{s:[s,s,s,s,s]}", "enum", "<", "<=", "=", ">=", ">");
    case VY_ARG_PAIRS:
        return json_pack("{s:s,s:{s:[s,s,s]}}", "type", "object", "additionalProperties", "type",
                         "string", "number", "boolean");
    case VY_ARG_NAMES:
    case VY_ARG_FILES:
    case VY_ARG_ROUTE:
        return json_pack("{s:s,s:{s:s},s:i}", "type", "array", "items", "type", "string",
                         "maxItems", VY_MAX_LIST);
    }
    return json_object();
}

static void describe(json_t *out, const struct vy_arg *arg)
{
    struct vy_buf text = {0};
    if (arg->text)
        vy_buf_add(&text, "%s", arg->text);
    if (arg->unit && *arg->unit)
        vy_buf_add(&text, "%sin %s", text.length ? "; " : "", arg->unit);
    if (arg->def)
        vy_buf_add(&text, "%s%s when left out", text.length ? "; " : "", arg->def);
    if (text.text)
        json_object_set_new(out, "description", json_string(text.text));
    vy_buf_clear(&text);
}

json_t *vy_http_verb_schema(const struct vy_verb *verb)
{
    json_t *const properties = json_object(), *const required = json_array();
    for (const struct vy_arg *arg = verb->arg; arg->name; arg++) {
        json_t *const row = type_json(arg);
        describe(row, arg);
        json_object_set_new(properties, arg->name, row);
        if (!arg->optional)
            json_array_append_new(required, json_string(arg->name));
    }
    json_object_set_new(properties, "author",
                        json_pack("{s:s,s:i}", "type", "string", "maxLength", VY_NAME_SIZE - 1));
    json_object_set_new(properties, "if_version",
                        json_pack("{s:s,s:i}", "type", "integer", "minimum", 0));
    if (verb->flags & (VY_VERB_EDIT | VY_VERB_MACRO)) {
        json_object_set_new(
            properties, "dry",
            json_pack("{s:s,s:s}", "type", "boolean", "description", "only try it"));
        json_object_set_new(properties, "when",
                            json_pack("{s:s,s:s}", "type", "string", "description",
                                      "when it happens: \"next bar\", \"bar 9\""));
    }
    return json_pack("{s:s,s:b,s:o,s:o}", "type", "object", "additionalProperties", 0, "required",
                     required, "properties", properties);
}
