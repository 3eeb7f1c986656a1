// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/steps.h"

#include "listen/simd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEVELS (240 * VY_BAND_STEPS + 1)
#define BEATS_MIN 8
#define STEP_MAX_S 0.62 ///< longer beats are halved
#define FREE_STEP_S 0.33
#define FREE_FILL_S 0.66
#define GAP 1.75 ///< beats; where more are missing, steps are put in
#define DOWN_S 0.07
#define LOUD_SHARE 0.05
#define DEPTH_DB 75 ///< of the timbre, below the loud parts
#define CHROMA_DEPTH_DB 60
#define AUDIBLE_DB 60
#define SILENT_DB (-80)
#define CLOSING_MIN_S 1.2
#define CLOSING_MAX_S 15.0
#define CLOSING_STRENGTH 0.5F ///< of the median onset
#define SPREAD_MIN_DB 2.0F    ///< over the piece; less is taken for this much
#define UNREST_MIN_DB 0.5F    ///< from bar to bar
#define BASS_HZ 150
#define BRIGHT_HZ 5000

enum measure { MEAN, SPREAD, TOP, MEASURES };

struct maker {
    const struct vy_bands *bands;
    const struct vy_onset_curves *curves;
    struct vy_steps *steps;
    struct vy_arena *arena;
    uint8_t group[VY_BANDS_MOST]; ///< of each band
    float width[VY_STEP_BANDS];   ///< bands in each group
    int8_t pitch[VY_BANDS_MOST];  ///< pitch class of each band; -1 = not of the harmony
    float *power;                 ///< [LEVELS] of a level
    float *magnitude;             ///< [LEVELS] above the floor of the harmony
    float loud_db;                ///< above VY_BAND_FLOOR_DB
    size_t audible;               ///< hops until the sound is over
};

static int by_size(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static float median(float *value, size_t n)
{
    if (!n)
        return 0;
    qsort(value, n, sizeof *value, by_size);
    return value[n / 2];
}

static int loudest(const struct maker *m, size_t hop)
{
    const int16_t *const level = vy_bands_level(m->bands, hop);
    int most = 0;
    for (uint32_t b = 0; b < vy_bands_count(m->bands); b++)
        most = level[b] > most ? level[b] : most;
    return most / VY_BAND_STEPS;
}

// The level that all but LOUD_SHARE of the hops keep below, and where the sound is over.
static void find_loud(struct maker *m)
{
    const size_t hops = vy_bands_hops(m->bands);
    size_t seen[LEVELS / VY_BAND_STEPS + 2] = {0}, above = 0;
    for (size_t t = 0; t < hops; t++)
        seen[loudest(m, t)]++;
    int db = LEVELS / VY_BAND_STEPS;
    while (db > 0 && (double)(above += seen[db]) <= LOUD_SHARE * (double)hops)
        db--;
    m->loud_db = (float)db;
    m->audible = hops;
    if (db < SILENT_DB - VY_BAND_FLOOR_DB)
        m->audible = 0;
    while (m->audible && loudest(m, m->audible - 1) < db - AUDIBLE_DB)
        m->audible--;
}

static vy_status make_tables(struct maker *m)
{
    m->power = vy_arena_take(m->arena, LEVELS * sizeof(float));
    m->magnitude = vy_arena_take(m->arena, LEVELS * sizeof(float));
    if (!m->power || !m->magnitude)
        return VY_NO_MEMORY;
    const float floor_db = m->loud_db - CHROMA_DEPTH_DB;
    for (int i = 0; i < LEVELS; i++) {
        const float db = (float)i / VY_BAND_STEPS;
        m->power[i] = exp10f((db - m->loud_db) / 10);
        m->magnitude[i] =
            fmaxf(exp10f((db - m->loud_db) / 20) - exp10f((floor_db - m->loud_db) / 20), 0);
    }
    const double octaves = log2(16000.0 / 30) / VY_STEP_BANDS;
    for (uint32_t b = 0; b < vy_bands_count(m->bands); b++) {
        const double hz = (double)vy_bands_hz(m->bands, b);
        const double g = floor(log2(hz / 30) / octaves);
        m->group[b] = (uint8_t)fmin(fmax(g, 0), VY_STEP_BANDS - 1);
        m->width[m->group[b]]++;
        const long note = lrint(12 * log2(hz / 440)) + 69;
        m->pitch[b] = (int8_t)(hz > 100 && hz < 3000 ? note % 12 : -1);
    }
    return VY_OK;
}

// The last note, when nothing follows it and it sounds on.
static double find_closing(const struct maker *m, const struct vy_onset *onset, uint32_t onsets)
{
    if (onsets < 4)
        return -1;
    float *const strength = vy_arena_take(m->arena, onsets * sizeof *strength);
    if (!strength)
        return -1;
    for (uint32_t i = 0; i < onsets; i++)
        strength[i] = onset[i].strength;
    const float enough = CLOSING_STRENGTH * median(strength, onsets);
    uint32_t last = onsets - 1;
    while (last && onset[last].strength < enough)
        last--;
    const double held = (double)m->audible * m->curves->hop_s - onset[last].at_s;
    return held >= CLOSING_MIN_S && held <= CLOSING_MAX_S ? onset[last].at_s : -1;
}

static void put_step(struct vy_steps *s, double at_s)
{
    s->at_s[s->count++] = at_s;
}

static double median_beat(const struct maker *m, const struct vy_music_found *found)
{
    float *const gap = vy_arena_take(m->arena, found->beats * sizeof *gap);
    if (!gap)
        return 0.5;
    for (uint32_t i = 0; i + 1 < found->beats; i++)
        gap[i] = (float)(found->beat[i + 1] - found->beat[i]);
    return (double)median(gap, found->beats - 1);
}

// On the beats, from the first sound to `end_s`; holes are filled at the pace of the beat.
static void steps_on_beats(struct maker *m, const struct vy_music_found *found, double start_s,
                           double end_s)
{
    struct vy_steps *const s = m->steps;
    const double beat_s = median_beat(m, found);
    const uint32_t parts = beat_s > STEP_MAX_S ? 2 : 1;
    const double step_s = beat_s / parts;
    s->bar = (found->beats_per_bar ? found->beats_per_bar : 4) * parts;
    const uint32_t before = (uint32_t)((found->beat[0] - start_s) / step_s + 0.5);
    for (uint32_t i = before; i > 0; i--)
        put_step(s, fmax(found->beat[0] - i * step_s, 0));
    for (uint32_t i = 0; i < found->beats; i++) {
        const double at = found->beat[i];
        const double next = i + 1 < found->beats ? found->beat[i + 1] : end_s;
        const double gap = next - at;
        const bool hole = gap > GAP * beat_s || i + 1 == found->beats;
        const uint32_t n = hole ? (uint32_t)fmax(round(gap / step_s), 1) : parts;
        for (uint32_t k = 0; k < n; k++)
            if (at + k * gap / n < end_s - 0.3 * step_s)
                put_step(s, at + k * gap / n);
    }
}

static void steps_on_notes(struct maker *m, const struct vy_onset *onset, uint32_t onsets,
                           double start_s, double end_s)
{
    struct vy_steps *const s = m->steps;
    s->bar = 4;
    put_step(s, start_s);
    for (uint32_t i = 0; i <= onsets; i++) {
        const double at = i < onsets ? onset[i].at_s : end_s;
        if (at > end_s)
            continue;
        while (at - s->at_s[s->count - 1] > FREE_STEP_S + FREE_FILL_S)
            put_step(s, s->at_s[s->count - 1] + FREE_FILL_S);
        if (at - s->at_s[s->count - 1] >= FREE_STEP_S && at < end_s - FREE_STEP_S)
            put_step(s, at);
    }
}

static void mark_downs(struct vy_steps *s, const struct vy_music_found *found)
{
    s->barred = found->downbeats > 2 && found->beats_per_bar;
    uint32_t d = 0;
    for (uint32_t i = 0; i <= s->count && s->barred; i++) {
        while (d < found->downbeats && found->downbeat[d] < s->at_s[i] - DOWN_S)
            d++;
        s->down[i] = d < found->downbeats && fabs(found->downbeat[d] - s->at_s[i]) <= DOWN_S;
    }
}

static vy_status make_grid(struct maker *m, const struct vy_onset *onset, uint32_t onsets,
                           const struct vy_music_found *found)
{
    struct vy_steps *const s = m->steps;
    double end_s = (double)m->audible * m->curves->hop_s;
    s->closing_s = find_closing(m, onset, onsets);
    if (s->closing_s > 0)
        end_s = s->closing_s;
    // shorter than any step: half a shortest beat
    const size_t most = (size_t)(end_s / 0.1) + found->beats + onsets + 8;
    s->at_s = vy_arena_take(m->arena, most * sizeof *s->at_s);
    s->down = vy_arena_take(m->arena, most * sizeof *s->down);
    if (!s->at_s || !s->down)
        return VY_NO_MEMORY;
    const double start_s = onsets && onset[0].at_s < end_s ? onset[0].at_s : 0;
    if (found->beats >= BEATS_MIN)
        steps_on_beats(m, found, fmin(start_s, found->beat[0]), end_s);
    else
        steps_on_notes(m, onset, onsets, start_s, end_s);
    s->at_s[s->count] = end_s;
    mark_downs(s, found);
    return VY_OK;
}

struct tally {
    float sum[VY_STEP_BANDS], squares[VY_STEP_BANDS], top[VY_STEP_BANDS];
    float chroma[12];
    double all, bass, bright, rise;
};

static void add_hop(const struct maker *m, size_t hop, struct tally *t)
{
    const int16_t *const level = vy_bands_level(m->bands, hop);
    float power[VY_STEP_BANDS] = {0};
    for (uint32_t b = 0; b < vy_bands_count(m->bands); b++) {
        power[m->group[b]] += m->power[level[b]];
        if (m->pitch[b] >= 0)
            t->chroma[m->pitch[b]] += m->magnitude[level[b]];
    }
    for (uint32_t g = 0; g < VY_STEP_BANDS; g++) {
        const float mean = m->width[g] > 0 ? power[g] / m->width[g] : 0;
        const float db = fmaxf(10 * log10f(mean + 1e-12F) + DEPTH_DB, 0);
        const double hz = 30 * exp2(log2(16000.0 / 30) * (g + 0.5) / VY_STEP_BANDS);
        t->sum[g] += db;
        t->squares[g] += db * db;
        t->top[g] = fmaxf(t->top[g], db);
        t->all += (double)power[g];
        t->bass += hz < BASS_HZ ? (double)power[g] : 0;
        t->bright += hz > BRIGHT_HZ ? (double)power[g] : 0;
    }
    t->rise += (double)m->curves->all[hop];
}

static float as_db(double power, double n)
{
    return (float)(10 * log10(power / n + 1e-12));
}

static void put_chroma(const float *sum, float *chroma)
{
    float mean = 0, square = 0;
    for (int i = 0; i < 12; i++)
        mean += sum[i] / 12;
    for (int i = 0; i < 12; i++)
        square += (sum[i] - mean) * (sum[i] - mean);
    for (int i = 0; i < 12; i++)
        chroma[i] = square > 0 ? (sum[i] - mean) / sqrtf(square) : 0;
}

static void put_features(const struct maker *m, uint32_t step)
{
    struct vy_steps *const s = m->steps;
    const double hop_s = m->curves->hop_s;
    const size_t hops = vy_bands_hops(m->bands);
    size_t from = (size_t)lrint(s->at_s[step] / hop_s);
    size_t to = (size_t)lrint(s->at_s[step + 1] / hop_s);
    from = from < hops ? from : hops - 1;
    to = to > from ? to : from + 1;
    to = to < hops ? to : hops;
    struct tally t = {0};
    for (size_t hop = from; hop < to; hop++)
        add_hop(m, hop, &t);
    const float n = (float)(to - from);
    float *const f = s->timbre + (size_t)step * VY_STEP_TIMBRE;
    for (uint32_t g = 0; g < VY_STEP_BANDS; g++) {
        const float mean = t.sum[g] / n;
        f[MEAN * VY_STEP_BANDS + g] = mean;
        f[SPREAD * VY_STEP_BANDS + g] = sqrtf(fmaxf(t.squares[g] / n - mean * mean, 0));
        f[TOP * VY_STEP_BANDS + g] = t.top[g];
    }
    put_chroma(t.chroma, s->chroma + (size_t)step * 12);
    s->level_db[step] = as_db(t.all, (double)n);
    s->bass_db[step] = as_db(t.bass, (double)n);
    s->bright_db[step] = as_db(t.bright, (double)n);
    s->rise[step] = (float)t.rise / n;
}

static float deviation(const struct vy_steps *s, uint32_t feature)
{
    double sum = 0, squares = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        const double x = (double)s->timbre[(size_t)i * VY_STEP_TIMBRE + feature];
        sum += x;
        squares += x * x;
    }
    const double mean = sum / s->count;
    return (float)sqrt(fmax(squares / s->count - mean * mean, 0));
}

// How much a feature differs from one bar to the next: what does not tell the parts of the form.
static float unrest(const struct vy_steps *s, uint32_t feature, float *scratch)
{
    uint32_t n = 0;
    for (uint32_t i = s->bar; i < s->count; i++)
        scratch[n++] = fabsf(s->timbre[(size_t)i * VY_STEP_TIMBRE + feature] -
                             s->timbre[(size_t)(i - s->bar) * VY_STEP_TIMBRE + feature]);
    return fmaxf(median(scratch, n), UNREST_MIN_DB);
}

static vy_status scale_timbre(const struct maker *m)
{
    const struct vy_steps *const s = m->steps;
    float *const scratch = vy_arena_take(m->arena, s->count * sizeof *scratch);
    if (!scratch)
        return VY_NO_MEMORY;
    for (uint32_t measure = 0; measure < MEASURES; measure++) {
        float mean = 0;
        for (uint32_t g = 0; g < VY_STEP_BANDS; g++)
            mean += deviation(s, measure * VY_STEP_BANDS + g) / VY_STEP_BANDS;
        for (uint32_t g = 0; g < VY_STEP_BANDS; g++) {
            const uint32_t feature = measure * VY_STEP_BANDS + g;
            const float scale = sqrtf(fmaxf(mean, SPREAD_MIN_DB) * unrest(s, feature, scratch) *
                                      (float)VY_STEP_TIMBRE);
            for (uint32_t i = 0; i < s->count; i++)
                s->timbre[(size_t)i * VY_STEP_TIMBRE + feature] /= scale;
        }
    }
    return VY_OK;
}

static vy_status take_features(struct maker *m)
{
    struct vy_steps *const s = m->steps;
    const size_t n = s->count;
    s->timbre = vy_arena_take(m->arena, n * VY_STEP_TIMBRE * sizeof(float));
    s->chroma = vy_arena_take(m->arena, n * 12 * sizeof(float));
    s->level_db = vy_arena_take(m->arena, n * sizeof(float));
    s->bass_db = vy_arena_take(m->arena, n * sizeof(float));
    s->bright_db = vy_arena_take(m->arena, n * sizeof(float));
    s->rise = vy_arena_take(m->arena, n * sizeof(float));
    return s->timbre && s->chroma && s->level_db && s->bass_db && s->bright_db && s->rise
               ? VY_OK
               : VY_NO_MEMORY;
}

vy_status vy_steps_make(const struct vy_bands *bands, const struct vy_onset_curves *curves,
                        const struct vy_onset *onset, uint32_t onsets,
                        const struct vy_music_found *found, struct vy_arena *arena,
                        struct vy_steps *steps)
{
    *steps = (struct vy_steps){.closing_s = -1};
    struct maker m = {.bands = bands, .curves = curves, .steps = steps, .arena = arena};
    find_loud(&m);
    if (!m.audible)
        return VY_OK;
    vy_status status = make_tables(&m);
    if (status == VY_OK)
        status = make_grid(&m, onset, onsets, found);
    if (status == VY_OK && steps->count)
        status = take_features(&m);
    for (uint32_t i = 0; i < steps->count && status == VY_OK; i++)
        put_features(&m, i);
    if (status == VY_OK && steps->count)
        status = scale_timbre(&m);
    return status;
}
