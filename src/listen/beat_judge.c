// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/beat_judge.h"

#include "listen/beat_net.h"
#include "listen/simd.h"
#include "listen/vectors.h"

#include <math.h>

#define SHORTEST_S (60.0 / 225)
#define LONGEST_S (60.0 / 46)
#define FAR_BEATS 1.01 ///< places farther away are read wide

// In beats: quarters up to four away, thirds up to two.
static const double places[] = {
    -4,      -3.75,    -3.5,    -3.25, -3,    -2.75,    -2.5,    -2.25,    -2,      -1.75, -5.0 / 3,
    -1.5,    -4.0 / 3, -1.25,   -1,    -0.75, -2.0 / 3, -0.5,    -1.0 / 3, -0.25,   0,     0.25,
    1.0 / 3, 0.5,      2.0 / 3, 0.75,  1,     1.25,     4.0 / 3, 1.5,      5.0 / 3, 1.75,  2,
    2.25,    2.5,      2.75,    3,     3.25,  3.5,      3.75,    4};
#define PLACES (sizeof places / sizeof *places)

_Static_assert(PLACES *VY_PULSE_CHANNELS + 4 == VY_BEAT_NET_IN, "the network fits its inputs");

double vy_beat_length_s(uint32_t i)
{
    return SHORTEST_S * pow(LONGEST_S / SHORTEST_S, (double)i / (VY_BEAT_LENGTHS - 1));
}

static void fill_input(const struct vy_pulse_view *view, double at_s, double length_s, float *in)
{
    const double hop = at_s / view->hop_s, length = length_s / view->hop_s;
    for (uint32_t p = 0; p < PLACES; p++)
        for (uint32_t c = 0; c < VY_PULSE_CHANNELS; c++)
            in[c * PLACES + p] = vy_pulse_at(view, c, floor(hop + places[p] * length + 0.5),
                                             fabs(places[p]) > FAR_BEATS);
    float *const tempo = in + PLACES * VY_PULSE_CHANNELS;
    const float octaves = (float)log2(length_s / 0.5);
    tempo[0] = octaves;
    tempo[1] = octaves * octaves;
    tempo[2] = fmaxf(octaves, 0);
    tempo[3] = fmaxf(-octaves, 0);
}

VY_SIMD static float answer(const float *restrict in)
{
    _Static_assert(VY_BEAT_NET_HIDDEN == 16, "two groups of lanes");
    vy_f8 low = vy_load8(vy_beat_net_bias), high = vy_load8(vy_beat_net_bias + 8);
    for (uint32_t i = 0; i < VY_BEAT_NET_IN; i++) {
        low += in[i] * vy_load8(vy_beat_net_in[i]);
        high += in[i] * vy_load8(vy_beat_net_in[i] + 8);
    }
    float hidden[VY_BEAT_NET_HIDDEN];
    vy_store8(hidden, low);
    vy_store8(hidden + 8, high);
    float out = vy_beat_net_out_bias;
    for (uint32_t h = 0; h < VY_BEAT_NET_HIDDEN; h++)
        out += (hidden[h] > 0 ? hidden[h] : 0) * vy_beat_net_out[h];
    return out;
}

void vy_beat_judge(const struct vy_pulse_view *view, double at_s, float odds[VY_BEAT_LENGTHS])
{
    for (uint32_t i = 0; i < VY_BEAT_LENGTHS; i++) {
        float in[VY_BEAT_NET_IN];
        fill_input(view, at_s, vy_beat_length_s(i), in);
        odds[i] = answer(in);
    }
}
