// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/chroma_stft.h"

#include "listen/simd.h"
#include "listen/vectors.h"

#include <math.h>
#include <stdlib.h>

#define COLS 16 // 12 rounded up to groups
#define CENTRE_OCTAVE 5.0
#define WIDTH_OCTAVES 2.0

struct vy_chroma_stft {
    uint32_t bins;
    float *weight; ///< [bins][COLS]
};

/// Semitones above A0.
static double pitch_of(double hz, double tuning)
{
    return 12 * log2(hz / (440.0 * exp2(tuning / 12) / 16));
}

static void fill_bin(float *weight, double pitch, double width)
{
    double bell[12], sum = 0;
    for (int c = 0; c < 12; c++) { // from A
        const double off = fmod(pitch - c + 126, 12) - 6;
        bell[c] = exp(-2 * off * off / (width * width));
        sum += bell[c] * bell[c];
    }
    const double octaves = (pitch / 12 - CENTRE_OCTAVE) / WIDTH_OCTAVES;
    const double scale = exp(-0.5 * octaves * octaves) / fmax(sqrt(sum), 1e-30);
    for (int c = 0; c < 12; c++)
        weight[(c + 9) % 12] = (float)(bell[c] * scale); // from C
}

vy_status vy_chroma_stft_new(const struct vy_hop_shape *shape, double tuning,
                             struct vy_chroma_stft **chroma)
{
    *chroma = NULL;
    struct vy_chroma_stft *const c = calloc(1, sizeof *c);
    if (!c)
        return VY_NO_MEMORY;
    c->bins = shape->bins;
    c->weight = aligned_alloc(64, (size_t)shape->bins * COLS * sizeof(float));
    if (!c->weight) {
        vy_chroma_stft_destroy(c);
        return VY_NO_MEMORY;
    }
    memset(c->weight, 0, (size_t)shape->bins * COLS * sizeof(float));
    const double step_hz = (double)shape->sr_hz / shape->n_fft;
    for (uint32_t k = 0; k < shape->bins; k++) {
        const double next = pitch_of((k + 1) * step_hz, tuning);
        // bin 0 has no pitch: one and a half octaves below bin 1
        const double pitch = k ? pitch_of(k * step_hz, tuning) : next - 18;
        fill_bin(c->weight + (size_t)k * COLS, pitch, fmax(next - pitch, 1));
    }
    *chroma = c;
    return VY_OK;
}

void vy_chroma_stft_destroy(struct vy_chroma_stft *chroma)
{
    if (!chroma)
        return;
    free(chroma->weight);
    free(chroma);
}

VY_SIMD void vy_chroma_stft_of(const struct vy_chroma_stft *chroma, const float *power,
                               float *found)
{
    vy_f8 a = {0}, b = {0}, c = {0}, d = {0};
    const float *w = chroma->weight;
    const uint32_t even = chroma->bins & ~1u;
    for (uint32_t k = 0; k < even; k += 2, w += 2 * COLS) {
        a += power[k] * vy_load8(w);
        b += power[k] * vy_load8(w + 8);
        c += power[k + 1] * vy_load8(w + COLS);
        d += power[k + 1] * vy_load8(w + COLS + 8);
    }
    if (even < chroma->bins) {
        a += power[even] * vy_load8(w);
        b += power[even] * vy_load8(w + 8);
    }
    float sum[COLS], most = 0;
    vy_store8(sum, a + c);
    vy_store8(sum + 8, b + d);
    for (int i = 0; i < 12; i++)
        most = sum[i] > most ? sum[i] : most;
    for (int i = 0; i < 12; i++)
        found[i] = most > 1e-30f ? sum[i] / most : 0;
}

void vy_tonnetz_of(const float *chroma, float *found)
{
    static const float sine[12] = {0, 0.5f,  0.8660254f,  1,  0.8660254f,  0.5f,
                                   0, -0.5f, -0.8660254f, -1, -0.8660254f, -0.5f};
    // twelfths of a turn a semitone: round the circle of fifths, of minor and of major thirds
    static const int step[3] = {7, 9, 4};
    static const float radius[3] = {1, 1, 0.5f};
    float sum = 0;
    for (int c = 0; c < 12; c++)
        sum += chroma[c];
    const float scale = sum > 1e-30f ? 1 / sum : 0;
    for (int i = 0; i < 3; i++) {
        float up = 0, along = 0;
        for (int c = 0; c < 12; c++) {
            up += chroma[c] * sine[step[i] * c % 12];
            along += chroma[c] * sine[(step[i] * c + 3) % 12];
        }
        found[2 * i] = radius[i] * up * scale;
        found[2 * i + 1] = radius[i] * along * scale;
    }
}
