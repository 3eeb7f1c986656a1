// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Voltage-controlled amplifier: sound times control signal times gain. Without a control cable it
// is a plain gain.
#include "dsp/lanes.h"
#include "veery/module.h"

enum { IN_SOUND, IN_CV, IN_VEL };
enum { P_GAIN, P_VEL };

struct vca {
    uint32_t groups;
};

static const struct vy_port inputs[] = {
    {"in", 0, "sound"},
    {"cv", VY_PORT_CONTROL, "level, 0..1: usually an envelope"},
    {"vel", VY_PORT_NOTE | VY_PORT_CONTROL, "velocity of the note, 0..1"},
};
static const struct vy_port outputs[] = {{"out", 0, "sound"}};
static const struct vy_param params[] = {
    {"gain", "dB", -60, 24, 0, VY_LIN, 10, NULL, "level"},
    {"vel", "", 0, 1, 1, VY_LIN, 0, NULL, "how much velocity matters"},
};

static size_t vca_get_size(const struct vy_cfg *cfg)
{
    (void)cfg;
    return vy_align64(sizeof(struct vca));
}

static int vca_init(void *mem, const struct vy_cfg *cfg)
{
    ((struct vca *)mem)->groups = cfg->shape.groups;
    return 0;
}

static void vca_reset(void *mem)
{
    (void)mem;
}

static void amplify(const vy_f8 *in, const vy_f8 *cv, const vy_f8 *vel, vy_f8 amount, vy_f8 gain,
                    vy_f8 step, vy_f8 *restrict out)
{
    for (uint32_t n = 0; n < VY_TICK; n++) {
        vy_f8 y = in[n] * gain;
        if (cv)
            y = y * cv[n];
        if (vel)
            y = y * (1.0f - amount + amount * vel[n]);
        out[n] = y;
        gain += step;
    }
}

static void vca_process(void *mem, const struct vy_io *io)
{
    const struct vca *const a = mem;
    for (uint32_t g = 0; g < a->groups; g++) {
        const vy_f8 *const in = vy_in(io, IN_SOUND, g), *const cv = vy_in(io, IN_CV, g);
        const vy_f8 *vel = vy_in(io, IN_VEL, g);
        const struct vy_ramp gain = vy_ramp_of(io, P_GAIN, g);
        const vy_f8 amount = vy_ramp_of(io, P_VEL, g).v;
        vy_f8 first = vy_db_to_gain(gain.v);
        vy_f8 step =
            (vy_db_to_gain(gain.v + gain.dv * (float)VY_TICK) - first) * (1.0f / (float)VY_TICK);
        if (vel && (io->in_steady & (1u << IN_VEL))) { // the same for the whole tick
            const vy_f8 factor = 1.0f - amount + amount * vel[0];
            first *= factor;
            step *= factor;
            vel = NULL;
        }
        vy_f8 *const out = vy_out(io, 0, g);
        if (!in)
            for (uint32_t n = 0; n < VY_TICK; n++)
                out[n] = vy_set(0);
        else if (cv && !vel &&
                 !vy_any(step != 0.0f)) // the common case: an envelope, no knob moving
            for (uint32_t n = 0; n < VY_TICK; n++)
                out[n] = in[n] * first * cv[n];
        else
            amplify(in, cv, vel, amount, first, step, out);
    }
}

const struct vy_module vy_module_vca = {
    .abi = VY_MODULE_ABI,
    .id = "vca",
    .name = "Amplifier",
    .text = "Gain under the control of an envelope, a cable and velocity.",
    .words = "amplifier gain level volume vca",
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = vca_get_size,
    .init = vca_init,
    .reset = vca_reset,
    .process = vca_process,
};
