// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/music.h"

#include "listen/bands.h"
#include "listen/bar.h"
#include "listen/beat.h"
#include "listen/level_judge.h"
#include "listen/chapters.h"
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

#define TWICE_ODDS 0.3F ///< least logarithm of the odds that the beats are twice too fast

struct vy_music {
    struct vy_hop_shape shape;
    struct vy_bands *bands;
    struct vy_harmony *harmony;
    struct vy_chapters *chapters;
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

vy_status vy_music_new(const struct vy_hop_shape *shape, double chapter_s, struct vy_music **music)
{
    *music = NULL;
    if (shape->sr_hz < 32000 || shape->sr_hz > 50000 || shape->n_fft != 2048 || shape->hop != 512)
        return VY_BAD_ARG;
    struct vy_music *const m = calloc(1, sizeof *m);
    if (!m)
        return VY_NO_MEMORY;
    m->shape = *shape;
    m->found.key = -1;
    const size_t chapter = (size_t)(chapter_s * shape->sr_hz / shape->hop);
    if (vy_chapters_new(&m->chapters) != VY_OK ||
        vy_bands_new(shape, chapter, &m->bands) != VY_OK ||
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
    vy_chapters_destroy(music->chapters);
    vy_arena_clear(&music->arena);
    free(music);
}

static vy_status put_onsets(const struct vy_onset_curves *curves, struct vy_arena *scratch,
                            struct vy_arena *arena, struct vy_music_found *found)
{
    struct vy_onset *onset;
    uint32_t onsets;
    const vy_status status = vy_onset_pick(curves, VY_ONSET_SURE, scratch, &onset, &onsets);
    if (status != VY_OK || !onsets)
        return status;
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
static vy_status count_bars(const struct vy_music *m, const struct vy_pulse_view *view,
                            struct vy_arena *scratch, struct vy_arena *arena,
                            const struct vy_music_found *found, struct vy_bars *bars)
{
    float *const change = vy_arena_take(scratch, found->beats * sizeof *change);
    if (!change)
        return VY_NO_MEMORY;
    const vy_status status = vy_harmony_change(m->harmony, found->beat, found->beats, change);
    const struct vy_bar_view bar_view = {view, found->beat, change, found->beats};
    return status == VY_OK ? vy_bar_find(&bar_view, arena, bars) : status;
}

// Only every second beat stays where listeners would tap so. Bars of three and five cannot be
// halved.
static vy_status settle_level(const struct vy_pulse_view *view, const struct vy_bars *bars,
                              struct vy_music_found *found, bool *halved)
{
    *halved = false;
    float odds;
    if (bars->beats_per_bar != 4)
        return VY_OK;
    const vy_status status = vy_level_twice(view, found->beat, found->beats, &odds);
    if (status != VY_OK || odds < TWICE_ODDS)
        return status;
    const uint32_t first = vy_level_phase(view, found->beat, found->beats);
    uint32_t n = 0;
    for (uint32_t i = first; i < found->beats; i += 2)
        found->beat[n++] = found->beat[i];
    found->beats = n;
    found->tempo_bpm /= 2;
    *halved = true;
    return VY_OK;
}

static vy_status put_bars(const struct vy_music *m, const struct vy_pulse_view *view,
                          const struct vy_onset *onset, uint32_t onsets, struct vy_arena *scratch,
                          struct vy_arena *arena, struct vy_music_found *found)
{
    if (found->beats < 2)
        return VY_OK;
    struct vy_bars bars = {0};
    bool halved = false;
    vy_status status = count_bars(m, view, scratch, arena, found, &bars);
    if (status == VY_OK)
        status = settle_level(view, &bars, found, &halved);
    if (halved)
        status = count_bars(m, view, scratch, arena, found, &bars);
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

// A faint pulse is one of music: in speech, too, sounds come nearly evenly.
static void doubt_pulse(struct vy_music_found *found)
{
    if (found->tempo_confidence > VY_BEAT_FAINT || found->key >= 0)
        return;
    found->beats = found->downbeats = found->beats_per_bar = found->groove_steps = 0;
    found->metre = NULL;
    found->tempo_bpm = found->tempo_confidence = found->metre_confidence = 0;
    found->swing = found->swing_confidence = 0;
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
        status = vy_onset_pick(&curves, VY_ONSET_ANY, scratch, &onset, &onsets);
    if (status == VY_OK)
        status = vy_pulse_view(&curves, onset, onsets, scratch, &view);
    if (status == VY_OK)
        status = put_onsets(&curves, scratch, arena, found);
    if (status == VY_OK)
        status = put_beats(&view, onset, onsets, arena, found);
    if (status == VY_OK)
        status = vy_harmony_finish(m->harmony, &chroma);
    if (status == VY_OK)
        status = put_bars(m, &view, onset, onsets, scratch, arena, found);
    if (status == VY_OK)
        status = vy_harmony_find(m->harmony, arena, found);
    doubt_pulse(found);
    if (status == VY_OK)
        status = put_form(m, &curves, onset, onsets, scratch, arena, found);
    return status;
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
    const double length_s = vy_hop_seconds(&m->shape, (double)vy_bands_hops(m->bands));
    *found = m->found;
    if (status == VY_OK)
        status = vy_chapters_join(m->chapters, &chapter, from_s, length_s, arena, found);
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
