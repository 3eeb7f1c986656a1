// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "jobs/worker.h"

#include "base/clock.h"
#include "base/json.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define TELL_S 0.1 // between two words about progress

static volatile sig_atomic_t stopped; // a signal handler has no other place to write to

static void on_stop(int signal)
{
    (void)signal;
    stopped = 1;
}

bool vy_worker_stopped(void)
{
    return stopped != 0;
}

void vy_worker_say(json_t *object)
{
    char *const text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(9));
    json_decref(object);
    const size_t length = text ? strlen(text) : 0;
    if (text)
        text[length] = '\n'; // takes the place of the final 0
    for (size_t done = 0; text && done <= length;) {
        const ssize_t n = write(VY_WORKER_CHANNEL, text + done, length + 1 - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            _exit(1); // the runner has gone
        done += (size_t)n;
    }
    free(text);
}

void vy_worker_fail(const struct vy_err *err)
{
    vy_worker_say(json_pack("{s:b,s:{s:s,s:s,s:s}}", "ok", 0, "error", "code",
                            vy_status_name(err->code), "message", err->message, "hint", err->hint));
}

static void tell(void *arg, double progress, const char *stage)
{
    struct vy_worker *const worker = arg;
    const double now = vy_now_s();
    if (now - worker->told_s < TELL_S && strcmp(stage, worker->stage) == 0)
        return;
    if (now - worker->told_s < TELL_S / 4) // stages may pass quickly, too
        return;
    worker->told_s = now;
    vy_text_copy(worker->stage, sizeof worker->stage, stage);
    json_t *const text = json_string(stage);
    const double within = progress > 0 ? progress < 1 ? progress : 1 : 0; // also NaN
    vy_worker_say(json_pack("{s:f,s:o}", "progress", within, "stage", text ? text : json_null()));
}

static bool stop(void *arg)
{
    (void)arg;
    return stopped != 0;
}

static json_t *read_task(void)
{
    struct stat facts;
    if (fstat(STDIN_FILENO, &facts) != 0 || facts.st_size <= 0)
        return NULL;
    char *const text = malloc((size_t)facts.st_size);
    json_t *task = NULL;
    if (text && pread(STDIN_FILENO, text, (size_t)facts.st_size, 0) == facts.st_size)
        task = json_loadb(text, (size_t)facts.st_size, 0, NULL);
    free(text);
    return task;
}

bool vy_worker_open(struct vy_worker *worker, int runner_pid)
{
    const struct sigaction action = {.sa_handler = on_stop};
    char go[3];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != runner_pid) // it was quicker
        return false;
    sigaction(SIGTERM, &action, NULL);
    signal(SIGINT, SIG_IGN);
    if (read(VY_WORKER_CHANNEL, go, sizeof go) != (ssize_t)sizeof go)
        return false;
    json_t *const task = worker->task = read_task();
    if (!task)
        return false;
    worker->job = json_integer_value(json_object_get(task, "job"));
    worker->line = vy_json_text(task, "line");
    worker->author = vy_json_text(task, "author");
    worker->class = vy_json_text(task, "class");
    worker->folder = vy_json_text(task, "folder");
    worker->program = vy_json_text(task, "program");
    worker->scratch = vy_json_text(task, "scratch");
    worker->beat = json_number_value(json_object_get(task, "beat"));
    worker->timeout_s = json_number_value(json_object_get(task, "timeout_s"));
    worker->work = (struct vy_work){worker, tell, stop, worker->job};
    return true;
}

void vy_worker_close(struct vy_worker *worker)
{
    json_decref(worker->task);
    worker->task = NULL;
}
