// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The device that is always there: it keeps the time of a sound card and plays to nobody.
#include "base/text.h"
#include "sound/device_kinds.h"
#include "sound/device_paced.h"

#include <stdlib.h>
#include <string.h>

struct null {
    struct vy_device device;
    struct vy_paced *paced;
    struct vy_sound in;
    uint32_t ins;
};

static void shut(struct vy_device *device)
{
    struct null *const d = (struct null *)device;
    vy_paced_destroy(d->paced);
    vy_sound_clear(&d->in);
    free(d);
}

static vy_status start(const struct vy_device_want *want, struct vy_device **device,
                       struct vy_err *err)
{
    struct null *const d = calloc(1, sizeof *d);
    if (!d)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    d->device.backend = &vy_device_null;
    d->ins = want->ins;
    const struct vy_paced_how how = {.sr_hz = want->sr_hz ? want->sr_hz : VY_DEVICE_SR_HZ,
                                     .period = want->period ? want->period : VY_DEVICE_PERIOD,
                                     .no_realtime = want->no_realtime,
                                     .in = &d->in,
                                     .block = want->block,
                                     .arg = want->arg};
    vy_status status = vy_device_read_in(want, how.sr_hz, &d->in, err);
    if (!status)
        status = vy_paced_new(&how, &d->paced, err);
    if (status)
        shut(&d->device);
    else
        *device = &d->device;
    return status;
}

static void tell(struct vy_device *device, struct vy_device_facts_now *facts)
{
    struct null *const d = (struct null *)device;
    *facts = (struct vy_device_facts_now){
        .backend = vy_device_null.name, .name = "null", .ins = d->ins, .outs = VY_DEVICE_CHANS};
    vy_paced_facts(d->paced, facts);
}

static bool usable(char *why, uint32_t size)
{
    (void)size;
    why[0] = '\0';
    return true;
}

static uint32_t list(struct vy_device_row *row, uint32_t most)
{
    if (!most)
        return 0;
    *row = (struct vy_device_row){
        .name = "null", .text = "keeps time, plays to nobody", .chans = VY_DEVICE_CHANS};
    return 1;
}

const struct vy_device_backend vy_device_null = {
    .name = "null",
    .text = "keeps time, plays to nobody",
    .open = start,
    .facts = tell,
    .close = shut,
    .usable = usable,
    .list = list,
};
