// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the two files of the patchbay share.
#ifndef VY_SOUND_PATCHBAY_INSIDE_H
#define VY_SOUND_PATCHBAY_INSIDE_H

#include "sound/patchbay.h"

#include <pipewire/pipewire.h>

// A growing array of one kind of global; each begins with its id.
struct vy__patch_rows {
    char *row;
    uint32_t count, capacity, size;
};

// A value of one of the two metadata objects.
struct vy__patch_value {
    uint32_t id; // counts up: rows are found by it
    bool setting;
    char key[64], text[256];
};

struct vy__patch_metadata {
    struct pw_proxy *proxy;
    struct spa_hook hook;
    uint32_t id;
    struct vy_patchbay *bay;
};

// A node or link made here.
struct vy__patch_made {
    struct pw_proxy *proxy;
    struct spa_hook hook;
    uint32_t out_port, in_port; // VY_PATCH_NONE: a node
    uint64_t until_ns;          // not tried again before
    bool gone;                  // refused or removed: the proxy is to be destroyed
    struct vy__patch_made *next;
};

struct vy_patchbay {
    struct pw_loop *loop;
    struct pw_context *context;
    struct pw_core *core;
    struct pw_registry *registry;
    struct spa_hook core_hook, registry_hook;
    struct vy__patch_rows nodes, ports, links, clients, values;
    struct vy__patch_metadata settings, defaults;
    struct vy__patch_made *made;
    int asked, answered; // sequence numbers of syncs
    bool lost;
    char version[32];
};

/// Row i of an array, NULL after the last.
void *vy__patch_row(const struct vy__patch_rows *rows, uint32_t i);

/// Destroy the proxies of what was refused or removed, or all.
void vy__patch_sweep(struct vy_patchbay *bay, bool all);

#endif
