// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Fewer bits and a lower sample rate, on purpose with all their aliases.
//
// The rate reducer holds a frame until its clock has gone through a whole period; the quantiser is
// mid-tread with steps of 2^(1 - bits) (bits need not be whole) and, if asked, triangular dither of
// two steps width (Lipshitz, Wannamaker, Vanderkooy, "Quantization and dither", JAES 1992). At 24
// bits and the rate of the engine or more nothing is changed.
#include "base/rng.h"
#include "dsp/lanes.h"
#include "veery/module.h"

enum { IN_SOUND };
enum { P_BITS, P_RATE, P_DITHER, P_MIX };

struct crush_group {
    vy_f8 held, clock;
    vy_u8 key; // dither stream of each lane
};

struct bitcrush {
    uint32_t groups, frame;
    float sr_hz;
    struct crush_group group[];
};

static const struct vy_port inputs[] = {{"in", 0, "sound"}};
static const struct vy_port outputs[] = {{"out", 0, "sound"}};
static const struct vy_param params[] = {
    {"bits", "bits", 1, 24, 8, VY_LIN, 20, NULL, "resolution; 24 = untouched"},
    {"rate", "Hz", 200, 48000, 12000, VY_EXP, 20, NULL, "sample rate"},
    {"dither", "", 0, 1, 0, VY_BOOL, 0, NULL, "noise instead of quantising distortion"},
    {"mix", "", 0, 1, 1, VY_LIN, 20, NULL, "dry to crushed"},
};

static size_t bitcrush_get_size(const struct vy_cfg *cfg)
{
    return vy_align64(sizeof(struct bitcrush) + cfg->shape.groups * sizeof(struct crush_group));
}

static void bitcrush_reset(void *mem)
{
    struct bitcrush *const b = mem;
    b->frame = 0;
    for (uint32_t g = 0; g < b->groups; g++) {
        b->group[g].held = vy_set(0);
        b->group[g].clock = vy_set(1); // the first frame is taken
    }
}

static int bitcrush_init(void *mem, const struct vy_cfg *cfg)
{
    struct bitcrush *const b = mem;
    b->groups = cfg->shape.groups;
    b->sr_hz = cfg->sr_hz;
    for (uint32_t g = 0; g < b->groups; g++)
        for (uint32_t i = 0; i < VY_GROUP; i++)
            b->group[g].key[i] = (uint32_t)vy_rng_u64(cfg->seed, g * VY_GROUP + i);
    bitcrush_reset(mem);
    return 0;
}

// Triangular noise, -1..1: the two halves of 32 mixed bits (avalanche of xorshift-multiply).
VY_INLINE vy_f8 triangle_noise(vy_u8 key, uint32_t frame)
{
    vy_u8 h = key + frame * 0x9E3779B9u;
    h = (h ^ (h >> 16)) * 0x85EBCA6Bu;
    h = (h ^ (h >> 13)) * 0xC2B2AE35u;
    h = h ^ (h >> 16);
    return vy_to_float((vy_i8)(h >> 16) - (vy_i8)(h & 0xffffu)) * 0x1p-16f;
}

struct job {
    struct vy_ramp levels, step, mix; // levels per unit; clock per frame
    vy_i8 exact;                      // lanes with 24 bits
    bool dither;
};

static void run_group(struct crush_group *s, const struct job *j, uint32_t frame, const vy_f8 *in,
                      vy_f8 *restrict out)
{
    vy_f8 held = s->held, clock = s->clock;
    for (uint32_t n = 0; n < VY_TICK; n++) {
        const vy_f8 x = in ? in[n] : vy_set(0), levels = j->levels.v + j->levels.dv * (float)n;
        const vy_i8 take = clock >= 1.0f;
        clock = vy_min(vy_select(take, clock - 1.0f, clock) + j->step.v + j->step.dv * (float)n,
                       vy_set(2.0f));
        vy_f8 scaled = vy_clamp(x, -64.0f, 64.0f) * levels + 0.5f;
        if (j->dither)
            scaled = scaled + triangle_noise(s->key, frame + n);
        const vy_f8 coarse = vy_select(j->exact, x, vy_floor(scaled) / levels);
        held = vy_select(take, coarse, held);
        out[n] = x + (j->mix.v + j->mix.dv * (float)n) * (held - x);
    }
    s->held = held;
    s->clock = clock;
}

static struct vy_ramp between(vy_f8 from, vy_f8 to)
{
    return (struct vy_ramp){from, (to - from) * (1.0f / (float)VY_TICK)};
}

static void bitcrush_process(void *mem, const struct vy_io *io)
{
    struct bitcrush *const b = mem;
    for (uint32_t g = 0; g < b->groups; g++) {
        const struct vy_ramp bits = vy_ramp_of(io, P_BITS, g), rate = vy_ramp_of(io, P_RATE, g);
        const vy_f8 bits_end = bits.v + bits.dv * (float)VY_TICK;
        const struct job j = {
            .levels = between(vy_exp2(bits.v - 1.0f), vy_exp2(bits_end - 1.0f)),
            .step = {rate.v / b->sr_hz, rate.dv / b->sr_hz},
            .mix = vy_ramp_of(io, P_MIX, g),
            .exact = (bits.v >= 24.0f) & (bits_end >= 24.0f),
            .dither = vy_value(io, P_DITHER) > 0.5f,
        };
        run_group(&b->group[g], &j, b->frame, vy_in(io, IN_SOUND, g), vy_out(io, 0, g));
    }
    b->frame += VY_TICK;
}

const struct vy_module vy_module_bitcrush = {
    .abi = VY_MODULE_ABI,
    .id = "bitcrush",
    .name = "Bitcrusher",
    .text = "Lower resolution and sample rate, with dither if wanted.",
    .words = "bitcrush bitcrusher lofi decimator sample rate reduction quantise",
    .flags = VY_EFFECT,
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = bitcrush_get_size,
    .init = bitcrush_init,
    .reset = bitcrush_reset,
    .process = bitcrush_process,
};
