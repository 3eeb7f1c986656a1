// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Hearing while the session is played live.
#include "command/aside.h"
#include "command/hear.h"

#include <string.h>

// What the child has to say. Warnings follow as JSON text.
struct answer {
    vy_status status;
    struct vy_heard heard;
    struct vy_err err;
};

static void work(void *arg, int fd)
{
    const struct vy_listen *const what = arg;
    struct answer answer = {.err = {.at = -1}};
    answer.status = vy_hear(what, &answer.heard, &answer.err);
    vy_aside_put(fd, &answer, sizeof answer);
    char *const warnings = json_dumps(what->warnings, 0);
    if (warnings)
        vy_aside_put(fd, warnings, strlen(warnings));
}

static void add_warnings(json_t *to, const char *text, size_t length)
{
    json_t *const list = json_loadb(text, length, 0, NULL);
    if (json_is_array(list)) {
        json_array_clear(to); // the child began with what was there
        json_array_extend(to, list);
    }
    json_decref(list);
}

vy_status vy_hear_aside(const struct vy_stage *stage, const struct vy_listen *what,
                        struct vy_heard *heard, struct vy_err *err)
{
    if (!stage)
        return vy_hear(what, heard, err);
    struct vy_buf all = {0};
    struct answer answer = {.status = VY_INTERNAL};
    vy_status status = vy_aside(stage, work, (void *)what, &all, err);
    if (!status && all.length < sizeof answer)
        status = vy_fail(err, VY_INTERNAL, -1, "the rendering process said nothing");
    if (!status) {
        memcpy(&answer, all.text, sizeof answer);
        add_warnings(what->warnings, all.text + sizeof answer, all.length - sizeof answer);
        *heard = answer.heard;
        *err = answer.err;
        status = answer.status;
    }
    vy_buf_clear(&all);
    return status;
}
