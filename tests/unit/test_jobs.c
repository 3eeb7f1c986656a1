// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The queue: who comes first, who waits for whom, who has what, and that nothing ends twice.
#include "cm.h"

#include "jobs/mark.h"
#include "store/jobs.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/veery-jobs-XXXXXX", path[64];
static struct vy_db *db;
static struct vy_err err;

static const struct vy_job_room rooms[] = {{"render", 2}, {"analyse", 1}};

static int open_queue(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "%s/s.db", folder);
    return vy_db_open(&vy_db_studio, path, VY_DB_CREATE, &db, &err) != VY_OK;
}

static int close_queue(void **state)
{
    (void)state;
    struct vy_buf problems = {0};
    assert_int_equal(vy_db_check(db, &problems, &err), VY_OK);
    assert_string_equal(problems.text ? problems.text : "", "");
    vy_buf_clear(&problems);
    vy_db_close(db);
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (int i = 0; i < 3; i++) {
        char name[80];
        snprintf(name, sizeof name, "%s%s", path, ends[i]);
        unlink(name);
    }
    return 0;
}

static const struct vy_job_new plain = {.line = "x",
                                        .author = "",
                                        .class = "render",
                                        .program = "",
                                        .folder = "/",
                                        .timeout_s = 1,
                                        .tries_most = 1,
                                        .queue_most = 10};

// A job of a class; waits for the others.
static int64_t add_to(const char *class, int priority, uint32_t n, const int64_t *after)
{
    int64_t id = 0;
    const struct vy_job_new job = {.line = "render 1 bar \"x.wav\"",
                                   .author = "ann",
                                   .class = class,
                                   .program = "# veery session 1 seed=1\n",
                                   .folder = "/tmp",
                                   .priority = priority,
                                   .timeout_s = 10,
                                   .tries_most = 3,
                                   .afters = n,
                                   .after = after,
                                   .queue_most = 1000};
    assert_int_equal(vy_job_add(db, &job, &id, &err), VY_OK);
    return id;
}

static int64_t add(int priority)
{
    return add_to("render", priority, 0, NULL);
}

static int64_t claim(const char *worker)
{
    struct vy_arena arena = {0};
    struct vy_job job;
    assert_int_equal(vy_job_claim(db, rooms, 2, "runner", worker, 1000, &arena, &job, &err), VY_OK);
    const int64_t id = job.id;
    if (id) {
        assert_int_equal(job.state, VY_JOB_RUNNING);
        assert_string_equal(job.line, "render 1 bar \"x.wav\"");
    }
    vy_arena_clear(&arena);
    return id;
}

static bool finish(int64_t id, const char *worker, enum vy_job_state state)
{
    bool mine;
    const struct vy_job_end end = {.id = id, .runner = "runner", .worker = worker, .state = state};
    assert_int_equal(vy_job_finish(db, &end, &mine, &err), VY_OK);
    return mine;
}

static struct vy_job get(int64_t id)
{
    static char message[300];
    struct vy_arena arena = {0};
    struct vy_job job;
    assert_int_equal(vy_job_get(db, id, &arena, &job, &err), VY_OK);
    snprintf(message, sizeof message, "%s", job.message);
    job.message = message;
    vy_arena_clear(&arena);
    return job;
}

static void jobs_go_by_priority_and_then_by_age(void **state)
{
    (void)state;
    const int64_t a = add(0), b = add(5), c = add(0), d = add(-3);
    assert_int_equal(claim("w1"), b);
    assert_int_equal(claim("w2"), a);
    assert_int_equal(claim("w3"), 0); // two renders at once
    assert_true(finish(b, "w1", VY_JOB_SUCCEEDED));
    assert_int_equal(claim("w3"), c);
    assert_true(finish(a, "w2", VY_JOB_FAILED));
    assert_int_equal(claim("w4"), d);
}

static void classes_have_room_of_their_own(void **state)
{
    (void)state;
    const int64_t a = add_to("analyse", 0, 0, NULL), b = add_to("analyse", 9, 0, NULL), c = add(0);
    assert_int_equal(claim("w1"), b);
    assert_int_equal(claim("w2"), c);
    assert_int_equal(claim("w3"), 0);
    assert_true(finish(b, "w1", VY_JOB_SUCCEEDED));
    assert_int_equal(claim("w3"), a);
}

static void a_job_waits_for_all_it_is_after(void **state)
{
    (void)state;
    const int64_t first[] = {add(0), add(0)};
    const int64_t last = add_to("render", 50, 2, first);
    assert_int_equal(claim("w1"), first[0]);
    assert_true(finish(first[0], "w1", VY_JOB_SUCCEEDED));
    assert_int_equal(claim("w2"), first[1]);
    assert_int_equal(claim("w3"), 0);
    assert_true(finish(first[1], "w2", VY_JOB_SUCCEEDED));
    assert_int_equal(claim("w3"), last);
    const int64_t done[] = {first[0], first[0]}; // twice the same, and it has succeeded
    const int64_t next = add_to("render", 0, 2, done);
    assert_int_equal(claim("w4"), next);
}

static void those_that_wait_for_a_failure_fail_and_say_why(void **state)
{
    (void)state;
    const int64_t a = add(0), b = add_to("render", 0, 1, &a), c = add_to("render", 0, 1, &b);
    const int64_t other = add(0);
    char want[100];
    assert_int_equal(claim("w1"), a);
    assert_true(finish(a, "w1", VY_JOB_FAILED));
    assert_int_equal(get(b).state, VY_JOB_FAILED);
    snprintf(want, sizeof want, "job %d, which it waits for, is failed", (int)a);
    assert_string_equal(get(b).message, want);
    snprintf(want, sizeof want, "job %d, which it waits for, is failed", (int)b);
    assert_int_equal(get(c).state, VY_JOB_FAILED);
    assert_string_equal(get(c).message, want);
    assert_int_equal(get(other).state, VY_JOB_QUEUED);
    // and nothing can be queued behind it
    int64_t id;
    struct vy_job_new job = plain;
    job.afters = 1;
    job.after = &a;
    assert_int_equal(vy_job_add(db, &job, &id, &err), VY_CONFLICT);
    // until it is retried
    assert_int_equal(vy_job_retry(db, b, 10, &err), VY_CONFLICT);
    assert_int_equal(vy_job_retry(db, a, 10, &err), VY_OK);
    assert_int_equal(vy_job_retry(db, b, 10, &err), VY_OK);
    assert_int_equal(claim("w1"), a);
    assert_int_equal(claim("w2"), other);
    assert_true(finish(other, "w2", VY_JOB_SUCCEEDED));
    assert_int_equal(claim("w3"), 0);
    assert_true(finish(a, "w1", VY_JOB_SUCCEEDED));
    assert_int_equal(claim("w3"), b);
}

static void a_full_queue_refuses_with_numbers(void **state)
{
    (void)state;
    int64_t id;
    struct vy_job_new job = plain;
    job.queue_most = 2;
    assert_int_equal(vy_job_add(db, &job, &id, &err), VY_OK);
    assert_int_equal(vy_job_add(db, &job, &id, &err), VY_OK);
    assert_int_equal(vy_job_add(db, &job, &id, &err), VY_BUSY);
    assert_non_null(strstr(err.message, "jobs.queue_max is 2"));
    enum vy_job_state was;
    assert_int_equal(vy_job_cancel(db, id, &was, &err), VY_OK);
    assert_int_equal(vy_job_add(db, &job, &id, &err), VY_OK);
    const int64_t none = 99999;
    job.afters = 1;
    job.after = &none;
    job.queue_most = 10;
    assert_int_equal(vy_job_add(db, &job, &id, &err), VY_NOT_FOUND);
}

static void an_end_is_recorded_once_and_by_its_owner(void **state)
{
    (void)state;
    const int64_t id = add(0);
    assert_int_equal(claim("w1"), id);
    assert_false(finish(id, "w2", VY_JOB_FAILED)); // another worker's
    assert_true(finish(id, "w1", VY_JOB_SUCCEEDED));
    assert_false(finish(id, "w1", VY_JOB_FAILED)); // it has ended
    assert_int_equal(get(id).state, VY_JOB_SUCCEEDED);
    assert_int_equal(vy_job_retry(db, id, 10, &err), VY_CONFLICT);
    enum vy_job_state was;
    assert_int_equal(vy_job_cancel(db, id, &was, &err), VY_CONFLICT);
}

static void a_job_is_tried_again_after_its_pause(void **state)
{
    (void)state;
    bool mine, waiting;
    double next;
    const int64_t id = add(0);
    assert_int_equal(claim("w1"), id);
    const struct vy_job_end end = {
        .id = id, .runner = "runner", .worker = "w1", .state = VY_JOB_QUEUED, .again = 1002};
    assert_int_equal(vy_job_finish(db, &end, &mine, &err), VY_OK);
    assert_int_equal(claim("w2"), 0); // it is 1000
    assert_int_equal(vy_job_waiting(db, rooms, 2, 1000, &waiting, &next, &err), VY_OK);
    assert_false(waiting);
    assert_true(next == 1002);
    assert_int_equal(vy_job_waiting(db, rooms, 2, 1002, &waiting, &next, &err), VY_OK);
    assert_true(waiting);
    assert_int_equal(get(id).tries, 1);
}

static void cancelling_marks_what_runs_and_ends_what_waits(void **state)
{
    (void)state;
    enum vy_job_state was;
    const int64_t a = add(0), b = add(0), c = add_to("render", 0, 1, &b);
    assert_int_equal(claim("w1"), a);
    assert_int_equal(vy_job_cancel(db, a, &was, &err), VY_OK);
    assert_int_equal(was, VY_JOB_RUNNING);
    assert_true(get(a).cancel);
    assert_int_equal(vy_job_cancel(db, b, &was, &err), VY_OK);
    assert_int_equal(was, VY_JOB_QUEUED);
    assert_int_equal(get(b).state, VY_JOB_CANCELLED);
    assert_int_equal(get(c).state, VY_JOB_FAILED);
    assert_int_equal(vy_job_cancel(db, 12345, &was, &err), VY_NOT_FOUND);
}

static bool count_one(void *arg, const struct vy_job *job)
{
    (void)job;
    ++*(int *)arg;
    return true;
}

static void changes_are_seen_once_each(void **state)
{
    (void)state;
    int64_t before, after;
    int seen = 0;
    const int64_t a = add(0);
    assert_int_equal(vy_jobs_changes(db, &before, &err), VY_OK);
    add(0);
    assert_int_equal(claim("w"), a);
    const struct vy_job_wish wish = {.state = -1, .changed = before};
    assert_int_equal(vy_jobs_each(db, &wish, count_one, &seen, &err), VY_OK);
    assert_int_equal(seen, 2);
    assert_int_equal(vy_job_progress(db, a, "w", 0.5, "half", &err), VY_OK); // is no change
    assert_int_equal(vy_jobs_changes(db, &after, &err), VY_OK);
    assert_int_equal(after, before + 2);
    assert_true(get(a).progress == 0.5);
}

static void old_jobs_are_forgotten_unless_waited_for(void **state)
{
    (void)state;
    int64_t count[VY_JOB_STATES], id[6];
    for (int i = 0; i < 6; i++)
        id[i] = add(0);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(claim("w"), id[i]);
        assert_true(finish(id[i], "w", VY_JOB_SUCCEEDED));
    }
    const int64_t both[] = {id[0], id[5]};
    add_to("render", 0, 2, both);
    assert_int_equal(vy_jobs_prune(db, 2, &err), VY_OK);
    assert_int_equal(vy_jobs_count(db, count, &err), VY_OK);
    assert_int_equal(count[VY_JOB_SUCCEEDED], 3); // the newest two, and the one waited for
    assert_int_equal(count[VY_JOB_QUEUED], 2);
    assert_int_equal(get(id[0]).state, VY_JOB_SUCCEEDED);
}

// Many processes take from one queue: each job goes to one of them.
static void take_all(int fd)
{
    struct vy_db *own;
    const struct vy_job_room room = {"render", 1000};
    char worker[20];
    snprintf(worker, sizeof worker, "%d", (int)getpid());
    if (vy_db_open(&vy_db_studio, path, VY_DB_USE, &own, &err))
        _exit(1);
    for (;;) {
        struct vy_arena arena = {0};
        struct vy_job job;
        if (vy_job_claim(own, &room, 1, "r", worker, 1000, &arena, &job, &err))
            _exit(2);
        vy_arena_clear(&arena);
        if (!job.id)
            _exit(0);
        if (write(fd, &job.id, sizeof job.id) != sizeof job.id)
            _exit(3);
    }
}

static void two_runners_never_take_the_same_job(void **state)
{
    (void)state;
    enum { JOBS = 60, PROCESSES = 4 };
    int ends[2], how, taken[JOBS + 1] = {0};
    int64_t id, first = 0;
    for (int i = 0; i < JOBS; i++) {
        id = add(0);
        first = first ? first : id;
    }
    assert_int_equal(pipe(ends), 0);
    vy_db_close(db); // no handle goes through a fork
    for (int i = 0; i < PROCESSES; i++)
        if (fork() == 0)
            take_all(ends[1]);
    close(ends[1]);
    while (read(ends[0], &id, sizeof id) == sizeof id)
        taken[id - first]++;
    for (int i = 0; i < PROCESSES; i++) {
        assert_true(wait(&how) > 0);
        assert_int_equal(how, 0);
    }
    close(ends[0]);
    for (int i = 0; i < JOBS; i++)
        assert_int_equal(taken[i], 1);
    assert_int_equal(vy_db_open(&vy_db_studio, path, VY_DB_USE, &db, &err), VY_OK);
}

static void a_process_is_known_by_its_mark(void **state)
{
    (void)state;
    char mark[VY_MARK_SIZE], gone[VY_MARK_SIZE];
    int how;
    vy_mark_of(getpid(), mark);
    assert_true(vy_mark_lives(mark));
    assert_int_equal(vy_mark_pid(mark), getpid());
    mark[strlen(mark) - 1] ^= 1; // another start time: another process with our number
    assert_false(vy_mark_lives(mark));
    assert_false(vy_mark_lives(""));
    assert_false(vy_mark_lives("nonsense"));
    const pid_t child = fork();
    if (child == 0)
        _exit(0);
    siginfo_t info;
    assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
    vy_mark_of(child, gone);
    assert_false(vy_mark_lives(gone)); // ended, though nobody has collected it
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_false(vy_mark_lives(gone));
}

int main(void)
{
    if (!mkdtemp(folder))
        return 1;
#define QUEUE(test) cmocka_unit_test_setup_teardown(test, open_queue, close_queue)
    const struct CMUnitTest tests[] = {
        QUEUE(jobs_go_by_priority_and_then_by_age),
        QUEUE(classes_have_room_of_their_own),
        QUEUE(a_job_waits_for_all_it_is_after),
        QUEUE(those_that_wait_for_a_failure_fail_and_say_why),
        QUEUE(a_full_queue_refuses_with_numbers),
        QUEUE(an_end_is_recorded_once_and_by_its_owner),
        QUEUE(a_job_is_tried_again_after_its_pause),
        QUEUE(cancelling_marks_what_runs_and_ends_what_waits),
        QUEUE(changes_are_seen_once_each),
        QUEUE(old_jobs_are_forgotten_unless_waited_for),
        QUEUE(two_runners_never_take_the_same_job),
        cmocka_unit_test(a_process_is_known_by_its_mark),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(folder);
    return failed;
}
