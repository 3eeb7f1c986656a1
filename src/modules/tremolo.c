// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Tremolo: level moved by an LFO, free or in step with the song. A cycle begins at full level, on
// the beat when synced. `spread` shifts every second lane (the right channel of a stereo pair):
// 180 degrees pan from side to side. Edges are rounded by a one-pole of 1 ms, so square and ramps
// do not click.
#include "dsp/lanes.h"
#include "dsp/stereo.h"
#include "veery/module.h"

enum { IN_SOUND };
enum { P_RATE, P_SYNC, P_DEPTH, P_SHAPE, P_SPREAD };
enum { SINE, TRIANGLE, SQUARE, RAMP_DOWN, RAMP_UP };

struct trem_group {
    vy_f8 gain;
};

struct tremolo {
    uint32_t groups, chans;
    float sr_hz, round;
    double phase; // turns, 0..1
    bool fresh;
    struct trem_group group[];
};

static const char *const syncs[] = {"off", "2/1",  "1/1",  "1/2",  "1/4",   "1/4t", "1/4d",
                                    "1/8", "1/8t", "1/8d", "1/16", "1/16t", "1/32", NULL};
// cycle lengths in beats; a triplet takes 2/3, a dotted value 3/2
static const double beats[] = {0,   8,       4,    2,    1,       2.0 / 3, 1.5,
                               0.5, 1.0 / 3, 0.75, 0.25, 1.0 / 6, 0.125};
static const char *const shapes[] = {"sine", "triangle", "square", "ramp_down", "ramp_up", NULL};

static const struct vy_port inputs[] = {{"in", 0, "sound"}};
static const struct vy_port outputs[] = {{"out", 0, "sound"}};
static const struct vy_param params[] = {
    {"rate", "Hz", 0.02f, 40, 5, VY_EXP, 20, NULL, "speed when sync is off"},
    {"sync", "", 0, 12, 0, VY_ENUM, 0, syncs, "length of a cycle in notes"},
    {"depth", "", 0, 1, 0.6f, VY_LIN, 20, NULL, "how far the level falls"},
    {"shape", "", 0, 4, SINE, VY_ENUM, 0, shapes, "wave of the LFO"},
    {"spread", "deg", 0, 180, 0, VY_LIN, 20, NULL, "phase between the channels"},
};

static size_t tremolo_get_size(const struct vy_cfg *cfg)
{
    return vy_align64(sizeof(struct tremolo) + cfg->shape.groups * sizeof(struct trem_group));
}

static void tremolo_reset(void *mem)
{
    struct tremolo *const t = mem;
    t->phase = 0.0;
    t->fresh = true;
    for (uint32_t g = 0; g < t->groups; g++)
        t->group[g].gain = vy_set(1);
}

static int tremolo_init(void *mem, const struct vy_cfg *cfg)
{
    struct tremolo *const t = mem;
    t->groups = cfg->shape.groups;
    t->chans = cfg->shape.chans;
    t->sr_hz = cfg->sr_hz;
    t->round = vy_pole_step1(0.001f * cfg->sr_hz);
    tremolo_reset(mem);
    return 0;
}

// How far the level is down, 0..1, at a phase in turns 0..1.
VY_INLINE vy_f8 fall(int shape, vy_f8 phase)
{
    switch (shape) {
    case SINE: return 0.5f - 0.5f * vy_cos_turns(phase);
    case TRIANGLE: return 1.0f - vy_abs(2.0f * phase - 1.0f);
    case SQUARE: return vy_select(phase < 0.5f, vy_set(0), vy_set(1));
    case RAMP_DOWN: return phase;
    default: return 1.0f - phase;
    }
}

// Phase at the start of the tick and its step a frame; the song's when synced and playing.
static double advance(struct tremolo *t, const struct vy_io *io, double *phase)
{
    const int sync = (int)vy_value(io, P_SYNC);
    double step = (double)vy_value(io, P_RATE) / (double)t->sr_hz;
    if (sync > 0) {
        step = io->time->beats_per_frame / beats[sync];
        if (io->time->playing) {
            const double turns = io->time->beat / beats[sync];
            t->phase = turns - (double)(int64_t)turns;
        }
    }
    *phase = t->phase;
    t->phase += step * (double)VY_TICK;
    t->phase -= (double)(int64_t)t->phase;
    return step;
}

static void tremolo_process(void *mem, const struct vy_io *io)
{
    struct tremolo *const t = mem;
    double phase;
    const double step = advance(t, io, &phase);
    const int shape = (int)vy_value(io, P_SHAPE);
    const vy_f8 odd = t->chans == 2 ? (vy_f8){0, 1, 0, 1, 0, 1, 0, 1} : vy_set(0);
    for (uint32_t g = 0; g < t->groups; g++) {
        const vy_f8 *const in = vy_in(io, IN_SOUND, g);
        const struct vy_ramp depth = vy_ramp_of(io, P_DEPTH, g),
                             spread = vy_ramp_of(io, P_SPREAD, g);
        vy_f8 *const out = vy_out(io, 0, g);
        vy_f8 gain = t->group[g].gain;
        for (uint32_t n = 0; n < VY_TICK; n++) {
            const float time = (float)n;
            vy_f8 p = (float)(phase + step * (double)n) +
                      odd * (spread.v + spread.dv * time) * (1.0f / 360.0f);
            p = p - vy_floor(p);
            const vy_f8 goal = 1.0f - (depth.v + depth.dv * time) * fall(shape, p);
            gain = t->fresh && n == 0 ? goal : gain + (goal - gain) * t->round;
            out[n] = in ? in[n] * gain : vy_set(0);
        }
        t->group[g].gain = gain;
    }
    t->fresh = false;
}

const struct vy_module vy_module_tremolo = {
    .abi = VY_MODULE_ABI,
    .id = "tremolo",
    .name = "Tremolo",
    .text = "Level moved by an LFO, free or synced; spread makes it an auto-pan.",
    .words = "tremolo autopan amplitude modulation chopper gate sync",
    .flags = VY_EFFECT,
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = tremolo_get_size,
    .init = tremolo_init,
    .reset = tremolo_reset,
    .process = tremolo_process,
};
