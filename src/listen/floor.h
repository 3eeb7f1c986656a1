// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The noise floor of one band: levels of stretches of about 0.4 s, sorted into classes of 0.5 dB.
// The floor is the level that a tenth of them do not reach, put right by what a tenth of equal
// noise lies below its mean (chi-square, by Wilson and Hilferty 1931).
#ifndef VY_LISTEN_FLOOR_H
#define VY_LISTEN_FLOOR_H

#include <stdint.h>

#define VY_FLOOR_CLASSES 320u ///< from -140 dBFS on

struct vy_floor {
    double sum;   ///< of the stretch under way
    double total; ///< of all stretches that were not empty
    uint32_t count[VY_FLOOR_CLASSES];
};

/// A stretch is over. @param hops  in it
void vy_floor_end(struct vy_floor *floor, uint32_t hops);

/// @param stretches  counted; @param freedom  degrees of, of one stretch of this band
/// @return dBFS
double vy_floor_level(const struct vy_floor *floor, uint64_t stretches, double freedom);

/// Part of the stretches within 3 dB of a level, 0..1.
double vy_floor_share(const struct vy_floor *floor, uint64_t stretches, double level_dbfs);

#endif
