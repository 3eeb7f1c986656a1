// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Sounds by words: every word is a condition on a fact or text in names and tags; a sound's score
// is the mean of what it meets.
#include "command/find_words.h"
#include "command/library.h"
#include "base/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEAST 0.2 // a sound that meets less is no answer

struct hit {
    int64_t sound;
    double score;
    double met[VY_FIND_TERMS]; ///< NaN = not known
};

struct find {
    struct vy_db *db;
    struct vy_term term[VY_FIND_TERMS];
    uint32_t terms;
    struct vy_ids with[VY_FIND_TERMS]; ///< text terms: the sounds that have the word
    uint64_t known[VY_FIND_TERMS];     ///< sounds the term could be judged on
    struct hit *hit;                   ///< best first
    uint32_t hits, most;
    struct vy_buf *text;
    json_t *rows;
    const struct hit *shown;
};

static bool counts(const struct find *f, uint32_t t)
{
    return f->term[t].kind != VY_TERM_UNUSED &&
           (f->term[t].kind != VY_TERM_TEXT || f->with[t].limit > 0);
}

static void keep(struct find *f, const struct hit *hit)
{
    uint32_t at = f->hits;
    if (f->hits == f->most && hit->score <= f->hit[f->hits - 1].score)
        return;
    if (f->hits < f->most)
        f->hits++;
    else
        at--;
    for (; at > 0 && f->hit[at - 1].score < hit->score; at--)
        f->hit[at] = f->hit[at - 1];
    f->hit[at] = *hit;
}

static bool judge(void *arg, const struct vy_sound_row *row)
{
    struct find *const f = arg;
    struct hit hit = {.sound = row->id};
    double sum = 0;
    uint32_t used = 0;
    if (row->problem)
        return true;
    for (uint32_t t = 0; t < f->terms; t++) {
        if (!counts(f, t))
            continue;
        hit.met[t] = f->term[t].kind == VY_TERM_TEXT ? vy_ids_has(&f->with[t], row->id)
                                                     : vy_term_met(&f->term[t], &row->facts);
        f->known[t] += !isnan(hit.met[t]);
        sum += isnan(hit.met[t]) ? 0 : hit.met[t];
        used++;
    }
    hit.score = used ? sum / used : 0;
    if (hit.score >= LEAST)
        keep(f, &hit);
    return true;
}

static bool show(void *arg, const struct vy_sound_row *row)
{
    struct find *const f = arg;
    json_t *const json = vy_sound_row_json(row), *const met = json_object();
    vy_buf_add(f->text, "\n  %.2f  %s", f->shown->score, row->path ? row->path : "(nowhere)");
    for (uint32_t t = 0; t < f->terms; t++) {
        if (!counts(f, t))
            continue;
        json_object_set_new(met, f->term[t].word, vy_json_number(f->shown->met[t]));
        if (isnan(f->shown->met[t]))
            vy_buf_add(f->text, "  %s ?", f->term[t].word);
        else
            vy_buf_add(f->text, "  %s %.0f%%", f->term[t].word, 100 * f->shown->met[t]);
    }
    json_object_set_new(json, "score", json_real(f->shown->score));
    json_object_set_new(json, "met", met);
    json_array_append_new(f->rows, json);
    return true;
}

// How each word was understood, and which could not be used.
static void say_terms(struct find *f, json_t *result)
{
    static const char *const names[] = {"text", "kind", "tempo", "key", "length", "fact", "unused"};
    json_t *const words = json_array();
    for (uint32_t t = 0; t < f->terms; t++) {
        const struct vy_term *const term = &f->term[t];
        char meaning[120];
        const bool text = term->kind == VY_TERM_TEXT;
        vy_term_text(term, meaning, sizeof meaning);
        const char *why = NULL;
        if (term->kind == VY_TERM_UNUSED)
            why = "it says nothing by itself";
        else if (text && f->with[t].limit == 0)
            why = "no name or tag in the library begins so";
        else if (!f->known[t])
            why = "it was not measured on any sound";
        vy_buf_add(f->text, "%s%s: %s", t ? "\n" : "", term->word, why ? why : meaning);
        json_array_append_new(words,
                              json_pack("{s:o,s:s,s:s,s:b,s:s?}", "word", vy_path_json(term->word),
                                        "as", names[term->kind], "meaning", meaning, "used",
                                        why == NULL, "why", why));
    }
    json_object_set_new(result, "words", words);
}

static vy_status answer(struct find *f, json_t *result, struct vy_err *err)
{
    vy_status status = VY_OK;
    for (uint32_t t = 0; t < f->terms && !status; t++)
        if (f->term[t].kind == VY_TERM_TEXT)
            status = vy_words_find(f->db, f->term[t].word, &f->with[t], err);
    if (!status)
        status = vy_sounds_each(f->db, 0, judge, f, err);
    if (status)
        return status;
    say_terms(f, result);
    for (uint32_t i = 0; i < f->hits && !status; i++) {
        f->shown = &f->hit[i];
        status = vy_sounds_each(f->db, f->hit[i].sound, show, f, err);
    }
    if (!f->hits)
        vy_buf_add(f->text, "\nnothing fits");
    return status;
}

vy_status vy_find(const char *library, const char *words, uint32_t most, struct vy_buf *text,
                  json_t *result, struct vy_err *err)
{
    struct find *const f = calloc(1, sizeof *f);
    if (!f)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    f->text = text;
    f->most = most;
    f->rows = json_array();
    f->terms = vy_find_words(words, f->term);
    f->hit = calloc(most + 1, sizeof *f->hit);
    vy_status status = f->terms ? VY_OK : vy_fail(err, VY_BAD_ARG, -1, "say what to find");
    if (!status && !f->hit)
        status = vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    if (!status)
        status = vy_library_open(library, VY_DB_USE, &f->db, err);
    if (!status)
        status = answer(f, result, err);
    json_object_set(result, "results", f->rows);
    for (uint32_t t = 0; t < f->terms; t++)
        vy_ids_clear(&f->with[t]);
    vy_db_close(f->db);
    json_decref(f->rows);
    free(f->hit);
    free(f);
    return status;
}
