// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What commands can reach when the session is played live. A session that is only edited or
// rendered has no stage: the verbs that need one then answer `absent` and say how to get one.
#ifndef VY_COMMAND_STAGE_H
#define VY_COMMAND_STAGE_H

#include "base/status.h"
#include "base/text.h"

#include <jansson.h>
#include <stdbool.h>

/// Every function: main thread; text for people, result for programs; both may be added to.
struct vy_stage {
    void *arg;
    /// Processes, device, rate, period, latency, xruns, failovers, clients.
    vy_status (*status)(void *arg, struct vy_buf *text, json_t *result, struct vy_err *err);
    /// Peaks of the master and of every unit since the last look.
    vy_status (*meters)(void *arg, struct vy_buf *text, json_t *result, struct vy_err *err);
    /// Begin to write the master (and one file a unit) to disk; file NULL: stop.
    vy_status (*record)(void *arg, const char *file, bool stems, struct vy_buf *text,
                        json_t *result, struct vy_err *err);
    /// Compile a user module, try it in the spare engine, then swap it in everywhere.
    vy_status (*reload)(void *arg, const char *name, struct vy_buf *text, json_t *result,
                        struct vy_err *err);
    /// The kill switch of the guard: silence, latched.
    vy_status (*panic)(void *arg, bool on, struct vy_err *err);
    /// The dry path of the guard: what comes in goes out, latched.
    vy_status (*dry)(void *arg, bool on, struct vy_err *err);
    /// A command takes its time: look after what cannot wait. May be NULL.
    void (*wait)(void *arg);
    /// Write the last seconds of what came in to a file.
    vy_status (*shadow)(void *arg, const char *file, double seconds, struct vy_buf *text,
                        json_t *result, struct vy_err *err);
    /// How the studio is: "health" of `status`; NULL where nobody looks after it.
    void *health_arg;
    vy_status (*health)(void *arg, struct vy_buf *text, json_t *result, struct vy_err *err);
    /// MIDI; NULL, all of them, where none is open. They get midi_arg instead of arg.
    void *midi_arg;
    /// Ports, who plays what, which controllers turn what.
    vy_status (*midi)(void *arg, struct vy_buf *text, json_t *result, struct vy_err *err);
    /// The next controller that moves turns this parameter; off: none does any more.
    vy_status (*midi_learn)(void *arg, const char *path, bool on, struct vy_err *err);
    /// Keys of a channel (1..16, 0 = all) play this thing.
    vy_status (*midi_arm)(void *arg, const char *unit, int chan, struct vy_err *err);
    /// Notes of this thing's patterns go out: channel 1..16, 0 = the next that is free, -1 = no
    /// more; note 0..127, of hits without pitch.
    vy_status (*midi_send)(void *arg, const char *unit, int chan, int note, struct vy_buf *text,
                           json_t *result, struct vy_err *err);
};

#endif
