// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/repeat.h"

#include "listen/simd.h"

#include <math.h>
#include <stdlib.h>

#define D VY_STEP_TIMBRE
#define CHROMA_SHARE 0.6F ///< of the likeness of two steps; the rest is timbre
#define ALIKE 0.55F       ///< likeness that pays
#define SHORTEST_BARS 2
#define SHORTEST_S 3.5
#define REPEATS_MAX 128

struct run {
    uint32_t from, length, lag; ///< steps
    float worth;                ///< sum of likeness beyond ALIKE
};

struct likeness {
    const struct vy_steps *steps;
    float *timbre;  ///< [count][D] from the mean of all, length 1
    float *alike;   ///< [lags][count] of step i and i + lag, less ALIKE
    uint8_t *again; ///< [count] repeats something already
    uint32_t lags, lag_step, shortest;
};

VY_SIMD static float dot(const float *restrict a, const float *restrict b, uint32_t n)
{
    float lane[VY_SUM_LANES] = {0};
    uint32_t i = 0;
    for (; i + VY_SUM_LANES <= n; i += VY_SUM_LANES)
        for (uint32_t k = 0; k < VY_SUM_LANES; k++)
            lane[k] += a[i + k] * b[i + k];
    for (uint32_t k = 0; i + k < n; k++)
        lane[k] += a[i + k] * b[i + k];
    float sum = 0;
    for (uint32_t k = 0; k < VY_SUM_LANES; k++)
        sum += lane[k];
    return sum;
}

static void centre_timbre(struct likeness *l)
{
    const uint32_t n = l->steps->count;
    double mean[D] = {0};
    for (size_t i = 0; i < (size_t)n * D; i++)
        mean[i % D] += (double)l->steps->timbre[i] / n;
    for (uint32_t i = 0; i < n; i++) {
        float *const t = l->timbre + (size_t)i * D;
        for (uint32_t k = 0; k < D; k++)
            t[k] = l->steps->timbre[(size_t)i * D + k] - (float)mean[k];
        const float length = sqrtf(dot(t, t, D));
        for (uint32_t k = 0; k < D && length > 0; k++)
            t[k] /= length;
    }
}

static vy_status compare_all(struct likeness *l, struct vy_arena *scratch)
{
    const struct vy_steps *const s = l->steps;
    const uint32_t n = s->count;
    l->lag_step = s->barred ? s->bar : 1;
    l->lags = n / l->lag_step + 1;
    l->timbre = vy_arena_take(scratch, (size_t)n * D * sizeof *l->timbre);
    l->alike = vy_arena_take(scratch, (size_t)l->lags * n * sizeof *l->alike);
    l->again = vy_arena_take(scratch, n);
    if (!l->timbre || !l->alike || !l->again)
        return VY_NO_MEMORY;
    centre_timbre(l);
    for (uint32_t g = 1; g < l->lags; g++)
        for (uint32_t i = 0; i + g * l->lag_step < n; i++) {
            const uint32_t j = i + g * l->lag_step;
            const float chroma = dot(s->chroma + (size_t)i * 12, s->chroma + (size_t)j * 12, 12);
            const float timbre = dot(l->timbre + (size_t)i * D, l->timbre + (size_t)j * D, D);
            l->alike[(size_t)g * n + i] =
                CHROMA_SHARE * chroma + (1 - CHROMA_SHARE) * timbre - ALIKE;
        }
    return VY_OK;
}

// The run that is worth most at one lag, of those that are long enough and do not overlap with
// what they repeat.
static struct run best_at(const struct likeness *l, uint32_t g)
{
    const uint32_t n = l->steps->count, lag = g * l->lag_step;
    const float *const alike = l->alike + (size_t)g * n;
    struct run best = {0, 0, lag, 0};
    float worth = 0;
    uint32_t from = 0;
    for (uint32_t i = 0; i + lag < n; i++) {
        if (l->again[i + lag] || i - from >= lag) {
            worth = 0;
            from = l->again[i + lag] ? i + 1 : i;
        }
        if (l->again[i + lag])
            continue;
        worth += alike[i];
        if (worth <= 0) {
            worth = 0;
            from = i + 1;
        } else if (worth > best.worth && i + 1 - from >= l->shortest) {
            best = (struct run){from, i + 1 - from, lag, worth};
        }
    }
    return best;
}

static int by_time(const void *a, const void *b)
{
    const struct vy_repeat *const x = a, *const y = b;
    return (x->again_s > y->again_s) - (x->again_s < y->again_s);
}

static struct vy_repeat as_repeat(const struct vy_steps *s, const struct run *r)
{
    const uint32_t again = r->from + r->lag;
    const float mean = r->worth / (float)r->length + ALIKE;
    return (struct vy_repeat){s->at_s[r->from], s->at_s[r->from + r->length], s->at_s[again],
                              s->at_s[again + r->length], fminf(fmaxf(mean, 0), 1)};
}

static void take_best(struct likeness *l, struct vy_music_found *found)
{
    while (found->repeats < REPEATS_MAX) {
        struct run best = {0};
        for (uint32_t g = 1; g < l->lags; g++) {
            const struct run r = best_at(l, g);
            if (r.worth > best.worth)
                best = r;
        }
        if (!best.length)
            break;
        for (uint32_t i = 0; i < best.length; i++)
            l->again[best.from + best.lag + i] = 1;
        found->repeat[found->repeats++] = as_repeat(l->steps, &best);
    }
}

vy_status vy_repeat_find(const struct vy_steps *steps, struct vy_arena *scratch,
                         struct vy_arena *arena, struct vy_music_found *found)
{
    struct likeness l = {.steps = steps};
    if (steps->count < 2 * SHORTEST_BARS * steps->bar)
        return VY_OK;
    const double step_s = (steps->at_s[steps->count] - steps->at_s[0]) / steps->count;
    l.shortest = (uint32_t)fmax(SHORTEST_BARS * steps->bar, ceil(SHORTEST_S / step_s - 0.2));
    found->repeat = vy_arena_take(arena, REPEATS_MAX * sizeof *found->repeat);
    if (!found->repeat)
        return VY_NO_MEMORY;
    const vy_status status = compare_all(&l, scratch);
    if (status != VY_OK)
        return status;
    take_best(&l, found);
    qsort(found->repeat, found->repeats, sizeof *found->repeat, by_time);
    return VY_OK;
}
