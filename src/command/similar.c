// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What sounds like this.
#include "command/library.h"

#include "command/ears.h"
#include "command/musical.h"
#include "store/patterns.h"
#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define BPM_SHARE 0.03 // of a tempo given as one number

// The query: vectors, and what is left out of the answers.
struct query {
    char path[4096];
    double start_s, end_s;
    bool stretch;  ///< a part of the file was named
    int64_t sound; ///< 0 = not in the library
    int64_t pattern;
    float row[VY_SPACES * VY_SPACE_DIMS];
    struct vy_ids except;
};

struct similar {
    const struct vy_similar_ask *ask;
    struct vy_db *db;
    struct vy_layout layout;
    int64_t layout_id;
    struct vy_search search;
    struct query query;
    struct vy_ids only;
    struct vy_buf *text;
    json_t *result, *rows;
    struct vy_err *err;
};

// FILE:START-END, when no file has that very name.
static bool read_stretch(struct query *q)
{
    char *const colon = strrchr(q->path, ':');
    char from[32], *minus;
    if (access(q->path, F_OK) == 0)
        return false;
    // m:ss has colons of its own: the stretch begins at the first one behind which it can be read
    for (char *p = strchr(q->path, ':'); colon && p && p <= colon; p = strchr(p + 1, ':')) {
        minus = strchr(p, '-');
        const size_t n = minus ? (size_t)(minus - p) - 1 : sizeof from;
        if (n >= sizeof from)
            continue;
        memcpy(from, p + 1, n);
        from[n] = '\0';
        if (vy_seconds_read(from, &q->start_s) && vy_seconds_read(minus + 1, &q->end_s)) {
            *p = '\0';
            q->stretch = true;
            return true;
        }
    }
    return false;
}

// The sound of the file, if the library knows the file as it is now.
static vy_status find_sound(struct similar *s)
{
    struct query *const q = &s->query;
    struct stat stat_;
    struct vy_place place;
    bool found = false;
    char *const real = realpath(q->path, NULL);
    if (!real || stat(real, &stat_) != 0) {
        free(real);
        return vy_fail(s->err, VY_NOT_FOUND, -1, "there is no file %.180s", q->path);
    }
    vy_text_copy(q->path, sizeof q->path, real);
    free(real);
    vy_status status = vy_place_find(s->db, q->path, &place, &found, s->err);
    const int64_t mtime_ns = stat_.st_mtim.tv_sec * 1000000000 + stat_.st_mtim.tv_nsec;
    if (!status && found && place.size == stat_.st_size && place.mtime_ns == mtime_ns)
        q->sound = place.sound;
    if (!status && !q->sound) { // a copy of something that is known?
        uint8_t hash[VY_HASH_BYTES];
        char heard_by[64];
        status = vy_hash_file(q->path, hash, s->err);
        if (!status)
            status = vy_sound_find(s->db, hash, &q->sound, heard_by, s->err);
    }
    return status;
}

// Regions of the same sound that are the query, or overlap it.
static vy_status leave_out(struct similar *s)
{
    struct query *const q = &s->query;
    struct vy_ids all = {0};
    vy_status status = vy_sound_regions(s->db, q->sound, &all, s->err);
    for (int64_t id = 0; id < all.limit && !status; id++) {
        struct vy_region region;
        if (!vy_ids_has(&all, id))
            continue;
        bool out = !q->stretch;
        if (q->stretch &&
            vy_region_get(s->db, s->layout_id, &s->layout, id, &region, NULL, s->err) == VY_OK)
            out = region.start_s < q->end_s && region.end_s > q->start_s;
        if (out && vy_ids_add(&q->except, id))
            status = vy_fail(s->err, VY_NO_MEMORY, -1, "out of memory");
    }
    vy_ids_clear(&all);
    return status;
}

static vy_status hear_query(struct similar *s)
{
    struct query *const q = &s->query;
    struct vy_ears_found found;
    const vy_status status = vy_ears_hear(q->path, q->start_s, q->end_s, &found, s->err);
    if (status)
        return status;
    if (!q->stretch)
        q->end_s = found.region[0].end_s;
    memcpy(q->row, found.row, vy_layout_floats(&s->layout) * sizeof *q->row);
    vy_layout_tidy(&s->layout, q->row);
    vy_ears_clear(&found);
    return VY_OK;
}

static vy_status query_pattern(struct similar *s, int64_t id)
{
    struct query *const q = &s->query;
    struct vy_pattern_record *const record = malloc(sizeof *record);
    struct vy_region region = {0};
    if (!record)
        return vy_fail(s->err, VY_NO_MEMORY, -1, "out of memory");
    vy_status status = vy_pattern_get(s->db, id, record, s->err);
    if (!status && !record->region)
        status = vy_fail(s->err, VY_NOT_FOUND, -1, "pattern %lld has no vectors", (long long)id);
    if (!status)
        status =
            vy_region_get(s->db, s->layout_id, &s->layout, record->region, &region, q->row, s->err);
    if (!status) {
        q->pattern = id;
        q->sound = region.sound;
        q->stretch = true;
        q->start_s = region.start_s;
        q->end_s = region.end_s;
        snprintf(q->path, sizeof q->path, "p%lld", (long long)id);
        status = leave_out(s);
    }
    if (!status)
        status = vy_pattern_used(s->db, id, (int64_t)time(NULL), s->err);
    free(record);
    return status;
}

static vy_status make_query(struct similar *s)
{
    struct query *const q = &s->query;
    const char *const what = s->ask->what;
    char *end;
    const long long id = what[0] == 'p' ? strtoll(what + 1, &end, 10) : 0;
    if (id > 0 && !*end && access(what, F_OK) != 0)
        return query_pattern(s, id);
    if (!vy_text_copy(q->path, sizeof q->path, what))
        return vy_fail(s->err, VY_TOO_BIG, -1, "the path is too long");
    if (read_stretch(q) && q->end_s <= q->start_s)
        return vy_fail(s->err, VY_BAD_ARG, -1, "a stretch ends after it begins: FILE:START-END");
    struct vy_region region = {0};
    vy_status status = find_sound(s);
    vy_status known = VY_NOT_FOUND;
    if (!status && q->sound && !q->stretch)
        known = vy_sound_whole(s->db, s->layout_id, &s->layout, q->sound, &region, q->row, s->err);
    if (!status && !known)
        q->end_s = region.end_s;
    if (!status && known == VY_NOT_FOUND)
        status = hear_query(s);
    else if (!status)
        status = known;
    if (!status && q->sound)
        status = leave_out(s);
    return status;
}

static vy_status make_wish(struct similar *s)
{
    const struct vy_similar_ask *const ask = s->ask;
    struct vy_sound_wish wish = {.half_double = ask->related, .relative = ask->related};
    if (ask->key) {
        wish.has_key = true;
        if (!vy_tonality_read(ask->key, &wish.key, &wish.minor))
            return vy_fail(s->err, VY_BAD_ARG, -1,
                           "a key is like C, F#, Bb minor or Dm, not '%.40s'", ask->key);
        if (wish.minor < 0)
            wish.minor = 0; // "C" said alone is C major
    }
    if (ask->bpm && !vy_range_read(ask->bpm, "bpm", BPM_SHARE, &wish.bpm_low, &wish.bpm_high))
        return vy_fail(s->err, VY_BAD_ARG, -1, "a tempo is like 120 or 120..128, not '%.40s'",
                       ask->bpm);
    if (!ask->key && !ask->bpm)
        return VY_OK;
    s->search.only = &s->only;
    return vy_wish_regions(s->db, &wish, &s->only, s->err);
}

struct shown {
    const struct vy_sound_row *row;
    struct similar *s;
    const struct vy_near *near;
    const struct vy_region *region;
    int64_t pattern;
};

static void say_near(struct similar *s, const char *path, const struct vy_region *region,
                     const struct vy_near *near)
{
    vy_buf_add(s->text, "\n  %.4f ", (double)near->score);
    for (uint32_t a = 0; a < s->layout.spaces; a++)
        if (isnan(near->aspect[a]))
            vy_buf_add(s->text, " %10s", "-");
        else
            vy_buf_add(s->text, " %10.3f", (double)near->aspect[a]);
    vy_buf_add(s->text, "  %s", path);
    if (region->start_s > 0)
        vy_buf_add(s->text, ":%.2f-%.2f", region->start_s, region->end_s);
}

static bool show(void *arg, const struct vy_sound_row *row)
{
    struct shown *const shown = arg;
    struct similar *const s = shown->s;
    json_t *const aspects = json_object();
    for (uint32_t a = 0; a < s->layout.spaces; a++)
        json_object_set_new(aspects, s->layout.space[a].name,
                            vy_json_number((double)shown->near->aspect[a]));
    json_t *const json = json_object();
    json_object_set_new(json, "path", row->path ? vy_path_json(row->path) : json_null());
    json_object_set_new(json, "start", json_real(shown->region->start_s));
    json_object_set_new(json, "end", json_real(shown->region->end_s));
    json_object_set_new(json, "score", json_real(fmax((double)shown->near->score, 0)));
    json_object_set_new(json, "aspects", aspects);
    char key[24];
    vy_key_name(&row->facts, key, sizeof key);
    json_object_set_new(json, "bpm", vy_json_number(row->facts.bpm));
    json_object_set_new(json, "key", key[0] ? json_string(key) : json_null());
    json_object_set_new(json, "tags", json_string(row->user_tags ? row->user_tags : ""));
    if (shown->pattern)
        json_object_set_new(json, "pattern", json_integer(shown->pattern));
    json_array_append_new(s->rows, json);
    say_near(s, row->path ? row->path : "(nowhere any more)", shown->region, shown->near);
    return true;
}

// Show the best `most`, of each sound the best region unless parts are wanted.
static vy_status show_all(struct similar *s, const struct vy_near *near, uint32_t found,
                          uint32_t *shown_n)
{
    struct vy_ids seen = {0};
    vy_status status = VY_OK;
    *shown_n = 0;
    for (uint32_t i = 0; i < found && *shown_n < s->ask->most && !status; i++) {
        struct vy_region region;
        status =
            vy_region_get(s->db, s->layout_id, &s->layout, near[i].region, &region, NULL, s->err);
        if (status || (!s->ask->parts && vy_ids_has(&seen, region.sound)))
            continue;
        if (vy_ids_add(&seen, region.sound))
            status = vy_fail(s->err, VY_NO_MEMORY, -1, "out of memory");
        struct shown shown = {.s = s, .near = &near[i], .region = &region};
        if (!status)
            status = vy_pattern_of_region(s->db, region.id, &shown.pattern, s->err);
        if (!status)
            status = vy_sounds_each(s->db, region.sound, show, &shown, s->err);
        ++*shown_n;
    }
    vy_ids_clear(&seen);
    return status;
}

// Sounds have several regions: look for more until enough different sounds were found.
static vy_status search(struct similar *s, struct vy_index *index)
{
    struct vy_near *const near = malloc(VY_SEARCH_MOST * sizeof *near);
    struct vy_search_cost cost = {0};
    uint32_t found = 0, shown = 0;
    vy_status status = VY_OK;
    if (!near)
        return vy_fail(s->err, VY_NO_MEMORY, -1, "out of memory");
    for (uint32_t most = s->ask->most; !status; most *= 4) {
        s->search.most = most < VY_SEARCH_MOST ? most : VY_SEARCH_MOST;
        const size_t length = s->text->length;
        status = vy_index_search(index, &s->search, near, &found, &cost, s->err);
        if (!status)
            status = show_all(s, near, found, &shown);
        if (shown >= s->ask->most || found < s->search.most || s->search.most == VY_SEARCH_MOST)
            break;
        json_array_clear(s->rows);
        s->text->length = length;
    }
    free(near);
    json_object_set_new(s->result, "exact", json_boolean(cost.exact));
    return status;
}

static void say_head(struct similar *s, uint64_t rows)
{
    const struct query *const q = &s->query;
    json_t *const query = json_object();
    json_object_set_new(query, "path", vy_path_json(q->path));
    json_object_set_new(query, "start", json_real(q->start_s));
    json_object_set_new(query, "end", json_real(q->end_s));
    json_object_set_new(query, "known", json_boolean(q->sound != 0));
    json_object_set_new(s->result, "query", query);
    json_object_set_new(s->result, "regions", json_integer((json_int_t)rows));
    vy_buf_add(s->text, "like %s, of %llu regions\n  score  ", q->path, (unsigned long long)rows);
    for (uint32_t a = 0; a < s->layout.spaces; a++)
        vy_buf_add(s->text, " %10s", s->layout.space[a].name);
}

static vy_status answer(struct similar *s)
{
    struct vy_index *index = NULL;
    uint64_t rows, fresh;
    vy_status status = vy_layout_id(s->db, &s->layout, &s->layout_id, s->err);
    if (!status)
        status = make_query(s);
    if (!status)
        status = make_wish(s);
    if (!status)
        status = vy_index_open(s->db, &s->layout, &index, s->err);
    if (status)
        return status;
    s->search.row = s->query.row;
    s->search.except = &s->query.except;
    s->search.least = (float)s->ask->least;
    s->search.threads = s->ask->threads;
    vy_index_rows(index, &rows, &fresh);
    say_head(s, rows);
    status = search(s, index);
    if (!status && json_array_size(s->rows) == 0)
        vy_buf_add(s->text, "\n  nothing%s", s->search.only ? " that fits key and tempo" : "");
    json_object_set(s->result, "results", s->rows);
    vy_index_close(index);
    return status;
}

vy_status vy_similar(const struct vy_similar_ask *ask, struct vy_buf *text, json_t *result,
                     struct vy_err *err)
{
    struct similar *const s = calloc(1, sizeof *s);
    if (!s)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    s->ask = ask;
    s->text = text;
    s->result = result;
    s->err = err;
    s->rows = json_array();
    vy_ears_layout(&s->layout, s->search.weight);
    for (uint32_t a = 0; a < s->layout.spaces; a++)
        if (!isnan(ask->weight[a]))
            s->search.weight[a] = (float)ask->weight[a];
    vy_status status = vy_library_open(ask->library, VY_DB_USE, &s->db, err);
    if (!status)
        status = answer(s);
    vy_ids_clear(&s->query.except);
    vy_ids_clear(&s->only);
    vy_db_close(s->db);
    json_decref(s->rows);
    free(s);
    return status;
}
