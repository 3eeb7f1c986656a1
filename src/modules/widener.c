// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Stereo width by mid and side; `mono_bass` takes the lows out of the side signal with a two-pole
// Butterworth high-pass (trapezoidal state variables: Zavalishin, "The Art of VA Filter Design").
// The mid is untouched, so the mono sum never changes. Width 1 without mono_bass is exact.
#include "dsp/stereo.h"
#include "veery/module.h"

enum { IN_SOUND };
enum { P_WIDTH, P_MONO_BASS, P_FREQ };

struct widener {
    float s1, s2;
    float cut; // 0..1: how much mono_bass is faded in
    float sr_hz;
};

static const struct vy_port inputs[] = {{"in", 0, "sound"}};
static const struct vy_port outputs[] = {{"out", 0, "sound"}};
static const struct vy_param params[] = {
    {"width", "", 0, 2, 1.3f, VY_LIN, 20, NULL, "0 = mono, 1 = as it is, 2 = twice the side"},
    {"mono_bass", "", 0, 1, 0, VY_BOOL, 0, NULL, "make everything below freq mono"},
    {"freq", "Hz", 20, 1000, 120, VY_EXP, 20, NULL, "edge of mono_bass"},
};

static size_t widener_get_size(const struct vy_cfg *cfg)
{
    (void)cfg;
    return vy_align64(sizeof(struct widener));
}

static void widener_reset(void *mem)
{
    struct widener *const w = mem;
    w->s1 = w->s2 = w->cut = 0.0f;
}

static int widener_init(void *mem, const struct vy_cfg *cfg)
{
    struct widener *const w = mem;
    w->sr_hz = cfg->sr_hz;
    widener_reset(mem);
    return 0;
}

static void widener_process(void *mem, const struct vy_io *io)
{
    struct widener *const w = mem;
    struct vy_stereo x;
    union vy_tick lows;
    vy_stereo_read(&x, vy_in(io, IN_SOUND, 0));
    const float g = vy_tan_pi(vy_set(vy_value_end(io, P_FREQ) / w->sr_hz))[0];
    const float k = 1.41421356f, d = 1.0f / (1.0f + g * (g + k));
    const float goal = vy_value(io, P_MONO_BASS) > 0.5f ? 1.0f : 0.0f;
    const float fade = (goal - w->cut) * (1.0f / (float)VY_TICK);
    for (uint32_t n = 0; n < VY_TICK; n++) {
        const float side = 0.5f * (x.left.f[n] - x.right.f[n]);
        const float high = (side - (k + g) * w->s1 - w->s2) * d;
        const float band = g * high + w->s1, low = g * band + w->s2;
        w->s1 = g * high + band;
        w->s2 = g * band + low;
        lows.f[n] = (w->cut + fade * (float)(n + 1)) * (side - high);
    }
    w->cut = goal;
    for (uint32_t i = 0; i < VY_TICK_VECTORS; i++) {
        const vy_f8 width = vy_ramp_over_time(io, P_WIDTH, i);
        const vy_f8 side = 0.5f * (x.left.v[i] - x.right.v[i]);
        // as a change of what is there: exact at width 1
        const vy_f8 more = (width - 1.0f) * side - width * lows.v[i];
        x.left.v[i] += more;
        x.right.v[i] -= more;
    }
    vy_stereo_write(vy_out(io, 0, 0), &x);
}

const struct vy_module vy_module_widener = {
    .abi = VY_MODULE_ABI,
    .id = "widener",
    .name = "Stereo width",
    .text = "Narrower or wider stereo, mono below a frequency.",
    .words = "width stereo mid side mono bass imager spread",
    .flags = VY_STEREO | VY_EFFECT,
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = widener_get_size,
    .init = widener_init,
    .reset = widener_reset,
    .process = widener_process,
};
