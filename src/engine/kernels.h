// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The audio-thread code, built once per instruction set and chosen at start.
#ifndef VY_ENGINE_KERNELS_H
#define VY_ENGINE_KERNELS_H

#include "engine/rt/play.h"
#include "veery/module.h"

/// One build of everything that runs on the audio thread. AVX2 and AVX-512 give the same
/// bits; base differs from them in the last ones (vy_fma).
struct vy_kernels {
    const char *isa; ///< "base", "avx2", "avx512"
    const struct vy_module *const *modules;
    const uint32_t *module_rows;
    void (*tick)(struct vy_engine *engine); ///< see rt/plan.h; audio thread
    void (*help)(struct vy_engine *engine); ///< its helper
    /// Live: see rt/play.h; audio thread.
    void (*play)(struct vy_play *play, struct vy_slot *slot, uint64_t now_ns);
    void (*idle)(struct vy_play *play, struct vy_slot *slot);
};

/// The best build this processor runs; VEERY_ISA=base|avx2|avx512 chooses a lesser one.
VY_MAIN const struct vy_kernels *vy_kernels_best(void);

/// Build i, or NULL after the last; those this processor cannot run are left out.
VY_MAIN const struct vy_kernels *vy_kernels_at(uint32_t i);

/// A module by id, NULL when there is none.
VY_MAIN const struct vy_module *vy_kernels_module(const struct vy_kernels *kernels, const char *id);

#endif
