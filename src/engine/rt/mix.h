// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Summing cables of different shapes into one input.
#ifndef VY_ENGINE_RT_MIX_H
#define VY_ENGINE_RT_MIX_H

#include "veery/module.h"

/// to += from * gain, one tick; gain moves straight from `gain` to `gain_end`. One voice goes to
/// all, many voices into one are summed, one channel goes to both, two into one are averaged.
VY_RT void vy_mix_add(vy_f8 *to, struct vy_shape to_shape, const vy_f8 *from,
                      struct vy_shape from_shape, float gain, float gain_end);

/// One lane's value of a source as seen by lane `lane` of a destination (the same rules).
VY_RT vy_f8 vy_mix_frame(const vy_f8 *from, struct vy_shape from_shape, struct vy_shape to_shape,
                         uint32_t group, uint32_t frame);

/// True when every lane of every frame is finite.
VY_RT bool vy_mix_finite(const vy_f8 *x, uint32_t groups);

#endif
