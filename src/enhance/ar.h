// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Sound as an autoregressive process: what a sample is expected to be from those before it, and
// what unknown samples between known ones most likely were (Janssen, Veldhuis & Vries, IEEE TASSP
// 34, 1986: least squares of the prediction error).
#ifndef VY_ENHANCE_AR_H
#define VY_ENHANCE_AR_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

#define VY_AR_ORDER 32
#define VY_AR_UNKNOWN 256 ///< most unknown samples at once

/// Prediction error filter, a[0] = 1, of a stretch (Hann window, Levinson's recursion).
/// @param x  [n], n >= 4 * VY_AR_ORDER; silence gives a[1..] = 0
void vy_ar_fit(const float *x, size_t n, double a[VY_AR_ORDER + 1]);

/// e[i] = sum of a[k] x[i - k], for i = VY_AR_ORDER .. n - 1; 0 before.
void vy_ar_error(const float *x, size_t n, const double a[VY_AR_ORDER + 1], float *e);

/// Put the likeliest values at the unknown places.
/// @param x        [n]; VY_AR_ORDER samples before the first and after the last unknown are used
/// @param unknown  [count] places in ascending order, VY_AR_ORDER <= place < n - VY_AR_ORDER
/// @return VY_BAD_ARG when there are too many, or the samples say too little
VY_MUST_CHECK vy_status vy_ar_fill(float *x, size_t n, const double a[VY_AR_ORDER + 1],
                                   const uint32_t *unknown, uint32_t count);

#endif
