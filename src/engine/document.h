// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The session as a document: what the studio plays, as plain data.
//
// A document is edited only through the functions in edit.h, on a copy: a command clones the
// current version, edits the clone, and publishes it or throws it away. That is what makes every
// edit atomic, and undo, dry and diff cheap. The engine compiles a document into a plan.
//
//   document -> units (instruments, effects, buses, "out") -> racks (recipes) -> nodes (modules)
#ifndef VY_ENGINE_DOCUMENT_H
#define VY_ENGINE_DOCUMENT_H

#include "base/arena.h"
#include "base/status.h"
#include "engine/pattern.h"
#include "veery/module.h"

#define VY_NAME_SIZE 32
#define VY_MAX_UNITS 256
#define VY_MAX_NODES 64 ///< in one rack
#define VY_OUT "out"    ///< the unit everything ends in; "output" and "master" mean it too

/// One module of a rack.
struct vy_node {
    char name[VY_NAME_SIZE];
    const struct vy_module *module;
    float *value;     ///< [module->params], in the parameters' units
    const char *file; ///< sound file, or NULL
    uint64_t id;      ///< stable: the same thing in the next version has the same id
};

enum vy_depth_kind {
    VY_DEPTH_TRAVEL, ///< fraction of the parameter's way from min to max along its curve
    VY_DEPTH_LINEAR, ///< in the parameter's unit
    VY_DEPTH_PITCH,  ///< in semitones, multiplies
};

/// A cable from an output to an input port or a parameter.
struct vy_cable {
    int16_t from, to; ///< node indices; -1 = the rack's own input / output
    uint16_t from_port, to_port;
    bool to_param; ///< to_port is a parameter
    uint8_t depth_kind;
    float depth; ///< gain of an audio cable, else amount in depth_kind
};

/// A public parameter of a rack: one name, one or more nodes it turns.
struct vy_knob {
    char name[VY_NAME_SIZE];
    const char *text;
    int16_t node[4], param[4];
    uint8_t targets;
};

/// A recipe at work: an instrument's voice, or one effect.
struct vy_rack {
    char name[VY_NAME_SIZE];
    char recipe[VY_NAME_SIZE]; ///< what it was made from
    struct vy_node *node;
    struct vy_cable *cable;
    struct vy_knob *knob;
    uint16_t nodes, cables, knobs;
    bool bypass;
};

enum vy_unit_kind { VY_UNIT_INSTRUMENT, VY_UNIT_EFFECT, VY_UNIT_BUS, VY_UNIT_OUT };

/// A pattern at work in a unit: `pattern` sounds from beat `from` until beat `until`.
struct vy_part {
    const struct vy_pattern *pattern;
    const char *verb, *text; ///< as typed: "sequence", "x...x..."
    const char *options;     ///< "div=8 gate=0.5" or ""
    double from, until;      ///< beats; until = INFINITY when open
};

/// An instrument, effect, bus or the master.
struct vy_unit {
    char name[VY_NAME_SIZE];
    enum vy_unit_kind kind;
    uint64_t id;
    struct vy_rack *rack; ///< [0] the source (absent in buses and out), then inserts in order
    uint16_t racks;
    struct vy_part *part;
    uint16_t parts;
    uint16_t voices; ///< 1..64
    float gain_db, pan, spread, glide_s;
    bool mute, solo, playing;
    bool detached; ///< unpatched from "out" and routed nowhere
    const char *author;
};

/// A cable between units. to = index of the unit; parameter or port inside it when to_node >= 0.
struct vy_route {
    uint16_t from, to;
    int16_t from_rack, from_node; ///< -1: the unit's mixed stereo output
    uint16_t from_port;
    int16_t to_rack, to_node; ///< -1: the unit's input
    uint16_t to_port;
    bool to_param, send; ///< send: in parallel to the unit's own way out
    uint8_t depth_kind;
    float depth;
};

/// A parameter moving over musical time.
struct vy_automation {
    uint16_t unit;
    int16_t rack,
        node; ///< node -1: `param` is a strip value (0 gain 1 pan); unit UINT16_MAX: tempo
    uint16_t param;
    float from, to;
    double beat, beats;
    bool exponential;
};

/// A command waiting for its musical time.
struct vy_timer {
    double beat;  ///< when next
    double every; ///< beats between repeats, 0 = once
    const char *line, *author;
};

/// A stored arrangement of patterns: which part and mute each unit has.
struct vy_scene {
    char name[VY_NAME_SIZE];
    struct vy_scene_unit {
        char unit[VY_NAME_SIZE];
        struct vy_part part; ///< pattern NULL: silent
        bool mute;
    } * unit;
    uint16_t units;
};

/// One line of the song: a scene for some bars.
struct vy_section {
    char scene[VY_NAME_SIZE];
    uint16_t bars;
};

/// From `beat` on, this tempo.
struct vy_tempo_mark {
    double beat;
    double bpm;
};

/// One version of the session. Everything it points to lives in its arena.
struct vy_doc {
    struct vy_arena arena;
    uint64_t version, seed;
    double tempo;               ///< BPM now, quarter notes
    struct vy_tempo_mark *mark; ///< tempo over musical time, sorted; [0] is at beat 0
    uint16_t marks;
    uint16_t meter_num, meter_den;
    float swing;             ///< 0..1: off-beat 16ths come late by half of this part of a step
    char key[16];            ///< "C minor"
    int key_root, key_scale; ///< 0..11; index into the scales of notes.h
    bool playing;            ///< the transport runs
    bool play_said;          ///< the session says itself when to play
    double beat;             ///< where editing happens in musical time (playhead)
    struct vy_unit *unit;
    struct vy_route *route;
    struct vy_automation *automation;
    struct vy_timer *timer;
    struct vy_scene *scene;
    struct vy_section *section;
    uint16_t units, routes, automations, timers, scenes, sections;
};

/// An empty session: 120 BPM, 4/4, C minor, only the unit "out". NULL when memory is out.
VY_MAIN struct vy_doc *vy_doc_new(uint64_t seed);

/// A deep copy in an arena of its own. NULL when memory is out.
VY_MAIN struct vy_doc *vy_doc_clone(const struct vy_doc *doc);

/// NULL is fine.
VY_MAIN void vy_doc_destroy(struct vy_doc *doc);

/// A node with its module's defaults; false when memory is out.
VY_MAIN bool vy_node_init(struct vy_node *node, struct vy_arena *arena, const char *name,
                          const struct vy_module *module);

/// Deep copies of parts of a document into an arena; false when memory is out.
VY_MAIN bool vy_rack_clone(struct vy_arena *arena, struct vy_rack *to, const struct vy_rack *from);
VY_MAIN bool vy_unit_clone(struct vy_arena *arena, struct vy_unit *to, const struct vy_unit *from);
VY_MAIN bool vy_part_clone(struct vy_arena *arena, struct vy_part *to, const struct vy_part *from);

/// Index of a unit by name (aliases of "out" included), -1 when there is none.
VY_MAIN int vy_doc_unit(const struct vy_doc *doc, const char *name);

/// Quarter notes in a bar.
VY_MAIN double vy_doc_bar_beats(const struct vy_doc *doc);

/// Room for one more item at the end of one of the document's arrays (zeroed), or NULL when memory
/// is out or `most` is reached. Use through VY_DOC_APPEND.
VY_MAIN void *vy_doc_append(struct vy_arena *arena, void **items, uint16_t *count, size_t bytes,
                            unsigned most);

/// VY_DOC_APPEND(doc, doc->unit, doc->units, VY_MAX_UNITS): pointer to the new item or NULL.
#define VY_DOC_APPEND(doc, items, count, most)                                                     \
    ((__typeof__(items))vy_doc_append(&(doc)->arena, (void **)&(items), &(count), sizeof *(items), \
                                      (most)))

/// Take item `at` out of an array, keeping the order of the rest.
#define VY_DOC_DROP(items, count, at)                                                           \
    (memmove((items) + (at), (items) + (at) + 1, ((size_t)(count) - (at)-1) * sizeof *(items)), \
     (count)--)

#endif
