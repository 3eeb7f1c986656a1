// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Short visits to a PulseAudio server. Main thread; each connects, asks and leaves.
#ifndef VY_SOUND_PULSE_LIST_H
#define VY_SOUND_PULSE_LIST_H

#include "sound/device.h"

/// Does a server answer within a second? None is started. Fills `why` when not.
bool vy_pulse_answers(char *why, uint32_t size);

/// Rows of its sinks and sources. @return how many were written
uint32_t vy_pulse_list(struct vy_device_row *row, uint32_t most);

#endif
