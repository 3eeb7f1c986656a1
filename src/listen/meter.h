// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A meter of what sounds now: loudness, true peak and correlation of the last moments of a stereo
// sound. Every reading is a window that ends now, so that any number of readers see the same.
#ifndef VY_LISTEN_METER_H
#define VY_LISTEN_METER_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

#define VY_METER_S 3.0 ///< of short-term loudness, true peak and correlation

/// NAN where the window is not full yet or holds no sound; `why` is then the reason.
struct vy_meter_reading {
    double momentary_lufs;  ///< 0.4 s; told ten times a second
    double short_term_lufs; ///< 3 s; the same
    double true_peak_dbtp;  ///< of both channels
    double correlation;     ///< of left and right: 1 mono, 0 unrelated, -1 cancels in mono
    const char *why;        ///< NULL: nothing is missing
};

struct vy_meter;

/// @param sr_hz  4000..192000
/// @return VY_BAD_ARG, VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_meter_new(uint32_t sr_hz, struct vy_meter **meter);

/// @param chan  [2][n] planar f32; what is no number counts as 0
void vy_meter_push(struct vy_meter *meter, const float *const chan[2], size_t n);

/// Forget everything: what comes next does not follow what came before.
void vy_meter_reset(struct vy_meter *meter);

void vy_meter_read(const struct vy_meter *meter, struct vy_meter_reading *reading);

void vy_meter_destroy(struct vy_meter *meter); ///< NULL is fine

#endif
