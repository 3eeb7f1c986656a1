// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Pitch quantiser: Hz in, the nearest note of a scale in Hz out (A4 = 440). A pitch half-way
// between two notes goes to the lower one. 0 (no pitch) stays 0.
#include "dsp/lanes.h"
#include "veery/module.h"

enum { P_SCALE, P_ROOT };

struct quantiser_group {
    vy_f8 in, out; // the last pitch, to answer steady ones for nothing
};

struct quantiser {
    uint32_t groups, key; // key: scale and root that `out` belongs to
    struct quantiser_group group[];
};

static const char *const scales[] = {"chromatic",  "major",    "minor",  "harmonic",   "melodic",
                                     "dorian",     "phrygian", "lydian", "mixolydian", "locrian",
                                     "pentatonic", "blues",    "whole",  NULL};
#define D(n) (1u << (n))
static const uint16_t degrees[] = {
    0xfff,
    D(0) | D(2) | D(4) | D(5) | D(7) | D(9) | D(11),
    D(0) | D(2) | D(3) | D(5) | D(7) | D(8) | D(10),
    D(0) | D(2) | D(3) | D(5) | D(7) | D(8) | D(11),
    D(0) | D(2) | D(3) | D(5) | D(7) | D(9) | D(11),
    D(0) | D(2) | D(3) | D(5) | D(7) | D(9) | D(10),
    D(0) | D(1) | D(3) | D(5) | D(7) | D(8) | D(10),
    D(0) | D(2) | D(4) | D(6) | D(7) | D(9) | D(11),
    D(0) | D(2) | D(4) | D(5) | D(7) | D(9) | D(10),
    D(0) | D(1) | D(3) | D(5) | D(6) | D(8) | D(10),
    D(0) | D(2) | D(4) | D(7) | D(9),
    D(0) | D(3) | D(5) | D(6) | D(7) | D(10),
    D(0) | D(2) | D(4) | D(6) | D(8) | D(10),
};
#undef D
static const char *const roots[] = {"C", "C#", "D", "D#", "E", "F", "F#",
                                    "G", "G#", "A", "A#", "B", NULL};

static const struct vy_port inputs[] = {{"in", VY_PORT_CONTROL, "pitch in Hz"}};
static const struct vy_port outputs[] = {{"out", VY_PORT_CONTROL, "pitch in the scale, Hz"}};
static const struct vy_param params[] = {
    {"scale", "", 0, 12, 0, VY_ENUM, 0, scales, "notes that are allowed"},
    {"root", "", 0, 11, 0, VY_ENUM, 0, roots, "first note of the scale"},
};

static size_t quantiser_get_size(const struct vy_cfg *cfg)
{
    return vy_align64(sizeof(struct quantiser) +
                      cfg->shape.groups * sizeof(struct quantiser_group));
}

static int quantiser_init(void *mem, const struct vy_cfg *cfg)
{
    ((struct quantiser *)mem)->groups = cfg->shape.groups;
    return 0;
}

static void quantiser_reset(void *mem)
{
    struct quantiser *const q = mem;
    q->key = 0;
    for (uint32_t g = 0; g < q->groups; g++)
        q->group[g] = (struct quantiser_group){0}; // 0 Hz in, 0 Hz out: true in any key
}

// Nearest allowed note of each lane. Degree d repeats every octave, so its nearest note is
// d + 12 round((p - d) / 12); the best of all degrees wins. Going down on ties asks for a little
// bias, because the logarithm is not exact.
static vy_f8 snap(vy_f8 hz, uint32_t scale, uint32_t root)
{
    const vy_f8 safe = vy_clamp(hz, 1e-3f, 1e6f);
    const vy_f8 p = vy_log2(safe * (1.0f / 440.0f)) * 12.0f + (69.0f - 2e-4f);
    vy_f8 best = vy_set(0), away = vy_set(1e9f);
    for (uint32_t i = 0; i < 12; i++) {
        if (!(degrees[scale] >> i & 1u))
            continue;
        const float d = (float)(i + root);
        const vy_f8 note = d + 12.0f * vy_floor((p - d) * (1.0f / 12.0f) + 0.5f);
        const vy_f8 off = vy_abs(p - note);
        const vy_i8 better = off < away;
        best = vy_select(better, note, best);
        away = vy_select(better, off, away);
    }
    const vy_f8 y = 440.0f * vy_exp2((best - 69.0f) * (1.0f / 12.0f));
    return vy_select(hz > 1e-3f, y, vy_set(0));
}

static void quantiser_process(void *mem, const struct vy_io *io)
{
    struct quantiser *const q = mem;
    const uint32_t scale = (uint32_t)vy_value(io, P_SCALE), root = (uint32_t)vy_value(io, P_ROOT);
    const bool changed = q->key != scale * 12u + root;
    q->key = scale * 12u + root;
    for (uint32_t g = 0; g < q->groups; g++) {
        struct quantiser_group *const s = &q->group[g];
        const vy_f8 *const in = vy_in(io, 0, g);
        vy_f8 *const out = vy_out(io, 0, g);
        if (changed)
            s->out = snap(s->in, scale, root);
        for (uint32_t n = 0; n < VY_TICK; n++) {
            const vy_f8 x = in ? in[n] : vy_set(0);
            if (vy_any(x != s->in)) {
                s->in = x;
                s->out = snap(x, scale, root);
            }
            out[n] = s->out;
        }
    }
}

const struct vy_module vy_module_quantiser = {
    .abi = VY_MODULE_ABI,
    .id = "quantiser",
    .name = "Quantiser",
    .text = "Snaps a pitch to the nearest note of a scale.",
    .words = "quantiser quantizer scale pitch snap key mode",
    .flags = VY_CONTROL,
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = quantiser_get_size,
    .init = quantiser_init,
    .reset = quantiser_reset,
    .process = quantiser_process,
};
