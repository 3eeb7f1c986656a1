// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/onset.h"

#include "listen/onset_judge.h"
#include "listen/simd.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#define LEVELS (240 * VY_BAND_STEPS + 1)
#define DEPTH_DB 50      ///< below the loud parts, where the compression turns linear
#define LOUD_SHARE 0.05  ///< of the hops are louder than "loud"
#define SHARP_RISE 0.03F ///< a band rises
#define AROUND_S 0.1     ///< of the mean that a top must be over
#define LATE_S 0.004     ///< tops of what is likely come so long after the note
#define ONE_NOTE_S 0.09  ///< a rise this near to what is likely is the same note
#define APART_S 0.03     ///< onsets closer than this are one
#define SILENCE_DB (-80) ///< a piece that is never louder has no onsets
#define DRUM_SHARE 0.5F  ///< of the highest bands rise with a drum
#define DRUM_RISE 0.06F  ///< mean rise of the highest bands with a drum

// Loudest band of each hop, as a histogram: the level that all but LOUD_SHARE of the hops keep
// below.
static int loud_level(const struct vy_bands *bands)
{
    static const int top = LEVELS - 1;
    const size_t hops = vy_bands_hops(bands);
    const uint32_t count = vy_bands_count(bands);
    uint32_t seen[LEVELS] = {0};
    for (size_t t = 0; t < hops; t++) {
        const int16_t *const level = vy_bands_level(bands, t);
        int most = 0;
        for (uint32_t b = 0; b < count; b++)
            most = level[b] > most ? level[b] : most;
        seen[most]++;
    }
    size_t above = 0;
    for (int i = top; i > 0; i--) {
        above += seen[i];
        if ((double)above > LOUD_SHARE * (double)hops)
            return i;
    }
    return 0;
}

static void fill_compression(float *compressed, int loud)
{
    for (int i = 0; i < LEVELS; i++) {
        const double db = (double)(i - loud) / VY_BAND_STEPS + DEPTH_DB;
        compressed[i] = (float)log10(1 + pow(10, db / 20));
    }
}

struct groups {
    uint32_t first[VY_ONSET_GROUPS + 1]; ///< first band of each group
};

static void find_groups(const struct vy_bands *bands, struct groups *groups)
{
    const uint32_t count = vy_bands_count(bands);
    uint32_t b = 0;
    groups->first[0] = 0;
    for (uint32_t g = 1; g < VY_ONSET_GROUPS; g++) {
        while (b < count && vy_bands_hz(bands, b) < (float)(50 << g))
            b++;
        groups->first[g] = b;
    }
    groups->first[VY_ONSET_GROUPS] = count;
}

static inline float greater(float x, float y)
{
    return x > y ? x : y; // fmaxf would be a call
}

// What rises from `was` to `now`; bands of `was` count with their neighbours. Two bands at least.
VY_SIMD static void one_rise(const float *restrict was, const float *restrict now, uint32_t count,
                             float *restrict rise)
{
    if (count < 2)
        return;
    rise[0] = greater(now[0] - greater(was[0], was[1]), 0);
    for (uint32_t b = 1; b + 1 < count; b++)
        rise[b] = greater(now[b] - greater(was[b], greater(was[b - 1], was[b + 1])), 0);
    rise[count - 1] = greater(now[count - 1] - greater(was[count - 1], was[count - 2]), 0);
}

static void put_rise(const struct groups *groups, const float *rise, size_t t,
                     struct vy_onset_curves *c)
{
    float total = 0;
    const uint32_t *const first = groups->first;
    for (uint32_t g = 0; g < VY_ONSET_GROUPS; g++) {
        float sum = 0;
        for (uint32_t b = first[g]; b < first[g + 1]; b++)
            sum += rise[b];
        total += sum;
        const uint32_t n = first[g + 1] - first[g];
        c->group[g][t] = n ? sum / (float)n : 0;
    }
    c->all[t] = total / (float)first[VY_ONSET_GROUPS];
    const uint32_t from = first[VY_ONSET_GROUPS - 1], to = first[VY_ONSET_GROUPS];
    uint32_t rising = 0;
    for (uint32_t b = from; b < to; b++)
        rising += rise[b] > SHARP_RISE;
    c->sharp[t] = to > from ? (float)rising / (float)(to - from) : 0;
}

static vy_status take_curves(struct vy_arena *arena, struct vy_onset_curves *c)
{
    c->all = vy_arena_take(arena, c->hops * sizeof(float));
    c->likely = vy_arena_take(arena, c->hops * sizeof(float));
    c->sharp = vy_arena_take(arena, c->hops * sizeof(float));
    for (uint32_t g = 0; g < VY_ONSET_GROUPS; g++) {
        c->group[g] = vy_arena_take(arena, c->hops * sizeof(float));
        if (!c->group[g])
            return VY_NO_MEMORY;
    }
    return c->all && c->likely && c->sharp ? VY_OK : VY_NO_MEMORY;
}

#define LINES 16 ///< compressed hops that are kept, more than the longest lag

static const size_t lags[VY_RISE_LAGS] = {1, 4, 12};

// Fills the curves and the rises of every hop.
static void fill_hops(const struct vy_bands *bands, const float *compressed,
                      const struct groups *groups, struct vy_onset_curves *curves,
                      struct vy_rise *rises)
{
    const uint32_t count = vy_bands_count(bands);
    float line[LINES][VY_BANDS_MOST], rise[VY_BANDS_MOST];
    for (size_t t = 0; t < curves->hops; t++) {
        const int16_t *const level = vy_bands_level(bands, t);
        float *const now = line[t % LINES];
        for (uint32_t b = 0; b < count; b++)
            now[b] = compressed[level[b]];
        for (size_t k = VY_RISE_LAGS; k-- > 0;) {
            one_rise(line[(t > lags[k] ? t - lags[k] : 0) % LINES], now, count, rise);
            put_rise(groups, rise, t, curves);
            for (uint32_t g = 0; g < VY_ONSET_GROUPS; g++)
                rises[t].by[k][g] = sqrtf(curves->group[g][t]);
        } // the shortest lag comes last: its rises stay in the curves
    }
}

vy_status vy_onset_curves(const struct vy_bands *bands, double hop_s, struct vy_arena *arena,
                          struct vy_onset_curves *curves)
{
    *curves = (struct vy_onset_curves){.hops = vy_bands_hops(bands), .hop_s = hop_s};
    if (take_curves(arena, curves) != VY_OK)
        return VY_NO_MEMORY;
    const int loud = loud_level(bands);
    if (loud < (SILENCE_DB - VY_BAND_FLOOR_DB) * VY_BAND_STEPS)
        return VY_OK;
    float *const compressed = malloc(LEVELS * sizeof *compressed);
    struct vy_rise *const rises = malloc(curves->hops * sizeof *rises);
    if (compressed && rises) {
        struct groups groups;
        fill_compression(compressed, loud);
        find_groups(bands, &groups);
        fill_hops(bands, compressed, &groups, curves, rises);
        vy_onset_judge(rises, curves->hops, curves->likely);
    }
    const bool done = compressed && rises;
    free(compressed);
    free(rises);
    return done ? VY_OK : VY_NO_MEMORY;
}

static float most(const float *x, size_t from, size_t to)
{
    float top = 0;
    for (size_t i = from; i < to; i++)
        top = fmaxf(top, x[i]);
    return top;
}

static float mean(const float *x, size_t from, size_t to)
{
    float sum = 0;
    for (size_t i = from; i < to; i++)
        sum += x[i];
    return sum / (float)(to - from);
}

// Where the parabola through three values is highest, -0.5..0.5 from the middle one.
static double top_of(const float *x)
{
    const double bend = (double)x[-1] - 2 * (double)x[0] + (double)x[1];
    return bend < 0 ? 0.5 * ((double)x[-1] - (double)x[1]) / bend : 0;
}

static bool is_top(const struct vy_onset_curves *c, const float *x, size_t t, float least,
                   float over)
{
    if (x[t] < least || (t && x[t] < x[t - 1]) || x[t] <= x[t + 1])
        return false;
    const size_t near = (size_t)lround(APART_S / c->hop_s);
    const size_t far = (size_t)lround(AROUND_S / c->hop_s);
    const size_t low = t > near ? t - near : 0;
    const size_t high = t + near + 1 < c->hops ? t + near + 1 : c->hops;
    const size_t from = t > far ? t - far : 0, to = t + far + 1 < c->hops ? t + far + 1 : c->hops;
    return x[t] >= most(x, low, high) && x[t] > mean(x, from, to) + over;
}

static float drum_likeness(const struct vy_onset_curves *c, size_t t)
{
    const size_t from = t > 2 ? t - 2 : 0, to = t + 3 < c->hops ? t + 3 : c->hops;
    const float share = most(c->sharp, from, to) / DRUM_SHARE;
    const float rise = most(c->group[VY_ONSET_GROUPS - 1], from, to) / DRUM_RISE;
    return fminf(1, 0.5F * fminf(share, rise));
}

// Least tops. Listeners are told what is sure; the judges of beats, who weigh each by its
// neighbours, also hear what may be one.
static const struct least {
    float likely, rise; ///< `rise` of a curve that is no likely top, and over its surroundings
} least[] = {[VY_ONSET_SURE] = {0.42F, 0.018F}, [VY_ONSET_ANY] = {0.2F, 0.015F}};

// A top of `likely` near to this hop.
static bool likely_near(const struct vy_onset_curves *c, size_t t, float likely)
{
    const size_t reach = (size_t)lround(ONE_NOTE_S / c->hop_s);
    const size_t from = t > reach ? t - reach : 0;
    for (size_t i = from; i <= t + reach && i + 1 < c->hops; i++)
        if (is_top(c, c->likely, i, likely, 0))
            return true;
    return false;
}

vy_status vy_onset_pick(const struct vy_onset_curves *curves, enum vy_onset_care care,
                        struct vy_arena *arena, struct vy_onset **onset, uint32_t *onsets)
{
    *onset = NULL;
    *onsets = 0;
    const float rise = least[care].rise, sure = least[care].likely;
    double last = -1;
    for (size_t t = 0; t + 1 < curves->hops; t++) {
        const float *const likely = curves->likely, *const all = curves->all;
        double at = (double)t * curves->hop_s;
        if (is_top(curves, likely, t, sure, 0))
            at += (t ? top_of(likely + t) * curves->hop_s : 0) - LATE_S;
        else if (is_top(curves, all, t, rise, rise) && !likely_near(curves, t, sure))
            at += t ? top_of(all + t) * curves->hop_s : 0;
        else
            continue;
        if (at - last < APART_S)
            continue;
        struct vy_onset *const more = vy_arena_grow(arena, *onset, *onsets, sizeof **onset);
        if (!more)
            return VY_NO_MEMORY;
        *onset = more;
        const float strength = most(all, t > 2 ? t - 2 : 0, t + 3 < curves->hops ? t + 3 : t + 1);
        more[(*onsets)++] = (struct vy_onset){fmax(at, 0), strength, drum_likeness(curves, t)};
        last = at;
    }
    return VY_OK;
}
