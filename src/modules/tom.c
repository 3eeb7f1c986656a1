// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Tom: two modes of a membrane whose pitch sinks after the hit, a breath of noise, saturation.
//
// The modes are 1 and 1.593 times `freq`, the ratio of the first two modes of an ideal round
// membrane (Bessel zeros 2.405 and 3.832); the upper one dies in a third of the time. The pitch
// sinks exponentially in semitones and is within a tenth of its way after SINK_S.
#include "dsp/drum.h"
#include "veery/module.h"

enum { IN_TRIG, IN_FREQ };
enum { P_FREQ, P_DECAY, P_SWEEP, P_NOISE, P_DRIVE, P_LEVEL };

#define OVERTONE 1.593f
#define OVERTONE_GAIN 0.3f
#define OVERTONE_DECAY 0.35f
#define NOISE_DECAY 0.3f
#define SINK_S 0.11f
#define SHELF_HZ 1500.0f
#define GAIN 0.81f // a hit of 1 peaks at 1

struct tom_group {
    struct vy_drum_body low, high;
    struct vy_drum_env skin;
    vy_f8 pitch, note, touch, shelf, thin; // thin: memory of the noise's low-pass
    vy_u8 key;
};

struct tom {
    struct vy_drum_rate rate;
    float shelf, thin;
    uint32_t groups;
    uint64_t seed;
    struct tom_group group[];
};

static const struct vy_port inputs[] = {
    {"trig", VY_PORT_NOTE | VY_PORT_CONTROL, "a value above 0 strikes the drum that hard (0..1)"},
    {"freq", VY_PORT_NOTE, "pitch in Hz; replaces the freq knob while a note is known"},
};
static const struct vy_port outputs[] = {{"out", 0, "sound"}};
static const struct vy_param params[] = {
    {"freq", "Hz", 40, 600, 120, VY_EXP, 5, NULL, "pitch after the sweep"},
    {"decay", "s", 0.02f, 4, 0.6f, VY_EXP, 5, NULL, "time to -60 dB"},
    {"sweep", "st", 0, 24, 6, VY_LIN, 5, NULL, "how far above freq the pitch starts"},
    {"noise", "", 0, 1, 0.25f, VY_LIN, 5, NULL, "noise of the skin"},
    {"drive", "", 0, 1, 0.25f, VY_LIN, 5, NULL, "soft saturation"},
    {"level", "", 0, 1, 0.7f, VY_LIN, 5, NULL, "loudness"},
};

static size_t tom_get_size(const struct vy_cfg *cfg)
{
    return vy_align64(sizeof(struct tom) + cfg->shape.groups * sizeof(struct tom_group));
}

static void tom_reset(void *mem)
{
    struct tom *const d = mem;
    for (uint32_t g = 0; g < d->groups; g++)
        d->group[g] = (struct tom_group){.key = vy_drum_key(d->seed, g)};
}

static int tom_init(void *mem, const struct vy_cfg *cfg)
{
    struct tom *const d = mem;
    d->rate = vy_drum_rate(cfg->sr_hz);
    d->shelf = vy_drum_pole(SHELF_HZ, cfg->sr_hz);
    d->thin = vy_drum_pole(2500, cfg->sr_hz);
    d->groups = cfg->shape.groups;
    d->seed = cfg->seed;
    tom_reset(mem);
    return 0;
}

struct job {
    const vy_f8 *trig, *freq;
    struct vy_ramp knob, sweep, noise, level;
    vy_f8 keep, high_keep, skin_keep, sink;
    struct vy_drum_drive drive;
    uint32_t frame;
};

VY_INLINE void strike(const struct tom *d, struct tom_group *s, vy_i8 hit, vy_f8 vel)
{
    vy_drum_body_hit(&s->low, hit, vel, d->rate.fade);
    vy_drum_body_hit(&s->high, hit, vel * vel * OVERTONE_GAIN, d->rate.fade);
    vy_drum_env_hit(&s->skin, hit, vel * vel);
    s->pitch = vy_select(hit, vy_drum_touch(vel, 0.7f) * (1.0f / 12.0f), s->pitch);
    s->touch = vy_select(hit, vy_drum_touch(vel, 0.4f), s->touch);
}

static void run_group(const struct tom *d, struct tom_group *state, struct job *j,
                      vy_f8 *restrict out)
{
    struct tom_group s = *state;
    const float per_hz = 1.0f / d->rate.sr_hz;
    for (uint32_t n = 0; n < VY_TICK; n++) {
        const float at = (float)n;
        vy_i8 hit;
        const vy_f8 vel = vy_drum_velocity(j->trig, n, &hit);
        if (__builtin_expect(vy_any(hit), 0))
            strike(d, &s, hit, vel);
        s.note = vy_drum_note(s.note, j->freq, n, hit);
        vy_f8 f = vy_select(s.note > 0.0f, s.note, j->knob.v + j->knob.dv * at);
        f = f * per_hz * vy_exp2((j->sweep.v + j->sweep.dv * at) * s.pitch);
        s.pitch *= j->sink;
        vy_f8 x = vy_drum_body_next(&s.low, f, j->keep) +
                  vy_drum_body_next(&s.high, f * OVERTONE, j->high_keep);
        s.thin += d->thin * (vy_drum_noise(s.key, j->frame + n) * d->rate.hiss - s.thin);
        x += s.thin * vy_drum_env_next(&s.skin, j->skin_keep, d->rate.edge) *
             (j->noise.v + j->noise.dv * at);
        x = vy_drum_drive_next(&j->drive, x * GAIN);
        out[n] = vy_drum_shade(&s.shelf, d->shelf, s.touch, x) * (j->level.v + j->level.dv * at);
    }
    vy_drum_body_rest(&s.low);
    vy_drum_body_rest(&s.high);
    vy_drum_env_rest(&s.skin);
    s.pitch = vy_drum_rest(s.pitch);
    *state = s;
}

static void tom_process(void *mem, const struct vy_io *io)
{
    struct tom *const d = mem;
    const float sr_hz = d->rate.sr_hz;
    for (uint32_t g = 0; g < d->groups; g++) {
        struct tom_group *const s = &d->group[g];
        const vy_f8 *const trig = vy_in(io, IN_TRIG, g);
        if (!vy_drum_body_sounds(&s->low) && !vy_drum_struck(trig)) {
            s->shelf = vy_set(0);
            vy_drum_silence(vy_out(io, 0, g));
            continue;
        }
        const vy_f8 decay = vy_ramp_of(io, P_DECAY, g).v;
        const struct vy_drum_drive drive = vy_drum_drive(vy_ramp_of(io, P_DRIVE, g));
        struct job j = {
            .trig = trig,
            .freq = vy_in(io, IN_FREQ, g),
            .knob = vy_ramp_of(io, P_FREQ, g),
            .sweep = vy_ramp_of(io, P_SWEEP, g),
            .noise = vy_ramp_of(io, P_NOISE, g),
            .level = vy_ramp_of(io, P_LEVEL, g),
            .keep = vy_drum_keep_driven(decay, sr_hz, &drive),
            .high_keep = vy_drum_keep_driven(decay * OVERTONE_DECAY, sr_hz, &drive),
            .skin_keep = vy_drum_keep_driven(decay * NOISE_DECAY, sr_hz, &drive),
            .sink = vy_drum_fall(vy_set(SINK_S), sr_hz, 20),
            .drive = drive,
            .frame = (uint32_t)io->time->frame,
        };
        run_group(d, s, &j, vy_out(io, 0, g));
    }
}

const struct vy_module vy_module_tom = {
    .abi = VY_MODULE_ABI,
    .id = "tom",
    .name = "Tom",
    .text = "Synthesized tom: two membrane modes that sink in pitch, skin noise, saturation.",
    .words = "tom drum floor rack 808 909 drum machine",
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = tom_get_size,
    .init = tom_init,
    .reset = tom_reset,
    .process = tom_process,
};
