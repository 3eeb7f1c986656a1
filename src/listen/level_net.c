// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Made by tools/train-rhythm (2026-11-26; 497 pieces, 1491 rows, seed 1); do not edit.
#include "listen/level_net.h"

// clang-format off
const float vy_level_net_in[VY_LEVEL_NET_IN] = {
    0.544F, 0.644F, -0.308F, 1.24F, -0.0604F, 0.109F, 0.669F, 0.311F, -0.828F, 0.347F, -0.703F, -0.503F, -0.833F, 0.0934F, -0.829F, -0.721F, -2.07F, -1.3F, -0.0744F, -0.792F, 0.159F, 0.231F, 0.593F, -0.253F, 0.0389F, 1.3F, 0.881F, 0.94F, 0.144F, 0.929F, -0.811F, -0.015F, -1.06F, -0.115F, -0.138F, 0.0393F, 1.04F, -1.81F, 0.112F, 1.64F, -1.14F, 2.13F, -1.25F, -0.982F, -0.159F, 1.95F, 2.82F, 0.0987F, 1.F, 0.66F};
const float vy_level_net_bias = -1.52F;
