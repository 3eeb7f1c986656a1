// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Spectra of long windows over a whole sound: for each bin the mean over time and the level that is
// exceeded nine tenths of the time. Hum is what hardly differs between the two.
#ifndef VY_ENHANCE_WELCH_H
#define VY_ENHANCE_WELCH_H

#include "enhance/enhance.h"

/// Zero-initialise; arrays are owned.
struct vy_welch {
    uint32_t bins;
    double bin_hz;
    uint32_t windows;
    float *mean, *low; ///< [bins] power, a sine of full scale has 0.5 in its bins together
};

/// @param n_fft  power of two; @param bins  only the lowest so many, 0 = all
/// @return VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_welch_of(const struct vy_wave *wave, uint32_t n_fft, uint32_t bins,
                                    struct vy_welch *welch);
void vy_welch_clear(struct vy_welch *welch);

#endif
