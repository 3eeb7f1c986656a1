// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A connection to PipeWire, what is in its graph, and cables of our own.
//
// All state belongs to the thread of `loop`; other threads touch it while they hold the loop's
// lock. Nothing here runs on an audio thread.
#ifndef VY_SOUND_PIPEWIRE_GRAPH_H
#define VY_SOUND_PIPEWIRE_GRAPH_H

#include "base/status.h"

#include <pipewire/pipewire.h>
#include <stdbool.h>
#include <stdint.h>

#define VY_PW_NODES 512u
#define VY_PW_PORTS 4096u
#define VY_PW_CABLES 8u

struct vy_pw_node {
    uint32_t id;
    int32_t priority;
    char name[128], text[128], media_class[32];
};

struct vy_pw_port {
    uint32_t id, node;
    bool is_out;
    char chan[16]; ///< "FL", "MONO", "AUX0", ...
};

/// A cable that is wanted. Cut by somebody else, it stays cut.
struct vy_pw_cable {
    uint32_t from, to; ///< ids of ports, 0 = this slot is free (0 is the id of the server)
    struct pw_proxy *proxy;
    struct spa_hook hook;
};

struct vy_pw_graph {
    struct pw_thread_loop *loop;
    struct pw_context *context;
    struct pw_core *core; ///< NULL: not connected
    struct pw_registry *registry;
    struct pw_proxy *metadata;
    uint32_t metadata_id;
    struct spa_hook core_hook, registry_hook, metadata_hook;
    bool lost;                   ///< the server has gone: disconnect and connect anew
    int asked, answered;         ///< numbers of syncs
    uint32_t sr_hz, period;      ///< the graph's defaults
    char sink[128], source[128]; ///< names of the default nodes, "" = none
    uint32_t nodes, ports;
    struct vy_pw_node node[VY_PW_NODES];
    struct vy_pw_port port[VY_PW_PORTS];
    struct vy_pw_cable cable[VY_PW_CABLES];
    void (*changed)(void *arg); ///< something above did. Loop's thread; may be NULL
    void *arg;
};

/// Is a server listening? A short system call, nothing is started. Fills `why` when not.
bool vy_pw_answers(char *why, uint32_t size);

/// Start the loop's thread; not connected yet. @param realtime  for threads of `process`
/// @return VY_ABSENT, VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_pw_graph_new(bool realtime, struct vy_pw_graph **graph,
                                        struct vy_err *err);
/// Disconnect, end the thread, free. NULL is fine. Lock not held.
void vy_pw_graph_destroy(struct vy_pw_graph *graph);

/// Connect; returns at once, what is in the graph comes in later. Lock held.
VY_MUST_CHECK vy_status vy_pw_connect(struct vy_pw_graph *graph, const char *client,
                                      struct vy_err *err);
/// Forget everything about the server. Lock held.
void vy_pw_disconnect(struct vy_pw_graph *graph);
/// Wait until the server has answered all that was asked. Lock held. @return false after `seconds`
bool vy_pw_settle(struct vy_pw_graph *graph, int seconds);

/// Node by its name or, without one, of the class ("Audio/Sink", "Audio/Source") with the highest
/// priority. @return NULL when there is none. Borrowed until the next change.
const struct vy_pw_node *vy_pw_find(const struct vy_pw_graph *graph, const char *name,
                                    const char *media_class);
/// Ports of a node in the order in which they came. @return how many, at most `most`
uint32_t vy_pw_ports(const struct vy_pw_graph *graph, uint32_t node, bool is_out,
                     const struct vy_pw_port *port[], uint32_t most);

/// Make these, and only these, cables. Lock held. @param pair  [pairs][2] ids: output, input port
void vy_pw_lay(struct vy_pw_graph *graph, uint32_t (*pair)[2], uint32_t pairs);

#endif
