// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef VY_MODULES_TABLE_H
#define VY_MODULES_TABLE_H

#include "veery/module.h"

/// Built-in modules, in the order of src/modules/meson.build.
extern const struct vy_module *const vy_module_table[];
extern const uint32_t vy_module_table_rows;

#endif
