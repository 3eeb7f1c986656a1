// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Single figures (brightness, length, register) become vectors by lying between marks on a
// logarithmic scale, each with a bell around it: the cosine of two of them falls with their
// distance in octaves.
#include "listen/embed.h"

#include "listen/accents.h"
#include "listen/timbre.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TIMBRE_AT 0
#define RHYTHM_AT VY_TIMBRE_DIM
#define RHYTHM_N (VY_ACCENT_BANDS * VY_ACCENT_LAGS)
#define PITCH_AT (RHYTHM_AT + RHYTHM_N)
#define CLASSES 12
#define REGISTERS 8 // octaves, from 40 Hz
#define BRIGHT_AT (PITCH_AT + CLASSES + REGISTERS)
#define BRIGHT_N 12 // marks, from 80 Hz in steps of 2/3 octave
#define LENGTH_AT (BRIGHT_AT + BRIGHT_N)
#define LENGTH_N 8 // marks, from 1/16 s in steps of 4/3 octaves
_Static_assert(LENGTH_AT + LENGTH_N == VY_EMBED_DIM, "the aspects fill the vector");

#define LEVELS 256 // steps of 1 dB, from -160 dB
#define AUDIBLE_DB 50
#define PITCHED 0.25f // mean strength from which a sound has a pitch
#define CHROMA_LOW_HZ 80
#define CHROMA_TOP_HZ 2500

const struct vy_aspect_row vy_aspects[VY_ASPECTS] = {
    [VY_ASPECT_TIMBRE] = {"timbre", TIMBRE_AT, VY_TIMBRE_DIM, 1.0f},
    [VY_ASPECT_RHYTHM] = {"rhythm", RHYTHM_AT, RHYTHM_N, 0.1f},
    [VY_ASPECT_PITCH] = {"pitch", PITCH_AT, CLASSES + REGISTERS, 0},
    [VY_ASPECT_BRIGHTNESS] = {"brightness", BRIGHT_AT, BRIGHT_N, 0.1f},
    [VY_ASPECT_LENGTH] = {"length", LENGTH_AT, LENGTH_N, 0.1f},
};

struct heard {
    double classes[CLASSES], registers[REGISTERS], bright[BRIGHT_N];
    double strength, weight;
    uint64_t hops;
    uint64_t first[LEVELS], last[LEVELS]; // hop + 1 with this level; 0 = never
};

struct vy_embed {
    struct vy_hop_shape shape;
    struct vy_timbre *timbre;
    struct vy_accents accents;
    struct heard heard;
    uint32_t low, high; // bins that are looked at for pitch classes
};

vy_status vy_embed_new(const struct vy_hop_shape *shape, float low_hz, float high_hz,
                       struct vy_embed **embed)
{
    *embed = NULL;
    struct vy_embed *const e = calloc(1, sizeof *e);
    if (!e)
        return VY_NO_MEMORY;
    e->shape = *shape;
    const vy_status status = vy_timbre_new(shape, low_hz, high_hz, &e->timbre);
    if (status) {
        vy_embed_destroy(e);
        return status;
    }
    const float bin_hz = (float)shape->sr_hz / (float)shape->n_fft;
    e->low = 1 + (uint32_t)(fmaxf(low_hz, CHROMA_LOW_HZ) / bin_hz);
    e->high = (uint32_t)fminf(fminf(high_hz, CHROMA_TOP_HZ) / bin_hz, (float)shape->bins - 2);
    vy_accents_init(&e->accents, (float)shape->sr_hz / (float)shape->hop);
    *embed = e;
    return VY_OK;
}

void vy_embed_destroy(struct vy_embed *embed)
{
    if (!embed)
        return;
    vy_timbre_destroy(embed->timbre);
    free(embed);
}

void vy_embed_reset(struct vy_embed *embed)
{
    vy_timbre_reset(embed->timbre);
    vy_accents_init(&embed->accents, embed->accents.rate);
    memset(&embed->heard, 0, sizeof embed->heard);
}

// A figure between marks 0 .. n - 1, shared out to the two beside it.
static void share(double *mark, uint32_t n, double place, double weight)
{
    const double at = fmin(fmax(place, 0), n - 1.0);
    const uint32_t k = at >= n - 1 ? n - 2 : (uint32_t)at;
    mark[k] += weight * (1 - (at - k));
    mark[k + 1] += weight * (at - k);
}

static void hear_classes(struct vy_embed *e, const float *mag)
{
    const double bin_hz = (double)e->shape.sr_hz / e->shape.n_fft;
    for (uint32_t k = e->low; k <= e->high; k++) {
        const float a = mag[k - 1], b = mag[k], c = mag[k + 1];
        if (!(b > a && b >= c))
            continue;
        const double at = k + (double)(0.5f * (a - c) / (a - 2 * b + c));
        const double semitones = 12 * log2(at * bin_hz / 440) + 129; // A is 9; stays positive
        const uint32_t whole = (uint32_t)semitones;
        const double part = semitones - whole;
        e->heard.classes[whole % CLASSES] += (double)b * (1 - part);
        e->heard.classes[(whole + 1) % CLASSES] += (double)b * part;
    }
}

static void hear_time(struct heard *h, float energy)
{
    const float level = 10 * log10f(energy) + 160;
    const uint32_t step = (uint32_t)fminf(fmaxf(level, 0), LEVELS - 1);
    if (!h->first[step])
        h->first[step] = h->hops + 1;
    h->last[step] = h->hops + 1;
}

void vy_embed_hear(struct vy_embed *embed, const struct vy_hop *hop, struct vy_timbre_frame *frame)
{
    vy_timbre_hear(embed->timbre, hop, frame);
}

static void take_rhythm(struct vy_embed *e, const struct vy_timbre_frame *f)
{
    const float *const r = f->region;
    const float band[VY_ACCENT_BANDS] = {r[0], r[1] + r[2] + r[3], r[4] + r[5]};
    float root[VY_ACCENT_BANDS];
    for (uint32_t b = 0; b < VY_ACCENT_BANDS; b++)
        root[b] = sqrtf(sqrtf(f->energy * band[b]));
    // before the first sound there is no time
    if (f->energy > 0 || e->accents.hops)
        vy_accents_hop(&e->accents, root);
}

void vy_embed_take(struct vy_embed *embed, const struct vy_timbre_frame *frame, const float *mag)
{
    struct heard *const h = &embed->heard;
    vy_timbre_take(embed->timbre, frame);
    take_rhythm(embed, frame);
    if (frame->energy > 0) {
        const double weight = sqrt(sqrt((double)frame->energy));
        const double strength = (double)fmaxf(frame->strength, 0);
        h->weight += weight;
        h->strength += weight * (double)frame->strength;
        share(h->registers, REGISTERS, log2((double)frame->f0_hz / 40), weight * strength);
        share(h->bright, BRIGHT_N, 1.5 * log2((double)frame->centre_hz / 80 + 1e-3), weight);
        hear_classes(embed, mag);
        hear_time(h, frame->energy);
    }
    h->hops++;
}

void vy_embed_hop(struct vy_embed *embed, const struct vy_hop *hop)
{
    struct vy_timbre_frame frame;
    vy_embed_hear(embed, hop, &frame);
    vy_embed_take(embed, &frame, hop->mag);
}

// @return false when there is nothing
static bool to_unit(float *v, uint32_t n, float length)
{
    double sum = 0;
    for (uint32_t i = 0; i < n; i++)
        sum += (double)v[i] * (double)v[i];
    if (!(sum > 0))
        return false;
    const float scale = (float)((double)length / sqrt(sum));
    for (uint32_t i = 0; i < n; i++)
        v[i] *= scale;
    return true;
}

// Each mark spreads to its neighbours, by half at one step.
static void blur(const double *mark, uint32_t n, float *out)
{
    for (uint32_t i = 0; i < n; i++) {
        double sum = 0;
        for (uint32_t k = 0; k < n; k++)
            sum += mark[k] * exp2(-(double)((i - k) * (i - k)));
        out[i] = (float)sum;
    }
}

static bool read_pitch(const struct heard *h, float *v)
{
    if (!(h->strength > (double)PITCHED * h->weight))
        return false;
    double mean = 0;
    for (uint32_t c = 0; c < CLASSES; c++)
        mean += h->classes[c] / CLASSES;
    for (uint32_t c = 0; c < CLASSES; c++)
        v[c] = (float)(h->classes[c] - mean);
    blur(h->registers, REGISTERS, v + CLASSES);
    return to_unit(v, CLASSES, sqrtf(0.6f)) && to_unit(v + CLASSES, REGISTERS, sqrtf(0.4f));
}

static bool read_length(const struct vy_embed *e, float *v)
{
    uint64_t first = UINT64_MAX, last = 0;
    uint32_t top = LEVELS;
    while (top && !e->heard.last[top - 1])
        top--;
    for (uint32_t l = top > AUDIBLE_DB ? top - AUDIBLE_DB : 0; l < top; l++) {
        if (!e->heard.last[l])
            continue;
        first = e->heard.first[l] < first ? e->heard.first[l] : first;
        last = e->heard.last[l] > last ? e->heard.last[l] : last;
    }
    if (!last)
        return false;
    double mark[LENGTH_N] = {0};
    share(mark, LENGTH_N, 0.75 * (log2(vy_hop_seconds(&e->shape, (double)(last - first + 1))) + 4),
          1);
    blur(mark, LENGTH_N, v);
    return to_unit(v, LENGTH_N, 1);
}

static bool read_rhythm(const struct vy_embed *e, float *v)
{
    float shape[VY_ACCENT_BANDS][VY_ACCENT_LAGS], period_s;
    if (!(vy_accents_shape(&e->accents, shape, &period_s) > 0))
        return false;
    memcpy(v, shape, sizeof shape);
    return to_unit(v, RHYTHM_N, 1);
}

void vy_embed_read(const struct vy_embed *embed, struct vy_embedding *embedding)
{
    float raw[VY_TIMBRE_RAW];
    float *const v = embedding->v;
    *embedding = (struct vy_embedding){0};
    embedding->heard_s = vy_timbre_raw(embed->timbre, raw);
    if (!(embedding->heard_s > 0))
        return;
    vy_timbre_project(raw, v + TIMBRE_AT);
    blur(embed->heard.bright, BRIGHT_N, v + BRIGHT_AT);
    const bool has[VY_ASPECTS] = {
        [VY_ASPECT_TIMBRE] = to_unit(v + TIMBRE_AT, VY_TIMBRE_DIM, 1),
        [VY_ASPECT_RHYTHM] = read_rhythm(embed, v + RHYTHM_AT),
        [VY_ASPECT_PITCH] = read_pitch(&embed->heard, v + PITCH_AT),
        [VY_ASPECT_BRIGHTNESS] = to_unit(v + BRIGHT_AT, BRIGHT_N, 1),
        [VY_ASPECT_LENGTH] = read_length(embed, v + LENGTH_AT),
    };
    for (uint32_t a = 0; a < VY_ASPECTS; a++)
        if (has[a])
            embedding->has |= 1u << a;
        else
            memset(v + vy_aspects[a].at, 0, vy_aspects[a].n * sizeof(float));
}

float vy_embed_score(const struct vy_embedding *a, const struct vy_embedding *b,
                     const float weight[VY_ASPECTS], float aspect[VY_ASPECTS])
{
    float sum = 0, weights = 0;
    for (uint32_t i = 0; i < VY_ASPECTS; i++) {
        const struct vy_aspect_row *const row = &vy_aspects[i];
        const bool both = (a->has & b->has) >> i & 1;
        const float w = weight ? weight[i] : row->weight;
        float dot = 0;
        for (uint32_t k = row->at; k < row->at + row->n; k++)
            dot += a->v[k] * b->v[k];
        if (aspect)
            aspect[i] = both ? dot : NAN;
        if (both && w > 0) {
            sum += w * dot;
            weights += w;
        }
    }
    return weights > 0 ? sum / weights : NAN;
}
