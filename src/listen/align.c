// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// One complex transform holds both sounds, a as real and b as imaginary part; the spectrum of their
// cross-correlation follows from its two halves: A = (Z[k] + Z*[-k]) / 2, B = (Z[k] - Z*[-k]) / 2i.
#include "listen/align.h"

#include "listen/fft.h"

#include <math.h>
#include <string.h>

static void cross(const fftwf_complex *z, fftwf_complex *product, uint32_t n)
{
    for (uint32_t k = 0; k < n; k++) {
        const float *const p = z[k], *const q = z[(n - k) & (n - 1)];
        const float a_re = p[0] + q[0], a_im = p[1] - q[1];
        const float b_re = p[1] + q[1], b_im = q[0] - p[0];
        product[k][0] = a_re * b_re + a_im * b_im; // conj(A) B
        product[k][1] = a_re * b_im - a_im * b_re;
    }
}

static int64_t best_lag(const fftwf_complex *correlation, uint32_t size, size_t most_lag)
{
    int64_t best = 0;
    float most = fabsf(correlation[0][0]); // of equals the nearest
    for (size_t i = 1; i <= most_lag; i++) {
        const float later = fabsf(correlation[i][0]), sooner = fabsf(correlation[size - i][0]);
        if (later > most) {
            most = later;
            best = (int64_t)i;
        }
        if (sooner > most) {
            most = sooner;
            best = -(int64_t)i;
        }
    }
    return best;
}

vy_status vy_align(const float *a, const float *b, size_t n, size_t most_lag, int64_t *lag)
{
    *lag = 0;
    if (n > VY_ALIGN_MOST || most_lag > VY_ALIGN_MOST - n)
        return VY_BAD_ARG;
    uint32_t size = 2;
    while (size < n + most_lag + 1 || size < 2 * most_lag + 2)
        size *= 2;
    fftwf_complex *const in = fftwf_alloc_complex(size), *const out = fftwf_alloc_complex(size);
    fftwf_plan there = in && out ? vy_fft_plan(size, in, out, FFTW_FORWARD) : NULL;
    fftwf_plan back = there ? vy_fft_plan(size, in, out, FFTW_BACKWARD) : NULL;
    if (back) {
        memset(in, 0, size * sizeof *in);
        for (size_t i = 0; i < n; i++) {
            in[i][0] = a[i];
            in[i][1] = b[i];
        }
        fftwf_execute(there);
        cross(out, in, size);
        fftwf_execute(back);
        *lag = best_lag(out, size, most_lag);
    }
    vy_fft_destroy(there);
    vy_fft_destroy(back);
    fftwf_free(in);
    fftwf_free(out);
    return back ? VY_OK : VY_NO_MEMORY;
}

void vy_align_add(struct vy_align_sums *sums, const float *a, const float *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const double x = (double)a[i], y = (double)b[i];
        sums->aa += x * x;
        sums->bb += y * y;
        sums->ab += x * y;
    }
    sums->frames += n;
}

void vy_align_result(const struct vy_align_sums *sums, struct vy_align_found *found)
{
    *found = (struct vy_align_found){NAN, NAN, NAN};
    if (!(sums->aa > 0 && sums->bb > 0))
        return;
    const double rest = fmax(0, 1 - sums->ab / sums->aa * (sums->ab / sums->bb));
    found->gain = sums->ab / sums->aa;
    found->correlation = sums->ab / sqrt(sums->aa * sums->bb);
    found->residual_db = fmax(VY_ALIGN_FLOOR_DB, 10 * log10(fmax(rest, 1e-300)));
}
