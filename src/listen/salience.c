// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Whitening takes the mean of half an octave on each side away and divides by the deviation there,
// so that a rumble, a hiss or a filter does not count. What is left is y. Notes x >= 0 minimise
// |y - D x|^2; with the products of the notes known beforehand, going through the notes one by one
// needs few rounds and touches only those that sound.
#include "listen/salience.h"

#include "listen/simd.h"

#include <math.h>
#include <string.h>

#define REACH 18     ///< bins on each side that are the surroundings
#define OVERTONE 0.7 ///< each partial is this much of the one before
#define PARTIALS 20
#define ROUNDS 12
#define SPARSE 0.15f ///< what a note must explain before it counts
#define NOTES_ROOM 80

// A note's partials in its bins, each two bins wide on both sides. Length 1.
static void make_look(int note, const double place[PARTIALS], const double height[PARTIALS],
                      float look[VY_THIRDS])
{
    double bin[VY_THIRDS] = {0}, norm = 0;
    for (int h = 0; h < PARTIALS; h++)
        for (int i = (int)(3 * note + place[h]) - 2; i <= (int)(3 * note + place[h]) + 2; i++) {
            const double away = i - (3 * note + place[h]);
            if (i >= 0 && i < VY_THIRDS && fabs(away) < 2)
                bin[i] += height[h] * (0.5 + 0.5 * cos(M_PI * away / 2));
        }
    for (int i = 0; i < VY_THIRDS; i++) {
        look[i] = (float)bin[i];
        norm += bin[i] * bin[i];
    }
    for (int i = 0; i < VY_THIRDS; i++)
        look[i] /= (float)sqrt(norm);
}

void vy_salience_init(struct vy_salience *notes)
{
    double place[PARTIALS], height[PARTIALS];
    for (int h = 0; h < PARTIALS; h++) {
        place[h] = 1 + 36 * log2(h + 1);
        height[h] = pow(OVERTONE, h);
    }
    memset(notes, 0, sizeof *notes);
    for (int n = 0; n < VY_NOTE_COUNT; n++)
        make_look(n, place, height, notes->look[n]);
    for (int a = 0; a < VY_NOTE_COUNT; a++) {
        int bin[VY_THIRDS], bins = 0; // most bins of a note are empty
        for (int i = 0; i < VY_THIRDS; i++)
            if (notes->look[a][i] > 0)
                bin[bins++] = i;
        for (int b = a; b < VY_NOTE_COUNT; b++) {
            double sum = 0;
            for (int k = 0; k < bins; k++)
                sum += (double)notes->look[a][bin[k]] * (double)notes->look[b][bin[k]];
            notes->overlap[a][b] = notes->overlap[b][a] = (float)sum;
        }
    }
}

// Moved by the tuning and whitened. Returns how much stands out of the surroundings, 0..1.
static float whiten(const float *thirds, float shift, float *y)
{
    const int whole = (int)floorf(shift);
    const float part = shift - (float)whole;
    float x[VY_THIRDS];
    double sum[VY_THIRDS + 1] = {0}, square[VY_THIRDS + 1] = {0};
    for (int i = 0; i < VY_THIRDS; i++) {
        const int k = i + whole < 0 ? 0 : i + whole > VY_THIRDS - 2 ? VY_THIRDS - 2 : i + whole;
        x[i] = thirds[k] + part * (thirds[k + 1] - thirds[k]);
        sum[i + 1] = sum[i] + (double)x[i];
        square[i + 1] = square[i] + (double)(x[i] * x[i]);
    }
    if (sum[VY_THIRDS] < 1e-6) {
        memset(y, 0, VY_THIRDS * sizeof *y);
        return 0;
    }
    const double least = 1e-3 * sum[VY_THIRDS] / VY_THIRDS;
    double out = 0;
    for (int i = 0; i < VY_THIRDS; i++) {
        const int from = i > REACH ? i - REACH : 0;
        const int to = i + REACH + 1 < VY_THIRDS ? i + REACH + 1 : VY_THIRDS;
        const double mean = (sum[to] - sum[from]) / (to - from);
        const double var = (square[to] - square[from]) / (to - from) - mean * mean;
        const double rise = (double)x[i] - mean;
        y[i] = rise > 0 ? (float)(rise / (sqrt(var > 0 ? var : 0) + least)) : 0;
        out += rise > 0 ? rise : 0;
    }
    return (float)(out / sum[VY_THIRDS]);
}

VY_SIMD static void match(const struct vy_salience *notes, const float *restrict y,
                          float *restrict b)
{
    for (int n = 0; n < VY_NOTE_COUNT; n++) {
        float lane[VY_SUM_LANES] = {0}, sum = 0;
        for (int i = 0; i < VY_THIRDS; i += VY_SUM_LANES)
            for (int l = 0; l < VY_SUM_LANES; l++)
                lane[l] += y[i + l] * notes->look[n][i + l];
        for (int l = 0; l < VY_SUM_LANES; l++)
            sum += lane[l];
        b[n] = sum;
    }
}

// slope = D'(D x - y), kept up to date.
VY_SIMD static void explain(const struct vy_salience *notes, float *restrict slope,
                            float *restrict x)
{
    for (int round = 0; round < ROUNDS; round++)
        for (int n = 0; n < VY_NOTE_COUNT; n++) {
            const float down = -(slope[n] + SPARSE), step = down > -x[n] ? down : -x[n];
            if (step == 0)
                continue;
            x[n] += step;
            for (int i = 0; i < NOTES_ROOM; i++)
                slope[i] += step * notes->overlap[n][i];
        }
}

// Weight of a note in the middle of the keyboard and in the bass: flat with slopes of an octave.
static float slope_between(int note, float zero, float one)
{
    return fminf(fmaxf(((float)note - zero) / (one - zero), 0), 1);
}

void vy_salience_find(const struct vy_salience *notes, const float *thirds, float shift,
                      struct vy_chroma_frame *frame)
{
    _Alignas(64) float y[VY_THIRDS], slope[NOTES_ROOM] = {0}, x[NOTES_ROOM] = {0};
    memset(frame->treble, 0, sizeof frame->treble);
    memset(frame->bass, 0, sizeof frame->bass);
    frame->tonal = whiten(thirds, shift, y);
    match(notes, y, slope);
    for (int n = 0; n < NOTES_ROOM; n++)
        slope[n] = -slope[n];
    explain(notes, slope, x);
    for (int n = 0; n < VY_NOTE_COUNT; n++) {
        const int note = VY_NOTE_LOWEST + n;
        frame->treble[note % 12] +=
            x[n] * slope_between(note, 43, 55) * slope_between(note, 97, 84);
        frame->bass[note % 12] += x[n] * slope_between(note, 57, 48);
    }
}
