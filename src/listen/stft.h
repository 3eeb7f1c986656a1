// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The one transform of a listening: mono sound in, in pieces of any size, hops out. Periodic Hann
// window, frames centred and padded with zeros, 1 + samples / hop of them, whatever the pieces
// were.
#ifndef VY_LISTEN_STFT_H
#define VY_LISTEN_STFT_H

#include "base/status.h"
#include "listen/hop.h"

#include <stddef.h>

struct vy_stft;

/// Gets every hop, in order.
typedef void vy_hop_fn(void *arg, const struct vy_hop *hop);

/// @param n_fft  power of two, 64..65536; @param hop  1..n_fft
/// @return VY_BAD_ARG, VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_stft_new(uint32_t sr_hz, uint32_t n_fft, uint32_t hop, vy_hop_fn *fn,
                                    void *arg, struct vy_stft **stft);
const struct vy_hop_shape *vy_stft_shape(const struct vy_stft *stft);

/// @param mono  f32 [n], full scale 1, finite. Calls `fn` for each window that is complete; takes
/// no
///              memory.
void vy_stft_push(struct vy_stft *stft, const float *mono, size_t n);

/// The windows that reach over the end. Nothing may be pushed after it.
void vy_stft_finish(struct vy_stft *stft);

void vy_stft_destroy(struct vy_stft *stft); ///< NULL is fine

#endif
