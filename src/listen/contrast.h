// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Spectral contrast (Jiang and others 2002), as librosa's: in each octave band, how far the loudest
// fiftieth of the bins stands above the quietest fiftieth.
#ifndef VY_LISTEN_CONTRAST_H
#define VY_LISTEN_CONTRAST_H

#include "listen/hop.h"

#define VY_CONTRAST_BANDS 7 ///< 0..200 Hz, five octaves from 200 Hz, the rest

struct vy_contrast_band {
    uint32_t first, count; ///< bins
    uint32_t part;         ///< bins at either end that are averaged
};

struct vy_contrast {
    struct vy_contrast_band band[VY_CONTRAST_BANDS];
    uint32_t bands; ///< those that begin below half the sample rate
};

void vy_contrast_init(struct vy_contrast *contrast, const struct vy_hop_shape *shape);

/// @param mag  f32 [bins]; @param peak, valley  f32 [VY_CONTRAST_BANDS] mean magnitude, 0 in bands
/// that are not there
void vy_contrast_of(const struct vy_contrast *contrast, const float *mag, float *peak,
                    float *valley);

#endif
