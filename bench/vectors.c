// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// usage: bench-vectors [ROWS] [FOLDER] [QUERIES] [iid|aspects]
// aspects: the 128 numbers are five vectors, as the ears make them, weighed as `veery similar`
// does. The vector search on a library of ROWS regions (1,000,000) with 128 numbers each, made like
// the set of section F of the peers (a mixture of 1000 Gaussians in 24 dimensions, turned into 128,
// a little noise, length 1; iid: Gaussian noise, the worst case). Prints the time of a query with
// one thread and with two, what a float scan finds that the search does not, the float scan's own
// time, and the time to store one record for good. The library is made in FOLDER (/tmp) and
// removed.
#include "base/rng.h"
#include "store/sounds.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DIMS 128
#define LATENT 24
#define CENTRES 1000
#define NEAREST 10
#define STORED 300

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

// Gaussian by Box and Muller.
static float gauss(uint64_t stream, uint64_t i)
{
    const double u = 1 - vy_rng_unit(stream, 2 * i), v = vy_rng_unit(stream, 2 * i + 1);
    return (float)(sqrt(-2 * log(u)) * cos(6.283185307179586 * v));
}

// What is compared, and how much each space counts.
struct plan {
    struct vy_layout layout;
    float weight[VY_SPACES];
};

static const struct plan one_space = {{"bench/1", 1, {{"all", DIMS, VY_METRIC_COSINE}}}, {1}};
static const struct plan aspects = {{"bench/2",
                                     5,
                                     {{"timbre", 64, VY_METRIC_COSINE},
                                      {"rhythm", 24, VY_METRIC_COSINE},
                                      {"pitch", 20, VY_METRIC_COSINE},
                                      {"brightness", 12, VY_METRIC_COSINE},
                                      {"length", 8, VY_METRIC_COSINE}}},
                                    {1, 0.1f, 0, 0.1f, 0.1f}};

struct maker {
    float turn[LATENT][DIMS], centre[CENTRES][LATENT];
    bool iid;
};

static void make_maker(struct maker *m, bool iid)
{
    m->iid = iid;
    for (uint64_t i = 0; i < LATENT * DIMS; i++)
        m->turn[i / DIMS][i % DIMS] = gauss(1, i) / sqrtf(LATENT);
    for (uint64_t i = 0; i < CENTRES * LATENT; i++)
        m->centre[i / LATENT][i % LATENT] = gauss(2, i);
}

static void make_row(const struct maker *m, uint64_t seed, float *row)
{
    const uint64_t stream = vy_rng_key(7, seed);
    const float *const centre = m->centre[vy_rng_u64(stream, 1 << 20) % CENTRES];
    double sum = 0;
    for (uint64_t i = 0; i < DIMS; i++)
        row[i] = gauss(stream, i) * (m->iid ? 1.0f : 0.05f);
    for (uint64_t k = 0; k < LATENT && !m->iid; k++) {
        const float z = centre[k] + 0.5f * gauss(stream, DIMS + k);
        for (int i = 0; i < DIMS; i++)
            row[i] += z * m->turn[k][i];
    }
    for (int i = 0; i < DIMS; i++)
        sum += (double)row[i] * (double)row[i];
    for (int i = 0; i < DIMS; i++)
        row[i] = (float)((double)row[i] / sqrt(sum));
}

// What this process was given of the processors: another measure where others work too.
static double cpu_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static void must(vy_status status, const struct vy_err *err)
{
    if (!status)
        return;
    fprintf(stderr, "bench-vectors: %s\n", err->message);
    exit(1);
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void report(const char *what, double *ms, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += ms[i];
    qsort(ms, (size_t)n, sizeof *ms, compare_doubles);
    printf("%-34s mean %8.3f  p50 %8.3f  p95 %8.3f  max %8.3f ms\n", what, sum / n, ms[n / 2],
           ms[n * 95 / 100], ms[n - 1]);
}

// A row whose plain product with another one is the weighted mean of the cosines.
static void weigh_row(const struct plan *plan, const float *row, float *weighed)
{
    float sum = 0;
    uint32_t at = 0;
    for (uint32_t s = 0; s < plan->layout.spaces; s++)
        sum += plan->weight[s];
    for (uint32_t s = 0; s < plan->layout.spaces; s++)
        for (uint32_t i = 0; i < plan->layout.space[s].dims; i++, at++)
            weighed[at] = row[at] * sqrtf(plan->weight[s] / sum);
}

// The plain way, to compare with: all rows in float.
static void float_scan(const float *all, uint64_t rows, const float *query, int64_t best[NEAREST])
{
    float top[NEAREST];
    int n = 0;
    for (uint64_t r = 0; r < rows; r++) {
        float lane[16] = {0}, sum = 0;
        for (int i = 0; i < DIMS; i += 16)
            for (int k = 0; k < 16; k++)
                lane[k] += all[r * DIMS + i + k] * query[i + k];
        for (int k = 0; k < 16; k++)
            sum += lane[k];
        if (n == NEAREST && sum <= top[n - 1])
            continue;
        int at = n < NEAREST ? n++ : n - 1;
        for (; at > 0 && top[at - 1] < sum; at--) {
            top[at] = top[at - 1];
            best[at] = best[at - 1];
        }
        top[at] = sum;
        best[at] = (int64_t)r + 1;
    }
}

static void fill(struct vy_db *db, const struct plan *plan, const struct maker *maker, float *all,
                 uint64_t rows)
{
    struct vy_err err;
    int64_t layout_id;
    struct vy_heard_sound sound = {.heard_by = "bench"};
    int64_t id; // 1, in a new library
    vy_facts_clear(&sound.facts);
    must(vy_db_begin(db, &err), &err);
    must(vy_sound_store(db, &sound, &id, &err), &err);
    must(vy_layout_id(db, &plan->layout, &layout_id, &err), &err);
    for (uint64_t r = 0; r < rows; r++) {
        float row[DIMS];
        make_row(maker, r, row);
        vy_layout_tidy(&plan->layout, row);
        weigh_row(plan, row, all + r * DIMS);
        must(vy_region_add(db, layout_id, &plan->layout,
                           &(struct vy_region){.sound = 1, .end_s = 1}, row, NULL, &err),
             &err);
    }
    must(vy_db_commit(db, &err), &err);
}

static void query_all(struct vy_index *index, const struct plan *plan, const float *queries, int n,
                      uint32_t threads, const int64_t *truth)
{
    double *const ms = calloc((size_t)n, sizeof *ms);
    if (!ms)
        exit(1);
    uint64_t compared = 0, hits = 0;
    bool exact = true;
    const double cpu = cpu_ms();
    for (int q = 0; q < n; q++) {
        struct vy_err err;
        struct vy_near near[NEAREST];
        struct vy_search_cost cost;
        uint32_t found;
        struct vy_search search = {.row = queries + q * DIMS, .most = NEAREST, .threads = threads};
        memcpy(search.weight, plan->weight, sizeof search.weight);
        const double begin = now_ms();
        must(vy_index_search(index, &search, near, &found, &cost, &err), &err);
        ms[q] = now_ms() - begin;
        compared += cost.compared;
        exact &= cost.exact;
        for (uint32_t i = 0; i < found; i++)
            for (int k = 0; k < NEAREST && truth; k++)
                hits += near[i].region == truth[q * NEAREST + k];
    }
    char what[64];
    snprintf(what, sizeof what, "query, %u thread%s", threads, threads == 1 ? "" : "s");
    report(what, ms, n);
    printf("  %.2f ms of CPU a query, %.0f rows compared in float, exact %s", (cpu_ms() - cpu) / n,
           (double)compared / n, exact ? "yes" : "NO");
    if (truth)
        printf(", recall@%d against the float scan %.5f", NEAREST, (double)hits / n / NEAREST);
    printf("\n");
    free(ms);
}

static void store_some(struct vy_db *db, const struct plan *plan, const struct maker *maker,
                       uint64_t rows)
{
    double ms[STORED];
    int64_t layout_id;
    struct vy_err err;
    must(vy_layout_id(db, &plan->layout, &layout_id, &err), &err);
    for (uint64_t i = 0; i < STORED; i++) {
        float row[DIMS];
        make_row(maker, rows + 5000 + i, row);
        const double begin = now_ms();
        must(vy_db_begin(db, &err), &err);
        must(vy_region_add(db, layout_id, &plan->layout,
                           &(struct vy_region){.sound = 1, .end_s = 1}, row, NULL, &err),
             &err);
        must(vy_db_commit(db, &err), &err);
        ms[i] = now_ms() - begin;
    }
    report("store one record, with fsync", ms, STORED);
}

static void measure(const char *path, uint64_t rows, int queries, const struct plan *plan,
                    const struct maker *maker)
{
    struct vy_db *db;
    struct vy_index *index;
    struct vy_err err;
    float *const all = malloc(rows * DIMS * sizeof *all);
    float *const query = malloc((size_t)queries * DIMS * sizeof *query);
    int64_t *const truth = calloc((size_t)queries * NEAREST, sizeof *truth);
    double *const ms = calloc((size_t)queries, sizeof *ms);
    if (!all || !query || !truth || !ms)
        exit(1);
    double begin = now_ms();
    must(vy_db_open(&vy_db_library, path, VY_DB_CREATE, &db, &err), &err);
    fill(db, plan, maker, all, rows);
    printf("%llu rows stored in %.1f s", (unsigned long long)rows, (now_ms() - begin) * 1e-3);
    begin = now_ms();
    must(vy_index_open(db, &plan->layout, &index, &err), &err);
    printf(", index made in %.2f s", (now_ms() - begin) * 1e-3);
    vy_index_close(index);
    begin = now_ms();
    must(vy_index_open(db, &plan->layout, &index, &err), &err);
    printf(", opened again in %.3f s\n", (now_ms() - begin) * 1e-3);
    for (int q = 0; q < queries; q++) {
        make_row(maker, rows + 1000000 + (uint64_t)q, query + q * DIMS);
        float weighed[DIMS];
        vy_layout_tidy(&plan->layout, query + q * DIMS);
        weigh_row(plan, query + q * DIMS, weighed);
        begin = now_ms();
        float_scan(all, rows, weighed, truth + q * NEAREST);
        ms[q] = now_ms() - begin;
    }
    report("float scan, 1 thread (to compare)", ms, queries);
    free(all);
    query_all(index, plan, query, queries, 1, truth);
    query_all(index, plan, query, queries, 2, truth);
    store_some(db, plan, maker, rows);
    query_all(index, plan, query, queries < 20 ? queries : 20, 1, NULL);
    vy_index_close(index);
    vy_db_close(db);
    free(query);
    free(truth);
    free(ms);
}

int main(int argc, char **argv)
{
    const uint64_t rows = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
    const char *const folder = argc > 2 ? argv[2] : "/tmp";
    const int queries = argc > 3 ? (int)strtol(argv[3], NULL, 10) : 100;
    struct maker *const maker = malloc(sizeof *maker);
    if (!maker || rows < 1 || rows > 100000000 || queries < 1 || queries > 100000) {
        fprintf(stderr, "usage: bench-vectors [ROWS] [FOLDER] [QUERIES] [iid|aspects]\n");
        free(maker);
        return 2;
    }
    make_maker(maker, argc > 4 && strcmp(argv[4], "iid") == 0);
    char path[4096], beside[4200];
    snprintf(path, sizeof path, "%s/bench-vectors-%ld.db", folder, (long)getpid());
    measure(path, rows, queries,
            argc > 4 && strcmp(argv[4], "aspects") == 0 ? &aspects : &one_space, maker);
    static const char *const ends[] = {"", "-wal", "-shm", ".vectors"};
    for (int i = 0; i < 4; i++) {
        snprintf(beside, sizeof beside, "%s%s", path, ends[i]);
        unlink(beside);
    }
    free(maker);
    return 0;
}
