// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What of one sound cannot be heard because of another that plays at the same time. Sounds are kept
// as levels of 24 Bark bands ten times a second (24 bytes each), and compared in pairs afterwards.
//
// A band of the one is masked where its level lies below what the other spreads there: the
// spreading function of Schroeder, Atal & Hall (JASA 66, 1979), less 5.5 dB, the offset of a masker
// like noise (Johnston 1988). Parts count by their specific loudness, power to 0.23 (Zwicker), and
// what lies below -70 dBFS does not count.
#ifndef VY_LISTEN_MASKING_H
#define VY_LISTEN_MASKING_H

#include "base/status.h"
#include "listen/hop.h"

#define VY_MASKING_BANDS 24

/// How much of a sound is masked by another.
struct vy_masked {
    double share;                  ///< of its loudness, 0..1; NAN: it is silent
    double band[VY_MASKING_BANDS]; ///< of its loudness in the band; NAN: nothing there
    double part[VY_MASKING_BANDS]; ///< how much of all its loudness lies in the band, 0..1
};

struct vy_masking;

/// Both sounds of a pair need hops of the same duration, within 1 %.
VY_MUST_CHECK vy_status vy_masking_new(const struct vy_hop_shape *shape,
                                       struct vy_masking **masking);
/// @return VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_masking_hop(struct vy_masking *masking, const struct vy_hop *hop);

/// What of `sound` is masked by `masker`; both begin together.
void vy_masking_between(const struct vy_masking *sound, const struct vy_masking *masker,
                        struct vy_masked *masked);
void vy_masking_destroy(struct vy_masking *masking); ///< NULL is fine

/// Lower edge of a band in Hz; band VY_MASKING_BANDS: upper edge of the last.
double vy_masking_edge_hz(int band);

#endif
