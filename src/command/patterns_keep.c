// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Patterns in the library: learned, listed, related.
#include "command/patterns_inside.h"

#include "command/ears.h"
#include "command/library.h"
#include "base/json.h"

#include <math.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SAME_SHARE 0.8 // as vy_pattern_learn has it
#define ALIKE_MOST 3   // similar ones that are kept of each pattern learned

struct gather {
    struct vy_pattern_record *record;
    uint32_t n, room;
    bool failed;
};

static bool gather_one(void *arg, const struct vy_pattern_record *record)
{
    struct gather *const g = arg;
    if (g->n == g->room) {
        const uint32_t room = g->room ? 2 * g->room : 16;
        struct vy_pattern_record *const grown = realloc(g->record, room * sizeof *grown);
        if (!grown) {
            g->failed = true;
            return false;
        }
        g->record = grown;
        g->room = room;
    }
    g->record[g->n++] = *record;
    return true;
}

static vy_status gather_records(struct vy_db *db, const struct vy_pattern_wish_list *wish,
                                struct vy_pattern_record **record, uint32_t *n, struct vy_err *err)
{
    struct gather g = {0};
    vy_status status = vy_patterns_each(db, wish, gather_one, &g, err);
    if (!status && g.failed)
        status = vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    if (status) {
        free(g.record);
        g = (struct gather){0};
    }
    *record = g.record;
    *n = g.n;
    return status;
}

// The sound's number in the library; it is put there when it is new.
static vy_status know_sound(struct vy_patterns_job *job, const uint8_t hash[VY_HASH_BYTES],
                            int64_t *sound)
{
    char heard_by[64];
    vy_status status = vy_sound_find(job->db, hash, sound, heard_by, job->err);
    if (status || *sound)
        return status;
    const struct vy_scan scan = {.folder = job->path, .jobs = 1};
    struct vy_scan_sums sums;
    status = vy_scan_run(job->db, &scan, &sums, job->err);
    return status ? status : vy_sound_find(job->db, hash, sound, heard_by, job->err);
}

// The vectors in the layout of the library, where it has the aspects of the ears.
static bool row_of(const struct vy_layout *layout, const struct vy_embedding *e, float *row)
{
    uint32_t at = 0;
    if (strcmp(layout->model, VY_EMBED_NAME) != 0)
        return false;
    for (uint32_t s = 0; s < layout->spaces; s++) {
        const struct vy_space *const space = &layout->space[s];
        memset(row + at, 0, space->dims * sizeof *row);
        for (uint32_t a = 0; a < VY_ASPECTS; a++)
            if (strcmp(vy_aspects[a].name, space->name) == 0 && vy_aspects[a].n == space->dims)
                memcpy(row + at, e->v + vy_aspects[a].at, space->dims * sizeof *row);
        at += space->dims;
    }
    return true;
}

static vy_status add_region(struct vy_patterns_job *job, int64_t sound,
                            const struct vy_ear_pattern *p, int64_t *region_id)
{
    struct vy_layout layout;
    float weight[VY_SPACES], row[VY_SPACES * VY_SPACE_DIMS];
    int64_t layout_id;
    const struct vy_region region = {.sound = sound, .start_s = p->start_s, .end_s = p->end_s};
    vy_ears_layout(&layout, weight);
    *region_id = 0;
    if (!sound || !row_of(&layout, &p->embedding, row))
        return VY_OK;
    const vy_status status = vy_layout_id(job->db, &layout, &layout_id, job->err);
    return status ? status
                  : vy_region_add(job->db, layout_id, &layout, &region, row, region_id, job->err);
}

static double share(double a, double b, double c, double d)
{
    const double both = fmin(b, d) - fmax(a, c), either = fmax(b, d) - fmin(a, c);
    return either > 0 ? both / either : 0;
}

static bool same_place(const struct vy_pattern_record *a, const struct vy_pattern_record *b)
{
    return share(a->start_s, a->end_s, b->start_s, b->end_s) >= SAME_SHARE &&
           share(log2(a->low_hz + 1), log2(a->high_hz + 1), log2(b->low_hz + 1),
                 log2(b->high_hz + 1)) >= SAME_SHARE;
}

// Did the machine find this one before, and a user move it since?
static bool was_moved(struct vy_patterns_job *job, const struct vy_pattern_record *user,
                      const struct vy_pattern_record *found)
{
    if (strcmp(user->origin, "user") != 0)
        return false;
    for (int64_t v = user->version - 1; v > 0; v--) {
        struct vy_pattern_record earlier;
        struct vy_err unused = {.at = -1};
        if (vy_pattern_version(job->db, user->id, v, &earlier, &unused) == VY_OK &&
            same_place(&earlier, found))
            return true;
    }
    return false;
}

// What was learned before is not stored twice: it keeps its vectors, and the place that a user gave
// it.
static void meet_known(struct vy_patterns_job *job, const struct gather *known,
                       struct vy_pattern_record *record)
{
    for (uint32_t i = 0; i < known->n; i++) {
        const struct vy_pattern_record *const k = &known->record[i];
        if (same_place(k, record)) {
            record->region = k->region;
            return;
        }
    }
    for (uint32_t i = 0; i < known->n; i++)
        if (was_moved(job, &known->record[i], record)) {
            *record = known->record[i];
            vy_text_copy(record->origin, sizeof record->origin, "system");
            return;
        }
}

static vy_status fill_record(const struct vy_ear_pattern *p, struct vy_pattern_record *r,
                             struct vy_err *err)
{
    json_t *const parameters = vy_pattern_parameters(p);
    char *const text = json_dumps(parameters, JSON_COMPACT | JSON_REAL_PRECISION(4));
    json_decref(parameters);
    vy_text_copy(r->type, sizeof r->type, vy_ear_pattern_kind_name(p->kind));
    r->start_s = p->start_s;
    r->end_s = p->end_s;
    r->low_hz = (double)p->low_hz;
    r->high_hz = (double)p->high_hz;
    r->confidence = (double)p->confidence;
    vy_text_copy(r->extractor, sizeof r->extractor, VY_PATTERNS_EXTRACTOR);
    const bool fits = text && vy_text_copy(r->parameters, sizeof r->parameters, text);
    free(text);
    r->features = VY_EMBED_DIM;
    memcpy(r->feature, p->embedding.v, sizeof p->embedding.v);
    return fits ? VY_OK : vy_fail(err, VY_INTERNAL, -1, "the evidence does not fit its place");
}

static vy_status learn_one(struct vy_patterns_job *job, const struct vy_ear_pattern *p,
                           const uint8_t hash[VY_HASH_BYTES], int64_t sound,
                           const struct gather *known, json_t *patterns)
{
    struct vy_pattern_record record;
    int64_t id;
    vy_pattern_record_clear(&record);
    memcpy(record.hash, hash, VY_HASH_BYTES);
    vy_status status = fill_record(p, &record, job->err);
    if (!status)
        meet_known(job, known, &record);
    if (!status && !record.region)
        status = add_region(job, sound, p, &record.region);
    if (!status)
        status = vy_pattern_learn(job->db, &record, (int64_t)time(NULL), &id, job->err);
    if (!status)
        status = vy_pattern_get(job->db, id, &record, job->err);
    if (status)
        return status;
    char more[40];
    snprintf(more, sizeof more, "p%lld, seen %lld", (long long)id, (long long)record.seen);
    vy_buf_add(job->text, "%s", job->text->length ? "\n" : "");
    vy_pattern_line(job->text, record.start_s, record.end_s, record.low_hz, record.high_hz,
                    record.type, record.confidence, more);
    json_array_append_new(patterns, vy_pattern_json(&record));
    return VY_OK;
}

static vy_status learn_all(struct vy_patterns_job *job, const struct vy_pattern_list *list,
                           const uint8_t hash[VY_HASH_BYTES], int64_t sound, json_t *patterns)
{
    struct gather known = {0};
    const struct vy_pattern_wish_list of_sound = {.hash = hash};
    vy_status status = vy_db_begin(job->db, job->err);
    if (status)
        return status;
    status = gather_records(job->db, &of_sound, &known.record, &known.n, job->err);
    for (uint32_t i = 0; i < list->n && !status; i++) {
        const struct vy_ear_pattern *const p = &list->pattern[i];
        if (vy_pattern_passes(job, vy_ear_pattern_kind_name(p->kind), (double)p->confidence,
                              (double)p->low_hz, (double)p->high_hz))
            status = learn_one(job, p, hash, sound, &known, patterns);
    }
    free(known.record);
    return vy_db_end(job->db, status, job->err);
}

static vy_status relate_all(struct vy_patterns_job *job, const json_t *patterns)
{
    struct vy_relatives relatives;
    struct vy_pattern_record record;
    size_t i;
    json_t *object;
    vy_status status = vy_relatives_open(job->db, &relatives, job->err);
    json_array_foreach(patterns, i, object)
    {
        if (!status)
            status = vy_pattern_get(job->db, json_integer_value(json_object_get(object, "id")),
                                    &record, job->err);
        if (!status)
            status = vy_patterns_relate(job, &relatives, &record, ALIKE_MOST, NULL);
    }
    vy_relatives_close(&relatives);
    return status;
}

vy_status vy_patterns_learn(struct vy_patterns_job *job)
{
    uint8_t hash[VY_HASH_BYTES];
    struct vy_pattern_list list;
    int64_t sound = 0;
    vy_status status = vy_pattern_file_hear(job->path, job->from_s, job->to_s, NULL, job->ask->work,
                                            &list, job->err);
    if (status)
        return status;
    json_t *const patterns = json_array();
    status = vy_hash_file(job->path, hash, job->err);
    if (!status)
        status = know_sound(job, hash, &sound);
    if (!status)
        status = learn_all(job, &list, hash, sound, patterns);
    if (!status && json_array_size(patterns))
        status = relate_all(job, patterns);
    if (!json_array_size(patterns))
        vy_buf_add(job->text, "no patterns in %.2f s", list.length_s);
    json_object_set_new(job->result, "file", vy_path_json(job->path));
    json_object_set_new(job->result, "patterns", patterns);
    vy_pattern_list_clear(&list);
    return status;
}

static int by_start(const void *a, const void *b)
{
    const struct vy_pattern_record *const x = a, *const y = b;
    return (x->start_s > y->start_s) - (x->start_s < y->start_s);
}

static int by_end(const void *a, const void *b)
{
    const struct vy_pattern_record *const x = a, *const y = b;
    return (x->end_s > y->end_s) - (x->end_s < y->end_s);
}

static int by_confidence(const void *a, const void *b)
{
    const struct vy_pattern_record *const x = a, *const y = b;
    return (x->confidence < y->confidence) - (x->confidence > y->confidence);
}

static int by_use(const void *a, const void *b)
{
    const struct vy_pattern_record *const x = a, *const y = b;
    return (x->used + x->seen < y->used + y->seen) - (x->used + x->seen > y->used + y->seen);
}

static vy_status sort_records(struct vy_patterns_job *job, struct vy_pattern_record *record,
                              uint32_t n)
{
    static const struct {
        const char *name;
        int (*order)(const void *, const void *);
    } orders[] = {
        {"start", by_start}, {"end", by_end}, {"confidence", by_confidence}, {"use", by_use}};
    if (!job->sort)
        return VY_OK;
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        if (strcmp(orders[i].name, job->sort) == 0) {
            if (n)
                qsort(record, n, sizeof *record, orders[i].order);
            return VY_OK;
        }
    return vy_fail(job->err, VY_BAD_ARG, -1, "sort is start, end, confidence or use, not '%.40s'",
                   job->sort);
}

vy_status vy_patterns_list(struct vy_patterns_job *job)
{
    uint8_t hash[VY_HASH_BYTES];
    struct vy_pattern_record *record = NULL;
    uint32_t n = 0, shown = 0;
    vy_status status = job->path[0] ? vy_hash_file(job->path, hash, job->err) : VY_OK;
    const struct vy_pattern_wish_list wish = {.hash = job->path[0] ? hash : NULL,
                                              .type = job->type,
                                              .category = job->category,
                                              .text = job->name,
                                              .least_confidence = isnan(job->min) ? 0 : job->min,
                                              .from_s = isnan(job->from) ? 0 : job->from,
                                              .to_s = !isnan(job->to)    ? job->to
                                                      : isnan(job->from) ? 0
                                                                         : 1e12,
                                              .starred = job->starred};
    if (!status)
        status = gather_records(job->db, &wish, &record, &n, job->err);
    if (!status)
        status = sort_records(job, record, n);
    json_t *const patterns = json_array();
    for (uint32_t i = 0; i < n && !status && !(shown >= job->limit); i++) {
        struct vy_pattern_record *const r = &record[i];
        if (!vy_pattern_passes(job, r->type, r->confidence, r->low_hz, r->high_hz) ||
            (job->source && strcmp(job->source, r->origin) != 0))
            continue;
        char more[200];
        snprintf(more, sizeof more, "%s, seen %lld  %s", r->origin, (long long)r->seen, r->name);
        vy_buf_add(job->text, "%sp%-5lld", shown++ ? "\n" : "", (long long)r->id);
        vy_pattern_line(job->text, r->start_s, r->end_s, r->low_hz, r->high_hz, r->type,
                        r->confidence, more);
        json_array_append_new(patterns, vy_pattern_json(r));
    }
    if (!status && !shown)
        vy_buf_add(job->text, "no patterns");
    json_object_set_new(job->result, "patterns", patterns);
    free(record);
    return status;
}
