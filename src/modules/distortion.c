// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Distortion: four waveshapers at eight times the rate, then tilt, DC blocker and level.
//
//   soft  tanh(u)                          fold  sin(u): folds back beyond pi/2
//   hard  u clamped to -1..1               tube  tanh(u) above, u / (1 - 0.6 u) below zero
//
// All have slope 1 at zero. Eight and not four times, because the harmonics of tanh at 24 dB of
// drive only fall by exp(-0.1) each: 4x would alias at -45 dB. Hard and fold also average the
// shaper over the straight line between two frames (first-order antiderivative antialiasing:
// Parker, Zavalishin, Le Bivic, DAFx 2016), in forms without cancellation:
//   fold: (cos a - cos b) / (b - a) = sin(m) sin(h) / h, m and h the mean and half difference;
//   hard: ((cb - ca) (cb + ca) / 2 + |b - cb| - |a - ca|) / (b - a), c the clamped value.
//
// The resampler has no latency but the phase of an allpass, so a dry path that is mixed in goes
// through it too. Below 5 % of mix that dry path turns into the untouched input, exact at 0.
#include "dsp/halfband.h"
#include "dsp/lanes.h"
#include "veery/module.h"

#include <math.h>
#include <string.h>

enum { IN_SOUND };
enum { P_MODE, P_DRIVE, P_BIAS, P_TONE, P_LEVEL, P_MIX };
enum { SOFT, HARD, FOLD, TUBE };

#define PIVOT_HZ 700.0 // where the tilt turns
#define BLOCK_HZ 4.0   // DC blocker
#define CHUNK VY_OVER8_CHUNK

struct dist_group {
    struct vy_over8 up, down, dry;
    vy_f8 last; // shaper input of the last frame
    vy_f8 tilt; // one-pole low-pass
    vy_f8 dc;
};

struct distortion {
    struct vy_over8_coefs coefs;
    uint32_t groups;
    float tilt_step, dc_step;
    struct dist_group group[];
};

static const char *const modes[] = {"soft", "hard", "fold", "tube", NULL};

static const struct vy_port inputs[] = {{"in", 0, "sound"}};
static const struct vy_port outputs[] = {{"out", 0, "sound"}};
static const struct vy_param params[] = {
    {"mode", "", 0, 3, SOFT, VY_ENUM, 0, modes, "curve: soft, hard, fold, tube (asymmetric)"},
    {"drive", "dB", 0, 48, 12, VY_LIN, 20, NULL, "gain into the curve"},
    {"bias", "", -1, 1, 0, VY_LIN, 20, NULL, "offset into the curve: even harmonics"},
    {"tone", "", -1, 1, 0, VY_LIN, 20, NULL, "tilt around 700 Hz: darker or brighter by 6 dB"},
    {"level", "dB", -48, 12, -3, VY_LIN, 20, NULL, "level of the distorted sound"},
    {"mix", "", 0, 1, 1, VY_LIN, 20, NULL, "dry to distorted"},
};

static size_t distortion_get_size(const struct vy_cfg *cfg)
{
    return vy_align64(sizeof(struct distortion) + cfg->shape.groups * sizeof(struct dist_group));
}

static void distortion_reset(void *mem)
{
    struct distortion *const d = mem;
    memset(d->group, 0, d->groups * sizeof *d->group);
}

static int distortion_init(void *mem, const struct vy_cfg *cfg)
{
    struct distortion *const d = mem;
    d->groups = cfg->shape.groups;
    vy_over8_design(&d->coefs);
    d->tilt_step = (float)tan(M_PI * PIVOT_HZ / (double)cfg->sr_hz);
    d->dc_step = (float)(1.0 - exp(-2.0 * M_PI * BLOCK_HZ / (double)cfg->sr_hz));
    distortion_reset(mem);
    return 0;
}

VY_INLINE vy_f8 clip(vy_f8 x)
{
    return vy_clamp(x, -1.0f, 1.0f);
}

// Mean of the clipper between a and b.
VY_INLINE vy_f8 hard_between(vy_f8 a, vy_f8 b)
{
    const vy_f8 ca = clip(a), cb = clip(b), step = b - a;
    const vy_f8 area = 0.5f * (cb - ca) * (cb + ca) + (vy_abs(b - cb) - vy_abs(a - ca));
    const vy_i8 still = vy_abs(step) < 1e-6f;
    return vy_select(still, clip(0.5f * (a + b)), area / vy_select(still, vy_set(1.0f), step));
}

VY_INLINE vy_f8 sine(vy_f8 x)
{
    return vy_sin_turns(x * (0.5f / VY_PI_F));
}

// Mean of the sine between a and b.
VY_INLINE vy_f8 fold_between(vy_f8 a, vy_f8 b)
{
    const vy_f8 half = 0.5f * (b - a);
    const vy_i8 still = vy_abs(half) < 1e-3f;
    const vy_f8 spread = sine(half) / vy_select(still, vy_set(1.0f), half);
    return sine(0.5f * (a + b)) * vy_select(still, vy_set(1.0f), spread);
}

VY_INLINE vy_f8 tube(vy_f8 u)
{
    const vy_f8 below = vy_min(u, vy_set(0.0f));
    return vy_tanh(vy_max(u, vy_set(0.0f))) + below / (1.0f - 0.6f * below);
}

// Drive and shape one chunk at 8x in place. Gain and bias move once a frame.
VY_INLINE void shape(int mode, vy_f8 *x, vy_f8 *last, struct vy_ramp gain, struct vy_ramp bias)
{
    vy_f8 a = *last;
    for (uint32_t n = 0; n < CHUNK; n++) {
        const vy_f8 g = gain.v + gain.dv * (float)n, c = bias.v + bias.dv * (float)n;
        for (uint32_t i = 8 * n; i < 8 * n + 8; i++) {
            // beyond 1e5 a float no longer knows where in its cycle a sine is
            const vy_f8 u = vy_clamp(x[i] * g + c, -1e5f, 1e5f);
            if (mode == SOFT)
                x[i] = vy_tanh(u);
            else if (mode == HARD)
                x[i] = hard_between(a, u);
            else if (mode == FOLD)
                x[i] = fold_between(a, u);
            else
                x[i] = tube(u);
            a = u;
        }
    }
    *last = a;
}

// The value at rest for a bias: taken off so that the DC blocker need not swallow a step.
VY_INLINE vy_f8 rest(int mode, vy_f8 bias)
{
    switch (mode) {
    case SOFT: return vy_tanh(bias);
    case HARD: return clip(bias);
    case FOLD: return sine(bias);
    default: return tube(bias);
    }
}

// Everything that moves, at the first frame of a chunk.
struct knobs {
    struct vy_ramp drive, bias, low, high, level, mix;
    int mode;
    bool mixed; // the dry path is heard
};

// Ramp between two values over a tick.
VY_INLINE struct vy_ramp between(vy_f8 from, vy_f8 to)
{
    return (struct vy_ramp){from, (to - from) * (1.0f / (float)VY_TICK)};
}

VY_INLINE struct vy_ramp gain_ramp(struct vy_ramp db)
{
    return between(vy_db_to_gain(db.v), vy_db_to_gain(db.v + db.dv * (float)VY_TICK));
}

static struct knobs knobs_of(const struct vy_io *io, uint32_t g)
{
    const struct vy_ramp tone = vy_ramp_of(io, P_TONE, g);
    const vy_f8 high = vy_exp2(tone.v), high_end = vy_exp2(tone.v + tone.dv * (float)VY_TICK);
    struct knobs k = {
        .drive = gain_ramp(vy_ramp_of(io, P_DRIVE, g)),
        .bias = vy_ramp_of(io, P_BIAS, g),
        .high = between(high, high_end),
        .low = between(1.0f / high, 1.0f / high_end),
        .level = gain_ramp(vy_ramp_of(io, P_LEVEL, g)),
        .mix = vy_ramp_of(io, P_MIX, g),
        .mode = (int)vy_value(io, P_MODE),
    };
    const vy_f8 mix_end = k.mix.v + k.mix.dv * (float)VY_TICK;
    k.mixed = vy_any((k.mix.v < 1.0f) | (mix_end < 1.0f));
    return k;
}

VY_INLINE struct vy_ramp later(struct vy_ramp r, uint32_t frames)
{
    return (struct vy_ramp){r.v + r.dv * (float)frames, r.dv};
}

// DC blocker, tilt and level; `wet` in place. The tilt g (s + w / g) / (s + w g) crosses 0 dB at w,
// so its pole moves with the knob.
static void finish(const struct distortion *d, struct dist_group *s, const struct knobs *k,
                   uint32_t start, vy_f8 *wet)
{
    const struct vy_ramp low = later(k->low, start), high = later(k->high, start),
                         level = later(k->level, start), bias = later(k->bias, start);
    vy_f8 z = s->tilt, dc = s->dc;
    for (uint32_t n = 0; n < CHUNK; n++) {
        const float t = (float)n;
        vy_f8 y = wet[n] - rest(k->mode, bias.v + bias.dv * t);
        dc = dc + (y - dc) * d->dc_step;
        y = y - dc;
        const vy_f8 top = high.v + high.dv * t;
        const vy_f8 turn = d->tilt_step * top, v = (y - z) * (turn / (1.0f + turn)), lp = z + v;
        z = lp + v; // trapezoidal one-pole: exact at both ends of the band
        y = y * top + lp * (low.v + low.dv * t - top);
        wet[n] = y * (level.v + level.dv * t);
    }
    s->tilt = z;
    s->dc = dc;
}

static void run_chunk(struct distortion *d, struct dist_group *s, const struct knobs *k,
                      const vy_f8 *in, uint32_t start, vy_f8 *restrict out)
{
    vy_f8 fast[8 * CHUNK], wet[CHUNK], dry[CHUNK];
    vy_over8_up(&s->up, &d->coefs, in, fast);
    if (k->mixed) {
        vy_f8 copy[8 * CHUNK];
        memcpy(copy, fast, sizeof copy);
        vy_over8_down(&s->dry, &d->coefs, copy, dry);
    }
    const struct vy_ramp gain = later(k->drive, start), bias = later(k->bias, start);
    switch (k->mode) {
    case SOFT: shape(SOFT, fast, &s->last, gain, bias); break;
    case HARD: shape(HARD, fast, &s->last, gain, bias); break;
    case FOLD: shape(FOLD, fast, &s->last, gain, bias); break;
    default: shape(TUBE, fast, &s->last, gain, bias); break;
    }
    vy_over8_down(&s->down, &d->coefs, fast, wet);
    finish(d, s, k, start, wet);
    const struct vy_ramp mix = later(k->mix, start);
    for (uint32_t n = 0; n < CHUNK; n++) {
        const vy_f8 m = mix.v + mix.dv * (float)n;
        const vy_f8 far = vy_min(m * 20.0f, vy_set(1.0f));
        const vy_f8 clean = k->mixed ? in[n] + far * (dry[n] - in[n]) : wet[n];
        out[n] = clean + m * (wet[n] - clean);
    }
}

static void distortion_process(void *mem, const struct vy_io *io)
{
    struct distortion *const d = mem;
    static const vy_f8 silence[VY_TICK];
    for (uint32_t g = 0; g < d->groups; g++) {
        struct dist_group *const s = &d->group[g];
        const struct knobs k = knobs_of(io, g);
        const vy_f8 *const cable = vy_in(io, IN_SOUND, g);
        const vy_f8 *const in = cable ? cable : silence;
        if (!k.mixed)
            s->dry = (struct vy_over8){0};
        for (uint32_t n = 0; n < VY_TICK; n += CHUNK)
            run_chunk(d, s, &k, in + n, n, vy_out(io, 0, g) + n);
    }
}

const struct vy_module vy_module_distortion = {
    .abi = VY_MODULE_ABI,
    .id = "distortion",
    .name = "Distortion",
    .text = "Soft, hard, folding and tube-like distortion without aliasing.",
    .words = "distortion overdrive saturation fuzz waveshaper wavefolder tube drive",
    .flags = VY_EFFECT,
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = distortion_get_size,
    .init = distortion_init,
    .reset = distortion_reset,
    .process = distortion_process,
};
