// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a page draws of a sound: its wave and its spectrogram, as numbers.
#ifndef VY_COMMAND_TAKES_PICTURE_H
#define VY_COMMAND_TAKES_PICTURE_H

#include "command/stage.h"

#include <stdint.h>

#define VY_PEAKS_MOST 8192 ///< columns

/// {"min":[[..]],"max":[[..]]}: least and greatest sample by channel and column, full scale 1.
/// @param stage  what is looked after meanwhile; NULL = nothing
/// @return errors of vy_reader_open, VY_OUT_OF_RANGE
VY_MUST_CHECK vy_status vy_sound_peaks(const struct vy_stage *stage, const char *path,
                                       uint32_t columns, struct vy_buf *json, struct vy_err *err);

/// A spectrogram whose bins are equally wide in octaves.
struct vy_spectrogram {
    uint32_t frames, bins;
    double low_hz, high_hz;  ///< centres of the first and the last bin
    double floor_db, top_db; ///< levels 0 and 255; a sine of full scale is 0 dB
};
/// @param levels  receives bytes [frame][bin]; caller clears
VY_MUST_CHECK vy_status vy_sound_spectrogram(const struct vy_stage *stage, const char *path,
                                             struct vy_spectrogram *shape, struct vy_buf *levels,
                                             struct vy_err *err);

#endif
