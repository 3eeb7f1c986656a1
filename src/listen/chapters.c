// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/chapters.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILL_MOST 16      ///< beats that may be missing at a seam
#define STEADY 0.06       ///< periods on both sides may differ by so much for that
#define SAME_ONSET_S 0.03 ///< onsets at a seam that are one
#define SAME_CHORD_S 0.05 ///< a chord ends and the next begins, as far apart at most

/// What a chapter says of the whole piece.
struct vote {
    double length_s;
    uint32_t beats, beats_per_bar;
    const char *metre;
    float tempo_bpm, tempo_confidence, metre_confidence;
    float tuning_cents, tuning_confidence, key_confidence;
    int key;
    enum vy_mode mode;
};

struct vy_chapters {
    struct vote *vote;
    uint32_t count, room;
    float sure_of_metre, sure_of_swing; ///< the most that any chapter was
};

vy_status vy_chapters_new(struct vy_chapters **chapters)
{
    *chapters = calloc(1, sizeof **chapters);
    return *chapters ? VY_OK : VY_NO_MEMORY;
}

void vy_chapters_destroy(struct vy_chapters *chapters)
{
    if (!chapters)
        return;
    free(chapters->vote);
    free(chapters);
}

// The lists of what was found. Each item starts with its times.
static const struct list {
    size_t items, count; ///< where in vy_music_found
    size_t bytes, times; ///< of one item
} lists[] = {
#define LIST(items, count, times)                                                       \
    {                                                                                   \
        offsetof(struct vy_music_found, items), offsetof(struct vy_music_found, count), \
            sizeof *((struct vy_music_found *)NULL)->items, times                       \
    }
    LIST(beat, beats, 1),        LIST(downbeat, downbeats, 1),
    LIST(onset, onsets, 1),      LIST(onset_drum, onset_drums, 1),
    LIST(chord, chords, 2),      LIST(section, sections, 2),
    LIST(repeat, repeats, 4),    LIST(turning, turnings, 2),
    LIST(novelty, novelties, 1),
#undef LIST
};

// `all` followed by `more`, which is `from_s` later, with room for a few items between.
static vy_status append_list(struct vy_music_found *all, const struct vy_music_found *more,
                             const struct list *list, double from_s, struct vy_arena *arena)
{
    char **const items = (char **)((char *)all + list->items);
    uint32_t *const count = (uint32_t *)((char *)all + list->count);
    const char *const add = *(char *const *)((const char *)more + list->items);
    const uint32_t n = *(const uint32_t *)((const char *)more + list->count);
    char *const both = vy_arena_take(arena, (*count + n + FILL_MOST) * list->bytes);
    if (!both)
        return VY_NO_MEMORY;
    if (*count)
        memcpy(both, *items, *count * list->bytes);
    if (n)
        memcpy(both + *count * list->bytes, add, n * list->bytes);
    for (uint32_t i = *count; i < *count + n; i++)
        for (size_t k = 0; k < list->times; k++)
            ((double *)(both + i * list->bytes))[k] += from_s;
    *items = both;
    *count += n;
    return VY_OK;
}

// Times from `seam` on move up or down by some places; up leaves them to be filled.
static void shift(double *time, uint32_t *count, uint32_t seam, int places)
{
    const uint32_t to = (uint32_t)((int)seam + places);
    memmove(time + to, time + seam, (*count - seam) * sizeof *time);
    *count = (uint32_t)((int)*count + places);
}

// The mean step of the times from .. to - 1.
static double step_of(const double *time, uint32_t from, uint32_t to)
{
    return (time[to - 1] - time[from]) / (to - from - 1);
}

// Beats go on over the seam at index `seam`.
static void mend_beats(struct vy_music_found *all, uint32_t seam)
{
    if (seam < 4 || all->beats < seam + 4)
        return;
    const uint32_t before = seam < 8 ? seam : 8;
    const uint32_t after = all->beats - seam < 8 ? all->beats - seam : 8;
    const double step = step_of(all->beat, seam - before, seam);
    const double next = step_of(all->beat, seam, seam + after);
    const double gap = all->beat[seam] - all->beat[seam - 1];
    if (gap < 0.5 * step) {
        shift(all->beat, &all->beats, seam + 1, -1);
        return;
    }
    const int missing = (int)lround(gap / (0.5 * (step + next))) - 1;
    if (fabs(next / step - 1) > STEADY || missing < 1 || missing > FILL_MOST)
        return;
    const double start = all->beat[seam - 1];
    shift(all->beat, &all->beats, seam, missing);
    for (int i = 0; i < missing; i++)
        all->beat[seam + (uint32_t)i] = start + gap * (i + 1) / (missing + 1);
}

static uint32_t beat_near(const struct vy_music_found *all, double at_s)
{
    uint32_t low = 0;
    for (uint32_t span = all->beats; span > 1;) { // the last beat not after a hundredth later
        const uint32_t half = span / 2;
        if (all->beat[low + half] <= at_s + 0.01)
            low += half;
        span -= half;
    }
    return low;
}

// Bars go on over the seam where the count of beats between the last and the first says so.
static void mend_bars(struct vy_music_found *all, uint32_t seam, uint32_t per_bar)
{
    if (seam < 1 || seam >= all->downbeats || per_bar < 2)
        return;
    const uint32_t last = beat_near(all, all->downbeat[seam - 1]);
    const uint32_t first = beat_near(all, all->downbeat[seam]);
    if (first <= last) {
        shift(all->downbeat, &all->downbeats, seam + 1, -1);
        return;
    }
    const uint32_t missing = (first - last) / per_bar - 1;
    if ((first - last) % per_bar || first - last < 2 * per_bar || missing > FILL_MOST)
        return;
    shift(all->downbeat, &all->downbeats, seam, (int)missing);
    for (uint32_t i = 0; i < missing; i++)
        all->downbeat[seam + i] = all->beat[last + (i + 1) * per_bar];
}

static void mend_onsets(double *onset, uint32_t *onsets, uint32_t seam)
{
    if (seam > 0 && seam < *onsets && onset[seam] - onset[seam - 1] < SAME_ONSET_S)
        shift(onset, onsets, seam + 1, -1);
}

static void mend_chords(struct vy_music_found *all, uint32_t seam)
{
    if (seam < 1 || seam >= all->chords)
        return;
    struct vy_chord_span *const last = &all->chord[seam - 1], *const next = &all->chord[seam];
    if (strcmp(last->label, next->label) != 0 || next->start_s - last->end_s > SAME_CHORD_S)
        return;
    last->end_s = next->end_s;
    last->confidence = fmaxf(last->confidence, next->confidence);
    memmove(next, next + 1, (all->chords - seam - 1) * sizeof *next);
    all->chords--;
}

// "A" of one chapter is not "A" of another: "2A". A chapter that goes on has no end.
static void mend_sections(struct vy_music_found *all, uint32_t seam, uint32_t chapter)
{
    for (uint32_t i = seam; chapter > 1 && i < all->sections; i++) {
        char label[sizeof all->section[i].label];
        memcpy(label, all->section[i].label, sizeof label);
        if (strcmp(label, "end") != 0)
            snprintf(all->section[i].label, sizeof label, "%u%.4s", chapter % 1000, label);
    }
}

// The value with half of the weight below it.
struct weighed {
    double value, weight;
};

static int by_value(const void *a, const void *b)
{
    const double x = ((const struct weighed *)a)->value, y = ((const struct weighed *)b)->value;
    return (x > y) - (x < y);
}

static double median(struct weighed *list, uint32_t n)
{
    double sum = 0, part = 0;
    qsort(list, n, sizeof *list, by_value);
    for (uint32_t i = 0; i < n; i++)
        sum += list[i].weight;
    for (uint32_t i = 0; i < n; i++)
        if ((part += list[i].weight) >= sum / 2)
            return list[i].value;
    return 0;
}

static void vote_key(const struct vy_chapters *c, struct vy_music_found *all)
{
    double vote[2][12] = {{0}}, length_s = 0, most = 0;
    for (uint32_t i = 0; i < c->count; i++) {
        const struct vote *const v = &c->vote[i];
        length_s += v->length_s;
        if (v->key >= 0)
            vote[v->mode == VY_MODE_MINOR][v->key] += v->length_s * (double)v->key_confidence;
    }
    for (int mode = 0; mode < 2; mode++)
        for (int key = 0; key < 12; key++)
            if (vote[mode][key] > most) {
                most = vote[mode][key];
                all->key = key;
                all->mode = mode ? VY_MODE_MINOR : VY_MODE_MAJOR;
                all->key_confidence = (float)(most / length_s);
            }
}

static void vote_metre(const struct vy_chapters *c, struct vy_music_found *all)
{
    double most = 0, beats = 0;
    for (uint32_t i = 0; i < c->count; i++)
        beats += c->vote[i].beats;
    for (uint32_t i = 0; i < c->count; i++) {
        const struct vote *const v = &c->vote[i];
        double sum = 0;
        for (uint32_t k = 0; v->metre && k < c->count; k++)
            if (c->vote[k].metre && strcmp(c->vote[k].metre, v->metre) == 0)
                sum += c->vote[k].beats * (double)c->vote[k].metre_confidence;
        if (sum <= most)
            continue;
        most = sum;
        all->metre = v->metre;
        all->beats_per_bar = v->beats_per_bar;
        all->metre_confidence = (float)(sum / beats);
    }
}

// Tempo by beats, tuning by time, each by how sure the chapters are.
static vy_status vote_numbers(const struct vy_chapters *c, struct vy_music_found *all)
{
    struct weighed *const list = calloc(c->count, sizeof *list);
    if (!list)
        return VY_NO_MEMORY;
    double sure = 0, of = 0;
    for (uint32_t i = 0; i < c->count; i++) {
        const struct vote *const v = &c->vote[i];
        list[i] = (struct weighed){(double)v->tempo_bpm, v->beats * (double)v->tempo_confidence};
        sure += list[i].weight;
        of += v->beats;
    }
    if (sure > 0) {
        all->tempo_bpm = (float)median(list, c->count);
        all->tempo_confidence = (float)(sure / of);
    }
    sure = of = 0;
    for (uint32_t i = 0; i < c->count; i++) {
        const struct vote *const v = &c->vote[i];
        list[i] =
            (struct weighed){(double)v->tuning_cents, v->length_s * (double)v->tuning_confidence};
        sure += list[i].weight;
        of += v->length_s;
    }
    if (sure > 0) {
        all->tuning_cents = (float)median(list, c->count);
        all->tuning_confidence = (float)(sure / of);
    }
    free(list);
    return VY_OK;
}

static vy_status take_vote(struct vy_chapters *c, const struct vy_music_found *next,
                           double length_s)
{
    if (c->count == c->room) {
        const uint32_t room = c->room ? 2 * c->room : 8;
        struct vote *const vote = realloc(c->vote, room * sizeof *vote);
        if (!vote)
            return VY_NO_MEMORY;
        c->vote = vote;
        c->room = room;
    }
    c->vote[c->count++] = (struct vote){
        .length_s = length_s,
        .beats = next->beats,
        .beats_per_bar = next->beats_per_bar,
        .metre = next->metre,
        .tempo_bpm = next->tempo_bpm,
        .tempo_confidence = next->tempo_confidence,
        .metre_confidence = next->metre_confidence,
        .tuning_cents = next->tuning_cents,
        .tuning_confidence = next->tuning_confidence,
        .key_confidence = next->key_confidence,
        .key = next->key,
        .mode = next->mode,
    };
    return VY_OK;
}

static vy_status join_lists(const struct vy_music_found *next, double from_s,
                            struct vy_arena *arena, struct vy_music_found *all)
{
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (append_list(all, next, &lists[i], from_s, arena))
            return VY_NO_MEMORY;
    return VY_OK;
}

// What cannot be voted on is taken from the chapter that is surest of it.
static void take_surest(struct vy_chapters *c, const struct vy_music_found *next,
                        struct vy_music_found *all)
{
    if (next->metre_confidence > c->sure_of_metre) {
        c->sure_of_metre = next->metre_confidence;
        all->drum_map = next->drum_map;
        all->groove = next->groove;
        all->groove_steps = next->groove_steps;
    }
    if (next->swing_confidence > c->sure_of_swing) {
        c->sure_of_swing = next->swing_confidence;
        all->swing = next->swing;
        all->swing_confidence = next->swing_confidence;
    }
}

// An earlier chapter's memory is about to go.
static vy_status keep_groove(struct vy_music_found *all, struct vy_arena *arena)
{
    const size_t bytes = all->groove_steps * sizeof *all->groove;
    struct vy_groove_step *const groove = vy_arena_take(arena, bytes);
    if (!groove)
        return VY_NO_MEMORY;
    if (bytes)
        memcpy(groove, all->groove, bytes);
    all->groove = groove;
    return VY_OK;
}

vy_status vy_chapters_join(struct vy_chapters *chapters, const struct vy_music_found *next,
                           double from_s, double length_s, struct vy_arena *arena,
                           struct vy_music_found *all)
{
    struct vy_chapters *const c = chapters;
    const struct vy_music_found before = *all;
    if (take_vote(c, next, length_s))
        return VY_NO_MEMORY;
    if (c->count == 1)
        *all = *next;
    take_surest(c, next, all);
    if (c->count == 1)
        return VY_OK;
    if (join_lists(next, from_s, arena, all) || keep_groove(all, arena))
        return VY_NO_MEMORY;
    mend_beats(all, before.beats);
    if (next->beats_per_bar == before.beats_per_bar)
        mend_bars(all, before.downbeats, next->beats_per_bar);
    mend_onsets(all->onset, &all->onsets, before.onsets);
    mend_onsets(all->onset_drum, &all->onset_drums, before.onset_drums);
    mend_chords(all, before.chords);
    mend_sections(all, before.sections, c->count);
    vote_key(c, all);
    vote_metre(c, all);
    return vote_numbers(c, all);
}
