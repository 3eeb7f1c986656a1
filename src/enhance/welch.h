// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Spectra of windows over a whole sound: for each bin the mean over time and what is there nearly
// always. Hum hardly differs between the two; noise is exponentially distributed; music is neither.
#ifndef VY_ENHANCE_WELCH_H
#define VY_ENHANCE_WELCH_H

#include "enhance/enhance.h"

/// Zero-initialise; arrays are owned.
struct vy_welch {
    uint32_t bins;
    double bin_hz;
    uint32_t windows;
    float *mean;  ///< [bins] power, a sine of full scale has 0.5 in its bins together
    float *low;   ///< [bins] what is exceeded nine tenths of the time
    float *quiet; ///< [bins] mean of the quietest tenth of the windows
    float *rise;  ///< [bins] what is exceeded 80 % of the time over what is 95 %: 4.35 for noise
};

/// @param n_fft  power of two; @param bins  only the lowest so many, 0 = all
/// @return VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_welch_of(const struct vy_wave *wave, uint32_t n_fft, uint32_t bins,
                                    struct vy_welch *welch);
void vy_welch_clear(struct vy_welch *welch);

#endif
