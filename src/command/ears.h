// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A sound file as the library remembers it: facts, and vectors of the whole and of its parts. The
// one place where the ears (listen) and the memory (store) meet.
#ifndef VY_COMMAND_EARS_H
#define VY_COMMAND_EARS_H

#include "store/sounds.h"

#define VY_PART_S 8.0 ///< sounds over one and a half of it are also kept in parts of this length

/// The vectors the ears make, and how much each counts unless asked otherwise.
void vy_ears_layout(struct vy_layout *layout, float weight[VY_SPACES]);
/// Which analysis made them; sounds heard by another one are heard again.
const char *vy_ears_version(void);

/// What was heard. Zero-initialise; vy_ears_clear gives the arrays back.
struct vy_ears_found {
    struct vy_facts facts;
    uint32_t regions; ///< the whole first
    struct vy_region *region;
    float *row; ///< f32 [regions][vy_layout_floats]
};

/// Listen to a file, or to a stretch of it (end_s 0 = to its end). Any thread.
/// @return VY_NOT_FOUND, VY_IO, VY_BAD_FILE, VY_TOO_BIG, VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_ears_hear(const char *path, double start_s, double end_s,
                                     struct vy_ears_found *found, struct vy_err *err);
void vy_ears_clear(struct vy_ears_found *found);

#endif
