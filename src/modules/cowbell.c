// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Cowbell: two squares in the ratio of 540 to 800 Hz through a band-pass that follows the pitch.
//
// The envelope has two slopes, as the TR-808's: a knock that takes away half within an eighth of
// the decay, and a ring. `decay` is the time from the hit to -60 dB, so the ring, which starts at
// about half, falls by 56 dB in it. Squares: dsp/metal.h.
#include "dsp/metal.h"
#include "veery/module.h"

enum { IN_TRIG, IN_FREQ };
enum { P_FREQ, P_DECAY, P_TONE, P_LEVEL };

#define RATIO (800.0f / 540.0f)
#define KNOCK_DECAY 0.12f
#define DAMP 0.9f
#define SHELF_HZ 2500.0f
#define GAIN 0.7f

struct cowbell_group {
    struct vy_square square[2];
    struct vy_drum_env knock, ring;
    struct vy_drum_filter filter;
    vy_f8 last, note, touch, shelf;
    vy_u8 key;
};

struct cowbell {
    struct vy_drum_rate rate;
    struct vy_square_rate square;
    float shelf;
    uint32_t groups;
    uint64_t seed;
    struct cowbell_group group[];
};

static const struct vy_port inputs[] = {
    {"trig", VY_PORT_NOTE | VY_PORT_CONTROL, "a value above 0 strikes the drum that hard (0..1)"},
    {"freq", VY_PORT_NOTE, "pitch in Hz; replaces the freq knob while a note is known"},
};
static const struct vy_port outputs[] = {{"out", 0, "sound"}};
static const struct vy_param params[] = {
    {"freq", "Hz", 100, 3000, 540, VY_EXP, 5, NULL, "pitch of the lower square"},
    {"decay", "s", 0.02f, 3, 0.4f, VY_EXP, 5, NULL, "time to -60 dB"},
    {"tone", "", 0, 1, 0.5f, VY_LIN, 5, NULL, "band-pass, 2 to 8 times the pitch"},
    {"level", "", 0, 1, 0.7f, VY_LIN, 5, NULL, "loudness"},
};

static size_t cowbell_get_size(const struct vy_cfg *cfg)
{
    return vy_align64(sizeof(struct cowbell) + cfg->shape.groups * sizeof(struct cowbell_group));
}

static void cowbell_reset(void *mem)
{
    struct cowbell *const d = mem;
    for (uint32_t g = 0; g < d->groups; g++) {
        struct cowbell_group *const s = &d->group[g];
        *s = (struct cowbell_group){.key = vy_drum_key(d->seed, g)};
        s->square[1].phase = vy_drum_bits(s->key, 1);
    }
}

static int cowbell_init(void *mem, const struct vy_cfg *cfg)
{
    struct cowbell *const d = mem;
    d->rate = vy_drum_rate(cfg->sr_hz);
    d->square = vy_square_rate(cfg->sr_hz);
    d->shelf = vy_drum_pole(SHELF_HZ, cfg->sr_hz);
    d->groups = cfg->shape.groups;
    d->seed = cfg->seed;
    cowbell_reset(mem);
    return 0;
}

struct job {
    const vy_f8 *trig, *freq;
    struct vy_ramp knob, tone, level;
    vy_f8 knock_keep, keep;
    struct vy_drum_tuning tuning;
};

// Pitch and band-pass for the rest of a tick; a note's pitch arrives with its hit.
static void tune(const struct cowbell *d, struct cowbell_group *s, struct job *j)
{
    const vy_f8 rate = vy_select(s->note > 0.0f, s->note, j->knob.v) * vy_set(1.0f / d->rate.sr_hz);
    const vy_f8 end = j->tone.v + j->tone.dv * (float)VY_TICK;
    vy_square_tune(&s->square[0], &d->square, rate);
    vy_square_tune(&s->square[1], &d->square, rate * RATIO);
    j->tuning = vy_drum_tune(rate * (2.0f + 6.0f * j->tone.v), rate * (2.0f + 6.0f * end), DAMP);
}

static void run_group(const struct cowbell *d, struct cowbell_group *state, struct job *j,
                      vy_f8 *restrict out)
{
    struct cowbell_group s = *state;
    tune(d, &s, j);
    for (uint32_t n = 0; n < VY_TICK; n++) {
        vy_i8 hit;
        const vy_f8 vel = vy_drum_velocity(j->trig, n, &hit);
        if (__builtin_expect(vy_any(hit), 0)) {
            vy_drum_env_hit(&s.knock, hit, 0.5f * vel);
            vy_drum_env_hit(&s.ring, hit, 0.5f * vel);
            s.touch = vy_select(hit, vy_drum_touch(vel, 0.4f), s.touch);
            s.note = vy_drum_note(s.note, j->freq, n, hit);
            tune(d, &s, j);
        }
        const vy_f8 pair = vy_square_lift(
            &s.last, &d->square, vy_square_next(&s.square[0]) + vy_square_next(&s.square[1]));
        const struct vy_drum_bands y = vy_drum_filter_next(&s.filter, &j->tuning, pair);
        const vy_f8 env = vy_drum_env_next(&s.knock, j->knock_keep, d->rate.edge) +
                          vy_drum_env_next(&s.ring, j->keep, d->rate.edge);
        const vy_f8 x = (y.band + 0.15f * pair) * env * GAIN;
        out[n] =
            vy_drum_shade(&s.shelf, d->shelf, s.touch, x) * (j->level.v + j->level.dv * (float)n);
    }
    vy_drum_env_rest(&s.knock);
    vy_drum_env_rest(&s.ring);
    *state = s;
}

static void rest(struct cowbell_group *s, vy_f8 *restrict out)
{
    for (uint32_t i = 0; i < 2; i++)
        s->square[i].phase += s->square[i].step * VY_TICK;
    s->shelf = s->last = vy_set(0);
    s->filter = (struct vy_drum_filter){0};
    vy_drum_silence(out);
}

static void cowbell_process(void *mem, const struct vy_io *io)
{
    struct cowbell *const d = mem;
    const float sr_hz = d->rate.sr_hz;
    for (uint32_t g = 0; g < d->groups; g++) {
        struct cowbell_group *const s = &d->group[g];
        const vy_f8 *const trig = vy_in(io, IN_TRIG, g);
        if (!vy_any(s->ring.level > 0.0f) && !vy_drum_struck(trig)) {
            rest(s, vy_out(io, 0, g));
            continue;
        }
        const vy_f8 decay = vy_ramp_of(io, P_DECAY, g).v;
        struct job j = {
            .trig = trig,
            .freq = vy_in(io, IN_FREQ, g),
            .knob = vy_ramp_of(io, P_FREQ, g),
            .tone = vy_ramp_of(io, P_TONE, g),
            .level = vy_ramp_of(io, P_LEVEL, g),
            .knock_keep = vy_drum_keep(decay * KNOCK_DECAY, sr_hz),
            .keep = vy_drum_fall(decay, sr_hz, 56),
        };
        run_group(d, s, &j, vy_out(io, 0, g));
    }
}

const struct vy_module vy_module_cowbell = {
    .abi = VY_MODULE_ABI,
    .id = "cowbell",
    .name = "Cowbell",
    .text = "Synthesized cowbell: two squares through a band-pass.",
    .words = "cowbell cb bell 808 drum machine percussion",
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = cowbell_get_size,
    .init = cowbell_init,
    .reset = cowbell_reset,
    .process = cowbell_process,
};
