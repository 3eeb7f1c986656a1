// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Summing point: whatever is patched into it, at one level.
#include "modules/pass.h"

static const struct vy_port inputs[] = {{"in", 0, "sound; all cables are summed"}};

const struct vy_module vy_module_bus = {
    .abi = VY_MODULE_ABI,
    .id = "bus",
    .name = "Bus",
    .text = "A stereo summing point with a level.",
    .words = "bus group sum send return aux",
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
    .process = pass_process,
};
