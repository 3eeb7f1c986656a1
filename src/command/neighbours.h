// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a sound is called by likeness: tags the user gave to sounds of the library that are like it.
#ifndef VY_COMMAND_NEIGHBOURS_H
#define VY_COMMAND_NEIGHBOURS_H

#include "base/status.h"

#include <jansson.h>

#define VY_NEIGHBOURS 12 ///< that are asked

/// @param library  NULL = the usual one
/// @param tags     receives [{name, confidence 0..1, reason}], surest first; may be empty
/// @return errors of vy_similar: VY_NOT_FOUND when there is no library
VY_MUST_CHECK vy_status vy_neighbour_tags(const char *library, const char *path, json_t **tags,
                                          struct vy_err *err);

#endif
