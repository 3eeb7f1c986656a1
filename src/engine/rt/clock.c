// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Musical time <-> frames, in closed form.
//
// A ramp moves straight in beats: bpm(x) = b0 + d x / L for x = 0..L, d = b1 - b0. The minutes it
// takes to x are the integral of 1/bpm: (L / d) ln(1 + d x / (L b0)); the inverse follows.
// Logarithm and exponential are written out here, so that the result has the same bits on every
// machine (libm picks its variant by processor).
#include "engine/rt/clock.h"

#define LN2 0.69314718055994530942

// ln(1 + e) for e > -1. ln r = k ln 2 + 2 artanh(s), s = (m - 1) / (m + 1), |s| < 0.18.
static double log_1p(double e)
{
    int k = 0;
    double top = e, bottom = 2.0 + e; // m - 1 and m + 1; unscaled near 1 to keep small e exact
    if (e > 0.41 || e < -0.29) {
        double m = 1.0 + e;
        for (; m > 1.4142135623730951 && k < 1100; k++)
            m *= 0.5;
        for (; m < 0.7071067811865476 && k > -1100; k--)
            m *= 2.0;
        top = m - 1.0;
        bottom = m + 1.0;
    }
    const double s = top / bottom, s2 = s * s;
    double p = 0;
    for (int i = 25; i >= 1; i -= 2)
        p = p * s2 + 1.0 / i;
    return 2.0 * s * p + k * LN2;
}

// e^y - 1 by Taylor on a small argument, then doubling: expm1(2y) = v (v + 2).
static double exp_m1(double y)
{
    int k = 0;
    for (; (y > 0.25 || y < -0.25) && k < 40; k++)
        y *= 0.5;
    double v = 0;
    for (int i = 14; i >= 1; i--)
        v = (v + 1.0) * y / i;
    for (; k > 0; k--)
        v = v * (v + 2.0);
    return v;
}

static bool ramps(const struct vy_tempo_segment *s)
{
    return s->beats > 0 && s->bpm_end != s->bpm;
}

// Frames from the start of a segment to x beats into it.
static double frames_into(const struct vy_tempo_segment *s, double x, double sr)
{
    if (!ramps(s) || x <= 0)
        return x * 60.0 * sr / s->bpm;
    const double in = x < s->beats ? x : s->beats, d = s->bpm_end - s->bpm;
    const double ramp = s->beats / d * log_1p(d * in / (s->beats * s->bpm)) * 60.0 * sr;
    return x <= s->beats ? ramp : ramp + (x - s->beats) * 60.0 * sr / s->bpm_end;
}

// Last segment that begins at or before the beat (or frame); the first one serves what is before.
static const struct vy_tempo_segment *segment_at(const struct vy_tempo_map *map, double beat)
{
    uint32_t low = 0, high = map->segments;
    while (high - low > 1) {
        const uint32_t mid = low + (high - low) / 2;
        if (map->segment[mid].beat <= beat)
            low = mid;
        else
            high = mid;
    }
    return &map->segment[low];
}

static const struct vy_tempo_segment *segment_of_frame(const struct vy_tempo_map *map, double frame)
{
    uint32_t low = 0, high = map->segments;
    while (high - low > 1) {
        const uint32_t mid = low + (high - low) / 2;
        if (map->segment[mid].frame <= frame)
            low = mid;
        else
            high = mid;
    }
    return &map->segment[low];
}

double vy_tempo_frame(const struct vy_tempo_map *map, double beat)
{
    const struct vy_tempo_segment *const s = segment_at(map, beat);
    return s->frame + frames_into(s, beat - s->beat, map->sr_hz);
}

double vy_tempo_beat(const struct vy_tempo_map *map, double frame)
{
    const struct vy_tempo_segment *const s = segment_of_frame(map, frame);
    const double minute = 60.0 * map->sr_hz, frames = frame - s->frame;
    if (!ramps(s) || frames <= 0)
        return s->beat + frames * s->bpm / minute;
    const double whole = frames_into(s, s->beats, map->sr_hz);
    if (frames >= whole)
        return s->beat + s->beats + (frames - whole) * s->bpm_end / minute;
    const double d = s->bpm_end - s->bpm;
    return s->beat + s->beats * s->bpm / d * exp_m1(frames / minute * d / s->beats);
}

double vy_tempo_bpm(const struct vy_tempo_map *map, double beat)
{
    const struct vy_tempo_segment *const s = segment_at(map, beat);
    const double x = beat - s->beat;
    if (!ramps(s) || x <= 0)
        return s->bpm;
    return x >= s->beats ? s->bpm_end : s->bpm + (s->bpm_end - s->bpm) * (x / s->beats);
}

void vy_tempo_finish(struct vy_tempo_segment *segment, uint32_t segments, double sr_hz)
{
    for (uint32_t i = 0; i < segments; i++) {
        // without a ramp the end is the beginning, so that bpm_end may be left 0
        if (!(segment[i].beats > 0))
            segment[i].bpm_end = segment[i].bpm;
        const struct vy_tempo_segment *const before = &segment[i ? i - 1 : 0];
        segment[i].frame =
            i ? before->frame + frames_into(before, segment[i].beat - before->beat, sr_hz) : 0;
    }
}

double vy_swing(double beat, double swing)
{
    if (!(swing > 0))
        return beat;
    const double late = (swing < 1 ? swing : 1) * 0.125; // of the off-beat, in beats
    const double pair = beat * 2.0;
    int64_t whole = (int64_t)pair;
    whole -= (double)whole > pair;
    const double start = (double)whole * 0.5, in = beat - start;
    if (in <= 0.25)
        return start + (in + in * late * 4.0);
    return start + (0.25 + late + (in - 0.25) * (1.0 - late * 4.0));
}
