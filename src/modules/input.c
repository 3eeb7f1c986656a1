// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// External sound. The engine feeds the sound card (or the file being rendered from) into `in`.
#include "dsp/pass.h"
#include "veery/module.h"

static const struct vy_port inputs[] = {{"in", 0, "external sound, fed by the engine"}};
static const struct vy_port outputs[] = {{"out", 0, "stereo sound"}};
static const struct vy_param params[] = {
    {"gain", "dB", -60, 24, 0, VY_LIN, 10, NULL, "level; -60 is silence"},
};

static size_t input_get_size(const struct vy_cfg *cfg)
{
    (void)cfg;
    return 64;
}

static int input_init(void *mem, const struct vy_cfg *cfg)
{
    (void)mem;
    (void)cfg;
    return 0;
}

static void input_reset(void *mem)
{
    (void)mem;
}

static void input_process(void *mem, const struct vy_io *io)
{
    (void)mem;
    vy_stereo_pass(vy_in(io, 0, 0), vy_ramp_of(io, 0, 0), vy_out(io, 0, 0));
}

const struct vy_module vy_module_input = {
    .abi = VY_MODULE_ABI,
    .id = "input",
    .name = "Input",
    .text = "Sound from outside: microphone, line, another program.",
    .words = "input capture record microphone line audio",
    .flags = VY_STEREO,
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = input_get_size,
    .init = input_init,
    .reset = input_reset,
    .process = input_process,
};
