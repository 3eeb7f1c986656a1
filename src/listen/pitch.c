// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// At a quarter of the rate,
//   n(tau) = 2 sum x[j] x[j + tau] / sum (x[j]^2 + x[j + tau]^2),
// which is 1 at a period whatever the level. The sum of products is the inverse transform of the
// power spectrum; two frames go through one complex transform, one as its real, the other as its
// imaginary part, and so do their (real, even) power spectra on the way back.
//
// The first peak that is nearly the highest is the period. Where the sound still fits itself after
// several periods, that place divided by their number is finer than the grid of lags.
#include "listen/pitch.h"

#include "listen/low.h"
#include "listen/fft.h"
#include "listen/simd.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define N 1024
#define LAGS 288          ///< 45 Hz at 50 kHz / 4, and some
#define WINDOW (N - LAGS) ///< frames looked at, 67 ms at 44.1 kHz
#define NEARLY 0.9f       ///< of the highest peak
#define UNSURE 0.6f       ///< n below this is no confidence at all
#define QUIET 1e-7        ///< mean square of what is not listened to, -70 dBFS
#define ROOM (2 * N + VY_LOW_MOST)
#define CENT_STEP 2 ///< of the histogram of pitches
#define CENT_BINS 3600
#define CENT_LOW_HZ 40.0

struct vy_pitch {
    struct vy_hop_shape shape;
    vy_pitch_fn *fn;
    void *arg;
    struct vy_low quarter;
    float line[ROOM];
    uint32_t held;
    uint64_t hops, index;
    uint64_t end; ///< frames in all, once that is known
    fftwf_complex *in, *out;
    fftwf_plan forth, back;
    uint32_t bin[CENT_BINS];
    uint64_t voiced;
    double sure, tune_re, tune_im;
};

vy_status vy_pitch_new(const struct vy_hop_shape *shape, vy_pitch_fn *fn, void *arg,
                       struct vy_pitch **pitch)
{
    *pitch = NULL;
    struct vy_pitch *const p = calloc(1, sizeof *p);
    if (!p)
        return VY_NO_MEMORY;
    p->shape = *shape;
    p->fn = fn;
    p->arg = arg;
    p->end = UINT64_MAX;
    p->held = WINDOW / 2; // the first frame is centred on the first moment
    vy_low_init(&p->quarter, 4);
    p->in = fftwf_alloc_complex(N);
    p->out = fftwf_alloc_complex(N + 1);
    if (p->in && p->out) {
        p->forth = vy_fft_plan(N, p->in, p->out, FFTW_FORWARD);
        p->back = vy_fft_plan(N, p->in, p->out, FFTW_BACKWARD);
    }
    if (!p->forth || !p->back) {
        vy_pitch_destroy(p);
        return VY_NO_MEMORY;
    }
    *pitch = p;
    return VY_OK;
}

void vy_pitch_destroy(struct vy_pitch *pitch)
{
    if (!pitch)
        return;
    vy_fft_destroy(pitch->forth);
    vy_fft_destroy(pitch->back);
    fftwf_free(pitch->in);
    fftwf_free(pitch->out);
    free(pitch);
}

VY_SIMD static void interleave(const float *restrict one, const float *restrict other,
                               float *restrict both)
{
    for (int i = 0; i < WINDOW; i++) {
        both[2 * i] = one[i];
        both[2 * i + 1] = other[i];
    }
}

// From the transform of two frames to their powers, side by side.
VY_SIMD static void to_powers(const float *restrict z, float *restrict both)
{
    for (int k = 0; k < N; k++) {
        const int back = 2 * (N - k);
        const float re = z[2 * k] + z[back], im = z[2 * k + 1] - z[back + 1];
        const float odd = z[2 * k + 1] + z[back + 1], even = z[back] - z[2 * k];
        both[2 * k] = 0.25f / N * (re * re + im * im);
        both[2 * k + 1] = 0.25f / N * (odd * odd + even * even);
    }
}

// The mean is a period of any length.
VY_SIMD static void without_mean(const float *restrict wave, float *restrict x)
{
    double lane[VY_SUM_LANES] = {0}, sum = 0;
    for (int i = 0; i < WINDOW; i += VY_SUM_LANES)
        for (int k = 0; k < VY_SUM_LANES; k++)
            lane[k] += (double)wave[i + k];
    for (int k = 0; k < VY_SUM_LANES; k++)
        sum += lane[k];
    const float mean = (float)(sum / WINDOW);
    for (int i = 0; i < WINDOW; i++)
        x[i] = wave[i] - mean;
}

VY_SIMD static double sum_squares(const float *restrict x)
{
    _Static_assert(WINDOW % VY_SUM_LANES == 0, "whole groups");
    double lane[VY_SUM_LANES] = {0}, sum = 0;
    for (int i = 0; i < WINDOW; i += VY_SUM_LANES)
        for (int k = 0; k < VY_SUM_LANES; k++)
            lane[k] += (double)(x[i + k] * x[i + k]);
    for (int k = 0; k < VY_SUM_LANES; k++)
        sum += lane[k];
    return sum;
}

VY_SIMD static void divide_all(const float *restrict products, const double *restrict m,
                               double least, float *restrict fit)
{
    for (int lag = 0; lag < LAGS; lag++)
        fit[lag] = m[lag] > least ? (float)(2 * (double)products[2 * lag] / m[lag]) : 0;
}

// n(tau). Returns false in silence.
static bool normalise(const float *x, const float *products, float *fit)
{
    const double square = sum_squares(x);
    if (square < QUIET * WINDOW)
        return false;
    double m[LAGS] = {2 * square};
    for (int lag = 1; lag < LAGS; lag++) {
        const float first = x[lag - 1], last = x[WINDOW - lag];
        m[lag] = m[lag - 1] - ((double)(first * first) + (double)(last * last));
    }
    divide_all(products, m, 1e-3 * square, fit);
    return true;
}

// The top of the parabola through a peak and its neighbours.
static float top(const float *fit, int lag)
{
    const float bend = fit[lag - 1] - 2 * fit[lag] + fit[lag + 1];
    return (float)lag + (bend < 0 ? 0.5f * (fit[lag - 1] - fit[lag + 1]) / bend : 0);
}

static bool is_peak(const float *fit, int lag)
{
    return fit[lag] > 0 && fit[lag] >= fit[lag - 1] && fit[lag] > fit[lag + 1];
}

// The first high peak after the first descent through zero; 0 = none.
static int first_period(const float *fit, int from, int to)
{
    int start = 1;
    while (start < to && fit[start] > 0)
        start++;
    start = start > from ? start : from;
    float most = 0;
    for (int lag = start; lag < to; lag++)
        if (is_peak(fit, lag))
            most = fit[lag] > most ? fit[lag] : most;
    for (int lag = start; lag < to; lag++)
        if (is_peak(fit, lag) && fit[lag] >= NEARLY * most)
            return lag;
    return 0;
}

// A period in lags, made finer by its double, the double of that, and so on.
static float refine(const float *fit, int lag, int to)
{
    float period = top(fit, lag);
    for (int times = 2; (float)times * period < (float)to - 2; times *= 2) {
        int at = (int)lrintf((float)times * period);
        while (at > 2 && fit[at - 1] > fit[at])
            at--;
        while (at < to - 2 && fit[at + 1] > fit[at])
            at++;
        const float finer = top(fit, at) / (float)times;
        if (fit[at] < 0.8f * fit[lag] || fabsf(finer - period) * (float)times > 0.25f * period)
            break;
        period = finer;
    }
    return period;
}

static void count(struct vy_pitch *p, const struct vy_pitch_frame *frame)
{
    if (frame->confidence < VY_PITCH_VOICED)
        return;
    const double sure = (double)frame->confidence;
    const int bin = (int)(1200 * log2((double)frame->hz / CENT_LOW_HZ) / CENT_STEP);
    p->bin[bin < 0 ? 0 : bin < CENT_BINS ? bin : CENT_BINS - 1]++;
    const double turn = 2 * M_PI * 12 * log2((double)frame->hz / 440);
    p->tune_re += sure * cos(turn);
    p->tune_im += sure * sin(turn);
    p->sure += sure;
    p->voiced++;
}

static void tell(struct vy_pitch *p, const float *x, const float *products)
{
    if (p->index == p->end)
        return;
    const double rate = p->shape.sr_hz / 4.0;
    const int from = (int)(rate / VY_PITCH_HIGH_HZ), to = (int)(rate / VY_PITCH_LOW_HZ) + 2;
    float fit[LAGS];
    struct vy_pitch_frame frame = {.index = p->index++};
    const int end = to < LAGS - 1 ? to : LAGS - 1;
    const int lag = normalise(x, products, fit) ? first_period(fit, from, end) : 0;
    if (lag) {
        frame.hz = (float)(rate / (double)refine(fit, lag, end));
        frame.confidence = fminf(fmaxf((fit[lag] - UNSURE) / (1 - UNSURE), 0), 1);
    }
    count(p, &frame);
    if (p->fn)
        p->fn(p->arg, &frame);
}

static void two_frames(struct vy_pitch *p, uint32_t step)
{
    float one[WINDOW], other[WINDOW];
    without_mean(p->line, one);
    without_mean(p->line + step, other);
    memset(p->in, 0, N * sizeof *p->in);
    interleave(one, other, (float *)p->in);
    fftwf_execute(p->forth);
    memcpy(p->out[N], p->out[0], sizeof *p->out);
    to_powers((const float *)p->out, (float *)p->in);
    fftwf_execute(p->back);
    tell(p, one, (const float *)p->out);
    tell(p, other, (const float *)p->out + 1);
}

static void push(struct vy_pitch *p, const float *wave, uint32_t n)
{
    const uint32_t step = p->shape.hop * VY_PITCH_EVERY / 4;
    p->held += vy_low_push(&p->quarter, wave, n, p->line + p->held);
    while (p->held >= WINDOW + step) {
        two_frames(p, step);
        p->held -= 2 * step;
        memmove(p->line, p->line + 2 * step, p->held * sizeof(float));
    }
}

void vy_pitch_hop(struct vy_pitch *pitch, const struct vy_hop *hop)
{
    // The first window's second half is all new.
    const uint32_t n = pitch->hops++ ? pitch->shape.hop : pitch->shape.n_fft / 2;
    push(pitch, hop->wave + pitch->shape.n_fft - n, n);
}

// The pitch below which a share of the voiced frames lies.
static float quantile(const struct vy_pitch *p, double share)
{
    double below = 0;
    const double want = share * (double)p->voiced;
    for (int i = 0; i < CENT_BINS; i++) {
        if (p->bin[i] && below + p->bin[i] >= want)
            return (float)(CENT_LOW_HZ *
                           exp2((i + (want - below) / p->bin[i]) * CENT_STEP / 1200.0));
        below += p->bin[i];
    }
    return 0;
}

void vy_pitch_finish(struct vy_pitch *pitch, struct vy_pitch_summary *summary)
{
    static const float silence[VY_LOW_MOST];
    pitch->end = pitch->hops ? 1 + (pitch->hops - 1) / VY_PITCH_EVERY : 0;
    while (pitch->index < pitch->end)
        push(pitch, silence, VY_LOW_MOST);
    *summary = (struct vy_pitch_summary){.frames = pitch->end,
                                         .voiced = pitch->voiced,
                                         .median_hz = NAN,
                                         .low_hz = NAN,
                                         .high_hz = NAN,
                                         .tuning_cents = NAN};
    if (!pitch->voiced) {
        summary->why = "no single voice with a pitch";
        return;
    }
    const double voiced = (double)pitch->voiced;
    summary->share = (float)(voiced / (double)pitch->end);
    summary->median_hz = quantile(pitch, 0.5);
    summary->low_hz = quantile(pitch, 0.05);
    summary->high_hz = quantile(pitch, 0.95);
    summary->confidence = (float)(pitch->sure / voiced);
    summary->tuning_cents = (float)(atan2(pitch->tune_im, pitch->tune_re) * 100 / (2 * M_PI));
    summary->tuning_confidence = (float)(hypot(pitch->tune_re, pitch->tune_im) / pitch->sure);
}
