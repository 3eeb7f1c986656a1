// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Values of settings: where they come from, and reading them again.
#include "base/settings.h"

#include "base/text.h"
#include "base/home.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct value {
    char *text; // owned; NULL = the default
    double number;
    char *where; // owned
    enum vy_setting_origin origin;
};

struct vy_settings {
    char file[4096];
    char **flag, **variable; // owned, NULL-terminated: a reload reads them again
    size_t count;
    struct value *value; // [count], as the rows of the table
};

static size_t rows(void)
{
    size_t n = 0;
    while (vy_setting_at(n))
        n++;
    return n;
}

// A name the program asks for. One that is missing would be found by the first test.
static size_t row_of(const char *name)
{
    for (size_t i = 0; vy_setting_at(i); i++)
        if (strcmp(vy_setting_at(i)->name, name) == 0)
            return i;
    fprintf(stderr, "veery: internal: there is no setting %s\n", name);
    abort();
}

bool vy_settings_place(char *path, size_t size)
{
    const char *const given = getenv("VEERY_SETTINGS");
    if (given && *given)
        return vy_text_copy(path, size, given);
    return vy_home_path(VY_HOME_CONFIG, "veery.yaml", path, size, NULL) == VY_OK;
}

// ---- taking values ------------------------------------------------------------------------------

static void value_clear(struct value *value)
{
    free(value->text);
    free(value->where);
    *value = (struct value){0};
}

// ~/x is in the home folder.
static char *in_home(const char *text)
{
    const char *const home = getenv("HOME");
    char *path = NULL;
    if (strncmp(text, "~/", 2) != 0 || !home)
        return strdup(text);
    return asprintf(&path, "%s%s", home, text + 1) < 0 ? NULL : path;
}

static vy_status keep(struct vy_settings *settings, const struct vy_setting *row, const char *text,
                      enum vy_setting_origin origin, const char *where, struct vy_err *err)
{
    double number = 0;
    const vy_status status = vy__setting_check(row, text, &number, err);
    if (status)
        return status;
    struct value *const value = &settings->value[row_of(row->name)];
    value_clear(value);
    value->number = number;
    value->origin = origin;
    value->text = row->type == VY_SETTING_PATH ? in_home(text) : strdup(text);
    value->where = strdup(where);
    return value->text && value->where ? VY_OK : vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
}

static vy_status take_line(void *arg, const struct vy_setting *row, const char *value, size_t line,
                           struct vy_err *err)
{
    struct vy_settings *const settings = arg;
    char where[4200];
    snprintf(where, sizeof where, "%s:%zu", settings->file, line);
    return keep(settings, row, value, VY_BY_FILE, where, err);
}

static vy_status take_file(struct vy_settings *settings, struct vy_err *err)
{
    char *text;
    size_t length;
    struct vy_err why = {.at = -1};
    if (!settings->file[0])
        return VY_OK;
    vy_status status = vy_file_read(settings->file, VY_SETTINGS_FILE_MAX, &text, &length, &why);
    if (status == VY_NOT_FOUND)
        return VY_OK;
    if (status)
        return vy_fail(err, status, -1, "%s", why.message);
    status = vy__settings_yaml(text, length, settings->file, take_line, settings, err);
    free(text);
    return status;
}

// Put "where: " before the message of a value that does not fit.
static vy_status say_where(struct vy_err *err, vy_status status, const char *where)
{
    if (!status || !err)
        return status;
    struct vy_err told = *err;
    snprintf(told.message, sizeof told.message, "%.60s: %.170s", where, err->message);
    *err = told;
    return status;
}

// VEERY_HTTP_ADRESS is a mistake, VEERY_RECIPES is not ours: what begins like a group of settings
// is taken for one.
static bool looks_like_one(const char *variable)
{
    char name[80];
    for (size_t i = 0; vy_setting_at(i); i++) {
        vy_setting_variable(vy_setting_at(i), name, sizeof name);
        const char *const end = strchr(name + strlen("VEERY_"), '_');
        if (end && strncmp(variable, name, (size_t)(end - name) + 1) == 0)
            return true;
    }
    return false;
}

static const char *variable_name(void *arg, size_t i)
{
    char *const name = arg;
    if (!vy_setting_at(i))
        return NULL;
    vy_setting_variable(vy_setting_at(i), name, 80);
    return name + strlen("VEERY_"); // what differs
}

static vy_status take_variable(struct vy_settings *settings, const char *pair, struct vy_err *err)
{
    const char *const equals = strchr(pair, '=');
    char name[80], known[80];
    if (strncmp(pair, "VEERY_", 6) != 0 || !equals || equals - pair >= (long)sizeof name)
        return VY_OK;
    snprintf(name, sizeof name, "%.*s", (int)(equals - pair), pair);
    for (size_t i = 0; vy_setting_at(i); i++) {
        vy_setting_variable(vy_setting_at(i), known, sizeof known);
        if (strcmp(known, name) == 0)
            return say_where(
                err, keep(settings, vy_setting_at(i), equals + 1, VY_BY_ENVIRONMENT, name, err),
                name);
    }
    if (!looks_like_one(name))
        return VY_OK;
    vy_fail(err, VY_UNKNOWN_NAME, -1, "%s: there is no such setting", name);
    vy_err_suggest(err, name + 6, variable_name, known);
    if (err && err->hint[0]) {
        char hint[sizeof err->hint];
        snprintf(hint, sizeof hint, "VEERY_%.50s", err->hint);
        vy_text_copy(err->hint, sizeof err->hint, hint);
    }
    return VY_UNKNOWN_NAME;
}

static vy_status take_flag(struct vy_settings *settings, const char *pair, struct vy_err *err)
{
    const char *const equals = strchr(pair, '=');
    char name[80];
    if (!equals || equals == pair || equals - pair >= (long)sizeof name)
        return vy_fail(err, VY_BAD_ARG, -1, "--set takes name=value, not '%.60s'", pair);
    snprintf(name, sizeof name, "%.*s", (int)(equals - pair), pair);
    const struct vy_setting *const row = vy_setting_find(name, err);
    if (!row)
        return say_where(err, VY_UNKNOWN_NAME, "--set");
    return say_where(err, keep(settings, row, equals + 1, VY_BY_FLAG, "--set", err), "--set");
}

static vy_status take_all(struct vy_settings *settings, struct vy_err *err)
{
    vy_status status = take_file(settings, err);
    for (size_t i = 0; !status && settings->variable[i]; i++)
        status = take_variable(settings, settings->variable[i], err);
    for (size_t i = 0; !status && settings->flag[i]; i++)
        status = take_flag(settings, settings->flag[i], err);
    return status;
}

// ---- opening ------------------------------------------------------------------------------------

static void strings_free(char **string)
{
    for (size_t i = 0; string && string[i]; i++)
        free(string[i]);
    free(string);
}

// Copies those that begin with `prefix`. NULL: memory is out.
static char **strings_copy(const char *const *from, size_t n, const char *prefix)
{
    char **const to = calloc(n + 1, sizeof *to);
    size_t kept = 0;
    for (size_t i = 0; to && i < n; i++)
        if (strncmp(from[i], prefix, strlen(prefix)) == 0 && !(to[kept++] = strdup(from[i]))) {
            strings_free(to);
            return NULL;
        }
    return to;
}

static struct vy_settings *settings_new(const char *file, const char *const *variable,
                                        size_t variables, const char *const *flag, size_t flags)
{
    struct vy_settings *const settings = calloc(1, sizeof *settings);
    if (!settings)
        return NULL;
    settings->count = rows();
    settings->value = calloc(settings->count + 1, sizeof *settings->value);
    settings->variable = strings_copy(variable, variables, "VEERY_");
    settings->flag = strings_copy(flag, flags, "");
    vy_text_copy(settings->file, sizeof settings->file, file);
    if (settings->value && settings->variable && settings->flag)
        return settings;
    vy_settings_close(settings);
    return NULL;
}

void vy_settings_close(struct vy_settings *settings)
{
    if (!settings)
        return;
    for (size_t i = 0; settings->value && i < settings->count; i++)
        value_clear(&settings->value[i]);
    free(settings->value);
    strings_free(settings->variable);
    strings_free(settings->flag);
    free(settings);
}

vy_status vy_settings_open(const struct vy_settings_how *how, struct vy_settings **settings,
                           struct vy_err *err)
{
    char place[4096];
    const char *file = how->file;
    size_t variables = 0;
    *settings = NULL;
    while (how->environment && how->environment[variables])
        variables++;
    if (!file) {
        vy_settings_place(place, sizeof place);
        file = place;
    }
    struct vy_settings *const made =
        settings_new(file, how->environment, variables, how->flag, how->flags);
    if (!made)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    const vy_status status = take_all(made, err);
    if (status)
        vy_settings_close(made);
    else
        *settings = made;
    return status;
}

static bool differs(const struct value *a, const struct value *b, const struct vy_setting *row)
{
    return strcmp(a->text ? a->text : row->def, b->text ? b->text : row->def) != 0;
}

vy_status vy_settings_reload(struct vy_settings *settings,
                             void (*changed)(void *arg, const struct vy_setting *row), void *arg,
                             struct vy_err *err)
{
    size_t variables = 0, flags = 0;
    while (settings->variable[variables])
        variables++;
    while (settings->flag[flags])
        flags++;
    struct vy_settings *const fresh =
        settings_new(settings->file, (const char *const *)settings->variable, variables,
                     (const char *const *)settings->flag, flags);
    if (!fresh)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    const vy_status status = take_all(fresh, err);
    for (size_t i = 0; !status && i < settings->count; i++) {
        const struct vy_setting *const row = vy_setting_at(i);
        const bool is_new = differs(&settings->value[i], &fresh->value[i], row);
        if (row->live) {
            const struct value old = settings->value[i];
            settings->value[i] = fresh->value[i];
            fresh->value[i] = old;
        }
        if (is_new && changed)
            changed(arg, row);
    }
    vy_settings_close(fresh);
    return status;
}

// ---- asking -------------------------------------------------------------------------------------

double vy_settings_number(const struct vy_settings *settings, const char *name)
{
    const size_t i = row_of(name);
    double number = 0;
    if (settings && settings->value[i].text)
        return settings->value[i].number;
    return vy__setting_check(vy_setting_at(i), vy_setting_at(i)->def, &number, NULL) ? 0 : number;
}

bool vy_settings_flag(const struct vy_settings *settings, const char *name)
{
    return vy_settings_number(settings, name) != 0;
}

const char *vy_settings_text(const struct vy_settings *settings, const char *name)
{
    const size_t i = row_of(name);
    return settings && settings->value[i].text ? settings->value[i].text : vy_setting_at(i)->def;
}

bool vy_settings_word(const struct vy_settings *settings, const char *name, size_t i, char *to,
                      size_t size)
{
    const char *p = vy_settings_text(settings, name);
    for (;; i--) {
        p += strspn(p, " ,");
        const size_t n = strcspn(p, " ,");
        if (n == 0 || i == 0) {
            snprintf(to, size, "%.*s", (int)n, p);
            return n > 0;
        }
        p += n;
    }
}

enum vy_setting_origin vy_settings_origin(const struct vy_settings *settings, const char *name,
                                          const char **where)
{
    const size_t i = row_of(name);
    const struct value *const value = settings ? &settings->value[i] : NULL;
    *where = value && value->where ? value->where : "";
    return value && value->text ? value->origin : VY_BY_DEFAULT;
}

const char *vy_settings_path(const struct vy_settings *settings)
{
    return settings ? settings->file : "";
}
