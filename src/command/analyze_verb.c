// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The verb `analyze`.
#include "command/analyze.h"

#include "command/aside.h"
#include "command/handlers.h"
#include "command/takes.h"

#include <stdlib.h>

bool vy_analyze_tell(void *arg, double done_s, double total_s)
{
    const struct vy_analyze_told *const told = arg;
    const double part = total_s > 0 && done_s < total_s ? done_s / total_s : 1;
    vy_work_tell(told->work, told->from + (told->to - told->from) * part,
                 total_s > 0 ? "listening, %.0f of %.0f s" : "listening, %.0f s", done_s, total_s);
    return !vy_work_stop(told->work);
}

struct one {
    const struct vy_call *call;
    char path[VY_TAKES_PATH];
};

static vy_status work(void *arg, struct vy_buf *text, json_t *result, struct vy_err *err)
{
    const struct one *const one = arg;
    const struct vy_call *const call = one->call;
    const struct vy_args *const args = call->args;
    struct vy_analyze_told told = {call->work, 0, 0.95};
    const struct vy_analyze_want want = {.progress = vy_analyze_tell, .arg = &told};
    struct vy_analysis *const a = calloc(1, sizeof *a);
    if (!a)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    vy_status status = vy_analyze(one->path, &want, a, err);
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
    struct one one = {.call = call};
    const vy_status status = vy_sound_named(call, call->args->value[0].text, one.path, err);
    return status ? status : vy_aside_call(call, work, &one, err);
}
