// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the library keeps: databases that are none, sounds and their places, words, patterns, who
// outranks whom.
#include "cm.h"

#include "store/patterns.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct vy_layout layout = {"test/1", 1, {{"timbre", 4, VY_METRIC_COSINE}}};
static char folder[] = "/tmp/veery-store-XXXXXX", path[64];
static struct vy_db *db;
static struct vy_err err;

static int open_library(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "%s/l.db", folder);
    return vy_db_open(&vy_db_library, path, VY_DB_CREATE, &db, &err) != VY_OK;
}

static void remove_files(void)
{
    static const char *const ends[] = {"", "-wal", "-shm", ".vectors"};
    char name[96];
    for (int i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "%s%s", path, ends[i]);
        unlink(name);
    }
}

static int close_library(void **state)
{
    (void)state;
    struct vy_buf problems = {0};
    assert_int_equal(vy_db_check(db, &problems, &err), VY_OK);
    assert_int_equal(problems.length, 0);
    vy_buf_clear(&problems);
    vy_db_close(db);
    remove_files();
    return 0;
}

static int64_t add_sound(uint8_t mark, double bpm, double key, double minor)
{
    static const float row[4] = {1, 2, 3, 4};
    const struct vy_region region = {.end_s = 1};
    struct vy_heard_sound sound = {
        .heard_by = "test/1", .layout = &layout, .regions = 1, .region = &region, .row = row};
    int64_t id;
    memset(sound.hash, mark, sizeof sound.hash);
    vy_facts_clear(&sound.facts);
    sound.facts.bpm = bpm;
    sound.facts.key = key;
    sound.facts.minor = minor;
    vy_text_copy(sound.facts.kind, sizeof sound.facts.kind, "loop");
    assert_int_equal(vy_layout_id(db, &layout, &sound.layout_id, &err), VY_OK);
    assert_int_equal(vy_sound_store(db, &sound, &id, &err), VY_OK);
    return id;
}

static void add_place(int64_t sound, const char *where)
{
    struct vy_place place = {.sound = sound, .size = 10, .mtime_ns = 5};
    vy_text_copy(place.path, sizeof place.path, where);
    assert_int_equal(vy_place_store(db, &place, &err), VY_OK);
}

static void write_file(const char *bytes, size_t n)
{
    assert_int_equal(vy_file_write(path, bytes, n, &err), VY_OK);
}

static void db_refuses_what_is_no_library(void **state)
{
    (void)state;
    struct vy_db *other;
    sqlite3 *handle;
    snprintf(path, sizeof path, "%s/l.db", folder);
    assert_int_equal(vy_db_open(&vy_db_library, path, VY_DB_USE, &other, &err), VY_NOT_FOUND);
    assert_int_equal(vy_db_open(&vy_db_library, "/tmp", VY_DB_CREATE, &other, &err), VY_IO);
    write_file("this is a letter and no database at all, but long enough to be looked at", 72);
    assert_int_equal(vy_db_open(&vy_db_library, path, VY_DB_USE, &other, &err), VY_BAD_FILE);
    remove_files();
    assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
    sqlite3_exec(handle, "CREATE TABLE accounts (money)", NULL, NULL, NULL);
    sqlite3_close(handle);
    assert_int_equal(vy_db_open(&vy_db_library, path, VY_DB_CREATE, &other, &err),
                     VY_BAD_FILE); // somebody else's
    remove_files();
    assert_int_equal(vy_db_open(&vy_db_library, path, VY_DB_CREATE, &other, &err), VY_OK);
    vy_db_close(other);
    assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
    sqlite3_exec(handle, "PRAGMA user_version = 999", NULL, NULL, NULL);
    sqlite3_close(handle);
    assert_int_equal(vy_db_open(&vy_db_library, path, VY_DB_USE, &other, &err),
                     VY_BAD_FILE); // of the future
    assert_null(other);
    remove_files();
}

static void transactions_happen_or_do_not(void **state)
{
    (void)state;
    struct vy_store_counts n;
    assert_int_equal(vy_db_begin(db, &err), VY_OK);
    add_sound(1, 100, 0, 0);
    vy_db_rollback(db);
    assert_int_equal(vy_store_count(db, &n, &err), VY_OK);
    assert_int_equal(n.sounds, 0);
    assert_int_equal(n.regions, 0);
    assert_int_equal(vy_db_begin(db, &err), VY_OK);
    add_sound(1, 100, 0, 0);
    assert_int_equal(vy_db_commit(db, &err), VY_OK);
    assert_int_equal(vy_store_count(db, &n, &err), VY_OK);
    assert_int_equal(n.sounds, 1);
}

static void a_sound_is_stored_once(void **state)
{
    (void)state;
    struct vy_store_counts n;
    const int64_t id = add_sound(1, 100, 0, 0);
    assert_int_equal(vy_sound_tag(db, id, "mine", &err), VY_OK);
    assert_int_equal(add_sound(1, 120, 2, 1), id); // heard again
    add_place(id, "/a/one.wav");
    add_place(id, "/a/two.wav");
    add_place(id, "/a/two.wav");
    assert_int_equal(vy_store_count(db, &n, &err), VY_OK);
    assert_int_equal(n.sounds, 1);
    assert_int_equal(n.regions, 1);
    assert_int_equal(n.places, 2);
    assert_int_equal(n.duplicates, 1);
    struct vy_ids ids = {0};
    assert_int_equal(vy_words_find(db, "mine", &ids, &err), VY_OK); // the user's tags stay
    assert_true(vy_ids_has(&ids, id));
    vy_ids_clear(&ids);
}

static void words_find_names_and_survive_any_text(void **state)
{
    (void)state;
    static const char *const strange[] = {"\"", "\"\" OR *", "a\" NEAR \"b", "-",    "*",
                                          "",   "\xff\xfe",  "NOT",          "col:x"};
    const int64_t id = add_sound(1, 100, 0, 0);
    struct vy_ids ids = {0};
    add_place(id, "/kits/Deep_House/Kick-04.wav");
    assert_int_equal(vy_words_find(db, "kick", &ids, &err), VY_OK);
    assert_true(vy_ids_has(&ids, id));
    vy_ids_clear(&ids);
    assert_int_equal(vy_words_find(db, "hou", &ids, &err), VY_OK);
    assert_true(vy_ids_has(&ids, id));
    vy_ids_clear(&ids);
    assert_int_equal(vy_words_find(db, "snare", &ids, &err), VY_OK);
    assert_int_equal(ids.limit, 0);
    for (size_t i = 0; i < sizeof strange / sizeof *strange; i++) {
        const vy_status status = vy_words_find(db, strange[i], &ids, &err);
        assert_true(status == VY_OK || status == VY_INTERNAL);
        vy_ids_clear(&ids);
    }
    assert_int_equal(vy_sound_forget(db, id, &err), VY_OK);
    assert_int_equal(vy_words_find(db, "kick", &ids, &err), VY_OK);
    assert_int_equal(ids.limit, 0);
}

static void wishes_know_relative_keys_and_half_tempo(void **state)
{
    (void)state;
    struct vy_facts f;
    struct vy_sound_wish wish = {.has_key = true, .key = 0, .minor = 0};
    vy_facts_clear(&f);
    assert_false(vy_wish_met(&wish, &f)); // what was not measured does not fit
    f.key = 9;
    f.minor = 1; // A minor
    assert_false(vy_wish_met(&wish, &f));
    wish.relative = true;
    assert_true(vy_wish_met(&wish, &f));
    f.key = 10;
    assert_false(vy_wish_met(&wish, &f));
    wish.key = 9; // A minor wanted, C major is there
    wish.minor = 1;
    f.key = 0;
    f.minor = 0;
    assert_true(vy_wish_met(&wish, &f));
    wish = (struct vy_sound_wish){.bpm_low = 118, .bpm_high = 122};
    f.bpm = 60;
    assert_false(vy_wish_met(&wish, &f));
    wish.half_double = true;
    assert_true(vy_wish_met(&wish, &f));
    f.bpm = 240;
    assert_true(vy_wish_met(&wish, &f));
    f.bpm = 90;
    assert_false(vy_wish_met(&wish, &f));
}

static struct vy_pattern_record some_pattern(double start, double end)
{
    struct vy_pattern_record r;
    vy_pattern_record_clear(&r);
    memset(r.hash, 7, sizeof r.hash);
    vy_text_copy(r.type, sizeof r.type, "percussive");
    r.start_s = start;
    r.end_s = end;
    r.low_hz = 100;
    r.high_hz = 4000;
    r.confidence = 0.8;
    r.features = 3;
    r.feature[1] = 0.5f;
    return r;
}

static void a_pattern_is_learned_once(void **state)
{
    (void)state;
    int64_t id, again;
    struct vy_pattern_record r = some_pattern(1, 3), got;
    assert_int_equal(vy_pattern_learn(db, &r, 1000, &id, &err), VY_OK);
    r.start_s = 1.1; // nearly the same region
    assert_int_equal(vy_pattern_learn(db, &r, 1001, &again, &err), VY_OK);
    assert_int_equal(again, id);
    assert_int_equal(vy_pattern_get(db, id, &got, &err), VY_OK);
    assert_int_equal(got.seen, 2);
    assert_int_equal(got.created, 1000);
    assert_int_equal(got.features, 3);
    assert_float_equal(got.feature[1], 0.5f, 0);
    r = some_pattern(5, 6);
    assert_int_equal(vy_pattern_learn(db, &r, 1002, &again, &err), VY_OK);
    assert_int_not_equal(again, id);
    r = some_pattern(1, 3);
    r.low_hz = 5000; // another band at the same time
    r.high_hz = 12000;
    assert_int_equal(vy_pattern_learn(db, &r, 1002, &again, &err), VY_OK);
    assert_int_not_equal(again, id);
    r.end_s = 0.5;
    assert_int_equal(vy_pattern_learn(db, &r, 1002, &again, &err), VY_BAD_ARG);
}

static void a_user_outranks_the_machine(void **state)
{
    (void)state;
    int64_t id, again;
    struct vy_pattern_record r = some_pattern(1, 3), got;
    assert_int_equal(vy_pattern_learn(db, &r, 1000, &id, &err), VY_OK);
    assert_int_equal(vy_pattern_get(db, id, &got, &err), VY_OK);
    vy_text_copy(got.type, sizeof got.type, "speech");
    vy_text_copy(got.origin, sizeof got.origin, "user");
    assert_int_equal(vy_pattern_change(db, &got, 1001, &err), VY_OK);
    assert_int_equal(vy_pattern_learn(db, &r, 1002, &again, &err), VY_OK); // says percussive
    assert_int_equal(vy_pattern_get(db, id, &got, &err), VY_OK);
    assert_string_equal(got.type, "speech");
    assert_string_equal(got.origin, "user");
    assert_int_equal(got.seen, 2);
    assert_int_equal(got.version, 2);
    assert_int_equal(vy_pattern_restore(db, id, 1, 1003, &err), VY_OK); // undo
    assert_int_equal(vy_pattern_get(db, id, &got, &err), VY_OK);
    assert_string_equal(got.type, "percussive");
    assert_int_equal(got.version, 3);
    assert_int_equal(vy_pattern_restore(db, id, 9, 1003, &err), VY_NOT_FOUND);
}

static bool count_relation(void *arg, const struct vy_pattern_relation *relation)
{
    assert_string_equal(relation->reason, "the same accents");
    ++*(int *)arg;
    return true;
}

static void patterns_are_related_with_a_reason(void **state)
{
    (void)state;
    int64_t a, b;
    int n = 0;
    struct vy_pattern_record r = some_pattern(1, 3);
    assert_int_equal(vy_pattern_learn(db, &r, 1000, &a, &err), VY_OK);
    r = some_pattern(5, 6);
    assert_int_equal(vy_pattern_learn(db, &r, 1000, &b, &err), VY_OK);
    struct vy_pattern_relation relation = {a, b, "similar", 0.9, "the same accents"};
    assert_int_equal(vy_pattern_relation_store(db, &relation, &err), VY_OK);
    relation.score = 0.95;
    assert_int_equal(vy_pattern_relation_store(db, &relation, &err), VY_OK);
    assert_int_equal(vy_pattern_relations(db, a, count_relation, &n, &err), VY_OK);
    assert_int_equal(n, 1);
    vy_text_copy(relation.type, sizeof relation.type, "cousin");
    assert_int_equal(vy_pattern_relation_store(db, &relation, &err), VY_BAD_ARG);
    assert_int_equal(vy_pattern_forget(db, b, &err), VY_OK);
    n = 0;
    assert_int_equal(vy_pattern_relations(db, 0, count_relation, &n, &err), VY_OK);
    assert_int_equal(n, 0);
}

static void a_pattern_survives_json(void **state)
{
    (void)state;
    struct vy_pattern_record r = some_pattern(1, 3), back;
    vy_text_copy(r.parameters, sizeof r.parameters, "{\"swing\":0.5}");
    vy_text_copy(r.tags, sizeof r.tags, "dusty loud");
    json_t *const json = vy_pattern_json(&r);
    vy_pattern_record_clear(&back);
    assert_int_equal(vy_pattern_from_json(json, &back, &err), VY_OK);
    assert_string_equal(back.parameters, r.parameters);
    assert_string_equal(back.tags, r.tags);
    assert_string_equal(back.type, r.type);
    assert_memory_equal(back.hash, r.hash, sizeof r.hash);
    assert_float_equal(back.low_hz, r.low_hz, 0);
    json_object_set_new(json, "type", json_integer(3));
    assert_int_equal(vy_pattern_from_json(json, &back, &err), VY_BAD_FILE);
    json_decref(json);
}

int main(void)
{
#define IN_LIBRARY(test) cmocka_unit_test_setup_teardown(test, open_library, close_library)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(db_refuses_what_is_no_library),
        IN_LIBRARY(transactions_happen_or_do_not),
        IN_LIBRARY(a_sound_is_stored_once),
        IN_LIBRARY(words_find_names_and_survive_any_text),
        cmocka_unit_test(wishes_know_relative_keys_and_half_tempo),
        IN_LIBRARY(a_pattern_is_learned_once),
        IN_LIBRARY(a_user_outranks_the_machine),
        IN_LIBRARY(patterns_are_related_with_a_reason),
        cmocka_unit_test(a_pattern_survives_json),
    };
    if (!mkdtemp(folder))
        return 1;
    const int failed = cmocka_run_group_tests_name("store", tests, NULL, NULL);
    rmdir(folder);
    return failed;
}
