// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// bench-jobs [JOBS] [FOLDER]: how long it takes to queue a job, each on the disk before it is told,
// while the queue grows; then to list the newest, and to take one from the full queue.
#include "command/jobs.h"
#include "store/jobs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static void must(vy_status status, const struct vy_err *err)
{
    if (status == VY_OK)
        return;
    fprintf(stderr, "bench-jobs: %s\n", err->message);
    exit(1);
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void say(const char *what, double *ms, size_t n)
{
    qsort(ms, n, sizeof *ms, by_size);
    printf("%-22s p50 %.3f ms  p95 %.3f ms  p99 %.3f ms  most %.3f ms\n", what, ms[n / 2],
           ms[n * 95 / 100], ms[n * 99 / 100], ms[n - 1]);
}

// A session as people have them: some things, some patterns.
static struct vy_session *make_session(const struct vy_catalog *catalog)
{
    struct vy_session *const session = vy_session_new(catalog, 1);
    for (int i = 0; session && i < 24; i++) {
        char line[120];
        snprintf(line, sizeof line, "create bass%d osc; melody bass%d: C2 G2 C3 E2", i, i);
        const struct vy_request request = {line, strlen(line), "ann", -1};
        if (vy_session_do(session, &request, NULL, NULL))
            exit(1);
    }
    return session;
}

static bool count(void *arg, const struct vy_job *job)
{
    (void)job;
    ++*(int *)arg;
    return true;
}

static void list(struct vy_db *db, double *ms, size_t n)
{
    struct vy_err err = {.at = -1};
    for (size_t i = 0; i < n; i++) {
        int seen = 0;
        const struct vy_job_wish wish = {.state = -1, .most = 50};
        const double begin = now_ms();
        must(vy_jobs_each(db, &wish, count, &seen, &err), &err);
        ms[i] = now_ms() - begin;
    }
    say("list the newest 50", ms, n);
}

static void take(struct vy_db *db, double *ms, size_t n)
{
    struct vy_err err = {.at = -1};
    const struct vy_job_room room = {"render", 1 << 30};
    for (size_t i = 0; i < n; i++) {
        struct vy_arena arena = {0};
        struct vy_job job;
        bool mine;
        const double begin = now_ms();
        must(vy_job_claim(db, &room, 1, "r", "w", 1e10, &arena, &job, &err), &err);
        const struct vy_job_end end = {
            .id = job.id, .runner = "r", .worker = "w", .state = VY_JOB_SUCCEEDED};
        must(vy_job_finish(db, &end, &mine, &err), &err);
        ms[i] = now_ms() - begin;
        vy_arena_clear(&arena);
    }
    say("take one and end it", ms, n);
}

int main(int argc, char **argv)
{
    const size_t jobs = argc > 1 ? strtoul(argv[1], NULL, 10) : 10000;
    char path[4096];
    struct vy_err err = {.at = -1};
    struct vy_catalog catalog;
    struct vy_db *db;
    snprintf(path, sizeof path, "%s/veery-bench-jobs-%d.db", argc > 2 ? argv[2] : "/tmp",
             (int)getpid());
    must(vy_catalog_open(&catalog, &err), &err);
    must(vy_db_open(&vy_db_studio, path, VY_DB_CREATE, &db, &err), &err);
    struct vy_session *const session = make_session(&catalog);
    double *const ms = calloc(jobs + 1, sizeof *ms);
    if (!session || !ms || jobs < 100)
        return 1;
    const double begin = now_ms();
    for (size_t i = 0; i < jobs; i++) {
        json_t *const result = json_object();
        const struct vy_job_ask ask = {.line = "render 8 bars \"groove.wav\"", .author = "ann"};
        const double start = now_ms();
        must(vy_job_queue(session, db, NULL, &ask, result, &err), &err);
        ms[i] = now_ms() - start;
        json_decref(result);
    }
    printf("%zu jobs queued in %.1f s, one fsync each\n", jobs, (now_ms() - begin) / 1e3);
    say("queue", ms, jobs);
    list(db, ms, 100);
    take(db, ms, 100);
    free(ms);
    vy_session_destroy(session);
    vy_db_close(db);
    vy_catalog_close(&catalog);
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (int i = 0; i < 3; i++) {
        char name[4200];
        snprintf(name, sizeof name, "%s%s", path, ends[i]);
        unlink(name);
    }
    return 0;
}
