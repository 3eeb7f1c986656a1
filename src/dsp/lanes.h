// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Eight lanes of arithmetic: the vocabulary every kernel is written in.
//
// Plain GCC vector types; the few places where a compiler makes poor code of them use intrinsics
// of the instruction set it compiles for. Every function but vy_fma gives the same bits on every
// instruction set (no contraction, no reassociation, no libm): renders repeat across machines.
// Polynomials were fitted by reweighted least squares (near minimax) for the stated ranges.
#ifndef VY_DSP_LANES_H
#define VY_DSP_LANES_H

#include "veery/module.h"

#ifdef __AVX__
#include <immintrin.h>
#endif

#define VY_INLINE static inline __attribute__((always_inline))
#define VY_PI_F 3.14159265358979f

/// All lanes the same.
VY_INLINE vy_f8 vy_set(float x)
{
    return (vy_f8){x, x, x, x, x, x, x, x};
}

VY_INLINE vy_i8 vy_seti(int32_t x)
{
    return (vy_i8){x, x, x, x, x, x, x, x};
}

VY_INLINE vy_u8 vy_setu(uint32_t x)
{
    return (vy_u8){x, x, x, x, x, x, x, x};
}

/// Lane numbers 0..7.
VY_INLINE vy_f8 vy_iota(void)
{
    return (vy_f8){0, 1, 2, 3, 4, 5, 6, 7};
}

/// mask ? a : b; mask lanes are 0 or -1.
VY_INLINE vy_f8 vy_select(vy_i8 mask, vy_f8 a, vy_f8 b)
{
#ifdef __AVX__
    return (vy_f8)_mm256_blendv_ps((__m256)b, (__m256)a, (__m256)mask);
#else
    return (vy_f8)((mask & (vy_i8)a) | (~mask & (vy_i8)b));
#endif
}

/// a * b + c, in one rounding where the processor can (AVX2 and AVX-512 builds alike), in two in
/// the base build. For the few hot loops where it pays; everything else rounds every operation, so
/// that only sounds which pass such a loop differ, in the last bits, between base and the others.
VY_INLINE vy_f8 vy_fma(vy_f8 a, vy_f8 b, vy_f8 c)
{
#ifdef __FMA__
    return (vy_f8)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#else
    return a * b + c;
#endif
}

VY_INLINE vy_f8 vy_min(vy_f8 a, vy_f8 b)
{
#ifdef __AVX__
    return (vy_f8)_mm256_min_ps((__m256)a, (__m256)b);
#else
    return vy_select(a < b, a, b);
#endif
}

VY_INLINE vy_f8 vy_max(vy_f8 a, vy_f8 b)
{
#ifdef __AVX__
    return (vy_f8)_mm256_max_ps((__m256)a, (__m256)b);
#else
    return vy_select(a > b, a, b);
#endif
}

VY_INLINE vy_f8 vy_clamp(vy_f8 x, float low, float high)
{
    return vy_min(vy_max(x, vy_set(low)), vy_set(high));
}

VY_INLINE vy_f8 vy_abs(vy_f8 x)
{
    return (vy_f8)((vy_i8)x & 0x7fffffff);
}

/// |a| with the sign of b.
VY_INLINE vy_f8 vy_copysign(vy_f8 a, vy_f8 b)
{
    return (vy_f8)(((vy_i8)a & 0x7fffffff) | ((vy_i8)b & (int32_t)0x80000000));
}

VY_INLINE vy_f8 vy_sqrt(vy_f8 x)
{
#ifdef __AVX__
    return (vy_f8)_mm256_sqrt_ps((__m256)x);
#else
    vy_f8 y = x;
    for (int i = 0; i < 8; i++)
        y[i] = __builtin_sqrtf(x[i]);
    return y;
#endif
}

#ifdef __AVX2__
// Pairs for two lanes, whose indices are the halves of `k`.
VY_INLINE __m128 vy__load_two(const float *t, uint64_t k)
{
    const __m128 q = _mm_loadl_pi(_mm_setzero_ps(), (const __m64 *)(t + (uint32_t)k));
    return _mm_loadh_pi(q, (const __m64 *)(t + (uint32_t)(k >> 32)));
}
#endif

/// Two neighbours from a table for each lane: a = t[k], b = t[k + 1]; k >= 0.
VY_INLINE void vy_load_pairs(const float *t, vy_i8 k, vy_f8 *a, vy_f8 *b)
{
#ifdef __AVX2__
    // eight loads of 64 bits and two shuffles: less than two gathers, also on processors whose
    // gathers were slowed down by microcode
    const __m128i k03 = _mm256_castsi256_si128((__m256i)k);
    const __m128i k47 = _mm256_extracti128_si256((__m256i)k, 1);
    const __m128 q01 = vy__load_two(t, (uint64_t)_mm_cvtsi128_si64(k03));
    const __m128 q45 = vy__load_two(t, (uint64_t)_mm_cvtsi128_si64(k47));
    const __m128 q23 = vy__load_two(t, (uint64_t)_mm_extract_epi64(k03, 1));
    const __m128 q67 = vy__load_two(t, (uint64_t)_mm_extract_epi64(k47, 1));
    const __m256 low = _mm256_insertf128_ps(_mm256_castps128_ps256(q01), q45, 1);
    const __m256 high = _mm256_insertf128_ps(_mm256_castps128_ps256(q23), q67, 1);
    *a = (vy_f8)_mm256_shuffle_ps(low, high, _MM_SHUFFLE(2, 0, 2, 0));
    *b = (vy_f8)_mm256_shuffle_ps(low, high, _MM_SHUFFLE(3, 1, 3, 1));
#else
    *a = (vy_f8){t[k[0]], t[k[1]], t[k[2]], t[k[3]], t[k[4]], t[k[5]], t[k[6]], t[k[7]]};
    t++;
    *b = (vy_f8){t[k[0]], t[k[1]], t[k[2]], t[k[3]], t[k[4]], t[k[5]], t[k[6]], t[k[7]]};
#endif
}

/// True when any lane of the mask is set.
VY_INLINE bool vy_any(vy_i8 mask)
{
#ifdef __AVX__
    return !_mm256_testz_si256((__m256i)mask, (__m256i)mask);
#else
    typedef int64_t i4 __attribute__((vector_size(32)));
    const i4 m = (i4)mask;
    return (m[0] | m[1] | m[2] | m[3]) != 0;
#endif
}

/// Sum of the eight lanes, in a fixed order.
VY_INLINE float vy_sum(vy_f8 x)
{
    return ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]));
}

/// Towards zero; |x| < 2^31.
VY_INLINE vy_i8 vy_to_int(vy_f8 x)
{
    return __builtin_convertvector(x, vy_i8);
}

VY_INLINE vy_f8 vy_to_float(vy_i8 x)
{
    return __builtin_convertvector(x, vy_f8);
}

/// Largest whole number <= x; |x| < 2^31.
VY_INLINE vy_f8 vy_floor(vy_f8 x)
{
    const vy_f8 t = vy_to_float(vy_to_int(x));
    return t + vy_to_float(t > x); // the mask is -1 where truncation went up
}

/// 2^x for x in -126..126 (clamped); relative error < 1e-7.
VY_INLINE vy_f8 vy_exp2(vy_f8 x)
{
    x = vy_clamp(x, -126.0f, 126.0f);
    const vy_f8 whole = vy_floor(x + 0.5f);
    const vy_f8 f = x - whole;
    vy_f8 p = 1.547800917e-4f * f + 1.340043222e-3f;
    p = p * f + 9.617994563e-3f;
    p = p * f + 5.550327214e-2f;
    p = p * f + 2.402265150e-1f;
    p = p * f + 6.931472067e-1f;
    p = p * f + 1.0f;
    return p * (vy_f8)((vy_to_int(whole) + 127) << 23);
}

/// log2(x) for normal x > 0; absolute error < 2e-7 near 1, relative beyond.
VY_INLINE vy_f8 vy_log2(vy_f8 x)
{
    // split at sqrt(1/2) so that the polynomial sees -0.29..0.41
    const vy_i8 bits = (vy_i8)x - 0x3f3504f3;
    const vy_f8 e = vy_to_float(bits >> 23);
    const vy_f8 f = (vy_f8)((bits & 0x7fffff) + 0x3f3504f3) - 1.0f;
    vy_f8 p = 1.292593999e-1f * f - 2.089318006e-1f;
    p = p * f + 2.152131256e-1f;
    p = p * f - 2.386760201e-1f;
    p = p * f + 2.879390426e-1f;
    p = p * f - 3.607162475e-1f;
    p = p * f + 4.809102809e-1f;
    p = p * f - 7.213471995e-1f;
    p = p * f + 1.442695005f;
    return e + p * f;
}

/// sin(2 pi t) for t in -0.25..0.25 turns; error < 1e-7.
VY_INLINE vy_f8 vy_sin_quarter(vy_f8 t)
{
    const vy_f8 s = t * t;
    vy_f8 p = -1.433702220e+1f * s + 4.199998943e+1f;
    p = p * s - 7.670366780e+1f;
    p = p * s + 8.160520943e+1f;
    p = p * s - 4.134170193e+1f;
    p = p * s + 6.283185306f;
    return p * t;
}

/// sin(2 pi t) for any t, |t| < 2^22 turns.
VY_INLINE vy_f8 vy_sin_turns(vy_f8 t)
{
    t = t - vy_floor(t + 0.5f); // -0.5..0.5
    // fold the outer quarters inwards: sin(pi - a) = sin(a)
    const vy_f8 half = vy_copysign(vy_set(0.5f), t);
    return vy_sin_quarter(vy_select(vy_abs(t) > 0.25f, half - t, t));
}

/// cos(2 pi t), |t| < 2^22 turns.
VY_INLINE vy_f8 vy_cos_turns(vy_f8 t)
{
    return vy_sin_turns(t + 0.25f);
}

/// sin(2 pi phase / 2^32): phases are turns in 32-bit fixed point, which never drift.
VY_INLINE vy_f8 vy_sin_phase(vy_u8 phase)
{
    // fold in integers: quarters 1 and 2 are mirrored, then 31 bits of angle become a float
    const vy_i8 p = (vy_i8)phase;
    const vy_i8 outer = (vy_i8)((phase + 0x40000000u) & 0x80000000u) >> 31;
    const vy_i8 folded = (p & ~outer) | ((vy_i8)(0x80000000u - phase) & outer);
    return vy_sin_quarter(vy_to_float(folded) * 0x1p-32f);
}

/// What a phase gains a frame at -0.499..0.499 cycles a frame. Rounded to 20 significant bits, at
/// most 0.002 cents off: that leaves whole numbers from 6 Hz on (at 48 kHz; 23 Hz at 192 kHz), so
/// the step of an octave is exactly twice the step, and octaves stay locked for ever.
VY_INLINE vy_u8 vy_phase_step(vy_f8 cycles_per_frame)
{
    const vy_f8 rounded = (vy_f8)(((vy_i8)cycles_per_frame + 8) & ~15);
    return (vy_u8)vy_to_int(rounded * 0x1p32f);
}

/// tan(pi x) for x in 0..0.49: the prewarp of trapezoidal filters at cutoff = x * sample rate.
VY_INLINE vy_f8 vy_tan_pi(vy_f8 x)
{
    x = vy_clamp(x, 0.0f, 0.49f);
    return vy_sin_quarter(x * 0.5f) / vy_sin_quarter(0.25f - x * 0.5f);
}

/// tanh(x), error < 3e-5: [7/6] continued fraction (Lambert), clamped where it meets 1.
VY_INLINE vy_f8 vy_tanh(vy_f8 x)
{
    x = vy_clamp(x, -4.97f, 4.97f);
    const vy_f8 s = x * x;
    const vy_f8 up = x * (135135.0f + s * (17325.0f + s * (378.0f + s)));
    const vy_f8 down = 135135.0f + s * (62370.0f + s * (3150.0f + s * 28.0f));
    return up / down;
}

#ifdef __AVX512F__
/// Two groups side by side, for loops bound by arithmetic. Every lane gets the bits that eight
/// lanes give it, so that AVX2 and AVX-512 builds stay equal.
typedef float vy_f16 __attribute__((vector_size(64)));

VY_INLINE vy_f16 vy_pair(vy_f8 low, vy_f8 high)
{
    return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}

VY_INLINE vy_f8 vy_low(vy_f16 x)
{
    return __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7);
}

VY_INLINE vy_f8 vy_high(vy_f16 x)
{
    return __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
}

VY_INLINE vy_f16 vy_fma16(vy_f16 a, vy_f16 b, vy_f16 c)
{
    return (vy_f16)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
}

VY_INLINE vy_f16 vy_clamp16(vy_f16 x, float low, float high)
{
    const __m512 above = _mm512_max_ps((__m512)x, _mm512_set1_ps(low));
    return (vy_f16)_mm512_min_ps(above, _mm512_set1_ps(high));
}
#endif

/// dB to factor.
VY_INLINE vy_f8 vy_db_to_gain(vy_f8 db)
{
    return vy_exp2(db * 0.166096405f); // log2(10) / 20
}

/// Factor (> 0) to dB.
VY_INLINE vy_f8 vy_gain_to_db(vy_f8 gain)
{
    return vy_log2(vy_max(gain, vy_set(1e-12f))) * 6.02059991f;
}

#endif
