// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// All built-in modules in one table, from the words in meson.build.
#include "modules/table.h"

#include "modules/module_list.h"

#define X(word) extern const struct vy_module vy_module_##word;
VY_MODULE_LIST(X)
#undef X

const struct vy_module *const vy_module_table[] = {
#define X(word) &vy_module_##word,
    VY_MODULE_LIST(X)
#undef X
};

const uint32_t vy_module_table_rows = sizeof vy_module_table / sizeof *vy_module_table;
