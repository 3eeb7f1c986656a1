// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The first two channels against each other: width, correlation, balance, and what is lost when
// they are mixed to one. Sums are over the whole sound; the least correlation is that of any 0.4 s
// in which both sides sound.
#ifndef VY_LISTEN_STEREO_H
#define VY_LISTEN_STEREO_H

#include "listen/chunks.h"

#include <stdbool.h>

#define VY_STEREO_BANDS 10 ///< octaves, 31.5 Hz to 16 kHz

/// NAN is what could not be measured; the texts say why (NULL: nothing is missing).
struct vy_stereo_found {
    const char *why;             ///< why there is nothing at all
    double width;                ///< part of the energy that is in (L - R) / 2, 0..1
    double balance_db;           ///< right over left, -60..60
    double correlation;          ///< 1 mono, 0 unrelated, below 0 cancels in mono
    double correlation_min;      ///< least of any 0.4 s
    double correlation_min_at_s; ///< start of these
    const char *correlation_why;
    double mono_loss_db; ///< mean power of L and R over that of (L + R) / 2, 0..60
    double band_mono_loss_db[VY_STEREO_BANDS]; ///< NAN where a band has nothing above -90 dBFS
    bool mono;                                 ///< both channels are the same (to -60 dB)
    bool inverted;                             ///< one side is likely upside down
    float inverted_confidence;                 ///< 0..1, of `inverted` as it stands
};

/// Centre of a band in Hz.
double vy_stereo_band_hz(uint32_t band);

struct vy_stereo_ear;

/// @param sr_hz  2000..768000; @param chans  1..VY_EAR_CHANS; one channel gets a reason, no numbers
/// @return VY_BAD_ARG, VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_stereo_new(uint32_t sr_hz, uint32_t chans, struct vy_stereo_ear **ear);

/// @param chan  [chans][n] planar f32; what is no number counts as 0
void vy_stereo_push(struct vy_stereo_ear *ear, const float *const chan[], uint32_t chans, size_t n);

/// What was found so far; pushing may go on after it.
void vy_stereo_result(struct vy_stereo_ear *ear, struct vy_stereo_found *found);

void vy_stereo_destroy(struct vy_stereo_ear *ear); ///< NULL is fine

#endif
