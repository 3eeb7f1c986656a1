// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The HTTP face without a network: what is taken apart, what is checked, what lines are made.
// tests/system/test_http.sh has the rest.
#include "cm.h"

#include "serve/http_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct vy_http_target *target;

static vy_status read_target(const char *text)
{
    struct vy_err err;
    return vy_http_target_read(text, strlen(text), target, &err);
}

// ---- targets ------------------------------------------------------------------------------------

static void targets_are_taken_apart(void **state)
{
    (void)state;
    assert_int_equal(read_target("/v1/takes/7?n=500&text=a%20b+c&x="), VY_OK);
    assert_int_equal(target->segments, 3);
    assert_string_equal(target->segment[2], "7");
    assert_string_equal(vy_http_target_get(target, "n"), "500");
    assert_string_equal(vy_http_target_get(target, "text"), "a b c");
    assert_string_equal(vy_http_target_get(target, "x"), "");
    assert_null(vy_http_target_get(target, "y"));
    assert_int_equal(read_target("/"), VY_OK);
    assert_int_equal(target->segments, 0);
    assert_int_equal(read_target("/a/"), VY_OK);
    assert_int_equal(target->segments, 2);
    assert_int_equal(read_target("/caf%C3%A9"), VY_OK);
    assert_string_equal(target->segment[0], "caf\xc3\xa9");
}

static void targets_that_lead_astray_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",          "x",         "http://a/b", "/..",   "/a/../b",
                                      "/%2e%2e/x", "/a/%2E",    "/a%2fb",     "/a%00", "/a%0a",
                                      "/a%7f",     "/%ff",      "/a%zz",      "/a%2",  "/?a=%00",
                                      "/?a=%ff",   "/?a=1&a=2", "/a?x=%c0%80"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (read_target(bad[i]) == VY_OK)
            fail_msg("'%s' was taken", bad[i]);
    char *const big = malloc(VY_HTTP_TARGET_MAX + 2);
    memset(big, 'a', VY_HTTP_TARGET_MAX + 1);
    big[0] = '/';
    big[VY_HTTP_TARGET_MAX + 1] = '\0';
    assert_int_equal(read_target(big), VY_TOO_BIG);
    big[VY_HTTP_TARGET_MAX] = '\0';
    assert_int_equal(read_target(big), VY_OK);
    free(big);
    assert_int_equal(read_target("/1/2/3/4/5/6/7/8/9"), VY_NOT_FOUND);
}

// ---- names --------------------------------------------------------------------------------------

static void only_our_own_names_are_answered(void **state)
{
    (void)state;
    static const char *const good[] = {"localhost",  "LOCALHOST:7777", "127.0.0.1",  "127.0.0.1:80",
                                       "[::1]:7777", "192.168.1.5:1",  "studio.lan", "box:7777"};
    static const char *const bad[] = {"",           "evil.com",       "localhost.evil.com",
                                      "127.0.0.1.", "[::1",           "localhost:777777",
                                      "127.0.0.2",  "localhost:80@x", "studio.lan.evil",
                                      "::1",        "localhost x",    "stud"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!vy_http_host_ok(good[i], "192.168.1.5", "studio.lan, box"))
            fail_msg("'%s' was refused", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (vy_http_host_ok(bad[i], "192.168.1.5", "studio.lan, box"))
            fail_msg("'%s' was taken", bad[i]);
    assert_false(vy_http_host_ok(NULL, "127.0.0.1", ""));
}

static void only_our_own_pages_may_change_things(void **state)
{
    (void)state;
    assert_true(vy_http_origin_ok("http://localhost:7777", "localhost:7777"));
    assert_true(vy_http_origin_ok("https://studio.lan", "studio.lan"));
    assert_false(vy_http_origin_ok("http://localhost:7778", "localhost:7777"));
    assert_false(vy_http_origin_ok("http://evil.com", "localhost:7777"));
    assert_false(vy_http_origin_ok("null", "localhost:7777"));
    assert_false(vy_http_origin_ok("file://", "localhost:7777"));
    assert_false(vy_http_origin_ok("", "localhost:7777"));
}

// ---- ranges and types ---------------------------------------------------------------------------

static void ranges_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum vy_http_range range;
        uint64_t from, length;
    } rows[] = {
        {"bytes=0-0", VY_RANGE_PART, 0, 1},
        {"bytes=10-19", VY_RANGE_PART, 10, 10},
        {"bytes=90-", VY_RANGE_PART, 90, 10},
        {"bytes=90-200", VY_RANGE_PART, 90, 10},
        {"bytes=-5", VY_RANGE_PART, 95, 5},
        {"bytes=-500", VY_RANGE_PART, 0, 100},
        {"bytes=100-", VY_RANGE_BAD, 0, 0},
        {"bytes=-0", VY_RANGE_BAD, 0, 0},
        {"bytes=5-4", VY_RANGE_NONE, 0, 0},
        {"bytes=0-1,3-4", VY_RANGE_NONE, 0, 0},
        {"bytes=a-b", VY_RANGE_NONE, 0, 0},
        {"lines=0-1", VY_RANGE_NONE, 0, 0},
        {"bytes=-", VY_RANGE_NONE, 0, 0},
        {NULL, VY_RANGE_NONE, 0, 0},
        {"bytes=99999999999999999999-", VY_RANGE_NONE, 0, 0},
        {"bytes=0-18446744073709551615", VY_RANGE_NONE, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint64_t from = 0, length = 0;
        const enum vy_http_range range = vy_http_range_read(rows[i].text, 100, &from, &length);
        if (range != rows[i].range || from != rows[i].from || length != rows[i].length)
            fail_msg("%s: %d %llu+%llu", rows[i].text, range, (unsigned long long)from,
                     (unsigned long long)length);
    }
    uint64_t from, length;
    assert_int_equal(vy_http_range_read("bytes=0-", 0, &from, &length), VY_RANGE_BAD);
}

static void media_types_are_found(void **state)
{
    (void)state;
    assert_true(vy_http_type_is("application/json; charset=utf-8", "application/json", false));
    assert_true(vy_http_type_is("text/html, application/JSON;q=0.9", "application/json", false));
    assert_true(vy_http_type_is("text/plain, audio/*", "audio/wav", true));
    assert_false(vy_http_type_is("audio/*", "audio/wav", false));
    assert_false(vy_http_type_is("application/jsonp", "application/json", false));
    assert_false(vy_http_type_is("text/plain", "application/json", false));
    assert_false(vy_http_type_is(NULL, "application/json", true));
    assert_false(vy_http_type_is(",,;", "application/json", true));
}

// ---- bodies -------------------------------------------------------------------------------------

static vy_status body(const char *schema, const char *text, struct vy_err *err)
{
    json_t *const schemas = vy_http_schemas(), *json;
    assert_non_null(schemas);
    *err = (struct vy_err){.at = -1};
    vy_status status = vy_http_json_read(text, strlen(text), &json, err);
    if (!status)
        status = vy_http_schema_check(schemas, json_object_get(schemas, schema), json, err);
    json_decref(json);
    json_decref(schemas);
    return status;
}

static void bodies_are_what_the_document_says(void **state)
{
    (void)state;
    static const struct {
        const char *schema, *text;
        vy_status status;
        const char *says, *hint;
    } rows[] = {
        {"Line", "{\"line\":\"status\"}", VY_OK, "", ""},
        {"Line", "{\"line\":\"status\",\"if_version\":3,\"author\":\"ann\"}", VY_OK, "", ""},
        {"Line", "{}", VY_BAD_ARG, "the body needs \"line\"", ""},
        {"Line", "[]", VY_BAD_ARG, "the body must be of type object", ""},
        {"Line", "{\"line\":\"\"}", VY_OUT_OF_RANGE, "/line has at least 1 characters", ""},
        {"Line", "{\"line\":1}", VY_BAD_ARG, "/line must be of type string", ""},
        {"Line", "{\"line\":\"a\",\"autor\":\"b\"}", VY_BAD_ARG, "the body has no \"autor\"",
         "author"},
        {"Line", "{\"line\":\"a\",\"if_version\":-1}", VY_OUT_OF_RANGE,
         "/if_version is at least 0, not -1", ""},
        {"Line", "{\"line\":\"a\",\"if_version\":1.5}", VY_BAD_ARG,
         "/if_version must be of type integer", ""},
        {"Line", "{\"line\":\"a\",\"line\":\"b\"}", VY_SYNTAX, "this is no JSON", ""},
        {"Line", "{\"line\":", VY_SYNTAX, "this is no JSON", ""},
        {"Line", "", VY_SYNTAX, "the body is empty", ""},
        {"JobRequest", "{\"line\":\"render\",\"after\":[1,0]}", VY_OUT_OF_RANGE,
         "/after/1 goes from 1", ""},
        {"GenerationRequest", "{\"prompt\":\"x\",\"seed\":null,\"duration_seconds\":1}", VY_OK, "",
         ""},
        {"GenerationRequest", "{\"prompt\":\"x\",\"duration_seconds\":0.5}", VY_OUT_OF_RANGE,
         "/duration_seconds goes from 1 to 300, not 0.5", ""},
        {"GenerationRequest", "{\"prompt\":\"x\",\"mode\":\"motiv\"}", VY_BAD_ARG,
         "/mode is one of full_track, motif, clip", "motif"},
        {"GenerationRequest", "{\"prompt\":\"x\",\"seed\":\"1\"}", VY_BAD_ARG,
         "/seed must be of type integer or null", ""},
        {"ClipRequest", "{\"layer\":\"bass\",\"generation\":{\"prompt\":\"\"}}", VY_OUT_OF_RANGE,
         "/generation/prompt has at least 1", ""},
    };
    struct vy_err err;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const vy_status status = body(rows[i].schema, rows[i].text, &err);
        if (status != rows[i].status || !strstr(err.message, rows[i].says) ||
            strcmp(err.hint, rows[i].hint) != 0)
            fail_msg("%s: %s (%s; %s)", rows[i].text, vy_status_name(status), err.message,
                     err.hint);
    }
    char deep[100];
    memset(deep, '[', sizeof deep);
    json_t *json;
    assert_int_equal(vy_http_json_read(deep, sizeof deep, &json, &err), VY_TOO_BIG);
}

// ---- routes -------------------------------------------------------------------------------------

static const struct vy_http_route *find(const char *method, const char *path, char *allow,
                                        struct vy_err *err)
{
    struct vy_buf buf = {0};
    *err = (struct vy_err){.at = -1};
    assert_int_equal(read_target(path), VY_OK);
    const struct vy_http_route *const route = vy_http_route_find(method, target, &buf, err);
    snprintf(allow, 80, "%s", buf.text ? buf.text : "");
    vy_buf_clear(&buf);
    return route;
}

static void routes_are_found_or_the_nearest_is_named(void **state)
{
    (void)state;
    char allow[80];
    struct vy_err err;
    assert_string_equal(find("GET", "/v1/jobs/12", allow, &err)->path, "/v1/jobs/{id}");
    assert_string_equal(find("HEAD", "/v1/session", allow, &err)->path, "/v1/session");
    assert_null(find("DELETE", "/v1/session", allow, &err));
    assert_string_equal(allow, "GET, HEAD");
    assert_null(find("GET", "/v1/jobs/", allow, &err));
    assert_null(find("GET", "/v1/jbos", allow, &err));
    assert_string_equal(allow, "");
    assert_string_equal(err.hint, "/v1/jobs");
    assert_null(find("GET", "/v1/session/file/more", allow, &err));
}

static void queries_are_checked(void **state)
{
    (void)state;
    char allow[80];
    struct vy_err err;
    const struct vy_http_route *const jobs = find("GET", "/v1/jobs?n=5&state=queued", allow, &err);
    assert_int_equal(vy_http_params_check(jobs, target, &err), VY_OK);
    assert_int_equal(read_target("/v1/jobs?n=0"), VY_OK);
    assert_int_equal(vy_http_params_check(jobs, target, &err), VY_OUT_OF_RANGE);
    assert_int_equal(read_target("/v1/jobs?n=1.5"), VY_OK);
    assert_int_equal(vy_http_params_check(jobs, target, &err), VY_BAD_ARG);
    assert_int_equal(read_target("/v1/jobs?stat=queued"), VY_OK);
    assert_int_equal(vy_http_params_check(jobs, target, &err), VY_BAD_ARG);
    assert_string_equal(err.hint, "state");
    const struct vy_http_route *const words = find("GET", "/v1/complete", allow, &err);
    assert_int_equal(vy_http_params_check(words, target, &err), VY_BAD_ARG);
}

// Every change needs a key of its own off this machine, whatever is added to the table.
static void no_route_that_changes_things_is_open(void **state)
{
    (void)state;
    for (const struct vy_http_route *row = vy_http_routes; row->method; row++) {
        const bool reads = strcmp(row->method, "GET") == 0;
        const bool lines = strncmp(row->path, "/v1/commands", 12) == 0; // the line decides
        if (!reads && row->scope < VY_SCOPE_PLAY && !lines)
            fail_msg("%s %s is open", row->method, row->path);
        if (!row->response && !row->type)
            fail_msg("%s %s answers nothing", row->method, row->path);
    }
}

// ---- lines --------------------------------------------------------------------------------------

static void lines_need_the_scope_of_their_commands(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        enum vy_scope scope;
    } rows[] = {
        {"status", VY_SCOPE_READ},
        {"get bass.cutoff", VY_SCOPE_READ},
        {"set bass.cutoff 500", VY_SCOPE_PLAY},
        {"undo", VY_SCOPE_PLAY},
        {"brighter bass", VY_SCOPE_PLAY},
        {"status; tempo 120", VY_SCOPE_PLAY},
        {"jobs", VY_SCOPE_PLAY},
        {"save session \"a\"", VY_SCOPE_ADMIN},
        {"status; render 4 bars \"a.wav\"", VY_SCOPE_ADMIN},
        {"load session \"/etc/passwd\"", VY_SCOPE_ADMIN},
        {"at next bar load session \"a\"", VY_SCOPE_ADMIN},
        {"every 4 bars load session \"a\"", VY_SCOPE_ADMIN},
        {"every 4 bars every 2 bars load patch \"a\"", VY_SCOPE_ADMIN},
        {"job priority=3 render 8 bars \"a.wav\"", VY_SCOPE_ADMIN},
        {"analyze \"/etc/passwd\"", VY_SCOPE_ADMIN},
        {"find \"x\" library=/tmp/a.db", VY_SCOPE_ADMIN},
        {"reload shimmer", VY_SCOPE_ADMIN},
        {"modules load", VY_SCOPE_READ},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const enum vy_scope scope = vy_http_line_scope(rows[i].line, strlen(rows[i].line));
        if (scope != rows[i].scope)
            fail_msg("%s: %s", rows[i].line, vy_scope_name(scope));
    }
}

static void arguments_become_lines(void **state)
{
    (void)state;
    static const struct {
        const char *verb, *args, *line;
    } rows[] = {
        {"gain", "{\"NAME\":\"kick\",\"VALUE\":-3}", "gain kick -3"},
        {"gain", "{\"NAME\":\"kick\",\"VALUE\":\"+2dB\"}", "gain kick +2dB"},
        {"create",
         "{\"NAME\":\"bass\",\"WHAT\":\"analog\",\"PAIRS\":{\"cutoff\":500,\"wide\":true}}",
         "create bass analog cutoff=500 wide=on"},
        {"sequence", "{\"NAME\":\"kick\",\"PATTERN\":\"x..x\",\"div\":8}",
         "sequence kick: x..x div=8"},
        {"patch", "{\"ROUTE\":[\"lfo\",\"bass.cutoff\"],\"depth\":\"2st\"}",
         "patch lfo > bass.cutoff depth=2st"},
        {"say", "{\"TEXT\":\"he said \\\"hi; there\\\" # x\"}",
         "say \"he said \\\"hi; there\\\" # x\""},
        {"play", "{\"NAMES\":[\"kick\",\"bass\"]}", "play kick bass"},
        {"play", "{}", "play"},
        {"every", "{\"N\":4,\"COMMAND\":\"mute kick\"}", "every 4 bars mute kick"},
        {"automate", "{\"PATH\":\"bass.cutoff\",\"TO\":\"2kHz\",\"N\":8}",
         "automate bass.cutoff to 2kHz over 8 bars"},
        {"render", "{\"N\":8,\"FILE\":\"a b.wav\"}", "render 8 bars \"a b.wav\""},
        {"remove", "{\"WHAT\":\"reverb\",\"NAME\":\"bass\"}", "remove reverb from bass"},
        {"assert", "{\"METRIC\":\"true_peak\",\"OP\":\"<\",\"VALUE\":-1}", "assert true_peak < -1"},
        {"sequence", "{\"NAME\":\"kick\",\"PATTERN\":\"x; quit\"}", NULL},
        {"every", "{\"N\":4,\"COMMAND\":\"mute kick\\nquit\"}", NULL},
        {"create", "{\"NAME\":\"bass\",\"PAIRS\":{\"a b\":1}}", NULL},
        {"gain", "{\"NAME\":\"kick\"}", NULL},
        {"gain", "{\"NAME\":[],\"VALUE\":1}", NULL},
    };
    struct vy_err err;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct vy_buf line = {0};
        json_t *const args = json_loads(rows[i].args, 0, NULL);
        assert_non_null(args);
        const vy_status status =
            vy_http_line(vy_verb_find(rows[i].verb, 0, &err), args, &line, &err);
        if (rows[i].line ? status || strcmp(line.text, rows[i].line) != 0 : !status)
            fail_msg("%s %s: %s", rows[i].verb, rows[i].args, status ? err.message : line.text);
        vy_buf_clear(&line);
        json_decref(args);
    }
}

// No argument is called like what stands beside the arguments.
static void every_verb_has_a_path_of_its_own(void **state)
{
    (void)state;
    static const char *const beside[] = {"author", "if_version", "dry", "when"};
    json_t *const document = vy_http_openapi("http://127.0.0.1:7777");
    const json_t *const paths = json_object_get(document, "paths");
    assert_true(json_object_size(paths) > vy_verb_count());
    for (size_t i = 0; vy_verb_at(i); i++) {
        char path[80];
        snprintf(path, sizeof path, "/v1/commands/%s", vy_verb_at(i)->name);
        assert_non_null(json_object_get(paths, path));
        for (const struct vy_arg *arg = vy_verb_at(i)->arg; arg->name; arg++)
            for (size_t b = 0; b < sizeof beside / sizeof *beside; b++)
                assert_string_not_equal(arg->name, beside[b]);
    }
    json_decref(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(targets_are_taken_apart),
        cmocka_unit_test(targets_that_lead_astray_are_refused),
        cmocka_unit_test(only_our_own_names_are_answered),
        cmocka_unit_test(only_our_own_pages_may_change_things),
        cmocka_unit_test(ranges_are_read),
        cmocka_unit_test(media_types_are_found),
        cmocka_unit_test(bodies_are_what_the_document_says),
        cmocka_unit_test(routes_are_found_or_the_nearest_is_named),
        cmocka_unit_test(queries_are_checked),
        cmocka_unit_test(no_route_that_changes_things_is_open),
        cmocka_unit_test(lines_need_the_scope_of_their_commands),
        cmocka_unit_test(arguments_become_lines),
        cmocka_unit_test(every_verb_has_a_path_of_its_own),
    };
    target = malloc(sizeof *target);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    free(target);
    return failed;
}
