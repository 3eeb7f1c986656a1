// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Magnitudes are never negative, so their bits as whole numbers have the same order. The border
// above which the wanted number of them lie is found by halving: counting goes eight at a time and
// never has to guess a branch.
#include "listen/contrast.h"

#include "listen/simd.h"
#include "listen/vectors.h"

#include <math.h>

#define SHARE 0.02
#define ALL_BITS 0x7fffffff // of a positive number
#define NEAR 1024           // in last bits: 0.001 dB

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
        band->part = (uint32_t)fmax(1, nearbyint(share));
        contrast->bands = b + 1;
    }
}

/// Eight of n numbers (n >= 8): those from `at` on, or the last eight, of which `*fresh` were not
/// in a group before. Flipped, the least becomes the greatest.
VY_INLINE vy_i8 group_of(const float *mag, uint32_t n, uint32_t at, int32_t flip, vy_i8 *fresh)
{
    const uint32_t from = at + 8 <= n ? at : n - 8;
    *fresh = (vy_i8){0, 1, 2, 3, 4, 5, 6, 7} >= (int32_t)(at - from);
    return (vy_i8)vy_load8(mag + from) ^ flip;
}

VY_INLINE uint32_t count_above(const float *mag, uint32_t n, int32_t flip, int32_t border)
{
    vy_i8 sum = {0}, more = {0}, fresh;
    uint32_t at = 0;
    for (; at + 32 <= n; at += 32) {
        sum -= ((vy_i8)vy_load8(mag + at) ^ flip) > border;
        more -= ((vy_i8)vy_load8(mag + at + 8) ^ flip) > border;
        sum -= ((vy_i8)vy_load8(mag + at + 16) ^ flip) > border;
        more -= ((vy_i8)vy_load8(mag + at + 24) ^ flip) > border;
    }
    sum += more;
    for (; at + 8 <= n; at += 8)
        sum -= ((vy_i8)vy_load8(mag + at) ^ flip) > border;
    if (at < n)
        sum -= (group_of(mag, n, at, flip, &fresh) > border) & fresh;
    uint32_t count = 0;
    for (int i = 0; i < 8; i++)
        count += (uint32_t)sum[i];
    return count;
}

VY_INLINE float sum_above(const float *mag, uint32_t n, int32_t flip, int32_t border)
{
    vy_f8 sum = {0};
    vy_i8 fresh;
    for (uint32_t at = 0; at < n; at += 8) {
        const vy_i8 x = group_of(mag, n, at, flip, &fresh);
        sum += (vy_f8)((x ^ flip) & (x > border) & fresh);
    }
    return vy_sum(sum);
}

static float as_float(int32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/// Mean of the `part` greatest (flip 0) or least (flip ALL_BITS) of n >= 8 numbers.
VY_INLINE float mean_of_part(const float *mag, uint32_t n, uint32_t part, int32_t flip)
{
    vy_i8 most = vy_seti(0), least = vy_seti(ALL_BITS), fresh;
    for (uint32_t at = 0; at < n; at += 8) {
        const vy_i8 x = group_of(mag, n, at, flip, &fresh), more = x > most, less = x < least;
        most = (x & more) | (most & ~more);
        least = (x & less) | (least & ~less);
    }
    int32_t low = least[0], high = most[0]; // more than `part` lie above low, fewer above high
    for (int i = 1; i < 8; i++) {
        low = least[i] < low ? least[i] : low;
        high = most[i] > high ? most[i] : high;
    }
    if (part == 1)
        return as_float(high ^ flip);
    low--;
    while (high - low > NEAR) {
        const int32_t border = low + (high - low) / 2;
        const uint32_t count = count_above(mag, n, flip, border);
        if (count == part)
            return sum_above(mag, n, flip, border) / (float)part;
        if (count > part)
            low = border;
        else
            high = border;
    }
    // what lies between low and high is as good as equal
    const uint32_t above = count_above(mag, n, flip, high);
    return (sum_above(mag, n, flip, high) + (float)(part - above) * as_float(high ^ flip)) /
           (float)part;
}

static float extreme_of_few(const float *mag, uint32_t n, bool greatest)
{
    float x = mag[0];
    for (uint32_t i = 1; i < n; i++)
        if (greatest ? mag[i] > x : mag[i] < x)
            x = mag[i];
    return x;
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
        const bool few = band->count < 8;
        peak[b] = few ? extreme_of_few(m, band->count, true)
                      : mean_of_part(m, band->count, band->part, 0);
        valley[b] = few ? extreme_of_few(m, band->count, false)
                        : mean_of_part(m, band->count, band->part, ALL_BITS);
    }
}
