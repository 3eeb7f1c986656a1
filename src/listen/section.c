// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/section.h"

#include "listen/simd.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define D VY_STEP_TIMBRE
#define CUT_PRICE 1.3     ///< of a cut, in bars of the piece's mean variance between bars
#define LONG_BARS 20      ///< from here on a cut costs more
#define LONG_POWER 0.25   ///< with this power of the length
#define FAR_MIN 1.2       ///< where bars differ less, nobody hears sections
#define FAR_TAIL 1.5      ///< times the median distance: the most that the mean may be
#define INSIDE_PRICE 0.25 ///< of a cut inside a bar, in cuts
#define UNEVEN_PRICE 0.2  ///< of a length that is no round number of bars, in cuts
#define UNEVEN 0.26       ///< bars off
#define SHORTEST_BARS 2
#define SHORTEST_S 3.2
#define LONG_PIECE_S 75.0
#define SHORTEST_LONG_BARS 4
#define SHORTEST_LONG_S 6.0
#define LETTERS 64
#define ALIKE 0.35      ///< squared distance of the same letter, in distances of a bar
#define ALIKE_PRICE 0.8 ///< or what two letters explain more than one, in cuts

struct form {
    const struct vy_steps *steps;
    double *sum;              ///< [count + 1][D] of the timbre before a step
    double *squares;          ///< [count + 1]
    double bar;               ///< squared distance of a bar from the mean of all, times its steps
    double price;             ///< of a cut
    uint32_t shortest, round; ///< steps
    uint32_t *cut;            ///< [cuts + 1] where the sections begin, and the end
    uint32_t cuts;            ///< sections
    uint8_t *letter;          ///< [cuts]
};

VY_SIMD static double squared(const double *restrict a, const double *restrict b)
{
    double lane[VY_SUM_LANES] = {0};
    uint32_t i = 0;
    for (; i + VY_SUM_LANES <= D; i += VY_SUM_LANES)
        for (uint32_t k = 0; k < VY_SUM_LANES; k++)
            lane[k] += (b[i + k] - a[i + k]) * (b[i + k] - a[i + k]);
    for (uint32_t k = 0; i + k < D; k++)
        lane[k] += (b[i + k] - a[i + k]) * (b[i + k] - a[i + k]);
    double sum = 0;
    for (uint32_t k = 0; k < VY_SUM_LANES; k++)
        sum += lane[k];
    return sum;
}

// Squared distances of the steps from their mean, summed.
static double spread(const struct form *f, uint32_t from, uint32_t to)
{
    const double of_mean = squared(f->sum + (size_t)from * D, f->sum + (size_t)to * D);
    return f->squares[to] - f->squares[from] - of_mean / (to - from);
}

static vy_status add_up(struct form *f, struct vy_arena *scratch)
{
    const uint32_t n = f->steps->count;
    f->sum = vy_arena_take(scratch, ((size_t)n + 1) * D * sizeof *f->sum);
    f->squares = vy_arena_take(scratch, ((size_t)n + 1) * sizeof *f->squares);
    f->cut = vy_arena_take(scratch, ((size_t)n + 2) * sizeof *f->cut);
    f->letter = vy_arena_take(scratch, (size_t)n + 1);
    if (!f->sum || !f->squares || !f->cut || !f->letter)
        return VY_NO_MEMORY;
    for (uint32_t i = 0; i < n; i++) {
        double square = 0;
        for (uint32_t k = 0; k < D; k++) {
            const double x = (double)f->steps->timbre[(size_t)i * D + k];
            f->sum[(size_t)(i + 1) * D + k] = f->sum[(size_t)i * D + k] + x;
            square += x * x;
        }
        f->squares[i + 1] = f->squares[i] + square;
    }
    return VY_OK;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// Squared distance of a bar from the mean of all: what the sections can explain at best. A few bars
// that are like nothing else, as in a quiet intro, do not hide what the others have.
static vy_status between_bars(struct form *f, struct vy_arena *scratch)
{
    const uint32_t n = f->steps->count, bar = f->steps->bar, bars = n / bar;
    double *const far = vy_arena_take(scratch, bars * sizeof *far);
    if (!far)
        return VY_NO_MEMORY;
    double mean[D], total = 0;
    for (uint32_t k = 0; k < D; k++)
        mean[k] = f->sum[(size_t)bars * bar * D + k] / bars;
    for (uint32_t b = 0; b < bars; b++) {
        double of_bar[D];
        for (uint32_t k = 0; k < D; k++)
            of_bar[k] = f->sum[(size_t)(b + 1) * bar * D + k] - f->sum[(size_t)b * bar * D + k];
        far[b] = squared(of_bar, mean) / bar; // of means: / bar twice, times the steps of a bar
        total += far[b] / bars;
    }
    qsort(far, bars, sizeof *far, by_size);
    f->bar = fmax(fmin(total, FAR_TAIL * far[bars / 2]), FAR_MIN);
    return VY_OK;
}

static vy_status set_prices(struct form *f, struct vy_arena *scratch)
{
    const struct vy_steps *const s = f->steps;
    const double length_s = s->at_s[s->count] - s->at_s[0], step_s = length_s / s->count;
    const double bars = (double)s->count / s->bar;
    const bool is_long = length_s > LONG_PIECE_S;
    const double least_s = is_long ? SHORTEST_LONG_S : SHORTEST_S;
    const uint32_t least_bars = is_long ? SHORTEST_LONG_BARS : SHORTEST_BARS;
    const vy_status status = between_bars(f, scratch);
    f->price = f->bar * CUT_PRICE * pow(fmax(bars / LONG_BARS, 1), LONG_POWER);
    f->shortest = (uint32_t)fmax(least_bars * s->bar, ceil(least_s / step_s - 0.2));
    f->round = (is_long ? 4 : 2) * s->bar;
    return status;
}

// What a section costs beside the unlikeness of its steps.
static double extra(const struct form *f, uint32_t from, uint32_t to)
{
    if (!f->steps->barred)
        return f->price;
    const uint32_t over = (to - from) % f->round;
    const uint32_t off = over < f->round - over ? over : f->round - over;
    const double inside = f->steps->down[from] || from == 0 ? 0 : INSIDE_PRICE;
    const double uneven = off > UNEVEN * f->steps->bar ? UNEVEN_PRICE : 0;
    return f->price * (1 + inside + uneven);
}

static vy_status cut_best(struct form *f, struct vy_arena *scratch)
{
    const uint32_t n = f->steps->count;
    double *const cost = vy_arena_take(scratch, ((size_t)n + 1) * sizeof *cost);
    uint32_t *const before = vy_arena_take(scratch, ((size_t)n + 1) * sizeof *before);
    if (!cost || !before)
        return VY_NO_MEMORY;
    for (uint32_t to = 1; to <= n; to++) {
        cost[to] = to < f->shortest && to < n ? DBL_MAX : spread(f, 0, to) + extra(f, 0, to);
        for (uint32_t from = f->shortest; from + f->shortest <= to; from++) {
            const double c = cost[from] + spread(f, from, to) + extra(f, from, to);
            if (c < cost[to]) {
                cost[to] = c;
                before[to] = from;
            }
        }
    }
    f->cuts = 0;
    for (uint32_t at = n; at > 0; at = before[at])
        f->cuts++;
    f->cut[f->cuts] = n;
    for (uint32_t at = n, i = f->cuts; at > 0; at = before[at])
        f->cut[--i] = before[at];
    return VY_OK;
}

// Mean timbre of all sections with a letter.
static uint32_t mean_of(const struct form *f, uint32_t letter, double *mean)
{
    uint32_t steps = 0;
    memset(mean, 0, D * sizeof *mean);
    for (uint32_t i = 0; i < f->cuts; i++) {
        if (f->letter[i] != letter)
            continue;
        const uint32_t from = f->cut[i], to = f->cut[i + 1];
        for (uint32_t k = 0; k < D; k++)
            mean[k] += f->sum[(size_t)to * D + k] - f->sum[(size_t)from * D + k];
        steps += to - from;
    }
    for (uint32_t k = 0; k < D && steps; k++)
        mean[k] /= steps;
    return steps;
}

static void rename_letter(struct form *f, uint32_t from, uint32_t to)
{
    for (uint32_t i = 0; i < f->cuts; i++)
        if (f->letter[i] == from)
            f->letter[i] = (uint8_t)to;
}

// Squared distance at which sections of so many steps get one letter.
static double alike(const struct form *f, uint32_t steps_a, uint32_t steps_b)
{
    const double steps = (double)steps_a * steps_b / ((double)steps_a + steps_b);
    return fmax(ALIKE * f->bar / f->steps->bar, ALIKE_PRICE * f->price / steps);
}

// The two letters that sound most alike become one, as long as they are alike enough.
static bool unite_nearest(struct form *f, uint32_t letters)
{
    double least = 1;
    uint32_t from = 0, to = 0;
    for (uint32_t a = 0; a < letters; a++) {
        double mean_a[D], mean_b[D];
        const uint32_t steps_a = mean_of(f, a, mean_a);
        if (!steps_a)
            continue;
        for (uint32_t b = 0; b < a; b++) {
            const uint32_t steps_b = mean_of(f, b, mean_b);
            if (!steps_b)
                continue;
            const double d = squared(mean_a, mean_b) / alike(f, steps_a, steps_b);
            if (d < least) {
                least = d;
                from = a;
                to = b;
            }
        }
    }
    if (from != to)
        rename_letter(f, from, to);
    return from != to;
}

// Letters in order of appearance; neighbours with one letter are one section.
static void give_letters(struct form *f)
{
    for (uint32_t i = 0; i < f->cuts; i++)
        f->letter[i] = (uint8_t)(i < LETTERS ? i : LETTERS - 1);
    while (unite_nearest(f, LETTERS))
        ;
    uint8_t known[LETTERS], next = 0, kept = 0;
    memset(known, 0xff, sizeof known);
    for (uint32_t i = 0; i < f->cuts; i++) {
        const uint8_t was = f->letter[i];
        if (known[was] == 0xff)
            known[was] = next++;
        if (kept && f->letter[kept - 1] == known[was])
            continue;
        f->cut[kept] = f->cut[i];
        f->letter[kept++] = known[was];
    }
    f->cut[kept] = f->steps->count;
    f->cuts = kept;
}

// How much better the piece is explained with this cut than without, 0..1.
static float worth(const struct form *f, uint32_t cut)
{
    const uint32_t a = f->cut[cut - 1], b = f->cut[cut], c = f->cut[cut + 1];
    const double gain = spread(f, a, c) - spread(f, a, b) - spread(f, b, c);
    return gain > f->price ? (float)(1 - 0.5 * f->price / gain) : 0.5F;
}

// A piece of one section is sure when no cut would pay.
static float worth_of_one(const struct form *f)
{
    double most = 0;
    for (uint32_t i = f->shortest; i + f->shortest <= f->steps->count; i++)
        most = fmax(most, spread(f, 0, f->steps->count) - spread(f, 0, i) -
                              spread(f, i, f->steps->count));
    return f->price > 0 ? (float)fmax(1 - most / f->price, 0) * 0.5F : 0;
}

static void put_label(struct vy_section_span *s, uint32_t letter)
{
    if (letter < 26)
        snprintf(s->label, sizeof s->label, "%c", (char)('A' + letter));
    else
        snprintf(s->label, sizeof s->label, "%c%u", (char)('A' + letter % 26), letter / 26);
}

static vy_status put_sections(const struct form *f, double end_s, struct vy_arena *arena,
                              struct vy_music_found *found)
{
    const struct vy_steps *const s = f->steps;
    struct vy_section_span *const span = vy_arena_take(arena, (f->cuts + 1) * sizeof *span);
    if (!span)
        return VY_NO_MEMORY;
    for (uint32_t i = 0; i < f->cuts; i++) {
        span[i].start_s = s->at_s[f->cut[i]];
        span[i].end_s = s->at_s[f->cut[i + 1]];
        put_label(&span[i], f->letter[i]);
        const float before = i ? worth(f, i) : 1, after = i + 1 < f->cuts ? worth(f, i + 1) : 1;
        span[i].confidence = f->cuts == 1 ? worth_of_one(f) : fminf(before, after);
    }
    found->section = span;
    found->sections = f->cuts;
    if (s->closing_s > 0) {
        struct vy_section_span *const end = &span[found->sections++];
        *end = (struct vy_section_span){s->closing_s, end_s, "end", 0.7F};
    }
    return VY_OK;
}

// Distance of the means before and after, of one, two and four bars, at every step.
static vy_status put_novelty(const struct form *f, struct vy_arena *arena,
                             struct vy_music_found *found)
{
    const uint32_t n = f->steps->count, bar = f->steps->bar;
    struct vy_novelty *const curve = vy_arena_take(arena, n * sizeof *curve);
    if (!curve)
        return VY_NO_MEMORY;
    for (uint32_t i = 0; i < n; i++) {
        double total = 0;
        for (uint32_t w = bar; w <= 4 * bar; w *= 2) {
            const uint32_t from = i > w ? i - w : 0, to = i + w < n ? i + w : n;
            double before[D], after[D];
            for (uint32_t k = 0; k < D && i; k++) {
                const double here = f->sum[(size_t)i * D + k];
                before[k] = (here - f->sum[(size_t)from * D + k]) / (i - from);
                after[k] = (f->sum[(size_t)to * D + k] - here) / (to - i);
            }
            total += i ? squared(before, after) * bar / 3 : 0;
        }
        curve[i] = (struct vy_novelty){f->steps->at_s[i],
                                       f->bar > 0 ? (float)sqrt(total / f->bar / 2) : 0};
    }
    found->novelty = curve;
    found->novelties = n;
    return VY_OK;
}

vy_status vy_section_find(const struct vy_steps *steps, double end_s, struct vy_arena *scratch,
                          struct vy_arena *arena, struct vy_music_found *found)
{
    struct form f = {.steps = steps};
    if (steps->count < 2 * SHORTEST_BARS * steps->bar)
        return VY_OK;
    vy_status status = add_up(&f, scratch);
    if (status != VY_OK)
        return status;
    status = set_prices(&f, scratch);
    if (status == VY_OK)
        status = cut_best(&f, scratch);
    if (status != VY_OK)
        return status;
    give_letters(&f);
    status = put_sections(&f, end_s, arena, found);
    return status == VY_OK ? put_novelty(&f, arena, found) : status;
}
