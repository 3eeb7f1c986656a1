// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What comes of a job when its worker has ended: by its last word, by why it was told to end, or by
// how it died.
#include "jobs/inside.h"

#include "base/clock.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#define PAUSE_S 1.0 // before the second try; twice as long before each further one

struct outcome {
    struct vy_job_end end;
    char message[300];
    char *result; ///< JSON text, to be freed
};

// Is it worth another try? What is wrong with the command itself will be wrong again.
static bool may_pass(const char *code)
{
    return strcmp(code, vy_status_name(VY_BUSY)) == 0 ||
           strcmp(code, vy_status_name(VY_NO_MEMORY)) == 0;
}

static void say_death(const struct vy_workplace *place, struct outcome *out)
{
    const int how = place->how;
    const char *why = "";
    out->end.state = VY_JOB_FAILED;
    out->end.error = vy_status_name(VY_INTERNAL);
    if (!WIFSIGNALED(how)) {
        snprintf(out->message, sizeof out->message, "its worker ended with code %d and no answer",
                 WEXITSTATUS(how));
        return;
    }
    if (WTERMSIG(how) == SIGKILL)
        why = "; when memory is short the system does that";
    if (WTERMSIG(how) == SIGXCPU)
        why = "; it used up its processor time";
    if (WTERMSIG(how) == SIGXFSZ)
        why = "; a file became too large";
    const char *const name = sigabbrev_np(WTERMSIG(how));
    snprintf(out->message, sizeof out->message, "its worker was ended by SIG%s (%s)%s",
             name ? name : "?", strsignal(WTERMSIG(how)), why);
}

static void say_error(const struct vy_workplace *place, struct outcome *out)
{
    const json_t *const error = json_object_get(place->last, "error");
    const char *const code = json_string_value(json_object_get(error, "code"));
    const char *const message = json_string_value(json_object_get(error, "message"));
    const char *const hint = json_string_value(json_object_get(error, "hint"));
    const struct vy_job *const job = &place->job;
    out->end.state = VY_JOB_FAILED;
    out->end.error = code ? code : vy_status_name(VY_INTERNAL);
    snprintf(out->message, sizeof out->message, "%.230s%s%.50s%s", message ? message : "no reason",
             hint && *hint ? "; did you mean '" : "", hint ? hint : "", hint && *hint ? "'?" : "");
    if (!may_pass(out->end.error) || job->tries >= job->tries_most)
        return;
    out->end.state = VY_JOB_QUEUED;
    out->end.again = (double)time(NULL) + ldexp(PAUSE_S, job->tries - 1);
}

static void say_stopped(const struct vy_workplace *place, struct outcome *out)
{
    const struct vy_job *const job = &place->job;
    switch (place->why) {
    case VY_WHY_NOT: break;
    case VY_WHY_CANCEL: out->end.state = VY_JOB_CANCELLED; break;
    case VY_WHY_TIME:
        out->end.state = VY_JOB_FAILED;
        out->end.error = vy_status_name(VY_TOO_BIG);
        snprintf(out->message, sizeof out->message, "it was not done in its time of %g s",
                 job->timeout_s);
        break;
    case VY_WHY_CLOSING:
        out->end.uncounted = true;
        out->end.state = job->tries_most > 1 ? VY_JOB_QUEUED : VY_JOB_INTERRUPTED;
        if (out->end.state == VY_JOB_INTERRUPTED) {
            out->end.error = vy_status_name(VY_BUSY);
            snprintf(out->message, sizeof out->message,
                     "the studio was closed, and it is not begun twice");
        }
        break;
    }
}

static void judge(struct vy_workplace *place, struct outcome *out)
{
    out->end = (struct vy_job_end){.id = place->job.id,
                                   .worker = place->mark,
                                   .log = place->said.text ? place->said.text : "",
                                   .message = out->message};
    if (place->last && json_is_true(json_object_get(place->last, "ok")))
        out->end.state = VY_JOB_SUCCEEDED; // also when it was told to end too late
    else if (place->why != VY_WHY_NOT)
        say_stopped(place, out);
    else if (place->last)
        say_error(place, out);
    else
        say_death(place, out);
}

static void fail_with(struct outcome *out, const struct vy_err *err)
{
    out->end.state = VY_JOB_FAILED;
    out->end.error = vy_status_name(err->code);
    out->end.take = 0;
    out->end.result = NULL;
    out->end.message = out->message;
    snprintf(out->message, sizeof out->message, "%s", err->message);
}

// Let the owner record what was made, and put the answer into a form that is kept.
static vy_status record_made(struct vy_runner *runner, struct vy_workplace *place,
                             struct outcome *out, struct vy_err *err)
{
    vy_status status = VY_OK;
    if (runner->how.record)
        status = runner->how.record(runner->how.arg, runner->how.db, &place->job, place->last,
                                    &out->end.take, err);
    if (status)
        return status;
    out->result = json_dumps(place->last, JSON_COMPACT | JSON_REAL_PRECISION(9));
    out->end.result = out->result;
    if (!out->result)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    return strlen(out->result) <= VY_JOB_RESULT_BYTES
               ? VY_OK
               : vy_fail(err, VY_TOO_BIG, -1, "the answer is longer than %d bytes",
                         VY_JOB_RESULT_BYTES);
}

static vy_status record(struct vy_runner *runner, struct vy_workplace *place, struct outcome *out,
                        bool *mine, struct vy_err *err)
{
    struct vy_db *const db = runner->how.db;
    vy_status status = vy_db_begin(db, err);
    if (!status && out->end.state == VY_JOB_SUCCEEDED)
        status = record_made(runner, place, out, err);
    if (!status)
        status = vy_job_finish(db, &out->end, mine, err);
    if (!status && !*mine) // somebody else has it: nothing of ours may stay
        vy_db_rollback(db);
    return vy_db_end(db, status, err);
}

bool vy_outcome_record(struct vy_runner *runner, struct vy_workplace *place)
{
    struct outcome out = {0};
    struct vy_err err = {.at = -1};
    bool mine = false;
    judge(place, &out);
    out.end.runner = runner->mark;
    const bool succeeded = out.end.state == VY_JOB_SUCCEEDED;
    vy_status status = record(runner, place, &out, &mine, &err);
    if (status && status != VY_BUSY && succeeded) { // what was made cannot be recorded
        fail_with(&out, &err);
        status = record(runner, place, &out, &mine, &err);
    }
    free(out.result);
    vy_text_copy(runner->problem, sizeof runner->problem, status ? err.message : "");
    return !status;
}
