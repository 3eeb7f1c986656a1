// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Everything is a running mean, so that ten hours take no more room than one note, and everything
// is relative, so that level does not matter. A "note" begins where the level rises by 6 dB.
#include "listen/timbre.h"

#include "listen/timbre_table.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define PAST 32 // hops that are remembered, a power of two
#define SPANS 4 // of the curvature: 1, 2, 4, 8 hops
#define DELTAS 12
#define SHIFTS 10 // coefficients of which the beginning and the end of notes are kept apart
#define RISE_DB 6
#define PITCHED 0.3f // strength from which a pitch is believed

struct mean {
    double weight, sum, squares;
};

// The last hops, for changes over time.
struct past {
    float level[PAST], pitch[PAST], strength[PAST], centre[PAST];
    float region[PAST][VY_TIMBRE_REGIONS];
    float cepstrum[PAST][VY_TIMBRE_CEPSTRUM];
};

struct note {
    uint32_t age;     // hops since it began
    uint32_t peak_at; // age at the last rise by more than 1.5 dB
    float top_db;     // so far
    float risen_db;   // level at that rise
    double weight;
};

struct vy_timbre {
    struct vy_timbre_ear *ear;
    float rate; // hops a second
    uint32_t attack_hops, late_hops, fall_hops;
    uint64_t heard; // hops in a row that are not silent
    uint64_t hops;  // that are not silent, in all
    bool in_note;
    struct past past;
    struct note note;
    struct mean cepstrum[VY_TIMBRE_CEPSTRUM], delta[DELTAS], attack[SHIFTS], late[SHIFTS];
    struct mean flatness[VY_TIMBRE_REGIONS], crest[VY_TIMBRE_REGIONS];
    struct mean trend[VY_TIMBRE_REGIONS], motion[VY_TIMBRE_REGIONS];
    struct mean partial[VY_TIMBRE_PARTIALS];
    struct mean strength, harmonic, odd, stretch, pitch, centre, level, pitched;
    struct mean level_bend[SPANS], pitch_bend[SPANS], centre_bend[SPANS];
    struct mean onsets, attack_time, fall, long_fall, rising, falling;
};

static void add(struct mean *mean, double weight, float value)
{
    mean->weight += weight;
    mean->sum += weight * (double)value;
    mean->squares += weight * (double)value * (double)value;
}

static float average(const struct mean *mean)
{
    return mean->weight > 0 ? (float)(mean->sum / mean->weight) : NAN;
}

static float spread(const struct mean *mean)
{
    if (!(mean->weight > 0))
        return NAN;
    const double m = mean->sum / mean->weight;
    return (float)sqrt(fmax(0, mean->squares / mean->weight - m * m));
}

vy_status vy_timbre_new(const struct vy_hop_shape *shape, float low_hz, float high_hz,
                        struct vy_timbre **timbre)
{
    *timbre = NULL;
    struct vy_timbre *const t = calloc(1, sizeof *t);
    if (!t)
        return VY_NO_MEMORY;
    const vy_status status = vy_timbre_ear_new(shape, low_hz, high_hz, &t->ear);
    if (status) {
        free(t);
        return status;
    }
    t->rate = (float)shape->sr_hz / (float)shape->hop;
    t->attack_hops = (uint32_t)lrintf(0.06f * t->rate);
    t->late_hops = (uint32_t)lrintf(0.35f * t->rate);
    t->fall_hops = (uint32_t)lrintf(0.25f * t->rate);
    *timbre = t;
    return VY_OK;
}

void vy_timbre_destroy(struct vy_timbre *timbre)
{
    if (!timbre)
        return;
    vy_timbre_ear_destroy(timbre->ear);
    free(timbre);
}

void vy_timbre_reset(struct vy_timbre *timbre)
{
    struct vy_timbre fresh = {.ear = timbre->ear,
                              .rate = timbre->rate,
                              .attack_hops = timbre->attack_hops,
                              .late_hops = timbre->late_hops,
                              .fall_hops = timbre->fall_hops};
    *timbre = fresh;
}

static float ago(const float *ring, uint64_t now, uint32_t hops)
{
    return ring[(now - hops) % PAST];
}

static float clamp(float x, float low, float high)
{
    return fminf(fmaxf(x, low), high);
}

static void bends(struct mean *mean, const struct vy_timbre *t, const float *ring, double weight,
                  float most)
{
    for (uint32_t s = 0; s < SPANS; s++) {
        const uint32_t span = 1u << s;
        if (t->heard <= 2 * span)
            return;
        const float bend =
            ago(ring, t->heard, 0) - 2 * ago(ring, t->heard, span) + ago(ring, t->heard, 2 * span);
        add(&mean[s], weight, fminf(fabsf(bend), most));
    }
}

static void end_note(struct vy_timbre *t)
{
    if (t->in_note && t->note.age > t->attack_hops)
        add(&t->attack_time, t->note.weight,
            log2f(1 + (float)t->note.peak_at * 86.1328125f / t->rate));
    t->in_note = false;
}

static void follow_note(struct vy_timbre *t, float level, double weight)
{
    struct note *const n = &t->note;
    float least = level;
    for (uint32_t i = 1; i <= 4 && i < t->heard; i++)
        least = fminf(least, ago(t->past.level, t->heard, i));
    const bool rises = t->heard == 1 || level - least > RISE_DB;
    if (rises && (!t->in_note || n->age > t->attack_hops)) {
        end_note(t);
        *n = (struct note){.top_db = level, .risen_db = level};
        t->in_note = true;
        add(&t->onsets, weight, 1);
    } else if (t->in_note) {
        n->age++;
    }
    n->weight = fmax(n->weight, weight);
    n->top_db = fmaxf(n->top_db, level);
    if (level > n->risen_db + 1.5f) {
        n->risen_db = level;
        n->peak_at = n->age;
    }
    if (t->in_note && n->age == t->fall_hops)
        add(&t->fall, n->weight, clamp(n->top_db - level, 0, 60));
    if (t->in_note && n->age == 2 * t->fall_hops)
        add(&t->long_fall, n->weight, clamp(n->top_db - level, 0, 60));
}

static void follow_level(struct vy_timbre *t, const struct vy_timbre_frame *f, double weight)
{
    const float level = 10 * log10f(f->energy);
    t->past.level[t->heard % PAST] = level;
    t->past.centre[t->heard % PAST] = log2f(f->centre_hz + 1);
    float *const region = t->past.region[t->heard % PAST];
    for (uint32_t r = 0; r < VY_TIMBRE_REGIONS; r++)
        region[r] = level + f->region_db[r];
    follow_note(t, level, weight);
    add(&t->level, weight, level);
    add(&t->centre, weight, ago(t->past.centre, t->heard, 0));
    bends(t->level_bend, t, t->past.level, weight, 12);
    bends(t->centre_bend, t, t->past.centre, weight, 1);
    if (t->heard <= 4)
        return;
    const float step = clamp(level - ago(t->past.level, t->heard, 2), -20, 20);
    add(step > 0 ? &t->rising : &t->falling, weight, step);
    for (uint32_t r = 0; r < VY_TIMBRE_REGIONS; r++) {
        const float change = clamp(region[r] - t->past.region[(t->heard - 4) % PAST][r], -20, 20);
        add(&t->trend[r], weight, change);
        add(&t->motion[r], weight, fabsf(change));
    }
}

static void follow_envelope(struct vy_timbre *t, const struct vy_timbre_frame *f, double weight)
{
    float *const now = t->past.cepstrum[t->heard % PAST];
    memcpy(now, f->cepstrum, sizeof f->cepstrum);
    for (uint32_t c = 0; c < VY_TIMBRE_CEPSTRUM; c++)
        add(&t->cepstrum[c], weight, now[c]);
    for (uint32_t c = 0; c < DELTAS && t->heard > 2; c++)
        add(&t->delta[c], weight, fabsf(now[c] - t->past.cepstrum[(t->heard - 2) % PAST][c]));
    struct mean *const part = !t->in_note || t->note.age >= t->late_hops ? t->late
                              : t->note.age <= t->attack_hops            ? t->attack
                                                                         : NULL;
    for (uint32_t c = 0; part && c < SHIFTS; c++)
        add(&part[c], weight, now[c]);
    for (uint32_t r = 0; r < VY_TIMBRE_REGIONS; r++) {
        add(&t->flatness[r], weight, f->flatness_db[r]);
        add(&t->crest[r], weight, f->crest_db[r]);
    }
}

static void follow_pitch(struct vy_timbre *t, const struct vy_timbre_frame *f, double weight)
{
    t->past.pitch[t->heard % PAST] = log2f(f->f0_hz);
    t->past.strength[t->heard % PAST] = f->strength;
    add(&t->strength, weight, f->strength);
    add(&t->pitched, weight, f->strength > PITCHED ? 1 : 0);
    if (f->strength <= 0)
        return;
    weight *= (double)f->strength;
    for (uint32_t p = 0; p < VY_TIMBRE_PARTIALS; p++)
        add(&t->partial[p], weight, f->partial_db[p]);
    add(&t->harmonic, weight, f->harmonic_db);
    add(&t->odd, weight, f->odd_db);
    add(&t->stretch, weight, clamp(f->stretch, -20, 20));
    add(&t->pitch, weight, log2f(f->f0_hz));
    bends(t->pitch_bend, t, t->past.pitch, weight, 0.1f);
}

void vy_timbre_hear(struct vy_timbre *timbre, const struct vy_hop *hop,
                    struct vy_timbre_frame *frame)
{
    vy_timbre_ear_hear(timbre->ear, hop, frame);
}

void vy_timbre_take(struct vy_timbre *timbre, const struct vy_timbre_frame *frame)
{
    if (frame->energy <= 0) {
        end_note(timbre);
        timbre->heard = 0;
        return;
    }
    const double weight = sqrt(sqrt((double)frame->energy));
    timbre->heard++;
    timbre->hops++;
    follow_level(timbre, frame, weight);
    follow_envelope(timbre, frame, weight);
    follow_pitch(timbre, frame, weight);
}

// Writes into the raw vector, in the order of the table of weights.
struct pen {
    float *at;
};

static void write_means(struct pen *pen, const struct mean *mean, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        *pen->at++ = average(&mean[i]);
}

static void write_spreads(struct pen *pen, const struct mean *mean, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        *pen->at++ = spread(&mean[i]);
}

static void write_shift(struct pen *pen, const struct mean *mean, const struct mean *from)
{
    for (uint32_t i = 0; i < SHIFTS; i++)
        *pen->at++ = average(&mean[i]) - average(&from[i]);
}

float vy_timbre_raw(const struct vy_timbre *timbre, float raw[VY_TIMBRE_RAW])
{
    struct vy_timbre t = *timbre;
    struct pen pen = {raw};
    end_note(&t);
    write_means(&pen, t.cepstrum, VY_TIMBRE_CEPSTRUM);
    write_spreads(&pen, t.cepstrum, VY_TIMBRE_CEPSTRUM);
    write_means(&pen, t.delta, DELTAS);
    write_shift(&pen, t.attack, t.cepstrum);
    write_shift(&pen, t.late, t.cepstrum);
    write_means(&pen, t.flatness, VY_TIMBRE_REGIONS);
    write_means(&pen, t.crest, VY_TIMBRE_REGIONS);
    write_means(&pen, t.trend, VY_TIMBRE_REGIONS);
    write_means(&pen, t.motion, VY_TIMBRE_REGIONS);
    write_means(&pen, t.partial, VY_TIMBRE_PARTIALS);
    write_spreads(&pen, t.partial, VY_TIMBRE_PARTIALS);
    const struct mean both[] = {t.strength, t.harmonic, t.stretch, t.pitch, t.centre};
    write_means(&pen, both, 5);
    write_spreads(&pen, both, 5);
    write_means(&pen, t.level_bend, SPANS);
    write_means(&pen, t.pitch_bend, SPANS);
    write_means(&pen, t.centre_bend, SPANS);
    const struct mean rest[] = {t.odd,    t.attack_time, t.fall,   t.long_fall,
                                t.rising, t.falling,     t.pitched};
    write_means(&pen, rest, 7);
    write_spreads(&pen, &t.level, 1);
    *pen.at++ =
        t.onsets.weight > 0 ? (float)log(t.onsets.weight / t.level.weight * (double)t.rate) : NAN;
    return (float)t.hops / t.rate;
}

#define CLIP 4 // spreads from the mean; the trainer has the same

void vy_timbre_project(const float raw[VY_TIMBRE_RAW], float vector[VY_TIMBRE_DIM])
{
    float z[VY_TIMBRE_RAW];
    for (uint32_t i = 0; i < VY_TIMBRE_RAW; i++) {
        const float x = (raw[i] - vy_timbre_mean[i]) / vy_timbre_spread[i];
        z[i] = isnan(x) ? 0 : clamp(x, -CLIP, CLIP);
    }
    for (uint32_t d = 0; d < VY_TIMBRE_DIM; d++) {
        float sum = 0;
        for (uint32_t i = 0; i < VY_TIMBRE_RAW; i++)
            sum += (float)vy_timbre_weight[d][i] * z[i];
        vector[d] = vy_timbre_scale[d] * sum - vy_timbre_offset[d];
    }
}
