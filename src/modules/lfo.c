// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Low-frequency oscillator: free or locked to the bars, seven shapes.
//
// A synced lfo takes its phase from musical time at every tick, so it is at the same place in the
// same bar however playback got there; while the transport stands still it runs on at the tempo.
// A lane that was retriggered keeps its own phase from then on. random and smooth draw one value a
// cycle from the cycle's number, hence the same bar has the same value again.
#include "base/rng.h"
#include "dsp/lanes.h"
#include "veery/module.h"

enum { IN_TRIG };
enum { P_RATE, P_SYNC, P_SHAPE, P_DEPTH, P_OFFSET, P_PHASE, P_UNIPOLAR, P_RETRIG };
enum { SINE, TRIANGLE, SAW, RAMP, SQUARE, RANDOM, SMOOTH };

struct lfo_group {
    vy_u8 phase; // turns
    vy_i8 cycle;
    vy_i8 own;               // mask: retriggered, no longer with the bars
    vy_i8 drawn;             // cycle that `value` and `next` belong to
    vy_f8 value, next, trig; // trig of the last frame
};

struct lfo {
    uint64_t stream;
    float sr_hz;
    uint32_t groups;
    struct lfo_group group[];
};

static const char *const syncs[] = {"off",  "4bars", "2bars", "1bar", "1/2",  "1/4", "1/8",
                                    "1/16", "1/8t",  "1/16t", "1/4d", "1/8d", NULL};
// quarter notes a cycle; a bar is four
static const double beats[] = {0, 16, 8, 4, 2, 1, 0.5, 0.25, 1.0 / 3, 1.0 / 6, 1.5, 0.75};
static const char *const shapes[] = {"sine",   "triangle", "saw",    "ramp",
                                     "square", "random",   "smooth", NULL};

static const struct vy_port inputs[] = {
    {"trig", VY_PORT_CONTROL, "starts the cycle again when it rises above 0"},
};
static const struct vy_port outputs[] = {{"out", VY_PORT_CONTROL, "the wave, -depth..depth"}};
static const struct vy_param params[] = {
    {"rate", "Hz", 0.01f, 100, 2, VY_EXP, 5, NULL, "cycles a second, when sync is off"},
    {"sync", "", 0, 11, 0, VY_ENUM, 0, syncs, "length of a cycle in bars or notes (t triplet)"},
    {"shape", "", 0, 6, SINE, VY_ENUM, 0, shapes, "wave; saw falls, ramp rises"},
    {"depth", "", 0, 1, 1, VY_LIN, 5, NULL, "amount; 0 gives exactly 0"},
    {"offset", "", -1, 1, 0, VY_LIN, 5, NULL, "added to the wave, before depth"},
    {"phase", "deg", 0, 360, 0, VY_LIN, 5, NULL,
     "where in the cycle it starts (not for random and smooth)"},
    {"unipolar", "", 0, 1, 0, VY_BOOL, 0, NULL, "wave of 0..1 instead of -1..1"},
    {"retrig", "", 0, 1, 1, VY_BOOL, 0, NULL, "obeys the trig input"},
};

static size_t lfo_get_size(const struct vy_cfg *cfg)
{
    return vy_align64(sizeof(struct lfo) + cfg->shape.groups * sizeof(struct lfo_group));
}

static void lfo_reset(void *mem)
{
    struct lfo *const l = mem;
    for (uint32_t g = 0; g < l->groups; g++)
        l->group[g] = (struct lfo_group){.drawn = vy_seti(-1)};
}

static int lfo_init(void *mem, const struct vy_cfg *cfg)
{
    struct lfo *const l = mem;
    l->stream = cfg->seed;
    l->sr_hz = cfg->sr_hz;
    l->groups = cfg->shape.groups;
    lfo_reset(l);
    return 0;
}

VY_INLINE vy_i8 pick(vy_i8 mask, vy_i8 a, vy_i8 b)
{
    return (mask & a) | (~mask & b);
}

// The values of each lane's present and next cycle.
static void draw(const struct lfo *l, struct lfo_group *s, uint32_t group)
{
    for (uint32_t i = 0; i < VY_GROUP; i++) {
        const uint64_t lane = vy_rng_key(l->stream, group * VY_GROUP + i);
        const uint32_t cycle = (uint32_t)s->cycle[i];
        s->value[i] = (float)(2.0 * vy_rng_unit(lane, cycle) - 1.0);
        s->next[i] = (float)(2.0 * vy_rng_unit(lane, cycle + 1u) - 1.0);
    }
    s->drawn = s->cycle;
}

VY_INLINE vy_f8 unit_of(vy_u8 phase)
{
    return vy_to_float((vy_i8)(phase >> 8)) * 0x1p-24f;
}

VY_INLINE vy_f8 wave_at(const struct lfo_group *s, int shape, vy_u8 phase)
{
    const vy_f8 p = unit_of(phase);
    switch (shape) {
    case SINE: return vy_sin_phase(phase);
    case TRIANGLE: return 1.0f - vy_abs(unit_of(phase + 0x40000000u) * 4.0f - 2.0f);
    case SAW: return 1.0f - 2.0f * p;
    case RAMP: return 2.0f * p - 1.0f;
    case SQUARE: return vy_select(p < 0.5f, vy_set(1), vy_set(-1));
    case RANDOM: return s->value;
    default: return s->value + (s->next - s->value) * (p * p * (3.0f - 2.0f * p));
    }
}

// Steps of the phase a frame: at the start of the tick, and its change.
struct pace {
    vy_f8 step, change;
};

static struct pace pace_of(const struct lfo *l, const struct vy_io *io, uint32_t g, int sync)
{
    if (sync)
        return (struct pace){vy_set((float)(io->time->beats_per_frame / beats[sync] * 0x1p32)),
                             vy_set(0)};
    const struct vy_ramp rate = vy_ramp_of(io, P_RATE, g);
    const float scale = 0x1p32f / l->sr_hz;
    return (struct pace){rate.v * scale, rate.dv * scale};
}

// Lanes that follow the bars take their place from musical time.
static void follow(struct lfo_group *s, const struct vy_time *time, int sync)
{
    const double turns = time->beat / beats[sync];
    const int64_t whole = (int64_t)turns;
    const vy_u8 phase = vy_setu((uint32_t)(int64_t)((turns - (double)whole) * 0x1p32));
    s->phase = (vy_u8)pick(s->own, (vy_i8)s->phase, (vy_i8)phase);
    s->cycle = pick(s->own, s->cycle, vy_seti((int32_t)(whole & 0x7fffffff)));
}

static void run_group(struct lfo *l, const struct vy_io *io, uint32_t g, int shape)
{
    struct lfo_group s = l->group[g];
    const struct pace pace = pace_of(l, io, g, (int)vy_value(io, P_SYNC));
    const struct vy_ramp depth = vy_ramp_of(io, P_DEPTH, g), offset = vy_ramp_of(io, P_OFFSET, g),
                         shift = vy_ramp_of(io, P_PHASE, g);
    const vy_f8 *const trig = vy_value(io, P_RETRIG) > 0.5f ? vy_in(io, IN_TRIG, g) : NULL;
    const float span = vy_value(io, P_UNIPOLAR) > 0.5f ? 0.5f : 1.0f;
    vy_f8 *const out = vy_out(io, 0, g);
    for (uint32_t n = 0; n < VY_TICK; n++) {
        const float t = (float)n;
        if (trig) {
            const vy_i8 hit = (trig[n] > 0.0f) & (s.trig <= 0.0f);
            s.trig = trig[n];
            s.phase = s.phase & (vy_u8)~hit;
            s.cycle = s.cycle - hit;
            s.own = s.own | hit;
        }
        const vy_f8 turns = (shift.v + shift.dv * t) * (1.0f / 360.0f);
        const vy_u8 phase = s.phase + ((vy_u8)vy_to_int(turns * 0x1p24f) << 8);
        if (shape >= RANDOM && vy_any(s.cycle != s.drawn))
            draw(l, &s, g);
        const vy_f8 y =
            wave_at(&s, shape, shape >= RANDOM ? s.phase : phase) * span + (1.0f - span);
        out[n] = (y + (offset.v + offset.dv * t)) * (depth.v + depth.dv * t);
        const vy_u8 next = s.phase + (vy_u8)vy_to_int(pace.step + pace.change * t + 0.5f);
        s.cycle = s.cycle - (vy_i8)(next < s.phase);
        s.phase = next;
    }
    l->group[g] = s;
}

static void lfo_process(void *mem, const struct vy_io *io)
{
    struct lfo *const l = mem;
    const int sync = (int)vy_value(io, P_SYNC), shape = (int)vy_value(io, P_SHAPE);
    for (uint32_t g = 0; g < l->groups; g++) {
        if (sync && io->time->playing)
            follow(&l->group[g], io->time, sync);
        run_group(l, io, g, shape);
    }
}

const struct vy_module vy_module_lfo = {
    .abi = VY_MODULE_ABI,
    .id = "lfo",
    .name = "LFO",
    .text = "Slow oscillator for modulation: free or in time with the bars, seven shapes.",
    .words = "lfo modulation vibrato tremolo wobble random sync",
    .flags = VY_CONTROL,
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = lfo_get_size,
    .init = lfo_init,
    .reset = lfo_reset,
    .process = lfo_process,
};
