// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Note lengths that follow the tempo, and the slow sine that chorus, flanger and phaser share.
#ifndef VY_DSP_SYNC_H
#define VY_DSP_SYNC_H

#include "dsp/lanes.h"

/// Words of a `sync` parameter; d = dotted, t = triplet.
static const char *const vy_sync_words[] = {"off",  "4/1",  "2/1",   "1/1",   "1/2",  "1/2d",
                                            "1/2t", "1/4",  "1/4d",  "1/4t",  "1/8",  "1/8d",
                                            "1/8t", "1/16", "1/16d", "1/16t", "1/32", NULL};
#define VY_SYNC_LAST 16

/// Quarter notes of each word; 0 = not synced.
static const float vy_sync_beats[] = {0.0f,        16.0f, 8.0f,   4.0f,        2.0f,  3.0f,
                                      4.0f / 3.0f, 1.0f,  1.5f,   2.0f / 3.0f, 0.5f,  0.75f,
                                      1.0f / 3.0f, 0.25f, 0.375f, 1.0f / 6.0f, 0.125f};

/// Length of choice `i` in frames, 0 when off or when there is no tempo.
VY_INLINE double vy_sync_frames(int i, const struct vy_time *time)
{
    const double per_frame = time->beats_per_frame;
    return i > 0 && i <= VY_SYNC_LAST && per_frame > 1e-12 ? (double)vy_sync_beats[i] / per_frame
                                                           : 0.0;
}

/// A slow oscillator's phase. Synced to notes it also drifts into step with the bar, slowly enough
/// not to be heard doing so.
struct vy_slow {
    double phase; ///< turns, 0..1
    bool running; ///< it has seen its first tick
};

/// Move on by one tick. Returns the phase at the tick's start; *end gets the one at its end, which
/// may exceed 1.
VY_INLINE double vy_slow_tick(struct vy_slow *lfo, double rate_hz, double sr_hz, int sync,
                              const struct vy_time *time, double *end)
{
    const double frames = vy_sync_frames(sync, time);
    double step = rate_hz / sr_hz;
    double pull = 0.0;
    if (frames > 0.0) {
        step = 1.0 / frames;
        if (time->playing && time->beat >= 0.0) {
            const double bars = time->beat / (double)vy_sync_beats[sync];
            const double want = bars - (double)(int64_t)bars;
            if (!lfo->running)
                lfo->phase = want;
            pull = want - lfo->phase;
            pull -= pull > 0.5 ? 1.0 : pull < -0.5 ? -1.0 : 0.0;
        }
    }
    lfo->running = true;
    const double start = lfo->phase;
    *end = start + step * VY_TICK + pull * 0.01;
    lfo->phase = *end - (double)(int64_t)*end;
    if (lfo->phase < 0.0)
        lfo->phase += 1.0;
    return start;
}

#endif
