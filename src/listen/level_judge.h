// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// At which level of the metre beats are: a chain of beats may run twice as fast as listeners tap.
// Two things speak. What is heard: every second of the beats is weaker, patterns come back after
// two and four rather than after one, little happens between them; a weighted sum of that, from
// composed music (tools/train-rhythm level). And the tempos that people prefer, by the resonance of
// van Noorden and Moelants (JNMR 28, 1999).
#ifndef VY_LISTEN_LEVEL_JUDGE_H
#define VY_LISTEN_LEVEL_JUDGE_H

#include "base/status.h"
#include "listen/pulse.h"

/// @param beat  in seconds; @param odds  logarithm of the odds that only every second of them is
/// one; very low where they are too few or too slow to be told
/// @return VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_level_twice(const struct vy_pulse_view *view, const double *beat,
                                       uint32_t beats, float *odds);

/// Which half of such beats stays: 0 = from the first on, 1 = from the second.
uint32_t vy_level_phase(const struct vy_pulse_view *view, const double *beat, uint32_t beats);

#endif
