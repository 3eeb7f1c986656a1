// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Making, copying and freeing documents. Copies share nothing, so a version can be freed without
// asking who else looks at it.
#include "engine/document.h"

#include "base/rng.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

void *vy_doc_append(struct vy_arena *arena, void **items, uint16_t *count, size_t bytes,
                    unsigned most)
{
    if (*count >= most)
        return NULL;
    void *const grown = vy_arena_grow(arena, *items, *count, bytes);
    if (!grown)
        return NULL;
    *items = grown;
    char *const item = (char *)grown + (size_t)(*count)++ * bytes;
    memset(item, 0, bytes);
    return item;
}

struct vy_doc *vy_doc_new(uint64_t seed)
{
    struct vy_doc *const doc = calloc(1, sizeof *doc);
    if (!doc)
        return NULL;
    doc->seed = seed;
    doc->tempo = 120;
    doc->meter_num = doc->meter_den = 4;
    doc->key_scale = 1; // minor, as `key` says
    vy_text_copy(doc->key, sizeof doc->key, "C minor");
    struct vy_unit *const out = VY_DOC_APPEND(doc, doc->unit, doc->units, VY_MAX_UNITS);
    struct vy_tempo_mark *const mark = VY_DOC_APPEND(doc, doc->mark, doc->marks, 1);
    if (!out || !mark) {
        vy_doc_destroy(doc);
        return NULL;
    }
    mark->bpm = doc->tempo;
    vy_text_copy(out->name, sizeof out->name, VY_OUT);
    out->kind = VY_UNIT_OUT;
    out->id = vy_hash_text(VY_OUT);
    out->voices = 1;
    out->playing = true;
    return doc;
}

// A copy of `bytes` in the arena; capacity follows vy_arena_grow so that appending goes on working.
static void *copy(struct vy_arena *arena, const void *from, size_t count, size_t bytes, bool *ok)
{
    if (count == 0)
        return NULL;
    size_t capacity = 4;
    while (capacity < count)
        capacity *= 2;
    void *const to = vy_arena_take(arena, capacity * bytes);
    if (to)
        memcpy(to, from, count * bytes);
    else
        *ok = false;
    return to;
}

#define COPY(arena, to, from, items, count, ok) \
    ((to)->items = copy((arena), (from)->items, (from)->count, sizeof *(from)->items, (ok)))

static void clone_rack(struct vy_arena *arena, struct vy_rack *to, const struct vy_rack *from,
                       bool *ok)
{
    COPY(arena, to, from, node, nodes, ok);
    COPY(arena, to, from, cable, cables, ok);
    COPY(arena, to, from, knob, knobs, ok);
    for (int k = 0; to->knob && k < to->knobs; k++)
        to->knob[k].text = vy_arena_text(arena, from->knob[k].text);
    for (int i = 0; to->node && i < to->nodes; i++) {
        struct vy_node *const node = &to->node[i];
        node->value = copy(arena, from->node[i].value, node->module->params, sizeof(float), ok);
        node->file = vy_arena_text(arena, from->node[i].file);
    }
}

bool vy_rack_clone(struct vy_arena *arena, struct vy_rack *to, const struct vy_rack *from)
{
    bool ok = true;
    *to = *from;
    clone_rack(arena, to, from, &ok);
    return ok;
}

static void clone_part(struct vy_arena *arena, struct vy_part *part, bool *ok)
{
    if (part->pattern) {
        part->pattern = vy_pattern_clone(part->pattern, arena);
        *ok = *ok && part->pattern;
    }
    part->verb = vy_arena_text(arena, part->verb);
    part->text = vy_arena_text(arena, part->text);
    part->options = vy_arena_text(arena, part->options);
}

static void clone_unit(struct vy_arena *arena, struct vy_unit *to, const struct vy_unit *from,
                       bool *ok)
{
    COPY(arena, to, from, rack, racks, ok);
    COPY(arena, to, from, part, parts, ok);
    to->author = vy_arena_text(arena, from->author);
    for (int r = 0; to->rack && r < to->racks; r++)
        clone_rack(arena, &to->rack[r], &from->rack[r], ok);
    for (int p = 0; to->part && p < to->parts; p++)
        clone_part(arena, &to->part[p], ok);
}

bool vy_unit_clone(struct vy_arena *arena, struct vy_unit *to, const struct vy_unit *from)
{
    bool ok = true;
    *to = *from;
    clone_unit(arena, to, from, &ok);
    return ok;
}

bool vy_part_clone(struct vy_arena *arena, struct vy_part *to, const struct vy_part *from)
{
    bool ok = true;
    *to = *from;
    clone_part(arena, to, &ok);
    return ok;
}

static void clone_lists(struct vy_doc *to, const struct vy_doc *from, bool *ok)
{
    struct vy_arena *const arena = &to->arena;
    COPY(arena, to, from, mark, marks, ok);
    COPY(arena, to, from, route, routes, ok);
    COPY(arena, to, from, automation, automations, ok);
    COPY(arena, to, from, timer, timers, ok);
    COPY(arena, to, from, scene, scenes, ok);
    COPY(arena, to, from, section, sections, ok);
    for (int i = 0; to->timer && i < to->timers; i++) {
        to->timer[i].line = vy_arena_text(arena, from->timer[i].line);
        to->timer[i].author = vy_arena_text(arena, from->timer[i].author);
    }
    for (int i = 0; to->scene && i < to->scenes; i++) {
        COPY(arena, &to->scene[i], &from->scene[i], unit, units, ok);
        for (int u = 0; to->scene[i].unit && u < to->scene[i].units; u++)
            clone_part(arena, &to->scene[i].unit[u].part, ok);
    }
}

struct vy_doc *vy_doc_clone(const struct vy_doc *doc)
{
    struct vy_doc *const to = malloc(sizeof *to);
    if (!to)
        return NULL;
    bool ok = true;
    *to = *doc;
    to->arena = (struct vy_arena){0};
    COPY(&to->arena, to, doc, unit, units, &ok);
    for (int u = 0; to->unit && u < to->units; u++)
        clone_unit(&to->arena, &to->unit[u], &doc->unit[u], &ok);
    clone_lists(to, doc, &ok);
    if (ok)
        return to;
    vy_doc_destroy(to);
    return NULL;
}

void vy_doc_destroy(struct vy_doc *doc)
{
    if (!doc)
        return;
    vy_arena_clear(&doc->arena);
    free(doc);
}

int vy_doc_unit(const struct vy_doc *doc, const char *name)
{
    if (strcmp(name, "output") == 0 || strcmp(name, "master") == 0)
        name = VY_OUT;
    for (int u = 0; u < doc->units; u++)
        if (strcmp(doc->unit[u].name, name) == 0)
            return u;
    return -1;
}

double vy_doc_bar_beats(const struct vy_doc *doc)
{
    return 4.0 * doc->meter_num / doc->meter_den;
}
