// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/chroma.h"

#include "listen/low.h"
#include "listen/salience.h"
#include "listen/fft.h"
#include "listen/simd.h"

#include <fftw3.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define N 2048 ///< frames of either window
#define BINS (N / 2 + 1)
#define ROOM (4 * N)
#define CROSS_HZ 260.0 ///< where the windows meet
#define TUNE_LOW_HZ 180.0
#define TUNE_HIGH_HZ 1400.0
#define CENTS 100
#define TUNE_SURE 0.25f ///< below, the piece is read at A4 = 440 Hz

enum { LONG, SHORT, WINDOWS };

// Bin `thirds[i]` is the root of a weighted sum of power.
struct fold {
    uint32_t window, first, count;
    float *weight;
};

struct vy_chroma {
    struct vy_hop_shape shape;
    struct vy_low quarter, eighth, sixteenth;
    float *line[WINDOWS]; ///< [ROOM] at a sixteenth and an eighth of the rate
    uint32_t held[WINDOWS];
    uint64_t hops; ///< since vy_chroma_clear
    float *window, *power[WINDOWS];
    fftwf_complex *both, *out; ///< one window as real, the other as imaginary part
    fftwf_plan plan;
    struct fold fold[VY_THIRDS];
    double tune_re, tune_im, tune_sum;
    float (*thirds)[VY_THIRDS];
    struct vy_chroma_frame *frame;
    uint32_t frames, room;
    struct vy_salience notes;
};

static double window_rate(const struct vy_chroma *c, uint32_t window)
{
    return c->shape.sr_hz / (window == LONG ? 16.0 : 8.0);
}

// Triangles, a third of a semitone or a bin of the transform to each side, whichever is wider.
static vy_status fold_init(struct vy_chroma *c)
{
    for (int i = 0; i < VY_THIRDS; i++) {
        const double hz = 440 * exp2((VY_NOTE_LOWEST + (i - 1) / 3.0 - 69) / 12);
        struct fold *const f = &c->fold[i];
        f->window = hz < CROSS_HZ ? LONG : SHORT;
        const double bin_hz = window_rate(c, f->window) / N;
        if (hz > 0.42 * window_rate(c, f->window))
            continue; // in the slope of the filter
        const double wide = fmax(hz * (exp2(1 / 36.0) - 1), bin_hz);
        f->first = (uint32_t)ceil((hz - wide) / bin_hz);
        f->count = (uint32_t)floor((hz + wide) / bin_hz) - f->first + 1;
        f->weight = calloc(f->count, sizeof *f->weight);
        if (!f->weight)
            return VY_NO_MEMORY;
        for (uint32_t k = 0; k < f->count; k++)
            f->weight[k] = (float)(1 - fabs((f->first + k) * bin_hz - hz) / wide);
    }
    return VY_OK;
}

vy_status vy_chroma_new(const struct vy_hop_shape *shape, struct vy_chroma **chroma)
{
    *chroma = NULL;
    struct vy_chroma *const c = aligned_alloc(64, (sizeof *c + 63) / 64 * 64);
    if (!c)
        return VY_NO_MEMORY;
    memset(c, 0, sizeof *c);
    c->shape = *shape;
    vy_salience_init(&c->notes);
    bool whole = true;
    for (int w = 0; w < WINDOWS; w++) {
        c->line[w] = calloc(ROOM, sizeof(float));
        c->power[w] = fftwf_alloc_real(BINS + 15);
        whole = whole && c->line[w] && c->power[w];
    }
    c->window = fftwf_alloc_real(N);
    c->both = fftwf_alloc_complex(N);
    c->out = fftwf_alloc_complex(N + 1);
    if (c->both && c->out)
        c->plan = vy_fft_plan(N, c->both, c->out, FFTW_FORWARD);
    if (!whole || !c->window || !c->plan || fold_init(c)) {
        vy_chroma_destroy(c);
        return VY_NO_MEMORY;
    }
    for (int i = 0; i < N; i++)
        c->window[i] = (float)((0.5 - 0.5 * cos(2 * M_PI * i / N)) * 4 / N);
    vy_chroma_clear(c);
    *chroma = c;
    return VY_OK;
}

void vy_chroma_clear(struct vy_chroma *chroma)
{
    vy_low_init(&chroma->quarter, 4);
    vy_low_init(&chroma->eighth, 2);
    vy_low_init(&chroma->sixteenth, 2);
    for (int w = 0; w < WINDOWS; w++) {
        memset(chroma->line[w], 0, ROOM * sizeof(float));
        chroma->held[w] = N / 2; // the first frame is centred on the first moment
    }
    chroma->hops = 0;
    chroma->frames = 0;
    chroma->tune_re = chroma->tune_im = chroma->tune_sum = 0;
}

void vy_chroma_destroy(struct vy_chroma *chroma)
{
    if (!chroma)
        return;
    vy_fft_destroy(chroma->plan);
    for (int w = 0; w < WINDOWS; w++) {
        free(chroma->line[w]);
        fftwf_free(chroma->power[w]);
    }
    for (int i = 0; i < VY_THIRDS; i++)
        free(chroma->fold[i].weight);
    fftwf_free(chroma->window);
    fftwf_free(chroma->both);
    fftwf_free(chroma->out);
    free(chroma->thirds);
    free(chroma->frame);
    free(chroma);
}

VY_SIMD static void times_window(const float *restrict one, const float *restrict other,
                                 const float *restrict window, float *restrict both)
{
    for (int i = 0; i < N; i++) {
        both[2 * i] = one[i] * window[i];
        both[2 * i + 1] = other[i] * window[i];
    }
}

// Z is the transform of x + i y: X[k] = (Z[k] + conj Z[N - k]) / 2, Y[k] = (Z[k] - conj Z[N - k]) /
// 2i.
VY_SIMD static void take_powers(const float *restrict z, float *restrict one, float *restrict other)
{
    for (int k = 0; k < BINS; k++) {
        const int back = 2 * (N - k);
        const float re = z[2 * k] + z[back], im = z[2 * k + 1] - z[back + 1];
        const float odd = z[2 * k + 1] + z[back + 1], even = z[back] - z[2 * k];
        one[k] = 0.25f * (re * re + im * im);
        other[k] = 0.25f * (odd * odd + even * even);
    }
}

// How far clear partials lie from the equal scale on A4 = 440 Hz, as a sum of unit vectors.
static void tune(struct vy_chroma *c, const float *power)
{
    const double bin_hz = window_rate(c, SHORT) / N;
    const uint32_t from = (uint32_t)(TUNE_LOW_HZ / bin_hz), to = (uint32_t)(TUNE_HIGH_HZ / bin_hz);
    float most = 0;
    for (uint32_t k = from; k < to; k++)
        most = power[k] > most ? power[k] : most;
    if (most < 1e-10f)
        return;
    for (uint32_t k = from; k < to; k++) {
        if (power[k] < most * 1e-3f || power[k] <= power[k - 1] || power[k] < power[k + 1] ||
            power[k] < 8 * fminf(power[k - 3], power[k + 3]))
            continue;
        const double a = log((double)power[k - 1] + 1e-30), b = log((double)power[k] + 1e-30);
        const double d = log((double)power[k + 1] + 1e-30);
        const double bin = k + 0.5 * (a - d) / (a - 2 * b + d);
        const double turn = 2 * M_PI * 12 * log2(bin * bin_hz / 440);
        const double weight = pow((double)(power[k] / most), 0.25);
        c->tune_re += weight * cos(turn);
        c->tune_im += weight * sin(turn);
        c->tune_sum += weight;
    }
}

static vy_status make_room(struct vy_chroma *c)
{
    if (c->frames < c->room)
        return VY_OK;
    const uint32_t room = c->room ? c->room * 2 : 1024;
    void *const thirds = realloc(c->thirds, room * sizeof *c->thirds);
    if (!thirds)
        return VY_NO_MEMORY;
    c->thirds = thirds;
    void *const frame = realloc(c->frame, room * sizeof *c->frame);
    if (!frame)
        return VY_NO_MEMORY;
    c->frame = frame;
    c->room = room;
    return VY_OK;
}

static vy_status one_frame(struct vy_chroma *c)
{
    if (make_room(c))
        return VY_NO_MEMORY;
    times_window(c->line[LONG], c->line[SHORT], c->window, (float *)c->both);
    fftwf_execute(c->plan);
    memcpy(c->out[N], c->out[0], sizeof *c->out);
    take_powers((const float *)c->out, c->power[LONG], c->power[SHORT]);
    tune(c, c->power[SHORT]);
    float *const thirds = c->thirds[c->frames];
    for (int i = 0; i < VY_THIRDS; i++) {
        const struct fold *const f = &c->fold[i];
        const float *const power = c->power[f->window] + f->first;
        float sum = 0;
        for (uint32_t k = 0; k < f->count; k++)
            sum += f->weight[k] * power[k];
        thirds[i] = sqrtf(sum);
    }
    double sum = 1e-12;
    for (int k = 1; k < BINS; k++)
        sum += (double)c->power[SHORT][k];
    c->frame[c->frames++] = (struct vy_chroma_frame){.level_db = (float)(10 * log10(sum / 1.5))};
    return VY_OK;
}

// Both lines begin at the same moment's window; the short window is drawn from its own.
static vy_status all_frames(struct vy_chroma *c)
{
    const uint32_t step = c->shape.hop * VY_CHROMA_EVERY;
    while (c->held[LONG] >= N && c->held[SHORT] >= N) {
        if (one_frame(c))
            return VY_NO_MEMORY;
        for (int w = 0; w < WINDOWS; w++) {
            const uint32_t gone = step / (w == LONG ? 16 : 8);
            c->held[w] -= gone;
            memmove(c->line[w], c->line[w] + gone, c->held[w] * sizeof(float));
        }
    }
    return VY_OK;
}

static vy_status push(struct vy_chroma *c, const float *wave, uint32_t n)
{
    float quarter[VY_LOW_MOST / 4], eighth[VY_LOW_MOST / 8];
    const uint32_t quarters = vy_low_push(&c->quarter, wave, n, quarter);
    const uint32_t eighths = vy_low_push(&c->eighth, quarter, quarters, eighth);
    memcpy(c->line[SHORT] + c->held[SHORT], eighth, eighths * sizeof(float));
    c->held[SHORT] += eighths;
    c->held[LONG] += vy_low_push(&c->sixteenth, eighth, eighths, c->line[LONG] + c->held[LONG]);
    return all_frames(c);
}

vy_status vy_chroma_hop(struct vy_chroma *chroma, const struct vy_hop *hop)
{
    // The first window's second half is all new.
    const uint32_t n = chroma->hops++ ? chroma->shape.hop : chroma->shape.n_fft / 2;
    return push(chroma, hop->wave + chroma->shape.n_fft - n, n);
}

vy_status vy_chroma_finish(struct vy_chroma *chroma, struct vy_chroma_view *view)
{
    static const float silence[VY_LOW_MOST];
    const uint32_t step = chroma->shape.hop * VY_CHROMA_EVERY;
    const uint32_t frames = (uint32_t)(chroma->hops ? 1 + (chroma->hops - 1) / VY_CHROMA_EVERY : 0);
    while (chroma->frames < frames)
        if (push(chroma, silence, VY_LOW_MOST))
            return VY_NO_MEMORY;
    const double whole = hypot(chroma->tune_re, chroma->tune_im);
    *view = (struct vy_chroma_view){
        .frame = chroma->frame,
        .frames = frames,
        .step_s = (double)step / chroma->shape.sr_hz,
    };
    if (whole > 0) {
        view->tuning_cents = (float)(atan2(chroma->tune_im, chroma->tune_re) * CENTS / (2 * M_PI));
        view->tuning_confidence = (float)(whole / chroma->tune_sum);
    }
    const float shift = view->tuning_confidence > TUNE_SURE ? view->tuning_cents * 3 / CENTS : 0;
    for (uint32_t f = 0; f < frames; f++)
        vy_salience_find(&chroma->notes, chroma->thirds[f], shift, &chroma->frame[f]);
    return VY_OK;
}

void vy_chroma_mean(const struct vy_chroma_view *view, double start_s, double end_s,
                    struct vy_chroma_frame *mean)
{
    *mean = (struct vy_chroma_frame){.level_db = -120};
    double whole = 0, level = 0;
    const double first = fmax(start_s / view->step_s + 0.5, 0);
    for (uint32_t f = (uint32_t)first; f < view->frames; f++) {
        const double from = fmax(start_s / view->step_s, f - 0.5);
        const double part = fmin(end_s / view->step_s, f + 0.5) - from;
        if (part <= 0)
            break;
        const struct vy_chroma_frame *const x = &view->frame[f];
        for (int p = 0; p < 12; p++) {
            mean->treble[p] += (float)part * x->treble[p];
            mean->bass[p] += (float)part * x->bass[p];
        }
        mean->tonal += (float)part * x->tonal;
        level += part * (double)x->level_db;
        whole += part;
    }
    if (whole <= 0)
        return;
    for (int p = 0; p < 12; p++) {
        mean->treble[p] /= (float)whole;
        mean->bass[p] /= (float)whole;
    }
    mean->tonal /= (float)whole;
    mean->level_db = (float)(level / whole);
}
