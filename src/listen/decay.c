// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/decay.h"

#include <math.h>
#include <stdbool.h>

#define LEAST_FALL 316.2f ///< 25 dB
#define LEAST_S 0.05      ///< shortest time; classes are 1/11 octave from here on
#define PER_OCTAVE 11.0
#define RISE 3.0f ///< 5 dB: what a few bins of noise do by themselves
#define LEAST_POINTS 4
#define LEAST_FIT 0.97 ///< part of the variance that the line must tell

struct line {
    double n, x, y, xx, xy, yy;
};

static void keep(struct vy_decay *d, double seconds)
{
    const double at = log2(seconds / LEAST_S) * PER_OCTAVE;
    if (at >= 0.0 && at < VY_DECAY_CLASSES) {
        d->count[(uint32_t)at]++;
        d->found++;
    }
}

// dB per hop over the Schroeder integral between `high` and `low` dB below its start; 0 = no line.
static double fit(const struct vy_decay *d, uint32_t end, double low, uint32_t *points)
{
    double all = 0.0, left = 0.0;
    struct line l = {0};
    for (uint32_t i = 0; i < end; i++)
        all += (double)d->energy[i];
    left = all;
    for (uint32_t i = 0; i < end; i++) {
        const double y = 10.0 * log10(left / all), x = i;
        left = fmax(left - (double)d->energy[i], all * 1e-12);
        if (y > -5.0 || y < -low)
            continue;
        l.n += 1.0;
        l.x += x;
        l.y += y;
        l.xx += x * x;
        l.xy += x * y;
        l.yy += y * y;
    }
    *points = (uint32_t)l.n;
    const double sx = l.n * l.xx - l.x * l.x, sy = l.n * l.yy - l.y * l.y;
    const double sxy = l.n * l.xy - l.x * l.y;
    if (*points < LEAST_POINTS || !(sxy * sxy >= LEAST_FIT * sx * sy))
        return 0.0;
    return -sxy / sx;
}

static void end_decay(struct vy_decay *d)
{
    if (!(d->energy[0] > d->least * LEAST_FALL) || !(d->least > 0.0f))
        return;
    // up to where 5 dB are left to the floor that the decay ran into
    uint32_t end = 0;
    while (end < d->hops && d->energy[end] > d->least * 3.16f)
        end++;
    const double fall = 10.0 * log10((double)(d->energy[0] / d->least));
    uint32_t points;
    const double slope = fit(d, end, fmin(25.0, fall - 10.0), &points);
    if (slope > 0.0)
        keep(d, 60.0 / slope * d->hop_s);
    else if (points < LEAST_POINTS)
        d->abrupt++;
}

void vy_decay_take(struct vy_decay *decay, float energy)
{
    struct vy_decay *const d = decay;
    const bool rises = d->hops && energy > d->least * RISE;
    if (rises || d->hops == VY_DECAY_HOPS) {
        end_decay(d);
        d->hops = 0;
    }
    if (!d->hops || energy > d->energy[0]) {
        d->hops = 0;
        d->least = energy;
    }
    d->energy[d->hops++] = energy;
    d->least = energy < d->least ? energy : d->least;
}

// Time that `part` of the decays are shorter than.
static double percentile(const struct vy_decay *d, double part)
{
    const double rank = part * d->found;
    double before = 0.0;
    uint32_t i = 0;
    while (i + 1 < VY_DECAY_CLASSES && before + d->count[i] < rank)
        before += d->count[i++];
    const double inside = d->count[i] ? (rank - before) / d->count[i] : 0.5;
    return LEAST_S * exp2((i + inside) / PER_OCTAVE);
}

double vy_decay_time(const struct vy_decay *decay, float *confidence)
{
    *confidence = 0.0f;
    if (decay->found < 3)
        return (double)NAN;
    const double spread = percentile(decay, 0.5) / percentile(decay, 0.1); // 1 = all equal
    *confidence = (float)(fmin(1.0, decay->found / 10.0) * fmax(0.05, fmin(1.0, 2.0 - spread)));
    return percentile(decay, 0.3);
}
