// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/groove.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#define SWING_FROM 0.44  ///< of a beat: off-beats lie from here
#define SWING_TO 0.74    ///< to here
#define SWING_NEAR 0.035 ///< off-beats that agree lie as near as this to their median
#define SWING_LEAST 6    ///< off-beats
#define THIRD 0.09       ///< an onset this near to the first third of a beat speaks for triplets
#define BARS_LEAST 3
#define MEDIAN_OF 5

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// The median of five beats follows a change of tempo at once; the mean of three smooths.
vy_status vy_groove_tempo(struct vy_arena *arena, struct vy_music_found *found)
{
    if (found->beats < 2)
        return VY_OK;
    const int n = (int)found->beats;
    float *const curve = vy_arena_take(arena, (size_t)n * sizeof *curve);
    double *const steady = vy_arena_take(arena, (size_t)n * sizeof *steady);
    if (!curve || !steady)
        return VY_NO_MEMORY;
    for (int i = 0; i < n; i++) {
        double length[MEDIAN_OF] = {0};
        size_t got = 0;
        for (int k = i - MEDIAN_OF / 2; k <= i + MEDIAN_OF / 2; k++)
            if (k >= 0 && k + 1 < n)
                length[got++] = found->beat[k + 1] - found->beat[k];
        qsort(length, got, sizeof *length, ascending);
        steady[i] = got % 2 ? length[got / 2] : (length[got / 2 - 1] + length[got / 2]) / 2;
    }
    for (int i = 0; i < n; i++) {
        const int from = i > 0 ? i - 1 : i, to = i + 1 < n ? i + 1 : i;
        double sum = 0;
        for (int k = from; k <= to; k++)
            sum += steady[k];
        curve[i] = (float)(60 * (to - from + 1) / sum);
    }
    found->tempo_curve = curve;
    return VY_OK;
}

// Beat before a moment, and how far on the way to the next; false outside of the beats.
static bool place_in_beats(const struct vy_music_found *found, double at_s, uint32_t *beat,
                           double *part)
{
    const uint32_t n = found->beats;
    while (*beat + 1 < n && found->beat[*beat + 1] <= at_s)
        ++*beat;
    if (at_s < found->beat[0] || *beat + 1 >= n)
        return false;
    *part = (at_s - found->beat[*beat]) / (found->beat[*beat + 1] - found->beat[*beat]);
    return true;
}

static vy_status find_swing(const struct vy_onset *onset, uint32_t onsets, struct vy_arena *arena,
                            struct vy_music_found *found)
{
    double *const off = vy_arena_take(arena, (onsets + 1) * sizeof *off);
    if (!off)
        return VY_NO_MEMORY;
    uint32_t n = 0, thirds = 0, beat = 0;
    for (uint32_t i = 0; i < onsets; i++) {
        double part;
        if (!place_in_beats(found, onset[i].at_s, &beat, &part))
            continue;
        thirds += fabs(part - 1.0 / 3) < THIRD;
        if (part >= SWING_FROM && part <= SWING_TO)
            off[n++] = part;
    }
    // Where the first third sounds as well, the beat is in three rather than swung.
    if (n < SWING_LEAST || 2 * thirds > n)
        return VY_OK;
    qsort(off, n, sizeof *off, ascending);
    const double middle = n % 2 ? off[n / 2] : (off[n / 2 - 1] + off[n / 2]) / 2;
    uint32_t agree = 0;
    for (uint32_t i = 0; i < n; i++)
        agree += fabs(off[i] - middle) <= SWING_NEAR;
    const double often = fmin(1, 2.0 * agree / found->beats);
    found->swing = (float)middle;
    found->swing_confidence = found->tempo_confidence * (float)(often * agree / n);
    return VY_OK;
}

// Sums over all bars; each beat has four steps, a dotted one six.
static void sum_steps(const struct vy_onset *onset, uint32_t onsets, const uint8_t *position,
                      uint32_t per_beat, struct vy_music_found *found)
{
    uint32_t beat = 0;
    for (uint32_t i = 0; i < onsets; i++) {
        double part;
        if (!place_in_beats(found, onset[i].at_s, &beat, &part))
            continue;
        const uint32_t step = (uint32_t)lround(part * per_beat);
        const double length_s = found->beat[beat + 1] - found->beat[beat];
        const uint32_t at = (position[beat] * per_beat + step) % found->groove_steps;
        struct vy_groove_step *const g = &found->groove[at];
        g->late_ms += (float)(1000 * (part - (double)step / per_beat) * length_s);
        g->strength += onset[i].strength;
        g->share += 1;
    }
}

static vy_status find_groove(const struct vy_onset *onset, uint32_t onsets, const uint8_t *position,
                             struct vy_arena *arena, struct vy_music_found *found)
{
    if (!position || found->downbeats < BARS_LEAST)
        return VY_OK;
    const uint32_t per_beat = found->beats_per_bar == 2 ? 6 : 4;
    found->groove_steps = found->beats_per_bar * per_beat;
    found->groove = vy_arena_take(arena, found->groove_steps * sizeof *found->groove);
    if (!found->groove)
        return VY_NO_MEMORY;
    sum_steps(onset, onsets, position, per_beat, found);
    float most = 0;
    for (uint32_t s = 0; s < found->groove_steps; s++) {
        struct vy_groove_step *const g = &found->groove[s];
        if (g->share > 0) {
            g->late_ms /= g->share;
            g->strength /= g->share;
        }
        g->share = fminf(1, g->share / (float)found->downbeats);
        most = fmaxf(most, g->strength);
    }
    for (uint32_t s = 0; s < found->groove_steps && most > 0; s++)
        found->groove[s].strength /= most;
    return VY_OK;
}

vy_status vy_groove_find(const struct vy_onset *onset, uint32_t onsets, const uint8_t *position,
                         struct vy_arena *arena, struct vy_music_found *found)
{
    if (found->beats < 2)
        return VY_OK;
    vy_status status = find_swing(onset, onsets, arena, found);
    if (status == VY_OK)
        status = find_groove(onset, onsets, position, arena, found);
    return status;
}
