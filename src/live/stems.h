// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// One file a unit while a live studio is recorded. All begin at the same frame and end at the same
// frame; where a unit is not there, its file is silent. Every block goes to its place in the file
// at once: when an engine dies, the other one writes on in the same files.
#ifndef VY_LIVE_STEMS_H
#define VY_LIVE_STEMS_H

#include "base/status.h"

#include <stdint.h>

struct vy_stems;

/// Write to folder/UNIT.wav (float, stereo) from guard's frame `from` on.
/// @param since_ns  CLOCK_REALTIME when the recording was asked for: files that were touched later
///                  belong to it and are gone on with, older ones are replaced
/// @return NULL when memory is out
struct vy_stems *vy_stems_open(const char *folder, uint32_t sr_hz, uint64_t from, int64_t since_ns);

/// Each unit's trouble is told once; then it is left out.
/// @param frame  guard's frame of stereo[0]
VY_MUST_CHECK vy_status vy_stems_write(struct vy_stems *stems, const char *unit, uint64_t frame,
                                       const float *stereo, uint32_t frames, struct vy_err *err);

/// Finish all files. NULL is fine.
/// @param until  guard's frame before which all end; 0 = where each is
VY_MUST_CHECK vy_status vy_stems_close(struct vy_stems *stems, uint64_t until, struct vy_err *err);

#endif
