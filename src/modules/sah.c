// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Sample and hold. Without `in` it samples white noise; without `trig` it samples at `rate`.
#include "base/rng.h"
#include "dsp/lanes.h"
#include "veery/module.h"

enum { IN_SOUND, IN_TRIG };
enum { P_RATE };

struct sah_group {
    vy_u8 phase; // of the clock, turns
    vy_i8 count; // samples taken
    vy_f8 held, trig;
    bool started;
};

struct sah {
    uint64_t stream;
    float sr_hz;
    uint32_t groups;
    struct sah_group group[];
};

static const struct vy_port inputs[] = {
    {"in", VY_PORT_CONTROL, "what is sampled; noise of -1..1 when not connected"},
    {"trig", VY_PORT_CONTROL, "samples when it rises above 0; a clock when not connected"},
};
static const struct vy_port outputs[] = {{"out", VY_PORT_CONTROL, "the value last sampled"}};
static const struct vy_param params[] = {
    {"rate", "Hz", 0.01f, 1000, 8, VY_EXP, 5, NULL, "samples a second, without trig"},
};

static size_t sah_get_size(const struct vy_cfg *cfg)
{
    return vy_align64(sizeof(struct sah) + cfg->shape.groups * sizeof(struct sah_group));
}

static int sah_init(void *mem, const struct vy_cfg *cfg)
{
    struct sah *const h = mem;
    h->stream = cfg->seed;
    h->sr_hz = cfg->sr_hz;
    h->groups = cfg->shape.groups;
    return 0;
}

static void sah_reset(void *mem)
{
    struct sah *const h = mem;
    for (uint32_t g = 0; g < h->groups; g++)
        h->group[g] = (struct sah_group){0};
}

// Noise is drawn only where it is sampled: value `count` of the lane's stream.
static vy_f8 noise(const struct sah *h, const struct sah_group *s, uint32_t group)
{
    vy_f8 x = vy_set(0);
    for (uint32_t i = 0; i < VY_GROUP; i++)
        x[i] = (float)(2.0 * vy_rng_unit(vy_rng_key(h->stream, group * VY_GROUP + i),
                                         (uint32_t)s->count[i]) -
                       1.0);
    return x;
}

static void sah_process(void *mem, const struct vy_io *io)
{
    struct sah *const h = mem;
    for (uint32_t g = 0; g < h->groups; g++) {
        struct sah_group *const s = &h->group[g];
        const vy_f8 *const in = vy_in(io, IN_SOUND, g), *const trig = vy_in(io, IN_TRIG, g);
        const vy_f8 turns = vy_ramp_of(io, P_RATE, g).v * (0x1p31f / h->sr_hz);
        const vy_u8 step = (vy_u8)vy_to_int(turns + 0.5f) << 1;
        vy_f8 *const out = vy_out(io, 0, g);
        for (uint32_t n = 0; n < VY_TICK; n++) {
            vy_i8 take;
            if (trig) {
                take = (trig[n] > 0.0f) & (s->trig <= 0.0f);
                s->trig = trig[n];
            } else {
                const vy_u8 next = s->phase + step;
                take = s->started ? (vy_i8)(next < s->phase) : vy_seti(-1);
                s->phase = s->started ? next : s->phase;
                s->started = true;
            }
            if (vy_any(take)) {
                s->held = vy_select(take, in ? in[n] : noise(h, s, g), s->held);
                s->count = s->count - take;
            }
            out[n] = s->held;
        }
    }
}

const struct vy_module vy_module_sah = {
    .abi = VY_MODULE_ABI,
    .id = "sah",
    .name = "Sample & hold",
    .text = "Holds the value its input had at the last trigger; random steps on its own.",
    .words = "sample hold random step s&h",
    .flags = VY_CONTROL,
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = sah_get_size,
    .init = sah_init,
    .reset = sah_reset,
    .process = sah_process,
};
