// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Steady noise, such as hiss and fans: its spectrum is what is there in the quietest tenth of the
// time. Each bin is turned down by the Wiener gain of its decision-directed signal-to-noise ratio
// (Ephraim & Malah, IEEE TASSP 32, 1984), never below a floor that depends on the strength, so that
// what stays is the same noise and not music of its own.
#include "enhance/stages.h"
#include "enhance/welch.h"
#include "listen/fft.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N 2048u
#define HOP (N / 4)
#define BINS (N / 2 + 1)
#define LEAST_DBFS (-75.0) ///< quieter noise is left alone
#define MOST_SNR_DB 55.0
#define LEAST_SNR_DB 6.0
#define LEAST_SHARE 0.6 ///< of the bins must behave like noise
#define LEAST_RISE 2.6f ///< 4.35 and what chance does to it
#define MOST_RISE 7.5f
#define SMOOTH 0.98 ///< of the ratio from window to window

/// The noise of a sound.
struct noise {
    double dbfs, snr_db;
    double share;      ///< of the bins that behave like noise
    float power[BINS]; ///< of a window with Hann, as the transform gives it
};

// Part of the bins that behave like noise when it is quiet: exponentially distributed.
static double noisy_share(const struct vy_welch *w)
{
    uint32_t noisy = 0, all = 0;
    for (uint32_t k = (uint32_t)(200 / w->bin_hz); k < w->bins * 9 / 10; k++) {
        noisy += w->rise[k] > LEAST_RISE && w->rise[k] < MOST_RISE;
        all++;
    }
    return all ? (double)noisy / all : 0;
}

static int by_size(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

// Where there is nothing but noise for the part q of the time, the percentiles p of all windows are
// -ln(1 - p / q) of its mean. Two of them, 20 % and 5 %, tell q by their ratio; it tells how far
// the mean lies above the third, 10 %.
static double mean_over_low(const struct vy_welch *w)
{
    float *const rise = malloc(w->bins * sizeof *rise);
    uint32_t n = 0;
    for (uint32_t k = 8; rise && k < w->bins * 9 / 10; k++)
        if (w->rise[k] > LEAST_RISE && w->rise[k] < MOST_RISE)
            rise[n++] = w->rise[k];
    if (n)
        qsort(rise, n, sizeof *rise, by_size);
    const double ratio = n ? (double)rise[n / 2] : 4.35;
    free(rise);
    double q = 1;
    while (q > 0.22 && log(1 - 0.2 / q) / log(1 - 0.05 / q) < ratio)
        q -= 0.01;
    return -1 / log(1 - 0.1 / q);
}

static vy_status find_noise(const struct vy_wave *wave, struct noise *noise)
{
    struct vy_welch w;
    const vy_status status = vy_welch_of(wave, N, 0, &w);
    if (status)
        return status;
    const double over = mean_over_low(&w);
    double low = 0, mean = 0;
    // welch's scale to a plain transform: a sine of full scale has 3 / 32 N^2 there, 0.5 here
    const float back = 3.0f * N * N / 16;
    for (uint32_t k = 0; k < BINS; k++) {
        const float power = fminf((float)over * w.low[k], w.quiet[k]);
        noise->power[k] = power * back;
        low += (double)power;
        mean += (double)w.mean[k];
    }
    noise->share = noisy_share(&w);
    noise->dbfs = w.windows < 8 ? -200 : 10 * log10(low + 1e-20);
    noise->snr_db = 10 * log10(fmax(mean - low, 1e-20) / (low + 1e-20));
    vy_welch_clear(&w);
    return VY_OK;
}

static vy_status look(const struct vy_wave *wave, struct vy_mended *row)
{
    struct noise noise;
    const vy_status status = find_noise(wave, &noise);
    if (status)
        return status;
    row->before = noise.dbfs;
    row->needed = false;
    if (noise.dbfs < LEAST_DBFS)
        snprintf(row->why, sizeof row->why, "the noise floor is low enough: %.0f dBFS", noise.dbfs);
    else if (noise.share < LEAST_SHARE)
        snprintf(row->why, sizeof row->why, "its quietest moments are not steady noise");
    else if (noise.snr_db < LEAST_SNR_DB)
        snprintf(row->why, sizeof row->why, "it is noise all the time: nothing stands out of it");
    else if (noise.snr_db > MOST_SNR_DB)
        snprintf(row->why, sizeof row->why, "the noise lies %.0f dB below the sound", noise.snr_db);
    else {
        row->needed = true;
        snprintf(row->why, sizeof row->why, "steady noise at %.0f dBFS, %.0f dB below the sound",
                 noise.dbfs, noise.snr_db);
    }
    return VY_OK;
}

/// One pass over two channels, which share their gains: left in the real, right in the imaginary
/// part.
struct pass {
    const struct noise *noise;
    float floor;
    fftwf_complex *time, *bins;
    fftwf_plan there, back;
    float window[N];
    float last[BINS]; ///< of the window before: gain^2 * power / noise
};

static void find_gains(struct pass *p, float gain[BINS])
{
    for (uint32_t k = 0; k < BINS; k++) {
        const uint32_t mirror = (N - k) % N;
        const float power = 0.5f * (p->bins[k][0] * p->bins[k][0] + p->bins[k][1] * p->bins[k][1] +
                                    p->bins[mirror][0] * p->bins[mirror][0] +
                                    p->bins[mirror][1] * p->bins[mirror][1]);
        const float over = power / (p->noise->power[k] + 1e-20f);
        const float now = over > 1 ? over - 1 : 0;
        const float ratio = (float)SMOOTH * p->last[k] + (1 - (float)SMOOTH) * now;
        const float wiener = ratio / (1 + ratio);
        p->last[k] = wiener * wiener * over;
        gain[k] = wiener > p->floor ? wiener : p->floor;
    }
}

static void one_window(struct pass *p, const float *left, const float *right, float *out_left,
                       float *out_right)
{
    float gain[BINS];
    for (uint32_t i = 0; i < N; i++) {
        p->time[i][0] = left[i] * p->window[i];
        p->time[i][1] = right[i] * p->window[i];
    }
    fftwf_execute(p->there);
    find_gains(p, gain);
    for (uint32_t k = 0; k < N; k++) {
        const float g = gain[k < BINS ? k : N - k];
        p->bins[k][0] *= g;
        p->bins[k][1] *= g;
    }
    fftwf_execute(p->back);
    const float scale = 1 / (1.5f * N); // four windows squared overlap to 3 / 2
    for (uint32_t i = 0; i < N; i++) {
        out_left[i] += p->time[i][0] * p->window[i] * scale;
        out_right[i] += p->time[i][1] * p->window[i] * scale;
    }
}

static vy_status open_pass(struct pass *p)
{
    p->time = fftwf_alloc_complex(N);
    p->bins = fftwf_alloc_complex(N);
    if (!p->time || !p->bins)
        return VY_NO_MEMORY;
    p->there = vy_fft_plan(N, p->time, p->bins, FFTW_FORWARD);
    p->back = vy_fft_plan(N, p->bins, p->time, FFTW_BACKWARD);
    for (uint32_t i = 0; i < N; i++)
        p->window[i] = (float)(0.5 - 0.5 * cos(2 * M_PI * i / N));
    return p->there && p->back ? VY_OK : VY_NO_MEMORY;
}

static void close_pass(struct pass *p)
{
    vy_fft_destroy(p->there);
    vy_fft_destroy(p->back);
    fftwf_free(p->time);
    fftwf_free(p->bins);
    free(p);
}

static vy_status clean_pair(float *left, float *right, size_t frames, const struct noise *noise,
                            double floor_db)
{
    const size_t room = frames + 2 * N;
    float *const memory = calloc(4 * room, sizeof(float));
    struct pass *const p = calloc(1, sizeof *p);
    vy_status status = memory && p ? open_pass(p) : VY_NO_MEMORY;
    if (!status) {
        float *const in_left = memory, *const in_right = memory + room;
        float *const out_left = memory + 2 * room, *const out_right = memory + 3 * room;
        p->noise = noise;
        p->floor = (float)pow(10, floor_db / 20);
        memcpy(in_left + N, left, frames * sizeof(float));
        memcpy(in_right + N, right, frames * sizeof(float));
        for (size_t at = 0; at + N <= room; at += HOP)
            one_window(p, in_left + at, in_right + at, out_left + at, out_right + at);
        memcpy(left, out_left + N, frames * sizeof(float));
        memcpy(right, out_right + N, frames * sizeof(float));
    }
    if (p)
        close_pass(p);
    free(memory);
    return status;
}

static vy_status work(struct vy_wave *wave, double strength, struct vy_mended *row)
{
    struct noise *const noise = calloc(1, sizeof *noise);
    float *const spare = calloc(wave->frames + 1, sizeof(float));
    vy_status status = noise && spare ? find_noise(wave, noise) : VY_NO_MEMORY;
    const double floor_db = -(6 + 14 * strength);
    for (uint32_t c = 0; c < wave->chans && !status; c += 2) {
        float *const right = c + 1 < wave->chans ? wave->chan[c + 1] : spare;
        status = clean_pair(wave->chan[c], right, wave->frames, noise, floor_db);
    }
    snprintf(row->did, sizeof row->did, "bins without sound were turned down by up to %.0f dB",
             -floor_db);
    free(spare);
    free(noise);
    return status;
}

const struct vy_mend_stage vy_mend_denoise = {"denoise", "dBFS", "steady noise", look, work};
