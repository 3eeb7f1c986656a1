// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/chord.h"

#include "listen/music.h"
#include "listen/simd.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define TRUST 20.0f      ///< how sure one second of a fitting sound makes, as a natural logarithm
#define BASS_COUNTS 0.5f ///< against the middle register
#define NONE_FITS 0.45f  ///< a chord that fits less than this is none
#define NONE_BASS 0.6f   ///< the same for the bass
#define NOISY 0.22f      ///< less standing out than this is noise
#define NOISE_COUNTS 4.0f
#define SILENT_DB (-75.0f)
#define NONE_SHARE 0.02f ///< how often a chord is followed by none
#define RARE_COUNTS 1.0f
#define RARE_FITS 0.02f ///< rare kinds must fit so much better
#define KEY_COUNTS 0.5f  ///< how strongly chords keep to the key
#define MOVE_COUNTS 0.5f ///< how strongly they keep to usual moves
#define CHORD_S 1.8      ///< how long a chord stays on average

#define LEAST 1e-15f ///< no state is ever impossible

struct kind {
    const char *name;
    float note[12]; ///< strength by semitone above the root, middle register
    float bass[12];
    float rare; ///< natural logarithm, against a major triad
};

static const struct kind kinds[VY_CHORD_KINDS] = {
    [VY_CHORD_MAJ] = {"maj", {1, 0, 0, 0, 1, 0, 0, 1}, {1, 0, 0, 0, .25f, 0, 0, .4f}, 0},
    [VY_CHORD_MIN] = {"min", {1, 0, 0, 1, 0, 0, 0, 1}, {1, 0, 0, .25f, 0, 0, 0, .4f}, 0},
    [VY_CHORD_7] = {"7",
                    {1, 0, 0, 0, 1, 0, 0, .8f, 0, 0, .8f},
                    {1, 0, 0, 0, .25f, 0, 0, .4f, 0, 0, .2f},
                    -1},
    [VY_CHORD_MAJ7] = {"maj7",
                       {.8f, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, .9f},
                       {1, 0, 0, 0, .25f, 0, 0, .4f, 0, 0, 0, .1f},
                       -1},
    [VY_CHORD_MIN7] = {"min7",
                       {.9f, 0, 0, 1, 0, 0, 0, 1, 0, 0, .8f},
                       {1, 0, 0, .25f, 0, 0, 0, .4f, 0, 0, .2f},
                       -1},
    [VY_CHORD_HDIM7] = {"hdim7",
                        {1, 0, 0, 1, 0, 0, 1, 0, 0, 0, .9f},
                        {1, 0, 0, .25f, 0, 0, .4f, 0, 0, 0, .2f},
                        -2},
    [VY_CHORD_DIM] = {"dim", {1, 0, 0, 1, 0, 0, 1}, {1, 0, 0, .3f, 0, 0, .4f}, -2.5f},
    [VY_CHORD_AUG] = {"aug", {1, 0, 0, 0, 1, 0, 0, 0, 1}, {1, 0, 0, 0, .3f, 0, 0, 0, .3f}, -3.5f},
    [VY_CHORD_SUS4] = {"sus4", {1, 0, 0, 0, 0, 1, 0, 1}, {1, 0, 0, 0, 0, .2f, 0, .4f}, -2.5f},
    [VY_CHORD_SUS2] = {"sus2", {1, 0, 1, 0, 0, 0, 0, 1}, {1, 0, .2f, 0, 0, 0, 0, .4f}, -3.5f},
};

// Share of chords by step above the tonic, in parts of a thousand, from common practice: the
// primary chords most, then what is borrowed from neighbours and from the other mode. Columns: a
// major-like chord, a minor-like one, a diminished one.
static const short in_major[12][3] = {
    {260, 6, 1}, {5, 1, 2},   {22, 90, 4}, {6, 2, 1},    {12, 48, 2}, {150, 14, 1},
    {2, 2, 5},   {190, 8, 1}, {12, 1, 1},  {14, 100, 2}, {26, 2, 1},  {3, 3, 10},
};
static const short in_minor[12][3] = {
    {8, 250, 1}, {6, 1, 2},    {6, 10, 28}, {85, 2, 1}, {1, 2, 1},  {14, 120, 1},
    {1, 2, 3},   {125, 36, 2}, {105, 2, 1}, {2, 2, 3},  {95, 5, 1}, {1, 1, 10},
};
// Share of moves by distance of the roots: down a fifth most, then up one.
static const float move[12] = {.06f, .04f, .10f, .07f, .07f, .22f,
                               .02f, .15f, .07f, .08f, .10f, .04f};

static int family(int kind)
{
    switch (kind) {
    case VY_CHORD_MIN:
    case VY_CHORD_MIN7: return 1;
    case VY_CHORD_HDIM7:
    case VY_CHORD_DIM: return 2;
    default: return 0;
    }
}

float vy_chord_in_key(int state, int key)
{
    if (state == VY_CHORD_NONE)
        return logf(0.01f);
    const int step = (state % 12 - key % 12 + 12) % 12, kind = state / 12;
    const short(*const table)[3] = key < 12 ? in_major : in_minor;
    return logf((float)table[step][family(kind)] / 1000);
}

void vy_chord_name(int state, char *text)
{
    if (state == VY_CHORD_NONE)
        snprintf(text, VY_CHORD_TEXT, "N");
    else
        snprintf(text, VY_CHORD_TEXT, "%s:%s", vy_pitch_class_name(state % 12),
                 kinds[state / 12].name);
}

// The notes of all chords as unit vectors.
struct looks {
    float note[VY_CHORD_NONE][12], bass[VY_CHORD_NONE][12];
};

static void unit(float *v)
{
    float sum = 1e-12f;
    for (int p = 0; p < 12; p++)
        sum += v[p] * v[p];
    sum = 1 / sqrtf(sum);
    for (int p = 0; p < 12; p++)
        v[p] *= sum;
}

static void make_looks(struct looks *looks)
{
    for (int s = 0; s < VY_CHORD_NONE; s++) {
        for (int p = 0; p < 12; p++) {
            looks->note[s][(p + s) % 12] = kinds[s / 12].note[p];
            looks->bass[s][(p + s) % 12] = kinds[s / 12].bass[p];
        }
        unit(looks->note[s]);
        unit(looks->bass[s]);
    }
}

static void score_slot(const struct looks *looks, const struct vy_chroma_frame *mean, double s,
                       float *score)
{
    float note[12], bass[12];
    memcpy(bass, mean->bass, sizeof bass);
    unit(bass);
    memcpy(note, mean->treble, sizeof note);
    unit(note);
    const float trust = TRUST * (float)fmin(s, 1);
    for (int c = 0; c < VY_CHORD_NONE; c++) {
        float high = 0, low = 0;
        for (int p = 0; p < 12; p++) {
            high += note[p] * looks->note[c][p];
            low += bass[p] * looks->bass[c][p];
        }
        score[c] = trust * (high + BASS_COUNTS * low + RARE_FITS * kinds[c / 12].rare);
    }
    float none = NONE_FITS + BASS_COUNTS * NONE_BASS;
    if (mean->tonal < NOISY)
        none += NOISE_COUNTS * (NOISY - mean->tonal);
    if (mean->level_db < SILENT_DB)
        none += 1;
    score[VY_CHORD_NONE] = trust * none;
}

// share[j][i]: how likely chord j follows chord i when a chord ends; each column of i sums to 1.
static void make_moves(const float *key, float (*from)[VY_CHORD_STATES])
{
    float prior[VY_CHORD_STATES];
    for (int s = 0; s < VY_CHORD_STATES; s++) {
        prior[s] = s == VY_CHORD_NONE ? NONE_SHARE : expf(RARE_COUNTS * kinds[s / 12].rare) / 12;
        if (!key || s == VY_CHORD_NONE)
            continue;
        float in_key = 0;
        for (int k = 0; k < VY_KEYS; k++)
            in_key += key[k] * expf(vy_chord_in_key(s, k));
        prior[s] *= powf(in_key * 24, KEY_COUNTS);
    }
    for (int i = 0; i < VY_CHORD_STATES; i++) {
        float sum = 0;
        for (int j = 0; j < VY_CHORD_STATES; j++) {
            const bool tonal = i != VY_CHORD_NONE && j != VY_CHORD_NONE;
            from[j][i] =
                i == j
                    ? 0
                    : prior[j] *
                          (tonal ? powf(12 * move[(j % 12 - i % 12 + 12) % 12], MOVE_COUNTS) : 1);
            sum += from[j][i];
        }
        for (int j = 0; j < VY_CHORD_STATES; j++)
            from[j][i] /= sum;
    }
}

struct work {
    struct looks looks;
    float from[VY_CHORD_STATES][VY_CHORD_STATES]; ///< [to][from]
    float into[VY_CHORD_STATES][VY_CHORD_STATES]; ///< [from][to]
    float log_from[VY_CHORD_STATES][VY_CHORD_STATES];
    float *change; ///< [slots] chance of a change at the edge before any listening
    float (*score)[VY_CHORD_STATES];
    float (*seen)[VY_CHORD_STATES]; ///< exp(score), largest 1
    float (*alpha)[VY_CHORD_STATES], (*best)[VY_CHORD_STATES];
};

VY_SIMD static float dot(const float *restrict a, const float *restrict b)
{
    float lane[VY_SUM_LANES] = {0}, sum = 0;
    int i = 0;
    for (; i + VY_SUM_LANES <= VY_CHORD_STATES; i += VY_SUM_LANES)
        for (int l = 0; l < VY_SUM_LANES; l++)
            lane[l] += a[i + l] * b[i + l];
    for (; i < VY_CHORD_STATES; i++)
        lane[0] += a[i] * b[i];
    for (int l = 0; l < VY_SUM_LANES; l++)
        sum += lane[l];
    return sum;
}

VY_SIMD static float highest(const float *restrict a, const float *restrict b)
{
    float lane[VY_SUM_LANES];
    for (int l = 0; l < VY_SUM_LANES; l++)
        lane[l] = -INFINITY;
    int i = 0;
    for (; i + VY_SUM_LANES <= VY_CHORD_STATES; i += VY_SUM_LANES)
        for (int l = 0; l < VY_SUM_LANES; l++)
            lane[l] = lane[l] > a[i + l] + b[i + l] ? lane[l] : a[i + l] + b[i + l];
    for (; i < VY_CHORD_STATES; i++)
        lane[0] = fmaxf(lane[0], a[i] + b[i]);
    for (int l = 1; l < VY_SUM_LANES; l++)
        lane[0] = fmaxf(lane[0], lane[l]);
    return lane[0];
}

static void to_unit_sum(float *v)
{
    float sum = 0;
    for (int s = 0; s < VY_CHORD_STATES; s++)
        sum += v[s];
    for (int s = 0; s < VY_CHORD_STATES; s++)
        v[s] = fmaxf(v[s] / sum, LEAST);
}

static void forward(struct work *w, uint32_t slots)
{
    for (int s = 0; s < VY_CHORD_STATES; s++)
        w->alpha[0][s] = w->seen[0][s];
    to_unit_sum(w->alpha[0]);
    for (uint32_t t = 1; t < slots; t++) {
        for (int s = 0; s < VY_CHORD_STATES; s++)
            w->alpha[t][s] = w->seen[t][s] * ((1 - w->change[t]) * w->alpha[t - 1][s] +
                                              w->change[t] * dot(w->from[s], w->alpha[t - 1]));
        to_unit_sum(w->alpha[t]);
    }
}

// Chance of each state and of each change, from what came before and after.
static void backward(const struct work *w, uint32_t slots, struct vy_chords *chords)
{
    float beta[VY_CHORD_STATES], ahead[VY_CHORD_STATES];
    for (int s = 0; s < VY_CHORD_STATES; s++)
        beta[s] = 1;
    for (uint32_t t = slots; t-- > 0;) {
        for (int s = 0; s < VY_CHORD_STATES; s++) {
            chords->share[t][s] = w->alpha[t][s] * beta[s];
            ahead[s] = w->seen[t][s] * beta[s];
        }
        to_unit_sum(chords->share[t]);
        if (!t)
            break;
        float stay = 0, all = 0;
        for (int s = 0; s < VY_CHORD_STATES; s++) {
            const float kept = (1 - w->change[t]) * ahead[s];
            beta[s] = kept + w->change[t] * dot(w->into[s], ahead);
            stay += w->alpha[t - 1][s] * kept;
            all += w->alpha[t - 1][s] * beta[s];
        }
        chords->change[t] = all > 0 ? fminf(fmaxf(1 - stay / all, 0), 1) : 0;
        to_unit_sum(beta);
    }
}

static void likeliest(struct work *w, uint32_t slots, uint8_t *state)
{
    memcpy(w->best[0], w->score[0], sizeof w->best[0]);
    for (uint32_t t = 1; t < slots; t++) {
        const float stay = logf(1 - w->change[t]), go = logf(w->change[t]);
        for (int s = 0; s < VY_CHORD_STATES; s++)
            w->best[t][s] = w->score[t][s] + fmaxf(stay + w->best[t - 1][s],
                                                   go + highest(w->log_from[s], w->best[t - 1]));
    }
    int at = 0;
    for (int s = 1; s < VY_CHORD_STATES; s++)
        at = w->best[slots - 1][s] > w->best[slots - 1][at] ? s : at;
    state[slots - 1] = (uint8_t)at;
    for (uint32_t t = slots - 1; t > 0; t--) {
        const float stay = logf(1 - w->change[t]), go = logf(w->change[t]);
        float most = stay + w->best[t - 1][at];
        int before = at;
        for (int s = 0; s < VY_CHORD_STATES; s++)
            if (go + w->log_from[at][s] + w->best[t - 1][s] > most) {
                most = go + w->log_from[at][s] + w->best[t - 1][s];
                before = s;
            }
        at = before;
        state[t - 1] = (uint8_t)at;
    }
}

static void hear(struct work *w, const struct vy_chroma_view *chroma,
                 const struct vy_chord_grid *grid, struct vy_chords *chords)
{
    for (uint32_t t = 0; t < grid->slots; t++) {
        const double s = grid->edge[t + 1] - grid->edge[t];
        vy_chroma_mean(chroma, grid->edge[t], grid->edge[t + 1], &chords->mean[t]);
        score_slot(&w->looks, &chords->mean[t], s, w->score[t]);
        float most = w->score[t][0];
        for (int c = 1; c < VY_CHORD_STATES; c++)
            most = fmaxf(most, w->score[t][c]);
        for (int c = 0; c < VY_CHORD_STATES; c++)
            w->seen[t][c] = fmaxf(expf(w->score[t][c] - most), LEAST);
        // chords come every second or two, whatever the grid
        float odds = (float)(1 - exp(-s / CHORD_S));
        odds = odds / (1 - odds) * (grid->weight ? expf(grid->weight[t]) : 1);
        w->change[t] = odds / (1 + odds);
    }
}

vy_status vy_chord_find(const struct vy_chroma_view *chroma, const struct vy_chord_grid *grid,
                        struct vy_arena *arena, struct vy_chords *chords)
{
    const uint32_t n = grid->slots;
    *chords = (struct vy_chords){.slots = n};
    if (!n)
        return VY_OK;
    struct work *const w = vy_arena_take(arena, sizeof *w);
    chords->mean = vy_arena_take(arena, n * sizeof *chords->mean);
    chords->state = vy_arena_take(arena, n);
    chords->change = vy_arena_take(arena, n * sizeof(float));
    chords->share = vy_arena_take(arena, n * sizeof *chords->share);
    if (!w || !chords->mean || !chords->state || !chords->change || !chords->share)
        return VY_NO_MEMORY;
    w->change = vy_arena_take(arena, n * sizeof(float));
    w->score = vy_arena_take(arena, n * sizeof *w->score);
    w->seen = vy_arena_take(arena, n * sizeof *w->seen);
    w->alpha = vy_arena_take(arena, n * sizeof *w->alpha);
    w->best = vy_arena_take(arena, n * sizeof *w->best);
    if (!w->change || !w->score || !w->seen || !w->alpha || !w->best)
        return VY_NO_MEMORY;
    make_looks(&w->looks);
    make_moves(grid->key, w->from);
    for (int a = 0; a < VY_CHORD_STATES; a++)
        for (int b = 0; b < VY_CHORD_STATES; b++) {
            w->into[b][a] = w->from[a][b];
            w->log_from[a][b] = logf(w->from[a][b] + 1e-30f);
        }
    hear(w, chroma, grid, chords);
    forward(w, n);
    backward(w, n, chords);
    likeliest(w, n, chords->state);
    return VY_OK;
}
