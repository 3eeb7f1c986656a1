// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Convolution with an impulse response from a file: rooms, springs, speakers. Without a file it is
// a small built-in room, made of shaped noise from the seed.
//
// A response at another rate is resampled by a windowed sinc (J. O. Smith, "Digital audio
// resampling", Kaiser window), and scaled so that its frequency response keeps its level.
#include "base/rng.h"
#include "dsp/convolve.h"
#include "dsp/cuts.h"
#include "dsp/delayline.h"
#include "veery/module.h"

#include <math.h>

enum { P_GAIN, P_PREDELAY, P_LOWCUT, P_HIGHCUT, P_WIDTH, P_MIX };

#define LONGEST_S 10.0
#define ROOM_S 0.45
#define ROOM_DECAY_S 0.4
#define PREDELAY_S 0.5

struct convolver {
    float sr_hz;
    struct vy_ring predelay[2];
    struct vy_hop wait[2];
    struct vy_cuts_state cuts[2];
    bool running;
    struct vy_conv conv;
};

static const struct vy_port inputs[] = {{"in", 0, "sound"}};
static const struct vy_port outputs[] = {{"out", 0, "sound through the response"}};
static const struct vy_param params[] = {
    {"gain", "dB", -40, 24, 0, VY_LIN, 20, NULL, "level of the wet sound"},
    {"predelay", "s", 0, 0.5f, 0, VY_LIN, 0, NULL, "time before the response begins"},
    {"lowcut", "Hz", VY_CUT_LOW_HZ, 1000, VY_CUT_LOW_HZ, VY_EXP, 20, NULL,
     "lows taken from the wet sound; off at 20 Hz"},
    {"highcut", "Hz", 500, VY_CUT_HIGH_HZ, VY_CUT_HIGH_HZ, VY_EXP, 20, NULL,
     "highs taken from the wet sound; off at 20 kHz"},
    {"width", "", 0, 1, 1, VY_LIN, 10, NULL, "stereo width of the wet sound"},
    {"mix", "", 0, 1, 0.3f, VY_LIN, 10, NULL, "dry to wet"},
};

// ---- impulse response ---------------------------------------------------------------------------

#define SINC_HALF 32     // zero crossings either way
#define SINC_STEPS 512   // entries between two
#define SINC_CUTOFF 0.96 // of the lower rate's half

struct sinc_table {
    float at[SINC_HALF * SINC_STEPS + 2];
};

struct response {
    const struct vy_sample *sample;
    const struct sinc_table *sinc;
    double ratio; // file frames per frame
    double sr_hz;
    uint64_t seed;
};

static double bessel_i0(double x)
{
    double sum = 1, term = 1;
    for (int k = 1; k < 60; k++) {
        term *= (x / 2 / k) * (x / 2 / k);
        sum += term;
    }
    return sum;
}

static void build_sinc(void *table, const void *arg)
{
    (void)arg;
    struct sinc_table *const t = table;
    const double beta = 9.0;
    for (int i = 0; i <= SINC_HALF * SINC_STEPS; i++) {
        const double x = (double)i / SINC_STEPS, u = x / SINC_HALF;
        const double sinc = i ? sin(M_PI * x) / (M_PI * x) : 1.0;
        t->at[i] = (float)(sinc * bessel_i0(beta * sqrt(1 - u * u)) / bessel_i0(beta));
    }
    t->at[SINC_HALF * SINC_STEPS + 1] = 0;
}

static float resampled(const struct response *r, uint32_t chan, uint32_t frame)
{
    const float *const x = r->sample->chan[chan];
    const double cutoff = SINC_CUTOFF * (r->ratio > 1 ? 1 / r->ratio : 1);
    const double centre = frame * r->ratio, reach = SINC_HALF / cutoff;
    const int64_t first = (int64_t)ceil(centre - reach), last = (int64_t)floor(centre + reach);
    double sum = 0;
    for (int64_t k = first < 0 ? 0 : first; k <= last && k < (int64_t)r->sample->frames; k++) {
        const double at = fabs(centre - (double)k) * cutoff * SINC_STEPS;
        const uint32_t i = (uint32_t)at;
        if (i > SINC_HALF * SINC_STEPS)
            continue;
        const double a = (double)r->sinc->at[i], b = (double)r->sinc->at[i + 1];
        sum += (double)x[k] * (a + (b - a) * (at - i));
    }
    return (float)(sum * cutoff * r->ratio);
}

// The built-in room: noise whose density grows and whose highs die first. Power 1 in all.
static float room(const struct response *r, uint32_t chan, uint32_t frame)
{
    const double t = frame / r->sr_hz, dull = fmin(0.95, t / 0.12),
                 dense = fmin(1, 0.03 + t / 0.03);
    double x = 0;
    for (uint32_t k = 0; k < 3; k++) {
        const uint64_t i = 2 * (uint64_t)(frame + k);
        if (vy_rng_unit(vy_rng_key(r->seed, chan), i) < dense)
            x +=
                (k == 1 ? 1 : 0.5 * dull) * (2 * vy_rng_unit(vy_rng_key(r->seed, chan), i + 1) - 1);
    }
    x *= sqrt(3 / dense / (1 + 0.5 * dull * dull)); // back to a variance of 1
    const double power = r->sr_hz * ROOM_DECAY_S / (6 * log(10));
    const double fade = fmin(1, (ROOM_S - t) / 0.05);
    return (float)(x * pow(10, -3 * t / ROOM_DECAY_S) * fade / sqrt(power));
}

static float response_at(const void *arg, uint32_t chan, uint32_t frame)
{
    const struct response *const r = arg;
    if (!r->sample)
        return room(r, chan, frame);
    if (r->ratio == 1.0)
        return r->sample->chan[chan][frame];
    return resampled(r, chan, frame);
}

static uint32_t response_frames(const struct vy_cfg *cfg)
{
    const double sr = (double)cfg->sr_hz;
    if (!cfg->sample || cfg->sample->frames == 0)
        return (uint32_t)(ROOM_S * sr);
    const double frames = ceil(cfg->sample->frames * sr / (double)cfg->sample->sr_hz);
    return (uint32_t)fmin(frames, LONGEST_S * sr);
}

// ---- module -------------------------------------------------------------------------------------

static uint32_t predelay_frames(const struct vy_cfg *cfg)
{
    return vy_ring_frames(PREDELAY_S * (double)cfg->sr_hz);
}

static size_t convolver_get_size(const struct vy_cfg *cfg)
{
    return vy_align64(sizeof(struct convolver)) + 2 * vy_ring_bytes(predelay_frames(cfg)) +
           vy_conv_bytes(response_frames(cfg));
}

static int convolver_init(void *mem, const struct vy_cfg *cfg)
{
    struct convolver *const s = mem;
    s->sr_hz = cfg->sr_hz;
    void *next = (char *)mem + vy_align64(sizeof *s);
    for (int c = 0; c < 2; c++)
        next = vy_ring_place(&s->predelay[c], next, predelay_frames(cfg));
    const struct vy_sample *const sample = cfg->sample && cfg->sample->frames ? cfg->sample : NULL;
    struct response r = {.sample = sample,
                         .ratio = sample ? (double)sample->sr_hz / (double)cfg->sr_hz : 1.0,
                         .sr_hz = (double)cfg->sr_hz,
                         .seed = cfg->seed};
    if (r.ratio != 1.0) {
        r.sinc = cfg->shared(cfg->host, "conv.sinc", sizeof *r.sinc, build_sinc, NULL);
        if (!r.sinc)
            return -1;
    }
    return vy_conv_init(&s->conv, next, response_frames(cfg), response_at, &r);
}

static void convolver_deinit(void *mem)
{
    vy_conv_deinit(&((struct convolver *)mem)->conv);
}

static void convolver_reset(void *mem)
{
    struct convolver *const s = mem;
    for (int c = 0; c < 2; c++) {
        vy_ring_clear(&s->predelay[c]);
        s->wait[c] = (struct vy_hop){0};
        s->cuts[c] = (struct vy_cuts_state){0};
    }
    s->running = false;
    vy_conv_reset(&s->conv);
}

// Wet sound through the cuts, mixed with the dry.
static void leave(struct convolver *s, const struct vy_io *io, const float (*restrict y)[VY_TICK])
{
    const struct vy_cuts cuts =
        vy_cuts_make(vy_value(io, P_LOWCUT), vy_value_end(io, P_LOWCUT), vy_value(io, P_HIGHCUT),
                     vy_value_end(io, P_HIGHCUT), s->sr_hz);
    const struct vy_ramp mix = vy_ramp_of(io, P_MIX, 0), gain = vy_ramp_of(io, P_GAIN, 0),
                         width = vy_ramp_of(io, P_WIDTH, 0);
    const float first = vy_db_to_gain(gain.v)[0];
    const float step =
        (vy_db_to_gain(gain.v + gain.dv * (float)VY_TICK)[0] - first) / (float)VY_TICK;
    const vy_f8 *const in = vy_in(io, 0, 0);
    vy_f8 *const out = vy_out(io, 0, 0);
    for (uint32_t n = 0; n < VY_TICK; n++) {
        const float t = (float)n, a = vy_cuts_run(&cuts, &s->cuts[0], y[0][n], t);
        const float b = vy_cuts_run(&cuts, &s->cuts[1], y[1][n], t);
        // narrowing written as a share of the difference, so that full width changes no bit
        const float narrow = 0.5f * (1.0f - width.v[0] - width.dv[0] * t) * (a - b);
        const float m = mix.v[0] + mix.dv[0] * t;
        const float dry = vy_mix_dry(m), wet = vy_mix_wet(m) * (first + step * t);
        const float l = in ? in[n][0] : 0.0f, r = in ? in[n][1] : 0.0f;
        out[n] = (vy_f8){l * dry + (a - narrow) * wet, r * dry + (b + narrow) * wet};
    }
}

static void convolver_process(void *mem, const struct vy_io *io)
{
    struct convolver *const s = mem;
    const vy_f8 *const in = vy_in(io, 0, 0);
    float x[2][VY_TICK], y[2][VY_TICK];
    const uint32_t wait = (uint32_t)(vy_value_end(io, P_PREDELAY) * s->sr_hz + 0.5f);
    for (int c = 0; c < 2; c++) {
        for (uint32_t n = 0; n < VY_TICK; n++)
            x[c][n] = in ? in[n][c] : 0.0f;
        vy_ring_write_tick(&s->predelay[c], x[c]);
        if (!s->running)
            s->wait[c] = (struct vy_hop){wait, wait, 0.0f};
        vy_hop_to(&s->wait[c], wait);
        vy_hop_read(&s->wait[c], &s->predelay[c], VY_TICK, x[c]);
    }
    s->running = true;
    vy_conv_tick(&s->conv, x, y);
    leave(s, io, y);
}

const struct vy_module vy_module_convolver = {
    .abi = VY_MODULE_ABI,
    .id = "convolver",
    .name = "Convolver",
    .text = "Puts sound through an impulse response of up to 10 s, without latency.",
    .words = "convolution impulse response ir room cabinet reverb spring",
    .flags = VY_STEREO | VY_EFFECT,
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .file = "ir",
    .get_size = convolver_get_size,
    .init = convolver_init,
    .reset = convolver_reset,
    .process = convolver_process,
    .deinit = convolver_deinit,
};
