// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Phaser: 4 to 12 first-order allpasses in a feedback loop without delay.
//
// Each stage in trapezoidal form is y = c x + 2 (1 - G) s with c = 2 G - 1 and G = g / (1 + g)
// (Zavalishin, "The Art of VA Filter Design"), so the chain is y = c^N u + B with B known before
// the frame; the loop u = x + k y is then solved exactly: u = (x + k B) / (1 - k c^N).
#include "dsp/lanes.h"
#include "dsp/sync.h"
#include "veery/module.h"

#include <string.h>

enum { P_STAGES, P_RATE, P_SYNC, P_DEPTH, P_CENTER, P_FEEDBACK, P_SPREAD, P_MIX };

#define STAGES_MOST 12
#define SWEEP_OCT 2.5f // either way, at depth 1

struct phaser {
    float sr_hz;
    struct vy_slow lfo;
    vy_f8 g;                  // prewarped corner of each channel at the end of the last tick
    vy_f8 stage[STAGES_MOST]; // lanes 0 and 1 are the channels
    int stages;               // running now
    bool running;
};

static const char *const counts[] = {"4", "6", "8", "10", "12", NULL};

static const struct vy_port inputs[] = {{"in", 0, "sound"}};
static const struct vy_port outputs[] = {{"out", 0, "sound"}};
static const struct vy_param params[] = {
    {"stages", "", 0, 4, 1, VY_ENUM, 0, counts, "allpass stages: half as many notches"},
    {"rate", "Hz", 0.01f, 10, 0.3f, VY_EXP, 20, NULL, "speed of the sweep"},
    {"sync", "", 0, VY_SYNC_LAST, 0, VY_ENUM, 0, vy_sync_words, "sweep time as a note length"},
    {"depth", "", 0, 1, 0.6f, VY_LIN, 50, NULL, "how far the sweep goes"},
    {"center", "Hz", 50, 8000, 700, VY_EXP, 50, NULL, "middle of the sweep"},
    {"feedback", "", -0.95f, 0.95f, 0.4f, VY_LIN, 10, NULL, "sharpness of the peaks"},
    {"spread", "", 0, 1, 0.3f, VY_LIN, 50, NULL, "how far the right sweep lags the left"},
    {"mix", "", 0, 1, 0.5f, VY_LIN, 10, NULL, "dry to wet; the deepest notches are at the middle"},
};

static size_t phaser_get_size(const struct vy_cfg *cfg)
{
    (void)cfg;
    return vy_align64(sizeof(struct phaser));
}

static int phaser_init(void *mem, const struct vy_cfg *cfg)
{
    ((struct phaser *)mem)->sr_hz = cfg->sr_hz;
    return 0;
}

static void phaser_reset(void *mem)
{
    struct phaser *const s = mem;
    *s = (struct phaser){.sr_hz = s->sr_hz};
}

// Prewarped corners of both channels when the sine is at `turns`.
static vy_f8 corners(const struct phaser *s, const struct vy_io *io, float turns)
{
    const vy_f8 right = (vy_f8){0, 1, 0, 1, 0, 1, 0, 1} * (-0.5f * vy_value_end(io, P_SPREAD));
    const vy_f8 sine = vy_sin_turns(turns + right);
    const vy_f8 factor = vy_exp2(sine * (SWEEP_OCT * vy_value_end(io, P_DEPTH)));
    return vy_tan_pi(vy_min(factor * (vy_value_end(io, P_CENTER) / s->sr_hz), vy_set(0.45f)));
}

// One frame through the loop; returns the chain's output.
VY_INLINE vy_f8 run_chain(vy_f8 *restrict stage, int stages, vy_f8 pole, vy_f8 x, vy_f8 feedback)
{
    const vy_f8 c = 2.0f * pole - 1.0f, keep = 2.0f - 2.0f * pole;
    vy_f8 all = vy_set(1.0f), known = vy_set(0.0f);
    for (int k = 0; k < stages; k++) {
        known = known * c + stage[k];
        all = all * c;
    }
    known = known * keep;
    vy_f8 u = (x + feedback * known) / (1.0f - feedback * all);
    for (int k = 0; k < stages; k++) {
        const vy_f8 v = (u - stage[k]) * pole, low = v + stage[k];
        stage[k] = low + v;
        u = 2.0f * low - u;
    }
    return u;
}

static void phaser_process(void *mem, const struct vy_io *io)
{
    struct phaser *const s = mem;
    double end;
    vy_slow_tick(&s->lfo, (double)vy_value_end(io, P_RATE), (double)s->sr_hz,
                 (int)vy_value(io, P_SYNC), io->time, &end);
    const vy_f8 to = corners(s, io, (float)end);
    const int wanted = 4 + 2 * (int)vy_value(io, P_STAGES);
    // a change of length: one tick fades the old chain out, the next fades a cleared one in
    float fade = 1.0f, fade_step = 0.0f;
    if (!s->running) {
        s->running = true;
        s->g = to;
        s->stages = wanted;
    } else if (s->stages < 0) {
        s->stages = wanted;
        memset(s->stage, 0, sizeof s->stage);
        fade = 0.0f;
        fade_step = 1.0f / (float)VY_TICK;
    } else if (s->stages != wanted) {
        fade_step = -1.0f / (float)VY_TICK;
    }
    const struct vy_ramp feedback = vy_ramp_of(io, P_FEEDBACK, 0), mix = vy_ramp_of(io, P_MIX, 0);
    const vy_f8 step = (to - s->g) * (1.0f / (float)VY_TICK);
    const vy_f8 *const in = vy_in(io, 0, 0);
    vy_f8 *const out = vy_out(io, 0, 0);
    for (uint32_t n = 0; n < VY_TICK; n++) {
        const float t = (float)n;
        const vy_f8 x = in ? in[n] : vy_set(0), g = s->g + step * t;
        const vy_f8 y =
            run_chain(s->stage, s->stages, g / (1.0f + g), x, feedback.v + feedback.dv * t);
        const vy_f8 m = mix.v + mix.dv * t;
        out[n] = x * (1.0f - m) + y * (m * (fade + fade_step * t));
    }
    s->g = to;
    if (fade_step < 0.0f)
        s->stages = -1;
}

const struct vy_module vy_module_phaser = {
    .abi = VY_MODULE_ABI,
    .id = "phaser",
    .name = "Phaser",
    .text = "4 to 12 swept allpass stages with zero-delay feedback of either sign.",
    .words = "phaser phase shifter sweep notch modulation",
    .flags = VY_STEREO | VY_EFFECT,
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = phaser_get_size,
    .init = phaser_init,
    .reset = phaser_reset,
    .process = phaser_process,
};
