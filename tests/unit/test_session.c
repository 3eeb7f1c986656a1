// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Sessions: undo by author, transactions, files, timers, versions.
#include "cm.h"

#include "command/handlers.h"
#include "engine/studio.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct vy_catalog catalog;
static struct vy_session *session;
static struct vy_err last;
static char said[8192];

static void on_reply(void *arg, const struct vy_reply *reply)
{
    (void)arg;
    last = reply->err;
    snprintf(said, sizeof said, "%s", reply->text ? reply->text : "");
}

static vy_status as(const char *author, const char *line)
{
    const struct vy_request request = {line, strlen(line), author, -1};
    return vy_session_do(session, &request, on_reply, NULL);
}

static void ok(const char *line)
{
    if (as("ann", line))
        fail_msg("%s: %s: %s", line, vy_status_name(last.code), last.message);
}

static void get(const char *path, const char *value)
{
    char now[64];
    assert_int_equal(vy_edit_get(session->doc, path, now, sizeof now, NULL), VY_OK);
    assert_string_equal(now, value);
}

static int setup(void **state)
{
    (void)state;
    session = vy_session_new(&catalog, 7);
    return session ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    vy_session_destroy(session);
    return 0;
}

static void session_undoes_and_redoes(void **state)
{
    (void)state;
    ok("create kick");
    ok("gain kick -3");
    ok("gain kick -6");
    ok("undo");
    get("kick.gain", "-3dB");
    ok("undo");
    get("kick.gain", "0dB");
    ok("redo 2");
    get("kick.gain", "-6dB");
    assert_int_equal(as("ann", "redo"), VY_NO_EFFECT);
    ok("undo");
    ok("gain kick -9");
    assert_int_equal(as("ann", "redo"), VY_NO_EFFECT); // overtaken
    get("kick.gain", "-9dB");
}

static void session_undoes_per_author(void **state)
{
    (void)state;
    ok("create kick");
    assert_int_equal(as("bob", "gain kick -6"), VY_OK);
    assert_int_equal(as("bob", "create snare"), VY_OK);
    assert_int_equal(as("ann", "undo"), VY_CONFLICT); // bob's gain needs the kick
    assert_non_null(strstr(last.message, "gain kick -6"));
    get("kick.gain", "-6dB");
    assert_int_equal(as("bob", "undo"), VY_OK);
    assert_int_equal(vy_doc_unit(session->doc, "snare"), -1);
    assert_int_equal(as("bob", "undo"), VY_OK);
    assert_int_equal(as("ann", "undo"), VY_OK);
    assert_int_equal(session->doc->units, 1);
}

static void session_keeps_errors_atomic(void **state)
{
    (void)state;
    ok("create kick");
    const uint64_t version = session->version;
    assert_int_equal(as("ann", "set kick gain=-3 gain=999"), VY_OUT_OF_RANGE);
    get("kick.gain", "0dB");
    assert_int_equal(session->version, version);
    assert_int_equal(as("ann", "set kick.gian 3"), VY_UNKNOWN_PARAM);
    assert_int_equal(last.at, 4);
    assert_string_equal(last.hint, "gain");
    assert_int_equal(as("ann", "gain kcik 3"), VY_UNKNOWN_NAME);
    assert_string_equal(last.hint, "kick");
    assert_int_equal(as("ann", "sequence kick: x..x.."), VY_OK);
    assert_int_equal(as("ann", "sequence kick:  x.[x"), VY_BAD_PATTERN);
    assert_true(last.at >= 16);
}

static void session_commits_as_one(void **state)
{
    (void)state;
    ok("begin");
    ok("create kick");
    ok("gain kick -3");
    assert_int_equal(session->doc->units, 1);
    assert_int_equal(as("bob", "create snare"), VY_OK);
    assert_int_equal(as("ann", "undo"), VY_CONFLICT);
    ok("commit");
    assert_int_equal(session->doc->units, 3);
    ok("undo");
    assert_int_equal(session->doc->units, 2);
    ok("begin; create hihat; abort");
    assert_int_equal(session->doc->units, 2);
    assert_int_equal(as("ann", "commit"), VY_CONFLICT);
}

static void session_refuses_stale_requests(void **state)
{
    (void)state;
    ok("create kick");
    const struct vy_request stale = {"gain kick -3", 12, "ann", 0};
    assert_int_equal(vy_session_do(session, &stale, on_reply, NULL), VY_STALE);
    const struct vy_request fresh = {"gain kick -3", 12, "ann", 1};
    assert_int_equal(vy_session_do(session, &fresh, on_reply, NULL), VY_OK);
}

static void session_dry_changes_nothing(void **state)
{
    (void)state;
    ok("create kick; sequence kick: x...; play");
    const uint64_t version = session->version;
    const size_t entries = session->entries;
    ok("dry gain kick -6");
    get("kick.gain", "0dB");
    assert_int_equal(session->version, version);
    assert_int_equal(session->entries, entries);
    assert_non_null(strstr(said, "true peak"));
    assert_non_null(strstr(said, "+ kick.gain -6dB"));
}

static void session_waits_for_bars(void **state)
{
    (void)state;
    ok("create kick");
    ok("at next bar gain kick -6");
    ok("at bar 9 mute kick");
    ok("every 4 bars mute kick off");
    get("kick.gain", "0dB");
    assert_int_equal(session->doc->timers, 3);
    assert_true(session->doc->timer[0].beat == 4 && session->doc->timer[0].every == 0);
    assert_true(session->doc->timer[1].beat == 32);
    assert_true(session->doc->timer[2].beat == 16 && session->doc->timer[2].every == 16);
    assert_int_equal(as("ann", "at next bar gain nobody -6"), VY_UNKNOWN_NAME);
    assert_int_equal(as("ann", "at next bar status"), VY_BAD_ARG);
    assert_int_equal(as("ann", "every 4 bars undo"), VY_BAD_ARG);
    ok("at bar 3 create snare"); // what waits before makes what waits later possible
    ok("at bar 4 gain snare -3");
    assert_int_equal(as("ann", "at bar 2 gain snare -3"), VY_UNKNOWN_NAME);
    session->doc->beat = 4;
    struct vy_err err;
    struct vy_doc *const due = vy_line_due(&catalog, session->doc, "gain kick -6", "ann", &err);
    assert_non_null(due);
    char now[64];
    assert_int_equal(vy_edit_get(due, "kick.gain", now, sizeof now, NULL), VY_OK);
    assert_string_equal(now, "-6dB");
    vy_doc_destroy(due);
    assert_null(vy_line_due(&catalog, session->doc, "gain nobody -6", "ann", &err));
    assert_int_equal(err.code, VY_UNKNOWN_NAME);
}

static void session_file_makes_the_same_again(void **state)
{
    (void)state;
    ok("tempo 124; create kick; sequence kick: x...x...; gain kick -3; gain kick -6; undo");
    ok("seek bar 5:2; sequence kick: xxxx; at next bar mute kick; louder kick 1dB");
    struct vy_buf file = {0}, again = {0}, text = {0};
    struct vy_err err;
    assert_int_equal(vy_session_write(session, &file, &err), VY_OK);
    struct vy_session *const other = vy_session_new(&catalog, 1);
    json_t *const warnings = json_array(), *const result = json_object();
    if (vy_session_load(other, file.text, file.length, "file", warnings, &err))
        fail_msg("%s\n%s", err.message, file.text);
    assert_int_equal(other->doc->seed, 7);
    assert_int_equal(vy_diff(session->doc, other->doc, &text, result, &err), VY_OK);
    assert_int_equal(text.length, 0);
    assert_int_equal(vy_session_write(other, &again, &err), VY_OK);
    assert_string_equal(again.text, file.text);
    json_decref(warnings);
    json_decref(result);
    vy_session_destroy(other);
    vy_buf_clear(&file);
    vy_buf_clear(&again);
    vy_buf_clear(&text);
}

static void session_load_is_all_or_nothing(void **state)
{
    (void)state;
    ok("create kick");
    static const char bad[] = "create snare\n\n# fine\nset snare.gian 3\n";
    const uint64_t version = session->version;
    struct vy_err err;
    assert_int_equal(vy_session_load(session, bad, sizeof bad - 1, "ann", NULL, &err),
                     VY_UNKNOWN_PARAM);
    assert_non_null(strstr(err.message, "4:5:"));
    assert_int_equal(session->version, version);
    assert_int_equal(vy_doc_unit(session->doc, "snare"), -1);
    static const char good[] = "create snare\nrecord start \"x\"\nstatus\nsave patch \"no\"\n";
    json_t *const warnings = json_array();
    assert_int_equal(vy_session_load(session, good, sizeof good - 1, "ann", warnings, &err), VY_OK);
    assert_int_equal(json_array_size(warnings), 2);
    json_decref(warnings);
    assert_int_equal(vy_doc_unit(session->doc, "kick"), -1);
    ok("undo");
    assert_true(vy_doc_unit(session->doc, "kick") >= 0);
    ok("redo");
    assert_true(vy_doc_unit(session->doc, "snare") >= 0);
}

static void session_saves_and_loads_by_name(void **state)
{
    (void)state;
    ok("create kick; play; save session \"one\"; save patch \"one\"");
    ok("remove kick; load session \"one\"");
    assert_true(vy_doc_unit(session->doc, "kick") >= 0 && session->doc->playing);
    ok("load patch \"one\"");
    assert_false(session->doc->playing);
    assert_int_equal(as("ann", "load session \"none\""), VY_NOT_FOUND);
    assert_int_equal(as("ann", "save session \"\""), VY_BAD_ARG);
    ok("load session \"one\" next bar");
    assert_int_equal(session->doc->timers, 1);
    assert_int_equal(as("ann", "at next bar load session \"none\""), VY_NOT_FOUND);
}

static void session_expands_words(void **state)
{
    (void)state;
    ok("create kick");
    ok("louder kick 3dB");
    get("kick.gain", "3dB");
    assert_string_equal(session->entry[1].line, "set kick.gain 3dB");
    ok("wider kick");
    get("kick.spread", "0.2");
    ok("quieter kick 200dB"); // stops at the end of the range, with a warning
    assert_int_equal(as("ann", "louder kick 3Hz"), VY_BAD_UNIT);
    assert_int_equal(as("ann", "louder kick -3dB"), VY_BAD_ARG);
    assert_int_equal(as("ann", "more nonsense of kick"), VY_UNKNOWN_PARAM);
    ok("undo 3");
    get("kick.gain", "0dB");
}

static void session_diffs_versions(void **state)
{
    (void)state;
    ok("create kick");
    ok("gain kick -3");
    ok("diff 1 2");
    assert_string_equal(said, "- kick.gain 0dB\n+ kick.gain -3dB");
    ok("diff 2");
    assert_string_equal(said, "no difference");
    assert_int_equal(as("ann", "diff 9"), VY_OUT_OF_RANGE);
    for (int i = 0; i < VY_KEPT_VERSIONS; i++)
        ok("gain kick -3");
    assert_int_equal(as("ann", "diff 1"), VY_NOT_FOUND);
}

static int open_all(void **state)
{
    (void)state;
    static char folder[] = "/tmp/veery-test-XXXXXX";
    if (!mkdtemp(folder))
        return -1;
    setenv("XDG_DATA_HOME", folder, 1);
    struct vy_err err;
    return vy_catalog_open(&catalog, &err);
}

static int close_all(void **state)
{
    (void)state;
    vy_catalog_close(&catalog);
    static const char *const made[] = {"veery/sessions/one.veery",
                                       "veery/patches/one.veery",
                                       "veery/sessions",
                                       "veery/patches",
                                       "veery",
                                       ""};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", getenv("XDG_DATA_HOME"), made[i]);
        remove(path);
    }
    return 0;
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(session_undoes_and_redoes),      CASE(session_undoes_per_author),
        CASE(session_keeps_errors_atomic),    CASE(session_commits_as_one),
        CASE(session_refuses_stale_requests), CASE(session_dry_changes_nothing),
        CASE(session_waits_for_bars),         CASE(session_file_makes_the_same_again),
        CASE(session_load_is_all_or_nothing), CASE(session_saves_and_loads_by_name),
        CASE(session_expands_words),          CASE(session_diffs_versions),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
