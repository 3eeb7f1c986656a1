// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// How likely a note begins at a hop: a small network over the rises of the octaves around it, over
// one, four and twelve hops, so that bows and pads are heard as well as hammers.
#ifndef VY_LISTEN_ONSET_JUDGE_H
#define VY_LISTEN_ONSET_JUDGE_H

#include <stddef.h>

#define VY_RISE_LAGS 3   ///< of 1, 4 and 12 hops
#define VY_RISE_GROUPS 8 ///< octave-wide

/// The root of the mean rise: by lag, by octave.
struct vy_rise {
    float by[VY_RISE_LAGS][VY_RISE_GROUPS];
};

/// @param rise    [hops]
/// @param likely  [hops] 0..1
void vy_onset_judge(const struct vy_rise *rise, size_t hops, float *likely);

#endif
