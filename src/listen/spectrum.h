// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The spectrum of a moment, in bands even in log frequency: what a picture of the sound shows.
// For measuring see spectral.h and ltas.h.
#ifndef VY_LISTEN_SPECTRUM_H
#define VY_LISTEN_SPECTRUM_H

#include "base/status.h"

#include <stdint.h>

#define VY_SPECTRUM_FRAMES 4096u ///< of a moment
#define VY_SPECTRUM_BANDS 48
#define VY_SPECTRUM_LOW_HZ 30.0 ///< edge of the first band

struct vy_spectrum;

/// @param sr_hz  4000..192000
/// @return VY_BAD_ARG, VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_spectrum_new(uint32_t sr_hz, struct vy_spectrum **spectrum);

/// Upper edge of the last band: 18 kHz, or 0.45 of the rate when that is less.
double vy_spectrum_high_hz(const struct vy_spectrum *spectrum);

/// The strongest component of each band.
/// @param wave  [VY_SPECTRUM_FRAMES] mono f32, -1..1; what is no number counts as 0
/// @param db    [VY_SPECTRUM_BANDS]: 0 = a sine of full scale, -120 at least
void vy_spectrum_read(struct vy_spectrum *spectrum, const float *wave, float *db);

void vy_spectrum_destroy(struct vy_spectrum *spectrum); ///< NULL is fine

#endif
