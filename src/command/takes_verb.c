// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The verb `takes`: its words become a question to takes.c.
#include "command/handlers.h"
#include "command/takes.h"

#include <math.h>
#include <string.h>

static vy_status ask_takes(struct vy_call *call, const struct vy_takes_ask *ask, struct vy_err *err)
{
    const struct vy_desk *const here = call->session->desk;
    struct vy_desk desk = here ? *here : (struct vy_desk){.settings = vy_desk_settings(call)};
    bool ours;
    vy_status status = vy_desk_open(call, &desk.db, &ours, err);
    if (status)
        return status;
    status = vy_takes_do(&desk, ask, call->text, call->result, err);
    if (ours)
        vy_db_close(desk.db);
    return status;
}

vy_status vy_do_takes(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    struct vy_buf words = {0};
    for (int i = 0; i < call->args->lists; i++)
        vy_buf_add(&words, "%s%s", i ? " " : "", call->args->list[i]);
    struct vy_takes_ask ask = {.action = v[0].given   ? v[0].text
                                         : v[1].given ? "show"
                                                      : "ls",
                               .which = v[1].text,
                               .words = words.text,
                               .most = (int64_t)v[3].number,
                               .tag = v[4].text,
                               .rating = (int)lrint(v[5].number),
                               .text = v[6].text,
                               .apply = v[7].given && v[7].choice == 1,
                               .force = v[7].given && v[7].choice == 1,
                               .beside = call->session->stage != NULL,
                               // a render is not for the thread that looks after the music
                               .catalog = call->session->stage ? NULL : call->catalog,
                               .work = call->work};
    const vy_status status =
        words.failed ? vy_fail(err, VY_NO_MEMORY, -1, "out of memory") : ask_takes(call, &ask, err);
    vy_buf_clear(&words);
    return status;
}
