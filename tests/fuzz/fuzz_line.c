// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Any bytes as lines said to a session that already holds something. Verbs that render, or write
// files or compile, are left out: they have tests of their own.
#include "command/handlers.h"
#include "command/jobs.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const skipped[] = {"save",   "load", "render",         "listen",
                                      "assert", "dry",  "generate_module"};

static bool is_skipped(const char *line, size_t n)
{
    for (size_t i = 0; i < sizeof skipped / sizeof *skipped; i++)
        if (memmem(line, n, skipped[i], strlen(skipped[i])))
            return true;
    return false;
}

static void check(void *arg, const struct vy_reply *reply)
{
    const size_t *const length = arg;
    struct vy_buf a = {0}, b = {0};
    vy_reply_human(reply, &a);
    vy_reply_json(reply, &b);
    if (!a.text || !b.text ||
        (!reply->ok && (reply->err.at > (int)*length || !*reply->err.message)))
        abort();
    vy_buf_clear(&a);
    vy_buf_clear(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct vy_catalog catalog;
    static struct vy_desk desk; // jobs are queued in memory, and nobody does them
    struct vy_err err;
    if (!catalog.kernels && vy_catalog_open(&catalog, &err))
        return 0;
    if (!desk.db && vy_db_open(&vy_db_studio, ":memory:", VY_DB_CREATE, &desk.db, &err))
        return 0;
    struct vy_session *const session = vy_session_new(&catalog, 1);
    if (!session)
        return 0;
    session->desk = &desk;
    static const char start[] = "create kick; bus b; create osc; sequence kick: x.x.; scene a";
    size_t length = sizeof start - 1;
    const struct vy_request first = {start, length, "ann", -1};
    vy_session_do(session, &first, check, &length);
    const char *line = (const char *)data, *const end = line + size;
    for (int i = 0; line < end && i < 64; i++) {
        const char *const stop = memchr(line, '\n', (size_t)(end - line));
        length = (size_t)((stop ? stop : end) - line);
        const struct vy_request request = {line, length, i % 3 ? "ann" : "bob", -1};
        if (!is_skipped(line, length))
            vy_session_do(session, &request, check, &length);
        line = stop ? stop + 1 : end;
    }
    vy_session_destroy(session);
    return 0;
}
