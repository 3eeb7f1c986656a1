// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Stereo delay: exact to the frame at rest, gliding like tape when its time changes.
//
// The read head chases the wanted time with a limited speed, itself smoothed, so that a turn of the
// knob bends the pitch and never clicks. Each pass through the loop goes through a low cut, a high
// cut and a saturator x / (1 + (x/L)^4)^(1/4): a wire for quiet repeats, a ceiling for loud ones,
// which is what keeps feedback over 1 musical.
#include "dsp/cuts.h"
#include "dsp/delayline.h"
#include "dsp/sync.h"
#include "veery/module.h"

enum {
    P_TIME,
    P_SYNC,
    P_FEEDBACK,
    P_PINGPONG,
    P_LOWCUT,
    P_HIGHCUT,
    P_WIDTH,
    P_RATE,
    P_DEPTH,
    P_MIX
};

#define LONGEST_S 4.0
#define WOW_S 0.003      // pitch wobble at depth 1, either way
#define CHASE_S 0.06     // time constant of the glide
#define CHASE_LAG_S 0.01 // and of its speed
#define CHASE_MOST 0.75  // frames a frame: pitch bends of at most 0.25 .. 1.75

struct delay {
    float sr_hz;
    const struct vy_taps *taps;
    struct vy_ring ring[2];
    struct vy_cuts_state cuts[2];
    double frames, speed; // read position and its velocity
    float pingpong;       // 0..1, faded
    float wow[2];         // offset at the end of the last tick, frames
    struct vy_slow lfo;
    bool running;
};

static const struct vy_port inputs[] = {{"in", 0, "sound"}};
static const struct vy_port outputs[] = {{"out", 0, "sound and its repeats"}};
static const struct vy_param params[] = {
    {"time", "s", 0.001f, 4, 0.375f, VY_EXP, 0, NULL, "time between repeats, unless synced"},
    {"sync", "", 0, VY_SYNC_LAST, 0, VY_ENUM, 0, vy_sync_words,
     "time as a note length; halved while longer than 4 s"},
    {"feedback", "", 0, 1.1f, 0.4f, VY_LIN, 10, NULL,
     "what goes round again; above 1 it builds up"},
    {"pingpong", "", 0, 1, 0, VY_BOOL, 0, NULL, "repeats alternate left and right"},
    {"lowcut", "Hz", VY_CUT_LOW_HZ, 2000, 90, VY_EXP, 20, NULL,
     "each repeat loses lows below this"},
    {"highcut", "Hz", 200, VY_CUT_HIGH_HZ, 7500, VY_EXP, 20, NULL,
     "each repeat loses highs above this"},
    {"width", "", 0, 1, 1, VY_LIN, 10, NULL, "stereo width of the repeats"},
    {"rate", "Hz", 0.05f, 8, 0.6f, VY_EXP, 20, NULL, "speed of the wow"},
    {"depth", "", 0, 1, 0, VY_LIN, 50, NULL, "depth of the wow"},
    {"mix", "", 0, 1, 0.3f, VY_LIN, 10, NULL, "dry to wet"},
};

static size_t delay_get_size(const struct vy_cfg *cfg)
{
    const uint32_t frames = vy_ring_frames((LONGEST_S + WOW_S) * (double)cfg->sr_hz);
    return vy_align64(sizeof(struct delay)) + 2 * vy_ring_bytes(frames);
}

static int delay_init(void *mem, const struct vy_cfg *cfg)
{
    struct delay *const d = mem;
    d->sr_hz = cfg->sr_hz;
    d->taps = cfg->shared(cfg->host, "delay.taps", sizeof(struct vy_taps), vy_taps_build, NULL);
    const uint32_t frames = vy_ring_frames((LONGEST_S + WOW_S) * (double)cfg->sr_hz);
    void *next = (char *)mem + vy_align64(sizeof *d);
    next = vy_ring_place(&d->ring[0], next, frames);
    vy_ring_place(&d->ring[1], next, frames);
    return d->taps ? 0 : -1;
}

static void delay_reset(void *mem)
{
    struct delay *const d = mem;
    vy_ring_clear(&d->ring[0]);
    vy_ring_clear(&d->ring[1]);
    *d = (struct delay){.sr_hz = d->sr_hz, .taps = d->taps, .ring = {d->ring[0], d->ring[1]}};
}

// Wanted delay in whole frames.
static double wanted(const struct delay *d, const struct vy_io *io)
{
    const double longest = LONGEST_S * (double)d->sr_hz;
    double frames = vy_sync_frames((int)vy_value(io, P_SYNC), io->time);
    if (frames <= 0.0)
        frames = (double)vy_value_end(io, P_TIME) * (double)d->sr_hz;
    for (int i = 0; i < 16 && frames > longest; i++)
        frames *= 0.5;
    frames = frames > longest ? longest : frames;
    const double whole = (double)(int64_t)(frames + 0.5);
    return whole < VY_TAPS_MIN ? VY_TAPS_MIN : whole;
}

// Move the read position by one frame towards `want`; lands exactly.
VY_INLINE void chase(struct delay *d, double want, double pull, double lag)
{
    const double away = want - d->frames;
    double speed = away * pull;
    speed = speed > CHASE_MOST ? CHASE_MOST : speed < -CHASE_MOST ? -CHASE_MOST : speed;
    d->speed += (speed - d->speed) * lag;
    d->frames += d->speed;
    if (away < 1e-3 && away > -1e-3 && d->speed < 1e-4 && d->speed > -1e-4) {
        d->frames = want;
        d->speed = 0.0;
    }
    if (d->frames < VY_TAPS_MIN)
        d->frames = VY_TAPS_MIN;
}

#define CEILING 1.5f

VY_INLINE float saturate(float x)
{
    const float r = x * (1.0f / CEILING), q = r * r;
    return x / __builtin_sqrtf(__builtin_sqrtf(1.0f + q * q));
}

// What one tick needs: starts and steps of everything that moves.
struct job {
    struct vy_cuts cuts;
    struct vy_ramp feedback, width, mix;
    float wow[2], wow_step[2], pingpong_step;
    double want, pull, lag;
};

static struct job prepare(struct delay *d, const struct vy_io *io)
{
    struct job j = {
        .cuts = vy_cuts_make(vy_value(io, P_LOWCUT), vy_value_end(io, P_LOWCUT),
                             vy_value(io, P_HIGHCUT), vy_value_end(io, P_HIGHCUT), d->sr_hz),
        .feedback = vy_ramp_of(io, P_FEEDBACK, 0),
        .width = vy_ramp_of(io, P_WIDTH, 0),
        .mix = vy_ramp_of(io, P_MIX, 0),
        .want = wanted(d, io),
        .pull = 1.0 / (CHASE_S * (double)d->sr_hz),
        .lag = 1.0 / (CHASE_LAG_S * (double)d->sr_hz),
    };
    const float pingpong = vy_value(io, P_PINGPONG);
    if (!d->running) {
        d->running = true;
        d->frames = j.want;
        d->pingpong = pingpong;
    }
    // crossing over takes about 20 ms at any rate
    const float most = 50.0f / d->sr_hz, over = (pingpong - d->pingpong) / (float)VY_TICK;
    j.pingpong_step = over > most ? most : over < -most ? -most : over;
    double end;
    vy_slow_tick(&d->lfo, (double)vy_value_end(io, P_RATE), (double)d->sr_hz, 0, io->time, &end);
    const float room = 0.9f * (float)(d->frames - VY_TAPS_MIN);
    float depth = vy_value_end(io, P_DEPTH) * (float)WOW_S * d->sr_hz;
    depth = depth > room ? room : depth;
    for (int c = 0; c < 2; c++) {
        const float to = depth * vy_sin_turns(vy_set((float)end + 0.25f * (float)c))[0];
        j.wow[c] = d->wow[c];
        j.wow_step[c] = (to - d->wow[c]) * (1.0f / (float)VY_TICK);
        d->wow[c] = depth > 0.0f ? to : 0.0f;
    }
    return j;
}

VY_INLINE float read_head(const struct delay *d, int c, double wow)
{
    double at = d->frames + wow;
    at = at < VY_TAPS_MIN ? VY_TAPS_MIN : at;
    const uint32_t whole = (uint32_t)at;
    return vy_ring_read(&d->ring[c], d->taps, whole, (float)(at - (double)whole));
}

static void delay_process(void *mem, const struct vy_io *io)
{
    struct delay *const d = mem;
    const struct job j = prepare(d, io);
    const vy_f8 *const in = vy_in(io, 0, 0);
    vy_f8 *const out = vy_out(io, 0, 0);
    for (uint32_t n = 0; n < VY_TICK; n++) {
        const float t = (float)n, l = in ? in[n][0] : 0.0f, r = in ? in[n][1] : 0.0f;
        float wet[2], back[2];
        const float feedback = j.feedback.v[0] + j.feedback.dv[0] * t;
        for (int c = 0; c < 2; c++) {
            const float x = read_head(d, c, (double)(j.wow[c] + j.wow_step[c] * t));
            wet[c] = vy_cuts_run(&j.cuts, &d->cuts[c], x, t);
            back[c] = feedback * saturate(wet[c]);
        }
        chase(d, j.want, j.pull, j.lag);
        const float p = d->pingpong;
        vy_ring_push(&d->ring[0], l + back[0] + (0.5f * (r - l) + back[1] - back[0]) * p);
        vy_ring_push(&d->ring[1], r + back[1] + (back[0] - back[1] - r) * p);
        d->pingpong += j.pingpong_step;
        const float mix = j.mix.v[0] + j.mix.dv[0] * t, width = j.width.v[0] + j.width.dv[0] * t;
        const float mid = 0.5f * (wet[0] + wet[1]), side = 0.5f * (wet[0] - wet[1]) * width;
        const float dry = vy_mix_dry(mix), gain = vy_mix_wet(mix);
        out[n] = (vy_f8){l * dry + (mid + side) * gain, r * dry + (mid - side) * gain};
    }
}

const struct vy_module vy_module_delay = {
    .abi = VY_MODULE_ABI,
    .id = "delay",
    .name = "Delay",
    .text = "Stereo echo with tempo sync, ping-pong, tape-like glide and a filtered, warm loop.",
    .words = "delay echo tape pingpong repeat slapback",
    .flags = VY_STEREO | VY_EFFECT,
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = delay_get_size,
    .init = delay_init,
    .reset = delay_reset,
    .process = delay_process,
};
