// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Attack, decay, sustain, release. Stages begin at the exact frame of the gate.
//
// shape=linear: straight lines. shape=analog: each stage charges towards a target beyond its goal,
// as an RC circuit against a comparator does, so that it arrives at the stated time: with target
// overshoot t, y(k) = T + (y0 - T) c^k and c = (t / (1 + t))^(1 / frames) reaches the goal after
// `frames`. The release counts from the level it starts at, whatever that is.
#include "dsp/lanes.h"
#include "veery/module.h"

enum { IN_GATE, IN_TRIG };
enum { P_ATTACK, P_DECAY, P_SUSTAIN, P_RELEASE, P_SHAPE };
enum { RELEASE = 0, ATTACK = 1, DECAY = 2 };

struct adsr_group {
    vy_f8 level, span; // span: distance the running stage covers (linear), its start (analog)
    vy_i8 stage;
    vy_f8 gate;
};

// y' = y * mul + add brings every stage forward by one frame.
struct slope {
    vy_f8 mul, add;
};

// What the stages do, and the knobs (attack, decay, sustain, release) that say so.
struct stages {
    struct slope rise, fall, drop;
    vy_f8 sustain;
    vy_f8 knob[4];
    bool linear;
};

// State of eight lanes, and their stages from the tick before, which seldom change.
struct adsr_lanes {
    struct adsr_group group;
    struct stages stages;
};

struct adsr {
    float sr_hz;
    uint32_t groups;
    struct adsr_lanes lanes[];
};

static const char *const shapes[] = {"analog", "linear", NULL};

static const struct vy_port inputs[] = {
    {"gate", VY_PORT_NOTE | VY_PORT_CONTROL, "held while above 0.5"},
    {"trig", VY_PORT_NOTE | VY_PORT_CONTROL, "a value above 0 starts the attack again"},
};
static const struct vy_port outputs[] = {{"out", VY_PORT_CONTROL, "envelope, 0..1"}};
static const struct vy_param params[] = {
    {"attack", "s", 0.0001f, 20, 0.005f, VY_EXP, 0, NULL, "time from silence to full"},
    {"decay", "s", 0.0001f, 20, 0.2f, VY_EXP, 0, NULL, "time from full to the sustain level"},
    {"sustain", "", 0, 1, 0.7f, VY_LIN, 5, NULL, "level while the note is held"},
    {"release", "s", 0.0001f, 20, 0.15f, VY_EXP, 0, NULL, "time to silence after the note"},
    {"shape", "", 0, 1, 0, VY_ENUM, 0, shapes, "curve of the stages"},
};

static size_t adsr_get_size(const struct vy_cfg *cfg)
{
    return vy_align64(sizeof(struct adsr) + cfg->shape.groups * sizeof(struct adsr_lanes));
}

static int adsr_init(void *mem, const struct vy_cfg *cfg)
{
    struct adsr *const a = mem;
    a->sr_hz = cfg->sr_hz;
    a->groups = cfg->shape.groups;
    return 0;
}

static void adsr_reset(void *mem)
{
    struct adsr *const a = mem;
    for (uint32_t g = 0; g < a->groups; g++)
        a->lanes[g] = (struct adsr_lanes){0};
}

// Analog stage from any level to `goal`, `over` beyond it, in `frames` from the nominal start.
VY_INLINE struct slope charge(vy_f8 frames, vy_f8 target, float over)
{
    // c = (over / (1 + over))^(1 / frames)
    const vy_f8 c = vy_exp2(vy_log2(vy_set(over / (1.0f + over))) / vy_max(frames, vy_set(1.0f)));
    return (struct slope){c, target * (1.0f - c)};
}

#define ATTACK_OVER 0.3f // an attack that is nearly straight sounds punchy
#define FALL_OVER 0.01f  // decays reach -40 dB before the comparator ends them

VY_INLINE vy_i8 pick(vy_i8 mask, vy_i8 a, vy_i8 b)
{
    return (mask & a) | (~mask & b);
}

// Between events every lane follows one line: y' = y * mul + add, not below `floor`, and an attack
// arrives when it reaches `goal`.
struct line {
    vy_f8 y, mul, add, floor, goal;
};

static struct line line_of(const struct adsr_group *s, const struct stages *t)
{
    const vy_i8 up = s->stage == ATTACK, down = s->stage == DECAY;
    return (struct line){
        .y = s->level,
        .mul = vy_select(up, t->rise.mul, vy_select(down, t->fall.mul, t->drop.mul)),
        .add = vy_select(up, t->rise.add, vy_select(down, t->fall.add, t->drop.add * s->span)),
        .floor = vy_select(down, t->sustain, vy_set(0.0f)), // the decay stops at sustain
        .goal = vy_select(up, vy_set(1.0f), vy_set(2.0f)),
    };
}

// Can an attack reach its goal in this tick? Every stage moves fastest at first; the hundredth
// covers what rounding adds.
static bool may_arrive(const struct line *l)
{
    const vy_f8 first = l->y * l->mul + l->add - l->y;
    return vy_any(l->y + first * (1.01f * (float)VY_TICK) >= l->goal);
}

// A gate or trigger at this frame: some lanes enter another stage.
static void enter_stages(struct adsr_group *s, vy_f8 gate, vy_i8 trigged)
{
    const vy_i8 on = gate > 0.5f, was = s->gate > 0.5f;
    const vy_i8 start = (on & ~was) | (trigged & on), let_go = ~on & was;
    s->stage = pick(start, vy_seti(ATTACK), s->stage);
    s->stage = pick(let_go, vy_seti(RELEASE), s->stage);
    s->span = vy_select(let_go, s->level, s->span);
    s->gate = gate;
}

// A tick with gates, triggers or arrivals in it: lines are drawn anew at each event.
static void run_busy(struct adsr_group *s, const vy_f8 *gate, const vy_f8 *trig,
                     const struct stages *t, vy_f8 *restrict out)
{
    struct line l = line_of(s, t);
    for (uint32_t n = 0; n < VY_TICK; n++) {
        const vy_f8 g = gate ? gate[n] : vy_set(0);
        const vy_i8 trigged = trig ? trig[n] > 0.0f : vy_seti(0);
        if (vy_any(trigged | ((g > 0.5f) ^ (s->gate > 0.5f)))) {
            s->level = l.y;
            enter_stages(s, g, trigged);
            l = line_of(s, t);
        }
        l.y = vy_max(l.y * l.mul + l.add, l.floor);
        const vy_i8 arrived = l.y >= l.goal;
        if (vy_any(arrived)) {
            s->level = vy_select(arrived, vy_set(1.0f), l.y);
            s->stage = pick(arrived, vy_seti(DECAY), s->stage);
            l = line_of(s, t);
        }
        out[n] = l.y;
    }
    s->level = l.y;
}

// Calm groups run side by side, for each frame waits for the one before.
#define CALM 8

// Groups in which nothing begins, ends or arrives in this tick, waiting to run together.
struct calm {
    struct adsr_group *s[CALM];
    struct line line[CALM];
    vy_f8 *out[CALM];
    uint32_t count;
};

VY_INLINE void run_lines(struct calm *c, const uint32_t count)
{
    vy_f8 y[CALM];
    for (uint32_t i = 0; i < count; i++)
        y[i] = c->line[i].y;
    for (uint32_t n = 0; n < VY_TICK; n++)
        for (uint32_t i = 0; i < count; i++) {
            y[i] = vy_max(y[i] * c->line[i].mul + c->line[i].add, c->line[i].floor);
            c->out[i][n] = y[i];
        }
    for (uint32_t i = 0; i < count; i++)
        c->s[i]->level = y[i];
}

static void run_calm(struct calm *c)
{
    switch (c->count) {
    case 8: run_lines(c, 8); break;
    case 7: run_lines(c, 7); break;
    case 6: run_lines(c, 6); break;
    case 5: run_lines(c, 5); break;
    case 4: run_lines(c, 4); break;
    case 3: run_lines(c, 3); break;
    case 2: run_lines(c, 2); break;
    case 1: run_lines(c, 1); break;
    default: break;
    }
    c->count = 0;
}

// Is there an edge or trigger for these lanes in this tick?
static bool disturbed(const struct adsr_group *s, const vy_f8 *gate, const vy_f8 *trig)
{
    vy_i8 any = vy_seti(0);
    for (uint32_t n = 0; gate && n < VY_TICK; n++)
        any |= (gate[n] > 0.5f) ^ (s->gate > 0.5f);
    for (uint32_t n = 0; trig && n < VY_TICK; n++)
        any |= trig[n] > 0.0f;
    return vy_any(any);
}

static void make_stages(struct stages *t, const vy_f8 knob[4], float sr_hz, bool linear)
{
    const vy_f8 attack = knob[0] * sr_hz, decay = knob[1] * sr_hz, release = knob[3] * sr_hz;
    const vy_f8 sustain = knob[2], depth = 1.0f - sustain;
    if (linear) {
        t->rise = (struct slope){vy_set(1), 1.0f / attack};
        t->fall = (struct slope){vy_set(1), -depth / decay};
        t->drop = (struct slope){vy_set(1), -1.0f / release};
    } else {
        t->rise = charge(attack, vy_set(1.0f + ATTACK_OVER), ATTACK_OVER);
        t->fall = charge(decay, sustain - depth * FALL_OVER, FALL_OVER);
        t->drop = charge(release, vy_set(-FALL_OVER), FALL_OVER);
    }
    t->sustain = sustain;
    t->linear = linear;
    for (int k = 0; k < 4; k++)
        t->knob[k] = knob[k];
}

static void update_stages(struct stages *t, const struct vy_io *io, uint32_t g, float sr_hz,
                          bool linear)
{
    const vy_f8 knob[4] = {vy_ramp_of(io, P_ATTACK, g).v, vy_ramp_of(io, P_DECAY, g).v,
                           vy_ramp_of(io, P_SUSTAIN, g).v, vy_ramp_of(io, P_RELEASE, g).v};
    const vy_i8 turned = (knob[0] != t->knob[0]) | (knob[1] != t->knob[1]) |
                         (knob[2] != t->knob[2]) | (knob[3] != t->knob[3]);
    if (linear != t->linear || vy_any(turned))
        make_stages(t, knob, sr_hz, linear);
}

static void adsr_process(void *mem, const struct vy_io *io)
{
    struct adsr *const a = mem;
    const bool linear = vy_value(io, P_SHAPE) > 0.5f;
    const bool same_gate = io->in_steady & (1u << IN_GATE),
               no_trig = io->in_steady & (1u << IN_TRIG);
    struct calm calm = {.count = 0};
    for (uint32_t g = 0; g < a->groups; g++) {
        struct adsr_group *const s = &a->lanes[g].group;
        struct stages *const t = &a->lanes[g].stages;
        update_stages(t, io, g, a->sr_hz, linear);
        const vy_f8 *const gate = vy_in(io, IN_GATE, g), *trig = vy_in(io, IN_TRIG, g);
        if (trig && no_trig && !vy_any(trig[0] > 0.0f))
            trig = NULL;
        const bool steady = gate && same_gate && !vy_any((gate[0] > 0.5f) ^ (s->gate > 0.5f));
        const struct line line = line_of(s, t);
        if (may_arrive(&line) || disturbed(s, steady ? NULL : gate, trig)) {
            run_busy(s, gate, trig, t, vy_out(io, 0, g));
        } else {
            calm.s[calm.count] = s;
            calm.line[calm.count] = line;
            calm.out[calm.count++] = vy_out(io, 0, g);
        }
        if (calm.count == CALM)
            run_calm(&calm);
    }
    run_calm(&calm);
}

const struct vy_module vy_module_adsr = {
    .abi = VY_MODULE_ABI,
    .id = "adsr",
    .name = "Envelope",
    .text = "Attack, decay, sustain, release; analog or linear stages, exact to the frame.",
    .words = "envelope adsr contour",
    .flags = VY_CONTROL,
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = adsr_get_size,
    .init = adsr_init,
    .reset = adsr_reset,
    .process = adsr_process,
};
