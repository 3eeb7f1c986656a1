// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Set-up of the peak detector: ten coefficients for 24 Hz and up at 48 kHz, quadrature within
// 0.3 %, which is an envelope ripple of 0.02 dB.
#include "dsp/envelope_follower.h"

#include "dsp/halfband.h"

#include <string.h>

void vy_peak_init(struct vy_peak *p, float sr_hz)
{
    double c[2 * VY_PEAK_SECTIONS];
    vy_halfband_design(c, 2 * VY_PEAK_SECTIONS, 0.001);
    for (int i = 0; i < VY_PEAK_SECTIONS; i++) {
        const float a = (float)c[2 * i], b = (float)c[2 * i + 1];
        p->coef[i] = (vy_f8){a, a, b, b};
    }
    const uint32_t ticks = (uint32_t)(0.03f * sr_hz / (float)VY_TICK) + 1;
    p->ticks = ticks < VY_PEAK_TICKS ? ticks : VY_PEAK_TICKS;
    vy_peak_reset(p);
}

void vy_peak_reset(struct vy_peak *p)
{
    memset(p->node, 0, sizeof p->node);
    memset(p->top, 0, sizeof p->top);
    p->late = vy_set(0);
    p->at = 0;
}
