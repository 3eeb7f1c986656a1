// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// How much of each pitch class is in a power spectrum, as librosa's chroma_stft (after D. Ellis):
// a bin counts for the classes near its pitch by a bell one semitone wide, most around 880 Hz. And
// the place of a chord on the tonnetz (C. Harte 2006).
#ifndef VY_LISTEN_CHROMA_STFT_H
#define VY_LISTEN_CHROMA_STFT_H

#include "base/status.h"
#include "listen/hop.h"

struct vy_chroma_stft;

/// @param tuning  of the sound against A4 = 440 Hz, in semitones, -0.5..0.5
/// @return VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_chroma_stft_new(const struct vy_hop_shape *shape, double tuning,
                                           struct vy_chroma_stft **chroma);
void vy_chroma_stft_destroy(struct vy_chroma_stft *chroma); ///< NULL is fine

/// @param power  f32 [bins]; @param found  f32 [12] from C, the greatest is 1; silence is all 0
void vy_chroma_stft_of(const struct vy_chroma_stft *chroma, const float *power, float *found);

/// @param chroma  f32 [12]; @param found  f32 [6]: fifths sin, cos, minor thirds sin, cos, major
/// thirds sin, cos; silence is all 0
void vy_tonnetz_of(const float *chroma, float *found);

#endif
