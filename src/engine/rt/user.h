// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// User modules on the audio thread. Nobody has reviewed them: what they write is checked, and one
// that goes wrong is passed by, so that everything else sounds on. A mark names one load of one
// module; by it another process can say which may not run any more.
#ifndef VY_ENGINE_RT_USER_H
#define VY_ENGINE_RT_USER_H

#include "engine/rt/plan.h"

/// Run a user module's tick with `io`, or pass it by: effects hand their first input on, others are
/// silent. Faults are noted in the engine.
VY_RT void vy_user_process(struct vy_engine *engine, const struct vy_plan_node *node,
                           const struct vy_io *io);

/// Do what the plan has to carry from old instances to new ones. Before any node runs.
VY_RT void vy_user_carry(struct vy_engine *engine);

/// Note that a node went wrong.
VY_RT void vy_fault_add(struct vy_engine *engine, const struct vy_plan_node *node,
                        enum vy_fault_kind kind);

#endif
