// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// PipeWire's graph as a client sees it: nodes, ports, links, clients and the session's settings,
// kept up to date; and the few things that Veery does to it: virtual nodes, links, the default.
//
// What is made here goes when the connection goes, so a killed program leaves nothing behind. No
// sound passes through here. Everything belongs to one thread, which calls vy_patch_service.
#ifndef VY_SOUND_PATCHBAY_H
#define VY_SOUND_PATCHBAY_H

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

#define VY_PATCH_NAME 128u
#define VY_PATCH_NONE UINT32_MAX ///< no such id

struct vy_patchbay;

/// A node. `name` is what links and defaults go by, `text` is for people.
struct vy_patch_node {
    uint32_t id, client; ///< client VY_PATCH_NONE: its maker is gone (object.linger)
    int32_t priority;    ///< session priority, more is preferred
    char name[VY_PATCH_NAME], text[VY_PATCH_NAME], media_class[48];
};

/// A port of sound.
struct vy_patch_port {
    uint32_t id, node, index;   ///< index counts within the node and direction, from 0
    bool out, monitor;          ///< monitor: it repeats what a sink gets
    char name[64], channel[16]; ///< channel "MONO", "FL", "AUX0", or ""
};

struct vy_patch_link {
    uint32_t id, out_node, out_port, in_node, in_port;
};

struct vy_patch_client {
    uint32_t id;
    int32_t pid; ///< 0 = unknown
    char name[64];
};

/// Connect to the daemon and learn what is there (one round trip, at most 2 s).
/// @return VY_ABSENT when no daemon answers, VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_patch_open(struct vy_patchbay **bay, struct vy_err *err);

/// Disconnect; what was made here goes. NULL is fine.
void vy_patch_close(struct vy_patchbay *bay);

/// Poll this for reading; when it is readable, or every 50 ms, call vy_patch_service.
int vy_patch_fd(const struct vy_patchbay *bay);

/// Take in what happened, without waiting.
/// @return false when the daemon is gone: close and open again
bool vy_patch_service(struct vy_patchbay *bay);

/// Wait until the daemon has done all that was asked. @return false: not within `ms`, or gone
bool vy_patch_sync(struct vy_patchbay *bay, uint32_t ms);

/// Wait until something happens, at most `ms`, and take it in. @return false: the daemon is gone
bool vy_patch_wait(struct vy_patchbay *bay, uint32_t ms);

/// Version of the daemon, "0.3.65"; of the library this runs with.
const char *vy_patch_daemon_version(const struct vy_patchbay *bay);
const char *vy_patch_library_version(void);

/// Thing i, NULL after the last. Valid until the next service, sync or change.
const struct vy_patch_node *vy_patch_node_at(const struct vy_patchbay *bay, uint32_t i);
const struct vy_patch_port *vy_patch_port_at(const struct vy_patchbay *bay, uint32_t i);
const struct vy_patch_link *vy_patch_link_at(const struct vy_patchbay *bay, uint32_t i);
const struct vy_patch_client *vy_patch_client_at(const struct vy_patchbay *bay, uint32_t i);

/// The node with this name, NULL = there is none.
const struct vy_patch_node *vy_patch_node_named(const struct vy_patchbay *bay, const char *name);

/// A value of the session's metadata "settings", such as "clock.quantum", or NULL.
const char *vy_patch_setting(const struct vy_patchbay *bay, const char *key);

/// A node's name from the metadata "default": "default.audio.source" is in force,
/// "default.configured.audio.source" was chosen by the user. NULL = none.
const char *vy_patch_default(const struct vy_patchbay *bay, const char *key);

/// Choose a default; name NULL takes the choice back.
/// @return VY_ABSENT without a session manager
VY_MUST_CHECK vy_status vy_patch_set_default(struct vy_patchbay *bay, const char *key,
                                             const char *name, struct vy_err *err);

/// Make a stereo virtual node: sound goes in and the same sound comes out, in the same period.
/// @param media_class  "Audio/Sink" or "Audio/Source/Virtual"
/// @return VY_IO when the daemon refuses at once; a later refusal shows as the node's absence
VY_MUST_CHECK vy_status vy_patch_make_node(struct vy_patchbay *bay, const char *name,
                                           const char *text, const char *media_class,
                                           struct vy_err *err);

/// Link two ports, unless they are linked or about to be. A refusal is tried again after 1 s.
void vy_patch_link(struct vy_patchbay *bay, uint32_t out_port, uint32_t in_port);

/// Take a link, node or client off the graph.
void vy_patch_remove(struct vy_patchbay *bay, uint32_t id);

#endif
