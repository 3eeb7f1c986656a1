// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Musical time <-> frames. Positions are computed from the start of a tempo segment, never
// accumulated, so ten minutes of bars are as exact as the first.
#ifndef VY_ENGINE_RT_CLOCK_H
#define VY_ENGINE_RT_CLOCK_H

#include "veery/module.h"

/// From `beat` (at `frame`) on: tempo moves straight in beats from bpm to bpm_end over `beats`,
/// then stays at bpm_end until the next segment. beats = 0: constant bpm.
struct vy_tempo_segment {
    double beat, frame;
    double bpm, bpm_end, beats;
};

/// Segments sorted by beat; the first begins at beat 0, frame 0 and also serves what is before.
struct vy_tempo_map {
    const struct vy_tempo_segment *segment;
    uint32_t segments;
    double sr_hz;
};

/// Exact (unrounded) frame of a beat.
VY_RT double vy_tempo_frame(const struct vy_tempo_map *map, double beat);

/// Beat of a frame.
VY_RT double vy_tempo_beat(const struct vy_tempo_map *map, double frame);

/// BPM at a beat.
VY_RT double vy_tempo_bpm(const struct vy_tempo_map *map, double beat);

/// Compute `frame` of all segments from their beats.
VY_MAIN void vy_tempo_finish(struct vy_tempo_segment *segment, uint32_t segments, double sr_hz);

/// Swing: where beat `beat` really falls. Off-beat sixteenths (odd multiples of 1/4 beat) come late
/// by swing * 1/2 sixteenth; everything between is stretched evenly; even sixteenths, hence bars,
/// stay.
VY_RT double vy_swing(double beat, double swing);

#endif
