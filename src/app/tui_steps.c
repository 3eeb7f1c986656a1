// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/tui_steps.h"

#include <math.h>

// Steps a quarter note: sixteenths, unless eighths or quarters are what fits.
static int steps_a_beat(double beats)
{
    for (int steps = 4; steps > 1; steps /= 2)
        if (ceil(beats * steps) <= VY_TUI_CELLS)
            return steps;
    return 1;
}

static double note_of(const json_t *hit)
{
    const json_t *const note = json_array_get(hit, 3);
    return json_is_number(note) ? json_number_value(note) : (double)NAN;
}

static void note_range(const json_t *hits, double *low, double *high)
{
    size_t i;
    json_t *hit;
    *low = INFINITY;
    *high = -INFINITY;
    json_array_foreach((json_t *)(uintptr_t)hits, i, hit)
    {
        *low = fmin(*low, note_of(hit));
        *high = fmax(*high, note_of(hit));
    }
}

void vy_tui_steps_read(const json_t *hits, double beats, struct vy_tui_steps *steps)
{
    const int per_beat = steps_a_beat(beats);
    const double cells = ceil(beats * per_beat - 1e-6);
    size_t i;
    json_t *hit;
    double low, high;
    *steps = (struct vy_tui_steps){.beats = beats};
    if (!(beats > 0))
        return;
    steps->cells = (int)fmin(cells, VY_TUI_CELLS);
    note_range(hits, &low, &high);
    json_array_foreach((json_t *)(uintptr_t)hits, i, hit)
    {
        const double at = json_number_value(json_array_get(hit, 0)) * per_beat;
        const double length = json_number_value(json_array_get(hit, 1)) * per_beat;
        const double velocity = json_number_value(json_array_get(hit, 2));
        const int cell = (int)floor(at + 1e-6);
        if (!(at >= 0) || cell >= steps->cells)
            continue;
        const uint8_t hard = (uint8_t)fmin(9, fmax(1, round(velocity * 9)));
        if (hard > steps->hit[cell])
            steps->hit[cell] = hard;
        if (isfinite(note_of(hit)))
            steps->height[cell] =
                (uint8_t)(high > low ? 1 + round((note_of(hit) - low) / (high - low) * 7) : 4);
        for (int c = cell + 1; c < steps->cells && c < at + length - 0.25; c++)
            steps->held[c] = steps->height[cell];
    }
}

int vy_tui_steps_at(const struct vy_tui_steps *steps, double beat, double anchor)
{
    if (steps->cells == 0)
        return -1;
    const double in = fmod(fmod(beat - anchor, steps->beats) + steps->beats, steps->beats);
    const int cell = (int)(in * steps_a_beat(steps->beats) + 1e-6);
    return cell < steps->cells ? cell : -1;
}
