// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What `veery serve` and `veery play` share: a live studio with its faces, and their common loop.
//
// A face is a way to reach the studio from outside. Each has open, close, fd, service and event;
// playing.c is the one place that knows which there are.
#ifndef VY_APP_PLAYING_H
#define VY_APP_PLAYING_H

#include "app/takes.h"
#include "command/jobs.h"
#include "jobs/runner.h"
#include "app/health.h"
#include "live/live.h"
#include "serve/http.h"
#include "serve/midi_face.h"
#include "serve/osc.h"
#include "serve/socket.h"

#include <sys/types.h>

/// Options as they were typed; NULL = not given.
struct vy_playing_words {
    const char *socket, *device, *rate, *period, *source, *in_file, *seconds;
    const char *osc;                   ///< "PORT" or "HOST:PORT"
    const char *http;                  ///< see serve/http.h
    const char *midi_raw, *midi_clock; ///< see serve/midi_face.h; "in" or "out"
    bool midi;
    bool with_socket; ///< also without --socket
    bool jobs;        ///< it does what is queued
};

struct vy_playing {
    struct vy_catalog catalog;
    struct vy_live *live;
    struct vy_socket *socket; ///< these four: or NULL
    struct vy_osc *osc;
    struct vy_http *http;
    struct vy_midi_face *midi;
    struct vy_db *db;         ///< studio.db: jobs and takes; NULL = it could not be opened
    struct vy_runner *runner; ///< or NULL
    struct vy_desk desk;      ///< the session's
    struct vy_audition audition;
    const char *audition_device;
    struct vy_carer *carer;   ///< or NULL
    char guard_pid_path[160]; ///< beside the socket: for `veery panic` when nobody answers
    int32_t guard_pid;        ///< as it stands there
    double seconds;           ///< to play, 0 = until the end
    uint64_t began_ns;
    bool quiet; ///< events are not told on stderr
};

/// The living guard whose process id was left beside a socket, 0 = none.
pid_t vy_guard_at(const char *socket_path);

/// Start to sound. On failure nothing stays. @return exit code, after a message
int vy_playing_open(struct vy_playing *playing, const struct vy_playing_words *words);
/// Fade out and end everything.
void vy_playing_close(struct vy_playing *playing);

/// Can this file be a session? Before anything is opened. @return exit code, after a message
int vy_playing_may_load(const char *path);

/// `load session "PATH"` as author "file". @return exit code, after a message
int vy_playing_load(struct vy_playing *playing, const char *path);

/// Say a line as `author`. @return false, after a message
bool vy_playing_say(struct vy_playing *playing, const char *line, const char *author);

/// Wait at most 10 ms for something to do, and do it.
/// @return false: a signal, the device's end or --seconds says that it is over
bool vy_playing_turn(struct vy_playing *playing);

#endif
