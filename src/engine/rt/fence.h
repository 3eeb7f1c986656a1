// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Known bytes on both sides of a user module's memory. When they have changed, it wrote too far.
#ifndef VY_ENGINE_RT_FENCE_H
#define VY_ENGINE_RT_FENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define VY_FENCE 64u ///< bytes on each side
#define VY_FENCE_WORD 0x7E5EED5A7E5EED5Au

/// Put fences around mem[size]; VY_FENCE bytes before and behind it belong to the caller.
static inline void vy_fence_put(void *mem, size_t size)
{
    const uint64_t word = VY_FENCE_WORD;
    for (size_t i = 0; i < VY_FENCE; i += sizeof word) {
        memcpy((char *)mem - VY_FENCE + i, &word, sizeof word);
        memcpy((char *)mem + size + i, &word, sizeof word);
    }
}

/// False when something was written there since.
static inline bool vy_fence_whole(const void *mem, size_t size)
{
    uint64_t changed = 0;
    for (size_t i = 0; i < VY_FENCE; i += sizeof changed) {
        uint64_t before, behind;
        memcpy(&before, (const char *)mem - VY_FENCE + i, sizeof before);
        memcpy(&behind, (const char *)mem + size + i, sizeof behind);
        changed |= (before ^ VY_FENCE_WORD) | (behind ^ VY_FENCE_WORD);
    }
    return changed == 0;
}

#endif
