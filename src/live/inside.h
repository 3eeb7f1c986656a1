// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the files of a live studio share.
#ifndef VY_LIVE_INSIDE_H
#define VY_LIVE_INSIDE_H

#include "live/live.h"
#include "live/link.h"

#include <pthread.h>
#include <sys/types.h>

#define VY_PATH_SIZE 96

/// A parameter or unit that can be reached without an edit. Guarded by vy_live.lock.
struct vy_binding {
    char path[VY_PATH_SIZE];
    float min, max;
    bool unit;     ///< notes, not a parameter
    bool valid;    ///< the present document has it
    uint8_t ready; ///< bit i: the engine in slot i knows it
    bool turned;   ///< `value` is not yet in the session
    float value;
    uint64_t turned_ns;
    char author[VY_NAME_SIZE];
};

/// A child process.
struct vy_child {
    pid_t pid; ///< 0 = none
    int pidfd;
};

struct vy_engine_child {
    struct vy_child process;
    struct vy_link link;
    bool seen_ready;
    uint64_t since_ns; ///< it was given its slot
    uint64_t ready_ns; ///< from then until it was ready, the last time
    uint32_t crashes;  ///< in a row, each soon after its start
    uint64_t again_ns; ///< not started before
    json_t *units;     ///< names of its meters
    int loaded;        ///< answer to the last module: 0 not yet, 1 fine, -1 refused
    char refused[256]; ///< why
    bool writes_stems; ///< was told to finish them and has not said so yet
};

struct vy_live {
    struct vy_live_how how; ///< strings are not valid after vy_live_open
    const struct vy_catalog *catalog;
    struct vy_session *session;
    struct vy_stage stage;
    struct vy_shared *shared;
    int memory, epoll;
    struct vy_child guard;
    int control; ///< its other end is the guard's
    bool closing;
    char **guard_words; ///< argv, to start it again
    struct vy_engine_child engine[VY_SLOTS];
    /// An engine without a slot that follows the document: the next to be given one. Starting the
    /// program and reading the log are behind it when it is needed. Only process, link and again_ns
    /// are in use.
    struct vy_engine_child reserve;
    const struct vy_request *request; ///< the line that is being done, or NULL
    size_t sent_entries;              ///< of the session's log
    uint64_t sent_rewrites;
    uint64_t seek_version; ///< positions of older versions are not where the music is
    uint32_t guard_events; ///< read
    struct {
        uint32_t device; ///< enum vy_device_state
        bool bypass, panic;
    } told; ///< what the last events said
    uint32_t clients, restarts;
    uint64_t echoed_ns;
    struct vy_recorder *recorder;
    json_t *peak_names; ///< of the units in `peaks`
    struct {
        float master[2], unit[VY_METERS];
    } peaks[VY_READERS];    ///< since each of them looked
    struct vy_meter *meter; ///< of the master; NULL until somebody looks
    uint32_t metered_hz;
    uint64_t metered;             ///< guard's frame up to which the meter has heard
    struct vy_spectrum *spectrum; ///< of the master, at metered_hz; NULL until somebody looks
    pthread_mutex_t lock;         ///< bindings, and pushing into the engines' rings
    struct vy_binding *binding;   ///< [VY_BINDINGS]
    uint32_t bindings;
};

// live.c
/// Read what engines and guard say and look after the processes, without touching the session.
void vy_live_pump(struct vy_live *live);

// processes.c
vy_status vy_live_start_guard(struct vy_live *live, struct vy_err *err);
/// An engine for the slot: the one in reserve, or a new one.
vy_status vy_live_start_engine(struct vy_live *live, uint32_t slot, struct vy_err *err);
/// Collect what has ended, start it again.
void vy_live_supervise(struct vy_live *live);
void vy_live_end_processes(struct vy_live *live);
/// The argv of the guard for `how`; strings are copied.
vy_status vy_live_guard_words(struct vy_live *live, const struct vy_live_how *how,
                              struct vy_err *err);

// forward.c: the session's log on its way to the engines
/// Everything, to an engine that has just started.
void vy_live_send_all(struct vy_live *live, struct vy_engine_child *to);
/// A message that all engines get, the one in reserve too. The reference is taken over.
void vy_live_send_each(struct vy_live *live, json_t *message);
/// What is new, to all. at: beat from which on it sounds, NAN = at once
void vy_live_send_new(struct vy_live *live, double at, const uint32_t *echo, uint32_t echoes);
/// Do waiting lines whose time is near.
void vy_live_fire_timers(struct vy_live *live);
/// The transport's present beat, or the session's own while no engine plays.
double vy_live_beat(const struct vy_live *live);

// bindings.c
/// The document has changed: which bindings still lead somewhere?
void vy_live_check_bindings(struct vy_live *live);
/// All of them, to one engine.
json_t *vy_live_bindings_json(struct vy_live *live);
void vy_live_bound(struct vy_live *live, uint32_t slot, json_t *handles);
/// Bindings of an engine that is gone must be made again.
void vy_live_unbind_slot(struct vy_live *live, uint32_t slot);
/// Values turned by hand become lines of the session.
void vy_live_echo(struct vy_live *live, bool all);
void vy_live_push(struct vy_live *live, const struct vy_control *control);

// recorder.c
vy_status vy_live_record(void *live, const char *file, bool stems, struct vy_buf *text,
                         json_t *result, struct vy_err *err);
vy_status vy_live_shadow(void *live, const char *file, double seconds, struct vy_buf *text,
                         json_t *result, struct vy_err *err);
/// To one engine, when stems are being recorded.
void vy_live_send_stems(struct vy_live *live, uint32_t slot);
void vy_live_record_service(struct vy_live *live);
/// Finish a recording without a word.
void vy_live_record_end(struct vy_live *live);

// reload.c
vy_status vy_live_reload(void *live, const char *name, struct vy_buf *text, json_t *result,
                         struct vy_err *err);
/// The user modules of the catalog, to an engine that has just started.
void vy_live_send_modules(struct vy_live *live, struct vy_engine_child *to);

// report.c
void vy_live_event(struct vy_live *live, json_t *event);
void vy_live_guard_events(struct vy_live *live);
vy_status vy_live_status(void *live, struct vy_buf *text, json_t *result, struct vy_err *err);
vy_status vy_live_meters_verb(void *live, struct vy_buf *text, json_t *result, struct vy_err *err);

#endif
