// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Wavetable oscillator: a row of waves, morphed by a knob or a cable. See dsp/wavetable.h.
#include "dsp/lanes.h"
#include "dsp/wavetable.h"
#include "veery/module.h"

enum { IN_FREQ, IN_POSITION };
enum { P_TABLE, P_POSITION, P_FREQ, P_PITCH, P_DETUNE, P_LEVEL };
enum { FILE_TABLE, SETS = 6 };

struct wavetable_group {
    vy_u8 phase;
    vy_i8 level; // of the last tick, to crossfade from; -1 = none yet
};

struct wavetable {
    const struct vy_wavetable *table[SETS + 1]; // the file (or basic), then the sets
    float sr_hz;
    uint32_t groups;
    struct wavetable_group group[];
};

static const char *const tables[] = {"file",  "basic", "vowel", "bell",
                                     "organ", "pwm",   "sync",  NULL};

static const struct vy_port inputs[] = {
    {"freq", VY_PORT_NOTE, "pitch in Hz; replaces the freq knob while a note is known"},
    {"position", VY_PORT_CONTROL, "adds to the position"},
};
static const struct vy_port outputs[] = {{"out", 0, "the wave, -1..1"}};
static const struct vy_param params[] = {
    {"table", "", 0, 6, FILE_TABLE, VY_ENUM, 0, tables,
     "which waves; file is the given sound file (2048 frames a wave), or basic without one"},
    {"position", "", 0, 1, 0, VY_LIN, 10, NULL, "place in the table, first wave to last"},
    {"freq", "Hz", 0.01f, 20000, 261.6256f, VY_EXP, 5, NULL, "pitch when no note is played"},
    {"pitch", "st", -60, 60, 0, VY_LIN, 5, NULL, "transposition in semitones"},
    {"detune", "cents", -100, 100, 0, VY_LIN, 5, NULL, "fine tuning"},
    {"level", "", 0, 1, 1, VY_LIN, 5, NULL, "level"},
};

static size_t wavetable_get_size(const struct vy_cfg *cfg)
{
    return vy_align64(sizeof(struct wavetable) +
                      cfg->shape.groups * sizeof(struct wavetable_group));
}

static void wavetable_reset(void *mem)
{
    struct wavetable *const w = mem;
    for (uint32_t g = 0; g < w->groups; g++)
        w->group[g] = (struct wavetable_group){.level = vy_seti(-1)};
}

static int wavetable_init(void *mem, const struct vy_cfg *cfg)
{
    struct wavetable *const w = mem;
    w->sr_hz = cfg->sr_hz;
    w->groups = cfg->shape.groups;
    for (int i = 0; i < SETS; i++) {
        w->table[1 + i] = vy_wavetable_set(cfg, i);
        if (!w->table[1 + i])
            return -1;
    }
    const struct vy_wavetable *const file = vy_wavetable_file(cfg);
    w->table[FILE_TABLE] = file ? file : w->table[1];
    wavetable_reset(w);
    return 0;
}

struct glide {
    vy_f8 v, dv;
};

// Everything one group needs for one tick.
struct job {
    const struct vy_wavetable *table;
    const vy_f8 *freq, *position;
    struct vy_ramp knob, place, gain;
    struct glide tune; // factor from pitch and detune, over the sample rate
};

VY_INLINE vy_f8 rate_at(const struct job *j, uint32_t n)
{
    const vy_f8 knob = j->knob.v + j->knob.dv * (float)n;
    const vy_f8 hz = j->freq ? vy_select(j->freq[n] > 0.0f, j->freq[n], knob) : knob;
    return vy_clamp(hz * (j->tune.v + j->tune.dv * (float)n), 0.0f, 0.499f);
}

VY_INLINE void run(struct wavetable_group *s, const struct job *j, vy_i8 level, bool fade,
                   vy_f8 *restrict out)
{
    const struct vy_wavetable_at to = vy_wavetable_seek(j->table, level);
    const struct vy_wavetable_at from = fade ? vy_wavetable_seek(j->table, s->level) : to;
    vy_u8 phase = s->phase;
    for (uint32_t n = 0; n < VY_TICK; n++) {
        vy_f8 place = j->place.v + j->place.dv * (float)n;
        if (j->position)
            place = place + j->position[n];
        vy_f8 y = vy_wavetable_read(j->table, &to, phase, place);
        if (fade) {
            const vy_f8 was = vy_wavetable_read(j->table, &from, phase, place);
            y = was + (y - was) * (((float)n + 1.0f) * (1.0f / (float)VY_TICK));
        }
        out[n] = y * (j->gain.v + j->gain.dv * (float)n);
        phase += vy_phase_step(rate_at(j, n));
    }
    s->phase = phase;
}

VY_INLINE vy_f8 tune_at(const struct vy_io *io, uint32_t g, float n, float sr_hz)
{
    const struct vy_ramp pitch = vy_ramp_of(io, P_PITCH, g), fine = vy_ramp_of(io, P_DETUNE, g);
    const vy_f8 st = pitch.v + pitch.dv * n + (fine.v + fine.dv * n) * 0.01f;
    return vy_exp2(st * (1.0f / 12)) / sr_hz;
}

static void wavetable_process(void *mem, const struct vy_io *io)
{
    struct wavetable *const w = mem;
    for (uint32_t g = 0; g < w->groups; g++) {
        struct wavetable_group *const s = &w->group[g];
        const vy_f8 tune = tune_at(io, g, 0, w->sr_hz);
        const vy_f8 tune_end = tune_at(io, g, (float)VY_TICK, w->sr_hz);
        const struct job j = {
            .table = w->table[(uint32_t)vy_value(io, P_TABLE)],
            .freq = vy_in(io, IN_FREQ, g),
            .position = vy_in(io, IN_POSITION, g),
            .knob = vy_ramp_of(io, P_FREQ, g),
            .place = vy_ramp_of(io, P_POSITION, g),
            .gain = vy_ramp_of(io, P_LEVEL, g),
            .tune = {tune, (tune_end - tune) * (1.0f / (float)VY_TICK)},
        };
        const vy_i8 level = vy_wave_level(vy_max(rate_at(&j, 0), rate_at(&j, VY_TICK - 1)));
        if (s->level[0] >= 0 && vy_any(level != s->level))
            run(s, &j, level, true, vy_out(io, 0, g));
        else
            run(s, &j, level, false, vy_out(io, 0, g));
        s->level = level;
    }
}

const struct vy_module vy_module_wavetable = {
    .abi = VY_MODULE_ABI,
    .id = "wavetable",
    .name = "Wavetable",
    .text = "Morphs through band-limited waves: six built-in tables, or any file of cycles.",
    .words = "wavetable oscillator morph digital vowel formant bell organ pwm sync",
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .file = "file",
    .get_size = wavetable_get_size,
    .init = wavetable_init,
    .reset = wavetable_reset,
    .process = wavetable_process,
};
