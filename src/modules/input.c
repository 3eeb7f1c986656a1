// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Sound from outside: what the device of a live studio hears, and what is patched into `in`. A
// render hears nothing from outside.
#include "modules/pass.h"

static const struct vy_port inputs[] = {{"in", 0, "sound that joins what comes from outside"}};

static void input_process(void *mem, const struct vy_io *io)
{
    (void)mem;
    const vy_f8 *const outside = io->time->outside, *const in = vy_in(io, 0, 0);
    vy_f8 both[VY_TICK];
    for (uint32_t n = 0; outside && in && n < VY_TICK; n++)
        both[n] = outside[n] + in[n];
    vy_stereo_pass(outside && in ? both
                   : outside     ? outside
                                 : in,
                   vy_ramp_of(io, 0, 0), vy_out(io, 0, 0));
}

const struct vy_module vy_module_input = {
    .abi = VY_MODULE_ABI,
    .id = "input",
    .name = "Input",
    .text = "Sound from outside: a microphone, an instrument, another program.",
    .words = "input capture record microphone line audio",
    .flags = VY_STEREO,
    .in = inputs,
    .out = pass_outputs,
    .param = pass_params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(pass_outputs),
    .params = VY_COUNT(pass_params),
    .get_size = pass_get_size,
    .init = pass_init,
    .reset = pass_reset,
    .process = input_process,
};
