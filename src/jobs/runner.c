// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The round of a runner: hear the workers, end those whose time is up, record what has ended, look
// at the queue, fill the empty places, tell what has changed.
#include "jobs/inside.h"

#include "jobs/job_json.h"
#include "base/clock.h"
#include "base/program.h"

#include <errno.h>
#include <libgen.h>
#include <signal.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MS 1000000ull
#define TOLD_NS (250 * MS)       // between two events about progress
#define STORED_NS (1000 * MS)    // between two notes of progress in the database
#define LOOK_NS (250 * MS)       // at the database for what others did, while jobs run
#define LOOK_IDLE_NS (500 * MS)  // and while none does
#define ELSEWHERE_NS (2000 * MS) // between two looks after other runners
#define AGAIN_NS (1000 * MS)     // after something could not be done
#define PRUNE_EVERY 100          // ended jobs
#define LONG_RESULT 4096         // bytes of an answer that events leave out

// ---- telling ------------------------------------------------------------------------------------

static void tell(const struct vy_runner *runner, const struct vy_job *job)
{
    if (!runner->how.event)
        return;
    struct vy_job slim = *job;
    if (strlen(slim.result) > LONG_RESULT) // who wants it asks for it
        slim.result = "";
    json_t *const event =
        json_pack("{s:s,s:o}", "event", "job", "job", vy_job_json(&slim, vy_unix_s()));
    if (event)
        runner->how.event(runner->how.arg, event);
    json_decref(event);
}

static bool tell_job(void *arg, const struct vy_job *job)
{
    tell(arg, job);
    return true;
}

// Whoever changed it: all news come from the database.
static void tell_changes(struct vy_runner *runner)
{
    struct vy_err err = {.at = -1};
    int64_t changes;
    if (vy_jobs_changes(runner->how.db, &changes, &err) || changes == runner->changes)
        return;
    const struct vy_job_wish wish = {.state = -1, .changed = runner->changes};
    if (runner->how.event && vy_jobs_each(runner->how.db, &wish, tell_job, runner, &err))
        return;
    runner->changes = changes;
}

static void tell_progress(struct vy_runner *runner, struct vy_workplace *place)
{
    const uint64_t now = vy_now_ns();
    struct vy_err err = {.at = -1};
    if (!place->news || now < place->told_ns + TOLD_NS)
        return;
    place->news = false;
    place->told_ns = now;
    place->job.progress = place->progress;
    place->job.stage = place->stage;
    tell(runner, &place->job);
    if (now < place->stored_ns + STORED_NS)
        return;
    place->stored_ns = now;
    if (vy_job_progress(runner->how.db, place->job.id, place->mark, place->progress, place->stage,
                        &err))
        place->stored_ns = now + AGAIN_NS; // it is only for those who look in
}

// ---- workers ------------------------------------------------------------------------------------

static uint32_t working(const struct vy_runner *runner)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < runner->places; i++)
        n += runner->place[i].pid > 0;
    return n;
}

// What its end says about the class: an answer is an answer, and who was killed is not to blame.
static enum vy_admit_end class_end(const struct vy_workplace *place)
{
    if (place->last)
        return VY_ADMIT_WORKED;
    if (place->why == VY_WHY_TIME)
        return VY_ADMIT_FAILED;
    const bool killed = WIFSIGNALED(place->how) && WTERMSIG(place->how) == SIGKILL;
    return place->why == VY_WHY_NOT && !killed ? VY_ADMIT_FAILED : VY_ADMIT_VOID;
}

static void end_job(struct vy_runner *runner, struct vy_workplace *place)
{
    if (vy_now_ns() < runner->start_ns || !vy_outcome_record(runner, place)) {
        if (vy_now_ns() >= runner->start_ns)
            runner->start_ns = vy_now_ns() + AGAIN_NS;
        return;
    }
    vy_scratch_remove(runner, place->job.id);
    vy_admit_end(&runner->admit, place->job.class, place->held, class_end(place), vy_now_s());
    place->held = 0;
    vy_workplace_clear(place);
    runner->since_prune++;
    runner->woken = true;
}

static void look_after(struct vy_runner *runner, struct vy_workplace *place)
{
    const uint64_t now = vy_now_ns();
    if (!place->ended)
        vy_workplace_read(place);
    if (place->ended) {
        end_job(runner, place);
        return;
    }
    if (now > place->deadline_ns)
        vy_workplace_stop(place, VY_WHY_TIME);
    if (place->kill_ns && now > place->kill_ns) {
        kill(-place->pid, SIGKILL);
        place->kill_ns = now + AGAIN_NS;
    }
    tell_progress(runner, place);
}

static struct vy_workplace *empty_place(struct vy_runner *runner)
{
    for (uint32_t i = 0; i < runner->places; i++)
        if (runner->place[i].pid == 0)
            return &runner->place[i];
    return NULL;
}

// A worker first, then the job: what is taken is in the hands of somebody who waits for it.
static vy_status begin(struct vy_runner *runner, struct vy_workplace *place, struct vy_err *err)
{
    char *program = NULL;
    vy_status status = vy_workplace_start(runner, place, err);
    if (status)
        return status;
    status = vy_job_claim(runner->how.db, runner->room, VY_JOB_CLASSES, runner->mark, place->mark,
                          vy_unix_s(), &place->arena, &place->job, err);
    if (status || place->job.id == 0) { // another runner was quicker
        vy_workplace_clear(place);
        return status;
    }
    place->held = vy_admit_begin(&runner->admit, place->job.class, place->job.id, vy_now_s());
    status = vy_job_program(runner->how.db, place->job.id, &place->arena, &program, err);
    if (!status)
        status = vy_workplace_go(runner, place, program, err);
    if (status) // its end says the rest
        kill(place->pid, SIGKILL);
    return VY_OK;
}

static void fill(struct vy_runner *runner)
{
    struct vy_err err = {.at = -1};
    struct vy_workplace *place;
    bool waiting = true;
    runner->next = (double)NAN;
    while (waiting && !runner->paused && !runner->closing && (place = empty_place(runner))) {
        vy_job_rooms(runner->how.settings, runner->room);
        const double again = vy_admit_rooms(&runner->admit, runner->room, vy_now_s());
        vy_status status = vy_job_waiting(runner->how.db, runner->room, VY_JOB_CLASSES, vy_unix_s(),
                                          &waiting, &runner->next, &err);
        if (!status && waiting)
            status = begin(runner, place, &err);
        if (status) {
            vy_text_copy(runner->problem, sizeof runner->problem, err.message);
            runner->start_ns = vy_now_ns() + AGAIN_NS;
            return;
        }
        runner->problem[0] = '\0';
        if (isfinite(again) && !(runner->next <= vy_unix_s() + again)) // true for NaN too
            runner->next = vy_unix_s() + again;
    }
}

// ---- the queue ----------------------------------------------------------------------------------

static bool stop_job(void *arg, const struct vy_job *job)
{
    struct vy_runner *const runner = arg;
    for (uint32_t i = 0; job->cancel && i < runner->places; i++)
        if (runner->place[i].pid > 0 && runner->place[i].job.id == job->id)
            vy_workplace_stop(&runner->place[i], VY_WHY_CANCEL);
    return true;
}

static void stop_cancelled(struct vy_runner *runner)
{
    struct vy_err err = {.at = -1};
    const struct vy_job_wish wish = {.state = VY_JOB_RUNNING};
    if (working(runner) && vy_jobs_each(runner->how.db, &wish, stop_job, runner, &err))
        runner->woken = true;
}

// Has somebody else written?
static bool is_news(struct vy_runner *runner)
{
    struct vy_err err = {.at = -1};
    const uint64_t now = vy_now_ns();
    int64_t stamp = runner->stamp;
    if (now < runner->look_ns)
        return false;
    runner->look_ns = now + (working(runner) ? LOOK_NS : LOOK_IDLE_NS);
    if (vy_jobs_stamp(runner->how.db, &stamp, &err))
        return false;
    const bool news = stamp != runner->stamp;
    runner->stamp = stamp;
    return news;
}

static int64_t kept(const struct vy_runner *runner)
{
    return (int64_t)vy_settings_number(runner->how.settings, "jobs.keep");
}

static void look_at_queue(struct vy_runner *runner)
{
    const uint64_t now = vy_now_ns();
    struct vy_err err = {.at = -1};
    if (now >= runner->elsewhere_ns) {
        runner->elsewhere_ns = now + ELSEWHERE_NS;
        vy_recover(runner);
    }
    const bool due = !isnan(runner->next) && vy_unix_s() >= runner->next;
    const bool news = is_news(runner);
    if (now < runner->start_ns || (!runner->woken && !news && !due))
        return;
    runner->woken = false;
    stop_cancelled(runner);
    tell_changes(runner);
    fill(runner);
    tell_changes(runner);
    if (runner->since_prune >= PRUNE_EVERY && working(runner) < runner->places) {
        runner->since_prune = 0;
        if (vy_jobs_prune(runner->how.db, kept(runner), &err))
            vy_text_copy(runner->problem, sizeof runner->problem, err.message);
    }
}

void vy_runner_service(struct vy_runner *runner)
{
    struct epoll_event event[16];
    (void)epoll_wait(runner->epoll, event, 16, 0); // which one does not matter: all are read
    for (uint32_t i = 0; i < runner->places; i++)
        if (runner->place[i].pid > 0)
            look_after(runner, &runner->place[i]);
    look_at_queue(runner);
}

int vy_runner_fd(const struct vy_runner *runner)
{
    return runner->epoll;
}

int vy_runner_wait_ms(const struct vy_runner *runner)
{
    const uint64_t now = vy_now_ns();
    uint64_t until =
        runner->look_ns < runner->elsewhere_ns ? runner->look_ns : runner->elsewhere_ns;
    for (uint32_t i = 0; i < runner->places; i++) {
        const struct vy_workplace *const place = &runner->place[i];
        if (place->pid <= 0)
            continue;
        if (place->deadline_ns && place->deadline_ns < until && !place->kill_ns)
            until = place->deadline_ns;
        if (place->kill_ns && place->kill_ns < until)
            until = place->kill_ns;
        if (place->news && place->told_ns + TOLD_NS < until)
            until = place->told_ns + TOLD_NS;
    }
    if (runner->woken)
        until = runner->start_ns;
    return until <= now ? 0 : (int)((until - now) / MS) + 1;
}

void vy_runner_wake(struct vy_runner *runner)
{
    runner->woken = true;
}

void vy_runner_pause(struct vy_runner *runner, bool paused)
{
    runner->woken |= runner->paused && !paused;
    runner->paused = paused;
}

struct vy_runner_facts vy_runner_facts(const struct vy_runner *runner)
{
    return (struct vy_runner_facts){working(runner), runner->places,    runner->paused,
                                    runner->problem, runner->admit.why, runner->admit.failures};
}

const struct vy_breaker *vy_runner_breaker(const struct vy_runner *runner, size_t i)
{
    return &runner->admit.breaker[i];
}

// ---- opening and closing ------------------------------------------------------------------------

static void prepare(struct vy_runner *runner)
{
    char folder[4096];
    struct vy_err err = {.at = -1};
    vy_text_copy(folder, sizeof folder, vy_db_path(runner->how.db));
    snprintf(runner->scratch, sizeof runner->scratch, "%s/jobs", dirname(folder));
    if (runner->how.program)
        vy_text_copy(runner->program, sizeof runner->program, runner->how.program);
    else
        vy_program_path("veery", runner->program, sizeof runner->program);
    vy_admit_init(&runner->admit, runner->how.settings, runner->how.ledger);
    vy_mark_of(getpid(), runner->mark);
    runner->places = runner->how.workers ? runner->how.workers : VY_RUNNER_WORKERS;
    if (runner->places > VY_RUNNER_WORKERS)
        runner->places = VY_RUNNER_WORKERS;
    runner->next = (double)NAN;
    runner->woken = true;
    if (vy_jobs_changes(runner->how.db, &runner->changes, &err) ||
        vy_jobs_stamp(runner->how.db, &runner->stamp, &err))
        vy_text_copy(runner->problem, sizeof runner->problem, err.message);
}

vy_status vy_runner_open(const struct vy_runner_how *how, struct vy_runner **out,
                         struct vy_err *err)
{
    struct vy_runner *const runner = calloc(1, sizeof *runner);
    *out = NULL;
    if (!runner)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    runner->how = *how;
    for (uint32_t i = 0; i < VY_RUNNER_WORKERS; i++)
        runner->place[i].pidfd = runner->place[i].channel = runner->place[i].log =
            runner->place[i].task = -1;
    runner->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (runner->epoll < 0) {
        const vy_status status = vy_fail(err, VY_IO, -1, "no epoll: %s", strerror(errno));
        free(runner);
        return status;
    }
    prepare(runner);
    vy_recover(runner);
    vy_scratch_sweep(runner);
    const vy_status status = vy_jobs_prune(how->db, kept(runner), err);
    if (status) {
        vy_runner_close(runner);
        return status;
    }
    *out = runner;
    return VY_OK;
}

void vy_runner_close(struct vy_runner *runner)
{
    if (!runner)
        return;
    runner->closing = true;
    for (uint32_t i = 0; i < runner->places; i++)
        vy_workplace_stop(&runner->place[i], VY_WHY_CLOSING);
    for (int i = 0; i < 100 && working(runner); i++) {
        struct epoll_event event;
        (void)epoll_wait(runner->epoll, &event, 1, 10);
        for (uint32_t k = 0; k < runner->places; k++)
            if (runner->place[k].pid > 0)
                look_after(runner, &runner->place[k]);
    }
    tell_changes(runner);
    for (uint32_t i = 0; i < VY_RUNNER_WORKERS; i++)
        vy_workplace_clear(&runner->place[i]);
    close(runner->epoll);
    free(runner);
}
