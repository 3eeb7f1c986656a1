// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The process behind the virtual microphone: cables, a live studio whose guard the sound goes
// through, and a socket for `veery mic status` and whoever wants to play with the voice.
#include "app/mic.h"

#include "app/app.h"
#include "base/text.h"
#include "live/live.h"
#include "serve/socket.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include <systemd/sd-daemon.h>

#define ROUND_MS 10
#define PATCH_NS 50000000u
#define WATCHDOG_NS 1000000000u
#define SETTLE_NS 500000000u // cables are laid one after the other

struct keeper {
    const struct vy_mic_how *how;
    const struct vy_mic_place *place;
    struct vy_catalog catalog;
    struct vy_mic *mic;
    struct vy_live *live;
    struct vy_socket *socket;
    struct vy_mic_now said; // what was last reported
    uint64_t patch_ns, watchdog_ns, report_ns;
};

static void on_event(void *arg, json_t *event)
{
    struct keeper *const k = arg;
    if (k->socket)
        vy_socket_event(k->socket, event);
}

static void take_reply(void *arg, const struct vy_reply *reply)
{
    struct vy_err *const err = arg;
    if (!reply->ok)
        *err = reply->err;
}

// Nothing has been made of the voice yet: it goes past the engines, unchanged.
static vy_status go_past(struct vy_live *live, struct vy_err *err)
{
    static const char line[] = "bypass studio on";
    const struct vy_request request = {line, sizeof line - 1, "mic", -1};
    struct vy_err said = {.at = -1};
    const vy_status status = vy_live_do(live, &request, take_reply, &said);
    if (!status && !said.code)
        return VY_OK;
    *err = said;
    return status ? status : said.code;
}

static vy_status open_all(struct keeper *k, struct vy_err *err)
{
    vy_status status = vy_mic_open(k->how->source, k->how->monitor, &k->mic, err);
    const struct vy_live_how live = {.catalog = &k->catalog,
                                     .survive = true,
                                     .device = "pipewire:" VY_MIC_SOURCE,
                                     .period = k->how->period,
                                     .client = VY_MIC_GUARD,
                                     .dry = true,
                                     .seed = 1,
                                     .event = on_event,
                                     .arg = k};
    if (!status)
        status = vy_live_open(&live, &k->live, err);
    if (!status) // the graph of PipeWire shows its nodes
        vy_live_findable(k->live);
    if (!status)
        status = go_past(k->live, err);
    if (!status)
        status = vy_socket_open(k->live, k->place->socket, &k->socket, err);
    return status;
}

// Written down first: who kills us now does not cost the user's choice.
static vy_status claim(struct keeper *k, struct vy_err *err)
{
    const char *const users = vy_mic_users_default(vy_mic_bay(k->mic));
    const vy_status status = vy_mic_remember(k->place, users ? users : "", err);
    return status ? status : vy_mic_claim(k->mic, err);
}

// Something that people should know has changed.
static void report(struct keeper *k)
{
    struct vy_mic_now now = {0};
    char text[VY_PATCH_NAME + 64];
    if (vy_mic_bay(k->mic))
        vy_mic_look(vy_mic_bay(k->mic), &now);
    const bool same = now.there == k->said.there && strcmp(now.source, k->said.source) == 0;
    if (same || !k->report_ns)
        k->report_ns = vy_now_ns() + SETTLE_NS;
    if (same || vy_now_ns() < k->report_ns)
        return;
    k->said = now;
    if (!now.there)
        snprintf(text, sizeof text, "STATUS=PipeWire is gone; waiting for it");
    else if (!now.source[0])
        snprintf(text, sizeof text, "STATUS=hears nothing; waiting for '%.100s'", k->how->source);
    else
        snprintf(text, sizeof text, "STATUS=hears %s", now.source);
    sd_notify(0, text);
    fprintf(stderr, "veery mic: %s\n", text + strlen("STATUS="));
}

static void run(struct keeper *k)
{
    while (!vy_interrupted() && !vy_live_ended(k->live)) {
        struct pollfd fds[3] = {{.fd = vy_mic_fd(k->mic), .events = POLLIN},
                                {.fd = vy_live_fd(k->live), .events = POLLIN},
                                {.fd = vy_socket_fd(k->socket), .events = POLLIN}};
        poll(fds, 3, ROUND_MS);
        const uint64_t now = vy_now_ns();
        if (fds[0].revents || now >= k->patch_ns) {
            k->patch_ns = now + PATCH_NS;
            vy_mic_service(k->mic);
            report(k);
        }
        vy_live_service(k->live);
        vy_socket_service(k->socket);
        if (now >= k->watchdog_ns) {
            k->watchdog_ns = now + WATCHDOG_NS;
            sd_notify(0, "WATCHDOG=1");
        }
    }
}

vy_status vy_mic_run(const struct vy_mic_how *how, const struct vy_mic_place *place,
                     void (*ready)(void *arg), void *arg, struct vy_err *err)
{
    struct keeper k = {.how = how, .place = place};
    vy_status status = vy_mic_hold(place, err);
    if (status)
        return status;
    status = vy_catalog_open(&k.catalog, err);
    if (status)
        return status;
    vy_catch_interrupt();
    status = open_all(&k, err);
    struct vy_err why = {.at = -1};
    if (!status && !how->keep_default && claim(&k, &why))
        fprintf(stderr, "veery mic: it is not the default source: %s\n", why.message);
    if (!status) {
        ready(arg);
        sd_notify(0, "READY=1");
        run(&k);
        sd_notify(0, "STOPPING=1");
    }
    if (k.mic)
        vy_mic_give_back(place, vy_mic_bay(k.mic));
    vy_socket_close(k.socket);
    vy_live_close(k.live);
    vy_mic_close(k.mic);
    vy_catalog_close(&k.catalog);
    return status;
}
