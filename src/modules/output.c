// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The end of the chain: what leaves it is what is heard.
#include "modules/pass.h"

static const struct vy_port inputs[] = {{"in", 0, "sound; all cables are summed"}};

const struct vy_module vy_module_output = {
    .abi = VY_MODULE_ABI,
    .id = "output",
    .name = "Output",
    .text = "What is patched here is heard.",
    .words = "output master main speakers",
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
