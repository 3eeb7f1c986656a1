// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/music.h"

#include "listen/bands.h"
#include "listen/bar.h"
#include "listen/beat.h"
#include "listen/drum_map.h"
#include "listen/groove.h"
#include "listen/harmony.h"
#include "listen/onset.h"
#include "listen/pulse.h"
#include "listen/repeat.h"
#include "listen/section.h"
#include "listen/steps.h"
#include "listen/turning.h"

#include <stdlib.h>
#include <string.h>

struct vy_music {
    struct vy_hop_shape shape;
    struct vy_bands *bands;
    struct vy_harmony *harmony;
    uint64_t hops;               ///< before this chapter
    struct vy_arena arena;       ///< of what earlier chapters found
    struct vy_music_found found; ///< in earlier chapters
};

const char *vy_pitch_class_name(int pitch_class)
{
    static const char *const name[] = {"C",  "C#", "D",  "D#", "E",  "F",
                                       "F#", "G",  "G#", "A",  "A#", "B"};
    return name[(pitch_class % 12 + 12) % 12];
}

vy_status vy_music_new(const struct vy_hop_shape *shape, struct vy_music **music)
{
    *music = NULL;
    if (shape->sr_hz < 32000 || shape->sr_hz > 50000 || shape->n_fft != 2048 || shape->hop != 512)
        return VY_BAD_ARG;
    struct vy_music *const m = calloc(1, sizeof *m);
    if (!m)
        return VY_NO_MEMORY;
    m->shape = *shape;
    m->found.key = -1;
    const size_t chapter = (size_t)VY_MUSIC_CHAPTER_S * shape->sr_hz / shape->hop;
    if (vy_bands_new(shape, chapter, &m->bands) != VY_OK ||
        vy_harmony_new(shape, &m->harmony) != VY_OK) {
        vy_music_destroy(m);
        return VY_NO_MEMORY;
    }
    *music = m;
    return VY_OK;
}

void vy_music_destroy(struct vy_music *music)
{
    if (!music)
        return;
    vy_bands_destroy(music->bands);
    vy_harmony_destroy(music->harmony);
    vy_arena_clear(&music->arena);
    free(music);
}

static vy_status put_onsets(const struct vy_onset *onset, uint32_t onsets, struct vy_arena *arena,
                            struct vy_music_found *found)
{
    found->onset = vy_arena_take(arena, onsets * sizeof(double));
    found->onset_drum = vy_arena_take(arena, onsets * sizeof(double));
    if (!found->onset || !found->onset_drum)
        return VY_NO_MEMORY;
    for (uint32_t i = 0; i < onsets; i++) {
        found->onset[found->onsets++] = onset[i].at_s;
        if (onset[i].drum >= 0.5F)
            found->onset_drum[found->onset_drums++] = onset[i].at_s;
    }
    return VY_OK;
}

static vy_status put_beats(const struct vy_pulse_view *view, const struct vy_onset *onset,
                           uint32_t onsets, struct vy_arena *arena, struct vy_music_found *found)
{
    struct vy_beats beats;
    const vy_status status = vy_beat_find(view, onset, onsets, arena, &beats);
    if (status != VY_OK || !beats.count)
        return status;
    found->beat = beats.at_s;
    found->beats = beats.count;
    found->tempo_bpm = beats.tempo_bpm;
    found->tempo_confidence = beats.confidence;
    return VY_OK;
}

// Needs the harmony to be finished.
static vy_status put_bars(const struct vy_music *m, const struct vy_pulse_view *view,
                          const struct vy_onset *onset, uint32_t onsets, struct vy_arena *scratch,
                          struct vy_arena *arena, struct vy_music_found *found)
{
    if (found->beats < 2)
        return VY_OK;
    float *const change = vy_arena_take(scratch, found->beats * sizeof *change);
    if (!change)
        return VY_NO_MEMORY;
    vy_status status = vy_harmony_change(m->harmony, found->beat, found->beats, change);
    struct vy_bars bars = {0};
    const struct vy_bar_view bar_view = {view, found->beat, change, found->beats};
    if (status == VY_OK)
        status = vy_bar_find(&bar_view, arena, &bars);
    found->downbeat = bars.downbeat_s;
    found->downbeats = bars.count;
    found->beats_per_bar = bars.beats_per_bar;
    found->metre = bars.metre;
    found->metre_confidence = bars.confidence;
    if (status == VY_OK)
        status = vy_groove_find(onset, onsets, bars.position, arena, found);
    return status;
}

static vy_status put_form(const struct vy_music *m, const struct vy_onset_curves *curves,
                          const struct vy_onset *onset, uint32_t onsets, struct vy_arena *scratch,
                          struct vy_arena *arena, struct vy_music_found *found)
{
    struct vy_steps steps;
    vy_status status = vy_steps_make(m->bands, curves, onset, onsets, found, scratch, &steps);
    if (status != VY_OK || !steps.count)
        return status;
    const double end_s = (double)curves->hops * curves->hop_s;
    status = vy_section_find(&steps, end_s, scratch, arena, found);
    if (status == VY_OK)
        status = vy_repeat_find(&steps, scratch, arena, found);
    if (status == VY_OK)
        status = vy_turning_find(&steps, scratch, arena, found);
    if (status == VY_OK)
        status = vy_drum_map_find(curves, scratch, found);
    return status;
}

// One chapter, times from its first hop on.
static vy_status understand(struct vy_music *m, struct vy_arena *scratch, struct vy_arena *arena,
                            struct vy_music_found *found)
{
    *found = (struct vy_music_found){.key = -1};
    struct vy_onset_curves curves;
    struct vy_pulse_view view;
    struct vy_onset *onset;
    struct vy_chroma_view chroma;
    uint32_t onsets;
    if (!vy_bands_hops(m->bands))
        return VY_OK;
    vy_status status = vy_onset_curves(m->bands, vy_hop_seconds(&m->shape, 1), scratch, &curves);
    if (status == VY_OK)
        status = vy_onset_pick(&curves, scratch, &onset, &onsets);
    if (status == VY_OK)
        status = vy_pulse_view(&curves, onset, onsets, scratch, &view);
    if (status == VY_OK && onsets)
        status = put_onsets(onset, onsets, arena, found);
    if (status == VY_OK)
        status = put_beats(&view, onset, onsets, arena, found);
    if (status == VY_OK)
        status = vy_harmony_finish(m->harmony, &chroma);
    if (status == VY_OK)
        status = put_bars(m, &view, onset, onsets, scratch, arena, found);
    if (status == VY_OK)
        status = vy_harmony_find(m->harmony, arena, found);
    if (status == VY_OK)
        status = put_form(m, &curves, onset, onsets, scratch, arena, found);
    return status;
}

// The lists of what was found. Each item starts with its times.
static const struct {
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

// `all` followed by `more`, which is `from_s` later.
static vy_status append_list(struct vy_music_found *all, const struct vy_music_found *more,
                             size_t list, double from_s, struct vy_arena *arena)
{
    char **const items = (char **)((char *)all + lists[list].items);
    uint32_t *const count = (uint32_t *)((char *)all + lists[list].count);
    const char *const add = *(char *const *)((const char *)more + lists[list].items);
    const uint32_t n = *(const uint32_t *)((const char *)more + lists[list].count);
    const size_t bytes = lists[list].bytes;
    char *const both = vy_arena_take(arena, (*count + n) * bytes);
    if (!both)
        return VY_NO_MEMORY;
    if (*count)
        memcpy(both, *items, *count * bytes);
    if (n)
        memcpy(both + *count * bytes, add, n * bytes);
    for (uint32_t i = *count; i < *count + n; i++)
        for (size_t k = 0; k < lists[list].times; k++)
            ((double *)(both + i * bytes))[k] += from_s;
    *items = both;
    *count += n;
    return VY_OK;
}

// What is one for the whole piece is taken from the chapter that is surest of it.
static void take_surer(struct vy_music_found *all, const struct vy_music_found *more)
{
    if (more->tempo_confidence > all->tempo_confidence) {
        all->tempo_bpm = more->tempo_bpm;
        all->tempo_confidence = more->tempo_confidence;
    }
    if (more->metre_confidence > all->metre_confidence) {
        all->beats_per_bar = more->beats_per_bar;
        all->metre = more->metre;
        all->metre_confidence = more->metre_confidence;
        all->drum_map = more->drum_map;
        all->groove = more->groove;
        all->groove_steps = more->groove_steps;
    }
    if (more->swing_confidence > all->swing_confidence) {
        all->swing = more->swing;
        all->swing_confidence = more->swing_confidence;
    }
    if (more->key_confidence > all->key_confidence) {
        all->key = more->key;
        all->mode = more->mode;
        all->key_confidence = more->key_confidence;
    }
    if (more->tuning_confidence > all->tuning_confidence) {
        all->tuning_cents = more->tuning_cents;
        all->tuning_confidence = more->tuning_confidence;
    }
}

// An earlier chapter's memory is about to go.
static vy_status keep_groove(struct vy_music_found *found, struct vy_arena *arena)
{
    if (!found->groove_steps)
        return VY_OK;
    const size_t bytes = found->groove_steps * sizeof *found->groove;
    struct vy_groove_step *const groove = vy_arena_take(arena, bytes);
    if (!groove)
        return VY_NO_MEMORY;
    memcpy(groove, found->groove, bytes);
    found->groove = groove;
    return VY_OK;
}

// `found` becomes all that was found up to the end of this chapter.
static vy_status end_chapter(struct vy_music *m, struct vy_arena *arena,
                             struct vy_music_found *found)
{
    struct vy_music_found chapter;
    struct vy_arena scratch = {0};
    vy_status status = understand(m, &scratch, arena, &chapter);
    vy_arena_clear(&scratch);
    const double from_s = vy_hop_seconds(&m->shape, (double)m->hops);
    *found = m->found;
    take_surer(found, &chapter);
    for (size_t i = 0; i < sizeof lists / sizeof *lists && status == VY_OK; i++)
        status = append_list(found, &chapter, i, from_s, arena);
    if (status == VY_OK)
        status = keep_groove(found, arena);
    if (status == VY_OK)
        status = vy_groove_tempo(arena, found);
    return status;
}

vy_status vy_music_hop(struct vy_music *music, const struct vy_hop *hop)
{
    vy_status status = vy_bands_hop(music->bands, hop);
    if (status == VY_OK)
        return vy_harmony_hop(music->harmony, hop);
    if (status != VY_TOO_BIG)
        return status;
    struct vy_arena arena = {0};
    struct vy_music_found found;
    status = end_chapter(music, &arena, &found);
    if (status != VY_OK) {
        vy_arena_clear(&arena);
        return status;
    }
    vy_arena_clear(&music->arena);
    music->arena = arena;
    music->found = found;
    music->hops += vy_bands_hops(music->bands);
    vy_bands_clear(music->bands);
    vy_harmony_clear(music->harmony);
    return vy_music_hop(music, hop);
}

vy_status vy_music_finish(struct vy_music *music, struct vy_arena *arena,
                          struct vy_music_found *found)
{
    return end_chapter(music, arena, found);
}
