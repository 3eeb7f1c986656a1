// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "rig.h"

#include "base/rng.h"
#include "engine/kernels.h"

#include <fftw3.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rig_table {
    struct rig_table *next;
    char key[64];
    void *data;
};

struct rig_state {
    struct rig_table *tables;
    float target[RIG_PARAMS];
    struct vy_ramp *ramp[RIG_PARAMS];
};

__attribute__((noreturn)) static void die(const char *what, const char *name)
{
    fprintf(stderr, "rig: %s '%s'\n", what, name);
    abort();
}

static const void *shared(void *host, const char *key, size_t bytes,
                          void (*build)(void *, const void *), const void *arg)
{
    struct rig_state *const s = host;
    for (struct rig_table *t = s->tables; t; t = t->next)
        if (strcmp(t->key, key) == 0)
            return t->data;
    struct rig_table *const t = calloc(1, sizeof *t);
    snprintf(t->key, sizeof t->key, "%s", key);
    t->data = aligned_alloc(64, vy_align64(bytes));
    memset(t->data, 0, bytes);
    build(t->data, arg);
    t->next = s->tables;
    s->tables = t;
    return t->data;
}

static vy_f8 *buffer(uint32_t groups)
{
    const size_t bytes = (size_t)groups * VY_TICK * sizeof(vy_f8);
    vy_f8 *const b = aligned_alloc(64, bytes);
    memset(b, 0, bytes);
    return b;
}

struct rig *rig_new(const char *id, float sr_hz, uint32_t voices, uint32_t chans,
                    const struct vy_sample *sample)
{
    const struct vy_module *const m = vy_kernels_module(vy_kernels_best(), id);
    if (!m)
        die("no module", id);
    struct rig *const r = calloc(1, sizeof *r);
    r->module = m;
    r->sr_hz = sr_hz;
    if (m->flags & VY_WIDE)
        chans = 2;
    if (m->flags & (VY_STEREO | VY_MIXES)) {
        voices = 1;
        chans = 2;
    }
    if (m->flags & VY_MONO)
        voices = chans = 1;
    r->shape =
        (struct vy_shape){(uint16_t)voices, (uint16_t)chans, (uint16_t)((voices * chans + 7) / 8)};
    r->state = calloc(1, sizeof *r->state);
    const struct vy_cfg cfg = {.sr_hz = sr_hz,
                               .shape = r->shape,
                               .in_lanes_max = VY_MAX_LANES / 8,
                               .seed = 1,
                               .sample = sample,
                               .host = r->state,
                               .shared = shared};
    const size_t size = m->get_size(&cfg);
    if (size % 64)
        die("size is no multiple of 64:", id);
    r->mem = aligned_alloc(64, size);
    memset(r->mem, 0, size);
    if (m->init(r->mem, &cfg) != 0)
        die("init failed", id);
    for (uint32_t p = 0; p < m->params; p++) {
        r->knob[p] = r->state->target[p] = m->param[p].def;
        r->state->ramp[p] = aligned_alloc(64, vy_align64(r->shape.groups * sizeof(struct vy_ramp)));
    }
    for (uint32_t p = 0; p < m->outs; p++)
        r->out[p] = buffer(r->shape.groups);
    r->time = (struct vy_time){0, 0.0, 2.0 / (double)sr_hz, true};
    return r;
}

void rig_destroy(struct rig *r)
{
    if (!r)
        return;
    if (r->module->deinit)
        r->module->deinit(r->mem);
    for (uint32_t p = 0; p < RIG_PORTS; p++) {
        free(r->in[p]);
        free(r->out[p]);
    }
    for (uint32_t p = 0; p < RIG_PARAMS; p++)
        free(r->state->ramp[p]);
    for (struct rig_table *t = r->state->tables; t;) {
        struct rig_table *const next = t->next;
        free(t->data);
        free(t);
        t = next;
    }
    free(r->state);
    free(r->mem);
    free(r);
}

static uint32_t param_of(const struct rig *r, const char *name)
{
    for (uint32_t p = 0; p < r->module->params; p++)
        if (strcmp(r->module->param[p].name, name) == 0)
            return p;
    die("no parameter", name);
}

void rig_set(struct rig *r, const char *param, float value)
{
    const uint32_t p = param_of(r, param);
    r->knob[p] = r->state->target[p] = value;
}

void rig_glide(struct rig *r, const char *param, float value)
{
    r->state->target[param_of(r, param)] = value;
}

void rig_choose(struct rig *r, const char *param, const char *word)
{
    const struct vy_param *const row = &r->module->param[param_of(r, param)];
    for (int i = 0; row->choices[i]; i++)
        if (strcmp(row->choices[i], word) == 0) {
            rig_set(r, param, (float)i);
            return;
        }
    die("no choice", word);
}

static uint32_t port_of(const struct rig *r, const char *name)
{
    for (uint32_t p = 0; p < r->module->ins; p++)
        if (strcmp(r->module->in[p].name, name) == 0)
            return p;
    die("no input", name);
}

// VY_MIXES modules take any shape; the rig offers them as many groups as the widest cable
static uint32_t in_groups(const struct rig *r)
{
    return r->module->flags & VY_MIXES ? VY_MAX_LANES / 8 : r->shape.groups;
}

static struct vy_shape input_shape(const struct rig *r)
{
    const uint32_t lanes = r->in_voices * r->in_chans;
    if (!(r->module->flags & VY_MIXES) || lanes == 0)
        return r->shape;
    return (struct vy_shape){(uint16_t)r->in_voices, (uint16_t)r->in_chans,
                             (uint16_t)((lanes + VY_GROUP - 1) / VY_GROUP)};
}

void rig_connect(struct rig *r, const char *port, float value)
{
    const uint32_t p = port_of(r, port);
    if (!r->in[p])
        r->in[p] = buffer(in_groups(r));
    for (uint32_t i = 0; i < in_groups(r) * VY_TICK; i++)
        r->in[p][i] = (vy_f8){value, value, value, value, value, value, value, value};
    r->in_steady[p] = true;
}

static void feed(struct rig *r, uint32_t p, const float *x)
{
    if (!r->in[p])
        r->in[p] = buffer(in_groups(r));
    for (uint32_t g = 0; g < in_groups(r); g++)
        for (uint32_t n = 0; n < VY_TICK; n++)
            r->in[p][g * VY_TICK + n] = (vy_f8){x[n], x[n], x[n], x[n], x[n], x[n], x[n], x[n]};
    r->in_steady[p] = false;
}

void rig_feed(struct rig *r, const char *port, const float *x)
{
    feed(r, port_of(r, port), x);
}

void rig_tick(struct rig *r)
{
    const struct vy_module *const m = r->module;
    const struct vy_ramp *ramp[RIG_PARAMS];
    const vy_f8 *in[RIG_PORTS];
    struct vy_shape in_shape[RIG_PORTS];
    for (uint32_t p = 0; p < m->params; p++) {
        const enum vy_curve c = m->param[p].curve;
        const bool stepped = c == VY_INT || c == VY_ENUM || c == VY_BOOL;
        if (stepped)
            r->knob[p] = r->state->target[p];
        const float v = r->knob[p], d = (r->state->target[p] - v) / (float)VY_TICK;
        for (uint32_t g = 0; g < r->shape.groups; g++)
            r->state->ramp[p][g] =
                (struct vy_ramp){{v, v, v, v, v, v, v, v}, {d, d, d, d, d, d, d, d}};
        r->knob[p] = r->state->target[p];
        ramp[p] = r->state->ramp[p];
    }
    uint32_t steady = 0;
    for (uint32_t p = 0; p < m->ins; p++) {
        in[p] = r->in[p];
        in_shape[p] = input_shape(r);
        if (r->in_steady[p])
            steady |= 1u << p;
    }
    const struct vy_io io = {.in = in,
                             .out = r->out,
                             .param = ramp,
                             .in_shape = in_shape,
                             .time = &r->time,
                             .shape = r->shape,
                             .in_steady = steady};
    m->process(r->mem, &io);
    r->time.frame += VY_TICK;
    r->time.beat += VY_TICK * r->time.beats_per_frame;
}

float rig_at(const struct rig *r, uint32_t port, uint32_t frame, uint32_t lane)
{
    return r->out[port][lane / 8 * VY_TICK + frame][lane % 8];
}

void rig_run(struct rig *r, const float *x, float *y, uint32_t frames, uint32_t lane)
{
    for (uint32_t done = 0; done < frames; done += VY_TICK) {
        const uint32_t now = frames - done < VY_TICK ? frames - done : VY_TICK;
        if (x) {
            float part[VY_TICK] = {0};
            memcpy(part, x + done, now * sizeof *part);
            feed(r, 0, part);
        }
        rig_tick(r);
        for (uint32_t n = 0; n < now; n++)
            y[done + n] = rig_at(r, 0, n, lane);
    }
}

void rig_reset(struct rig *r)
{
    r->module->reset(r->mem);
    r->time.frame = 0;
    r->time.beat = 0;
}

// ---- looking at signals -------------------------------------------------------------------------

// Blackman-Harris, 4 terms: side lobes at -92 dB (Harris 1978)
static double window(double t)
{
    return 0.35875 - 0.48829 * cos(2 * M_PI * t) + 0.14128 * cos(4 * M_PI * t) -
           0.01168 * cos(6 * M_PI * t);
}

void rig_spectrum(const float *x, uint32_t frames, double *out)
{
    double *const in = fftw_alloc_real(frames);
    fftw_complex *const bins = fftw_alloc_complex(frames / 2 + 1);
    fftw_plan plan = fftw_plan_dft_r2c_1d((int)frames, in, bins, FFTW_ESTIMATE);
    for (uint32_t n = 0; n < frames; n++)
        in[n] = (double)x[n] * window((double)n / frames);
    fftw_execute(plan);
    for (uint32_t k = 0; k <= frames / 2; k++)
        out[k] = hypot(bins[k][0], bins[k][1]) * 2.0 / (0.35875 * frames);
    fftw_destroy_plan(plan);
    fftw_free(bins);
    fftw_free(in);
}

double rig_tone(const float *x, uint32_t frames, double hz, double sr_hz, double *phase_turns)
{
    double re = 0, im = 0;
    for (uint32_t n = 0; n < frames; n++) {
        const double a = 2 * M_PI * hz * n / sr_hz, w = window((double)n / frames) * (double)x[n];
        re += w * cos(a);
        im -= w * sin(a);
    }
    if (phase_turns)
        *phase_turns = atan2(im, re) / (2 * M_PI);
    return hypot(re, im) * 2.0 / (0.35875 * frames);
}

double rig_frequency(const float *x, uint32_t frames, double guess_hz, double sr_hz)
{
    const uint32_t half = frames / 2;
    double hz = guess_hz;
    for (int i = 0; i < 8; i++) { // each round allows a finer correction
        double a, b;
        rig_tone(x, half, hz, sr_hz, &a);
        rig_tone(x + half, half, hz, sr_hz, &b);
        const double expected = hz * half / sr_hz;
        double d = b - a - expected;
        d -= round(d);
        hz += d * sr_hz / half;
    }
    return hz;
}

double rig_db(double ratio)
{
    return 20 * log10(fmax(ratio, 1e-15));
}

double rig_rms(const float *x, uint32_t frames)
{
    double sum = 0;
    for (uint32_t n = 0; n < frames; n++)
        sum += (double)x[n] * (double)x[n];
    return sqrt(sum / frames);
}

double rig_peak(const float *x, uint32_t frames)
{
    double most = 0;
    for (uint32_t n = 0; n < frames; n++)
        most = fmax(most, fabs((double)x[n]));
    return most;
}

// ---- torture ------------------------------------------------------------------------------------

static float torture_input(int kind, uint64_t i)
{
    switch (kind) {
    case 0: return 0.0f;
    case 1: return 1e-41f; // denormal
    case 2: return (i / 40) % 2 ? 1.0f : -1.0f;
    case 3: return (float)(2.0 * vy_rng_unit(7, i) - 1.0);
    default: return 8.0f; // far over full scale, and DC
    }
}

static void random_knobs(struct rig *r, uint64_t round)
{
    for (uint32_t p = 0; p < r->module->params; p++) {
        const struct vy_param *const k = &r->module->param[p];
        const double u = vy_rng_unit(round, p), low = (double)k->min, high = (double)k->max;
        double v = u < 0.2 ? low : u > 0.8 ? high : low + (u - 0.2) / 0.6 * (high - low);
        if (k->curve != VY_LIN && k->curve != VY_EXP)
            v = floor(v);
        r->state->target[p] = (float)v;
    }
}

static uint64_t torture_run(struct rig *r)
{
    uint64_t hash = 0;
    for (uint64_t tick = 0; tick < 400; tick++) {
        if (tick % 5 == 0)
            random_knobs(r, tick);
        const int kind = (int)(tick / 80);
        for (uint32_t p = 0; p < r->module->ins; p++) {
            float x[VY_TICK];
            for (uint32_t n = 0; n < VY_TICK; n++)
                x[n] = torture_input(kind, tick * VY_TICK + n + p * 1000);
            if (strcmp(r->module->in[p].name, "freq") == 0)
                for (uint32_t n = 0; n < VY_TICK; n++)
                    x[n] = 10.0f + 6000.0f * fabsf(x[n]);
            feed(r, p, x);
        }
        rig_tick(r);
        for (uint32_t p = 0; p < r->module->outs; p++)
            for (uint32_t n = 0; n < VY_TICK; n++)
                for (uint32_t lane = 0; lane < (uint32_t)r->shape.voices * r->shape.chans; lane++) {
                    const float y = rig_at(r, p, n, lane);
                    if (!isfinite(y) || fabsf(y) > 1e6f) {
                        fprintf(stderr, "%s: output %u is %g in tick %u, input kind %d\n",
                                r->module->id, p, (double)y, (unsigned)tick, kind);
                        abort();
                    }
                    uint32_t bits;
                    memcpy(&bits, &y, 4);
                    hash = vy_rng_key(hash, bits);
                }
    }
    return hash;
}

static void flush_denormals(void)
{
#ifdef __SSE__
    __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | 0x8040u);
#endif
}

void rig_torture(const char *id)
{
    flush_denormals();
    static const struct {
        float sr_hz;
        uint32_t voices, chans;
    } cases[] = {{48000, 1, 1}, {44100, 1, 2}, {96000, 7, 1}, {8000, 16, 2}};
    float wave[2][4800];
    for (int c = 0; c < 2; c++)
        for (int n = 0; n < 4800; n++)
            wave[c][n] = (float)(2 * vy_rng_unit((uint64_t)c, (uint64_t)n) - 1) * 0.5f;
    const struct vy_sample sample = {{wave[0], wave[1]}, 4800, 2, 44100};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rig *const r =
            rig_new(id, cases[i].sr_hz, cases[i].voices, cases[i].chans, i % 2 ? &sample : NULL);
        const uint64_t fresh = torture_run(r);
        rig_reset(r);
        for (uint32_t p = 0; p < r->module->params; p++)
            r->knob[p] = r->state->target[p] = r->module->param[p].def;
        const uint64_t again = torture_run(r);
        if (fresh != again) {
            fprintf(stderr, "%s: reset does not equal fresh (case %zu)\n", id, i);
            abort();
        }
        rig_destroy(r);
    }
}
