// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Which hits of a part fall into a tick.
//
// The frame of a hit is one closed formula of its beat; a tick takes the hits whose frame lies in
// its half-open window. Windows neither overlap nor leave gaps, so each hit fires exactly once,
// whatever moves it. Only the hits that swing and nudge could bring into the window are looked at.
#include "engine/rt/sequencer.h"

#include "base/rng.h"
#include "dsp/lanes.h"

#define SLACK 1e-6 // beats; far above rounding, far below a frame's worth of hits

static int64_t whole_below(double x)
{
    const int64_t n = (int64_t)x;
    return n - ((double)n > x);
}

// First hit at or after a position in the cycle.
static uint32_t first_at(const struct vy_pattern *pattern, double at)
{
    uint32_t low = 0, high = pattern->hits;
    while (low < high) {
        const uint32_t mid = low + (high - low) / 2;
        if (pattern->hit[mid].at < at)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static int64_t frame_of(const struct vy_seq_part *part, const struct vy_tempo_map *map, double beat,
                        float nudge_s)
{
    const double frame = vy_tempo_frame(map, vy_swing(beat, part->swing));
    return whole_below(frame + (double)nudge_s * map->sr_hz + 0.5);
}

// Alternation and chance: does the hit sound in this cycle?
static bool sounds(const struct vy_seq_part *part, const struct vy_hit *hit, int64_t cycle)
{
    const int64_t every = hit->every > 1 ? hit->every : 1;
    if ((cycle % every + every) % every != hit->phase)
        return false;
    const double chance = (double)hit->chance * (double)part->pattern->probability;
    return chance >= 1 || vy_rng_unit(vy_rng_key(part->seed, (uint64_t)cycle), hit->index) < chance;
}

static float hz_of(float note)
{
    return 440.0f * vy_exp2(vy_set((note - 69.0f) / 12.0f))[0];
}

// Later events behind earlier ones; those of one frame stay in order.
static void put_in_order(struct vy_note_event *event, uint32_t last)
{
    const struct vy_note_event moving = event[last];
    uint32_t i = last;
    for (; i > 0 && event[i - 1].frame > moving.frame; i--)
        event[i] = event[i - 1];
    event[i] = moving;
}

struct window {
    const struct vy_seq_part *part;
    const struct vy_tempo_map *map;
    int64_t map_frame;
    uint64_t engine_frame;
    struct vy_note_event *event;
    uint32_t events, most;
    bool chase; // also what began before and still sounds
};

// The events of one hit, if it falls into the window.
static void take(struct window *w, const struct vy_hit *hit, int64_t cycle, double beat)
{
    const struct vy_pattern *const pattern = w->part->pattern;
    if (beat < w->part->from || beat >= w->part->until || !sounds(w->part, hit, cycle))
        return;
    const int64_t on = frame_of(w->part, w->map, beat, hit->nudge_s);
    if (on >= w->map_frame + (int64_t)VY_TICK || (on < w->map_frame && !w->chase))
        return;
    int64_t off = frame_of(w->part, w->map, beat + hit->length, hit->nudge_s);
    if (hit->legato) // the goal of the slide may be nudged; its start ends this note
        off += 2 + whole_below(2.0 * (double)pattern->max_nudge_s * w->map->sr_hz);
    if (off <= on)
        off = on + 1;
    if (off <= w->map_frame)
        return;
    const uint32_t notes = hit->notes ? hit->notes : 1;
    for (uint32_t i = 0; i < notes && w->events < w->most; i++) {
        w->event[w->events] = (struct vy_note_event){
            .frame = on > w->map_frame ? (uint32_t)(on - w->map_frame) : 0,
            .hz = hit->notes ? hz_of(hit->note[i]) : 0,
            .velocity = hit->velocity,
            .slide = hit->slide,
            .off_frame = (uint64_t)((int64_t)w->engine_frame + (off - w->map_frame)),
            .hit = hit,
        };
        put_in_order(w->event, w->events++);
    }
}

static uint32_t collect(struct window *w)
{
    const struct vy_seq_part *const part = w->part;
    const struct vy_tempo_map *const map = w->map;
    const int64_t map_frame = w->map_frame;
    const struct vy_pattern *const pattern = part->pattern;
    if (!pattern || !pattern->hits || !(pattern->beats > 0))
        return 0;
    const double nudge = (double)pattern->max_nudge_s * map->sr_hz + 1;
    double low = vy_tempo_beat(map, (double)map_frame - nudge) - SLACK;
    double high = vy_tempo_beat(map, (double)(map_frame + (int64_t)VY_TICK) + nudge) + SLACK;
    if (part->swing > 0)
        low -= 0.125; // swing is late by at most half a sixteenth
    if (w->chase)
        low -= pattern->beats; // no note is longer than its pattern
    if (low < part->from)
        low = part->from;
    if (high > part->until)
        high = part->until;
    if (!(low < high))
        return 0;
    int64_t cycle = whole_below((low - part->anchor - SLACK) / pattern->beats);
    double start = part->anchor + (double)cycle * pattern->beats;
    for (uint32_t i = first_at(pattern, low - start - SLACK);; i++) {
        if (i == pattern->hits) {
            i = 0;
            start = part->anchor + (double)++cycle * pattern->beats;
        }
        const double beat = start + pattern->hit[i].at;
        if (beat > high || w->events == w->most)
            break;
        take(w, &pattern->hit[i], cycle, beat);
    }
    return w->events;
}

uint32_t vy_seq_events(const struct vy_seq_part *part, const struct vy_tempo_map *map,
                       int64_t map_frame, uint64_t engine_frame, struct vy_note_event *event,
                       uint32_t most)
{
    return collect(&(struct window){part, map, map_frame, engine_frame, event, 0, most, false});
}

uint32_t vy_seq_chase(const struct vy_seq_part *part, const struct vy_tempo_map *map,
                      int64_t map_frame, uint64_t engine_frame, struct vy_note_event *event,
                      uint32_t most)
{
    return collect(&(struct window){part, map, map_frame, engine_frame, event, 0, most, true});
}
