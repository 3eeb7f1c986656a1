// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/drum_map.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#define BARS_MIN 3
#define NEAR_S 0.03
#define LOUD_SHARE 0.98  ///< of the hops of a curve lie below "loud"
#define HIT 0.25F        ///< of a loud rise
#define RISE_MIN 0.02F   ///< a piece whose loud rises are less has no such drum
#define SNARE_HIT 0.5F   ///< a snare is as loud as anything in its octaves
#define SNARE_SHARP 0.6F ///< share of the highest bands that rise with it

struct hits {
    const struct vy_onset_curves *curves;
    float low_min, middle_min;
};

static int by_size(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

// Below 200 Hz: kicks. 400 Hz to 1.6 kHz: the skin of a snare.
static float low(const struct vy_onset_curves *c, size_t t)
{
    return c->group[0][t] + c->group[1][t];
}

static float middle(const struct vy_onset_curves *c, size_t t)
{
    return c->group[3][t] + c->group[4][t];
}

static vy_status threshold(const struct vy_onset_curves *c,
                           float (*curve)(const struct vy_onset_curves *, size_t), float hit,
                           struct vy_arena *scratch, float *least)
{
    float *const value = vy_arena_take(scratch, c->hops * sizeof *value);
    if (!value)
        return VY_NO_MEMORY;
    for (size_t t = 0; t < c->hops; t++)
        value[t] = curve(c, t);
    qsort(value, c->hops, sizeof *value, by_size);
    *least = fmaxf(hit * value[(size_t)(LOUD_SHARE * (double)(c->hops - 1))], RISE_MIN);
    return VY_OK;
}

static void hear(const struct hits *h, double at_s, bool *kick, bool *snare)
{
    const struct vy_onset_curves *const c = h->curves;
    const double first = fmax((at_s - NEAR_S) / c->hop_s, 0), last = (at_s + NEAR_S) / c->hop_s;
    *kick = *snare = false;
    float sharp = 0, skin = 0;
    for (size_t t = (size_t)first; t < c->hops && (double)t <= last; t++) {
        *kick = *kick || low(c, t) >= h->low_min;
        sharp = fmaxf(sharp, c->sharp[t]);
        skin = fmaxf(skin, middle(c, t));
    }
    *snare = sharp >= SNARE_SHARP && skin >= h->middle_min;
}

vy_status vy_drum_map_find(const struct vy_onset_curves *curves, struct vy_arena *scratch,
                           struct vy_music_found *found)
{
    struct hits h = {.curves = curves};
    struct vy_drum_map *const map = &found->drum_map;
    const uint32_t n = found->beats_per_bar;
    if (!n || n > VY_DRUM_MAP_BEATS || found->downbeats < BARS_MIN || !curves->hops)
        return VY_OK;
    if (threshold(curves, low, HIT, scratch, &h.low_min) != VY_OK ||
        threshold(curves, middle, SNARE_HIT, scratch, &h.middle_min) != VY_OK)
        return VY_NO_MEMORY;
    uint32_t heard[VY_DRUM_MAP_BEATS] = {0}, d = 0, place = VY_DRUM_MAP_BEATS;
    for (uint32_t i = 0; i < found->beats; i++) {
        while (d < found->downbeats && found->downbeat[d] < found->beat[i] - NEAR_S)
            d++;
        const bool down =
            d < found->downbeats && fabs(found->downbeat[d] - found->beat[i]) <= NEAR_S;
        place = down ? 0 : place + 1;
        if (place >= n)
            continue;
        bool kick, snare;
        hear(&h, found->beat[i], &kick, &snare);
        heard[place]++;
        map->kick[place] += kick;
        map->snare[place] += snare;
    }
    for (uint32_t p = 0; p < n; p++) {
        map->kick[p] /= (float)(heard[p] ? heard[p] : 1);
        map->snare[p] /= (float)(heard[p] ? heard[p] : 1);
    }
    map->beats = n;
    return VY_OK;
}
