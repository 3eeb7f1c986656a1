// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Noise: white, pink, brown, all of the same RMS, every lane its own. See dsp/noise.h.
#include "dsp/lanes.h"
#include "dsp/noise.h"
#include "veery/module.h"

enum { P_COLOR, P_LEVEL };
enum { WHITE, PINK, BROWN, COLORS };

#define FULL_RMS 0.25f // -12 dBFS: pink and brown peak near 4.5 times their RMS

struct noise_group {
    struct vy_noise_stream stream;
    struct vy_noise_state state;
};

struct noise {
    uint32_t groups;
    int color; // of the last tick, -1 = none yet
    uint64_t seed;
    struct vy_noise_colour colour[COLORS];
    struct noise_group group[];
};

static const char *const colors[] = {"white", "pink", "brown", NULL};

static const struct vy_port outputs[] = {{"out", 0, "noise"}};
static const struct vy_param params[] = {
    {"color", "", 0, 2, WHITE, VY_ENUM, 0, colors, "0, -3 or -6 dB an octave"},
    {"level", "", 0, 1, 1, VY_LIN, 5, NULL, "level; 1 is an RMS of -12 dBFS in every color"},
};

static size_t noise_get_size(const struct vy_cfg *cfg)
{
    return vy_align64(sizeof(struct noise) + cfg->shape.groups * sizeof(struct noise_group));
}

static void noise_reset(void *mem)
{
    struct noise *const o = mem;
    o->color = -1;
    for (uint32_t g = 0; g < o->groups; g++)
        o->group[g] = (struct noise_group){.stream = vy_noise_stream(o->seed, g)};
}

static int noise_init(void *mem, const struct vy_cfg *cfg)
{
    struct noise *const o = mem;
    o->groups = cfg->shape.groups;
    o->seed = cfg->seed;
    vy_noise_white(&o->colour[WHITE]);
    vy_noise_pink(&o->colour[PINK], cfg->sr_hz);
    vy_noise_brown(&o->colour[BROWN], cfg->sr_hz);
    noise_reset(o);
    return 0;
}

static void noise_process(void *mem, const struct vy_io *io)
{
    struct noise *const o = mem;
    const int color = (int)vy_value(io, P_COLOR);
    const struct vy_noise_colour *const c = &o->colour[color];
    const uint32_t frame = (uint32_t)io->time->frame;
    for (uint32_t g = 0; g < o->groups; g++) {
        struct noise_group *const s = &o->group[g];
        if (color != o->color)
            s->state = (struct vy_noise_state){0};
        const struct vy_ramp level = vy_ramp_of(io, P_LEVEL, g);
        const vy_f8 first = level.v * FULL_RMS, step = level.dv * FULL_RMS;
        vy_f8 *const out = vy_out(io, 0, g);
        for (uint32_t n = 0; n < VY_TICK; n++) {
            const vy_f8 x = vy_noise_at(&s->stream, frame + n);
            out[n] = vy_noise_filter(c, &s->state, x) * (first + step * (float)n);
        }
    }
    o->color = color;
}

const struct vy_module vy_module_noise = {
    .abi = VY_MODULE_ABI,
    .id = "noise",
    .name = "Noise",
    .text = "White, pink and brown noise of equal loudness, different in every voice.",
    .words = "noise white pink brown red hiss wind random",
    .out = outputs,
    .param = params,
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = noise_get_size,
    .init = noise_init,
    .reset = noise_reset,
    .process = noise_process,
};
