// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Inside the pattern compiler: text -> tree (pattern_read.c) -> hits (pattern_steps.c).
// Everything here lives in a scratch arena that is gone when the pattern is made.
#ifndef VY_ENGINE_PATTERN_TREE_H
#define VY_ENGINE_PATTERN_TREE_H

#include "engine/pattern.h"

#define VY__MAX_DEPTH 8      ///< brackets within brackets
#define VY__MAX_HITS 4096    ///< hits, steps and tree nodes of a pattern
#define VY__MAX_VISITS 65536 ///< leaves laid out, rests included: bounds what *n*n*n unfolds to
#define VY__MAX_LOCKS 16
#define VY__NARROWEST 1e-6 ///< quarter notes a step is wide at least

enum vy__node_type { VY__REST, VY__TIE, VY__SLIDE, VY__HIT, VY__GROUP, VY__ALTERNATE };

/// A step as written, with what hangs on it.
struct vy__node {
    struct vy__node *next, *child;
    enum vy__node_type type;
    uint32_t at;    ///< byte in the text
    uint32_t steps; ///< of the children: cells of a group, choices of an alternation
    float velocity, chance, nudge_s;
    uint16_t ratchet, repeat;
    uint8_t euclid_hits, euclid_steps; ///< 0 steps: no Euclid
    uint64_t euclid;                   ///< bit i: step i sounds
    uint32_t given;                    ///< which modifiers were written, enum vy__modifier
    const struct vy_lock *lock;
    uint16_t locks;
    uint8_t notes;
    float note[VY_CHORD_NOTES];
};

enum vy__modifier {
    VY__RATCHET = 1,
    VY__CHANCE = 2,
    VY__EUCLID = 4,
    VY__REPEAT = 8,
    VY__LOCK = 16,
    VY__NUDGE = 32,
    VY__SLIDES = 64,
    VY__ACCENT = 128,
};

/// Steps a node takes in its list.
static inline uint32_t vy__node_steps(const struct vy__node *node)
{
    return node->repeat * (node->euclid_steps ? node->euclid_steps : 1u);
}

/// A compilation at work.
struct vy__compile {
    const char *text;
    const struct vy_pattern_options *options;
    struct vy_arena scratch;
    struct vy_err *err;
    vy_status status;
    uint32_t nodes, depth;
    size_t pos;
    // results of the layout
    struct vy__laid *hit;
    uint32_t hits;
    double beats;
};

/// A hit before its length is known.
struct vy__laid {
    struct vy_hit hit;
    double end;      ///< where the last step it fills ends
    double own;      ///< width of the step it was written in
    uint32_t source; ///< byte in the text
    uint32_t order;
    bool legato; ///< the next note slides in: held to the end
};

/// Note an error; always false.
__attribute__((format(printf, 4, 5))) bool vy__pattern_fail(struct vy__compile *c, size_t at,
                                                            const char *hint, const char *format,
                                                            ...);

/// Scratch memory; NULL sets the status.
void *vy__pattern_take(struct vy__compile *c, size_t bytes);

/// Read the text. The root is a group; NULL on errors.
struct vy__node *vy__pattern_read(struct vy__compile *c);

/// What may hang on a step (*3 ?30 (3,8) !4 {..} @1ms _ ^). False on errors.
bool vy__pattern_modifiers(struct vy__compile *c, struct vy__node *node);

/// Read decimal digits at the position. -1: there are none; large numbers saturate.
int vy__pattern_digits(struct vy__compile *c);

/// Unfold the tree into c->hit, c->hits, c->beats, in time order. False on errors.
bool vy__pattern_lay(struct vy__compile *c, const struct vy__node *root);

#endif
