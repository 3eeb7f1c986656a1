// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "dsp/wavetable.h"

#include <fftw3.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_BITS = 8, MOST_BITS = 12, GUARD = 3 };

// Partials of level k: all that stay below Nyquist at the top of its third of an octave.
static int partials_of(int level)
{
    const int n = (int)(0.5 / exp2(-12.0 + (level + 1) / 3.0) + 1e-9);
    return n < 1 ? 1 : n < VY_WAVETABLE_PARTIALS ? n : VY_WAVETABLE_PARTIALS;
}

static int bits_of(int level)
{
    int bits = LEAST_BITS;
    while (bits < MOST_BITS && (1 << bits) < 8 * partials_of(level))
        bits++;
    return bits;
}

// Lay out the levels of one frame; those with the same partials share their points.
static int lay_out(struct vy_wavetable *t)
{
    int at = 0;
    for (int k = 0; k < VY_WAVE_LEVELS; k++) {
        t->bits[k] = bits_of(k);
        if (k > 0 && partials_of(k) == partials_of(k - 1)) {
            t->offset[k] = t->offset[k - 1];
            continue;
        }
        t->offset[k] = at;
        at += (1 << t->bits[k]) + GUARD;
    }
    return at;
}

size_t vy_wavetable_size(int frames)
{
    struct vy_wavetable t;
    return sizeof t + (size_t)frames * (size_t)lay_out(&t) * sizeof(float);
}

// Scratch of a build.
struct work {
    double *cosine, *sine, *cycle;
    fftw_complex *bins;
    fftw_plan plan[MOST_BITS + 1];
};

static void work_close(struct work *w)
{
    for (int b = LEAST_BITS; b <= MOST_BITS; b++)
        if (w->plan[b])
            fftw_destroy_plan(w->plan[b]);
    fftw_free(w->bins);
    fftw_free(w->cycle);
    free(w->sine);
    free(w->cosine);
}

static int work_open(struct work *w)
{
    *w = (struct work){0};
    w->cosine = calloc(VY_WAVETABLE_PARTIALS + 1, sizeof *w->cosine);
    w->sine = calloc(VY_WAVETABLE_PARTIALS + 1, sizeof *w->sine);
    w->cycle = fftw_alloc_real(1 << MOST_BITS);
    w->bins = fftw_alloc_complex((1 << MOST_BITS) / 2 + 1);
    bool fine = w->cosine && w->sine && w->cycle && w->bins;
    for (int b = LEAST_BITS; fine && b <= MOST_BITS; b++) {
        w->plan[b] = fftw_plan_dft_c2r_1d(1 << b, w->bins, w->cycle, FFTW_ESTIMATE);
        fine = w->plan[b] != NULL;
    }
    if (!fine)
        work_close(w);
    return fine ? 0 : -1;
}

// One cycle of `points` from the first `partials`, into w->cycle; `spline` divides by the response
// of the B-spline, whose coefficients 1/6, 2/3, 1/6 have the transform 2/3 + cos(w) / 3.
static void synthesise(struct work *w, int bits, int partials, bool spline)
{
    const int points = 1 << bits;
    memset(w->bins, 0, (size_t)(points / 2 + 1) * sizeof *w->bins);
    for (int h = 1; h <= partials && h < points / 2; h++) {
        const double droop = spline ? 2.0 / 3 + cos(2 * M_PI * h / points) / 3 : 1.0;
        w->bins[h][0] = 0.5 * w->cosine[h] / droop;
        w->bins[h][1] = -0.5 * w->sine[h] / droop;
    }
    fftw_execute(w->plan[bits]);
}

static double gain_for_full_scale(struct work *w)
{
    synthesise(w, MOST_BITS, VY_WAVETABLE_PARTIALS, false);
    double peak = 1e-9;
    for (int i = 0; i < 1 << MOST_BITS; i++)
        peak = fmax(peak, fabs(w->cycle[i]));
    return 1.0 / peak;
}

static void write_frame(const struct vy_wavetable *t, struct work *w, double gain, float *to)
{
    for (int k = 0; k < VY_WAVE_LEVELS; k++) {
        if (k > 0 && t->offset[k] == t->offset[k - 1])
            continue;
        const int points = 1 << t->bits[k];
        synthesise(w, t->bits[k], partials_of(k), true);
        // point j holds coefficient j - 1: reading at index i takes points i .. i + 3
        for (int j = 0; j < points + GUARD; j++)
            to[t->offset[k] + j] = (float)(gain * w->cycle[(j + points - 1) % points]);
    }
}

int vy_wavetable_build(struct vy_wavetable *t, int frames, vy_wavetable_maker maker,
                       const void *arg, bool normalise)
{
    t->frames = frames;
    t->stride = lay_out(t);
    memset(t->data, 0, (size_t)frames * (size_t)t->stride * sizeof(float));
    struct work w;
    if (work_open(&w) != 0)
        return -1;
    for (int i = 0; i < frames; i++) {
        memset(w.cosine, 0, (VY_WAVETABLE_PARTIALS + 1) * sizeof *w.cosine);
        memset(w.sine, 0, (VY_WAVETABLE_PARTIALS + 1) * sizeof *w.sine);
        maker(w.cosine, w.sine, i, frames, arg);
        const double gain = normalise ? gain_for_full_scale(&w) : 1.0;
        write_frame(t, &w, gain, t->data + (size_t)i * (size_t)t->stride);
    }
    work_close(&w);
    return 0;
}
