// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// veery.yaml: groups within groups, or dotted names; what each line says is checked where it
// stands. Anchors, tags and several documents are refused: a list of settings needs none of them.
#include "base/settings.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define DEPTH_MAX 4
#define NAME_MAX_ 160 // a whole dotted name
#define WORDS_MAX VY_SETTING_TEXT_MAX

struct reader {
    yaml_parser_t parser;
    const char *file;
    vy__settings_take take;
    void *arg;
    struct vy_err *err;
    char name[NAME_MAX_]; // of the group we are in, without its last dot
    size_t end[DEPTH_MAX + 1];
    int depth;
    size_t *line_of; // where each row of the table was set, 0 = not yet; owned
};

static size_t line_at(const yaml_mark_t *mark)
{
    return mark->line + 1;
}

__attribute__((format(printf, 4, 5))) static vy_status wrong(struct reader *r, vy_status code,
                                                             size_t line, const char *format, ...)
{
    char text[200];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    // of a long path its end tells more
    const size_t length = strlen(r->file);
    return vy_fail(r->err, code, -1, "%s:%zu: %s", r->file + (length > 100 ? length - 100 : 0),
                   line, text);
}

static vy_status next(struct reader *r, yaml_event_t *event)
{
    if (yaml_parser_parse(&r->parser, event))
        return VY_OK;
    const char *const problem = r->parser.problem ? r->parser.problem : "it cannot be read";
    return wrong(r, r->parser.error == YAML_MEMORY_ERROR ? VY_NO_MEMORY : VY_SYNTAX,
                 line_at(&r->parser.problem_mark), "this is not YAML: %s", problem);
}

// ---- names --------------------------------------------------------------------------------------

static bool is_group(const char *name)
{
    const size_t n = strlen(name);
    for (size_t i = 0; vy_setting_at(i); i++)
        if (strncmp(vy_setting_at(i)->name, name, n) == 0 && vy_setting_at(i)->name[n] == '.')
            return true;
    return false;
}

static const struct vy_setting *row_named(const char *name)
{
    return vy_setting_find(name, NULL);
}

static vy_status unknown(struct reader *r, size_t line)
{
    struct vy_err near = {.at = -1};
    if (vy_setting_find(r->name, &near))
        return VY_OK;
    const vy_status status = wrong(r, VY_UNKNOWN_NAME, line, "there is no setting %.80s", r->name);
    if (r->err)
        vy_text_copy(r->err->hint, sizeof r->err->hint, near.hint);
    return status;
}

// Go into the group or setting of a key.
static vy_status enter(struct reader *r, const yaml_event_t *key)
{
    const char *const word = (const char *)key->data.scalar.value;
    const size_t used = strlen(r->name);
    const size_t line = line_at(&key->start_mark);
    if (r->depth >= DEPTH_MAX)
        return wrong(r, VY_TOO_BIG, line, "groups are nested too deep");
    r->end[r->depth++] = used;
    const int n = snprintf(r->name + used, sizeof r->name - used, "%s%s", used ? "." : "", word);
    if (strlen(word) != key->data.scalar.length || n < 0 || (size_t)n >= sizeof r->name - used)
        return wrong(r, VY_BAD_FILE, line, "this is no name of a setting");
    return VY_OK;
}

static void leave(struct reader *r)
{
    r->name[r->end[--r->depth]] = '\0';
}

// ---- values -------------------------------------------------------------------------------------

static vy_status take(struct reader *r, const struct vy_setting *row, const char *value,
                      size_t line)
{
    size_t i = 0;
    while (vy_setting_at(i) != row)
        i++;
    if (r->line_of[i])
        return wrong(r, VY_BAD_FILE, line, "%s is set twice, first in line %zu", row->name,
                     r->line_of[i]);
    r->line_of[i] = line;
    struct vy_err why = {.at = -1};
    const vy_status status = r->take(r->arg, row, value, line, &why);
    if (!status)
        return VY_OK;
    wrong(r, status, line, "%s", why.message);
    if (r->err)
        vy_text_copy(r->err->hint, sizeof r->err->hint, why.hint);
    return status;
}

static bool is_null(const yaml_event_t *event)
{
    const char *const text = (const char *)event->data.scalar.value;
    return event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           (!*text || strcmp(text, "~") == 0 || strcmp(text, "null") == 0);
}

static bool needs_no_quotes(enum vy_setting_type type)
{
    return type == VY_SETTING_NUMBER || type == VY_SETTING_WHOLE || type == VY_SETTING_FLAG;
}

static vy_status take_scalar(struct reader *r, const yaml_event_t *event)
{
    const size_t line = line_at(&event->start_mark);
    const char *const text = (const char *)event->data.scalar.value;
    const struct vy_setting *const row = row_named(r->name);
    if (!row && is_group(r->name))
        return is_null(event)
                   ? VY_OK
                   : wrong(r, VY_BAD_ARG, line,
                           "%s is a group of settings, not one: write them below it", r->name);
    if (!row)
        return unknown(r, line);
    if (is_null(event))
        return wrong(r, VY_BAD_ARG, line, "%s has no value; leave the line out for the default",
                     row->name);
    if (strlen(text) != event->data.scalar.length)
        return wrong(r, VY_BAD_ARG, line, "%s has a zero byte in it", row->name);
    if (needs_no_quotes(row->type) && event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return wrong(r, VY_BAD_ARG, line, "%s is a %s, not a text: leave the quotes out", row->name,
                     vy_setting_type_name(row->type));
    return take(r, row, text, line);
}

static vy_status refuse_extras(struct reader *r, const yaml_event_t *event)
{
    const yaml_char_t *anchor = NULL, *tag = NULL;
    if (event->type == YAML_SCALAR_EVENT) {
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
    } else if (event->type == YAML_MAPPING_START_EVENT) {
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
    }
    if (anchor || tag || event->type == YAML_ALIAS_EVENT)
        return wrong(r, VY_BAD_FILE, line_at(&event->start_mark),
                     "settings know no anchors, aliases and tags (& * !)");
    return VY_OK;
}

// [a, b]: words with a space between.
static vy_status take_list(struct reader *r, size_t line)
{
    struct vy_buf words = {0};
    const struct vy_setting *const row = row_named(r->name);
    vy_status status = VY_OK;
    if (!row)
        return unknown(r, line);
    if (row->type != VY_SETTING_WORDS)
        return wrong(r, VY_BAD_ARG, line, "%s is a %s, not a list", row->name,
                     vy_setting_type_name(row->type));
    vy_buf_put(&words, "", 0);
    for (bool more = true; !status && more;) {
        yaml_event_t event;
        if ((status = next(r, &event)))
            break;
        status = refuse_extras(r, &event);
        const char *const word = (const char *)event.data.scalar.value;
        if (event.type == YAML_SEQUENCE_END_EVENT)
            more = false;
        else if (!status && event.type != YAML_SCALAR_EVENT)
            status = wrong(r, VY_BAD_ARG, line_at(&event.start_mark), "%s is a list of words",
                           row->name);
        else if (!status &&
                 (!*word || strpbrk(word, " ,") || strlen(word) != event.data.scalar.length))
            status = wrong(r, VY_BAD_ARG, line_at(&event.start_mark),
                           "a word of %s is empty or has a space or comma in it", row->name);
        else if (!status)
            vy_buf_add(&words, "%s%s", words.length ? " " : "", word);
        if (!status && words.length > WORDS_MAX)
            status = wrong(r, VY_TOO_BIG, line, "%s is too long", row->name);
        yaml_event_delete(&event);
    }
    if (!status)
        status = words.failed ? vy_fail(r->err, VY_NO_MEMORY, -1, "out of memory")
                              : take(r, row, words.text ? words.text : "", line);
    vy_buf_clear(&words);
    return status;
}

// A mapping in the place of a setting, or of nothing we know.
static vy_status check_group(struct reader *r, size_t line)
{
    const struct vy_setting *const row = row_named(r->name);
    if (row)
        return wrong(r, VY_BAD_ARG, line, "%s is a %s, not a group", row->name,
                     vy_setting_type_name(row->type));
    return VY_OK; // an unknown group is told with the first name in it: that has a nearest one
}

static vy_status take_value(struct reader *r, const yaml_event_t *event, bool *opened)
{
    const size_t line = line_at(&event->start_mark);
    *opened = false;
    switch ((int)event->type) {
    case YAML_SCALAR_EVENT: return take_scalar(r, event);
    case YAML_SEQUENCE_START_EVENT: return take_list(r, line);
    case YAML_MAPPING_START_EVENT: *opened = true; return check_group(r, line);
    default: return wrong(r, VY_BAD_FILE, line, "a value is missing");
    }
}

// ---- the document -------------------------------------------------------------------------------

// Within the outer mapping: keys and values, groups opened and closed, until that mapping ends.
static vy_status read_groups(struct reader *r)
{
    bool key = true;
    vy_status status = VY_OK;
    while (!status) {
        yaml_event_t event;
        if ((status = next(r, &event)))
            return status;
        const yaml_event_type_t type = event.type;
        bool opened = false;
        status = refuse_extras(r, &event);
        if (status) {
        } else if (key && type == YAML_MAPPING_END_EVENT) {
            if (r->depth == 0) {
                yaml_event_delete(&event);
                return VY_OK;
            }
            leave(r);
        } else if (key && type != YAML_SCALAR_EVENT) {
            status = wrong(r, VY_BAD_FILE, line_at(&event.start_mark), "a name is a word");
        } else if (key) {
            status = enter(r, &event);
            key = false;
        } else {
            status = take_value(r, &event, &opened);
            if (!status && !opened)
                leave(r);
            key = true;
        }
        yaml_event_delete(&event);
    }
    return status;
}

// What stands in a document, from its beginning to its end.
static vy_status read_document(struct reader *r)
{
    yaml_event_t event;
    vy_status status = next(r, &event);
    if (status)
        return status;
    status = refuse_extras(r, &event);
    const yaml_event_type_t type = event.type;
    const size_t line = line_at(&event.start_mark);
    const bool nothing = type == YAML_SCALAR_EVENT && is_null(&event);
    yaml_event_delete(&event);
    if (status || nothing)
        return status;
    if (type != YAML_MAPPING_START_EVENT)
        return wrong(r, VY_BAD_FILE, line, "a settings file has lines of name: value");
    return read_groups(r);
}

static vy_status read_stream(struct reader *r)
{
    vy_status status = VY_OK;
    for (int documents = 0; !status;) {
        yaml_event_t event;
        if ((status = next(r, &event)))
            break;
        const yaml_event_type_t type = event.type;
        const size_t line = line_at(&event.start_mark);
        yaml_event_delete(&event);
        if (type == YAML_STREAM_END_EVENT)
            break;
        if (type == YAML_DOCUMENT_START_EVENT)
            status = documents++ ? wrong(r, VY_BAD_FILE, line, "a second document begins here")
                                 : read_document(r);
    }
    return status;
}

vy_status vy__settings_yaml(const char *text, size_t length, const char *name,
                            vy__settings_take take_one, void *arg, struct vy_err *err)
{
    size_t rows = 0;
    while (vy_setting_at(rows))
        rows++;
    struct reader r = {.file = name, .take = take_one, .arg = arg, .err = err};
    r.line_of = calloc(rows + 1, sizeof *r.line_of);
    if (!r.line_of || !yaml_parser_initialize(&r.parser)) {
        free(r.line_of);
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    }
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, length);
    const vy_status status = read_stream(&r);
    yaml_parser_delete(&r.parser);
    free(r.line_of);
    return status;
}
