// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A document's tempo and patterns as the audio thread's clock and sequencer want them.
#include "base/rng.h"
#include "engine/compile.h"

#include <math.h>
#include <stdlib.h>

static int by_beat(const void *a, const void *b)
{
    const double x = ((const struct vy_tempo_segment *)a)->beat;
    const double y = ((const struct vy_tempo_segment *)b)->beat;
    return (x > y) - (x < y);
}

vy_status vy_compile_tempo(const struct vy_doc *doc, double sr_hz, struct vy_arena *arena,
                           struct vy_tempo_map *map)
{
    uint32_t n = 0;
    struct vy_tempo_segment *const s =
        vy_arena_take(arena, (doc->marks + doc->automations) * sizeof *s);
    if (!s)
        return VY_NO_MEMORY;
    for (int i = 0; i < doc->marks; i++)
        s[n++] = (struct vy_tempo_segment){
            .beat = doc->mark[i].beat, .bpm = doc->mark[i].bpm, .bpm_end = doc->mark[i].bpm};
    for (int i = 0; i < doc->automations; i++) {
        const struct vy_automation *const a = &doc->automation[i];
        if (a->unit == UINT16_MAX)
            s[n++] = (struct vy_tempo_segment){.beat = a->beat,
                                               .bpm = (double)a->from,
                                               .bpm_end = (double)a->to,
                                               .beats = a->beats};
    }
    qsort(s, n, sizeof *s, by_beat);
    // of two segments at one beat the later said wins: a ramp over the constant it starts from
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (kept && s[kept - 1].beat == s[i].beat && s[i].beats == 0 && s[kept - 1].beats > 0)
            continue;
        if (kept && s[kept - 1].beat == s[i].beat)
            kept--;
        s[kept++] = s[i];
    }
    vy_tempo_finish(s, kept, sr_hz);
    *map = (struct vy_tempo_map){s, kept, sr_hz};
    return VY_OK;
}

vy_status vy_compile_parts(const struct vy_doc *doc, const struct vy_unit *unit,
                           struct vy_arena *arena, struct vy_seq_part **part)
{
    *part = vy_arena_take(arena, (unit->parts + 1u) * sizeof **part);
    if (!*part)
        return VY_NO_MEMORY;
    const double bar = vy_doc_bar_beats(doc);
    for (int p = 0; p < unit->parts; p++) {
        const struct vy_part *const from = &unit->part[p];
        const struct vy_pattern *const copy = vy_pattern_clone(from->pattern, arena);
        if (!copy)
            return VY_NO_MEMORY;
        const float own = copy->swing;
        (*part)[p] = (struct vy_seq_part){
            .pattern = copy,
            .from = from->from,
            .until = from->until,
            .anchor = floor(from->from / bar + 1e-9) * bar,
            .swing = (double)(own < 0 ? doc->swing : own),
            .seed = vy_rng_key(doc->seed, unit->id),
        };
    }
    return VY_OK;
}
