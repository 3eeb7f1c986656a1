// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Any bytes as a recipe: an error with words, or a recipe that a session can be made of and that
// the compiler takes.
#include "engine/compile.h"
#include "engine/edit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool fact)
{
    if (!fact)
        abort();
}

static void check(const struct vy_recipe *recipe)
{
    const struct vy_rack *const rack = &recipe->rack;
    require(recipe->name[0] && recipe->text && recipe->words && recipe->voices >= 1);
    require(rack->nodes > 0 || rack->cables > 0);
    for (int c = 0; c < rack->cables; c++) {
        const struct vy_cable *const cable = &rack->cable[c];
        require(cable->from >= -1 && cable->from < rack->nodes && isfinite(cable->depth));
        require(cable->to >= -1 && cable->to < rack->nodes);
        if (cable->to >= 0)
            require(cable->to_port < (cable->to_param ? rack->node[cable->to].module->params
                                                      : rack->node[cable->to].module->ins));
        if (cable->from >= 0)
            require(cable->from_port < rack->node[cable->from].module->outs);
    }
    for (int n = 0; n < rack->nodes; n++)
        for (int p = 0; p < rack->node[n].module->params; p++) {
            const struct vy_param *const row = &rack->node[n].module->param[p];
            require(rack->node[n].value[p] >= row->min && rack->node[n].value[p] <= row->max);
        }
    for (int k = 0; k < rack->knobs; k++)
        require(rack->knob[k].targets >= 1 && rack->knob[k].targets <= 4 && rack->knob[k].text);
}

// An instrument of it, compiled. Small ones only: instances cost time.
static void use(const struct vy_catalog *catalog, const struct vy_recipe *recipe)
{
    struct vy_catalog one = *catalog;
    struct vy_recipe copy = *recipe;
    one.recipe = &copy;
    one.recipes = 1;
    struct vy_doc *const doc = vy_doc_new(1);
    struct vy_host *const host = calloc(1, sizeof *host);
    struct vy_plan *plan = NULL;
    struct vy_err err = {.at = -1};
    if (!doc || !host)
        abort();
    vy_host_open(host, &one, 48000, 1);
    const vy_status made = vy_edit_create(doc, &one, "unit", copy.name, NULL, 0, "ann", &err);
    require(!made || err.message[0]);
    if (!made && vy_compile(host, doc, NULL, &plan, &err))
        require(err.message[0]);
    vy_plan_destroy(plan);
    vy_host_close(host);
    vy_doc_destroy(doc);
    free(host);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct vy_catalog catalog;
    struct vy_err err = {.at = -1};
    if (!catalog.kernels && vy_catalog_open(&catalog, &err))
        return 0;
    struct vy_arena arena = {0};
    struct vy_recipe recipe;
    if (vy_recipe_read(&catalog, (const char *)data, size, "fuzz.veery", &arena, &recipe, &err)) {
        require(err.message[0] != '\0');
    } else {
        check(&recipe);
        if (recipe.rack.nodes <= 6 && recipe.voices <= 8)
            use(&catalog, &recipe);
    }
    vy_arena_clear(&arena);
    return 0;
}
