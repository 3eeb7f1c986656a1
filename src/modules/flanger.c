// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Flanger: a short delay swept evenly in octaves, with feedback of either sign. Eight-point
// interpolation keeps the comb's teeth sharp to the top of the band.
#include "dsp/delayline.h"
#include "dsp/sync.h"
#include "veery/module.h"

enum { P_RATE, P_SYNC, P_DEPTH, P_MANUAL, P_FEEDBACK, P_SPREAD, P_MIX };

#define LONGEST_S 0.04
#define SWEEP_OCT 1.75f // either way, at depth 1

struct flanger {
    float sr_hz;
    const struct vy_taps *taps;
    struct vy_ring ring[2];
    struct vy_slow lfo;
    vy_f8 frames; // of each channel at the end of the last tick
    bool running;
};

static const struct vy_port inputs[] = {{"in", 0, "sound"}};
static const struct vy_port outputs[] = {{"out", 0, "sound"}};
static const struct vy_param params[] = {
    {"rate", "Hz", 0.01f, 10, 0.2f, VY_EXP, 20, NULL, "speed of the sweep"},
    {"sync", "", 0, VY_SYNC_LAST, 0, VY_ENUM, 0, vy_sync_words, "sweep time as a note length"},
    {"depth", "", 0, 1, 0.6f, VY_LIN, 50, NULL, "how far the sweep goes"},
    {"manual", "s", 0.0001f, 0.01f, 0.0015f, VY_EXP, 50, NULL, "delay in the middle of the sweep"},
    {"feedback", "", -0.95f, 0.95f, 0.6f, VY_LIN, 10, NULL, "resonance; negative sounds hollow"},
    {"spread", "", 0, 1, 0.25f, VY_LIN, 50, NULL, "how far the right sweep lags the left"},
    {"mix", "", 0, 1, 0.5f, VY_LIN, 10, NULL, "dry to wet; the deepest comb is at the middle"},
};

static size_t flanger_get_size(const struct vy_cfg *cfg)
{
    return vy_align64(sizeof(struct flanger)) +
           2 * vy_ring_bytes(vy_ring_frames(LONGEST_S * (double)cfg->sr_hz));
}

static int flanger_init(void *mem, const struct vy_cfg *cfg)
{
    struct flanger *const s = mem;
    s->sr_hz = cfg->sr_hz;
    s->taps = cfg->shared(cfg->host, "delay.taps", sizeof(struct vy_taps), vy_taps_build, NULL);
    const uint32_t frames = vy_ring_frames(LONGEST_S * (double)cfg->sr_hz);
    void *const next = vy_ring_place(&s->ring[0], (char *)mem + vy_align64(sizeof *s), frames);
    vy_ring_place(&s->ring[1], next, frames);
    return s->taps ? 0 : -1;
}

static void flanger_reset(void *mem)
{
    struct flanger *const s = mem;
    vy_ring_clear(&s->ring[0]);
    vy_ring_clear(&s->ring[1]);
    *s = (struct flanger){.sr_hz = s->sr_hz, .taps = s->taps, .ring = {s->ring[0], s->ring[1]}};
}

// Delays of both channels (lanes 0 and 1) when the sine is at `turns`.
static vy_f8 places(const struct flanger *s, const struct vy_io *io, float turns)
{
    const vy_f8 right = (vy_f8){0, 1, 0, 1, 0, 1, 0, 1} * (-0.5f * vy_value_end(io, P_SPREAD));
    const vy_f8 sine = vy_sin_turns(turns + right);
    const vy_f8 factor = vy_exp2(sine * (SWEEP_OCT * vy_value_end(io, P_DEPTH)));
    return vy_max(factor * (vy_value_end(io, P_MANUAL) * s->sr_hz), vy_set((float)VY_TAPS_MIN));
}

static void flanger_process(void *mem, const struct vy_io *io)
{
    struct flanger *const s = mem;
    double end;
    vy_slow_tick(&s->lfo, (double)vy_value_end(io, P_RATE), (double)s->sr_hz,
                 (int)vy_value(io, P_SYNC), io->time, &end);
    const vy_f8 to = places(s, io, (float)end);
    if (!s->running) {
        s->running = true;
        s->frames = to;
    }
    const vy_f8 step = (to - s->frames) * (1.0f / (float)VY_TICK);
    const struct vy_ramp feedback = vy_ramp_of(io, P_FEEDBACK, 0), mix = vy_ramp_of(io, P_MIX, 0);
    const vy_f8 *const in = vy_in(io, 0, 0);
    vy_f8 *const out = vy_out(io, 0, 0);
    for (uint32_t n = 0; n < VY_TICK; n++) {
        const float t = (float)n, m = mix.v[0] + mix.dv[0] * t;
        const float back = feedback.v[0] + feedback.dv[0] * t;
        const vy_f8 frames = vy_max(s->frames + step * t, vy_set((float)VY_TAPS_MIN));
        const vy_i8 whole = vy_to_int(frames);
        const vy_f8 fraction = frames - vy_to_float(whole);
        float y[2];
        for (int c = 0; c < 2; c++) {
            const float x = in ? in[n][c] : 0.0f;
            const float wet = vy_ring_read(&s->ring[c], s->taps, (uint32_t)whole[c], fraction[c]);
            vy_ring_push(&s->ring[c], x + wet * back);
            y[c] = x * (1.0f - m) + wet * m;
        }
        out[n] = (vy_f8){y[0], y[1]};
    }
    s->frames = to;
}

const struct vy_module vy_module_flanger = {
    .abi = VY_MODULE_ABI,
    .id = "flanger",
    .name = "Flanger",
    .text = "A short delay swept in octaves, with feedback of either sign.",
    .words = "flanger jet comb sweep modulation",
    .flags = VY_STEREO | VY_EFFECT,
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = flanger_get_size,
    .init = flanger_init,
    .reset = flanger_reset,
    .process = flanger_process,
};
