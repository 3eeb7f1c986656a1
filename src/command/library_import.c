// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "command/library_files.h"

#include "command/ears.h"
#include "command/library.h"
#include "command/patterns.h"
#include "base/json.h"

#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define REGIONS_MOST 8192u // of one sound

struct import {
    struct vy_db *db;
    struct vy_layout layout;
    int64_t layout_id;
    const struct vy_npz_data *vectors; ///< NULL = none, or of another make
    struct vy_taken *taken;
    struct {
        json_int_t from;
        int64_t to;
    } * pattern; ///< ids there and here
    size_t patterns;
    struct vy_err *err;
};

static double number_of(const json_t *object, const char *key)
{
    const json_t *const json = json_object_get(object, key);
    return json_is_number(json) ? json_number_value(json) : (double)NAN;
}

static bool read_hash(const json_t *object, uint8_t hash[VY_HASH_BYTES])
{
    const char *const hex = vy_json_text(object, "hash");
    size_t length = 0;
    return sodium_hex2bin(hash, VY_HASH_BYTES, hex, strlen(hex), NULL, &length, NULL) == 0 &&
           length == VY_HASH_BYTES;
}

static void read_facts(const json_t *sound, struct vy_facts *facts)
{
    const json_t *const numbers = json_object_get(sound, "facts");
    const char *name;
    double *value;
    vy_facts_clear(facts);
    for (uint32_t i = 0; (name = vy_facts_at(facts, i, NULL, &value)); i++)
        *value = number_of(numbers, name);
    vy_text_copy(facts->kind, sizeof facts->kind, vy_json_text(sound, "kind"));
    vy_text_copy(facts->tags, sizeof facts->tags, vy_json_text(sound, "tags"));
    facts->kind_confidence = number_of(sound, "kind_confidence");
    if (!(facts->key >= 0 && facts->key < 12))
        facts->key = (double)NAN;
}

// The vectors of a column, as a row. @return false when there is no such column
static bool read_column(const struct import *in, json_int_t column, float *row)
{
    for (uint32_t s = 0; s < in->layout.spaces; row += in->layout.space[s++].dims) {
        const struct vy_npz_data *const data = &in->vectors[s];
        if (column < 0 || (uint64_t)column >= data->shape[1])
            return false;
        for (uint32_t i = 0; i < in->layout.space[s].dims; i++)
            row[i] = data->value[i * data->shape[1] + (uint64_t)column];
    }
    return true;
}

static vy_status read_regions(struct import *in, const json_t *sound, struct vy_heard_sound *heard)
{
    const json_t *const list = json_object_get(sound, "regions");
    const size_t n = in->vectors ? json_array_size(list) : 0;
    const uint32_t floats = vy_layout_floats(&in->layout);
    if (n == 0)
        return VY_OK;
    if (n > REGIONS_MOST)
        return vy_fail(in->err, VY_BAD_FILE, -1, "a sound with more than %u regions", REGIONS_MOST);
    struct vy_region *const region = calloc(n, sizeof *region);
    float *const row = calloc(n * floats, sizeof *row);
    heard->region = region;
    heard->row = row;
    if (!region || !row)
        return vy_fail(in->err, VY_NO_MEMORY, -1, "out of memory");
    for (size_t i = 0; i < n; i++) {
        const json_t *const json = json_array_get(list, i);
        region[i].start_s = number_of(json, "start_s");
        region[i].end_s = number_of(json, "end_s");
        if (!(region[i].start_s >= 0) || !(region[i].end_s >= region[i].start_s) ||
            !isfinite(region[i].end_s) ||
            !read_column(in, json_integer_value(json_object_get(json, "column")), row + i * floats))
            return vy_fail(in->err, VY_BAD_FILE, -1,
                           "a region with times or a column that cannot be");
    }
    heard->regions = (uint32_t)n;
    return VY_OK;
}

static vy_status take_files(struct import *in, const json_t *sound, int64_t id)
{
    size_t i;
    const json_t *file;
    vy_status status = VY_OK;
    json_array_foreach(json_object_get(sound, "files"), i, file)
    {
        struct vy_place known, *const place = calloc(1, sizeof *place);
        bool found = false;
        if (!place)
            return vy_fail(in->err, VY_NO_MEMORY, -1, "out of memory");
        place->sound = id;
        place->size = json_integer_value(json_object_get(file, "size"));
        place->mtime_ns = json_integer_value(json_object_get(file, "mtime_ns"));
        place->gone = json_is_true(json_object_get(file, "missing"));
        if (vy_json_text(file, "path")[0] != '/' ||
            !vy_text_copy(place->path, sizeof place->path, vy_json_text(file, "path")))
            status = vy_fail(in->err, VY_BAD_FILE, -1, "a file without a whole path");
        if (!status)
            status = vy_place_find(in->db, place->path, &known, &found, in->err);
        if (!status && !found) {
            status = vy_place_store(in->db, place, in->err);
            in->taken->files++;
        }
        free(place);
        if (status)
            return status;
    }
    return VY_OK;
}

static vy_status take_sound(struct import *in, const json_t *sound)
{
    struct vy_heard_sound heard = {.layout = &in->layout, .layout_id = in->layout_id};
    char heard_by[64];
    int64_t id = 0;
    if (!read_hash(sound, heard.hash))
        return vy_fail(in->err, VY_BAD_FILE, -1, "a sound's hash is not 64 hex digits");
    vy_status status = vy_sound_find(in->db, heard.hash, &id, heard_by, in->err);
    if (!status && id) {
        in->taken->known++;
        return take_files(in, sound, id);
    }
    const json_t *const problem = json_object_get(sound, "problem");
    heard.problem = json_string_value(problem);
    read_facts(sound, &heard.facts);
    if (!status)
        status = read_regions(in, sound, &heard);
    // without its vectors it is heard again by the next scan
    heard.heard_by = heard.regions || heard.problem ? vy_json_text(sound, "heard_by") : "";
    if (!status)
        status = vy_sound_store(in->db, &heard, &id, in->err);
    const char *const tags = vy_json_text(sound, "user_tags");
    if (!status && *tags && strlen(tags) < VY_TAGS_TEXT)
        status = vy_sound_tag(in->db, id, tags, in->err);
    in->taken->sounds++;
    in->taken->regions += heard.regions;
    free((void *)(uintptr_t)heard.region);
    free((void *)(uintptr_t)heard.row);
    return status ? status : take_files(in, sound, id);
}

// What a pattern was learned by are its vectors: it gets a region of its sound with them.
static vy_status locate(struct import *in, const struct vy_pattern_record *record, int64_t id)
{
    struct vy_pattern_record here;
    struct vy_region region = {.start_s = record->start_s, .end_s = record->end_s};
    char heard_by[64];
    int64_t made = 0;
    if (!in->vectors || record->features != vy_layout_floats(&in->layout) ||
        strcmp(record->extractor, VY_PATTERNS_EXTRACTOR) != 0)
        return VY_OK; // of another make: learned again where the sound is heard
    vy_status status = vy_pattern_get(in->db, id, &here, in->err);
    if (status || here.region)
        return status;
    status = vy_sound_find(in->db, record->hash, &region.sound, heard_by, in->err);
    if (status || !region.sound)
        return status;
    status =
        vy_region_add(in->db, in->layout_id, &in->layout, &region, record->feature, &made, in->err);
    return status ? status : vy_pattern_locate(in->db, id, made, in->err);
}

static vy_status take_pattern(struct import *in, const json_t *json)
{
    struct vy_pattern_record *const record = malloc(sizeof *record);
    if (!record)
        return vy_fail(in->err, VY_NO_MEMORY, -1, "out of memory");
    vy_pattern_record_clear(record);
    int64_t id = 0;
    uint8_t hash[VY_HASH_BYTES];
    vy_status status = read_hash(json, hash)
                           ? vy_pattern_from_json(json, record, in->err)
                           : vy_fail(in->err, VY_BAD_FILE, -1, "a pattern without a hash");
    const json_t *const features = json_object_get(json, "features");
    for (size_t i = 0; i < json_array_size(features) && i < VY_PATTERN_FEATURES; i++) {
        record->feature[i] = (float)json_number_value(json_array_get(features, i));
        record->features = (uint32_t)i + 1;
    }
    record->region = 0;
    if (!status)
        status = vy_pattern_learn(in->db, record,
                                  record->modified ? record->modified : (int64_t)time(NULL), &id,
                                  in->err);
    if (!status)
        status = locate(in, record, id);
    if (status == VY_BAD_ARG)
        status = in->err->code = VY_BAD_FILE;
    in->pattern[in->patterns].from = json_integer_value(json_object_get(json, "id"));
    in->pattern[in->patterns++].to = id;
    in->taken->patterns++;
    free(record);
    return status;
}

static int64_t pattern_here(const struct import *in, json_int_t there)
{
    for (size_t i = 0; i < in->patterns; i++)
        if (in->pattern[i].from == there)
            return in->pattern[i].to;
    return 0;
}

static vy_status take_relation(struct import *in, const json_t *json)
{
    struct vy_pattern_relation relation = {
        .pattern = pattern_here(in, json_integer_value(json_object_get(json, "pattern"))),
        .other = pattern_here(in, json_integer_value(json_object_get(json, "other"))),
        .score = number_of(json, "score")};
    if (!relation.pattern || !relation.other || !isfinite(relation.score))
        return vy_fail(in->err, VY_BAD_FILE, -1, "a relation of patterns that are not there");
    if (relation.pattern == relation.other) // two there are one here
        return VY_OK;
    vy_text_copy(relation.type, sizeof relation.type, vy_json_text(json, "type"));
    vy_text_copy(relation.reason, sizeof relation.reason, vy_json_text(json, "reason"));
    in->taken->relations++;
    const vy_status status = vy_pattern_relation_store(in->db, &relation, in->err);
    return status == VY_BAD_ARG ? (in->err->code = VY_BAD_FILE) : status;
}

static vy_status take_list(struct import *in, const json_t *list,
                           vy_status (*take)(struct import *in, const json_t *json))
{
    vy_status status = VY_OK;
    for (size_t i = 0; i < json_array_size(list) && !status; i++)
        status = take(in, json_array_get(list, i));
    return status;
}

// Are the vectors there of the same make as ours?
static bool same_layout(const json_t *vectors, const struct vy_layout *layout)
{
    const json_t *const spaces = json_object_get(vectors, "spaces");
    bool same = strcmp(vy_json_text(vectors, "made_by"), layout->model) == 0 &&
                json_array_size(spaces) == layout->spaces;
    for (uint32_t s = 0; s < layout->spaces && same; s++) {
        const json_t *const space = json_array_get(spaces, s);
        same = strcmp(vy_json_text(space, "name"), layout->space[s].name) == 0 &&
               json_integer_value(json_object_get(space, "numbers")) == layout->space[s].dims;
    }
    return same;
}

vy_status vy_library_take(struct vy_db *db, const json_t *root, const struct vy_npz_data *vectors,
                          struct vy_taken *taken, struct vy_err *err)
{
    struct import in = {.db = db, .taken = taken, .err = err};
    float weight[VY_SPACES];
    *taken = (struct vy_taken){0};
    vy_ears_layout(&in.layout, weight);
    if (strcmp(vy_json_text(root, "format"), VY_LIBRARY_FORMAT) != 0)
        return vy_fail(err, VY_BAD_FILE, -1, "it does not say \"format\": \"%s\"",
                       VY_LIBRARY_FORMAT);
    const json_t *const patterns = json_object_get(root, "patterns");
    in.vectors = same_layout(json_object_get(root, "vectors"), &in.layout) ? vectors : NULL;
    in.pattern = calloc(json_array_size(patterns) + 1, sizeof *in.pattern);
    if (!in.pattern)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    vy_status status = vy_db_begin(db, err);
    if (!status) {
        status = vy_layout_id(db, &in.layout, &in.layout_id, err);
        if (!status)
            status = take_list(&in, json_object_get(root, "sounds"), take_sound);
        if (!status)
            status = take_list(&in, patterns, take_pattern);
        if (!status)
            status = take_list(&in, json_object_get(root, "relations"), take_relation);
        status = vy_db_end(db, status, err);
    }
    free(in.pattern);
    return status;
}

static vy_status read_vectors(const char *path, struct vy_npz_data data[VY_SPACES],
                              struct vy_err *err)
{
    struct vy_layout layout;
    float weight[VY_SPACES];
    vy_ears_layout(&layout, weight);
    vy_status status = VY_OK;
    for (uint32_t s = 0; s < layout.spaces && !status; s++) {
        status = vy_npz_read(path, layout.space[s].name, &data[s], err);
        if (!status && (data[s].dims != 2 || data[s].shape[0] != layout.space[s].dims))
            status = vy_fail(err, VY_BAD_FILE, -1, "%.150s: %s is not %u numbers by regions", path,
                             layout.space[s].name, layout.space[s].dims);
    }
    return status;
}

static vy_status take_folder(struct vy_db *db, const char *json_path, const char *npz_path,
                             struct vy_taken *taken, struct vy_err *err)
{
    struct vy_npz_data vectors[VY_SPACES] = {0};
    struct vy_err why = {.at = -1};
    json_error_t wrong;
    char *text = NULL;
    size_t length = 0;
    vy_status status = vy_file_read(json_path, VY_LIBRARY_JSON_MAX, &text, &length, err);
    if (status)
        return status;
    json_t *const root = json_loadb(text, length, 0, &wrong);
    free(text);
    if (!root)
        return vy_fail(err, VY_BAD_FILE, -1, "%.120s:%d: %.80s", json_path, wrong.line, wrong.text);
    // vectors of another make, or none, are made again by a scan; damaged ones are an error
    const vy_status read = read_vectors(npz_path, vectors, &why);
    if (read == VY_OK || read == VY_NOT_FOUND)
        status = vy_library_take(db, root, read ? NULL : vectors, taken, err);
    else
        status = (*err = why).code;
    for (int s = 0; s < VY_SPACES; s++)
        free(vectors[s].value);
    json_decref(root);
    return status;
}

vy_status vy_library_import(struct vy_db *db, const char *folder, struct vy_buf *text,
                            json_t *result, struct vy_err *err)
{
    char json_path[4096], npz_path[4096];
    struct vy_taken taken = {0};
    if (snprintf(json_path, sizeof json_path, "%s/library.json", folder) >= (int)sizeof json_path ||
        snprintf(npz_path, sizeof npz_path, "%s/vectors.npz", folder) >= (int)sizeof npz_path)
        return vy_fail(err, VY_TOO_BIG, -1, "the path is too long");
    const vy_status status = take_folder(db, json_path, npz_path, &taken, err);
    if (status)
        return status;
    const struct {
        const char *name;
        uint64_t n;
    } rows[] = {{"sounds", taken.sounds},     {"known", taken.known},
                {"files", taken.files},       {"regions", taken.regions},
                {"patterns", taken.patterns}, {"relations", taken.relations}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        json_object_set_new(result, rows[i].name, json_integer((json_int_t)rows[i].n));
        vy_buf_add(text, "%s%llu %s", i ? ", " : "taken in: ", (unsigned long long)rows[i].n,
                   rows[i].name);
    }
    return VY_OK;
}
