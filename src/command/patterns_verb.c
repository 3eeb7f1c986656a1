// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The verb `patterns`.
#include "command/aside.h"
#include "command/handlers.h"
#include "command/patterns.h"

static vy_status work(void *arg, struct vy_buf *text, json_t *result, struct vy_err *err)
{
    return vy_patterns_do(arg, text, result, err);
}

vy_status vy_do_patterns(struct vy_call *call, struct vy_err *err)
{
    const struct vy_args *const args = call->args;
    struct vy_patterns_ask ask = {.action = args->value[0].text,
                                  .what = args->value[1].text,
                                  .library = args->value[2].text,
                                  .work = call->work};
    if (args->pairs > VY_PATTERNS_WORDS)
        return vy_fail(err, VY_TOO_BIG, -1, "at most %d words", VY_PATTERNS_WORDS);
    for (int i = 0; i < args->pairs; i++) {
        ask.word[i].key = args->pair[i].key;
        ask.word[i].value = args->pair[i].value;
    }
    ask.words = (uint32_t)args->pairs;
    return vy_aside_call(call, work, &ask, err);
}
