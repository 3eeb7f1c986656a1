// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Snare drum: two tuned modes for the heads and shaped noise for the wires.
//
// The modes are `freq` and 1.83 times that (about the 909's 180 and 330 Hz); both start a little
// sharp and settle within 15 ms, which is the crack. The wires are white noise through a resonant
// high-pass whose corner `color` moves from 300 Hz to 4.8 kHz, with a decay of their own.
#include "dsp/drum.h"
#include "veery/module.h"

enum { IN_TRIG, IN_FREQ };
enum { P_FREQ, P_DECAY, P_SNAPPY, P_TONE, P_NOISE_DECAY, P_COLOR, P_DRIVE, P_LEVEL };

#define OVERTONE 1.83f
#define OVERTONE_DECAY 0.7f
#define CRACK 0.55f // how much sharper the modes start
#define CRACK_S 0.015f
#define WIRE_DAMP 0.9f
#define WIRE_GAIN 0.62f
#define SHELF_HZ 3000.0f
#define GAIN 0.92f

struct snare_group {
    struct vy_drum_body low, high;
    struct vy_drum_env wires;
    struct vy_drum_filter filter;
    vy_f8 crack, note, touch, shelf;
    vy_u8 key;
};

struct snare {
    struct vy_drum_rate rate;
    float shelf;
    uint32_t groups;
    uint64_t seed;
    struct snare_group group[];
};

static const struct vy_port inputs[] = {
    {"trig", VY_PORT_NOTE | VY_PORT_CONTROL, "a value above 0 strikes the drum that hard (0..1)"},
    {"freq", VY_PORT_NOTE, "pitch in Hz; replaces the freq knob while a note is known"},
};
static const struct vy_port outputs[] = {{"out", 0, "sound"}};
static const struct vy_param params[] = {
    {"freq", "Hz", 80, 600, 185, VY_EXP, 5, NULL, "pitch of the lower mode"},
    {"decay", "s", 0.02f, 2, 0.25f, VY_EXP, 5, NULL, "time of the modes to -60 dB"},
    {"snappy", "", 0, 1, 0.6f, VY_LIN, 5, NULL, "noise of the wires"},
    {"tone", "", 0, 1, 0.4f, VY_LIN, 5, NULL, "balance of the modes, lower to upper"},
    {"noise_decay", "s", 0.02f, 3, 0.3f, VY_EXP, 5, NULL, "time of the wires to -60 dB"},
    {"color", "", 0, 1, 0.5f, VY_LIN, 5, NULL, "wires from full to thin"},
    {"drive", "", 0, 1, 0.4f, VY_LIN, 5, NULL, "soft saturation"},
    {"level", "", 0, 1, 0.7f, VY_LIN, 5, NULL, "loudness"},
};

static size_t snare_get_size(const struct vy_cfg *cfg)
{
    return vy_align64(sizeof(struct snare) + cfg->shape.groups * sizeof(struct snare_group));
}

static void snare_reset(void *mem)
{
    struct snare *const d = mem;
    for (uint32_t g = 0; g < d->groups; g++)
        d->group[g] = (struct snare_group){.key = vy_drum_key(d->seed, g)};
}

static int snare_init(void *mem, const struct vy_cfg *cfg)
{
    struct snare *const d = mem;
    d->rate = vy_drum_rate(cfg->sr_hz);
    d->shelf = vy_drum_pole(SHELF_HZ, cfg->sr_hz);
    d->groups = cfg->shape.groups;
    d->seed = cfg->seed;
    snare_reset(mem);
    return 0;
}

struct job {
    const vy_f8 *trig, *freq;
    struct vy_ramp knob, snappy, tone, level;
    vy_f8 keep, high_keep, wire_keep, crack_keep;
    struct vy_drum_tuning tuning;
    struct vy_drum_drive drive;
    uint32_t frame;
};

VY_INLINE void strike(const struct snare *d, struct snare_group *s, vy_i8 hit, vy_f8 vel)
{
    // the saturation evens velocities out: a steeper curve before it keeps their distance
    const vy_f8 force = vel * vy_sqrt(vel);
    vy_drum_body_hit(&s->low, hit, force, d->rate.fade);
    vy_drum_body_hit(&s->high, hit, force, d->rate.fade);
    vy_drum_env_hit(&s->wires, hit, force);
    s->crack = vy_select(hit, vel * CRACK, s->crack);
    s->touch = vy_select(hit, vy_drum_touch(vel, 0.35f), s->touch);
}

static void run_group(const struct snare *d, struct snare_group *state, struct job *j,
                      vy_f8 *restrict out)
{
    struct snare_group s = *state;
    const float per_hz = 1.0f / d->rate.sr_hz;
    for (uint32_t n = 0; n < VY_TICK; n++) {
        const float at = (float)n;
        vy_i8 hit;
        const vy_f8 vel = vy_drum_velocity(j->trig, n, &hit);
        if (__builtin_expect(vy_any(hit), 0))
            strike(d, &s, hit, vel);
        s.note = vy_drum_note(s.note, j->freq, n, hit);
        vy_f8 f = vy_select(s.note > 0.0f, s.note, j->knob.v + j->knob.dv * at);
        f = f * per_hz * (1.0f + s.crack);
        s.crack *= j->crack_keep;
        const vy_f8 tone = j->tone.v + j->tone.dv * at, snap = j->snappy.v + j->snappy.dv * at;
        const vy_f8 body = (1.0f - tone) * vy_drum_body_next(&s.low, f, j->keep) +
                           tone * vy_drum_body_next(&s.high, f * OVERTONE, j->high_keep);
        const struct vy_drum_bands wires = vy_drum_filter_next(
            &s.filter, &j->tuning, vy_drum_noise(s.key, j->frame + n) * d->rate.hiss);
        const vy_f8 hiss = (wires.high + 0.5f * wires.band) * WIRE_GAIN *
                           vy_drum_env_next(&s.wires, j->wire_keep, d->rate.edge);
        vy_f8 x = body * (1.2f - 0.45f * snap) + hiss * snap;
        x = vy_drum_drive_next(&j->drive, x * GAIN);
        out[n] = vy_drum_shade(&s.shelf, d->shelf, s.touch, x) * (j->level.v + j->level.dv * at);
    }
    vy_drum_body_rest(&s.low);
    vy_drum_body_rest(&s.high);
    vy_drum_env_rest(&s.wires);
    s.crack = vy_drum_rest(s.crack);
    *state = s;
}

static void rest(struct snare_group *s, vy_f8 *restrict out)
{
    s->shelf = vy_set(0);
    s->filter = (struct vy_drum_filter){0};
    vy_drum_silence(out);
}

static void snare_process(void *mem, const struct vy_io *io)
{
    struct snare *const d = mem;
    const float sr_hz = d->rate.sr_hz;
    for (uint32_t g = 0; g < d->groups; g++) {
        struct snare_group *const s = &d->group[g];
        const vy_f8 *const trig = vy_in(io, IN_TRIG, g);
        if (!vy_drum_body_sounds(&s->low) && !vy_any(s->wires.level > 0.0f) &&
            !vy_drum_struck(trig)) {
            rest(s, vy_out(io, 0, g));
            continue;
        }
        const vy_f8 decay = vy_ramp_of(io, P_DECAY, g).v;
        const struct vy_ramp color = vy_ramp_of(io, P_COLOR, g);
        const vy_f8 corner = vy_exp2(color.v * 4.0f) * (300.0f / sr_hz);
        const vy_f8 corner_end =
            vy_exp2((color.v + color.dv * (float)VY_TICK) * 4.0f) * (300.0f / sr_hz);
        const struct vy_drum_drive drive = vy_drum_drive(vy_ramp_of(io, P_DRIVE, g));
        struct job j = {
            .trig = trig,
            .freq = vy_in(io, IN_FREQ, g),
            .knob = vy_ramp_of(io, P_FREQ, g),
            .snappy = vy_ramp_of(io, P_SNAPPY, g),
            .tone = vy_ramp_of(io, P_TONE, g),
            .level = vy_ramp_of(io, P_LEVEL, g),
            .keep = vy_drum_keep_driven(decay, sr_hz, &drive),
            .high_keep = vy_drum_keep_driven(decay * OVERTONE_DECAY, sr_hz, &drive),
            .wire_keep = vy_drum_keep_driven(vy_ramp_of(io, P_NOISE_DECAY, g).v, sr_hz, &drive),
            .crack_keep = vy_drum_fall(vy_set(CRACK_S), sr_hz, 20),
            .tuning = vy_drum_tune(corner, corner_end, WIRE_DAMP),
            .drive = drive,
            .frame = (uint32_t)io->time->frame,
        };
        run_group(d, s, &j, vy_out(io, 0, g));
    }
}

const struct vy_module vy_module_snare = {
    .abi = VY_MODULE_ABI,
    .id = "snare",
    .name = "Snare drum",
    .text = "Synthesized snare: two tuned modes and shaped wire noise.",
    .words = "snare drum sd 808 909 drum machine rim wires",
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = snare_get_size,
    .init = snare_init,
    .reset = snare_reset,
    .process = snare_process,
};
