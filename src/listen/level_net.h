// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Weights of the judge of levels.
#ifndef VY_LISTEN_LEVEL_NET_H
#define VY_LISTEN_LEVEL_NET_H

#define VY_LEVEL_NET_IN 50

extern const float vy_level_net_in[VY_LEVEL_NET_IN];
extern const float vy_level_net_bias;

#endif
