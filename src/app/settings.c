// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// `veery settings`, and what is set for the program that runs.
#include "app/settings.h"

#include "app/app.h"
#include "base/log.h"
#include "command/library.h"
#include "command/settings.h"
#include "infer/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Command line, environment and file are the whole process's, so its settings are too; libraries
// get them handed down.
static struct vy_settings *settings;

const struct vy_settings *vy_app_settings(void)
{
    return settings;
}

int vy_app_settings_words(int *argc, char **argv, const char **flag, int max)
{
    int kept = 0, flags = 0;
    for (int i = 0; i < *argc; i++) {
        if (strcmp(argv[i], "--") == 0) {
            while (i < *argc)
                argv[kept++] = argv[i++];
            break;
        }
        if (strcmp(argv[i], "--set") != 0) {
            argv[kept++] = argv[i];
        } else if (i + 1 >= *argc || flags >= max) {
            fprintf(stderr,
                    flags >= max ? "veery: too many --set\n" : "veery: --set needs NAME=VALUE\n");
            return -1;
        } else {
            flag[flags++] = argv[++i];
        }
    }
    argv[kept] = NULL;
    *argc = kept;
    return flags;
}

static void hand_down(const char *pair)
{
    char name[80], variable[80];
    const char *const equals = strchr(pair, '=');
    snprintf(name, sizeof name, "%.*s", (int)(equals - pair), pair);
    vy_setting_variable(vy_setting_find(name, NULL), variable, sizeof variable);
    setenv(variable, equals + 1, 1);
}

vy_status vy_app_settings_open(const char *const *flag, size_t flags, struct vy_err *err)
{
    const struct vy_settings_how how = {
        .environment = (const char *const *)environ, .flag = flag, .flags = flags};
    const vy_status status = vy_settings_open(&how, &settings, err);
    for (size_t i = 0; !status && i < flags; i++)
        hand_down(flag[i]);
    if (!status && !vy_library_use(vy_settings_text(settings, "library.file")))
        return vy_fail(err, VY_TOO_BIG, -1, "the path in library.file is too long");
    if (!status && !vy_infer_use(vy_settings_text(settings, "infer.runtime")))
        return vy_fail(err, VY_TOO_BIG, -1, "the path in infer.runtime is too long");
    return status;
}

void vy_app_settings_close(void)
{
    vy_settings_close(settings);
    settings = NULL;
}

// ---- log ----------------------------------------------------------------------------------------

void vy_app_log_open(void)
{
    struct vy_err err = {.at = -1};
    const struct vy_log_how how = {
        .level = vy_log_level_named(vy_settings_text(settings, "log.level")),
        .max_bytes = (uint64_t)vy_settings_number(settings, "log.max_bytes"),
        .backups = (unsigned)vy_settings_number(settings, "log.backups"),
        .human = true};
    if (vy_log_open(&how, &err))
        fprintf(stderr, "veery: warning: %s\n", err.message);
}

static void on_change(void *unused, const struct vy_setting *row)
{
    (void)unused;
    if (row->live)
        vy_log(VY_LOG_INFO, "app", "setting %s is now %s", row->name,
               vy_settings_text(settings, row->name));
    else
        vy_log(VY_LOG_WARNING, "app", "setting %s has changed and holds from the next start",
               row->name);
}

void vy_app_settings_reload(void)
{
    struct vy_err err = {.at = -1};
    if (!settings)
        return;
    if (vy_settings_reload(settings, on_change, NULL, &err)) {
        vy_log(VY_LOG_ERROR, "app", "the settings stay as they are: %s%s%s%s", err.message,
               err.hint[0] ? "; did you mean '" : "", err.hint, err.hint[0] ? "'?" : "");
        return;
    }
    vy_log_set(vy_log_level_named(vy_settings_text(settings, "log.level")),
               (uint64_t)vy_settings_number(settings, "log.max_bytes"),
               (unsigned)vy_settings_number(settings, "log.backups"));
    vy_log(VY_LOG_INFO, "app", "settings were read again");
}

// ---- veery settings -----------------------------------------------------------------------------

static int print_schema(void)
{
    json_t *const schema = vy_settings_schema();
    char *const text = json_dumps(schema, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
    puts(text ? text : "{}");
    free(text);
    json_decref(schema);
    return EXIT_FINE;
}

int vy_main_settings(int argc, char **argv)
{
    bool json = false, schema = false;
    const struct vy_option options[] = {
        {"--json", NULL, &json}, {"--schema", NULL, &schema}, {NULL, NULL, NULL}};
    const int words = vy_options(argc, argv, options);
    if (words > 2)
        fprintf(stderr, "usage: veery settings [NAME] [--json] [--schema]\n");
    if (words < 0 || words > 2)
        return EXIT_USAGE;
    if (schema)
        return print_schema();
    struct vy_err err = {.at = -1};
    struct vy_buf text = {0};
    json_t *const result = json_object();
    const vy_status status =
        vy_settings_tell(settings, words == 2 ? argv[1] : NULL, &text, result, &err);
    return vy_print_answer(status, &err, &text, result, json);
}
