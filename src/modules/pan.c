// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Voices to stereo: places every voice in the field and sums them. See dsp/pan.h.
#include "dsp/pan.h"
#include "veery/module.h"

enum { P_PAN, P_SPREAD, P_WIDTH };

static const struct vy_port inputs[] = {{"in", 0, "sound, any number of voices and channels"}};
static const struct vy_port outputs[] = {{"out", 0, "stereo sound"}};
static const struct vy_param params[] = {
    {"pan", "", -1, 1, 0, VY_LIN, 10, NULL, "place: -1 left, 0 middle, 1 right; equal power"},
    {"spread", "", 0, 1, 0, VY_LIN, 10, NULL, "places the voices evenly around pan, left to right"},
    {"width", "", 0, 1, 1, VY_LIN, 10, NULL, "distance of the channels of stereo voices"},
};

static size_t pan_get_size(const struct vy_cfg *cfg)
{
    (void)cfg;
    return vy_align64(sizeof(struct vy_pan));
}

static int pan_init(void *mem, const struct vy_cfg *cfg)
{
    (void)mem;
    (void)cfg;
    return 0;
}

static void pan_reset(void *mem)
{
    ((struct vy_pan *)mem)->known = false;
}

static void pan_process(void *mem, const struct vy_io *io)
{
    const struct vy_pan_place place = {
        .pan = vy_value_end(io, P_PAN),
        .spread = vy_value_end(io, P_SPREAD),
        .width = vy_value_end(io, P_WIDTH),
        .gain = 1.0f,
        .shape = io->in_shape[0],
    };
    vy_pan_run(mem, &place, vy_in(io, 0, 0), false, vy_out(io, 0, 0));
}

const struct vy_module vy_module_pan = {
    .abi = VY_MODULE_ABI,
    .id = "pan",
    .name = "Panner",
    .text = "Places voices in the stereo field and sums them.",
    .words = "pan balance stereo spread width",
    .flags = VY_MIXES,
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = pan_get_size,
    .init = pan_init,
    .reset = pan_reset,
    .process = pan_process,
};
