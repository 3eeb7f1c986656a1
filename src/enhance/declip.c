// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Clipping: runs at the ceiling of a channel are unknown, except that they went beyond it. They are
// filled by what the neighbours make likely, and where that stays below the ceiling it is put
// there.
#include "enhance/ar.h"
#include "enhance/stages.h"
#include "listen/level.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SPAN 4096
#define STEP 0x1p-15f
#define LEAST_RUN 3
#define MOST 2.0f       ///< times the ceiling
#define LEAST_RUNS 8    ///< fewer are a matter of taste
#define MOST_SHARE 0.25 ///< of a span that may be unknown

static vy_status look(const struct vy_wave *wave, struct vy_mended *row)
{
    struct vy_level *level = NULL;
    struct vy_level_found found;
    const vy_status status = vy_level_new(wave->sr_hz, wave->chans, &level);
    if (status)
        return status;
    vy_level_push(level, (const float *const *)wave->chan, wave->chans, wave->frames);
    vy_level_result(level, &found);
    vy_level_destroy(level);
    row->before = (double)found.clipped_runs;
    row->needed = found.clipped_runs >= LEAST_RUNS && found.clipped_confidence > 0.3f;
    snprintf(row->why, sizeof row->why,
             "%.0f runs of samples at the ceiling, the longest %" PRIu64 " frames", row->before,
             found.clipped_longest);
    return VY_OK;
}

struct channel {
    float *x;
    size_t n;
    float top, bottom; ///< ceilings
    uint64_t filled;
};

static bool at_ceiling(const struct channel *c, size_t i)
{
    return c->x[i] >= c->top - STEP || c->x[i] <= c->bottom + STEP;
}

// A ceiling is a ceiling when samples lie there in runs.
static void find_ceilings(struct channel *c)
{
    c->top = -1e9f;
    c->bottom = 1e9f;
    for (size_t i = 0; i < c->n; i++) {
        c->top = fmaxf(c->top, c->x[i]);
        c->bottom = fminf(c->bottom, c->x[i]);
    }
}

// Unknown places of a span: runs of LEAST_RUN and more.
static uint32_t find_unknown(const struct channel *c, size_t at, size_t n, uint32_t *unknown)
{
    uint32_t count = 0;
    for (size_t i = VY_AR_ORDER; i + VY_AR_ORDER + 1 < n;) {
        size_t run = 0;
        while (i + run + VY_AR_ORDER + 1 < n && at_ceiling(c, at + i + run))
            run++;
        if (run >= LEAST_RUN && count + run > VY_AR_UNKNOWN)
            break; // the next span takes the rest
        for (size_t k = 0; run >= LEAST_RUN && k < run; k++)
            unknown[count++] = (uint32_t)(i + k);
        i += run ? run : 1;
    }
    return count;
}

static void one_span(struct channel *c, size_t at, float *span)
{
    uint32_t unknown[VY_AR_UNKNOWN];
    const size_t n = c->n - at < SPAN ? c->n - at : SPAN;
    if (n < 8 * VY_AR_ORDER)
        return;
    const uint32_t count = find_unknown(c, at, n, unknown);
    if (count == 0 || count > MOST_SHARE * (double)n)
        return;
    double a[VY_AR_ORDER + 1];
    memcpy(span, c->x + at, n * sizeof *span);
    for (int pass = 0; pass < 3; pass++) { // the filter is better known once the runs are filled
        vy_ar_fit(span, n, a);
        if (vy_ar_fill(span, n, a, unknown, count))
            return;
        for (uint32_t i = 0; i < count; i++) {
            const float was = c->x[at + unknown[i]];
            float *const now = &span[unknown[i]];
            *now = was > 0 ? fmaxf(*now, was) : fminf(*now, was);
            *now = fmaxf(-MOST * fabsf(was), fminf(MOST * fabsf(was), *now));
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        float *const x = &c->x[at + unknown[i]];
        c->filled += fabsf(span[unknown[i]] - *x) > STEP;
        *x = span[unknown[i]];
    }
}

static vy_status work(struct vy_wave *wave, double strength, struct vy_mended *row)
{
    (void)strength;
    float *const span = malloc(SPAN * sizeof *span);
    if (!span)
        return VY_NO_MEMORY;
    uint64_t filled = 0;
    for (uint32_t c = 0; c < wave->chans; c++) {
        struct channel channel = {.x = wave->chan[c], .n = wave->frames};
        find_ceilings(&channel);
        // few unknowns at a time: spans that overlap, each filling what the one before left
        for (size_t at = 0; at < wave->frames; at += SPAN / 8)
            one_span(&channel, at, span);
        filled += channel.filled;
    }
    free(span);
    snprintf(row->did, sizeof row->did,
             filled ? "%" PRIu64 " samples were drawn beyond the ceiling" : "", filled);
    return VY_OK;
}

const struct vy_mend_stage vy_mend_declip = {"declip", "runs", "clipping", look, work};
