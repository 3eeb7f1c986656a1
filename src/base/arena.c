// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct vy_arena_block {
    struct vy_arena_block *next;
    size_t used, size; // bytes behind the header
    void *memory;      // as malloc gave it
};

#define HEADER 64u // keeps what follows aligned
#define BLOCK (64u * 1024u - HEADER)

static struct vy_arena_block *new_block(size_t size)
{
    // aligned_alloc does not use a hole of the same size again (glibc): with small strings between
    // the documents of a long session memory would grow with every edit
    void *const memory = malloc(HEADER + size + 63);
    if (!memory)
        return NULL;
    struct vy_arena_block *const b = (void *)(((uintptr_t)memory + 63) & ~(uintptr_t)63);
    *b = (struct vy_arena_block){NULL, 0, size, memory};
    // cppcheck-suppress memleak ; the block remembers it
    return b;
}

void *vy_arena_take(struct vy_arena *arena, size_t bytes)
{
    if (bytes > SIZE_MAX / 2)
        return NULL;
    const size_t need = (bytes + 63u) & ~(size_t)63u;
    struct vy_arena_block *b = arena->block;
    if (!b || b->size - b->used < need) {
        b = new_block(need > BLOCK ? need : BLOCK);
        if (!b)
            return NULL;
        b->next = arena->block;
        arena->block = b;
    }
    void *const p = (char *)b + HEADER + b->used;
    b->used += need;
    arena->bytes += need;
    memset(p, 0, need);
    return p;
}

char *vy_arena_text(struct vy_arena *arena, const char *text)
{
    if (!text)
        return NULL;
    const size_t n = strlen(text) + 1;
    char *const copy = vy_arena_take(arena, n);
    if (copy)
        memcpy(copy, text, n);
    return copy;
}

void *vy_arena_grow(struct vy_arena *arena, void *items, size_t count, size_t item_bytes)
{
    // capacity is the next power of two, at least 4: grow exactly when count reaches it
    if (count && (count < 4 || (count & (count - 1)) != 0))
        return items;
    const size_t capacity = count < 4 ? 4 : count * 2;
    void *const moved = vy_arena_take(arena, capacity * item_bytes);
    if (moved && count)
        memcpy(moved, items, count * item_bytes);
    return moved;
}

void vy_arena_clear(struct vy_arena *arena)
{
    for (struct vy_arena_block *b = arena->block; b;) {
        struct vy_arena_block *const next = b->next;
        free(b->memory);
        b = next;
    }
    *arena = (struct vy_arena){0};
}
