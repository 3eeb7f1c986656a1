// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The search answers as a float scan of all rows would, whatever the sidecar is up to.
#include "cm.h"

#include "base/rng.h"
#include "store/sounds.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct vy_layout layout = {"test/1",
                                        3,
                                        {{"timbre", 40, VY_METRIC_COSINE},
                                         {"rhythm", 24, VY_METRIC_COSINE},
                                         {"length", 2, VY_METRIC_DISTANCE}}};
#define FLOATS 66
#define MOST 12

static char folder[] = "/tmp/veery-vectors-XXXXXX", path[64], beside[80];
static struct vy_db *db;
static struct vy_err err;
static int64_t layout_id, sound_id;

static void make_row(uint64_t seed, float *row)
{
    for (uint64_t i = 0; i < FLOATS; i++)
        row[i] = (float)(vy_rng_unit(seed % 7, i) + 0.7 * vy_rng_unit(100 + seed, i) - 0.85);
    if (seed % 5 == 0)
        row[40] = NAN; // no rhythm
    if (seed % 11 == 0)
        row[64] = NAN;
}

static void add_rows(uint64_t from, uint64_t to)
{
    assert_int_equal(vy_db_begin(db, &err), VY_OK);
    for (uint64_t i = from; i < to; i++) {
        float row[FLOATS];
        make_row(i, row);
        const struct vy_region region = {.sound = sound_id, .end_s = (double)i};
        int64_t id;
        assert_int_equal(vy_region_add(db, layout_id, &layout, &region, row, &id, &err), VY_OK);
    }
    assert_int_equal(vy_db_commit(db, &err), VY_OK);
}

static void open_library(void)
{
    assert_int_equal(vy_db_open(&vy_db_library, path, VY_DB_CREATE, &db, &err), VY_OK);
    assert_int_equal(vy_layout_id(db, &layout, &layout_id, &err), VY_OK);
}

static int new_library(void **state)
{
    (void)state;
    struct vy_heard_sound sound = {.heard_by = "test"};
    snprintf(path, sizeof path, "%s/l.db", folder);
    snprintf(beside, sizeof beside, "%s.vectors", path);
    open_library();
    vy_facts_clear(&sound.facts);
    assert_int_equal(vy_sound_store(db, &sound, &sound_id, &err), VY_OK);
    return 0;
}

static int end_library(void **state)
{
    (void)state;
    static const char *const ends[] = {"", "-wal", "-shm", ".vectors"};
    vy_db_close(db);
    for (int i = 0; i < 4; i++) {
        snprintf(beside, sizeof beside, "%s%s", path, ends[i]);
        unlink(beside);
    }
    return 0;
}

// The score of two rows from its definition.
static float score_of(const float *a, const float *b, const float *weight)
{
    static const int at[] = {0, 40, 64}, dims[] = {40, 24, 2};
    double sum = 0, weights = 0;
    for (int s = 0; s < 3; s++) {
        double aa = 0, bb = 0, ab = 0, dd = 0;
        if (isnan(a[at[s]]) || isnan(b[at[s]]))
            continue;
        weights += (double)weight[s];
        for (int i = at[s]; i < at[s] + dims[s]; i++) {
            aa += (double)a[i] * (double)a[i];
            bb += (double)b[i] * (double)b[i];
            ab += (double)a[i] * (double)b[i];
            dd += ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
        }
        sum += (double)weight[s] * (s == 2 ? 1 / (1 + dd) : ab / sqrt(aa * bb));
    }
    return weights > 0 ? (float)(sum / weights) : -1;
}

// The n-th best score among rows first..last-1 without those `skip` says.
static int floats_compared(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return x < y ? 1 : x > y ? -1 : 0;
}

static void same_as_float_scan(struct vy_index *index, uint64_t rows, uint64_t seed,
                               const float *weight, uint32_t threads)
{
    float query[FLOATS], plain[FLOATS], row[FLOATS];
    struct vy_near near[MOST];
    uint32_t found;
    make_row(seed, plain);
    memcpy(query, plain, sizeof query);
    vy_layout_tidy(&layout, query);
    struct vy_search search = {.row = query, .most = MOST, .threads = threads};
    memcpy(search.weight, weight, 3 * sizeof *weight);
    struct vy_search_cost cost;
    assert_int_equal(vy_index_search(index, &search, near, &found, &cost, &err), VY_OK);
    assert_true(cost.exact);
    assert_int_equal(found, MOST);
    float *const all = malloc(rows * sizeof *all);
    assert_non_null(all);
    for (uint64_t i = 0; i < rows; i++) {
        make_row(i, row);
        all[i] = score_of(plain, row, weight);
    }
    for (uint32_t i = 0; i < found; i++)
        assert_float_equal(near[i].score, all[near[i].region - 1], 1e-6);
    qsort(all, rows, sizeof *all, floats_compared);
    for (uint32_t i = 0; i < found; i++)
        assert_float_equal(near[i].score, all[i], 1e-6);
    free(all);
}

static void search_equals_a_float_scan(void **state)
{
    (void)state;
    static const float weights[][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {1, 0.5f, 0.25f}};
    struct vy_index *index;
    add_rows(0, 9000);
    assert_int_equal(vy_index_open(db, &layout, &index, &err), VY_OK);
    uint64_t rows, fresh;
    vy_index_rows(index, &rows, &fresh);
    assert_int_equal(rows, 9000);
    assert_int_equal(fresh, 0); // enough for a sidecar
    for (uint64_t q = 1; q <= 4; q++)
        for (int w = 0; w < 4; w++)
            same_as_float_scan(index, 9000, 20000 + q, weights[w], 1);
    add_rows(9000, 9300); // after the sidecar was made
    same_as_float_scan(index, 9300, 20011, weights[3], 1);
    vy_index_rows(index, &rows, &fresh);
    assert_int_equal(fresh, 300);
    vy_index_close(index);
}

static void two_threads_answer_as_one(void **state)
{
    (void)state;
    struct vy_index *index;
    add_rows(0, 24000);
    assert_int_equal(vy_index_open(db, &layout, &index, &err), VY_OK);
    for (uint64_t q = 1; q <= 5; q++) {
        float query[FLOATS];
        struct vy_near one[50], two[50];
        uint32_t found[2];
        make_row(30001 + q, query);
        vy_layout_tidy(&layout, query);
        struct vy_search search = {.row = query, .weight = {1, 1, 1}, .most = 50, .threads = 1};
        assert_int_equal(vy_index_search(index, &search, one, &found[0], NULL, &err), VY_OK);
        search.threads = 2;
        assert_int_equal(vy_index_search(index, &search, two, &found[1], NULL, &err), VY_OK);
        assert_int_equal(found[0], 50);
        assert_int_equal(found[1], 50);
        for (int i = 0; i < 50; i++) {
            assert_int_equal(one[i].region, two[i].region);
            assert_memory_equal(&one[i].score, &two[i].score, sizeof(float));
        }
    }
    vy_index_close(index);
}

static void search_keeps_to_its_limits(void **state)
{
    (void)state;
    struct vy_index *index;
    struct vy_ids only = {0}, except = {0};
    struct vy_near near[MOST];
    uint32_t found;
    float query[FLOATS];
    add_rows(0, 2000);
    assert_int_equal(vy_index_open(db, &layout, &index, &err), VY_OK);
    make_row(77, query);
    vy_layout_tidy(&layout, query);
    struct vy_search search = {.row = query, .weight = {1, 0, 0}, .most = MOST};
    assert_int_equal(vy_index_search(index, &search, near, &found, NULL, &err), VY_OK);
    assert_int_equal(near[0].region, 78); // itself
    assert_float_equal(near[0].score, 1, 1e-6);
    assert_int_equal(vy_ids_add(&except, 78), VY_OK);
    search.except = &except;
    assert_int_equal(vy_index_search(index, &search, near, &found, NULL, &err), VY_OK);
    assert_int_not_equal(near[0].region, 78);
    for (int64_t id = 1; id <= 5; id++)
        assert_int_equal(vy_ids_add(&only, id * 100), VY_OK);
    search.only = &only;
    search.least = -1;
    assert_int_equal(vy_index_search(index, &search, near, &found, NULL, &err), VY_OK);
    assert_int_equal(found, 5);
    for (uint32_t i = 0; i < found; i++)
        assert_int_equal(near[i].region % 100, 0);
    search.only = NULL;
    search.least = near[0].score;
    assert_int_equal(vy_index_search(index, &search, near, &found, NULL, &err), VY_OK);
    for (uint32_t i = 0; i < found; i++)
        assert_true(near[i].score >= search.least);
    search.weight[0] = 0;
    assert_int_equal(vy_index_search(index, &search, near, &found, NULL, &err), VY_BAD_ARG);
    vy_ids_clear(&only);
    vy_ids_clear(&except);
    vy_index_close(index);
}

static void what_is_gone_is_not_found(void **state)
{
    (void)state;
    struct vy_index *index;
    struct vy_near near[MOST];
    uint32_t found;
    float query[FLOATS];
    add_rows(0, 6000);
    assert_int_equal(vy_index_open(db, &layout, &index, &err), VY_OK);
    make_row(3, query);
    vy_layout_tidy(&layout, query);
    const struct vy_search search = {.row = query, .weight = {1, 0, 0}, .most = MOST};
    assert_int_equal(vy_index_search(index, &search, near, &found, NULL, &err), VY_OK);
    assert_int_equal(found, MOST);
    assert_int_equal(vy_sound_forget(db, sound_id, &err), VY_OK);
    assert_int_equal(vy_index_search(index, &search, near, &found, NULL, &err), VY_OK);
    assert_int_equal(found, 0);
    vy_index_close(index);
    assert_int_equal(vy_index_open(db, &layout, &index, &err), VY_OK);
    assert_int_equal(vy_index_search(index, &search, near, &found, NULL, &err), VY_OK);
    assert_int_equal(found, 0);
    vy_index_close(index);
}

static void check_after(void (*harm)(void))
{
    static const float weight[] = {1, 1, 1};
    struct vy_index *index;
    harm();
    assert_int_equal(vy_index_open(db, &layout, &index, &err), VY_OK);
    same_as_float_scan(index, 5000, 40001, weight, 1);
    vy_index_close(index);
}

static void cut_it(void)
{
    assert_int_equal(truncate(beside, 9000), 0);
}

static void spoil_it(void)
{
    const int file = open(beside, O_WRONLY);
    assert_true(file >= 0);
    assert_int_equal(pwrite(file, "\x55\xaa\x55\xaa\x7f\x7f\x7f\x7f", 8, 60000), 8);
    close(file);
}

static void remove_it(void)
{
    unlink(beside);
}

static void fill_it_with_nothing(void)
{
    assert_int_equal(truncate(beside, 0), 0);
    assert_int_equal(truncate(beside, 1 << 20), 0);
}

static void keep_it(void)
{
}

static void a_bad_sidecar_is_made_again(void **state)
{
    (void)state;
    add_rows(0, 5000);
    check_after(keep_it);
    struct stat first, second;
    assert_int_equal(stat(beside, &first), 0);
    check_after(keep_it);
    assert_int_equal(stat(beside, &second), 0);
    assert_int_equal(first.st_ino, second.st_ino); // a good one is used again
    check_after(cut_it);
    check_after(spoil_it);
    check_after(remove_it);
    check_after(fill_it_with_nothing);
}

static void a_region_must_make_sense(void **state)
{
    (void)state;
    float row[FLOATS];
    make_row(1, row);
    struct vy_region region = {.sound = sound_id, .start_s = 2, .end_s = 1};
    assert_int_equal(vy_region_add(db, layout_id, &layout, &region, row, NULL, &err), VY_BAD_ARG);
    region.end_s = (double)NAN;
    assert_int_equal(vy_region_add(db, layout_id, &layout, &region, row, NULL, &err), VY_BAD_ARG);
    struct vy_layout wide = layout;
    wide.space[2].dims = VY_NEAR_DIMS + 1;
    int64_t id;
    assert_int_equal(vy_layout_id(db, &wide, &id, &err), VY_BAD_ARG);
    wide = layout;
    wide.space[0].dims++;
    assert_int_equal(vy_layout_id(db, &wide, &id, &err), VY_OK);
    assert_int_not_equal(id, layout_id);
    assert_int_equal(vy_region_get(db, id, &wide, 1, &region, NULL, &err), VY_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(search_equals_a_float_scan, new_library, end_library),
        cmocka_unit_test_setup_teardown(two_threads_answer_as_one, new_library, end_library),
        cmocka_unit_test_setup_teardown(search_keeps_to_its_limits, new_library, end_library),
        cmocka_unit_test_setup_teardown(what_is_gone_is_not_found, new_library, end_library),
        cmocka_unit_test_setup_teardown(a_bad_sidecar_is_made_again, new_library, end_library),
        cmocka_unit_test_setup_teardown(a_region_must_make_sense, new_library, end_library),
    };
    if (!mkdtemp(folder))
        return 1;
    const int failed = cmocka_run_group_tests_name("vectors", tests, NULL, NULL);
    rmdir(folder);
    return failed;
}
