// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the spectrum of each window is like, equal to librosa's features of the same names, and what
// all of a sound's windows are like together: feature set `listen/1`. Sound of 1 to 768 kHz, any
// shape of hops; 2048 frames a window and 512 a hop are what the set is defined for.
//
// Two of librosa's features look at the whole clip: MFCC and onset strength raise all levels to 80
// dB below the loudest mel band of the clip. Here, one window at a time, they are raised to
// VY_SPECTRAL_FLOOR_DB; who keeps `mel_db` can do the other at the end (command/frames.h does).
#ifndef VY_LISTEN_SPECTRAL_H
#define VY_LISTEN_SPECTRAL_H

#include "base/status.h"
#include "listen/ltas.h"
#include "listen/contrast.h"
#include "listen/hop.h"
#include "listen/mel.h"

#define VY_SPECTRAL_SET "listen/1"   ///< name of the definitions in this file
#define VY_SPECTRAL_FLOOR_DB -50.0f  ///< about 90 dB below a full-scale sine
#define VY_SPECTRAL_GATE_DBFS -70.0f ///< windows below it never count
#define VY_SPECTRAL_GATE_DB 40       ///< nor those so far below the loudest one

/// What is wanted; the rest of a frame stays 0.
enum vy_spectral_want {
    VY_SPECTRAL_SHAPE = 1, ///< rms .. kurtosis
    VY_SPECTRAL_MEL = 2,   ///< mel .. onset_strength
    VY_SPECTRAL_CHROMA = 4,
    VY_SPECTRAL_CONTRAST = 8,
    VY_SPECTRAL_SUMMARY = 16, ///< vy_spectral_finish may be asked; brings all but chroma with it
    VY_SPECTRAL_ALL = 31,
};

/// One window. No number in it is ever infinite or NaN.
struct vy_spectral_frame {
    float rms;                ///< of the mono mix, not windowed; full scale 1
    float centroid_hz;        ///< mean frequency by magnitude; 0 in silence
    float bandwidth_hz;       ///< standard deviation about the centroid; 0 in silence
    float rolloff_hz;         ///< lowest bin with 85 % of the magnitude at or below; 0 in silence
    float flatness;           ///< geometric / arithmetic mean of power, 0..1; 1 in silence
    float zero_crossing_rate; ///< per frame of sound, 0..1
    float flux;               ///< sum of what rose in magnitude; 0 in the first window
    float flux_share;         ///< the same as a share of the window's magnitude, 0..1
    float skewness;           ///< third moment about the centroid / bandwidth cubed; 0 in silence
    float kurtosis;           ///< fourth / bandwidth to the fourth, 3 for a bell; 0 in silence

    float mel[VY_MEL_BANDS];        ///< power, area of a band 1 Hz
    float mel_db[VY_MEL_BANDS];     ///< 10 log10 of it, -100 at least
    float mfcc[VY_MFCC];            ///< of mel_db, raised to VY_SPECTRAL_FLOOR_DB
    float slope_db_oct;             ///< of the same levels over 50 Hz .. 10 kHz, dB per octave
    float onset_strength;           ///< mean rise of the same levels since the last window, dB
    float onset_part[VY_MEL_PARTS]; ///< the same of each octave alone

    float chroma[12];                            ///< from C; the greatest is 1; silence 0
    float tonnetz[6];                            ///< fifths, minor, major thirds: sin, cos each
    float contrast_peak_db[VY_CONTRAST_BANDS];   ///< 10 log10 of magnitude, -100 at least
    float contrast_valley_db[VY_CONTRAST_BANDS]; ///< contrast is their difference
};

/// What the counted windows have of one measure. NaN, all of it, when no window counts.
struct vy_spectral_stat {
    float mean, std;
    float p10, p50, p90; ///< percentiles, to 1/256 of the measure's scale
};

/// The whole sound. Only windows count that are at most VY_SPECTRAL_GATE_DB below the loudest (in
/// whole dB) and not below VY_SPECTRAL_GATE_DBFS. Numbers that cannot be had are NaN.
struct vy_spectral_found {
    uint64_t windows, counted; ///< hops in all; those that passed the gate
    struct vy_spectral_stat centroid_hz, bandwidth_hz, rolloff_hz;
    struct vy_spectral_stat flatness_db; ///< 10 log10 of flatness, -100..0
    struct vy_spectral_stat slope_db_oct, skewness, kurtosis;
    struct vy_spectral_stat flux;             ///< share of magnitude that is new, 0..1
    struct vy_spectral_stat contrast_db;      ///< mean over the bands of peak - valley
    struct vy_spectral_stat zero_crossings_s; ///< per second
    struct vy_spectral_stat onset_strength;   ///< dB
    float onset_part_mean[VY_MEL_PARTS], onset_part_std[VY_MEL_PARTS]; ///< NaN: has no bands
    float mfcc_mean[VY_MFCC], mfcc_std[VY_MFCC];
    float mel_db[VY_MEL_BANDS]; ///< of the mean power; -100 at least
    struct vy_ltas third;       ///< third-octave bands, 20 Hz to 20 kHz
    struct vy_ltas bark;        ///< 64 bands of equal width in Bark, 20 Hz to 20 kHz
    struct vy_ltas erb;         ///< 40 bands of about one ERB, 20 Hz to 20 kHz
};

struct vy_spectral;

/// @param want  of vy_spectral_want, or-ed; @param tuning  for chroma, semitones, 0 = A4 is 440 Hz
/// @return VY_BAD_ARG, VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_spectral_new(const struct vy_hop_shape *shape, int want, double tuning,
                                        struct vy_spectral **spectral);

/// @return the window, borrowed until the next one
const struct vy_spectral_frame *vy_spectral_hop(struct vy_spectral *spectral,
                                                const struct vy_hop *hop);

/// What was heard so far; may be asked at any time.
void vy_spectral_finish(struct vy_spectral *spectral, struct vy_spectral_found *found);

/// The triangles in use, for more MFCC of the same levels.
const struct vy_mel *vy_spectral_mel(const struct vy_spectral *spectral);

void vy_spectral_destroy(struct vy_spectral *spectral); ///< NULL is fine

#endif
