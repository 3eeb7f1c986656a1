// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Twice the rate and back, in lanes: elliptic half-band filters as two paths of allpasses.
//
// H(z) = (A(z^2) + z^-1 B(z^2)) / 2 where A and B are products of (c + z^-2) / (1 + c z^-2)
// (Valenzuela, Constantinides, "Digital signal processing schemes for efficient interpolation and
// decimation", 1983). Every section runs at the low rate. Stop bands below -95 dB for one
// multiplication a coefficient; no latency, but the phase of an allpass: a dry path that is to be
// mixed with the result takes the same way. Three stages in a row are struct vy_over8.
#ifndef VY_DSP_HALFBAND_H
#define VY_DSP_HALFBAND_H

#include "dsp/lanes.h"

#define VY_HALFBAND_MAX 10 ///< most coefficients of one filter

/// Coefficients, shared by both directions; even ones belong to path A, odd ones to path B.
struct vy_halfband_coefs {
    float c[VY_HALFBAND_MAX];
};

/// State of one filter in one direction: the last value between all sections of each path.
struct vy_halfband {
    vy_f8 a[VY_HALFBAND_MAX / 2 + 1], b[VY_HALFBAND_MAX / 2 + 1];
};

/// Elliptic design: pass band to (0.25 - width / 2) of the high rate, the stop band mirrors it.
/// @param count  coefficients, 1..16
/// @param width  transition width in cycles per frame of the high rate, 0.0005..0.45
/// @param c      [count] ascending
void vy_halfband_design(double *c, int count, double width);

/// One path: `count` sections, coefficients two apart.
VY_INLINE vy_f8 vy__halfband_path(const float *c, vy_f8 *z, vy_f8 x, int count)
{
    for (int i = 0; i < count; i++) {
        const vy_f8 y = c[2 * i] * (x - z[i + 1]) + z[i];
        z[i] = x;
        x = y;
    }
    z[count] = x;
    return x;
}

/// n frames in, 2n out; unit gain. `count` must be a constant for speed.
VY_INLINE void vy_halfband_up(struct vy_halfband *s, const struct vy_halfband_coefs *k, int count,
                              const vy_f8 *restrict in, vy_f8 *restrict out, uint32_t n)
{
    struct vy_halfband z = *s;
    for (uint32_t i = 0; i < n; i++) {
        const vy_f8 x = in[i];
        out[2 * i] = vy__halfband_path(k->c, z.a, x, (count + 1) / 2);
        out[2 * i + 1] = vy__halfband_path(k->c + 1, z.b, x, count / 2);
    }
    *s = z;
}

/// 2n frames in, n out; unit gain. In place is fine (out == in).
VY_INLINE void vy_halfband_down(struct vy_halfband *s, const struct vy_halfband_coefs *k, int count,
                                const vy_f8 *in, vy_f8 *out, uint32_t n)
{
    struct vy_halfband z = *s;
    for (uint32_t i = 0; i < n; i++) {
        const vy_f8 early = in[2 * i], late = in[2 * i + 1];
        const vy_f8 a = vy__halfband_path(k->c, z.a, late, (count + 1) / 2);
        const vy_f8 b = vy__halfband_path(k->c + 1, z.b, early, count / 2);
        out[i] = 0.5f * (a + b);
    }
    *s = z;
}

// Coefficients and transition widths of the three stages: the first must be steep, the others only
// protect the audible band. -99, -95 and -98 dB.
#define VY_OVER8_FIRST 10
#define VY_OVER8_SECOND 3
#define VY_OVER8_THIRD 2

#define VY_OVER8_CHUNK 16u ///< frames at a time: what the caller holds on its stack is 8 x this

struct vy_over8_coefs {
    struct vy_halfband_coefs first, second, third;
};

/// One direction of an 8x resampler.
struct vy_over8 {
    struct vy_halfband first, second, third;
};

void vy_over8_design(struct vy_over8_coefs *k);

/// VY_OVER8_CHUNK frames to eight times as many.
VY_INLINE void vy_over8_up(struct vy_over8 *s, const struct vy_over8_coefs *k,
                           const vy_f8 *restrict in, vy_f8 *restrict out)
{
    vy_f8 two[2 * VY_OVER8_CHUNK], four[4 * VY_OVER8_CHUNK];
    vy_halfband_up(&s->first, &k->first, VY_OVER8_FIRST, in, two, VY_OVER8_CHUNK);
    vy_halfband_up(&s->second, &k->second, VY_OVER8_SECOND, two, four, 2 * VY_OVER8_CHUNK);
    vy_halfband_up(&s->third, &k->third, VY_OVER8_THIRD, four, out, 4 * VY_OVER8_CHUNK);
}

/// And back. `in` is used as scratch.
VY_INLINE void vy_over8_down(struct vy_over8 *s, const struct vy_over8_coefs *k, vy_f8 *in,
                             vy_f8 *restrict out)
{
    vy_halfband_down(&s->third, &k->third, VY_OVER8_THIRD, in, in, 4 * VY_OVER8_CHUNK);
    vy_halfband_down(&s->second, &k->second, VY_OVER8_SECOND, in, in, 2 * VY_OVER8_CHUNK);
    vy_halfband_down(&s->first, &k->first, VY_OVER8_FIRST, in, out, VY_OVER8_CHUNK);
}

#endif
