// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Plays a recording at any pitch: once, looped or gated; forwards or backwards.
//
// A voice keeps its place as 32.32 fixed point, so it drifts by no more than 2^-33 frames a frame,
// and reads both channels with one set of coefficients (dsp/sinc.h). A loop is treated as what it
// is in continuous time: beyond the loop's end the recording continues from its start. The kernel
// is therefore split there, each part with the fractional position of its own side, so that loops
// of any length are seamless at any pitch.
#include "dsp/lanes.h"
#include "dsp/sinc.h"
#include "veery/module.h"

enum { IN_FREQ, IN_GATE, IN_TRIG };
enum {
    P_MODE,
    P_START,
    P_END,
    P_LOOP_START,
    P_LOOP_END,
    P_ROOT,
    P_PITCH,
    P_LEVEL,
    P_REVERSE,
    P_ATTACK,
    P_RELEASE,
    P_VEL,
};
enum { ONE_SHOT, LOOP, GATED };
enum { IDLE, RISING, HELD, FALLING };
enum { SHORTEST_LOOP = 16, EDGE_FADE = 64 }; // frames of the recording

#define FALL_OVER 0.001f // a release is exponential down to -60 dB
#define BRIDGE_S 0.002f  // a voice that is struck again fades its last value out over this

struct voice {
    int64_t position; // 32.32 frames
    float env, velocity, speed, gate;
    int stage;
    bool looped;              // the loop has been round: what lies before its start is its end
    float last[2], bridge[2]; // output of the last frame; what fades of the sound before
    struct vy_sinc_at at;
};

struct sampler {
    const struct vy_sinc *sinc;
    struct vy_pyramid pyramid[2];
    uint32_t chans; // 0 = nothing to play
    uint32_t voices, groups;
    float rate, sr_hz; // rate: of the recording over that of the engine
    float bridge_decay;
    struct voice voice[];
};

static const char *const modes[] = {"one_shot", "loop", "gated", NULL};

static const struct vy_port inputs[] = {
    {"freq", VY_PORT_NOTE, "pitch in Hz; the recording is at its own pitch on the root note"},
    {"gate", VY_PORT_NOTE | VY_PORT_CONTROL, "held while above 0.5"},
    {"trig", VY_PORT_NOTE | VY_PORT_CONTROL, "a value above 0 starts the recording, that loud"},
};
static const struct vy_port outputs[] = {{"out", 0, "the recording, stereo"}};
static const struct vy_param params[] = {
    {"mode", "", 0, 2, ONE_SHOT, VY_ENUM, 0, modes,
     "one_shot plays to the end; loop repeats until the release is over; gated stops with the "
     "note"},
    {"start", "", 0, 1, 0, VY_LIN, 0, NULL, "where playing begins, fraction of the recording"},
    {"end", "", 0, 1, 1, VY_LIN, 0, NULL, "where playing ends"},
    {"loop_start", "", 0, 1, 0, VY_LIN, 0, NULL, "where the loop begins"},
    {"loop_end", "", 0, 1, 1, VY_LIN, 0, NULL, "where the loop ends"},
    {"root", "", 0, 127, 60, VY_INT, 0, NULL, "MIDI note on which the recording is untransposed"},
    {"pitch", "st", -60, 60, 0, VY_LIN, 5, NULL, "transposition in semitones"},
    {"level", "", 0, 1, 1, VY_LIN, 5, NULL, "level"},
    {"reverse", "", 0, 1, 0, VY_BOOL, 0, NULL, "play backwards"},
    {"attack", "s", 0, 20, 0, VY_LIN, 0, NULL, "fade in"},
    {"release", "s", 0.001f, 20, 0.02f, VY_EXP, 0, NULL, "fade out after the note"},
    {"vel", "", 0, 1, 1, VY_LIN, 0, NULL, "how much velocity matters"},
};

static size_t head_size(const struct vy_cfg *cfg)
{
    return vy_align64(sizeof(struct sampler) + cfg->shape.voices * sizeof(struct voice));
}

static uint32_t chans_of(const struct vy_sample *s)
{
    return !s || s->frames == 0 ? 0 : s->chans > 1 ? 2 : 1;
}

static size_t sampler_get_size(const struct vy_cfg *cfg)
{
    const uint32_t chans = chans_of(cfg->sample);
    const size_t floats = chans ? chans * vy_pyramid_floats(cfg->sample->frames) : 0;
    return head_size(cfg) + vy_align64(floats * sizeof(float));
}

static void sampler_reset(void *mem)
{
    struct sampler *const s = mem;
    for (uint32_t v = 0; v < s->voices; v++)
        s->voice[v] = (struct voice){.speed = s->rate};
}

static int sampler_init(void *mem, const struct vy_cfg *cfg)
{
    struct sampler *const s = mem;
    s->voices = cfg->shape.voices;
    s->groups = cfg->shape.groups;
    s->sr_hz = cfg->sr_hz;
    s->chans = chans_of(cfg->sample);
    // c^frames = 0.001
    s->bridge_decay = vy_exp2(vy_set(-9.9657843f / (BRIDGE_S * cfg->sr_hz)))[0];
    s->sinc = cfg->shared(cfg->host, "sinc", sizeof(struct vy_sinc), vy_sinc_build, NULL);
    if (!s->sinc)
        return -1;
    float *memory = (float *)((char *)mem + head_size(cfg));
    for (uint32_t c = 0; c < s->chans; c++) {
        vy_pyramid_build(&s->pyramid[c], cfg->sample->chan[c], cfg->sample->frames, memory);
        memory += vy_pyramid_floats(cfg->sample->frames);
    }
    s->rate = s->chans ? cfg->sample->sr_hz / cfg->sr_hz : 1.0f;
    sampler_reset(s);
    return 0;
}

// Everything one voice needs for one tick. Places are 32.32 frames of the recording.
struct job {
    const vy_f8 *freq, *gate, *trig;
    uint32_t lane;
    int mode;
    bool reverse, loops;
    int64_t start, end, loop_start, loop_end;
    float over_root; // speed for a pitch of 1 Hz
    float plain;     // speed when no pitch is known
    float bend;      // factor the speed gains every frame (pitch on the move)
    float bend_most; // the largest that factor gets in this tick, at least 1
    float rise;      // of the attack, a frame
    float fall_mul, fall_add, level, level_step, vel;
};

// A place given as a fraction, as 32.32 frames; whole frames, so that loops have a whole length.
static int64_t place(const struct sampler *s, float fraction)
{
    return (int64_t)((double)fraction * (double)s->pyramid[0].frames[0] + 0.5) << 32;
}

static float knob(const struct vy_io *io, uint32_t param, uint32_t voice)
{
    return io->param[param][voice / 4].v[voice % 4 * 2];
}

static void make_job(const struct sampler *s, const struct vy_io *io, uint32_t v, struct job *j)
{
    const struct vy_ramp pitch = vy_ramp_of(io, P_PITCH, v / 4);
    const struct vy_ramp level = vy_ramp_of(io, P_LEVEL, v / 4);
    j->lane = v % 4 * 2;
    j->freq = vy_in(io, IN_FREQ, v / 4);
    j->gate = vy_in(io, IN_GATE, v / 4);
    j->trig = vy_in(io, IN_TRIG, v / 4);
    j->mode = (int)vy_value(io, P_MODE);
    j->reverse = vy_value(io, P_REVERSE) > 0.5f;
    j->start = place(s, knob(io, P_START, v));
    j->end = place(s, knob(io, P_END, v));
    j->loop_start = place(s, knob(io, P_LOOP_START, v));
    j->loop_end = place(s, knob(io, P_LOOP_END, v));
    j->loops = j->mode == LOOP && j->loop_end - j->loop_start >= (int64_t)SHORTEST_LOOP << 32;
    j->plain = s->rate * vy_exp2(vy_set(pitch.v[j->lane] * (1.0f / 12)))[0];
    j->bend = vy_exp2(vy_set(pitch.dv[j->lane] * (1.0f / 12)))[0];
    const float bent = pitch.dv[j->lane] * (float)VY_TICK;
    j->bend_most = bent > 0.0f ? vy_exp2(vy_set(bent * (1.0f / 12)))[0] : 1.0f;
    // MIDI note 69 is 440 Hz
    j->over_root = vy_exp2(vy_set((69.0f - knob(io, P_ROOT, v)) * (1.0f / 12)))[0] / 440.0f;
    const float attack = knob(io, P_ATTACK, v) * s->sr_hz;
    j->rise = attack > 1.0f ? 1.0f / attack : 1.0f;
    const float release = knob(io, P_RELEASE, v) * s->sr_hz;
    j->fall_mul = vy_exp2(vy_set(-9.9672262f / (release > 1 ? release : 1)))[0]; // 0.001 / 1.001
    j->fall_add = -FALL_OVER * (1.0f - j->fall_mul);
    j->level = level.v[j->lane];
    j->level_step = level.dv[j->lane];
    j->vel = knob(io, P_VEL, v);
}

// Add one reading of both channels, with the taps on frames [from, to) of the full-rate recording
// only when `cut`.
static void add_reading(const struct sampler *s, struct vy_sinc_at at, int64_t position, bool cut,
                        int64_t from, int64_t to, float y[2])
{
    struct vy_sinc_taps taps = vy_sinc_taps(s->sinc, at, position);
    if (cut) {
        // frame k of a level lies at k << level: the first at or after a place is its ceiling
        const int64_t ceiling = ((int64_t)1 << (32 + at.level)) - 1;
        vy_sinc_limit(&taps, (from + ceiling) >> (32 + at.level),
                      (to + ceiling) >> (32 + at.level));
    }
    y[0] += vy_sinc_read(&s->pyramid[0], at.level, &taps);
    if (s->chans > 1)
        y[1] += vy_sinc_read(&s->pyramid[1], at.level, &taps);
}

static void read_voice(const struct sampler *s, const struct voice *v, const struct job *j,
                       struct vy_sinc_at at, float y[2])
{
    const int64_t reach = (int64_t)(VY_SINC_TAPS / 2 + 1) << (32 + at.level);
    const int64_t p = v->position, length = j->loop_end - j->loop_start;
    const int64_t far = s->pyramid[0].frames[0] << 32;
    y[0] = y[1] = 0;
    const bool at_end = j->loops && (j->reverse ? v->looped : true) && p + reach > j->loop_end;
    const bool at_start = j->loops && (j->reverse ? true : v->looped) && p - reach < j->loop_start;
    if (at_end || at_start) {
        const int64_t from = at_start ? j->loop_start : 0, to = at_end ? j->loop_end : far;
        add_reading(s, at, p, true, from, to, y);
        // very short loops under wide kernels go round more than once; the window is small there
        for (int64_t k = 1; at_end && k <= 4 && p + reach > j->loop_end + (k - 1) * length; k++)
            add_reading(s, at, p - k * length, true, j->loop_start, j->loop_end, y);
        for (int64_t k = 1; at_start && k <= 4 && p - reach < j->loop_start - (k - 1) * length; k++)
            add_reading(s, at, p + k * length, true, j->loop_start, j->loop_end, y);
    } else {
        add_reading(s, at, p, false, 0, 0, y);
    }
    if (s->chans < 2)
        y[1] = y[0];
}

// Cut edges inside the recording are faded over a few frames.
static float edge_gain(const struct sampler *s, const struct voice *v, const struct job *j)
{
    const int64_t far = s->pyramid[0].frames[0] << 32;
    const int64_t left = j->reverse ? v->position - j->start : j->end - v->position;
    if (j->loops || (j->reverse ? j->start == 0 : j->end == far) ||
        left >= (int64_t)EDGE_FADE << 32)
        return 1.0f;
    return left > 0 ? (float)left * (0x1p-32f / EDGE_FADE) : 0.0f;
}

static void strike(struct voice *v, const struct job *j, float velocity)
{
    const int64_t last = j->end > j->start ? j->end - ((int64_t)1 << 32) : j->start;
    v->position = j->reverse ? last : j->start;
    v->velocity = 1.0f - j->vel + j->vel * (velocity < 1.0f ? velocity : 1.0f);
    v->stage = RISING;
    v->env = j->rise < 1.0f ? 0.0f : 1.0f;
    v->looped = false;
}

// Move on by one frame: wrap at the loop, stop at the end.
static void advance(struct voice *v, const struct job *j)
{
    const int64_t step = (int64_t)((double)v->speed * 0x1p32);
    v->position += j->reverse ? -step : step;
    if (j->loops) {
        const int64_t length = j->loop_end - j->loop_start;
        const bool out = j->reverse ? v->position < j->loop_start : v->position >= j->loop_end;
        if (out) {
            const int64_t past =
                j->reverse ? j->loop_end - 1 - v->position : v->position - j->loop_start;
            v->position =
                j->reverse ? j->loop_end - 1 - past % length : j->loop_start + past % length;
            v->looped = true;
        }
    } else if (j->reverse ? v->position < j->start : v->position >= j->end) {
        // the last frame's kernel still rings: let the bridge carry what is left of it
        v->stage = IDLE;
        v->bridge[0] = v->last[0];
        v->bridge[1] = v->last[1];
    }
}

static void move_envelope(struct voice *v, const struct job *j)
{
    if (v->stage == RISING) {
        v->env += j->rise;
        if (v->env >= 1.0f) {
            v->env = 1.0f;
            v->stage = HELD;
        }
    } else if (v->stage == FALLING) {
        v->env = v->env * j->fall_mul + j->fall_add;
        if (v->env <= 0.0f) {
            v->env = 0.0f;
            v->stage = IDLE;
        }
    }
}

static void listen(struct voice *v, const struct job *j, uint32_t n, bool *struck)
{
    const float gate = j->gate ? j->gate[n][j->lane] : 0.0f;
    const float trig = j->trig ? j->trig[n][j->lane] : 0.0f;
    *struck = trig > 0.0f;
    if (*struck)
        strike(v, j, trig);
    if (j->mode != ONE_SHOT && j->gate && gate <= 0.5f && v->gate > 0.5f && v->stage != IDLE)
        v->stage = FALLING;
    v->gate = gate;
}

// Speed at frame n: follows the note's pitch, also while it glides.
static float speed_at(const struct job *j, uint32_t n, float bend)
{
    const float hz = j->freq ? j->freq[n][j->lane] : 0.0f;
    const float speed = j->plain * bend * (hz > 0.0f ? hz * j->over_root : 1.0f);
    // on the root note the recording comes out bit by bit, not 1e-7 off
    const bool as_is = speed > 1.0f - 1e-6f && speed < 1.0f + 1e-6f;
    return as_is ? 1.0f : speed < 1024.0f ? speed : 1024.0f;
}

static void run_voice(const struct sampler *s, struct voice *v, const struct job *j, vy_f8 *out)
{
    float bend = 1.0f;
    const struct vy_sinc_at to = vy_sinc_seek(speed_at(j, VY_TICK - 1, j->bend_most));
    const bool fade = v->stage != IDLE && (to.level != v->at.level || to.kernel != v->at.kernel);
    for (uint32_t n = 0; n < VY_TICK; n++, bend *= j->bend) {
        bool struck;
        listen(v, j, n, &struck);
        float y[2] = {0, 0};
        if (v->stage != IDLE) {
            v->speed = speed_at(j, n, bend);
            read_voice(s, v, j, to, y);
            if (fade) {
                float was[2];
                read_voice(s, v, j, v->at, was);
                const float x = ((float)n + 1.0f) * (1.0f / (float)VY_TICK);
                for (int c = 0; c < 2; c++)
                    y[c] = was[c] + (y[c] - was[c]) * x;
            }
            const float gain =
                v->env * v->velocity * edge_gain(s, v, j) * (j->level + j->level_step * (float)n);
            for (int c = 0; c < 2; c++)
                y[c] *= gain;
        }
        for (int c = 0; c < 2; c++) {
            if (struck) // the new onset stays as sharp as it is; only the old sound fades
                v->bridge[c] = v->last[c];
            v->last[c] = y[c] + v->bridge[c];
            v->bridge[c] *= s->bridge_decay;
            out[n][j->lane + c] = v->last[c];
        }
        if (v->stage != IDLE) {
            move_envelope(v, j);
            advance(v, j);
        }
    }
    v->at = to;
}

static void sampler_process(void *mem, const struct vy_io *io)
{
    struct sampler *const s = mem;
    for (uint32_t n = 0; n < s->groups * VY_TICK; n++)
        io->out[0][n] = vy_set(0);
    if (s->chans == 0)
        return;
    for (uint32_t v = 0; v < s->voices; v++) {
        struct job j;
        make_job(s, io, v, &j);
        run_voice(s, &s->voice[v], &j, vy_out(io, 0, v / 4));
    }
}

const struct vy_module vy_module_sampler = {
    .abi = VY_MODULE_ABI,
    .id = "sampler",
    .name = "Sampler",
    .text = "Plays a sound file by notes: one shot, looped or gated, at any pitch.",
    .words = "sampler sample player loop one shot drum wav file",
    .flags = VY_WIDE,
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .file = "file",
    .get_size = sampler_get_size,
    .init = sampler_init,
    .reset = sampler_reset,
    .process = sampler_process,
};
