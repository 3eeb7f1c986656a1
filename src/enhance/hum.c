// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Mains hum: lines at 50 or 60 Hz and multiples that stand out of their surroundings nine tenths of
// the time. A bass note may lie at 49 or 61 Hz, but it comes and goes.
#include "enhance/stages.h"
#include "enhance/welch.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW_S 0.7
#define HARMONICS 16
#define PROMINENT_DB 10.0 ///< over the median of the surroundings
#define LEAST_DB (-84.0)  ///< of full scale, all lines together
#define LEAST_LINES 2     ///< below 400 Hz

/// The lines of one mains frequency.
struct hum {
    double mains_hz; ///< as found, 0 = none
    double power;    ///< of all lines, that never goes away
    bool line[HARMONICS + 1];
    int low_lines; ///< among the first six
};

static uint32_t window_of(uint32_t sr_hz)
{
    uint32_t n = 1024;
    while (n < WINDOW_S * sr_hz && n < 65536)
        n *= 2;
    return n;
}

static int by_size(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

// Median of the bins 4 to 12 Hz on either side.
static double surroundings(const struct vy_welch *w, double bin)
{
    float near[256];
    int n = 0;
    for (double hz = 4; hz <= 12; hz += w->bin_hz)
        for (int side = -1; side <= 1; side += 2) {
            const double at = bin + side * hz / w->bin_hz;
            if (at >= 1 && at < w->bins && n < 256)
                near[n++] = w->low[(uint32_t)at];
        }
    qsort(near, (size_t)n, sizeof *near, by_size);
    return n ? (double)near[n / 2] : 0;
}

// The largest steady bin within `reach` bins; its power with both neighbours.
static double line_at(const struct vy_welch *w, double bin, double reach, uint32_t *top)
{
    *top = (uint32_t)lround(bin);
    for (double at = bin - reach; at <= bin + reach; at++) {
        const uint32_t k = (uint32_t)lround(fmax(at, 1));
        if (k + 1 < w->bins && w->low[k] > w->low[*top])
            *top = k;
    }
    if (*top < 1 || *top + 1 >= w->bins)
        return 0;
    return (double)w->low[*top - 1] + (double)w->low[*top] + (double)w->low[*top + 1];
}

// Between the bins, by a parabola through three levels.
static double exact_bin(const struct vy_welch *w, uint32_t k)
{
    const double a = log((double)w->low[k - 1] + 1e-20), b = log((double)w->low[k] + 1e-20);
    const double c = log((double)w->low[k + 1] + 1e-20), bend = a - 2 * b + c;
    return k + (bend < 0 ? 0.5 * (a - c) / bend : 0);
}

static struct hum try_mains(const struct vy_welch *w, double nominal_hz)
{
    struct hum hum = {.mains_hz = nominal_hz};
    double hz_sum = 0, weight = 0;
    for (int h = 1; h <= HARMONICS; h++) {
        const double bin = nominal_hz * h / w->bin_hz;
        uint32_t top;
        const double power = line_at(w, bin, 0.006 * bin + 1, &top);
        if (power <= 0 || power < 3 * surroundings(w, top) * pow(10, PROMINENT_DB / 10))
            continue;
        hum.line[h] = true;
        hum.power += power;
        hum.low_lines += h <= 6;
        hz_sum += exact_bin(w, top) * w->bin_hz * h * power; // higher lines tell it better
        weight += (double)h * h * power;
    }
    if (weight > 0)
        hum.mains_hz = hz_sum / weight;
    return hum;
}

static vy_status find_hum(const struct vy_wave *wave, struct hum *hum)
{
    struct vy_welch w;
    const uint32_t n = window_of(wave->sr_hz);
    const uint32_t all = n / 2 + 1, low = (uint32_t)(1050.0 * n / wave->sr_hz);
    const uint32_t bins = low < all ? low : all;
    const vy_status status = vy_welch_of(wave, n, bins, &w);
    if (status)
        return status;
    const struct hum fifty = try_mains(&w, 50), sixty = try_mains(&w, 60);
    *hum = fifty.power >= sixty.power ? fifty : sixty;
    if (w.windows < 4)
        *hum = (struct hum){0};
    vy_welch_clear(&w);
    return VY_OK;
}

static vy_status look(const struct vy_wave *wave, struct vy_mended *row)
{
    struct hum hum;
    const vy_status status = find_hum(wave, &hum);
    if (status)
        return status;
    row->before = 10 * log10(2 * hum.power + 1e-16);
    row->needed = hum.low_lines >= LEAST_LINES && row->before > LEAST_DB;
    if (row->needed)
        snprintf(row->why, sizeof row->why, "steady lines of %.1f Hz mains at %.0f dBFS",
                 hum.mains_hz, row->before);
    else
        snprintf(row->why, sizeof row->why, "no steady lines at multiples of 50 or 60 Hz");
    return VY_OK;
}

// Mean over +-reach around each place, as far as there is sound, by running sums.
static void smooth(double *x, double *room, size_t n, size_t reach)
{
    double sum = 0;
    for (size_t i = 0; i < n && i < reach; i++)
        sum += x[i];
    size_t count = n < reach ? n : reach;
    for (size_t i = 0; i < n; i++) {
        if (i + reach < n) {
            sum += x[i + reach];
            count++;
        }
        if (i > reach) {
            sum -= x[i - reach - 1];
            count--;
        }
        room[i] = sum / (double)count;
    }
    memcpy(x, room, n * sizeof *x);
}

/// One channel, and room for a line: its two parts at rest, and one more to smooth them in.
struct line {
    float *x;
    double *cosine, *sine, *room;
    size_t n;
};

// What of the line is there, slowly changing, is taken off: no filter rings, no end is left over.
static void subtract_line(struct line *l, double turns, size_t reach)
{
    for (size_t i = 0; i < l->n; i++) {
        const double angle = 2 * M_PI * fmod(turns * (double)i, 1);
        l->cosine[i] = (double)l->x[i] * cos(angle);
        l->sine[i] = (double)l->x[i] * sin(angle);
    }
    for (int pass = 0; pass < 2; pass++) {
        smooth(l->cosine, l->room, l->n, reach);
        smooth(l->sine, l->room, l->n, reach);
    }
    for (size_t i = 0; i < l->n; i++) {
        const double angle = 2 * M_PI * fmod(turns * (double)i, 1);
        l->x[i] -= (float)(2 * (l->cosine[i] * cos(angle) + l->sine[i] * sin(angle)));
    }
}

static vy_status work(struct vy_wave *wave, double strength, struct vy_mended *row)
{
    struct hum hum;
    const vy_status status = find_hum(wave, &hum);
    if (status)
        return status;
    double *const memory = malloc(3 * (wave->frames + 1) * sizeof *memory);
    if (!memory)
        return VY_NO_MEMORY;
    const double width_hz = 0.7 + strength;
    int lines = 0;
    for (int h = 1; h <= HARMONICS; h++) {
        if (!hum.line[h] || hum.mains_hz * h > 0.45 * wave->sr_hz)
            continue;
        for (uint32_t c = 0; c < wave->chans; c++) {
            struct line line = {wave->chan[c], memory, memory + wave->frames,
                                memory + 2 * wave->frames, wave->frames};
            subtract_line(&line, hum.mains_hz * h / wave->sr_hz,
                          (size_t)(wave->sr_hz / (2 * width_hz)));
        }
        lines++;
    }
    free(memory);
    snprintf(row->did, sizeof row->did, "%d lines at multiples of %.2f Hz were taken off", lines,
             hum.mains_hz);
    return VY_OK;
}

const struct vy_mend_stage vy_mend_hum = {"hum", "dBFS", "mains hum", look, work};
