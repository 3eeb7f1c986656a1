// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The channel strip the engine puts around every unit: voices become stereo (each at its place,
// equal power), then gain, balance and mute. Also the summing point of buses.
//
// A unit of bare modules has nothing that listens to its notes' gates; then the engine connects
// `gate` and the strip opens and closes each voice itself, softly over 3 ms.
#include "dsp/lanes.h"
#include "dsp/pan.h"
#include "veery/module.h"

enum { IN_SOUND, IN_GATE };
enum { P_GAIN, P_PAN, P_SPREAD, P_MUTE, P_VOICED };

#define GATE_S 0.003f

struct strip {
    float sr_hz;
    float left, right; // gains at the end of the last tick
    bool fresh;
    struct vy_pan pan;         // where the voices stand
    vy_f8 open[VY_PAN_GROUPS]; // gate envelopes
};

static const struct vy_port inputs[] = {
    {"in", 0, "sound of any shape"},
    {"gate", VY_PORT_CONTROL, "opens each voice"},
};
static const struct vy_port outputs[] = {{"out", 0, "stereo"}};
static const struct vy_param params[] = {
    {"gain", "dB", -60, 24, 0, VY_LIN, 10, NULL, "level"},
    {"pan", "", -1, 1, 0, VY_LIN, 10, NULL, "balance"},
    {"spread", "", 0, 1, 0, VY_LIN, 10, NULL, "how far voices stand apart"},
    {"mute", "", 0, 1, 0, VY_LIN, 5, NULL, "1 is silent"},
    {"voiced", "", 0, 1, 0, VY_BOOL, 0, NULL, "place voices; off: pass stereo at unity"},
};

static size_t strip_get_size(const struct vy_cfg *cfg)
{
    (void)cfg;
    return vy_align64(sizeof(struct strip));
}

static void strip_reset(void *mem)
{
    struct strip *const s = mem;
    *s = (struct strip){.sr_hz = s->sr_hz, .fresh = true};
}

static int strip_init(void *mem, const struct vy_cfg *cfg)
{
    ((struct strip *)mem)->sr_hz = cfg->sr_hz;
    strip_reset(mem);
    return 0;
}

// Open or close each voice; returns the gated sample.
VY_INLINE vy_f8 gated(vy_f8 *open, vy_f8 gate, vy_f8 x, float step)
{
    const vy_f8 goal = vy_select(gate > 0.5f, vy_set(1), vy_set(0));
    const vy_f8 d = vy_clamp(goal - *open, -step, step);
    *open += d;
    return x * *open;
}

// A unit without envelopes: gate every voice, then sum as vy_pan_run would.
static void mix_gated(struct strip *s, const vy_f8 *gate, const vy_f8 *in,
                      const struct vy_pan_place *place, vy_f8 *out)
{
    struct vy_pan_gains gains;
    vy_pan_gains(&gains, place);
    const float step = 1.0f / (GATE_S * s->sr_hz);
    for (uint32_t n = 0; n < VY_TICK; n++) {
        vy_f8 l = vy_set(0), r = vy_set(0);
        for (uint32_t g = 0; g < place->shape.groups; g++) {
            const size_t at = (size_t)g * VY_TICK + n;
            const vy_f8 x = gated(&s->open[g], gate[at], in[at], step);
            l += x * gains.left[g];
            r += x * gains.right[g];
        }
        out[n] = (vy_f8){vy_sum(l), vy_sum(r)};
    }
}

static void strip_process(void *mem, const struct vy_io *io)
{
    struct strip *const s = mem;
    vy_f8 *const out = vy_out(io, 0, 0);
    const vy_f8 *const in = io->in[IN_SOUND];
    const struct vy_shape shape = io->in_shape[IN_SOUND];
    if (vy_value(io, P_VOICED) > 0.5f) {
        const struct vy_pan_place place = {
            .spread = vy_value_end(io, P_SPREAD), .width = 1, .gain = 1, .shape = shape};
        const vy_f8 *const gate = io->in[IN_GATE];
        if (gate && in && io->in_shape[IN_GATE].groups >= shape.groups)
            mix_gated(s, gate, in, &place, out);
        else
            vy_pan_run(&s->pan, &place, in, false, out);
    } else {
        for (uint32_t n = 0; n < VY_TICK; n++)
            out[n] = !in                ? vy_set(0)
                     : shape.chans == 2 ? (vy_f8){in[n][0], in[n][1]}
                                        : (vy_f8){in[n][0], in[n][0]};
    }
    // balance keeps the middle at unity and turns down the far side
    const float pan = vy_value_end(io, P_PAN), mute = vy_value_end(io, P_MUTE);
    const float gain = vy_db_to_gain(vy_set(vy_value_end(io, P_GAIN)))[0] * (1.0f - mute);
    const float left = gain * (pan > 0 ? vy_cos_turns(vy_set(pan * 0.25f))[0] : 1.0f);
    const float right = gain * (pan < 0 ? vy_cos_turns(vy_set(pan * 0.25f))[0] : 1.0f);
    if (s->fresh) {
        s->left = left;
        s->right = right;
        s->fresh = false;
    }
    if (left != 1.0f || right != 1.0f || s->left != 1.0f || s->right != 1.0f) {
        const vy_f8 from = {s->left, s->right};
        const vy_f8 step = ((vy_f8){left, right} - from) * (1.0f / (float)VY_TICK);
        for (uint32_t n = 0; n < VY_TICK; n++)
            out[n] *= from + step * (float)n;
    }
    s->left = left;
    s->right = right;
}

const struct vy_module vy_module_strip = {
    .abi = VY_MODULE_ABI,
    .id = "strip",
    .name = "Channel strip",
    .text = "Voices to stereo, gain, balance, mute: placed by the engine around every unit.",
    .words = "mixer channel",
    .flags = VY_MIXES | VY_HIDDEN,
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = strip_get_size,
    .init = strip_init,
    .reset = strip_reset,
    .process = strip_process,
};
