// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// 64-bit keys to small numbers, filled once and looked into: open addressing, never over half full.
// The keys are well mixed already (base/rng.h), so their low bits are the hash.
#ifndef VY_BASE_KEYMAP_H
#define VY_BASE_KEYMAP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

struct vy_keymap {
    struct vy_keymap_slot {
        uint64_t key;
        int value;
        bool taken;
    } * slot;
    size_t mask;
};

/// Room for `most` keys; false when memory is out.
static inline bool vy_keymap_open(struct vy_keymap *map, size_t most)
{
    size_t slots = 16;
    while (slots < 2 * most)
        slots *= 2;
    map->slot = calloc(slots, sizeof *map->slot);
    map->mask = slots - 1;
    return map->slot != NULL;
}

static inline void vy_keymap_close(struct vy_keymap *map)
{
    free(map->slot);
    map->slot = NULL;
}

static inline struct vy_keymap_slot *vy_keymap_slot(const struct vy_keymap *map, uint64_t key)
{
    size_t at = (size_t)key & map->mask;
    while (map->slot[at].taken && map->slot[at].key != key)
        at = (at + 1) & map->mask;
    return &map->slot[at];
}

/// Value of a key, -1 when it is not there.
static inline int vy_keymap_get(const struct vy_keymap *map, uint64_t key)
{
    const struct vy_keymap_slot *const slot = vy_keymap_slot(map, key);
    return slot->taken ? slot->value : -1;
}

/// The first value put for a key stays; false when there was one.
static inline bool vy_keymap_put(struct vy_keymap *map, uint64_t key, int value)
{
    struct vy_keymap_slot *const slot = vy_keymap_slot(map, key);
    if (slot->taken)
        return false;
    *slot = (struct vy_keymap_slot){key, value, true};
    return true;
}

#endif
