// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Reverb: pre-delay and tone, early reflections, diffusers, and a tail from a feedback delay
// network (dsp/fdn.h) whose decay time is true at 1 kHz.
#include "dsp/cuts.h"
#include "dsp/diffuse.h"
#include "dsp/fdn.h"
#include "veery/module.h"

enum {
    P_DECAY,
    P_SIZE,
    P_PREDELAY,
    P_DAMP,
    P_DAMP_FREQ,
    P_BASS,
    P_BASS_FREQ,
    P_EARLY,
    P_DIFFUSION,
    P_RATE,
    P_DEPTH,
    P_LOWCUT,
    P_HIGHCUT,
    P_WIDTH,
    P_MIX
};

#define PREDELAY_S 0.25
#define EARLY_S 0.12
#define TAPS 9
#define DIFFUSERS 4
#define TAIL_GAIN 0.5f
#define EARLY_GAIN 0.6f

struct reverb {
    float sr_hz;
    struct vy_cuts_state cuts[2];
    struct vy_ring predelay[2], early[2];
    struct vy_hop wait[2], tap[2][TAPS];
    struct vy_diffuser diffuser[2][DIFFUSERS];
    bool running;
    struct vy_fdn fdn;
};

// Early reflections at scale 1, ms; odd ones come from the other side.
static const float tap_ms[2][TAPS] = {
    {4.3f, 9.7f, 14.1f, 21.9f, 28.3f, 35.9f, 44.7f, 53.1f, 66.1f},
    {5.9f, 8.3f, 16.7f, 19.3f, 30.7f, 38.9f, 42.1f, 57.7f, 63.7f},
};
static const float tap_gain[2][TAPS] = {
    {0.80f, -0.62f, 0.56f, 0.45f, -0.41f, 0.36f, -0.31f, 0.27f, -0.22f},
    {0.76f, 0.66f, -0.53f, 0.48f, 0.39f, -0.34f, -0.32f, 0.25f, 0.23f},
};
static const float diffuser_ms[2][DIFFUSERS] = {
    {1.31f, 2.27f, 4.13f, 6.97f},
    {1.49f, 2.53f, 3.79f, 7.43f},
};

static const struct vy_port inputs[] = {{"in", 0, "sound"}};
static const struct vy_port outputs[] = {{"out", 0, "sound in a room"}};
static const struct vy_param params[] = {
    {"decay", "s", 0.1f, 30, 2, VY_EXP, 20, NULL, "time to -60 dB at 1 kHz"},
    {"size", "", 0, 1, 0.5f, VY_LIN, 0, NULL, "how big the room is"},
    {"predelay", "s", 0, 0.25f, 0.01f, VY_LIN, 0, NULL, "time before the room answers"},
    {"damp", "", 0, 1, 0.45f, VY_LIN, 20, NULL, "how much sooner highs die: to a tenth at 1"},
    {"damp_freq", "Hz", 2000, 16000, 4500, VY_EXP, 20, NULL, "where highs begin"},
    {"bass", "ratio", 0.3f, 2, 1.1f, VY_EXP, 20, NULL, "decay of the lows, times decay"},
    {"bass_freq", "Hz", 60, 500, 180, VY_EXP, 20, NULL, "where lows begin"},
    {"early", "", 0, 1, 0.4f, VY_LIN, 20, NULL, "level of the first reflections"},
    {"diffusion", "", 0, 1, 0.85f, VY_LIN, 20, NULL, "smears the onset"},
    {"rate", "Hz", 0.02f, 3, 0.6f, VY_EXP, 20, NULL, "speed of the slow movement inside"},
    {"depth", "", 0, 1, 0.4f, VY_LIN, 50, NULL, "amount of that movement"},
    {"lowcut", "Hz", VY_CUT_LOW_HZ, 1000, 70, VY_EXP, 20, NULL, "lows kept out of the room"},
    {"highcut", "Hz", 500, VY_CUT_HIGH_HZ, 13000, VY_EXP, 20, NULL, "highs kept out of the room"},
    {"width", "", 0, 1, 1, VY_LIN, 10, NULL, "stereo width of the room"},
    {"mix", "", 0, 1, 0.3f, VY_LIN, 10, NULL, "dry to wet"},
};

static size_t ring_bytes(float sr_hz, double most_s)
{
    return vy_ring_bytes(vy_ring_frames(most_s * (double)sr_hz + 64));
}

static size_t reverb_get_size(const struct vy_cfg *cfg)
{
    size_t bytes = vy_align64(sizeof(struct reverb)) + vy_fdn_line_bytes(cfg->sr_hz);
    bytes += 2 * (ring_bytes(cfg->sr_hz, PREDELAY_S) + ring_bytes(cfg->sr_hz, EARLY_S));
    return bytes + (size_t)(2 * DIFFUSERS) * ring_bytes(cfg->sr_hz, 0.01);
}

static void *place(struct vy_ring *ring, void *mem, float sr_hz, double most_s)
{
    return vy_ring_place(ring, mem, vy_ring_frames(most_s * (double)sr_hz + 64));
}

static int reverb_init(void *mem, const struct vy_cfg *cfg)
{
    struct reverb *const s = mem;
    s->sr_hz = cfg->sr_hz;
    char *next = (char *)mem + vy_align64(sizeof *s);
    vy_fdn_init(&s->fdn, s->sr_hz, next);
    next += vy_fdn_line_bytes(s->sr_hz);
    for (int c = 0; c < 2; c++) {
        next = place(&s->predelay[c], next, s->sr_hz, PREDELAY_S);
        next = place(&s->early[c], next, s->sr_hz, EARLY_S);
        for (int i = 0; i < DIFFUSERS; i++) {
            next = place(&s->diffuser[c][i].ring, next, s->sr_hz, 0.01);
            s->diffuser[c][i].frames = (uint32_t)(diffuser_ms[c][i] * 0.001f * s->sr_hz) | 1u;
        }
    }
    return 0;
}

static void reverb_reset(void *mem)
{
    struct reverb *const s = mem;
    vy_fdn_reset(&s->fdn);
    for (int c = 0; c < 2; c++) {
        vy_ring_clear(&s->predelay[c]);
        vy_ring_clear(&s->early[c]);
        for (int i = 0; i < DIFFUSERS; i++)
            vy_ring_clear(&s->diffuser[c][i].ring);
        s->cuts[c] = (struct vy_cuts_state){0};
        s->wait[c] = (struct vy_hop){0};
        for (int i = 0; i < TAPS; i++)
            s->tap[c][i] = (struct vy_hop){0};
    }
    s->running = false;
}

static void go(struct vy_hop *hop, float frames, bool at_once)
{
    const uint32_t whole = (uint32_t)(frames + 0.5f);
    if (at_once)
        *hop = (struct vy_hop){whole, whole, 0.0f};
    vy_hop_to(hop, whole);
}

// Input as it is, and through the cuts and the pre-delay.
static void enter(struct reverb *s, const struct vy_io *io, float (*restrict dry)[VY_TICK],
                  float (*restrict x)[VY_TICK])
{
    const struct vy_cuts cuts =
        vy_cuts_make(vy_value(io, P_LOWCUT), vy_value_end(io, P_LOWCUT), vy_value(io, P_HIGHCUT),
                     vy_value_end(io, P_HIGHCUT), s->sr_hz);
    const vy_f8 *const in = vy_in(io, 0, 0);
    struct vy_cuts_state l = s->cuts[0], r = s->cuts[1];
    for (uint32_t n = 0; n < VY_TICK; n++) {
        dry[0][n] = in ? in[n][0] : 0.0f;
        dry[1][n] = in ? in[n][1] : 0.0f;
        x[0][n] = vy_cuts_run(&cuts, &l, dry[0][n], (float)n);
        x[1][n] = vy_cuts_run(&cuts, &r, dry[1][n], (float)n);
    }
    s->cuts[0] = l;
    s->cuts[1] = r;
    for (int c = 0; c < 2; c++) {
        vy_ring_write_tick(&s->predelay[c], x[c]);
        go(&s->wait[c], vy_value_end(io, P_PREDELAY) * s->sr_hz, !s->running);
        vy_hop_read(&s->wait[c], &s->predelay[c], VY_TICK, x[c]);
    }
}

static void reflect(struct reverb *s, float scale, const float (*restrict x)[VY_TICK],
                    float (*restrict y)[VY_TICK])
{
    for (int c = 0; c < 2; c++)
        vy_ring_write_tick(&s->early[c], x[c]);
    for (int c = 0; c < 2; c++) {
        memset(y[c], 0, sizeof y[c]);
        for (int i = 0; i < TAPS; i++) {
            float tap[VY_TICK];
            const float gain = tap_gain[c][i] * EARLY_GAIN;
            go(&s->tap[c][i], tap_ms[c][i] * 0.001f * scale * s->sr_hz, !s->running);
            const float *const heard =
                vy_hop_view(&s->tap[c][i], &s->early[c ^ (i & 1)], VY_TICK, tap);
            for (uint32_t n = 0; n < VY_TICK; n++)
                y[c][n] += gain * heard[n];
        }
    }
}

// Planar until the end, so that eight frames go at once.
static void leave(const struct vy_io *io, const float (*restrict dry)[VY_TICK],
                  const float (*restrict early)[VY_TICK], float (*restrict tail)[VY_TICK])
{
    const struct vy_ramp level = vy_ramp_of(io, P_EARLY, 0), width = vy_ramp_of(io, P_WIDTH, 0),
                         mix = vy_ramp_of(io, P_MIX, 0);
    for (uint32_t n = 0; n < VY_TICK; n++) {
        const float t = (float)n, e = level.v[0] + level.dv[0] * t;
        const float a = early[0][n] * e + tail[0][n] * TAIL_GAIN;
        const float b = early[1][n] * e + tail[1][n] * TAIL_GAIN;
        const float m = mix.v[0] + mix.dv[0] * t, w = width.v[0] + width.dv[0] * t;
        const float mid = 0.5f * (a + b), side = 0.5f * (a - b) * w;
        tail[0][n] = dry[0][n] * vy_mix_dry(m) + (mid + side) * vy_mix_wet(m);
        tail[1][n] = dry[1][n] * vy_mix_dry(m) + (mid - side) * vy_mix_wet(m);
    }
    vy_f8 *const out = vy_out(io, 0, 0);
    for (uint32_t n = 0; n < VY_TICK; n++)
        out[n] = (vy_f8){tail[0][n], tail[1][n]};
}

static void reverb_process(void *mem, const struct vy_io *io)
{
    struct reverb *const s = mem;
    const struct vy_fdn_knobs knobs = {
        .size = vy_value_end(io, P_SIZE),
        .decay_s = vy_value_end(io, P_DECAY),
        .bass = vy_value_end(io, P_BASS),
        .bass_hz = vy_value_end(io, P_BASS_FREQ),
        .treble = vy_exp2(vy_set(vy_value_end(io, P_DAMP) * -3.3219281f))[0], // log2(10)
        .treble_hz = vy_value_end(io, P_DAMP_FREQ),
        .rate_hz = vy_value_end(io, P_RATE),
        .depth = vy_value_end(io, P_DEPTH),
    };
    float dry[2][VY_TICK], x[2][VY_TICK], early[2][VY_TICK], tail[2][VY_TICK];
    enter(s, io, dry, x);
    reflect(s, vy_fdn_scale(knobs.size), x, early);
    const float g = 0.75f * vy_value_end(io, P_DIFFUSION);
    for (int c = 0; c < 2; c++)
        for (int i = 0; i < DIFFUSERS; i++)
            vy_diffuse(&s->diffuser[c][i], g, x[c]);
    vy_fdn_tick(&s->fdn, &knobs, x, tail);
    leave(io, dry, early, tail);
    s->running = true;
}

const struct vy_module vy_module_reverb = {
    .abi = VY_MODULE_ABI,
    .id = "reverb",
    .name = "Reverb",
    .text = "Rooms and halls from a sixteen-line feedback delay network, with a true decay time.",
    .words = "reverb room hall plate space ambience fdn",
    .flags = VY_STEREO | VY_EFFECT,
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = reverb_get_size,
    .init = reverb_init,
    .reset = reverb_reset,
    .process = reverb_process,
};
