// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A state of the chain is (hop of a beat, hops since the beat before). Its best score is
//   V[t][d] = judged(t, d) + max(start(t), max over d' of V[t - d][d'] - change(d', d))
// which is Viterbi in the bar-pointer model (Krebs, Boeck & Widmer, ISMIR 2015) with the beats as
// the only places where anything is decided.
#include "listen/beat.h"

#include "listen/beat_judge.h"
#include "listen/simd.h"
#include "listen/vectors.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define ROWS 256         ///< of scores that are kept, more than hops in the longest beat
#define LENGTHS_MOST 160 ///< beat lengths in hops
#define NONE (-1e9F)
#define NEVER 1e9F          ///< price of what cannot be
#define FROM_START 255      ///< no beat before
#define CLEAR 2.0F          ///< added to every judgement: that there is a pulse is likely
#define FAINT 4.0F          ///< the same, in a second reading, where notes begin softly
#define FAINTEST 6.0F       ///< and in a third
#define MISSED_PER_S 12.0F  ///< price of a beat without an onset
#define WORST (-9.0F)       ///< an onset at a beat costs no more than this
#define SKIPPED_PER_S 20.0F ///< price of time before the first beat, between two chains, at the end
#define BREAK 20.0F         ///< price of a new chain
#define GLIDE 50.0F         ///< price of a beat longer or shorter, by the share of it
#define JUMP 20.0F          ///< price of any other length
#define HOP_OFF 0.3F        ///< price of one hop more or less: beats do not fall on hops
#define BEATS_LEAST 4
#define FAINT_BEATS_LEAST 8
#define CLEAR_LEAST 0.15  ///< a chain less sure is read a second time
#define FAINT_LEAST 0.02  ///< and then less sure than this, it is none
#define END_LEAST (-4.0F) ///< the last beat is at least so likely: the last chord may be held
#define SAME_TEMPO 0.03   ///< beat lengths differ by less, as a share

struct chain {
    const struct vy_onset *onset;
    uint32_t onsets;
    double hop_s;
    size_t hops;
    uint32_t shortest, lengths; ///< in hops; how many
    float lift;                 ///< that is added to `judged`
    float *judged;              ///< [onsets][lengths]
    int32_t *onset_near;        ///< [hops] or -1
    float *price;               ///< [lengths][prices] of the lengths before from `low` on
    uint32_t prices;            ///< a multiple of eight
    struct near {
        uint32_t low, count;
    } * near; ///< [lengths] lengths before that are no jump
    float (*score)[LENGTHS_MOST + 8];
    float *row_best; ///< [ROWS] best of a row
    uint8_t *row_at; ///< [ROWS]
    uint8_t *from;   ///< [hops][lengths] length before, FROM_START
    struct last {
        int32_t hop;
        uint8_t length;
    } * link; ///< [hops] end of an earlier chain that a new one follows
};

// Which onset is within a hop of each hop.
static void place_onsets(struct chain *c)
{
    for (size_t t = 0; t < c->hops; t++)
        c->onset_near[t] = -1;
    static const int reach[] = {1, -1, 0}; // the nearest last, so that it wins
    for (size_t r = 0; r < 3; r++)
        for (uint32_t i = 0; i < c->onsets; i++) {
            const long t = lround(c->onset[i].at_s / c->hop_s) + reach[r];
            if (t >= 0 && (size_t)t < c->hops)
                c->onset_near[t] = (int32_t)i;
        }
}

// Judgements are made for lengths even in pitch and read between them.
static void judge_onsets(const struct vy_pulse_view *view, struct chain *c)
{
    const double step = log(vy_beat_length_s(1) / vy_beat_length_s(0));
    for (uint32_t i = 0; i < c->onsets; i++) {
        float odds[VY_BEAT_LENGTHS];
        vy_beat_judge(view, c->onset[i].at_s, odds);
        for (uint32_t d = 0; d < c->lengths; d++) {
            double x = log((c->shortest + d) * c->hop_s / vy_beat_length_s(0)) / step;
            x = fmin(fmax(x, 0), VY_BEAT_LENGTHS - 1.001);
            const uint32_t k = (uint32_t)x;
            const float f = (float)(x - k);
            c->judged[i * c->lengths + d] = odds[k] * (1 - f) + odds[k + 1] * f;
        }
    }
}

static uint32_t reach_of(const struct chain *c, uint32_t d)
{
    return (uint32_t)((JUMP - HOP_OFF) * (float)(c->shortest + d) / GLIDE) + 2;
}

// What it costs to go on with length d after any length near it.
static void set_prices(struct chain *c)
{
    for (uint32_t d = 0; d < c->lengths; d++) {
        const uint32_t reach = reach_of(c, d);
        const uint32_t high = d + reach < c->lengths ? d + reach : c->lengths - 1;
        float *const price = c->price + (size_t)d * c->prices;
        const uint32_t low = d > reach ? d - reach : 0;
        c->near[d] = (struct near){low, high + 1 - low};
        for (uint32_t k = 0; k < c->prices; k++) {
            const uint32_t e = low + k, off = e > d ? e - d : d - e;
            const float length = (float)(c->shortest + (e > d ? e : d));
            price[k] = e > high  ? NEVER
                       : off < 2 ? HOP_OFF * (float)off
                                 : HOP_OFF + GLIDE * (float)(off - 1) / length;
        }
    }
}

static vy_status make_chain(const struct vy_pulse_view *view, const struct vy_onset *onset,
                            uint32_t onsets, struct vy_arena *scratch, struct chain *c)
{
    *c = (struct chain){.onset = onset, .onsets = onsets, .hop_s = view->hop_s, .hops = view->hops};
    c->shortest = (uint32_t)lround(vy_beat_length_s(0) / c->hop_s);
    c->lengths =
        (uint32_t)lround(vy_beat_length_s(VY_BEAT_LENGTHS - 1) / c->hop_s) + 1 - c->shortest;
    if (c->lengths > LENGTHS_MOST)
        c->lengths = LENGTHS_MOST;
    c->prices = (2 * reach_of(c, c->lengths - 1) + 8) & ~7U;
    c->judged = vy_arena_take(scratch, (size_t)onsets * c->lengths * sizeof *c->judged);
    c->onset_near = vy_arena_take(scratch, c->hops * sizeof *c->onset_near);
    c->price = vy_arena_take(scratch, (size_t)c->lengths * c->prices * sizeof *c->price);
    c->near = vy_arena_take(scratch, c->lengths * sizeof *c->near);
    c->score = vy_arena_take(scratch, ROWS * sizeof *c->score);
    c->row_best = vy_arena_take(scratch, ROWS * sizeof *c->row_best);
    c->row_at = vy_arena_take(scratch, ROWS);
    c->from = vy_arena_take(scratch, c->hops * c->lengths);
    c->link = vy_arena_take(scratch, c->hops * sizeof *c->link);
    if (!c->judged || !c->onset_near || !c->price || !c->near || !c->score || !c->row_best ||
        !c->row_at || !c->from || !c->link)
        return VY_NO_MEMORY;
    place_onsets(c);
    judge_onsets(view, c);
    set_prices(c);
    return VY_OK;
}

// The greatest score less its price.
VY_INLINE float dearest(const float *score, const float *price, uint32_t n)
{
    vy_f8 most = vy_load8(score) - vy_load8(price);
    for (uint32_t k = 8; k < n; k += 8)
        most = vy_greater(vy_load8(score + k) - vy_load8(price + k), most);
    float best = most[0];
    for (int i = 1; i < 8; i++)
        best = most[i] > best ? most[i] : best;
    return best;
}

// Best way to a beat at hop t, d after another one, where that is better than to start there.
VY_INLINE float best_before(const struct chain *c, size_t t, uint32_t d, float start, uint8_t *from)
{
    const uint32_t length = c->shortest + d;
    *from = FROM_START;
    if (t < length)
        return start;
    const size_t row = (t - length) % ROWS;
    const float jump = c->row_best[row] - JUMP;
    if (c->row_best[row] <= start) // no price is below 0
        return start;
    const float *const score = c->score[row] + c->near[d].low;
    const float *const price = c->price + (size_t)d * c->prices;
    const float near = dearest(score, price, c->near[d].count);
    if (start >= jump && start >= near)
        return start;
    if (near <= jump) {
        *from = c->row_at[row];
        return jump;
    }
    uint32_t k = 0;
    while (score[k] - price[k] < near)
        k++;
    *from = (uint8_t)(c->near[d].low + k);
    return near;
}

VY_INLINE float judged(const struct chain *c, size_t t, uint32_t d)
{
    const int32_t i = c->onset_near[t];
    return i < 0 ? -MISSED_PER_S * (float)((c->shortest + d) * c->hop_s)
                 : fmaxf(c->judged[(size_t)i * c->lengths + d] + c->lift, WORST);
}

VY_SIMD static void fill_row(struct chain *c, size_t t, float start)
{
    float *const score = c->score[t % ROWS];
    float best = NONE;
    for (uint32_t d = 0; d < c->lengths; d++) {
        uint8_t from;
        const float before = best_before(c, t, d, start, &from);
        c->from[t * c->lengths + d] = from;
        score[d] = before + judged(c, t, d);
        if (score[d] > best) {
            best = score[d];
            c->row_at[t % ROWS] = (uint8_t)d;
        }
    }
    c->row_best[t % ROWS] = best;
}

// The last beat of the best chain of all; hop -1 = there is none worth its price.
static struct last run_chain(struct chain *c)
{
    const float skip = SKIPPED_PER_S * (float)c->hop_s;
    const double first_s = c->onset[0].at_s;
    float ended = NONE; // the best chain that has ended, and the time since
    struct last end = {-1, 0};
    for (size_t t = 0; t < c->hops; t++) {
        ended -= skip;
        if (t >= c->shortest && c->row_best[(t - c->shortest) % ROWS] > ended) {
            ended = c->row_best[(t - c->shortest) % ROWS];
            end = (struct last){(int32_t)(t - c->shortest), c->row_at[(t - c->shortest) % ROWS]};
        }
        const double late_s = (double)t * c->hop_s - first_s;
        const float fresh = -SKIPPED_PER_S * (float)fmax(late_s, 0);
        const bool follow = ended - BREAK > fresh;
        c->link[t] = follow ? end : (struct last){-1, 0};
        fill_row(c, t, follow ? ended - BREAK : fresh);
    }
    const size_t tail = c->hops > c->shortest ? c->hops - c->shortest : 0;
    for (size_t t = tail; t < c->hops; t++) {
        ended -= skip;
        if (c->row_best[t % ROWS] > ended) {
            ended = c->row_best[t % ROWS];
            end = (struct last){(int32_t)t, c->row_at[t % ROWS]};
        }
    }
    return end;
}

static int by_length(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// The commonest length, over stretches of four beats, which even out where players are early or
// late. A median would lie between the tempos of a piece that has two.
static double commonest_beat(const double *at, uint32_t n, double *line)
{
    const uint32_t span = n > 4 ? 4 : 1, lines = n - span;
    for (uint32_t i = 0; i < lines; i++)
        line[i] = (at[i + span] - at[i]) / span;
    qsort(line, lines, sizeof *line, by_length);
    uint32_t low = 0, high = 0, most = 0, middle = 0;
    for (uint32_t i = 0; i < lines; i++) {
        while (line[low] < line[i] * (1 - SAME_TEMPO))
            low++;
        while (high < lines && line[high] <= line[i] * (1 + SAME_TEMPO))
            high++;
        if (high - low > most) {
            most = high - low;
            middle = (low + high - 1) / 2;
        }
    }
    return line[middle];
}

static struct last beat_before(const struct chain *c, struct last beat)
{
    const size_t t = (size_t)beat.hop;
    const uint8_t from = c->from[t * c->lengths + beat.length];
    return from == FROM_START ? c->link[t]
                              : (struct last){(int32_t)(t - c->shortest - beat.length), from};
}

// No beats are told after the last note that marks one.
static struct last last_marked(const struct chain *c, struct last end)
{
    while (end.hop >= 0 &&
           (c->onset_near[end.hop] < 0 || judged(c, (size_t)end.hop, end.length) < END_LEAST))
        end = beat_before(c, end);
    return end;
}

// Walks back from the last beat; beats are written from the end of `at` on.
static uint32_t walk_back(const struct chain *c, struct last end, double *at, double *sure)
{
    // a first reading is as sure as its judgements are before the lift, others as in the second
    const double less = (double)(c->lift > CLEAR ? c->lift - FAINT : c->lift);
    uint32_t n = 0;
    *sure = 0;
    for (; end.hop >= 0; end = beat_before(c, end)) {
        const size_t t = (size_t)end.hop;
        const int32_t i = c->onset_near[t];
        at[c->hops - ++n] = i < 0 ? (double)t * c->hop_s : c->onset[i].at_s;
        if (i >= 0)
            *sure += 1 / (1 + exp(less - (double)judged(c, t, end.length)));
    }
    if (n)
        *sure /= n;
    return n;
}

// One reading: the beats of the best chain.
static uint32_t read_beats(struct chain *c, float lift, double *line, double *sure)
{
    c->lift = lift;
    return walk_back(c, last_marked(c, run_chain(c)), line, sure);
}

static vy_status take_beats(struct chain *c, struct vy_arena *scratch, struct vy_arena *arena,
                            struct vy_beats *beats)
{
    double *const line = vy_arena_take(scratch, c->hops * sizeof *line);
    if (!line)
        return VY_NO_MEMORY;
    double sure;
    uint32_t n = read_beats(c, CLEAR, line, &sure);
    if (n < BEATS_LEAST || sure < CLEAR_LEAST) {
        n = read_beats(c, FAINT, line, &sure);
        if (n < FAINT_BEATS_LEAST || sure < FAINT_LEAST)
            n = read_beats(c, FAINTEST, line, &sure);
        if (n < FAINT_BEATS_LEAST || sure < FAINT_LEAST)
            return VY_OK;
        sure = fmin(sure, (double)VY_BEAT_FAINT);
    }
    beats->at_s = vy_arena_take(arena, n * sizeof(double));
    if (!beats->at_s)
        return VY_NO_MEMORY;
    memcpy(beats->at_s, line + c->hops - n, n * sizeof(double));
    beats->count = n;
    beats->tempo_bpm = (float)(60 / commonest_beat(beats->at_s, n, line));
    beats->confidence = (float)sure;
    return VY_OK;
}

vy_status vy_beat_find(const struct vy_pulse_view *view, const struct vy_onset *onset,
                       uint32_t onsets, struct vy_arena *arena, struct vy_beats *beats)
{
    *beats = (struct vy_beats){0};
    if (onsets < BEATS_LEAST)
        return VY_OK;
    struct vy_arena scratch = {0};
    struct chain chain;
    vy_status status = make_chain(view, onset, onsets, &scratch, &chain);
    if (status == VY_OK)
        status = take_beats(&chain, &scratch, arena, beats);
    vy_arena_clear(&scratch);
    return status;
}
