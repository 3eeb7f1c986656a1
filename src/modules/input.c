// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// External sound. The engine feeds the sound card (or the file being rendered from) into `in`.
#include "modules/pass.h"

static const struct vy_port inputs[] = {{"in", 0, "external sound, fed by the engine"}};

const struct vy_module vy_module_input = {
    .abi = VY_MODULE_ABI,
    .id = "input",
    .name = "Input",
    .text = "Sound from outside: microphone, line, another program.",
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
    .process = pass_process,
};
