// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Filters of second order that move no phase: run forwards, then backwards. Coefficients after R.
// Bristow-Johnson's "Audio EQ Cookbook"; both passes together have twice the gain in decibels.
#ifndef VY_ENHANCE_BIQUAD_H
#define VY_ENHANCE_BIQUAD_H

#include "enhance/enhance.h"

struct vy_biquad {
    double b0, b1, b2, a1, a2;
};

/// @param gain_db  of one pass
struct vy_biquad vy_biquad_bell(double sr_hz, double freq_hz, double q, double gain_db);
struct vy_biquad vy_biquad_highpass(double sr_hz, double freq_hz);

/// All channels, both ways.
void vy_wave_filter(struct vy_wave *wave, const struct vy_biquad *biquad);

#endif
