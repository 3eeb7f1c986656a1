// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/hum.h"

#include "listen/fft.h"
#include "listen/simd.h"
#include "listen/vectors.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define N_FFT 8192u
#define STEP (N_FFT / 2)
#define RATE_HZ 1600.0  ///< aimed at
#define CUTOFF_HZ 700.0 ///< at that rate
#define TAPS_PER 16u    ///< taps of the low-pass for each frame that is left out
#define CLASSES 80u     ///< of prominence, 1 dB each
#define OFF_HZ 0.3      ///< mains are within this, or
#define OFF_PART 0.004  ///< this part of the frequency
#define STANDS_OUT 12.0 ///< dB
#define ALONE 20.0      ///< dB of a fundamental without harmonics
#define ROOM 64u        ///< steps that fit into the line before it is moved

static const double mains_hz[2] = {50.0, 60.0};

struct vy_hum {
    double rate_hz; ///< after decimation
    uint32_t by, taps, held;
    uint32_t end;      ///< of what is in `line`
    float *tap, *line; ///< [taps]; [taps + ROOM * by]
    uint32_t filled;   ///< of `low`
    float *low;        ///< [N_FFT]
    float *window;
    fftwf_complex *in, *out;
    fftwf_plan plan;
    double power[N_FFT / 2];
    uint32_t windows;
    uint32_t count[2][VY_HUM_HARMONICS][CLASSES];
    double log_power[2][VY_HUM_HARMONICS]; ///< sums of dB
};

static void design(struct vy_hum *h)
{
    double sum = 0.0;
    for (uint32_t i = 0; i < h->taps; i++) {
        const double d = i - 0.5 * (h->taps - 1), x = 2.0 * M_PI * CUTOFF_HZ / RATE_HZ * d / h->by;
        const double w = 0.54 + 0.46 * cos(2.0 * M_PI * d / h->taps);
        h->tap[i] = (float)((d == 0.0 ? 1.0 : sin(x) / x) * w);
        sum += (double)h->tap[i];
    }
    for (uint32_t i = 0; i < h->taps; i++)
        h->tap[i] /= (float)sum;
    for (uint32_t i = 0; i < N_FFT; i++)
        h->window[i] = (float)(0.5 - 0.5 * cos(2.0 * M_PI * i / N_FFT));
}

vy_status vy_hum_new(uint32_t sr_hz, struct vy_hum **hum)
{
    *hum = NULL;
    if (sr_hz < 2000 || sr_hz > 768000)
        return VY_BAD_ARG;
    struct vy_hum *const h = calloc(1, sizeof *h);
    if (!h)
        return VY_NO_MEMORY;
    h->by = (uint32_t)fmax(1.0, floor(sr_hz / RATE_HZ));
    h->rate_hz = (double)sr_hz / h->by;
    h->taps = h->by * TAPS_PER;
    h->tap = calloc(h->taps, sizeof(float));
    h->line = calloc(h->taps + ROOM * h->by, sizeof(float));
    h->end = h->taps;
    h->low = calloc(N_FFT, sizeof(float));
    h->window = calloc(N_FFT, sizeof(float));
    h->in = fftwf_alloc_complex(N_FFT);
    h->out = fftwf_alloc_complex(N_FFT);
    if (h->in && h->out)
        h->plan = vy_fft_plan(N_FFT, h->in, h->out, FFTW_FORWARD);
    if (!h->tap || !h->line || !h->low || !h->window || !h->plan) {
        vy_hum_destroy(h);
        return VY_NO_MEMORY;
    }
    design(h);
    *hum = h;
    return VY_OK;
}

void vy_hum_destroy(struct vy_hum *hum)
{
    if (!hum)
        return;
    vy_fft_destroy(hum->plan);
    fftwf_free(hum->in);
    fftwf_free(hum->out);
    free(hum->tap);
    free(hum->line);
    free(hum->low);
    free(hum->window);
    free(hum);
}

// n is a multiple of VY_SUM_LANES.
VY_SIMD static float dot(const float *restrict a, const float *restrict b, uint32_t n)
{
    vy_f8 low = vy_set(0), high = vy_set(0);
    for (uint32_t i = 0; i < n; i += VY_SUM_LANES) {
        low += vy_load8(a + i) * vy_load8(b + i);
        high += vy_load8(a + i + 8) * vy_load8(b + i + 8);
    }
    return vy_sum(low + high);
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// Largest bin at a harmonic, and its height over the median of what lies 2 to 8 Hz beside it.
static void look_at(struct vy_hum *h, uint32_t m, uint32_t harmonic)
{
    enum { MOST = 160 };
    double beside[MOST], top = 0.0, rival = 0.0;
    uint32_t n = 0;
    const double hz = mains_hz[m] * (harmonic + 1), bin_hz = h->rate_hz / N_FFT;
    const double off = fmax(OFF_HZ, OFF_PART * hz);
    for (uint32_t k = (uint32_t)((hz - 8.0) / bin_hz); k <= (uint32_t)((hz + 8.0) / bin_hz); k++) {
        const double away = fabs(k * bin_hz - hz);
        if (away <= off)
            top = fmax(top, h->power[k]);
        else if (away < off + 1.7)
            rival = fmax(rival, h->power[k]);
        else if (n < MOST)
            beside[n++] = h->power[k];
    }
    if (rival > top) // the skirt of a note next to it
        top = 0.0;
    qsort(beside, n, sizeof *beside, by_size);
    const double ground = fmax(beside[n / 2], 1e-14);
    const double db = 10.0 * log10(fmax(top, 1e-14) / ground);
    h->count[m][harmonic][(uint32_t)fmin(fmax(db, 0.0), CLASSES - 1.0)]++;
    h->log_power[m][harmonic] += 10.0 * log10(fmax(top, 1e-14));
}

static void one_window(struct vy_hum *h)
{
    for (uint32_t i = 0; i < N_FFT; i++) {
        h->in[i][0] = h->low[i] * h->window[i];
        h->in[i][1] = 0.0f;
    }
    fftwf_execute(h->plan);
    // the peak of a line: its mean square is 2 |X|^2 / (sum of the window)^2
    const double scale = 2.0 / (0.25 * N_FFT * N_FFT);
    double all = 0.0;
    for (uint32_t k = 0; k < N_FFT / 2; k++) {
        const double re = (double)h->out[k][0], im = (double)h->out[k][1];
        h->power[k] = scale * (re * re + im * im);
        all += h->power[k];
    }
    if (all > 1e-13) { // digital silence says nothing
        for (uint32_t m = 0; m < 2; m++)
            for (uint32_t i = 0; i < VY_HUM_HARMONICS; i++)
                look_at(h, m, i);
        h->windows++;
    }
    memmove(h->low, h->low + STEP, (N_FFT - STEP) * sizeof(float));
    h->filled = N_FFT - STEP;
}

void vy_hum_push(struct vy_hum *hum, const float *mono, size_t n)
{
    struct vy_hum *const h = hum;
    for (size_t at = 0; at < n;) {
        const size_t room = h->by - h->held, part = n - at < room ? n - at : room;
        memcpy(h->line + h->end, mono + at, part * sizeof(float));
        h->held += (uint32_t)part;
        h->end += (uint32_t)part;
        at += part;
        if (h->held < h->by)
            continue;
        h->held = 0;
        h->low[h->filled++] = dot(h->line + h->end - h->taps, h->tap, h->taps);
        if (h->end == h->taps + ROOM * h->by) {
            memmove(h->line, h->line + ROOM * h->by, h->taps * sizeof(float));
            h->end = h->taps;
        }
        if (h->filled == N_FFT)
            one_window(h);
    }
}

// Prominence that a quarter of the windows do not reach.
static double steady(const uint32_t count[], uint32_t windows)
{
    const double rank = 0.25 * windows;
    double before = 0.0;
    uint32_t i = 0;
    while (i + 1 < CLASSES && before + count[i] <= rank)
        before += count[i++];
    return i + 0.5;
}

// Sum of what stands out, in dB, or 0 when it is no hum.
static double weigh(const struct vy_hum *h, uint32_t m, double db[])
{
    double score = 0.0;
    uint32_t standing = 0;
    bool low = false;
    for (uint32_t i = 0; i < VY_HUM_HARMONICS; i++) {
        db[i] = steady(h->count[m][i], h->windows);
        if (db[i] < STANDS_OUT)
            continue;
        score += fmin(db[i], 40.0);
        standing++;
        low |= i < 3;
    }
    return (standing >= 2 && low) || db[0] >= ALONE ? score : 0.0;
}

void vy_hum_result(const struct vy_hum *hum, struct vy_hum_found *found)
{
    *found = (struct vy_hum_found){.windows = hum->windows, .dbfs = -(double)INFINITY};
    if (!hum->windows)
        return;
    double db[2][VY_HUM_HARMONICS];
    const double score[2] = {weigh(hum, 0, db[0]), weigh(hum, 1, db[1])};
    const uint32_t m = score[1] > score[0];
    double sum = 0.0;
    memcpy(found->db, db[m], sizeof found->db);
    for (uint32_t i = 0; i < VY_HUM_HARMONICS; i++) {
        found->most_db = fmax(found->most_db, db[m][i]);
        if (db[m][i] >= STANDS_OUT)
            sum += pow(10.0, hum->log_power[m][i] / hum->windows / 10.0);
    }
    if (!(score[m] > 0.0))
        return;
    found->hz = mains_hz[m];
    found->dbfs = 10.0 * log10(sum);
}
