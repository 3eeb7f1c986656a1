// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Two analyses side by side: what changed from one to the other, in dB, by band.
#ifndef VY_COMMAND_COMPARE_H
#define VY_COMMAND_COMPARE_H

#include "command/analyze.h"

/// Differences b - a. `bands` has level_db (as they are) and shape_db (with both at one loudness).
json_t *vy_compare_json(const struct vy_analysis *a, const struct vy_analysis *b);

/// What is worth hearing of it, for people.
void vy_compare_text(const struct vy_analysis *a, const struct vy_analysis *b, struct vy_buf *text);

#endif
