// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A piece in steps of a third to two thirds of a second, on the beat where there is one and on the
// notes where there is none, and how each step sounds: what form, repeats and turnings are found
// in.
#ifndef VY_LISTEN_STEPS_H
#define VY_LISTEN_STEPS_H

#include "base/arena.h"
#include "base/status.h"
#include "listen/bands.h"
#include "listen/music.h"
#include "listen/onset.h"

#include <stdbool.h>

#define VY_STEP_BANDS 20
#define VY_STEP_TIMBRE (3 * VY_STEP_BANDS)

/// All arrays are in the arena.
struct vy_steps {
    uint32_t count;
    uint32_t bar;  ///< steps in a bar; about two seconds where bars are not known
    bool barred;   ///< bars are known
    double *at_s;  ///< [count + 1] step i lasts from i to i + 1
    bool *down;    ///< [count + 1] a bar begins here
    float *timbre; ///< [count][VY_STEP_TIMBRE] mean, spread and top of the bands' levels, scaled so
                   ///< that a distance of 1 is large
    float *chroma; ///< [count][12] mean 0, length 1; all 0 in silence
    float *level_db, *bass_db, *bright_db; ///< [count] all; below 150 Hz; above 5 kHz
    float *rise;                           ///< [count] mean of the onset curve
    double closing_s; ///< the last chord, held until the end; the steps end there; < 0 = none
};

/// @param found  beats, bars and beats_per_bar, as far as they were found
/// @return VY_NO_MEMORY. count is 0 where there is nothing to hear
VY_MUST_CHECK vy_status vy_steps_make(const struct vy_bands *bands,
                                      const struct vy_onset_curves *curves,
                                      const struct vy_onset *onset, uint32_t onsets,
                                      const struct vy_music_found *found, struct vy_arena *arena,
                                      struct vy_steps *steps);

#endif
