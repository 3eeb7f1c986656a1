// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Noise gate: opens above the threshold, closes by `range` once the level has stayed below the
// threshold less the hysteresis for the hold time. Attack and release are the times in which 63 %
// of a change of the (linear) gain are done, so a closing gate fades evenly in dB. The detector is
// free of ripple (dsp/envelope_follower.h): no chatter on low notes, even without hold.
#include "dsp/envelope_follower.h"
#include "dsp/stereo.h"
#include "veery/module.h"

enum { IN_SOUND, IN_SIDE };
enum { OUT_SOUND, OUT_GAIN };
enum { P_THRESHOLD, P_RANGE, P_ATTACK, P_HOLD, P_RELEASE, P_HYSTERESIS, P_MIX };

struct gate {
    struct vy_peak peak;
    double open; // 0 = closed, 1 = open
    float quiet; // frames since the level was last high enough
    bool wanted;
    float sr_hz;
};

static const struct vy_port inputs[] = {
    {"in", 0, "sound"},
    {"sidechain", 0, "sound that opens the gate instead of in"},
};
static const struct vy_port outputs[] = {
    {"out", 0, "sound"},
    {"gain", VY_PORT_CONTROL, "gain in dB, 0 = open"},
};
static const struct vy_param params[] = {
    {"threshold", "dB", -80, 0, -40, VY_LIN, 20, NULL, "peak level that opens the gate"},
    {"range", "dB", 0, 90, 60, VY_LIN, 20, NULL, "how far the gate closes"},
    {"attack", "s", 0.00005f, 0.5f, 0.0005f, VY_EXP, 0, NULL, "time for 63 % of opening"},
    {"hold", "s", 0, 2, 0.03f, VY_LIN, 0, NULL, "time it stays open after the level fell"},
    {"release", "s", 0.002f, 4, 0.08f, VY_EXP, 0, NULL, "time for 63 % of closing"},
    {"hysteresis", "dB", 0, 24, 4, VY_LIN, 0, NULL, "how far below the threshold it closes"},
    {"mix", "", 0, 1, 1, VY_LIN, 20, NULL, "dry to gated"},
};

static size_t gate_get_size(const struct vy_cfg *cfg)
{
    (void)cfg;
    return vy_align64(sizeof(struct gate));
}

static void gate_reset(void *mem)
{
    struct gate *const g = mem;
    vy_peak_reset(&g->peak);
    g->open = 0.0;
    g->quiet = 0.0f;
    g->wanted = false;
}

static int gate_init(void *mem, const struct vy_cfg *cfg)
{
    struct gate *const g = mem;
    g->sr_hz = cfg->sr_hz;
    vy_peak_init(&g->peak, cfg->sr_hz);
    gate_reset(mem);
    return 0;
}

// Level, linear -> how far the gate is open, in place.
static void decide(struct gate *g, const struct vy_io *io, union vy_tick *x)
{
    const float threshold = vy_value_end(io, P_THRESHOLD);
    const vy_f8 gains =
        vy_db_to_gain((vy_f8){threshold, threshold - vy_value_end(io, P_HYSTERESIS)});
    const float opens = gains[0], closes = gains[1];
    const float hold = vy_value(io, P_HOLD) * g->sr_hz;
    const double attack = (double)vy_pole_step1(vy_value(io, P_ATTACK) * g->sr_hz);
    const double release = (double)vy_pole_step1(vy_value(io, P_RELEASE) * g->sr_hz);
    for (uint32_t n = 0; n < VY_TICK; n++) {
        if (x->f[n] >= opens)
            g->wanted = true;
        g->quiet = x->f[n] >= closes ? 0.0f : g->quiet + 1.0f;
        if (g->quiet > hold)
            g->wanted = false;
        g->open += g->wanted ? (1.0 - g->open) * attack : -g->open * release;
        x->f[n] = (float)g->open;
    }
}

static void gate_process(void *mem, const struct vy_io *io)
{
    struct gate *const g = mem;
    struct vy_stereo x, key;
    union vy_tick open, shown;
    vy_stereo_read(&x, vy_in(io, IN_SOUND, 0));
    if (io->in[IN_SIDE])
        vy_stereo_read(&key, vy_in(io, IN_SIDE, 0));
    else
        key = x;
    vy_peak_run(&g->peak, &key, &open);
    decide(g, io, &open);
    for (uint32_t i = 0; i < VY_TICK_VECTORS; i++) {
        const vy_f8 closed = vy_db_to_gain(-vy_ramp_over_time(io, P_RANGE, i));
        const vy_f8 gain = closed + (1.0f - closed) * open.v[i];
        const vy_f8 wet = 1.0f + vy_ramp_over_time(io, P_MIX, i) * (gain - 1.0f);
        x.left.v[i] *= wet;
        x.right.v[i] *= wet;
        shown.v[i] = vy_gain_to_db(gain);
    }
    vy_stereo_write(vy_out(io, OUT_SOUND, 0), &x);
    vy_stereo_write_both(vy_out(io, OUT_GAIN, 0), &shown);
}

const struct vy_module vy_module_gate = {
    .abi = VY_MODULE_ABI,
    .id = "gate",
    .name = "Gate",
    .text = "Noise gate with hold, hysteresis and sidechain.",
    .words = "gate noise expander dynamics sidechain",
    .flags = VY_STEREO | VY_EFFECT,
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = gate_get_size,
    .init = gate_init,
    .reset = gate_reset,
    .process = gate_process,
};
