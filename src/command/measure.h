// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The numbers of a report under the names that `listen` and `assert` know them by: short ones for
// what is asked most, `group.name` or a plain name for every row of listen/report.h.
#ifndef VY_COMMAND_MEASURE_H
#define VY_COMMAND_MEASURE_H

#include "listen/report.h"

#include <jansson.h>

/// Which ears the short names need.
#define VY_MEASURE_EARS (VY_EAR_LEVEL | VY_EAR_LOUDNESS | VY_EAR_STEREO | VY_EAR_SPECTRUM)

/// Short name i; NULL after the last. @param field  receives its row
const char *vy_measure_at(size_t i, const struct vy_field **field);

/// The row of a name, or NULL with `err` filled: no such name, or one of several groups.
const struct vy_field *vy_measure_find(const char *name, int at, struct vy_err *err);

/// The number for comparisons: levels of silence are -INFINITY, below all others. NAN when it was
/// not measured.
double vy_measure_value(const struct vy_field *field, const struct vy_report *report);

/// Seconds and all short names; what could not be measured is null.
json_t *vy_measured_json(const struct vy_report *report);

#endif
