// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Transient shaper: more or less attack and sustain, whatever the level.
//
// Four followers of the peak envelope in two pairs. The attack pair differs in its rise (1 and
// 30 ms): while a sound begins, the quick one is ahead. The sustain pair differs in its fall (60
// and 600 ms): while a sound dies away, the slow one is behind. The gain in dB is the knob times
// the ratio of a pair in dB; ratios do not know levels, so soft and loud hits are shaped alike.
#include "dsp/envelope_follower.h"
#include "dsp/stereo.h"
#include "veery/module.h"

enum { IN_SOUND };
enum { OUT_SOUND, OUT_GAIN };
enum { P_ATTACK, P_SUSTAIN, P_MIX };

#define QUICK_S 0.001f
#define LATE_S 0.03f
#define DROP_S 0.02f // fall of the quick one: it must not stay ahead while the sound decays
#define HOLD_S 0.25f
#define SNAP_S 0.0003f // rise of the sustain pair: no boost is left when the next hit comes
#define SHORT_S 0.06f
#define LONG_S 0.6f
#define FLOOR 1e-5f // -100 dB: noise below is no sustain
#define ATTACK_MOST 18.0f
#define SUSTAIN_MOST 18.0f

enum { RISE_QUICK, RISE_LATE, FALL_SHORT, FALL_LONG, FOLLOWERS };

struct transient {
    struct vy_peak peak;
    vy_f8 level;    // lanes: FOLLOWERS
    vy_f8 up, down; // steps of the followers
};

static const struct vy_port inputs[] = {{"in", 0, "sound"}};
static const struct vy_port outputs[] = {
    {"out", 0, "sound"},
    {"gain", VY_PORT_CONTROL, "gain in dB"},
};
static const struct vy_param params[] = {
    {"attack", "", -1, 1, 0.4f, VY_LIN, 20, NULL, "harder (1) or softer (-1) beginnings"},
    {"sustain", "", -1, 1, 0, VY_LIN, 20, NULL, "longer (1) or shorter (-1) tails"},
    {"mix", "", 0, 1, 1, VY_LIN, 20, NULL, "dry to shaped"},
};

static size_t transient_get_size(const struct vy_cfg *cfg)
{
    (void)cfg;
    return vy_align64(sizeof(struct transient));
}

static void transient_reset(void *mem)
{
    struct transient *const t = mem;
    vy_peak_reset(&t->peak);
    t->level = vy_set(FLOOR);
}

static int transient_init(void *mem, const struct vy_cfg *cfg)
{
    struct transient *const t = mem;
    const vy_f8 rise = {QUICK_S, LATE_S, SNAP_S, SNAP_S, 1, 1, 1, 1};
    const vy_f8 fall = {DROP_S, HOLD_S, SHORT_S, LONG_S, 1, 1, 1, 1};
    t->up = vy_pole_step(rise * cfg->sr_hz);
    t->down = vy_pole_step(fall * cfg->sr_hz);
    vy_peak_init(&t->peak, cfg->sr_hz);
    transient_reset(mem);
    return 0;
}

static void transient_process(void *mem, const struct vy_io *io)
{
    struct transient *const t = mem;
    struct vy_stereo x;
    union vy_tick level, begin, tail, shown;
    vy_stereo_read(&x, vy_in(io, IN_SOUND, 0));
    vy_peak_run(&t->peak, &x, &level);
    vy_f8 y = t->level;
    for (uint32_t n = 0; n < VY_TICK; n++) {
        const vy_f8 way = level.f[n] + FLOOR - y;
        y = y + way * vy_select(way > 0.0f, t->up, t->down);
        begin.f[n] = y[RISE_QUICK] / y[RISE_LATE];
        tail.f[n] = y[FALL_LONG] / y[FALL_SHORT];
    }
    t->level = y;
    for (uint32_t i = 0; i < VY_TICK_VECTORS; i++) {
        const vy_f8 attack = vy_clamp(vy_gain_to_db(begin.v[i]), 0.0f, ATTACK_MOST);
        const vy_f8 sustain = vy_clamp(vy_gain_to_db(tail.v[i]), 0.0f, SUSTAIN_MOST);
        const vy_f8 db = attack * vy_ramp_over_time(io, P_ATTACK, i) +
                         sustain * vy_ramp_over_time(io, P_SUSTAIN, i);
        const vy_f8 mix = vy_ramp_over_time(io, P_MIX, i);
        const vy_f8 wet = 1.0f + mix * (vy_db_to_gain(db) - 1.0f);
        x.left.v[i] *= wet;
        x.right.v[i] *= wet;
        shown.v[i] = db;
    }
    vy_stereo_write(vy_out(io, OUT_SOUND, 0), &x);
    vy_stereo_write_both(vy_out(io, OUT_GAIN, 0), &shown);
}

const struct vy_module vy_module_transient = {
    .abi = VY_MODULE_ABI,
    .id = "transient",
    .name = "Transient shaper",
    .text = "Attack and sustain of percussive sounds, independent of level.",
    .words = "transient shaper designer punch attack sustain drums",
    .flags = VY_STEREO | VY_EFFECT,
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = transient_get_size,
    .init = transient_init,
    .reset = transient_reset,
    .process = transient_process,
};
