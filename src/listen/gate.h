// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The gates of BS.1770-4 and Tech 3342 over any length of time in fixed memory: energies sorted
// into classes of 0.01 LU from -70 to +30 LUFS, with the exact sum of each.
#ifndef VY_LISTEN_GATE_H
#define VY_LISTEN_GATE_H

#include <stdint.h>

#define VY_GATE_CLASSES 10000u

struct vy_gate {
    double sum[VY_GATE_CLASSES];
    uint32_t count[VY_GATE_CLASSES];
};

double vy_lufs(double energy); ///< -0.691 + 10 log10; -INFINITY for 0

/// What is at or below -70 LUFS is left out.
void vy_gate_add(struct vy_gate *gate, double energy);

/// Class from which on energies count: those not `below_lu` under the mean of all.
/// @param count  gets how many there are; 0 = none
uint32_t vy_gate_first(const struct vy_gate *gate, double below_lu, uint64_t *count);

/// Mean energy of the classes from `first` on; 0 when there is none.
double vy_gate_mean(const struct vy_gate *gate, uint32_t first);

/// Energy that the share `part` (0..1) of the `count` energies from `first` on do not exceed.
double vy_gate_percentile(const struct vy_gate *gate, uint32_t first, uint64_t count, double part);

#endif
