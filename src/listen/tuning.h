// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// How far a whole sound is tuned from A4 = 440 Hz, as librosa's estimate_tuning of a power
// spectrum says: the peaks of every window between 150 Hz and 4 kHz that reach a tenth of the
// window's greatest bin, and of these the stronger half; where in the semitone most of them lie.
// A fixed amount of memory: strengths are counted in steps, so the median is exact to 0.006 dB.
#ifndef VY_LISTEN_TUNING_H
#define VY_LISTEN_TUNING_H

#include "base/status.h"
#include "listen/hop.h"

struct vy_tuning;

/// @return VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_tuning_new(const struct vy_hop_shape *shape, struct vy_tuning **tuning);
void vy_tuning_destroy(struct vy_tuning *tuning); ///< NULL is fine

void vy_tuning_hop(struct vy_tuning *tuning, const struct vy_hop *hop);

/// In semitones, -0.5..0.49 in steps of 0.01; 0 when nothing had a pitch.
double vy_tuning_of(const struct vy_tuning *tuning);

#endif
