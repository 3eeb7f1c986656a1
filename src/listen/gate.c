// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/gate.h"

#include <math.h>

double vy_lufs(double energy)
{
    return energy > 0.0 ? -0.691 + 10.0 * log10(energy) : -(double)INFINITY;
}

void vy_gate_add(struct vy_gate *gate, double energy)
{
    const double at = (vy_lufs(energy) + 70.0) * 100.0;
    if (!(at > 0.0))
        return;
    const uint32_t class = at < VY_GATE_CLASSES ? (uint32_t)at : VY_GATE_CLASSES - 1;
    gate->sum[class] += energy;
    gate->count[class]++;
}

double vy_gate_mean(const struct vy_gate *gate, uint32_t first)
{
    double sum = 0.0;
    uint64_t count = 0;
    for (uint32_t i = first; i < VY_GATE_CLASSES; i++) {
        sum += gate->sum[i];
        count += gate->count[i];
    }
    return count ? sum / (double)count : 0.0;
}

uint32_t vy_gate_first(const struct vy_gate *gate, double below_lu, uint64_t *count)
{
    const double least = vy_gate_mean(gate, 0) * pow(10.0, -below_lu / 10.0);
    uint32_t first = 0;
    while (first < VY_GATE_CLASSES && gate->sum[first] <= least * gate->count[first])
        first++;
    *count = 0;
    for (uint32_t i = first; i < VY_GATE_CLASSES; i++)
        *count += gate->count[i];
    return first;
}

double vy_gate_percentile(const struct vy_gate *gate, uint32_t first, uint64_t count, double part)
{
    const uint64_t rank = (uint64_t)llround((double)(count - 1) * part);
    uint64_t before = 0;
    for (uint32_t i = first; i < VY_GATE_CLASSES; i++) {
        before += gate->count[i];
        if (before > rank)
            return gate->sum[i] / gate->count[i];
    }
    return 0.0;
}
