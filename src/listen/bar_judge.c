// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/bar_judge.h"

#include "listen/bar_net.h"
#include "listen/simd.h"

#include <math.h>

#define REACH 6        ///< beats to either side
#define FAR_BEATS 1.01 ///< places farther away are read wide

// In beats: quarters up to two away, halves up to six, thirds up to one.
static const double places[] = {
    -6,    -5.5,     -5,   -4.5,     -4,    -3.5, -3,   -2.5,    -2,  -1.75,   -1.5, -1.25, -1,
    -0.75, -2.0 / 3, -0.5, -1.0 / 3, -0.25, 0,    0.25, 1.0 / 3, 0.5, 2.0 / 3, 0.75, 1,     1.25,
    1.5,   1.75,     2,    2.5,      3,     3.5,  4,    4.5,     5,   5.5,     6};
#define PLACES (sizeof places / sizeof *places)

_Static_assert(PLACES *VY_PULSE_CHANNELS + 2 * REACH + 1 + 4 == VY_BAR_INPUTS, "all are filled");
_Static_assert(VY_BAR_NET_IN == VY_BAR_INPUTS && VY_BAR_NET_OUT == VY_BAR_STATES, "the net fits");

// Seconds of a place counted in beats from the first; the beats go on evenly at the ends.
static double place_s(const struct vy_bar_view *view, double beat)
{
    const double *const at = view->beat;
    const uint32_t last = view->beats - 1;
    if (beat <= 0)
        return at[0] + beat * (at[1] - at[0]);
    if (beat >= last)
        return at[last] + (beat - last) * (at[last] - at[last - 1]);
    const uint32_t whole = (uint32_t)beat;
    return at[whole] + (beat - whole) * (at[whole + 1] - at[whole]);
}

void vy_bar_input(const struct vy_bar_view *view, uint32_t beat, float in[VY_BAR_INPUTS])
{
    for (uint32_t p = 0; p < PLACES; p++) {
        const double hop = floor(place_s(view, beat + places[p]) / view->pulse->hop_s + 0.5);
        for (uint32_t c = 0; c < VY_PULSE_CHANNELS; c++)
            in[c * PLACES + p] = vy_pulse_at(view->pulse, c, hop, fabs(places[p]) > FAR_BEATS);
    }
    float *const change = in + PLACES * VY_PULSE_CHANNELS;
    for (int k = -REACH; k <= REACH; k++) {
        const long other = (long)beat + k;
        change[k + REACH] = other >= 0 && other < (long)view->beats ? view->change[other] : 0;
    }
    const double length_s = place_s(view, beat + 0.5) - place_s(view, beat - 0.5);
    const float octaves = (float)log2(fmax(length_s, 0.05) / 0.5);
    float *const tempo = change + 2 * REACH + 1;
    tempo[0] = octaves;
    tempo[1] = octaves * octaves;
    tempo[2] = fmaxf(octaves, 0);
    tempo[3] = fmaxf(-octaves, 0);
}

VY_SIMD static void answer(const float *restrict in, float *restrict out)
{
    float hidden[VY_BAR_NET_HIDDEN];
    for (uint32_t h = 0; h < VY_BAR_NET_HIDDEN; h++)
        hidden[h] = vy_bar_net_bias[h];
    for (uint32_t i = 0; i < VY_BAR_NET_IN; i++)
        for (uint32_t h = 0; h < VY_BAR_NET_HIDDEN; h++)
            hidden[h] += in[i] * vy_bar_net_in[i][h];
    for (uint32_t o = 0; o < VY_BAR_NET_OUT; o++)
        out[o] = vy_bar_net_out_bias[o];
    for (uint32_t h = 0; h < VY_BAR_NET_HIDDEN; h++)
        for (uint32_t o = 0; o < VY_BAR_NET_OUT; o++)
            out[o] += (hidden[h] > 0 ? hidden[h] : 0) * vy_bar_net_out[h][o];
}

void vy_bar_judge(const struct vy_bar_view *view, uint32_t beat, float odds[VY_BAR_STATES])
{
    float in[VY_BAR_INPUTS];
    vy_bar_input(view, beat, in);
    answer(in, odds);
    float top = odds[0], sum = 0;
    for (uint32_t s = 1; s < VY_BAR_STATES; s++)
        top = fmaxf(top, odds[s]);
    for (uint32_t s = 0; s < VY_BAR_STATES; s++)
        sum += expf(odds[s] - top);
    const float all = top + logf(sum);
    for (uint32_t s = 0; s < VY_BAR_STATES; s++)
        odds[s] -= all;
}
