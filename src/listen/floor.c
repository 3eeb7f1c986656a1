// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/floor.h"

#include <math.h>

#define LEAST_DB -140.0
#define PER_DB 2.0
#define PART 0.1
#define PART_Z -1.2815515655 ///< the normal deviate that a tenth lies below

static uint32_t class_of(double dbfs)
{
    const double at = (dbfs - LEAST_DB) * PER_DB;
    return (uint32_t)fmin(fmax(at, 0.0), VY_FLOOR_CLASSES - 1.0);
}

void vy_floor_end(struct vy_floor *floor, uint32_t hops)
{
    const double power = floor->sum / hops;
    floor->sum = 0.0;
    floor->total += power;
    floor->count[class_of(10.0 * log10(fmax(power, 1e-15)))]++;
}

double vy_floor_level(const struct vy_floor *floor, uint64_t stretches, double freedom)
{
    const double rank = PART * (double)stretches;
    double before = 0.0;
    uint32_t i = 0;
    while (i + 1 < VY_FLOOR_CLASSES && before + floor->count[i] <= rank)
        before += floor->count[i++];
    const double inside = floor->count[i] ? (rank - before) / floor->count[i] : 0.5;
    const double spread = 2.0 / (9.0 * freedom), root = 1.0 - spread + PART_Z * sqrt(spread);
    return LEAST_DB + ((double)i + inside) / PER_DB - 30.0 * log10(fmax(root, 0.1));
}

double vy_floor_share(const struct vy_floor *floor, uint64_t stretches, double level_dbfs)
{
    uint64_t near = 0;
    for (uint32_t i = class_of(level_dbfs - 3.0); i <= class_of(level_dbfs + 3.0); i++)
        near += floor->count[i];
    return (double)near / (double)stretches;
}
