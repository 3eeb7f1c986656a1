// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Band-limited single-cycle waves: one table per third of an octave, each holding only partials
// below Nyquist, read with linear interpolation.
//
// A naive saw aliases; BLEP kernels short enough to be cheap leave partials of a 5 kHz note folded
// at -40 dB. Tables cost one pair of loads and fold nothing: what remains is the interpolation
// error of partial h in a table of N points, about (h/N)^2 / h, kept below -88 dB by the sizes in
// wave.c. When a note crosses into another table the two are crossfaded over the tick.
#ifndef VY_DSP_WAVE_H
#define VY_DSP_WAVE_H

#include "dsp/lanes.h"

#define VY_WAVE_LEVELS 33 ///< 3 an octave from sample rate / 4096 up to Nyquist
#define VY_WAVE_PARTIALS 2048

/// Tables of one wave. Made once, read-only. `data` begins right behind the struct.
struct vy_wave {
    int32_t offset[VY_WAVE_LEVELS]; ///< index of each level's first point in data
    int32_t bits[VY_WAVE_LEVELS];   ///< log2 of its points; one guard point follows
    float data[];
};

/// Partials of a wave as Fourier coefficients: x(t) = sum cos[h] cos(2 pi h t) + sin[h] sin(...).
/// Arrays of VY_WAVE_PARTIALS + 1; entry 0 is not used.
struct vy_wave_spectrum {
    const double *cosine, *sine;
};

/// Bytes one bank of tables takes.
size_t vy_wave_size(void);

/// Fill the tables from partials.
/// @param wave  vy_wave_size() bytes, 4-byte aligned
VY_MAIN void vy_wave_build(struct vy_wave *wave, const struct vy_wave_spectrum *spectrum);

/// Builders for `shared`: `arg` is not used.
VY_MAIN void vy_wave_build_saw(void *wave, const void *arg);      ///< rising, -1..1, jump at 0
VY_MAIN void vy_wave_build_triangle(void *wave, const void *arg); ///< starts at 0, rising

/// Table level for a frequency: f_hz / sr_hz per lane.
VY_INLINE vy_i8 vy_wave_level(vy_f8 cycles_per_frame)
{
    // level k serves ratios in [2^(-12 + k/3), 2^(-12 + (k+1)/3)); the small margin keeps a note
    // that sits on an edge from flickering between tables
    const vy_f8 k = (vy_log2(vy_max(cycles_per_frame, vy_set(1e-6f))) + 12.0f) * 3.0f + 1e-3f;
    return vy_to_int(vy_clamp(k, 0.0f, (float)(VY_WAVE_LEVELS - 1)));
}

/// Where the lanes of one group read.
struct vy_wave_at {
    vy_i8 offset;
    vy_u8 shift, mask; ///< phase >> shift is the point, phase & mask how far behind it
    vy_f8 scale;       ///< makes that 0..1
};

VY_INLINE struct vy_wave_at vy_wave_seek(const struct vy_wave *wave, vy_i8 level)
{
    const int32_t *const o = wave->offset, *const b = wave->bits;
    const vy_i8 k = level;
    const vy_i8 bits = {b[k[0]], b[k[1]], b[k[2]], b[k[3]], b[k[4]], b[k[5]], b[k[6]], b[k[7]]};
    const struct vy_wave_at at = {
        .offset = {o[k[0]], o[k[1]], o[k[2]], o[k[3]], o[k[4]], o[k[5]], o[k[6]], o[k[7]]},
        .shift = (vy_u8)(32 - bits),
        .mask = vy_setu(0xffffffffu) >> (vy_u8)bits,
        .scale = (vy_f8)((127 - 32 + bits) << 23), // 2^(bits - 32)
    };
    return at;
}

/// Value of the wave at phase / 2^32 turns.
VY_INLINE vy_f8 vy_wave_read(const struct vy_wave *wave, const struct vy_wave_at *at, vy_u8 phase)
{
    const vy_i8 index = (vy_i8)(phase >> at->shift) + at->offset;
    const vy_f8 f = vy_to_float((vy_i8)(phase & at->mask)) * at->scale;
    vy_f8 a, b;
    vy_load_pairs(wave->data, index, &a, &b);
    return vy_fma(b - a, f, a);
}

#endif
