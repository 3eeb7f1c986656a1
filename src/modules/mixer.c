// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Eight cables of any shape to one stereo signal, each with level and pan.
#include "dsp/pan.h"
#include "veery/module.h"

#define INPUTS 8u

struct mixer {
    struct vy_pan strip[INPUTS];
};

static const struct vy_port inputs[INPUTS] = {
    {"in1", 0, "sound"}, {"in2", 0, "sound"}, {"in3", 0, "sound"}, {"in4", 0, "sound"},
    {"in5", 0, "sound"}, {"in6", 0, "sound"}, {"in7", 0, "sound"}, {"in8", 0, "sound"},
};
static const struct vy_port outputs[] = {{"out", 0, "stereo sound"}};

#define STRIP(n)                                                                               \
    {"level" #n, "dB", -60, 12, 0, VY_LIN, 10, NULL, "level of input " #n "; -60 is silence"}, \
    {                                                                                          \
        "pan" #n, "", -1, 1, 0, VY_LIN, 10, NULL, "place of input " #n                         \
    }
static const struct vy_param params[] = {STRIP(1), STRIP(2), STRIP(3), STRIP(4),
                                         STRIP(5), STRIP(6), STRIP(7), STRIP(8)};

static size_t mixer_get_size(const struct vy_cfg *cfg)
{
    (void)cfg;
    return vy_align64(sizeof(struct mixer));
}

static int mixer_init(void *mem, const struct vy_cfg *cfg)
{
    (void)mem;
    (void)cfg;
    return 0;
}

static void mixer_reset(void *mem)
{
    struct mixer *const m = mem;
    for (uint32_t i = 0; i < INPUTS; i++)
        m->strip[i].known = false;
}

static void mixer_process(void *mem, const struct vy_io *io)
{
    struct mixer *const m = mem;
    vy_f8 *const out = vy_out(io, 0, 0);
    for (uint32_t n = 0; n < VY_TICK; n++)
        out[n] = vy_set(0);
    for (uint32_t i = 0; i < INPUTS; i++) {
        const float level_db = vy_value_end(io, 2 * i);
        const struct vy_pan_place place = {
            .pan = vy_value_end(io, 2 * i + 1),
            .width = 1.0f,
            .gain = level_db <= -59.99f ? 0.0f : vy_db_to_gain(vy_set(level_db))[0],
            .shape = io->in_shape[i],
        };
        vy_pan_run(&m->strip[i], &place, vy_in(io, i, 0), true, out);
    }
}

const struct vy_module vy_module_mixer = {
    .abi = VY_MODULE_ABI,
    .id = "mixer",
    .name = "Mixer",
    .text = "Sums eight inputs to stereo, each with level and pan.",
    .words = "mixer mix sum level pan",
    .flags = VY_MIXES,
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = mixer_get_size,
    .init = mixer_init,
    .reset = mixer_reset,
    .process = mixer_process,
};
