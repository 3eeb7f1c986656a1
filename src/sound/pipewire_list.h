// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The sinks and sources of PipeWire by name. Main thread.
#ifndef VY_SOUND_PIPEWIRE_LIST_H
#define VY_SOUND_PIPEWIRE_LIST_H

#include "sound/device.h"
#include "sound/pipewire_graph.h"

/// Is there a node of this name? "" and "default" always are. Lock held.
/// @param outs  one to play to, for the message
/// @return VY_NOT_FOUND with the nearest name
VY_MUST_CHECK vy_status vy_pw_check_name(const struct vy_pw_graph *graph, const char *name,
                                         bool outs, struct vy_err *err);

/// Connect, write the rows, leave. @return how many were written
uint32_t vy_pw_list(struct vy_device_row *row, uint32_t most);

#endif
