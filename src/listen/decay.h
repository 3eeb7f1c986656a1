// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Free decays of one band: stretches in which its energy does nothing but fall, by 25 dB at least.
// Each is integrated backwards (Schroeder 1965) and a line is fitted from 5 dB below its start to
// 10 dB above its end, at most over 20 dB. Notes that fade by themselves fall slower than the room,
// never faster: the quicker half of the decays is the room's.
#ifndef VY_LISTEN_DECAY_H
#define VY_LISTEN_DECAY_H

#include <stdint.h>

#define VY_DECAY_HOPS 1024u ///< longest decay that is followed
#define VY_DECAY_CLASSES 96u

struct vy_decay {
    double hop_s;
    float least; ///< of the decay under way
    uint32_t hops;
    float energy[VY_DECAY_HOPS];
    uint32_t count[VY_DECAY_CLASSES]; ///< decays by their time
    uint32_t found, abrupt;           ///< fitted; too fast to be
};

/// @param energy  of the next hop, any scale
void vy_decay_take(struct vy_decay *decay, float energy);

/// Time to fall by 60 dB; NAN when fewer than three decays were found.
/// @param confidence  gets 0..1
double vy_decay_time(const struct vy_decay *decay, float *confidence);

#endif
