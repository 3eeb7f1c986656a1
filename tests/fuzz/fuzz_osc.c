// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Any bytes as an OSC packet, its messages as acts, and those of Chronus done on a session.
#include "../unit/fake_live.h"
#include "serve/chronus.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz {
    struct vy_chronus *chronus;
    int done;
};

static void on_reply(void *arg, const struct vy_reply *reply)
{
    (void)arg;
    if (!reply->ok && !*reply->err.message)
        abort();
}

static void on_message(void *arg, const struct vy_osc_message *message)
{
    struct fuzz *const fuzz = arg;
    struct vy_osc_act act;
    struct vy_osc_message again;
    struct vy_err err = {.message = ""};
    if (vy_osc_message_read(message->data, message->size, &again, &err) ||
        again.args != message->args)
        abort(); // what is kept must read the same
    if (vy_osc_act_read(message, &act, &err)) {
        if (!*err.message)
            abort();
    } else if (act.kind == VY_OSC_CHRONUS && fuzz->done++ < 16 &&
               !strstr(message->path, "/pattern/")) {
        vy_chronus_do(fuzz->chronus, message, "osc:fuzz", on_reply, NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct vy_catalog catalog;
    struct vy_err err = {.message = ""};
    if (!catalog.kernels && vy_catalog_open(&catalog, &err))
        return 0;
    struct vy_live *const live = fake_live_new(&catalog);
    struct fuzz fuzz = {vy_chronus_new(live), 0};
    if (fuzz.chronus && vy_osc_packet_read(data, size, on_message, &fuzz, &err) && !*err.message)
        abort();
    vy_chronus_destroy(fuzz.chronus);
    fake_live_destroy(live);
    return 0;
}
