// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A live studio without processes or sound, for tests of the socket: lines go to an offline
// session, meters are made up.
#include "fake_live_socket.h"

#include <stdlib.h>

struct vy_live {
    struct vy_session *session;
    struct vy_live_how how;
    uint32_t clients;
    double peak;
};

vy_status vy_live_open(const struct vy_live_how *how, struct vy_live **live, struct vy_err *err)
{
    struct vy_live *const l = calloc(1, sizeof *l);
    if (!l)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    l->how = *how;
    l->session = vy_session_new(how->catalog, 1);
    *live = l;
    return VY_OK;
}

void vy_live_close(struct vy_live *live)
{
    vy_session_destroy(live->session);
    free(live);
}

vy_status vy_live_do(struct vy_live *live, const struct vy_request *request, vy_reply_to reply,
                     void *arg)
{
    const uint64_t before = live->session->version;
    const vy_status status = vy_session_do(live->session, request, reply, arg);
    if (live->how.event && live->session->version != before) {
        json_t *const event = json_pack("{s:s,s:s,s:s%,s:I}", "event", "edit", "author",
                                        request->author, "line", request->line, request->length,
                                        "version", (json_int_t)live->session->version);
        live->how.event(live->how.arg, event);
        json_decref(event);
    }
    return status;
}

struct vy_session *vy_live_session(struct vy_live *live)
{
    return live->session;
}

void vy_live_set_clients(struct vy_live *live, uint32_t clients)
{
    live->clients = clients;
}

json_t *vy_live_meters(struct vy_live *live, enum vy_live_reader reader)
{
    (void)reader;
    live->peak = live->peak > 0.9 ? 0 : live->peak + 0.1;
    return json_pack("{s:[f,f],s:{s:f},s:{s:f}}", "master", live->peak, 0.5, "units", "kick",
                     live->peak, "loudness", "momentary_lufs", -14.5);
}

uint32_t fake_live_clients(const struct vy_live *live)
{
    return live->clients;
}
