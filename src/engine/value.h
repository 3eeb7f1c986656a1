// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Values as people write them (500, 0.5kHz, 30%, lowpass, on, C4, +2dB) against the row of a
// parameter, and back.
#ifndef VY_ENGINE_VALUE_H
#define VY_ENGINE_VALUE_H

#include "base/status.h"
#include "engine/document.h"

/// Read a value in the parameter's unit. A leading + * or / (or - where the range has no negative
/// numbers) changes `now` instead of replacing it: "+2dB", "*1.5".
/// @param doc  for beats and bars where seconds are wanted; NULL: those are BAD_UNIT
/// @return BAD_ARG, BAD_UNIT, OUT_OF_RANGE with the range in the message
VY_MUST_CHECK vy_status vy_value_read(const struct vy_param *row, const char *text, float now,
                                      const struct vy_doc *doc, float *value, struct vy_err *err);

/// Write a value with its unit: "500 Hz", "lowpass", "on". Short, and exact enough to read back.
void vy_value_write(const struct vy_param *row, float value, char *text, size_t size);

/// Read the depth of a cable into a parameter (row) or an input (row NULL: a gain).
VY_MUST_CHECK vy_status vy_depth_read(const struct vy_param *row, const char *text, float *depth,
                                      uint8_t *kind, struct vy_err *err);

/// Number with optional unit: text after the number, "" when none. False when there is no number.
bool vy_number_read(const char *text, double *number, const char **unit);

#endif
