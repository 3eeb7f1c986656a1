// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Finding modules and recipes by name and by words.
#include "engine/catalog.h"

#include "base/text.h"
#include "engine/user_module.h"
#include "base/home.h"
#include "base/program.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define MAX_RECIPES 1024
#define MAX_RECIPE_BYTES (256u * 1024u)

static const char *const aliases[][2] = {
    {"vco", "osc"},         {"oscillator", "osc"}, {"vcf", "svf"},
    {"filter", "svf"},      {"moog", "ladder"},    {"envelope", "adsr"},
    {"env", "adsr"},        {"amp", "vca"},        {"quantizer", "quantiser"},
    {"sample_hold", "sah"}, {"echo", "delay"},     {"hat", "hihat"},
    {"equaliser", "eq"},    {"equalizer", "eq"},   {"comp", "compressor"},
    {"panner", "pan"},
};

const struct vy_module *vy_catalog_module(const struct vy_catalog *catalog, const char *name)
{
    const struct vy_module *m = vy_kernels_module(catalog->kernels, name);
    for (size_t i = 0; !m && i < sizeof aliases / sizeof *aliases; i++)
        if (strcmp(aliases[i][0], name) == 0)
            m = vy_kernels_module(catalog->kernels, aliases[i][1]);
    const struct vy_user_module *const user = m ? NULL : vy_catalog_user(catalog, name);
    if (user)
        return user->module;
    return m && !(m->flags & VY_HIDDEN) ? m : NULL;
}

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct vy_recipe *)a)->name, ((const struct vy_recipe *)b)->name);
}

const struct vy_recipe *vy_catalog_recipe(const struct vy_catalog *catalog, const char *name)
{
    for (int i = 0; i < catalog->recipes; i++)
        if (strcmp(catalog->recipe[i].name, name) == 0)
            return &catalog->recipe[i];
    return NULL;
}

const char *vy_catalog_name(void *catalog, size_t i)
{
    const struct vy_catalog *const c = catalog;
    if (i < c->recipes)
        return c->recipe[i].name;
    i -= c->recipes;
    if (i < *c->kernels->module_rows)
        return c->kernels->modules[i]->id;
    const struct vy_user_module *const user = vy_catalog_user_at(c, i - *c->kernels->module_rows);
    return user ? user->module->id : NULL;
}

static int word_score(const char *word, size_t n, const char *in, int whole, int part)
{
    int best = 0;
    for (const char *s = in; *s; s++) {
        const bool begins = s == in || !isalnum((unsigned char)s[-1]);
        if (begins && strncasecmp(s, word, n) == 0) {
            const int score = isalnum((unsigned char)s[n]) ? part : whole;
            best = score > best ? score : best;
        }
    }
    return best;
}

int vy_catalog_match(const char *words, const char *name, const char *text, const char *tags)
{
    int total = 0;
    for (const char *w = words; *w;) {
        while (isspace((unsigned char)*w))
            w++;
        size_t n = 0;
        while (w[n] && !isspace((unsigned char)w[n]))
            n++;
        if (n == 0)
            break;
        const int score = word_score(w, n, name, 8, 5) + word_score(w, n, tags, 4, 2) +
                          word_score(w, n, text, 2, 1);
        if (score == 0)
            return 0; // every word must fit
        total += score;
        w += n;
    }
    return total;
}

// Put a recipe in, replacing one of the same name from an earlier folder.
static vy_status put(struct vy_catalog *catalog, const struct vy_recipe *recipe)
{
    for (int i = 0; i < catalog->recipes; i++)
        if (strcmp(catalog->recipe[i].name, recipe->name) == 0) {
            catalog->recipe[i] = *recipe;
            return VY_OK;
        }
    struct vy_recipe *const place = vy_doc_append(&catalog->arena, (void **)&catalog->recipe,
                                                  &catalog->recipes, sizeof *recipe, MAX_RECIPES);
    if (!place)
        return VY_NO_MEMORY;
    *place = *recipe;
    return VY_OK;
}

static vy_status read_file(struct vy_catalog *catalog, const char *path)
{
    char *text;
    size_t length;
    struct vy_err why = {0};
    struct vy_recipe recipe;
    vy_status status = vy_file_read(path, MAX_RECIPE_BYTES, &text, &length, &why);
    if (!status) {
        status = vy_recipe_read(catalog, text, length, path, &catalog->arena, &recipe, &why);
        free(text);
    }
    if (status == VY_NO_MEMORY)
        return status;
    if (status && catalog->problem.code == VY_OK)
        catalog->problem = why;
    return status ? VY_OK : put(catalog, &recipe);
}

static vy_status read_folder(struct vy_catalog *catalog, const char *folder)
{
    struct dirent **entry;
    const int n = scandir(folder, &entry, NULL, alphasort);
    vy_status status = VY_OK;
    for (int i = 0; i < n; i++) {
        const char *const dot = strrchr(entry[i]->d_name, '.');
        char path[4096];
        if (!status && dot && strcmp(dot, ".veery") == 0 &&
            snprintf(path, sizeof path, "%s/%s", folder, entry[i]->d_name) < (int)sizeof path)
            status = read_file(catalog, path);
        free(entry[i]);
    }
    if (n >= 0)
        free(entry);
    return status;
}

vy_status vy_catalog_open(struct vy_catalog *catalog, struct vy_err *err)
{
    *catalog = (struct vy_catalog){.kernels = vy_kernels_best()};
    char home[4096];
    (void)!vy_home_path(VY_HOME_DATA, "recipes", home, sizeof home, NULL); // "": there are none
    char own[4200];
    (void)vy_program_share("recipes", own, sizeof own);
    const char *const folder[] = {own, home, getenv("VEERY_RECIPES")};
    vy_status status = vy_user_open(catalog); // first: recipes may be made of them
    for (size_t i = 0; !status && i < sizeof folder / sizeof *folder; i++)
        if (folder[i] && *folder[i])
            status = read_folder(catalog, folder[i]);
    if (catalog->recipes)
        qsort(catalog->recipe, catalog->recipes, sizeof *catalog->recipe, compare);
    if (status) {
        vy_catalog_close(catalog);
        return vy_fail(err, status, -1, "out of memory reading recipes and modules");
    }
    return VY_OK;
}

void vy_catalog_close(struct vy_catalog *catalog)
{
    vy_user_close(catalog);
    vy_arena_clear(&catalog->arena);
    *catalog = (struct vy_catalog){0};
}
