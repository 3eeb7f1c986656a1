// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Where wavetables come from: six built-in sets, written as spectra, and sound files.
//
// All partials of the built-in sets are in sine or cosine phase alike over a whole set, so that
// positions between two frames never cancel.
#include "dsp/wavetable.h"

#include "base/rng.h"

#include <fftw3.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PARTIALS = VY_WAVETABLE_PARTIALS };

const char *const vy__wavetable_sets[] = {"basic", "vowel", "bell", "organ", "pwm", "sync", NULL};

// Sine, triangle, saw, square.
static void make_basic(double *cosine, double *sine, int index, int frames, const void *arg)
{
    (void)cosine, (void)frames, (void)arg;
    for (int h = 1; h <= PARTIALS; h++) {
        const bool odd = h % 2;
        switch (index) {
        case 0: sine[h] = h == 1; break;
        case 1: sine[h] = odd ? (h % 4 == 1 ? 1.0 : -1.0) / ((double)h * h) : 0; break;
        case 2: sine[h] = 1.0 / h; break;
        default: sine[h] = odd ? 1.0 / h : 0; break;
        }
    }
}

// Glottal slope (1/h) through three formants; men's averages of Peterson and Barney, "Control
// methods used in a study of the vowels" (1952), at a pitch of 110 Hz, gliding a-e-i-o-u.
static void make_vowel(double *cosine, double *sine, int index, int frames, const void *arg)
{
    (void)cosine, (void)arg;
    static const double formants[5][3] = {{730, 1090, 2440},
                                          {530, 1840, 2480},
                                          {270, 2290, 3010},
                                          {570, 840, 2410},
                                          {300, 870, 2240}};
    static const double width[3] = {80, 100, 140}, gain[3] = {1.0, 0.6, 0.3};
    const double place = 4.0 * index / (frames - 1);
    const int from = place < 3 ? (int)place : 3;
    for (int h = 1; h <= PARTIALS; h++) {
        double sum = 0.01;
        for (int k = 0; k < 3; k++) {
            const double f =
                formants[from][k] * pow(formants[from + 1][k] / formants[from][k], place - from);
            const double off = (110.0 * h - f) / width[k];
            sum += gain[k] / (1.0 + off * off);
        }
        sine[h] = sum / sqrt(h);
    }
}

// Two FM pairs, 1:7 and 1:4, of rising index (Chowning 1973): partials |c + k m| of weight J_k.
static void make_bell(double *cosine, double *sine, int index, int frames, const void *arg)
{
    (void)cosine, (void)arg;
    const double rise = 4.0 * index / (frames - 1);
    static const int ratio[2] = {7, 4};
    for (int pair = 0; pair < 2; pair++)
        for (int k = -40; k <= 40; k++) {
            const int h = 1 + k * ratio[pair];
            // sin(-a) = -sin(a): partials below zero fold with their sign turned
            const double weight = jn(k, rise * (pair ? 0.6 : 1.0));
            sine[h < 0 ? -h : h] += (h < 0 ? -1.0 : 1.0) * weight * (pair ? 0.6 : 1.0);
        }
}

// Drawbar registrations from flute to full organ (footages 8 4 2+2/3 2 1+3/5 1+1/3 1).
static void make_organ(double *cosine, double *sine, int index, int frames, const void *arg)
{
    (void)cosine, (void)frames, (void)arg;
    static const int partial[7] = {1, 2, 3, 4, 5, 6, 8};
    static const uint8_t bars[8][7] = {
        {8, 2, 0, 0, 0, 0, 0}, {8, 6, 2, 0, 0, 0, 0}, {8, 4, 6, 2, 0, 0, 0}, {8, 8, 5, 4, 0, 2, 0},
        {8, 5, 8, 4, 3, 3, 2}, {8, 8, 6, 6, 4, 4, 4}, {8, 0, 8, 0, 8, 0, 8}, {8, 8, 8, 8, 8, 8, 8}};
    for (int k = 0; k < 7; k++)
        if (bars[index][k]) // a step of a drawbar is 3 dB
            sine[partial[k]] = pow(10, (bars[index][k] - 8) * 3.0 / 20);
}

// Pulses from a square down to 3 %, centred so that both edges move alike.
static void make_pwm(double *cosine, double *sine, int index, int frames, const void *arg)
{
    (void)sine, (void)arg;
    const double width = 0.5 * pow(0.06, (double)index / (frames - 1));
    for (int h = 1; h <= PARTIALS; h++)
        cosine[h] = sin(M_PI * h * width) / h;
}

// A saw of 1 to 6 times the pitch, restarted every cycle. Its jumps J_j at t_j give the spectrum:
// c_h = sum J_j exp(-2 pi i h t_j) / (2 pi i h).
static void make_sync(double *cosine, double *sine, int index, int frames, const void *arg)
{
    (void)arg;
    const double ratio = pow(6.0, (double)index / (frames - 1));
    for (int h = 1; h <= PARTIALS; h++) {
        double re = 0, im = 0;
        for (int j = 0; j < (int)ceil(ratio - 1e-9); j++) {
            // at 0 the saw falls from where the last cycle was cut, elsewhere from its top
            const double jump = j ? 1.0 : ratio - (ceil(ratio - 1e-9) - 1), t = j / ratio;
            re += jump * cos(2 * M_PI * h * t);
            im -= jump * sin(2 * M_PI * h * t);
        }
        sine[h] = re / h;
        cosine[h] = -im / h;
    }
}

struct set {
    vy_wavetable_maker make;
    int frames;
};

static const struct set sets[] = {{make_basic, 4}, {make_vowel, 17}, {make_bell, 17},
                                  {make_organ, 8}, {make_pwm, 17},   {make_sync, 33}};

static void build_set(void *table, const void *arg)
{
    const struct set *const s = arg;
    // when memory is out the table is silent; nothing better can be done from here
    (void)vy_wavetable_build(table, s->frames, s->make, NULL, true);
}

const struct vy_wavetable *vy_wavetable_set(const struct vy_cfg *cfg, int i)
{
    char key[48];
    snprintf(key, sizeof key, "wavetable.%s", vy__wavetable_sets[i]);
    return cfg->shared(cfg->host, key, vy_wavetable_size(sets[i].frames), build_set, &sets[i]);
}

// ---- files --------------------------------------------------------------------------------------

struct file_job {
    const struct vy_sample *sample;
    int cycle; // frames of one cycle
    double *x;
    fftw_complex *bins;
    fftw_plan plan;
};

static void make_from_file(double *cosine, double *sine, int index, int frames, const void *arg)
{
    (void)frames;
    const struct file_job *const j = arg;
    const struct vy_sample *const s = j->sample;
    for (int n = 0; n < j->cycle; n++) {
        const size_t at = (size_t)index * (size_t)j->cycle + (size_t)n;
        j->x[n] = 0.5 * ((double)s->chan[0][at] + (double)s->chan[1][at]);
    }
    fftw_execute(j->plan);
    for (int h = 1; h <= PARTIALS && h < (j->cycle + 1) / 2; h++) {
        cosine[h] = 2.0 * j->bins[h][0] / j->cycle;
        sine[h] = -2.0 * j->bins[h][1] / j->cycle;
    }
}

static int cycles_of(const struct vy_sample *s)
{
    const uint32_t n = s->frames / VY_WAVETABLE_CYCLE;
    return n < 1 ? 1 : n > VY_WAVETABLE_FRAMES ? VY_WAVETABLE_FRAMES : (int)n;
}

static void build_file(void *table, const void *arg)
{
    const struct vy_sample *const s = arg;
    const int cycle = s->frames < VY_WAVETABLE_CYCLE ? (int)s->frames : VY_WAVETABLE_CYCLE;
    struct file_job j = {.sample = s, .cycle = cycle};
    j.x = fftw_alloc_real((size_t)cycle);
    j.bins = fftw_alloc_complex((size_t)cycle / 2 + 1);
    if (j.x && j.bins)
        j.plan = fftw_plan_dft_r2c_1d(cycle, j.x, j.bins, FFTW_ESTIMATE);
    if (j.plan)
        (void)vy_wavetable_build(table, cycles_of(s), make_from_file, &j, false);
    fftw_destroy_plan(j.plan);
    fftw_free(j.bins);
    fftw_free(j.x);
}

const struct vy_wavetable *vy_wavetable_file(const struct vy_cfg *cfg)
{
    const struct vy_sample *const s = cfg->sample;
    if (!s || s->frames < 2)
        return NULL;
    uint64_t hash = s->frames;
    for (uint32_t n = 0; n < s->frames; n++) {
        uint32_t bits[2];
        memcpy(&bits[0], &s->chan[0][n], 4);
        memcpy(&bits[1], &s->chan[1][n], 4);
        hash = vy_rng_key(hash, (uint64_t)bits[0] << 32 | bits[1]);
    }
    char key[48];
    snprintf(key, sizeof key, "wavetable.file.%016llx", (unsigned long long)hash);
    const struct vy_wavetable *const t =
        cfg->shared(cfg->host, key, vy_wavetable_size(cycles_of(s)), build_file, s);
    return t && t->frames > 0 ? t : NULL;
}
