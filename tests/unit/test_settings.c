// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Settings: the table itself, who wins, what is refused and where it is said to be, reading again.
#include "base/settings.h"

#include "cm.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char file[] = "/tmp/veery-settings-XXXXXX";

static int setup(void **state)
{
    (void)state;
    const int fd = mkstemp(file);
    close(fd);
    return fd < 0;
}

static int teardown(void **state)
{
    (void)state;
    return unlink(file);
}

static void put(const char *text)
{
    FILE *const to = fopen(file, "w");
    fputs(text, to);
    fclose(to);
}

static vy_status open_with(const char *text, const char *variable, const char *flag,
                           struct vy_settings **settings, struct vy_err *err)
{
    const char *const environment[] = {"HOME=/home/ann", variable, NULL};
    put(text);
    *err = (struct vy_err){.at = -1};
    return vy_settings_open(&(struct vy_settings_how){file, environment, &flag, flag != NULL},
                            settings, err);
}

// The message without the name of the file: "7: ...".
static const char *behind_file(const struct vy_err *err)
{
    const size_t n = strlen(file);
    return strncmp(err->message, file, n) == 0 ? err->message + n + 1 : err->message;
}

// The file, a variable or a flag is not taken: code, how the message begins, the nearest name.
static void refused(const char *text, const char *variable, const char *flag, vy_status code,
                    const char *message, const char *hint)
{
    struct vy_settings *settings;
    struct vy_err err;
    assert_int_equal(open_with(text, variable, flag, &settings, &err), code);
    assert_null(settings);
    if (strncmp(behind_file(&err), message, strlen(message)) != 0)
        fail_msg("\"%s\", not \"%s\"", behind_file(&err), message);
    assert_string_equal(err.hint, hint);
}

static void table_is_in_form(void **state)
{
    (void)state;
    const struct vy_setting *row, *other;
    for (size_t i = 0; (row = vy_setting_at(i)); i++) {
        char variable[80], its[80];
        double number;
        for (const char *p = row->name; *p; p++)
            assert_true(islower((unsigned char)*p) || isdigit((unsigned char)*p) || *p == '_' ||
                        *p == '.');
        assert_non_null(strchr(row->name, '.'));
        assert_true(strlen(row->name) < 60 && strlen(row->text) > 8);
        assert_true(row->min <= row->max);
        assert_int_equal(vy__setting_check(row, row->def, &number, NULL), VY_OK);
        vy_setting_variable(row, variable, sizeof variable);
        for (size_t k = 0; k < i && (other = vy_setting_at(k)); k++) {
            vy_setting_variable(other, its, sizeof its);
            assert_string_not_equal(variable, its);
            // no setting is another's group
            const size_t n = strlen(other->name);
            assert_false(strncmp(row->name, other->name, n) == 0 && row->name[n] == '.');
        }
    }
}

static void later_ones_win(void **state)
{
    (void)state;
    struct vy_settings *s;
    struct vy_err err;
    const char *where;
    assert_int_equal(vy_settings_number(NULL, "log.backups"), 5);
    assert_int_equal(open_with("", NULL, NULL, &s, &err), VY_OK);
    assert_int_equal(vy_settings_number(s, "log.backups"), 5);
    assert_int_equal(vy_settings_origin(s, "log.backups", &where), VY_BY_DEFAULT);
    vy_settings_close(s);
    assert_int_equal(open_with("# mine\nlog:\n  backups: 6\n", NULL, NULL, &s, &err), VY_OK);
    assert_int_equal(vy_settings_number(s, "log.backups"), 6);
    assert_int_equal(vy_settings_origin(s, "log.backups", &where), VY_BY_FILE);
    assert_string_equal(where + strlen(file), ":3");
    vy_settings_close(s);
    assert_int_equal(open_with("log.backups: 6", "VEERY_LOG_BACKUPS=7", NULL, &s, &err), VY_OK);
    assert_int_equal(vy_settings_number(s, "log.backups"), 7);
    assert_int_equal(vy_settings_origin(s, "log.backups", &where), VY_BY_ENVIRONMENT);
    vy_settings_close(s);
    assert_int_equal(
        open_with("log: {backups: 6}", "VEERY_LOG_BACKUPS=7", "log.backups=8", &s, &err), VY_OK);
    assert_int_equal(vy_settings_number(s, "log.backups"), 8);
    assert_int_equal(vy_settings_origin(s, "log.backups", &where), VY_BY_FLAG);
    assert_string_equal(where, "--set");
    vy_settings_close(s);
}

static void values_have_types(void **state)
{
    (void)state;
    struct vy_settings *s;
    struct vy_err err;
    char word[40];
    setenv("HOME", "/home/ann", 1);
    assert_int_equal(open_with("log:\n  max_bytes: 2.5 MB\nhttp:\n  require_key: yes\n"
                               "  hosts: [studio.lan, 10.0.0.2]\ntakes: {folder: ~/takes}\n"
                               "jobs:\n",
                               NULL, NULL, &s, &err),
                     VY_OK);
    assert_int_equal(vy_settings_number(s, "log.max_bytes"), 2500000);
    assert_true(vy_settings_flag(s, "http.require_key"));
    assert_string_equal(vy_settings_text(s, "http.hosts"), "studio.lan 10.0.0.2");
    assert_true(vy_settings_word(s, "http.hosts", 1, word, sizeof word));
    assert_string_equal(word, "10.0.0.2");
    assert_false(vy_settings_word(s, "http.hosts", 2, word, sizeof word));
    assert_string_equal(vy_settings_text(s, "takes.folder"), "/home/ann/takes");
    assert_string_equal(vy_settings_text(s, "http.address"), "");
    vy_settings_close(s);
}

static void mistakes_say_where(void **state)
{
    (void)state;
    refused("log:\n  backup: 6\n", NULL, NULL, VY_UNKNOWN_NAME, "2: there is no setting log.backup",
            "log.backups");
    refused("lgo:\n  level: info\n", NULL, NULL, VY_UNKNOWN_NAME,
            "2: there is no setting lgo.level", "log.level");
    refused("lgo:\n", NULL, NULL, VY_UNKNOWN_NAME, "1: there is no setting lgo", "");
    refused("\n\nlog: {level: loud}", NULL, NULL, VY_BAD_ARG,
            "3: log.level is one of debug|info|warning|error, not 'loud'", "");
    refused("log: {level: warnin}", NULL, NULL, VY_BAD_ARG, "1: log.level is one of", "warning");
    refused("log:\n  backups: 101", NULL, NULL, VY_OUT_OF_RANGE,
            "2: log.backups is 0..100 files, not 101", "");
    refused("log: {backups: 1.5}", NULL, NULL, VY_BAD_ARG, "1: log.backups is a whole number", "");
    refused("log: {backups: \"6\"}", NULL, NULL, VY_BAD_ARG,
            "1: log.backups is a whole number, not a text: leave the quotes out", "");
    refused("log: {backups: nan}", NULL, NULL, VY_BAD_ARG, "1: log.backups is a whole", "");
    refused("log: {backups: 0x5}", NULL, NULL, VY_BAD_ARG, "1: log.backups is a whole", "");
    refused("log: {max_bytes: 5 apples}", NULL, NULL, VY_BAD_ARG, "1: log.max_bytes is a size like",
            "");
    refused("log: {max_bytes: 1}", NULL, NULL, VY_OUT_OF_RANGE, "1: log.max_bytes is", "");
    refused("takes: {folder: here}", NULL, NULL, VY_BAD_ARG,
            "1: takes.folder is a path from / or ~/", "");
    refused("http: {require_key: maybe}", NULL, NULL, VY_BAD_ARG,
            "1: http.require_key is true or false", "");
    refused("log:\n  level:\n", NULL, NULL, VY_BAD_ARG, "2: log.level has no value", "");
    refused("log: 5", NULL, NULL, VY_BAD_ARG, "1: log is a group of settings", "");
    refused("log: {level: {a: b}}", NULL, NULL, VY_BAD_ARG, "1: log.level is a choice, not a group",
            "");
    refused("log: {level: [info]}", NULL, NULL, VY_BAD_ARG, "1: log.level is a choice, not a list",
            "");
    refused("log.level: info\nlog:\n  level: debug\n", NULL, NULL, VY_BAD_FILE,
            "3: log.level is set twice, first in line 1", "");
}

static void what_is_no_list_of_settings_is_refused(void **state)
{
    (void)state;
    refused("- log", NULL, NULL, VY_BAD_FILE, "1: a settings file has lines of name: value", "");
    refused("just words", NULL, NULL, VY_BAD_FILE, "1: a settings file has", "");
    refused("log: {level: info", NULL, NULL, VY_SYNTAX, "2: this is not YAML", "");
    refused("log: {level: &a info}", NULL, NULL, VY_BAD_FILE, "1: settings know no anchors", "");
    refused("log: !!str x", NULL, NULL, VY_BAD_FILE, "1: settings know no anchors", "");
    refused("log: *a", NULL, NULL, VY_BAD_FILE, "1: settings know no anchors", "");
    refused("log.level: info\n---\nlog.level: info\n", NULL, NULL, VY_BAD_FILE,
            "2: a second document", "");
    refused("? [a]\n: b\n", NULL, NULL, VY_BAD_FILE, "1: a name is a word", "");
    refused("a: {b: {c: {d: {e: 1}}}}", NULL, NULL, VY_TOO_BIG, "1: groups are nested too deep",
            "");
    refused("takes.folder: \"/a\\0b\"", NULL, NULL, VY_BAD_ARG, "1: takes.folder has a zero byte",
            "");
    refused("takes.folder: \"/a\\nb\"", NULL, NULL, VY_BAD_ARG,
            "1: takes.folder has a control character", "");
}

static void environment_and_flags_are_checked(void **state)
{
    (void)state;
    struct vy_settings *s;
    struct vy_err err;
    refused("", "VEERY_LOG_LEVLE=info", NULL, VY_UNKNOWN_NAME,
            "VEERY_LOG_LEVLE: there is no such setting", "VEERY_LOG_LEVEL");
    refused("", "VEERY_LOG_BACKUPS=-1", NULL, VY_OUT_OF_RANGE,
            "VEERY_LOG_BACKUPS: log.backups is 0..100", "");
    refused("", NULL, "log.backup=1", VY_UNKNOWN_NAME, "--set: there is no setting log.backup",
            "log.backups");
    refused("", NULL, "log.backups", VY_BAD_ARG, "--set takes name=value", "");
    refused("", NULL, "=1", VY_BAD_ARG, "--set takes name=value", "");
    // not ours
    assert_int_equal(open_with("", "VEERY_RECIPES=/x", NULL, &s, &err), VY_OK);
    vy_settings_close(s);
}

static int told, told_live;

static void on_change(void *arg, const struct vy_setting *row)
{
    (void)arg;
    told++;
    told_live += row->live;
}

static void reload_changes_what_is_live(void **state)
{
    (void)state;
    struct vy_settings *s;
    struct vy_err err;
    told = told_live = 0;
    assert_int_equal(open_with("log.backups: 6\nhttp.clients: 100", NULL, NULL, &s, &err), VY_OK);
    put("log.backups: 9\nhttp.clients: 200");
    assert_int_equal(vy_settings_reload(s, on_change, NULL, &err), VY_OK);
    assert_int_equal(vy_settings_number(s, "log.backups"), 9);
    assert_int_equal(vy_settings_number(s, "http.clients"), 100); // until a restart
    assert_int_equal(told, 2);
    assert_int_equal(told_live, 1);
    put("log.backups: 10\nnonsense");
    assert_int_not_equal(vy_settings_reload(s, on_change, NULL, &err), VY_OK);
    assert_int_equal(vy_settings_number(s, "log.backups"), 9);
    unlink(file); // gone: the defaults
    assert_int_equal(vy_settings_reload(s, NULL, NULL, &err), VY_OK);
    assert_int_equal(vy_settings_number(s, "log.backups"), 5);
    put("");
    vy_settings_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_is_in_form),
        cmocka_unit_test(later_ones_win),
        cmocka_unit_test(values_have_types),
        cmocka_unit_test(mistakes_say_where),
        cmocka_unit_test(what_is_no_list_of_settings_is_refused),
        cmocka_unit_test(environment_and_flags_are_checked),
        cmocka_unit_test(reload_changes_what_is_live),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
