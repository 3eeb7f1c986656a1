// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Hand clap: three short bursts of noise, `spread` apart, and a fourth that rings out, all through
// a band-pass; under them the room, a darker and longer decay of its own noise.
//
// Each burst falls by 30 dB within `spread`, the saw-shaped envelope of the TR-808 and TR-909.
// `decay` is the T60 of the last burst; the room takes 2.5 times that.
#include "dsp/drum.h"
#include "veery/module.h"

enum { IN_TRIG };
enum { P_DECAY, P_SPREAD, P_TONE, P_ROOM, P_LEVEL };

#define BURSTS 3.0f // before the one that rings out
#define BURST_DB 30.0f
#define DAMP 0.8f
#define ROOM_DECAY 2.5f
#define ROOM_GAIN 0.5f
#define SHELF_HZ 2000.0f
#define GAIN 1.75f

struct clap_group {
    struct vy_drum_env clap, room;
    struct vy_drum_filter filter;
    vy_f8 left, wait; // bursts to come, frames to the next
    vy_f8 force, touch, shelf, dark;
    vy_u8 key;
};

struct clap {
    struct vy_drum_rate rate;
    float shelf, dark;
    uint32_t groups;
    uint64_t seed;
    struct clap_group group[];
};

static const struct vy_port inputs[] = {
    {"trig", VY_PORT_NOTE | VY_PORT_CONTROL, "a value above 0 strikes the drum that hard (0..1)"},
};
static const struct vy_port outputs[] = {{"out", 0, "sound"}};
static const struct vy_param params[] = {
    {"decay", "s", 0.02f, 3, 0.3f, VY_EXP, 5, NULL, "time of the last burst to -60 dB"},
    {"spread", "s", 0.002f, 0.05f, 0.011f, VY_EXP, 5, NULL, "time between the bursts"},
    {"tone", "", 0, 1, 0.5f, VY_LIN, 5, NULL, "band-pass from 500 Hz to 2.8 kHz"},
    {"room", "", 0, 1, 0.3f, VY_LIN, 5, NULL, "longer, darker tail"},
    {"level", "", 0, 1, 0.7f, VY_LIN, 5, NULL, "loudness"},
};

static size_t clap_get_size(const struct vy_cfg *cfg)
{
    return vy_align64(sizeof(struct clap) + cfg->shape.groups * sizeof(struct clap_group));
}

static void clap_reset(void *mem)
{
    struct clap *const d = mem;
    for (uint32_t g = 0; g < d->groups; g++)
        d->group[g] = (struct clap_group){.key = vy_drum_key(d->seed, g)};
}

static int clap_init(void *mem, const struct vy_cfg *cfg)
{
    struct clap *const d = mem;
    d->rate = vy_drum_rate(cfg->sr_hz);
    d->shelf = vy_drum_pole(SHELF_HZ, cfg->sr_hz);
    d->dark = vy_drum_pole(1800, cfg->sr_hz);
    d->groups = cfg->shape.groups;
    d->seed = cfg->seed;
    clap_reset(mem);
    return 0;
}

struct job {
    const vy_f8 *trig;
    struct vy_ramp room, level;
    vy_f8 spread, burst_keep, keep, room_keep;
    struct vy_drum_tuning tuning;
    uint32_t frame;
};

VY_INLINE void strike(struct clap_group *s, vy_i8 hit, vy_f8 vel, vy_f8 spread)
{
    vy_drum_env_hit(&s->clap, hit, vel);
    vy_drum_env_hit(&s->room, hit, vel * ROOM_GAIN);
    s->left = vy_select(hit, vy_set(BURSTS), s->left);
    s->wait = vy_select(hit, spread, s->wait);
    s->force = vy_select(hit, vel, s->force);
    s->touch = vy_select(hit, vy_drum_touch(vel, 0.4f), s->touch);
}

VY_INLINE void next_burst(struct clap_group *s, vy_f8 spread)
{
    const vy_i8 due = (s->left > 0.0f) & (s->wait < 0.5f);
    if (__builtin_expect(vy_any(due), 0)) {
        // hands never meet twice alike: the bursts in between are a little weaker
        const vy_f8 weight = vy_select(s->left > 1.5f, 0.7f + 0.1f * s->left, vy_set(1));
        vy_drum_env_hit(&s->clap, due, s->force * weight);
        s->left = vy_select(due, s->left - 1.0f, s->left);
        s->wait = vy_select(due, s->wait + spread, s->wait);
    }
    s->wait = vy_max(s->wait - 1.0f, vy_set(-1));
}

static void run_group(const struct clap *d, struct clap_group *state, struct job *j,
                      vy_f8 *restrict out)
{
    struct clap_group s = *state;
    for (uint32_t n = 0; n < VY_TICK; n++) {
        vy_i8 hit;
        const vy_f8 vel = vy_drum_velocity(j->trig, n, &hit);
        if (__builtin_expect(vy_any(hit), 0))
            strike(&s, hit, vel, j->spread);
        next_burst(&s, j->spread);
        const vy_f8 keep = vy_select(s.left > 0.0f, j->burst_keep, j->keep);
        const vy_f8 white = vy_drum_noise(s.key, j->frame + n) * d->rate.hiss;
        const vy_f8 other = vy_drum_noise(~s.key, j->frame + n) * d->rate.hiss;
        s.dark += d->dark * (other - s.dark);
        const vy_f8 x = white * vy_drum_env_next(&s.clap, keep, d->rate.edge) +
                        s.dark * vy_drum_env_next(&s.room, j->room_keep, d->rate.edge) *
                            (j->room.v + j->room.dv * (float)n);
        const struct vy_drum_bands y = vy_drum_filter_next(&s.filter, &j->tuning, x);
        const vy_f8 level = GAIN * (j->level.v + j->level.dv * (float)n);
        out[n] = level * vy_drum_shade(&s.shelf, d->shelf, s.touch, y.band + 0.2f * y.high);
    }
    vy_drum_env_rest(&s.clap);
    vy_drum_env_rest(&s.room);
    *state = s;
}

static void rest(struct clap_group *s, vy_f8 *restrict out)
{
    s->shelf = s->dark = vy_set(0);
    s->filter = (struct vy_drum_filter){0};
    vy_drum_silence(out);
}

static void clap_process(void *mem, const struct vy_io *io)
{
    struct clap *const d = mem;
    const float sr_hz = d->rate.sr_hz;
    for (uint32_t g = 0; g < d->groups; g++) {
        struct clap_group *const s = &d->group[g];
        const vy_f8 *const trig = vy_in(io, IN_TRIG, g);
        const vy_i8 sounds = (s->clap.level > 0.0f) | (s->room.level > 0.0f) | (s->left > 0.0f);
        if (!vy_any(sounds) && !vy_drum_struck(trig)) {
            rest(s, vy_out(io, 0, g));
            continue;
        }
        const vy_f8 decay = vy_ramp_of(io, P_DECAY, g).v, spread = vy_ramp_of(io, P_SPREAD, g).v;
        const struct vy_ramp tone = vy_ramp_of(io, P_TONE, g);
        const vy_f8 from = vy_exp2(tone.v * 2.5f) * (500.0f / sr_hz);
        const vy_f8 to = vy_exp2((tone.v + tone.dv * (float)VY_TICK) * 2.5f) * (500.0f / sr_hz);
        struct job j = {
            .trig = trig,
            .room = vy_ramp_of(io, P_ROOM, g),
            .level = vy_ramp_of(io, P_LEVEL, g),
            .spread = spread * sr_hz,
            .burst_keep = vy_drum_fall(spread, sr_hz, BURST_DB),
            .keep = vy_drum_keep(decay, sr_hz),
            .room_keep = vy_drum_keep(decay * ROOM_DECAY, sr_hz),
            .tuning = vy_drum_tune(from, to, DAMP),
            .frame = (uint32_t)io->time->frame,
        };
        run_group(d, s, &j, vy_out(io, 0, g));
    }
}

const struct vy_module vy_module_clap = {
    .abi = VY_MODULE_ABI,
    .id = "clap",
    .name = "Hand clap",
    .text = "Synthesized hand clap: bursts of noise, a tail and a room.",
    .words = "clap handclap cp 808 909 drum machine",
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = clap_get_size,
    .init = clap_init,
    .reset = clap_reset,
    .process = clap_process,
};
