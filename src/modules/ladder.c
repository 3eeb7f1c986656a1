// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The ladder filter as a module: acid basses, 24 dB pads, a sine when turned up to the end.
//
// Cutoff is the frequency of the poles: where resonance rings and self-oscillation sings (there the
// response is -12 dB at res=0). Coefficients move straight over the tick; with something in `fm`
// they are computed every frame. Up to four groups run in one loop: each waits for its own last
// frame, together they keep the processor busy.
#include "dsp/ladder.h"
#include "veery/module.h"

enum { IN_SOUND, IN_FM, IN_FREQ };
enum { P_CUTOFF, P_RES, P_DRIVE, P_MODE, P_COMP, P_KEYTRACK };

struct ladder {
    float sr_hz;
    uint32_t groups;
    bool fresh;
    struct vy_ladder_at *end; // [groups] coefficients the last tick ended with
    struct vy_ladder state[];
};

static const char *const modes[] = {"lowpass24", "lowpass12", "bandpass", "highpass", NULL};

static const struct vy_port inputs[] = {
    {"in", 0, "sound"},
    {"fm", 0, "moves the cutoff every frame, in octaves"},
    {"freq", VY_PORT_NOTE, "pitch for keytrack"},
};
static const struct vy_port outputs[] = {{"out", 0, "sound"}};
static const struct vy_param params[] = {
    {"cutoff", "Hz", 20, 20000, 2000, VY_EXP, 10, NULL, "frequency of the poles and of resonance"},
    {"res", "", 0, 1, 0.2f, VY_LIN, 10, NULL, "resonance; from 0.97 on it oscillates by itself"},
    {"drive", "", 0, 1, 0, VY_LIN, 10, NULL, "level into the saturation, up to 24 dB"},
    {"mode", "", 0, 3, 0, VY_ENUM, 0, modes, "slope: lowpass24, lowpass12, bandpass, highpass"},
    {"comp", "", 0, 1, 0.4f, VY_LIN, 10, NULL, "makes up for the bass that resonance takes"},
    {"keytrack", "", 0, 1, 0, VY_LIN, 10, NULL, "how far the cutoff follows the note (from C4)"},
};

static size_t ladder_get_size(const struct vy_cfg *cfg)
{
    return vy_align64(sizeof(struct ladder) +
                      cfg->shape.groups * (sizeof(struct vy_ladder) + sizeof(struct vy_ladder_at)));
}

static int ladder_init(void *mem, const struct vy_cfg *cfg)
{
    struct ladder *const l = mem;
    l->sr_hz = cfg->sr_hz;
    l->groups = cfg->shape.groups;
    l->end = (struct vy_ladder_at *)(l->state + l->groups);
    l->fresh = true;
    return 0;
}

static void ladder_reset(void *mem)
{
    struct ladder *const l = mem;
    for (uint32_t g = 0; g < l->groups; g++)
        l->state[g] = (struct vy_ladder){0};
    l->fresh = true;
}

static vy_f8 input_gain(vy_f8 drive, vy_f8 comp, vy_f8 k)
{
    return (1.0f + 15.0f * drive * drive) * (1.0f + comp * k);
}

// Knobs of one group at one moment.
struct knobs {
    vy_f8 hz, k, gain;
};

// Coefficients over a tick.
struct sweep {
    struct vy_ladder_at now, step;
    struct knobs knobs; // at its end, for fm
    bool still;
};

static struct knobs knobs_at(const struct vy_io *io, uint32_t g, vy_f8 follow, float frames)
{
    const struct vy_ramp cutoff = vy_ramp_of(io, P_CUTOFF, g), res = vy_ramp_of(io, P_RES, g);
    const struct vy_ramp drive = vy_ramp_of(io, P_DRIVE, g), comp = vy_ramp_of(io, P_COMP, g);
    const vy_f8 k = (res.v + res.dv * frames) * 4.15f;
    return (struct knobs){(cutoff.v + cutoff.dv * frames) * follow, k,
                          input_gain(drive.v + drive.dv * frames, comp.v + comp.dv * frames, k)};
}

static struct vy_ladder_at coefficients(const struct knobs *at, float sr_hz)
{
    const vy_f8 g = vy_ladder_g(at->hz / sr_hz);
    return (struct vy_ladder_at){g, vy_ladder_feedback(g, at->k),
                                 at->gain * vy_ladder_loop(g, at->k)};
}

// Each tick begins where the one before ended: only its end is computed.
static void prepare(struct ladder *l, const struct vy_io *io, uint32_t g, struct sweep *s)
{
    vy_f8 follow = vy_set(1);
    const vy_f8 track = vy_ramp_of(io, P_KEYTRACK, g).v;
    const vy_f8 *const freq = vy_in(io, IN_FREQ, g);
    if (freq && vy_any(track != 0.0f)) {
        const vy_f8 hz = vy_select(freq[VY_TICK - 1] > 0.0f, freq[VY_TICK - 1], vy_set(261.6256f));
        follow = vy_exp2(track * vy_log2(hz * (1.0f / 261.6256f)));
    }
    const struct knobs to = knobs_at(io, g, follow, (float)VY_TICK);
    const struct vy_ladder_at end = coefficients(&to, l->sr_hz);
    if (l->fresh) {
        const struct knobs from = knobs_at(io, g, follow, 0);
        l->end[g] = coefficients(&from, l->sr_hz);
    }
    s->now = l->end[g];
    l->end[g] = end;
    s->knobs = to;
    s->still = !vy_any((end.g != s->now.g) | (end.k != s->now.k) | (end.gain != s->now.gain));
    s->step.g = (end.g - s->now.g) * (1.0f / (float)VY_TICK);
    s->step.k = (end.k - s->now.k) * (1.0f / (float)VY_TICK);
    s->step.gain = (end.gain - s->now.gain) * (1.0f / (float)VY_TICK);
}

// `count` neighbouring groups in one time loop.
VY_INLINE void run(struct vy_ladder *state, struct sweep *s, const vy_f8 *in, vy_f8 *restrict out,
                   const uint32_t count, const bool still, const enum vy_ladder_mode mode)
{
    struct vy_ladder f[4];
    struct vy_ladder_at at[4];
    for (uint32_t i = 0; i < count; i++) {
        f[i] = state[i];
        at[i] = s[i].now;
    }
    for (uint32_t n = 0; n < VY_TICK; n++)
        for (uint32_t i = 0; i < count; i++) {
            out[i * VY_TICK + n] = vy_ladder_step(&f[i], &at[i], in[i * VY_TICK + n], mode);
            if (!still) {
                at[i].g += s[i].step.g;
                at[i].k += s[i].step.k;
                at[i].gain += s[i].step.gain;
            }
        }
    for (uint32_t i = 0; i < count; i++)
        state[i] = f[i];
}

#ifdef __AVX512F__
// Four groups, as two pairs, in the common mode.
static void run_pairs(struct vy_ladder *state, const struct sweep *s, const vy_f8 *in,
                      vy_f8 *restrict out)
{
    struct vy_ladder_pair f[2];
    struct vy_ladder_pair_at at[2], step[2];
    for (uint32_t i = 0; i < 2; i++) {
        const struct vy_ladder *const a = &state[2 * i], *const b = a + 1;
        const struct sweep *const t = &s[2 * i], *const v = t + 1;
        f[i] = (struct vy_ladder_pair){vy_pair(a->s1, b->s1), vy_pair(a->s2, b->s2),
                                       vy_pair(a->s3, b->s3), vy_pair(a->s4, b->s4)};
        at[i] = (struct vy_ladder_pair_at){vy_pair(t->now.g, v->now.g), vy_pair(t->now.k, v->now.k),
                                           vy_pair(t->now.gain, v->now.gain)};
        step[i] =
            (struct vy_ladder_pair_at){vy_pair(t->step.g, v->step.g), vy_pair(t->step.k, v->step.k),
                                       vy_pair(t->step.gain, v->step.gain)};
    }
    for (uint32_t n = 0; n < VY_TICK; n++)
        for (uint32_t i = 0; i < 2; i++) {
            const vy_f8 *const x = in + 2 * i * VY_TICK + n;
            vy_f8 *const to = out + 2 * i * VY_TICK + n;
            const vy_f16 y = vy_ladder_step_pair(&f[i], &at[i], vy_pair(x[0], x[VY_TICK]));
            to[0] = vy_low(y);
            to[VY_TICK] = vy_high(y);
            at[i].g += step[i].g;
            at[i].k += step[i].k;
            at[i].gain += step[i].gain;
        }
    for (uint32_t i = 0; i < 2; i++) {
        state[2 * i] =
            (struct vy_ladder){vy_low(f[i].s1), vy_low(f[i].s2), vy_low(f[i].s3), vy_low(f[i].s4)};
        state[2 * i + 1] = (struct vy_ladder){vy_high(f[i].s1), vy_high(f[i].s2), vy_high(f[i].s3),
                                              vy_high(f[i].s4)};
    }
}
#endif

// One group whose cutoff moves every frame.
static void run_fm(struct vy_ladder *state, const struct sweep *s, const vy_f8 *in, const vy_f8 *fm,
                   float sr_hz, vy_f8 *out, enum vy_ladder_mode mode)
{
    for (uint32_t n = 0; n < VY_TICK; n++) {
        struct knobs k = s->knobs;
        k.hz *= vy_exp2(fm[n]);
        const struct vy_ladder_at at = coefficients(&k, sr_hz);
        switch (mode) {
        case VY_LADDER_LP24: out[n] = vy_ladder_step(state, &at, in[n], VY_LADDER_LP24); break;
        case VY_LADDER_LP12: out[n] = vy_ladder_step(state, &at, in[n], VY_LADDER_LP12); break;
        case VY_LADDER_BP: out[n] = vy_ladder_step(state, &at, in[n], VY_LADDER_BP); break;
        case VY_LADDER_HP24: out[n] = vy_ladder_step(state, &at, in[n], VY_LADDER_HP24); break;
        }
    }
}

VY_INLINE void run_mode(struct vy_ladder *state, struct sweep *s, const vy_f8 *in, vy_f8 *out,
                        const uint32_t count, bool still, const enum vy_ladder_mode mode)
{
    if (still)
        run(state, s, in, out, count, true, mode);
    else
        run(state, s, in, out, count, false, mode);
}

// The common mode gets loops for every count; the others go group by group.
static void run_groups(struct vy_ladder *state, struct sweep *s, const vy_f8 *in, vy_f8 *out,
                       uint32_t count, enum vy_ladder_mode mode)
{
    bool still = true;
    for (uint32_t i = 0; i < count; i++)
        still = still && s[i].still;
    if (mode == VY_LADDER_LP24) {
#ifdef __AVX512F__
        if (count == 4) {
            run_pairs(state, s, in, out);
            return;
        }
#endif
        switch (count) {
        case 4: run_mode(state, s, in, out, 4, still, VY_LADDER_LP24); return;
        case 3: run_mode(state, s, in, out, 3, still, VY_LADDER_LP24); return;
        case 2: run_mode(state, s, in, out, 2, still, VY_LADDER_LP24); return;
        default: run_mode(state, s, in, out, 1, still, VY_LADDER_LP24); return;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        const size_t at = (size_t)i * VY_TICK;
        if (mode == VY_LADDER_LP12)
            run_mode(state + i, s + i, in + at, out + at, 1, still, VY_LADDER_LP12);
        else if (mode == VY_LADDER_BP)
            run_mode(state + i, s + i, in + at, out + at, 1, still, VY_LADDER_BP);
        else
            run_mode(state + i, s + i, in + at, out + at, 1, still, VY_LADDER_HP24);
    }
}

static void ladder_process(void *mem, const struct vy_io *io)
{
    struct ladder *const l = mem;
    const enum vy_ladder_mode mode = (enum vy_ladder_mode)(int)vy_value(io, P_MODE);
    for (uint32_t g = 0; g < l->groups; g += 4) {
        const uint32_t count = l->groups - g < 4 ? l->groups - g : 4;
        vy_f8 *const out = vy_out(io, 0, g);
        const vy_f8 *const in = vy_in(io, IN_SOUND, g);
        struct sweep s[4];
        for (uint32_t i = 0; i < count; i++)
            prepare(l, io, g + i, &s[i]);
        if (!in) {
            for (uint32_t n = 0; n < count * VY_TICK; n++)
                out[n] = vy_set(0);
        } else if (io->in[IN_FM]) {
            for (uint32_t i = 0; i < count; i++)
                run_fm(&l->state[g + i], &s[i], in + (size_t)i * VY_TICK, vy_in(io, IN_FM, g + i),
                       l->sr_hz, out + (size_t)i * VY_TICK, mode);
        } else {
            run_groups(&l->state[g], s, in, out, count, mode);
        }
    }
    l->fresh = false;
}

const struct vy_module vy_module_ladder = {
    .abi = VY_MODULE_ABI,
    .id = "ladder",
    .name = "Ladder filter",
    .text = "Four-pole low-pass with drive that sings when resonance is turned up.",
    .words = "filter lowpass moog acid 303 24dB vcf resonance",
    .flags = VY_EFFECT,
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = ladder_get_size,
    .init = ladder_init,
    .reset = ladder_reset,
    .process = ladder_process,
};
