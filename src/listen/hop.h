// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// One hop of the analysis: what every ear is handed, made once. Frame t is centred on sample
// hop * t; what lies before the first and after the last sample is silence.
#ifndef VY_LISTEN_HOP_H
#define VY_LISTEN_HOP_H

#include <stdint.h>

/// The frames of an analysis; the same for all hops of one listening.
struct vy_hop_shape {
    uint32_t sr_hz; ///< of the sound as analysed
    uint32_t n_fft; ///< frames in a window, a power of two
    uint32_t hop;   ///< frames from one window to the next
    uint32_t bins;  ///< n_fft / 2 + 1; bin k is at k * sr_hz / n_fft Hz
};

/// One window. All arrays are borrowed for the call.
struct vy_hop {
    uint64_t index;     ///< t; its centre is at index * hop / sr_hz seconds
    const float *wave;  ///< [n_fft] mono mix, (L + R) / 2, not windowed
    const float *mag;   ///< [bins] magnitude of the Hann-windowed transform, as librosa's stft
    const float *power; ///< [bins] mag squared
    uint32_t lead;      ///< frames of `wave` before the first sample of the sound
    uint32_t tail;      ///< frames of `wave` behind the last one, 0..n_fft
};

static inline double vy_hop_seconds(const struct vy_hop_shape *shape, double index)
{
    return index * shape->hop / shape->sr_hz;
}

#endif
