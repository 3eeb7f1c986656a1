// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// True peaks above the ceiling. Peaks are read in steps of 16 frames; the gain each step needs is
// spread by a running minimum and smoothed by a mean of the same width, so that it never is higher
// than needed and has no edges.
#include "enhance/stages.h"
#include "listen/true_peak.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP VY_TRUE_PEAK_STEP
#define REACH_S 0.005 ///< on either side of a peak

static vy_status look(const struct vy_wave *wave, struct vy_mended *row)
{
    double lufs, dbtp;
    const vy_status status = vy_wave_loudness(wave, &lufs, &dbtp);
    row->before = isfinite(dbtp) ? dbtp : -200;
    row->needed = dbtp > VY_ENHANCE_CEILING_DBTP + 0.01;
    snprintf(row->why, sizeof row->why, "the true peak is %.1f dBTP, the ceiling %.0f", row->before,
             VY_ENHANCE_CEILING_DBTP);
    return status;
}

// Largest true peak of each step, all channels.
static vy_status read_peaks(const struct vy_wave *wave, float *peak, size_t steps)
{
    struct vy_true_peak_filter filter;
    vy_true_peak_design(&filter);
    const size_t room = VY_TRUE_PEAK_PAST + (steps + 2) * STEP;
    float *const line = calloc(room, sizeof(float));
    if (!line)
        return VY_NO_MEMORY;
    for (uint32_t c = 0; c < wave->chans; c++) {
        memcpy(line + VY_TRUE_PEAK_PAST, wave->chan[c], wave->frames * sizeof(float));
        for (size_t s = 0; s < steps;
             s++) { // a reading comes late: look at both steps it may be of
            const float *const x = line + VY_TRUE_PEAK_PAST + s * STEP;
            peak[s] = vy_true_peak_run(&filter, x, 2 * STEP, peak[s]);
        }
    }
    free(line);
    return VY_OK;
}

// gain[s] becomes the mean over +-reach of the minimum over +-reach of what is needed.
static vy_status shape_gain(float *gain, size_t steps, size_t reach)
{
    float *const least = malloc(steps * sizeof(float));
    if (!least)
        return VY_NO_MEMORY;
    for (size_t s = 0; s < steps; s++) {
        least[s] = 1;
        const size_t from = s > reach ? s - reach : 0,
                     to = s + reach < steps ? s + reach : steps - 1;
        for (size_t i = from; i <= to; i++)
            least[s] = gain[i] < least[s] ? gain[i] : least[s];
    }
    for (size_t s = 0; s < steps; s++) {
        double sum = 0;
        for (size_t i = 0; i <= 2 * reach; i++) {
            const size_t at = s + i < reach ? 0 : s + i - reach < steps ? s + i - reach : steps - 1;
            sum += (double)least[at];
        }
        gain[s] = (float)(sum / (double)(2 * reach + 1));
    }
    free(least);
    return VY_OK;
}

static void apply_gain(struct vy_wave *wave, const float *gain, size_t steps)
{
    for (uint32_t c = 0; c < wave->chans; c++)
        for (size_t i = 0; i < wave->frames; i++) {
            const size_t s = i / STEP, next = s + 1 < steps ? s + 1 : s;
            const float t = (float)(i % STEP) / STEP;
            wave->chan[c][i] *= gain[s] + t * (gain[next] - gain[s]);
        }
}

static vy_status limit_once(struct vy_wave *wave, double ceiling_dbtp, float *least)
{
    const size_t steps = wave->frames / STEP + 1;
    float *const gain = calloc(steps, sizeof(float));
    vy_status status = gain ? read_peaks(wave, gain, steps) : VY_NO_MEMORY;
    const float ceiling = (float)pow(10, ceiling_dbtp / 20);
    *least = 1;
    for (size_t s = 0; !status && s < steps; s++) {
        gain[s] = gain[s] > ceiling ? ceiling / gain[s] : 1;
        *least = gain[s] < *least ? gain[s] : *least;
    }
    if (!status && *least < 1)
        status = shape_gain(gain, steps, (size_t)(REACH_S * wave->sr_hz / STEP) + 1);
    if (!status && *least < 1)
        apply_gain(wave, gain, steps);
    free(gain);
    return status;
}

vy_status vy_wave_limit(struct vy_wave *wave, double ceiling_dbtp, double *most_db)
{
    float least = 1, rest = 1;
    // a gain that moves bends the wave a little: the second run takes what the first left
    vy_status status = limit_once(wave, ceiling_dbtp - 0.02, &least);
    if (!status && least < 1)
        status = limit_once(wave, ceiling_dbtp - 0.02, &rest);
    *most_db = -20 * log10((double)least);
    return status;
}

static vy_status work(struct vy_wave *wave, double strength, struct vy_mended *row)
{
    (void)strength;
    double most_db;
    const vy_status status = vy_wave_limit(wave, VY_ENHANCE_CEILING_DBTP, &most_db);
    snprintf(row->did, sizeof row->did, "peaks were turned down by up to %.1f dB", most_db);
    return status;
}

const struct vy_mend_stage vy_mend_limit = {"limit", "dBTP", "peaks above -1 dBTP", look, work};
