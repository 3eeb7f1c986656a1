// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Every neighbour votes for its tags with its likeness. A tag is as sure as its share of all votes,
// times the likeness of the best that has it: a lone far neighbour makes nothing sure.
#include "command/neighbours.h"

#include "base/text.h"
#include "command/library.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LEAST_LIKE 0.55 ///< likeness of a neighbour that may vote
#define LEAST_SURE 0.2  ///< of a tag that is told
#define MOST 32         ///< different tags

struct vote {
    char name[48];
    double sum, best;
    int voices;
};

struct votes {
    struct vote tag[MOST];
    size_t n;
    double all; ///< likeness of every neighbour that votes
};

static void vote_for(struct votes *votes, const char *name, size_t length, double like)
{
    char word[48];
    snprintf(word, sizeof word, "%.*s", (int)length, name);
    size_t i = 0;
    while (i < votes->n && strcmp(votes->tag[i].name, word) != 0)
        i++;
    if (i == MOST)
        return;
    if (i == votes->n)
        vy_text_copy(votes->tag[votes->n++].name, sizeof votes->tag->name, word);
    votes->tag[i].sum += like;
    votes->tag[i].best = fmax(votes->tag[i].best, like);
    votes->tag[i].voices++;
}

static void count(const json_t *results, struct votes *votes)
{
    size_t i;
    json_t *row;
    json_array_foreach(results, i, row)
    {
        const double like = json_number_value(json_object_get(row, "score"));
        const char *at = json_string_value(json_object_get(row, "tags"));
        if (like < LEAST_LIKE || !at || !*at)
            continue;
        votes->all += like;
        while (*at) {
            const size_t n = strcspn(at, " ");
            if (n)
                vote_for(votes, at, n, like);
            at += n + strspn(at + n, " ");
        }
    }
}

static double sureness(const struct votes *votes, const struct vote *vote)
{
    return vote->sum / votes->all * vote->best;
}

vy_status vy_neighbour_tags(const char *library, const char *path, json_t **tags,
                            struct vy_err *err)
{
    struct vy_similar_ask ask = {
        .library = library, .what = path, .most = VY_NEIGHBOURS, .threads = 1};
    for (size_t i = 0; i < VY_SPACES; i++)
        ask.weight[i] = (double)NAN;
    struct vy_buf text = {0};
    struct votes votes = {0};
    json_t *const found = json_object();
    const vy_status status = vy_similar(&ask, &text, found, err);
    if (!status)
        count(json_object_get(found, "results"), &votes);
    *tags = json_array();
    for (;;) {
        struct vote *top = NULL;
        for (size_t i = 0; i < votes.n; i++)
            if (votes.tag[i].voices && (!top || votes.tag[i].sum > top->sum))
                top = &votes.tag[i];
        if (!top || sureness(&votes, top) < LEAST_SURE)
            break;
        json_array_append_new(
            *tags, json_pack("{s:s,s:f,s:o}", "name", top->name, "confidence",
                             sureness(&votes, top), "reason",
                             json_sprintf("%d of your sounds that are like it, up to %.2f",
                                          top->voices, top->best)));
        top->voices = 0;
    }
    vy_buf_clear(&text);
    json_decref(found);
    return status;
}
