// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Trying a user module before anybody hears it: what rule 2 of docs/anatomy-of-a-module.md
// promises, in instances made by a host as in an engine.
#include "engine/user_module.h"

#include "base/rng.h"
#include "engine/host.h"
#include "engine/rt/fence.h"
#include "engine/rt/mix.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TICKS 24u // of each case; 8 x 4 x 2 cases

enum input { NOTHING, SILENCE, NOISE, CONSTANT, SQUARE, LOUD, TINY, INPUTS };
enum knobs { AT_DEFAULT, AT_MIN, AT_MAX, MOVING, KNOBS };

static const char *const input_words[INPUTS] = {"nothing connected", "silence",    "noise",
                                                "a constant of 1",   "full scale", "levels of 1000",
                                                "levels of 1e-39"};
static const char *const knob_words[KNOBS] = {"at their defaults", "at their minima",
                                              "at their maxima", "moving"};

// One instance and what is connected to it.
struct bench {
    struct vy_host host;
    const struct vy_module *module;
    struct vy_instance *inst;
    vy_f8 *in;                      // one for all inputs
    void *out_block[VY_PLAN_PORTS]; // fenced
    vy_f8 *out[VY_PLAN_PORTS];
    struct vy_time time;
    uint64_t frame;
    char *doing;
    struct vy_err *err;
};

static vy_f8 frame_of(enum input kind, uint64_t frame)
{
    vy_f8 x = {0};
    for (uint32_t l = 0; l < VY_GROUP; l++)
        switch (kind) {
        case NOTHING:
        case INPUTS:
        case SILENCE: break;
        case NOISE: x[l] = (float)(2 * vy_rng_unit(l, frame) - 1); break;
        case CONSTANT: x[l] = 1; break;
        case SQUARE: x[l] = frame / 50 % 2 ? 1.0f : -1.0f; break;
        case LOUD: x[l] = frame / 50 % 2 ? 1000.0f : -1000.0f; break;
        case TINY: x[l] = 1e-39f; break;
        }
    return x;
}

static struct vy_ramp ramp_of(const struct vy_param *row, enum knobs kind, uint64_t frame)
{
    const bool stepped = row->curve == VY_INT || row->curve == VY_ENUM || row->curve == VY_BOOL;
    const bool up = frame / VY_TICK % 2 == 0;
    float v = row->def, dv = 0;
    if (kind == AT_MIN || (kind == MOVING && up))
        v = row->min;
    if (kind == AT_MAX || (kind == MOVING && !up))
        v = row->max;
    if (kind == MOVING && !stepped)
        dv = (up ? row->max - row->min : row->min - row->max) * (1.0f / (float)VY_TICK);
    return (struct vy_ramp){(vy_f8){v, v, v, v, v, v, v, v},
                            (vy_f8){dv, dv, dv, dv, dv, dv, dv, dv}};
}

static vy_status judge_tick(struct bench *b)
{
    const char *const id = b->module->id;
    if (!vy_fence_whole(b->inst->mem, b->inst->size))
        return vy_fail(b->err, VY_BAD_MODULE, -1, "%s writes outside its memory, with %s", id,
                       b->doing);
    const size_t bytes = (size_t)b->inst->shape.groups * VY_TICK * sizeof(vy_f8);
    for (uint32_t o = 0; o < b->module->outs; o++) {
        if (!vy_fence_whole(b->out[o], bytes))
            return vy_fail(b->err, VY_BAD_MODULE, -1, "%s writes outside its output %s, with %s",
                           id, b->module->out[o].name, b->doing);
        for (size_t i = 0; i < bytes / sizeof(float); i++)
            if (!isfinite(((const float *)b->out[o])[i]))
                return vy_fail(b->err, VY_BAD_MODULE, -1,
                               "%s writes a number that is not finite to %s, with %s", id,
                               b->module->out[o].name, b->doing);
    }
    return VY_OK;
}

static vy_status run_case(struct bench *b, enum input input, enum knobs knobs)
{
    const struct vy_module *const m = b->module;
    const uint32_t groups = b->inst->shape.groups;
    const vy_f8 *in[VY_PLAN_PORTS] = {NULL};
    struct vy_shape in_shape[VY_PLAN_PORTS];
    const struct vy_ramp *ramp[256];
    snprintf(b->doing, 96, "%s at its inputs and its knobs %s", input_words[input],
             knob_words[knobs]);
    for (uint32_t p = 0; p < VY_PLAN_PORTS; p++) {
        in[p] = input == NOTHING ? NULL : b->in;
        in_shape[p] = b->inst->shape;
    }
    for (uint32_t t = 0; t < TICKS; t++, b->frame += VY_TICK) {
        for (uint32_t g = 0; g < groups; g++)
            for (uint32_t n = 0; n < VY_TICK; n++)
                b->in[g * VY_TICK + n] = frame_of(input, b->frame + n);
        for (uint32_t p = 0; p < m->params; p++) {
            ramp[p] = b->inst->ramp + (size_t)p * groups;
            for (uint32_t g = 0; g < groups; g++)
                b->inst->ramp[(size_t)p * groups + g] = ramp_of(&m->param[p], knobs, b->frame);
        }
        b->time.frame = b->frame;
        b->time.beat = (double)b->frame * b->time.beats_per_frame;
        const struct vy_io io = {.in = in,
                                 .out = b->out,
                                 .param = ramp,
                                 .in_shape = in_shape,
                                 .time = &b->time,
                                 .shape = b->inst->shape};
        m->process(b->inst->mem, &io);
        const vy_status status = judge_tick(b);
        if (status)
            return status;
    }
    return VY_OK;
}

static bool make_buffers(struct bench *b)
{
    const size_t bytes = (size_t)b->inst->shape.groups * VY_TICK * sizeof(vy_f8);
    b->in = aligned_alloc(64, bytes);
    bool ok = b->in != NULL;
    for (uint32_t o = 0; ok && o < b->module->outs; o++) {
        b->out_block[o] = aligned_alloc(64, bytes + 2 * VY_FENCE);
        ok = b->out_block[o] != NULL;
        if (!ok)
            break;
        b->out[o] = (vy_f8 *)((char *)b->out_block[o] + VY_FENCE);
        memset(b->out[o], 0, bytes);
        vy_fence_put(b->out[o], bytes);
    }
    return ok;
}

static vy_status make_instance(struct bench *b, struct vy_shape shape)
{
    float value[256];
    for (uint32_t p = 0; p < b->module->params; p++)
        value[p] = b->module->param[p].def;
    const struct vy_host_want want = {
        .key = 1, .seed = 1, .module = b->module, .shape = shape, .mark = 1, .value = value};
    vy_status status = vy_host_instance(&b->host, &want, &b->inst, b->err);
    if (status)
        return vy_fail(b->err, VY_BAD_MODULE, -1,
                       "%s: its instance cannot be made: out of memory, "
                       "over %u MiB, or init says no",
                       b->module->id, VY_USER_MEMORY >> 20);
    if (b->inst->size % 64 != 0)
        status = vy_fail(b->err, VY_BAD_MODULE, -1,
                         "%s: get_size says %zu, which is no multiple of 64 (vy_align64 rounds up)",
                         b->module->id, b->inst->size);
    else if (!vy_fence_whole(b->inst->mem, b->inst->size))
        status =
            vy_fail(b->err, VY_BAD_MODULE, -1, "%s: init writes outside its memory", b->module->id);
    return status;
}

static vy_status probe_shape(const struct vy_catalog *catalog, const struct vy_module *module,
                             double sr_hz, struct vy_shape shape, char *doing, struct vy_err *err)
{
    struct bench b = {.module = module,
                      .doing = doing,
                      .err = err,
                      .time = {.beats_per_frame = 2 / sr_hz, .playing = true}};
    vy_host_open(&b.host, catalog, sr_hz, 1);
    snprintf(doing, 96, "its init");
    vy_status status = make_instance(&b, shape);
    if (!status && !make_buffers(&b))
        status = vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    for (int i = 0; !status && i < INPUTS; i++)
        for (int k = 0; !status && k < KNOBS; k++)
            status = run_case(&b, (enum input)i, (enum knobs)k);
    if (!status) {
        snprintf(doing, 96, "its reset");
        module->reset(b.inst->mem);
        status = run_case(&b, NOISE, AT_DEFAULT);
    }
    for (uint32_t o = 0; o < VY_PLAN_PORTS; o++)
        free(b.out_block[o]);
    free(b.in);
    vy_host_close(&b.host);
    return status;
}

vy_status vy_user_module_probe(const struct vy_catalog *catalog, const struct vy_module *module,
                               double sr_hz, char *doing, struct vy_err *err)
{
    char own[96];
    const bool stereo = module->flags & (VY_STEREO | VY_MIXES | VY_WIDE);
    const bool once = module->flags & (VY_STEREO | VY_MIXES | VY_MONO);
    const uint16_t chans = stereo ? 2 : 1, voices = once ? 1 : 10 / chans;
    const struct vy_shape small = {1, chans, 1}, large = {voices, chans, once ? 1 : 2};
    doing = doing ? doing : own;
    vy_status status = probe_shape(catalog, module, sr_hz, small, doing, err);
    if (!status && !once)
        status = probe_shape(catalog, module, sr_hz, large, doing, err);
    return status;
}
