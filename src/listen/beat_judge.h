// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// How likely a moment is a beat of a given length: a small network over what sounds at the quarters
// and thirds of four beats before and after.
#ifndef VY_LISTEN_BEAT_JUDGE_H
#define VY_LISTEN_BEAT_JUDGE_H

#include "listen/pulse.h"

#define VY_BEAT_LENGTHS 54 ///< that are judged, evenly in pitch from 225 to 46 to the minute

/// Seconds of beat length i, 0 .. VY_BEAT_LENGTHS - 1.
double vy_beat_length_s(uint32_t i);

/// Log of the odds that a beat lies at `at_s`, for each length.
void vy_beat_judge(const struct vy_pulse_view *view, double at_s, float odds[VY_BEAT_LENGTHS]);

#endif
