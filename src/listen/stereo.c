// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A chunk is about 0.1 s. Its middle goes through one complex transform with the left channel as
// real and the right one as imaginary part: both spectra come out of it.
#include "listen/stereo.h"

#include "listen/fft.h"
#include "listen/simd.h"
#include "listen/vectors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 256u   ///< frames summed in f32
#define WINDOW 4     ///< chunks
#define AUDIBLE 1e-6 ///< mean square of a side from which on 0.4 s have a correlation
#define BAND_FLOOR 1e-9

struct sums {
    double left, right, cross; ///< of squares, of products
};

struct state {
    struct sums all, recent[WINDOW];
    struct sums band[VY_STEREO_BANDS]; ///< `left` holds both sides
    uint64_t chunks, transforms;
    double correlation_min;
    uint64_t min_chunk;
};

struct vy_stereo_ear {
    uint32_t sr_hz, n_fft;
    struct vy_chunks chunks;
    struct state state;
    uint32_t edge[VY_STEREO_BANDS + 1]; ///< first bin of each band
    float *window;
    fftwf_complex *in, *out;
    fftwf_plan plan;
};

double vy_stereo_band_hz(uint32_t band)
{
    return 1000.0 * exp2((double)band - 5.0);
}

static vy_status make_transform(struct vy_stereo_ear *s)
{
    s->n_fft = BLOCK;
    while (s->n_fft * 2 <= s->chunks.size)
        s->n_fft *= 2;
    s->window = fftwf_alloc_real(s->n_fft);
    s->in = fftwf_alloc_complex(s->n_fft);
    s->out = fftwf_alloc_complex(s->n_fft);
    if (!s->window || !s->in || !s->out)
        return VY_NO_MEMORY;
    s->plan = vy_fft_plan(s->n_fft, s->in, s->out, FFTW_FORWARD);
    for (uint32_t i = 0; i < s->n_fft; i++)
        s->window[i] = (float)(0.5 - 0.5 * cos(2 * M_PI * i / s->n_fft));
    for (uint32_t b = 0; b <= VY_STEREO_BANDS; b++) {
        const double bin = vy_stereo_band_hz(b) * M_SQRT1_2 * s->n_fft / s->sr_hz;
        s->edge[b] = (uint32_t)fmin(fmax(1.0, ceil(bin)), s->n_fft / 2.0);
    }
    return s->plan ? VY_OK : VY_NO_MEMORY;
}

vy_status vy_stereo_new(uint32_t sr_hz, uint32_t chans, struct vy_stereo_ear **ear)
{
    *ear = NULL;
    if (sr_hz < 2000 || sr_hz > 768000 || chans < 1 || chans > VY_EAR_CHANS)
        return VY_BAD_ARG;
    struct vy_stereo_ear *const s = calloc(1, sizeof *s);
    if (!s)
        return VY_NO_MEMORY;
    s->sr_hz = sr_hz;
    s->state.correlation_min = 2.0;
    const uint32_t blocks = sr_hz / 10 / BLOCK;
    vy_status status =
        vy_chunks_init(&s->chunks, chans > 1 ? 2 : 1, (blocks ? blocks : 1) * BLOCK, 0);
    if (!status && chans > 1)
        status = make_transform(s);
    if (status) {
        vy_stereo_destroy(s);
        return status;
    }
    *ear = s;
    return VY_OK;
}

void vy_stereo_destroy(struct vy_stereo_ear *ear)
{
    if (!ear)
        return;
    vy_fft_destroy(ear->plan);
    fftwf_free(ear->window);
    fftwf_free(ear->in);
    fftwf_free(ear->out);
    vy_chunks_clear(&ear->chunks);
    free(ear);
}

VY_SIMD static void sum_block(const float *restrict l, const float *restrict r,
                              struct sums *restrict to)
{
    vy_f8 left = vy_set(0), right = vy_set(0), cross = vy_set(0);
    for (uint32_t i = 0; i < BLOCK; i += 8) {
        const vy_f8 a = vy_load8(l + i), b = vy_load8(r + i);
        left += a * a;
        right += b * b;
        cross += a * b;
    }
    to->left += (double)vy_sum(left);
    to->right += (double)vy_sum(right);
    to->cross += (double)vy_sum(cross);
}

VY_SIMD static void mix_window(const float *restrict l, const float *restrict r,
                               const float *restrict window, float *restrict in, uint32_t n)
{
    for (uint32_t i = 0; i < n; i += 8) { // n is a power of two
        const vy_f8 w = vy_load8(window + i), a = w * vy_load8(l + i), b = w * vy_load8(r + i);
        vy_store8(in + 2 * i, __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11));
        vy_store8(in + 2 * i + 8, __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15));
    }
}

// With z = L + iR: |L|^2 + |R|^2 and the real part of L times conjugate R, from bins k and n - k.
VY_SIMD static void sum_band(const float *restrict z, uint32_t n, uint32_t from, uint32_t to,
                             struct sums *restrict band)
{
    double both[8] = {0}, cross[8] = {0};
    uint32_t k = from;
    for (; k + 8 <= to; k += 8) {
        const float *const p = z + 2 * (size_t)k, *const q = z + 2 * (size_t)(n - k - 7);
        for (uint32_t i = 0; i < 8; i++) {
            const float pr = p[2 * i], pi = p[2 * i + 1], qr = q[14 - 2 * i], qi = q[15 - 2 * i];
            both[i] += (double)(pr * pr + pi * pi + qr * qr + qi * qi);
            cross[i] += (double)(pr * qi + pi * qr);
        }
    }
    for (uint32_t i = 0; k < to; k++, i++) {
        const float *const p = z + 2 * (size_t)k, *const q = z + 2 * (size_t)(n - k);
        both[i] += (double)(p[0] * p[0] + p[1] * p[1] + q[0] * q[0] + q[1] * q[1]);
        cross[i] += (double)(p[0] * q[1] + p[1] * q[0]);
    }
    for (uint32_t i = 0; i < 8; i++) {
        band->left += 0.5 * both[i];
        band->cross += 0.5 * cross[i];
    }
}

static void note_least(struct state *st)
{
    struct sums w = {0};
    for (uint32_t i = 0; i < WINDOW; i++) {
        w.left += st->recent[i].left;
        w.right += st->recent[i].right;
        w.cross += st->recent[i].cross;
    }
    if (!(fmin(w.left, w.right) > 0.0))
        return;
    const double c = w.cross / sqrt(w.left * w.right);
    if (c < st->correlation_min) {
        st->correlation_min = c;
        st->min_chunk = st->chunks - WINDOW;
    }
}

static void take(struct vy_stereo_ear *s, struct state *st, uint32_t n)
{
    const float *const l = vy_chunks_chan(&s->chunks, 0), *const r = vy_chunks_chan(&s->chunks, 1);
    struct sums sums = {0};
    for (uint32_t i = 0; i < n; i += BLOCK)
        sum_block(l + i, r + i, &sums);
    st->all.left += sums.left;
    st->all.right += sums.right;
    st->all.cross += sums.cross;
    st->recent[st->chunks++ % WINDOW] = sums;
    bool audible = st->chunks >= WINDOW && n == s->chunks.size;
    for (uint32_t i = 0; audible && i < WINDOW; i++)
        audible = fmin(st->recent[i].left, st->recent[i].right) > AUDIBLE * n;
    if (audible)
        note_least(st);
    if (!(sums.left + sums.right > 0.0))
        return;
    const uint32_t from = (s->chunks.size - s->n_fft) / 2;
    mix_window(l + from, r + from, s->window, (float *)s->in, s->n_fft);
    fftwf_execute(s->plan);
    for (uint32_t b = 0; b < VY_STEREO_BANDS; b++)
        sum_band((const float *)s->out, s->n_fft, s->edge[b], s->edge[b + 1], &st->band[b]);
    st->transforms++;
}

static void take_chunk(void *arg)
{
    struct vy_stereo_ear *const s = arg;
    if (s->chunks.chans > 1)
        take(s, &s->state, s->chunks.size);
}

void vy_stereo_push(struct vy_stereo_ear *ear, const float *const chan[], uint32_t chans, size_t n)
{
    vy_chunks_push(&ear->chunks, chan, chans, n, take_chunk, ear);
}

// Of mean power against mono power; both sums of squares and the sum of products.
static double loss_db(double both, double cross)
{
    const double mono = fmax(both + 2.0 * cross, 0.0) / 2.0;
    return fmin(60.0, fmax(0.0, 10.0 * log10(both / fmax(mono, both * 1e-7))));
}

static void find_bands(const struct vy_stereo_ear *s, const struct state *st,
                       struct vy_stereo_found *found)
{
    // a Hann window keeps 3/8 of the power; two sides of the spectrum, two channels
    const double full = (double)s->n_fft * s->n_fft * 0.375 / 2.0 * (double)st->transforms;
    for (uint32_t b = 0; b < VY_STEREO_BANDS; b++)
        if (st->band[b].left > BAND_FLOOR * full * 2.0)
            found->band_mono_loss_db[b] = loss_db(st->band[b].left, st->band[b].cross);
}

static void find_correlation(const struct vy_stereo_ear *s, const struct state *st,
                             struct vy_stereo_found *found)
{
    const struct sums *const all = &st->all;
    if (fmin(all->left, all->right) < 1e-6 * (all->left + all->right)) {
        found->correlation_why = "one side is silent";
        return;
    }
    found->correlation = all->cross / sqrt(all->left * all->right);
    found->inverted = found->correlation < -0.5;
    found->inverted_confidence = (float)fmin(1.0, fabs(found->correlation + 0.5) * 2.0);
    if (st->correlation_min > 1.5) {
        found->correlation_why = "there are no 0.4 s in which both sides sound";
        return;
    }
    found->correlation_min = st->correlation_min;
    found->correlation_min_at_s = (double)(st->min_chunk * s->chunks.size) / s->sr_hz;
}

void vy_stereo_result(struct vy_stereo_ear *ear, struct vy_stereo_found *found)
{
    struct vy_stereo_ear *const s = ear;
    *found = (struct vy_stereo_found){.width = NAN,
                                      .balance_db = NAN,
                                      .correlation = NAN,
                                      .correlation_min = NAN,
                                      .correlation_min_at_s = NAN,
                                      .mono_loss_db = NAN};
    for (uint32_t b = 0; b < VY_STEREO_BANDS; b++)
        found->band_mono_loss_db[b] = NAN;
    if (s->chunks.chans < 2) {
        found->why = "the sound has one channel";
        return;
    }
    struct state st = s->state;
    vy_chunks_pad(&s->chunks);
    if (s->chunks.held)
        take(s, &st, s->chunks.held);
    const double both = st.all.left + st.all.right, side = both - 2.0 * st.all.cross;
    if (!(both > 0.0)) {
        found->why = s->chunks.frames ? "all samples are 0" : "there is no sound";
        return;
    }
    found->width = fmax(0.0, side / (2.0 * both));
    found->mono = side < both * 1e-6;
    found->balance_db = fmin(60.0, fmax(-60.0, 10.0 * log10(fmax(st.all.right, both * 1e-9) /
                                                            fmax(st.all.left, both * 1e-9))));
    found->mono_loss_db = loss_db(both, st.all.cross);
    find_bands(s, &st, found);
    find_correlation(s, &st, found);
}
