// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The one symbol each per-instruction-set build exports.
#include "engine/kernels.h"
#include "modules/table.h"

extern const struct vy_kernels VY_KERNELS;
const struct vy_kernels VY_KERNELS = {
    .isa = VY_KERNELS_ISA,
    .modules = vy_module_table,
    .module_rows = &vy_module_table_rows,
    .tick = vy_engine_tick,
    .help = vy_engine_help,
    .play = vy_play_block,
    .idle = vy_play_idle,
};
