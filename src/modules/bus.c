// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Summing point: whatever is patched into it, at one level.
#include "dsp/pass.h"
#include "veery/module.h"

static const struct vy_port inputs[] = {{"in", 0, "sound; all cables are summed"}};
static const struct vy_port outputs[] = {{"out", 0, "stereo sound"}};
static const struct vy_param params[] = {
    {"gain", "dB", -60, 24, 0, VY_LIN, 10, NULL, "level; -60 is silence"},
};

static size_t bus_get_size(const struct vy_cfg *cfg)
{
    (void)cfg;
    return 64;
}

static int bus_init(void *mem, const struct vy_cfg *cfg)
{
    (void)mem;
    (void)cfg;
    return 0;
}

static void bus_reset(void *mem)
{
    (void)mem;
}

static void bus_process(void *mem, const struct vy_io *io)
{
    (void)mem;
    vy_stereo_pass(vy_in(io, 0, 0), vy_ramp_of(io, 0, 0), vy_out(io, 0, 0));
}

const struct vy_module vy_module_bus = {
    .abi = VY_MODULE_ABI,
    .id = "bus",
    .name = "Bus",
    .text = "A stereo summing point with a level.",
    .words = "bus group sum send return aux",
    .flags = VY_STEREO,
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = bus_get_size,
    .init = bus_init,
    .reset = bus_reset,
    .process = bus_process,
};
