// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/chunks.h"

#include "listen/simd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

vy_status vy_chunks_init(struct vy_chunks *chunks, uint32_t chans, uint32_t size, uint32_t past)
{
    *chunks = (struct vy_chunks){.chans = chans, .size = size, .past = past};
    if (chans < 1 || chans > VY_EAR_CHANS || !size || past > size)
        return VY_BAD_ARG;
    chunks->wave = calloc((size_t)chans * (past + size + past), sizeof(float));
    return chunks->wave ? VY_OK : VY_NO_MEMORY;
}

void vy_chunks_clear(struct vy_chunks *chunks)
{
    free(chunks->wave);
    chunks->wave = NULL;
}

// Copies; returns how many of them are no finite number.
VY_SIMD static uint32_t copy_finite(float *restrict to, const float *restrict from, uint32_t n)
{
    uint32_t bad = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, from + i, sizeof bits);
        const uint32_t wild = (bits & 0x7f800000u) == 0x7f800000u;
        bad += wild;
        to[i] = wild ? 0.0f : from[i];
    }
    return bad;
}

static void take(struct vy_chunks *chunks, uint32_t c, const float *from, uint32_t n)
{
    float *const to = vy_chunks_chan(chunks, c) + chunks->held;
    if (!from) {
        memset(to, 0, n * sizeof(float));
        return;
    }
    const uint32_t bad = copy_finite(to, from, n);
    for (uint32_t i = 0; bad && i < n; i++) {
        chunks->nans += isnan(from[i]) != 0;
        chunks->infs += isinf(from[i]) != 0;
    }
}

void vy_chunks_push(struct vy_chunks *chunks, const float *const chan[], uint32_t chans, size_t n,
                    vy_chunks_fn *fn, void *arg)
{
    for (size_t at = 0; at < n;) {
        const uint32_t room = chunks->size - chunks->held;
        const uint32_t part = n - at < room ? (uint32_t)(n - at) : room;
        for (uint32_t c = 0; c < chunks->chans; c++)
            take(chunks, c, c < chans ? chan[c] + at : NULL, part);
        chunks->held += part;
        chunks->frames += part;
        at += part;
        if (chunks->held < chunks->size)
            continue;
        fn(arg);
        chunks->held = 0;
        for (uint32_t c = 0; c < chunks->chans; c++) {
            float *const wave = vy_chunks_chan(chunks, c);
            memmove(wave - chunks->past, wave + chunks->size - chunks->past,
                    chunks->past * sizeof(float));
        }
    }
}

void vy_chunks_pad(const struct vy_chunks *chunks)
{
    for (uint32_t c = 0; c < chunks->chans; c++)
        memset(vy_chunks_chan(chunks, c) + chunks->held, 0,
               (chunks->size + chunks->past - chunks->held) * sizeof(float));
}
