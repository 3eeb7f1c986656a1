// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/clip.h"

#include <stdbool.h>

#define LEAST_RUN 3
#define LEAST_TOP 0.25f ///< -12 dBFS
// A run lies within a step above and below `top`. A rounded top of n samples that does falls by
// 2 (1 + 2/n)^2 <= 5.6 steps to its neighbours.
#define EDGE (6.0f * VY_CLIP_STEP)

// The run ends before a sample of value `after`. What came before the first frame is not known.
static void end_run(struct vy_clip *c, float after)
{
    const bool rise = c->at > 0 && c->top - c->before > EDGE;
    const bool edge = rise || c->top - after > EDGE;
    if (c->run >= LEAST_RUN && c->top >= LEAST_TOP && edge) {
        if (c->runs < VY_CLIP_PLACES) {
            c->place[c->runs] = c->at;
            c->place_frames[c->runs] = c->run;
        }
        c->runs++;
        c->samples += c->run;
        c->longest = c->run > c->longest ? c->run : c->longest;
    }
    c->run = 0;
}

static void take_one(struct vy_clip *c, float y, uint64_t at)
{
    if (y > c->top + VY_CLIP_STEP) { // all before was no ceiling
        const float before = c->run ? c->top : c->before;
        *c = (struct vy_clip){.top = y, .before = before, .run = 1, .at = at};
        return;
    }
    if (y >= c->top - VY_CLIP_STEP && c->top > 0.0f) {
        if (!c->run++)
            c->at = at;
        return;
    }
    if (c->run)
        end_run(c, y);
    c->before = y;
}

void vy_clip_take(struct vy_clip *clip, const float *x, size_t n, float sign, float most,
                  uint64_t at)
{
    if (!n)
        return;
    if (!clip->run && most < clip->top - VY_CLIP_STEP) {
        clip->before = sign * x[n - 1];
        return;
    }
    for (size_t i = 0; i < n; i++)
        take_one(clip, sign * x[i], at + i);
}

void vy_clip_end(struct vy_clip *clip)
{
    if (clip->run)
        end_run(clip, clip->top);
}
