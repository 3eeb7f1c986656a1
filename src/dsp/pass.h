// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Stereo pass-through with a gain in dB: what bus, input and output have in common.
#ifndef VY_DSP_PASS_H
#define VY_DSP_PASS_H

#include "dsp/lanes.h"

/// Silence below this setting, dB.
#define VY_STEREO_OFF_DB -59.99f

/// dB to factor; the bottom of the knob is silence.
VY_INLINE float vy_stereo_gain(float db)
{
    return db <= VY_STEREO_OFF_DB ? 0.0f : vy_db_to_gain(vy_set(db))[0];
}

/// One tick of lanes 0 and 1 times a gain in dB that moves over the tick; the other lanes are 0.
/// @param in  [VY_TICK] or NULL for silence
VY_INLINE void vy_stereo_pass(const vy_f8 *in, struct vy_ramp db, vy_f8 *out)
{
    const vy_f8 stereo = {1, 1};
    const float from = vy_stereo_gain(db.v[0]);
    const float to = vy_stereo_gain(db.v[0] + db.dv[0] * (float)VY_TICK);
    const float step = (to - from) * (1.0f / (float)VY_TICK);
    for (uint32_t n = 0; n < VY_TICK; n++)
        out[n] = in ? in[n] * (stereo * (from + step * (float)n)) : vy_set(0);
}

#endif
