// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// True peak of a stereo signal, frame by frame: four-times polyphase interpolation in the manner of
// ITU-R BS.1770-4 annex 2, read twice. A long filter (60 taps a phase, flat to 0.48 of the rate)
// with a parabola through each extremum finds the peaks of the signal itself; 4x points alone read
// up to 0.69 dB low near half the rate, 0.17 dB at a quarter. A short one (12 taps a phase, Hann)
// finds what meters will show: near half the rate their filters read higher as often as lower.
#ifndef VY_DSP_TRUEPEAK_H
#define VY_DSP_TRUEPEAK_H

#include "dsp/stereo.h"

#define VY_TRUEPEAK_TAPS 60u
#define VY_TRUEPEAK_SHORT 12u
#define VY_TRUEPEAK_DELAY 31u ///< frames from a sample to the reading that covers it

struct vy_truepeak {
    vy_f8 tap[VY_TRUEPEAK_TAPS];      ///< oldest frame first; lanes: phases 0..3 of L, of R
    vy_f8 meter[VY_TRUEPEAK_SHORT];   ///< the short filter
    vy_f8 past[VY_TRUEPEAK_TAPS - 1]; ///< last frames, each channel in four lanes
    vy_f8 before, last;               ///< long filter, the two frames before
    vy_f8 shown;                      ///< short filter, the frame before
    float most;                       ///< no reading exceeds the largest sample times this
    float large;                      ///< largest sample of the tick before
};

/// Make the filter (uses libm) and clear the state.
void vy_truepeak_init(struct vy_truepeak *t);
void vy_truepeak_reset(struct vy_truepeak *t);

/// Largest |x| between frame n - VY_TRUEPEAK_DELAY and the next, both channels, for each n. While
/// no reading can reach `enough`, a bound is given instead, which costs next to nothing.
void vy_truepeak_run(struct vy_truepeak *t, const struct vy_stereo *x, float enough,
                     union vy_tick *peak);

#endif
