// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Between document and plan: all modules and cables of a session in one flat graph, strips and
// summing points included.
#ifndef VY_ENGINE_GRAPH_H
#define VY_ENGINE_GRAPH_H

#include "engine/catalog.h"
#include "engine/document.h"

/// A module of the graph.
struct vy_gnode {
    uint64_t key; ///< identity of its instance: place, module, shape and file
    uint64_t id;  ///< identity of its place
    const struct vy_module *module;
    float *value; ///< [params]
    const char *file;
    int unit, rack, node; ///< where it is in the document; rack -1: placed by the engine
    struct vy_shape shape;
    uint32_t mark;    ///< of a user module's load, 0 = built in
    bool leaving;     ///< only here until its cables have faded out
    const char *stem; ///< of what goes to "out": its unit's name, which outlives the unit
};

enum { VY_SIGNAL_FREQ, VY_SIGNAL_GATE, VY_SIGNAL_TRIG, VY_SIGNAL_VEL, VY_SIGNALS };

/// A cable of the graph. from < 0: note signal -1 - from of unit `unit`.
struct vy_gedge {
    uint64_t key;
    int from, to, unit;
    uint16_t from_port, to_port;
    bool to_param, pitch;
    float depth;
    bool leaving;  ///< fades out
    bool feedback; ///< hears the tick before
};

struct vy_gunit {
    uint64_t id, voices_key;
    int index; ///< in the document, -1 = only here for voices that are leaving
    uint16_t voices;
    bool plays_notes;
    int strip; ///< node whose output is the unit's sound, -1 = none
    const char *name;
    int *rack; ///< [racks] first node of each rack, -1 = bypassed
};

struct vy_graph {
    struct vy_arena arena;
    struct vy_gnode *node;
    struct vy_gedge *edge;
    struct vy_gunit *unit;
    uint32_t nodes, edges, units;
    int out;                    ///< node whose output leaves the studio
    int master_in;              ///< where everything that goes to "out" is summed
    int gain_port;              ///< its output with the limiter's gain, -1 = none
    uint32_t *order;            ///< nodes in order of execution
    uint32_t *first, *incoming; ///< edges by destination: incoming[first[n]] .. [first[n + 1]]
};

/// Flatten a document. The graph points into the document until it is destroyed.
vy_status vy_graph_build(struct vy_graph *graph, const struct vy_doc *doc,
                         const struct vy_catalog *catalog, struct vy_err *err);

/// Add what `old` had and this has not, on its way out. fading: what was leaving then is still
/// heard.
vy_status vy_graph_keep(struct vy_graph *graph, const struct vy_graph *old, bool fading,
                        struct vy_err *err);

/// Index the cables, decide the order of execution and which cables feed back.
vy_status vy_graph_sort(struct vy_graph *graph, struct vy_err *err);

/// Node index of a document node, -1 when it is not in the graph (bypassed).
int vy_graph_find(const struct vy_graph *graph, int unit, int rack, int node);

/// The node and parameter that hold a strip value (enum vy_strip) of a unit; -1 when there is none.
int vy_graph_strip(const struct vy_graph *graph, int unit, int value, uint32_t *param);

void vy_graph_clear(struct vy_graph *graph);

#endif
