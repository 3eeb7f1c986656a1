// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What belongs to a pattern: those of its own sound by time and band, those of all others by
// likeness. Of the others only the nearest are looked at, by all aspects and by timbre alone, so
// that a million of them cost no more than a search.
#include "command/patterns_inside.h"

#include "command/ears.h"
#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RELATED_MOST 10
#define NEAREST 512 // of each search

vy_status vy_relatives_open(struct vy_db *db, struct vy_relatives *r, struct vy_err *err)
{
    *r = (struct vy_relatives){0};
    vy_ears_layout(&r->layout, r->weight);
    vy_status status = vy_pattern_regions(db, &r->regions, err);
    if (!status)
        status = vy_index_open(db, &r->layout, &r->index, err);
    return status;
}

void vy_relatives_close(struct vy_relatives *r)
{
    vy_index_close(r->index);
    vy_ids_clear(&r->regions);
}

// A relation to another pattern.
struct bond {
    int64_t other;
    struct vy_related related;
};

struct kin {
    struct vy_patterns_job *job;
    const struct vy_pattern_record *record;
    struct vy_ear_pattern pattern; ///< of the record
    struct vy_ids seen;            ///< patterns that were looked at
    struct bond *bond;
    size_t bonds, room;
    bool failed;
};

static int by_score(const void *a, const void *b)
{
    const struct bond *const x = a, *const y = b;
    if (x->related.score < y->related.score || x->related.score > y->related.score)
        return x->related.score < y->related.score ? 1 : -1;
    return (x->other > y->other) - (x->other < y->other);
}

static vy_status keep_bond(struct vy_patterns_job *job, int64_t id, const struct bond *bond,
                           json_t *out)
{
    struct vy_pattern_relation kept = {
        .pattern = id, .other = bond->other, .score = (double)bond->related.score};
    vy_text_copy(kept.type, sizeof kept.type, vy_relation_name(bond->related.relation));
    vy_text_copy(kept.reason, sizeof kept.reason, bond->related.reason);
    if (out) {
        json_t *const object = vy_related_json(&bond->related);
        json_object_set_new(object, "other", json_integer(bond->other));
        json_array_append_new(out, object);
        vy_buf_add(job->text, "%sp%-6lld %-11s %.2f  %s", job->text->length ? "\n" : "",
                   (long long)bond->other, kept.type, kept.score, kept.reason);
    }
    return vy_pattern_relation_store(job->db, &kept, job->err);
}

static bool consider(void *arg, const struct vy_pattern_record *other)
{
    struct kin *const kin = arg;
    struct vy_related related[VY_RELATIONS];
    struct vy_ear_pattern b;
    if (other->id == kin->record->id || vy_ids_has(&kin->seen, other->id))
        return true;
    kin->failed |= vy_ids_add(&kin->seen, other->id) != VY_OK;
    if (kin->failed)
        return false;
    if (kin->bonds + VY_RELATIONS > kin->room) {
        const size_t room = 2 * kin->room + 64;
        struct bond *const grown = realloc(kin->bond, room * sizeof *grown);
        kin->failed = !grown;
        if (!grown)
            return false;
        kin->bond = grown;
        kin->room = room;
    }
    vy_pattern_of_record(other, &b);
    const bool one = memcmp(other->hash, kin->record->hash, VY_HASH_BYTES) == 0;
    const uint32_t found = vy_ear_pattern_relate(&kin->pattern, &b, one, related);
    for (uint32_t r = 0; r < found; r++)
        if (!((double)related[r].score < kin->job->min))
            kin->bond[kin->bonds++] = (struct bond){other->id, related[r]};
    return !kin->failed;
}

static vy_status consider_near(struct kin *kin, const struct vy_near *near, uint32_t n)
{
    struct vy_patterns_job *const job = kin->job;
    vy_status status = VY_OK;
    for (uint32_t i = 0; i < n && !status; i++) {
        struct vy_pattern_record other;
        int64_t id = 0;
        status = vy_pattern_of_region(job->db, near[i].region, &id, job->err);
        if (status || !id || vy_ids_has(&kin->seen, id))
            continue;
        status = vy_pattern_get(job->db, id, &other, job->err);
        if (!status)
            consider(kin, &other);
    }
    return status;
}

// @param only  the aspect that counts, VY_ASPECTS = each as it usually does
static vy_status search(struct kin *kin, const struct vy_relatives *r, enum vy_aspect only)
{
    float row[VY_SPACES * VY_SPACE_DIMS];
    struct vy_near *const near = malloc(NEAREST * sizeof *near);
    struct vy_search ask = {.row = row, .most = NEAREST, .only = &r->regions, .threads = 1};
    uint32_t found = 0;
    if (!near)
        return vy_fail(kin->job->err, VY_NO_MEMORY, -1, "out of memory");
    memcpy(row, kin->record->feature, VY_EMBED_DIM * sizeof *row);
    vy_layout_tidy(&r->layout, row);
    for (uint32_t a = 0; a < VY_ASPECTS; a++)
        ask.weight[a] = a == (uint32_t)only ? 1 : only == VY_ASPECTS ? r->weight[a] : 0;
    vy_status status = vy_index_search(r->index, &ask, near, &found, NULL, kin->job->err);
    if (status == VY_BAD_ARG) // a sound without this aspect is like none
        status = VY_OK;
    if (!status)
        status = consider_near(kin, near, found);
    free(near);
    return status;
}

static vy_status find_kin(struct kin *kin, const struct vy_relatives *r)
{
    struct vy_patterns_job *const job = kin->job;
    const struct vy_pattern_wish_list of_sound = {.hash = kin->record->hash};
    vy_status status = vy_patterns_each(job->db, &of_sound, consider, kin, job->err);
    if (!status && kin->record->features == VY_EMBED_DIM)
        status = search(kin, r, VY_ASPECTS);
    if (!status && kin->record->features == VY_EMBED_DIM)
        status = search(kin, r, VY_ASPECT_TIMBRE);
    if (!status && kin->failed)
        status = vy_fail(job->err, VY_NO_MEMORY, -1, "out of memory");
    return status;
}

vy_status vy_patterns_relate(struct vy_patterns_job *job, const struct vy_relatives *relatives,
                             const struct vy_pattern_record *record, uint32_t most, json_t *out)
{
    uint32_t kept[VY_RELATIONS] = {0};
    struct kin kin = {.job = job, .record = record};
    vy_pattern_of_record(record, &kin.pattern);
    vy_status status = find_kin(&kin, relatives);
    if (kin.bonds)
        qsort(kin.bond, kin.bonds, sizeof *kin.bond, by_score);
    if (!status)
        status = vy_db_begin(job->db, job->err);
    if (!status) {
        for (size_t i = 0; i < kin.bonds && !status; i++)
            if (kept[kin.bond[i].related.relation]++ < most)
                status = keep_bond(job, record->id, &kin.bond[i], out);
        status = vy_db_end(job->db, status, job->err);
    }
    free(kin.bond);
    vy_ids_clear(&kin.seen);
    return status;
}

vy_status vy_patterns_related(struct vy_patterns_job *job)
{
    struct vy_pattern_record record;
    json_t *const relations = json_array();
    struct vy_relatives relatives = {0};
    vy_status status = vy_pattern_get(job->db, job->id, &record, job->err);
    if (!status)
        status = vy_relatives_open(job->db, &relatives, job->err);
    if (!status)
        status =
            vy_patterns_relate(job, &relatives, &record,
                               isnan(job->limit) ? RELATED_MOST : (uint32_t)job->limit, relations);
    vy_relatives_close(&relatives);
    if (!status && !json_array_size(relations))
        vy_buf_add(job->text, "nothing in the library belongs to p%lld", (long long)job->id);
    json_object_set_new(job->result, "pattern", json_integer(job->id));
    json_object_set_new(job->result, "relations", relations);
    return status;
}
