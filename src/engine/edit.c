// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Making and removing units and effects.
#include "engine/edit.h"

#include "base/rng.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static vy_status no_memory(struct vy_err *err)
{
    return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
}

static vy_status find_unit(const struct vy_doc *doc, const char *name, int *unit,
                           struct vy_err *err)
{
    *unit = vy_doc_unit(doc, name);
    if (*unit >= 0)
        return VY_OK;
    vy_fail(err, VY_UNKNOWN_NAME, -1, "nothing is called '%.40s'", name);
    vy_err_suggest(err, name, vy_edit_name, &(struct vy_names){doc, -1});
    return VY_UNKNOWN_NAME;
}

static vy_status new_name(const struct vy_doc *doc, const char *name, struct vy_err *err)
{
    static const char *const reserved[] = {"all", "in", "now", "next", "bar", "tempo", NULL};
    if (!vy_text_is_name(name))
        return vy_fail(err, VY_BAD_ARG, -1,
                       "'%.40s' is no name (letters, digits, _ and -, at most 31)", name);
    for (int i = 0; reserved[i]; i++)
        if (strcmp(reserved[i], name) == 0)
            return vy_fail(err, VY_NAME_TAKEN, -1, "'%s' is a word of the language", name);
    if (vy_doc_unit(doc, name) >= 0)
        return vy_fail(err, VY_NAME_TAKEN, -1, "'%s' exists; remove or rename it first", name);
    return VY_OK;
}

// Ids come from names, so that replaying a log makes the same ids; a renamed unit keeps its id.
static uint64_t unit_id(const struct vy_doc *doc, const char *name)
{
    uint64_t id = vy_hash_text(name);
    for (int u = 0; u < doc->units; u++)
        if (doc->unit[u].id == id) {
            id = vy_rng_key(id, 1);
            u = -1;
        }
    return id;
}

static void name_nodes(struct vy_rack *rack, uint64_t unit)
{
    for (int n = 0; n < rack->nodes; n++) {
        const uint64_t in_rack = vy_rng_key(unit, vy_hash_text(rack->name));
        rack->node[n].id = vy_rng_key(in_rack, vy_hash_text(rack->node[n].name));
    }
}

// One module on its own is a recipe of one node. Effects get their sound from `in`.
static bool rack_of_module(struct vy_arena *arena, struct vy_rack *rack, const struct vy_module *m)
{
    struct vy_node *const node =
        vy_doc_append(arena, (void **)&rack->node, &rack->nodes, sizeof *node, VY_MAX_NODES);
    if (!node || !vy_node_init(node, arena, m->id, m))
        return false;
    struct vy_cable *cable =
        vy_doc_append(arena, (void **)&rack->cable, &rack->cables, sizeof *cable, 256);
    if (!cable)
        return false;
    *cable = (struct vy_cable){.from = 0, .to = -1, .depth = 1};
    vy_text_copy(rack->recipe, sizeof rack->recipe, m->id);
    if (m->ins == 0 || (m->in[0].flags & (VY_PORT_NOTE | VY_PORT_CONTROL)) ||
        strcmp(m->in[0].name, "in") != 0)
        return true;
    cable = vy_doc_append(arena, (void **)&rack->cable, &rack->cables, sizeof *cable, 256);
    if (cable)
        *cable = (struct vy_cable){.from = -1, .to = 0, .depth = 1};
    return cable != NULL;
}

static bool takes_input(const struct vy_rack *rack)
{
    for (int c = 0; c < rack->cables; c++)
        if (rack->cable[c].from < 0)
            return true;
    return false;
}

static vy_status make_rack(struct vy_doc *doc, const struct vy_catalog *catalog, const char *what,
                           struct vy_rack *rack, const struct vy_recipe **recipe,
                           struct vy_err *err)
{
    *rack = (struct vy_rack){0};
    *recipe = vy_catalog_recipe(catalog, what);
    if (*recipe)
        return vy_rack_clone(&doc->arena, rack, &(*recipe)->rack) ? VY_OK : no_memory(err);
    const struct vy_module *const m = vy_catalog_module(catalog, what);
    if (m)
        return rack_of_module(&doc->arena, rack, m) ? VY_OK : no_memory(err);
    vy_fail(err, VY_UNKNOWN_MODULE, -1, "no recipe or module is called '%.40s'", what);
    vy_err_suggest(err, what, vy_catalog_name, (void *)catalog);
    return VY_UNKNOWN_MODULE;
}

static vy_status set_pairs(struct vy_doc *doc, const char *prefix, const struct vy_pair *pair,
                           int pairs, struct vy_err *err)
{
    for (int i = 0; i < pairs; i++) {
        char path[4 * VY_NAME_SIZE];
        snprintf(path, sizeof path, "%s.%s", prefix, pair[i].key);
        const vy_status status = vy_edit_set(doc, path, pair[i].value, NULL, NULL, err);
        if (status) {
            if (err && err->at < 0)
                err->at = pair[i].at;
            return status;
        }
    }
    return VY_OK;
}

static struct vy_unit *add_unit(struct vy_doc *doc, const char *name, enum vy_unit_kind kind,
                                const char *author)
{
    const uint64_t id = unit_id(doc, name);
    struct vy_unit *const unit = VY_DOC_APPEND(doc, doc->unit, doc->units, VY_MAX_UNITS);
    if (!unit)
        return NULL;
    vy_text_copy(unit->name, sizeof unit->name, name);
    unit->kind = kind;
    unit->id = id;
    unit->voices = 1;
    unit->playing = true;
    unit->author = vy_arena_text(&doc->arena, author);
    return unit;
}

vy_status vy_edit_create(struct vy_doc *doc, const struct vy_catalog *catalog, const char *name,
                         const char *what, const struct vy_pair *pair, int pairs,
                         const char *author, struct vy_err *err)
{
    vy_status status = new_name(doc, name, err);
    if (status)
        return status;
    struct vy_rack made;
    const struct vy_recipe *recipe;
    status = make_rack(doc, catalog, what ? what : name, &made, &recipe, err);
    if (status)
        return status;
    const bool effect = takes_input(&made); // also a filter that follows notes: sound goes into it
    struct vy_unit *const unit =
        add_unit(doc, name, effect ? VY_UNIT_EFFECT : VY_UNIT_INSTRUMENT, author);
    struct vy_rack *const rack = unit ? VY_DOC_APPEND(doc, unit->rack, unit->racks, 32) : NULL;
    if (!rack)
        return vy_fail(err, VY_TOO_BIG, -1, "over %d units", VY_MAX_UNITS);
    *rack = made;
    vy_text_copy(rack->name, sizeof rack->name, made.recipe);
    name_nodes(rack, unit->id);
    if (recipe) {
        unit->voices = recipe->voices;
        unit->spread = recipe->spread;
        unit->glide_s = recipe->glide_s;
        unit->gain_db = recipe->gain_db;
    }
    return set_pairs(doc, name, pair, pairs, err);
}

vy_status vy_edit_bus(struct vy_doc *doc, const char *name, const char *author, struct vy_err *err)
{
    const vy_status status = new_name(doc, name, err);
    if (status)
        return status;
    if (!add_unit(doc, name, VY_UNIT_BUS, author))
        return vy_fail(err, VY_TOO_BIG, -1, "over %d units", VY_MAX_UNITS);
    return VY_OK;
}

vy_status vy_edit_remove(struct vy_doc *doc, const char *name, struct vy_err *err)
{
    int u;
    const vy_status status = find_unit(doc, name, &u, err);
    if (status)
        return status;
    if (doc->unit[u].kind == VY_UNIT_OUT)
        return vy_fail(err, VY_BAD_ARG, -1, "out cannot be removed");
    for (int i = doc->routes - 1; i >= 0; i--) {
        struct vy_route *const route = &doc->route[i];
        if (route->from == u || route->to == u) {
            VY_DOC_DROP(doc->route, doc->routes, i);
            continue;
        }
        if (route->from > u)
            route->from--;
        if (route->to > u)
            route->to--;
    }
    for (int i = doc->automations - 1; i >= 0; i--) {
        struct vy_automation *const a = &doc->automation[i];
        if (a->unit == u)
            VY_DOC_DROP(doc->automation, doc->automations, i);
        else if (a->unit != UINT16_MAX && a->unit > u)
            a->unit--;
    }
    VY_DOC_DROP(doc->unit, doc->units, u);
    return VY_OK;
}

vy_status vy_edit_rename(struct vy_doc *doc, const char *from, const char *to, struct vy_err *err)
{
    int u;
    vy_status status = find_unit(doc, from, &u, err);
    if (!status)
        status = new_name(doc, to, err);
    if (status)
        return status;
    if (doc->unit[u].kind == VY_UNIT_OUT)
        return vy_fail(err, VY_BAD_ARG, -1, "out cannot be renamed");
    vy_text_copy(doc->unit[u].name, VY_NAME_SIZE, to);
    for (int s = 0; s < doc->scenes; s++)
        for (int i = 0; i < doc->scene[s].units; i++)
            if (strcmp(doc->scene[s].unit[i].unit, from) == 0)
                vy_text_copy(doc->scene[s].unit[i].unit, VY_NAME_SIZE, to);
    return VY_OK;
}

vy_status vy_edit_copy(struct vy_doc *doc, const char *from, const char *to, struct vy_err *err)
{
    int u;
    vy_status status = find_unit(doc, from, &u, err);
    if (!status)
        status = new_name(doc, to, err);
    if (status)
        return status;
    if (doc->unit[u].kind == VY_UNIT_OUT)
        return vy_fail(err, VY_BAD_ARG, -1, "out cannot be copied");
    struct vy_unit *const unit = add_unit(doc, to, VY_UNIT_INSTRUMENT, doc->unit[u].author);
    if (!unit)
        return vy_fail(err, VY_TOO_BIG, -1, "over %d units", VY_MAX_UNITS);
    const uint64_t id = unit->id;
    if (!vy_unit_clone(&doc->arena, unit, &doc->unit[u]))
        return no_memory(err);
    unit->id = id;
    vy_text_copy(unit->name, sizeof unit->name, to);
    for (int r = 0; r < unit->racks; r++)
        name_nodes(&unit->rack[r], id);
    const int copy = doc->units - 1, routes = doc->routes;
    for (int i = 0; i < routes; i++) {
        if (doc->route[i].from != u)
            continue;
        struct vy_route *const route = VY_DOC_APPEND(doc, doc->route, doc->routes, 1024);
        if (!route)
            return vy_fail(err, VY_TOO_BIG, -1, "over 1024 cables");
        *route = doc->route[i];
        route->from = (uint16_t)copy;
        if (route->to == u) // from one part of the unit to another
            route->to = (uint16_t)copy;
    }
    return VY_OK;
}

vy_status vy_edit_add(struct vy_doc *doc, const struct vy_catalog *catalog, const char *effect,
                      const char *name, const struct vy_pair *pair, int pairs, struct vy_err *err)
{
    int u;
    vy_status status = find_unit(doc, name, &u, err);
    if (status)
        return status;
    struct vy_rack made;
    const struct vy_recipe *recipe;
    status = make_rack(doc, catalog, effect, &made, &recipe, err);
    if (status)
        return status;
    if (!takes_input(&made))
        return vy_fail(err, VY_BAD_ARG, -1, "%s makes sound of its own; it is no effect", effect);
    struct vy_unit *const unit = &doc->unit[u];
    struct vy_rack *const rack = VY_DOC_APPEND(doc, unit->rack, unit->racks, 32);
    if (!rack)
        return vy_fail(err, VY_TOO_BIG, -1, "over 32 effects in %s", unit->name);
    *rack = made;
    for (unsigned number = 1, taken = 1; taken && number < 100; number++) {
        if (number == 1)
            vy_text_copy(rack->name, sizeof rack->name, effect);
        else
            snprintf(rack->name, sizeof rack->name, "%.26s%u", effect, number % 100);
        taken = 0;
        for (int r = 0; r < unit->racks - 1; r++)
            taken |= strcmp(unit->rack[r].name, rack->name) == 0;
    }
    name_nodes(rack, unit->id);
    char prefix[2 * VY_NAME_SIZE];
    snprintf(prefix, sizeof prefix, "%s.%s", unit->name, rack->name);
    return set_pairs(doc, prefix, pair, pairs, err);
}

// Indices of racks in cables and automations of a unit move down when one is taken out.
static void forget_rack(struct vy_doc *doc, int u, int r)
{
    for (int i = doc->routes - 1; i >= 0; i--) {
        struct vy_route *const route = &doc->route[i];
        const bool from = route->from == u && route->from_node >= 0;
        const bool to = route->to == u && route->to_node >= 0;
        if ((from && route->from_rack == r) || (to && route->to_rack == r)) {
            VY_DOC_DROP(doc->route, doc->routes, i);
            continue;
        }
        if (from && route->from_rack > r)
            route->from_rack--;
        if (to && route->to_rack > r)
            route->to_rack--;
    }
    for (int i = doc->automations - 1; i >= 0; i--) {
        struct vy_automation *const a = &doc->automation[i];
        if (a->unit == u && a->rack == r && a->node >= 0)
            VY_DOC_DROP(doc->automation, doc->automations, i);
        else if (a->unit == u && a->node >= 0 && a->rack > r)
            a->rack--;
    }
}

static int first_insert(const struct vy_unit *unit)
{
    return unit->kind == VY_UNIT_OUT || unit->kind == VY_UNIT_BUS ? 0 : 1;
}

vy_status vy_edit_remove_effect(struct vy_doc *doc, const char *effect, const char *name,
                                struct vy_err *err)
{
    int u;
    const vy_status status = find_unit(doc, name, &u, err);
    if (status)
        return status;
    struct vy_unit *const unit = &doc->unit[u];
    for (int r = first_insert(unit); r < unit->racks; r++) {
        if (strcmp(unit->rack[r].name, effect) != 0)
            continue;
        VY_DOC_DROP(unit->rack, unit->racks, r);
        forget_rack(doc, u, r);
        return VY_OK;
    }
    return vy_fail(err, VY_UNKNOWN_NAME, -1, "%s has no effect '%.40s'", unit->name, effect);
}

vy_status vy_edit_bypass(struct vy_doc *doc, const char *path, bool on, struct vy_err *err)
{
    char name[VY_NAME_SIZE * 2];
    vy_text_copy(name, sizeof name, path);
    char *const dot = name + strcspn(name, "./");
    const char *const effect = *dot ? dot + 1 : NULL;
    *dot = '\0';
    int u;
    const vy_status status = find_unit(doc, name, &u, err);
    if (status)
        return status;
    struct vy_unit *const unit = &doc->unit[u];
    int found = 0;
    const int first = unit->kind == VY_UNIT_EFFECT ? 0 : first_insert(unit);
    for (int r = first; r < unit->racks; r++)
        if (!effect || strcmp(unit->rack[r].name, effect) == 0) {
            unit->rack[r].bypass = on;
            found++;
        }
    if (!found)
        return vy_fail(err, VY_UNKNOWN_NAME, -1, "%s has no effect%s%s", unit->name,
                       effect ? " " : "", effect ? effect : "");
    return VY_OK;
}

vy_status vy_edit_reset(struct vy_doc *doc, const struct vy_catalog *catalog, const char *name,
                        struct vy_err *err)
{
    int u;
    vy_status status = find_unit(doc, name, &u, err);
    if (status)
        return status;
    struct vy_unit *const unit = &doc->unit[u];
    unit->gain_db = unit->pan = unit->spread = unit->glide_s = 0;
    for (int r = 0; r < unit->racks; r++) {
        struct vy_rack fresh;
        const struct vy_recipe *recipe;
        status = make_rack(doc, catalog, unit->rack[r].recipe, &fresh, &recipe, err);
        if (status)
            return status;
        if (fresh.nodes != unit->rack[r].nodes)
            return vy_fail(err, VY_CONFLICT, -1, "the recipe %s has changed", fresh.recipe);
        for (int n = 0; n < fresh.nodes; n++)
            memcpy(unit->rack[r].node[n].value, fresh.node[n].value,
                   fresh.node[n].module->params * sizeof(float));
        if (r == 0 && recipe) {
            unit->spread = recipe->spread;
            unit->glide_s = recipe->glide_s;
            unit->gain_db = recipe->gain_db;
        }
    }
    return VY_OK;
}

vy_status vy_edit_mute(struct vy_doc *doc, const char *name, bool on, struct vy_err *err)
{
    int u;
    const vy_status status = find_unit(doc, name, &u, err);
    if (!status)
        doc->unit[u].mute = on;
    return status;
}

vy_status vy_edit_solo(struct vy_doc *doc, const char *name, bool on, struct vy_err *err)
{
    int u;
    const vy_status status = find_unit(doc, name, &u, err);
    if (!status)
        doc->unit[u].solo = on;
    return status;
}
