// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Time tags to frames. One look at the clocks trembles with the device's blocks, under load by many
// frames; the median of many looks, followed slowly, is steady. So notes lie as far apart as their
// tags, to the frame, though they came in packets of their own.
#include "serve/osc_parts.h"

#include "base/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FOLLOW 0.05  // share of the way to the median in one look
#define JUMP_S 0.002 // more is another clock: a device that came back, a clock that was set

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double rate(const struct vy_osc *osc)
{
    return (double)atomic_load(&vy_live_shared(osc->live)->device.sr_hz);
}

void vy_osc_look_at_clocks(struct vy_osc *osc)
{
    const double sr_hz = rate(osc), soon_s = vy_unix_s() + 1;
    const uint64_t frame = vy_live_frame_at(osc->live, soon_s);
    if (frame == 0 || sr_hz == 0)
        return;
    double sorted[VY_OSC_LOOKS];
    osc->look[osc->looks++ % VY_OSC_LOOKS] = (double)frame - soon_s * sr_hz;
    const uint32_t n = osc->looks < VY_OSC_LOOKS ? osc->looks : VY_OSC_LOOKS;
    memcpy(sorted, osc->look, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_value);
    const double median = sorted[n / 2];
    const bool follow = osc->looks > VY_OSC_LOOKS && fabs(median - osc->clock_off) < JUMP_S * sr_hz;
    pthread_mutex_lock(&osc->lock);
    osc->clock_off = follow ? osc->clock_off + FOLLOW * (median - osc->clock_off) : median;
    pthread_mutex_unlock(&osc->lock);
}

uint64_t vy_osc_frame_at(struct vy_osc *osc, double time_s)
{
    const uint64_t frame = time_s > 0 ? vy_live_frame_at(osc->live, time_s) : 0;
    pthread_mutex_lock(&osc->lock);
    const double off = osc->clock_off;
    pthread_mutex_unlock(&osc->lock);
    if (frame == 0 || off == 0)
        return frame;
    const double steady = time_s * rate(osc) + off;
    return steady >= 1 ? (uint64_t)(steady + 0.5) : 1;
}
