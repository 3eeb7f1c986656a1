// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A Schroeder allpass (M. R. Schroeder, "Natural sounding artificial reverberation", 1962) that
// runs eight frames at a time: v(n) = x(n) + g v(n - m), y(n) = v(n - m) - g v(n), m >= 8.
#ifndef VY_DSP_DIFFUSE_H
#define VY_DSP_DIFFUSE_H

#include "dsp/delayline.h"

struct vy_diffuser {
    struct vy_ring ring;
    uint32_t frames; ///< m, 8..
};

/// One tick in place.
VY_INLINE void vy_diffuse(struct vy_diffuser *d, float g, float *restrict x)
{
    struct vy_ring *const r = &d->ring;
    const bool mirrored = r->at < VY_RING_GUARD;
    for (uint32_t n = 0; n < VY_TICK; n += 8) {
        const vy_f8 old = *(const vy_f8u *)(r->data + ((r->at + n - d->frames) & r->mask));
        const vy_f8 v = *(const vy_f8u *)(x + n) + g * old;
        *(vy_f8u *)(r->data + r->at + n) = v;
        if (mirrored)
            *(vy_f8u *)(r->data + r->at + n + r->mask + 1) = v;
        *(vy_f8u *)(x + n) = old - g * v;
    }
    r->at = (r->at + VY_TICK) & r->mask;
}

#endif
