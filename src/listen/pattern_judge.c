// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The evidence, and the rules over it. A rule asks for one measure: 0 below one bound, 1 above the
// other, straight between. The score of a kind is the geometric mean of its rules, so that one
// that is broken speaks loudly; probabilities are the cubes of the scores, scaled to 1.
#include "listen/pattern_inside.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RISE_DB 6
#define RISE_HOPS 4
#define AUDIBLE_DB 35 // below the loudest hop
#define ATTACKS_MOST 512
#define HELD_HOPS 5 // of one pitch: a note
#define HELD_OCTAVES (0.5f / 12)
#define STEP_OCTAVES (0.7f / 12)

static int by_value(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

float vy_quantile(float *value, uint32_t n, float share)
{
    if (!n)
        return NAN;
    qsort(value, n, sizeof *value, by_value);
    return value[(uint32_t)lrintf(share * (float)(n - 1))];
}

static float loudest(const struct vy_curves *c)
{
    float top = -INFINITY;
    for (uint32_t i = 0; i < c->n; i++)
        top = fmaxf(top, c->level[i]);
    return top;
}

uint32_t vy_curves_attacks(const struct vy_curves *c, uint32_t *peak, uint32_t most)
{
    const float floor_db = loudest(c) - AUDIBLE_DB;
    const uint32_t look = (uint32_t)lrintf(0.08f * c->rate);
    const uint32_t longest = (uint32_t)lrintf(2 * c->rate);
    uint32_t n = 0;
    for (uint32_t i = !c->fresh; i < c->n && n < most; i++) {
        float least = i ? INFINITY : -INFINITY;
        for (uint32_t k = i > RISE_HOPS ? i - RISE_HOPS : 0; k < i; k++)
            least = fminf(least, c->level[k]);
        if (c->level[i] < floor_db || c->level[i] - least < RISE_DB)
            continue;
        uint32_t top = i; // goes on as long as it climbs
        for (uint32_t k = i; k < c->n && k <= top + look && k < i + longest; k++)
            top = c->level[k] > c->level[top] ? k : top;
        peak[n++] = top;
        i = top + RISE_HOPS;
    }
    return n;
}

// Seconds from `below` dB under the peak to 3 dB under it; the deepest point counts when it does
// not get as deep.
static float attack_of(const struct vy_curves *c, uint32_t peak, uint32_t from)
{
    uint32_t near = peak, low = peak;
    for (uint32_t i = peak; i > from; i--) {
        if (c->level[i - 1] >= c->level[peak] - 3 && near == i)
            near = i - 1;
        if (c->level[i - 1] > c->level[low] + 3)
            break;
        low = c->level[i - 1] < c->level[low] ? i - 1 : low;
        if (c->level[low] < c->level[peak] - 20)
            break;
    }
    return near > low ? (float)(near - low) / c->rate : 0.5f / c->rate;
}

static float fall_of(const struct vy_curves *c, uint32_t peak)
{
    const uint32_t span = (uint32_t)lrintf(0.06f * c->rate);
    const uint32_t end = peak + (uint32_t)lrintf(0.25f * c->rate);
    float most = 0;
    for (uint32_t i = peak; i + 2 < c->n && i < end; i++) {
        const uint32_t later = i + span < c->n ? i + span : c->n - 1;
        most = fmaxf(most, (c->level[i] - c->level[later]) / (float)(later - i));
    }
    return most * c->rate;
}

static void measure_attacks(const struct vy_curves *c, float *evidence)
{
    uint32_t peak[ATTACKS_MOST];
    float attack[ATTACKS_MOST] = {0}, fall[ATTACKS_MOST] = {0};
    const uint32_t n = vy_curves_attacks(c, peak, ATTACKS_MOST);
    double sum = 0, squares = 0;
    for (uint32_t i = 0; i < n; i++) {
        attack[i] = attack_of(c, peak[i], i ? peak[i - 1] : 0);
        fall[i] = fall_of(c, peak[i]);
        if (i) {
            const double gap = peak[i] - peak[i - 1];
            sum += gap;
            squares += gap * gap;
        }
    }
    evidence[VY_EVIDENCE_ONSET_RATE] = (float)n * c->rate / (float)c->n;
    evidence[VY_EVIDENCE_ATTACK] = vy_quantile(attack, n, 0.5f);
    evidence[VY_EVIDENCE_FALL] = vy_quantile(fall, n, 0.5f);
    if (n >= 4) {
        const double mean = sum / (n - 1), spread = sqrt(fmax(0, squares / (n - 1) - mean * mean));
        evidence[VY_EVIDENCE_REGULARITY] = (float)fmax(0, 1 - spread / mean);
    }
}

// A mean over the hops, each weighted by the square root of its amplitude.
static float weighted(const struct vy_curves *c, const float *curve, float top)
{
    double sum = 0, weights = 0;
    for (uint32_t i = 0; i < c->n; i++) {
        const double w = pow(10, (double)(c->level[i] - top) / 40);
        sum += w * (double)curve[i];
        weights += w;
    }
    return (float)(sum / weights);
}

static void measure_level(const struct vy_curves *c, float top, float *evidence)
{
    float level[VY_CURVE_MOST] = {0};
    double jumps = 0;
    for (uint32_t i = 0; i < c->n; i++)
        level[i] = fmaxf(c->level[i], top - 60);
    const uint32_t edge = c->n / 10, lag = (uint32_t)lrintf(0.1f * c->rate);
    uint32_t n = 0;
    for (uint32_t i = edge; i + edge + lag < c->n; i++, n++)
        jumps += (double)fabsf(level[i + lag] - level[i]);
    if (n)
        evidence[VY_EVIDENCE_STEADINESS] = (float)fmax(0, 1 - jumps / n / 12);
    const float high = vy_quantile(level, c->n, 0.9f);
    evidence[VY_EVIDENCE_LEVEL_RANGE] = high - vy_quantile(level, c->n, 0.1f);
}

static void measure_held(const struct vy_curves *c, const bool *pitched, float *evidence)
{
    float held = NAN, sum = 0;
    uint32_t run = 0, steps = 0, slides = 0, pairs = 0;
    for (uint32_t i = 0; i < c->n; i++) {
        if (i >= 2 && pitched[i] && pitched[i - 1] && pitched[i - 2]) {
            const float move = fabsf(c->pitch[i] - c->pitch[i - 2]);
            pairs++;
            slides += move > 0.12f / 12 && move < 2.5f / 12;
        }
        const bool stays =
            pitched[i] && run && fabsf(c->pitch[i] - sum / (float)run) < HELD_OCTAVES;
        sum = stays ? sum + c->pitch[i] : c->pitch[i];
        run = stays ? run + 1 : pitched[i];
        if (run != HELD_HOPS)
            continue;
        const float now = sum / HELD_HOPS, move = fabsf(now - held);
        const bool octave = fabsf(move - rintf(move)) < 0.3f / 12;
        steps += !isnan(held) && move > STEP_OCTAVES && !octave;
        held = now;
    }
    evidence[VY_EVIDENCE_STEPS] = (float)steps * c->rate / (float)c->n;
    if (pairs > 4)
        evidence[VY_EVIDENCE_GLIDE] = (float)slides / (float)pairs;
}

static void measure_pitch(const struct vy_curves *c, float top, float *evidence)
{
    bool pitched[VY_CURVE_MOST];
    float pitch[VY_CURVE_MOST], share[VY_CURVE_MOST];
    uint32_t n = 0, turns = 0;
    bool last = false;
    for (uint32_t i = 0; i < c->n; i++) {
        const bool loud = c->level[i] > top - AUDIBLE_DB;
        pitched[i] = loud && c->strength[i] > VY_PITCHED;
        share[i] = pitched[i];
        if (pitched[i])
            pitch[n++] = c->pitch[i];
        const bool now = last ? loud && c->strength[i] > VY_PITCHED / 2 : pitched[i];
        turns += i && now != last;
        last = now;
    }
    evidence[VY_EVIDENCE_STRENGTH] = weighted(c, c->strength, top);
    evidence[VY_EVIDENCE_PITCHED] = weighted(c, share, top);
    evidence[VY_EVIDENCE_TURNS] = (float)turns * c->rate / (float)c->n;
    measure_held(c, pitched, evidence);
    if (n < HELD_HOPS)
        return;
    evidence[VY_EVIDENCE_ONE_PITCH] = weighted(c, c->one_pitch, top);
    const float high = vy_quantile(pitch, n, 0.9f);
    evidence[VY_EVIDENCE_PITCH_RANGE] = 12 * (high - vy_quantile(pitch, n, 0.1f));
}

// Power of the envelope's movement, 0.5 to 20 Hz.
static void measure_syllables(const struct vy_curves *c, float top, float *evidence)
{
    float envelope[VY_CURVE_MOST];
    double mean = 0, all = 0, part = 0;
    if ((float)c->n < c->rate) // a syllable needs its neighbours
        return;
    for (uint32_t i = 0; i < c->n; i++) {
        envelope[i] = powf(10, (c->level[i] - top) / 20);
        mean += (double)envelope[i] / c->n;
    }
    for (uint32_t i = 0; i < c->n; i++) {
        const double window = 0.5 - 0.5 * cos(2 * M_PI * (i + 0.5) / c->n);
        envelope[i] = (float)(((double)envelope[i] - mean) * window);
    }
    for (double hz = 0.5; hz <= 20; hz += 0.5) {
        const double twice = 2 * cos(2 * M_PI * hz / (double)c->rate);
        double a = 0, b = 0; // Goertzel
        for (uint32_t i = 0; i < c->n; i++) {
            const double next = (double)envelope[i] + twice * a - b;
            b = a;
            a = next;
        }
        const double power = a * a + b * b - twice * a * b;
        all += power;
        part += hz >= 2.5 && hz <= 8 ? power : 0;
    }
    if (all > 0 && evidence[VY_EVIDENCE_LEVEL_RANGE] > 1)
        evidence[VY_EVIDENCE_SYLLABLES] = (float)(part / all);
}

// From `none` (0) to `full` (1); a measure that is missing counts as `missing`. Rules are never 0,
// so that the others still rank.
struct rule {
    enum vy_ear_pattern_kind kind;
    enum vy_evidence evidence;
    float none, full, missing;
};
#define LEAST 0.02f
static const struct rule rules[] = {
    {VY_EAR_HARMONIC, VY_EVIDENCE_FLATNESS, -7, -13, 0},
    {VY_EAR_HARMONIC, VY_EVIDENCE_ONE_PITCH, 6, 2.5f, 0.7f},
    {VY_EAR_HARMONIC, VY_EVIDENCE_STEPS, 8, 3, 1},
    {VY_EAR_HARMONIC, VY_EVIDENCE_TURNS, 7, 3, 1},
    {VY_EAR_HARMONIC, VY_EVIDENCE_ATTACK, 0.3f, 0.1f, 0.6f},
    {VY_EAR_HARMONIC, VY_EVIDENCE_DURATION, 0.05f, 0.3f, 0},

    {VY_EAR_PERCUSSIVE, VY_EVIDENCE_ATTACK, 0.12f, 0.05f, 0},
    {VY_EAR_PERCUSSIVE, VY_EVIDENCE_FALL, 25, 90, 0},
    {VY_EAR_PERCUSSIVE, VY_EVIDENCE_PITCHED, 0.8f, 0.3f, 1},
    {VY_EAR_PERCUSSIVE, VY_EVIDENCE_LEVEL_RANGE, 6, 16, 0},
    {VY_EAR_PERCUSSIVE, VY_EVIDENCE_DURATION, 0.05f, 0.25f, 0},

    {VY_EAR_MELODIC, VY_EVIDENCE_PITCHED, 0.4f, 0.8f, 0},
    {VY_EAR_MELODIC, VY_EVIDENCE_STEPS, 0.3f, 1.2f, 0},
    {VY_EAR_MELODIC, VY_EVIDENCE_ONE_PITCH, 0, 4, 0},
    {VY_EAR_MELODIC, VY_EVIDENCE_TURNS, 6, 3, 1},
    {VY_EAR_MELODIC, VY_EVIDENCE_PITCH_RANGE, 0.7f, 2, 0},

    {VY_EAR_SPEECH, VY_EVIDENCE_SYLLABLES, 0.2f, 0.45f, 0.3f},
    {VY_EAR_SPEECH, VY_EVIDENCE_TURNS, 1, 3, 0},
    {VY_EAR_SPEECH, VY_EVIDENCE_GLIDE, 0.15f, 0.4f, 0},
    {VY_EAR_SPEECH, VY_EVIDENCE_PITCHED, 0.15f, 0.4f, 0},
    {VY_EAR_SPEECH, VY_EVIDENCE_REGULARITY, 0.9f, 0.75f, 1},

    {VY_EAR_NOISE, VY_EVIDENCE_FLATNESS, -12, -5, 0},
    // the bins are too wide to tell a deep note from a rumble
    {VY_EAR_NOISE, VY_EVIDENCE_CENTRE, 120, 400, 0},
    {VY_EAR_NOISE, VY_EVIDENCE_PITCHED, 0.4f, 0.1f, 1},
    {VY_EAR_NOISE, VY_EVIDENCE_FALL, 120, 40, 1},
    {VY_EAR_NOISE, VY_EVIDENCE_DURATION, 0.05f, 0.25f, 0},
    {VY_EAR_NOISE, VY_EVIDENCE_STEADINESS, 0.3f, 0.7f, 0.3f},

    {VY_EAR_AMBIENT, VY_EVIDENCE_DURATION, 1, 3, 0},
    {VY_EAR_AMBIENT, VY_EVIDENCE_ATTACK, 0.08f, 0.2f, 1},
    {VY_EAR_AMBIENT, VY_EVIDENCE_ONSET_RATE, 1, 0.3f, 1},
    {VY_EAR_AMBIENT, VY_EVIDENCE_STEADINESS, 0.5f, 0.85f, 0},
    {VY_EAR_AMBIENT, VY_EVIDENCE_FLATNESS, -5, -10, 0},
    {VY_EAR_AMBIENT, VY_EVIDENCE_STEPS, 2, 0.5f, 1},

    {VY_EAR_TONAL, VY_EVIDENCE_PITCHED, 0.4f, 0.85f, 0},
    {VY_EAR_TONAL, VY_EVIDENCE_PITCH_RANGE, 2, 0.6f, 0},
    {VY_EAR_TONAL, VY_EVIDENCE_ONE_PITCH, 0, 5, 0},
    {VY_EAR_TONAL, VY_EVIDENCE_STEPS, 1.2f, 0.3f, 1},

    {VY_EAR_TRANSIENT, VY_EVIDENCE_DURATION, 0.4f, 0.15f, 0},
    {VY_EAR_TRANSIENT, VY_EVIDENCE_ATTACK, 0.1f, 0.05f, 0.1f},
    {VY_EAR_TRANSIENT, VY_EVIDENCE_FALL, 30, 120, 0.5f},
};

static float fulfilled(const struct rule *rule, float value)
{
    const float share =
        isnan(value) ? rule->missing : (value - rule->none) / (rule->full - rule->none);
    return fminf(fmaxf(share, LEAST), 1);
}

static void weigh_kinds(struct vy_ear_pattern *p)
{
    float logs[VY_EAR_KINDS] = {0}, sum = 0;
    uint32_t count[VY_EAR_KINDS] = {0}, best = 0, second;
    for (size_t r = 0; r < sizeof rules / sizeof *rules; r++) {
        logs[rules[r].kind] += logf(fulfilled(&rules[r], p->evidence[rules[r].evidence]));
        count[rules[r].kind]++;
    }
    for (uint32_t k = 0; k < VY_EAR_KINDS; k++) {
        const float score = expf(logs[k] / (float)count[k]);
        p->probability[k] = score * score * score;
        sum += p->probability[k];
        best = p->probability[k] > p->probability[best] ? k : best;
    }
    const float fit = cbrtf(p->probability[best]); // how well the rules are met at all
    second = best ? 0 : 1;
    for (uint32_t k = 0; k < VY_EAR_KINDS; k++) {
        p->probability[k] /= sum;
        if (k != best && p->probability[k] > p->probability[second])
            second = k;
    }
    const float lead = p->probability[best] - p->probability[second];
    p->kind = (enum vy_ear_pattern_kind)best;
    p->confidence = fit * fminf(1, 0.4f + lead);
}

void vy_ear_pattern_judge(const struct vy_curves *curves, struct vy_ear_pattern *pattern)
{
    for (uint32_t e = 0; e < VY_EVIDENCES; e++)
        pattern->evidence[e] = NAN;
    const float top = loudest(curves);
    pattern->evidence[VY_EVIDENCE_DURATION] = (float)curves->n / curves->rate;
    pattern->evidence[VY_EVIDENCE_FLATNESS] = weighted(curves, curves->flatness, top);
    pattern->evidence[VY_EVIDENCE_CENTRE] = exp2f(weighted(curves, curves->bright, top));
    measure_attacks(curves, pattern->evidence);
    measure_level(curves, top, pattern->evidence);
    measure_pitch(curves, top, pattern->evidence);
    measure_syllables(curves, top, pattern->evidence);
    weigh_kinds(pattern);
}

void vy_ear_pattern_reason(const struct vy_ear_pattern *pattern, char *text, size_t size)
{
    size_t n = 0;
    text[0] = '\0';
    for (size_t r = 0; r < sizeof rules / sizeof *rules; r++) {
        const float value = pattern->evidence[rules[r].evidence];
        if (rules[r].kind != pattern->kind || isnan(value) || n >= size)
            continue;
        const char *const unit = vy_evidence_unit(rules[r].evidence);
        n += (size_t)snprintf(text + n, size - n, "%s%s %.3g%s%s", n ? ", " : "",
                              vy_evidence_name(rules[r].evidence), (double)value, *unit ? " " : "",
                              unit);
    }
}
