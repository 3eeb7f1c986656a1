// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Document -> plan.
#ifndef VY_ENGINE_COMPILE_H
#define VY_ENGINE_COMPILE_H

#include "engine/host.h"
#include "engine/rt/plan.h"

/// Compile a document into a plan that goes on where `old` (or NULL) is: instances, voices and
/// fades carry over; what is gone fades out over 10 ms (plan->fades ticks), after which the same
/// document should be compiled again to be rid of it. The document may be freed afterwards.
VY_MAIN VY_MUST_CHECK vy_status vy_compile(struct vy_host *host, const struct vy_doc *doc,
                                           const struct vy_plan *old, struct vy_plan **plan,
                                           struct vy_err *err);

/// Where the parts of a document are in its plan.
struct vy_graph;
struct vy_turn_places {
    const struct vy_doc *doc;
    const struct vy_graph *graph;
    const uint32_t *plan_of; ///< graph node -> plan node
};

/// Where the host's handles lead in this plan (turns.c).
VY_MAIN vy_status vy_compile_turns(struct vy_host *host, const struct vy_turn_places *places,
                                   struct vy_arena *arena, struct vy_plan *plan);

/// Take the next muted node out of an engine's list and say what happened, for people.
/// Before the plan it happened in is destroyed. @return false: there is no further one
VY_MAIN bool vy_fault_next(struct vy_engine *engine, char *text, size_t size);

/// NULL is fine. The plan must have left the audio thread.
VY_MAIN void vy_plan_destroy(struct vy_plan *plan);

/// Tempo over musical time; segments in the arena.
VY_MAIN vy_status vy_compile_tempo(const struct vy_doc *doc, double sr_hz, struct vy_arena *arena,
                                   struct vy_tempo_map *map);

/// Parts of a unit as the sequencer plays them; patterns are copied into the arena.
VY_MAIN vy_status vy_compile_parts(const struct vy_doc *doc, const struct vy_unit *unit,
                                   struct vy_arena *arena, struct vy_seq_part **part);

#endif
