// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Parts of the program that are loaded when they are first needed, because what they link takes
// longer to load than an engine may take to start (docs/adr/0011): veery-NAME.so beside the
// program.
#ifndef VY_BASE_PART_H
#define VY_BASE_PART_H

#include "base/status.h"

/// What a part exports under a name; it stays loaded.
/// @param part  "av"
/// @return VY_ABSENT with the loader's reason
VY_MUST_CHECK vy_status vy_part_find(const char *part, const char *symbol, void **found,
                                     struct vy_err *err);

#define VY_PART_EXPORT __attribute__((visibility("default")))

#endif
