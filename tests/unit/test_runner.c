// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The runner with real workers: what they make, how they end, what they may reach.
#include "cm.h"

#include "jobs/class.h"
#include "jobs/confine.h"
#include "jobs/mark.h"
#include "jobs/runner.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_S 20

static char folder[] = "/tmp/veery-runner-XXXXXX", path[64];
static struct vy_db *db;
static struct vy_err err;
static struct vy_runner *runner;
static int events;
static vy_status record_says;
static int64_t record_take;

static const char program[] = "# veery session 1 seed=7\n"
                              "create bass osc\n"
                              "melody bass: C2 G2 C3 E2\n"
                              "play all\n";

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void on_event(void *arg, json_t *event)
{
    (void)arg;
    events += json_is_object(json_object_get(event, "job"));
}

static vy_status record(void *arg, struct vy_db *of, const struct vy_job *job, json_t *result,
                        int64_t *take, struct vy_err *why)
{
    (void)arg;
    (void)job;
    assert_ptr_equal(of, db);
    assert_non_null(json_object_get(result, "result"));
    *take = record_take;
    return record_says ? vy_fail(why, record_says, -1, "it cannot be kept") : VY_OK;
}

static void open_runner(void)
{
    const struct vy_runner_how how = {.db = db, .workers = 2, .event = on_event, .record = record};
    assert_int_equal(vy_runner_open(&how, &runner, &err), VY_OK);
}

static int open_all(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "%s/s.db", folder);
    if (vy_db_open(&vy_db_studio, path, VY_DB_CREATE, &db, &err))
        return 1;
    record_says = VY_OK;
    record_take = 0;
    events = 0;
    open_runner();
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    struct vy_buf problems = {0};
    char command[120];
    vy_runner_close(runner);
    assert_int_equal(vy_db_check(db, &problems, &err), VY_OK);
    assert_string_equal(problems.text ? problems.text : "", "");
    vy_buf_clear(&problems);
    vy_db_close(db);
    snprintf(command, sizeof command, "rm -rf %s/*", folder);
    return system(command);
}

static int64_t add(const char *line, double timeout_s, int64_t after)
{
    int64_t id = 0;
    const bool render = strncmp(line, "render", 6) == 0;
    const struct vy_job_new job = {.line = line,
                                   .author = "ann",
                                   .class = render ? "render" : "analyse",
                                   .program = render ? program : "",
                                   .folder = folder,
                                   .timeout_s = timeout_s,
                                   .tries_most = 3,
                                   .afters = after != 0,
                                   .after = &after,
                                   .queue_most = 1000};
    assert_int_equal(vy_job_add(db, &job, &id, &err), VY_OK);
    vy_runner_wake(runner);
    return id;
}

// The job as it is now; its texts live until the next call.
static struct vy_job get(int64_t id)
{
    static struct vy_arena arena;
    struct vy_job job;
    vy_arena_clear(&arena);
    assert_int_equal(vy_job_get(db, id, &arena, &job, &err), VY_OK);
    return job;
}

static void turn(void)
{
    struct pollfd fds = {.fd = vy_runner_fd(runner), .events = POLLIN};
    const int wait_ms = vy_runner_wait_ms(runner);
    poll(&fds, 1, wait_ms < 100 ? wait_ms : 100);
    vy_runner_service(runner);
}

static struct vy_job wait_until(int64_t id, enum vy_job_state least)
{
    const double until = now_s() + PATIENCE_S;
    struct vy_job job = get(id);
    while (job.state < least && now_s() < until) {
        turn();
        job = get(id);
    }
    return job;
}

// It runs, and has said something.
static struct vy_job wait_for_progress(int64_t id)
{
    const double until = now_s() + PATIENCE_S;
    while (get(id).progress <= 0 && get(id).state <= VY_JOB_RUNNING && now_s() < until)
        turn();
    return get(id);
}

static bool is_there(const char *name)
{
    char file[200];
    struct stat facts;
    snprintf(file, sizeof file, "%s/%s", folder, name);
    return stat(file, &facts) == 0 && facts.st_size > 0;
}

static void a_job_is_done_and_its_answer_kept(void **state)
{
    (void)state;
    const int64_t id = add("render 2 bars \"x.wav\"", 60, 0);
    const int64_t next = add("analyze \"x.wav\"", 60, id);
    record_take = 41;
    const struct vy_job job = wait_until(id, VY_JOB_SUCCEEDED);
    assert_int_equal(job.state, VY_JOB_SUCCEEDED);
    assert_int_equal(job.tries, 1);
    assert_int_equal(job.take, 41);
    assert_true(job.progress == 1);
    assert_non_null(strstr(job.result, "\"pcm\""));
    assert_true(is_there("x.wav"));
    assert_int_equal(wait_until(next, VY_JOB_SUCCEEDED).state, VY_JOB_SUCCEEDED);
    assert_in_range(events, 4, 1000);
}

static void what_is_wrong_with_a_command_fails_its_job(void **state)
{
    (void)state;
    const int64_t id = add("analyze \"nowhere.wav\"", 60, 0);
    const int64_t next = add("analyze \"nowhere.wav\"", 60, id);
    const struct vy_job job = wait_until(id, VY_JOB_SUCCEEDED);
    assert_int_equal(job.state, VY_JOB_FAILED);
    assert_string_equal(job.error, "not_found");
    assert_non_null(strstr(job.message, "nowhere.wav"));
    assert_int_equal(get(next).state, VY_JOB_FAILED);
}

static void a_worker_that_crashes_fails_one_job(void **state)
{
    (void)state;
    const int64_t id = add("render 4000 bars \"long.wav\"", 60, 0);
    const int64_t other = add("render 1 bar \"short.wav\"", 60, 0);
    const struct vy_job running = wait_for_progress(id);
    assert_int_equal(running.state, VY_JOB_RUNNING);
    assert_true(vy_mark_lives(running.worker));
    assert_true(vy_mark_pid(running.worker) > 0); // kill(0) would be us
    kill(vy_mark_pid(running.worker), SIGABRT);   // sanitizers catch the others
    const struct vy_job job = wait_until(id, VY_JOB_SUCCEEDED);
    assert_int_equal(job.state, VY_JOB_FAILED);
    assert_string_equal(job.error, "internal");
    assert_non_null(strstr(job.message, "SIGABRT"));
    assert_int_equal(wait_until(other, VY_JOB_SUCCEEDED).state, VY_JOB_SUCCEEDED);
    assert_false(is_there("long.wav"));
}

static void cancelling_frees_the_worker_within_a_second(void **state)
{
    (void)state;
    enum vy_job_state was;
    const int64_t id = add("render 4000 bars \"long.wav\"", 60, 0);
    const struct vy_job running = wait_for_progress(id);
    char worker[VY_MARK_SIZE];
    snprintf(worker, sizeof worker, "%s", running.worker);
    // a worker that hears nothing is ended all the same
    assert_true(vy_mark_pid(worker) > 0);
    kill(vy_mark_pid(worker), SIGSTOP);
    const double began = now_s();
    assert_int_equal(vy_job_cancel(db, id, &was, &err), VY_OK);
    vy_runner_wake(runner);
    assert_int_equal(wait_until(id, VY_JOB_SUCCEEDED).state, VY_JOB_CANCELLED);
    assert_true(now_s() - began < 1);
    assert_false(vy_mark_lives(worker));
    assert_false(is_there("long.wav"));
}

static void a_job_has_its_time_and_no_more(void **state)
{
    (void)state;
    const int64_t id = add("render 4000 bars \"long.wav\"", 1, 0);
    const struct vy_job job = wait_until(id, VY_JOB_SUCCEEDED);
    assert_int_equal(job.state, VY_JOB_FAILED);
    assert_non_null(strstr(job.message, "its time of 1 s"));
    assert_true(job.ended - job.started < 2.5);
}

static void closing_queues_again_and_counts_no_try(void **state)
{
    (void)state;
    const int64_t id = add("render 4000 bars \"long.wav\"", 60, 0);
    assert_int_equal(wait_for_progress(id).state, VY_JOB_RUNNING);
    const double began = now_s();
    vy_runner_close(runner);
    assert_true(now_s() - began < 1.2);
    const struct vy_job job = get(id);
    assert_int_equal(job.state, VY_JOB_QUEUED);
    assert_int_equal(job.tries, 0);
    open_runner();
}

static void what_cannot_be_recorded_fails(void **state)
{
    (void)state;
    const int64_t id = add("render 1 bar \"x.wav\"", 60, 0);
    record_says = VY_IO;
    record_take = 5;
    const struct vy_job job = wait_until(id, VY_JOB_SUCCEEDED);
    assert_int_equal(job.state, VY_JOB_FAILED);
    assert_string_equal(job.message, "it cannot be kept");
    assert_int_equal(job.take, 0);
}

// As a runner that was killed leaves it.
static int64_t leave(int tries_before, int tries_most, const char *mark)
{
    static const struct vy_job_room room = {"render", 100};
    int64_t id = 0;
    const struct vy_job_new job = {.line = "render 1 bar \"x.wav\"",
                                   .author = "",
                                   .class = "render",
                                   .program = program,
                                   .folder = folder,
                                   .timeout_s = 60,
                                   .priority = 100,
                                   .tries_most = tries_most,
                                   .queue_most = 100};
    assert_int_equal(vy_job_add(db, &job, &id, &err), VY_OK);
    for (int i = 0; i <= tries_before; i++) {
        struct vy_arena arena = {0};
        struct vy_job taken;
        bool mine;
        assert_int_equal(vy_job_claim(db, &room, 1, mark, "w", 1, &arena, &taken, &err), VY_OK);
        assert_int_equal(taken.id, id);
        vy_arena_clear(&arena);
        const struct vy_job_end end = {
            .id = id, .runner = mark, .worker = "w", .state = VY_JOB_QUEUED};
        if (i < tries_before)
            assert_int_equal(vy_job_finish(db, &end, &mine, &err), VY_OK);
    }
    return id;
}

static void what_dead_runners_left_is_taken_up(void **state)
{
    (void)state;
    char mark[VY_MARK_SIZE], scratch[120];
    vy_runner_close(runner);
    vy_mark_of(getpid(), mark);
    mark[strlen(mark) - 1] ^= 1;
    const int64_t again = leave(0, 3, mark), tired = leave(2, 3, mark), once = leave(0, 1, mark);
    vy_mark_of(getppid(), mark);
    const int64_t alive = leave(0, 3, mark);
    snprintf(scratch, sizeof scratch, "mkdir -p %s/jobs/%d && touch %s/jobs/%d/x", folder,
             (int)again, folder, (int)again);
    assert_int_equal(system(scratch), 0);
    open_runner();
    assert_int_equal(get(tired).state, VY_JOB_INTERRUPTED);
    assert_int_equal(get(once).state, VY_JOB_INTERRUPTED);
    assert_int_equal(get(alive).state, VY_JOB_RUNNING);
    snprintf(scratch, sizeof scratch, "jobs/%d/x", (int)again);
    assert_false(is_there(scratch));
    const struct vy_job job = wait_until(again, VY_JOB_SUCCEEDED);
    assert_int_equal(job.state, VY_JOB_SUCCEEDED);
    assert_int_equal(job.tries, 2);
}

static void a_pause_takes_no_new_jobs(void **state)
{
    (void)state;
    vy_runner_pause(runner, true);
    const int64_t id = add("render 1 bar \"x.wav\"", 60, 0);
    for (int i = 0; i < 10; i++)
        turn();
    assert_int_equal(get(id).state, VY_JOB_QUEUED);
    vy_runner_pause(runner, false);
    assert_int_equal(wait_until(id, VY_JOB_SUCCEEDED).state, VY_JOB_SUCCEEDED);
}

// Returns a bit for each thing that is not as it should be.
static int confined(void)
{
    struct vy_buf log = {0};
    struct rlimit limit;
    const struct vy_job_class *const class = vy_job_class_find("render");
    vy_confine(class, 100, false, &log);
    int wrong = 0;
    wrong |= log.length ? 1 : 0;
    wrong |= socket(AF_INET, SOCK_STREAM, 0) >= 0 || errno != EACCES ? 2 : 0;
    wrong |= socket(AF_INET6, SOCK_DGRAM, 0) >= 0 || errno != EACCES ? 4 : 0;
    wrong |= socket(AF_UNIX, SOCK_STREAM, 0) < 0 ? 8 : 0;
    wrong |= prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 ? 16 : 0;
    wrong |= getpriority(PRIO_PROCESS, 0) < 10 ? 32 : 0;
    wrong |= getrlimit(RLIMIT_CPU, &limit) != 0 || limit.rlim_cur > 101 ? 64 : 0;
    wrong |= getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > 512 ? 128 : 0;
    return wrong;
}

static void a_worker_has_limits_and_no_network(void **state)
{
    (void)state;
    int how;
    const pid_t child = fork();
    if (child == 0)
        _exit(confined());
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_int_equal(how, 0);
    const pid_t fetching = fork(); // a job that needs the network has it
    if (fetching == 0) {
        struct vy_buf log = {0};
        vy_confine(vy_job_class_find("net"), 100, true, &log);
        _exit(socket(AF_INET, SOCK_STREAM, 0) < 0);
    }
    assert_int_equal(waitpid(fetching, &how, 0), fetching);
    assert_int_equal(how, 0);
}

int main(void)
{
    if (!mkdtemp(folder))
        return 1;
#define RUNNER(test) cmocka_unit_test_setup_teardown(test, open_all, close_all)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_worker_has_limits_and_no_network),
        RUNNER(a_job_is_done_and_its_answer_kept),
        RUNNER(what_is_wrong_with_a_command_fails_its_job),
        RUNNER(a_worker_that_crashes_fails_one_job),
        RUNNER(cancelling_frees_the_worker_within_a_second),
        RUNNER(a_job_has_its_time_and_no_more),
        RUNNER(closing_queues_again_and_counts_no_try),
        RUNNER(what_cannot_be_recorded_fails),
        RUNNER(what_dead_runners_left_is_taken_up),
        RUNNER(a_pause_takes_no_new_jobs),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(folder);
    return failed;
}
