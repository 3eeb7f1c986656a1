// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A lower rate for ears that need no treble: a linear-phase low-pass (Kaiser window, stop band
// -80 dB) of which every second or fourth value is kept. Output j lies at input frame j * factor:
// no delay to account for.
#ifndef VY_LISTEN_LOW_H
#define VY_LISTEN_LOW_H

#include "base/status.h"

#include <stdint.h>

#define VY_LOW_TAPS 64
#define VY_LOW_MOST 2048 ///< frames in one push
#define VY_LOW_OVER 32   ///< read beyond what is held: eight outputs are made at a time

/// Host places it in memory.
struct vy_low {
    uint32_t factor, held;
    float tap[VY_LOW_TAPS];
    float line[VY_LOW_TAPS + VY_LOW_MOST + VY_LOW_OVER];
};

/// Pass band to 0.36 of the new rate at factor 4 and 0.42 at factor 2; what folds lands above it.
/// @param factor  2 or 4
void vy_low_init(struct vy_low *low, uint32_t factor);

/// @param in   f32 [n], n a multiple of factor, 0..VY_LOW_MOST
/// @param out  f32 [n / factor]; the first push gives VY_LOW_TAPS / 2 / factor values less
/// @return values written
uint32_t vy_low_push(struct vy_low *low, const float *in, uint32_t n, float *out);

#endif
