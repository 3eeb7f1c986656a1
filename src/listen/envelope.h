// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// How the level of a sound moves: how it begins and dies away, how often it begins anew, and
// whether it wavers at the pace of syllables, about four times a second (Houtgast & Steeneken,
// 1973).
#ifndef VY_LISTEN_ENVELOPE_H
#define VY_LISTEN_ENVELOPE_H

#include "base/status.h"
#include "listen/hop.h"

#define VY_ENVELOPE_KEPT 4096 ///< hops of the beginning whose shape is known, about 45 s

/// Numbers that could not be measured are NAN.
struct vy_envelope_found {
    double seconds;
    float peak_db;     ///< loudest hop, mean square, 0 = full scale
    float attack_s;    ///< from 20 dB below the loudest hop, or the start, up to it
    float body_s;      ///< time within 20 dB of the loudest hop
    float decay_db_s;  ///< fall after the loudest hop, on a straight line, dB per second, > 0
    float decay_fit;   ///< 0..1, how straight that line is
    float head_db;     ///< the first 50 ms, from the loudest hop, <= 0
    float tail_db;     ///< the last 50 ms
    float attacks;     ///< rises of 6 dB and more
    float attacks_s;   ///< the same, per second
    float attack_db;   ///< mean rise of one hop in them
    float syllables;   ///< wavering at 2.5 to 7 Hz, deviation / mean level; speech about 0.4
    float swell;       ///< wavering below 1 Hz, the same way
    float quiet_share; ///< hops of less than half the mean level of the second around, 0..1
    float spread_db;   ///< of the levels within 40 dB of the loudest hop, standard deviation
};

struct vy_envelope;

/// @return VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_envelope_new(const struct vy_hop_shape *shape,
                                        struct vy_envelope **envelope);
void vy_envelope_hop(struct vy_envelope *envelope, const struct vy_hop *hop);

/// What was heard so far; may be asked at any time.
void vy_envelope_finish(const struct vy_envelope *envelope, struct vy_envelope_found *found);

void vy_envelope_destroy(struct vy_envelope *envelope); ///< NULL is fine

#endif
