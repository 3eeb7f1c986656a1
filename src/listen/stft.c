// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Samples lie in a line that is moved to the front when it is full: a window is always in one
// piece.
//
// A real transform of N points is taken as a complex one of M = N / 2 with even samples as real
// and odd samples as imaginary parts, Z. With E and O the transforms of the even and odd samples,
//   E[k] = (Z[k] + conj Z[M - k]) / 2,  O[k] = (Z[k] - conj Z[M - k]) / 2i,
//   X[k] = E[k] + w^k O[k],  conj X[M - k] = E[k] - w^k O[k],  w = exp(-2 pi i / N).
// Done here, in one loop that also takes the power: FFTW's own real transform needs 50 % more time,
// or 0.2 s of measuring at the start.
//
// All in double precision, as librosa: rounding in single precision is noise 140 dB below the
// sound, which is heard where there is nothing else (bandwidth of a sine, contrast above a
// lowpass).
#include "listen/stft.h"

#include "listen/fft.h"
#include "listen/simd.h"
#include "listen/vectors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROOM 8 ///< windows that fit into the line

typedef double f64x4 __attribute__((vector_size(32)));
typedef float f32x4 __attribute__((vector_size(16)));

struct vy_stft {
    struct vy_hop_shape shape;
    vy_hop_fn *fn;
    void *arg;
    float *line;     ///< [ROOM * n_fft]
    size_t held;     ///< samples in the line
    uint64_t pushed; ///< samples in all
    uint64_t index;  ///< the next hop
    float *mag, *power;
    double *window;    ///< [n_fft], halved: the 1 / 2 of E and O
    double *turn;      ///< [2][n_fft / 4] real and imaginary part of w^k
    double *in;        ///< [n_fft]
    fftw_complex *out; ///< [n_fft / 2 + 1] Z, and Z[0] once more behind it
    fftw_plan plan;
};

vy_status vy_stft_new(uint32_t sr_hz, uint32_t n_fft, uint32_t hop, vy_hop_fn *fn, void *arg,
                      struct vy_stft **stft)
{
    *stft = NULL;
    if (n_fft < 64 || n_fft > 65536 || (n_fft & (n_fft - 1)) || hop < 1 || hop > n_fft || !sr_hz)
        return VY_BAD_ARG;
    struct vy_stft *const s = calloc(1, sizeof *s);
    if (!s)
        return VY_NO_MEMORY;
    s->shape = (struct vy_hop_shape){sr_hz, n_fft, hop, n_fft / 2 + 1};
    s->fn = fn;
    s->arg = arg;
    s->line = malloc(ROOM * n_fft * sizeof(float));
    s->window = fftw_alloc_real(n_fft);
    s->in = fftw_alloc_real(n_fft);
    s->mag = calloc(s->shape.bins + 15, sizeof(float));
    s->power = calloc(s->shape.bins + 15, sizeof(float));
    s->turn = fftw_alloc_real(n_fft / 2);
    s->out = fftw_alloc_complex(s->shape.bins + 15);
    if (s->in && s->out)
        s->plan = vy_fft_plan_double(n_fft / 2, (fftw_complex *)s->in, s->out, FFTW_FORWARD);
    if (!s->line || !s->window || !s->turn || !s->mag || !s->power || !s->plan) {
        vy_stft_destroy(s);
        return VY_NO_MEMORY;
    }
    for (uint32_t i = 0; i < n_fft; i++)
        s->window[i] = 0.25 - 0.25 * cos(2 * M_PI * i / n_fft);
    for (uint32_t k = 0; k < n_fft / 4; k++) {
        s->turn[k] = cos(2 * M_PI * k / n_fft);
        s->turn[n_fft / 4 + k] = -sin(2 * M_PI * k / n_fft);
    }
    memset(s->line, 0, n_fft / 2 * sizeof(float));
    s->held = n_fft / 2; // the first window is centred on the first sample
    *stft = s;
    return VY_OK;
}

void vy_stft_destroy(struct vy_stft *stft)
{
    if (!stft)
        return;
    vy_fft_destroy_double(stft->plan);
    free(stft->line);
    fftw_free(stft->window);
    fftw_free(stft->turn);
    fftw_free(stft->in);
    free(stft->mag);
    free(stft->power);
    fftw_free(stft->out);
    free(stft);
}

const struct vy_hop_shape *vy_stft_shape(const struct vy_stft *stft)
{
    return &stft->shape;
}

VY_SIMD static void apply_window(const float *restrict wave, const double *restrict window,
                                 double *restrict in, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        in[i] = (double)wave[i] * window[i];
}

VY_INLINE f64x4 load4(const double *p)
{
    f64x4 x;
    memcpy(&x, p, sizeof x);
    return x;
}

VY_INLINE void store4(float *p, f64x4 x)
{
    const f32x4 y = __builtin_convertvector(x, f32x4);
    memcpy(p, &y, sizeof y);
}

/// Four complex numbers as real and imaginary parts, in order.
VY_INLINE void load_up(const double *z, f64x4 *re, f64x4 *im)
{
    const f64x4 a = load4(z), b = load4(z + 4);
    *re = __builtin_shufflevector(a, b, 0, 2, 4, 6);
    *im = __builtin_shufflevector(a, b, 1, 3, 5, 7);
}

/// The same, last one first.
VY_INLINE void load_down(const double *z, f64x4 *re, f64x4 *im)
{
    const f64x4 a = load4(z), b = load4(z + 4);
    *re = __builtin_shufflevector(a, b, 6, 4, 2, 0);
    *im = __builtin_shufflevector(a, b, 7, 5, 3, 1);
}

/// @param z  [m + 1] complex; m is a multiple of 8
VY_SIMD static void take_power(const double *restrict z, const double *restrict turn,
                               float *restrict power, float *restrict mag, uint32_t m)
{
    for (uint32_t k = 0; k < m / 2; k += 4) {
        f64x4 a, b, c, d;
        load_up(z + 2 * k, &a, &b);
        load_down(z + 2 * (m - k - 3), &c, &d);
        const f64x4 cr = load4(turn + k), ci = load4(turn + m / 2 + k);
        const f64x4 er = a + c, ei = b - d, ar = b + d, ai = c - a;
        const f64x4 tr = cr * ar - ci * ai, ti = cr * ai + ci * ar;
        const f64x4 xr = er + tr, xi = ei + ti, yr = er - tr, yi = ei - ti;
        const f64x4 y = yr * yr + yi * yi;
        store4(power + k, xr * xr + xi * xi);
        store4(power + m - k - 3, __builtin_shufflevector(y, y, 3, 2, 1, 0));
    }
    power[m / 2] = (float)(4 * (z[m] * z[m] + z[m + 1] * z[m + 1]));
    for (uint32_t k = 0; k < m; k++)
        mag[k] = sqrtf(power[k]);
    mag[m] = sqrtf(power[m]);
}

static void one_hop(struct vy_stft *s, const float *wave)
{
    const uint32_t n = s->shape.n_fft, m = n / 2;
    apply_window(wave, s->window, s->in, n);
    fftw_execute(s->plan);
    memcpy(s->out + m, s->out, sizeof *s->out);
    take_power((const double *)s->out, s->turn, s->power, s->mag, m);
    const uint64_t centre = s->index * s->shape.hop, end = centre + m;
    const struct vy_hop hop = {
        .index = s->index++,
        .wave = wave,
        .mag = s->mag,
        .power = s->power,
        .lead = centre < m ? (uint32_t)(m - centre) : 0,
        .tail = end <= s->pushed      ? 0
                : end - s->pushed < n ? (uint32_t)(end - s->pushed)
                                      : n,
    };
    s->fn(s->arg, &hop);
}

static void all_hops(struct vy_stft *s)
{
    const size_t n = s->shape.n_fft;
    size_t at = 0;
    for (; s->held - at >= n; at += s->shape.hop)
        one_hop(s, s->line + at);
    if (!at)
        return;
    memmove(s->line, s->line + at, (s->held - at) * sizeof(float));
    s->held -= at;
}

void vy_stft_push(struct vy_stft *stft, const float *mono, size_t n)
{
    const size_t room = ROOM * (size_t)stft->shape.n_fft;
    stft->pushed += n;
    while (n) {
        const size_t part = n < room - stft->held ? n : room - stft->held;
        memcpy(stft->line + stft->held, mono, part * sizeof(float));
        stft->held += part;
        mono += part;
        n -= part;
        all_hops(stft);
    }
}

void vy_stft_finish(struct vy_stft *stft)
{
    const uint64_t hops = 1 + stft->pushed / stft->shape.hop;
    while (stft->index < hops) {
        const size_t n = stft->shape.n_fft;
        if (stft->held < n) {
            memset(stft->line + stft->held, 0, (n - stft->held) * sizeof(float));
            stft->held = n;
        }
        one_hop(stft, stft->line);
        memmove(stft->line, stft->line + stft->shape.hop, (n - stft->shape.hop) * sizeof(float));
        stft->held = n - stft->shape.hop;
    }
}
