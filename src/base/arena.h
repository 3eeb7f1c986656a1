// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Memory that is taken piece by piece and given back whole. One arena per document, plan or job.
#ifndef VY_BASE_ARENA_H
#define VY_BASE_ARENA_H

#include <stddef.h>

struct vy_arena_block;

/// Zero-initialise before first use.
struct vy_arena {
    struct vy_arena_block *block;
    size_t bytes; ///< handed out so far
};

/// Zeroed memory, 64-byte aligned; NULL when memory is out. Lives until vy_arena_clear.
void *vy_arena_take(struct vy_arena *arena, size_t bytes);

/// A copy of a string; NULL for NULL or when memory is out.
char *vy_arena_text(struct vy_arena *arena, const char *text);

/// Room for one more item in an array that grows by doubling. Returns the array (moved or not) or
/// NULL when memory is out; the old memory stays in the arena.
void *vy_arena_grow(struct vy_arena *arena, void *items, size_t count, size_t item_bytes);

/// Give everything back.
void vy_arena_clear(struct vy_arena *arena);

#endif
