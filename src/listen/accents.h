// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The shape of a rhythm, whatever its tempo: how alike the accents of low, middle and high sounds
// are to themselves a quarter, a half .. two periods later.
#ifndef VY_LISTEN_ACCENTS_H
#define VY_LISTEN_ACCENTS_H

#include <stdbool.h>
#include <stdint.h>

#define VY_ACCENT_BANDS 3
#define VY_ACCENT_LAGS 8    ///< quarters of the period
#define VY_ACCENT_REACH 256 ///< hops that are looked back

struct vy_accents {
    float rate; ///< hops a second
    uint64_t hops;
    float before[VY_ACCENT_BANDS];                    ///< root of the last hop
    float line[VY_ACCENT_BANDS][2 * VY_ACCENT_REACH]; ///< accents, newest first
    double product[VY_ACCENT_BANDS][VY_ACCENT_REACH]; ///< sums, by lag
    double sum[VY_ACCENT_BANDS];
};

/// @param rate  hops a second, up to 200
void vy_accents_init(struct vy_accents *accents, float rate);

/// @param root  [VY_ACCENT_BANDS] fourth root of the power of each band
void vy_accents_hop(struct vy_accents *accents, const float root[VY_ACCENT_BANDS]);

/// @param shape  [VY_ACCENT_BANDS][VY_ACCENT_LAGS] -1..1
/// @param period_s  that was found
/// @return strength of the period, 0..1; 0 = there is no rhythm and nothing is written
float vy_accents_shape(const struct vy_accents *accents,
                       float shape[VY_ACCENT_BANDS][VY_ACCENT_LAGS], float *period_s);

#endif
