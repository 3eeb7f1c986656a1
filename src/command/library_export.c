// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A library as open files: library.json has everything but the vectors, vectors.npz has an array
// (numbers, regions) a space; a region's column there is its "column" in the JSON.
#include "command/ears.h"
#include "command/library.h"
#include "command/library_files.h"
#include "command/session.h"
#include "store/npz.h"
#include "store/patterns.h"
#include "base/json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct export
{
    struct vy_db *db;
    struct vy_layout layout;
    int64_t layout_id;
    json_t *sounds, *patterns, *relations, *files;
    struct vy_npz_writer *npz;
    uint64_t columns;
    vy_status status;
    struct vy_err *err;
};

static bool add_file(void *arg, const struct vy_place *place)
{
    struct export *const e = arg;
    json_array_append_new(e->files,
                          json_pack("{s:o,s:I,s:I,s:b}", "path", vy_path_json(place->path), "size",
                                    (json_int_t)place->size, "mtime_ns",
                                    (json_int_t)place->mtime_ns, "missing", (int)place->gone));
    return true;
}

static json_t *add_regions(struct export *e, int64_t sound)
{
    json_t *const regions = json_array();
    struct vy_ids ids = {0};
    e->status = vy_sound_regions(e->db, sound, &ids, e->err);
    for (int64_t id = 0; id < ids.limit && !e->status; id++) {
        float row[VY_SPACES * VY_SPACE_DIMS];
        struct vy_region region;
        int64_t pattern = 0;
        if (!vy_ids_has(&ids, id) || vy_pattern_of_region(e->db, id, &pattern, e->err) || pattern ||
            vy_region_get(e->db, e->layout_id, &e->layout, id, &region, row, e->err))
            continue; // a pattern has its vectors with it; one of an earlier analysis is made again
        e->status = vy_npz_column(e->npz, row, e->err);
        json_array_append_new(regions,
                              json_pack("{s:f,s:f,s:I}", "start_s", region.start_s, "end_s",
                                        region.end_s, "column", (json_int_t)e->columns++));
    }
    vy_ids_clear(&ids);
    return regions;
}

static bool add_sound(void *arg, const struct vy_sound_row *row)
{
    struct export *const e = arg;
    json_t *const json = vy_sound_row_json(row);
    e->files = json_array();
    json_object_del(json, "path");
    json_object_del(json, "places");
    json_object_del(json, "key_name");
    e->status = vy_places_each(e->db, row->id, add_file, e, e->err);
    json_object_set_new(json, "files", e->files);
    if (!e->status)
        json_object_set_new(json, "regions", add_regions(e, row->id));
    json_array_append_new(e->sounds, json);
    return !e->status;
}

static bool add_pattern(void *arg, const struct vy_pattern_record *record)
{
    struct export *const e = arg;
    json_t *const json = vy_pattern_json(record);
    json_object_del(json, "region");
    json_t *const features = json_array();
    for (uint32_t i = 0; i < record->features; i++)
        json_array_append_new(features, vy_json_number((double)record->feature[i]));
    json_object_set_new(json, "features", features);
    json_array_append_new(e->patterns, json);
    return true;
}

static bool add_relation(void *arg, const struct vy_pattern_relation *relation)
{
    struct export *const e = arg;
    json_array_append_new(
        e->relations, json_pack("{s:I,s:I,s:s,s:f,s:s}", "pattern", (json_int_t)relation->pattern,
                                "other", (json_int_t)relation->other, "type", relation->type,
                                "score", relation->score, "reason", relation->reason));
    return true;
}

static json_t *layout_json(const struct vy_layout *layout)
{
    json_t *const spaces = json_array();
    for (uint32_t s = 0; s < layout->spaces; s++)
        json_array_append_new(
            spaces, json_pack("{s:s,s:i,s:s}", "name", layout->space[s].name, "numbers",
                              (int)layout->space[s].dims, "compared_by",
                              layout->space[s].metric == VY_METRIC_COSINE ? "cosine" : "distance"));
    return json_pack("{s:s,s:o}", "made_by", layout->model, "spaces", spaces);
}

static vy_status gather(struct export *e)
{
    static const struct vy_pattern_wish_list all = {0};
    vy_status status = vy_sounds_each(e->db, 0, add_sound, e, e->err);
    if (!status)
        status = e->status;
    if (!status)
        status = vy_patterns_each(e->db, &all, add_pattern, e, e->err);
    if (!status)
        status = vy_pattern_relations(e->db, 0, add_relation, e, e->err);
    return status;
}

static vy_status write_json(struct export *e, const char *path)
{
    json_t *const root = json_pack("{s:s,s:o,s:O,s:O,s:O}", "format", VY_LIBRARY_FORMAT, "vectors",
                                   layout_json(&e->layout), "sounds", e->sounds, "patterns",
                                   e->patterns, "relations", e->relations);
    char *const text = json_dumps(root, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
    vy_status status = text ? vy_file_write(path, text, strlen(text), e->err)
                            : vy_fail(e->err, VY_NO_MEMORY, -1, "out of memory");
    free(text);
    json_decref(root);
    return status;
}

static vy_status write_both(struct export *e, const char *json_path, const char *npz_path)
{
    struct vy_npz_array array[VY_SPACES];
    uint32_t first = 0;
    for (uint32_t s = 0; s < e->layout.spaces; first += e->layout.space[s++].dims)
        array[s] = (struct vy_npz_array){e->layout.space[s].name, first, e->layout.space[s].dims};
    vy_status status = vy_npz_create(npz_path, array, e->layout.spaces, first, &e->npz, e->err);
    if (status)
        return status;
    status = vy_db_begin(e->db, e->err); // all of it as it is at one moment
    if (!status)
        status = vy_db_end(e->db, gather(e), e->err);
    struct vy_err late = {.at = -1};
    const vy_status closed = vy_npz_close(e->npz, !status, status ? &late : e->err);
    if (!status)
        status = closed;
    return status ? status : write_json(e, json_path);
}

vy_status vy_library_export(struct vy_db *db, const char *folder, struct vy_buf *text,
                            json_t *result, struct vy_err *err)
{
    char json_path[4096], npz_path[4096];
    float weight[VY_SPACES];
    struct export e = {.db = db, .err = err};
    if (snprintf(json_path, sizeof json_path, "%s/library.json", folder) >= (int)sizeof json_path ||
        snprintf(npz_path, sizeof npz_path, "%s/vectors.npz", folder) >= (int)sizeof npz_path)
        return vy_fail(err, VY_TOO_BIG, -1, "the path is too long");
    vy_ears_layout(&e.layout, weight);
    vy_status status = vy_make_parents(json_path, err);
    if (!status)
        status = vy_layout_id(db, &e.layout, &e.layout_id, err);
    if (status)
        return status;
    e.sounds = json_array();
    e.patterns = json_array();
    e.relations = json_array();
    status = write_both(&e, json_path, npz_path);
    if (!status) {
        vy_buf_add(text, "%zu sounds, %zu patterns, %llu regions: %s, %s",
                   json_array_size(e.sounds), json_array_size(e.patterns),
                   (unsigned long long)e.columns, json_path, npz_path);
        json_object_set_new(result, "files",
                            json_pack("[o,o]", vy_path_json(json_path), vy_path_json(npz_path)));
        json_object_set_new(result, "sounds", json_integer((json_int_t)json_array_size(e.sounds)));
        json_object_set_new(result, "patterns",
                            json_integer((json_int_t)json_array_size(e.patterns)));
        json_object_set_new(result, "regions", json_integer((json_int_t)e.columns));
    }
    json_decref(e.sounds);
    json_decref(e.patterns);
    json_decref(e.relations);
    return status;
}
