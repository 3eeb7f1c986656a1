// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Plans of FFTW. Its planner is not for two threads at once, so all ears plan under one lock;
// executing needs none.
#ifndef VY_LISTEN_FFT_H
#define VY_LISTEN_FFT_H

#include <fftw3.h>
#include <stdint.h>

/// A complex transform of n points, not in place. Arrays are from fftwf_alloc_*.
/// @param sign  FFTW_FORWARD or FFTW_BACKWARD
/// @return NULL when memory is out
fftwf_plan vy_fft_plan(uint32_t n, fftwf_complex *in, fftwf_complex *out, int sign);

void vy_fft_destroy(fftwf_plan plan); ///< NULL is fine

/// The same in double precision; arrays are from fftw_alloc_*.
fftw_plan vy_fft_plan_double(uint32_t n, fftw_complex *in, fftw_complex *out, int sign);

void vy_fft_destroy_double(fftw_plan plan); ///< NULL is fine

#endif
