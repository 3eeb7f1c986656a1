// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Many short weighted sums over one spectrum: the triangles of the mel scale and their like. A sum
// covers few bins: each is kept as whole groups of eight weights from its first bin on.
#ifndef VY_LISTEN_BANK_H
#define VY_LISTEN_BANK_H

#include "base/status.h"

#include <stdint.h>

/// The bins that a sum reads.
struct vy_bank_span {
    uint32_t first, count; ///< no bins: the sum is 0
};

struct vy_bank {
    uint32_t rows;    ///< sums, rounded up to a multiple of eight; those added are 0
    uint32_t *first;  ///< [rows] bin
    uint32_t *groups; ///< [rows] of weights
    uint32_t *at;     ///< [rows] first weight
    float *weight;    ///< the groups of all sums, one after another
};

/// Lays out the sums with all weights 0.
/// @param bins  of a spectrum; no span rounded up to eight is longer, none ends behind them
/// @return VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_bank_init(struct vy_bank *bank, const struct vy_bank_span *span,
                                     uint32_t count, uint32_t bins);
void vy_bank_clear(struct vy_bank *bank); ///< of zeros is fine

/// The weight of a bin that is in the span of a row.
float *vy_bank_weight(const struct vy_bank *bank, uint32_t row, uint32_t bin);

/// @param power  [bins]
/// @param sum  [rows]
void vy_bank_run(const struct vy_bank *bank, const float *power, float *sum);

#endif
