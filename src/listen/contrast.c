// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Few values are wanted of many: a short sorted list is kept, and a group of eight that has nothing
// for it is passed over. Spectra fall, so the greatest are sought from below, the least from above.
#include "listen/contrast.h"

#include "listen/simd.h"
#include "listen/vectors.h"

#include <math.h>

#define SHARE 0.02
#define PART_MOST 640 // a fiftieth of the bins of the longest window

void vy_contrast_init(struct vy_contrast *contrast, const struct vy_hop_shape *shape)
{
    *contrast = (struct vy_contrast){0};
    const double step_hz = (double)shape->sr_hz / shape->n_fft;
    for (uint32_t b = 0; b < VY_CONTRAST_BANDS; b++) {
        const double from_hz = b ? 200 * exp2(b - 1.0) : 0, to_hz = 200 * exp2(b);
        if (from_hz >= shape->sr_hz / 2.0)
            break;
        const bool last = b == VY_CONTRAST_BANDS - 1;
        uint32_t first = (uint32_t)ceil(from_hz / step_hz);
        uint32_t end = last ? shape->bins : (uint32_t)floor(to_hz / step_hz) + 1;
        end = end < shape->bins ? end : shape->bins;
        first -= b > 0; // one bin of the band below belongs to it
        const double share = SHARE * (end - first);
        end -= !last && end - first > 1; // and its own last one to the next
        struct vy_contrast_band *const band = &contrast->band[b];
        band->first = first;
        band->count = end - first;
        band->part = (uint32_t)fmin(fmax(1, nearbyint(share)), fmin(PART_MOST, band->count));
        contrast->bands = b + 1;
    }
}

/// Put x into a list in falling order, whose last one goes.
VY_INLINE void insert(float *list, uint32_t n, float x)
{
    uint32_t i = n - 1;
    for (; i > 0 && list[i - 1] < x; i--)
        list[i] = list[i - 1];
    list[i] = x;
}

/// Mean of the `part` greatest of sign * mag[first], mag[first + step], ..
VY_INLINE float mean_of_greatest(const float *mag, uint32_t count, uint32_t part, float sign,
                                 bool from_below)
{
    float list[PART_MOST];
    for (uint32_t i = 0; i < part; i++)
        list[i] = -INFINITY;
    const uint32_t groups = count / 8;
    // the bins that make no group
    for (uint32_t i = 8 * groups; i < count; i++)
        if (sign * mag[i] > list[part - 1])
            insert(list, part, sign * mag[i]);
    for (uint32_t g = 0; g < groups; g++) {
        const float *const at = mag + 8 * (from_below ? g : groups - 1 - g);
        const vy_f8 x = sign * vy_load8(at);
        if (!vy_any(x > vy_set(list[part - 1])))
            continue;
        for (int i = 0; i < 8; i++)
            if (x[i] > list[part - 1])
                insert(list, part, x[i]);
    }
    float sum = 0;
    for (uint32_t i = 0; i < part; i++)
        sum += list[i];
    return sign * sum / (float)part;
}

VY_SIMD void vy_contrast_of(const struct vy_contrast *contrast, const float *mag, float *peak,
                            float *valley)
{
    for (uint32_t b = 0; b < VY_CONTRAST_BANDS; b++) {
        const struct vy_contrast_band *const band = &contrast->band[b];
        const float *const m = mag + band->first;
        peak[b] = valley[b] = 0;
        if (b >= contrast->bands)
            continue;
        peak[b] = mean_of_greatest(m, band->count, band->part, 1, true);
        valley[b] = mean_of_greatest(m, band->count, band->part, -1, false);
    }
}
