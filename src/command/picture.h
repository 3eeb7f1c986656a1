// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The picture of an analysis: wave, sections, beats, spectrum over time, mean spectrum, as a PNG.
#ifndef VY_COMMAND_PICTURE_H
#define VY_COMMAND_PICTURE_H

#include "base/status.h"
#include "listen/music.h"
#include "listen/overview.h"

#define VY_PICTURE_LINES 12

/// What is drawn. All pointers are borrowed; counts may be 0, then that part is left empty.
struct vy_picture {
    const char *title;
    double duration_s;
    const struct vy_overview_column *column;
    uint32_t columns;
    double column_s;
    const struct vy_music_found *music;
    const float *edge_hz, *band_db; ///< [bands + 1], [bands] mean spectrum, dBFS
    uint32_t bands;
    char line[VY_PICTURE_LINES][96]; ///< facts in words, "" = none
};

/// Draw and write PATH (a temporary file is renamed when it is complete).
/// @return VY_IO, VY_NO_MEMORY
typedef vy_status vy_picture_write_fn(const struct vy_picture *picture, const char *path,
                                      struct vy_err *err);
vy_picture_write_fn vy_picture_write; ///< in the part "picture" (base/part.h)

#endif
