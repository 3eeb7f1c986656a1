// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Hearing a file beside the music: it goes to the device by a stream of its own, not through the
// studio's mix, so that what is recorded and what is streamed stay clean.
#ifndef VY_APP_TAKES_H
#define VY_APP_TAKES_H

#include "store/jobs.h"

#include <jansson.h>

#include <sys/types.h>

/// Play a sound file to its end, or until Ctrl-C. `device` NULL = as the settings have it.
/// @return exit code
int vy_play_file(const char *path, const char *device);

/// For vy_runner_how.record: a job has made a take, which is kept.
vy_status vy_take_made(void *unused, struct vy_db *db, const struct vy_job *job, json_t *answer,
                       int64_t *take, struct vy_err *err);

/// The process that plays a take for a studio. Zero-initialise.
struct vy_audition {
    pid_t pid;
};
/// Play take `id`, in place of what plays. id 0: only stop.
VY_MUST_CHECK vy_status vy_audition_play(struct vy_audition *audition, const char *device,
                                         int64_t id, struct vy_err *err);

#endif
