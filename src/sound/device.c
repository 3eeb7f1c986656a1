// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The table of devices, and opening one by name.
#include "sound/device.h"

#include "base/text.h"
#include "sound/device_kinds.h"

#include <stdio.h>
#include <string.h>

#define SR_MIN 8000u
#define SR_MAX 192000u
#define PERIOD_MIN 16u
#define PERIOD_MAX 8192u

static const struct vy_device_backend *const backends[] = {
    &vy_device_pipewire,
    &vy_device_pulse,
    &vy_device_null,
    &vy_device_file,
};
#define BACKENDS (sizeof backends / sizeof *backends)

const struct vy_device_backend *vy_device_backend_at(uint32_t i)
{
    return i < BACKENDS ? backends[i] : NULL;
}

const char *vy_device_rest(const char *name)
{
    const char *const colon = strchr(name, ':');
    return colon ? colon + 1 : "";
}

vy_status vy_device_read_in(const struct vy_device_want *want, uint32_t sr_hz, struct vy_sound *in,
                            struct vy_err *err)
{
    *in = (struct vy_sound){0};
    if (!want->in_file)
        return VY_OK;
    const vy_status status = vy_sound_read(want->in_file, in, err);
    if (status || in->sr_hz == sr_hz)
        return status;
    vy_fail(err, VY_BAD_ARG, -1, "%.150s has %u Hz, the device %u Hz", want->in_file, in->sr_hz,
            sr_hz);
    vy_sound_clear(in);
    return VY_BAD_ARG;
}

// "auto", then the backends.
static const char *name_at(void *unused, size_t i)
{
    (void)unused;
    return i == 0 ? "auto" : i <= BACKENDS ? backends[i - 1]->name : NULL;
}

static vy_status find(const char *name, const struct vy_device_backend **found, struct vy_err *err)
{
    const size_t length = strcspn(name, ":");
    for (size_t i = 0; i < BACKENDS; i++)
        if (strlen(backends[i]->name) == length && strncmp(backends[i]->name, name, length) == 0) {
            *found = backends[i];
            return VY_OK;
        }
    char word[40];
    snprintf(word, sizeof word, "%.*s", (int)(length < 39 ? length : 39), name);
    char list[80] = "";
    for (size_t i = 0; i < BACKENDS; i++)
        snprintf(list + strlen(list), sizeof list - strlen(list), ", %s", backends[i]->name);
    vy_fail(err, VY_BAD_ARG, -1, "there is no sound device '%s'; there are auto%s", word, list);
    vy_err_suggest(err, word, name_at, NULL);
    return VY_BAD_ARG;
}

static vy_status check_wishes(const struct vy_device_want *want, struct vy_err *err)
{
    if (want->sr_hz && (want->sr_hz < SR_MIN || want->sr_hz > SR_MAX))
        return vy_fail(err, VY_BAD_ARG, -1, "a device's rate is %u to %u Hz, not %u", SR_MIN,
                       SR_MAX, want->sr_hz);
    if (want->period && (want->period < PERIOD_MIN || want->period > PERIOD_MAX))
        return vy_fail(err, VY_BAD_ARG, -1, "a device's period is %u to %u frames, not %u",
                       PERIOD_MIN, PERIOD_MAX, want->period);
    if (want->ins > VY_DEVICE_CHANS)
        return vy_fail(err, VY_BAD_ARG, -1, "a device has 0, 1 or 2 inputs, not %u", want->ins);
    return VY_OK;
}

// The first that can be used and opened; null always can.
static vy_status open_auto(const struct vy_device_want *want, struct vy_device **device,
                           struct vy_err *err)
{
    vy_status status = VY_ABSENT;
    for (size_t i = 0; i < BACKENDS && status && backends[i] != &vy_device_file; i++) {
        char why[160];
        struct vy_device_want named = *want;
        named.name = backends[i]->name;
        if (backends[i]->usable(why, sizeof why))
            status = backends[i]->open(&named, device, err);
    }
    return status;
}

vy_status vy_device_open(const struct vy_device_want *want, struct vy_device **device,
                         struct vy_err *err)
{
    const vy_status wishes = check_wishes(want, err);
    if (wishes)
        return wishes;
    const bool is_auto = strcmp(want->name, "auto") == 0;
    const struct vy_device_backend *backend = NULL;
    const vy_status status = is_auto ? VY_OK : find(want->name, &backend, err);
    if (status)
        return status;
    if (want->in_file && backend != &vy_device_null && backend != &vy_device_file)
        return vy_fail(err, VY_BAD_ARG, -1,
                       "a file can come in with the devices null and file, "
                       "not with '%.40s'",
                       want->name);
    if (is_auto)
        return open_auto(want, device, err);
    char why[160] = "";
    if (!backend->usable(why, sizeof why))
        return vy_fail(err, VY_ABSENT, -1, "%s: %.160s", backend->name, why);
    return backend->open(want, device, err);
}

void vy_device_close(struct vy_device *device)
{
    if (device)
        device->backend->close(device);
}
