// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/harmony.h"

#include "listen/chord.h"
#include "listen/key.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#define GRID_S 0.34     ///< without beats
#define LONG_BEAT_S 0.9 ///< longer beats are divided
#define BAR_LIKES 2.2f  ///< a chord begins with a bar e^this times as often as elsewhere
#define BAR_SNAP_S 0.06 ///< a downbeat is a beat within this
#define PART_S 15.0     ///< stretch for which a key is taken
#define AROUND_S 20.0   ///< what is looked at before and after it
#define TUNED_SURE 0.2f ///< less agreement than this on where the scale lies is no tuning

struct vy_harmony {
    struct vy_chroma *chroma;
    struct vy_chroma_view view;
};

vy_status vy_harmony_new(const struct vy_hop_shape *shape, struct vy_harmony **harmony)
{
    *harmony = NULL;
    struct vy_harmony *const h = calloc(1, sizeof *h);
    if (!h)
        return VY_NO_MEMORY;
    const vy_status status = vy_chroma_new(shape, &h->chroma);
    if (status) {
        free(h);
        return status;
    }
    *harmony = h;
    return VY_OK;
}

void vy_harmony_destroy(struct vy_harmony *harmony)
{
    if (!harmony)
        return;
    vy_chroma_destroy(harmony->chroma);
    free(harmony);
}

void vy_harmony_clear(struct vy_harmony *harmony)
{
    vy_chroma_clear(harmony->chroma);
}

vy_status vy_harmony_hop(struct vy_harmony *harmony, const struct vy_hop *hop)
{
    return vy_chroma_hop(harmony->chroma, hop);
}

vy_status vy_harmony_finish(struct vy_harmony *harmony, struct vy_chroma_view *view)
{
    const vy_status status = vy_chroma_finish(harmony->chroma, &harmony->view);
    *view = harmony->view;
    return status;
}

static double typical_beat(const double *beat, uint32_t beats)
{
    return beats < 2 ? GRID_S : (beat[beats - 1] - beat[0]) / (beats - 1);
}

// Slots from the first moment to the last: beats, and the same pace before and after them.
// @param at  [beats] the slot that each beat opens; may be NULL
static vy_status make_grid(const struct vy_chroma_view *view, const double *beat, uint32_t beats,
                           struct vy_arena *arena, struct vy_chord_grid *grid, uint32_t *at)
{
    const double end = view->frames * view->step_s, step = typical_beat(beat, beats);
    const size_t room = 2 * (size_t)beats + 2 * (size_t)(end / fmin(step, GRID_S)) + 16;
    double *const edge = vy_arena_take(arena, room * sizeof *edge);
    if (!edge)
        return VY_NO_MEMORY;
    uint32_t n = 1; // edge 0 is at 0 s
    const double pace = fmax(step, GRID_S / 2);
    if (beats)
        for (double t = beat[0] - pace * floor(beat[0] / pace); t < beat[0] - pace / 2; t += pace)
            if (t > pace / 4)
                edge[n++] = t;
    for (uint32_t b = 0; b < beats && beat[b] < end; b++) {
        const double gap = beat[b] - edge[n - 1], parts = ceil(gap / LONG_BEAT_S);
        for (double i = 1; n > 1 && i < parts; i++)
            edge[n++] = beat[b] - gap * (1 - i / parts);
        if (beat[b] > edge[n - 1] + 0.02)
            edge[n++] = beat[b];
        if (at)
            at[b] = n - 1;
    }
    while (n + 1 < room && end - edge[n - 1] > 1.5 * pace) {
        edge[n] = edge[n - 1] + pace;
        n++;
    }
    edge[n] = end;
    grid->edge = edge;
    grid->sevenths = VY_SEVENTHS_USUAL;
    grid->slots = n;
    return VY_OK;
}

vy_status vy_harmony_change(const struct vy_harmony *harmony, const double *beat, uint32_t beats,
                            float *change)
{
    struct vy_arena scratch = {0};
    struct vy_chord_grid grid = {0};
    struct vy_chords chords;
    uint32_t *const at = vy_arena_take(&scratch, (beats + 1) * sizeof *at);
    vy_status status =
        at ? make_grid(&harmony->view, beat, beats, &scratch, &grid, at) : VY_NO_MEMORY;
    if (!status)
        status = vy_chord_find(&harmony->view, &grid, &scratch, &chords);
    for (uint32_t b = 0; b < beats && !status; b++)
        change[b] = chords.change[at[b]];
    vy_arena_clear(&scratch);
    return status;
}

static vy_status weigh_bars(const struct vy_music_found *found, struct vy_arena *arena,
                            struct vy_chord_grid *grid)
{
    if (!found->downbeats)
        return VY_OK;
    float *const weight = vy_arena_take(arena, grid->slots * sizeof *weight);
    if (!weight)
        return VY_NO_MEMORY;
    uint32_t bar = 0;
    for (uint32_t t = 0; t < grid->slots; t++) {
        while (bar + 1 < found->downbeats && found->downbeat[bar] < grid->edge[t] - BAR_SNAP_S)
            bar++;
        weight[t] = fabs(found->downbeat[bar] - grid->edge[t]) < BAR_SNAP_S ? BAR_LIKES : 0;
    }
    grid->weight = weight;
    return VY_OK;
}

static vy_status write_spans(const struct vy_chords *chords, const double *edge,
                             struct vy_arena *arena, struct vy_music_found *found)
{
    uint32_t count = 0;
    for (uint32_t t = 0; t < chords->slots; t++)
        count += !t || chords->state[t] != chords->state[t - 1];
    found->chord = vy_arena_take(arena, (count + 1) * sizeof *found->chord);
    if (!found->chord)
        return VY_NO_MEMORY;
    uint32_t from = 0;
    for (uint32_t t = 1; t <= chords->slots; t++) {
        if (t < chords->slots && chords->state[t] == chords->state[from])
            continue;
        struct vy_chord_span *const span = &found->chord[found->chords++];
        span->start_s = edge[from];
        span->end_s = edge[t];
        vy_chord_name(chords->state[from], span->label);
        double sure = 0;
        for (uint32_t i = from; i < t; i++)
            sure += (edge[i + 1] - edge[i]) * (double)chords->share[i][chords->state[i]];
        span->confidence = (float)(sure / (edge[t] - edge[from]));
        from = t;
    }
    return VY_OK;
}

static uint32_t slot_at(const struct vy_chord_grid *grid, double s)
{
    uint32_t t = 0;
    while (t < grid->slots && grid->edge[t] < s)
        t++;
    return t;
}

// The key of each part of the piece, from what is around it and from the whole.
static vy_status find_keys(const struct vy_chroma_view *view, const struct vy_chords *chords,
                           struct vy_arena *scratch, struct vy_chord_grid *grid)
{
    struct vy_key whole, near;
    vy_key_find(view, chords, grid->edge, 0, grid->slots, &whole);
    grid->part_s = PART_S;
    grid->parts = (uint32_t)ceil(grid->edge[grid->slots] / PART_S);
    float(*const key)[VY_KEYS] = vy_arena_take(scratch, grid->parts * sizeof *key);
    if (!key)
        return VY_NO_MEMORY;
    for (uint32_t part = 0; part < grid->parts; part++) {
        const uint32_t end = slot_at(grid, (part + 1) * PART_S + AROUND_S), to = end ? end : 1;
        const uint32_t begin = slot_at(grid, part * PART_S - AROUND_S);
        const uint32_t from = begin < to ? begin : to - 1;
        vy_key_find(view, chords, grid->edge, from, to, &near);
        for (int k = 0; k < VY_KEYS; k++)
            key[part][k] = 0.5f * (whole.share[k] + near.share[k]);
    }
    grid->key = (const float(*)[VY_KEYS])key;
    return VY_OK;
}

// Chords without a key tell the key, and the key helps the chords.
static vy_status find_both(const struct vy_chroma_view *view, struct vy_chord_grid *grid,
                           struct vy_arena *scratch, struct vy_chords *chords, struct vy_key *key)
{
    struct vy_chords rough;
    vy_status status = vy_chord_find(view, grid, scratch, &rough);
    if (!status)
        status = find_keys(view, &rough, scratch, grid);
    if (status)
        return status;
    grid->sevenths = rough.sevenths;
    status = vy_chord_find(view, grid, scratch, chords);
    if (!status)
        vy_key_find(view, chords, grid->edge, 0, grid->slots, key);
    return status;
}

vy_status vy_harmony_find(const struct vy_harmony *harmony, struct vy_arena *arena,
                          struct vy_music_found *found)
{
    struct vy_arena scratch = {0};
    struct vy_chord_grid grid = {0};
    struct vy_chords chords;
    struct vy_key key = {0};
    const struct vy_chroma_view *const view = &harmony->view;
    if (!view->frames)
        return VY_OK;
    vy_status status = make_grid(view, found->beat, found->beats, &scratch, &grid, NULL);
    if (!status)
        status = weigh_bars(found, &scratch, &grid);
    if (!status)
        status = find_both(view, &grid, &scratch, &chords, &key);
    if (!status)
        status = write_spans(&chords, grid.edge, arena, found);
    if (!status) {
        found->key = key.confidence > 0 ? key.best % 12 : -1;
        found->mode = key.best < 12 ? VY_MODE_MAJOR : VY_MODE_MINOR;
        found->key_confidence = key.confidence;
        const bool tuned = view->tuning_confidence > TUNED_SURE;
        found->tuning_cents = tuned ? view->tuning_cents : 0;
        found->tuning_confidence = tuned ? view->tuning_confidence : 0;
    }
    vy_arena_clear(&scratch);
    return status;
}
