// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// How likely a beat is each beat of each kind of bar: a small network over what sounds, and where
// the harmony changes, six beats before and after.
#ifndef VY_LISTEN_BAR_JUDGE_H
#define VY_LISTEN_BAR_JUDGE_H

#include "listen/pulse.h"

#define VY_BAR_STATES 14 ///< beats of bars of 2, 3, 4 and 5
#define VY_BAR_INPUTS 202

/// What a beat is judged by.
struct vy_bar_view {
    const struct vy_pulse_view *pulse;
    const double *beat;  ///< [beats] seconds
    const float *change; ///< [beats] how likely the harmony changes there, 0..1
    uint32_t beats;      ///< at least 2
};

void vy_bar_input(const struct vy_bar_view *view, uint32_t beat, float in[VY_BAR_INPUTS]);

/// Log of the likelihood of each state.
void vy_bar_judge(const struct vy_bar_view *view, uint32_t beat, float odds[VY_BAR_STATES]);

#endif
