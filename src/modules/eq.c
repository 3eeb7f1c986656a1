// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Equaliser: eight bands in cascade, each a cut, shelf or bell, every knob of which may move.
//
// Bands are state-variable sections (dsp/svf.h), bells keep their analog shape up to Nyquist
// (dsp/bell.h). A band that is off, or a shelf or bell at 0 dB, is skipped and so costs nothing
// and changes no bit; on the way there its mix moves to the dry sound over one tick.
#include "dsp/bell.h"
#include "dsp/lanes.h"
#include "dsp/svf.h"
#include "veery/module.h"

#define BANDS 8u
enum { OFF, LOWCUT, LOWSHELF, BELL, HIGHSHELF, HIGHCUT };
enum { B_TYPE, B_FREQ, B_GAIN, B_Q, B_PARAMS };
#define P_GAIN (BANDS * B_PARAMS)

struct band {
    struct vy_svf state;
    struct vy_svf_design now;
};

struct eq {
    float sr_hz;
    uint32_t groups;
    bool fresh;
    struct band band[]; // [groups][BANDS]
};

static const char *const types[] = {"off",       "lowcut",  "lowshelf", "bell",
                                    "highshelf", "highcut", NULL};

static const struct vy_port inputs[] = {{"in", 0, "sound"}};
static const struct vy_port outputs[] = {{"out", 0, "sound"}};

#define BAND(n, hz)                                                                          \
    {"type" #n, "", 0, 5, OFF, VY_ENUM, 0, types, "what band " #n " does"},                  \
        {"freq" #n, "Hz", 20, 20000, hz, VY_EXP, 10, NULL, "corner or centre of band " #n},  \
        {"gain" #n, "dB", -24, 24, 0, VY_LIN, 10, NULL, "of the shelf or bell of band " #n}, \
    {                                                                                        \
        "q" #n, "", 0.1f, 40, 0.7071068f, VY_EXP, 10, NULL, "sharpness of band " #n          \
    }
static const struct vy_param params[] = {
    BAND(1, 30),
    BAND(2, 100),
    BAND(3, 250),
    BAND(4, 600),
    BAND(5, 1500),
    BAND(6, 4000),
    BAND(7, 10000),
    BAND(8, 18000),
    {"gain", "dB", -24, 24, 0, VY_LIN, 10, NULL, "level of the output"},
};

static size_t eq_get_size(const struct vy_cfg *cfg)
{
    return vy_align64(sizeof(struct eq) + cfg->shape.groups * BANDS * sizeof(struct band));
}

static int eq_init(void *mem, const struct vy_cfg *cfg)
{
    struct eq *const e = mem;
    e->sr_hz = cfg->sr_hz;
    e->groups = cfg->shape.groups;
    e->fresh = true;
    return 0;
}

static void eq_reset(void *mem)
{
    struct eq *const e = mem;
    e->fresh = true;
    for (uint32_t i = 0; i < e->groups * BANDS; i++)
        e->band[i] = (struct band){0};
}

VY_INLINE vy_f8 end_of(const struct vy_io *io, uint32_t param, uint32_t g)
{
    const struct vy_ramp r = vy_ramp_of(io, param, g);
    return r.v + r.dv * (float)VY_TICK;
}

static struct vy_svf_design neutral_like(const struct vy_svf_design *d)
{
    struct vy_svf_design n = *d;
    n.m0 = vy_set(1);
    n.m1 = n.m2 = vy_set(0);
    return n;
}

VY_INLINE bool is_neutral(const struct vy_svf_design *d)
{
    return !vy_any((d->m0 != 1.0f) | (d->m1 != 0.0f) | (d->m2 != 0.0f));
}

// Where a band is heading; `now` for bands that are off.
static struct vy_svf_design band_design(const struct eq *e, const struct vy_io *io, uint32_t g,
                                        uint32_t i, const struct vy_svf_design *now)
{
    const uint32_t base = i * B_PARAMS;
    const int type = (int)vy_value(io, base + B_TYPE);
    const vy_f8 db = end_of(io, base + B_GAIN, g), q = end_of(io, base + B_Q, g);
    const vy_f8 w = end_of(io, base + B_FREQ, g) * (1.0f / e->sr_hz);
    const vy_f8 k = 1.0f / vy_max(q, vy_set(0.01f)), root = vy_exp2(db * 0.083048202f);
    switch (type) {
    case LOWCUT: return vy_svf_design(VY_SVF_HIGHPASS, w, k, root);
    case LOWSHELF: return vy_svf_design(VY_SVF_LOWSHELF, w, k, root);
    case BELL: return vy_bell_design(w, vy_max(q, vy_set(0.01f)), root * root);
    case HIGHSHELF: return vy_svf_design(VY_SVF_HIGHSHELF, w, k, root);
    case HIGHCUT: return vy_svf_design(VY_SVF_LOWPASS, w, k, root);
    default: return neutral_like(now);
    }
}

// One band over one tick, from x to y; false when it had nothing to do.
static bool run_band(struct band *b, const struct vy_svf_design *to, const vy_f8 *x, vy_f8 *y)
{
    const bool leaving = is_neutral(to);
    if (leaving && is_neutral(&b->now)) {
        b->state = (struct vy_svf){0};
        b->now = *to;
        return false;
    }
    struct vy_svf *const state = &b->state;
    const struct vy_svf_design *const from = &b->now;
    if (vy_svf_differs(from, to))
        vy_svf_run_moving(&state, &from, &to, &x, &y, 1);
    else
        vy_svf_run_steady(&state, &to, &x, &y, 1);
    b->now = *to;
    return true;
}

static void run_gain(const struct vy_io *io, uint32_t g, const vy_f8 *x, vy_f8 *y)
{
    const struct vy_ramp db = vy_ramp_of(io, P_GAIN, g);
    const vy_f8 from = vy_db_to_gain(db.v);
    const vy_f8 step = (vy_db_to_gain(db.v + db.dv * (float)VY_TICK) - from) / (float)VY_TICK;
    for (uint32_t n = 0; n < VY_TICK; n++)
        y[n] = x[n] * (from + step * (float)n);
}

static void eq_process(void *mem, const struct vy_io *io)
{
    struct eq *const e = mem;
    static const vy_f8 silence[VY_TICK];
    for (uint32_t g = 0; g < e->groups; g++) {
        vy_f8 *const out = vy_out(io, 0, g);
        const vy_f8 *x = vy_in(io, 0, g);
        if (!x)
            x = silence;
        for (uint32_t i = 0; i < BANDS; i++) {
            struct band *const b = &e->band[g * BANDS + i];
            const struct vy_svf_design to = band_design(e, io, g, i, &b->now);
            if (e->fresh)
                b->now = to;
            else if (is_neutral(&b->now))
                b->now = neutral_like(&to); // fades in at its place
            if (run_band(b, &to, x, out))
                x = out;
        }
        run_gain(io, g, x, out);
    }
    e->fresh = false;
}

const struct vy_module vy_module_eq = {
    .abi = VY_MODULE_ABI,
    .id = "eq",
    .name = "Equaliser",
    .text = "Eight bands of cuts, shelves and bells that may all be modulated.",
    .words = "equaliser equalizer eq parametric bell shelf lowcut highcut tone",
    .flags = VY_EFFECT,
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = eq_get_size,
    .init = eq_init,
    .reset = eq_reset,
    .process = eq_process,
};
