// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a user says of a pattern. It holds against the machine for ever; a correction may be handed
// on to all that are as much alike, after a look at them (dry), and is taken back as one: each
// pattern that it changed carries its mark ("correction", "ID.version") among the parameters.
#include "command/patterns_inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MARK "correction"

static vy_status set_mark(struct vy_pattern_record *record, const char *mark, struct vy_err *err)
{
    json_t *const parameters = json_loads(record->parameters, 0, NULL);
    json_t *const object = json_is_object(parameters) ? json_incref(parameters) : json_object();
    json_object_set_new(object, MARK, json_string(mark));
    char *const text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(4));
    const bool fits = text && vy_text_copy(record->parameters, sizeof record->parameters, text);
    free(text);
    json_decref(object);
    json_decref(parameters);
    return fits ? VY_OK : vy_fail(err, VY_TOO_BIG, -1, "the pattern's parameters are full");
}

static bool has_mark(const struct vy_pattern_record *record, const char *mark)
{
    json_t *const parameters = json_loads(record->parameters, 0, NULL);
    const char *const its = json_string_value(json_object_get(parameters, MARK));
    const bool same = its && mark && strcmp(its, mark) == 0;
    json_decref(parameters);
    return same;
}

static void change_text(char *to, size_t size, const char *from)
{
    if (from)
        vy_text_copy(to, size, from);
}

static void change_number(double *to, double from)
{
    if (!isnan(from))
        *to = from;
}

static vy_status change_record(struct vy_patterns_job *job, struct vy_pattern_record *r)
{
    change_text(r->type, sizeof r->type, job->type);
    change_text(r->name, sizeof r->name, job->name);
    change_text(r->category, sizeof r->category, job->category);
    change_text(r->description, sizeof r->description, job->description);
    change_text(r->tags, sizeof r->tags, job->tags);
    change_number(&r->start_s, job->start);
    change_number(&r->end_s, job->end);
    change_number(&r->low_hz, job->low);
    change_number(&r->high_hz, job->high);
    if (r->high_hz <= r->low_hz || r->end_s <= r->start_s)
        return vy_fail(job->err, VY_BAD_ARG, -1, "a pattern ends after it begins, in time and Hz");
    r->starred |= job->starred;
    r->confidence = 1;
    vy_text_copy(r->origin, sizeof r->origin, "user");
    char mark[48];
    snprintf(mark, sizeof mark, "%lld.%lld", (long long)r->id, (long long)r->version);
    return set_mark(r, mark, job->err);
}

// Hand the type on to one that is alike, or only show it.
static vy_status hand_on(struct vy_patterns_job *job, const struct vy_pattern_record *from,
                         struct vy_pattern_record *to, float score, json_t *alike)
{
    char more[80], mark[48];
    snprintf(more, sizeof more, "-> %s, p%lld, alike %.2f", from->type, (long long)to->id,
             (double)score);
    vy_buf_add(job->text, "\n");
    vy_pattern_line(job->text, to->start_s, to->end_s, to->low_hz, to->high_hz, to->type,
                    to->confidence, more);
    json_array_append_new(alike, json_pack("{s:I, s:f, s:s, s:f, s:f}", "id", (json_int_t)to->id,
                                           "score", (double)score, "type", to->type, "start",
                                           to->start_s, "end", to->end_s));
    if (job->dry)
        return VY_OK;
    snprintf(mark, sizeof mark, "%lld.%lld", (long long)from->id, (long long)from->version);
    vy_text_copy(to->type, sizeof to->type, from->type);
    vy_text_copy(to->origin, sizeof to->origin, "user");
    to->confidence = (double)score;
    const vy_status status = set_mark(to, mark, job->err);
    return status ? status : vy_pattern_change(job->db, to, (int64_t)time(NULL), job->err);
}

// Patterns that are to be changed, gathered while all are read one by one.
struct chosen {
    const struct vy_patterns_job *job;
    const struct vy_pattern_record *from; ///< hand on: what was corrected
    struct vy_ear_pattern pattern;        ///< of it
    const char *mark;                     ///< take back: of the correction
    struct vy_ids ids;
    bool failed;
};

static float alike_of(const struct chosen *c, const struct vy_pattern_record *to)
{
    struct vy_ear_pattern other;
    vy_pattern_of_record(to, &other);
    return vy_embed_score(&c->pattern.embedding, &other.embedding, NULL, NULL);
}

static bool choose_alike(void *arg, const struct vy_pattern_record *to)
{
    struct chosen *const c = arg;
    if (to->id == c->from->id || strcmp(to->origin, "user") == 0 ||
        strcmp(to->type, c->from->type) == 0 || !(alike_of(c, to) >= (float)c->job->apply))
        return true;
    c->failed = vy_ids_add(&c->ids, to->id) != VY_OK;
    return !c->failed;
}

static bool choose_marked(void *arg, const struct vy_pattern_record *record)
{
    struct chosen *const c = arg;
    if (record->version >= 2 && has_mark(record, c->mark))
        c->failed = vy_ids_add(&c->ids, record->id) != VY_OK;
    return !c->failed;
}

static vy_status choose(struct chosen *c, vy_pattern_record_fn *fn)
{
    const struct vy_pattern_wish_list all = {0};
    const vy_status status = vy_patterns_each(c->job->db, &all, fn, c, c->job->err);
    return !status && c->failed ? vy_fail(c->job->err, VY_NO_MEMORY, -1, "out of memory") : status;
}

static vy_status hand_on_all(struct vy_patterns_job *job, const struct vy_pattern_record *from,
                             json_t *alike)
{
    struct chosen c = {.job = job, .from = from};
    vy_pattern_of_record(from, &c.pattern);
    vy_status status = choose(&c, choose_alike);
    for (int64_t id = 0; id < c.ids.limit && !status; id++) {
        struct vy_pattern_record to;
        if (!vy_ids_has(&c.ids, id))
            continue;
        status = vy_pattern_get(job->db, id, &to, job->err);
        if (!status)
            status = hand_on(job, from, &to, alike_of(&c, &to), alike);
    }
    vy_ids_clear(&c.ids);
    return status;
}

vy_status vy_patterns_correct(struct vy_patterns_job *job)
{
    struct vy_pattern_record record;
    if (!isnan(job->apply) && !job->type)
        return vy_fail(job->err, VY_BAD_ARG, -1, "what is handed on is the type: type=NAME");
    if (!job->ask->words)
        return vy_fail(job->err, VY_BAD_ARG, -1, "say what is to be so: type=melodic, start=1.5");
    json_t *const alike = json_array();
    vy_status status = vy_db_begin(job->db, job->err);
    if (!status) {
        status = vy_pattern_get(job->db, job->id, &record, job->err);
        if (!status)
            status = change_record(job, &record);
        if (!status && !job->dry)
            status = vy_pattern_change(job->db, &record, (int64_t)time(NULL), job->err);
        if (!status) {
            vy_pattern_line(job->text, record.start_s, record.end_s, record.low_hz, record.high_hz,
                            record.type, record.confidence, job->dry ? "would be so" : "is so");
            if (!isnan(job->apply))
                status = hand_on_all(job, &record, alike);
        }
        status = vy_db_end(job->db, status, job->err);
    }
    if (!status) {
        json_object_set_new(job->result, "pattern", vy_pattern_json(&record));
        json_object_set(job->result, "alike", alike);
        json_object_set_new(job->result, "applied", json_boolean(!job->dry));
    }
    json_decref(alike);
    return status;
}

static vy_status take_back(struct vy_patterns_job *job, const char *mark, json_t *restored)
{
    struct chosen c = {.job = job, .mark = mark};
    vy_status status = choose(&c, choose_marked);
    for (int64_t id = 0; id < c.ids.limit && !status; id++) {
        struct vy_pattern_record record;
        if (!vy_ids_has(&c.ids, id))
            continue;
        status = vy_pattern_get(job->db, id, &record, job->err);
        if (!status)
            status =
                vy_pattern_restore(job->db, id, record.version - 1, (int64_t)time(NULL), job->err);
        json_array_append_new(restored, json_integer(id));
        vy_buf_add(job->text, "%sp%lld is as it was", job->text->length ? "\n" : "", (long long)id);
    }
    vy_ids_clear(&c.ids);
    return status;
}

vy_status vy_patterns_undo(struct vy_patterns_job *job)
{
    struct vy_pattern_record record;
    json_t *const restored = json_array();
    vy_status status = vy_db_begin(job->db, job->err);
    if (!status) {
        status = vy_pattern_get(job->db, job->id, &record, job->err);
        json_t *const parameters = status ? NULL : json_loads(record.parameters, 0, NULL);
        const char *const mark = json_string_value(json_object_get(parameters, MARK));
        if (!status && !mark)
            status =
                vy_fail(job->err, VY_NO_EFFECT, -1, "p%lld was not corrected", (long long)job->id);
        if (!status)
            status = take_back(job, mark, restored);
        json_decref(parameters);
        status = vy_db_end(job->db, status, job->err);
    }
    json_object_set_new(job->result, "restored", restored);
    return status;
}

vy_status vy_patterns_show(struct vy_patterns_job *job)
{
    struct vy_pattern_record record;
    const vy_status status = vy_pattern_get(job->db, job->id, &record, job->err);
    if (status)
        return status;
    json_t *const object = vy_pattern_json(&record), *const before = json_array();
    for (int64_t v = 1; v < record.version; v++) {
        struct vy_pattern_record earlier;
        if (vy_pattern_version(job->db, job->id, v, &earlier, job->err) == VY_OK)
            json_array_append_new(
                before, json_pack("{s:I, s:s, s:s, s:f}", "version", (json_int_t)v, "type",
                                  earlier.type, "origin", earlier.origin, "confidence",
                                  isfinite(earlier.confidence) ? earlier.confidence : 0));
    }
    json_object_set_new(object, "earlier", before);
    char *const text = json_dumps(object, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    vy_buf_add(job->text, "%s", text ? text : "{}");
    free(text);
    json_object_update(job->result, object);
    json_decref(object);
    return VY_OK;
}

vy_status vy_patterns_forget(struct vy_patterns_job *job)
{
    struct vy_pattern_record record;
    vy_status status = vy_pattern_get(job->db, job->id, &record, job->err);
    if (!status)
        status = vy_pattern_forget(job->db, job->id, job->err);
    if (!status)
        vy_buf_add(job->text, "p%lld is forgotten", (long long)job->id);
    json_object_set_new(job->result, "forgotten", json_integer(job->id));
    return status;
}
