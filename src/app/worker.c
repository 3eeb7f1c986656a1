// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// `veery worker`: does one job and ends. Started by a runner, not by people (jobs/worker.h).
#include "app/app.h"
#include "app/settings.h"

#include "command/jobs.h"
#include "command/table.h"
#include "command/tag_head.h"
#include "jobs/class.h"
#include "jobs/confine.h"
#include "jobs/worker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Limits, folder, temporary files. The log of what could not be had goes to stderr.
static vy_status settle(const struct vy_worker *worker, struct vy_err *err)
{
    const struct vy_verb *const verb = vy_job_verb(worker->line);
    const struct vy_job_class *const class = vy_job_class_find(worker->class);
    const double processors = (double)sysconf(_SC_NPROCESSORS_ONLN);
    struct vy_buf log = {0};
    if (!verb || !class)
        return vy_fail(err, VY_BAD_ARG, -1, "this is no job here: %.100s", worker->line);
    vy_confine(class, worker->timeout_s * processors, verb->work->network, &log);
    if (log.text)
        fputs(log.text, stderr);
    vy_buf_clear(&log);
    char inside[4400];
    snprintf(inside, sizeof inside, "%.4300s/.", worker->scratch);
    if (*worker->scratch && vy_make_parents(inside, err) == VY_OK)
        setenv("TMPDIR", worker->scratch, 1);
    if (chdir(worker->folder) != 0)
        return vy_fail(err, VY_NOT_FOUND, -1, "%.150s: %s", worker->folder, strerror(errno));
    return VY_OK;
}

static void on_reply(void *arg, const struct vy_reply *reply)
{
    (void)arg;
    if (!reply->ok) {
        vy_worker_fail(&reply->err);
        return;
    }
    json_t *const text = json_string(reply->text);
    json_t *const word = json_pack("{s:b,s:O,s:o,s:O}", "ok", 1, "result", reply->result, "text",
                                   text ? text : json_string(""), "warnings", reply->warnings);
    const struct vy_err err = {.code = VY_NO_MEMORY, .message = "out of memory for the answer"};
    if (word)
        vy_worker_say(word);
    else
        vy_worker_fail(&err);
}

static vy_status load(const struct vy_worker *worker, struct vy_session *session,
                      struct vy_err *err)
{
    if (!*worker->program)
        return VY_OK;
    json_t *const warnings = json_array();
    const vy_status status = vy_session_load(session, worker->program, strlen(worker->program),
                                             worker->author, warnings, err);
    size_t i;
    json_t *warning;
    json_array_foreach(warnings, i, warning)
        fprintf(stderr, "warning: %s\n", json_string_value(warning));
    json_decref(warnings);
    session->doc->beat = worker->beat;
    return status;
}

static void work(const struct vy_worker *worker)
{
    struct vy_catalog catalog;
    struct vy_err err = {.at = -1};
    vy_status status = settle(worker, &err);
    if (!status && strcmp(worker->class, "analyse") == 0)
        status = vy_tag_head_use(vy_settings_text(vy_app_settings(), "listen.head"), &err);
    if (!status && vy_open_catalog(&catalog))
        status = vy_fail(&err, VY_INTERNAL, -1, "the catalog cannot be opened; see the log");
    if (status) {
        vy_worker_fail(&err);
        return;
    }
    struct vy_session *const session = vy_session_new(&catalog, 1);
    status =
        session ? load(worker, session, &err) : vy_fail(&err, VY_NO_MEMORY, -1, "out of memory");
    if (status || !session) {
        vy_worker_fail(&err);
    } else {
        const struct vy_request request = {worker->line, strlen(worker->line), worker->author, -1};
        session->work = &worker->work;
        vy_session_do(session, &request, on_reply, NULL);
    }
    vy_session_destroy(session);
    vy_catalog_close(&catalog);
}

int vy_main_worker(int argc, char **argv)
{
    struct vy_worker worker = {0};
    struct vy_err err = {.at = -1};
    if (argc != 2 || !vy_worker_open(&worker, (int)strtol(argv[1], NULL, 10)))
        return EXIT_COMMAND;
    if (vy_app_settings_open(NULL, 0, &err)) // those of its runner: flags come by the environment
        vy_worker_fail(&err);
    else
        work(&worker);
    vy_tag_head_close();
    vy_app_settings_close();
    vy_worker_close(&worker);
    return EXIT_FINE;
}
