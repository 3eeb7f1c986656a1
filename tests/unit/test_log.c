// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The log: lines that are JSON whatever is in them, files put aside by size, two processes at one
// file, a rotation that was cut short.
#include "base/log.h"

#include "base/text.h"
#include "cm.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64], path[96];

static int setup(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/veery-log-XXXXXX");
    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof path, "%s/a/b.log", folder);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    vy_log_close();
    char command[100];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static void open_log(enum vy_log_level level, uint64_t max_bytes, unsigned backups)
{
    struct vy_err err;
    assert_int_equal(vy_log_open(&(struct vy_log_how){.file = path,
                                                      .level = level,
                                                      .max_bytes = max_bytes,
                                                      .backups = backups},
                                 &err),
                     VY_OK);
}

// Every line of a file must be an object. @return how many, -1 = there is no such file
static int lines_of(const char *name, json_t **last)
{
    char *text;
    size_t length;
    int n = 0;
    if (vy_file_read(name, 1 << 24, &text, &length, NULL))
        return -1;
    for (char *p = text, *end; (end = strchr(p, '\n')); p = end + 1, n++) {
        json_error_t why;
        json_t *const line = json_loadb(p, (size_t)(end - p), 0, &why);
        if (!line)
            fail_msg("%s: %.*s", why.text, (int)(end - p), p);
        if (last)
            json_decref(*last);
        if (last)
            *last = line;
        else
            json_decref(line);
    }
    assert_true(length == 0 || text[length - 1] == '\n');
    free(text);
    return n;
}

static int backup_lines(unsigned i)
{
    char name[120];
    snprintf(name, sizeof name, "%s.%u", path, i);
    return lines_of(name, NULL);
}

static void line_is_json_whatever_is_said(void **state)
{
    (void)state;
    open_log(VY_LOG_INFO, 1 << 20, 2);
    vy_log(VY_LOG_DEBUG, "app", "not told");
    vy_log(VY_LOG_WARNING, "jobs",
           "a \"quote\" \\ and\na \x01 line, \xff\xc0\xaf no UTF-8, \xc3\xa4");
    json_t *line = NULL;
    assert_int_equal(lines_of(path, &line), 1);
    assert_string_equal(json_string_value(json_object_get(line, "level")), "warning");
    assert_string_equal(json_string_value(json_object_get(line, "logger")), "veery.jobs");
    assert_int_equal(json_integer_value(json_object_get(line, "pid")), getpid());
    assert_string_equal(json_string_value(json_object_get(line, "message")),
                        "a \"quote\" \\ and\na \x01 line, \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd no "
                        "UTF-8, \xc3\xa4");
    assert_int_equal(strlen(json_string_value(json_object_get(line, "timestamp"))), 24);
    char *const long_text = malloc(5000);
    memset(long_text, 'x', 4999);
    long_text[4999] = '\0';
    vy_log(VY_LOG_ERROR, "app", "%s", long_text);
    free(long_text);
    assert_int_equal(lines_of(path, &line), 2);
    const char *const cut = json_string_value(json_object_get(line, "message"));
    assert_string_equal(cut + strlen(cut) - 5, "[...]");
    json_decref(line);
}

static void long_file_is_put_aside(void **state)
{
    (void)state;
    open_log(VY_LOG_INFO, 2000, 3);
    for (int i = 0; i < 200; i++)
        vy_log(VY_LOG_INFO, "app", "line %d", i);
    struct stat now;
    assert_int_equal(stat(path, &now), 0);
    assert_true(now.st_size < 2300);
    for (unsigned i = 1; i <= 3; i++)
        assert_true(backup_lines(i) > 0);
    assert_int_equal(backup_lines(4), -1);
    json_t *line = NULL;
    lines_of(path, &line);
    assert_string_equal(json_string_value(json_object_get(line, "message")), "line 199");
    json_decref(line);
}

static void no_backup_begins_anew(void **state)
{
    (void)state;
    open_log(VY_LOG_INFO, 2000, 0);
    for (int i = 0; i < 100; i++)
        vy_log(VY_LOG_INFO, "app", "line %d", i);
    assert_true(lines_of(path, NULL) < 30);
    assert_int_equal(backup_lines(1), -1);
}

// A crash between two renames leaves a gap: the next rotation fills it and moves nothing above it.
static void gap_is_filled(void **state)
{
    (void)state;
    char one[120], two[120];
    open_log(VY_LOG_INFO, 1 << 20, 3);
    vy_log(VY_LOG_INFO, "app", "oldest");
    snprintf(one, sizeof one, "%s.1", path);
    snprintf(two, sizeof two, "%s.2", path);
    assert_int_equal(rename(path, two), 0);
    assert_int_not_equal(access(one, F_OK), 0);
    open_log(VY_LOG_INFO, 200, 3);
    for (int i = 0; i < 3; i++)
        vy_log(VY_LOG_INFO, "app", "a line that is long enough to fill the file at once %0100d", i);
    assert_true(backup_lines(1) > 0);
    json_t *line = NULL;
    char three[120];
    snprintf(three, sizeof three, "%s.3", path);
    assert_int_equal(lines_of(access(three, F_OK) == 0 ? three : two, &line), 1);
    assert_string_equal(json_string_value(json_object_get(line, "message")), "oldest");
    json_decref(line);
}

// Processes that write and rotate at one time, one of them killed: no line is torn or lost.
static void processes_share_the_file(void **state)
{
    (void)state;
    enum { CHILDREN = 4, LINES = 400 };
    for (int c = 0; c < CHILDREN; c++)
        if (fork() == 0) {
            open_log(VY_LOG_INFO, 20000, 50);
            for (int i = 0; i < LINES; i++)
                vy_log(VY_LOG_INFO, "app", "%d", i);
            _exit(0);
        }
    int status;
    for (int c = 0; c < CHILDREN; c++)
        assert_true(wait(&status) > 0 && status == 0);
    int lines = lines_of(path, NULL);
    for (unsigned i = 1; i <= 50 && backup_lines(i) >= 0; i++)
        lines += backup_lines(i);
    assert_int_equal(lines, CHILDREN * LINES);
}

static void without_a_file_it_goes_on(void **state)
{
    (void)state;
    struct vy_err err = {.at = -1};
    vy_log(VY_LOG_ERROR, "app", "not open: nothing happens");
    assert_int_equal(
        vy_log_open(&(struct vy_log_how){.file = "/proc/nowhere/x.log", .max_bytes = 1000}, &err),
        VY_IO);
    assert_non_null(strstr(err.message, "/proc/nowhere"));
    vy_log(VY_LOG_ERROR, "app", "nowhere to go");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(line_is_json_whatever_is_said, setup, teardown),
        cmocka_unit_test_setup_teardown(long_file_is_put_aside, setup, teardown),
        cmocka_unit_test_setup_teardown(no_backup_begins_anew, setup, teardown),
        cmocka_unit_test_setup_teardown(gap_is_filled, setup, teardown),
        cmocka_unit_test_setup_teardown(processes_share_the_file, setup, teardown),
        cmocka_unit_test_setup_teardown(without_a_file_it_goes_on, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
