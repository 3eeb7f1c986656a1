// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Bass drum: a sine whose pitch falls from `punch` semitones above `freq`, a burst of noise for the
// beater, soft saturation and a treble shelf.
//
// The fall is exponential in semitones, so the first milliseconds knock and the rest stays low:
// pitch(t) = freq * 2^(punch / 12 * 10^(-t / sweep)). Long decays with little punch are the 808's
// sub, short ones with much punch and click the 909. Velocity also deepens the sweep, drives the
// saturation and opens the treble. Envelopes and retriggers: dsp/drum.h.
#include "dsp/drum.h"
#include "veery/module.h"

enum { IN_TRIG, IN_FREQ };
enum { P_FREQ, P_DECAY, P_PUNCH, P_SWEEP, P_CLICK, P_DRIVE, P_TONE, P_LEVEL };

#define CLICK_S 0.014f // T60 of the beater
#define CLICK_GAIN 0.7f
#define SHELF_HZ 600.0f
#define GAIN 0.95f // a hit of 1 peaks at 1

struct kick_group {
    struct vy_drum_body body;
    struct vy_drum_env click;
    vy_f8 pitch; // 1 at the hit, falls to 0
    vy_f8 note, depth, touch, low;
    vy_u8 key;
};

struct kick {
    struct vy_drum_rate rate;
    float shelf;
    uint32_t groups;
    uint64_t seed;
    struct kick_group group[];
};

static const struct vy_port inputs[] = {
    {"trig", VY_PORT_NOTE | VY_PORT_CONTROL, "a value above 0 strikes the drum that hard (0..1)"},
    {"freq", VY_PORT_NOTE, "pitch in Hz; replaces the freq knob while a note is known"},
};
static const struct vy_port outputs[] = {{"out", 0, "sound"}};
static const struct vy_param params[] = {
    {"freq", "Hz", 20, 200, 60, VY_EXP, 5, NULL, "pitch after the sweep"},
    {"decay", "s", 0.02f, 4, 0.5f, VY_EXP, 5, NULL, "time to -60 dB"},
    {"punch", "st", 0, 60, 30, VY_LIN, 5, NULL, "how far above freq the pitch starts"},
    {"sweep", "s", 0.002f, 0.5f, 0.045f, VY_EXP, 5, NULL,
     "time the sweep takes to fall to a tenth"},
    {"click", "", 0, 1, 0.3f, VY_LIN, 5, NULL, "noise of the beater"},
    {"drive", "", 0, 1, 0.45f, VY_LIN, 5, NULL, "soft saturation"},
    {"tone", "", 0, 1, 0.6f, VY_LIN, 5, NULL, "treble, dull to bright"},
    {"level", "", 0, 1, 0.7f, VY_LIN, 5, NULL, "loudness"},
};

static size_t kick_get_size(const struct vy_cfg *cfg)
{
    return vy_align64(sizeof(struct kick) + cfg->shape.groups * sizeof(struct kick_group));
}

static void kick_reset(void *mem)
{
    struct kick *const k = mem;
    for (uint32_t g = 0; g < k->groups; g++)
        k->group[g] = (struct kick_group){.key = vy_drum_key(k->seed, g)};
}

static int kick_init(void *mem, const struct vy_cfg *cfg)
{
    struct kick *const k = mem;
    k->rate = vy_drum_rate(cfg->sr_hz);
    k->shelf = vy_drum_pole(SHELF_HZ, cfg->sr_hz);
    k->groups = cfg->shape.groups;
    k->seed = cfg->seed;
    kick_reset(mem);
    return 0;
}

// Everything one group needs for one tick.
struct job {
    const vy_f8 *trig, *freq;
    struct vy_ramp knob, punch, click, tone, level;
    vy_f8 keep, sweep_keep, click_keep;
    struct vy_drum_drive drive;
    uint32_t frame;
};

VY_INLINE void strike(const struct kick *k, struct kick_group *s, vy_i8 hit, vy_f8 vel)
{
    // the saturation evens velocities out: a steeper curve before it keeps their distance
    vy_drum_body_hit(&s->body, hit, vel * vy_sqrt(vel), k->rate.fade);
    vy_drum_env_hit(&s->click, hit, vel * vel * CLICK_GAIN);
    s->pitch = vy_select(hit, vy_set(1), s->pitch);
    s->depth = vy_select(hit, vy_drum_touch(vel, 0.85f) * (1.0f / 12.0f), s->depth);
    s->touch = vy_select(hit, vy_drum_touch(vel, 0.4f), s->touch);
}

static void run_group(const struct kick *k, struct kick_group *state, struct job *j,
                      vy_f8 *restrict out)
{
    struct kick_group s = *state;
    const float per_hz = 1.0f / k->rate.sr_hz;
    for (uint32_t n = 0; n < VY_TICK; n++) {
        const float at = (float)n;
        vy_i8 hit;
        const vy_f8 vel = vy_drum_velocity(j->trig, n, &hit);
        if (__builtin_expect(vy_any(hit), 0))
            strike(k, &s, hit, vel);
        s.note = vy_drum_note(s.note, j->freq, n, hit);
        const vy_f8 f = vy_select(s.note > 0.0f, s.note, j->knob.v + j->knob.dv * at);
        const vy_f8 up = (j->punch.v + j->punch.dv * at) * s.depth * s.pitch;
        s.pitch *= j->sweep_keep;
        vy_f8 x = vy_drum_body_next(&s.body, f * per_hz * vy_exp2(up), j->keep);
        const vy_f8 click = vy_drum_env_next(&s.click, j->click_keep, k->rate.edge);
        x += vy_drum_noise(s.key, j->frame + n) * k->rate.hiss * click *
             (j->click.v + j->click.dv * at);
        x = vy_drum_drive_next(&j->drive, x * GAIN);
        const vy_f8 bright = s.touch * (0.1f + 1.5f * (j->tone.v + j->tone.dv * at));
        x = vy_drum_shade(&s.low, k->shelf, bright, x);
        out[n] = x * (j->level.v + j->level.dv * at);
    }
    vy_drum_body_rest(&s.body);
    vy_drum_env_rest(&s.click);
    s.pitch = vy_drum_rest(s.pitch);
    *state = s;
}

static void kick_process(void *mem, const struct vy_io *io)
{
    struct kick *const k = mem;
    for (uint32_t g = 0; g < k->groups; g++) {
        struct kick_group *const s = &k->group[g];
        const vy_f8 *const trig = vy_in(io, IN_TRIG, g);
        if (!vy_drum_body_sounds(&s->body) && !vy_drum_struck(trig)) {
            s->low = vy_set(0);
            vy_drum_silence(vy_out(io, 0, g));
            continue;
        }
        const float sr_hz = k->rate.sr_hz;
        const struct vy_drum_drive drive = vy_drum_drive(vy_ramp_of(io, P_DRIVE, g));
        struct job j = {
            .trig = trig,
            .freq = vy_in(io, IN_FREQ, g),
            .knob = vy_ramp_of(io, P_FREQ, g),
            .punch = vy_ramp_of(io, P_PUNCH, g),
            .click = vy_ramp_of(io, P_CLICK, g),
            .tone = vy_ramp_of(io, P_TONE, g),
            .level = vy_ramp_of(io, P_LEVEL, g),
            .keep = vy_drum_keep_driven(vy_ramp_of(io, P_DECAY, g).v, sr_hz, &drive),
            .sweep_keep = vy_drum_fall(vy_ramp_of(io, P_SWEEP, g).v, sr_hz, 20),
            .click_keep = vy_drum_keep(vy_set(CLICK_S), sr_hz),
            .drive = drive,
            .frame = (uint32_t)io->time->frame,
        };
        run_group(k, s, &j, vy_out(io, 0, g));
    }
}

const struct vy_module vy_module_kick = {
    .abi = VY_MODULE_ABI,
    .id = "kick",
    .name = "Bass drum",
    .text = "Synthesized bass drum, from 909 punch to long 808 subs.",
    .words = "kick bass drum bd 808 909 sub drum machine",
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = kick_get_size,
    .init = kick_init,
    .reset = kick_reset,
    .process = kick_process,
};
