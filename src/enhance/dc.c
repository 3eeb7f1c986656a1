// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A constant offset: the mean of a channel.
#include "enhance/stages.h"

#include <math.h>
#include <stdio.h>

#define LEAST_DB (-60.0) ///< of full scale

static double mean_of(const struct vy_wave *wave, uint32_t c)
{
    double sum = 0;
    for (size_t i = 0; i < wave->frames; i++)
        sum += (double)wave->chan[c][i];
    return wave->frames ? sum / (double)wave->frames : 0;
}

static vy_status look(const struct vy_wave *wave, struct vy_mended *row)
{
    double most = 0;
    for (uint32_t c = 0; c < wave->chans; c++)
        most = fmax(most, fabs(mean_of(wave, c)));
    row->before = 20 * log10(most + 1e-10);
    row->needed = row->before > LEAST_DB;
    snprintf(row->why, sizeof row->why, "the mean lies %s%.5f off zero", row->needed ? "" : "only ",
             most);
    return VY_OK;
}

static vy_status work(struct vy_wave *wave, double strength, struct vy_mended *row)
{
    (void)strength; // there is nothing to be careful about
    for (uint32_t c = 0; c < wave->chans; c++) {
        const float mean = (float)mean_of(wave, c);
        for (size_t i = 0; i < wave->frames; i++)
            wave->chan[c][i] -= mean;
    }
    snprintf(row->did, sizeof row->did, "the mean was taken off");
    return VY_OK;
}

const struct vy_mend_stage vy_mend_dc = {"dc", "dBFS", "a constant offset", look, work};
