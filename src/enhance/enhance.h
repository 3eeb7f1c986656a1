// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Mending a recording: each stage looks for one defect, says what it measured, works only where the
// defect is there, and looks again. What makes a thing worse is taken back. In the end the sound is
// as loud as it was, so that before and after can be compared by ear.
#ifndef VY_ENHANCE_ENHANCE_H
#define VY_ENHANCE_ENHANCE_H

#include "base/status.h"
#include "base/work.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VY_WAVE_CHANS 8
#define VY_ENHANCE_CEILING_DBTP (-1.0)

/// A sound in memory; planar f32, full scale 1, all finite.
struct vy_wave {
    float *chan[VY_WAVE_CHANS]; ///< each its own allocation
    uint32_t chans, sr_hz;
    size_t frames;
};

/// @return VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_wave_new(struct vy_wave *wave, uint32_t sr_hz, uint32_t chans,
                                    size_t frames);
VY_MUST_CHECK vy_status vy_wave_copy(struct vy_wave *to, const struct vy_wave *from);
void vy_wave_clear(struct vy_wave *wave);

/// What a stage measured and did.
struct vy_mended {
    const char *name, *unit;
    bool needed;          ///< the defect is there
    bool applied;         ///< something was done about it
    double before, after; ///< the defect in `unit`; NAN = nothing to measure
    char why[120];        ///< why it was needed or not
    char did[120];        ///< what was done, ""
};

/// A row of the chain.
struct vy_mend_stage {
    const char *name, *unit, *text;
    /// Measure: fills needed, before (what `after` is compared with) and why.
    vy_status (*look)(const struct vy_wave *wave, struct vy_mended *row);
    /// Mend: @param strength  0..1; fills did.
    vy_status (*work)(struct vy_wave *wave, double strength, struct vy_mended *row);
};

/// Row i in the order of work, NULL after the last.
const struct vy_mend_stage *vy_mend_stage_at(size_t i);
#define VY_MEND_STAGES 7

/// Result of the chain.
struct vy_enhanced {
    struct vy_mended row[VY_MEND_STAGES];
    bool changed;                           ///< some stage was applied
    double loudness_before, loudness_after; ///< LUFS; NAN = too short or silent
    double gain_db;                         ///< that made them equal
};

/// @param strength  0 careful .. 1 thorough
/// @param stages    bit i: stage i may work; 0 = all
/// @param work      to be told how far it is, NULL = nobody
/// @return VY_NO_MEMORY, VY_BUSY when it was stopped
VY_MUST_CHECK vy_status vy_enhance(struct vy_wave *wave, double strength, unsigned stages,
                                   const struct vy_work *work, struct vy_enhanced *enhanced);

/// Integrated loudness in LUFS and true peak in dBTP; NAN where there is none.
VY_MUST_CHECK vy_status vy_wave_loudness(const struct vy_wave *wave, double *lufs, double *dbtp);

void vy_wave_gain(struct vy_wave *wave, double db);

/// No true peak above the ceiling: the gain falls ahead of a peak and comes back after it.
/// @param most_db  receives the deepest cut. @return VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_wave_limit(struct vy_wave *wave, double ceiling_dbtp, double *most_db);

#endif
