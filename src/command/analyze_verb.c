// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The verb `analyze`.
#include "command/analyze.h"

#include "command/aside.h"
#include "command/handlers.h"

#include <stdlib.h>

static vy_status work(void *arg, struct vy_buf *text, json_t *result, struct vy_err *err)
{
    const struct vy_args *const args = arg;
    const struct vy_analyze_want want = {0};
    struct vy_analysis *const a = calloc(1, sizeof *a);
    if (!a)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    vy_status status = vy_analyze(args->value[0].text, &want, a, err);
    if (!status && args->value[1].given)
        status = vy_analysis_picture(a, args->value[1].text, err);
    if (!status) {
        vy_analysis_text(a, text);
        json_t *const all = vy_analysis_json(a);
        json_object_update(result, all);
        json_decref(all);
    }
    vy_analysis_clear(a);
    free(a);
    return status;
}

vy_status vy_do_analyze(struct vy_call *call, struct vy_err *err)
{
    return vy_aside_call(call, work, (void *)(uintptr_t)call->args, err);
}
