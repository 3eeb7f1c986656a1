// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Hi-hat: six inharmonic squares (metal) or noise (white) through a steep high-pass.
//
// A short decay is a closed hat, a long one an open hat; a new hit takes the decay over at once, so
// a closed hit chokes an open one. The oscillators run freely, as in the TR-808 (dsp/metal.h), so
// no two hits are quite alike. High-pass: 12 dB an octave with a slight peak, then 6 dB more.
#include "dsp/metal.h"
#include "veery/module.h"

enum { IN_TRIG, IN_FREQ };
enum { P_FREQ, P_DECAY, P_NOISE, P_CUTOFF, P_LEVEL };
enum { WHITE, METAL };

#define DAMP 0.9f
#define AIR_HZ 17000.0f // noise above this, at high sample rates, only costs headroom
#define AIR_DAMP 1.2f
#define SHELF_HZ 9000.0f
#define METAL_GAIN 0.88f
#define WHITE_GAIN 1.02f

struct hihat_group {
    struct vy_metal metal;
    struct vy_drum_env env;
    struct vy_drum_filter filter, air;
    vy_f8 second, note, touch, shelf; // second: memory of the 6 dB stage
    vy_u8 key;
};

struct hihat {
    struct vy_drum_rate rate;
    struct vy_square_rate square;
    struct vy_drum_tuning air;
    float shelf;
    uint32_t groups;
    uint64_t seed;
    struct hihat_group group[];
};

static const char *const noises[] = {"white", "metal", NULL};

static const struct vy_port inputs[] = {
    {"trig", VY_PORT_NOTE | VY_PORT_CONTROL, "a value above 0 strikes the drum that hard (0..1)"},
    {"freq", VY_PORT_NOTE, "pitch in Hz; replaces the freq knob while a note is known"},
};
static const struct vy_port outputs[] = {{"out", 0, "sound"}};
static const struct vy_param params[] = {
    {"freq", "Hz", 40, 2000, VY_METAL_HZ, VY_EXP, 5, NULL, "lowest of the six metal pitches"},
    {"decay", "s", 0.01f, 3, 0.05f, VY_EXP, 5, NULL, "time to -60 dB: short closed, long open"},
    {"noise", "", 0, 1, METAL, VY_ENUM, 0, noises, "what sounds: white noise or metal squares"},
    {"cutoff", "Hz", 500, 16000, 7000, VY_EXP, 5, NULL, "high-pass"},
    {"level", "", 0, 1, 0.7f, VY_LIN, 5, NULL, "loudness"},
};

static size_t hihat_get_size(const struct vy_cfg *cfg)
{
    return vy_align64(sizeof(struct hihat) + cfg->shape.groups * sizeof(struct hihat_group));
}

static void hihat_reset(void *mem)
{
    struct hihat *const d = mem;
    for (uint32_t g = 0; g < d->groups; g++) {
        struct hihat_group *const s = &d->group[g];
        *s = (struct hihat_group){.key = vy_drum_key(d->seed, g)};
        vy_metal_init(&s->metal, s->key);
    }
}

static int hihat_init(void *mem, const struct vy_cfg *cfg)
{
    struct hihat *const d = mem;
    d->rate = vy_drum_rate(cfg->sr_hz);
    d->square = vy_square_rate(cfg->sr_hz);
    d->shelf = vy_drum_pole(SHELF_HZ, cfg->sr_hz);
    const vy_f8 air = vy_set(AIR_HZ / cfg->sr_hz);
    d->air = vy_drum_tune(air, air, AIR_DAMP);
    d->groups = cfg->shape.groups;
    d->seed = cfg->seed;
    hihat_reset(mem);
    return 0;
}

struct job {
    const vy_f8 *trig, *freq;
    struct vy_ramp level, gain, pole;
    vy_f8 knob, keep;
    struct vy_drum_tuning tuning;
    uint32_t frame;
};

VY_INLINE void tune(const struct hihat *d, struct hihat_group *s, vy_f8 knob)
{
    vy_metal_tune(&s->metal, &d->square,
                  vy_select(s->note > 0.0f, s->note, knob) * (1.0f / d->rate.sr_hz));
}

VY_INLINE void run_group(const struct hihat *d, struct hihat_group *s, struct job *j, bool white,
                         vy_f8 *restrict out)
{
    struct vy_drum_tuning air = d->air;
    tune(d, s, j->knob);
    for (uint32_t n = 0; n < VY_TICK; n++) {
        const float at = (float)n;
        vy_i8 hit;
        const vy_f8 vel = vy_drum_velocity(j->trig, n, &hit);
        if (__builtin_expect(vy_any(hit), 0)) {
            vy_drum_env_hit(&s->env, hit, vel);
            s->touch = vy_select(hit, vy_drum_touch(vel, 0.4f), s->touch);
            s->note = vy_drum_note(s->note, j->freq, n, hit);
            tune(d, s, j->knob);
        }
        const vy_f8 source = white ? vy_drum_noise(s->key, j->frame + n) * d->rate.hiss
                                   : vy_metal_next(&s->metal, &d->square);
        const vy_f8 high = vy_drum_filter_next(&s->filter, &j->tuning, source).high;
        const vy_f8 step = (j->pole.v + j->pole.dv * at) * (high - s->second);
        const vy_f8 low = s->second + step; // trapezoidal one-pole
        s->second = low + step;
        const vy_f8 x = (high - low) * (j->gain.v + j->gain.dv * at) *
                        vy_drum_env_next(&s->env, j->keep, d->rate.edge) *
                        (j->level.v + j->level.dv * at);
        const vy_f8 y = vy_drum_shade(&s->shelf, d->shelf, s->touch, x);
        out[n] = white ? vy_drum_filter_next(&s->air, &air, y).low : y;
    }
    vy_drum_env_rest(&s->env);
}

static void rest(struct hihat_group *s, vy_f8 *restrict out)
{
    vy_metal_skip(&s->metal);
    s->shelf = s->second = s->metal.last = vy_set(0);
    s->filter = s->air = (struct vy_drum_filter){0};
    vy_drum_silence(out);
}

// A ramp from one value to another over the tick.
VY_INLINE struct vy_ramp between(vy_f8 from, vy_f8 to)
{
    return (struct vy_ramp){from, (to - from) * (1.0f / (float)VY_TICK)};
}

VY_INLINE vy_f8 pole_of(vy_f8 cutoff_hz, float sr_hz)
{
    const vy_f8 g = vy_tan_pi(cutoff_hz * (1.0f / sr_hz));
    return g / (1.0f + g);
}

// Squares lose 6 dB an octave: what a higher corner takes away is given back in part.
VY_INLINE vy_f8 gain_of(vy_f8 cutoff_hz, bool white)
{
    return white ? vy_set(WHITE_GAIN) : METAL_GAIN * vy_sqrt(cutoff_hz * (1.0f / 7000.0f));
}

static void hihat_process(void *mem, const struct vy_io *io)
{
    struct hihat *const d = mem;
    const float sr_hz = d->rate.sr_hz;
    const bool white = vy_value(io, P_NOISE) < 0.5f;
    for (uint32_t g = 0; g < d->groups; g++) {
        struct hihat_group *const s = &d->group[g];
        const vy_f8 *const trig = vy_in(io, IN_TRIG, g);
        vy_f8 *const out = vy_out(io, 0, g);
        if (!vy_any(s->env.level > 0.0f) && !vy_drum_struck(trig)) {
            rest(s, out);
            continue;
        }
        const struct vy_ramp cutoff = vy_ramp_of(io, P_CUTOFF, g);
        const vy_f8 end = cutoff.v + cutoff.dv * (float)VY_TICK;
        struct job j = {
            .trig = trig,
            .freq = vy_in(io, IN_FREQ, g),
            .level = vy_ramp_of(io, P_LEVEL, g),
            .knob = vy_ramp_of(io, P_FREQ, g).v,
            .keep = vy_drum_keep(vy_ramp_of(io, P_DECAY, g).v, sr_hz),
            .pole = between(pole_of(cutoff.v, sr_hz), pole_of(end, sr_hz)),
            .gain = between(gain_of(cutoff.v, white), gain_of(end, white)),
            .tuning = vy_drum_tune(cutoff.v * (1.0f / sr_hz), end * (1.0f / sr_hz), DAMP),
            .frame = (uint32_t)io->time->frame,
        };
        struct hihat_group local = *s;
        if (white)
            run_group(d, &local, &j, true, out);
        else
            run_group(d, &local, &j, false, out);
        *s = local;
    }
}

const struct vy_module vy_module_hihat = {
    .abi = VY_MODULE_ABI,
    .id = "hihat",
    .name = "Hi-hat",
    .text = "Synthesized hi-hat: six inharmonic squares or noise, closed to open.",
    .words = "hihat hat hh closed open cymbal 808 909 drum machine noise",
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = hihat_get_size,
    .init = hihat_init,
    .reset = hihat_reset,
    .process = hihat_process,
};
