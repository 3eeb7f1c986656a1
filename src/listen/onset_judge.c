// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/onset_judge.h"

#include "listen/onset_net.h"
#include "listen/simd.h"
#include "listen/vectors.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

// Which lag is read at which hop from here.
static const struct {
    int8_t lag, hop;
} places[] = {{0, -6}, {0, -5}, {0, -4}, {0, -3}, {0, -2}, {0, -1}, {0, 0}, {0, 1},  {0, 2},
              {0, 3},  {0, 4},  {0, 5},  {0, 6},  {1, -4}, {1, -2}, {1, 0}, {1, 2},  {1, 4},
              {1, 6},  {1, 8},  {2, -8}, {2, -4}, {2, 0},  {2, 4},  {2, 8}, {2, 12}, {2, 16}};
#define PLACES (sizeof places / sizeof *places)

_Static_assert(PLACES *VY_RISE_GROUPS == VY_ONSET_NET_IN, "the network fits its inputs");

VY_SIMD static float answer(const float *restrict in)
{
    _Static_assert(VY_ONSET_NET_HIDDEN == 32, "four groups of lanes");
    const float *const bias = vy_onset_net_bias;
    vy_f8 a = vy_load8(bias), b = vy_load8(bias + 8), c = vy_load8(bias + 16),
          d = vy_load8(bias + 24);
    for (uint32_t i = 0; i < VY_ONSET_NET_IN; i++) {
        const float *const weight = vy_onset_net_in[i];
        a += in[i] * vy_load8(weight);
        b += in[i] * vy_load8(weight + 8);
        c += in[i] * vy_load8(weight + 16);
        d += in[i] * vy_load8(weight + 24);
    }
    float hidden[VY_ONSET_NET_HIDDEN];
    vy_store8(hidden, a);
    vy_store8(hidden + 8, b);
    vy_store8(hidden + 16, c);
    vy_store8(hidden + 24, d);
    float out = vy_onset_net_out_bias;
    for (uint32_t h = 0; h < VY_ONSET_NET_HIDDEN; h++)
        out += (hidden[h] > 0 ? hidden[h] : 0) * vy_onset_net_out[h];
    return out;
}

void vy_onset_judge(const struct vy_rise *rise, size_t hops, float *likely)
{
    for (size_t t = 0; t < hops; t++) {
        float in[VY_ONSET_NET_IN] = {0};
        for (size_t p = 0; p < PLACES; p++) {
            const int64_t from = (int64_t)t + places[p].hop;
            if (from >= 0 && (uint64_t)from < hops)
                memcpy(in + p * VY_RISE_GROUPS, rise[from].by[places[p].lag], sizeof rise->by[0]);
        }
        likely[t] = 1 / (1 + expf(-answer(in)));
    }
}
