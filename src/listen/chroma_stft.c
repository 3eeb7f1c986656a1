// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Weights lie in blocks of eight bins, twelve classes each.
#include "listen/chroma_stft.h"

#include "listen/simd.h"
#include "listen/vectors.h"

#include <math.h>
#include <stdlib.h>

#define CLASSES 12
#define CENTRE_OCTAVE 5.0
#define WIDTH_OCTAVES 2.0

struct vy_chroma_stft {
    uint32_t bins;
    float *weight; ///< [bins / 8 rounded up][CLASSES][8]
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
        weight[(c + 9) % 12 * 8] = (float)(bell[c] * scale); // from C
}

vy_status vy_chroma_stft_new(const struct vy_hop_shape *shape, double tuning,
                             struct vy_chroma_stft **chroma)
{
    *chroma = NULL;
    struct vy_chroma_stft *const c = calloc(1, sizeof *c);
    if (!c)
        return VY_NO_MEMORY;
    c->bins = shape->bins;
    const size_t bytes = (shape->bins + 7) / 8 * CLASSES * sizeof(vy_f8);
    c->weight = aligned_alloc(sizeof(vy_f8), bytes);
    if (!c->weight) {
        vy_chroma_stft_destroy(c);
        return VY_NO_MEMORY;
    }
    memset(c->weight, 0, bytes);
    const double step_hz = (double)shape->sr_hz / shape->n_fft;
    for (uint32_t k = 0; k < shape->bins; k++) {
        const double next = pitch_of((k + 1) * step_hz, tuning);
        // bin 0 has no pitch: one and a half octaves below bin 1
        const double pitch = k ? pitch_of(k * step_hz, tuning) : next - 18;
        fill_bin(c->weight + (size_t)(k / 8) * CLASSES * 8 + k % 8, pitch, fmax(next - pitch, 1));
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

/// The sum of weight * power for each class, [16].
VY_SIMD static void weigh(const float *weight, const float *power, uint32_t bins, float *class)
{
    vy_f8 sum[16] = {{0}};
    const float *w = weight;
    const uint32_t whole = bins & ~7u;
    for (uint32_t k = 0; k < whole; k += 8) {
        const vy_f8 p = vy_load8(power + k);
        for (uint32_t c = 0; c < CLASSES; c++, w += 8)
            sum[c] += p * vy_load8(w);
    }
    vy_store8(class, vy_sum_each(sum));
    vy_store8(class + 8, vy_sum_each(sum + 8));
    for (uint32_t k = whole; k < bins; k++)
        for (uint32_t c = 0; c < CLASSES; c++)
            class[c] += power[k] * w[8 * c + k - whole];
}

void vy_chroma_stft_of(const struct vy_chroma_stft *chroma, const float *power, float *found)
{
    float sum[16], most = 0;
    weigh(chroma->weight, power, chroma->bins, sum);
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
