// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A test bench for one module: no engine, only its ABI. Set knobs, hold inputs, run, look.
#ifndef VY_TESTS_RIG_H
#define VY_TESTS_RIG_H

#include "veery/module.h"

#define RIG_PORTS 16
#define RIG_PARAMS 64

/// A module under test. Make with rig_new, free with rig_destroy.
struct rig {
    const struct vy_module *module;
    struct vy_shape shape;
    float sr_hz;
    void *mem;
    float knob[RIG_PARAMS]; ///< current values, all lanes alike
    struct vy_time time;    ///< 120 BPM, playing
    vy_f8 *in[RIG_PORTS];   ///< NULL = not connected; rig_connect allocates, caller fills
    bool in_steady[RIG_PORTS];
    vy_f8 *out[RIG_PORTS];        ///< the last tick
    uint32_t in_voices, in_chans; ///< VY_MIXES: shape its inputs claim to have; 0 = the rig's own
    struct rig_state *state;
};

/// A fresh instance of the built-in module `id` at `sr_hz` with voices x chans lanes.
/// Fails the running test when the module does not exist. `sample` may be NULL.
struct rig *rig_new(const char *id, float sr_hz, uint32_t voices, uint32_t chans,
                    const struct vy_sample *sample);
void rig_destroy(struct rig *rig);

/// Set a knob by name (choices by word with rig_choose). Takes effect at the next tick, at once;
/// rig_glide ramps over the next tick instead.
void rig_set(struct rig *rig, const char *param, float value);
void rig_glide(struct rig *rig, const char *param, float value);
void rig_choose(struct rig *rig, const char *param, const char *word);

/// Connect an input; fills all lanes of all frames with `value` for now and says it is steady.
void rig_connect(struct rig *rig, const char *port, float value);

/// Write one tick of an input from `x` [VY_TICK] to every lane; connects it when needed.
void rig_feed(struct rig *rig, const char *port, const float *x);

/// Run one tick.
void rig_tick(struct rig *rig);

/// Run `frames` (rounded up to ticks) and copy lane `lane` of output port 0 to y [frames].
/// When x is not NULL it is fed, frame by frame, into every lane of input port 0.
void rig_run(struct rig *rig, const float *x, float *y, uint32_t frames, uint32_t lane);

/// One value of the last tick.
float rig_at(const struct rig *rig, uint32_t port, uint32_t frame, uint32_t lane);

/// Back to the state after init.
void rig_reset(struct rig *rig);

// ---- looking at signals -------------------------------------------------------------------------

/// Amplitude spectrum by a Blackman-Harris (4-term) window and FFT: out [frames / 2 + 1], a sine of
/// amplitude a gives a at its bin (frames a power of two is fastest).
void rig_spectrum(const float *x, uint32_t frames, double *out);

/// Complex amplitude of one frequency, Blackman-Harris window: returns amplitude, *phase in turns.
double rig_tone(const float *x, uint32_t frames, double hz, double sr_hz, double *phase_turns);

/// Frequency of a strong tone near `guess_hz`, by the phase advance between two long windows.
double rig_frequency(const float *x, uint32_t frames, double guess_hz, double sr_hz);

double rig_db(double ratio);
double rig_rms(const float *x, uint32_t frames);
double rig_peak(const float *x, uint32_t frames);

/// Every module must pass: knobs swept over their ranges and inputs of silence, full scale,
/// denormal and step; outputs stay finite and bounded, reset equals fresh, two runs give equal
/// bits.
void rig_torture(const char *id);

#endif
