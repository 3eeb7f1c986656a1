// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The rest of the 808's set in one module: rimshot, clave, maracas, cymbal, conga.
//
// Rimshot, clave and conga are struck modes (rows of `modes` below, after the TR-808's bridged-T
// resonators), maracas high-passed noise with a soft start, the cymbal the bank of six squares in
// two bands that die at different speeds. freq and decay at 0 mean the kind's own.
#include "dsp/metal.h"
#include "veery/module.h"

enum { IN_TRIG, IN_FREQ };
enum { P_KIND, P_FREQ, P_DECAY, P_TONE, P_LEVEL };
enum { RIMSHOT, CLAVE, MARACAS, CYMBAL, CONGA, KINDS };

#define SHELF_HZ 2500.0f
#define SINK_S 0.02f // time the pitch of a mode settles in
#define MARACAS_EDGE_S 2e-3f
#define MARACAS_GAIN 1.1f
#define CYMBAL_GAIN 0.46f

// What makes a kind.
struct modes {
    float hz, decay_s;                 // the kind's own
    float ratio, weight, second_decay; // of the second mode, relative to the first
    float sink, drive, gain;           // pitch excess at the hit, saturation
};

static const struct modes modes[KINDS] = {
    [RIMSHOT] = {1667, 0.075f, 0.273f, 0.7f, 0.8f, 0.0f, 0.9f, 0.75f},
    [CLAVE] = {2500, 0.12f, 2.756f, 0.08f, 0.3f, 0.0f, 0.6f, 0.95f},
    [MARACAS] = {.hz = 5000, .decay_s = 0.08f},
    [CYMBAL] = {.hz = VY_METAL_HZ, .decay_s = 2.0f},
    [CONGA] = {220, 0.4f, 1.593f, 0.15f, 0.4f, 0.12f, 0.8f, 0.9f},
};

struct perc808_group {
    struct vy_drum_body body[2];
    struct vy_drum_env env[2];
    struct vy_drum_filter filter[2];
    struct vy_metal metal;
    vy_f8 sink, note, touch, shelf;
    vy_u8 key;
};

struct perc808 {
    struct vy_drum_rate rate;
    struct vy_square_rate square;
    float shelf, soft;
    uint32_t groups;
    uint64_t seed;
    struct perc808_group group[];
};

static const char *const kinds[] = {"rimshot", "clave", "maracas", "cymbal", "conga", NULL};

static const struct vy_port inputs[] = {
    {"trig", VY_PORT_NOTE | VY_PORT_CONTROL, "a value above 0 strikes the drum that hard (0..1)"},
    {"freq", VY_PORT_NOTE, "pitch in Hz; replaces the freq knob while a note is known"},
};
static const struct vy_port outputs[] = {{"out", 0, "sound"}};
static const struct vy_param params[] = {
    {"kind", "", 0, KINDS - 1, RIMSHOT, VY_ENUM, 0, kinds, "instrument"},
    {"freq", "Hz", 0, 8000, 0, VY_LIN, 5, NULL, "pitch; 0 = the kind's own"},
    {"decay", "s", 0, 4, 0, VY_LIN, 5, NULL, "time to -60 dB; 0 = the kind's own"},
    {"tone", "", 0, 1, 0.5f, VY_LIN, 5, NULL, "treble, dull to bright"},
    {"level", "", 0, 1, 0.7f, VY_LIN, 5, NULL, "loudness"},
};

static size_t perc808_get_size(const struct vy_cfg *cfg)
{
    return vy_align64(sizeof(struct perc808) + cfg->shape.groups * sizeof(struct perc808_group));
}

static void perc808_reset(void *mem)
{
    struct perc808 *const d = mem;
    for (uint32_t g = 0; g < d->groups; g++) {
        struct perc808_group *const s = &d->group[g];
        *s = (struct perc808_group){.key = vy_drum_key(d->seed, g)};
        vy_metal_init(&s->metal, s->key);
    }
}

static int perc808_init(void *mem, const struct vy_cfg *cfg)
{
    struct perc808 *const d = mem;
    d->rate = vy_drum_rate(cfg->sr_hz);
    d->square = vy_square_rate(cfg->sr_hz);
    d->shelf = vy_drum_pole(SHELF_HZ, cfg->sr_hz);
    d->soft = 1.0f - vy_drum_pole(1.0f / (6.2831853f * MARACAS_EDGE_S), cfg->sr_hz);
    d->groups = cfg->shape.groups;
    d->seed = cfg->seed;
    perc808_reset(mem);
    return 0;
}

struct job {
    const vy_f8 *trig, *freq;
    const struct modes *modes;
    struct vy_ramp tone, level;
    vy_f8 knob, knob_step, keep[2];
    struct vy_drum_tuning tuning[2];
    struct vy_drum_drive drive;
    uint32_t frame;
};

// Marks a hit in what all kinds keep.
VY_INLINE void mark(struct perc808_group *s, const struct job *j, uint32_t n, vy_i8 hit, vy_f8 vel)
{
    s->touch = vy_select(hit, vy_drum_touch(vel, 0.4f), s->touch);
    s->note = vy_drum_note(s->note, j->freq, n, hit);
}

// Treble shelf and level, the end of every kind.
VY_INLINE vy_f8 finish(const struct perc808 *d, struct perc808_group *s, const struct job *j,
                       uint32_t n, vy_f8 x)
{
    const vy_f8 tone = j->tone.v + j->tone.dv * (float)n;
    x = vy_drum_shade(&s->shelf, d->shelf, s->touch * (0.3f + 1.4f * tone), x);
    return x * (j->level.v + j->level.dv * (float)n);
}

static void run_modes(const struct perc808 *d, struct perc808_group *s, struct job *j,
                      vy_f8 *restrict out)
{
    const struct modes *const m = j->modes;
    const vy_f8 sink_keep = vy_drum_fall(vy_set(SINK_S), d->rate.sr_hz, 20);
    const float per_hz = 1.0f / d->rate.sr_hz;
    for (uint32_t n = 0; n < VY_TICK; n++) {
        vy_i8 hit;
        const vy_f8 vel = vy_drum_velocity(j->trig, n, &hit);
        if (__builtin_expect(vy_any(hit), 0)) {
            vy_drum_body_hit(&s->body[0], hit, vel, d->rate.fade);
            vy_drum_body_hit(&s->body[1], hit, vel * m->weight, d->rate.fade);
            s->sink = vy_select(hit, vel * m->sink, s->sink);
            mark(s, j, n, hit, vel);
        }
        s->note = vy_drum_note(s->note, j->freq, n, vy_seti(0));
        vy_f8 f = vy_select(s->note > 0.0f, s->note, j->knob + j->knob_step * (float)n);
        f = f * per_hz * (1.0f + s->sink);
        s->sink *= sink_keep;
        const vy_f8 x = vy_drum_body_next(&s->body[0], f, j->keep[0]) +
                        vy_drum_body_next(&s->body[1], f * m->ratio, j->keep[1]);
        out[n] = finish(d, s, j, n, vy_drum_drive_next(&j->drive, x * m->gain));
    }
    vy_drum_body_rest(&s->body[0]);
    vy_drum_body_rest(&s->body[1]);
    s->sink = vy_drum_rest(s->sink);
}

static void run_maracas(const struct perc808 *d, struct perc808_group *s, struct job *j,
                        vy_f8 *restrict out)
{
    const float per_hz = 1.0f / d->rate.sr_hz;
    const vy_f8 end = j->knob + j->knob_step * (float)VY_TICK;
    j->tuning[0] = vy_drum_tune(j->knob * per_hz, end * per_hz, 1.0f);
    for (uint32_t n = 0; n < VY_TICK; n++) {
        vy_i8 hit;
        const vy_f8 vel = vy_drum_velocity(j->trig, n, &hit);
        if (__builtin_expect(vy_any(hit), 0)) {
            vy_drum_env_hit(&s->env[0], hit, vel);
            mark(s, j, n, hit, vel);
        }
        const vy_f8 noise = vy_drum_noise(s->key, j->frame + n) * d->rate.hiss;
        const vy_f8 x = vy_drum_filter_next(&s->filter[0], &j->tuning[0], noise).high;
        const vy_f8 env = vy_drum_env_next(&s->env[0], j->keep[0], d->soft);
        out[n] = finish(d, s, j, n, x * env * MARACAS_GAIN);
    }
    vy_drum_env_rest(&s->env[0]);
}

VY_INLINE void tune_cymbal(const struct perc808 *d, struct perc808_group *s, struct job *j)
{
    const vy_f8 f = vy_select(s->note > 0.0f, s->note, j->knob);
    const vy_f8 rate = f * (1.0f / d->rate.sr_hz);
    vy_metal_tune(&s->metal, &d->square, rate);
    // the bands sit at 3.44 and 7.1 kHz over the 808's own pitch and follow it
    const vy_f8 low = rate * (3440.0f / VY_METAL_HZ), high = rate * (7100.0f / VY_METAL_HZ);
    j->tuning[0] = vy_drum_tune(low, low, 0.6f);
    j->tuning[1] = vy_drum_tune(high, high, 0.9f);
}

static void run_cymbal(const struct perc808 *d, struct perc808_group *s, struct job *j,
                       vy_f8 *restrict out)
{
    tune_cymbal(d, s, j);
    for (uint32_t n = 0; n < VY_TICK; n++) {
        vy_i8 hit;
        const vy_f8 vel = vy_drum_velocity(j->trig, n, &hit);
        if (__builtin_expect(vy_any(hit), 0)) {
            vy_drum_env_hit(&s->env[0], hit, 0.6f * vel);
            vy_drum_env_hit(&s->env[1], hit, vel);
            mark(s, j, n, hit, vel);
            tune_cymbal(d, s, j);
        }
        const vy_f8 metal = vy_metal_next(&s->metal, &d->square);
        const vy_f8 low = vy_drum_filter_next(&s->filter[0], &j->tuning[0], metal).band;
        const vy_f8 high = vy_drum_filter_next(&s->filter[1], &j->tuning[1], metal).high;
        const vy_f8 x = low * vy_drum_env_next(&s->env[0], j->keep[0], d->rate.edge) +
                        high * vy_drum_env_next(&s->env[1], j->keep[1], d->rate.edge);
        out[n] = finish(d, s, j, n, x * CYMBAL_GAIN);
    }
    vy_drum_env_rest(&s->env[0]);
    vy_drum_env_rest(&s->env[1]);
}

static struct job prepare(const struct perc808 *d, const struct vy_io *io, uint32_t g, int kind)
{
    const struct modes *const m = &modes[kind];
    const float sr_hz = d->rate.sr_hz;
    const struct vy_ramp freq = vy_ramp_of(io, P_FREQ, g);
    const vy_f8 time = vy_ramp_of(io, P_DECAY, g).v;
    const vy_i8 own = freq.v <= 0.0f;
    const vy_f8 decay = vy_select(time > 0.0f, vy_max(time, vy_set(0.005f)), vy_set(m->decay_s));
    // the cymbal's upper band, which is not a mode, dies in 0.6 of the time
    const float second = kind == CYMBAL ? 0.6f : m->second_decay;
    return (struct job){
        .trig = vy_in(io, IN_TRIG, g),
        .freq = vy_in(io, IN_FREQ, g),
        .modes = m,
        .tone = vy_ramp_of(io, P_TONE, g),
        .level = vy_ramp_of(io, P_LEVEL, g),
        .knob = vy_select(own, vy_set(m->hz), vy_max(freq.v, vy_set(20))),
        .knob_step = vy_select(own, vy_set(0), freq.dv),
        .keep = {vy_drum_keep(decay, sr_hz), vy_drum_keep(decay * second, sr_hz)},
        .drive = vy_drum_drive((struct vy_ramp){vy_sqrt(vy_set(m->drive * 0.125f)), vy_set(0)}),
        .frame = (uint32_t)io->time->frame,
    };
}

static void rest(struct perc808_group *s, vy_f8 *restrict out)
{
    vy_metal_skip(&s->metal);
    s->shelf = s->metal.last = vy_set(0);
    s->filter[0] = s->filter[1] = (struct vy_drum_filter){0};
    vy_drum_silence(out);
}

// Decays of the kinds that are not selected stop, so that they do not return with them.
static void forget_others(struct perc808_group *s, int kind)
{
    if (kind == MARACAS || kind == CYMBAL)
        s->body[0] = s->body[1] = (struct vy_drum_body){0};
    else
        s->env[0] = s->env[1] = (struct vy_drum_env){0};
    if (kind == MARACAS)
        s->env[1] = (struct vy_drum_env){0};
}

static void perc808_process(void *mem, const struct vy_io *io)
{
    struct perc808 *const d = mem;
    const int kind = (int)(vy_value(io, P_KIND) + 0.5f);
    for (uint32_t g = 0; g < d->groups; g++) {
        struct perc808_group *const s = &d->group[g];
        vy_f8 *const out = vy_out(io, 0, g);
        forget_others(s, kind);
        const vy_i8 rings = (s->env[0].level > 0.0f) | (s->env[1].level > 0.0f);
        if (!vy_any(rings) && !vy_drum_body_sounds(&s->body[0]) &&
            !vy_drum_body_sounds(&s->body[1]) && !vy_drum_struck(vy_in(io, IN_TRIG, g))) {
            rest(s, out);
            continue;
        }
        struct perc808_group local = *s;
        struct job j = prepare(d, io, g, kind);
        if (kind == MARACAS)
            run_maracas(d, &local, &j, out);
        else if (kind == CYMBAL)
            run_cymbal(d, &local, &j, out);
        else
            run_modes(d, &local, &j, out);
        *s = local;
    }
}

const struct vy_module vy_module_perc808 = {
    .abi = VY_MODULE_ABI,
    .id = "perc808",
    .name = "808 percussion",
    .text = "Synthesized rimshot, clave, maracas, cymbal and conga.",
    .words = "rimshot clave maracas cymbal conga percussion 808 drum machine",
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = perc808_get_size,
    .init = perc808_init,
    .reset = perc808_reset,
    .process = perc808_process,
};
