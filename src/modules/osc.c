// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Band-limited oscillator: sine, saw, pulse with PWM, triangle, hard sync, FM and PM.
//
// Phases are 32-bit turns, so equal frequencies and octaves stay locked for ever (vy_phase_step).
// Saw and triangle come from band-limited tables (dsp/wave.h); a pulse is the difference of two
// saws, hence free of DC. Hard sync jumps the phase at the sub-frame time of the sync input's rise
// and rounds the step with a two-point polynomial BLEP (Valimaki, Huovilainen, "Antialiasing
// oscillators in subtractive synthesis", 2007).
#include "dsp/lanes.h"
#include "dsp/wave.h"
#include "veery/module.h"

enum { IN_FREQ, IN_FM, IN_PM, IN_PW, IN_SYNC };
enum { P_SHAPE, P_FREQ, P_PITCH, P_DETUNE, P_PW, P_FM, P_PM, P_PHASE };
enum { SINE, SAW, SQUARE, TRIANGLE };

struct osc_group {
    vy_u8 phase;
    vy_i8 level; // table of the last tick, to crossfade from
    vy_f8 sync;  // last frame of the sync input
    // a steady note's step and tables, and the pitch (Hz, semitones) they were made for
    vy_f8 made_hz, made_st;
    vy_u8 step;
    struct vy_wave_at at;
};

struct osc {
    const struct vy_wave *saw, *triangle;
    float sr_hz;
    uint32_t groups;
    bool fresh; // the phase knob has not been applied yet
    struct osc_group group[];
};

static const char *const shapes[] = {"sine", "saw", "square", "triangle", NULL};

static const struct vy_port inputs[] = {
    {"freq", VY_PORT_NOTE, "pitch in Hz; replaces the freq knob while a note is known"},
    {"fm", 0, "linear through-zero frequency modulation, scaled by the fm knob"},
    {"pm", 0, "phase modulation, scaled by the pm knob"},
    {"pwm", 0, "adds to the pulse width"},
    {"sync", 0, "hard sync: the cycle restarts when this rises through zero"},
};

static const struct vy_port outputs[] = {{"out", 0, "the wave, -1..1"}};

static const struct vy_param params[] = {
    {"shape", "", 0, 3, SAW, VY_ENUM, 0, shapes, "wave: sine, saw, square (pulse), triangle"},
    {"freq", "Hz", 0.01f, 20000, 261.6256f, VY_EXP, 5, NULL, "pitch when no note is played"},
    {"pitch", "st", -60, 60, 0, VY_LIN, 5, NULL, "transposition in semitones"},
    {"detune", "cents", -100, 100, 0, VY_LIN, 5, NULL, "fine tuning"},
    {"pw", "", 0.01f, 0.99f, 0.5f, VY_LIN, 5, NULL, "pulse width of the square"},
    {"fm", "", 0, 16, 0, VY_LIN, 5, NULL, "depth of the fm input, in multiples of the pitch"},
    {"pm", "", 0, 4, 0, VY_LIN, 5, NULL, "depth of the pm input, in turns"},
    {"phase", "deg", 0, 360, 0, VY_LIN, 0, NULL, "phase the first cycle starts at"},
};

static size_t osc_get_size(const struct vy_cfg *cfg)
{
    return vy_align64(sizeof(struct osc) + cfg->shape.groups * sizeof(struct osc_group));
}

static int osc_init(void *mem, const struct vy_cfg *cfg)
{
    struct osc *const o = mem;
    o->sr_hz = cfg->sr_hz;
    o->groups = cfg->shape.groups;
    o->fresh = true;
    o->saw = cfg->shared(cfg->host, "wave.saw", vy_wave_size(), vy_wave_build_saw, NULL);
    o->triangle =
        cfg->shared(cfg->host, "wave.triangle", vy_wave_size(), vy_wave_build_triangle, NULL);
    for (uint32_t g = 0; g < o->groups; g++)
        o->group[g] = (struct osc_group){.level = vy_seti(-1), .made_st = vy_set(1e9f)};
    return o->saw && o->triangle ? 0 : -1;
}

static void osc_reset(void *mem)
{
    struct osc *const o = mem;
    o->fresh = true;
    for (uint32_t g = 0; g < o->groups; g++)
        o->group[g] = (struct osc_group){.level = vy_seti(-1), .made_st = vy_set(1e9f)};
}

// Everything one group needs for one tick.
struct job {
    const vy_f8 *freq, *fm, *pm, *pwm, *sync; // inputs or NULL
    vy_f8 knob, knob_step;                    // freq knob, Hz
    vy_f8 st, st_step;                        // pitch and detune, semitones
    vy_f8 tune, tune_step;                    // factor from st, over the sample rate
    struct vy_ramp pw, fm_depth, pm_depth;
    int shape;
    bool steady; // nothing moves in this tick
};

// Cycles per frame at frame n.
VY_INLINE vy_f8 rate_at(const struct job *j, uint32_t n)
{
    const vy_f8 knob = j->knob + j->knob_step * (float)n;
    vy_f8 f = knob;
    if (j->freq)
        f = vy_select(j->freq[n] > 0.0f, j->freq[n], knob);
    f = f * (j->tune + j->tune_step * (float)n);
    if (j->fm)
        f = f + f * (j->fm[n] * (j->fm_depth.v + j->fm_depth.dv * (float)n));
    return vy_clamp(f, -0.499f, 0.499f);
}

VY_INLINE vy_u8 turns_to_phase(vy_f8 turns)
{
    return (vy_u8)vy_to_int((turns - vy_floor(turns + 0.5f)) * 0x1p31f) << 1;
}

VY_INLINE vy_f8 width_at(const struct job *j, uint32_t n)
{
    vy_f8 w = j->pw.v + j->pw.dv * (float)n;
    if (j->pwm)
        w = w + j->pwm[n];
    return vy_clamp(w, 0.01f, 0.99f);
}

// One wave at one phase, without any crossfade.
VY_INLINE vy_f8 read_shape(const struct osc *o, const struct job *j, int shape,
                           const struct vy_wave_at *at, vy_u8 phase, uint32_t n)
{
    if (shape == SINE)
        return vy_sin_phase(phase);
    if (shape == TRIANGLE)
        return vy_wave_read(o->triangle, at, phase);
    const vy_f8 saw = vy_wave_read(o->saw, at, phase);
    if (shape == SAW)
        return saw;
    const vy_u8 edge = phase - turns_to_phase(width_at(j, n));
    return vy_wave_read(o->saw, at, edge) - saw;
}

// The common case: no inputs but a steady note, no knob moving.
VY_INLINE void run_steady(const struct osc *o, struct osc_group *s, const struct job *j, int shape,
                          vy_f8 *restrict out)
{
    const struct vy_wave_at at = s->at;
    const vy_u8 step = s->step;
    vy_u8 phase = s->phase;
    for (uint32_t n = 0; n < VY_TICK; n++) {
        out[n] = read_shape(o, j, shape, &at, phase, n);
        phase += step;
    }
    s->phase = phase;
}

// Sub-frame hard sync: restart lanes whose sync input rose through zero, and soften the step.
static vy_f8 apply_sync(const struct osc *o, struct osc_group *s, const struct job *j,
                        const struct vy_wave_at *at, vy_f8 rate, vy_f8 y, uint32_t n,
                        vy_f8 *previous)
{
    const vy_f8 now = j->sync[n], before = s->sync;
    const vy_i8 hit = (before <= 0.0f) & (now > 0.0f);
    s->sync = now;
    if (!vy_any(hit))
        return y;
    const vy_f8 since = now / vy_max(now - before, vy_set(1e-20f)); // frames since the crossing
    const vy_u8 restarted = turns_to_phase(rate * since);
    s->phase = (vy_u8)(((vy_i8)restarted & hit) | ((vy_i8)s->phase & ~hit));
    const vy_f8 jumped = read_shape(o, j, j->shape, at, s->phase, n);
    const vy_f8 step = jumped - y, left = 1.0f - since;
    if (previous)
        *previous += vy_select(hit, 0.5f * step * since * since, vy_set(0));
    return vy_select(hit, jumped - 0.5f * step * left * left, y);
}

static void run_moving(const struct osc *o, struct osc_group *s, const struct job *j, vy_i8 level,
                       vy_f8 *restrict out)
{
    const struct vy_wave *const wave = j->shape == TRIANGLE ? o->triangle : o->saw;
    const struct vy_wave_at to = vy_wave_seek(wave, level);
    const vy_i8 old = (s->level & ~(s->level < 0)) | (level & (s->level < 0));
    const struct vy_wave_at from = vy_wave_seek(wave, old);
    const bool fade = j->shape != SINE && vy_any(old != level);
    for (uint32_t n = 0; n < VY_TICK; n++) {
        const vy_f8 rate = rate_at(j, n);
        vy_u8 phase = s->phase;
        if (j->pm)
            phase += turns_to_phase(j->pm[n] * (j->pm_depth.v + j->pm_depth.dv * (float)n));
        vy_f8 y = read_shape(o, j, j->shape, &to, phase, n);
        if (fade) {
            const vy_f8 was = read_shape(o, j, j->shape, &from, phase, n);
            y = was + (y - was) * (((float)n + 1.0f) / (float)VY_TICK);
        }
        if (j->sync)
            y = apply_sync(o, s, j, &to, rate, y, n, n ? out + n - 1 : NULL);
        out[n] = y;
        s->phase += vy_phase_step(rate);
    }
}

// Inputs and knobs of one group.
static struct job job_of(const struct vy_io *io, uint32_t g)
{
    const struct vy_ramp knob = vy_ramp_of(io, P_FREQ, g), pitch = vy_ramp_of(io, P_PITCH, g),
                         detune = vy_ramp_of(io, P_DETUNE, g);
    struct job j = {
        .freq = vy_in(io, IN_FREQ, g),
        .fm = vy_in(io, IN_FM, g),
        .pm = vy_in(io, IN_PM, g),
        .pwm = vy_in(io, IN_PW, g),
        .sync = vy_in(io, IN_SYNC, g),
        .knob = knob.v,
        .knob_step = knob.dv,
        .st = pitch.v + detune.v * 0.01f,
        .st_step = pitch.dv + detune.dv * 0.01f,
        .pw = vy_ramp_of(io, P_PW, g),
        .fm_depth = vy_ramp_of(io, P_FM, g),
        .pm_depth = vy_ramp_of(io, P_PM, g),
        .shape = (int)vy_value(io, P_SHAPE),
    };
    const bool modulated = j.fm || j.pm || j.pwm || j.sync;
    const bool note_steady = !j.freq || (io->in_steady & (1u << IN_FREQ));
    j.steady = !modulated && note_steady &&
               !vy_any((knob.dv != 0.0f) | (j.st_step != 0.0f) | (j.pw.dv != 0.0f));
    return j;
}

static void set_tune(const struct osc *o, struct job *j)
{
    j->tune = vy_exp2(j->st * (1.0f / 12.0f)) / o->sr_hz;
    const vy_f8 end = vy_exp2((j->st + j->st_step * (float)VY_TICK) * (1.0f / 12.0f)) / o->sr_hz;
    j->tune_step = (end - j->tune) * (1.0f / (float)VY_TICK);
}

// True when the pitch is the one the group's step and tables were made for.
static bool as_before(const struct osc_group *s, const struct job *j)
{
    const vy_f8 hz = j->freq ? vy_select(j->freq[0] > 0.0f, j->freq[0], j->knob) : j->knob;
    return j->steady && !vy_any((hz != s->made_hz) | (j->st != s->made_st));
}

static void run_same(const struct osc *o, struct osc_group *s, const struct job *j, vy_f8 *out)
{
    switch (j->shape) {
    case SINE: run_steady(o, s, j, SINE, out); break;
    case SAW: run_steady(o, s, j, SAW, out); break;
    case SQUARE: run_steady(o, s, j, SQUARE, out); break;
    default: run_steady(o, s, j, TRIANGLE, out); break;
    }
}

static void osc_process(void *mem, const struct vy_io *io)
{
    struct osc *const o = mem;
    for (uint32_t g = 0; g < o->groups; g++) {
        struct osc_group *const s = &o->group[g];
        struct job j = job_of(io, g);
        vy_f8 *const out = vy_out(io, 0, g);
        if (o->fresh)
            s->phase = turns_to_phase(io->param[P_PHASE][g].v * (1.0f / 360.0f));
        if (as_before(s, &j)) {
            run_same(o, s, &j, out);
            continue;
        }
        set_tune(o, &j);
        const vy_f8 top = vy_max(vy_abs(rate_at(&j, 0)), vy_abs(rate_at(&j, VY_TICK - 1)));
        const vy_i8 level = vy_wave_level(top);
        run_moving(o, s, &j, level, out);
        s->level = level;
        s->made_hz = j.freq ? vy_select(j.freq[0] > 0.0f, j.freq[0], j.knob) : j.knob;
        s->made_st = j.steady ? j.st : vy_set(1e9f); // not to be taken for a steady tick
        s->step = vy_phase_step(rate_at(&j, 0));
        s->at = vy_wave_seek(o->saw, level); // all waves share one layout
    }
    o->fresh = false;
}

const struct vy_module vy_module_osc = {
    .abi = VY_MODULE_ABI,
    .id = "osc",
    .name = "Oscillator",
    .text = "Band-limited sine, saw, pulse and triangle with hard sync, FM and PM.",
    .words = "oscillator vco analog saw square pulse triangle sine subtractive",
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = osc_get_size,
    .init = osc_init,
    .reset = osc_reset,
    .process = osc_process,
};
