// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Looking ahead in a document: how long the piece is, and what is about to sound.
#include "engine/studio.h"

#include "engine/compile.h"

#include <math.h>
#include <stdlib.h>

static double longest_cycle(const struct vy_doc *doc)
{
    double most = 0;
    for (int u = 0; u < doc->units; u++)
        for (int p = 0; p < doc->unit[u].parts; p++) {
            const struct vy_part *const part = &doc->unit[u].part[p];
            if (isinf(part->until))
                most = fmax(most, part->pattern->beats);
        }
    return most;
}

double vy_studio_length(const struct vy_doc *doc)
{
    const double bar = vy_doc_bar_beats(doc);
    double last = 0, end = 0;
    for (int s = 0; s < doc->sections; s++)
        end += doc->section[s].bars * bar;
    if (end > 0)
        return end;
    for (int t = 0; t < doc->timers; t++)
        last = fmax(last, doc->timer[t].beat);
    for (int a = 0; a < doc->automations; a++)
        end = fmax(end, doc->automation[a].beat + doc->automation[a].beats);
    for (int u = 0; u < doc->units; u++)
        for (int p = 0; p < doc->unit[u].parts; p++) {
            last = fmax(last, doc->unit[u].part[p].from);
            if (isfinite(doc->unit[u].part[p].until))
                end = fmax(end, doc->unit[u].part[p].until);
        }
    end = fmax(end, last + fmax(longest_cycle(doc), 4 * bar));
    return ceil(end / bar - 1e-9) * bar;
}

static int by_beat(const void *a, const void *b)
{
    const struct vy_peek *const x = a, *const y = b;
    if (x->beat != y->beat)
        return x->beat < y->beat ? -1 : 1;
    return (x->note > y->note) - (x->note < y->note);
}

// Events of one part in [start, start + frames), appended.
static void peek_part(const struct vy_seq_part *part, const char *name,
                      const struct vy_tempo_map *map, int64_t start, int64_t frames,
                      struct vy_peek *out, uint32_t *count, uint32_t most)
{
    for (int64_t at = 0; at < frames; at += VY_TICK) {
        struct vy_note_event event[VY_TICK_EVENTS];
        const uint32_t n =
            vy_seq_events(part, map, start + at, (uint64_t)at, event, VY_TICK_EVENTS);
        for (uint32_t i = 0; i < n && *count < most; i++) {
            const double frame = (double)(start + at + event[i].frame);
            const double off = (double)start + (double)event[i].off_frame;
            const double hz = (double)event[i].hz, beat = vy_tempo_beat(map, frame);
            out[(*count)++] = (struct vy_peek){.unit = name,
                                               .beat = beat,
                                               .note = hz > 0 ? 69 + 12 * log2(hz / 440) : -1,
                                               .velocity = event[i].velocity,
                                               .length = vy_tempo_beat(map, off) - beat};
        }
    }
}

uint32_t vy_studio_peek(const struct vy_doc *doc, double beat, double beats, struct vy_arena *arena,
                        const struct vy_peek **event)
{
    enum { MOST = 4096 };
    struct vy_peek *const out = vy_arena_take(arena, MOST * sizeof *out);
    struct vy_tempo_map map;
    uint32_t count = 0;
    *event = out;
    if (!out || vy_compile_tempo(doc, 48000, arena, &map))
        return 0;
    const int64_t start = llround(vy_tempo_frame(&map, beat));
    const int64_t frames = llround(vy_tempo_frame(&map, beat + beats)) - start;
    for (int u = 0; u < doc->units; u++) {
        struct vy_seq_part *part;
        if (!doc->unit[u].playing || vy_compile_parts(doc, &doc->unit[u], arena, &part))
            continue;
        for (int p = 0; p < doc->unit[u].parts; p++)
            peek_part(&part[p], doc->unit[u].name, &map, start, frames, out, &count, MOST);
    }
    qsort(out, count, sizeof *out, by_beat);
    while (count && out[count - 1].beat >= beat + beats) // ticks reach a little further
        count--;
    return count;
}
