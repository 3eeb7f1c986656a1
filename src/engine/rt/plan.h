// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the audio thread runs: a flat list of module calls with their buffers, made by the compiler
// (engine/compile.c) and never changed in structure. State that outlives a plan (instances, voices,
// fades) is pointed to, so that a new plan goes on where the old one stopped.
#ifndef VY_ENGINE_RT_PLAN_H
#define VY_ENGINE_RT_PLAN_H

#include "engine/rt/clock.h"
#include "engine/rt/sequencer.h"
#include "veery/module.h"

#include <stdatomic.h>

/// A parameter's way to its value. Audio thread only, but for init.
struct vy_param_state {
    float now, goal, step;
    uint32_t left; ///< ticks until goal
    bool flat;     ///< the ramps already say `now`, standing still
};

/// What steps have locked a parameter to. Lives as long as plans lock it: notes that sound on keep
/// their locks when a plan is swapped.
struct vy_param_lock {
    vy_f8 *value; ///< [groups]
    vy_i8 *held;  ///< [groups] mask
    struct vy_param_lock *next;
    uint16_t param;
    bool used;
};

/// A module at work. Lives as long as any plan needs it (engine/instance.c).
struct vy_instance {
    uint64_t key;
    const struct vy_module *module;
    struct vy_shape shape;
    void *mem;
    struct vy_param_state *state; ///< [params]
    struct vy_ramp *ramp;         ///< [params][groups]
    _Atomic bool fresh;           ///< has not run yet; the compiler looks while it may change
    bool muted;                   ///< went wrong: silent, or passed by, until made again
    uint32_t mark;                ///< of a user module's load, see rt/user.h; 0 = built in
    size_t size;                  ///< bytes of `mem`; user modules: between two fences
    // main thread only
    bool portable; ///< its memory may go over to another build of the same layout
    void *block;   ///< what was allocated; `mem` lies in it
    struct vy_param_lock *lock;
    struct vy_instance *next;
    const char *file;
    size_t bytes;
    bool used;
};

/// A cable's fade, and for feedback cables the tick before.
struct vy_wire {
    uint64_t key;
    float fade;     ///< 0..1 on its way to the target, equal power
    vy_f8 *hold;    ///< [groups][VY_TICK] last tick of a feedback source or delayed one, else NULL
    vy_f8 *line;    ///< [groups][delay + VY_TICK] what is on its way through a delayed cable
    uint32_t delay; ///< frames of `line`
    struct vy_wire *next;
    bool used;
};

/// One cable into an input or a parameter.
struct vy_plan_edge {
    const vy_f8 *source;   ///< [groups][VY_TICK]
    struct vy_shape shape; ///< of the source
    struct vy_wire *wire;
    float target;           ///< where the fade goes: 1 here, 0 leaving
    float depth;            ///< gain; for parameters octaves (pitch) or units (linear)
    bool pitch;             ///< parameters: multiplies by 2^(depth x)
    uint32_t delay;         ///< frames this cable waits, so that all that meet are equally late
    const bool *steady;     ///< note signals: source holds one value, else NULL
    const vy_f8 *copy_from; ///< feedback: after the tick `wire->hold` takes this
};

struct vy_plan_input {
    uint32_t first, edges;
    struct vy_shape shape; ///< as the module gets it
};

struct vy_plan_param {
    uint32_t first, edges;
    float target;
    uint32_t smooth_ticks;
    int32_t lock; ///< index into the plan's locks, -1 = none
};

/// Values that steps have locked, per voice.
struct vy_plan_lock {
    vy_f8 *value; ///< [groups]
    vy_i8 *held;  ///< [groups] mask
    uint32_t groups, chans, voices;
};

/// A hit's locks, resolved.
struct vy_plan_hit {
    const struct vy_hit *hit;
    uint32_t lock;
    float value;
};

struct vy_plan_node {
    const struct vy_module *module;
    struct vy_instance *instance;
    struct vy_plan_input *input; ///< [ins]
    struct vy_plan_param *param; ///< [params]
    vy_f8 **out;                 ///< [outs]
    uint16_t unit;               ///< index into the plan's units, UINT16_MAX when its unit is gone
};

/// A note that is played by hand, in the tick that is being made.
struct vy_live_note {
    uint32_t unit; ///< of the plan
    struct vy_note_event event;
};

/// Where a handle leads: a parameter (of up to four modules) or the notes of a unit.
struct vy_plan_turn {
    uint32_t node[4], param[4];
    uint32_t targets; ///< 0: not a parameter of this plan
    uint32_t unit;    ///< UINT32_MAX: plays no notes
    float value;      ///< of the document
    bool fresh;       ///< the document has set it anew: what was turned by hand gives way
};

struct vy_plan_unit {
    struct vy_notes *notes; ///< NULL: plays no notes
    const struct vy_seq_part *part;
    uint32_t parts;
    const struct vy_plan_hit *hit; ///< sorted by hit pointer
    uint32_t hits;
    uint32_t lock_first, locks; ///< the unit's slice of the plan's locks
    float glide_s;              ///< seconds a slide takes, see struct vy_notes
    const char *name;
};

struct vy_plan_automation {
    uint32_t node, param; ///< node UINT32_MAX: tempo, which the map already has
    float from, to;
    double beat, beats;
    bool exponential;
};

/// Nodes of one unit that hear nothing from other units: they may run on another thread.
struct vy_plan_job {
    uint32_t first, nodes; ///< slice of job_node
};

/// What one cable brings to the master. Several may have the same name: they are one stem.
struct vy_plan_stem {
    uint32_t edge;
    const char *name;
    vy_f8 *buffer; ///< [VY_TICK] 1 voice x 2 channels, of the tick just made
    uint32_t into; ///< the first stem of the same name
};

/// After a reload: the new instance goes on with the state of the old one.
struct vy_plan_carry {
    struct vy_instance *to;
    const struct vy_instance *from;
};

enum vy_fault_kind {
    VY_FAULT_NAN = 1, ///< wrote a number that is not finite
    VY_FAULT_MEMORY,  ///< wrote outside its memory
    VY_FAULT_WRITING, ///< the fault is being written down
};

/// A module that went wrong. The place belongs to the audio thread while kind is 0 and to the
/// reader while it is a real kind; a plan that came back has left nothing more to write.
struct vy_fault {
    const struct vy_plan *plan;
    const struct vy_plan_node *node;
    _Atomic uint32_t kind; ///< enum vy_fault_kind, written last; 0 = free
};

#define VY_PLAN_FAULTS 16u ///< reported between two looks; further ones are muted all the same

struct vy_plan {
    struct vy_plan_node *node; ///< in order of execution
    uint32_t nodes;
    struct vy_plan_unit *unit;
    uint32_t units;
    struct vy_plan_edge *edge;
    uint32_t edges;
    struct vy_plan_lock *lock;
    uint32_t locks;
    struct vy_plan_automation *automation;
    uint32_t automations;
    struct vy_tempo_map map;
    double sr_hz;
    float fade_step; ///< of a wire, a tick
    bool playing;
    _Atomic uint32_t fades;  ///< ticks until leaving cables are silent, 0 = none leave
    bool leftovers;          ///< something leaves: compile the document again when `fades` is 0
    struct vy_plan_job *job; ///< for two threads; none when the plan is made for one
    uint32_t jobs;
    uint32_t *job_node; ///< indices into node, by job
    uint32_t *rest;     ///< what runs after all jobs, in order
    uint32_t rests;
    vy_f8 **scratch[2];    ///< [thread][VY_PLAN_PORTS] for inputs that must be mixed
    const vy_f8 *out;      ///< the master, 1 voice x 2 channels
    const vy_f8 *gain;     ///< the master limiter's gain, lane 0
    uint32_t latency;      ///< frames between musical time and `out`
    uint32_t stem_latency; ///< frames between musical time and the stems
    struct vy_plan_stem *stem;
    uint32_t stems;
    struct vy_plan_turn *turn; ///< by handle
    uint32_t turns;
    struct vy_plan_carry *carry; ///< for the first tick
    uint32_t carries;
    void *graph; ///< the compiler's own notes about this plan
};

#define VY_PLAN_PORTS 32u

/// A second thread that helps with jobs, by spinning: for offline rendering and large sessions.
struct vy_crew {
    const struct vy_time *time;
    /// Jobs left, and the tick's ticket in the upper half; released after plan and time are set.
    /// In one word, so that a helper that comes late cannot take a job of another tick.
    _Atomic uint64_t left;
    _Atomic uint32_t done;   ///< jobs finished in this tick
    _Atomic uint32_t ticket; ///< counts ticks: tells the helper to look
    _Atomic bool leave;      ///< the helper goes home
};

/// The audio thread's whole state.
struct vy_engine {
    struct vy_plan *plan;
    struct vy_crew *crew; ///< NULL: one thread
    bool stems;           ///< fill the stems' buffers
    bool chase; ///< the next tick also begins the notes that would already sound (a takeover)
    const vy_f8 *outside;            ///< [VY_TICK] sound from outside for this tick, NULL: none
    const struct vy_live_note *note; ///< played by hand in this tick, sorted by frame
    uint32_t notes;
    uint64_t frame;   ///< frames rendered
    int64_t position; ///< transport, frames since bar 1; stands when stopped
    // what went wrong: counted, and the last of it for the reader to take out
    _Atomic uint32_t faults;
    struct vy_fault fault[VY_PLAN_FAULTS];
    uint64_t dropped;
    // who watches over user modules; NULL = nobody
    _Atomic uint32_t *running;      ///< gets the mark of the user module that runs, 0 = none
    const _Atomic uint32_t *blamed; ///< [VY_BLAMES] marks that must not run
    const _Atomic uint32_t *blames; ///< how many of them hold
};

/// Run one tick: plan->out and, when asked for, the stems hold it afterwards. One thread at a time.
VY_RT void vy_engine_tick(struct vy_engine *engine);

/// Let every parameter and cable arrive where it is going, at once: before the first tick of an
/// engine that has followed edits without sounding.
VY_RT void vy_engine_arrive(struct vy_plan *plan);

/// Help with ticks until crew->leave. For a thread of its own.
VY_RT void vy_engine_help(struct vy_engine *engine);

#endif
