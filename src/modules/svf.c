// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// State-variable filter: nine modes, 12 or 24 dB per octave, drive, key tracking, audio-rate
// cutoff modulation. The mathematics is in dsp/svf.h.
//
// res 0 is flat (Butterworth, -3 dB at the cutoff for either slope), res 1 is Q = 40. The 24 dB
// slope is two sections; how the second one is tuned depends on the mode (see tune). Mode, cutoff,
// resonance and gain move in straight lines over one tick, so nothing clicks. Lane groups that
// stand still run several in one loop, which hides the latency of the recursion.
#include "dsp/lanes.h"
#include "dsp/svf.h"
#include "veery/module.h"

enum { IN_SOUND, IN_FM, IN_FREQ };
enum { P_MODE, P_CUTOFF, P_RES, P_GAIN, P_DRIVE, P_SLOPE, P_KEYTRACK };

struct svf_group {
    struct vy_svf stage[2];
    struct vy_svf_design now[2]; // at the end of the last tick
    struct vy_svf_drive drive;
    vy_f8 last, last_root; // of the saturator
    bool two;              // both sections ran in the last tick
    vy_f8 key;             // pitch of the last note in octaves from middle C
};

struct svf {
    float sr_hz;
    uint32_t groups;
    bool fresh;
    struct svf_group group[];
};

static const char *const modes[] = {"lowpass",  "highpass",  "bandpass", "notch",   "peak",
                                    "lowshelf", "highshelf", "bell",     "allpass", NULL};
static const char *const slopes[] = {"12", "24", NULL};

static const struct vy_port inputs[] = {
    {"in", 0, "sound"},
    {"fm", 0, "moves the cutoff, in octaves, at audio rate"},
    {"freq", VY_PORT_NOTE, "pitch in Hz that keytrack follows"},
};
static const struct vy_port outputs[] = {{"out", 0, "sound"}};
static const struct vy_param params[] = {
    {"mode", "", 0, 8, VY_SVF_LOWPASS, VY_ENUM, 0, modes, "what passes"},
    {"cutoff", "Hz", 20, 20000, 1000, VY_EXP, 5, NULL, "corner or centre frequency"},
    {"res", "", 0, 1, 0, VY_LIN, 5, NULL, "resonance: 0 flat (Q 0.71), 1 ringing (Q 40)"},
    {"gain", "dB", -24, 24, 0, VY_LIN, 10, NULL, "of lowshelf, highshelf and bell"},
    {"drive", "", 0, 1, 0, VY_LIN, 10, NULL, "saturates the input and tames the resonance"},
    {"slope", "", 0, 1, 0, VY_ENUM, 0, slopes, "dB per octave of lowpass and highpass"},
    {"keytrack", "", 0, 1, 0, VY_LIN, 5, NULL, "how far the cutoff follows the note's pitch"},
};

static size_t svf_get_size(const struct vy_cfg *cfg)
{
    return vy_align64(sizeof(struct svf) + cfg->shape.groups * sizeof(struct svf_group));
}

static void svf_reset(void *mem)
{
    struct svf *const f = mem;
    f->fresh = true;
    for (uint32_t g = 0; g < f->groups; g++)
        f->group[g] = (struct svf_group){.last_root = vy_set(1)};
}

static int svf_init(void *mem, const struct vy_cfg *cfg)
{
    struct svf *const f = mem;
    f->sr_hz = cfg->sr_hz;
    f->groups = cfg->shape.groups;
    svf_reset(f);
    return 0;
}

// Tuning of both sections. 24 dB: low and high passes are a fourth-order Butterworth pair whose
// sharper section resonates; two bands or notches are widened or narrowed so that the -3 dB width
// stays ((2^(1/2) - 1)^(1/2) = 0.6436); peaks, shelves and bells share their gain equally.
VY_INLINE void tune(struct vy_svf_design to[2], enum vy_svf_mode mode, bool steep, vy_f8 w,
                    vy_f8 res, vy_f8 gain_db)
{
    const vy_f8 k = 1.41421356f * vy_exp2(res * -5.82192809f); // 1 / Q, Q = 0.7071 .. 40
    vy_f8 first = k, second = k;
    if (steep && (mode == VY_SVF_LOWPASS || mode == VY_SVF_HIGHPASS)) {
        first = vy_set(1.84775907f);
        second = 0.76536686f * vy_exp2(res * -4.93617405f); // Q = 1.3066 .. 40
    } else if (steep && mode == VY_SVF_BANDPASS) {
        first = second = k * (1.0f / 0.64359425f);
    } else if (steep && mode == VY_SVF_NOTCH) {
        first = second = k * 0.64359425f;
    } else if (steep && mode == VY_SVF_PEAK) {
        first = second = vy_sqrt(2.0f * k);
    }
    const vy_f8 root = vy_exp2(gain_db * (steep ? 0.5f * 0.083048202f : 0.083048202f));
    to[0] = vy_svf_design(mode, w, first, root);
    if (steep)
        to[1] = vy_svf_design(mode, w, second, root);
}

// Drive knob to saturator: up to 24 dB into it, 9.6 dB down behind it. Measured at full drive:
// a sine of 0.25 gets 4 dB louder, one of 1 gets 7 dB softer.
VY_INLINE struct vy_svf_drive drive_at(vy_f8 amount)
{
    amount = vy_clamp(amount, 0.0f, 1.0f);
    return (struct vy_svf_drive){
        .gain = vy_exp2(4.0f * amount),
        .level = vy_exp2(-1.6f * amount),
        .wet = vy_min(amount * 8.0f, vy_set(1)),
        .damp = 0.5f * amount,
    };
}

static void saturate(struct svf_group *s, const struct vy_svf_drive drive[2], const vy_f8 *in,
                     vy_f8 *restrict out)
{
    const float slice = 1.0f / (float)VY_TICK;
    vy_f8 gain = drive[0].gain, level = drive[0].level, wet = drive[0].wet;
    const vy_f8 dg = (drive[1].gain - gain) * slice, dl = (drive[1].level - level) * slice,
                dw = (drive[1].wet - wet) * slice;
    vy_f8 last = s->last, root = s->last_root;
    for (uint32_t n = 0; n < VY_TICK; n++) {
        gain += dg, level += dl, wet += dw;
        const vy_f8 bent = vy_svf_saturate(&last, &root, in[n] * gain) * level;
        out[n] = in[n] + (bent - in[n]) * wet;
    }
    s->last = last;
    s->last_root = root;
}

// What one tick of one group needs.
struct job {
    struct svf_group *s;
    const vy_f8 *in, *fm;
    vy_f8 *out;
    struct vy_svf_design to[2];
    struct vy_svf_drive drive[2];
    uint32_t stages;
    bool exact, moving, steep;
};

VY_INLINE struct vy_svf_design pass_like(const struct vy_svf_design *d)
{
    struct vy_svf_design p = *d;
    p.m0 = vy_set(1);
    p.m1 = p.m2 = vy_set(0);
    return p;
}

// The second section fades in and out over one tick when the slope is switched.
static void place_second(const struct svf *f, struct job *j)
{
    struct svf_group *const s = j->s;
    j->stages = j->steep || (s->two && !f->fresh) ? 2 : 1;
    if (j->steep && f->fresh)
        s->now[1] = j->to[1];
    else if (j->steep && !s->two)
        s->now[1] = pass_like(&j->to[1]);
    else if (!j->steep && s->two)
        j->to[1] = pass_like(&s->now[1]);
}

static void prepare(struct svf *f, const struct vy_io *io, uint32_t g, struct job *j)
{
    static const vy_f8 silence[VY_TICK];
    struct svf_group *const s = &f->group[g];
    const float n = (float)VY_TICK;
    const struct vy_ramp cutoff = vy_ramp_of(io, P_CUTOFF, g), res = vy_ramp_of(io, P_RES, g),
                         gain = vy_ramp_of(io, P_GAIN, g), drive = vy_ramp_of(io, P_DRIVE, g),
                         track = vy_ramp_of(io, P_KEYTRACK, g);
    const vy_f8 *const in = vy_in(io, IN_SOUND, g), *const freq = vy_in(io, IN_FREQ, g);
    const vy_f8 keytrack = track.v + track.dv * n, amount = drive.v + drive.dv * n;
    vy_f8 w = (cutoff.v + cutoff.dv * n) * (1.0f / f->sr_hz);
    if (freq && vy_any(keytrack != 0.0f)) {
        const vy_f8 hz = freq[VY_TICK - 1];
        const vy_f8 octaves = vy_log2(vy_max(hz, vy_set(1e-3f)) * (1.0f / 261.625565f));
        s->key = vy_select(hz > 1e-3f, octaves, s->key);
        w = w * vy_exp2(s->key * keytrack);
    }
    *j = (struct job){.s = s, .in = in ? in : silence, .fm = vy_in(io, IN_FM, g)};
    j->out = vy_out(io, 0, g);
    j->steep = vy_value(io, P_SLOPE) > 0.5f;
    tune(j->to, (enum vy_svf_mode)vy_value(io, P_MODE), j->steep, w, res.v + res.dv * n,
         gain.v + gain.dv * n);
    j->drive[1] = drive_at(amount);
    if (f->fresh)
        s->now[0] = j->to[0], s->drive = j->drive[1];
    place_second(f, j);
    j->drive[0] = s->drive;
    j->exact = j->fm || vy_any((amount > 0.0f) | (s->drive.wet > 0.0f));
    j->moving = vy_svf_differs(&s->now[0], &j->to[0]) ||
                (j->stages > 1 && vy_svf_differs(&s->now[1], &j->to[1]));
}

static void run_exact(const struct job *j)
{
    struct svf_group *const s = j->s;
    const vy_f8 *in = j->in;
    if (vy_any((j->drive[0].wet > 0.0f) | (j->drive[1].wet > 0.0f))) {
        saturate(s, j->drive, in, j->out);
        in = j->out;
    }
    for (uint32_t i = 0; i < j->stages; i++) {
        vy_svf_run_exact(&s->stage[i], &s->now[i], &j->to[i], j->drive, j->fm, in, j->out);
        in = j->out;
    }
}

// `ng` groups in one loop per section, which hides the latency of the recursion.
VY_INLINE void run_some(const struct job *const *jobs, bool moving, const int ng)
{
    struct vy_svf *state[4];
    const struct vy_svf_design *from[4], *to[4];
    const vy_f8 *in[4];
    vy_f8 *out[4];
    for (uint32_t stage = 0; stage < jobs[0]->stages; stage++) {
        for (int i = 0; i < ng; i++) {
            state[i] = &jobs[i]->s->stage[stage];
            from[i] = &jobs[i]->s->now[stage];
            to[i] = &jobs[i]->to[stage];
            in[i] = stage ? jobs[i]->out : jobs[i]->in;
            out[i] = jobs[i]->out;
        }
        if (moving)
            vy_svf_run_moving(state, from, to, in, out, ng);
        else
            vy_svf_run_steady(state, to, in, out, ng);
    }
}

static void run_steady(const struct job *const *jobs, uint32_t count)
{
    for (; count >= 4; count -= 4, jobs += 4)
        run_some(jobs, false, 4);
    if (count >= 2) {
        run_some(jobs, false, 2);
        count -= 2, jobs += 2;
    }
    if (count)
        run_some(jobs, false, 1);
}

static void run_moving(const struct job *const *jobs, uint32_t count)
{
    for (; count >= 2; count -= 2, jobs += 2)
        run_some(jobs, true, 2);
    if (count)
        run_some(jobs, true, 1);
}

static void settle(const struct job *j)
{
    struct svf_group *const s = j->s;
    s->now[0] = j->to[0];
    s->now[1] = j->to[1];
    s->drive = j->drive[1];
    s->two = j->steep;
    if (!j->steep)
        s->stage[1] = (struct vy_svf){0};
    if (!vy_any(s->drive.wet > 0.0f))
        s->last = vy_set(0), s->last_root = vy_set(1);
}

static void svf_process(void *mem, const struct vy_io *io)
{
    struct svf *const f = mem;
    struct job jobs[VY_MAX_LANES / VY_GROUP];
    const struct job *steady[VY_MAX_LANES / VY_GROUP], *moving[VY_MAX_LANES / VY_GROUP];
    uint32_t stands = 0, moves = 0;
    for (uint32_t g = 0; g < f->groups; g++) {
        prepare(f, io, g, &jobs[g]);
        if (jobs[g].exact)
            run_exact(&jobs[g]);
        else if (jobs[g].moving)
            moving[moves++] = &jobs[g];
        else
            steady[stands++] = &jobs[g];
    }
    run_steady(steady, stands);
    run_moving(moving, moves);
    for (uint32_t g = 0; g < f->groups; g++)
        settle(&jobs[g]);
    f->fresh = false;
}

const struct vy_module vy_module_svf = {
    .abi = VY_MODULE_ABI,
    .id = "svf",
    .name = "State-variable filter",
    .text = "Nine modes, 12 or 24 dB, drive, key tracking and audio-rate cutoff modulation.",
    .words = "filter vcf lowpass highpass bandpass notch shelf bell allpass resonance",
    .flags = VY_EFFECT,
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = svf_get_size,
    .init = svf_init,
    .reset = svf_reset,
    .process = svf_process,
};
