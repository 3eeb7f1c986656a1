// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/chord.h"

#include "listen/music.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define TRUST 9.0f       ///< how sure one second of a fitting sound makes, as a natural logarithm
#define BASS_COUNTS 0.7f ///< against the middle register
#define NOTE_POWER 0.6f  ///< below 1, faint notes count for more
#define BASS_POWER 1.7f
#define NONE_FITS 0.03f ///< a chord that fits less than this is none
#define NOISY 0.22f     ///< less standing out than this is noise
#define NOISE_COUNTS 4.0f
#define SILENT_DB (-75.0f)
#define NONE_SHARE 0.02f ///< how often a chord is followed by none
#define RARE_COUNTS 1.1f
#define RARE_FITS 0.03f ///< rare kinds must fit so much better
#define SEVENTHS_COUNT 5.0f
#define KEY_COUNTS 1.1f  ///< how strongly chords keep to the key
#define MOVE_COUNTS 1.3f ///< how strongly they keep to usual moves
#define CHORD_S 1.5      ///< how long a chord stays on average

#define LEAST 1e-15f ///< no state is ever impossible

// A chord as the share of what sounds that each step above its root has, in thousandths: its own
// notes, what a melody passes through, and what does not belong there.
struct kind {
    const char *name;
    float rare; ///< natural logarithm of how often, against a major triad
    short note[12], bass[12];
};

static const struct kind kinds[VY_CHORD_KINDS] = {
    [VY_CHORD_MAJ] = {"maj",
                      0,
                      {260, 20, 70, 25, 200, 45, 20, 220, 20, 45, 34, 46},
                      {430, 50, 50, 45, 85, 60, 30, 100, 35, 45, 40, 50}},
    [VY_CHORD_MIN] = {"min",
                      0,
                      {260, 15, 70, 205, 20, 50, 12, 215, 35, 20, 62, 20},
                      {430, 50, 50, 85, 45, 60, 30, 100, 40, 35, 45, 50}},
    [VY_CHORD_7] = {"7",
                    -1,
                    {190, 25, 65, 30, 160, 65, 15, 220, 30, 40, 145, 20},
                    {400, 45, 50, 50, 90, 60, 35, 125, 40, 40, 60, 40}},
    [VY_CHORD_MAJ7] = {"maj7",
                       -1,
                       {200, 12, 70, 15, 165, 20, 30, 220, 12, 70, 12, 165},
                       {400, 45, 40, 45, 90, 60, 30, 125, 45, 50, 40, 60}},
    [VY_CHORD_MIN7] = {"min7",
                       -1,
                       {190, 18, 65, 165, 15, 65, 12, 225, 30, 30, 165, 15},
                       {400, 45, 50, 90, 50, 60, 35, 125, 50, 35, 60, 35}},
    [VY_CHORD_HDIM7] = {"hdim7",
                        -2,
                        {170, 50, 25, 170, 15, 80, 200, 30, 60, 15, 165, 15},
                        {380, 45, 40, 100, 45, 65, 125, 40, 50, 30, 55, 40}},
    [VY_CHORD_DIM] =
        {"dim",
         -2.5f,
         {230, 40, 40, 220, 20, 50, 220, 20, 50, 60, 25, 30},
         {400, 45, 40, 110, 45, 50, 120, 40, 40, 50, 30, 30}},
    [VY_CHORD_AUG] =
        {"aug",
         -3.5f,
         {240, 20, 50, 20, 230, 20, 40, 30, 230, 30, 50, 40},
         {400, 45, 50, 40, 110, 40, 40, 45, 110, 40, 40, 40}},
    [VY_CHORD_SUS4] =
        {"sus4",
         -2.5f,
         {250, 15, 70, 20, 25, 220, 12, 250, 20, 45, 55, 20},
         {430, 45, 50, 45, 45, 90, 30, 100, 35, 45, 45, 40}},
    [VY_CHORD_SUS2] =
        {"sus2",
         -3.5f,
         {260, 15, 220, 20, 25, 45, 15, 260, 20, 45, 45, 30},
         {430, 45, 90, 45, 45, 60, 30, 100, 35, 45, 40, 35}},
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

static bool is_seventh(int kind)
{
    return kind >= VY_CHORD_7 && kind <= VY_CHORD_HDIM7;
}

// Some music is made of triads, some of chords of four notes.
static float rarity(int kind, float sevenths)
{
    return kinds[kind].rare +
           (is_seventh(kind) ? SEVENTHS_COUNT * (sevenths - VY_SEVENTHS_USUAL) : 0);
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

static void make_looks(struct looks *looks)
{
    for (int s = 0; s < VY_CHORD_NONE; s++) {
        const struct kind *const k = &kinds[s / 12];
        for (int p = 0; p < 12; p++) {
            looks->note[s][(p + s) % 12] = logf(0.012f * k->note[p]);
            looks->bass[s][(p + s) % 12] = logf(0.012f * k->bass[p]);
        }
    }
}

// As shares of the whole; all 0 when there is nothing.
static void to_shares(const float *from, float power, float *share)
{
    float sum = 0;
    for (int p = 0; p < 12; p++)
        sum += share[p] = powf(from[p], power);
    for (int p = 0; p < 12; p++)
        share[p] = sum > 0 ? share[p] / sum : 0;
}

// How much likelier each chord makes what sounds than if all twelve notes were equal: as if notes
// were drawn by chance from the shares of the chord.
static void score_slot(const struct looks *looks, const struct vy_chroma_frame *mean, double s,
                       float sevenths, float *score)
{
    float note[12], bass[12];
    to_shares(mean->treble, NOTE_POWER, note);
    to_shares(mean->bass, BASS_POWER, bass);
    const float trust = TRUST * (float)fmin(s, 1);
    for (int c = 0; c < VY_CHORD_NONE; c++) {
        float high = 0, low = 0;
        for (int p = 0; p < 12; p++) {
            high += note[p] * looks->note[c][p];
            low += bass[p] * looks->bass[c][p];
        }
        score[c] = trust * (high + BASS_COUNTS * low + RARE_FITS * rarity(c / 12, sevenths));
    }
    float none = NONE_FITS;
    if (mean->tonal < NOISY)
        none += NOISE_COUNTS * (NOISY - mean->tonal);
    if (mean->level_db < SILENT_DB)
        none += 1;
    score[VY_CHORD_NONE] = trust * none;
}

// How likely chord j follows chord i when i ends: prior[j] * step[root j - root i] * scale[i],
// never j = i. Without a chord on either side the step is 1. Because only roots matter to the step,
// a sum over all i is one over twelve roots.
struct moves {
    float prior[VY_CHORD_STATES], scale[VY_CHORD_STATES], step[12];
    float log_prior[VY_CHORD_STATES], log_scale[VY_CHORD_STATES], log_step[12];
};

static float step_of(const float *step, int from, int to, float none)
{
    return from == VY_CHORD_NONE || to == VY_CHORD_NONE ? none
                                                        : step[(to % 12 - from % 12 + 12) % 12];
}

static void make_prior(const float *key, float sevenths, float *prior)
{
    float in_key[VY_KEYS][3][12]; // by family and root
    for (int k = 0; key && k < VY_KEYS; k++)
        for (int root = 0; root < 12; root++) {
            in_key[k][0][root] = key[k] * expf(vy_chord_in_key(root, k));
            in_key[k][1][root] = key[k] * expf(vy_chord_in_key(12 * VY_CHORD_MIN + root, k));
            in_key[k][2][root] = key[k] * expf(vy_chord_in_key(12 * VY_CHORD_DIM + root, k));
        }
    for (int s = 0; s < VY_CHORD_NONE; s++) {
        prior[s] = expf(RARE_COUNTS * rarity(s / 12, sevenths)) / 12;
        if (!key)
            continue;
        float share = 0;
        for (int k = 0; k < VY_KEYS; k++)
            share += in_key[k][family(s / 12)][s % 12];
        prior[s] *= powf(share * VY_KEYS, KEY_COUNTS);
    }
    prior[VY_CHORD_NONE] = NONE_SHARE;
}

static void make_moves(const float *key, float sevenths, struct moves *m)
{
    make_prior(key, sevenths, m->prior);
    for (int d = 0; d < 12; d++) {
        m->step[d] = powf(12 * move[d], MOVE_COUNTS);
        m->log_step[d] = logf(m->step[d]);
    }
    for (int i = 0; i < VY_CHORD_STATES; i++) {
        float sum = 0;
        for (int j = 0; j < VY_CHORD_STATES; j++)
            sum += i == j ? 0 : m->prior[j] * step_of(m->step, i, j, 1);
        m->scale[i] = 1 / sum;
        m->log_scale[i] = logf(m->scale[i]);
        m->log_prior[i] = logf(m->prior[i]);
    }
}

struct work {
    struct looks looks;
    struct moves *moves; ///< [parts]
    uint32_t *part;      ///< [slots]
    float *change;       ///< [slots] chance of a change at the edge before any listening
    float (*score)[VY_CHORD_STATES];
    float (*seen)[VY_CHORD_STATES]; ///< exp(score), largest 1
    float (*alpha)[VY_CHORD_STATES], (*best)[VY_CHORD_STATES];
};

// out[j] = to[j] * sum of from[i] x[i] step[i to j] over i != j; with `back`, step[j to i].
static void spread(const float *step, const float *from, const float *to, const float *x, bool back,
                   float *out)
{
    float root[12] = {0}, reach[12] = {0}, all = 0;
    for (int s = 0; s < VY_CHORD_NONE; s++)
        root[s % 12] += from[s] * x[s];
    for (int a = 0; a < 12; a++) {
        all += root[a];
        for (int b = 0; b < 12; b++)
            reach[b] += root[a] * step[back ? (a - b + 12) % 12 : (b - a + 12) % 12];
    }
    const float none = from[VY_CHORD_NONE] * x[VY_CHORD_NONE];
    for (int s = 0; s < VY_CHORD_NONE; s++) {
        const float others = reach[s % 12] - step[0] * from[s] * x[s] + none;
        out[s] = others > 0 ? to[s] * others : 0; // rounding may take more than there is
    }
    out[VY_CHORD_NONE] = to[VY_CHORD_NONE] * all;
}

static void to_unit_sum(float *v)
{
    float sum = 0;
    for (int s = 0; s < VY_CHORD_STATES; s++)
        sum += v[s];
    for (int s = 0; s < VY_CHORD_STATES; s++) {
        v[s] /= sum;
        v[s] = v[s] > LEAST ? v[s] : LEAST;
    }
}

static void forward(struct work *w, uint32_t slots)
{
    float moved[VY_CHORD_STATES];
    for (int s = 0; s < VY_CHORD_STATES; s++)
        w->alpha[0][s] = w->seen[0][s];
    to_unit_sum(w->alpha[0]);
    for (uint32_t t = 1; t < slots; t++) {
        const struct moves *const m = w->moves + w->part[t];
        const float *const before = w->alpha[t - 1];
        spread(m->step, m->scale, m->prior, before, false, moved);
        for (int s = 0; s < VY_CHORD_STATES; s++)
            w->alpha[t][s] =
                w->seen[t][s] * ((1 - w->change[t]) * before[s] + w->change[t] * moved[s]);
        to_unit_sum(w->alpha[t]);
    }
}

// Chance of each state and of each change, from what came before and after.
static void backward(const struct work *w, uint32_t slots, struct vy_chords *chords)
{
    float beta[VY_CHORD_STATES], ahead[VY_CHORD_STATES], moved[VY_CHORD_STATES];
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
        const struct moves *const m = w->moves + w->part[t];
        spread(m->step, m->prior, m->scale, ahead, true, moved);
        for (int s = 0; s < VY_CHORD_STATES; s++) {
            const float kept = (1 - w->change[t]) * ahead[s];
            beta[s] = kept + w->change[t] * moved[s];
            stay += w->alpha[t - 1][s] * kept;
            all += w->alpha[t - 1][s] * beta[s];
        }
        chords->change[t] = all > stay ? 1 - stay / all : 0;
        to_unit_sum(beta);
    }
}

// The best way from any state to each root, and to none.
static void best_ways(const struct moves *m, const float *best, float *reach, float *to_none)
{
    float root[12];
    for (int r = 0; r < 12; r++)
        root[r] = reach[r] = -INFINITY;
    for (int s = 0; s < VY_CHORD_NONE; s++) {
        const float x = best[s] + m->log_scale[s];
        root[s % 12] = x > root[s % 12] ? x : root[s % 12];
    }
    *to_none = -INFINITY;
    const float none = best[VY_CHORD_NONE] + m->log_scale[VY_CHORD_NONE];
    for (int a = 0; a < 12; a++) {
        *to_none = root[a] > *to_none ? root[a] : *to_none;
        reach[a] = none > reach[a] ? none : reach[a];
        for (int b = 0; b < 12; b++) {
            const float x = root[a] + m->log_step[(b - a + 12) % 12];
            reach[b] = x > reach[b] ? x : reach[b];
        }
    }
}

// Which state the best path to `at` at slot t was in at slot t - 1.
static int came_from(const struct work *w, uint32_t t, int at)
{
    const struct moves *const m = w->moves + w->part[t];
    const float *const best = w->best[t - 1];
    const float go = logf(w->change[t]) + m->log_prior[at];
    float most = logf(1 - w->change[t]) + best[at];
    int from = at;
    for (int s = 0; s < VY_CHORD_STATES; s++) {
        const float x = go + best[s] + m->log_scale[s] + step_of(m->log_step, s, at, 0);
        if (x > most) {
            most = x;
            from = s;
        }
    }
    return from;
}

static void likeliest(struct work *w, uint32_t slots, uint8_t *state)
{
    memcpy(w->best[0], w->score[0], sizeof w->best[0]);
    for (uint32_t t = 1; t < slots; t++) {
        const float stay = logf(1 - w->change[t]), go = logf(w->change[t]);
        const struct moves *const m = w->moves + w->part[t];
        const float *const before = w->best[t - 1];
        float reach[12], to_none;
        best_ways(m, before, reach, &to_none);
        for (int s = 0; s < VY_CHORD_STATES; s++) {
            const float moved =
                go + m->log_prior[s] + (s == VY_CHORD_NONE ? to_none : reach[s % 12]);
            const float kept = stay + before[s];
            w->best[t][s] = w->score[t][s] + (kept > moved ? kept : moved);
        }
    }
    int at = 0;
    for (int s = 1; s < VY_CHORD_STATES; s++)
        at = w->best[slots - 1][s] > w->best[slots - 1][at] ? s : at;
    state[slots - 1] = (uint8_t)at;
    for (uint32_t t = slots - 1; t > 0; t--) {
        at = came_from(w, t, at);
        state[t - 1] = (uint8_t)at;
    }
}

static void hear(struct work *w, const struct vy_chroma_view *chroma,
                 const struct vy_chord_grid *grid, struct vy_chords *chords)
{
    for (uint32_t t = 0; t < grid->slots; t++) {
        const double s = grid->edge[t + 1] - grid->edge[t];
        vy_chroma_mean(chroma, grid->edge[t], grid->edge[t + 1], &chords->mean[t]);
        score_slot(&w->looks, &chords->mean[t], s, grid->sevenths, w->score[t]);
        float most = w->score[t][0];
        for (int c = 1; c < VY_CHORD_STATES; c++)
            most = w->score[t][c] > most ? w->score[t][c] : most;
        for (int c = 0; c < VY_CHORD_STATES; c++)
            w->seen[t][c] = expf(w->score[t][c] - most) + LEAST;
        // chords come every second or two, whatever the grid
        float odds = (float)(1 - exp(-s / CHORD_S));
        odds = odds / (1 - odds) * (grid->weight ? expf(grid->weight[t]) : 1);
        w->change[t] = odds / (1 + odds);
    }
}

static float share_of_sevenths(const struct vy_chords *chords, const double *edge)
{
    double four = 0, all = 1e-9;
    for (uint32_t t = 0; t < chords->slots; t++)
        for (int s = 0; s < VY_CHORD_NONE; s++) {
            const double share = (edge[t + 1] - edge[t]) * (double)chords->share[t][s];
            four += is_seventh(s / 12) ? share : 0;
            all += share;
        }
    return (float)(four / all);
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
    const uint32_t parts = grid->key ? grid->parts : 1;
    w->moves = vy_arena_take(arena, parts * sizeof *w->moves);
    w->part = vy_arena_take(arena, n * sizeof *w->part);
    w->change = vy_arena_take(arena, n * sizeof(float));
    w->score = vy_arena_take(arena, n * sizeof *w->score);
    w->seen = vy_arena_take(arena, n * sizeof *w->seen);
    w->alpha = vy_arena_take(arena, n * sizeof *w->alpha);
    w->best = vy_arena_take(arena, n * sizeof *w->best);
    if (!w->moves || !w->part || !w->change || !w->score || !w->seen || !w->alpha || !w->best)
        return VY_NO_MEMORY;
    make_looks(&w->looks);
    for (uint32_t part = 0; part < parts; part++)
        make_moves(grid->key ? grid->key[part] : NULL, grid->sevenths, &w->moves[part]);
    for (uint32_t t = 0; t < n; t++) {
        const uint32_t part = parts > 1 ? (uint32_t)(grid->edge[t] / grid->part_s) : 0;
        w->part[t] = part < parts ? part : parts - 1;
    }
    hear(w, chroma, grid, chords);
    forward(w, n);
    backward(w, n, chords);
    likeliest(w, n, chords->state);
    chords->sevenths = share_of_sevenths(chords, grid->edge);
    return VY_OK;
}
