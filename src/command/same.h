// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Are two files the same samples, up to gain and delay? Told by their mono mixes, whatever their
// rates and channels.
#ifndef VY_COMMAND_SAME_H
#define VY_COMMAND_SAME_H

#include "base/text.h"
#include "listen/align.h"

#include <jansson.h>

#define VY_SAME_LAG_S 1.0 ///< farthest shift that is looked for
#define VY_SAME_DB -50.0  ///< what is left of the same samples is below it: dither, coarser bits
#define VY_SAME_ALIKE 0.5 ///< correlation from which on there is something to tell

struct vy_same {
    double lag_s; ///< B is later by it
    double overlap_s;
    struct vy_align_found found; ///< of the whole overlap
    const char *why;             ///< why there is nothing; NULL = there is
};

/// @return as the reader of files, VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_same_files(const char *a, const char *b, struct vy_same *same,
                                      struct vy_err *err);

json_t *vy_same_json(const struct vy_same *same);
void vy_same_text(const struct vy_same *same, struct vy_buf *text);

#endif
