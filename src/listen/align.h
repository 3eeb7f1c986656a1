// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Where one sound lies in another: the shift at which their cross-correlation is greatest, and what
// is left of one when the other is taken off.
#ifndef VY_LISTEN_ALIGN_H
#define VY_LISTEN_ALIGN_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

#define VY_ALIGN_MOST (1u << 20) ///< frames that n and most_lag may have together

/// The lag at which b[i + lag] is most like a[i], whatever its gain and sign.
/// @param a, b  f32 [n], finite
/// @param lag   receives -most_lag..most_lag
/// @return VY_BAD_ARG when n + most_lag exceeds VY_ALIGN_MOST, VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_align(const float *a, const float *b, size_t n, size_t most_lag,
                                 int64_t *lag);

/// Sums over two sounds side by side; zero-initialise.
struct vy_align_sums {
    double aa, bb, ab;
    uint64_t frames;
};
void vy_align_add(struct vy_align_sums *sums, const float *a, const float *b, size_t n);

#define VY_ALIGN_FLOOR_DB -120.0 ///< what the sums can tell from nothing

/// b against gain * a. All NAN when one of them is silent.
struct vy_align_found {
    double gain;        ///< that takes off most; below 0: upside down
    double correlation; ///< -1..1
    double residual_db; ///< what is left of b over b, VY_ALIGN_FLOOR_DB..0
};
void vy_align_result(const struct vy_align_sums *sums, struct vy_align_found *found);

#endif
