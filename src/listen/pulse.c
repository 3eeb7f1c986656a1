// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/pulse.h"

#include <math.h>
#include <stdlib.h>

#define NEAR 2 ///< hops on either side
#define WIDE 4
#define TOP 4.0F ///< of a curve, before its root is taken

static int by_strength(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x < y) - (x > y);
}

// Mean strength of the stronger half of the onsets.
static vy_status usual_strength(const struct vy_onset *onset, uint32_t onsets, float *usual)
{
    *usual = 1;
    if (!onsets)
        return VY_OK;
    float *const strength = malloc(onsets * sizeof *strength);
    if (!strength)
        return VY_NO_MEMORY;
    for (uint32_t i = 0; i < onsets; i++)
        strength[i] = onset[i].strength;
    qsort(strength, onsets, sizeof *strength, by_strength);
    const uint32_t half = (onsets + 1) / 2;
    double sum = 0;
    for (uint32_t i = 0; i < half; i++)
        sum += (double)strength[i];
    *usual = (float)(sum / half);
    free(strength);
    return VY_OK;
}

static void most_within(const float *x, size_t n, size_t reach, float *y)
{
    for (size_t t = 0; t < n; t++) {
        const size_t from = t > reach ? t - reach : 0, to = t + reach < n ? t + reach : n - 1;
        float top = x[from];
        for (size_t i = from + 1; i <= to; i++)
            top = fmaxf(top, x[i]);
        y[t] = top;
    }
}

static const struct {
    uint32_t first, count; ///< groups of onset curves
} channel_groups[VY_PULSE_CHANNELS] = {{0, 0}, {0, 2}, {2, 3}, {5, 2}, {7, 1}};

static void one_channel(const struct vy_onset_curves *c, uint32_t channel, float usual, float *y)
{
    const uint32_t first = channel_groups[channel].first, count = channel_groups[channel].count;
    for (size_t t = 0; t < c->hops; t++) {
        float x = count ? 0 : c->all[t];
        for (uint32_t g = first; g < first + count; g++)
            x += c->group[g][t] / (float)count;
        y[t] = sqrtf(fminf(x / usual, TOP));
    }
}

vy_status vy_pulse_view(const struct vy_onset_curves *curves, const struct vy_onset *onset,
                        uint32_t onsets, struct vy_arena *arena, struct vy_pulse_view *view)
{
    *view = (struct vy_pulse_view){.hops = curves->hops, .hop_s = curves->hop_s};
    float usual;
    if (usual_strength(onset, onsets, &usual) != VY_OK)
        return VY_NO_MEMORY;
    float *const line = vy_arena_take(arena, curves->hops * sizeof(float));
    for (uint32_t c = 0; c < VY_PULSE_CHANNELS; c++) {
        view->near[c] = vy_arena_take(arena, curves->hops * sizeof(float));
        view->wide[c] = vy_arena_take(arena, curves->hops * sizeof(float));
        if (!line || !view->near[c] || !view->wide[c])
            return VY_NO_MEMORY;
        one_channel(curves, c, usual, line);
        most_within(line, curves->hops, NEAR, view->near[c]);
        most_within(line, curves->hops, WIDE, view->wide[c]);
    }
    return VY_OK;
}
