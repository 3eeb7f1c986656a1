// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// True-peak limiter for the master: looks 72 frames ahead and never lets the interpolated signal
// pass the ceiling.
//
// Each frame's true peak (dsp/truepeak.h) gives the gain it needs; the least of the last 128 such
// gains, released by a one-pole, goes through three moving averages of 14 frames. A weighted mean
// of gains that are all low enough is low enough itself, so the ceiling holds without clipping, and
// the curve is smooth (near Gaussian), so it makes no wide-band distortion. The averages count in
// integers: no drift, and a gain of exactly one while nothing is to be done.
//
// Delays add up: reading 31 + averages 39 + 2 frames of guard = 72. Of the 128 frames, 42 cover the
// averages and the guard; the rest hold the gain between the peaks of low notes. The least of 128
// is that of the running minimum of this tick, the whole tick before, and suffix minima of the one
// before that (van Herk 1992; Gil, Werman 1993, with blocks of one tick).
#include "dsp/stereo.h"
#include "dsp/truepeak.h"
#include "veery/module.h"

#include <string.h>

enum { IN_SOUND };
enum { OUT_SOUND, OUT_GAIN };
enum { P_CEILING, P_GAIN, P_RELEASE };

#define LATENCY 72u
#define BOX 14u
#define BOXES 3u
#define GUARD (LATENCY - VY_TRUEPEAK_DELAY - BOXES * (BOX - 1))
#define ONE (1 << 24) // gain of one in the averages

struct box {
    int64_t sum, past[BOX];
};

struct limiter {
    struct vy_truepeak peak;
    float least[VY_TICK]; // suffix minima of the tick before the last
    float last[VY_TICK];  // of the last tick; [0] is its minimum
    double level;         // released gain
    struct box box[BOXES];
    uint32_t at;
    float sr_hz;
    // what waits: sound and input gain, then this tick's
    float left[LATENCY + VY_TICK], right[LATENCY + VY_TICK], gain[LATENCY + VY_TICK];
};

_Static_assert(VY_TRUEPEAK_DELAY + BOXES * (BOX - 1) + GUARD == LATENCY, "delays must add up");

static const struct vy_port inputs[] = {{"in", 0, "sound"}};
static const struct vy_port outputs[] = {
    {"out", 0, "sound, 72 frames late"},
    {"gain", VY_PORT_CONTROL, "factor applied to each frame (input gain times limiting)"},
};
static const struct vy_param params[] = {
    {"ceiling", "dB", -24, 0, -1, VY_LIN, 20, NULL, "highest true peak of the output (dBTP)"},
    {"gain", "dB", -24, 24, 0, VY_LIN, 20, NULL, "level into the limiter"},
    {"release", "s", 0.005f, 2, 0.1f, VY_EXP, 0, NULL, "time for 63 % of the way back"},
};

static size_t limiter_get_size(const struct vy_cfg *cfg)
{
    (void)cfg;
    return vy_align64(sizeof(struct limiter));
}

static void limiter_reset(void *mem)
{
    struct limiter *const l = mem;
    vy_truepeak_reset(&l->peak);
    for (uint32_t n = 0; n < VY_TICK; n++)
        l->least[n] = l->last[n] = 1.0f;
    l->level = 1.0;
    int64_t full = ONE;
    for (uint32_t b = 0; b < BOXES; b++) {
        for (uint32_t i = 0; i < BOX; i++)
            l->box[b].past[i] = full;
        full *= BOX;
        l->box[b].sum = full;
    }
    l->at = 0;
    memset(l->left, 0, sizeof l->left);
    memset(l->right, 0, sizeof l->right);
    for (uint32_t n = 0; n < LATENCY; n++)
        l->gain[n] = 1.0f;
}

static int limiter_init(void *mem, const struct vy_cfg *cfg)
{
    struct limiter *const l = mem;
    l->sr_hz = cfg->sr_hz;
    vy_truepeak_init(&l->peak);
    limiter_reset(mem);
    return 0;
}

// Input with its gain for the detector; sound and gain join the delay line.
static void take_input(struct limiter *l, const struct vy_io *io, struct vy_stereo *driven)
{
    struct vy_stereo x;
    vy_stereo_read(&x, vy_in(io, IN_SOUND, 0));
    for (uint32_t i = 0; i < VY_TICK_VECTORS; i++) {
        union vy_tick *const left = &driven->left, *const right = &driven->right;
        const vy_f8 gain = vy_db_to_gain(vy_ramp_over_time(io, P_GAIN, i));
        left->v[i] = x.left.v[i] * gain;
        right->v[i] = x.right.v[i] * gain;
        memcpy(l->gain + LATENCY + 8 * i, &gain, sizeof gain);
    }
    memcpy(l->left + LATENCY, &x.left, sizeof x.left);
    memcpy(l->right + LATENCY, &x.right, sizeof x.right);
}

// Gain each frame needs -> least gain of the last 128 frames, in place.
static void hold_least(struct limiter *l, union vy_tick *need)
{
    float suffix[VY_TICK], prefix = l->last[0], after = 1.0f;
    for (uint32_t n = VY_TICK; n-- > 0;) {
        after = need->f[n] < after ? need->f[n] : after;
        suffix[n] = after;
    }
    for (uint32_t n = 0; n < VY_TICK; n++) {
        prefix = need->f[n] < prefix ? need->f[n] : prefix;
        const float before = n + 1 < VY_TICK ? l->least[n + 1] : 1.0f;
        need->f[n] = before < prefix ? before : prefix;
    }
    memcpy(l->least, l->last, sizeof l->least);
    memcpy(l->last, suffix, sizeof suffix);
}

VY_INLINE int64_t average(struct box *b, uint32_t at, int64_t x)
{
    b->sum += x - b->past[at];
    b->past[at] = x;
    return b->sum;
}

// Release, then the three averages, in place.
static void smooth(struct limiter *l, float release_s, union vy_tick *gain)
{
    const double step = (double)vy_pole_step1(release_s * l->sr_hz);
    const int64_t full = (int64_t)ONE * BOX * BOX * BOX;
    for (uint32_t n = 0; n < VY_TICK; n++) {
        const double goal = (double)gain->f[n], way = goal - l->level;
        // the last 0.0002 dB at once, so that it does end
        l->level = way < 2e-5 ? goal : l->level + way * step;
        int64_t sum = (int64_t)(l->level * ONE); // rounds down: the safe side
        for (uint32_t b = 0; b < BOXES; b++)
            sum = average(&l->box[b], l->at, sum);
        l->at = l->at + 1 < BOX ? l->at + 1 : 0;
        gain->f[n] = sum == full ? 1.0f : (float)((double)sum * (1.0 / (double)full));
    }
}

static void limiter_process(void *mem, const struct vy_io *io)
{
    struct limiter *const l = mem;
    struct vy_stereo x;
    union vy_tick gain;
    take_input(l, io, &x);
    const float least = vy_value(io, P_CEILING) < vy_value_end(io, P_CEILING)
                            ? vy_value(io, P_CEILING)
                            : vy_value_end(io, P_CEILING);
    vy_truepeak_run(&l->peak, &x, vy_db_to_gain(vy_set(least))[0], &gain);
    for (uint32_t i = 0; i < VY_TICK_VECTORS; i++) {
        const vy_f8 ceiling = vy_db_to_gain(vy_ramp_over_time(io, P_CEILING, i));
        gain.v[i] = vy_min(ceiling / vy_max(gain.v[i], vy_set(1e-9f)), vy_set(1.0f));
    }
    hold_least(l, &gain);
    smooth(l, vy_value(io, P_RELEASE), &gain);
    for (uint32_t n = 0; n < VY_TICK; n++) {
        gain.f[n] *= l->gain[n];
        x.left.f[n] = l->left[n] * gain.f[n];
        x.right.f[n] = l->right[n] * gain.f[n];
    }
    vy_stereo_write(vy_out(io, OUT_SOUND, 0), &x);
    vy_stereo_write_both(vy_out(io, OUT_GAIN, 0), &gain);
    memmove(l->left, l->left + VY_TICK, LATENCY * sizeof *l->left);
    memmove(l->right, l->right + VY_TICK, LATENCY * sizeof *l->right);
    memmove(l->gain, l->gain + VY_TICK, LATENCY * sizeof *l->gain);
}

const struct vy_module vy_module_limiter = {
    .abi = VY_MODULE_ABI,
    .id = "limiter",
    .name = "Limiter",
    .text = "True-peak limiter with lookahead; bit-exact while below its ceiling.",
    .words = "limiter true peak brickwall maximizer master loudness",
    .flags = VY_STEREO | VY_EFFECT,
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .latency_frames = LATENCY,
    .get_size = limiter_get_size,
    .init = limiter_init,
    .reset = limiter_reset,
    .process = limiter_process,
};
