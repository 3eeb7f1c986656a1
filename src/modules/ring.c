// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Ring modulator: the product of two sounds, which holds the sums and differences of all their
// partials. Without a cable in `mod` it multiplies by a sine of its own.
#include "dsp/lanes.h"
#include "veery/module.h"

enum { IN_SOUND, IN_MOD };
enum { P_FREQ, P_MIX };

struct ring {
    float sr_hz;
    uint32_t groups;
    vy_u8 phase[];
};

static const struct vy_port inputs[] = {
    {"in", 0, "sound"},
    {"mod", 0, "the other sound; a sine of freq when not connected"},
};
static const struct vy_port outputs[] = {{"out", 0, "in x mod"}};
static const struct vy_param params[] = {
    {"freq", "Hz", 0.1f, 10000, 220, VY_EXP, 5, NULL, "pitch of the sine used without mod"},
    {"mix", "", 0, 1, 1, VY_LIN, 10, NULL, "0 dry, 1 product only"},
};

static size_t ring_get_size(const struct vy_cfg *cfg)
{
    return vy_align64(sizeof(struct ring) + cfg->shape.groups * sizeof(vy_u8));
}

static int ring_init(void *mem, const struct vy_cfg *cfg)
{
    struct ring *const r = mem;
    r->sr_hz = cfg->sr_hz;
    r->groups = cfg->shape.groups;
    return 0;
}

static void ring_reset(void *mem)
{
    struct ring *const r = mem;
    for (uint32_t g = 0; g < r->groups; g++)
        r->phase[g] = vy_setu(0);
}

static void ring_process(void *mem, const struct vy_io *io)
{
    struct ring *const r = mem;
    const float scale = 1.0f / r->sr_hz;
    for (uint32_t g = 0; g < r->groups; g++) {
        const vy_f8 *const in = vy_in(io, IN_SOUND, g), *const mod = vy_in(io, IN_MOD, g);
        const struct vy_ramp freq = vy_ramp_of(io, P_FREQ, g), mix = vy_ramp_of(io, P_MIX, g);
        vy_f8 *const out = vy_out(io, 0, g);
        for (uint32_t n = 0; n < VY_TICK; n++) {
            const vy_f8 x = in ? in[n] : vy_set(0);
            const vy_f8 by = mod ? mod[n] : vy_sin_phase(r->phase[g]);
            const vy_f8 turns = vy_clamp((freq.v + freq.dv * (float)n) * scale, 0.0f, 0.499f);
            r->phase[g] += vy_phase_step(turns);
            out[n] = x + (x * by - x) * (mix.v + mix.dv * (float)n);
        }
    }
}

const struct vy_module vy_module_ring = {
    .abi = VY_MODULE_ABI,
    .id = "ring",
    .name = "Ring modulator",
    .text = "Multiplies two sounds, or one sound with a sine.",
    .words = "ring modulator am amplitude bell metallic robot",
    .flags = VY_EFFECT,
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = ring_get_size,
    .init = ring_init,
    .reset = ring_reset,
    .process = ring_process,
};
