// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Scales, inverts and shifts a control signal: out = in * scale + offset. Without a cable it is a
// constant, offset.
#include "dsp/lanes.h"
#include "veery/module.h"

enum { P_SCALE, P_OFFSET };

static const struct vy_port inputs[] = {{"in", VY_PORT_CONTROL, "control signal"}};
static const struct vy_port outputs[] = {{"out", VY_PORT_CONTROL, "in * scale + offset"}};
static const struct vy_param params[] = {
    {"scale", "", -1, 1, 1, VY_LIN, 5, NULL, "factor; below 0 turns the signal upside down"},
    {"offset", "", -1, 1, 0, VY_LIN, 5, NULL, "added after scale"},
};

static size_t attenuverter_get_size(const struct vy_cfg *cfg)
{
    (void)cfg;
    return 64;
}

static int attenuverter_init(void *mem, const struct vy_cfg *cfg)
{
    (void)mem;
    (void)cfg;
    return 0;
}

static void attenuverter_reset(void *mem)
{
    (void)mem;
}

static void attenuverter_process(void *mem, const struct vy_io *io)
{
    (void)mem;
    for (uint32_t g = 0; g < io->shape.groups; g++) {
        const vy_f8 *const in = vy_in(io, 0, g);
        const struct vy_ramp scale = vy_ramp_of(io, P_SCALE, g),
                             offset = vy_ramp_of(io, P_OFFSET, g);
        vy_f8 *const out = vy_out(io, 0, g);
        for (uint32_t n = 0; n < VY_TICK; n++) {
            const vy_f8 base = offset.v + offset.dv * (float)n;
            out[n] = in ? in[n] * (scale.v + scale.dv * (float)n) + base : base;
        }
    }
}

const struct vy_module vy_module_attenuverter = {
    .abi = VY_MODULE_ABI,
    .id = "attenuverter",
    .name = "Attenuverter",
    .text = "Scales, inverts and shifts a control signal.",
    .words = "attenuverter attenuator invert scale offset constant",
    .flags = VY_CONTROL,
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = attenuverter_get_size,
    .init = attenuverter_init,
    .reset = attenuverter_reset,
    .process = attenuverter_process,
};
