// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Arrays as groups of eight lanes, wherever they lie in memory.
#ifndef VY_LISTEN_VECTORS_H
#define VY_LISTEN_VECTORS_H

#include "dsp/lanes.h"

#include <string.h>

#define VY_DB_OF_LOG2 3.01029996f ///< 10 log10(2)

VY_INLINE vy_f8 vy_load8(const float *p)
{
    vy_f8 x;
    memcpy(&x, p, sizeof x);
    return x;
}

VY_INLINE void vy_store8(float *p, vy_f8 x)
{
    memcpy(p, &x, sizeof x);
}

/// x where it is positive, else 0.
VY_INLINE vy_f8 vy_positive(vy_f8 x)
{
    return (vy_f8)((vy_i8)x & ~((vy_i8)x >> 31));
}

/// The greater of x and y.
VY_INLINE vy_f8 vy_greater(vy_f8 x, vy_f8 y)
{
    return vy_select(x > y, x, y);
}

/// The sums of eight vectors.
VY_INLINE vy_f8 vy_sum_each(const vy_f8 *x)
{
#define LOW(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13)
#define HIGH(a, b) __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15)
    const vy_f8 ab = LOW(x[0], x[1]) + HIGH(x[0], x[1]), cd = LOW(x[2], x[3]) + HIGH(x[2], x[3]);
    const vy_f8 ef = LOW(x[4], x[5]) + HIGH(x[4], x[5]), gh = LOW(x[6], x[7]) + HIGH(x[6], x[7]);
#undef LOW
#undef HIGH
#define LOW(a, b) __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13)
#define HIGH(a, b) __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15)
    const vy_f8 ad = LOW(ab, cd) + HIGH(ab, cd), eh = LOW(ef, gh) + HIGH(ef, gh);
#undef LOW
#undef HIGH
    return __builtin_shufflevector(ad, eh, 0, 1, 2, 3, 8, 9, 10, 11) +
           __builtin_shufflevector(ad, eh, 4, 5, 6, 7, 12, 13, 14, 15);
}

#endif
