// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What dead runners left: jobs that nobody does any more, and their temporary files.
#include "jobs/inside.h"

#include <dirent.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEFT_MOST 256 // jobs taken up at once

// One job of a runner that may be dead.
struct left {
    int64_t id;
    char runner[VY_MARK_SIZE], worker[VY_MARK_SIZE];
    bool again, cancel;
};

struct finding {
    struct left *left;
    uint32_t count;
};

static bool on_job(void *arg, const struct vy_job *job)
{
    struct finding *const found = arg;
    if (vy_mark_lives(job->runner))
        return true;
    struct left *const left = &found->left[found->count++];
    *left = (struct left){.id = job->id,
                          .again = job->tries_most > 1 && job->tries < job->tries_most,
                          .cancel = job->cancel};
    vy_text_copy(left->runner, sizeof left->runner, job->runner);
    vy_text_copy(left->worker, sizeof left->worker, job->worker);
    return found->count < LEFT_MOST;
}

// A worker dies with its runner; should one still be at it, it must not be done twice.
static bool worker_is_gone(const char *mark)
{
    if (!vy_mark_lives(mark))
        return true;
    kill(-vy_mark_pid(mark), SIGKILL);
    return false; // looked at again the next time
}

static void take_up(struct vy_runner *runner, const struct left *left)
{
    struct vy_err err = {.at = -1};
    bool mine;
    const struct vy_job_end end = {
        .id = left->id,
        .runner = left->runner,
        .worker = left->worker,
        .state = left->cancel  ? VY_JOB_CANCELLED
                 : left->again ? VY_JOB_QUEUED
                               : VY_JOB_INTERRUPTED,
        .error = left->cancel || left->again ? "" : vy_status_name(VY_BUSY),
        .message =
            left->cancel || left->again ? "" : "what ran it was killed, and it is not begun again"};
    if (vy_job_finish(runner->how.db, &end, &mine, &err) == VY_OK)
        vy_scratch_remove(runner, left->id);
}

void vy_recover(struct vy_runner *runner)
{
    struct vy_err err = {.at = -1};
    struct finding found = {calloc(LEFT_MOST, sizeof *found.left), 0};
    if (found.left &&
        vy_jobs_elsewhere(runner->how.db, runner->mark, on_job, &found, &err) == VY_OK)
        for (uint32_t i = 0; i < found.count; i++)
            if (worker_is_gone(found.left[i].worker))
                take_up(runner, &found.left[i]);
    free(found.left);
}

// ---- scratch ------------------------------------------------------------------------------------

void vy_scratch_path(const struct vy_runner *runner, int64_t job, char *path, size_t size)
{
    snprintf(path, size, "%s/%lld", runner->scratch, (long long)job);
}

static int remove_one(const char *path, const struct stat *facts, int kind, struct FTW *where)
{
    (void)facts;
    (void)kind;
    (void)where;
    remove(path);
    return 0;
}

void vy_scratch_remove(const struct vy_runner *runner, int64_t job)
{
    char path[4300];
    vy_scratch_path(runner, job, path, sizeof path);
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

void vy_scratch_sweep(struct vy_runner *runner)
{
    DIR *const folder = opendir(runner->scratch);
    for (const struct dirent *entry; folder && (entry = readdir(folder));) {
        char *end;
        struct vy_err err = {.at = -1};
        struct vy_arena arena = {0};
        struct vy_job job;
        const long long id = strtoll(entry->d_name, &end, 10);
        if (*end || id <= 0)
            continue;
        const vy_status status = vy_job_get(runner->how.db, id, &arena, &job, &err);
        if (status == VY_NOT_FOUND || (!status && job.state != VY_JOB_RUNNING))
            vy_scratch_remove(runner, id);
        vy_arena_clear(&arena);
    }
    if (folder)
        closedir(folder);
}
