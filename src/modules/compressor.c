// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Feed-forward compressor: linked stereo, peak or RMS detector, soft knee, sidechain.
//
// Static curve and structure as in Giannoulis, Massberg, Reiss, "Digital dynamic range compressor
// design - a tutorial and analysis" (JAES 2012): level in dB, gain computer, then ballistics on
// the reduction in dB (smooth branching), so attack and release are the times in which 63 % of a
// change of reduction in dB are done, at any depth. The detector is free of ripple
// (dsp/envelope_follower.h): the curve is exact for a sine from 30 Hz up.
#include "dsp/envelope_follower.h"
#include "dsp/stereo.h"
#include "veery/module.h"

enum { IN_SOUND, IN_SIDE };
enum { OUT_SOUND, OUT_GAIN };
enum {
    P_THRESHOLD,
    P_RATIO,
    P_LIMIT,
    P_KNEE,
    P_ATTACK,
    P_RELEASE,
    P_MAKEUP,
    P_AUTO,
    P_DETECTOR,
    P_HIGHPASS,
    P_MIX
};

#define RMS_S 0.01f // integration time of the RMS detector

// Two-pole Butterworth high-pass, trapezoidal state variables (Zavalishin, "The Art of VA Filter
// Design"), both channels.
struct highpass {
    float s1[2], s2[2];
};

struct compressor {
    struct vy_peak peak;
    struct vy_rms rms;
    struct highpass side;
    double reduction; // dB, >= 0
    float sr_hz;
};

static const char *const detectors[] = {"peak", "rms", NULL};

static const struct vy_port inputs[] = {
    {"in", 0, "sound"},
    {"sidechain", 0, "sound the detector listens to instead of in"},
};
static const struct vy_port outputs[] = {
    {"out", 0, "sound"},
    {"gain", VY_PORT_CONTROL, "gain reduction in dB, 0 or below, before makeup"},
};
static const struct vy_param params[] = {
    {"threshold", "dB", -60, 0, -18, VY_LIN, 20, NULL, "level above which gain is reduced"},
    {"ratio", "", 1, 20, 3, VY_EXP, 20, NULL, "dB in for one dB out above the threshold"},
    {"limit", "", 0, 1, 0, VY_BOOL, 0, NULL, "infinite ratio"},
    {"knee", "dB", 0, 24, 6, VY_LIN, 20, NULL, "width of the soft knee around the threshold"},
    {"attack", "s", 0.00005f, 0.5f, 0.01f, VY_EXP, 0, NULL, "time for 63 % of more reduction"},
    {"release", "s", 0.005f, 4, 0.15f, VY_EXP, 0, NULL, "time for 63 % of less reduction"},
    {"makeup", "dB", -12, 36, 0, VY_LIN, 20, NULL, "gain after compression"},
    {"auto", "", 0, 1, 0, VY_BOOL, 0, NULL, "add half of what a 0 dB signal loses"},
    {"detector", "", 0, 1, 0, VY_ENUM, 0, detectors, "peak (fast) or rms (10 ms, true RMS)"},
    {"highpass", "Hz", 10, 1000, 10, VY_EXP, 20, NULL, "low cut of the detector; off at 10 Hz"},
    {"mix", "", 0, 1, 1, VY_LIN, 20, NULL, "dry to compressed (parallel compression)"},
};

static size_t compressor_get_size(const struct vy_cfg *cfg)
{
    (void)cfg;
    return vy_align64(sizeof(struct compressor));
}

static void compressor_reset(void *mem)
{
    struct compressor *const c = mem;
    vy_peak_reset(&c->peak);
    c->rms = (struct vy_rms){0};
    c->side = (struct highpass){0};
    c->reduction = 0.0;
}

static int compressor_init(void *mem, const struct vy_cfg *cfg)
{
    struct compressor *const c = mem;
    c->sr_hz = cfg->sr_hz;
    vy_peak_init(&c->peak, cfg->sr_hz);
    compressor_reset(mem);
    return 0;
}

static void cut_lows(struct highpass *h, int channel, float g, union vy_tick *x)
{
    const float k = 1.41421356f, d = 1.0f / (1.0f + g * (g + k));
    float s1 = h->s1[channel], s2 = h->s2[channel];
    for (uint32_t n = 0; n < VY_TICK; n++) {
        const float high = (x->f[n] - (k + g) * s1 - s2) * d;
        const float band = g * high + s1, low = g * band + s2;
        s1 = g * high + band;
        s2 = g * band + low;
        x->f[n] = high;
    }
    h->s1[channel] = s1;
    h->s2[channel] = s2;
}

static void detect(struct compressor *c, const struct vy_io *io, struct vy_stereo key,
                   union vy_tick *level)
{
    const float hz = vy_value_end(io, P_HIGHPASS);
    if (hz > 10.0f) {
        const float g = vy_tan_pi(vy_set(hz / c->sr_hz))[0];
        cut_lows(&c->side, 0, g, &key.left);
        cut_lows(&c->side, 1, g, &key.right);
    }
    if (vy_value(io, P_DETECTOR) < 0.5f)
        vy_peak_run(&c->peak, &key, level);
    else
        vy_rms_run(&c->rms, &key, vy_pole_step1(RMS_S * c->sr_hz), level);
}

// Static curve: reduction in dB at a level in dB above the threshold.
VY_INLINE vy_f8 reduction_at(vy_f8 over, vy_f8 knee, vy_f8 slope)
{
    const vy_f8 half = 0.5f * knee, in_knee = vy_max(over + half, vy_set(0.0f));
    const vy_f8 bent = in_knee * in_knee / vy_max(2.0f * knee, vy_set(1e-6f));
    return slope * vy_select(over < half, bent, over);
}

// Ballistics on the wanted reduction, in place.
static void follow(struct compressor *c, const struct vy_io *io, union vy_tick *db)
{
    const double attack = (double)vy_pole_step1(vy_value(io, P_ATTACK) * c->sr_hz);
    const double release = (double)vy_pole_step1(vy_value(io, P_RELEASE) * c->sr_hz);
    double r = c->reduction;
    for (uint32_t n = 0; n < VY_TICK; n++) {
        const double way = (double)db->f[n] - r;
        r += way * (way > 0.0 ? attack : release);
        db->f[n] = (float)r;
    }
    c->reduction = r;
}

static void compressor_process(void *mem, const struct vy_io *io)
{
    struct compressor *const c = mem;
    struct vy_stereo x, key;
    union vy_tick db, makeup, reduced;
    vy_stereo_read(&x, vy_in(io, IN_SOUND, 0));
    if (io->in[IN_SIDE])
        vy_stereo_read(&key, vy_in(io, IN_SIDE, 0));
    else
        key = x;
    detect(c, io, key, &db);
    const bool automatic = vy_value(io, P_AUTO) > 0.5f, limit = vy_value(io, P_LIMIT) > 0.5f;
    for (uint32_t i = 0; i < VY_TICK_VECTORS; i++) {
        const vy_f8 threshold = vy_ramp_over_time(io, P_THRESHOLD, i);
        const vy_f8 knee = vy_ramp_over_time(io, P_KNEE, i);
        const vy_f8 slope =
            limit ? vy_set(1.0f)
                  : 1.0f - 1.0f / vy_max(vy_ramp_over_time(io, P_RATIO, i), vy_set(1));
        db.v[i] = reduction_at(vy_gain_to_db(db.v[i]) - threshold, knee, slope);
        makeup.v[i] = vy_ramp_over_time(io, P_MAKEUP, i);
        if (automatic)
            makeup.v[i] += 0.5f * reduction_at(-threshold, knee, slope);
    }
    follow(c, io, &db);
    for (uint32_t i = 0; i < VY_TICK_VECTORS; i++) {
        const vy_f8 gain = vy_db_to_gain(makeup.v[i] - db.v[i]);
        const vy_f8 wet = 1.0f + vy_ramp_over_time(io, P_MIX, i) * (gain - 1.0f);
        x.left.v[i] *= wet;
        x.right.v[i] *= wet;
        reduced.v[i] = -db.v[i];
    }
    vy_stereo_write(vy_out(io, OUT_SOUND, 0), &x);
    vy_stereo_write_both(vy_out(io, OUT_GAIN, 0), &reduced);
}

const struct vy_module vy_module_compressor = {
    .abi = VY_MODULE_ABI,
    .id = "compressor",
    .name = "Compressor",
    .text = "Stereo compressor with soft knee, peak or RMS detector, sidechain and parallel mix.",
    .words = "compressor dynamics ducking sidechain glue bus pump",
    .flags = VY_STEREO | VY_EFFECT,
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = compressor_get_size,
    .init = compressor_init,
    .reset = compressor_reset,
    .process = compressor_process,
};
