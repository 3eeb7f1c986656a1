// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A mean spectrum as levels of bands (LTAS) with true edges. A bin stands for the frequencies half
// a bin on either side of it, and counts for a band by its share in it; where bands are narrower
// than bins (below some 100 Hz at 48 kHz and 2048 frames) neighbours therefore say the same.
#ifndef VY_LISTEN_LTAS_H
#define VY_LISTEN_LTAS_H

#include "listen/hop.h"

#define VY_LTAS_MOST 64

enum vy_ltas_scale {
    VY_LTAS_THIRD, ///< 31, IEC 61260 base ten: centres 1000 * 10^(n / 10) Hz
    VY_LTAS_BARK,  ///< 64, equal in Bark (Zwicker and Terhardt 1980)
    VY_LTAS_ERB,   ///< 40, equal in ERB rate (Glasberg and Moore 1990)
};

/// Levels of bands.
struct vy_ltas {
    uint32_t bands; ///< fixed for a scale
    float edge_hz[VY_LTAS_MOST + 1];
    float level_db[VY_LTAS_MOST]; ///< mean square in the band, dB of full scale 1 (a full-scale
                                  ///< sine has -3); NaN: reaches above half the sample rate
    float shape_db[VY_LTAS_MOST]; ///< the same with all bands that are there together at 0 dB
};

/// @param power  f64 [bins] mean power of windows, NULL: nothing was heard, all levels NaN
void vy_ltas_of(enum vy_ltas_scale scale, const struct vy_hop_shape *shape, const double *power,
                struct vy_ltas *ltas);

#endif
