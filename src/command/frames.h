// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The numbers of all windows of a sound as a file of arrays, with names, shapes and conventions of
// librosa (float32, [row][window]; windows are centred on hop * index):
//   rms, spectral_centroid, spectral_bandwidth, spectral_flatness, spectral_rolloff (85 %),
//   zero_crossing_rate, spectral_flux, onset_strength, spectral_slope, spectral_skewness,
//   spectral_kurtosis                                                      [1][windows]
//   melspectrogram [128], mfcc [13], mfcc20 [20], chroma_stft [12], chroma_stft_autotuned [12],
//   tonnetz [6], onset_strength_multi [8: octaves, VY_MEL_PARTS],
//   spectral_contrast [7, fewer at rates below 12.8 kHz]                   [rows][windows]
//   times                                                                  [windows] seconds
// Levels below the clip's loudest less 80 dB are raised to that for MFCC, onset strength and
// contrast, and onset strength stands three windows late, as librosa has it.
#ifndef VY_COMMAND_FRAMES_H
#define VY_COMMAND_FRAMES_H

#include "listen/spectral.h"

#include <stdbool.h>

struct vy_frames;

/// Begin PATH.npz; it has its name when it is complete.
/// @param tuning  of chroma_stft_autotuned, semitones (listen/tuning.h)
/// @return VY_BAD_ARG for windows of more than 32 hops, VY_IO, VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_frames_new(const char *path, const struct vy_hop_shape *shape,
                                      double tuning, struct vy_frames **frames, struct vy_err *err);

/// The next window, from ears that want SHAPE, MEL, CHROMA and CONTRAST.
VY_MUST_CHECK vy_status vy_frames_hop(struct vy_frames *frames, const struct vy_hop *hop,
                                      const struct vy_spectral_frame *frame, struct vy_err *err);

/// Write the file (keep) or forget it. The frames are gone afterwards. NULL is fine.
VY_MUST_CHECK vy_status vy_frames_finish(struct vy_frames *frames, bool keep, struct vy_err *err);

#endif
