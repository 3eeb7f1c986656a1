// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Levels of the samples as they are: RMS, peak, crest, DC, clipping, silence, what is no number.
//
// A clipped run is three or more samples in a row within one 16-bit step of the channel's largest
// value on that side, whose neighbour lies further off than a rounded top would put it. So sound
// that was clipped and turned down afterwards is found too, down to -12 dBFS, and a slow sine is
// not taken for clipped. A square wave cannot be told from clipping.
#ifndef VY_LISTEN_LEVEL_H
#define VY_LISTEN_LEVEL_H

#include "listen/chunks.h"

#include <stdbool.h>

#define VY_LEVEL_PLACES 16     ///< of clipped runs and gaps that are kept
#define VY_LEVEL_SILENT 0.001f ///< below it (-60 dBFS) a sample is silent
#define VY_LEVEL_GAP_S 0.05    ///< shorter silences are none

struct vy_clipped_run {
    uint64_t at;     ///< frame
    uint64_t frames; ///< how long
    uint32_t chan;
    bool below; ///< at the negative end
};

struct vy_silent_gap {
    uint64_t at, frames;
};

/// A number that could not be measured is NAN; `why` says the reason. dBFS: 20 log10 of 1.0.
struct vy_level_found {
    uint64_t frames;
    double seconds;
    const char *why;            ///< NULL, or why rms, peak and crest are missing
    double rms_dbfs, peak_dbfs; ///< of all channels
    double crest_db;
    double dc; ///< mean of all channels, full scale 1
    uint32_t chans;
    struct {
        double rms_dbfs, peak_dbfs, crest_db, dc;
        uint64_t peak_at; ///< frame
        double ceiling;   ///< largest absolute value
    } chan[VY_EAR_CHANS];
    uint64_t full_scale;                        ///< samples at or beyond full scale, all channels
    uint64_t clipped;                           ///< samples in clipped runs
    uint64_t clipped_runs;                      ///< how many
    uint64_t clipped_longest;                   ///< frames
    float clipped_confidence;                   ///< less when the ceiling is below full scale
    struct vy_clipped_run run[VY_LEVEL_PLACES]; ///< the first ones, in order of time
    uint32_t runs_kept;
    double quiet_share;   ///< frames with all channels silent, 0..1
    double silence_share; ///< time in silences of at least VY_LEVEL_GAP_S
    double leading_s, trailing_s;
    uint64_t gaps; ///< silences that are neither
    double gap_longest_s;
    struct vy_silent_gap gap[VY_LEVEL_PLACES];
    uint32_t gaps_kept;
    uint64_t nans, infs; ///< samples that were none, taken as 0
};

struct vy_level;

/// @param sr_hz  1000..768000; @param chans  1..VY_EAR_CHANS
/// @return VY_BAD_ARG, VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_level_new(uint32_t sr_hz, uint32_t chans, struct vy_level **level);

/// @param chan  [chans][n] planar f32
void vy_level_push(struct vy_level *level, const float *const chan[], uint32_t chans, size_t n);

/// What was found so far; pushing may go on after it.
void vy_level_result(const struct vy_level *level, struct vy_level_found *found);

void vy_level_destroy(struct vy_level *level); ///< NULL is fine

#endif
