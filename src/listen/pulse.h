// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What sounds around a moment, counted in beats: the curves of the onsets, evened out over a piece,
// and read at places that are fractions of a beat away. Beats and bars are judged by this.
#ifndef VY_LISTEN_PULSE_H
#define VY_LISTEN_PULSE_H

#include "base/arena.h"
#include "base/status.h"
#include "listen/onset.h"

#define VY_PULSE_CHANNELS 5 ///< all, below 200 Hz, 200..1600, 1600..6400, above

struct vy_pulse_view {
    size_t hops;
    double hop_s;
    /// [hops] 0..2, 1 = a usual onset; the most within 23 ms, within 46 ms
    float *near[VY_PULSE_CHANNELS], *wide[VY_PULSE_CHANNELS];
};

/// @param view  arrays in the arena
VY_MUST_CHECK vy_status vy_pulse_view(const struct vy_onset_curves *curves,
                                      const struct vy_onset *onset, uint32_t onsets,
                                      struct vy_arena *arena, struct vy_pulse_view *view);

/// One channel at a hop; 0 outside of the piece. Places more than one beat away are read wide,
/// because tempo drifts.
static inline float vy_pulse_at(const struct vy_pulse_view *view, uint32_t channel, double hop,
                                int far)
{
    const long t = (long)(hop + 0.5);
    if (hop < 0 || (size_t)t >= view->hops)
        return 0;
    return far ? view->wide[channel][t] : view->near[channel][t];
}

#endif
