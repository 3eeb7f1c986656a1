// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What is asked is read by two tables: of the actions and of the words they take.
#include "command/patterns_inside.h"

#include "command/library.h"
#include "command/musical.h"
#include "base/json.h"

#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RELATED_NEAR 8 // neighbours in time that are compared in a long sound

enum wants { A_FILE, A_STRETCH, AN_ID, NOTHING };
enum needs { NO_LIBRARY, A_LIBRARY, MAKES_ONE };

static const struct action {
    struct vy_patterns_action shown;
    enum wants wants;
    enum needs needs;
    vy_status (*run)(struct vy_patterns_job *job);
} actions[] = {
    {{"detect", "FILE", "find the patterns of a sound", "low high min type limit"},
     A_FILE,
     NO_LIBRARY,
     vy_patterns_detect},
    {{"classify", "FILE:START-END", "say what a stretch is, and why", "low high"},
     A_STRETCH,
     NO_LIBRARY,
     vy_patterns_classify},
    {{"learn", "FILE", "find the patterns of a sound and keep them in the library", "min type"},
     A_FILE,
     MAKES_ONE,
     vy_patterns_learn},
    {{"correct", "ID",
      "say what it is: type=melodic start=1.5 ...; apply=0.9 changes the type of all that are so "
      "alike, dry=yes only shows them",
      "type start end low high name category description tags starred apply dry"},
     AN_ID,
     A_LIBRARY,
     vy_patterns_correct},
    {{"undo", "ID", "take back the last correction, of all that it changed", ""},
     AN_ID,
     A_LIBRARY,
     vy_patterns_undo},
    {{"related", "ID", "what belongs to it, and how", "min limit"},
     AN_ID,
     A_LIBRARY,
     vy_patterns_related},
    {{"list", "[FILE]", "patterns of the library, or of one sound",
      "type from to low high min source category starred name sort limit"},
     NOTHING,
     A_LIBRARY,
     vy_patterns_list},
    {{"show", "ID", "all that is known of one", ""}, AN_ID, A_LIBRARY, vy_patterns_show},
    {{"forget", "ID", "remove it from the library", ""}, AN_ID, A_LIBRARY, vy_patterns_forget},
};

const struct vy_patterns_action *vy_patterns_action_at(size_t i)
{
    return i < sizeof actions / sizeof *actions ? &actions[i].shown : NULL;
}

enum word_kind { SECONDS, NUMBER, TEXT, SWITCH };

static const struct word {
    const char *name;
    enum word_kind kind;
    size_t at;
    double min, max;
} words[] = {
#define AT(field) offsetof(struct vy_patterns_job, field)
    {"type", TEXT, AT(type), 0, 0},         {"start", SECONDS, AT(start), 0, 0},
    {"end", SECONDS, AT(end), 0, 0},        {"low", NUMBER, AT(low), 0, 24000},
    {"high", NUMBER, AT(high), 0, 24000},   {"apply", NUMBER, AT(apply), 0, 1},
    {"dry", SWITCH, AT(dry), 0, 0},         {"from", SECONDS, AT(from), 0, 0},
    {"to", SECONDS, AT(to), 0, 0},          {"min", NUMBER, AT(min), 0, 1},
    {"limit", NUMBER, AT(limit), 1, 1e6},   {"name", TEXT, AT(name), 0, 0},
    {"tags", TEXT, AT(tags), 0, 0},         {"category", TEXT, AT(category), 0, 0},
    {"starred", SWITCH, AT(starred), 0, 0}, {"description", TEXT, AT(description), 0, 0},
    {"sort", TEXT, AT(sort), 0, 0},         {"source", TEXT, AT(source), 0, 0},
#undef AT
};

static const char *action_name(void *arg, size_t i)
{
    (void)arg;
    return i < sizeof actions / sizeof *actions ? actions[i].shown.name : NULL;
}

static const char *word_name(void *arg, size_t i)
{
    (void)arg;
    return i < sizeof words / sizeof *words ? words[i].name : NULL;
}

static bool takes(const struct action *action, const char *key)
{
    const size_t n = strlen(key);
    const char *at = action->shown.keys;
    for (; (at = strstr(at, key)); at += n)
        if ((at == action->shown.keys || at[-1] == ' ') && (!at[n] || at[n] == ' '))
            return true;
    return false;
}

static bool is_kind(const char *name)
{
    for (int k = 0; k < VY_EAR_KINDS; k++)
        if (strcmp(name, vy_ear_pattern_kind_name((enum vy_ear_pattern_kind)k)) == 0)
            return true;
    return false;
}

static const char *kind_name(void *arg, size_t i)
{
    (void)arg;
    return i < VY_EAR_KINDS ? vy_ear_pattern_kind_name((enum vy_ear_pattern_kind)i) : NULL;
}

static vy_status read_value(struct vy_patterns_job *job, const struct word *w, const char *value)
{
    void *const to = (char *)job + w->at;
    char *end;
    double x = 0;
    switch (w->kind) {
    case TEXT: *(const char **)to = value; return VY_OK;
    case SWITCH:
        *(bool *)to = strcmp(value, "yes") == 0 || strcmp(value, "on") == 0;
        if (*(bool *)to || strcmp(value, "no") == 0 || strcmp(value, "off") == 0)
            return VY_OK;
        return vy_fail(job->err, VY_BAD_ARG, -1, "%s is yes or no, not '%.40s'", w->name, value);
    case SECONDS:
        if (!vy_seconds_read(value, &x))
            return vy_fail(job->err, VY_BAD_ARG, -1, "%s is a time like 1.5 or 1:30, not '%.40s'",
                           w->name, value);
        break;
    case NUMBER:
        x = strtod(value, &end);
        if (end == value || *end || !(x >= w->min && x <= w->max))
            return vy_fail(job->err, VY_OUT_OF_RANGE, -1, "%s is a number %g..%g, not '%.40s'",
                           w->name, w->min, w->max, value);
        break;
    }
    *(double *)to = x;
    return VY_OK;
}

static vy_status read_words(struct vy_patterns_job *job, const struct action *action)
{
    const double nan_ = (double)NAN;
    job->start = job->end = job->low = job->high = job->apply = nan_;
    job->from = job->to = job->min = job->limit = nan_;
    for (uint32_t i = 0; i < job->ask->words; i++) {
        const char *const key = job->ask->word[i].key;
        const struct word *w = words;
        while (w < words + sizeof words / sizeof *words && strcmp(w->name, key) != 0)
            w++;
        if (w == words + sizeof words / sizeof *words || !takes(action, key)) {
            vy_fail(job->err, VY_UNKNOWN_PARAM, -1, "patterns %s has no '%.40s'",
                    action->shown.name, key);
            vy_err_suggest(job->err, key, word_name, NULL);
            return VY_UNKNOWN_PARAM;
        }
        const vy_status status = read_value(job, w, job->ask->word[i].value);
        if (status)
            return status;
    }
    if (job->type && !is_kind(job->type)) {
        vy_fail(job->err, VY_BAD_ARG, -1, "there is no type '%.40s'", job->type);
        vy_err_suggest(job->err, job->type, kind_name, NULL);
        return VY_BAD_ARG;
    }
    return VY_OK;
}

// FILE:START-END, when no file has that very name. m:ss has colons of its own.
static void split_stretch(struct vy_patterns_job *job)
{
    if (access(job->path, F_OK) == 0)
        return;
    for (char *p = strchr(job->path, ':'); p; p = strchr(p + 1, ':')) {
        const char *const minus = strchr(p, '-');
        char from[32];
        if (!minus || (size_t)(minus - p) >= sizeof from)
            continue;
        memcpy(from, p + 1, (size_t)(minus - p - 1));
        from[minus - p - 1] = '\0';
        if (vy_seconds_read(from, &job->from_s) && vy_seconds_read(minus + 1, &job->to_s)) {
            *p = '\0';
            return;
        }
        job->from_s = job->to_s = 0;
    }
}

static vy_status read_what(struct vy_patterns_job *job, const struct action *action)
{
    const char *const what = job->ask->what;
    if (action->wants == NOTHING && !what)
        return VY_OK;
    if (!what)
        return vy_fail(job->err, VY_BAD_ARG, -1, "patterns %s %s", action->shown.name,
                       action->shown.what);
    if (action->wants == AN_ID) {
        char *end;
        job->id = strtoll(what + (*what == 'p'), &end, 10);
        return job->id > 0 && !*end
                   ? VY_OK
                   : vy_fail(job->err, VY_BAD_ARG, -1,
                             "a pattern is a number like 12 or p12, not '%.40s'", what);
    }
    if (!vy_text_copy(job->path, sizeof job->path, what))
        return vy_fail(job->err, VY_TOO_BIG, -1, "the path is too long");
    if (action->wants != NOTHING)
        split_stretch(job);
    if ((action->wants == A_STRETCH || job->to_s > 0) && job->to_s <= job->from_s)
        return vy_fail(job->err, VY_BAD_ARG, -1, "a stretch ends after it begins: FILE:START-END");
    return VY_OK;
}

vy_status vy_patterns_do(const struct vy_patterns_ask *ask, struct vy_buf *text, json_t *result,
                         struct vy_err *err)
{
    const struct action *a = actions;
    while (a < actions + sizeof actions / sizeof *actions &&
           strcmp(a->shown.name, ask->action) != 0)
        a++;
    if (a == actions + sizeof actions / sizeof *actions) {
        vy_fail(err, VY_BAD_ARG, -1, "patterns cannot '%.40s'", ask->action);
        vy_err_suggest(err, ask->action, action_name, NULL);
        return VY_BAD_ARG;
    }
    struct vy_patterns_job *const job = calloc(1, sizeof *job);
    if (!job)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    job->ask = ask;
    job->text = text;
    job->result = result;
    job->err = err;
    vy_status status = read_words(job, a);
    if (!status)
        status = read_what(job, a);
    if (!status && a->needs != NO_LIBRARY)
        status = vy_library_open(ask->library, a->needs == MAKES_ONE ? VY_DB_CREATE : VY_DB_USE,
                                 &job->db, err);
    if (!status)
        status = a->run(job);
    vy_db_close(job->db);
    free(job);
    return status;
}

static void add_relations(const struct vy_pattern_list *list, json_t *relations)
{
    struct vy_related related[VY_RELATIONS];
    for (uint32_t i = 0; i < list->n; i++)
        for (uint32_t k = i + 1; k < list->n && k <= i + RELATED_NEAR; k++) {
            const uint32_t n =
                vy_ear_pattern_relate(&list->pattern[i], &list->pattern[k], true, related);
            for (uint32_t r = 0; r < n; r++) {
                json_t *const object = vy_related_json(&related[r]);
                json_object_set_new(object, "a", json_integer(i));
                json_object_set_new(object, "b", json_integer(k));
                json_array_append_new(relations, object);
            }
        }
}

static void say_heard(struct vy_patterns_job *job, const struct vy_ear_pattern *p)
{
    char more[600], reason[512];
    vy_ear_pattern_reason(p, reason, sizeof reason);
    snprintf(more, sizeof more, "%s; %s", vy_motion_name(p->motion), reason);
    vy_buf_add(job->text, "%s", job->text->length ? "\n" : "");
    vy_pattern_line(job->text, p->start_s, p->end_s, (double)p->low_hz, (double)p->high_hz,
                    vy_ear_pattern_kind_name(p->kind), (double)p->confidence, more);
}

bool vy_pattern_passes(const struct vy_patterns_job *job, const char *type, double confidence,
                       double low_hz, double high_hz)
{
    return !(job->min > confidence) && !(job->low > high_hz) && !(job->high < low_hz) &&
           (!job->type || strcmp(job->type, type) == 0);
}

vy_status vy_patterns_detect(struct vy_patterns_job *job)
{
    struct vy_pattern_list list;
    vy_status status = vy_pattern_file_hear(job->path, job->from_s, job->to_s, NULL, job->ask->work,
                                            &list, job->err);
    if (status)
        return status;
    json_t *const patterns = json_array(), *const relations = json_array();
    uint32_t kept = 0;
    for (uint32_t i = 0; i < list.n && !(kept >= job->limit); i++) {
        const struct vy_ear_pattern *const p = &list.pattern[i];
        if (!vy_pattern_passes(job, vy_ear_pattern_kind_name(p->kind), (double)p->confidence,
                               (double)p->low_hz, (double)p->high_hz))
            continue;
        list.pattern[kept++] = *p;
        json_array_append_new(patterns, vy_ear_pattern_json(&list.pattern[kept - 1]));
        say_heard(job, &list.pattern[kept - 1]);
    }
    list.n = kept;
    add_relations(&list, relations);
    if (!kept)
        vy_buf_add(job->text, "no patterns in %.2f s", list.length_s);
    json_object_set_new(job->result, "file", vy_path_json(job->path));
    json_object_set_new(job->result, "length", json_real(list.length_s));
    json_object_set_new(job->result, "patterns", patterns);
    json_object_set_new(job->result, "relations", relations);
    vy_pattern_list_clear(&list);
    return VY_OK;
}

vy_status vy_patterns_classify(struct vy_patterns_job *job)
{
    struct vy_ear_pattern_wish wish = {.one_region = true};
    struct vy_pattern_list list;
    if (!isnan(job->low) || !isnan(job->high)) {
        wish.low_hz = isnan(job->low) ? 20 : (float)job->low;
        wish.high_hz = isnan(job->high) ? 20000 : (float)job->high;
    }
    if (wish.high_hz < wish.low_hz || (wish.low_hz > 0 && wish.high_hz <= wish.low_hz))
        return vy_fail(job->err, VY_BAD_ARG, -1, "low lies below high");
    const vy_status status = vy_pattern_file_hear(job->path, job->from_s, job->to_s, &wish,
                                                  job->ask->work, &list, job->err);
    if (status)
        return status;
    if (list.n) {
        json_t *const object = vy_ear_pattern_json(list.pattern);
        json_object_update(job->result, object);
        json_decref(object);
        say_heard(job, list.pattern);
    } else {
        json_object_set_new(job->result, "type", json_null());
        json_object_set_new(job->result, "reason", json_string("the stretch is too short"));
        vy_buf_add(job->text, "the stretch is too short to say what it is");
    }
    json_object_set_new(job->result, "file", vy_path_json(job->path));
    vy_pattern_list_clear(&list);
    return VY_OK;
}
