// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What tools/train-timbre learned: direction d of a vector is
//   scale[d] * sum over i of weight[d][i] * (raw[i] - mean[i]) / spread[i]  -  offset[d]
#ifndef VY_LISTEN_TIMBRE_TABLE_H
#define VY_LISTEN_TIMBRE_TABLE_H

#include "listen/timbre.h"

extern const float vy_timbre_mean[VY_TIMBRE_RAW], vy_timbre_spread[VY_TIMBRE_RAW];
extern const float vy_timbre_offset[VY_TIMBRE_DIM], vy_timbre_scale[VY_TIMBRE_DIM];
extern const int16_t vy_timbre_weight[VY_TIMBRE_DIM][VY_TIMBRE_RAW];

#endif
