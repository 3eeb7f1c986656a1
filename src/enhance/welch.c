// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "enhance/welch.h"

#include "listen/stft.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MIX 4096

struct gather {
    uint32_t bins;
    float *all; ///< [windows][bins]
    size_t windows, room;
    vy_status status;
};

static void take_hop(void *arg, const struct vy_hop *hop)
{
    struct gather *const g = arg;
    if (g->status || hop->index == 0) // the first window is half empty
        return;
    if (g->windows == g->room) {
        const size_t room = g->room ? 2 * g->room : 64;
        float *const more = realloc(g->all, room * g->bins * sizeof(float));
        if (!more) {
            g->status = VY_NO_MEMORY;
            return;
        }
        g->all = more;
        g->room = room;
    }
    memcpy(g->all + g->windows++ * g->bins, hop->power, g->bins * sizeof(float));
}

static int by_size(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

// The level that a tenth of the windows stay below; a window's level is the mean of its logarithms.
static vy_status quiet_windows(const struct gather *g, bool *quiet)
{
    float *const level = malloc(2 * (g->windows + 1) * sizeof *level);
    if (!level)
        return VY_NO_MEMORY;
    float *const sorted = level + g->windows + 1;
    for (size_t w = 0; w < g->windows; w++) {
        level[w] = 0;
        for (uint32_t k = 1; k < g->bins; k++)
            level[w] += logf(g->all[w * g->bins + k] + 1e-20f);
    }
    memcpy(sorted, level, g->windows * sizeof *level);
    qsort(sorted, g->windows, sizeof *sorted, by_size);
    for (size_t w = 0; w < g->windows; w++)
        quiet[w] = level[w] <= sorted[g->windows / 10];
    free(level);
    return VY_OK;
}

static void add_quiet(const struct gather *g, const bool *quiet, double scale, float *mean)
{
    size_t n = 0;
    for (size_t w = 0; w < g->windows; w++) {
        n += quiet[w];
        for (uint32_t k = 0; quiet[w] && k < g->bins; k++)
            mean[k] += g->all[w * g->bins + k];
    }
    for (uint32_t k = 0; n && k < g->bins; k++)
        mean[k] *= (float)scale / (float)n;
}

static vy_status summarise(const struct gather *g, double scale, struct vy_welch *welch)
{
    float *const column = malloc((g->windows ? g->windows : 1) * sizeof(float));
    if (!column)
        return VY_NO_MEMORY;
    for (uint32_t k = 0; k < g->bins; k++) {
        double sum = 0;
        for (size_t w = 0; w < g->windows; w++) {
            column[w] = g->all[w * g->bins + k];
            sum += (double)column[w];
        }
        qsort(column, g->windows, sizeof(float), by_size);
        welch->mean[k] = g->windows ? (float)(scale * sum / (double)g->windows) : 0;
        welch->low[k] = g->windows ? (float)scale * column[g->windows / 10] : 0;
        welch->rise[k] =
            g->windows ? column[g->windows / 5] / (column[g->windows / 20] + 1e-20f) : 0;
    }
    free(column);
    bool *const quiet = calloc(g->windows + 1, sizeof *quiet);
    const vy_status status = quiet ? quiet_windows(g, quiet) : VY_NO_MEMORY;
    if (!status)
        add_quiet(g, quiet, scale, welch->quiet);
    free(quiet);
    return status;
}

static void push_mix(const struct vy_wave *wave, struct vy_stft *stft)
{
    float mono[MIX];
    for (size_t at = 0; at < wave->frames; at += MIX) {
        const size_t n = wave->frames - at < MIX ? wave->frames - at : MIX;
        for (size_t i = 0; i < n; i++) {
            mono[i] = 0;
            for (uint32_t c = 0; c < wave->chans; c++)
                mono[i] += wave->chan[c][at + i] / (float)wave->chans;
        }
        vy_stft_push(stft, mono, n); // the windows over the end are half empty, too: no finish
    }
}

vy_status vy_welch_of(const struct vy_wave *wave, uint32_t n_fft, uint32_t bins,
                      struct vy_welch *welch)
{
    *welch = (struct vy_welch){0};
    struct gather g = {.bins = bins ? bins : n_fft / 2 + 1};
    struct vy_stft *stft = NULL;
    vy_status status = vy_stft_new(wave->sr_hz, n_fft, n_fft / 2, take_hop, &g, &stft);
    if (status)
        return status;
    push_mix(wave, stft);
    vy_stft_destroy(stft);
    *welch = (struct vy_welch){.bins = g.bins,
                               .bin_hz = (double)wave->sr_hz / n_fft,
                               .windows = (uint32_t)g.windows,
                               .mean = calloc(g.bins, sizeof(float)),
                               .low = calloc(g.bins, sizeof(float)),
                               .quiet = calloc(g.bins, sizeof(float)),
                               .rise = calloc(g.bins, sizeof(float))};
    status = g.status;
    if (!welch->mean || !welch->low || !welch->quiet || !welch->rise)
        status = VY_NO_MEMORY;
    if (!status) // Hann: the bins of a sine of full scale add up to 3 / 32 n_fft^2
        status = summarise(&g, 16 / (3.0 * n_fft * n_fft), welch);
    free(g.all);
    if (status)
        vy_welch_clear(welch);
    return status;
}

void vy_welch_clear(struct vy_welch *welch)
{
    free(welch->mean);
    free(welch->low);
    free(welch->quiet);
    free(welch->rise);
    *welch = (struct vy_welch){0};
}
