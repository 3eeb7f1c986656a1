// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The small jobs of a channel strip, in this order: DC blocker, polarity, mono, width, balance,
// gain. Pan is a balance: the side turned to stays as it is, the other fades by a cosine. At its
// defaults the output is the input, bit by bit; switches fade within a tick.
#include "dsp/stereo.h"
#include "veery/module.h"

enum { IN_SOUND };
enum { P_GAIN, P_PAN, P_WIDTH, P_INVERT, P_MONO, P_DC };
enum { INVERT_OFF, INVERT_LEFT, INVERT_RIGHT, INVERT_BOTH };

#define BLOCK_HZ 5.0f

struct utility {
    double dc[2];
    float block, mono, sign[2]; // where the switches stood
    double step;
};

static const char *const inverts[] = {"off", "left", "right", "both", NULL};

static const struct vy_port inputs[] = {{"in", 0, "sound"}};
static const struct vy_port outputs[] = {{"out", 0, "sound"}};
static const struct vy_param params[] = {
    {"gain", "dB", -60, 36, 0, VY_LIN, 20, NULL, "level; silent at -60 dB"},
    {"pan", "", -1, 1, 0, VY_LIN, 20, NULL, "balance: left -1, right 1"},
    {"width", "", 0, 2, 1, VY_LIN, 20, NULL, "0 = mono, 1 = as it is, 2 = twice the side"},
    {"invert", "", 0, 3, 0, VY_ENUM, 0, inverts, "channels whose polarity is turned"},
    {"mono", "", 0, 1, 0, VY_BOOL, 0, NULL, "the mean of both channels on both"},
    {"dc", "", 0, 1, 0, VY_BOOL, 0, NULL, "block DC (one-pole high-pass at 5 Hz)"},
};

static size_t utility_get_size(const struct vy_cfg *cfg)
{
    (void)cfg;
    return vy_align64(sizeof(struct utility));
}

static void utility_reset(void *mem)
{
    struct utility *const u = mem;
    u->dc[0] = u->dc[1] = 0.0;
    u->block = u->mono = 0.0f;
    u->sign[0] = u->sign[1] = 1.0f;
}

static int utility_init(void *mem, const struct vy_cfg *cfg)
{
    struct utility *const u = mem;
    u->step = (double)vy_pole_step1(cfg->sr_hz / (2.0f * VY_PI_F * BLOCK_HZ));
    utility_reset(mem);
    return 0;
}

// From where a switch stood to `goal`, frames 8i..8i+7 of a tick.
VY_INLINE vy_f8 fade(float from, float goal, uint32_t i)
{
    return from + (goal - from) * ((vy_iota() + (float)(8 * i + 1)) * (1.0f / (float)VY_TICK));
}

static void block_dc(struct utility *u, int channel, float goal, union vy_tick *x)
{
    const float slope = (goal - u->block) * (1.0f / (float)VY_TICK);
    for (uint32_t n = 0; n < VY_TICK; n++) {
        u->dc[channel] += ((double)x->f[n] - u->dc[channel]) * u->step;
        x->f[n] -= (u->block + slope * (float)(n + 1)) * (float)u->dc[channel];
    }
}

static void utility_process(void *mem, const struct vy_io *io)
{
    struct utility *const u = mem;
    struct vy_stereo x;
    vy_stereo_read(&x, vy_in(io, IN_SOUND, 0));
    const float block = vy_value(io, P_DC) > 0.5f, mono = vy_value(io, P_MONO) > 0.5f;
    const int invert = (int)vy_value(io, P_INVERT);
    const float left = invert == INVERT_LEFT || invert == INVERT_BOTH ? -1.0f : 1.0f;
    const float right = invert == INVERT_RIGHT || invert == INVERT_BOTH ? -1.0f : 1.0f;
    block_dc(u, 0, block, &x.left);
    block_dc(u, 1, block, &x.right);
    for (uint32_t i = 0; i < VY_TICK_VECTORS; i++) {
        const vy_f8 l = x.left.v[i] * fade(u->sign[0], left, i);
        const vy_f8 r = x.right.v[i] * fade(u->sign[1], right, i);
        const vy_f8 narrow = 1.0f - fade(u->mono, mono, i);
        const vy_f8 more = (narrow * vy_ramp_over_time(io, P_WIDTH, i) - 1.0f) * (0.5f * (l - r));
        const vy_f8 pan = vy_clamp(vy_ramp_over_time(io, P_PAN, i), -1.0f, 1.0f);
        const vy_f8 db = vy_ramp_over_time(io, P_GAIN, i);
        const vy_f8 gain = vy_select(db > -60.0f, vy_db_to_gain(db), vy_set(0.0f));
        const vy_f8 none = vy_set(0.0f);
        const vy_f8 to_left = vy_cos_turns(0.25f * vy_max(pan, none));
        const vy_f8 to_right = vy_cos_turns(0.25f * vy_max(-pan, none));
        x.left.v[i] = (l + more) * vy_select(pan > 0.0f, to_left, vy_set(1.0f)) * gain;
        x.right.v[i] = (r - more) * vy_select(pan < 0.0f, to_right, vy_set(1.0f)) * gain;
    }
    u->block = block;
    u->mono = mono;
    u->sign[0] = left;
    u->sign[1] = right;
    vy_stereo_write(vy_out(io, 0, 0), &x);
}

const struct vy_module vy_module_utility = {
    .abi = VY_MODULE_ABI,
    .id = "utility",
    .name = "Utility",
    .text = "Gain, balance, width, polarity, mono and DC blocker.",
    .words = "utility gain trim pan balance width mono phase polarity invert dc",
    .flags = VY_STEREO | VY_EFFECT,
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = utility_get_size,
    .init = utility_init,
    .reset = utility_reset,
    .process = utility_process,
};
