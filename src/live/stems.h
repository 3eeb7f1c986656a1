// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// One file a unit while a live studio is recorded. All begin at the same frame; a unit that joins
// later has silence before.
#ifndef VY_LIVE_STEMS_H
#define VY_LIVE_STEMS_H

#include "base/status.h"

#include <stdint.h>

struct vy_stems;

/// Write to folder/UNIT.wav (float) from guard's frame `from` on. NULL when memory is out.
struct vy_stems *vy_stems_open(const char *folder, uint32_t sr_hz, uint64_t from);

/// @param frame  guard's frame of stereo[0]; gaps are filled with silence
VY_MUST_CHECK vy_status vy_stems_write(struct vy_stems *stems, const char *unit, uint64_t frame,
                                       const float *stereo, uint32_t frames, struct vy_err *err);

/// Finish all files. NULL is fine.
VY_MUST_CHECK vy_status vy_stems_close(struct vy_stems *stems, struct vy_err *err);

#endif
