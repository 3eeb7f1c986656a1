// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Clicks: single peaks of what linear prediction does not foresee. A click stands far above the
// residual of the 60 ms about it, is over within a millisecond, and is not one of a row: the edges
// of a saw and the pulses of a voice come again at once.
#ifndef VY_LISTEN_CLICKS_H
#define VY_LISTEN_CLICKS_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

#define VY_CLICK_PLACES 16

struct vy_clicks_found {
    uint64_t clicks;
    uint64_t at[VY_CLICK_PLACES]; ///< frames of the first ones
    double ratio;                 ///< mean of peak over residual
};

struct vy_clicks;

/// @param sr_hz  1000..768000
VY_MUST_CHECK vy_status vy_clicks_new(uint32_t sr_hz, struct vy_clicks **clicks);

/// @param mono  [n] f32, finite
void vy_clicks_push(struct vy_clicks *clicks, const float *mono, size_t n);

/// What was found so far; the last 60 ms are not judged yet.
void vy_clicks_result(const struct vy_clicks *clicks, struct vy_clicks_found *found);

void vy_clicks_destroy(struct vy_clicks *clicks); ///< NULL is fine

#endif
