// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Weights of the judge of beats.
#ifndef VY_LISTEN_BEAT_NET_H
#define VY_LISTEN_BEAT_NET_H

#define VY_BEAT_NET_IN 209
#define VY_BEAT_NET_HIDDEN 16

extern const float vy_beat_net_in[VY_BEAT_NET_IN][VY_BEAT_NET_HIDDEN];
extern const float vy_beat_net_bias[VY_BEAT_NET_HIDDEN];
extern const float vy_beat_net_out[VY_BEAT_NET_HIDDEN];
extern const float vy_beat_net_out_bias;

#endif
