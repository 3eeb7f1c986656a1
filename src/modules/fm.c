// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Four sine operators with their own envelopes, wired by one of eight algorithms.
//
// Frequency modulation in the form of phase modulation (Chowning 1973): operator j adds
// index * sin(its phase) to the phase of the operators below it. An operator is only ever modulated
// by one of a higher number, so one pass from 4 to 1 has no delay in it. Operator 4 modulates
// itself with the mean of its last two outputs, which keeps strong feedback from hunting at half
// the sample rate (Tomisawa, US patent 4249447). The index is held below the point where the
// bandwidth by Carson's rule, (index + 1) * modulator, would leave the spectrum, so high notes turn
// mellow instead of aliasing.
#include "dsp/lanes.h"
#include "veery/module.h"

enum { OPS = 4, ROW = 6 };
enum { IN_FREQ, IN_GATE, IN_TRIG, IN_VEL };
enum { P_ALGORITHM, P_FEEDBACK, P_BRIGHTNESS, P_VEL, P_FREQ, P_PITCH, P_LEVEL, P_OPS };
enum { RATIO, LEVEL, ATTACK, DECAY, SUSTAIN, RELEASE }; // rows of each operator after P_OPS
enum { RELEASING = 0, ATTACKING = 1, DECAYING = 2 };

#define INDEX_TURNS 2.0f    // modulation by a full-level operator: 4 pi radians
#define FEEDBACK_TURNS 0.2f // self-modulation at full feedback: a saw, short of noise
#define ATTACK_OVER 0.3f    // envelope targets beyond the goal, see adsr
#define FALL_OVER 0.001f    // falls are exponential down to -60 dB

struct op {
    vy_u8 phase;
    vy_f8 env;
    vy_i8 stage;
};

struct fm_group {
    struct op op[OPS];
    vy_f8 back[2]; // last two outputs of operator 4
    vy_f8 gate;
};

struct fm {
    float sr_hz;
    uint32_t groups;
    struct fm_group group[];
};

static const struct vy_port inputs[] = {
    {"freq", VY_PORT_NOTE, "pitch in Hz; replaces the freq knob while a note is known"},
    {"gate", VY_PORT_NOTE | VY_PORT_CONTROL, "held while above 0.5; held always when unconnected"},
    {"trig", VY_PORT_NOTE | VY_PORT_CONTROL, "a value above 0 starts the envelopes again"},
    {"vel", VY_PORT_NOTE | VY_PORT_CONTROL, "velocity of the note, 0..1"},
};
static const struct vy_port outputs[] = {{"out", 0, "the carriers, -1..1"}};

#define OPERATOR(N, RATIO_DEF, LEVEL_DEF, DECAY_DEF, SUSTAIN_DEF)                                \
    {"ratio" N, "ratio", 0.125f, 32, RATIO_DEF, VY_EXP, 5, NULL, "operator " N ": pitch"},       \
        {"level" N, "", 0, 1, LEVEL_DEF, VY_LIN, 5, NULL, "operator " N ": loudness or depth"},  \
        {"attack" N, "s", 0.0005f, 20, 0.002f, VY_EXP, 0, NULL, "operator " N ": rise"},         \
        {"decay" N, "s", 0.0005f, 20, DECAY_DEF, VY_EXP, 0, NULL, "operator " N ": to sustain"}, \
        {"sustain" N, "", 0, 1, SUSTAIN_DEF, VY_LIN, 5, NULL, "operator " N ": held level"},     \
    {                                                                                            \
        "release" N, "s", 0.0005f, 20, 0.25f, VY_EXP, 0, NULL, "operator " N ": to silence"      \
    }

static const struct vy_param params[] = {
    {"algorithm", "", 1, 8, 5, VY_INT, 0, NULL,
     "1: 4>3>2>1  2: (3+4)>2>1  3: (4+3>2)>1  4: (4>3)+2 into 1  5: 4>3, 2>1  6: 4 into 1, 2, 3  "
     "7: 4>3, 2, 1  8: all side by side"},
    {"feedback", "", 0, 1, 0, VY_LIN, 5, NULL, "operator 4 modulates itself"},
    {"brightness", "", 0, 2, 1, VY_LIN, 5, NULL, "scales the level of every modulator"},
    {"vel", "", 0, 1, 0.6f, VY_LIN, 0, NULL, "how much velocity matters to loudness and colour"},
    {"freq", "Hz", 0.01f, 20000, 261.6256f, VY_EXP, 5, NULL, "pitch when no note is played"},
    {"pitch", "st", -60, 60, 0, VY_LIN, 5, NULL, "transposition in semitones"},
    {"level", "", 0, 1, 1, VY_LIN, 5, NULL, "level"},
    OPERATOR("1", 1, 1, 2.5f, 0),
    OPERATOR("2", 1, 0.38f, 1.5f, 0.1f),
    OPERATOR("3", 1, 0.5f, 1.2f, 0),
    OPERATOR("4", 14, 0.25f, 0.25f, 0),
};

// Who modulates whom (bit j of into[i]: operator j+1 drives operator i+1), and who is heard.
struct algorithm {
    uint8_t into[OPS];
    uint8_t heard;
};

static const struct algorithm algorithms[] = {
    {{2, 4, 8, 0}, 1},         {{2, 4 | 8, 0, 0}, 1}, {{2 | 8, 4, 0, 0}, 1},
    {{2 | 4, 0, 8, 0}, 1},     {{2, 0, 8, 0}, 1 | 4}, {{8, 8, 8, 0}, 1 | 2 | 4},
    {{0, 0, 8, 0}, 1 | 2 | 4}, {{0, 0, 0, 0}, 15},
};

static size_t fm_get_size(const struct vy_cfg *cfg)
{
    return vy_align64(sizeof(struct fm) + cfg->shape.groups * sizeof(struct fm_group));
}

static int fm_init(void *mem, const struct vy_cfg *cfg)
{
    struct fm *const f = mem;
    f->sr_hz = cfg->sr_hz;
    f->groups = cfg->shape.groups;
    return 0;
}

static void fm_reset(void *mem)
{
    struct fm *const f = mem;
    for (uint32_t g = 0; g < f->groups; g++)
        f->group[g] = (struct fm_group){0};
}

// y' = y * mul + add brings an envelope forward by one frame.
struct slope {
    vy_f8 mul, add;
};

struct glide {
    vy_f8 v, dv;
};

struct op_job {
    struct slope rise, fall, drop;
    vy_f8 sustain;
    struct glide rate;  // cycles per frame for a pitch of 1 Hz
    struct glide index; // as a modulator, in turns
    struct glide sound; // as a carrier, 0 when not one
    uint8_t into;
    struct slope now; // calm ticks: the stage the envelope is in, where it stops, and
    vy_f8 floor;      // the phase step
    vy_u8 step;
};

struct job {
    const vy_f8 *freq, *gate, *trig, *vel;
    struct vy_ramp knob;
    struct glide feedback;
    vy_f8 vel_amount;
    struct op_job op[OPS];
};

VY_INLINE struct glide glide_between(vy_f8 from, vy_f8 to)
{
    return (struct glide){from, (to - from) * (1.0f / (float)VY_TICK)};
}

VY_INLINE vy_f8 glide_at(struct glide g, uint32_t n)
{
    return g.v + g.dv * (float)n;
}

VY_INLINE vy_f8 ramp_at(struct vy_ramp r, float n)
{
    return r.v + r.dv * n;
}

VY_INLINE vy_i8 pick(vy_i8 mask, vy_i8 a, vy_i8 b)
{
    return (mask & a) | (~mask & b);
}

VY_INLINE struct slope charge(vy_f8 frames, vy_f8 target, float over)
{
    const vy_f8 c = vy_exp2(vy_log2(vy_set(over / (1.0f + over))) / vy_max(frames, vy_set(1.0f)));
    return (struct slope){c, target * (1.0f - c)};
}

VY_INLINE vy_f8 hz_at(const struct job *j, uint32_t n)
{
    const vy_f8 knob = ramp_at(j->knob, (float)n);
    return j->freq ? vy_select(j->freq[n] > 0.0f, j->freq[n], knob) : knob;
}

// Envelope of one operator, one frame on.
VY_INLINE vy_f8 envelope(struct op *o, const struct op_job *j, vy_i8 start, vy_i8 let_go)
{
    const vy_i8 stage = pick(let_go, vy_seti(RELEASING), pick(start, vy_seti(ATTACKING), o->stage));
    const vy_i8 up = stage == ATTACKING, down = stage == DECAYING;
    const vy_f8 mul = vy_select(up, j->rise.mul, vy_select(down, j->fall.mul, j->drop.mul));
    const vy_f8 add = vy_select(up, j->rise.add, vy_select(down, j->fall.add, j->drop.add));
    vy_f8 y = vy_max(o->env * mul + add, vy_set(0));
    y = vy_select(down, vy_max(y, j->sustain), y);
    const vy_i8 arrived = up & (y >= 1.0f);
    o->env = vy_select(arrived, vy_set(1), y);
    o->stage = pick(arrived, vy_seti(DECAYING), stage);
    return o->env;
}

// Three modulators of 4 turns at most: no need to wrap before 2^4 turns.
VY_INLINE vy_u8 turns_to_phase(vy_f8 turns)
{
    return (vy_u8)vy_to_int(turns * 0x1p27f) << 5;
}

VY_INLINE vy_u8 step_at(const struct job *j, const struct op_job *p, uint32_t n)
{
    const vy_f8 rate = vy_clamp(hz_at(j, n) * glide_at(p->rate, n), 0.0f, 0.499f);
    return (vy_u8)vy_to_int(rate * 0x1p31f) << 1;
}

// All operators, one frame: modulators first.
VY_INLINE vy_f8 operators(struct fm_group *s, const struct job *j, vy_i8 start, vy_i8 let_go,
                          vy_f8 force, bool calm, uint32_t n)
{
    vy_f8 push[OPS], heard = vy_set(0);
    for (int i = OPS - 1; i >= 0; i--) {
        struct op *const o = &s->op[i];
        const struct op_job *const p = &j->op[i];
        if (calm)
            o->env = vy_max(o->env * p->now.mul + p->now.add, p->floor);
        else
            envelope(o, p, start, let_go);
        vy_u8 phase = o->phase;
        if (i == OPS - 1) {
            phase += turns_to_phase((s->back[0] + s->back[1]) * glide_at(j->feedback, n));
        } else if (p->into) {
            vy_f8 turns = vy_set(0);
            for (int k = i + 1; k < OPS; k++)
                if (p->into & (1u << k))
                    turns = turns + push[k];
            phase += turns_to_phase(turns);
        }
        const vy_f8 y = vy_sin_phase(phase) * (o->env * force);
        if (i == OPS - 1) {
            s->back[1] = s->back[0];
            s->back[0] = y;
        }
        push[i] = y * glide_at(p->index, n);
        heard = heard + y * glide_at(p->sound, n);
        o->phase += calm ? p->step : step_at(j, p, n);
    }
    return heard;
}

// Held or fading notes, steady pitch: no stage can change within the tick.
static void run_calm(struct fm_group *s, const struct job *j, vy_f8 *restrict out)
{
    struct fm_group local = *s;
    for (uint32_t n = 0; n < VY_TICK; n++) {
        const vy_f8 vel = j->vel ? vy_clamp(j->vel[n], 0, 1) : vy_set(1);
        const vy_f8 force = 1.0f - j->vel_amount * (1.0f - vel);
        out[n] = operators(&local, j, vy_seti(0), vy_seti(0), force, true, n);
    }
    *s = local;
}

static void run_group(struct fm_group *s, const struct job *j, vy_f8 *restrict out)
{
    struct fm_group local = *s;
    for (uint32_t n = 0; n < VY_TICK; n++) {
        const vy_f8 gate = j->gate ? j->gate[n] : vy_set(1);
        vy_i8 start = (gate > 0.5f) & (local.gate <= 0.5f);
        if (j->trig)
            start = start | ((j->trig[n] > 0.0f) & (gate > 0.5f));
        const vy_i8 let_go = (gate <= 0.5f) & (local.gate > 0.5f);
        local.gate = gate;
        if (vy_any(start)) {
            // a note that starts from silence starts in phase: every strike sounds the same
            vy_f8 loudest = vy_set(0);
            for (int i = 0; i < OPS; i++)
                loudest = vy_max(loudest, local.op[i].env);
            const vy_u8 keep = ~(vy_u8)(start & (loudest < 1e-4f));
            for (int i = 0; i < OPS; i++)
                local.op[i].phase &= keep;
        }
        const vy_f8 vel = j->vel ? vy_clamp(j->vel[n], 0, 1) : vy_set(1);
        const vy_f8 force = 1.0f - j->vel_amount * (1.0f - vel);
        out[n] = operators(&local, j, start, let_go, force, false, n);
    }
    *s = local;
}

// Index of operator i in turns, `n` frames into the tick; capped by Carson's rule.
VY_INLINE vy_f8 index_at(const struct vy_io *io, uint32_t g, uint32_t i, float n, vy_f8 rate)
{
    const vy_f8 level = ramp_at(vy_ramp_of(io, P_OPS + i * ROW + LEVEL, g), n);
    const vy_f8 bright = ramp_at(vy_ramp_of(io, P_BRIGHTNESS, g), n);
    const vy_f8 most = vy_max(0.5f / vy_max(rate, vy_set(1e-6f)) - 2.0f, vy_set(0));
    return vy_min(level * level * bright * INDEX_TURNS, most * (0.5f / VY_PI_F));
}

static void make_op(const struct fm *f, const struct vy_io *io, uint32_t g, uint32_t i,
                    const struct algorithm *a, const struct job *j, struct op_job *o)
{
    const uint32_t row = P_OPS + i * ROW;
    const float end = (float)VY_TICK;
    const vy_f8 sustain = vy_ramp_of(io, row + SUSTAIN, g).v;
    o->rise =
        charge(vy_ramp_of(io, row + ATTACK, g).v * f->sr_hz, vy_set(1 + ATTACK_OVER), ATTACK_OVER);
    o->fall = charge(vy_ramp_of(io, row + DECAY, g).v * f->sr_hz,
                     sustain - (1.0f - sustain) * FALL_OVER, FALL_OVER);
    o->drop = charge(vy_ramp_of(io, row + RELEASE, g).v * f->sr_hz, vy_set(-FALL_OVER), FALL_OVER);
    o->sustain = sustain;
    o->into = a->into[i];
    const struct vy_ramp pitch = vy_ramp_of(io, P_PITCH, g);
    const struct vy_ramp ratio = vy_ramp_of(io, row + RATIO, g);
    const vy_f8 first = ramp_at(ratio, 0) * vy_exp2(ramp_at(pitch, 0) * (1.0f / 12)) / f->sr_hz;
    const vy_f8 last = ramp_at(ratio, end) * vy_exp2(ramp_at(pitch, end) * (1.0f / 12)) / f->sr_hz;
    o->rate = glide_between(first, last);
    o->index = glide_between(index_at(io, g, i, 0, first * hz_at(j, 0)),
                             index_at(io, g, i, end, last * hz_at(j, VY_TICK - 1)));
    o->sound = (struct glide){0};
    if (a->heard & (1u << i)) {
        const struct vy_ramp level = vy_ramp_of(io, row + LEVEL, g);
        const struct vy_ramp all = vy_ramp_of(io, P_LEVEL, g);
        const float share = 1.0f / (float)__builtin_popcount(a->heard);
        o->sound = glide_between(ramp_at(level, 0) * ramp_at(all, 0) * share,
                                 ramp_at(level, end) * ramp_at(all, end) * share);
    }
}

// Whether nothing but falling envelopes moves in this tick; prepares for it when so.
static bool calm_down(const struct fm_group *s, const struct vy_io *io, struct job *j)
{
    const uint32_t notes = 1u << IN_FREQ | 1u << IN_GATE | 1u << IN_TRIG;
    uint32_t steady = io->in_steady & notes;
    for (uint32_t p = 0; p <= IN_TRIG; p++)
        if (!io->in[p])
            steady |= 1u << p;
    const vy_f8 gate = j->gate ? j->gate[0] : vy_set(1);
    if (steady != notes || vy_any(j->knob.dv != 0.0f) || vy_any((gate > 0.5f) ^ (s->gate > 0.5f)) ||
        (j->trig && vy_any(j->trig[0] > 0.0f)))
        return false;
    for (uint32_t i = 0; i < OPS; i++) {
        struct op_job *const p = &j->op[i];
        if (vy_any((s->op[i].stage == ATTACKING) | (p->rate.dv != 0.0f)))
            return false;
        const vy_i8 down = s->op[i].stage == DECAYING;
        p->now.mul = vy_select(down, p->fall.mul, p->drop.mul);
        p->now.add = vy_select(down, p->fall.add, p->drop.add);
        p->floor = vy_select(down, p->sustain, vy_set(0));
        p->step = step_at(j, p, 0);
    }
    return true;
}

static void fm_process(void *mem, const struct vy_io *io)
{
    struct fm *const f = mem;
    const struct algorithm *const a = &algorithms[((uint32_t)vy_value(io, P_ALGORITHM) - 1u) & 7u];
    for (uint32_t g = 0; g < f->groups; g++) {
        const struct vy_ramp back = vy_ramp_of(io, P_FEEDBACK, g);
        struct job j = {
            .freq = vy_in(io, IN_FREQ, g),
            .gate = vy_in(io, IN_GATE, g),
            .trig = vy_in(io, IN_TRIG, g),
            .vel = vy_in(io, IN_VEL, g),
            .knob = vy_ramp_of(io, P_FREQ, g),
            // half of it: the loop adds two outputs instead of taking their mean
            .feedback = {back.v * (0.5f * FEEDBACK_TURNS), back.dv * (0.5f * FEEDBACK_TURNS)},
            .vel_amount = vy_ramp_of(io, P_VEL, g).v,
        };
        for (uint32_t i = 0; i < OPS; i++)
            make_op(f, io, g, i, a, &j, &j.op[i]);
        struct fm_group *const s = &f->group[g];
        if (calm_down(s, io, &j))
            run_calm(s, &j, vy_out(io, 0, g));
        else
            run_group(s, &j, vy_out(io, 0, g));
    }
}

const struct vy_module vy_module_fm = {
    .abi = VY_MODULE_ABI,
    .id = "fm",
    .name = "FM",
    .text = "Four sine operators with envelopes of their own and eight algorithms.",
    .words = "fm frequency modulation operator dx electric piano bell bass synth",
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = fm_get_size,
    .init = fm_init,
    .reset = fm_reset,
    .process = fm_process,
};
