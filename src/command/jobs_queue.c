// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A line becomes a job: what would be refused when it is said is refused now, not when its time
// comes.
#include "command/handlers.h"
#include "command/jobs.h"
#include "jobs/job_json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static vy_status no_job(const struct vy_verb *verb, int at, struct vy_err *err)
{
    struct vy_buf list = {0};
    for (size_t i = 0; vy_verb_at(i); i++)
        if (vy_verb_at(i)->work)
            vy_buf_add(&list, "%s%s", list.length ? ", " : "", vy_verb_at(i)->name);
    const vy_status status = vy_fail(err, VY_BAD_ARG, at, "%s cannot be a job; those that can: %s",
                                     verb->name, list.text ? list.text : "none");
    vy_buf_clear(&list);
    return status;
}

static vy_status check_verb(const struct vy_line *line, const struct vy_verb **verb,
                            struct vy_err *err)
{
    const struct vy_word *const first = &line->word[0];
    if (line->words == 0)
        return vy_fail(err, VY_SYNTAX, line->begin, "a command is missing");
    if (line->dry || line->when.kind != VY_WHEN_NONE)
        return vy_fail(err, VY_BAD_ARG, 0, "a job is done when there is room: no 'dry', no 'at'");
    *verb = vy_verb_find(first->text, first->at, err);
    if (!*verb)
        return VY_UNKNOWN_VERB;
    if ((*verb)->absent)
        return vy_fail(err, VY_ABSENT, first->at, "%s is absent: %s", (*verb)->name,
                       (*verb)->absent);
    return (*verb)->work ? VY_OK : no_job(*verb, first->at, err);
}

static vy_status check_args(const struct vy_session *session, const struct vy_verb *verb,
                            const struct vy_line *line, struct vy_lex *lex, const char *author,
                            struct vy_err *err)
{
    const struct vy_verb_work *const work = verb->work;
    struct vy_args *const args = malloc(sizeof *args);
    if (!args)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    vy_status status = vy_args_read(
        verb, line, lex, work->alone ? NULL : vy_session_doc(session, author), args, err);
    if (!status && work->only && args->value[0].text &&
        vy_choice_find(work->only, args->value[0].text) < 0)
        status = vy_fail(err, VY_BAD_ARG, args->value[0].at,
                         "%s %s is quick: say it as it is; jobs are made of %s %s", verb->name,
                         args->value[0].text, verb->name, work->only);
    if (!status && !work->alone && vy_transaction_of(session, author))
        status = vy_fail(err, VY_CONFLICT, line->begin,
                         "you have edits that are not committed: commit or abort first");
    free(args);
    return status;
}

static vy_status read_line(const struct vy_session *session, const struct vy_job_ask *ask,
                           const struct vy_verb **verb, struct vy_err *err)
{
    struct vy_lex lex = {0};
    struct vy_line *const line = malloc(sizeof *line);
    if (!line)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    vy_status status = vy_lex_open(&lex, ask->line, strlen(ask->line), err);
    if (!status)
        status = vy_lex_next(&lex, line, err);
    if (!status)
        status = check_verb(line, verb, err);
    if (!status && *verb)
        status = check_args(session, *verb, line, &lex, ask->author, err);
    if (!status)
        status = vy_lex_next(&lex, line, err);
    if (!status && line->words)
        status = vy_fail(err, VY_BAD_ARG, line->begin, "a job is one command; queue two");
    vy_lex_close(&lex);
    free(line);
    if (status && err->at >= 0)
        err->at += ask->at;
    return status;
}

const struct vy_verb *vy_job_verb(const char *line)
{
    struct vy_lex lex = {0};
    struct vy_err err = {.at = -1};
    const struct vy_verb *verb = NULL;
    struct vy_line *const words = malloc(sizeof *words);
    if (words && vy_lex_open(&lex, line, strlen(line), &err) == VY_OK &&
        vy_lex_next(&lex, words, &err) == VY_OK && check_verb(words, &verb, &err) != VY_OK)
        verb = NULL;
    vy_lex_close(&lex);
    free(words);
    return verb;
}

static vy_status read_after(const char *text, int64_t after[VY_JOB_AFTER_MOST], uint32_t *n,
                            struct vy_err *err)
{
    while (text && *text) {
        char *end;
        errno = 0;
        const long long id = strtoll(text, &end, 10);
        if (end == text || (*end && *end != ',') || id <= 0 || errno)
            return vy_fail(err, VY_BAD_ARG, -1, "after= takes numbers of jobs: 3,4");
        if (*n == VY_JOB_AFTER_MOST)
            return vy_fail(err, VY_TOO_BIG, -1, "a job waits for at most %d others",
                           VY_JOB_AFTER_MOST);
        after[(*n)++] = id;
        text = *end ? end + 1 : end;
    }
    return VY_OK;
}

static vy_status add(const struct vy_session *session, struct vy_db *db,
                     const struct vy_settings *settings, const struct vy_job_ask *ask,
                     const struct vy_verb_work *work, const char *program, int64_t *id,
                     struct vy_err *err)
{
    const double usual_s = vy_settings_number(settings, "jobs.timeout_s");
    char here[4096];
    int64_t after[VY_JOB_AFTER_MOST];
    struct vy_job_new job = {.line = ask->line,
                             .author = ask->author,
                             .class = work->class,
                             .program = program,
                             .beat = work->alone ? 0 : session->doc->beat,
                             .folder = ask->folder,
                             .priority = ask->priority,
                             .timeout_s = ask->timeout_s > 0 ? ask->timeout_s
                                          : usual_s > 0      ? usual_s
                                                             : work->timeout_s,
                             .tries_most = work->tries,
                             .after = after,
                             .queue_most = (int64_t)vy_settings_number(settings, "jobs.queue_max")};
    if (!ask->folder && !(job.folder = getcwd(here, sizeof here)))
        return vy_fail(err, VY_IO, -1, "this folder: %s", strerror(errno));
    if (job.folder[0] != '/')
        return vy_fail(err, VY_BAD_ARG, -1, "folder= is a whole path, not '%.100s'", job.folder);
    const vy_status status = read_after(ask->after, after, &job.afters, err);
    return status ? status : vy_job_add(db, &job, id, err);
}

vy_status vy_job_queue(const struct vy_session *session, struct vy_db *db,
                       const struct vy_settings *settings, const struct vy_job_ask *ask,
                       json_t *result, struct vy_err *err)
{
    const struct vy_verb *verb = NULL;
    struct vy_buf program = {0};
    struct vy_arena arena = {0};
    struct vy_job job;
    int64_t id = 0;
    vy_status status = read_line(session, ask, &verb, err);
    if (status || !verb)
        return status;
    if (!verb->work->alone)
        status = vy_session_write(session, &program, err);
    if (!status)
        status =
            add(session, db, settings, ask, verb->work, program.text ? program.text : "", &id, err);
    if (!status)
        status = vy_job_get(db, id, &arena, &job, err);
    if (!status)
        json_object_set_new(result, "job", vy_job_json(&job, (double)time(NULL)));
    vy_arena_clear(&arena);
    vy_buf_clear(&program);
    return status;
}
