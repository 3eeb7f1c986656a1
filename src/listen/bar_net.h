// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Weights of the judge of bars.
#ifndef VY_LISTEN_BAR_NET_H
#define VY_LISTEN_BAR_NET_H

#define VY_BAR_NET_IN 202
#define VY_BAR_NET_HIDDEN 24
#define VY_BAR_NET_OUT 14

extern const float vy_bar_net_in[VY_BAR_NET_IN][VY_BAR_NET_HIDDEN];
extern const float vy_bar_net_bias[VY_BAR_NET_HIDDEN];
extern const float vy_bar_net_out[VY_BAR_NET_HIDDEN][VY_BAR_NET_OUT];
extern const float vy_bar_net_out_bias[VY_BAR_NET_OUT];

#endif
