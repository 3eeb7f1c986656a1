// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/key.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#define MOST_SPANS 10.0f    ///< more chords than this make no surer
#define CHORDS_COUNT 0.5f   ///< weight of each chord
#define CADENCES_COUNT 3.0f ///< of a cadence from the dominant in four chords
#define LAST_COUNTS 1.0f    ///< of ending on the tonic
#define FIRST_COUNTS 0.5f   ///< of beginning there
#define PROFILE_BASS 0.5f   ///< the bass against the middle register
#define PROFILE_COUNTS 6.0f ///< weight of the scale

// Noise, drums and speech lie on no scale: the agreement of their partials stays below this.
#define NO_SCALE 0.12f
#define SURE_SCALE 0.25f

// How well each step of the scale fits a key: Temperley, "What's key for key? The
// Krumhansl-Schmuckler key-finding algorithm reconsidered", Music Perception 17 (1999).
static const float profile[2][12] = {
    {5.0f, 2.0f, 3.5f, 2.0f, 4.5f, 4.0f, 2.0f, 4.5f, 2.0f, 3.5f, 1.5f, 4.0f},
    {5.0f, 2.0f, 3.5f, 4.5f, 2.0f, 4.0f, 2.0f, 4.5f, 3.5f, 2.0f, 1.5f, 4.0f},
};

static float correlation(const float *a, const float *b, int turn)
{
    float ma = 0, mb = 0, ab = 0, aa = 1e-9f, bb = 1e-9f;
    for (int p = 0; p < 12; p++) {
        ma += a[p] / 12;
        mb += b[p] / 12;
    }
    for (int p = 0; p < 12; p++) {
        const float x = a[(p + turn) % 12] - ma, y = b[p] - mb;
        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    return ab / sqrtf(aa * bb);
}

// The chord of a key's tonic, and what leads to it.
static bool is_tonic(int state, int key)
{
    const int kind = state / 12;
    return state != VY_CHORD_NONE && state % 12 == key % 12 &&
           (key < 12 ? kind == VY_CHORD_MAJ || kind == VY_CHORD_MAJ7
                     : kind == VY_CHORD_MIN || kind == VY_CHORD_MIN7);
}

static bool is_dominant(int state, int key)
{
    const int kind = state / 12;
    return state != VY_CHORD_NONE && state % 12 == (key + 7) % 12 &&
           (kind == VY_CHORD_MAJ || kind == VY_CHORD_7);
}

// Evidence of one path of chords for each key.
static void hear_path(const struct vy_chords *chords, const double *edge, uint32_t from,
                      uint32_t to, float *score)
{
    int last = VY_CHORD_NONE, first = VY_CHORD_NONE;
    double in_key[VY_KEYS] = {0}, whole = 0;
    float spans = 0, cadences[VY_KEYS] = {0};
    for (uint32_t t = from; t < to; t++) {
        const int now = chords->state[t];
        if (now == VY_CHORD_NONE)
            continue;
        const double s = edge[t + 1] - edge[t];
        for (int k = 0; k < VY_KEYS; k++) {
            in_key[k] += s * (double)vy_chord_in_key(now, k);
            if (now != last && is_tonic(now, k) && is_dominant(last, k))
                cadences[k] += 1;
        }
        whole += s;
        spans += now != last;
        first = first == VY_CHORD_NONE ? now : first;
        last = now;
    }
    if (whole <= 0)
        return;
    const float count = fminf(spans, MOST_SPANS);
    for (int k = 0; k < VY_KEYS; k++) {
        score[k] += CHORDS_COUNT * count * (float)(in_key[k] / whole);
        score[k] += CADENCES_COUNT * cadences[k] / fmaxf(spans / 4, 1);
        score[k] += to == chords->slots ? LAST_COUNTS * is_tonic(last, k) : 0;
        score[k] += from == 0 ? FIRST_COUNTS * is_tonic(first, k) : 0;
    }
}

// How much of the time there is a chord at all.
static float tonal_share(const struct vy_chords *chords, const double *edge, uint32_t from,
                         uint32_t to)
{
    double tonal = 0;
    for (uint32_t t = from; t < to; t++)
        if (chords->state[t] != VY_CHORD_NONE)
            tonal += edge[t + 1] - edge[t];
    return (float)(tonal / (edge[to] - edge[from]));
}

void vy_key_find(const struct vy_chroma_view *chroma, const struct vy_chords *chords,
                 const double *edge, uint32_t from, uint32_t to, struct vy_key *key)
{
    *key = (struct vy_key){.best = 0};
    float sum[12] = {0}, score[VY_KEYS] = {0};
    for (uint32_t t = from; t < to; t++)
        for (int p = 0; p < 12; p++)
            sum[p] += (float)(edge[t + 1] - edge[t]) *
                      (chords->mean[t].treble[p] + PROFILE_BASS * chords->mean[t].bass[p]);
    hear_path(chords, edge, from, to, score);
    float most = -INFINITY, whole = 0;
    for (int k = 0; k < VY_KEYS; k++) {
        score[k] += PROFILE_COUNTS * correlation(sum, profile[k / 12], k % 12);
        if (score[k] > most) {
            most = score[k];
            key->best = k;
        }
    }
    for (int k = 0; k < VY_KEYS; k++)
        whole += key->share[k] = expf(score[k] - most);
    for (int k = 0; k < VY_KEYS; k++)
        key->share[k] /= whole;
    const float scale = (chroma->tuning_confidence - NO_SCALE) / (SURE_SCALE - NO_SCALE);
    key->confidence =
        key->share[key->best] * fminf(fmaxf(scale, 0), 1) * tonal_share(chords, edge, from, to);
}
