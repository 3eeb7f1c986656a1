// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A live studio from the outside: opening, editing, the regular look around, closing.
#include "live/inside.h"

#include "listen/meter.h"
#include "listen/spectrum.h"
#include "sound/device.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define START_S 10      // for guard and engine to begin to sound
#define TAP_S 5.0       // of the past, when nothing else is said
#define TAP_RATE 192000 // the fastest device a tap must hold so long

static vy_status panic(void *arg, bool on, struct vy_err *err)
{
    (void)err;
    struct vy_live *const live = arg;
    atomic_store(&live->shared->panic, on);
    if (on)
        vy_live_push(live, &(struct vy_control){.kind = VY_CONTROL_ALL_OFF});
    return VY_OK;
}

// The session is in the middle of a command that only reads: waiting lines may fire all the same,
// because documents of earlier versions are kept.
static void wait_a_little(void *arg)
{
    struct vy_live *const live = arg;
    vy_live_pump(live);
    vy_live_fire_timers(live);
}

static vy_status dry(void *arg, bool on, struct vy_err *err)
{
    (void)err;
    struct vy_live *const live = arg;
    atomic_store(&live->shared->bypass, on);
    return VY_OK;
}

static void on_engine_message(struct vy_live *live, uint32_t slot, json_t *message)
{
    json_t *const units = json_object_get(message, "units");
    json_t *const bound = json_object_get(message, "bound");
    const char *const failed = json_string_value(json_object_get(message, "failed"));
    if (units) {
        json_decref(live->engine[slot].units);
        live->engine[slot].units = json_incref(units);
    }
    if (bound)
        vy_live_bound(live, slot, bound);
    if (json_object_get(message, "loaded")) {
        struct vy_engine_child *const e = &live->engine[slot];
        const char *const why = json_string_value(json_object_get(message, "text"));
        e->loaded = json_is_true(json_object_get(message, "ok")) ? 1 : -1;
        vy_text_copy(e->refused, sizeof e->refused, why ? why : "");
    }
    if (json_is_false(json_object_get(message, "stems")))
        live->engine[slot].writes_stems = false;
    if (failed)
        vy_live_event(
            live, json_pack("{s:s,s:i,s:s}", "event", "failed", "slot", (int)slot, "text", failed));
    // both engines meet the same faults; the one that is heard speaks
    if (json_object_get(message, "event") && atomic_load(&live->shared->active) == slot)
        vy_live_event(live, json_incref(message));
}

static void read_engines(struct vy_live *live)
{
    for (uint32_t i = 0; i < VY_SLOTS; i++) {
        struct vy_link *const link = &live->engine[i].link;
        if (link->fd <= 0 || !live->engine[i].process.pid)
            continue;
        for (json_t *message; (message = vy_link_next(link));) {
            on_engine_message(live, i, message);
            json_decref(message);
        }
        vy_link_flush(link);
    }
    for (json_t *message;
         live->reserve.process.pid && (message = vy_link_next(&live->reserve.link));)
        json_decref(message); // it has nothing to say that the others do not say as well
    if (live->reserve.process.pid)
        vy_link_flush(&live->reserve.link);
}

void vy_live_pump(struct vy_live *live)
{
    read_engines(live);
    vy_live_supervise(live);
    vy_live_guard_events(live);
}

void vy_live_service(struct vy_live *live)
{
    vy_live_pump(live);
    vy_live_fire_timers(live);
    vy_live_echo(live, false);
    vy_live_record_service(live);
}

int vy_live_fd(const struct vy_live *live)
{
    return live->epoll;
}

bool vy_live_ended(const struct vy_live *live)
{
    return live->guard.pid == 0;
}

struct vy_session *vy_live_session(struct vy_live *live)
{
    return live->session;
}

const struct vy_shared *vy_live_shared(const struct vy_live *live)
{
    return live->shared;
}

void vy_live_findable(struct vy_live *live)
{
    atomic_store(&live->shared->findable, 1);
}

void vy_live_set_clients(struct vy_live *live, uint32_t clients)
{
    live->clients = clients;
}

vy_status vy_live_do(struct vy_live *live, const struct vy_request *request, vy_reply_to reply,
                     void *arg)
{
    vy_live_echo(live, true); // what was turned by hand is what the line finds
    live->session->doc->beat = vy_live_beat(live);
    live->request = request;
    const vy_status status = vy_session_do(live->session, request, reply, arg);
    vy_live_send_new(live, (double)NAN, NULL, 0);
    live->request = NULL;
    return status;
}

// ---- opening and closing ------------------------------------------------------------------------

static vy_status make_room(struct vy_live *live, const struct vy_live_how *how, struct vy_err *err)
{
    const double seconds = how->tap_seconds > 0 ? how->tap_seconds : TAP_S;
    if (!(seconds >= 1 && seconds <= 30))
        return vy_fail(err, VY_OUT_OF_RANGE, -1, "the past that is kept goes from 1 to 30 s");
    const double rate = how->sr_hz ? how->sr_hz : TAP_RATE / 4;
    live->session = vy_session_new(how->catalog, how->seed ? how->seed : 1);
    live->binding = calloc(VY_BINDINGS, sizeof *live->binding);
    live->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (!live->session || !live->binding || live->epoll < 0)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    live->stage = (struct vy_stage){.arg = live,
                                    .status = vy_live_status,
                                    .meters = vy_live_meters_verb,
                                    .record = vy_live_record,
                                    .reload = vy_live_reload,
                                    .panic = panic,
                                    .dry = dry,
                                    .shadow = vy_live_shadow,
                                    .wait = wait_a_little};
    live->session->stage = &live->stage;
    return vy_shared_new((uint32_t)(seconds * rate) + 2 * VY_BLOCK_MAX, how->dry, &live->shared,
                         &live->memory, err);
}

static bool guard_ended(struct vy_live *live)
{
    struct pollfd fds = {.fd = live->guard.pidfd, .events = POLLIN};
    return poll(&fds, 1, 0) == 1;
}

// The guard says on its own standard error why it could not open the device.
static vy_status wait_for_device(struct vy_live *live, struct vy_err *err)
{
    for (int i = 0; i < START_S * 500; i++) {
        if (atomic_load(&live->shared->device.state) != VY_DEVICE_CLOSED)
            return VY_OK;
        if (guard_ended(live))
            return vy_fail(err, VY_ABSENT, -1, "the sound device could not be opened");
        usleep(2000);
    }
    return vy_fail(err, VY_ABSENT, -1, "the sound device did not answer in %d s", START_S);
}

static vy_status wait_for_engine(struct vy_live *live, struct vy_err *err)
{
    for (int i = 0; i < START_S * 500; i++) {
        vy_live_service(live);
        if (atomic_load(&live->shared->active) < VY_SLOTS)
            return VY_OK;
        if (live->restarts > 5)
            return vy_fail(err, VY_INTERNAL, -1, "the engine ends as soon as it is started");
        usleep(2000);
    }
    return vy_fail(err, VY_INTERNAL, -1, "the engine did not start in %d s", START_S);
}

vy_status vy_live_open(const struct vy_live_how *how, struct vy_live **out, struct vy_err *err)
{
    struct vy_live *const live = calloc(1, sizeof *live);
    if (!live)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    live->how = *how;
    live->catalog = how->catalog;
    live->memory = live->epoll = live->control = -1;
    for (uint32_t i = 0; i < VY_SLOTS; i++)
        live->engine[i].link.fd = -1;
    pthread_mutex_init(&live->lock, NULL);
    vy_status status = make_room(live, how, err);
    if (!status)
        status = vy_live_guard_words(live, how, err);
    if (!status)
        status = vy_live_start_guard(live, err);
    if (!status)
        status = vy_live_start_engine(live, 0, err); // it loads while the guard opens the device
    for (uint32_t i = 1; i < VY_SLOTS; i++)
        live->engine[i].again_ns = UINT64_MAX; // the first has the processors for itself
    if (!status)
        status = wait_for_device(live, err);
    if (!status)
        status = wait_for_engine(live, err);
    for (uint32_t i = 1; !status && i < VY_SLOTS; i++)
        status = vy_live_start_engine(live, i, err);
    if (status) {
        vy_live_close(live);
        return status;
    }
    *out = live;
    return VY_OK;
}

void vy_live_close(struct vy_live *live)
{
    if (!live)
        return;
    vy_live_record_end(live);
    vy_live_end_processes(live);
    vy_shared_close(live->shared);
    if (live->memory >= 0)
        close(live->memory);
    if (live->epoll >= 0)
        close(live->epoll);
    vy_session_destroy(live->session);
    json_decref(live->peak_names);
    vy_meter_destroy(live->meter);
    vy_spectrum_destroy(live->spectrum);
    free(live->binding);
    pthread_mutex_destroy(&live->lock);
    free(live);
}
