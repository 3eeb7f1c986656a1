// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Hot loops of whole libraries are built once per instruction set and picked when the program is
// loaded. (What runs on the audio thread is built otherwise: tools/seal-kernels.)
#ifndef VY_BASE_SIMD_H
#define VY_BASE_SIMD_H

// The sanitizers start later than the loader picks.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define VY_SIMD __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define VY_SIMD
#endif

#define VY_SUM_LANES 16 ///< partial sums kept side by side, on every instruction set: equal results

#endif
