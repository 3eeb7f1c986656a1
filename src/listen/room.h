// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What is in a sound besides what was meant: noise floor, hum, clicks, and the room it was made
// in. It is heard from the hops of the common transform, of the mono mix. All of it is estimated
// from the sound alone, so each answer has a confidence, and a reason where there is none.
#ifndef VY_LISTEN_ROOM_H
#define VY_LISTEN_ROOM_H

#include "base/status.h"
#include "listen/hop.h"

#define VY_ROOM_BANDS 10     ///< octaves, 31.5 Hz to 16 kHz
#define VY_ROOM_PLACES 16    ///< of clicks that are kept
#define VY_ROOM_HARMONICS 10 ///< of the mains
#define VY_ROOM_DECAYS 3     ///< broad bands: 88..355, 355..1420, 1420..5680 Hz

/// NAN is what could not be measured; the texts say why (NULL: nothing is missing). dBFS here is
/// 10 log10 of the mean square.
struct vy_room_found {
    // without an SNR the floor is an upper bound only
    double floor_dbfs, floor_dba;          ///< level of the quietest tenth of the time
    double band_floor_dbfs[VY_ROOM_BANDS]; ///< NAN where the rate has no such band
    float floor_confidence;                ///< part of the time that lies about the floor decides
    const char *floor_why;
    double snr_db; ///< mean of the whole over the floor
    float snr_confidence;
    const char *snr_why;
    double hum_hz;                         ///< 50 or 60; 0 = there is none
    double hum_db;                         ///< the strongest harmonic over its neighbours
    double hum_dbfs;                       ///< all harmonics that stand out
    double harmonic_db[VY_ROOM_HARMONICS]; ///< of hum_hz, over their neighbours
    float hum_confidence;
    const char *hum_why;
    uint64_t clicks;
    double click_at_s[VY_ROOM_PLACES]; ///< the first ones
    uint32_t clicks_kept;
    float click_confidence;
    const char *click_why;
    double decay_s; ///< time to fall by 60 dB, of the middle band if it has one
    double band_decay_s[VY_ROOM_DECAYS]; ///< NAN where too few decays were found
    uint32_t decays[VY_ROOM_DECAYS];     ///< how many
    float decay_confidence;
    const char *decay_why;
};

struct vy_room;

/// @param shape  of the hops to come; windows of 64 frames or more
/// @return VY_BAD_ARG, VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_room_new(const struct vy_hop_shape *shape, struct vy_room **room);

/// The next hop, in order. Takes no memory.
void vy_room_hop(struct vy_room *room, const struct vy_hop *hop);

/// What was found so far; hops may go on after it.
void vy_room_result(const struct vy_room *room, struct vy_room_found *found);

void vy_room_destroy(struct vy_room *room); ///< NULL is fine

#endif
