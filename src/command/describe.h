// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Modules, recipes and things of the session described: for people, as JSON, as manual pages.
#ifndef VY_COMMAND_DESCRIBE_H
#define VY_COMMAND_DESCRIBE_H

#include "base/text.h"
#include "engine/catalog.h"

#include <jansson.h>

json_t *vy_module_json(const struct vy_catalog *catalog, const struct vy_module *module);
json_t *vy_recipe_json(const struct vy_recipe *recipe);
void vy_module_describe(const struct vy_catalog *catalog, const struct vy_module *module,
                        struct vy_buf *buf);
void vy_recipe_describe(const struct vy_recipe *recipe, struct vy_buf *buf);

/// Range of a parameter for people: "20Hz..20000Hz", "lowpass|highpass", "on|off".
void vy_param_range(const struct vy_param *row, struct vy_buf *buf);

/// Modules users are offered that fit the words, best first. Caller frees the array.
const struct vy_module **vy_modules_find(const struct vy_catalog *catalog, const char *words,
                                         size_t *count);
const struct vy_recipe **vy_recipes_find(const struct vy_catalog *catalog, const char *words,
                                         size_t *count);

/// Pieces of a page of the reference: its first lines, a cell of a table, and the file itself.
void vy_docs_head(struct vy_buf *buf, const char *title);
void vy_docs_cell(struct vy_buf *buf, const char *text);
/// Empties `buf`, also when it fails.
VY_MUST_CHECK vy_status vy_docs_page(const char *folder, const char *name, struct vy_buf *buf,
                                     struct vy_err *err);

/// Write the pages of the tables of this room into a folder: commands.md, settings.md and so on.
VY_MUST_CHECK vy_status vy_docs_write(const struct vy_catalog *catalog, const char *folder,
                                      struct vy_err *err);

#endif
