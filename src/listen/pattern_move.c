// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// How a region moves. The curve is the pitch where there is one most of the time, else the
// brightness. A chain of regular attacks is iteration whatever its curve does; then, in order:
// periodic above 0.7 oscillation, above 0.4 undulation; fewer than two turns a parabola when it is
// bent, else linear; else turbulence.
#include "listen/pattern_inside.h"

#include <math.h>
#include <string.h>

#define REGULAR 0.6f
#define PERIODIC 0.7f
#define HALF_PERIODIC 0.4f
#define BENT 0.5f
#define STILL (0.15f / 12) // octaves; less than this is no movement
#define FILLED 0.6f        // share of the hops with a pitch, for the pitch to be the curve

// The curve at 5 hops' mean, gaps filled with what came before. @return hops
static uint32_t take_curve(const struct vy_curves *c, bool *of_pitch, float *curve)
{
    uint32_t pitched = 0;
    for (uint32_t i = 0; i < c->n; i++)
        pitched += c->strength[i] > VY_PITCHED;
    *of_pitch = (float)pitched > FILLED * (float)c->n;
    float raw[VY_CURVE_MOST], last = 0;
    for (uint32_t i = c->n; i-- > 0;) // the first value fills what lies before it
        if (!*of_pitch || c->strength[i] > VY_PITCHED)
            last = *of_pitch ? c->pitch[i] : c->bright[i];
    for (uint32_t i = 0; i < c->n; i++) {
        if (!*of_pitch || c->strength[i] > VY_PITCHED)
            last = *of_pitch ? c->pitch[i] : c->bright[i];
        raw[i] = last;
    }
    for (uint32_t i = 0; i < c->n; i++) {
        const uint32_t from = i >= 2 ? i - 2 : 0, to = i + 2 < c->n ? i + 2 : c->n - 1;
        curve[i] = 0;
        for (uint32_t k = from; k <= to; k++)
            curve[i] += raw[k] / (float)(to - from + 1);
    }
    return c->n;
}

// The line through it, in least squares.
static void take_trend(float *curve, uint32_t n)
{
    double mean = 0, slope = 0, squares = 0;
    const double middle = (n - 1) / 2.0;
    for (uint32_t i = 0; i < n; i++) {
        mean += (double)curve[i] / n;
        slope += ((double)i - middle) * (double)curve[i];
        squares += ((double)i - middle) * ((double)i - middle);
    }
    slope = squares > 0 ? slope / squares : 0;
    for (uint32_t i = 0; i < n; i++)
        curve[i] -= (float)(mean + slope * ((double)i - middle));
}

// Highest likeness to itself 0.08 to 2 s later, after the first dip.
static float periodicity(const float *curve, uint32_t n, float rate)
{
    double energy = 0;
    if (n < 2)
        return 0;
    for (uint32_t i = 0; i < n; i++)
        energy += (double)curve[i] * (double)curve[i];
    if (!(energy > n * 1e-6))
        return 0;
    const uint32_t longest = (uint32_t)fminf(2 * rate, (float)n / 2);
    double best = 0;
    bool dipped = false;
    for (uint32_t lag = (uint32_t)lrintf(0.04f * rate); lag < longest; lag++) {
        double sum = 0, a = 0, b = 0;
        for (uint32_t i = 0; i + lag < n; i++) {
            sum += (double)curve[i] * (double)curve[i + lag];
            a += (double)curve[i] * (double)curve[i];
            b += (double)curve[i + lag] * (double)curve[i + lag];
        }
        const double like = sum / (sqrt(a * b) + 1e-12);
        dipped |= like < 0;
        if (dipped)
            best = fmax(best, like);
    }
    return (float)best;
}

// Changes of direction by more than a quarter of the range.
static uint32_t turns(const float *curve, uint32_t n, float range)
{
    const float enough = fmaxf(range / 4, STILL);
    float high = curve[0], low = curve[0]; // since the last turn
    int direction = 0;
    uint32_t count = 0;
    for (uint32_t i = 1; i < n; i++) {
        high = fmaxf(high, curve[i]);
        low = fminf(low, curve[i]);
        const bool up = direction <= 0 && curve[i] > low + enough;
        const bool down = direction >= 0 && curve[i] < high - enough;
        if (!up && !down)
            continue;
        count += direction != 0;
        direction = up ? 1 : -1;
        high = low = curve[i];
    }
    return count;
}

// How far the middle lies off the line from end to end, in ranges.
static float bend(const float *curve, uint32_t n, float range)
{
    const uint32_t part = n / 5 ? n / 5 : 1;
    double ends = 0, middle = 0;
    for (uint32_t i = 0; i < part; i++) {
        ends += (double)(curve[i] + curve[n - 1 - i]) / 2;
        middle += (double)curve[n / 2 - part / 2 + i];
    }
    return range > 0 ? (float)(fabs(middle - ends) / part) / range : 0;
}

static void find_phase(const struct vy_curves *c, struct vy_ear_pattern *p)
{
    uint32_t top = 0;
    for (uint32_t i = 0; i < c->n; i++)
        top = c->level[i] > c->level[top] ? i : top;
    p->phase = 4 * top < c->n       ? VY_PHASE_ONSET
               : 4 * top > 3 * c->n ? VY_PHASE_TERMINATION
                                    : VY_PHASE_CONTINUANT;
}

void vy_ear_pattern_move(const struct vy_curves *curves, struct vy_ear_pattern *pattern)
{
    float curve[VY_CURVE_MOST] = {0}, flat[VY_CURVE_MOST], sorted[VY_CURVE_MOST];
    const uint32_t n = take_curve(curves, &pattern->motion_of_pitch, curve);
    memcpy(sorted, curve, n * sizeof *curve);
    const float high = vy_quantile(sorted, n, 0.97f), range = high - vy_quantile(sorted, n, 0.03f);
    memcpy(flat, curve, n * sizeof *curve);
    take_trend(flat, n);
    const uint32_t turned = turns(curve, n, range);
    const float like = range > STILL ? periodicity(flat, n, curves->rate) : 0;
    const float regular = pattern->evidence[VY_EVIDENCE_REGULARITY];
    pattern->motion_intensity = range;
    pattern->motion_rate_hz = (float)turned * curves->rate / (float)n / 2;
    if (regular > REGULAR) // NaN with fewer than four
        pattern->motion = VY_MOTION_ITERATION;
    else if (turned >= 2 && like > HALF_PERIODIC)
        pattern->motion = like > PERIODIC ? VY_MOTION_OSCILLATION : VY_MOTION_UNDULATION;
    else if (turned < 2)
        pattern->motion =
            range > STILL && bend(curve, n, range) > BENT ? VY_MOTION_PARABOLA : VY_MOTION_LINEAR;
    else
        pattern->motion = VY_MOTION_TURBULENCE;
    find_phase(curves, pattern);
}
