// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The level of every quarter tone, hop by hop, kept small until the piece is over: what rhythm is
// found in. Triangles 24 to the octave from 30 Hz to 16 kHz (fewer where the transform's bins lie
// wider), as in Boeck & Widmer, "Maximum filter vibrato suppression for onset detection", DAFx
// 2013.
#ifndef VY_LISTEN_BANDS_H
#define VY_LISTEN_BANDS_H

#include "base/status.h"
#include "listen/hop.h"

#include <stddef.h>

#define VY_BANDS_MOST 224 ///< bands at the most
#define VY_BAND_STEPS 32  ///< steps of a level in one decibel
#define VY_BAND_FLOOR_DB (-120)

struct vy_bands;

/// @param hops_max  hops that may be gathered until vy_bands_clear
/// @return VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_bands_new(const struct vy_hop_shape *shape, size_t hops_max,
                                     struct vy_bands **bands);

/// @return VY_NO_MEMORY, VY_TOO_BIG when hops_max are there
VY_MUST_CHECK vy_status vy_bands_hop(struct vy_bands *bands, const struct vy_hop *hop);

size_t vy_bands_hops(const struct vy_bands *bands);
uint32_t vy_bands_count(const struct vy_bands *bands);

/// Centre of a band in Hz.
float vy_bands_hz(const struct vy_bands *bands, uint32_t band);

/// Levels of a hop: [count], in 1 / VY_BAND_STEPS dB above VY_BAND_FLOOR_DB, never below 0; 0 dB is
/// a sine of full scale. Borrowed until the next hop.
const int16_t *vy_bands_level(const struct vy_bands *bands, size_t hop);

void vy_bands_clear(struct vy_bands *bands); ///< forget the hops, keep the memory
void vy_bands_destroy(struct vy_bands *bands);

#endif
