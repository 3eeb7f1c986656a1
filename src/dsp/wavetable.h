// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Wavetables: a row of single-cycle waves ("frames"), each kept in band-limited versions, read at
// any phase between points and any position between frames.
//
// The versions are a third of an octave apart, as in dsp/wave.h. To keep a 256-frame table small,
// points are few (8 for the highest partial) and the interpolation is better: a cubic B-spline
// whose droop is divided out of the spectrum when the table is made (Unser, "Splines: a perfect fit
// for signal and image processing", 1999), so partials are exact and their images fall with the
// fourth power of oversampling, (h / (N - h))^4.
#ifndef VY_DSP_WAVETABLE_H
#define VY_DSP_WAVETABLE_H

#include "dsp/wave.h"

#define VY_WAVETABLE_PARTIALS 1024
#define VY_WAVETABLE_CYCLE 2048 ///< frames of one cycle in a wavetable file
#define VY_WAVETABLE_FRAMES 256 ///< the most frames of a table

/// Read-only; `data` is [frames][stride].
struct vy_wavetable {
    int32_t frames, stride;
    int32_t offset[VY_WAVE_LEVELS]; ///< of each level inside a frame
    int32_t bits[VY_WAVE_LEVELS];   ///< log2 of its points; 3 guard points follow
    float data[];
};

/// Writes partials 1..VY_WAVETABLE_PARTIALS of frame `index` of `frames`, with zeroed arrays given:
/// x(t) = sum cosine[h] cos(2 pi h t) + sine[h] sin(2 pi h t).
typedef void (*vy_wavetable_maker)(double *cosine, double *sine, int index, int frames,
                                   const void *arg);

/// Bytes of a table.
size_t vy_wavetable_size(int frames);

/// Make a table.
/// @param normalise  bring every frame to a peak of 1
/// @return 0, or -1 when memory is out (the table is silent then)
VY_MAIN int vy_wavetable_build(struct vy_wavetable *table, int frames, vy_wavetable_maker maker,
                               const void *arg, bool normalise);

/// The built-in tables: `sets` names, NULL at the end.
extern const char *const vy__wavetable_sets[];

/// Built-in table i through `shared` of cfg; NULL when memory is out.
VY_MAIN const struct vy_wavetable *vy_wavetable_set(const struct vy_cfg *cfg, int i);

/// A table from a sound file cut into cycles of VY_WAVETABLE_CYCLE frames; a shorter file is one
/// cycle. NULL when memory is out or the file is empty.
VY_MAIN const struct vy_wavetable *vy_wavetable_file(const struct vy_cfg *cfg);

/// Where the lanes of one group read.
struct vy_wavetable_at {
    vy_i8 offset, shift_index, shift_fraction;
};

/// t[i] of every lane. Written out: a loop over lanes makes gcc 12 warn of uninitialised ones.
VY_INLINE vy_f8 vy_wavetable_gather(const float *t, vy_i8 i)
{
    return (vy_f8){t[i[0]], t[i[1]], t[i[2]], t[i[3]], t[i[4]], t[i[5]], t[i[6]], t[i[7]]};
}

VY_INLINE vy_i8 vy_wavetable_gather_int(const int32_t *t, vy_i8 i)
{
    return (vy_i8){t[i[0]], t[i[1]], t[i[2]], t[i[3]], t[i[4]], t[i[5]], t[i[6]], t[i[7]]};
}

VY_INLINE struct vy_wavetable_at vy_wavetable_seek(const struct vy_wavetable *t, vy_i8 level)
{
    const vy_i8 bits = vy_wavetable_gather_int(t->bits, level);
    return (struct vy_wavetable_at){vy_wavetable_gather_int(t->offset, level), 32 - bits, bits};
}

/// Value at phase / 2^32 turns and position 0..1.
VY_INLINE vy_f8 vy_wavetable_read(const struct vy_wavetable *t, const struct vy_wavetable_at *at,
                                  vy_u8 phase, vy_f8 position)
{
    const vy_f8 place = vy_clamp(position, 0, 1) * (float)(t->frames - 1);
    const vy_i8 frame = vy_to_int(place);
    const vy_f8 blend = place - vy_to_float(frame);
    const vy_i8 index = (vy_i8)(phase >> (vy_u8)at->shift_index) + at->offset + frame * t->stride;
    // the last frame has no successor: read it twice
    const vy_i8 next = index + ((frame < t->frames - 1) & t->stride);
    const vy_f8 f = vy_to_float((vy_i8)((phase << (vy_u8)at->shift_fraction) >> 9)) * 0x1p-23f;
    const vy_f8 g = 1.0f - f, f2 = f * f;
    const vy_f8 w0 = g * g * g * (1.0f / 6), w3 = f2 * f * (1.0f / 6);
    const vy_f8 w1 = 2.0f / 3 - f2 * (1.0f - 0.5f * f), w2 = 1.0f - w0 - w1 - w3;
    vy_f8 y = vy_set(0);
    const vy_f8 w[4] = {w0, w1, w2, w3};
    for (int k = 0; k < 4; k++) {
        const vy_f8 a = vy_wavetable_gather(t->data + k, index);
        const vy_f8 b = vy_wavetable_gather(t->data + k, next);
        y = y + w[k] * (a + (b - a) * blend);
    }
    return y;
}

#endif
