// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Squares without audible aliasing, and the bank of six that hi-hats and cymbals are made of.
//
// A square convolved with the kernel (1 - (t/w)^2)^4 of half width w frames can be written down:
// near an edge it follows the kernel's integral, an odd polynomial, elsewhere it is +-1. The
// kernel's transform, J_4.5(z) / z^4.5 with z = 2 pi f w, has its first zero just above Nyquist for
// w = 2.5, so partials that would fold into the audible are 45 dB down and more before their own
// 1/h. A first-order zero lifts the treble that the kernel takes (4.4 dB at a fifth of the rate).
// It holds while a half cycle is at least 2 w long, that is up to a tenth of the sample rate. Above
// 48 kHz the kernel keeps its width in time, so that a hat sounds alike and as loud at all rates.
//
// Bank: frequencies of the TR-808's six Schmitt-trigger oscillators (Werner, Abel, Smith, "The
// TR-808 cymbal: a physically-informed, circuit-bendable, digital model", ICMC 2014).
#ifndef VY_DSP_METAL_H
#define VY_DSP_METAL_H

#include "dsp/drum.h"

#define VY_METAL_VOICES 6
#define VY_METAL_HZ 205.3f ///< the lowest oscillator's own pitch

/// Constants of one sample rate.
struct vy_square_rate {
    float stretch; ///< sample rate over 48 kHz, at least 1
    float lift;    ///< zero of the treble lift
};

VY_INLINE struct vy_square_rate vy_square_rate(float sr_hz)
{
    const float stretch = sr_hz > 48000.0f ? sr_hz * (1.0f / 48000.0f) : 1.0f;
    return (struct vy_square_rate){stretch,
                                   vy_exp2(vy_set(-1.2515388f / stretch))[0]}; // 0.42^(1/s)
}

/// One square oscillator. Runs freely: a hit does not restart it.
struct vy_square {
    vy_u8 phase, step;
    vy_f8 steep; ///< 1 / (w * rate)
};

VY_INLINE void vy_square_tune(struct vy_square *s, const struct vy_square_rate *sr, vy_f8 rate)
{
    rate = vy_clamp(rate, 1e-6f, 0.1f / sr->stretch);
    s->step = (vy_u8)vy_to_int(rate * 0x1p31f) << 1;
    s->steep = 0.4f / (rate * sr->stretch);
}

VY_INLINE vy_f8 vy_square_next(struct vy_square *s)
{
    const vy_f8 turns = vy_to_float((vy_i8)s->phase) * 0x1p-32f;
    const vy_f8 x = vy_clamp((0.25f - vy_abs(turns)) * s->steep, -1.0f, 1.0f);
    const vy_f8 q = x * x;
    s->phase += s->step;
    vy_f8 p = 0.2734375f * q - 1.40625f;
    p = p * q + 2.953125f;
    p = p * q - 3.28125f;
    return x * (p * q + 2.4609375f);
}

/// Restores the treble of a sum of squares; *last is its memory.
VY_INLINE vy_f8 vy_square_lift(vy_f8 *last, const struct vy_square_rate *sr, vy_f8 x)
{
    const vy_f8 y = (x - sr->lift * *last) * (1.0f / (1.0f - sr->lift));
    *last = x;
    return y;
}

struct vy_metal {
    struct vy_square square[VY_METAL_VOICES];
    vy_f8 last;
};

static const float vy_metal_ratio[VY_METAL_VOICES] = {
    1.0f, 304.4f / 205.3f, 369.6f / 205.3f, 522.7f / 205.3f, 540.0f / 205.3f, 800.0f / 205.3f};

/// Start at phases of their own.
VY_INLINE void vy_metal_init(struct vy_metal *m, vy_u8 key)
{
    for (uint32_t i = 0; i < VY_METAL_VOICES; i++)
        m->square[i] = (struct vy_square){.phase = vy_drum_bits(key, i + 1)};
    m->last = vy_set(0);
}

/// @param rate  cycles a frame of the lowest oscillator
VY_INLINE void vy_metal_tune(struct vy_metal *m, const struct vy_square_rate *sr, vy_f8 rate)
{
    for (uint32_t i = 0; i < VY_METAL_VOICES; i++)
        vy_square_tune(&m->square[i], sr, rate * vy_metal_ratio[i]);
}

/// Sum of the six, -6..6.
VY_INLINE vy_f8 vy_metal_next(struct vy_metal *m, const struct vy_square_rate *sr)
{
    vy_f8 sum = vy_square_next(&m->square[0]);
    for (uint32_t i = 1; i < VY_METAL_VOICES; i++)
        sum += vy_square_next(&m->square[i]);
    return vy_square_lift(&m->last, sr, sum);
}

/// Let a tick pass unheard.
VY_INLINE void vy_metal_skip(struct vy_metal *m)
{
    for (uint32_t i = 0; i < VY_METAL_VOICES; i++)
        m->square[i].phase += m->square[i].step * VY_TICK;
}

#endif
