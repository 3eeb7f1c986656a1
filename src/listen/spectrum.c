// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/spectrum.h"

#include "listen/fft.h"

#include <math.h>
#include <stdlib.h>

#define N VY_SPECTRUM_FRAMES

struct vy_spectrum {
    fftwf_complex *in, *out; // [N]
    fftwf_plan plan;
    float window[N]; // scaled so that a sine of full scale has magnitude 1
    double high_hz;
    uint32_t from[VY_SPECTRUM_BANDS], to[VY_SPECTRUM_BANDS]; // bins, both inclusive
};

static void find_bins(struct vy_spectrum *s, double sr_hz)
{
    const double ratio = s->high_hz / VY_SPECTRUM_LOW_HZ, bin_hz = sr_hz / N;
    for (int b = 0; b < VY_SPECTRUM_BANDS; b++) {
        const double low = VY_SPECTRUM_LOW_HZ * pow(ratio, (double)b / VY_SPECTRUM_BANDS);
        const double high = VY_SPECTRUM_LOW_HZ * pow(ratio, (b + 1.0) / VY_SPECTRUM_BANDS);
        s->from[b] = (uint32_t)ceil(low / bin_hz);
        s->to[b] = (uint32_t)ceil(high / bin_hz) - 1;
        if (s->to[b] < s->from[b]) // narrower than a bin: the nearest one
            s->from[b] = s->to[b] = (uint32_t)lround(sqrt(low * high) / bin_hz);
    }
}

vy_status vy_spectrum_new(uint32_t sr_hz, struct vy_spectrum **spectrum)
{
    if (sr_hz < 4000 || sr_hz > 192000)
        return VY_BAD_ARG;
    struct vy_spectrum *const s = calloc(1, sizeof *s);
    if (!s)
        return VY_NO_MEMORY;
    s->in = fftwf_alloc_complex(N);
    s->out = fftwf_alloc_complex(N);
    s->plan = s->in && s->out ? vy_fft_plan(N, s->in, s->out, FFTW_FORWARD) : NULL;
    if (!s->plan) {
        vy_spectrum_destroy(s);
        return VY_NO_MEMORY;
    }
    for (uint32_t i = 0; i < N; i++) // Hann, whose sum is N / 2; a real sine has half its size
        s->window[i] = (float)((0.5 - 0.5 * cos(2 * M_PI * i / N)) * 4 / N);
    s->high_hz = fmin(18000, 0.45 * sr_hz);
    find_bins(s, sr_hz);
    *spectrum = s;
    return VY_OK;
}

double vy_spectrum_high_hz(const struct vy_spectrum *spectrum)
{
    return spectrum->high_hz;
}

void vy_spectrum_read(struct vy_spectrum *spectrum, const float *wave, float *db)
{
    struct vy_spectrum *const s = spectrum;
    for (uint32_t i = 0; i < N; i++) {
        s->in[i][0] = isfinite(wave[i]) ? wave[i] * s->window[i] : 0;
        s->in[i][1] = 0;
    }
    fftwf_execute(s->plan);
    for (int b = 0; b < VY_SPECTRUM_BANDS; b++) {
        float most = 1e-12f;
        for (uint32_t k = s->from[b]; k <= s->to[b]; k++)
            most = fmaxf(most, s->out[k][0] * s->out[k][0] + s->out[k][1] * s->out[k][1]);
        db[b] = 10 * log10f(most);
    }
}

void vy_spectrum_destroy(struct vy_spectrum *spectrum)
{
    if (!spectrum)
        return;
    vy_fft_destroy(spectrum->plan);
    fftwf_free(spectrum->in);
    fftwf_free(spectrum->out);
    free(spectrum);
}
