// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Weights of the judge of onsets.
#ifndef VY_LISTEN_ONSET_NET_H
#define VY_LISTEN_ONSET_NET_H

#define VY_ONSET_NET_IN 216
#define VY_ONSET_NET_HIDDEN 32

extern const float vy_onset_net_in[VY_ONSET_NET_IN][VY_ONSET_NET_HIDDEN];
extern const float vy_onset_net_bias[VY_ONSET_NET_HIDDEN];
extern const float vy_onset_net_out[VY_ONSET_NET_HIDDEN];
extern const float vy_onset_net_out_bias;

#endif
