// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the verbs of a studio that plays ask of its stage, and when they must not.
#include "cm.h"

#include "command/handlers.h"

#include <stdio.h>
#include <string.h>

static struct vy_catalog catalog;
static struct vy_session *session;
static struct vy_err last;
static char said[16384], asked[256];

static vy_status on_status(void *arg, struct vy_buf *text, json_t *result, struct vy_err *err)
{
    (void)arg;
    (void)err;
    vy_buf_add(text, "two engines");
    json_object_set_new(result, "device", json_string("null"));
    return VY_OK;
}

static vy_status on_meters(void *arg, struct vy_buf *text, json_t *result, struct vy_err *err)
{
    (void)arg;
    (void)result;
    (void)err;
    vy_buf_add(text, "-3 dBFS");
    return VY_OK;
}

static vy_status on_record(void *arg, const char *file, bool stems, struct vy_buf *text,
                           json_t *result, struct vy_err *err)
{
    (void)arg;
    (void)text;
    (void)result;
    snprintf(asked, sizeof asked, "record %s %d", file ? file : "-", stems);
    return file && strcmp(file, "bad") == 0 ? vy_fail(err, VY_IO, -1, "bad: full") : VY_OK;
}

static vy_status on_panic(void *arg, bool on, struct vy_err *err)
{
    (void)arg;
    (void)err;
    snprintf(asked, sizeof asked, "panic %d", on);
    return VY_OK;
}

static vy_status on_dry(void *arg, bool on, struct vy_err *err)
{
    (void)arg;
    (void)err;
    snprintf(asked, sizeof asked, "dry %d", on);
    return VY_OK;
}

static vy_status on_shadow(void *arg, const char *file, double seconds, struct vy_buf *text,
                           json_t *result, struct vy_err *err)
{
    (void)arg;
    (void)text;
    (void)result;
    (void)err;
    snprintf(asked, sizeof asked, "shadow %s %g", file, seconds);
    return VY_OK;
}

static const struct vy_stage stage = {.status = on_status,
                                      .meters = on_meters,
                                      .record = on_record,
                                      .panic = on_panic,
                                      .dry = on_dry,
                                      .shadow = on_shadow};

static void on_reply(void *arg, const struct vy_reply *reply)
{
    (void)arg;
    last = reply->err;
    snprintf(said, sizeof said, "%s", reply->text ? reply->text : "");
}

static vy_status say(const char *line)
{
    const struct vy_request request = {line, strlen(line), "ann", -1};
    asked[0] = '\0';
    return vy_session_do(session, &request, on_reply, NULL);
}

static void is(const char *line, vy_status status, const char *wanted)
{
    if (say(line) != status)
        fail_msg("%s: %s: %s", line, vy_status_name(last.code), last.message);
    assert_string_equal(asked, wanted);
}

static int set_up(void **state)
{
    (void)state;
    session = vy_session_new(&catalog, 1);
    return session ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    vy_session_destroy(session);
    return 0;
}

static void without_a_stage_they_are_absent(void **state)
{
    (void)state;
    static const char *const lines[] = {"meters",      "record start \"x.wav\"",
                                        "record stop", "shadow save \"x.wav\"",
                                        "panic off",   "bypass studio on"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        is(lines[i], VY_ABSENT, "");
        assert_non_null(strstr(last.message, "start the studio: veery serve"));
    }
    is("panic", VY_OK, "");
    is("status", VY_OK, "");
}

static void with_a_stage_they_reach_it(void **state)
{
    (void)state;
    session->stage = &stage;
    is("meters", VY_OK, "");
    assert_string_equal(said, "-3 dBFS");
    is("record start \"x.wav\"", VY_OK, "record x.wav 0");
    is("record start x.wav stems", VY_OK, "record x.wav 1");
    is("record start bad", VY_IO, "record bad 0");
    is("record stop", VY_OK, "record - 0");
    is("record start", VY_BAD_ARG, "");
    is("record stop x.wav", VY_BAD_ARG, "");
    is("shadow save idea.wav", VY_OK, "shadow idea.wav 5");
    is("shadow save idea.wav seconds=3s", VY_OK, "shadow idea.wav 3");
    is("shadow save idea.wav seconds=99", VY_OUT_OF_RANGE, "");
    is("status", VY_OK, "");
    assert_non_null(strstr(said, "two engines"));
}

static void switches_are_not_history(void **state)
{
    (void)state;
    session->stage = &stage;
    const size_t lines = session->entries;
    is("bypass studio on", VY_OK, "dry 1");
    is("bypass studio off", VY_OK, "dry 0");
    is("panic off", VY_OK, "panic 0");
    assert_int_equal(session->entries, lines);
    is("panic", VY_OK, "panic 1");
    assert_int_equal(session->entries, lines + 1); // it stops the transport
    is("undo", VY_OK, "");
}

static void switches_are_turned_only_now(void **state)
{
    (void)state;
    session->stage = &stage;
    is("dry panic", VY_OK, "");
    is("dry panic off", VY_BAD_ARG, "");
    is("dry bypass studio on", VY_BAD_ARG, "");
    is("at bar 9 panic off", VY_BAD_ARG, "");
    is("every 4 bars bypass studio on", VY_BAD_ARG, "");
    is("at bar 9 panic", VY_OK, ""); // stops the transport then, the latch is for people
    static const char file[] = "create kick\npanic\npanic off\nbypass studio on\n";
    struct vy_err err = {.at = -1};
    json_t *const warnings = json_array();
    asked[0] = '\0';
    assert_int_equal(vy_session_load(session, file, sizeof file - 1, "file", warnings, &err),
                     VY_OK);
    assert_string_equal(asked, "");
    assert_int_equal(json_array_size(warnings), 2);
    json_decref(warnings);
}

static void a_thing_named_studio_is_itself(void **state)
{
    (void)state;
    session->stage = &stage;
    is("create studio analog", VY_OK, "");
    is("bypass studio on", VY_UNKNOWN_NAME, ""); // has no effect, but is not the guard either
}

static int open_catalog(void **state)
{
    (void)state;
    return vy_catalog_open(&catalog, &last);
}

static int close_catalog(void **state)
{
    (void)state;
    vy_catalog_close(&catalog);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(without_a_stage_they_are_absent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(with_a_stage_they_reach_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(switches_are_not_history, set_up, tear_down),
        cmocka_unit_test_setup_teardown(switches_are_turned_only_now, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_thing_named_studio_is_itself, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, open_catalog, close_catalog);
}
