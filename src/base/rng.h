// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Counter-based randomness: value i of stream s is a pure function of (s, i), so a render repeats
// whatever the block size, thread count or order of calls. The mixing function is the finaliser of
// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
#ifndef VY_BASE_RNG_H
#define VY_BASE_RNG_H

#include <stdint.h>

/// 64 well-mixed bits for one (stream, index).
static inline uint64_t vy_rng_u64(uint64_t stream, uint64_t index)
{
    uint64_t z = stream * 0xD1342543DE82EF95u + (index + 1) * 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/// Uniform in [0, 1).
static inline double vy_rng_unit(uint64_t stream, uint64_t index)
{
    return (double)(vy_rng_u64(stream, index) >> 11) * 0x1p-53;
}

/// Two keys become one stream.
static inline uint64_t vy_rng_key(uint64_t a, uint64_t b)
{
    return vy_rng_u64(a ^ 0x5851F42D4C957F2Du, b);
}

/// Stable id of a text: FNV-1a, 64 bits.
static inline uint64_t vy_hash_text(const char *text)
{
    uint64_t h = 0xCBF29CE484222325u;
    for (; *text; text++)
        h = (h ^ (uint8_t)*text) * 0x100000001B3u;
    return h;
}

#endif
