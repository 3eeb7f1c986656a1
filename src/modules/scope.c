// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Oscilloscope: 2048 frames that begin at a rising zero crossing of left + right.
//
// Two pictures: one is being taken while the finished one is shown. Sound without a crossing (DC,
// sub-bass) triggers by itself after as many frames as a picture has. probe() shows the left
// channel's frames, then the right one's.
#include "dsp/lanes.h"
#include "veery/module.h"

#define FRAMES 2048u

struct scope {
    float picture[2][2][FRAMES]; // [picture][channel][frame]
    uint32_t taking;             // which picture
    uint32_t taken, waited;      // frames
    bool armed;
    float last;
};

static const struct vy_port inputs[] = {{"in", 0, "sound"}};
static const struct vy_port outputs[] = {{"out", 0, "the same sound"}};

static size_t scope_get_size(const struct vy_cfg *cfg)
{
    (void)cfg;
    return vy_align64(sizeof(struct scope));
}

static void scope_reset(void *mem)
{
    __builtin_memset(mem, 0, sizeof(struct scope));
    ((struct scope *)mem)->armed = true;
}

static int scope_init(void *mem, const struct vy_cfg *cfg)
{
    (void)cfg;
    scope_reset(mem);
    return 0;
}

static void take(struct scope *s, float left, float right)
{
    const float now = left + right;
    if (s->armed) {
        s->waited++;
        s->armed = !((s->last <= 0.0f && now > 0.0f) || s->waited >= FRAMES);
    }
    s->last = now;
    if (s->armed)
        return;
    s->picture[s->taking][0][s->taken] = left;
    s->picture[s->taking][1][s->taken] = right;
    if (++s->taken == FRAMES) {
        s->taking ^= 1u;
        s->taken = s->waited = 0;
        s->armed = true;
    }
}

static void scope_process(void *mem, const struct vy_io *io)
{
    struct scope *const s = mem;
    const vy_f8 stereo = {1, 1};
    const vy_f8 *const in = vy_in(io, 0, 0);
    vy_f8 *const out = vy_out(io, 0, 0);
    for (uint32_t n = 0; n < VY_TICK; n++) {
        const vy_f8 x = in ? in[n] * stereo : vy_set(0);
        out[n] = x;
        take(s, x[0], x[1]);
    }
}

static uint32_t scope_probe(void *mem, const float **data)
{
    const struct scope *const s = mem;
    *data = s->picture[s->taking ^ 1u][0];
    return 2 * FRAMES;
}

const struct vy_module vy_module_scope = {
    .abi = VY_MODULE_ABI,
    .id = "scope",
    .name = "Scope",
    .text = "Shows the wave from a rising zero crossing on; passes the sound through.",
    .words = "oscilloscope scope wave view measure",
    .flags = VY_STEREO,
    .in = inputs,
    .out = outputs,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .get_size = scope_get_size,
    .init = scope_init,
    .reset = scope_reset,
    .process = scope_process,
    .probe = scope_probe,
};
