// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The verbs `library`, `similar` and `find`.
#include "command/aside.h"
#include "command/ears.h"
#include "command/handlers.h"
#include "command/library.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

static vy_status work_library(void *arg, struct vy_buf *text, json_t *result, struct vy_err *err)
{
    return vy_library_do(arg, text, result, err);
}

static void tell_scan(void *arg, const struct vy_scan_news *news)
{
    const struct vy_call *const call = arg;
    if (news->total)
        vy_work_tell(call->work, (double)news->done / (double)news->total, "%llu of %llu files",
                     (unsigned long long)news->done, (unsigned long long)news->total);
}

static bool stop_scan(void *arg)
{
    return vy_work_stop(((const struct vy_call *)arg)->work);
}

vy_status vy_do_library(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    struct vy_library_ask ask = {
        .action = v[0].text,
        .what = v[1].text,
        .tags = v[2].text,
        .library = v[3].text,
        .near = v[4].number,
        .scan = {.jobs = 1, .tell = tell_scan, .stop = stop_scan, .arg = call}};
    const vy_status status = vy_aside_call(call, work_library, &ask, err);
    return !status && vy_work_stop(call->work)
               ? vy_fail(err, VY_BUSY, -1, "stopped; the next scan goes on from here")
               : status;
}

static vy_status work_similar(void *arg, struct vy_buf *text, json_t *result, struct vy_err *err)
{
    return vy_similar(arg, text, result, err);
}

static const char *aspect_name(void *arg, size_t i)
{
    const struct vy_layout *const layout = arg;
    return i < layout->spaces ? layout->space[i].name : NULL;
}

static bool is_option(const struct vy_verb *verb, const char *key)
{
    const struct vy_arg *arg = verb->arg;
    while (arg->name && (!arg->keyed || strcmp(arg->name, key) != 0))
        arg++;
    return arg->name != NULL;
}

// All pairs that are not options of their own.
static vy_status read_weights(const struct vy_verb *verb, const struct vy_args *args,
                              struct vy_similar_ask *ask, struct vy_err *err)
{
    struct vy_layout layout;
    float usual[VY_SPACES];
    vy_ears_layout(&layout, usual);
    for (int i = 0; i < args->pairs; i++) {
        const struct vy_pair *const pair = &args->pair[i];
        uint32_t a = 0;
        if (is_option(verb, pair->key))
            continue;
        while (a < layout.spaces && strcmp(layout.space[a].name, pair->key) != 0)
            a++;
        if (a == layout.spaces) {
            vy_fail(err, VY_UNKNOWN_PARAM, pair->at, "there is no aspect '%.40s'", pair->key);
            vy_err_suggest(err, pair->key, aspect_name, &layout);
            return VY_UNKNOWN_PARAM;
        }
        if (!vy_lex_number(pair->value, &ask->weight[a], NULL) || ask->weight[a] < 0 ||
            ask->weight[a] > 100)
            return vy_fail(err, VY_OUT_OF_RANGE, pair->at, "the weight of %s is a number 0..100",
                           pair->key);
    }
    return VY_OK;
}

vy_status vy_do_similar(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    struct vy_similar_ask ask = {.what = v[0].text,
                                 .most = (uint32_t)v[1].number,
                                 .key = v[2].text,
                                 .bpm = v[3].text,
                                 .least = v[4].number,
                                 .related = v[5].choice == 0 && v[5].given,
                                 .library = v[6].text,
                                 .threads = 1};
    for (int a = 0; a < VY_SPACES; a++)
        ask.weight[a] = (double)NAN;
    const vy_status status = read_weights(call->verb, call->args, &ask, err);
    vy_work_tell(call->work, 0, "listening");
    return status ? status : vy_aside_call(call, work_similar, &ask, err);
}

struct find_ask {
    const char *words, *library;
    uint32_t most;
};

static vy_status work_find(void *arg, struct vy_buf *text, json_t *result, struct vy_err *err)
{
    const struct find_ask *const ask = arg;
    return vy_find(ask->library, ask->words, ask->most, text, result, err);
}

vy_status vy_do_find(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    struct find_ask ask = {v[0].text, v[2].text, (uint32_t)v[1].number};
    return vy_aside_call(call, work_find, &ask, err);
}
