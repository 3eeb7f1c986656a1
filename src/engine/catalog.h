// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What can be created: modules (C) and recipes (text), found by name and by words.
#ifndef VY_ENGINE_CATALOG_H
#define VY_ENGINE_CATALOG_H

#include "engine/document.h"
#include "engine/kernels.h"

/// One recipe file, read and checked.
struct vy_recipe {
    char name[VY_NAME_SIZE];
    const char *text, *words, *path; ///< help line, search words, file
    bool effect;                     ///< has an input: for `add` and as a unit of its own
    uint16_t voices;                 ///< default voices
    float spread, glide_s, gain_db;
    struct vy_rack rack; ///< the template, ids still 0
};

struct vy_user_modules;
struct vy_settings;

/// Modules and recipes. Recipes come from, later wins: those beside the program,
/// $XDG_DATA_HOME/veery/recipes, $VEERY_RECIPES.
struct vy_catalog {
    struct vy_arena arena;
    const struct vy_kernels *kernels;
    struct vy_recipe *recipe; ///< sorted by name
    uint16_t recipes;
    /// Sound files are read by the app (engine does not know formats). NULL: there are none.
    vy_status (*load)(const char *path, struct vy_sample **sample, struct vy_err *err);
    void (*unload)(struct vy_sample *sample);
    struct vy_user_modules *user; ///< modules of users, see user_module.h
    /// What the user has set, for the commands; the engine does not look at it. Borrowed, and NULL
    /// stands for the defaults.
    const struct vy_settings *settings;
    struct vy_err problem; ///< first recipe that could not be read, code VY_OK when none
};

/// Read all recipes. A bad recipe is left out and reported in `problem`.
VY_MAIN VY_MUST_CHECK vy_status vy_catalog_open(struct vy_catalog *catalog, struct vy_err *err);
VY_MAIN void vy_catalog_close(struct vy_catalog *catalog);

/// A recipe or module by name; aliases: vco = osc, vcf = svf, lowpass = svf ... NULL when unknown.
VY_MAIN const struct vy_recipe *vy_catalog_recipe(const struct vy_catalog *catalog,
                                                  const char *name);
VY_MAIN const struct vy_module *vy_catalog_module(const struct vy_catalog *catalog,
                                                  const char *name);

/// Candidate i of all names that can be created, for vy_err_suggest (arg = catalog).
const char *vy_catalog_name(void *catalog, size_t i);

/// How well a recipe or module fits search words (0 = not at all).
VY_MAIN int vy_catalog_match(const char *words, const char *name, const char *text,
                             const char *tags);

/// Read one recipe from text, for the loader and the fuzzer.
VY_MAIN VY_MUST_CHECK vy_status vy_recipe_read(const struct vy_catalog *catalog, const char *text,
                                               size_t length, const char *path,
                                               struct vy_arena *arena, struct vy_recipe *recipe,
                                               struct vy_err *err);

#endif
