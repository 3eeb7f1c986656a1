// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Clicks: a few samples that the sound around them does not explain. The error of prediction is
// far above its usual size there and back to it within a millisecond; the attack of a drum raises
// it for longer. What a click covered is filled by what the neighbours make likely.
#include "enhance/ar.h"
#include "enhance/stages.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 2048
#define CONTEXT 512 ///< on either side of a block
#define SPAN (BLOCK + 2 * CONTEXT)
#define LEAST 14.0 ///< times the usual error
#define MOST_LONG_S 0.001
#define QUIET_S \
    0.03 ///< around it nothing else may stand out: a voice clicks 80 times a second, a bass 35

/// What is counted and, with `mend`, repaired in one channel.
struct run {
    float *x;
    size_t n;
    uint32_t sr_hz;
    double least;
    bool mend;
    uint64_t clicks;
};

static int by_size(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

// The usual size of the error: its median, as a standard deviation.
static double usual_error(const float *e, size_t n, float *room)
{
    for (size_t i = 0; i < n; i++)
        room[i] = fabsf(e[i]);
    qsort(room, n, sizeof *room, by_size);
    return (double)room[n / 2] / 0.6745;
}

// Does the error from `from` to `to` stand alone?
static bool stands_alone(const float *e, size_t n, size_t from, size_t to, size_t quiet,
                         double least)
{
    const size_t begin = from > quiet ? from - quiet : 0, end = to + quiet < n ? to + quiet : n;
    uint32_t others = 0;
    for (size_t i = begin; i < end; i++)
        // a click in the past of a sample leaves its mark for as long as the filter is
        others += (i < from || i > to + VY_AR_ORDER) && fabs((double)e[i]) > least;
    return others < 3;
}

static void repair(float *span, const double *a, size_t from, size_t to)
{
    uint32_t unknown[VY_AR_UNKNOWN], count = 0;
    for (size_t i = from > 2 ? from - 2 : 0; i <= to + 2 && count < VY_AR_UNKNOWN; i++)
        unknown[count++] = (uint32_t)i;
    float kept[VY_AR_UNKNOWN];
    for (uint32_t i = 0; i < count; i++)
        kept[i] = span[unknown[i]];
    if (vy_ar_fill(span, SPAN, a, unknown, count))
        for (uint32_t i = 0; i < count; i++)
            span[unknown[i]] = kept[i];
}

static void one_block(struct run *run, size_t at)
{
    float span[SPAN], e[SPAN], room[SPAN];
    double a[VY_AR_ORDER + 1];
    for (size_t i = 0; i < SPAN; i++) {
        const size_t from = at + i;
        span[i] = from >= CONTEXT && from - CONTEXT < run->n ? run->x[from - CONTEXT] : 0;
    }
    vy_ar_fit(span, SPAN, a);
    vy_ar_error(span, SPAN, a, e);
    const double usual = usual_error(e + VY_AR_ORDER, SPAN - VY_AR_ORDER, room);
    const double least = fmax(run->least * usual, 1e-4);
    const size_t longest = (size_t)(MOST_LONG_S * run->sr_hz) + 1;
    const size_t quiet = (size_t)(QUIET_S * run->sr_hz);
    for (size_t i = CONTEXT; i < CONTEXT + BLOCK; i++) {
        if (fabs((double)e[i]) < least)
            continue;
        double most = 0;
        for (size_t j = i; j < SPAN && j <= i + longest; j++)
            most = fmax(most, fabs((double)e[j]));
        // what is far smaller than the click is its echo in the filter, or the sound's own
        const double low = fmax(least / 3, most / 8);
        size_t to = i;
        for (size_t j = i; j < SPAN && j <= to + 8; j++)
            to = fabs((double)e[j]) > low ? j : to;
        if (to - i <= longest && to + VY_AR_ORDER + 3 < SPAN &&
            stands_alone(e, SPAN, i, to, quiet, low)) {
            run->clicks++;
            if (run->mend)
                repair(span, a, i, to);
        }
        i = to + VY_AR_ORDER;
    }
    for (size_t i = 0; run->mend && i < BLOCK && at + i < run->n; i++)
        run->x[at + i] = span[CONTEXT + i];
}

static uint64_t all_channels(struct vy_wave *wave, double least, bool mend)
{
    uint64_t clicks = 0;
    for (uint32_t c = 0; c < wave->chans; c++) {
        struct run run = {wave->chan[c], wave->frames, wave->sr_hz, least, mend, 0};
        for (size_t at = 0; at < wave->frames; at += BLOCK)
            one_block(&run, at);
        clicks += run.clicks;
    }
    return clicks;
}

static vy_status look(const struct vy_wave *wave, struct vy_mended *row)
{
    struct vy_wave only_read = *wave;
    row->before = (double)all_channels(&only_read, LEAST, false);
    row->needed = row->before > 0;
    snprintf(row->why, sizeof row->why, "%.0f click%s that nothing around explains", row->before,
             row->before == 1 ? "" : "s");
    return VY_OK;
}

static vy_status work(struct vy_wave *wave, double strength, struct vy_mended *row)
{
    uint64_t mended = all_channels(wave, LEAST * (1.5 - 0.5 * strength), true);
    mended +=
        all_channels(wave, LEAST * (1.5 - 0.5 * strength), true); // those that hid behind others
    snprintf(row->did, sizeof row->did,
             mended ? "%" PRIu64 " stretches were filled from their neighbours" : "", mended);
    return VY_OK;
}

const struct vy_mend_stage vy_mend_click = {"click", "clicks", "clicks and crackle", look, work};
