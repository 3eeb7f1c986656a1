// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Attack-decay envelope: rises to 1 and falls to 0, whatever the gate does after the start; with
// loop on it cycles while the gate is held.
//
// A stage is a position p that runs 0..1 in fixed point (so 20 s is as exact as 1 ms) and a curve:
// fall(p) = (2^(-c p) - 2^-c) / (1 - 2^-c), from a straight line (c -> 0) to -60 dB at the end
// (c = 10). The rise is 1 - fall(p) with a gentler c. A start in mid-flight enters the rise at the
// position that has the present level, so the output never jumps.
#include "dsp/lanes.h"
#include "veery/module.h"

enum { IN_TRIG, IN_GATE };
enum { P_ATTACK, P_DECAY, P_CURVE, P_LOOP };
enum { IDLE = 0, ATTACK = 1, DECAY = 2 };

#define FULL (1 << 30) // a whole stage, in fixed point

struct ad_group {
    vy_i8 stage, at;
    vy_f8 level, trig, gate; // of the last frame
};

struct ad {
    float sr_hz;
    uint32_t groups;
    struct ad_group group[];
};

static const struct vy_port inputs[] = {
    {"trig", VY_PORT_NOTE | VY_PORT_CONTROL, "starts the attack when it rises above 0"},
    {"gate", VY_PORT_NOTE | VY_PORT_CONTROL, "starts it too, at 0.5; held, it lets loop go on"},
};
static const struct vy_port outputs[] = {{"out", VY_PORT_CONTROL, "envelope, 0..1"}};
static const struct vy_param params[] = {
    {"attack", "s", 0.0001f, 20, 0.002f, VY_EXP, 0, NULL, "time from silence to full"},
    {"decay", "s", 0.0001f, 20, 0.3f, VY_EXP, 0, NULL, "time from full to silence"},
    {"curve", "", 0, 1, 0.5f, VY_LIN, 5, NULL, "0 straight, 1 steep: falls by 60 dB evenly"},
    {"loop", "", 0, 1, 0, VY_BOOL, 0, NULL, "cycles while the gate is held, for ever without one"},
};

static size_t ad_get_size(const struct vy_cfg *cfg)
{
    return vy_align64(sizeof(struct ad) + cfg->shape.groups * sizeof(struct ad_group));
}

static int ad_init(void *mem, const struct vy_cfg *cfg)
{
    struct ad *const a = mem;
    a->sr_hz = cfg->sr_hz;
    a->groups = cfg->shape.groups;
    return 0;
}

static void ad_reset(void *mem)
{
    struct ad *const a = mem;
    for (uint32_t g = 0; g < a->groups; g++)
        a->group[g] = (struct ad_group){0};
}

// (2^(-c p) - floor) * scale
struct curve {
    vy_f8 c, floor, scale;
};

VY_INLINE struct curve bend(vy_f8 c)
{
    c = vy_max(c, vy_set(0.01f));
    const vy_f8 floor = vy_exp2(-c);
    return (struct curve){c, floor, 1.0f / (1.0f - floor)};
}

VY_INLINE vy_f8 fall_at(const struct curve *k, vy_f8 p)
{
    return (vy_exp2(-k->c * p) - k->floor) * k->scale;
}

// Position at which the rise has this level.
VY_INLINE vy_i8 seek_rise(const struct curve *k, vy_f8 level)
{
    const vy_f8 y = vy_clamp(1.0f - level, 0.0f, 1.0f);
    const vy_f8 p = -vy_log2(y / k->scale + k->floor) / k->c;
    return vy_to_int(vy_clamp(p, 0.0f, 0.999f) * (float)FULL);
}

VY_INLINE vy_i8 pick(vy_i8 mask, vy_i8 a, vy_i8 b)
{
    return (mask & a) | (~mask & b);
}

// Fixed-point step of a stage that takes `seconds`.
VY_INLINE vy_i8 step_of(vy_f8 seconds, float sr_hz)
{
    return vy_to_int((float)FULL / vy_max(seconds * sr_hz, vy_set(1)) + 0.5f);
}

struct job {
    const vy_f8 *trig, *gate;
    struct curve rise, fall;
    vy_i8 rise_step, fall_step;
    bool loop;
};

static void run_group(struct ad_group *s, const struct job *j, vy_f8 *restrict out)
{
    struct ad_group a = *s;
    for (uint32_t n = 0; n < VY_TICK; n++) {
        const vy_f8 trig = j->trig ? j->trig[n] : vy_set(0);
        const vy_f8 gate = j->gate ? j->gate[n] : vy_set(0);
        vy_i8 start = ((trig > 0.0f) & (a.trig <= 0.0f)) | ((gate > 0.5f) & (a.gate <= 0.5f));
        if (j->loop)
            start = start | ((a.stage == IDLE) & (j->gate ? gate > 0.5f : gate == gate));
        a.trig = trig;
        a.gate = gate;
        if (vy_any(start)) {
            a.at = pick(start, seek_rise(&j->rise, a.level), a.at);
            a.stage = pick(start, vy_seti(ATTACK), a.stage);
        }
        const vy_i8 up = a.stage == ATTACK;
        if (!vy_any(a.stage != IDLE)) {
            a.level = out[n] = vy_set(0);
            continue;
        }
        a.at += (j->rise_step & up) + (j->fall_step & (a.stage == DECAY));
        const vy_f8 p = vy_min(vy_to_float(a.at) * (1.0f / (float)FULL), vy_set(1));
        const struct curve k = {vy_select(up, j->rise.c, j->fall.c),
                                vy_select(up, j->rise.floor, j->fall.floor),
                                vy_select(up, j->rise.scale, j->fall.scale)};
        const vy_f8 fallen = fall_at(&k, p);
        a.level = vy_select(up, 1.0f - fallen, vy_select(a.stage == DECAY, fallen, vy_set(0)));
        a.level = vy_clamp(a.level, 0.0f, 1.0f);
        const vy_i8 done = a.at >= FULL;
        a.at = a.at & ~done;
        a.stage = pick(done, vy_seti(DECAY) & up, a.stage);
        out[n] = a.level;
    }
    *s = a;
}

static void ad_process(void *mem, const struct vy_io *io)
{
    struct ad *const a = mem;
    for (uint32_t g = 0; g < a->groups; g++) {
        const vy_f8 c = vy_ramp_of(io, P_CURVE, g).v * 10.0f;
        const struct job j = {
            .trig = vy_in(io, IN_TRIG, g),
            .gate = vy_in(io, IN_GATE, g),
            .rise = bend(c * 0.3f),
            .fall = bend(c),
            .rise_step = step_of(vy_ramp_of(io, P_ATTACK, g).v, a->sr_hz),
            .fall_step = step_of(vy_ramp_of(io, P_DECAY, g).v, a->sr_hz),
            .loop = vy_value(io, P_LOOP) > 0.5f,
        };
        run_group(&a->group[g], &j, vy_out(io, 0, g));
    }
}

const struct vy_module vy_module_ad = {
    .abi = VY_MODULE_ABI,
    .id = "ad",
    .name = "Attack-decay",
    .text = "One-shot or looping envelope with an adjustable curve.",
    .words = "envelope ad attack decay percussion loop function",
    .flags = VY_CONTROL,
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = ad_get_size,
    .init = ad_init,
    .reset = ad_reset,
    .process = ad_process,
};
