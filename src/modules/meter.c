// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Level meter: peak and RMS of both channels, as control signals and for the screen.
//
// The peak jumps up at once and falls by 20 dB a second. The RMS is the root of the square passed
// through one pole of 300 ms. probe() shows peakL peakR rmsL rmsR, factors of full scale.
#include "dsp/lanes.h"
#include "veery/module.h"

enum { OUT_SOUND, OUT_PEAK, OUT_RMS };

struct meter {
    vy_f8 peak, power; // lanes 0 and 1
    float fall, rate;  // per frame
    float shown[4];
};

static const struct vy_port inputs[] = {{"in", 0, "sound"}};
static const struct vy_port outputs[] = {
    {"out", 0, "the same sound"},
    {"peak", VY_PORT_CONTROL, "peak level, 1 = full scale, falls 20 dB a second"},
    {"rms", VY_PORT_CONTROL, "RMS level over 300 ms, 1 = a full-scale square"},
};

static size_t meter_get_size(const struct vy_cfg *cfg)
{
    (void)cfg;
    return vy_align64(sizeof(struct meter));
}

static int meter_init(void *mem, const struct vy_cfg *cfg)
{
    struct meter *const m = mem;
    m->fall = vy_exp2(vy_set(-3.32192809f / cfg->sr_hz))[0]; // 10^(-1 / rate)
    m->rate = 1.0f / (0.3f * cfg->sr_hz);
    return 0;
}

static void meter_reset(void *mem)
{
    struct meter *const m = mem;
    m->peak = m->power = vy_set(0);
    for (int i = 0; i < 4; i++)
        m->shown[i] = 0;
}

static void meter_process(void *mem, const struct vy_io *io)
{
    struct meter *const m = mem;
    const vy_f8 stereo = {1, 1};
    const vy_f8 *const in = vy_in(io, 0, 0);
    vy_f8 *const out = vy_out(io, OUT_SOUND, 0), *const peaks = vy_out(io, OUT_PEAK, 0),
                 *const rms = vy_out(io, OUT_RMS, 0);
    vy_f8 peak = m->peak, power = m->power;
    for (uint32_t n = 0; n < VY_TICK; n++) {
        const vy_f8 x = in ? in[n] * stereo : vy_set(0);
        peak = vy_max(vy_abs(x), peak * m->fall);
        power = power + (x * x - power) * m->rate;
        out[n] = x;
        peaks[n] = peak;
        rms[n] = vy_sqrt(power);
    }
    m->peak = peak;
    m->power = power;
    for (int i = 0; i < 2; i++) {
        m->shown[i] = peak[i];
        m->shown[2 + i] = rms[VY_TICK - 1][i];
    }
}

static uint32_t meter_probe(void *mem, const float **data)
{
    *data = ((struct meter *)mem)->shown;
    return 4;
}

const struct vy_module vy_module_meter = {
    .abi = VY_MODULE_ABI,
    .id = "meter",
    .name = "Meter",
    .text = "Measures peak and RMS; passes the sound through.",
    .words = "meter level peak rms vu measure",
    .flags = VY_STEREO,
    .in = inputs,
    .out = outputs,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .get_size = meter_get_size,
    .init = meter_init,
    .reset = meter_reset,
    .process = meter_process,
    .probe = meter_probe,
};
