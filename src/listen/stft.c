// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Samples lie in a line that is moved to the front when it is full: a window is always in one
// piece.
#include "listen/stft.h"

#include "listen/simd.h"

#include <fftw3.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define ROOM 8 ///< windows that fit into the line

struct vy_stft {
    struct vy_hop_shape shape;
    vy_hop_fn *fn;
    void *arg;
    float *line;     ///< [ROOM * n_fft]
    size_t held;     ///< samples in the line
    uint64_t pushed; ///< samples in all
    uint64_t index;  ///< the next hop
    float *window, *in, *mag, *power;
    fftwf_complex *out;
    fftwf_plan plan;
};

// The planner of FFTW is not for two threads at once; executing is.
static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER;

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
    s->line = fftwf_alloc_real(ROOM * n_fft);
    s->window = fftwf_alloc_real(n_fft);
    s->in = fftwf_alloc_real(n_fft);
    s->mag = fftwf_alloc_real(s->shape.bins + 15);
    s->power = fftwf_alloc_real(s->shape.bins + 15);
    s->out = fftwf_alloc_complex(s->shape.bins + 15);
    if (s->in && s->out) {
        pthread_mutex_lock(&planner);
        s->plan = fftwf_plan_dft_r2c_1d((int)n_fft, s->in, s->out, FFTW_ESTIMATE);
        pthread_mutex_unlock(&planner);
    }
    if (!s->line || !s->window || !s->mag || !s->power || !s->plan) {
        vy_stft_destroy(s);
        return VY_NO_MEMORY;
    }
    for (uint32_t i = 0; i < n_fft; i++)
        s->window[i] = (float)(0.5 - 0.5 * cos(2 * M_PI * i / n_fft));
    memset(s->line, 0, n_fft / 2 * sizeof(float));
    s->held = n_fft / 2; // the first window is centred on the first sample
    *stft = s;
    return VY_OK;
}

void vy_stft_destroy(struct vy_stft *stft)
{
    if (!stft)
        return;
    if (stft->plan) {
        pthread_mutex_lock(&planner);
        fftwf_destroy_plan(stft->plan);
        pthread_mutex_unlock(&planner);
    }
    fftwf_free(stft->line);
    fftwf_free(stft->window);
    fftwf_free(stft->in);
    fftwf_free(stft->mag);
    fftwf_free(stft->power);
    fftwf_free(stft->out);
    free(stft);
}

const struct vy_hop_shape *vy_stft_shape(const struct vy_stft *stft)
{
    return &stft->shape;
}

VY_SIMD static void apply_window(const float *restrict wave, const float *restrict window,
                                 float *restrict in, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        in[i] = wave[i] * window[i];
}

VY_SIMD static void take_power(const float *restrict out, float *restrict power,
                               float *restrict mag, uint32_t bins)
{
    for (uint32_t k = 0; k < bins; k++)
        power[k] = out[2 * k] * out[2 * k] + out[2 * k + 1] * out[2 * k + 1];
    for (uint32_t k = 0; k < bins; k++)
        mag[k] = sqrtf(power[k]);
}

static void one_hop(struct vy_stft *s, const float *wave)
{
    apply_window(wave, s->window, s->in, s->shape.n_fft);
    fftwf_execute(s->plan);
    take_power((const float *)s->out, s->power, s->mag, s->shape.bins);
    const struct vy_hop hop = {s->index++, wave, s->mag, s->power};
    s->fn(s->arg, &hop);
}

static void all_hops(struct vy_stft *s)
{
    const size_t n = s->shape.n_fft;
    size_t at = 0;
    for (; s->held - at >= n; at += s->shape.hop)
        one_hop(s, s->line + at);
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
