// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Sums over the windows of a sound in a fixed amount of memory, gated by a loudest window that is
// only known at the end: windows are summed apart by their level in whole dB, for the forty levels
// under the loudest so far. What falls behind is dropped, and at the end the rest is added up.
#ifndef VY_LISTEN_SPECTRAL_SUMS_H
#define VY_LISTEN_SPECTRAL_SUMS_H

#include "listen/spectral.h"

struct vy_spectral_sums;

VY_MUST_CHECK vy_status vy_spectral_sums_new(const struct vy_hop_shape *shape,
                                             struct vy_spectral_sums **sums);
void vy_spectral_sums_destroy(struct vy_spectral_sums *sums); ///< NULL is fine

/// One window more. @param power  f32 [bins]
void vy_spectral_sums_add(struct vy_spectral_sums *sums, const struct vy_spectral_frame *frame,
                          const float *power);

void vy_spectral_sums_finish(struct vy_spectral_sums *sums, const struct vy_mel *mel,
                             struct vy_spectral_found *found);

#endif
