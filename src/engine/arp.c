// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Arpeggios: each chord of a pattern becomes a run of single notes, one every `rate` beats from the
// chord's own start for as long as it is held. The run starts again with every chord.
#include "base/rng.h"
#include "engine/pattern.h"

#include <stdlib.h>
#include <string.h>

#define MOST_HITS 4096u
#define MOST_OCTAVES 8
#define HIGHEST 136.0f
#define NEAR 1e-9

struct pool {
    float note[VY_CHORD_NOTES * MOST_OCTAVES];
    uint32_t notes;
};

// The notes to run over: low to high, or as given; octave by octave.
static struct pool make_pool(const struct vy_hit *hit, enum vy_arp_mode mode, int octaves)
{
    float chord[VY_CHORD_NOTES];
    memcpy(chord, hit->note, sizeof chord);
    for (int i = 1; mode != VY_ARP_ORDER && i < hit->notes; i++)
        for (int k = i; k > 0 && chord[k - 1] > chord[k]; k--) {
            const float lower = chord[k];
            chord[k] = chord[k - 1];
            chord[k - 1] = lower;
        }
    struct pool pool = {.notes = 0};
    for (int octave = 0; octave < octaves; octave++)
        for (int i = 0; i < hit->notes; i++)
            if (octave == 0 || chord[i] + 12.0f * (float)octave <= HIGHEST)
                pool.note[pool.notes++] = chord[i] + 12.0f * (float)octave;
    return pool;
}

// Which of n notes step i plays.
static uint32_t pick(enum vy_arp_mode mode, uint32_t n, uint32_t i, uint64_t stream)
{
    switch (mode) {
    case VY_ARP_UP:
    case VY_ARP_ORDER: return i % n;
    case VY_ARP_DOWN: return n - 1 - i % n;
    case VY_ARP_RANDOM: return (uint32_t)(vy_rng_unit(stream, i) * n);
    case VY_ARP_UPDOWN: {
        // the ends sound once
        const uint32_t turn = n > 1 ? i % (2 * n - 2) : 0;
        return turn < n ? turn : 2 * n - 2 - turn;
    }
    case VY_ARP_CHORD: break;
    }
    return 0;
}

static int by_time(const void *a, const void *b)
{
    const struct vy_hit *const x = a, *const y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return x->index != y->index ? (x->index < y->index ? -1 : 1) : x->phase - y->phase;
}

struct run {
    enum vy_arp_mode mode;
    double rate;
    int octaves;
    float gate;
    uint64_t seed;
};

// The run over one chord, appended. False: too many.
static bool add_run(const struct run *run, const struct vy_hit *from, uint32_t number,
                    struct vy_hit *hit, uint32_t *hits)
{
    const struct pool pool = make_pool(from, run->mode, run->octaves);
    if (pool.notes == 0)
        return true;
    const uint64_t stream = vy_rng_key(run->seed, number);
    for (uint32_t i = 0; i == 0 || i * run->rate < from->length - NEAR; i++) {
        if (*hits == MOST_HITS)
            return false;
        struct vy_hit *const one = &hit[(*hits)++];
        *one = *from;
        one->at = from->at + i * run->rate;
        one->length = run->rate * (double)run->gate;
        one->slide = one->legato = false;
        if (run->mode != VY_ARP_CHORD) {
            memset(one->note, 0, sizeof one->note);
            one->notes = 1;
            one->note[0] = pool.note[pick(run->mode, pool.notes, i, stream)];
        }
    }
    return true;
}

vy_status vy_pattern_arp(const struct vy_pattern *from, enum vy_arp_mode mode, double rate_beats,
                         int octaves, float gate, uint64_t seed, struct vy_arena *arena,
                         struct vy_pattern **pattern)
{
    if (!(rate_beats >= 1.0 / 256 && rate_beats <= 1024) || octaves < 1 || octaves > MOST_OCTAVES ||
        !(gate > 0 && gate <= 64))
        return VY_OUT_OF_RANGE;
    const struct run run = {mode, rate_beats, octaves, gate, seed};
    struct vy_hit *const hit = malloc(MOST_HITS * sizeof *hit);
    if (!hit)
        return VY_NO_MEMORY;
    uint32_t hits = 0;
    vy_status status = VY_OK;
    for (uint32_t i = 0; i < from->hits && !status; i++)
        if (!add_run(&run, &from->hit[i], i, hit, &hits))
            status = VY_TOO_BIG;
    if (!status && !hits)
        status = VY_BAD_ARG; // nothing with pitch to run over
    // a chord held over the end of the cycle goes on at its beginning one cycle later
    for (uint32_t i = 0; i < hits; i++)
        if (hit[i].at >= from->beats - NEAR) {
            hit[i].at -= from->beats;
            hit[i].phase = (uint16_t)((hit[i].phase + 1) % hit[i].every);
        }
    if (!status) {
        qsort(hit, hits, sizeof *hit, by_time);
        struct vy_pattern made = *from;
        made.hit = hit;
        made.hits = hits;
        *pattern = vy_pattern_clone(&made, arena);
        status = *pattern ? VY_OK : VY_NO_MEMORY;
    }
    free(hit);
    return status;
}
