// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "dsp/wave.h"

#include <fftw3.h>
#include <math.h>
#include <string.h>

// Partials of level k: all that stay below Nyquist at the top of its third of an octave.
static int partials_of(int level)
{
    const double top = exp2(-12.0 + (level + 1) / 3.0);
    const int n = (int)(0.5 / top + 1e-9);
    return n < 1 ? 1 : n < VY_WAVE_PARTIALS ? n : VY_WAVE_PARTIALS;
}

// 16 points a partial up to 256 partials, then fewer: high partials of a low note are quiet.
static int bits_of(int level)
{
    const int n = partials_of(level);
    return n <= 128 ? 11 : n <= 256 ? 12 : 13;
}

size_t vy_wave_size(void)
{
    size_t points = 0;
    for (int k = 0; k < VY_WAVE_LEVELS; k++)
        points += ((size_t)1 << bits_of(k)) + 1;
    return sizeof(struct vy_wave) + points * sizeof(float);
}

void vy_wave_build(struct vy_wave *wave, const struct vy_wave_spectrum *spectrum)
{
    enum { MOST = 1 << 13 };
    fftw_complex *const bins = fftw_alloc_complex(MOST / 2 + 1);
    double *const cycle = fftw_alloc_real(MOST);
    int32_t at = 0;
    fftw_plan plan = NULL;
    int planned = 0;
    for (int k = 0; k < VY_WAVE_LEVELS; k++) {
        const int bits = bits_of(k), points = 1 << bits;
        wave->offset[k] = at;
        wave->bits[k] = bits;
        if (bins && cycle) {
            if (planned != points) {
                fftw_destroy_plan(plan);
                plan = fftw_plan_dft_c2r_1d(points, bins, cycle, FFTW_ESTIMATE);
                planned = points;
            }
            memset(bins, 0, (size_t)(points / 2 + 1) * sizeof *bins);
            for (int h = 1; h <= partials_of(k) && h < points / 2; h++) {
                bins[h][0] = 0.5 * spectrum->cosine[h];
                bins[h][1] = -0.5 * spectrum->sine[h];
            }
            fftw_execute(plan);
            for (int i = 0; i < points; i++)
                wave->data[at + i] = (float)cycle[i];
            wave->data[at + points] = wave->data[at];
        }
        at += points + 1;
    }
    fftw_destroy_plan(plan);
    fftw_free(bins);
    fftw_free(cycle);
}

void vy_wave_build_saw(void *wave, const void *arg)
{
    (void)arg;
    static const double none[VY_WAVE_PARTIALS + 1] = {0};
    double sine[VY_WAVE_PARTIALS + 1];
    for (int h = 1; h <= VY_WAVE_PARTIALS; h++)
        sine[h] = -2.0 / (M_PI * h);
    vy_wave_build(wave, &(struct vy_wave_spectrum){none, sine});
}

void vy_wave_build_triangle(void *wave, const void *arg)
{
    (void)arg;
    static const double none[VY_WAVE_PARTIALS + 1] = {0};
    double sine[VY_WAVE_PARTIALS + 1] = {0};
    for (int h = 1; h <= VY_WAVE_PARTIALS; h += 2)
        sine[h] = (h % 4 == 1 ? 8.0 : -8.0) / (M_PI * M_PI * (double)h * h);
    vy_wave_build(wave, &(struct vy_wave_spectrum){none, sine});
}
