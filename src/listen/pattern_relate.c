// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/pattern.h"

#include <math.h>
#include <stdio.h>

#define ALIKE 0.6f   // from which two patterns are similar
#define GAP_S 0.3    // between one and the next
#define OVERLAP 0.25 // share of the shorter one
#define LENGTHS 0.75 // shorter over longer, of a variant
#define OTHER 0.8f   // likeness of pitch or rhythm below which it is another one
#define EDGES_S 0.06 // of what begins and ends together

struct pair {
    const struct vy_ear_pattern *a, *b;
    float aspect[VY_ASPECTS];
    float alike;         // by the default weights; NaN when nothing can be compared
    double both_s, both; // overlap in time: seconds, share of the shorter
    double band;         // overlap in octaves, share of the narrower
};

const char *vy_relation_name(enum vy_relation relation)
{
    static const char *const name[] = {
#define X(code, word) #word,
        VY_RELATION_LIST(X)
#undef X
    };
    return name[relation];
}

static double overlap(double a0, double a1, double b0, double b1)
{
    return fmax(0, fmin(a1, b1) - fmax(a0, b0));
}

static double octaves(float low, float high)
{
    return log2((double)fmaxf(high, 21) / (double)fmaxf(low, 20));
}

static struct pair pair_of(const struct vy_ear_pattern *a, const struct vy_ear_pattern *b)
{
    struct pair p = {.a = a, .b = b};
    p.alike = vy_embed_score(&a->embedding, &b->embedding, NULL, p.aspect);
    p.both_s = overlap(a->start_s, a->end_s, b->start_s, b->end_s);
    p.both = p.both_s / fmax(fmin(a->end_s - a->start_s, b->end_s - b->start_s), 1e-3);
    const float low = fmaxf(a->low_hz, b->low_hz), high = fminf(a->high_hz, b->high_hz);
    if (high > low)
        p.band = octaves(low, high) /
                 fmax(fmin(octaves(a->low_hz, a->high_hz), octaves(b->low_hz, b->high_hz)), 0.1);
    return p;
}

static bool similar(const struct pair *p, struct vy_related *r)
{
    if (!(p->alike > ALIKE))
        return false;
    const float timbre = p->aspect[VY_ASPECT_TIMBRE], rhythm = p->aspect[VY_ASPECT_RHYTHM];
    r->score = fminf(p->alike, 1);
    if (isnan(rhythm))
        snprintf(r->reason, sizeof r->reason, "timbre %.2f alike", (double)timbre);
    else
        snprintf(r->reason, sizeof r->reason, "timbre %.2f, rhythm %.2f alike", (double)timbre,
                 (double)rhythm);
    return true;
}

static bool variant(const struct pair *p, struct vy_related *r)
{
    const double a = p->a->end_s - p->a->start_s, b = p->b->end_s - p->b->start_s;
    const float pitch = p->aspect[VY_ASPECT_PITCH], rhythm = p->aspect[VY_ASPECT_RHYTHM];
    const double lengths = fmin(a, b) / fmax(fmax(a, b), 1e-3);
    if (!(p->aspect[VY_ASPECT_TIMBRE] > ALIKE) || lengths < LENGTHS)
        return false;
    if (!(pitch < OTHER) && !(rhythm < OTHER))
        return false;
    r->score = p->aspect[VY_ASPECT_TIMBRE] * (float)lengths;
    snprintf(r->reason, sizeof r->reason, "the same colour (%.2f) and length (%.0f %%), another %s",
             (double)p->aspect[VY_ASPECT_TIMBRE], 100 * lengths,
             pitch < OTHER ? "pitch" : "rhythm");
    return true;
}

static bool sequential(const struct pair *p, struct vy_related *r)
{
    const double after = p->b->start_s - p->a->end_s, before = p->a->start_s - p->b->end_s;
    const double gap = fabs(after) < fabs(before) ? after : before;
    if (fabs(gap) > GAP_S || p->band < 0.5)
        return false;
    r->score = (float)((1 - fabs(gap) / GAP_S / 2) * fmin(p->band, 1));
    snprintf(r->reason, sizeof r->reason, "%s %.0f ms %s, in the same band",
             fabs(after) < fabs(before) ? "begins" : "ended", 1000 * fabs(gap),
             gap < 0 ? "before the end" : "apart");
    return true;
}

static bool composite(const struct pair *p, struct vy_related *r)
{
    const bool edges =
        fabs(p->a->start_s - p->b->start_s) < EDGES_S && fabs(p->a->end_s - p->b->end_s) < EDGES_S;
    const bool inside = p->both > 0.95 && p->band > 0.95;
    if (edges && p->band < 0.05) {
        r->score = 1;
        snprintf(r->reason, sizeof r->reason,
                 "begin and end together, %.0f-%.0f Hz beside %.0f-%.0f Hz", (double)p->a->low_hz,
                 (double)p->a->high_hz, (double)p->b->low_hz, (double)p->b->high_hz);
        return true;
    }
    if (!inside)
        return false;
    r->score = (float)(p->both * fmin(p->band, 1));
    snprintf(r->reason, sizeof r->reason, "one lies within the other, in time and frequency");
    return true;
}

static bool overlapping(const struct pair *p, struct vy_related *r)
{
    if (p->both < OVERLAP)
        return false;
    r->score = (float)fmin(p->both, 1);
    snprintf(r->reason, sizeof r->reason, "sound together for %.2f s, %.0f %% of the shorter",
             p->both_s, 100 * fmin(p->both, 1));
    return true;
}

uint32_t vy_ear_pattern_relate(const struct vy_ear_pattern *a, const struct vy_ear_pattern *b,
                               bool one_sound, struct vy_related related[VY_RELATIONS])
{
    static bool (*const rule[VY_RELATIONS])(const struct pair *, struct vy_related *) = {
        [VY_RELATION_SIMILAR] = similar,         [VY_RELATION_SEQUENTIAL] = sequential,
        [VY_RELATION_OVERLAPPING] = overlapping, [VY_RELATION_VARIANT] = variant,
        [VY_RELATION_COMPOSITE] = composite,
    };
    const struct pair p = pair_of(a, b);
    uint32_t n = 0;
    for (uint32_t k = 0; k < VY_RELATIONS; k++) {
        const bool of_time = k == VY_RELATION_SEQUENTIAL || k == VY_RELATION_OVERLAPPING ||
                             k == VY_RELATION_COMPOSITE;
        struct vy_related r = {.relation = (enum vy_relation)k};
        if ((of_time && !one_sound) || !rule[k](&p, &r))
            continue;
        uint32_t at = n++;
        for (; at && related[at - 1].score < r.score; at--)
            related[at] = related[at - 1];
        related[at] = r;
    }
    return n;
}
