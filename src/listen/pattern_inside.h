// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Between the files of pattern.h: the curves of one region, and what is read from them.
#ifndef VY_LISTEN_PATTERN_INSIDE_H
#define VY_LISTEN_PATTERN_INSIDE_H

#include "listen/pattern.h"

#define VY_CURVE_MOST 2000 ///< hops in a region

/// One region, hop by hop.
struct vy_curves {
    uint32_t n;
    bool fresh;                     ///< silence lies before it
    float rate;                     ///< hops a second
    float level[VY_CURVE_MOST];     ///< dB
    float pitch[VY_CURVE_MOST];     ///< octaves, log2 of Hz
    float strength[VY_CURVE_MOST];  ///< of the pitch
    float one_pitch[VY_CURVE_MOST]; ///< dB
    float bright[VY_CURVE_MOST];    ///< octaves, log2 of Hz
    float flatness[VY_CURVE_MOST];  ///< dB
};

#define VY_PITCHED 0.35f ///< strength from which a hop has a pitch

/// Attacks of a region: hops of their peaks. @return how many
uint32_t vy_curves_attacks(const struct vy_curves *curves, uint32_t *peak, uint32_t most);

/// Fill evidence, kind, probabilities and confidence.
void vy_ear_pattern_judge(const struct vy_curves *curves, struct vy_ear_pattern *pattern);

/// Fill motion and phase.
void vy_ear_pattern_move(const struct vy_curves *curves, struct vy_ear_pattern *pattern);

/// The value below which `share` of n values lie; sorts them. NaN when n is 0.
float vy_quantile(float *value, uint32_t n, float share);

#endif
