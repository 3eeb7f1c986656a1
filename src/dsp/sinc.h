// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Reading a recording at any speed: windowed-sinc interpolation over a pyramid of half rates.
//
// A recording read faster than it was made must lose the partials that would fold. Longer and
// longer kernels would make high notes dear; instead the recording is kept at full, half, quarter
// ... rate (twice the memory in all), a level is chosen so that the remaining speed is 1..2, and
// one of nine kernels of 32 taps, an eighth of an octave apart, does the rest. The kernel for
// speeds up to 1 is a full-band sinc: a recording played as it is comes out bit by bit.
// Kaiser windows (Kaiser 1974); between the stored phases coefficients are interpolated linearly,
// which leaves an error of about (pi / VY_SINC_PHASES)^2 / 8 at Nyquist and far less below.
#ifndef VY_DSP_SINC_H
#define VY_DSP_SINC_H

#include "dsp/lanes.h"

#define VY_SINC_TAPS 32
#define VY_SINC_BEFORE 15 ///< taps before the one at the read position
#define VY_SINC_PHASES 256
#define VY_SINC_KERNELS 9
#define VY_SINC_LEVELS 7 ///< full rate down to 1/64

/// Shared by all instances: kernel[k][phase][tap], for speeds up to 2^(k / 8).
struct vy_sinc {
    vy_f8 kernel[VY_SINC_KERNELS][VY_SINC_PHASES + 1][VY_SINC_TAPS / 8];
};

/// A recording at several rates. `data` of level l: [frames] with VY_SINC_TAPS zeros at both ends.
struct vy_pyramid {
    const float *level[VY_SINC_LEVELS]; ///< frame 0 of each level
    int64_t frames[VY_SINC_LEVELS];
};

/// For `shared`; `arg` is not used.
VY_MAIN void vy_sinc_build(void *sinc, const void *arg);

/// Floats that the levels of one channel need.
size_t vy_pyramid_floats(uint32_t frames);

/// Fill memory with the levels of one channel.
/// @param x  [frames]
/// @param memory  vy_pyramid_floats(frames), kept by the pyramid
VY_MAIN void vy_pyramid_build(struct vy_pyramid *p, const float *x, uint32_t frames, float *memory);

/// How to read at some speed.
struct vy_sinc_at {
    int level;  ///< of the pyramid
    int kernel; ///< of the nine
};

/// @param speed  frames of the recording per frame of output, 0..; beyond 128 it folds
VY_INLINE struct vy_sinc_at vy_sinc_seek(float speed)
{
    const float octaves = vy_log2(vy_set(speed > 1e-6f ? speed : 1e-6f))[0];
    if (octaves <= 1e-4f)
        return (struct vy_sinc_at){0, 0};
    int level = (int)octaves;
    level = level < VY_SINC_LEVELS - 1 ? level : VY_SINC_LEVELS - 1;
    const float rest = (octaves - (float)level) * 8.0f;
    // round up: a kernel must be dark enough; the margin keeps exact octaves on exact kernels
    int kernel = (int)(rest + 0.999f);
    kernel = kernel < VY_SINC_KERNELS - 1 ? kernel : VY_SINC_KERNELS - 1;
    return (struct vy_sinc_at){level, kernel};
}

/// Coefficients at one position, and where they go.
struct vy_sinc_taps {
    vy_f8 tap[VY_SINC_TAPS / 8];
    int64_t first; ///< frame of the level under tap 0
};

/// @param position  frames of the full-rate recording in 32.32 fixed point
VY_INLINE struct vy_sinc_taps vy_sinc_taps(const struct vy_sinc *s, struct vy_sinc_at at,
                                           int64_t position)
{
    const int64_t p = position >> at.level;
    const uint32_t fraction = (uint32_t)p;
    const uint32_t phase = fraction >> 24;
    const float f = (float)(fraction & 0xffffffu) * 0x1p-24f;
    const vy_f8 *const a = s->kernel[at.kernel][phase], *const b = s->kernel[at.kernel][phase + 1];
    struct vy_sinc_taps t;
    for (int i = 0; i < VY_SINC_TAPS / 8; i++)
        t.tap[i] = a[i] + (b[i] - a[i]) * f;
    t.first = (p >> 32) - VY_SINC_BEFORE;
    return t;
}

/// Drop the taps on frames outside [from, to) of the level.
VY_INLINE void vy_sinc_limit(struct vy_sinc_taps *t, int64_t from, int64_t to)
{
    for (int i = 0; i < VY_SINC_TAPS / 8; i++)
        for (int k = 0; k < 8; k++) {
            const int64_t at = t->first + i * 8 + k;
            if (at < from || at >= to)
                t->tap[i][k] = 0;
        }
}

/// One value; taps beyond the recording see silence.
VY_INLINE float vy_sinc_read(const struct vy_pyramid *p, int level, const struct vy_sinc_taps *t)
{
    const int64_t frames = p->frames[level];
    if (t->first < -VY_SINC_TAPS || t->first > frames)
        return 0.0f;
    const float *const x = p->level[level] + t->first;
    vy_f8 sum = vy_set(0);
    for (int i = 0; i < VY_SINC_TAPS / 8; i++) {
        vy_f8 v;
        __builtin_memcpy(&v, x + i * 8, sizeof v);
        sum = sum + v * t->tap[i];
    }
    return vy_sum(sum);
}

#endif
