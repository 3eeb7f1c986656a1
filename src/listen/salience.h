// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// From a spectrum in thirds of a semitone to the notes that make it up.
#ifndef VY_LISTEN_SALIENCE_H
#define VY_LISTEN_SALIENCE_H

#include "listen/chroma.h"

#define VY_THIRDS 224 ///< bin i lies at MIDI note VY_NOTE_LOWEST + (i - 1) / 3

/// Notes as spectra, and how they overlap.
struct vy_salience {
    _Alignas(64) float look[VY_NOTE_COUNT][VY_THIRDS];
    _Alignas(64) float overlap[VY_NOTE_COUNT][80];
};

void vy_salience_init(struct vy_salience *notes);

/// @param thirds  f32 [VY_THIRDS] magnitude
/// @param shift   of the tuning, in bins, -1.5 .. 1.5
/// @param frame   treble, bass and tonal are written
void vy_salience_find(const struct vy_salience *notes, const float *thirds, float shift,
                      struct vy_chroma_frame *frame);

#endif
