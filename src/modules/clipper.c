// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Clipper: shaves peaks at a ceiling, linear below its knee, at eight times the rate.
//
// With ceiling c and softness k the curve is x up to a = c (1 - k), then
// x - (x - a)^2 / (4 k c) up to c (1 + k), then c: slope and value are continuous. Peaks of the
// output may pass the ceiling a little, as those of every band-limited clipper do: put a limiter
// after it. The dry path of `mix` takes the same resampler (see distortion).
#include "dsp/halfband.h"
#include "dsp/lanes.h"
#include "veery/module.h"

#include <string.h>

enum { IN_SOUND };
enum { P_CEILING, P_GAIN, P_SOFT, P_MIX };

#define CHUNK VY_OVER8_CHUNK

struct clip_group {
    struct vy_over8 up, down;
};

struct clipper {
    struct vy_over8_coefs coefs;
    uint32_t groups;
    struct clip_group group[];
};

static const struct vy_port inputs[] = {{"in", 0, "sound"}};
static const struct vy_port outputs[] = {{"out", 0, "sound"}};
static const struct vy_param params[] = {
    {"ceiling", "dB", -36, 0, -1, VY_LIN, 20, NULL, "level of the clipped tops"},
    {"gain", "dB", -12, 36, 0, VY_LIN, 20, NULL, "gain before clipping"},
    {"knee", "", 0, 1, 0.3f, VY_LIN, 20, NULL, "hard (0) to soft (1) edge"},
    {"mix", "", 0, 1, 1, VY_LIN, 20, NULL, "dry to clipped"},
};

static size_t clipper_get_size(const struct vy_cfg *cfg)
{
    return vy_align64(sizeof(struct clipper) + cfg->shape.groups * sizeof(struct clip_group));
}

static void clipper_reset(void *mem)
{
    struct clipper *const c = mem;
    memset(c->group, 0, c->groups * sizeof *c->group);
}

static int clipper_init(void *mem, const struct vy_cfg *cfg)
{
    struct clipper *const c = mem;
    c->groups = cfg->shape.groups;
    vy_over8_design(&c->coefs);
    clipper_reset(mem);
    return 0;
}

VY_INLINE vy_f8 clip(vy_f8 x, vy_f8 ceiling, vy_f8 knee)
{
    const vy_f8 size = vy_min(vy_abs(x), ceiling * (1.0f + knee));
    const vy_f8 over = vy_max(size - ceiling * (1.0f - knee), vy_set(0.0f));
    const vy_f8 bent = size - over * over / (4.0f * knee * ceiling);
    return vy_copysign(vy_min(bent, ceiling), x);
}

VY_INLINE vy_f8 at(struct vy_ramp r, uint32_t n)
{
    return r.v + r.dv * (float)n;
}

static void run_group(const struct clipper *c, struct clip_group *s, const struct vy_io *io,
                      uint32_t g)
{
    static const vy_f8 silence[VY_TICK];
    const vy_f8 *const in = io->in[IN_SOUND] ? vy_in(io, IN_SOUND, g) : silence;
    const struct vy_ramp ceiling = vy_ramp_of(io, P_CEILING, g), gain = vy_ramp_of(io, P_GAIN, g),
                         soft = vy_ramp_of(io, P_SOFT, g), mix = vy_ramp_of(io, P_MIX, g);
    vy_f8 *const out = vy_out(io, 0, g);
    for (uint32_t start = 0; start < VY_TICK; start += CHUNK) {
        vy_f8 fast[8 * CHUNK], y[CHUNK];
        vy_over8_up(&s->up, &c->coefs, in + start, fast);
        for (uint32_t n = 0; n < CHUNK; n++) {
            const uint32_t t = start + n;
            const vy_f8 top = vy_db_to_gain(at(ceiling, t)), drive = vy_db_to_gain(at(gain, t));
            const vy_f8 knee = vy_max(at(soft, t), vy_set(1e-4f)), m = at(mix, t);
            for (uint32_t i = 8 * n; i < 8 * n + 8; i++)
                fast[i] = fast[i] + m * (clip(fast[i] * drive, top, knee) - fast[i]);
        }
        vy_over8_down(&s->down, &c->coefs, fast, y);
        for (uint32_t n = 0; n < CHUNK; n++) {
            // below 5 % of mix the resampled sound turns into the untouched input
            const vy_f8 far = vy_min(at(mix, start + n) * 20.0f, vy_set(1.0f));
            const vy_f8 x = in[start + n];
            out[start + n] = x + far * (y[n] - x);
        }
    }
}

static void clipper_process(void *mem, const struct vy_io *io)
{
    struct clipper *const c = mem;
    for (uint32_t g = 0; g < c->groups; g++)
        run_group(c, &c->group[g], io, g);
}

const struct vy_module vy_module_clipper = {
    .abi = VY_MODULE_ABI,
    .id = "clipper",
    .name = "Clipper",
    .text = "Peak clipper with a soft knee, free of audible aliases.",
    .words = "clipper clip loudness peaks drums",
    .flags = VY_EFFECT,
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = clipper_get_size,
    .init = clipper_init,
    .reset = clipper_reset,
    .process = clipper_process,
};
