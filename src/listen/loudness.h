// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// How loud a sound is to people: ITU-R BS.1770-4, EBU R 128, Tech 3341 and Tech 3342 (2016).
// Momentary (0.4 s) and short-term (3 s) loudness are taken every 10 ms for their maxima and every
// 100 ms for the gates and the curves. Memory does not grow: the gates keep histograms of 0.01 LU
// with the energy of each class, so that only what lies within 0.01 LU of a gate is judged
// together. docs/adr/0010 says why this is not libebur128.
#ifndef VY_LISTEN_LOUDNESS_H
#define VY_LISTEN_LOUDNESS_H

#include "listen/chunks.h"

/// A number that could not be measured is NAN, and the text beside it says why (else it is NULL).
struct vy_loudness_found {
    double integrated_lufs, plr_db; ///< PLR: true peak over integrated loudness
    const char *integrated_why;
    double momentary_max_lufs;
    const char *momentary_why;
    double short_term_max_lufs;
    const char *short_term_why;
    double range_lu, range_low_lufs, range_high_lufs; ///< LRA and its two ends
    float range_confidence; ///< 0..1; Tech 3341: not stable within the first 60 s
    const char *range_why;
    double true_peak_dbtp;                    ///< of all channels
    double chan_true_peak_dbtp[VY_EAR_CHANS]; ///< NAN for a silent one
    uint32_t true_peak_chan;
    double true_peak_at_s; ///< within 6 ms at 44.1 kHz
    const char *true_peak_why;
};

/// Ten times a second.
/// @param momentary_lufs, short_term_lufs  NAN before their windows are full, -INFINITY in silence
typedef void vy_loudness_fn(void *arg, double at_s, double momentary_lufs, double short_term_lufs);

struct vy_loudness;

/// Weight of a channel by its place: 1, 1.41 for the surround channels (60 to 120 degrees), 0 for
/// LFE. Order of WAVE files: L R C LFE then surrounds; 3 = L R C, 4 = L R Ls Rs, 5 = L R C Ls Rs,
/// 6 = 5.1, 7 = 5.1 with a back centre, 8 = 7.1 (backs, then sides). The backs of 7.1 are beyond
/// 120 degrees and weigh 1, as BS.1770-4 annex 3 has it.
double vy_loudness_weight(uint32_t chans, uint32_t chan);

/// @param sr_hz   4000..768000
/// @param chans   1..VY_EAR_CHANS
/// @param weight  [chans], or NULL for vy_loudness_weight
/// @param curve   gets the curves; may be NULL
/// @return VY_BAD_ARG, VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_loudness_new(uint32_t sr_hz, uint32_t chans, const double weight[],
                                        vy_loudness_fn *curve, void *arg,
                                        struct vy_loudness **loudness);

/// @param chan  [chans][n] planar f32; what is no number counts as 0
void vy_loudness_push(struct vy_loudness *loudness, const float *const chan[], uint32_t chans,
                      size_t n);

/// What was found so far; pushing may go on after it.
void vy_loudness_result(struct vy_loudness *loudness, struct vy_loudness_found *found);

void vy_loudness_destroy(struct vy_loudness *loudness); ///< NULL is fine

#endif
