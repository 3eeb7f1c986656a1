// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Mel bands as M. Slaney's Auditory Toolbox (1998) has them and librosa by default: linear below
// 1 kHz, logarithmic above, triangles of area 1 Hz. And what is made of their levels in decibels:
// cepstral coefficients (MFCC), the rise from one window to the next.
#ifndef VY_LISTEN_MEL_H
#define VY_LISTEN_MEL_H

#include "base/status.h"
#include "listen/hop.h"

#define VY_MEL_BANDS 128
#define VY_MFCC 20
#define VY_MEL_LEAST 1e-10f ///< smaller powers are taken for this one: -100 dB

/// Triangles and cosines for one shape of hops; may be shared by threads once it is made.
struct vy_mel;

/// Bands from 0 Hz to half the sample rate.
/// @return VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_mel_new(const struct vy_hop_shape *shape, struct vy_mel **mel);
void vy_mel_destroy(struct vy_mel *mel); ///< NULL is fine

double vy_mel_centre_hz(const struct vy_mel *mel, int band);

/// @param power  f32 [bins]; @param band  f32 [VY_MEL_BANDS], power per Hz
void vy_mel_bands(const struct vy_mel *mel, const float *power, float *band);

/// 10 log10(max(VY_MEL_LEAST, power)), [VY_MEL_BANDS].
void vy_mel_db(const float *power, float *db);

/// The first coefficients of the orthonormal DCT-II over the bands, levels below `floor_db` raised
/// to it. @param mfcc  f32 [VY_MFCC]; the first 13 are the MFCC-13
void vy_mel_mfcc(const struct vy_mel *mel, const float *db, float floor_db, float *mfcc);

/// Mean over the bands of what rose since the window before, in dB, levels raised to the floor.
float vy_mel_rise(const float *db, const float *before_db, float floor_db);

#define VY_MEL_PARTS 8 ///< octaves: up to 100 Hz, 200 Hz, ... 6.4 kHz, the rest

/// First band of a part, those whose centre lies in it; of part VY_MEL_PARTS: VY_MEL_BANDS.
uint32_t vy_mel_part(const struct vy_mel *mel, int part);

/// The same mean over the bands of each part; 0 where it has none. @param rise  f32 [VY_MEL_PARTS]
void vy_mel_part_rises(const struct vy_mel *mel, const float *db, const float *before_db,
                       float floor_db, float *rise);

/// Slope of the levels over the octaves from 50 Hz to 10 kHz by least squares, each octave
/// weighing the same, dB per octave: white noise 0, pink noise -3.
float vy_mel_slope(const struct vy_mel *mel, const float *db, float floor_db);

#endif
