// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Slew limiter: slows rises and falls of a control signal apart.
//
// linear: rise and fall are the seconds a change of 1 takes. exp: the seconds after which 99 % of
// any change are done, one pole y += (x - y) (1 - 0.01^(1 / frames)); right for pitch in Hz. The
// first value after a reset is taken at once.
#include "dsp/lanes.h"
#include "veery/module.h"

enum { P_RISE, P_FALL, P_SHAPE };

struct slew {
    float sr_hz;
    uint32_t groups;
    bool started;
    vy_f8 level[];
};

static const char *const shapes[] = {"linear", "exp", NULL};
static const struct vy_port inputs[] = {{"in", VY_PORT_CONTROL, "what is slowed"}};
static const struct vy_port outputs[] = {{"out", VY_PORT_CONTROL, "the slow version"}};
static const struct vy_param params[] = {
    {"rise", "s", 0.0001f, 20, 0.05f, VY_EXP, 0, NULL, "time upwards"},
    {"fall", "s", 0.0001f, 20, 0.05f, VY_EXP, 0, NULL, "time downwards"},
    {"shape", "", 0, 1, 0, VY_ENUM, 0, shapes, "linear: time per 1.0; exp: time to 99 %"},
};

static size_t slew_get_size(const struct vy_cfg *cfg)
{
    return vy_align64(sizeof(struct slew) + cfg->shape.groups * sizeof(vy_f8));
}

static int slew_init(void *mem, const struct vy_cfg *cfg)
{
    struct slew *const s = mem;
    s->sr_hz = cfg->sr_hz;
    s->groups = cfg->shape.groups;
    return 0;
}

static void slew_reset(void *mem)
{
    struct slew *const s = mem;
    s->started = false;
    for (uint32_t g = 0; g < s->groups; g++)
        s->level[g] = vy_set(0);
}

// 1 - 0.01^(1 / frames) = -expm1(-ln(100) / frames); the series keeps long times exact in float
VY_INLINE vy_f8 pole(vy_f8 frames)
{
    const vy_f8 z = 4.60517019f / frames;
    const vy_f8 series = z * (1.0f - z * (0.5f - z * (1.0f / 6.0f)));
    return vy_select(z < 0.01f, series, 1.0f - vy_exp2(z * -1.44269504f));
}

static void slew_process(void *mem, const struct vy_io *io)
{
    struct slew *const s = mem;
    const bool linear = vy_value(io, P_SHAPE) < 0.5f;
    for (uint32_t g = 0; g < s->groups; g++) {
        const vy_f8 *const in = vy_in(io, 0, g);
        const vy_f8 rise = vy_max(vy_ramp_of(io, P_RISE, g).v * s->sr_hz, vy_set(1));
        const vy_f8 fall = vy_max(vy_ramp_of(io, P_FALL, g).v * s->sr_hz, vy_set(1));
        const vy_f8 up = linear ? 1.0f / rise : pole(rise);
        const vy_f8 down = linear ? 1.0f / fall : pole(fall);
        vy_f8 *const out = vy_out(io, 0, g);
        vy_f8 y = s->started || !in ? s->level[g] : in[0];
        for (uint32_t n = 0; n < VY_TICK; n++) {
            const vy_f8 d = (in ? in[n] : vy_set(0)) - y;
            y = y + (linear ? vy_min(vy_max(d, -down), up) : d * vy_select(d > 0.0f, up, down));
            out[n] = y;
        }
        s->level[g] = y;
    }
    s->started = true;
}

const struct vy_module vy_module_slew = {
    .abi = VY_MODULE_ABI,
    .id = "slew",
    .name = "Slew limiter",
    .text = "Slows the rises and falls of a control signal.",
    .words = "slew lag glide portamento smooth",
    .flags = VY_CONTROL,
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = slew_get_size,
    .init = slew_init,
    .reset = slew_reset,
    .process = slew_process,
};
