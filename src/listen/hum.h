// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Hum of the mains: lines at 50 or 60 Hz and their harmonics that stand above their neighbours all
// the time. The sound is brought down to about 1.6 kHz and seen in windows of 5 s, so that a line
// is 0.2 Hz wide and the notes next to the mains (49 and 61.7 Hz) are not taken for it. What counts
// is the prominence that a harmonic has in three quarters of the windows: notes come and go.
#ifndef VY_LISTEN_HUM_H
#define VY_LISTEN_HUM_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

#define VY_HUM_HARMONICS 10

struct vy_hum_found {
    double hz;                   ///< 50, 60 or 0
    double db[VY_HUM_HARMONICS]; ///< prominence of the harmonics of hz, or of the likelier one
    double most_db;              ///< largest of these
    double dbfs;                 ///< mean square of the harmonics that stand out; -INFINITY: none
    uint32_t windows;            ///< that were seen
};

struct vy_hum;

/// @param sr_hz  2000..768000
VY_MUST_CHECK vy_status vy_hum_new(uint32_t sr_hz, struct vy_hum **hum);

/// @param mono  [n] f32, finite
void vy_hum_push(struct vy_hum *hum, const float *mono, size_t n);

/// What was found so far.
void vy_hum_result(const struct vy_hum *hum, struct vy_hum_found *found);

void vy_hum_destroy(struct vy_hum *hum); ///< NULL is fine

#endif
