// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Seven detuned saws a voice, spread over the stereo field.
//
// The seven saws of a voice are the lanes of one vector (the eighth is silent), so a voice costs
// one table read a frame and one fold to two channels, however few voices there are. Offsets at
// full detune are those measured on the original instrument (A. Szabo, "How to emulate the Super
// Saw", KTH 2010); the detune knob is gentle in its lower half, where the musical range is. Phases
// run freely from random starts, as the original's do. Tables hold nothing below the fundamental
// and nothing above Nyquist, so no extra high-pass is needed.
#include "dsp/lanes.h"
#include "dsp/wave.h"
#include "base/rng.h"
#include "veery/module.h"

enum { IN_FREQ };
enum { P_DETUNE, P_MIX, P_WIDTH, P_FREQ, P_PITCH };
enum { CENTRE = 3 };

struct saws {
    vy_u8 phase;
    vy_i8 level; // tables of the last tick, to crossfade from; -1 = none yet
};

struct supersaw {
    const struct vy_wave *saw;
    float sr_hz;
    uint32_t voices, groups;
    uint64_t seed;
    struct saws voice[];
};

static const struct vy_port inputs[] = {
    {"freq", VY_PORT_NOTE, "pitch in Hz; replaces the freq knob while a note is known"},
};
static const struct vy_port outputs[] = {{"out", 0, "the saws, stereo"}};
static const struct vy_param params[] = {
    {"detune", "", 0, 1, 0.35f, VY_LIN, 10, NULL, "how far the side saws are out of tune"},
    {"mix", "", 0, 1, 0.7f, VY_LIN, 10, NULL, "0 centre saw only, 0.75 all alike, 1 sides only"},
    {"width", "", 0, 1, 0.8f, VY_LIN, 10, NULL, "how far the saws are spread left and right"},
    {"freq", "Hz", 0.01f, 20000, 261.6256f, VY_EXP, 5, NULL, "pitch when no note is played"},
    {"pitch", "st", -60, 60, 0, VY_LIN, 5, NULL, "transposition in semitones"},
};

static size_t supersaw_get_size(const struct vy_cfg *cfg)
{
    return vy_align64(sizeof(struct supersaw) + cfg->shape.voices * sizeof(struct saws));
}

static void supersaw_reset(void *mem)
{
    struct supersaw *const s = mem;
    for (uint32_t v = 0; v < s->voices; v++) {
        const uint64_t stream = vy_rng_key(s->seed, v);
        for (uint32_t i = 0; i < VY_GROUP; i++)
            s->voice[v].phase[i] = (uint32_t)(vy_rng_u64(stream, i) >> 32);
        s->voice[v].level = vy_seti(-1);
    }
}

static int supersaw_init(void *mem, const struct vy_cfg *cfg)
{
    struct supersaw *const s = mem;
    s->sr_hz = cfg->sr_hz;
    s->voices = cfg->shape.voices;
    s->groups = cfg->shape.groups;
    s->seed = cfg->seed;
    s->saw = cfg->shared(cfg->host, "wave.saw", vy_wave_size(), vy_wave_build_saw, NULL);
    supersaw_reset(s);
    return s->saw ? 0 : -1;
}

// A value at the first frame of a tick and what it gains every frame.
struct glide {
    vy_f8 v, dv;
};

VY_INLINE struct glide glide_between(vy_f8 from, vy_f8 to)
{
    return (struct glide){from, (to - from) * (1.0f / (float)VY_TICK)};
}

// A parameter of one voice, `n` frames into the tick, in every lane.
VY_INLINE vy_f8 knob_at(const struct vy_io *io, uint32_t param, uint32_t voice, float n)
{
    const struct vy_ramp r = vy_ramp_of(io, param, voice / 4);
    const uint32_t lane = voice % 4 * 2;
    return vy_set(r.v[lane] + n * r.dv[lane]);
}

// Cycles per frame of each saw for a pitch of 1 Hz.
VY_INLINE vy_f8 ratios_at(const struct supersaw *s, const struct vy_io *io, uint32_t voice, float n)
{
    const vy_f8 offset = {-0.110f, -0.0629f, -0.0195f, 0, 0.0199f, 0.0622f, 0.1075f, 0};
    const vy_f8 d = knob_at(io, P_DETUNE, voice, n), d2 = d * d;
    const vy_f8 amount = d * 0.12f + d2 * d2 * 0.88f;
    const vy_f8 tune = vy_exp2(knob_at(io, P_PITCH, voice, n) * (1.0f / 12.0f)) / s->sr_hz;
    return tune * (1.0f + offset * amount);
}

// Gains of the saws in one channel (side -1 left, 1 right): constant power in the mix and the pan.
VY_INLINE vy_f8 gains_at(const struct vy_io *io, uint32_t voice, float n, float side)
{
    const vy_f8 place = {-1.0f, 0.7f, -0.4f, 0, 0.4f, -0.7f, 1.0f, 0};
    const vy_f8 turn = knob_at(io, P_MIX, voice, n) * 0.25f;
    const vy_f8 centre = vy_cos_turns(turn), sides = vy_sin_turns(turn) * 0.40824829f; // 1/sqrt(6)
    const vy_i8 is_centre = {0, 0, 0, -1, 0, 0, 0, 0}, unused = {0, 0, 0, 0, 0, 0, 0, -1};
    const vy_f8 level = vy_select(unused, vy_set(0), vy_select(is_centre, centre, sides));
    const vy_f8 pan = place * knob_at(io, P_WIDTH, voice, n) * side;
    return level * vy_sin_turns((pan + 1.0f) * 0.125f) * 1.41421356f;
}

// Everything one voice needs for one tick.
struct job {
    const vy_f8 *freq; // input or NULL
    struct glide knob, ratio, left, right;
    uint32_t lane;
    bool moving;
};

VY_INLINE vy_u8 step_at(const struct job *j, uint32_t n)
{
    const float played = j->freq ? j->freq[n][j->lane] : 0.0f;
    const vy_f8 knob = j->knob.v + j->knob.dv * (float)n;
    const vy_f8 hz = played > 0.0f ? vy_set(played) : knob;
    const vy_f8 rate = vy_clamp(hz * (j->ratio.v + j->ratio.dv * (float)n), 0.0f, 0.499f);
    return vy_phase_step(rate);
}

// Sums of two vectors, into lanes 0 and 4.
VY_INLINE vy_f8 fold(vy_f8 a, vy_f8 b)
{
    vy_f8 s = __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11) +
              __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
    s = s + __builtin_shufflevector(s, s, 2, 3, 0, 1, 6, 7, 4, 5);
    return s + __builtin_shufflevector(s, s, 1, 0, 3, 2, 5, 4, 7, 6);
}

VY_INLINE void run(const struct supersaw *s, struct saws *v, const struct job *j, vy_i8 level,
                   bool moving, bool fade, vy_f8 *restrict out)
{
    const struct vy_wave_at to = vy_wave_seek(s->saw, level);
    const struct vy_wave_at from = vy_wave_seek(s->saw, fade ? v->level : level);
    vy_u8 phase = v->phase, step = step_at(j, 0);
    const uint32_t lane = j->lane;
    for (uint32_t n = 0; n < VY_TICK; n++) {
        vy_f8 y = vy_wave_read(s->saw, &to, phase);
        if (fade) {
            const vy_f8 was = vy_wave_read(s->saw, &from, phase);
            y = was + (y - was) * (((float)n + 1.0f) * (1.0f / (float)VY_TICK));
        }
        const vy_f8 left = j->left.v + j->left.dv * (float)n;
        const vy_f8 right = j->right.v + j->right.dv * (float)n;
        const vy_f8 both = fold(y * left, y * right);
        out[n][lane] = both[0];
        out[n][lane + 1] = both[4];
        if (moving)
            step = step_at(j, n);
        phase += step;
    }
    v->phase = phase;
}

static void make_job(const struct supersaw *s, const struct vy_io *io, uint32_t voice,
                     struct job *j)
{
    const float end = (float)VY_TICK;
    const struct vy_ramp knob = vy_ramp_of(io, P_FREQ, voice / 4);
    j->lane = voice % 4 * 2;
    j->freq = vy_in(io, IN_FREQ, voice / 4);
    j->knob = (struct glide){vy_set(knob.v[j->lane]), vy_set(knob.dv[j->lane])};
    j->ratio = glide_between(ratios_at(s, io, voice, 0), ratios_at(s, io, voice, end));
    j->left = glide_between(gains_at(io, voice, 0, -1), gains_at(io, voice, end, -1));
    j->right = glide_between(gains_at(io, voice, 0, 1), gains_at(io, voice, end, 1));
    const bool steady = !j->freq || (io->in_steady & (1u << IN_FREQ));
    j->moving = !steady || vy_any((j->knob.dv != 0.0f) | (j->ratio.dv != 0.0f));
}

static void supersaw_process(void *mem, const struct vy_io *io)
{
    struct supersaw *const s = mem;
    for (uint32_t n = 0; n < s->groups * VY_TICK; n++)
        io->out[0][n] = vy_set(0);
    for (uint32_t voice = 0; voice < s->voices; voice++) {
        struct saws *const v = &s->voice[voice];
        struct job j;
        make_job(s, io, voice, &j);
        const vy_u8 fastest = step_at(&j, 0), last = step_at(&j, VY_TICK - 1);
        const vy_f8 top =
            vy_max(vy_to_float((vy_i8)(fastest >> 1)), vy_to_float((vy_i8)(last >> 1)));
        const vy_i8 level = vy_wave_level(top * 0x1p-31f);
        const bool fade = v->level[CENTRE] >= 0 && vy_any(level != v->level);
        vy_f8 *const out = vy_out(io, 0, voice / 4);
        if (fade)
            run(s, v, &j, level, true, true, out);
        else if (j.moving)
            run(s, v, &j, level, true, false, out);
        else
            run(s, v, &j, level, false, false, out);
        v->level = level;
    }
}

const struct vy_module vy_module_supersaw = {
    .abi = VY_MODULE_ABI,
    .id = "supersaw",
    .name = "Supersaw",
    .text = "Seven detuned band-limited saws a voice, in stereo.",
    .words = "oscillator supersaw unison saw trance wide detune",
    .flags = VY_WIDE,
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = supersaw_get_size,
    .init = supersaw_init,
    .reset = supersaw_reset,
    .process = supersaw_process,
};
