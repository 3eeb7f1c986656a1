// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// K-weighting of ITU-R BS.1770-4 annex 1: a high shelf for the head and the RLB high-pass, four
// channels side by side. The coefficients for other rates than 48 kHz come from the analogue
// prototypes that the published ones stand for (De Man, "Evaluation of implementations of the EBU
// R128 loudness measurement", AES 145, 2018): equal response at all rates.
#ifndef VY_LISTEN_KWEIGHT_H
#define VY_LISTEN_KWEIGHT_H

#include <stddef.h>
#include <stdint.h>

#define VY_K_LANES 4

typedef double vy_k_lanes __attribute__((vector_size(VY_K_LANES * 8)));

/// Four channels; zeroed is the state of silence. Direct form 1 of both stages.
struct vy_k_group {
    vy_k_lanes x1, x2; ///< the last two inputs
    vy_k_lanes u1, u2; ///< after the shelf
    vy_k_lanes y1, y2; ///< after the high-pass
};

struct vy_k_filter {
    double b0, b1, b2, a1, a2; ///< shelf
    double c1, c2;             ///< feedback of the high-pass; its numerator is 1 -2 1
};

/// @param sr_hz  4000..768000
void vy_k_design(struct vy_k_filter *filter, uint32_t sr_hz);

/// Add the energy of `n` weighted frames to `energy`.
/// @param x  [n] f64, four channels a frame
void vy_k_run(const struct vy_k_filter *filter, struct vy_k_group *group, const vy_k_lanes *x,
              uint32_t n, vy_k_lanes *energy);

/// What has faded below all measure becomes silence: numbers too small cost a hundredfold.
void vy_k_settle(struct vy_k_group *group);

#endif
