// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The kinds of devices, for the table in device.c, and what they share.
#ifndef VY_SOUND_DEVICE_KINDS_H
#define VY_SOUND_DEVICE_KINDS_H

#include "sound/device.h"
#include "sound/file.h"

#define VY_DEVICE_SR_HZ 48000u ///< where neither wish nor hardware decides
#define VY_DEVICE_PERIOD 256u

extern const struct vy_device_backend vy_device_pipewire;
extern const struct vy_device_backend vy_device_pulse;
extern const struct vy_device_backend vy_device_null;
extern const struct vy_device_backend vy_device_file;

/// What follows "backend:" in a name, "" when there is nothing. Borrowed.
const char *vy_device_rest(const char *name);

/// Read want->in_file, when there is one, for a device of sr_hz.
/// @return what vy_sound_read does; VY_BAD_ARG when its rate is another
VY_MUST_CHECK vy_status vy_device_read_in(const struct vy_device_want *want, uint32_t sr_hz,
                                          struct vy_sound *in, struct vy_err *err);

#endif
