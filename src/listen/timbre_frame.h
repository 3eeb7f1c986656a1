// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What one hop says of the colour of a sound, free of its level: the envelope of the spectrum, the
// pitch and the strengths of its partials, how noisy each region is. timbre.h gathers these.
#ifndef VY_LISTEN_TIMBRE_FRAME_H
#define VY_LISTEN_TIMBRE_FRAME_H

#include "base/status.h"
#include "listen/hop.h"

#define VY_TIMBRE_BANDS 40    ///< triangles, equally wide on the mel scale, 40 Hz .. 16 kHz
#define VY_TIMBRE_CEPSTRUM 20 ///< coefficients 1..20 of the bands in dB (0 is the level)
#define VY_TIMBRE_REGIONS 6   ///< of the spectrum: below 200, 400, 800, 1600, 4800, 16000 Hz
#define VY_TIMBRE_PARTIALS 12
#define VY_TIMBRE_RATE 8000 ///< Hz, the lowest sample rate

struct vy_timbre_frame {
    float energy;    ///< sum of the power within the range; 0 = silence and nothing else is set
    float centre_hz; ///< centroid of the power
    float cepstrum[VY_TIMBRE_CEPSTRUM];   ///< dB
    float region[VY_TIMBRE_REGIONS];      ///< share of the energy, 0..1
    float region_db[VY_TIMBRE_REGIONS];   ///< the same, -70..0
    float flatness_db[VY_TIMBRE_REGIONS]; ///< geometric over arithmetic mean; 0 = noise
    float crest_db[VY_TIMBRE_REGIONS];    ///< highest bin over the mean
    float f0_hz;                          ///< most likely pitch
    float strength;                       ///< of it, -1..1: partials over the gaps between them
    float partial_db[VY_TIMBRE_PARTIALS]; ///< share of the energy
    float harmonic_db;                    ///< energy of the partials over the rest
    float odd_db;                         ///< odd partials from the third over the even ones
    float stretch;                        ///< how much sharper than n * f0 partial n is, in 1/1000
};

struct vy_timbre_ear;

/// @param low_hz, high_hz  what lies outside is not heard. @return VY_BAD_ARG, VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_timbre_ear_new(const struct vy_hop_shape *shape, float low_hz,
                                          float high_hz, struct vy_timbre_ear **ear);
void vy_timbre_ear_hear(struct vy_timbre_ear *ear, const struct vy_hop *hop,
                        struct vy_timbre_frame *frame);
void vy_timbre_ear_destroy(struct vy_timbre_ear *ear); ///< NULL is fine

#endif
