// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The end of the chain: what leaves it is what is heard.
#include "dsp/pass.h"
#include "veery/module.h"

static const struct vy_port inputs[] = {{"in", 0, "sound; all cables are summed"}};
static const struct vy_port outputs[] = {{"out", 0, "stereo sound"}};
static const struct vy_param params[] = {
    {"gain", "dB", -60, 24, 0, VY_LIN, 10, NULL, "level; -60 is silence"},
};

static size_t output_get_size(const struct vy_cfg *cfg)
{
    (void)cfg;
    return 64;
}

static int output_init(void *mem, const struct vy_cfg *cfg)
{
    (void)mem;
    (void)cfg;
    return 0;
}

static void output_reset(void *mem)
{
    (void)mem;
}

static void output_process(void *mem, const struct vy_io *io)
{
    (void)mem;
    vy_stereo_pass(vy_in(io, 0, 0), vy_ramp_of(io, 0, 0), vy_out(io, 0, 0));
}

const struct vy_module vy_module_output = {
    .abi = VY_MODULE_ABI,
    .id = "output",
    .name = "Output",
    .text = "What is patched here is heard.",
    .words = "output master main speakers",
    .flags = VY_STEREO,
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = output_get_size,
    .init = output_init,
    .reset = output_reset,
    .process = output_process,
};
