// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// External sound, once a live engine feeds it. Until then it passes what is patched into `in`.
#include "modules/pass.h"

static const struct vy_port inputs[] = {{"in", 0, "sound; nothing from outside arrives yet"}};

const struct vy_module vy_module_input = {
    .abi = VY_MODULE_ABI,
    .id = "input",
    .name = "Input",
    .text =
        "Place for sound from outside; only passes what is patched in until the live engine comes.",
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
